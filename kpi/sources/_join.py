# SQL is put together from quoted identifiers and literals of our own; data is bound.
"""Files of different tools that tell of the same tickets: ids written alike, answers that name no ticket, and how many rows found theirs.

Nothing is joined that could be two things: an id counts as another one only where exactly one ticket could be meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpi.cells import Connection, ident, literal, pick
from kpi.sources._plan import Plan
from kpi.sources._report import Join
from kpi.tables import NOT_COUNTED, TABLES

LOW = 0.8
"""Below this share of joined rows a sentence says so."""
DAYS = 30
"""An answer that names no ticket is about the requester's newest ticket, if that was created so many days before it, or fewer."""
ABOUT_A_TICKET = ("csat", "ces")
"""Kinds of survey that ask about one contact; a recommendation is about the company."""
ALIASES = ("Requester email", "Email", "Customer email", "Contact email", "Email (Contact)", "From Email", "User email", "Requester")
"""Headers of ticket exports that hold the requester's address, where the requester is called by id or name."""
HALF = 0.5
"""A prefix is left away only where at least this share of the ids in question then names a ticket."""
EXAMPLES = 3


@dataclass(frozen=True)
class Joined:
    """What joining found: joins by load, and sentences."""

    joins: dict[int, tuple[Join, ...]]
    doubts: list[str]


def join_rows(con: Connection, plans: Sequence[Plan]) -> Joined:
    """Write ids as the tickets write them, find the tickets of answers that name none, and count who found what."""
    joins: dict[int, tuple[Join, ...]] = {}
    doubts: list[str] = []
    if not _one(con, "SELECT count(*) FROM tickets"):
        return Joined(joins, doubts)
    _gather_aliases(con, plans)
    for plan in plans:
        tables = [p.part.fills for p in plan.parts if p.columns]
        if "tickets" in tables or plan.match.source.fills == "tickets":
            continue  # the rows are tickets, or stand beside them in the same row
        found = [join for table in dict.fromkeys(tables) if (join := _join(con, table, plan.load)) is not None]
        joins[plan.load] = tuple(found)
        for join in found:
            doubts += [f"“{plan.match.raw.file}”: {sentence}" for sentence in said(join)]
    for name in ("_kpi_ids", "_kpi_missed", "_kpi_aliases"):
        con.execute(f"DROP TABLE IF EXISTS {name}")
    return Joined(joins, doubts)


def said(join: Join) -> list[str]:
    """Whole sentences about a join that a person should know of; none where all is plain."""
    noun = {"agent_time": "rows", "customers": "requesters"}.get(join.table, join.table)
    sentences = []
    if join.alike:
        rows = "customers" if join.table == "customers" else noun
        how = (
            "their ticket ids are written differently (signs, zeros, capitals)"
            if join.on == "ticket_id"
            else "the tickets call them otherwise"
        )
        sentences.append(f"{join.alike:,} {rows} were joined although {how}.")
    if join.told:
        sentences.append(
            f"{join.told:,} {noun} name no ticket; each counts for the newest ticket its requester had opened in the {DAYS} days before."
        )
    if join.rate is None or join.rate >= LOW:
        return sentences
    many = f"only {join.joined:,} of {join.rows:,}" if join.joined else f"none of {join.rows:,}"
    found = {
        "ticket_id": f"{many} {noun} found their ticket",
        "agent": f"{many} {noun} are of an agent the tickets name",
        "requester": f"{many} {noun} are of a requester the tickets name",
    }[join.on]
    if join.table == "customers":
        found = f"{many} requesters of the tickets are in this list of customers"
    here, there = (", ".join(f"“{text}”" for text in texts) for texts in (join.here, join.there))
    silent = f" {join.silent:,} {'names' if join.silent == 1 else 'name'} none." if join.silent else ""
    shown = f" Here stands {here}; the tickets say {there}." if here and there else silent
    return [
        *sentences,
        f"{found} ({100 * join.rate:.0f} %).{shown} Check that both come from the same help desk and cover the same time.",
    ]


def _join(con: Connection, table: str, load: int) -> Join | None:
    named = TABLES[table].by_name
    here = f"_load = {int(load)}"
    if not _one(con, f"SELECT count(*) FROM {ident(table)} WHERE {here}"):
        return None
    alike = _write_alike(con, table, "requester", here) if "requester" in named else 0
    if table == "customers":
        return _customers(con, here, alike)
    if "ticket_id" not in named:
        return _by(con, table, "agent", here, 0) if "agent" in named else None
    alike_ids = _write_alike(con, table, "ticket_id", here)
    stated = _one(con, f"SELECT count(ticket_id) FROM {ident(table)} WHERE {here}")
    told = _tell(con, here) if table == "surveys" else 0
    if stated or told:
        return _by(con, table, "ticket_id", here, alike_ids, told)
    return _by(con, table, "requester", here, alike) if "requester" in named else None


