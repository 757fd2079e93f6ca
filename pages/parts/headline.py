"""The finding on top of the Overview, made where the digest has it from."""

from kpi.report.headline import finding

__all__ = ["finding"]
