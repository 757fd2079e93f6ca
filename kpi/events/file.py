"""events.csv: read with care, written so that it comes back the same and runs nothing in a spreadsheet. See docs/events.md."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from kpi.cells.dates import read_shape
from kpi.errors import BadValue, UnreadableFile
from kpi.events.event import KINDS, Event
from kpi.files.records import Dialect, Record, records

FIELDS = ("date", "end", "kind", "title", "note", "metrics", "where")
"""The columns, in the order they are written."""
MOST_EVENTS, MOST_REJECTED, LONGEST, LONGEST_CELL = 2_000, 2_000, 5_000_000, 5_000
_HEADERS = {
    "date": ("date", "day", "start", "start date", "begin", "from", "when", "started at"),
    "end": ("end", "end date", "until", "to", "ended at"),
    "kind": ("kind", "type", "category"),
    "title": ("title", "event", "name", "label", "what", "summary"),
    "note": ("note", "notes", "about", "description", "comment", "details"),
    "metrics": ("metrics", "metric", "kpi", "kpis"),
    "where": ("where", "scope", "filter"),
}
"""Field -> the headers it is known by, whatever their case and joints."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_TIME = re.compile(r"(?<=\d)(?:T|,? +(?:at +)?)\d{1,2}:\d{2}.*$", re.IGNORECASE)
_ORDERS = ("dmy", "mdy")
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Rejected:
    """A row that is no event: its number as a spreadsheet counts (the header is row 1), why, and its cells by field."""

    row: int
    reason: str
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Notes:
    """What a file holds: the events, the rows that are none, and remarks about the rest (columns nobody asked for, unknown kinds)."""

    events: tuple[Event, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    remarks: tuple[str, ...] = ()


def read(text: str) -> Notes:
    """The events of a CSV. Rows that cannot be read are listed with number and reason, and the rest is there.

    Any delimiter of , ; tab |; columns in any order, `date` and `title` are needed. Dates as 2026-03-02, or with the month in words, or
    day and month in numbers where the file itself leaves no doubt about their order. BadValue when the text is too long or has no header.
    """
    if not text.strip():
        return Notes()
    if len(text) > LONGEST:
        raise BadValue(f"The file of events has {len(text):,} characters.", f"At most {LONGEST:,} are read: leave out old ones.")
    text = text.removeprefix("\ufeff")
    found = records(io.StringIO(text, newline=""), Dialect(_delimiter(text)))
    fields, unused = _header(found)
    rows = [record for record in found if record.cells is None or any(cell.strip() for cell in record.cells)]
    cells = [_cells(record, fields) for record in rows]
    order = _order([row[name] for row in cells for name in ("date", "end") if row.get(name)])
    events: list[Event] = []
    rejected: list[Rejected] = []
    remarks = [f"Columns that were not used: {', '.join(unused)}."] if unused else []
    others: dict[str, int] = {}
    for record, row in zip(rows, cells, strict=True):
        try:
            if record.cells is None:
                raise BadValue(f"{record.reason[:1].upper()}{record.reason[1:]}.")
            if len(events) >= MOST_EVENTS:
                raise BadValue(f"Only {MOST_EVENTS:,} events are kept.")
            event, strange = _event(row, order)
        except BadValue as error:
            rejected.append(Rejected(record.number, str(error), row))
            continue
        if event in events:
            rejected.append(Rejected(record.number, "The same event stands in an earlier row.", row))
            continue
        events.append(event)
        if strange:
            others[strange] = others.get(strange, 0) + 1
    if others:
        said = ", ".join(f"“{kind}”" + (f" ({n} rows)" if n > 1 else "") for kind, n in list(others.items())[:10])
        remarks.append(f"Kinds nobody knows became “other”: {said}.")
    if len(rejected) > MOST_REJECTED:
        remarks.append(f"{len(rejected):,} rows could not be read; the first {MOST_REJECTED:,} are listed.")
    return Notes(tuple(events), tuple(rejected[:MOST_REJECTED]), tuple(remarks))


def write(notes: Notes | Iterable[Event]) -> str:
    """Events as CSV, by date; then, as they came, the rows of a file that could not be read: nothing is lost. "" for none at all.

    Cells that would run as a formula get an apostrophe in front, which `read` takes off again.
    """
    held = notes if isinstance(notes, Notes) else Notes(tuple(notes))
    if not held.events and not held.rejected:
        return ""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(FIELDS)
    for event in sorted(held.events, key=lambda e: (e.date, e.title, e.kind)):
        row = (event.date.isoformat(), event.end.isoformat() if event.end else "", event.kind, event.title, event.note)
        writer.writerow([_guarded(cell) for cell in (*row, ";".join(event.metrics), _where_text(event.where))])
    for bad in held.rejected:
        writer.writerow([_guarded(_bared(bad.cells.get(name, ""))) for name in FIELDS])
    return out.getvalue()


def add(text: str, *events: Event) -> str:
    """The text of a file with events added; those already in it are not doubled. For `kpi.store.change`."""
    notes = read(text)
    fresh = tuple(event for event in dict.fromkeys(events) if event not in notes.events)
    if len(notes.events) + len(fresh) > MOST_EVENTS:
        raise BadValue(f"There would be more than {MOST_EVENTS:,} events.", "Delete old ones first.")
    return write(replace(notes, events=(*notes.events, *fresh)))


def without(text: str, *events: Event) -> str:
    """The text of a file with some events taken out."""
    notes = read(text)
    return write(replace(notes, events=tuple(event for event in notes.events if event not in events)))


def text_of(content: bytes, file: str = "events.csv") -> str:
    """The text of an uploaded file: UTF-8, UTF-16 with its mark, or Windows-1252. UnreadableFile for what is no text."""
    if len(content) > 4 * LONGEST:
        raise UnreadableFile(f"“{file}” is too large for a list of events.", f"At most {LONGEST:,} characters are read.")
    for mark, name in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"", "utf-8-sig"), (b"", "cp1252")):
        if content.startswith(mark) and not (name != "utf-16" and b"\x00" in content):
            try:
                return content.decode(name)
            except UnicodeDecodeError:
                continue
    raise UnreadableFile(f"“{file}” is not a text file.", "Save the list as CSV, in UTF-8.")


