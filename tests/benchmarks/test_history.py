"""Against ourselves: counts worked by hand, unfinished periods never compared, and nothing found where nothing changed."""

from __future__ import annotations

import numpy as np
import pytest

from kpi import Scope
from kpi.benchmarks import past
from kpi.errors import BadValue
from tests.benchmarks.made import months, result

MONTHS = Scope(by="month")


def test_nine_of_twelve_by_hand() -> None:
    """Shares of 1,000 answers: the newest 85 % beats nine months, ties with one and loses to two; far from 70 %, near all others."""
    shares = [84, 83, 84, 83, 84, 82, 84, 83, 70, 85, 86, 87, 85]
    found = past(result("csat", months([(10 * s, 1000) for s in shares]), MONTHS), "csat")
    assert (found.better, found.worse, found.of, found.clearly_better, found.clearly_worse) == (9, 2, 12, 1, 0)
    assert found.percentile == pytest.approx(100 * 9.5 / 12)
    said = found.text.replace("\u00a0", " ")
    assert said == "CSAT, January 2026: 85.0 % (82.7–87.1 %), better than 9 of the 12 months before; beyond noise better than 1."


def test_lower_is_better_turns_round() -> None:
    found = past(result("reopen_rate", months([(50, 1000)] * 5 + [(100, 1000)]), MONTHS), "reopen_rate")
    assert (found.better, found.worse, found.clearly_worse) == (0, 5, 5) and "beyond noise worse than 5" in found.text
    neither = past(result("zero_touch", months([(50, 1000)] * 5 + [(100, 1000)]), MONTHS), "zero_touch")
    assert "higher than 5 of the 5 months before" in neither.text


def test_only_the_last_twelve_complete_periods_count() -> None:
    rows = months([(700, 1000)] * 5 + [(800, 1000)] * 13 + [(100, 200)])
    rows[-1]["is_complete"] = False
    found = past(result("csat", rows, MONTHS), "csat")
    assert found.of == 12 and found.period == "2026-06-01" and (found.better, found.worse) == (0, 0)
    assert found.percentile == 50


def test_too_few_periods_and_unripe_metrics_say_so() -> None:
    few = past(result("csat", months([(80, 100)] * 4), MONTHS), "csat")
    assert few.percentile is None and "fewer than 4 complete months" in few.text
    assert (
        "of newer tickets fewer are done by now" in past(result("resolution_rate", months([(80, 100)] * 9), MONTHS), "resolution_rate").text
    )
    with pytest.raises(BadValue, match="periods"):
        past(result("csat", months([(80, 100)]), Scope()), "csat")


def test_counts_have_poisson_limits() -> None:
    rows = [
        {"period": f"2025-{month:02d}-01", "value": float(value), "n": value} for month, value in enumerate([100, 102, 98, 101, 99, 160], 1)
    ]
    found = past(result("tickets_created", rows, MONTHS), "tickets_created")
    assert (found.better, found.clearly_better) == (5, 5) and "higher than 5" in found.text


@pytest.mark.slow
def test_where_nothing_changed_hardly_anything_is_found() -> None:
    """Thirteen months of one true share, 300 times: some difference is claimed in about 5 % of them at most."""
    rng = np.random.default_rng(3)
    runs = [past(result("csat", months([(int(x), 400) for x in rng.binomial(400, 0.85, 13)]), MONTHS), "csat") for _ in range(300)]
    claimed = np.mean([run.clearly_better + run.clearly_worse > 0 for run in runs])
    assert claimed <= 0.07
    assert 0.35 < np.mean([run.better / run.of for run in runs]) < 0.65
