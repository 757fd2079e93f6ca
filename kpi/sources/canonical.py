"""Our own format: `tickets.csv … customers.csv` with the canonical columns as headers, ISO 8601 UTC times, empty = unknown."""

from __future__ import annotations

from kpi.cells import reader_for
from kpi.sources._source import Source
from kpi.tables import TABLES

SOURCES = tuple(
    Source(
        name=table.name,
        label=f"Deskmeter’s own {table.name}.csv",
        fills=table.name,
        columns={c.name: reader_for(c, c.name) for c in table.columns},
        signs=(table.required,),
        missing=None,
        tool="canonical",
        utc=True,
    )
    for table in TABLES.values()
)
