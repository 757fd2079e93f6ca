"""Oddities that single cells show: times without a zone among others, rows that have slipped by a column, rows of several tickets."""

from __future__ import annotations

from kpi.catalogue import CATALOGUE
from kpi.engine import Dataset
from kpi.quality.model import LEFT_OUT, Finding
from kpi.quality.places import examples
from kpi.tables import TABLES

_TIMES = ("tickets_created", "first_reply_time", "reply_time", "full_resolution_time", "backlog_age")
_ROWS = ("tickets_created", "tickets_solved", "first_reply_time", "full_resolution_time", "csat", "reopen_rate")
_LEAST = 2
"""Cells that cannot be read in so many columns of one row, each with another text, and the row has probably slipped."""


def of_cells(data: Dataset) -> list[Finding]:
    """Every finding about cells that are odd together; none for data that an earlier version read, or that were not read from files."""
    tables = set(data.query("SHOW TABLES", data.canonical)["name"])
    if data.report is None or "unread_cells" not in tables:
        return []
    return [*_shifted(data), *(_listed_odd(data) if "odd_cells" in tables else [])]


def _shifted(data: Dataset) -> list[Finding]:
    raw = data.canonical
    read = [f"('{c.table}', '{c.column}')" for c in data.report.columns if c.state == "filled" and c.unread]
    if not read:
        return []
    rows = (
        f'SELECT file, "row", "table", string_agg(DISTINCT text, \' · \' ORDER BY text) AS text FROM {raw}.unread_cells '
        f'WHERE ("table", "column") IN ({", ".join(read)}) GROUP BY file, "row", "table" '
        f'HAVING count(DISTINCT text) >= {_LEAST} AND count(DISTINCT text) = count(DISTINCT "column")'
    )
    return _made(
        data,
        name="shifted",
        kind="shifted",
        title="Rows that have slipped by a column",
        one="1 row holds cells that do not belong where they stand, in two columns or more: as when a comma too many or too few has "
        "moved a row's cells. They count as unknown, and what stands beside them may be wrong.",
        many="{n} rows hold cells that do not belong where they stand, in two columns or more: as when a comma too many or too few has "
        "moved a row's cells. They count as unknown, and what stands beside them may be wrong.",
        rows=rows,
        metrics=_ROWS,
    )


def _listed_odd(data: Dataset) -> list[Finding]:
    raw = data.canonical
    no_zone, summary = (
        f"SELECT file, \"row\", \"table\", header || ': ' || text AS text FROM {raw}.odd_cells WHERE kind = '{kind}'"
        for kind in ("no_zone", "summary")
    )
    return [
        *_made(
            data,
            name="mixed_zones",
            kind="zone",
            title="Times with and without a time zone in one column",
            one="1 time states no zone where others of its column state theirs; it is read as UTC and may be hours off.",
            many="{n} times state no zone where others of their columns state theirs; they are read as UTC and may be hours off.",
            rows=no_zone,
            metrics=_TIMES,
        ),
        *_made(
            data,
            name="summary_rows",
            kind="summary",
            title="Rows that stand for several tickets",
            one="1 row says that it stands for more than one ticket, so its times are averages. An average of averages is none: it counts "
            "as one ticket, and should not be there.",
            many="{n} rows say that they stand for more than one ticket each, so their times are averages. An average of averages is none: "
            "each counts as one ticket, and should not be there.",
            rows=summary,
            metrics=_ROWS,
        ),
    ]


def _made(data: Dataset, *, name: str, kind: str, title: str, one: str, many: str, rows: str, metrics: tuple[str, ...]) -> list[Finding]:
    """The finding about some cells (file, row, table, text), with the tickets they are of; none where there are no such cells."""
    raw = data.canonical
    n = int(data.query(f"SELECT count(*) AS n FROM ({rows})", raw)["n"].iloc[0])
    if not n:
        return []
    owners = " UNION ALL ".join(
        f'SELECT \'{table.name}\' AS "table", _file AS file, _row AS "row", ticket_id FROM {raw}.{table.name}'
        for table in TABLES.values()
        if "ticket_id" in table.by_name
    )
    listing = f'SELECT o.ticket_id, c.file, c."row", c.text FROM ({rows}) c LEFT JOIN ({owners}) o USING ("table", file, "row")'
    ids = f"SELECT DISTINCT ticket_id FROM ({listing}) WHERE ticket_id IS NOT NULL"
    tickets, every = int(data.query(f"SELECT count(*) AS n FROM ({ids})", raw)["n"].iloc[0]), data.rows["tickets"]
    able = tuple(metric for metric in metrics if tickets and metric in CATALOGUE and not CATALOGUE[metric].missing(data.filled))
    other = LEFT_OUT if able and tickets < every else ""
    why_not = (
        "" if other else "Every ticket is concerned, so nothing would be left to compare with." if tickets else "No ticket stands on them."
    )
    return [
        Finding(
            name=name,
            kind=kind,
            title=title,
            sentence=one if n == 1 else many.format(n=f"{n:,}"),
            tickets=tickets,
            rows=n,
            examples=examples(listing, data),
            metrics=able,
            other=other,
            why_not=why_not,
            ids=ids if tickets else "",
            listing=listing,
        )
    ]
