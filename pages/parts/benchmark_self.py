"""Against ourselves: the newest complete period among the complete ones before it."""

from __future__ import annotations

import pandas as pd

from kpi import Result, Scope, benchmarks, units
from kpi.benchmarks import Past
from kpi.catalogue import CATALOGUE
from kpi.charts.benchmarks import own_past
from kpi.measure.words import listed
from pages.parts import asked_dates, drawn, number_asked, recorded
from pages.parts.asked_words import needed
from pages.parts.board import BOARD
from pages.parts.measured import measured
from pages.parts.mine import Mine
from pages.parts.words import plain

PERIODS, GRAINS = 13, ("month", "week", "day")
FEWEST = 5
"""Below so many complete periods of a grain the next finer one is taken."""


def draw(mine: Mine, scope: Scope) -> None:
    name = number_asked.choose(mine, scope)
    lacks = CATALOGUE[name].missing(mine.dataset.filled, scope.ask)
    asked = grain(mine, scope)
    if lacks:
        recorded.say(f"**{plain(CATALOGUE[name].label)} cannot be compared: these data lack {plain(needed(lacks))}.**")
    else:
        result = measured(mine, [name], asked)
        found = benchmarks.past(result, name)
        recorded.say(f"**{plain(found.text)}** {_caveat(found)}")
        if not found.why_not:
            _chart(found, result, name)
    _all(mine, asked)


def grain(mine: Mine, scope: Scope) -> Scope:
    """The scope of the last 13 complete periods up to the scope's end: its own grain, else months, weeks or days, the coarsest with enough of them."""
    grains = (scope.by,) if scope.by != "all" else GRAINS
    found = [asked_dates.past(scope.but(by=by), mine, PERIODS) for by in grains]
    many = [len(one.periods(mine.dataset.first, one.as_of or mine.dataset.newest)) for one in found]
    return next((one for one, count in zip(found, many, strict=True) if count >= FEWEST), found[-1])


def _caveat(found: Past) -> str:
    if found.why_not:
        return ""
    return plain(
        f"Complete {found.by}s only. The {found.of} comparisons are judged together: chance alone makes a difference in 5 % of cases."
    )


def _chart(found: Past, result: Result, name: str) -> None:
    frame = result.frame[(result.frame["metric"] == name) & result.frame["is_complete"].astype(bool) & result.frame["value"].notna()]
    frame = frame.iloc[-(found.of + 1) :]
    rows = pd.DataFrame(
        {
            "period": [_short(str(period), found.by) for period in frame["period"]],
            "value": frame["value"].to_numpy(float),
            "low": frame["low"].to_numpy(float),
            "high": frame["high"].to_numpy(float),
            "is_now": [str(period) == found.period for period in frame["period"]],
            "said": [result.sentence(row) for row in frame.to_dict("records")],
        }
    )
    unit = found.metric.unit
    low, high = rows[["value", "low"]].min().min(), rows[["value", "high"]].max().max()
    zero = unit == "count" and low >= 0
    ticks = tuple(units.duration_ticks(0.0 if zero else low, high)) if unit == "s" else ()
    table = pd.DataFrame(
        {
            found.by.capitalize(): [listed(str(period), found.by) for period in frame["period"]],
            found.metric.label: [found.say(value) for value in rows["value"]],
            "Low": [found.say(value) for value in rows["low"]],
            "High": [found.say(value) for value in rows["high"]],
            "n": frame["n"].tolist(),
        }
    )
    drawn.draw(
        own_past(unit, found.by, found.currency or None, ticks, zero),
        {"d": rows},
        key="benchmark_past",
        alt=found.text,
        table=table,
        file_name=f"{name}-by-{found.by}",
    )
    recorded.quiet(f"By {found.by}; lines: 95 % intervals; coloured: the newest complete {found.by}.")


def _short(period: str, by: str) -> str:
    """ "Oct 2026", "5 Oct"."""
    day = pd.Timestamp(period)
    return f"{day:%b %Y}" if by in ("month", "quarter") else f"{day:%Y}" if by == "year" else f"{day.day} {day:%b}"


def _all(mine: Mine, asked: Scope) -> None:
    """The same of every headline, as a table."""
    lacks = mine.dataset.lacking(asked.ask)
    names = [name for names in BOARD.values() for name in names if not lacks[name] and CATALOGUE[name].better != "neither"]
    if not names:
        return
    result = measured(mine, names, asked)
    found = [one for one in (benchmarks.past(result, name) for name in names) if not one.why_not]
    if not found:
        return
    found.sort(key=lambda one: (one.percentile or 0.0, one.metric.label))
    recorded.heading("Every headline beside its own past")
    table = pd.DataFrame(
        {
            "Number": [one.metric.label for one in found],
            "Newest": [one.say(one.value) for one in found],
            "Better than": [f"{one.better} of {one.of}" for one in found],
            "Beyond noise better": [one.clearly_better for one in found],
            "Beyond noise worse": [one.clearly_worse for one in found],
        }
    )
    recorded.table(table, key="benchmark_past_all", alt="How every headline stands in its own past", width="content", height="content")
    many = f"The newest complete {asked.by} against up to 12 before it, the weakest first. Counts of periods."
    recorded.quiet(f"{many} Each row is judged for itself, so that of twenty rows chance alone makes about one differ.")
