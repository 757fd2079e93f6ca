"""What may go wrong with a connection. Words of the database itself are never passed on: a driver may quote the address with its password."""

from __future__ import annotations

from kpi.errors import KpiError


class CannotConnect(KpiError):
    """The place of a connection cannot be opened or read: not reachable, wrong password, no such table or column."""


def lacks_table(label: str, table: str, there: list[str]) -> CannotConnect:
    shown = ", ".join(f"“{name}”" for name in there[:8]) + (" …" if len(there) > 8 else "")
    has = f"It has {shown}." if there else "It has no table that may be read."
    return CannotConnect(f"“{label}” has no table “{table}”.", f"{has} Say in the declaration which are meant.")
