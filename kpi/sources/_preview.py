# SQL is put together from quoted identifiers and literals of our own; data is bound.
"""The head of a strange file: what its columns hold, what each may be, and whether a mapping of them would read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from kpi.cells import MISSING, Duration, HeaderLike, Reader, Sheet, clean, fold, ident, pick, reader_for, unit_of
from kpi.errors import KpiError, UnknownExport
from kpi.files import RawTable, read_head, scratch
from kpi.sources._load import load
from kpi.sources._propose import readers_of
from kpi.sources._recognise import Match, recognise
from kpi.sources._report import Import
from kpi.sources._reshape import beside
from kpi.sources._source import Source
from kpi.sources._synonyms import SYNONYMS
from kpi.tables import TABLES, Column

ROWS = 1_000
EXAMPLES = 3
SURE, LIKELY = 0.85, 0.6
"""From here on a guess is called sure, or likely."""
FAINT = 0.3
"""Below this nothing is proposed."""
LEAST_FIT = 0.5
"""A column of times, numbers or words of which fewer cells can be read is not proposed."""
LONGEST_ID, FEW = 60, 20
MOST_WORDS = 40
"""Up to so many different words a person can be asked what each means."""
_CALLED, _SOUNDS, _LOOKS = 0.95, 0.7, 0.35
"""How sure a name makes us: called so by a tool or a person; sounding like it; only looking like it by its values."""


@dataclass(frozen=True)
class Guess:
    """The header a column may be found under, how sure that is (0..1), and the unit of a duration where it is known."""

    header: str
    confidence: float
    unit: str = ""

    @property
    def word(self) -> str:
        return "sure" if self.confidence >= SURE else "likely" if self.confidence >= LIKELY else "a guess"


@dataclass(frozen=True)
class Preview:
    """One table of a file: its headers, its first rows (an Arrow table of text), and the source that recognises it, if any does.

    `shaped` is what the source makes of it before it reads it, where it does: the table readers look at, with its rows.
    """

    raw: RawTable
    rows: Any = field(repr=False)
    source: Source | None = None
    problem: str = ""
    shaped: tuple[RawTable, Any] | None = field(default=None, repr=False)

    @property
    def looked_at(self) -> tuple[RawTable, Any]:
        """The table that is read and its first rows: the file's own, or what the source makes of it."""
        return self.shaped or (self.raw, self.rows)

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers one can choose from, each once."""
        return tuple(dict.fromkeys(h.raw for h in self.looked_at[0].headers if h.raw.strip()))

    def _cells(self, header: str) -> list[str]:
        table, rows = self.looked_at
        found = pick(table.headers, header)
        return [] if found is None else [c.strip() for c in rows.column(found.column).to_pylist() if c and c.strip()]

    def values(self, header: str, most: int = 50) -> list[tuple[str, int]]:
        """The commonest cells under a header, and how often each occurs in the head."""
        counts: dict[str, int] = {}
        for cell in self._cells(header):
            counts[cell] = counts.get(cell, 0) + 1
        return sorted(counts.items(), key=lambda c: -c[1])[:most]

    def examples(self, header: str) -> tuple[str, ...]:
        """Three different cells under a header, in the order of the file."""
        return tuple(list(dict.fromkeys(self._cells(header)))[:EXAMPLES])

    @cached_property
    def _proposals(self) -> dict[str, dict[str, Guess]]:
        return {}

    def proposal(self, fills: str) -> dict[str, Guess]:
        """Canonical column of a table -> the header it is probably under; those nobody could tell are left out."""
        if fills not in self._proposals:
            self._proposals[fills] = _proposal(self, fills)
        return self._proposals[fills]

    def likeliest(self) -> str:
        """The canonical table the file most probably fills."""

        def score(fills: str) -> float:
            called = _called(self.raw.headers, fills)[0]
            found = {column for _, column in called}
            return len({header for header, _ in called}) - 3 * sum(name not in found for name in TABLES[fills].required)

        return self.source.fills if self.source else max(TABLES, key=score)


def preview(path: Path, name: str, rows: int = ROWS) -> tuple[Preview, ...]:
    """Every table of a file, from its first `rows` rows. UnreadableFile as for an import."""
    found = []
    for raw, head in read_head(path, name, rows):
        source, problem = None, ""
        try:
            source = recognise(raw).source
        except UnknownExport as error:
            problem = error.what
        found.append(Preview(raw, head, source, problem, _shaped(raw, head, source)))
    return tuple(found)


def _shaped(raw: RawTable, head: Any, source: Source | None) -> tuple[RawTable, Any] | None:
    if source is None or source.reshape is None:
        return None
    with scratch() as con:
        con.register("head", head)
        con.execute(f"CREATE TABLE {raw.table} AS SELECT * FROM head")
        made = beside(source.reshape)(con, replace(raw, doubts=()))
        return made, con.sql(f"SELECT * FROM {ident(made.table)}").to_arrow_table()


@dataclass(frozen=True)
class Checked:
    """What a mapping makes of the first rows: the report an import would give, and the cells it could not read by canonical column.

    `unread` is ("tickets", "status") -> [(text, how often)], the commonest first; `words` says of columns with a vocabulary what the
    words of the file were read as: ("tickets", "status") -> {"Done": "solved"}.
    """

    report: Import
    unread: Mapping[tuple[str, str], list[tuple[str, int]]]
    words: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)


def check(seen: Preview, mapping: Mapping[str, Any], date_orders: Mapping[str, str] | None = None, zone: str | None = None) -> Checked:
    """What an import by this mapping would make of the first rows: the same code reads them. KpiError when it could not begin."""
    raw = replace(seen.raw, rejected=0, doubts=())
    with scratch() as con:
        con.register("head", seen.rows)
        con.execute(f"CREATE TABLE {raw.table} AS SELECT * FROM head")
        match = recognise(raw, mapping=mapping)
        report = load(con, [Match(raw, match.source)], zone=zone, date_orders=date_orders)
        unread: dict[tuple[str, str], list[tuple[str, int]]] = {}
        for table, column, text, n in con.execute(
            'SELECT "table", "column", text, count(*) FROM unread_cells GROUP BY ALL ORDER BY 4 DESC, 3'
        ).fetchall():
            unread.setdefault((table, column), []).append((text, int(n)))
        return Checked(report, unread, _words(con, raw, report))


def _words(con: Any, raw: RawTable, report: Import) -> dict[tuple[str, str], Mapping[str, str]]:
    """What the words of closed vocabularies, and of scores, were read as, row by row."""
    found: dict[tuple[str, str], Mapping[str, str]] = {}
    for told in report.columns:
        column = TABLES[told.table].by_name[told.column]
        is_vocabulary = bool(column.words) or column.type == "flag" or (told.table, told.column) == ("surveys", "score")
        header = pick(raw.headers, told.headers[0].partition(": ")[2]) if len(told.headers) == 1 and is_vocabulary else None
        if header is None or not told.filled:
            continue
        rows = con.execute(
            f"SELECT trim(r.{ident(header.column)}), any_value(t.{ident(column.name)}::VARCHAR) FROM {ident(told.table)} t "
            f"JOIN {ident(raw.table)} r USING (_row) WHERE t.{ident(column.name)} IS NOT NULL AND r.{ident(header.column)} IS NOT NULL "
            f"GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {MOST_WORDS}"
        ).fetchall()
        found[told.table, told.column] = {str(text): str(value) for text, value in rows}
    return found


def draft(file: str, fills: str, columns: Mapping[str, Any], also: Sequence[Mapping[str, Any]] = (), **more: Any) -> dict[str, Any]:
    """A mapping (as `from_mapping` takes it) of one file: canonical column -> header, or a reader with its facts."""
    name = re.sub(r"[^a-z0-9]+", "_", fold(file).rsplit(".", 1)[0]).strip("_") or "mapping"
    name = name if name[0].isalpha() else f"file_{name}"
    entry: dict[str, Any] = {"fills": fills, "signs": [_headers_of(columns)[:6]], **more, "columns": dict(columns)}
    return {"name": name, "label": "Your own mapping", "file": [{**entry, "also": [dict(a) for a in also]} if also else entry]}


def _headers_of(columns: Mapping[str, Any]) -> list[str]:
    said = [next(iter(c.items())) if isinstance(c, Mapping) else ("", c) for c in columns.values()]
    return list(dict.fromkeys(header for kind, header in said if isinstance(header, str) and kind != "constant"))


def _proposal(seen: Preview, fills: str) -> dict[str, Guess]:
    table = TABLES[fills]
    columns = [c for c in table.columns if fills != "tickets" or (c.name != "source" and (not c.derived or c.name in SYNONYMS[fills]))]
    called, units = _called(seen.raw.headers, fills)
    candidates: list[tuple[float, int, str, str, str]] = []
    with scratch() as con:
        con.register("head", seen.rows)
        cells = ", ".join(f"{clean(h.column, MISSING)} AS {ident(h.column)}" for h in seen.raw.headers)
        con.execute(f"CREATE TABLE sheet AS SELECT _row, {cells} FROM head")
        sheet = Sheet(con, "sheet", seen.raw.file, seen.raw.headers, "UTC", {"*": "dmy"})
        for place, column in enumerate(columns):
            named = {h.raw: _name(h, column.name, fills, called) for h in seen.raw.headers if h.raw.strip()}
            looked = not any(named.values()) and (column.required or column.name == "created_at")
            for header in seen.raw.headers:
                sure = named.get(header.raw, 0.0) or (_LOOKS if looked and _says_more(seen.examples(header.raw), column) else 0.0)
                if not sure:
                    continue
                unit = (unit_of(header.note) or units.get((header.raw, column.name), "")) if column.unit == "s" else ""
                fit = _fit(sheet, column, header, unit) if seen.raw.rows else LEAST_FIT
                if fit >= LEAST_FIT and (not looked or fit > 0.99):
                    candidates.append((sure * (0.3 + 0.7 * fit), -place, column.name, header.raw, unit))
    found: dict[str, Guess] = {}
    used: set[str] = set()
    for confidence, _, name, raw, unit in sorted(candidates, key=lambda c: c[:2], reverse=True):
        if name not in found and raw not in used and confidence >= FAINT:
            used.add(raw)
            found[name] = Guess(raw, round(confidence, 3), unit)
    return {c.name: found[c.name] for c in columns if c.name in found}


def _called(headers: Sequence[HeaderLike], fills: str) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], str]]:
    """(header, column) -> how sure its name makes us, by the names of every known tool and of people; and the units tools state."""
    votes: dict[tuple[str, str], float] = {}
    units: dict[tuple[str, str], str] = {}
    for source, column, reader in readers_of(fills):
        found = reader.found(headers)
        if not found:
            continue
        header = found[0]
        votes[header.raw, column] = votes.get((header.raw, column), 0) + (1 if source.general or source.origin else 3)
        if isinstance(reader, Duration) and reader.unit:
            units[header.raw, column] = reader.unit
    h: HeaderLike
    for h in headers:
        spoken = _spoken(h)
        for column in (c.name for c in TABLES[fills].columns):
            heard = 6 if spoken.replace(" ", "_") == column else 2 if spoken in SYNONYMS[fills].get(column, ()) else 0
            if heard:
                votes[h.raw, column] = votes.get((h.raw, column), 0) + heard
    whole: dict[str, float] = {}
    for (raw, _), n in votes.items():
        whole[raw] = max(whole.get(raw, 0.0), n)
    return {(raw, column): _CALLED * (0.6 + 0.4 * n / whole[raw]) for (raw, column), n in votes.items()}, units


_SILENT = frozenset("the of in on at a an by for to der die das am de la le el du date time datum zeit ticket case issue is".split())


def _name(header: HeaderLike, column: str, fills: str, called: Mapping[tuple[str, str], float]) -> float:
    """How sure a header's name makes us that it is this column."""
    return max(called.get((header.raw, column), 0.0), _sounds(_spoken(header), SYNONYMS[fills].get(column, ())))


