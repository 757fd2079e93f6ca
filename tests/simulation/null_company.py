"""What the pages say of a company where nothing was planted: the sample company, null, one seed at a time.

It still grows and swings with the year (`kpi.sample.truth`, facts): more tickets, and what hangs on their number, are true findings there.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import streamlit as st

import kpi
from kpi import sample
from kpi.errors import KpiError
from kpi.events import Event, Series, before_after
from pages.parts import asked_dates, event_asked, event_told, headline, steady, trend_made
from pages.parts.board import ALWAYS, BOARD
from pages.parts.measured import measured
from pages.parts.mine import Mine
from tests.simulation.shared import at_once

TICKETS = 5_000
DEFAULT = "csat"
"""The number a page shows to whom asked for none."""
WEEKS = (30, 74)
"""The placebo event lies in one of these weeks of 104, so that there are 26 or more on both sides."""


@dataclass(frozen=True)
class Said:
    """Claims of one seed: the Overview's bold sentence ("" for none) and the metric it is about; the metrics the board of Trends names; those
    whose own Trends page, and whose Events page with the placebo event, claims a change; those Trends and Events could judge.
    """

    seed: int
    overview: str = ""
    overview_about: str = ""
    board: tuple[str, ...] = ()
    trends: dict[str, str] = field(default_factory=dict)
    events: tuple[str, ...] = ()
    looked: tuple[str, ...] = ()
    compared: tuple[str, ...] = ()


def look(seed: int, tickets: int = TICKETS) -> Said:
    """Make the company, read it, and ask every page."""
    with at_once(), tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        sample.write(place, tickets=tickets, seed=seed, null=True)
        data = kpi.read(*(path for path in sorted(place.glob("*.csv")) if path.stem != "events"))
        calendar = kpi.read_calendar(str(place / "calendar.toml"))
        data.stand(None, calendar)
        try:
            return _asked(seed, Mine(f"{seed:032x}", (), data, calendar))
        finally:
            st.cache_resource.clear()


def _asked(seed: int, mine: Mine) -> Said:
    scope = asked_dates.first(mine, kpi.Scope(calendar=mine.calendar))
    lacks = mine.dataset.lacking(scope.ask)
    board = [name for names in BOARD.values() for name in [n for n in names if n in ALWAYS or not lacks[n]][:4]]
    now = measured(mine, board, scope.but(by="all", split=()))
    sentence, _ = headline.finding(now, doubted=steady.doubted(now, mine))
    is_claim = not sentence.startswith("Nothing")
    labels = {metric.label: name for name, metric in now.metrics.items()}
    about = next((name for label, name in sorted(labels.items(), key=lambda pair: -len(pair[0])) if sentence.startswith(label)), "")
    moved, _ = trend_made.board(mine, scope)
    looked = tuple(row.trend.metric for row in moved.rows if row.trend.verdict != "unknown")
    day = np.random.default_rng(seed).integers(WEEKS[0] * 7, WEEKS[1] * 7)
    event = Event(mine.dataset.first.date() + dt.timedelta(days=int(day)), "Nothing happened")
    names = [name for name in dict.fromkeys([DEFAULT, *board]) if not lacks[name]]
    around = event_asked.around(event, scope, mine)
    weekly = measured(mine, names, around, intervals=False)
    claimed = [name for name in names if _claims(mine, weekly, event_asked.Asked("placebo", event, name, around))]
    return Said(
        seed,
        sentence if is_claim else "",
        about if is_claim else "",
        tuple(row.trend.metric for row in moved.moved),
        {row.trend.metric: row.trend.verdict for row in moved.rows if row.trend.is_moved},
        tuple(claimed),
        looked,
        tuple(names),
    )


def _claims(mine: Mine, weekly: kpi.Result, asked: event_asked.Asked) -> bool:
    """Whether the Events page claims a change. Other dates are tried only for what is beyond noise: all else is no claim whatever they say."""
    try:
        alone = before_after(Series.of(weekly, asked.metric), asked.event, placebos=0)
    except KpiError:
        return False
    return alone.is_beyond_noise and event_told.compared(mine, asked, (asked.event,)).is_clear
