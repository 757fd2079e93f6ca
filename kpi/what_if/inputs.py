"""What a visitor may move: the drivers of a learned link, and the factors of an identity. A row each; everything else follows from it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from kpi.catalogue import CATALOGUE
from kpi.errors import BadValue, UnknownName, did_you_mean
from kpi.metric import seconds_of

MOST_MOVED = 10


@dataclass(frozen=True)
class Input:
    """One slider. `kind` says how tickets follow it: "share" (so many more of them are so), "time" (all of them faster by the same
    factor), "count" (one fewer on some of them), "level" (a factor of an identity: no ticket follows).

    `unit` is one of `kpi.units`; values are in it. `metric` is what measures today's value, "" where no metric does. `concerned` says
    which tickets change when it moves.
    """

    name: str
    label: str
    unit: str
    better: str
    kind: str
    metric: str = ""
    concerned: str = ""
    low: float = 0.0
    high: float = float("inf")

    def check(self, value: float) -> float:
        """The value itself; BadValue when it cannot be."""
        if not self.low <= value <= self.high or value in (float("inf"), float("-inf")):
            limit = f" from {self.low:g} to {self.high:g}" if self.high < 1e9 else f" of at least {self.low:g}"
            raise BadValue(f"{self.label} cannot be {value:g}.", f"Give a number{limit}.")
        return value


def _of_metric(name: str, kind: str, concerned: str, label: str = "") -> Input:
    metric = CATALOGUE[name]
    low = 1.0 if kind in ("time", "count") else 0.0
    return Input(name, label or metric.label, metric.unit, metric.better, kind, name, concerned, low, metric.high or float("inf"))


INPUTS: dict[str, Input] = {
    one.name: one
    for one in (
        _of_metric("first_contact_resolution", "share", "tickets that took more than one contact"),
        _of_metric("first_reply_time", "time", "all tickets, each by the same factor"),
        _of_metric("replies_per_resolution", "count", "tickets with more than one reply, one reply fewer each"),
        _of_metric("reopen_rate", "share", "tickets that were reopened"),
        _of_metric("full_resolution_time", "time", "all tickets, each by the same factor"),
        Input("tickets_per_week", "Tickets a week", "count", "neither", "level", "tickets_created", low=0.1, high=1e8),
        Input("handle_time", "Handle time (AHT)", "s", "lower", "level", "handle_time", low=1.0, high=1e7),
        Input("hourly_cost", "Cost of a paid hour", "currency", "lower", "level", low=0.01, high=1e6),
        Input("occupancy", "Occupancy", "%", "neither", "level", "occupancy", low=1.0, high=100.0),
        Input("shrinkage", "Shrinkage", "%", "lower", "level", "utilisation", low=0.0, high=95.0),
        Input("paid_hours", "Paid hours a week", "count", "neither", "level", low=0.1, high=1e8),
    )
}
"""Shrinkage is the share of paid time that goes to breaks, training, meetings and absence: 100 % less utilisation."""


SHORT = {
    "fcr": "first_contact_resolution",
    "frt": "first_reply_time",
    "aht": "handle_time",
    "volume": "tickets_per_week",
}
"""What the field calls some of them for short."""


def find_input(name: str) -> Input:
    """The input of that name; UnknownName when there is none."""
    if name not in INPUTS:
        raise UnknownName(f"There is no input {name[:60]!r}.", did_you_mean(name, INPUTS) or f"There are {', '.join(INPUTS)}.")
    return INPUTS[name]


def spoken_input(name: str) -> Input:
    """`find_input`, also by what the field calls it for short."""
    return find_input(SHORT.get(name, name))


def read_moves(texts: list[str]) -> dict[str, float]:
    """["first_contact_resolution=70", "handle_time=8m", …] as moves; times in seconds, or with their unit. The last of a name counts.

    UnknownName or BadValue names the first that cannot be.
    """
    moves: dict[str, float] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        one = spoken_input(name.strip())
        try:
            number = (seconds_of(value) if one.unit == "s" else float(value)) if equals else float("nan")
        except (ValueError, BadValue):
            number = float("nan")
        if math.isnan(number):
            raise BadValue(f"{one.label} cannot be {value[:40]!r}.", f"Write it as {one.name}={'8m' if one.unit == 's' else '70'}.")
        moves[one.name] = one.check(number)
    if len(moves) > MOST_MOVED:
        raise BadValue(f"{len(moves)} inputs are moved at once.", f"At most {MOST_MOVED} can be.")
    return moves


def write_moves(moves: dict[str, float]) -> list[str]:
    """The moves as an address and a file carry them, in the order of the inputs."""
    return [f"{name}={moves[name]:.10g}" for name in INPUTS if name in moves]
