"""Oracles: R on Berkeley admissions (standardised risk difference), predictions averaged ticket by ticket, moves worked by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from kpi.errors import BadValue
from kpi.stats import logistic
from kpi.what_if.fit import NONE, Learned, learn
from tests.what_if.conftest import FCR, answers, cells, model

ADMISSIONS = [(512, 313, 89, 19), (353, 207, 17, 8), (120, 205, 202, 391), (138, 279, 131, 244), (53, 138, 94, 299), (22, 351, 24, 317)]


def test_standardised_difference_matches_r():
    """Women against men at the same departments: .01949704 by R's glm. "Solved at first contact" plays the woman."""
    rows = [
        {"y": yes, FCR: woman, "team": f"department {d}", "n": count, "cluster": f"{d}{woman}{yes}"}
        for d, counts in enumerate(ADMISSIONS)
        for (yes, woman), count in zip([(1, 0), (0, 0), (1, 1), (0, 1)], counts, strict=True)
    ]
    found = learn(model("csat", FCR, "first_reply_time"), cells(pd.DataFrame(rows), ("team",)), (FCR,))
    assert found.contrast(FCR).value == pytest.approx(1.949704, abs=5.1e-7)
    assert found.made.fit.coefficients[1] == pytest.approx(0.09987009, abs=5.1e-9)
    assert found.contrast(FCR).low < 0 < found.contrast(FCR).high and not found.contrast(FCR).is_clear


def ticket_by_ticket(rows: pd.DataFrame, change) -> float:
    """The change of the mean prediction, over the tickets themselves, by a plain fit on them."""
    knots = (900.0, 3600.0, 14400.0)  # any that bend where the world does; only the order of the answer is compared

    def design(frame):
        logs = np.log(frame["first_reply_time"])
        tents = [np.clip((logs - np.log(a)) / (np.log(b) - np.log(a)), 0, 1) for a, b in pairwise(knots)]
        return np.column_stack([np.ones(len(frame)), frame[FCR], *tents, frame["team"] == "B", frame["team"] == "C"]).astype(float)

    fit = logistic(rows["y"], design(rows))
    return 100 * float((fit.predict(design(change(rows))) - fit.predict(design(rows))).mean())


def test_a_move_is_the_average_over_tickets(fitted):
    """Cells pool alike segments; ticket by ticket gives the same, to a hundredth of a point."""
    rows = answers()

    def some(frame):  # every third ticket that took more than one contact
        moved = frame.copy()
        others = np.flatnonzero(moved[FCR].to_numpy() == 0)
        moved.iloc[others, moved.columns.get_loc(FCR)] = 1.0
        return moved

    everyone = ticket_by_ticket(rows, some)
    assert fitted.change({FCR: (50.0, 100.0)}).value == pytest.approx(everyone, abs=0.05), "all that were not, now are"
    assert fitted.change({FCR: (50.0, 75.0)}).value == pytest.approx(everyone / 2, abs=0.03), "half of them"
    faster = ticket_by_ticket(rows, lambda frame: frame.assign(first_reply_time=frame["first_reply_time"] / 2))
    assert fitted.change({"first_reply_time": (3000.0, 1500.0)}).value == pytest.approx(faster, abs=0.35)


def test_the_planted_effect_is_inside_the_interval(fitted):
    rows = answers()
    team = rows["team"].map({"A": 0.0, "B": -0.7, "C": 0.5}).to_numpy()
    slow = 0.5 * np.clip((np.log(rows["first_reply_time"]) - np.log(3600)) / np.log(4), 0, 1)
    chance = [1 / (1 + np.exp(-(0.7 + 0.8 * so + team - slow))) for so in (0.0, 1.0)]
    truth = 100 * float((chance[1] - chance[0]).mean())
    found = fitted.contrast(FCR)
    assert found.low < truth < found.high and found.high - found.low < 8


def test_a_confounder_is_held_equal():
    """First contact does nothing; team B has both less of it and less joy. Pooled it looks like much, within teams like nothing."""
    rows = answers(16_000, effect=0.0)
    one = model("csat", FCR, "first_reply_time")
    within = learn(one, cells(rows, ("team",)), one.drivers).contrast(FCR)
    pooled = learn(one, cells(rows), one.drivers).contrast(FCR)
    assert not within.is_clear and pooled.is_clear and pooled.value - within.value > 3.0


def test_flat_and_then_a_fall(fitted):
    """The world is flat up to an hour and falls until four: the curve says so, with no shape given to it but knots."""
    curve = fitted.curve("first_reply_time").set_index("value")["mean"]
    early, late = curve[curve.index <= 3300], curve[curve.index >= 4 * 3600]
    assert early.max() - early.min() < 5 and early.mean() - late.mean() > 5
    assert fitted.change({"first_reply_time": (600.0, 300.0)}).value > 0


