"""Small made companies: tickets and answers of two periods, as many of each kind as a test asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import kpi
from kpi import sample
from kpi.engine import Dataset, from_frames

FIRST, LAST = "2026-03-01", "2026-04-25"
"""Two times 28 days; tickets lie evenly over them, none at their very ends."""
SCOPE = kpi.Scope(start="2026-03-29", end=LAST, compare="previous")
Cell = tuple[str, int, int]


def tickets(side: int, many: int, start: int = 0, days: int = 28, **columns: object) -> pd.DataFrame:
    """So many tickets of one period (0 before, 1 now), spread evenly over its days."""
    first = pd.Timestamp(FIRST) + pd.Timedelta(days=28 * side)
    at = [first + pd.Timedelta(days=i % days, hours=8) for i in range(many)]
    ids = [f"{side}-{start + i}" for i in range(many)]
    solved = [t + pd.Timedelta(hours=1) for t in at]
    return pd.DataFrame({"ticket_id": ids, "created_at": at, "solved_at": solved, "status": "solved", **columns})


def company(cells: Mapping[int, Sequence[tuple[Mapping[str, object], int, int]]], **more: pd.DataFrame) -> Dataset:
    """Tickets with CSAT answers: for each side a list of (columns, answers, happy ones). The data reach a day beyond both periods."""
    rows, answers, luck = [], [], np.random.default_rng(1)
    for side, groups in cells.items():
        start = 0
        for columns, many, happy in groups:
            own = tickets(side, many, start, **columns)
            rows.append(own)
            score = luck.permutation([5] * happy + [1] * (many - happy))
            at = own["solved_at"]
            answers.append(
                pd.DataFrame({"ticket_id": own["ticket_id"], "kind": "csat", "score": score, "answered_at": at, "offered_at": at})
            )
            start += many
    edges = pd.DataFrame({"ticket_id": ["edge-0", "edge-1"], "created_at": pd.to_datetime(["2026-02-27", "2026-04-27"]), "status": "open"})
    surveys = pd.concat(answers).assign(scale_low=1.0, scale_high=5.0, is_higher_better=True)
    return from_frames({"tickets": pd.concat([*rows, edges], ignore_index=True), "surveys": surveys, **more})


@pytest.fixture(scope="session")
def made() -> Callable[..., Dataset]:
    return company


@pytest.fixture(scope="session")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Dataset, sample.Truth]:
    """A sample company of 12,000 tickets with its planted launch and macro."""
    folder: Path = tmp_path_factory.mktemp("company")
    truth = sample.write(folder, tickets=12_000, seed=5)
    return kpi.read(*[path for path in sorted(folder.glob("*.csv")) if path.stem != "events"]), truth
