"""A company in which nothing was planted: no explaining page may claim a cause in more than 5 of 100 of them.

What is true in a null company (`kpi.sample`) and no false alarm:

- The workings of support hang together by their nature, planted effects or none: whoever needs more replies takes longer, a reopened ticket is
  solved later, days of much work answer later (`work load`), cost follows handle time. Links among these are true and are not counted; that few of
  them are false is what Benjamini and Hochberg promise, and shows in `utilisation`, which is drawn for each agent's day by itself.
- A low score's comment is written from the reasons of a low score, a high one's from those of a high one (`kpi.sample.comments`): words that
  separate them are true where they point the way they were written. The theme of slow replies goes with the load of the weeks.
- First reply and full resolution swing a little with the load of four weeks; they are judged with CSAT by the mean rate only.

What customers and reviewers say (CSAT, DSAT, effort, NPS, quality scores) is drawn from one distribution for every ticket: every link of these, every
bend, split and turned comparison, every driver's effect, and every change of CSAT is a false alarm.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable

import numpy as np
import pytest

from kpi.correlations import UNITS
from kpi.feedback import HIGH, LOW
from kpi.feedback.tokens import terms
from kpi.sample import comments
from tests.simulation.null_links import DRIVER, Explained, explain, is_said
from tests.simulation.shared import shared

SEEDS = range(1, 101)
AT_MOST = 5
CSAT = "csat"
SWINGS = frozenset({"slow"})
"""Themes that go with the load."""
REASONS = {comments.SLOW: 0.10, comments.REPEAT: 0.34, comments.POOR: 0.56, comments.PLAIN: 0.62, comments.HAPPY: 0.38}
"""About how often each is the reason of a low score (the first three) and of a high one: two thirds are solved at first contact, one in ten waits long."""

pytestmark = pytest.mark.simulation
links = pytest.mark.xdist_group("null links")
others = pytest.mark.xdist_group("null others")


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[Explained]:
    """Two groups of tests, so that two workers make the companies together."""
    logging.disable(logging.WARNING)  # Streamlit says at every step that nobody is looking
    try:
        return shared(tmp_path_factory, "null links", SEEDS, explain)
    finally:
        logging.disable(logging.NOTSET)


def few(claims: dict[int, Iterable[str]], at_most: float = AT_MOST) -> None:
    """Claims by seed: something in at most so many of them."""
    found = {seed: sorted(set(names)) for seed, names in claims.items() if set(names)}
    assert len(found) <= at_most, (len(found), Counter(name for names in found.values() for name in names).most_common(), found)


@links
@pytest.mark.parametrize("unit", UNITS)
def test_no_link_with_what_customers_and_reviewers_say(said: list[Explained], unit: str) -> None:
    """In the whole matrix of each unit, the named pairs included; hundreds of such pairs are looked at in every company."""
    few({one.seed: filter(is_said, one.links[unit].claimed) for one in said})
    assert all(one.links[unit].looked > 200 for one in said)


@links
@pytest.mark.parametrize("unit", UNITS)
def test_the_sentence_in_bold(said: list[Explained], unit: str) -> None:
    few({one.seed: [one.links[unit].bold] * is_said(one.links[unit].bold) for one in said})


@links
def test_few_links_of_the_workings_are_false(said: list[Explained]) -> None:
    """Of all links of weeks that are claimed at most 5 % are with utilisation, which goes with nothing."""
    claimed = [pair for one in said for pair in one.links["periods"].claimed]
    idle = [pair for pair in claimed if "utilisation" in pair.split("~")]
    assert len(idle) <= 0.05 * len(claimed), (len(idle), len(claimed), Counter(idle).most_common(10))


@links
def test_no_threshold_no_split_and_no_comparison_turns_round(said: list[Explained]) -> None:
    """Of the pairs of CSAT everybody asks about, each looked at closely: five pairs, so that the mean over pairs is bounded; of teams by CSAT none."""
    few({one.seed: one.turned for one in said})
    few({one.seed: one.bends for one in said}, 2 * AT_MOST)
    few({one.seed: one.splits for one in said}, 2 * AT_MOST)


@others
def test_nothing_to_explain_in_the_default_number(said: list[Explained]) -> None:
    few({one.seed: one.why[CSAT] for one in said})


@others
def test_nothing_to_explain_on_average(said: list[Explained]) -> None:
    """First reply and full resolution beside CSAT; how many tickets come is what truly changes."""
    looked = [names for one in said for name, names in one.why.items() if name != "tickets_created"]
    assert len(looked) >= 3 * len(said)
    few(dict(enumerate(looked)), 0.05 * len(looked))


@others
def test_the_first_slider_moves_nothing(said: list[Explained]) -> None:
    assert all(DRIVER in one.drivers for one in said)
    few({one.seed: {DRIVER} & set(one.moved) for one in said})


@others
def test_no_effect_is_recovered_where_there_is_none(said: list[Explained]) -> None:
    """The interval of first contact on CSAT holds 0 in 93 of 100; over all sliders at most 5 % are told from none."""
    assert sum(one.covers for one in said) >= 93
    moved, drivers = (sum(len(getattr(one, name)) for one in said) for name in ("moved", "drivers"))
    assert moved <= 0.05 * drivers, (moved, drivers, Counter(name for one in said for name in one.moved))


@others
def test_no_theme_stands_out_of_its_months(said: list[Explained]) -> None:
    few({one.seed: set(one.themes) - SWINGS for one in said})
    assert sum(one.months >= 100 for one in said) >= 90, "they were judged"


def shares(language: str) -> dict[str, dict[str, float]]:
    """Word or pair -> about the share of low and of high comments that hold it, as they are written."""
    found: dict[str, dict[str, float]] = defaultdict(lambda: {LOW: 0.0, HIGH: 0.0})
    for reason, sentences in enumerate(comments.COMMENTS[language]):
        side = LOW if reason < comments.PLAIN else HIGH
        for text in sentences:
            for word in set(terms(text, language)):
                found[word][side] += REASONS[reason] / len(sentences)
    return found


@others
def test_words_point_the_way_they_were_written(said: list[Explained]) -> None:
    wrong = {}
    for one in said:
        wrong[one.seed] = []
        for told in one.words:
            where, _, word = told.partition(": ")
            language, side = where.split(" ")
            share = shares(language)[word]
            wrong[one.seed] += [told] if np.sign(share[HIGH] - share[LOW]) != (1 if side == HIGH else -1) else []
    few(wrong)
    assert sum(bool(one.words) for one in said) >= 30, "words were told apart"
