"""Oddities of the files themselves: cells not read, rows left out, several rows of one ticket, times without a zone, empty columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kpi import units
from kpi.catalogue import CATALOGUE
from kpi.engine import Dataset
from kpi.engine.dataset import quoted_text
from kpi.metric import Metric
from kpi.quality.model import LEFT_OUT, Example, Finding
from kpi.quality.places import MOST, examples
from kpi.sources import column_label
from kpi.tables import TABLES

FEW, QUARTER, LONGEST_OFFSET = 3, 900, 14 * 3600
"""So many pairs a constant gap, and which gaps, look like another time zone: whole quarters of an hour, up to 14 hours."""
_CREATION = ("tickets_created", "first_reply_time", "full_resolution_time", "backlog_age")


def of_files(data: Dataset) -> list[Finding]:
    """Every finding about the files, cells first; none for a dataset that was not read from files."""
    if data.report is None:
        return []
    return [*_unread(data), *_rejected(data), *_repeated(data), *_unzoned(data), *_encodings(data), *_empty(data)]


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
                metrics=harmed_by([cells], data) if tickets or not has_tickets else (),
                other=LEFT_OUT if tickets else "",
                why_not=""
                if tickets
                else "These rows are older states of tickets, belong to none, or were left out with the cell: no number stands on them."
                if has_tickets
                else "These rows are of no single ticket: how far a number would move without them cannot be told.",
                ids=ids if tickets else "",
                listing=f"SELECT '', file, \"row\", text || ' (' || reason || ')' FROM {raw}.unread_cells "
                f"WHERE \"table\" = '{column.table}' AND \"column\" = '{column.column}'",
            )
        )
    return found


def _rejected(data: Dataset) -> list[Finding]:
    found = []
    for file in data.report.files:
        if not file.rejected:
            continue
        listing = f"SELECT '', file, \"row\", left(reason || ': ' || text, 200) FROM {data.canonical}.rejected_rows WHERE file = '{quoted_text(file.file)}'"
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
                examples=examples(listing, data),
                listing=listing,
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
    apart = _apart(data, differ) if conflicts else ""
    differ_all = f" They state different times of creation.{apart}" if conflicts == tickets else ""
    many = 2 * tickets > all_of_them
    found = [
        Finding(
            name="several_rows",
            kind="duplicates",
            title="Several rows of one ticket",
            sentence=f"{said} in more than one row; the newest row of each counts, {gone} set aside.{differ_all}",
            tickets=tickets,
            rows=rows,
            examples=examples(_set_aside(data, ids), data),
            listing=_set_aside(data, ids),
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
                sentence=f"{said} different times of creation; the newest row's counts.{apart}",
                tickets=conflicts,
                examples=examples(_set_aside(data, differ), data),
                listing=_set_aside(data, differ),
                metrics=_able(_CREATION, data),
                other=LEFT_OUT,
                ids=differ,
            )
        )
    return found


def _set_aside(data: Dataset, ids: str) -> str:
    """A query of the rows set aside, with the creation each stated and the one that counts."""
    raw, older, counted = data.canonical, *(f"strftime({t}.created_at, '%Y-%m-%d %H:%M')" for t in "st")
    return (
        f"SELECT s.id, s.file, s.\"row\", CASE WHEN s.created_at <> t.created_at THEN 'says created ' || {older} || ', counted ' || {counted} "
        f"ELSE 'an older row' END FROM {raw}.superseded_rows s JOIN ({ids}) o ON o.ticket_id = s.id "
        f"JOIN {raw}.tickets t ON t.ticket_id = s.id WHERE s.\"table\" = 'tickets'"
    )


def _apart(data: Dataset, ids: str) -> str:
    """ " always 7 h apart, as when …" where all creations that differ do so by the same whole quarters of an hour; else nothing."""
    raw = data.canonical
    row = data.query(
        f"SELECT min(apart) AS least, max(apart) AS most, count(*) AS n FROM (SELECT abs(epoch(s.created_at) - epoch(t.created_at)) AS apart "
        f"FROM {raw}.superseded_rows s JOIN ({ids}) o ON o.ticket_id = s.id JOIN {raw}.tickets t ON t.ticket_id = s.id "
        "WHERE s.\"table\" = 'tickets' AND s.created_at <> t.created_at)",
        raw,
    ).iloc[0]
    least, most = row["least"], row["most"]
    if row["n"] < FEW or least != most or least % QUARTER or least > LONGEST_OFFSET:
        return ""
    return f" They are always {units.say(least, 's')} apart, as when one of the exports was made in another time zone."


def _unzoned(data: Dataset) -> list[Finding]:
    mixed = set()
    if _has(data, "odd_cells"):  # a finding of its own tells them
        told = data.query("SELECT DISTINCT file, header FROM odd_cells WHERE kind = 'no_zone'", data.canonical)
        mixed = set(told.itertuples(index=False, name=None))
    where = tuple(Example("", f.file, None, header) for f in data.report.files for header in f.unzoned if (f.file, header) not in mixed)
    if not where:
        return []
    headers = list(dict.fromkeys(place.text for place in where))
    named = ", ".join(f"“{h}”" for h in headers[:4]) + (f" and {len(headers) - 4} more" if len(headers) > 4 else "")
    stated = list(dict.fromkeys(header for file in data.report.files for header in file.zoned if file.tables))
    moves = (
        f"Others state theirs (“{stated[0]}”{' and more' if len(stated) > 1 else ''}), so unless UTC is right, "
        "durations between the two are wrong by the difference."
        if stated
        else "In another zone durations stay as they are; days, weekdays, hours and business hours move."
    )
    what = "column states" if len(headers) == 1 else "columns state"
    return [
        Finding(
            name="zone",
            kind="zone",
            title="No time zone is written",
            sentence=f"{len(headers)} {what} no time zone ({named}), so the times are read as UTC. {moves}",
            tickets=data.rows["tickets"],
            examples=where[:MOST],
            places=where,
            metrics=_able(_CREATION, data) if stated else (),
            why_not="Say their zone under “Read it differently”, and every number follows."
            if stated
            else "Durations do not depend on it: both ends of each are in the same zone.",
        )
    ]


def _encodings(data: Dataset) -> list[Finding]:
    found = []
    for place, file in enumerate(data.report.files):
        if not file.odd_lines:
            continue
        lines = "1 line is" if file.odd_lines == 1 else f"{file.odd_lines:,} lines are"
        where = tuple(Example("", file.file, line, "Windows-1252 (Latin-1)") for line in file.odd_at)
        found.append(
            Finding(
                name=f"encodings.{place}",
                kind="encoding",
                title=f"Two encodings in {file.file}",
                sentence=f"{lines} in Windows-1252 (Latin-1) and the others in UTF-8. Each was read in its own, so no letter is lost.",
                rows=file.odd_lines,
                examples=where[:MOST],
                places=where,
                why_not="Every cell was read. Only a line that fits both encodings could show other letters, and stand in a group of its own.",
            )
        )
    return found


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
            places=tuple(Example("", file, None, header) for file, header in places),
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