def test_moves_by_hand():
    """Two kinds of tickets, four in ten solved at first contact with 90 % yes, the rest 50 %: the arithmetic is a child's."""
    rows = pd.DataFrame(
        [
            {"y": 1.0, FCR: 1.0, "n": 360}, {"y": 0.0, FCR: 1.0, "n": 40},
            {"y": 1.0, FCR: 0.0, "n": 300}, {"y": 0.0, FCR: 0.0, "n": 300},
        ]
    ).loc[np.repeat(range(4), 6)]  # fmt: skip
    rows = rows.assign(cluster=[str(i % 6) for i in range(24)])
    found = learn(model("csat", FCR, "first_reply_time"), cells(rows), (FCR,))
    assert found.contrast(FCR).value == pytest.approx(40.0)
    assert found.change({FCR: (40.0, 55.0)}).value == pytest.approx(100 * 0.6 * (15 / 60) * 0.4), "a quarter of the 60 %"
    assert found.change({FCR: (40.0, 30.0)}).value == pytest.approx(-100 * 0.4 * (10 / 40) * 0.4), "a quarter of the 40 %"
    assert found.change({FCR: (40.0, 100.0)}).value == pytest.approx(24.0)
    assert found.change({FCR: (40.0, 55.0)}).half == pytest.approx(3.0)
    assert found.change({}) == NONE


def test_replies_go_down_one_by_one():
    rows = pd.DataFrame(
        [
            {"y": y, "replies_per_resolution": r, "n": n}
            for r, yes in ((1.0, 90), (2.0, 60), (3.0, 40))
            for y, n in ((1.0, yes), (0.0, 100 - yes))
        ]
    ).loc[np.repeat(range(6), 6)]
    rows = rows.assign(cluster=[str(i % 6) for i in range(36)])
    one = model("csat", "replies_per_resolution", "reopen_rate", "first_reply_time")
    found = learn(one, cells(rows), ("replies_per_resolution",))
    # two thirds of the tickets have more than one; every one of them with one fewer: 2 -> 1 is +30, 3 -> 2 is +20
    assert found.change({"replies_per_resolution": (2.0, 2.0 - 2 / 3)}).value == pytest.approx((30 + 20) / 3)
    assert found.change({"replies_per_resolution": (2.0, 2.0 - 1 / 3)}).value == pytest.approx((30 + 20) / 6)
    with pytest.raises(BadValue, match="more than one reply on every ticket"):
        found.change({"replies_per_resolution": (2.0, 1.0)})


def test_intervals_allow_for_agents():
    """Every agent's tickets four times over are no more knowledge: clustered, the interval does not shrink by half (beyond what tickets that have
    nothing to do with each other would know, which it never goes below)."""
    rows = answers(1500)
    one = model("csat", FCR, "first_reply_time")
    once, four = (learn(one, cells(rows.assign(n=times), ("team",)), (FCR,)).contrast(FCR) for times in (4.0, 16.0))
    assert four.value == pytest.approx(once.value, rel=1e-3) and (four.high - four.low) == pytest.approx(once.high - once.low, rel=0.05)


def test_what_cannot_be_learned_says_why():
    one = model("csat", FCR, "first_reply_time")
    rows = answers(600)
    assert "too few" in learn(one, cells(rows.head(150)), one.drivers).reason
    assert "too few" in learn(one, cells(rows.assign(y=1.0)), one.drivers).reason
    assert "the same on every ticket" in learn(one, cells(rows.assign(**{FCR: 1.0})), one.drivers).reason
    reply = model("csat", "first_reply_time")
    assert "the same" in learn(reply, cells(rows.assign(first_reply_time=60.0)), reply.drivers).reason
    assert "hardly varies" in learn(reply, cells(rows.assign(first_reply_time=70.0 + rows[FCR])), reply.drivers).reason
    without = learn(one, cells(rows.assign(first_reply_time=60.0), ("team",)), one.drivers)
    assert not without.reason and without.terms == (FCR,), "what does not vary cannot be held equal, and need not"
    nothing = Learned(one, "no data")
    assert np.isnan(nothing.change({FCR: (50.0, 60.0)}).value) and len(nothing.curve(FCR)) == 0
    few = learn(one, cells(rows.assign(cluster="one agent")), one.drivers)
    change = few.change({FCR: (50.0, 60.0)})
    assert change.value > 0 and np.isnan(change.low) and not change.is_clear, "an effect, but no claim from one agent"


def test_unknown_cells_are_left_out():
    rows = answers(2000)
    one = model("csat", FCR, "first_reply_time")
    holes = rows.assign(**{FCR: rows[FCR].where(np.arange(2000) % 4 != 0)})
    assert learn(one, cells(holes), one.drivers).n == 1500
