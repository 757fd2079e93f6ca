"""What is recovered of the truths planted in the sample company, one seed at a time."""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import kpi
from kpi import Scope, sample
from kpi.correlations.effect import effect
from kpi.correlations.tickets import read_facts
from kpi.correlations.turned import Turned, compared, judged
from kpi.what_if import play, prepare

TICKETS, MANY = 40_000, 160_000
"""The trap is 3 points either way: told by intervals in the smaller company, and named, among hundreds of comparisons, in one of many answers."""
TABLES = ("tickets", "surveys", "agent_time", "costs")
FCR = "first_contact_resolution"
YEAR = {"start": "2025-11-01", "end": "2026-10-31"}
SAVED = 0.98
"""Handle time is cut to so much of itself."""
NAN = float("nan")


@dataclass(frozen=True)
class Within:
    """A planted value and the interval it was looked for in."""

    wanted: float = NAN
    low: float = NAN
    high: float = NAN

    @property
    def is_recovered(self) -> bool:
        return self.low <= self.wanted <= self.high


@dataclass(frozen=True)
class Recovered:
    """One seed: first contact on CSAT as Correlations and as What if have it, handle time on cost (elasticity, seen and wanted), and the trap: whether
    it is named with what hides it, the difference all together and inside channels."""

    seed: int
    linked: Within
    learned: Within
    elasticity: tuple[float, float]
    is_named: bool
    together: Within
    inside: Within


def recover(seed: int, tickets: int = TICKETS) -> Recovered:
    """Make the planted company, read it, and look for each truth as the pages do."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        truth = sample.write(place, tickets=tickets, seed=seed, format="parquet")
        data = kpi.read(*(place / f"{table}.parquet" for table in TABLES))
    wanted = truth.effect("first_contact_on_csat").details["among_answers_points"]
    whole = Scope()
    told = effect(FCR, "csat", read_facts((FCR, "csat"), whole, data), whole.ask)
    ground = prepare(Scope(**YEAR), data)
    model = ground.model("csat", [FCR])
    learned = model.contrast(FCR) if model else None
    played = play(ground, {"handle_time": SAVED * ground.work.handle_time})
    fall = math.log(played.work.cost_per_ticket / played.before.cost_per_ticket) / math.log(SAVED)
    named, together, inside = _trap(truth, data)
    return Recovered(
        seed,
        Within(wanted, told.low, told.high) if told else Within(),
        Within(wanted, learned.low, learned.high) if learned else Within(),
        (fall, truth.effect("handle_time_on_cost").details["of_all_cost"]),
        named,
        together,
        inside,
    )


def trap(seed: int, tickets: int = MANY) -> tuple[bool, Within, Within]:
    """The trap alone, in a larger company."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        truth = sample.write(place, tickets=tickets, seed=seed, format="parquet")
        return _trap(truth, kpi.read(*(place / f"{table}.parquet" for table in TABLES[:2])))


def _trap(truth: sample.Truth, data: kpi.Dataset) -> tuple[bool, Within, Within]:
    """Whether the page names the trap, and both differences with what they should be: inside channels weighted as the page weights them."""
    planted = truth.effect("simpson_trap").details
    teams = {planted["team"], planted["rival"]}

    def is_trap(one: Turned) -> bool:
        return {one.first, one.second} == teams and one.hidden_by == planted["hidden_by"]

    every = compared("csat", Scope(), data)
    found = next((one for one, _ in every if is_trap(one)), None)
    if found is None:
        return False, Within(), Within()
    sign = 1 if found.first == planted["team"] else -1
    together = _within(planted["expected_pooled_points"], found.pooled, sign)
    inside = _within(_inside(planted, found), found.within, sign)
    return any(is_trap(one) for one in judged(every)), together, inside


def _within(wanted: float, found: tuple[float, float, float], sign: int) -> Within:
    low, high = sorted(sign * limit for limit in found[1:])
    return Within(wanted, low, high)


def _inside(planted: dict[str, object], found: Turned) -> float:
    """The planted differences of the channels, each with the weight n1 n2 / n of its answers."""
    parts, expected = found.parts, planted["expected_within_points"]
    weight = parts["first_n"] * parts["second_n"] / (parts["first_n"] + parts["second_n"])
    return float(np.average([expected[part] for part in parts["part"]], weights=weight))
