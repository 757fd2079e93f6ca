"""A company in which nothing was planted: no page may claim a change in more than 5 of 100 of them.

The null company still grows by a fixed share a year and swings with the year and the week (`truth.facts`). More tickets are a true finding there, and so
are numbers that count tickets or stand on how many there are; claims about those (`VOLUME`) are counted apart and are no false alarms. Everything
else, from first reply to CSAT, is drawn from the same distributions in every week.

Counted for each page is its bold finding, as the page itself makes it: the Overview's headline, the board that Trends opens with, Trends and Events
(with a placebo event) of the number they show to whom asked for none. For the single numbers beside it only the mean rate is bounded.
"""

from __future__ import annotations

import logging
from collections import Counter

import pytest

import kpi
from kpi.sample.truth import _facts
from tests.simulation.null_company import DEFAULT, Said, look
from tests.simulation.shared import shared

pytestmark = pytest.mark.simulation
overview = pytest.mark.xdist_group("null company, overview")
singles = pytest.mark.xdist_group("null company, singles")

SEEDS = range(1, 101)
AT_MOST = 5
VOLUME = frozenset(name for name, metric in kpi.metrics().items() if metric.family == "volume") | {"contact_rate"}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[Said]:
    """Two groups of tests, so that two workers make the companies together."""
    logging.disable(logging.WARNING)  # Streamlit says at every step that nobody is looking
    try:
        return shared(tmp_path_factory, "null company", SEEDS, look)
    finally:
        logging.disable(logging.NOTSET)


def told(said: list[Said], claims: dict[int, set[str]]) -> str:
    """Which numbers were claimed, and in how many companies."""
    counts = Counter(name for names in claims.values() for name in names)
    return f"{len([names for names in claims.values() if names])} of {len(said)}: {counts.most_common()}"


def test_the_null_company_grows_and_swings() -> None:
    """What the docstring says of it."""
    assert _facts()["growth_a_year"] and _facts()["year_swing"]


@overview
def test_the_headline_of_the_overview(said: list[Said]) -> None:
    claims = {one.seed: {one.overview_about or one.overview} - VOLUME - {""} for one in said}
    assert sum(map(bool, claims.values())) <= AT_MOST, told(said, claims)


@overview
def test_the_board_of_trends(said: list[Said]) -> None:
    claims = {one.seed: set(one.board) - VOLUME for one in said}
    assert sum(map(bool, claims.values())) <= AT_MOST, told(said, claims)


@singles
def test_trends_of_the_default_number(said: list[Said]) -> None:
    claims = {one.seed: set(one.trends) & {DEFAULT} for one in said}
    assert sum(map(bool, claims.values())) <= AT_MOST, told(said, claims)


@singles
def test_events_of_the_default_number(said: list[Said]) -> None:
    claims = {one.seed: set(one.events) & {DEFAULT} for one in said}
    assert sum(map(bool, claims.values())) <= AT_MOST, told(said, claims)


@singles
def test_the_mean_over_single_numbers(said: list[Said]) -> None:
    """Over all numbers but those of volume at most 5 % of Trends pages, and of Events pages, claim anything."""
    looked = sum(len(set(one.looked) - VOLUME) for one in said)
    claimed = {one.seed: set(one.trends) - VOLUME for one in said}
    assert sum(map(len, claimed.values())) <= 0.05 * looked, told(said, claimed)
    claimed = {one.seed: set(one.events) - VOLUME for one in said}
    assert sum(map(len, claimed.values())) <= 0.05 * sum(len(set(one.compared) - VOLUME) for one in said), told(said, claimed)
