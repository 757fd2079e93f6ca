"""Rows and data put together by hand, to compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from kpi import Dataset, Scope
from kpi.agents import Compared, Rows, of_rows
from kpi.catalogue import find
from kpi.engine import from_frames

ALL = Scope()


def rows(counts: Mapping[str, Mapping[str, tuple[int, int]]], column: str = "channel") -> Rows:
    """Shares: name -> kind of ticket -> (hits, rows)."""
    kinds = sorted({kind for own in counts.values() for kind in own})
    group, cell, value = [], [], []
    for place, own in enumerate(counts.values()):
        for kind, (hits, n) in own.items():
            group += [place] * n
            cell += [kinds.index(kind)] * n
            value += [1.0] * hits + [0.0] * (n - hits)
    return plain(tuple(counts), group, value, (column,), (cell,))


def plain(
    names: Sequence[str], group: Sequence[int], value: Sequence[float], like: Sequence[str] = (), levels: Sequence[Sequence[int]] = ()
) -> Rows:
    """Rows of nobody known and no week known."""
    unknown = np.full(len(value), -1)
    return Rows(
        tuple(names),
        np.array(group, dtype=np.int64),
        np.array(value, dtype=float),
        unknown,
        unknown,
        tuple(like),
        tuple(np.array(level, dtype=np.int64) for level in levels),
    )


def compared(found: Rows, metric: str = "csat", average: float | None = None) -> Compared:
    """A comparison of agents; `average` is what the metric is over all (for shares it is worked out)."""
    blank = Compared(find(metric), "agent", (), 50.0 if average is None else average)
    return of_rows(found, blank, ALL, {})


def company(tickets: pd.DataFrame, surveys: pd.DataFrame | None = None, reviews: pd.DataFrame | None = None) -> Dataset:
    frames = {"tickets": tickets, "surveys": surveys, "reviews": reviews}
    return from_frames({name: frame for name, frame in frames.items() if frame is not None})


def answered(agents: Mapping[str, tuple[int, int]], channel: str = "email", first: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(tickets, surveys): each agent's (good, answers)."""
    tickets, surveys = [], []
    for agent, (good, n) in agents.items():
        for place in range(n):
            number = f"{first + len(tickets)}"
            tickets.append(
                {"ticket_id": number, "agent": agent, "channel": channel, "created_at": pd.Timestamp("2026-03-02"), "status": "solved"}
            )
            surveys.append(
                {
                    "ticket_id": number,
                    "kind": "csat",
                    "score": 5.0 if place < good else 1.0,
                    "answered_at": pd.Timestamp("2026-03-03"),
                    "scale_low": 1.0,
                    "scale_high": 5.0,
                    "is_higher_better": True,
                }
            )
    return pd.DataFrame(tickets), pd.DataFrame(surveys)


def equal(rng: np.random.Generator, sizes: list[int], kind: str) -> Compared:
    """Agents of one truth: shares, or times; their tickets of two kinds, unequally dealt."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    hard = (rng.random(len(group)) < np.linspace(0.1, 0.9, len(sizes))[group]).astype(int)
    if kind == "share":
        value, name, average = (rng.random(len(group)) < np.where(hard, 0.6, 0.9)).astype(float), "csat", None
    else:
        value, name, average = rng.normal(8 + hard, 1.3), "full_resolution_time", 3000.0
    made = plain([f"A{i}" for i in range(len(sizes))], list(group), list(value), ("channel",), (list(hard),))
    return of_rows(made, Compared(find(name), "agent", (), average or 80.0), ALL, {})


SIZES = [12, 15, 20, 30, 30, 40, 50, 60, 80, 80, 100, 100, 120, 150, 200, 200, 250, 300, 400, 400]
