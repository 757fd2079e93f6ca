# SQL is put together from quoted identifiers and literals of our own; data is bound.
"""From recognised tables of text to the eight canonical tables, as SQL over whole columns, with a report of all that was read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath

from kpi.cells import WORDS_TABLE, Compiled, Connection, ident, require_zone, typed
from kpi.sources._checks import check_tickets
from kpi.sources._complete import complete_rows
from kpi.sources._conflicts import CONFLICTS, CONFLICTS_COLUMNS
from kpi.sources._extras import ENOUGH, MOST_SPLITS, extras_of
from kpi.sources._fold import SUPERSEDED, SUPERSEDED_COLUMNS, Folded, fold_rows
from kpi.sources._join import join_rows
from kpi.sources._odd import ODD, ODD_COLUMNS, list_odd
from kpi.sources._people import gather_people, name_people
from kpi.sources._plan import Plan, plan_of
from kpi.sources._recognise import Match
from kpi.sources._report import ABSENT, FILLED, UNREAD, ColumnReport, Extra, FileReport, Import, Join, Unread
from kpi.sources._twice import drop_repeated
from kpi.tables import DUCKDB_TYPES, TABLES, Table

Progress = Callable[[str, float], None]

KEPT_UNREAD = 100_000
"""At most this many unread cells of one column of one file are listed; the counts are always exact."""

EXAMPLES = 5


def load(
    con: Connection,
    matches: Sequence[Match],
    *,
    zone: str | None = None,
    date_orders: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Import:
    """Fill the canonical tables in `con` from recognised tables, and report what was understood.

    Makes all eight tables (empty ones too) with exactly the declared types, then `_row` (the row a person finds in the file)
    and `_file`; `tickets` also gets the extra splits, as text. Beside them: `unread_cells`, `rejected_rows`, `superseded_rows`,
    `conflicting_cells`, `odd_cells`.

    Parameters
    ----------
    zone : IANA name; the zone of times that name none, where neither header nor format says it. None: UTC, with a doubt.
    date_orders : answers to `Import.questions`: header, canonical column or "*" -> "dmy" or "mdy".
    progress : called with a file's name and the share done, 0 to 1.

    Raises
    ------
    BadValue
        For a zone or order that does not exist, or when two tools use the same ticket ids.
    """
    if zone:
        require_zone(zone)
    tick = progress or (lambda _file, _share: None)
    job = _Job(con)
    for load_, match in enumerate(matches):
        tick(match.raw.file, load_ / (len(matches) * 2))
        job.add(plan_of(con, load_, match, zone or "", date_orders or {}))
    job.make_tables()
    for plan in job.plans:
        job.insert(plan)
        tick(plan.match.raw.file, 0.5 + (plan.load + 1) / (len(matches) * 2))
    return job.finish()


class _Job:
    """One import under way."""

    def __init__(self, con: Connection) -> None:
        self.con = con
        self.plans: list[Plan] = []
        self.extras: list[list[tuple[Extra, str]]] = []
        self.rejected: dict[int, int] = {}
        self.unread: dict[tuple[str, str], tuple[int, list[Unread]]] = {}

    def add(self, plan: Plan) -> None:
        self.plans.append(plan)
        fills_tickets = any(p.part.fills == "tickets" for p in plan.parts)
        self.extras.append(extras_of(plan.sheet, plan.used, plan.match.source.skip) if fills_tickets else _dropped(plan))

    def make_tables(self) -> None:
        splits = dict.fromkeys(e.name for found in self.extras for e, _ in found if e.kept)
        for table in TABLES.values():
            columns = [f"{ident(c.name)} {DUCKDB_TYPES[c.type]}" for c in table.columns]
            columns += ["_row BIGINT", "_file VARCHAR", "_load INTEGER", "_latest DOUBLE[]"]
            columns += [f"{ident(name)} VARCHAR" for name in splits] if table.name == "tickets" else []
            self.con.execute(f"CREATE OR REPLACE TABLE {ident(table.name)} ({', '.join(columns)})")
        self.con.execute(
            'CREATE OR REPLACE TABLE unread_cells (file VARCHAR, "table" VARCHAR, "column" VARCHAR, "row" BIGINT, text VARCHAR, reason VARCHAR)'
        )
        self.con.execute(f"CREATE OR REPLACE TABLE {SUPERSEDED} ({SUPERSEDED_COLUMNS})")
        self.con.execute(f"CREATE OR REPLACE TABLE {CONFLICTS} ({CONFLICTS_COLUMNS})")
        self.con.execute(f"CREATE OR REPLACE TABLE {ODD} ({ODD_COLUMNS})")
        self.con.execute('CREATE OR REPLACE TABLE rejected_rows (file VARCHAR, "row" BIGINT, reason VARCHAR, text VARCHAR)')

    def insert(self, plan: Plan) -> None:
        file, view = plan.match.raw.file, ident(plan.sheet.view)
        for planned in plan.parts:
            table = planned.part.table
            values = {name: typed(c.value, table.by_name[name]) for name, c in planned.columns.items()}
            if planned is plan.parts[0]:
                values["_latest"] = f"CAST([{', '.join(plan.latest)}] AS DOUBLE[])" if plan.latest else "NULL::DOUBLE[]"
            if table.name == "tickets":
                values |= {e.name: ident(column) for e, column in self.extras[plan.load] if e.kept}
            key = ", ".join(planned.columns[name].value for name in table.key)
            once = f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY _row) = 1" if planned.part.once else ""
            chosen = ", ".join(f"{value} AS {ident(name)}" for name, value in values.items())
            self.con.execute(
                f"INSERT INTO {ident(table.name)} BY NAME "
                f"SELECT _row, ?::VARCHAR AS _file, {plan.load} AS _load, {chosen} FROM {view} WHERE {planned.where} {once}",
                [file],
            )
        gather_people(self.con, plan)
        self._reject(plan)
        self._list_unread(plan)
        list_odd(self.con, plan)

    def _reject(self, plan: Plan) -> None:
        raw, main = plan.match.raw, plan.parts[0]
        own = plan.origin.table + "_rejected"
        if self.con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = ?", [own]).fetchone()[0]:
            self.con.execute(f'INSERT INTO rejected_rows SELECT file, "row", reason, text FROM {ident(own)}')
        here = int(self.con.execute(f"SELECT count(*) FROM {ident(main.part.fills)} WHERE _load = {plan.load}").fetchone()[0])
        self.rejected[plan.load] = raw.rejected + raw.rows - here
        if here == raw.rows:
            return
        text = f"left(concat_ws(', ', {', '.join(ident(h.column) for h in raw.headers)}), 500)"
        self.con.execute(
            f"INSERT INTO rejected_rows SELECT ?, _row, {main.why_not}, {text} FROM {ident(plan.sheet.view)} WHERE NOT ({main.where})",
            [raw.file],
        )

    def _list_unread(self, plan: Plan) -> None:
        view = ident(plan.sheet.view)
        for planned in plan.parts:
            read = {name: c for name, c in planned.columns.items() if c.headers}
            if not read:
                continue
            givens = ", ".join(f"count({c.given})" for c in read.values())
            filled = ", ".join(f"count({ident(name)})" for name in read)
            rows = (
                self.con.execute(f"SELECT {givens} FROM {view} WHERE {planned.listed}").fetchone(),
                self.con.execute(f"SELECT {filled} FROM {ident(planned.part.fills)} WHERE _load = {plan.load}").fetchone(),
            )
            for (name, compiled), given, value in zip(read.items(), *rows, strict=True):
                if given > value:
                    self._list_column(plan, planned.part.fills, planned.listed, name, compiled)

    def _list_column(self, plan: Plan, table: str, rows: str, name: str, compiled: Compiled) -> None:
        view, file = ident(plan.sheet.view), plan.match.raw.file
        bad = f"{compiled.given} IS NOT NULL AND {compiled.value} IS NULL AND {rows}"
        n = int(self.con.execute(f"SELECT count(*) FROM {view} WHERE {bad}").fetchone()[0])
        if not n:
            return
        self.con.execute(
            f"INSERT INTO unread_cells SELECT ?, ?, ?, _row, left({compiled.given}, 500), {compiled.reason} FROM {view} WHERE {bad} "
            f"ORDER BY _row LIMIT {KEPT_UNREAD}",
            [file, table, name],
        )
        found = self.con.execute(
            'SELECT file, "row", text, reason FROM unread_cells WHERE file = ? AND "table" = ? AND "column" = ? ORDER BY "row" LIMIT ?',
            [file, table, name, EXAMPLES],
        ).fetchall()
        before, examples = self.unread.get((table, name), (0, []))
        self.unread[table, name] = before + n, (examples + [Unread(*row) for row in found])[:EXAMPLES]

    def finish(self) -> Import:
        doubts: list[str] = name_people(self.con, self.plans)
        gone: dict[int, int] = complete_rows(self.con, self.plans)
        tools = [(p.match.source.tool or p.match.source.name, p.match.raw.file) for p in self.plans]
        for table in (t for t in TABLES.values() if t.key):
            children = [(p.load, q.part.fills) for p in self.plans if p.parts[0].part.fills == table.name for q in p.parts[1:]]
            folded = fold_rows(self.con, table, tools, children)
            gone = {k: gone.get(k, 0) + folded.gone.get(k, 0) for k in {*gone, *folded.gone}}
            doubts += _said_of(table, folded)
        joined = join_rows(self.con, self.plans)
        twice, said = drop_repeated(self.con, {plan.load: plan.match.raw.file for plan in self.plans})
        gone = {k: gone.get(k, 0) + twice.get(k, 0) for k in {*gone, *twice}}
        doubts += [*joined.doubts, *said]
        files = tuple(self._file(plan, gone.get(plan.load, 0), joined.joins.get(plan.load, ())) for plan in self.plans)
        doubts += check_tickets(self.con)
        columns = tuple(report for table in TABLES.values() for report in self._columns(table))
        for table in TABLES.values():
            self.con.execute(f"ALTER TABLE {ident(table.name)} DROP COLUMN _load")
            self.con.execute(f"ALTER TABLE {ident(table.name)} DROP COLUMN _latest")
        for plan in self.plans:
            self.con.execute(f"DROP VIEW IF EXISTS {ident(plan.sheet.view)}")
            if plan.match.raw.table != plan.origin.table:
                self.con.execute(f"DROP TABLE IF EXISTS {ident(plan.match.raw.table)}")
        self.con.execute(f"DROP TABLE IF EXISTS {WORDS_TABLE}")
        asked = {(q.file, q.header): q for plan in reversed(self.plans) for q in reversed(plan.questions)}  # once for each header
        extras = tuple(e for found in self.extras for e, _ in found)
        return Import(files, columns, extras, (*(d for f in files for d in f.doubts), *doubts), tuple(reversed(asked.values())))

    def _file(self, plan: Plan, superseded: int, joins: tuple[Join, ...]) -> FileReport:
        raw, source = plan.match.raw, plan.match.source
        tables = {
            p.part.fills: int(self.con.execute(f"SELECT count(*) FROM {ident(p.part.fills)} WHERE _load = {plan.load}").fetchone()[0])
            for p in plan.parts
        }
        doubts = [*raw.doubts, *plan.doubts]
        if over := sum(e.reason == ENOUGH for e, _ in self.extras[plan.load]):
            doubts.append(f"{raw.file} has {over:,} more columns than the {MOST_SPLITS} that are kept to split by; those are left aside.")
        if self.rejected[plan.load] > raw.rejected:
            reasons = self.con.execute(
                "SELECT reason, count(*) FROM rejected_rows WHERE file = ? GROUP BY 1 ORDER BY 2 DESC LIMIT 3", [raw.file]
            ).fetchall()
            why = "; ".join(f"{n:,}: {reason}" for reason, n in reasons)
            doubts.append(f"“{raw.file}”: {self.rejected[plan.load]:,} rows were left out ({why}).")
        return FileReport(
            file=raw.file,
            format=raw.format,
            source=source.name,
            label=source.label,
            mapping=PurePath(source.origin).name,
            rows=plan.origin.rows,
            tables=tables,
            rejected=self.rejected[plan.load],
            superseded=superseded,
            doubts=tuple(dict.fromkeys(doubts)),
            unzoned=tuple(plan.sheet.unzoned),
            confidence=source.confidence,
            joins=joins,
            zoned=tuple(h for h in plan.sheet.zoned if h not in plan.sheet.unzoned),
            odd_lines=plan.origin.odd_lines,
            odd_at=plan.origin.odd_at,
        )

    def _columns(self, table: Table) -> list[ColumnReport]:
        asked = ", ".join(f"count({ident(c.name)})" for c in table.columns)
        rows, *filled = self.con.execute(f"SELECT count(*), {asked} FROM {ident(table.name)}").fetchone()
        reports = []
        for column, n in zip(table.columns, filled, strict=True):
            unread, examples = self.unread.get((table.name, column.name), (0, []))
            headers = tuple(
                f"{plan.match.raw.file}: {h.raw}"
                for plan in self.plans
                for p in plan.parts
                if p.part.fills == table.name and column.name in p.columns
                for h in p.columns[column.name].headers
            )
            state = FILLED if n else UNREAD if unread else ABSENT
            reports.append(
                ColumnReport(table.name, column.name, state, int(n), int(rows - n), unread, tuple(dict.fromkeys(headers)), tuple(examples))
            )
        return reports


def _dropped(plan: Plan) -> list[tuple[Extra, str]]:
    """Unmapped columns of files that are not about tickets: only tickets have extra splits."""
    return [
        (Extra(plan.sheet.file, h.raw, "", f"{plan.match.source.fills} have no such column"), h.column)
        for h in plan.sheet.headers
        if h.column not in plan.used
    ]


def _said_of(table: Table, folded: Folded) -> list[str]:
    if not folded.keys:
        return []
    gone = sum(folded.gone.values())
    said = f"{folded.keys:,} {table.grain} ids occur more than once ({folded.rows:,} rows); the newest row of each was kept, {gone:,} set aside."
    if folded.conflicts:
        said += f" {folded.conflicts:,} of them state different times of creation."
    return [said]