def _delimiter(text: str) -> str:
    """The delimiter that makes most known headers of the first line."""
    first = next(line for line in text.splitlines() if line.strip())
    return max(",;\t|", key=lambda sign: len({_field(name) for name in next(csv.reader([first], delimiter=sign))} - {""}))


def _field(header: str) -> str:
    plain = re.sub(r"[\W_]+", " ", header.casefold()).strip()
    return next((field for field, names in _HEADERS.items() if plain in names), "")


def _header(found: Iterable[Record]) -> tuple[dict[str, int], list[str]]:
    """(field -> its place, headers of no use) of the first row that has cells."""
    for record in found:
        names = record.cells or []
        if not any(name.strip() for name in names):
            continue
        fields: dict[str, int] = {}
        for place, name in enumerate(names):
            fields.setdefault(_field(name), place)
        fields.pop("", None)
        if missing := [name for name in ("date", "title") if name not in fields]:
            has = ", ".join(name.strip()[:40] for name in names[:12])
            raise BadValue(
                f"The list of events has no column {' and no column '.join(missing)}: it has {has}.", "Name them date and title."
            )
        used = set(fields.values())
        return fields, [name.strip()[:40] for place, name in enumerate(names) if place not in used and name.strip()][:20]
    raise BadValue("The list of events has no header.", "Its first row names the columns: date, title and so on.")


def _cells(record: Record, fields: Mapping[str, int]) -> dict[str, str]:
    cells = record.cells if record.cells is not None else [record.text.strip()]
    at = fields if record.cells is not None else {"date": 0}
    return {name: cells[place] for name, place in at.items() if place < len(cells)}