def _by(con: Connection, table: str, on: str, here: str, alike: int, told: int = 0) -> Join:
    """The join as it stands now: every row counts, also those that name nothing, but for recommendations, which need no ticket."""
    needy = (
        f"ticket_id IS NOT NULL OR kind IN ({', '.join(map(literal, ABOUT_A_TICKET))})"
        if (table, on) == ("surveys", "ticket_id")
        else "true"
    )
    same = f"SELECT DISTINCT {_folded(on)} AS v FROM tickets WHERE {on} IS NOT NULL"
    rows, named, joined = con.execute(
        f"SELECT count(*), count({on}), count(*) FILTER ({_folded(on)} IN ({same})) FROM {ident(table)} WHERE {here} AND ({needy})"
    ).fetchone()
    missed = f"SELECT DISTINCT {on} AS v FROM {ident(table)} WHERE {here} AND {on} IS NOT NULL AND {_folded(on)} NOT IN ({same})"
    return Join(
        table, on, int(rows), int(joined), alike, told, int(rows - named),
        _examples(con, missed, on), _examples(con, f"SELECT DISTINCT {on} AS v FROM tickets WHERE {on} IS NOT NULL", on),
    )  # fmt: skip


def _customers(con: Connection, here: str, alike: int) -> Join | None:
    """Of the tickets' requesters, those the list has."""
    own = f"SELECT requester FROM customers WHERE {here}"
    rows, joined = con.execute(
        f"SELECT count(DISTINCT requester), count(DISTINCT requester) FILTER (requester IN ({own})) FROM tickets"
    ).fetchone()
    missed = f"SELECT requester AS v FROM customers WHERE {here} AND requester NOT IN (SELECT requester FROM tickets WHERE requester IS NOT NULL)"
    there = f"SELECT DISTINCT requester AS v FROM tickets WHERE requester NOT IN ({own})"
    if not rows:
        return None
    return Join(
        "customers",
        "requester",
        int(rows),
        int(joined),
        alike,
        here=_examples(con, missed, "requester"),
        there=_examples(con, there, "requester"),
    )


def _folded(on: str) -> str:
    """Names of agents join whatever their case; ids are already written alike."""
    return f"lower(trim({on}))" if on == "agent" else on


def _examples(con: Connection, query: str, on: str) -> tuple[str, ...]:
    found = con.execute(f"SELECT v FROM ({query}) ORDER BY v LIMIT {EXAMPLES}").fetchall()
    return tuple(dict.fromkeys(str(text)[:60] if on == "ticket_id" else _masked(str(text)) for (text,) in found))


def _masked(person: str) -> str:
    """A person as an example: enough to see how the file writes them, too little to know who it is."""
    at = person.find("@")
    return f"{person[:2]}…{person[at:][:30] if at > 0 else ''}"


def _write_alike(con: Connection, table: str, on: str, here: str) -> int:
    """Write what joins as the tickets write it, where that is plain; the number of rows changed."""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE _kpi_missed AS SELECT {on} AS written, {_bare(on)} AS alike, {_digits(on)} AS digits, {_prefix(on)} AS prefix "
        f"FROM (SELECT DISTINCT {on} FROM {ident(table)} WHERE {here} AND {on} IS NOT NULL) m ANTI JOIN tickets USING ({on})"
    )
    if not _one(con, "SELECT count(*) FROM _kpi_missed"):
        return 0
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE _kpi_ids AS SELECT {on} AS id, {_bare(on)} AS alike, {_digits(on)} AS digits, {_prefix(on)} AS prefix "
        f"FROM (SELECT DISTINCT {on} FROM tickets WHERE {on} IS NOT NULL)"
    )
    if on == "requester":
        con.execute(f"INSERT INTO _kpi_ids SELECT requester, {_bare(on).replace('(requester)', '(alias)')}, '', '' FROM _kpi_aliases")
    changed = _rewrite(con, table, on, here, "alike")
    if on == "ticket_id" and _prefix_may_go(con):
        changed += _rewrite(con, table, on, here, "digits")
    return changed


def _gather_aliases(con: Connection, plans: Sequence[Plan]) -> None:
    """What else the ticket files call a requester: the address beside the id, for files of other tools that know only that."""
    con.execute("CREATE OR REPLACE TEMP TABLE _kpi_aliases (requester VARCHAR, alias VARCHAR)")
    for plan in plans:
        requester = plan.parts[0].columns.get("requester")
        if plan.match.source.fills != "tickets" or requester is None:
            continue
        for header in (h for name in ALIASES if (h := pick(plan.sheet.headers, name)) is not None and h not in requester.headers):
            con.execute(
                f"INSERT INTO _kpi_aliases SELECT DISTINCT {requester.value}, {ident(header.column)} FROM {ident(plan.sheet.view)} "
                f"WHERE {requester.value} IS NOT NULL AND contains({ident(header.column)}, '@')"
            )


