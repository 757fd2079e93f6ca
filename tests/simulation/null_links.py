"""What the explaining pages say of a company where nothing was planted: Correlations, Why, What if and Feedback, one seed at a time.

Larger than the company of `null_company`, for few answers claim nothing; tickets say what their messages and changes would.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

import kpi
from kpi import Scope, changes, sample, what_if
from kpi.correlations import NAMED, UNITS, Matrix
from kpi.correlations.effect import bend
from kpi.correlations.facts import dimensions
from kpi.correlations.splits import candidates, splits
from kpi.correlations.tickets import read_facts
from kpi.correlations.together import SAID
from kpi.correlations.words import sentence
from kpi.feedback import HIGH, LOW
from kpi.what_if import INPUTS
from pages.parts import asked_dates, correlation_asked, feedback_asked, number_asked, why_found
from pages.parts.mine import Mine
from pages.parts.why_asked import Asked
from tests.simulation.shared import at_once

TICKETS = 20_000
TABLES = ("tickets", "surveys", "reviews", "agent_time", "costs", "customers")
DRIVER = "first_contact_resolution"
"""The first slider of What if."""
MOVED, SHORTER = 2.0, 0.95
"""How far sliders are moved: so many points more, so many times as long."""


@dataclass(frozen=True)
class Linked:
    """A matrix: pairs claimed ("first~second"), how many were looked at, and the pair in bold ("" where none is)."""

    claimed: tuple[str, ...] = ()
    looked: int = 0
    bold: str = ""


@dataclass(frozen=True)
class Explained:
    """Claims of one seed.

    `links` by unit; `bends`, `splits` of the pairs of CSAT everybody asks about; `turned` comparisons of CSAT; `why` what each number is said to
    have done ("whole" or the parts named); `moved` drivers whose effect on CSAT is told from none, of `drivers`; `covers` whether the interval of
    first contact holds 0; `themes` named in some month, of so many `months` judged; `words` told apart, "low: word" or "high: word".
    """

    seed: int
    links: dict[str, Linked] = field(default_factory=dict)
    bends: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    turned: tuple[str, ...] = ()
    why: dict[str, tuple[str, ...]] = field(default_factory=dict)
    moved: tuple[str, ...] = ()
    drivers: tuple[str, ...] = ()
    covers: bool = True
    themes: tuple[str, ...] = ()
    months: int = 0
    words: tuple[str, ...] = ()
    languages: int = 0


def explain(seed: int, tickets: int = TICKETS) -> Explained:
    """Make the company, read it, and ask every explaining page what it says to whom asked for nothing more."""
    with at_once(), tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        sample.write(place, tickets=tickets, seed=seed, null=True, format="parquet")
        data = kpi.read(*(place / f"{table}.parquet" for table in TABLES))
        calendar = kpi.read_calendar(str(place / "calendar.toml"))
        data.stand(None, calendar)
        mine = Mine(f"{seed:032x}", (), data, calendar)
        try:
            scope = asked_dates.first(mine, Scope(calendar=calendar))
            return Explained(seed, **_links(mine, scope), **_why(mine, scope), **_what_if(mine, scope), **_feedback(mine, scope))
        finally:
            st.cache_resource.clear()
            st.cache_data.clear()


def _links(mine: Mine, scope: Scope) -> dict[str, object]:
    """Every unit's matrix; and, closely, the pairs of CSAT everybody asks about."""
    links = {}
    for unit in UNITS:
        matrix = correlation_asked.matrix_of(mine, correlation_asked.widened(scope, mine, unit), unit)
        links[unit] = Linked(tuple(_name(pair) for pair in matrix.claimed), matrix.looked, _bold(matrix))
    wide = correlation_asked.widened(scope, mine, "tickets")
    turned = correlation_asked.turned_round(mine, wide, "csat")
    columns = candidates(dimensions(mine.dataset))
    named = [names for names in NAMED if names[1] == "csat"]
    facts = read_facts(("csat", *(first for first, _ in named)), wide, mine.dataset, columns)
    bent = {names: bend(*names, facts, wide.ask) for names in named}
    return {
        "links": links,
        "bends": tuple("~".join(names) for names, found in bent.items() if found is not None and found.shape.is_clear),
        "splits": tuple(
            f"{'~'.join(names)} by {one.column}" for names in named for one in splits(*names, facts, columns, wide.ask) if one.is_flagged
        ),
        "turned": tuple(f"{one.first} against {one.second} by {one.hidden_by}" for one in turned),
    }


def _name(pair: kpi.correlations.Pair) -> str:
    return f"{pair.first}~{pair.second}"


def _bold(matrix: Matrix) -> str:
    """The pair the page's bold sentence is about."""
    return next((_name(pair) for pair in matrix.claimed if sentence(pair, matrix.ask) == matrix.finding), "")


def is_said(pair: str) -> bool:
    """Whether a pair ("first~second") is about what customers or reviewers say."""
    return bool(set(pair.split("~")) & set(SAID))


def _why(mine: Mine, scope: Scope) -> dict[str, object]:
    """The default dates against those before, for the numbers a page shows first."""
    dated = scope.but(compare="previous")
    lacks = mine.dataset.lacking(scope.ask)
    said = {}
    for name in number_asked.FIRST:
        if not lacks[name]:
            found = why_found.found(mine, Asked(name, changes.periods(dated), dated))
            parts = [f"{claim.column}={claim.level}" for claim in found.claims + found.apart]
            said[name] = (*(["whole"] if found.verdict == "real" else []), *parts)
    return {"why": said}


def _what_if(mine: Mine, scope: Scope) -> dict[str, object]:
    """Each driver of the default outcome moved a little, one at a time."""
    ground = what_if.prepare(scope.but(by="all", split=(), compare=None), mine.dataset)
    moved, drivers = [], []
    for name in ground.drivers("csat"):
        today = ground.today[name]
        played = what_if.play(ground, {name: min(99.5, today + MOVED) if INPUTS[name].kind == "share" else today * SHORTER})
        if not played.refusal:
            drivers.append(name)
            moved += [name] if played.change.is_clear else []
    model = ground.model("csat", [DRIVER])
    effect = model.contrast(DRIVER) if model else None
    return {"moved": tuple(moved), "drivers": tuple(drivers), "covers": effect is None or not effect.is_clear}


def _feedback(mine: Mine, scope: Scope) -> dict[str, object]:
    """All comments there are: a year of a small company holds too few for words."""
    every = scope.but(start=mine.dataset.first.date(), compare=None)
    wide = feedback_asked.widened(every, mine)
    found = feedback_asked.heard(mine, wide)
    themes, _ = feedback_asked.themes(mine)
    series = feedback_asked.weekly(mine, wide, feedback_asked.EVERY, found, themes)
    contrasts = [feedback_asked.contrast(mine, wide, language, found) for language in found.languages]
    return {
        "themes": tuple(one.theme.name for one in series if one.frame["is_out"].any()),
        "months": max((one.looks for one in series), default=0),
        "words": tuple(f"{one.language} {side}: {word}" for one in contrasts for side in (LOW, HIGH) for word in one.told(side)["word"]),
        "languages": sum(not one.why_not for one in contrasts),
    }
