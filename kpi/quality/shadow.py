"""A dataset seen another way: the same connection, declarations and SQL, with some measured tables shadowed by a query.

A shadow is a common table expression around each query, so nothing is written, nothing is built anew, and a dataset that is open
read-only can be asked as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import pandas as pd

from kpi.engine import Dataset, quoted
from kpi.metric import MEASURED

OF_TICKETS = tuple(name for name, columns in MEASURED.items() if "ticket_id" in columns)
"""The measured tables whose rows belong to a ticket."""


class Shadowed(Dataset):
    """`shadows` are (name, query) pairs, each seeing those before it; `{schema}` in a query is the schema of the real tables."""

    shadows: tuple[tuple[str, str], ...] = ()

    def valued(self, schema: str) -> frozenset[str]:
        """Nothing: what is kept beside the tickets knows of no shadow."""
        return frozenset()

    def query(self, sql: str, schema: str, instants: pd.DataFrame | None = None, *, coded: bool = False) -> pd.DataFrame:
        """As `Dataset.query`, with the shadows before the tables."""
        seen = ", ".join(f"{quoted(name)} AS ({query.replace('{schema}', schema)})" for name, query in self.shadows)
        return super().query(f"WITH {seen} SELECT * FROM ({sql}) AS asked", schema, instants, coded=coded)


def shadowed(data: Dataset, shadows: Mapping[str, str]) -> Shadowed:
    """`data` with tables shadowed."""
    seen = Shadowed(**{f.name: getattr(data, f.name) for f in fields(Dataset)})
    seen.shadows = tuple(shadows.items())
    return seen


def without(data: Dataset, ids: str) -> Shadowed:
    """`data` without the tickets that the query `ids` (one column, `ticket_id`) names, and without all that belongs to them."""
    gone = {"odd_tickets": ids}
    return shadowed(data, gone | {name: f"SELECT * FROM {{schema}}.{name} ANTI JOIN odd_tickets USING (ticket_id)" for name in OF_TICKETS})
