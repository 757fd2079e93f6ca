"""How right was the app? What it claimed, kept with its date and scored later; and a back-test that answers on the first day."""

from kpi.calibration.calls import COLUMNS, KINDS, Call, added, check, read, scope_of, scope_text

__all__ = ["COLUMNS", "KINDS", "Call", "added", "check", "read", "scope_of", "scope_text"]
