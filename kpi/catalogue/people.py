"""Agents' time and what it costs."""

from __future__ import annotations

from kpi.catalogue.tables import agent_time, cost_days
from kpi.catalogue.volume import CREATED, SOLVED
from kpi.forms import Ratio, Total
from kpi.metric import Metric

FAMILY = "people and cost"
_AT = agent_time.started_at
_HANDLING_KNOWN = agent_time.handling_seconds.notnull() & agent_time.available_seconds.notnull()
_READY = agent_time.handling_seconds + agent_time.available_seconds
_COST = Total(cost_days, cost_days.spent_on, cost_days.amount.notnull(), amount=cost_days.amount, unit="currency")
_COST_NEEDS = ("costs.amount", "agent_time.hourly_cost & agent_time.paid_seconds", "tickets.cost")
_SOLVED_NEEDS = ("tickets.solved_at", "tickets.closed_at", "tickets.status", "changes.status & tickets.created_at")

METRICS = (
    Metric(
        name="occupancy",
        label="Occupancy",
        family=FAMILY,
        about="Share of the time agents were ready that they spent handling contacts; above about 85 % for long it wears people out.",
        formula="handling ÷ (handling + available)",
        unit="%",
        better="neither",
        form=Ratio(
            Total(agent_time, _AT, _HANDLING_KNOWN, amount=agent_time.handling_seconds, unit="s"),
            Total(agent_time, _AT, _HANDLING_KNOWN, amount=_READY, unit="s"),
            scale=100.0,
        ),
        by="start of the interval",
        reference="COPC, ICMI; names collide between them",
        needs=("agent_time.handling_seconds & agent_time.available_seconds",),
        high=100.0,
    ),
    Metric(
        name="utilisation",
        label="Utilisation",
        family=FAMILY,
        about="Share of paid time that agents were ready for contacts.",
        formula="(handling + available) ÷ paid",
        unit="%",
        better="neither",
        form=Ratio(
            Total(agent_time, _AT, _HANDLING_KNOWN & agent_time.paid_seconds.notnull(), amount=_READY, unit="s"),
            Total(agent_time, _AT, _HANDLING_KNOWN & agent_time.paid_seconds.notnull(), amount=agent_time.paid_seconds, unit="s"),
            scale=100.0,
        ),
        by="start of the interval",
        reference="COPC",
        needs=("agent_time.handling_seconds & agent_time.available_seconds & agent_time.paid_seconds",),
        high=100.0,
    ),
    Metric(
        name="cost_per_ticket",
        label="Cost per ticket",
        family=FAMILY,
        about="What support cost in the period per ticket created in it. Cost lines are spread over their days.",
        formula="cost ÷ tickets created",
        unit="currency",
        better="lower",
        form=Ratio(_COST, CREATED),
        by="cost days and creation",
        reference="MetricNet cost per ticket",
        needs=_COST_NEEDS,
    ),
    Metric(
        name="cost_per_resolution",
        label="Cost per resolution",
        family=FAMILY,
        about="What support cost in the period per ticket solved in it; a reopened ticket counts once.",
        formula="cost ÷ tickets solved",
        unit="currency",
        better="lower",
        form=Ratio(_COST, SOLVED),
        by="cost days and last solve",
        reference="MetricNet",
        needs=tuple(f"{cost} & {solved}" for cost in _COST_NEEDS for solved in _SOLVED_NEEDS),
    ),
    Metric(
        name="tickets_per_agent_hour",
        label="Tickets per agent hour",
        family=FAMILY,
        about="Solved tickets per paid agent hour.",
        formula="tickets solved ÷ (paid seconds ÷ 3600)",
        unit="ratio",
        better="higher",
        form=Ratio(SOLVED, Total(agent_time, _AT, agent_time.paid_seconds.notnull(), amount=agent_time.paid_seconds / 3600)),
        by="last solve and start of the interval",
        reference="our own; agents compare only after adjusting for their mix of tickets",
        needs=tuple(f"agent_time.paid_seconds & {solved}" for solved in _SOLVED_NEEDS),
    ),
)
