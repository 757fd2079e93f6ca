"""Simpson's paradox on Berkeley's admissions of 1973, against R; and the same for agents inside their teams."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from kpi.correlations.agents import Agents, Group, of_groups
from kpi.correlations.splits import APPEARS, HOLDS, TURNS, VANISHES, splits, verdict_of
from kpi.correlations.tickets import Facts
from kpi.correlations.turned import difference
from kpi.metric import Ask
from kpi.stats import correlation_interval
from kpi.stats.base import floats

ADMITTED_MEN, REFUSED_MEN = [512, 353, 120, 138, 53, 22], [313, 207, 205, 279, 138, 351]
ADMITTED_WOMEN, REFUSED_WOMEN = [89, 17, 202, 131, 94, 24], [19, 8, 391, 244, 299, 317]


def berkeley() -> Facts:
    """A "ticket" an applicant: reopened for men, rated good for admitted, the department as a column."""
    rows: list[tuple[float, float, str]] = []
    for place, counts in enumerate(zip(ADMITTED_MEN, REFUSED_MEN, ADMITTED_WOMEN, REFUSED_WOMEN, strict=True)):
        for (man, admitted), count in zip(((1, 1), (1, 0), (0, 1), (0, 0)), counts, strict=True):
            rows += [(float(man), float(admitted), "ABCDEF"[place])] * count
    frame = pd.DataFrame(rows, columns=["man", "admitted", "topic"])
    columns = {"reopen_rate": floats(frame["man"]), "first_contact_resolution": floats(frame["admitted"])}
    return Facts(columns, None, None, np.ones(len(frame), dtype=bool), (), (), frame, False)


def test_berkeley_vanishes_inside_departments() -> None:
    """R: cor(admitted, male) = .142731760206, of residuals on department -.0178349571886."""
    (found,) = splits("reopen_rate", "first_contact_resolution", berkeley(), ("topic",), Ask())
    assert_allclose([found.pooled[0], found.within[0]], [0.142731760206, -0.0178349571886], rtol=1e-9)
    assert found.verdict == VANISHES and found.is_flagged
    by_part = found.parts.set_index("part")["r"]
    inside = [-0.135965498433, -0.020825752115, 0.0286504538482, -0.0193967610669, 0.0414023988057, -0.0231936580391]
    assert_allclose([by_part[one] for one in "ABCDEF"], inside, rtol=1e-9)


def test_the_difference_inside_departments_is_that_of_r() -> None:
    """R: Mantel-Haenszel risk difference of men and women -.0184251961909, standard error .0146194685233; pooled .4451877 - .3035422."""
    men = (floats(ADMITTED_MEN) + REFUSED_MEN, floats(ADMITTED_MEN))
    women = (floats(ADMITTED_WOMEN) + REFUSED_WOMEN, floats(ADMITTED_WOMEN))
    (value, low, high), _ = difference(men, women)
    assert_allclose(value, -1.84251961909)
    assert_allclose((high - low) / 2 / 1.959964, 1.46194685233, rtol=1e-6)
    (pooled, _, _), p = difference(*[(n.sum(keepdims=True), x.sum(keepdims=True)) for n, x in (men, women)])
    assert_allclose(pooled, 100 * (0.4451877 - 0.3035422), rtol=1e-5)
    assert p < 1e-10


@pytest.mark.parametrize(
    ("pooled", "within", "verdict"),
    [
        ((0.3, 0.2, 0.4), (-0.2, -0.3, -0.1), TURNS),
        ((0.3, 0.2, 0.4), (0.02, -0.05, 0.09), VANISHES),
        ((0.0, -0.05, 0.05), (0.3, 0.2, 0.4), APPEARS),
        ((0.3, 0.2, 0.4), (0.2, 0.1, 0.3), HOLDS),
        ((0.3, 0.2, 0.4), (-0.02, -0.4, 0.36), HOLDS),  # too little inside to say anything
        ((0.3, float("nan"), float("nan")), (-0.2, -0.3, -0.1), HOLDS),
    ],
)
def test_verdicts(pooled: Any, within: Any, verdict: str) -> None:
    assert verdict_of(pooled, within) == verdict


def agents(n: int) -> Agents:
    """Two teams: inside both the slower agents are rated higher, and the slow team is rated lower."""
    rng = np.random.default_rng(0)
    team = np.arange(n) % 2
    slow = rng.normal(size=n) + 4 * team
    rated = 0.5 * (slow - 4 * team) - 3 * team + 0.3 * rng.normal(size=n)
    groups = {
        name: Group(name, values, values - 1, values + 1, values, np.full(n, 50.0))
        for name, values in (("first_reply_time", slow), ("csat", rated))
    }
    return Agents(tuple(map(str, range(n))), tuple("ab"[t] for t in team), groups)


def test_agents_are_compared_inside_their_team() -> None:
    pair = of_groups(agents(40), "first_reply_time", "csat")
    assert pair.pooled < -0.3 and pair.r > 0.5 and pair.alike == ("team",)
    assert_allclose((pair.low, pair.high), correlation_interval(pair.r, 40 - 1, "spearman"))
    assert "10 are needed" in of_groups(agents(9), "first_reply_time", "csat").lacks
