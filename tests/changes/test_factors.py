"""Oracles: statistics.md's LMDI reference through whole data; section 9's post-stratified survey and its table of unequal answering."""

from __future__ import annotations

import pandas as pd
import pytest

import kpi
from kpi import changes
from kpi.changes.respondents import _bounds, _range
from kpi.engine import from_frames
from tests.changes.conftest import SCOPE, company, tickets

PAIR = changes.periods(SCOPE)


def costly(paid_now: float = 35.2, cost_now: float = 1108.8, **changed: float):
    """100 tickets of 0.25 h at 30 an hour and occupancy 0.8; then 110 of 0.24 h at 31.5 and 0.75: the reference, divided by 100."""
    rows, lines = [], []
    for side, (handling, ready, paid, cost) in enumerate(
        [(25.0, 31.25, 31.25, 937.5), (26.4, changed.get("ready", 35.2), paid_now, cost_now)]
    ):
        first = pd.Timestamp("2026-03-01") + pd.Timedelta(days=28 * side)
        rows.append({
            "agent": "A", "started_at": first + pd.Timedelta(hours=9), "handling_seconds": 3600 * handling,
            "available_seconds": 3600 * (ready - handling), "paid_seconds": 3600 * paid,
        })  # fmt: skip
        lines.append(
            {"period_start": first, "period_end": first + pd.Timedelta(days=28), "category": "all", "amount": cost, "currency": "EUR"}
        )
    edges = tickets(0, 2, 900).assign(created_at=pd.to_datetime(["2026-02-27", "2026-04-27"]), solved_at=pd.NaT, status="open")
    every = pd.concat([tickets(0, 100), tickets(1, 110), edges], ignore_index=True)
    return from_frames({"tickets": every, "agent_time": pd.DataFrame(rows), "costs": pd.DataFrame(lines)})


def test_cost_splits_as_the_reference():
    data = costly()
    found = changes.factors("cost", PAIR, data)
    assert (found.before, found.now) == pytest.approx((937.5, 1108.8))
    assert list(found.frame["name"]) == ["volume", "handle", "occupancy", "utilisation", "rate"]
    assert list(found.frame["adds"]) == pytest.approx([97.28839385, -41.66927697, 65.87805286, 0.0, 49.80283027], abs=1e-7)
    assert found.frame["adds"].sum() == pytest.approx(171.3, abs=1e-9)
    assert list(found.frame["before"]) == pytest.approx([100, 900, 80, 100, 30])
    assert found.text.startswith(
        "Cost went from 937.50\u00a0EUR to 1,109\u00a0EUR (+171.30\u00a0EUR): tickets created +97.29\u00a0EUR, occupancy"
    )


@pytest.mark.parametrize("name", ["cost_per_ticket", "cost_per_resolution", "tickets_per_agent_hour"])
def test_the_product_is_the_metric_itself(name):
    data = costly(paid_now=40.0)
    found = changes.factors(name, PAIR, data)
    for value, scope in ((found.before, PAIR.before), (found.now, PAIR.now)):
        assert value == pytest.approx(kpi.measure(name, scope, data).records()[0]["value"])
    assert found.frame["adds"].sum() == pytest.approx(found.now - found.before, abs=1e-9)


def test_a_factor_that_is_missing_or_0_is_named():
    none = changes.factors("cost", PAIR, company({0: [({}, 40, 20)], 1: [({}, 40, 20)]}))
    assert none.why_not.count("needs") >= 2 and none.frame.empty and "does not split" in none.text
    assert "cost is 0 or not known" in changes.factors("cost", PAIR, costly(cost_now=0.0)).why_not
    assert changes.factors("csat", PAIR, costly()) is None


def test_answers_are_weighted_to_the_tickets():
    """Section 9: 6000, 2000, 2000 tickets with CSAT .75, .90, .85, of which 5, 30 and 20 % answer: .85 observed, .80 weighted."""
    groups = [("email", 600, 30, 23), ("chat", 200, 60, 54), ("phone", 200, 40, 34)]
    frames, surveys = [], []
    for side in (0, 1):
        start = 0
        for channel, many, answers, happy in groups:
            own = tickets(side, many, start, channel=channel)
            start += many
            frames.append(own)
            at = own["solved_at"]
            score = [None if i >= answers else 5 if i < happy else 1 for i in range(many)]
            answered = [t if i < answers else pd.NaT for i, t in enumerate(at)]
            surveys.append(
                pd.DataFrame({"ticket_id": own["ticket_id"], "kind": "csat", "score": score, "offered_at": at, "answered_at": answered})
            )
    edges = tickets(0, 2, 9000).assign(created_at=pd.to_datetime(["2026-02-27", "2026-04-27"]), solved_at=pd.NaT, status="open")
    every = pd.concat(surveys).assign(scale_low=1.0, scale_high=5.0, is_higher_better=True)
    data = from_frames({"tickets": pd.concat([*frames, edges], ignore_index=True), "surveys": every})
    who = changes.respondents("csat", PAIR, data)
    assert who.rate_now == pytest.approx(13.0) and who.mix == pytest.approx(0)
    raw = kpi.measure("csat", PAIR.now, data).records()[0]["value"]
    rates = {"email": 23 / 30, "chat": 0.9, "phone": 0.85}  # 22.5 happy of 30 cannot be: 23
    assert raw == pytest.approx(100 * (23 + 54 + 34) / 130)
    assert who.reweighted[1] == pytest.approx(100 * (0.6 * rates["email"] + 0.2 * rates["chat"] + 0.2 * rates["phone"]))
    assert any("13.0" in warning for warning in who.warnings) and any("unlike each other" in warning for warning in who.warnings)
    assert "who answered" in who.text


def test_a_response_rate_that_moved_is_warned_of():
    def side(many, answers):
        return [({"channel": "email"}, many, answers)]

    data = company({0: side(100, 80), 1: side(200, 150)})
    who = changes.respondents("csat", PAIR, data)
    assert who.rate_before == who.rate_now == 100 and who.warnings == () and who.text == ""
    assert changes.respondents("tickets_created", PAIR, data) is None
    assert changes.respondents("survey_response_rate", PAIR, data) is None


def test_the_range_is_that_of_section_9():
    """True CSAT .80 is seen as .857 where the unhappy answer 10 % to the happy's 15 %, and as .667 at 30 %."""
    assert _range(100 * 12 / 14, True)[0] == pytest.approx(80) and _range(100 * 2 / 3, True)[1] == pytest.approx(80)
    assert _range(100 * 2 / 14, False)[1] == pytest.approx(20), "of a share that is better low it is the other way round"
    assert _bounds(80, 15) == pytest.approx((12, 97))
