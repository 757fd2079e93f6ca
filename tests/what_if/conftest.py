"""Grounds to stand on: one made by hand, whose every number is known, and the sample company with its truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import kpi
from kpi import sample
from kpi.engine import Dataset
from kpi.what_if import Ground, History, Work, prepare
from kpi.what_if.answers import Cells
from kpi.what_if.backlog import Flow
from kpi.what_if.fit import Learned, learn
from kpi.what_if.links import MODELS, Model

FCR = "first_contact_resolution"


def model(outcome: str, *drivers: str) -> Model:
    return next(m for m in MODELS if m.outcome == outcome and m.drivers == drivers)


def cells(frame: pd.DataFrame, segments: tuple[str, ...] = (), by_agent: bool = True) -> Cells:
    """A row per ticket or cell; all of it lies in the scope's dates."""
    n = frame.get("n", 1)
    return Cells(frame.assign(n=n, now=n), segments, by_agent)


def answers(n: int = 4000, seed: int = 1, effect: float = 0.8) -> pd.DataFrame:
    """Tickets whose satisfaction follows a logistic law with a known effect of first contact, confounded by team; 20 agents."""
    rng = np.random.default_rng(seed)
    team = rng.choice(["A", "B", "C"], n, p=[0.5, 0.3, 0.2])
    shift = pd.Series(team).map({"A": 0.0, "B": -0.7, "C": 0.5}).to_numpy()
    fcr = (rng.random(n) < 1 / (1 + np.exp(-(0.4 + shift)))).astype(float)
    seconds = np.exp(rng.normal(8.0, 1.2, n))
    log_odds = 0.7 + effect * fcr + shift - 0.5 * np.clip((np.log(seconds) - np.log(3600)) / np.log(4), 0, 1)
    y = (rng.random(n) < 1 / (1 + np.exp(-log_odds))).astype(float)
    return pd.DataFrame({"y": y, FCR: fcr, "first_reply_time": seconds, "team": team, "cluster": rng.integers(0, 20, n).astype(str)})


@pytest.fixture(scope="session")
def fitted() -> Learned:
    one = model("csat", FCR, "first_reply_time")
    return learn(one, cells(answers(), ("team",)), one.drivers)


@pytest.fixture(scope="session")
def ground(fitted: Learned) -> Ground:
    """10,000 tickets a week of 15 minutes at 80 % and 30 an hour: 93,750 a week, the published example."""
    rng = np.random.default_rng(3)
    weeks = tuple(str(np.datetime64("2026-01-05") + 7 * n) for n in range(52))
    made = {
        FCR: 65 + rng.normal(0, 1.0, 52),
        "first_reply_time": np.exp(rng.normal(8.0, 0.15, 52)),
        "handle_time": 900 + rng.normal(0, 20, 52),
    }
    histories = {name: History(name, weeks, values) for name, values in made.items()}
    work = Work(10_000.0, 900.0, 80.0, 0.0, 30.0, 0.0, 3_000.0)
    today = {FCR: 65.0, "first_reply_time": float(np.exp(8.0)), "csat": 78.0, "handle_time": 900.0, "occupancy": 80.0, "shrinkage": 0.0}
    today |= {"tickets_per_week": 10_000.0, "hourly_cost": 30.0, "paid_hours": 3_000.0}
    flow = Flow((100.0,) * 7, (110.0,) * 7, 1.0, 200.0, pd.Timestamp("2026-10-31").date(), 8)
    series = {"csat": 78 + rng.normal(0, 1.0, 52)}
    return Ground(kpi.Scope(), today, histories, {fitted.model: fitted}, work, flow, series, currency="EUR", weeks=4.0)


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> tuple[Dataset, sample.Truth]:
    """A sample company with planted effects."""
    folder: Path = tmp_path_factory.mktemp("company")
    truth = sample.write(folder, tickets=12_000, seed=3, format="parquet")
    return kpi.read(*[path for path in sorted(folder.glob("*.parquet")) if path.stem != "events"]), truth


@pytest.fixture(scope="session")
def stood(company: tuple[Dataset, sample.Truth]) -> Ground:
    """The whole of it, to stand on."""
    return prepare(kpi.Scope(start="2025-11-01", end="2026-10-31"), company[0])
