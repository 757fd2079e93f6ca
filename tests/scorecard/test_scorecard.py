"""The scorecard: totals worked by hand, intervals against the delta method, weights moved, and what it says it hides."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from kpi import Scope
from kpi.catalogue import find
from kpi.errors import BadValue
from kpi.measure import Result
from kpi.scorecard import Line, checked, read, score, usual, with_history, write


def made(*rows: tuple[str, float, float | None, float | None], scope: Scope | None = None, period: str = "all") -> Result:
    frame = pd.DataFrame(
        [
            {
                "metric": m,
                "period": period,
                "value": v,
                "low": lo,
                "high": hi,
                "n": 500.0,
                "top": np.nan,
                "bottom": np.nan,
                "unit": find(m).unit,
                "is_complete": True,
                "notes": (),
            }
            for m, v, lo, hi in rows
        ]
    ).astype({"value": float, "low": float, "high": float})
    return Result(frame, {m: find(m) for m, *_ in rows}, scope or Scope())


CSAT = Line("csat", 1, 60, 100)
REPLY = Line("first_reply_time", 3, 4 * 3600, 3600)
NOW = made(("csat", 80, 78, 82), ("first_reply_time", 7200, 7200 / 1.1, 7200 * 1.1))


def test_scores_and_total_by_hand() -> None:
    """CSAT half way from 60 to 100; 2 h half way from 4 h to 1 h by ratio; both 50, whatever the weights."""
    found = score([CSAT, REPLY], NOW)
    assert [p.score for p in found.parts] == pytest.approx([50, 50]) and found.total == pytest.approx(50)
    assert [p.share for p in found.parts] == [0.25, 0.75]
    other = score([CSAT, REPLY], made(("csat", 90, 88, 92), ("first_reply_time", 14400, 14000, 15000)))
    assert other.total == pytest.approx(0.25 * 75 + 0.75 * 0)
    assert other.parts[0].less == pytest.approx(75 * 0.5 / 3.5) and other.parts[0].more == pytest.approx(75 * 1.5 / 4.5)
    assert other.text.startswith("The total is 19 of 100")


def test_the_interval_agrees_with_the_delta_method() -> None:
    """Two independent parts: ± 5 from CSAT (2 of 40 points), ± 100 log 1.1 / log 4 from the reply; root of the weighted squares."""
    found = score([CSAT, REPLY], NOW)
    half = math.hypot(0.25 * 5, 0.75 * 100 * math.log(1.1) / math.log(4))
    assert (found.low, found.high) == pytest.approx((50 - half, 50 + half), abs=0.35)
    assert (found.parts[0].low, found.parts[0].high) == pytest.approx((45, 55), abs=0.4)


def test_the_change_and_whether_it_is_beyond_noise() -> None:
    before = made(("csat", 70, 68, 72), ("first_reply_time", 7200, 7200 / 1.1, 7200 * 1.1))
    found = score([CSAT, REPLY], NOW, before)
    assert found.change == pytest.approx(0.25 * 25) and found.before == pytest.approx(0.25 * 25 + 0.75 * 50)
    half = math.sqrt(2) * math.hypot(0.25 * 5, 0.75 * 100 * math.log(1.1) / math.log(4))
    assert (found.change_low, found.change_high) == pytest.approx((6.25 - half, 6.25 + half), abs=0.4)
    assert not found.is_beyond_noise and "no clear change" in found.text
    clear = score([CSAT], NOW, before)
    assert clear.is_beyond_noise and "25.0 more than in the period before" in clear.text and clear.text.endswith("better, beyond noise.")
    assert score([CSAT, REPLY], NOW, made(("csat", 70, 68, 72))).change == pytest.approx(25), "only parts known in both are compared"


@pytest.mark.slow
def test_where_nothing_changed_it_hardly_ever_says_so() -> None:
    rng = np.random.default_rng(1)

    def drawn() -> Result:
        a, b = rng.normal(80, 1), rng.normal(85, 0.5)
        return made(("csat", a, a - 1.96, a + 1.96), ("sla_attainment", b, b - 0.98, b + 0.98))

    lines = [CSAT, Line("sla_attainment", 2, 70, 100)]
    assert np.mean([score(lines, drawn(), drawn()).is_beyond_noise for _ in range(200)]) <= 0.08


def test_random_weights_reach_from_part_to_part() -> None:
    """Two parts, 20 and 80: every weighting lies between, and a weight drawn evenly puts the middle 90 % at 23 and 77."""
    found = score([Line("csat", 1, 60, 100), Line("sla_attainment", 1, 0, 100)], made(("csat", 68, 67, 69), ("sla_attainment", 80, 79, 81)))
    assert (found.lightest, found.heaviest) == pytest.approx((23, 77), abs=1.2)


def test_what_it_hides() -> None:
    lines = [
        CSAT,
        Line("sla_attainment", 1, 90, 99, "said"),
        Line("cost_per_ticket", 1, 10, 5),
        Line("nps", 1),
        Line("reopen_rate", 0, 9, 3),
        Line("ces", 1, 4, 6),
    ]
    rows = (
        ("csat", 80, 78, 82),
        ("sla_attainment", 85, 84, 86),
        ("cost_per_ticket", 6, None, None),
        ("nps", 20, 10, 30),
        ("reopen_rate", 5, 4, 6),
    )
    found = score(lines, made(*rows), made(*rows))
    said = " ".join(found.hides)
    assert "behind 43 stand SLA attainment with 0 and Cost per ticket with 80" in said
    assert "SLA attainment is cut at 0 or 100" in said and "how exact Cost per ticket is, is not known" in said
    assert "Not in it: NPS (no worst and best value), Reopen rate (its weight is 0) and Customer effort (no value here)." in said
    assert "not as good as one can be" in said and "independent" in said
    assert score([], made(("csat", 80, 78, 82))).text.startswith("No part of the scorecard can be scored")
    with pytest.raises(BadValue):
        score([CSAT], made(("csat", 80, 78, 82), scope=Scope(by="week")))


def test_what_is_written_is_read_again_and_bad_lines_are_told() -> None:
    lines = (CSAT, REPLY, Line("reopen_rate", 2.5, 9.0, 3.0, "said"), Line("nps"))
    assert read(write(lines)).lines == lines and read("").lines == ()
    card = read(
        '[[metric]]\nname = "csat"\n[[metric]]\nname = "csatt"\n[[metric]]\nname = "backlog"\nworst = 10\nbest = 900\n[[metric]]\nname = "nps"\nweight = "x"\n'
    )
    assert [line.name for line in card.lines] == ["csat"]
    assert card.problems[0].startswith("Metric 2: there is no metric 'csatt'. Did you mean 'csat'")
    assert "its best value must lie below its worst" in card.problems[1] and "weight is not a number" in card.problems[2]
    for text, why in (
        ("name =", "cannot be read"),
        ("[metric]\nname = 'csat'", r"no \[\[metric\]\]"),
        ("metric = 3", r"no \[\[metric\]\]"),
    ):
        with pytest.raises(BadValue, match=why):
            read(text)
    assert "csat is there twice" in read('[[metric]]\nname = "csat"\n[[metric]]\nname = "csat"\n').problems[0]


def test_lines_that_make_no_sense() -> None:
    for line, why in (
        (Line("tickets_created"), "no good side"),
        (Line("csat", -1), "weight cannot be -1"),
        (Line("csat", math.inf), "weight cannot be"),
        (Line("csat", 1, 90, 70), "must lie above its worst"),
        (Line("csat", 1, 70, 90, "guess"), "anchors cannot be"),
        (Line("csat", 1, math.nan, 90), "not a number"),
    ):
        with pytest.raises(BadValue, match=why):
            checked(line)


def test_ends_from_history() -> None:
    """The worst and the best limit of five months; four are needed, and unfinished ones do not count."""
    months = [
        made(("csat", v, v - 2, v + 2), ("reopen_rate", 10 - v / 10, None, None), scope=Scope(by="month"), period=f"2026-0{i}-01").frame
        for i, v in enumerate([80, 82, 84, 81, 60], 1)
    ]
    frame = pd.concat(months, ignore_index=True)
    frame["is_complete"] = frame["period"] < "2026-05-01"
    past = Result(frame, {"csat": find("csat"), "reopen_rate": find("reopen_rate")}, Scope(by="month"))
    csat, reopen, said = with_history([Line("csat"), Line("reopen_rate"), Line("csat", 1, 1, 2, "said")], past)
    assert (csat.worst, csat.best) == (78, 86) and (reopen.worst, reopen.best) == (2.0, 1.6) and (said.worst, said.best) == (1, 2)
    frame = frame[frame["period"] < "2026-04-01"]
    assert with_history([Line("csat")], Result(frame, past.metrics, past.scope))[0].worst is None
    assert [line.name for line in usual({"csat": (), "nps": (), "reopen_rate": ("changes",)})] == ["csat"]
