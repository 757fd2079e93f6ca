# SQL is put together from quoted identifiers and literals of our own; data is bound.
"""One match made ready to load: its cells cleaned, its readers compiled, its rows chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kpi.cells import (
    MISSING,
    Compiled,
    Connection,
    Constant,
    DayAndTime,
    Instant,
    Question,
    Reader,
    Sheet,
    batched,
    clean,
    ident,
    literal,
    typed,
)
from kpi.sources._recognise import Match
from kpi.sources._source import Part, Source
from kpi.sources._words import column_label
from kpi.tables import Column

if TYPE_CHECKING:
    from kpi.files import RawTable

_KEEP = Column("keep", "flag", "Rows that count.")
_TEXT = Column("text", "text", "A word.")
_LATEST = Column("latest", "number", "What tells the newest row.")


@dataclass(frozen=True)
class Planned:
    """A part of a source, compiled.

    `where` chooses the rows its table takes; `listed` those whose unread cells are told (also rows that are left out because
    the very cell that decides it cannot be read); `why_not` says why a row was left out.
    """

    part: Part
    columns: dict[str, Compiled]
    listed: str
    where: str
    why_not: str


@dataclass
class Plan:
    """A match, compiled. `load` is its place in the import; `latest` are SQL numbers, greatest is newest.

    `origin` is the table as decoded; the one of `match` is another only where the source reshapes it. `people` are the SQL of a list of
    persons.
    """

    load: int
    match: Match
    sheet: Sheet
    origin: RawTable
    people: dict[str, str] = field(default_factory=dict)
    parts: list[Planned] = field(default_factory=list)
    latest: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    doubts: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    def take(self, compiled: Compiled | None) -> Compiled | None:
        """Note what a compiled reader used, doubted and asked."""
        if compiled is None:
            return None
        self.used |= {h.column for h in compiled.headers}
        self.doubts += [f"{self.sheet.file}, {d}." for d in compiled.doubts]
        self.questions += [compiled.question] if compiled.question else []
        return compiled


def plan_of(con: Connection, load: int, match: Match, zone: str, orders: Mapping[str, str]) -> Plan:
    """Compile every reader of a match against its table. Profiles columns; reads nothing yet."""
    origin, source = match.raw, match.source
    raw = source.reshape(con, origin) if source.reshape else origin
    match = replace(match, raw=raw)
    view = f"_kpi_sheet_{load}"
    words = () if source.missing is None else (*MISSING, *source.missing)
    cells = ", ".join(_cleaned(con, raw, words))
    con.execute(f"CREATE OR REPLACE TEMP VIEW {ident(view)} AS SELECT _row, {cells} FROM {ident(raw.table)}")
    # What a person answers goes before what a source declares; either holds for the header wherever it is read.
    orders = {**orders, **{h: o for h, o in _declared_orders(source).items() if h not in orders}}
    sheet = Sheet(con, view, raw.file, raw.headers, "UTC" if source.utc else zone or source.zone, orders)
    plan = Plan(load, match, sheet, origin)
    for part in source.parts:
        plan.parts.append(_planned(plan, part, is_main=part is source.main))
    main = plan.parts[0].columns
    for item in source.latest:
        compiled = main.get(item) if isinstance(item, str) else plan.take(item.compile(sheet, _LATEST))
        if compiled is not None:
            instant = source.main.table.by_name[item].type == "instant" if isinstance(item, str) else isinstance(item, Instant)
            plan.latest.append(_as_number(compiled, instant))
    plan.people = {
        name: compiled.value for name, reader in source.people.items() if (compiled := plan.take(reader.compile(sheet, _TEXT))) is not None
    }
    plan.doubts += _alarms(plan)
    if sheet.unzoned:
        named = ", ".join(f"“{h}”" for h in list(sheet.unzoned)[:3]) + (" …" if len(sheet.unzoned) > 3 else "")
        plan.doubts.append(f"{raw.file}: no time zone is written ({named}); the times are read as UTC. Name the zone if they are not.")
    seen = set(sheet.orders_seen.values())
    plan.questions = [replace(q, likely=min(seen) if len(seen) == 1 else "") for q in plan.questions]
    question = [f"{q.text} The column stays unread until this is answered." for q in plan.questions]
    plan.doubts += list(dict.fromkeys(question))
    return plan


def _alarms(plan: Plan) -> list[str]:
    """What the source says of every such file, and of rows of this one."""
    sheet, source = plan.sheet, plan.match.source
    said = [f"{sheet.file}: {sentence}" for sentence in source.warns]
    if source.is_best_effort:
        said.append(f"{sheet.file}: {source.label} is read by best effort: no real export was at hand, so look at what was understood.")
    if source.most_rows and plan.origin.rows + plan.origin.rejected == source.most_rows:
        said.append(
            f"{sheet.file}: {source.label} ends an export at {source.most_rows:,} rows, and this one has as many: some may be missing."
        )
    for reader, sentence in source.alarms:
        compiled = plan.take(reader.compile(sheet, _KEEP))
        if compiled is not None:
            ((n,),) = sheet.rows(f"SELECT count(*) FILTER ({typed(compiled.value, _KEEP)}) FROM {ident(sheet.view)}")
            said += [f"{sheet.file}: {sentence.format(n=f'{n:,}')}"] if n else []
    return said


def _declared_orders(source: Source) -> dict[str, str]:
    found: dict[str, str] = {}
    readers = [r for part in source.parts for r in part.columns.values()]
    while readers:
        reader = readers.pop()
        readers += reader.inner
        if isinstance(reader, (Instant, DayAndTime)) and reader.order:
            found |= dict.fromkeys(reader.names, reader.order)
    return found


def _cleaned(con: Connection, raw: RawTable, words: Sequence[str]) -> list[str]:
    """SQL of every cell without blanks and missing words. A column that has neither stays as it is: most do, and it is faster."""
    cleaned = [(ident(h.column), clean(h.column, words)) for h in raw.headers]
    dirty: list[bool] = []
    for some in batched(cleaned):
        changed = ", ".join(f"count({c}) - count({new}), bool_or({c} <> trim({c}))" for c, new in some)
        row = con.execute(f"SELECT {changed} FROM {ident(raw.table)}").fetchone()
        dirty += [bool(row[2 * i]) or bool(row[2 * i + 1]) for i in range(len(some))]
    return [f"{new if is_dirty else c} AS {c}" for (c, new), is_dirty in zip(cleaned, dirty, strict=True)]


def _planned(plan: Plan, part: Part, is_main: bool) -> Planned:
    sheet, source = plan.sheet, plan.match.source
    readers: dict[str, Reader] = dict(part.columns)
    if part.fills == "tickets" and "source" not in readers:
        readers["source"] = Constant(value=source.tool or source.name)
    columns = {
        name: compiled
        for name, reader in readers.items()
        if (compiled := plan.take(reader.compile(sheet, part.table.by_name[name]))) is not None
    }
    rows = listed = "true"
    keep = plan.take(part.keep.compile(sheet, _KEEP)) if part.keep else None
    if keep is not None:
        # In the main table only a plain "no" leaves a row out; a further table takes only plain "yes" rows.
        rows = f"coalesce({typed(keep.value, _KEEP)}, {'true' if is_main else 'false'})"
        listed = f"({rows} OR ({keep.given} IS NOT NULL AND {keep.value} IS NULL))"
    elif not is_main and (part.keep or (part.fills == "surveys" and "score" not in columns)):
        rows = listed = (
            "false"  # the column that would tell its rows is not in the file: without it every ticket would be an unanswered survey
        )
    elif not is_main and part.fills == "surveys":
        rows = f"({columns['score'].value} IS NOT NULL)"
        listed = f"({columns['score'].given} IS NOT NULL)"
    needed = [(name, columns[name]) for name in part.table.required if name in columns]
    where = " AND ".join([rows, *(f"{c.value} IS NOT NULL" for _, c in needed)])
    reasons = [f"WHEN NOT ({rows}) THEN {literal(source.drops)}"]
    for name, compiled in needed:
        label = column_label(part.fills, name)
        reasons.append(f"WHEN {compiled.given} IS NULL THEN {literal(f'“{label}” is empty')}")
        reasons.append(f"WHEN {compiled.value} IS NULL THEN {literal(f'“{label}” cannot be read: ')} || {compiled.reason}")
    return Planned(part, columns, listed, where, f"CASE {' '.join(reasons)} END")


def _as_number(compiled: Compiled, is_instant: bool) -> str:
    return f"epoch({compiled.value})" if is_instant else f"try_cast({compiled.value} AS DOUBLE)"
