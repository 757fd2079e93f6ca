"""Links by arithmetic, worked by hand from what the declarations say."""

from __future__ import annotations

from itertools import combinations

import pytest

from kpi.catalogue import CATALOGUE
from kpi.correlations import NAMED, driver_first, linked
from kpi.correlations.arithmetic import IDENTITIES, pieces
from kpi.metric import Ask

LINKED = [
    ("csat", "dsat"),  # the same answers
    ("csat", "csat_mean"),
    ("first_contact_resolution", "one_touch"),  # both ask how many replies
    ("first_contact_resolution", "reopen_rate"),  # variant A+D asks for reopens
    ("first_reply_time", "first_reply_within"),  # one column, one limit
    ("first_reply_time", "full_resolution_time"),  # a part and its whole
    ("unassigned_time", "resolved_within"),  # a part of a part of what is judged
    ("sla_attainment", "full_resolution_time"),  # solved by the due time
    ("cost_per_ticket", "cost_per_resolution"),  # a numerator
    ("cost_per_ticket", "tickets_created"),  # a denominator
    ("cost_per_ticket", "handle_time"),  # cost = AHT × …
    ("occupancy", "utilisation"),
    ("backlog", "net_flow"),  # a stock and its flow
    ("days_of_backlog", "backlog"),
    ("tickets_per_agent_hour", "handle_time"),
    ("retention_rate", "churn_rate"),
    ("service_level", "abandonment_rate"),
]
FREE = [
    ("csat", "first_contact_resolution"),
    ("csat", "first_reply_time"),
    ("csat", "ces"),  # one column, but other rows
    ("csat", "survey_response_rate"),
    ("backlog", "first_reply_time"),
    ("quality_score", "csat"),
    ("handle_time", "full_resolution_time"),
    ("escalation_rate", "csat"),
    ("reopen_rate", "full_resolution_time"),
    ("agent_wait_time", "agent_work_time"),  # two stretches beside each other
]


@pytest.mark.parametrize(("first", "second"), LINKED)
def test_linked(first: str, second: str) -> None:
    one, other = linked(first, second), linked(second, first)
    assert one and other and one.text == other.text and one.text.endswith(".")


@pytest.mark.parametrize(("first", "second"), FREE)
def test_free(first: str, second: str) -> None:
    assert linked(first, second) is None and linked(second, first) is None


def test_the_variant_decides() -> None:
    """FCR by "no further customer message" (B) asks for no reopens; by "no other ticket" (E) for tickets created."""
    by_messages, by_repeat = (Ask(params=(("first_contact_resolution", code),)) for code in "BE")
    assert linked("first_contact_resolution", "reopen_rate", by_messages) is None
    assert linked("first_contact_resolution", "next_issue_avoidance", by_repeat) is not None


def test_every_metric_is_made_of_something_and_every_identity_names_metrics() -> None:
    assert all(pieces(name, Ask()) for name in CATALOGUE)
    assert {name for first, second, _ in IDENTITIES for name in (*first, *second)} <= set(CATALOGUE)
    assert {name for pair in NAMED for name in pair} <= set(CATALOGUE)
    assert linked("csat", "csat") is not None


def test_some_pairs_are_left_to_score() -> None:
    pairs = list(combinations(CATALOGUE, 2))
    free = sum(linked(*pair) is None for pair in pairs)
    assert 0.7 < free / len(pairs) < 0.95


def test_what_is_done_comes_before_what_comes_of_it() -> None:
    assert driver_first("csat", "first_reply_time") == ("first_reply_time", "csat")
    assert driver_first("cost_per_ticket", "csat") == ("csat", "cost_per_ticket")
    assert all(driver_first(second, first) == (first, second) for first, second in NAMED)
