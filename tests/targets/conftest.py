"""A desk whose every week is known by construction: five tickets a week, solved after a time that the test chooses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import kpi
from kpi import Dataset

FIRST = dt.date(2025, 1, 6)
"""A Monday."""
Desk = Callable[..., Dataset]


def tickets(hours: Sequence[float], reopened: Sequence[int] = (), spread: float = 1.2) -> str:
    """CSV of five tickets a week from FIRST on; those of a week are solved within it after hours × spread ** (-2 … 2), whose mean is made `hours`.

    `reopened` says of how many of the five the reopens column is 1.
    """
    weights = [spread**power for power in (-2, -1, 0, 1, 2)]
    mean = sum(weights) / 5
    rows = ["ticket_id,created_at,solved_at,status,channel,reopens"]
    for week, value in enumerate(hours):
        for number, weight in enumerate(weights):
            created = dt.datetime.combine(FIRST, dt.time(1)) + dt.timedelta(days=7 * week + number)
            solved = created + dt.timedelta(hours=value * weight / mean)
            again = int(number < (reopened[week] if reopened else 0))
            rows.append(
                f"{week}-{number},{created:%Y-%m-%dT%H:%M:%SZ},{solved:%Y-%m-%dT%H:%M:%S.%fZ},solved,{'email' if number < 4 else 'chat'},{again}"
            )
    last = dt.datetime.combine(FIRST, dt.time(1)) + dt.timedelta(days=7 * len(hours))  # the first ticket of a week that has only begun
    rows.append(f"last,{last:%Y-%m-%dT%H:%M:%SZ},,open,email,0")
    return "\n".join(rows) + "\n"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """`desk(hours of each week)`: its dataset."""

    def made(hours: Sequence[float], reopened: Sequence[int] = (), spread: float = 1.2) -> Dataset:
        path = tmp_path / "tickets.csv"
        path.write_text(tickets(hours, reopened, spread), "utf-8")
        return kpi.read(path)

    return made


def monday(week: int) -> dt.date:
    return FIRST + dt.timedelta(weeks=week)
