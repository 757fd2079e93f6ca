"""What hangs together, and how it is known: identities (arithmetic, solid) and links to be learned from the data (dashed).

Drivers are chosen by reasoning, before any data are seen, never by what turned out significant. A model leaves out what its driver itself
changes on the way (mediators): holding reopens equal while asking what fewer second contacts do would hide half of it. It keeps what moves
both driver and outcome (confounders): the channel, the team, the subject, the urgency, and the metrics in `held`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

SEGMENTS = ("channel", "team", "topic", "product_area", "type", "priority")
"""Columns whose levels get an effect of their own. Of the three subjects (topic, product area, type) the first that is known is taken."""
SUBJECTS = ("topic", "product_area", "type")


@dataclass(frozen=True)
class Model:
    """One link to learn: how `outcome` moves with `drivers`, all else in `held` equal. `left_out` are the mediators, `why` the reasoning.

    `outcome` is a share over tickets or a mean of seconds (`is_mean`).
    """

    outcome: str
    drivers: tuple[str, ...]
    why: str
    held: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    is_mean: bool = False

    @property
    def terms(self) -> tuple[str, ...]:
        """Every metric with a place in the design."""
        return (*self.drivers, *self.held)


_FIRST, _REPLY, _REPLIES = "first_contact_resolution", "first_reply_time", "replies_per_resolution"
_REOPEN, _FULL, _HANDLE = "reopen_rate", "full_resolution_time", "handle_time"


def _satisfaction(outcome: str) -> tuple[Model, ...]:
    return (
        Model(
            outcome, (_REPLY,), "The first reply comes before everything else, so all it changes later is part of its effect.",
            left_out=(_FIRST, _REPLIES, _REOPEN, _FULL, _HANDLE),
        ),
        Model(
            outcome, (_FIRST, _REPLY),
            "One contact instead of several saves replies, reopenings, hours and work: those are how it acts, so they are left out. "
            "The first reply is there before, so it is kept.",
            left_out=(_REPLIES, _REOPEN, _FULL, _HANDLE),
        ),
        Model(
            outcome, (_REPLIES, _REOPEN, _REPLY),
            "Replies and reopenings are the two halves of first contact resolution: they stand in its place, never beside it.",
            left_out=(_FIRST, _FULL, _HANDLE),
        ),
        Model(
            outcome, (_FULL,),
            "What needs a second contact takes longer and pleases less, whatever the hours: first contact and first reply are held equal.",
            held=(_FIRST, _REPLY), left_out=(_REPLIES, _REOPEN, _HANDLE),
        ),
    )  # fmt: skip


MODELS: tuple[Model, ...] = (
    *_satisfaction("csat"),
    *_satisfaction("dsat"),
    Model(
        _HANDLE, (_FIRST,), "A ticket that is done after one contact takes less work; the replies it saves are how.",
        left_out=(_REPLIES, _REOPEN, _FULL), is_mean=True,
    ),
)  # fmt: skip
OUTCOMES = ("csat", "dsat")
"""What one may ask about. Cost, work and backlog follow by identities."""


@dataclass(frozen=True)
class Identity:
    """`result` = `formula` of `parts`: arithmetic, true whatever the data."""

    result: str
    parts: tuple[str, ...]
    formula: str


IDENTITIES: tuple[Identity, ...] = (
    Identity("hours_needed", ("tickets_per_week", "handle_time", "occupancy", "shrinkage"),
             "tickets × handle time ÷ (occupancy × (1 − shrinkage))"),
    Identity("cost_per_week", ("hours_needed", "hourly_cost", "other_cost"), "hours needed × cost of a paid hour + other cost"),
    Identity("cost_per_ticket", ("cost_per_week", "tickets_per_week"), "cost ÷ tickets"),
    Identity("capacity", ("paid_hours", "shrinkage", "occupancy", "handle_time"), "paid hours × (1 − shrinkage) × occupancy ÷ handle time"),
    Identity("backlog", ("tickets_per_week", "capacity"), "backlog before + tickets in − tickets out"),
)  # fmt: skip
RESULTS: Mapping[str, tuple[str, str]] = {
    "hours_needed": ("Hours needed a week", "count"),
    "cost_per_week": ("Cost a week", "currency"),
    "cost_per_ticket": ("Cost per ticket", "currency"),
    "other_cost": ("Other cost per ticket", "currency"),
    "capacity": ("Capacity, tickets a week", "count"),
    "backlog": ("Backlog", "count"),
}
"""Name -> label and unit of what identities make."""


def model_for(outcome: str, moved: Collection[str], known: Collection[str]) -> Model | None:
    """The first declared model of an outcome that moves all of `moved`, of drivers the data know; None when no one model does.

    What is not known is dropped from a model's other drivers and from what is held; the reader is told.
    """
    for model in MODELS:
        if model.outcome == outcome and set(moved) <= set(model.drivers) and set(moved) <= set(known):
            return model
    return None


def movable(outcome: str) -> tuple[str, ...]:
    """Every driver of an outcome, in the order of the declarations."""
    found = [driver for model in MODELS if model.outcome == outcome for driver in model.drivers]
    ordered = [_FIRST, _REPLY, _REPLIES, _REOPEN, _FULL]
    return tuple(name for name in ordered if name in found)


def together(outcome: str, first: str, second: str) -> bool:
    """Whether two drivers may be moved at once."""
    return model_for(outcome, (first, second), (first, second)) is not None
