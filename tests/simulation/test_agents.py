"""Agents of one truth: in at most 5 of 100 companies may anybody be named.

The null company of the sample is the hard case: its agents have different teams, channels, customers and times of service, and no effect of
their own (`truth.agents`: every factor 1, every point 0).
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest

import kpi
from kpi import agents, sample
from tests.agents.made import SIZES, equal

pytestmark = pytest.mark.simulation
SEEDS, AT_MOST, TICKETS = range(1, 101), 5, 5_000


@pytest.mark.parametrize("kind", ["share", "time"])
def test_agents_drawn_from_one_truth(kind: str) -> None:
    """statistics.md section 9: exact binomial tails with BH flag somebody in .018 of such companies; never above .05."""
    rng = np.random.default_rng(8)
    named = sum(bool(equal(rng, SIZES, kind).named) for _ in range(600)) / 600
    assert named <= 0.05, named


def test_coaching_in_the_null_company() -> None:
    """All numbers of the coaching list together: somebody is named in at most 5 of 100 seeds; and in its CSAT view, too."""
    somebody, csat = [], []
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            truth = sample.write(place, tickets=TICKETS, seed=seed, null=True)
            assert all(one["handle_factor"] == 1 and one["csat_points"] == 0 for one in truth.agents)
            data = kpi.read(*(path for path in sorted(place.glob("*.csv")) if path.stem != "events"))
            scope = kpi.Scope(calendar=kpi.read_calendar(str(place / "calendar.toml")))
        people = agents.coached("agent", scope, data).people
        somebody += [(seed, [(person.name, [point.found.metric.name for point in person.points]) for person in people])] if people else []
        csat += [seed] if agents.compare("csat", "agent", scope, data).named else []
    assert len(somebody) <= AT_MOST, somebody
    assert len(csat) <= AT_MOST, csat
