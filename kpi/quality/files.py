"""Oddities of the files themselves: cells not read, rows left out, several rows of one ticket, times without a zone, empty columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from kpi.catalogue import CATALOGUE
from kpi.engine import Dataset
from kpi.metric import Metric
from kpi.quality.model import LEFT_OUT, Example, Finding
from kpi.sources import column_label
from kpi.tables import TABLES

MOST = 5
_CREATION = ("tickets_created", "first_reply_time", "full_resolution_time", "backlog_age")


def of_files(data: Dataset) -> list[Finding]:
    """Every finding about the files, cells first; none for a dataset that was not read from files."""
    if data.report is None:
        return []
    return [*_unread(data), *_rejected(data), *_repeated(data), *_unzoned(data), *_empty(data)]


def harmed_by(columns: Iterable[str], data: Dataset) -> tuple[str, ...]:
    """The metrics these data can measure that may be made from one of these canonical columns ("tickets.solved_at")."""
    wanted = set(columns)
    return tuple(name for name, metric in CATALOGUE.items() if wanted & _columns(metric) and not metric.missing(data.filled))


def _columns(metric: Metric) -> set[str]:
    variants: dict[str, Sequence[str]] = getattr(metric.form, "needs", {})
    alternatives = [*metric.needs, *(need for needs in variants.values() for need in needs)]
    return {column for alternative in alternatives for column in alternative.split(" & ")}


def _unread(data: Dataset) -> list[Finding]:
    raw = data.canonical
    found = []
    for column in data.report.columns:
        if not column.unread:
            continue
        cells, read = f"{column.table}.{column.column}", column.state == "filled"
        said = "1 cell" if column.unread == 1 else f"{column.unread:,} cells"
        has_tickets = "ticket_id" in TABLES[column.table].by_name
        ids = (
            f"SELECT DISTINCT t.ticket_id FROM {raw}.{column.table} t JOIN {raw}.unread_cells u "
            f'ON u.file = t._file AND u."row" = t._row AND u."table" = \'{column.table}\' AND u."column" = \'{column.column}\' '
            "WHERE t.ticket_id IS NOT NULL"
        )
        tickets = _count(data, ids) if has_tickets else 0
        found.append(
            Finding(
                name=f"unread.{cells}",
                kind="cells",
                title=f"{column_label(column.table, column.column)}: cells not read",
                sentence=f"{said} could not be read and {'counts' if column.unread == 1 else 'count'} as unknown"
                + ("." if read else ": none of this column could."),
                tickets=tickets,
                rows=column.unread,
                examples=tuple(Example("", e.file, e.row, f"{e.text} ({e.reason})") for e in column.examples),
                metrics=harmed_by([cells], data),
                other=LEFT_OUT if tickets else "",
                why_not=""
                if tickets
                else "These rows are older states of tickets, belong to none, or were left out with the cell: no number stands on them.",
                ids=ids if tickets else "",
            )
        )
    return found


def _rejected(data: Dataset) -> list[Finding]:
    found = []
    lists = data.query(
        "SELECT file, count(*) AS n, list({'row': \"row\", 'reason': reason, 'text': text} ORDER BY \"row\")[:5] AS first "
        "FROM rejected_rows GROUP BY file ORDER BY file",
        data.canonical,
    ).set_index("file")
    for file in data.report.files:
        if not file.rejected:
            continue
        shown = list(lists.loc[file.file, "first"]) if file.file in lists.index else []
        main = next(iter(file.tables), "tickets")
        total = data.rows["tickets"]
        bound = f" If each were a ticket there would be {total + file.rejected:,} instead of {total:,}." if main == "tickets" else ""
        found.append(
            Finding(
                name=f"rejected.{data.report.files.index(file)}",
                kind="rows",
                title=f"Rows left out of {file.file}",
                sentence=f"{file.rejected:,} of {rows_of(file):,} rows {'was' if file.rejected == 1 else 'were'} left out.{bound}",
                rows=file.rejected,
                examples=tuple(Example("", file.file, int(e["row"]), f"{e['reason']}: {e['text']}"[:200]) for e in shown),
                metrics=("tickets_created",) if main == "tickets" and "tickets.created_at" in data.filled else (),
                why_not="A row that could not be read says nothing a number could be made from.",
            )
        )
    return found


def rows_of(file: Any) -> int:
    """All rows of a file: those decoded, and those that never became cells."""
    kept = sum(list(file.tables.values())[:1])
    return max(int(file.rows), int(file.rejected + file.superseded + kept))


def _repeated(data: Dataset) -> list[Finding]:
    if not _has(data, "superseded_rows"):
        return []
    raw = data.canonical
    ids = f"SELECT DISTINCT s.id AS ticket_id FROM {raw}.superseded_rows s JOIN {raw}.tickets t ON t.ticket_id = s.id WHERE s.\"table\" = 'tickets'"
    differ = f"{ids} AND s.created_at IS DISTINCT FROM t.created_at AND s.created_at IS NOT NULL AND t.created_at IS NOT NULL"
    rows = int(data.query("SELECT count(*) AS n FROM superseded_rows WHERE \"table\" = 'tickets'", raw)["n"].iloc[0])
    if not rows:
        return []
    tickets, conflicts, all_of_them = _count(data, ids), _count(data, differ), data.rows["tickets"]
    said = "1 ticket stands" if tickets == 1 else f"{tickets:,} tickets stand"
    gone = "1 older row was" if rows == 1 else f"{rows:,} older rows were"
    differ_all = " They state different times of creation." if conflicts == tickets else ""
    many = 2 * tickets > all_of_them
    found = [
        Finding(
            name="several_rows",
            kind="duplicates",
            title="Several rows of one ticket",
            sentence=f"{said} in more than one row; the newest row of each counts, {gone} set aside.{differ_all}",
            tickets=tickets,
            rows=rows,
            examples=_set_aside(data, ids),
            metrics=() if many else _able(_CREATION, data),
            other="" if many else LEFT_OUT,
            why_not="Most tickets have several rows, so this is a log of states: the newest row is the ticket." if many else "",
            ids=ids,
        )
    ]
    if 0 < conflicts < tickets:
        said = "1 of these tickets states" if conflicts == 1 else f"{conflicts:,} of these tickets state"
        found.append(
            Finding(
                name="creation_conflicts",
                kind="duplicates",
                title="Rows that disagree about the creation",
                sentence=f"{said} different times of creation; the newest row's counts.",
                tickets=conflicts,
                examples=_set_aside(data, differ),
                metrics=_able(_CREATION, data),
                other=LEFT_OUT,
                ids=differ,
            )
        )
    return found


def _set_aside(data: Dataset, ids: str) -> tuple[Example, ...]:
    """The rows set aside, with the creation each stated and the one that counts."""
    frame = data.query(
        f"SELECT s.id, s.file, s.\"row\", strftime(s.created_at, '%Y-%m-%d %H:%M') AS older, strftime(t.created_at, '%Y-%m-%d %H:%M') AS counted "
        f"FROM superseded_rows s JOIN ({ids}) o ON o.ticket_id = s.id JOIN tickets t ON t.ticket_id = s.id "
        f'WHERE s."table" = \'tickets\' ORDER BY s.id, s.file, s."row" LIMIT {MOST}',
        data.canonical,
    )
    return tuple(Example(str(r["id"]), str(r["file"]), int(r["row"]), _dates(r["older"], r["counted"])) for r in frame.to_dict("records"))


def _dates(older: Any, counted: Any) -> str:
    if pd.isna(older) or pd.isna(counted) or older == counted:
        return "an older row"
    return f"says created {older}, counted {counted}"


def _unzoned(data: Dataset) -> list[Finding]:
    files = [file for file in data.report.files if file.unzoned]
    if not files:
        return []
    headers = list(dict.fromkeys(header for file in files for header in file.unzoned))
    named = ", ".join(f"“{h}”" for h in headers[:4]) + (f" and {len(headers) - 4} more" if len(headers) > 4 else "")
    what = "column states" if len(headers) == 1 else "columns state"
    return [
        Finding(
            name="zone",
            kind="zone",
            title="No time zone is written",
            sentence=f"{len(headers)} {what} no time zone ({named}), so the times are read as UTC. "
            "In another zone durations stay as they are; days, weekdays, hours and business hours move.",
            tickets=data.rows["tickets"],
            examples=tuple(Example("", file.file, None, header) for file in files for header in file.unzoned)[:MOST],
            why_not="Durations do not depend on it: both ends of each are in the same zone.",
        )
    ]


def _empty(data: Dataset) -> list[Finding]:
    empty = [extra for extra in data.report.extras if extra.reason == "empty"]
    mapped = [
        (place.partition(": ")[0], place.partition(": ")[2])
        for column in data.report.columns
        if column.state == "absent"
        for place in column.headers
    ]
    places = list(dict.fromkeys([(extra.file, extra.header) for extra in empty] + mapped))
    if not places:
        return []
    lost = [f"{c.table}.{c.column}" for c in data.report.columns if c.state == "absent" and c.headers]
    said = "1 column holds" if len(places) == 1 else f"{len(places):,} columns hold"
    return [
        Finding(
            name="empty_columns",
            kind="empty",
            title="Empty columns",
            sentence=f"{said} nothing at all.",
            rows=len(places),
            examples=tuple(Example("", file, None, header) for file, header in places[:MOST]),
            metrics=(),
            why_not="There is nothing to leave out or keep."
            + (" What would need them is listed under what these data cannot tell." if lost else ""),
        )
    ]


def _able(names: Iterable[str], data: Dataset) -> tuple[str, ...]:
    return tuple(name for name in names if name in CATALOGUE and not CATALOGUE[name].missing(data.filled))


def _count(data: Dataset, ids: str) -> int:
    return int(data.query(f"SELECT count(*) AS n FROM ({ids})", data.canonical)["n"].iloc[0])


def _has(data: Dataset, table: str) -> bool:
    """Whether an import that lists this was the one that made the data: lists were added over time."""
    return table in set(data.query("SHOW TABLES", data.canonical)["name"])
