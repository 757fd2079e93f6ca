"""Which metrics a scorecard adds up, with what weight, and between which two values they count: `scorecard.toml`.

[[metric]]
name = "csat"
weight = 20            # any number from 0 on; only their proportions matter
worst = 70.0           # scores 0; in the metric's unit, times in seconds
best = 90.0            # scores 100
anchors = "history"    # where the two come from: history, benchmarks or said
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kpi.catalogue import CATALOGUE
from kpi.errors import BadValue, did_you_mean
from kpi.measure.result import Result
from kpi.metric import Metric

ANCHORS = {"history": "own best and worst", "benchmarks": "published figures", "said": "set by hand"}
"""Where the two ends of a score come from, in words."""
MOST_LINES, HEAVIEST = 40, 1_000.0
FEWEST_PERIODS = 4
USUAL = "csat first_contact_resolution first_reply_time full_resolution_time sla_attainment reopen_rate quality_score handle_time cost_per_ticket".split()
"""What a new scorecard adds up, of those the data can tell: two about satisfaction, three about speed, two about quality, two about effort."""
USUAL_WEIGHT = 10.0


@dataclass(frozen=True)
class Line:
    """One metric of a scorecard. `worst` scores 0, `best` 100; either is None until somebody says it or history does."""

    name: str
    weight: float = USUAL_WEIGHT
    worst: float | None = None
    best: float | None = None
    anchors: str = "history"

    @property
    def metric(self) -> Metric:
        return CATALOGUE[self.name]

    def but(self, **changes: Any) -> Line:
        return replace(self, **changes)


@dataclass(frozen=True)
class Card:
    """The lines of a scorecard, and what could not be used of its file, in sentences."""

    lines: tuple[Line, ...]
    problems: tuple[str, ...] = ()


def read(text: str) -> Card:
    """A scorecard from TOML. Lines that cannot be used are told in `problems`; BadValue when the text is no such file at all."""
    if not text.strip():
        return Card(())
    try:
        told = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadValue(f"scorecard.toml cannot be read: {error}.", "Mend that line, or begin a new scorecard.") from None
    entries = told.get("metric")
    if not isinstance(entries, list):
        raise BadValue("scorecard.toml has no [[metric]].", "Each metric is a [[metric]] with a name and a weight.")
    lines: list[Line] = []
    problems: list[str] = []
    for number, entry in enumerate(entries[:MOST_LINES], 1):
        try:
            line = _line(entry)
            if line.name in [other.name for other in lines]:
                raise BadValue(f"{line.name} is there twice.")
            lines.append(line)
        except BadValue as error:
            problems.append(f"Metric {number}: {error}")
    if len(entries) > MOST_LINES:
        problems.append(f"More than {MOST_LINES} metrics: the rest is left out.")
    return Card(tuple(lines), tuple(problems))


def write(lines: Sequence[Line]) -> str:
    """The TOML that `read` reads."""
    parts = []
    for line in lines:
        ends = [f"{name} = {value!r}" for name, value in (("worst", line.worst), ("best", line.best)) if value is not None]
        parts.append(
            "\n".join(["[[metric]]", f'name = "{line.name}"', f"weight = {line.weight!r}", *ends, f'anchors = "{line.anchors}"', ""])
        )
    return "\n".join(parts)


def usual(lacks: Mapping[str, Sequence[str]]) -> tuple[Line, ...]:
    """The lines of a new scorecard: those of the usual metrics that the data can tell, all of the same weight."""
    return tuple(Line(name) for name in USUAL if not lacks.get(name, ("",)))


def with_history(lines: Sequence[Line], past: Result) -> tuple[Line, ...]:
    """The lines whose ends are history, with those of the complete periods of `past`; unknown below four of them.

    The ends reach from the worst to the best limit of the periods' intervals: between their bare values lies often no more than chance.
    """
    return tuple(_from(line, past) if line.anchors == "history" else line for line in lines)


def _from(line: Line, past: Result) -> Line:
    frame = past.frame[(past.frame["metric"] == line.name) & past.frame["is_complete"].astype(bool) & past.frame["value"].notna()]
    value, low, high = (frame[c].to_numpy(float) for c in ("value", "low", "high"))
    low, high = np.where(np.isnan(low) | ((low <= 0) & (value > 0)), value, low), np.where(np.isnan(high), value, high)
    if len(value) < FEWEST_PERIODS or np.ptp(value) == 0:
        return line.but(worst=None, best=None)
    least, most = _rounded(float(low.min())), _rounded(float(high.max()))
    return line.but(worst=most, best=least) if line.metric.better == "lower" else line.but(worst=least, best=most)


def _rounded(end: float) -> float:
    """Four significant digits: an end that a person can read and type again."""
    return float(f"{end:.4g}")


def checked(line: Line) -> Line:
    """The line itself, when it makes sense. BadValue says what does not."""
    if line.metric.better == "neither":
        raise BadValue(f"{line.name} has no good side, so that it cannot be scored.", "Choose a metric that can be better or worse.")
    if not (math.isfinite(line.weight) and 0 <= line.weight <= HEAVIEST):
        raise BadValue(f"{line.name}: the weight cannot be {line.weight:g}.", f"It lies between 0 and {HEAVIEST:g}.")
    if line.anchors not in ANCHORS:
        raise BadValue(f"{line.name}: anchors cannot be {line.anchors!r}.", f"They may be {', '.join(ANCHORS)}.")
    ends = [end for end in (line.worst, line.best) if end is not None]
    if any(not math.isfinite(end) for end in ends):
        raise BadValue(f"{line.name}: an anchor is not a number.")
    if len(ends) == 2 and (ends[0] == ends[1] or (ends[1] > ends[0]) != (line.metric.better == "higher")):
        way = "above" if line.metric.better == "higher" else "below"
        raise BadValue(f"{line.name}: its best value must lie {way} its worst.", "Swap them.")
    return line


def _line(entry: Any) -> Line:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise BadValue("it has no name.")
    name = entry["name"]
    if name not in CATALOGUE:
        raise BadValue(f"there is no metric {name!r}.", did_you_mean(name, CATALOGUE))
    numbers = {key: entry[key] for key in ("weight", "worst", "best") if key in entry}
    if wrong := next((k for k, v in numbers.items() if isinstance(v, bool) or not isinstance(v, int | float)), None):
        raise BadValue(f"{name}: {wrong} is not a number.")
    anchors = entry.get("anchors", "said" if "worst" in numbers else "history")
    return checked(Line(name, **{key: float(value) for key, value in numbers.items()}, anchors=str(anchors)))