def _spoken(header: HeaderLike) -> str:
    """A header as one would say it: `CreatedDate (UTC)` and `created_date` are "created date"."""
    bare = re.sub(r"\s*[(\[][^()\[\]]*[)\]]\s*$", "", header.raw)
    return fold(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", bare).replace("_", " ").replace("-", " "))


def _sounds(name: str, known: Sequence[str]) -> float:
    """How much a header sounds like any of the known names: the share of words they have in common, by their first letters."""
    mine = _stems(name)
    best = max((len(mine & theirs) / len(mine | theirs) for theirs in map(_stems, known) if mine and theirs), default=0.0)
    return _SOUNDS * best if best >= LEAST_FIT else 0.0


@lru_cache(maxsize=4096)
def _stems(name: str) -> frozenset[str]:
    return frozenset(word[:5] for word in re.findall(r"[^\W_]+", name) if word not in _SILENT)


def _says_more(cells: Sequence[str], column: Column) -> bool:
    """Whether cells can be told by their look: an id in short words, a time in more than digits (a postcode is no date)."""
    if column.type == "instant":
        return any(re.search(r"\d[-/.: ]\d", cell) for cell in cells)
    return column.name.endswith("_id") and bool(cells) and all(re.fullmatch(r"\S{1,40}", cell) for cell in cells)


def _fit(sheet: Sheet, column: Column, header: HeaderLike, unit: str) -> float:
    """The share of a header's cells that the column's reader can read; for an id also how often they differ. 0 for an empty column."""
    reader: Reader = reader_for(column, header.raw)
    if isinstance(reader, Duration):
        reader = replace(reader, unit=unit or "seconds")
    try:
        compiled = reader.compile(sheet, column)
    except KpiError:
        return 0.0
    if compiled is None:
        return 0.0
    ((given, read, kinds, longest),) = sheet.rows(
        f"SELECT count({compiled.given}), count({compiled.value}), count(DISTINCT {compiled.given}), "
        f"coalesce(max(strlen({compiled.given})), 0) FROM {ident(sheet.view)}"
    )
    fit = read / given if given else 0.0
    if given and column.name.endswith("_id"):
        fit = 0.4 + 0.6 * kinds / given if longest <= LONGEST_ID else 0.0
    elif given and column.words and kinds <= MOST_WORDS:
        fit = max(LEAST_FIT, fit)  # a person can say what each word means
    elif column.type == "text" and column.split and given > FEW and kinds > 0.9 * given:
        fit = LEAST_FIT  # a different word in every row is no category
    return float(fit)