def _event(row: Mapping[str, str], order: str) -> tuple[Event, str]:
    """The event of a row, and its kind as written where that is unknown."""
    for name, cell in row.items():
        if len(cell) > LONGEST_CELL:
            raise BadValue(f"The {name} has {len(cell):,} letters.")
    cells = {name: _bared(cell).replace("\r\n", "\n").strip() for name, cell in row.items()}
    if not cells.get("date"):
        raise BadValue("It has no date.")
    kind, strange = _kind(cells.get("kind", ""))
    end = cells.get("end", "")
    event = Event(
        date=_date(cells["date"], order, "date"),
        title=_one_line(cells.get("title", "")),
        kind=kind,
        end=_date(end, order, "end") if end else None,
        note="\n".join(_plain(line) for line in cells.get("note", "").splitlines()).strip(),
        metrics=tuple(dict.fromkeys(name.strip() for name in re.split(r"[;,]", cells.get("metrics", "")) if name.strip())),
        where=_where(cells.get("where", "")),
    )
    return event, strange


def _kind(text: str) -> tuple[str, str]:
    plain = re.sub(r"[\W_]+", " ", text.casefold()).strip()
    found = next((kind for kind, known in KINDS.items() if plain in (kind, known.word.casefold(), *known.others)), "")
    return (found or "other"), ("" if found or not plain else text.strip()[:40])


def _one_line(text: str) -> str:
    return " ".join(_plain(text).split())


def _plain(text: str) -> str:
    """Without control characters and without those that turn the direction of what follows."""
    return "".join(" " if unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") or sign in _TURNS else sign for sign in text)


def _readings(text: str) -> dict[str, dt.date]:
    """Order of day and month -> the date a text then means; an order that makes no date is left out."""
    plain = " ".join(_TIME.sub("", text.strip()).split())
    form = read_shape(re.sub(r"\d", "9", plain)) if len(plain) < 50 and plain.isprintable() else None
    found: dict[str, dt.date] = {}
    if form is None or form.number:
        return found
    for word, month in form.replace.items():
        plain = plain.replace(word, month)
    for order in _ORDERS:
        try:
            found[order] = dt.datetime.strptime(plain, form.pattern(order)).date()
        except ValueError:
            continue
    return found


def _order(texts: Sequence[str]) -> str:
    """The order of day and month the file proves: some date has only that reading, and none has only the other. "" when in doubt."""
    only = {next(iter(found)) for text in texts if len(found := _readings(text)) == 1}
    return only.pop() if len(only) == 1 else ""


def _date(text: str, order: str, name: str) -> dt.date:
    found = _readings(text)
    if not found:
        raise BadValue(f"The {name} “{text[:40]}” is no date.", "Write it as 2026-03-02.")
    if len(set(found.values())) == 1:
        return next(iter(found.values()))
    if order in found:
        return found[order]
    first, second = sorted(found.values())
    raise BadValue(f"The {name} “{text[:40]}” may be {first} or {second}.", f"Write it as {first} or {second}.")


def _where(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """ "team=Billing;team=Care" -> (("team", ("Billing", "Care")),); %3B is a semicolon inside a value, %25 a per cent sign."""
    pairs: dict[str, list[str]] = {}
    for part in text.split(";"):
        if not part.strip():
            continue
        column, equals, value = part.partition("=")
        if not equals or not column.strip() or not value.strip():
            raise BadValue(f"“{part.strip()[:40]}” in where is not a column and a value.", "Write it as team=Billing.")
        pairs.setdefault(_one_line(column), []).append(_one_line(value).replace("%3B", ";").replace("%25", "%"))
    return tuple((column, tuple(sorted(set(values)))) for column, values in sorted(pairs.items()))


def _where_text(where: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    return ";".join(f"{column}={value.replace('%', '%25').replace(';', '%3B')}" for column, values in where for value in values)


def _guarded(cell: str) -> str:
    """A cell that cannot run: an apostrophe before what begins (after apostrophes) like a formula."""
    return f"'{cell}" if cell.lstrip("'").startswith(_FORMULA) else cell


def _bared(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_FORMULA) else cell