def _rewrite(con: Connection, table: str, on: str, here: str, by: str) -> int:
    only = f"SELECT {by}, min(id) AS id FROM _kpi_ids WHERE {by} <> '' GROUP BY {by} HAVING count(DISTINCT id) = 1"
    return len(
        con.execute(
            f"UPDATE {ident(table)} AS t SET {on} = o.id FROM (SELECT written, id FROM _kpi_missed JOIN ({only}) USING ({by})) o "
            f"WHERE {here} AND t.{on} = o.written RETURNING 1"
        ).fetchall()
    )


def _prefix_may_go(con: Connection) -> bool:
    """Whether letters before the number say nothing: each side has one such prefix for all ids, and one side none (or both the same)."""
    sides = [
        {p for (p,) in con.execute(f"SELECT DISTINCT coalesce(prefix, '?') FROM {name} LIMIT 3").fetchall()}
        for name in ("_kpi_missed", "_kpi_ids")
    ]
    if any(len(side) != 1 or "?" in side for side in sides) or not ("" in sides[0] | sides[1] or sides[0] == sides[1]):
        return False
    share = con.execute("SELECT avg((digits IN (SELECT digits FROM _kpi_ids))::INT) FROM _kpi_missed").fetchone()[0]
    return bool(share is not None and share >= HALF)


def _tell(con: Connection, here: str) -> int:
    """Find the tickets of answers that name none: the requester's newest of the days before. One answer of a kind for each ticket."""
    kinds, gone = (", ".join(map(literal, words)) for words in (ABOUT_A_TICKET, NOT_COUNTED))
    asked = "coalesce(offered_at, answered_at)"
    return len(
        con.execute(
            f"""UPDATE surveys AS t SET ticket_id = o.ticket_id FROM (
                SELECT s.id, c.ticket_id FROM (
                    SELECT rowid AS id, kind, requester, {asked} AS asked_at FROM surveys
                    WHERE {here} AND ticket_id IS NULL AND requester IS NOT NULL AND kind IN ({kinds}) AND {asked} IS NOT NULL
                ) s ASOF JOIN (
                    SELECT ticket_id, requester, created_at FROM tickets
                    WHERE requester IS NOT NULL AND created_at IS NOT NULL AND coalesce(status, '') NOT IN ({gone})
                ) c ON c.requester = s.requester AND s.asked_at >= c.created_at
                WHERE s.asked_at <= c.created_at + INTERVAL {DAYS} DAY
                  AND NOT EXISTS (FROM surveys b WHERE b.ticket_id = c.ticket_id AND b.kind = s.kind)
                QUALIFY row_number() OVER (PARTITION BY c.ticket_id, s.kind ORDER BY s.asked_at, s.id) = 1
            ) o WHERE t.rowid = o.id RETURNING 1"""
        ).fetchall()
    )


def _bare(on: str) -> str:
    """SQL: what names something without how it is written: capitals, a `#`, leading zeros, grouping commas, `.0`, a link, `Name <address>`."""
    text = f"lower(trim({on}))"
    if on == "requester":
        text = f"regexp_replace({text}, '^.*<([^<>]+)>$', '\\1')"
        return f"regexp_replace({text}, '^mailto:', '')"
    for pattern, kept in (
        (r"^https?://[^?#]*/([^/?#]+)/?([?#].*)?$", r"\1"),
        (r"^[#\s]+", ""),
        (r"^(\d+)\.0+$", r"\1"),
        (r"^0+(\d)", r"\1"),
    ):
        text = f"regexp_replace({text}, {literal(pattern)}, {literal(kept)})"
    return f"CASE WHEN regexp_full_match({text}, '\\d{{1,3}}(,\\d{{2,3}})+') THEN replace({text}, ',', '') ELSE {text} END"


def _prefix(on: str) -> str:
    """SQL: the letters and signs before the number of an id ("zd-" of "ZD-0042", "" of "42"); null where it is none."""
    shape = f"regexp_full_match({_bare(on)}, '([a-z][a-z #_:-]*)?\\d+')"
    return f"CASE WHEN {shape} THEN regexp_extract({_bare(on)}, '^([a-z][a-z #_:-]*)?\\d+$', 1) END"


def _digits(on: str) -> str:
    """SQL: the number of an id without leading zeros, "" where it has none."""
    return f"regexp_extract({_bare(on)}, '^(?:[a-z][a-z #_:-]*)?0*(\\d+)$', 1)"


def _one(con: Connection, query: str) -> int:
    return int(con.execute(query).fetchone()[0])
