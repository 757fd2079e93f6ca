"""Oracles: numpy's quantiles, and the hat matrix of the weeks."""

from __future__ import annotations

import numpy as np
import pytest

from kpi.what_if.history import FADED, INSIDE, REFUSED, UNKNOWN, History, Joint

WEEKS = tuple(str(np.datetime64("2026-01-05") + 7 * n) for n in range(40))
VALUES = 60 + np.arange(40) % 8 * 1.0
"""60 to 67, over and over: mean 63.5, no month above that of its best four."""


def test_inside_at_the_edge_and_beyond():
    one = History("first_contact_resolution", WEEKS, VALUES)
    low, high = np.quantile(VALUES, [0.025, 0.975])
    spread = np.std(VALUES, ddof=1)
    months = [VALUES[i : i + 4].mean() for i in range(37)]
    assert one.edges == (low, high) and one.months == (min(months), max(months))
    assert one.limits == pytest.approx((min(months) - 2 * spread, max(months) + 2 * spread))
    assert one.standing(64).level == INSIDE and one.standing(64).said == ""
    faded = one.standing(68.0)
    assert faded.level == FADED and "never had a week above 67.0\u00a0%" in faded.said
    refused = one.standing(90.0)
    assert refused.level == REFUSED and "you've never been there" in refused.said and "65.5\u00a0%" in refused.said
    assert one.standing(20.0).level == REFUSED and "below 60.0\u00a0%" in one.standing(20.0).said
    assert one.feasible(64, 67) == 0.5 and one.feasible(70, 100) == 0


def test_times_are_judged_by_factors():
    values = np.exp(np.log(3600) + 0.2 * np.sin(np.arange(40)))
    one = History("first_reply_time", WEEKS, values)
    low, high = one.limits
    middle = np.sqrt(low * high)
    assert low > 0 and middle == pytest.approx(3600, rel=0.1), "as far down as up, as a factor"
    assert one.standing(low * 0.9).level == REFUSED and one.standing(3600).level == INSIDE


def test_too_few_weeks_say_so():
    one = History("handle_time", WEEKS[:5], VALUES[:5])
    assert one.standing(1e6).level == UNKNOWN and "5 complete weeks" in one.standing(1e6).said
    assert History("handle_time").standing(5).level == UNKNOWN and np.isnan(History("handle_time").lowest)


def test_never_together():
    rng = np.random.default_rng(2)
    first = rng.normal(60, 2, 40)
    second = 100 - first + rng.normal(0, 0.2, 40)  # when one goes up the other goes down
    both = (History("first_contact_resolution", WEEKS, first), History("occupancy", WEEKS, second))
    joint = Joint.of(both)
    design = np.column_stack([np.ones(40), first, second])
    wish = np.array([1.0, 62.0, 42.0])
    assert joint.leverage({"first_contact_resolution": 62.0, "occupancy": 42.0}) == pytest.approx(
        wish @ np.linalg.inv(design.T @ design) @ wish
    )
    assert joint.limit == 3 * 3 / 40
    assert joint.is_far({"first_contact_resolution": 62.0, "occupancy": 42.0}), "each has been there, never both at once"
    assert not joint.is_far({"first_contact_resolution": 62.0, "occupancy": 38.0})
    assert Joint.of(both[:1]) is None and "Never together" in joint.said
    apart = History("occupancy", tuple(str(np.datetime64("1999-01-04") + 7 * n) for n in range(40)), second)
    assert Joint.of((both[0], apart)) is None, "no week is known for both"
