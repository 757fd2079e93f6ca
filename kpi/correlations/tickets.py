"""Links between facts of single tickets: pooled and like with like, with intervals that know that tickets of one agent are alike."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from kpi.correlations.arithmetic import linked
from kpi.correlations.facts import MOST_ANSWERS, MOST_TICKETS, alike_in, has_agents, is_rare, on_tickets
from kpi.correlations.model import Matrix, Pair
from kpi.correlations.order import driver_first
from kpi.correlations.together import judged
from kpi.engine import Dataset, quoted
from kpi.measure.facts import EVERY, Wanted, facts, how_many
from kpi.metric import Ask
from kpi.scope import NONE, Scope
from kpi.stats import TicketCorrelation, correlate_many, dense
from kpi.stats.base import Array, floats

FEWEST = 30
"""Tickets that know both, below which nothing is said."""
ODD = "hash(ticket_id || 'half') % 2 = 1"  # not the hash that draws tickets: of those drawn, half are odd


@dataclass(frozen=True)
class Facts:
    """Tickets side by side: a column of numbers for each metric, `agent` and `segment` as whole numbers (None where not known).

    `drawn` marks the tickets that common links stand on, all of them where there are not too many. `alike` are the columns of the segment.
    `frame` has the columns asked for beside them, unknown as "(none)". `is_odd` tells two halves of the tickets apart, by a fixed rule of
    their ids (None: by place).
    """

    columns: dict[str, Array]
    agent: Any
    segment: Any
    drawn: Any
    alike: tuple[str, ...]
    agents: tuple[str, ...]
    frame: pd.DataFrame
    is_drawn: bool
    is_odd: Any = None

    @property
    def n(self) -> int:
        return len(self.drawn)

    def rows(self, ask: Ask, *names: str) -> Any:
        """Which rows a question about these metrics stands on: all of them where one is rare, else those drawn."""
        everything = np.ones(self.n, dtype=bool)
        return everything if any(is_rare(name, ask) for name in names) else self.drawn


def read_facts(names: tuple[str, ...], scope: Scope, data: Dataset, beside: tuple[str, ...] = ()) -> Facts:
    """The facts of the scope's tickets, `beside` as further columns of `frame`. Above `MOST_TICKETS` some are drawn."""
    alike = alike_in(data)
    every = tuple(dict.fromkeys([*alike, *beside]))
    mark, wanted = _draw(names, scope, data)
    is_drawn = wanted is not EVERY
    text, schema = facts(names, scope, data, every, wanted)
    known_by = ", ".join(f"coalesce({quoted(column)}, '{NONE}') AS {quoted(column)}" for column in ("agent", *every))
    frame = data.query(
        f"SELECT * EXCLUDE (ticket_id) REPLACE ({known_by}), {mark} AS is_drawn, {ODD} AS is_odd FROM ({text}) ORDER BY ticket_id",
        schema,
        coded=True,
    )
    # By name, and not as the engine happens to bring them: agents are drawn for in their order, and the same question has one answer.
    codes = {column: frame[column].cat.codes.to_numpy(np.int64) for column in ("agent", *alike)}
    segment = None
    for column in alike:
        own = codes[column]
        segment = own if segment is None else segment * (int(own.max(initial=0)) + 1) + own
    known = has_agents(data) and len(frame)
    return Facts(
        columns={name: floats(frame[name]) for name in names},
        agent=codes["agent"] if known else None,
        segment=dense(segment) if segment is not None and len(frame) else None,
        drawn=frame["is_drawn"].to_numpy(bool),
        alike=alike,
        agents=tuple(str(name) for name in frame["agent"].cat.categories) if known else (),
        frame=frame,
        is_drawn=is_drawn,
        is_odd=frame["is_odd"].to_numpy(bool),
    )


def _draw(names: tuple[str, ...], scope: Scope, data: Dataset) -> tuple[str, Wanted]:
    """(SQL: is this ticket drawn, which tickets are kept); `EVERY` where nothing need be drawn.

    The id decides: a ticket is drawn for every question or for none. Of those that answered or were reviewed more are kept, where that is asked.
    """
    if data.rows["tickets"] <= MOST_TICKETS:
        return "true", EVERY
    every = tuple(name for name in on_tickets(data, scope) if is_rare(name, scope.ask))  # whatever is asked, the same are drawn
    tickets, rare = how_many(every, scope, data)
    if tickets <= MOST_TICKETS:
        return "true", EVERY
    common, rarer = (
        f"hash(ticket_id) % 1000003 < {1_000_003 * most // max(1, n)}" for most, n in ((MOST_TICKETS, tickets), (MOST_ANSWERS, rare))
    )
    asked = tuple(name for name in names if is_rare(name, scope.ask))
    return common, ((common, ()), *(((rarer, asked),) if asked else ()))


def matrix(scope: Scope, data: Dataset) -> Matrix:
    """All pairs of ticket facts, judged together."""
    ask = scope.ask
    return matrix_of(read_facts(on_tickets(data, scope), scope, data), ask)


def matrix_of(found: Facts, ask: Ask) -> Matrix:
    """The matrix of facts already read; metrics that hardly any ticket has are left out."""
    names = tuple(
        name for name, column in found.columns.items() if (~np.isnan(column)).sum() >= FEWEST and np.nanmin(column) < np.nanmax(column)
    )
    ties = {pair: linked(*pair, ask) for pair in combinations(names, 2)}
    free = [pair for pair, link in ties.items() if link is None]
    rare = {name for name in names if is_rare(name, ask)}
    links: dict[tuple[str, str], TicketCorrelation] = {}
    for is_common in (True, False):
        some = [pair for pair in free if rare.isdisjoint(pair) == is_common]
        rows = found.drawn if is_common else slice(None)
        place = {name: i for i, name in enumerate(dict.fromkeys(name for pair in some for name in pair))}
        columns = [found.columns[name][rows] for name in place]
        agent, segment = (None if codes is None else codes[rows] for codes in (found.agent, found.segment))
        answers = correlate_many(columns, [(place[a], place[b]) for a, b in some], agent, segment)
        links |= dict(zip(some, answers, strict=True))
    pairs = []
    for (a, b), link in ties.items():
        first, second = driver_first(a, b)
        pairs.append(Pair(first, second, "tickets", link=link) if link else of_link(first, second, links[a, b], found))
    return judged("tickets", names, pairs, ask, n=found.n, is_drawn=found.is_drawn, lacks="" if len(names) > 1 else LACKS)


LACKS = "These tickets do not know two numbers each that could be set side by side."


def of_link(first: str, second: str, link: TicketCorrelation, found: Facts) -> Pair:
    """A link as a pair: like with like where there are segments."""
    if link.n < FEWEST:
        return Pair(first, second, "tickets", n=link.n, lacks=f"only {link.n} tickets know both, {FEWEST} are needed")
    if np.isnan(link.r):
        return Pair(first, second, "tickets", n=link.n, lacks="one of them hardly varies on these tickets")
    has_segments = found.segment is not None and not np.isnan(link.within_r)
    own = (link.within_r, link.within_low, link.within_high, link.within_p) if has_segments else (link.r, link.low, link.high, link.p)
    return Pair(
        first, second, "tickets", *own, n=link.n, worth=float(link.clusters) if link.clusters else float("nan"),
        pooled=link.r, pooled_low=link.low, pooled_high=link.high, alike=found.alike if has_segments else (),
    )  # fmt: skip
