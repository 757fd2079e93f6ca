"""The forms a metric can take: which sums travel together, and how they become a value with an interval.

A form names *parts*: aggregates on one measured table, put into periods by one time. Parts of all metrics asked for at once that
share a table and a time are measured in one query. `finish` gets one row per cell (period and group) and divides last, so a ratio is
never averaged. Every form also says which rows stand behind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pandas as pd

from kpi.metric import Ask

Cells = pd.DataFrame
Asides = Mapping[str, tuple[Any, str]]
"""Side counts worth a note: name -> (condition, words that follow the number)."""
SMALL_SAMPLE = 30
"""Below this many rows a share or mean is said to be a small sample (statistics.md section 11)."""


@dataclass(frozen=True)
class Part:
    """One aggregate. `at` is the time that decides the period (None: no time, counts only in "all"); `edge` is "" for events in a
    period, "end" or "start" for what is alive at that edge of it. `needed` is "value", "interval" for what only an interval needs, or "alone"
    for what only a value without one needs."""

    rows: Any
    aggregate: Any
    at: Any = None
    edge: str = ""
    needed: str = "value"


@dataclass(frozen=True)
class Behind:
    """The rows behind a number: of `rows` at `at`, those where `counted`; `value` is what each contributes."""

    rows: Any
    at: Any
    counted: Any
    value: Any
    edge: str = ""


@dataclass
class Finished:
    """Arrays of one entry per cell; nan is unknown. `notes` holds a tuple of sentences per cell."""

    value: Any
    n: Any
    low: Any = None
    high: Any = None
    top: Any = None
    bottom: Any = None
    notes: list[tuple[str, ...]] = field(default_factory=list)


class Form(Protocol):
    """What every form can do."""

    def parts(self, ask: Ask) -> Mapping[str, Part]: ...
    def finish(self, cells: Cells, ask: Ask) -> Finished: ...
    def behind(self, ask: Ask) -> Behind: ...


def column(cells: Cells, name: str) -> Any:
    return cells[name].to_numpy(dtype="float64", na_value=np.nan)


def count(cells: Cells, name: str) -> Any:
    return np.nan_to_num(column(cells, name))


def sentences(cells: Cells, asides: Asides) -> list[list[str]]:
    """One list per cell: "22 have …" for each aside that counted something."""
    said: list[list[str]] = [[] for _ in range(len(cells))]
    for name, (_, words) in asides.items():
        for notes, number in zip(said, count(cells, f"aside_{name}"), strict=True):
            if number > 0:
                notes.append(f"{int(number):,} {words}")
    return said


def aside_parts(rows: Any, edge: str, at: Any, asides: Asides) -> dict[str, Part]:
    return {f"aside_{name}": Part(rows, condition.sum(), at, edge) for name, (condition, _) in asides.items()}
