"""Oracle: the formula of Monroe, Colaresi and Quinn worked in R."""

import math

import numpy as np
import pytest

from kpi.errors import BadValue
from kpi.stats import fightin_words

LOW = [30, 25, 20, 200, 5]  # refund slow agent the thanks
HIGH = [5, 4, 22, 210, 40]


def test_reference():
    found = fightin_words(LOW, HIGH, prior_total=50)
    assert found.z == pytest.approx([3.804368, 3.464705, -0.295723, -1.567485, -4.643721], abs=5.1e-7)
    assert found.difference == pytest.approx([1.489813, 1.502739, -0.084145, -0.142664, -1.697983], abs=5.1e-7)
    assert (found.p < 0.05).tolist() == [True, True, False, False, True]
    shortcut = fightin_words(LOW, HIGH, prior_total=sum(LOW) + sum(HIGH))
    assert shortcut.z == pytest.approx([2.579946, 2.353623, -0.185375, -0.981980, -3.223779], abs=5.1e-7)


def test_swapping_turns_the_sign_and_unused_words_stay_unknown():
    assert fightin_words(HIGH, LOW).z == pytest.approx(-fightin_words(LOW, HIGH).z)
    found = fightin_words([3, 0, 5], [0, 0, 9])
    assert math.isnan(found.z[1]) and math.isnan(found.p[1]) and np.isfinite(found.z[[0, 2]]).all()
    assert np.isnan(fightin_words([0, 4], [0, 2]).z).all(), "one word alone cannot be compared"
    assert fightin_words([], []).z.shape == (0,)
    with pytest.raises(BadValue, match="negative"):
        fightin_words([-1], [1])
    with pytest.raises(BadValue, match="prior"):
        fightin_words([1], [1], prior_total=0)
