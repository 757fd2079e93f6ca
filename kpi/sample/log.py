"""The log of a block: what was said and what changed, kept in order, cut at the end of the history."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi.sample import company as c
from kpi.sample.clock import BEGIN_S, END_S
from kpi.sample.draws import NONE, Flags, Floats, Ints
from kpi.sample.people import Agents
from kpi.sample.tickets import Block
from kpi.tables import ROLES, STATUSES

AGENT, REQUESTER, ASSISTANT, SYSTEM = (ROLES.index(role) for role in ("agent", "requester", "bot", "system"))
NEW, OPEN, PENDING, HOLD, SOLVED, CLOSED = (STATUSES.index(s) for s in ("new", "open", "pending", "hold", "solved", "closed"))
THROWN_OUT = np.array([NONE, NONE, *(STATUSES.index(s) for s in ("spam", "deleted", "merged"))])  # by kind of ticket
STATUS, TEAM, ASSIGNEE, SCHEDULE = range(4)
FIELDS = ("status", "team", "agent", "schedule")


@dataclass(frozen=True)
class Rows:
    """Rows of one kind in order of ticket and time. `ticket` is the place of the ticket in its block."""

    ticket: Ints
    at: Ints
    columns: dict[str, Ints]

    def __getitem__(self, column: str) -> Ints:
        return self.columns[column]


def _in_order(parts: list[tuple[Ints, ...]], names: tuple[str, ...]) -> Rows:
    """Parts put together, by ticket and time; rows of the same second stay in the order they were told."""
    ticket, at, *rest = (np.concatenate(column) for column in zip(*parts, strict=True))
    kept = np.flatnonzero(at < END_S)
    order = kept[np.argsort(ticket[kept] * 2**33 + (at[kept] - BEGIN_S), kind="stable")]
    return Rows(ticket[order], at[order], {name: column[order] for name, column in zip(names, rest, strict=True)})


class Log:
    """Collects messages and changes of a block; knows where each ticket stands while its story is told."""

    def __init__(self, block: Block) -> None:
        count = len(block.row)
        self.now = {name: np.full(count, NONE, dtype=np.int64) for name in FIELDS}
        self.queue = np.full(count, NONE, dtype=np.int64)  # seconds; NONE where there is no queue
        self.abandoned = np.full(count, NONE, dtype=np.int64)  # 0, 1; NONE where there is no queue
        self.submitter = np.full(count, NONE, dtype=np.int64)  # the agent of an outbound ticket
        self._said: list[tuple[Ints, ...]] = []
        self._changed: list[tuple[Ints, ...]] = []

    def say(self, ticket: Ints, at: Ints, role: int, author: Ints | None = None, public: bool = True) -> None:
        """One message each. `author` is the agent; other roles have a name of their own."""
        same = np.ones(len(ticket), dtype=np.int64)
        self._said.append((ticket, at, same * role, same * NONE if author is None else author, same * public))

    def change(self, ticket: Ints, at: Ints, field: int, new: Ints | int) -> None:
        """One change of a field each; the value before is what the log knows."""
        same, known = np.ones(len(ticket), dtype=np.int64), self.now[FIELDS[field]]
        value = same * new
        self._changed.append((ticket, at, same * field, known[ticket], value))
        known[ticket] = value

    def messages(self) -> Rows:
        return _in_order(self._said, ("role", "author", "public"))

    def changes(self) -> Rows:
        return _in_order(self._changed, ("field", "old", "new"))


@dataclass(frozen=True)
class Facts:
    """Columns of tickets as the log tells them at the end of the history: times, counts, where each ticket stands."""

    first_reply: Ints
    work_started: Ints
    first_solved: Ints
    solved: Ints
    closed: Ints
    updated: Ints
    status: Ints
    team: Ints
    agent: Ints
    reopens: Ints
    replies: Ints
    requester_replies: Ints
    reassignments: Ints
    is_escalated: Flags
    last_reply: Ints
    last_author: Ints
    handle: Floats  # seconds; nan while nobody replied


def _first(count: int, ticket: Ints, value: Ints) -> Ints:
    out = np.full(count, NONE, dtype=np.int64)
    out[ticket[::-1]] = value[::-1]
    return out


def _last(count: int, ticket: Ints, value: Ints) -> Ints:
    out = np.full(count, NONE, dtype=np.int64)
    out[ticket] = value
    return out


def handle_seconds(
    block: Block, replies: Ints, team: Ints, author: Ints, started: Ints, luck: Floats, agents: Agents, e: c.Effects
) -> Floats:
    """Agent time on each ticket: log-normal by channel, longer with replies, by team and agent, shorter with the macro."""
    median = np.array([x.handle for x in c.CHANNELS])[block.channel] * np.array([x.handle for x in c.TEAMS])[team]
    macro_from = int(np.datetime64(e.macro_day, "s").astype(np.int64))
    saved = np.where((team == c.TEAM[e.macro_team]) & (started >= macro_from), 1 - e.macro_saving, 1.0)
    out: Floats = np.rint(np.maximum(20, median * (0.65 + 0.35 * replies) * agents.handle[author] * luck * saved))
    return out


def facts(block: Block, messages: Rows, changes: Rows, agents: Agents, effects: c.Effects, luck: Floats) -> Facts:
    """Reduce the log to one row a ticket."""
    n, ticket = len(block.row), messages.ticket
    opening = (messages.at == block.created[ticket]) & (messages["role"] == AGENT) & block.is_outbound[ticket]
    reply = (messages["role"] == AGENT) & (messages["public"] == 1) & ~opening
    asked = (messages["role"] == REQUESTER) & (messages["public"] == 1)
    status, field = changes["field"] == STATUS, changes["field"]
    to, was = changes["new"], changes["old"]
    solves = status & (to == SOLVED)
    reopening = status & (was == SOLVED) & np.isin(to, (NEW, OPEN, PENDING, HOLD))
    assigned, moved = field == ASSIGNEE, field == TEAM

    def changed(mask: Flags, pick: object = _last, values: Ints | None = None) -> Ints:
        choose = _first if pick is _first else _last
        return choose(n, changes.ticket[mask], (changes.at if values is None else values)[mask])

    replies = np.bincount(ticket[reply], minlength=n)
    author = _last(n, ticket[reply], messages["author"][reply])
    team = changed(moved, values=to)
    started = changed(status & (to == OPEN) & (was == NEW), _first)
    handle = handle_seconds(block, replies, team, np.maximum(author, 0), started, luck, agents, effects)
    return Facts(
        first_reply=_first(n, ticket[reply], messages.at[reply]),
        work_started=started,
        first_solved=changed(solves, _first),
        solved=changed(solves),
        closed=changed(status & (to == CLOSED)),
        updated=np.maximum(_last(n, ticket, messages.at), _last(n, changes.ticket, changes.at)),
        status=changed(status, values=to),
        team=team,
        agent=changed(assigned, values=to),
        reopens=np.bincount(changes.ticket[reopening], minlength=n),
        replies=replies,
        requester_replies=np.bincount(ticket[asked], minlength=n) - ~block.is_outbound,
        reassignments=np.maximum(0, np.bincount(changes.ticket[assigned], minlength=n) - 1),
        is_escalated=_last(n, changes.ticket[moved & (was != NONE)], to[moved & (was != NONE)]) == c.TEAM["Technical"],
        last_reply=_last(n, ticket[reply], messages.at[reply]),
        last_author=author,
        handle=np.where(replies > 0, handle, np.nan),
    )
