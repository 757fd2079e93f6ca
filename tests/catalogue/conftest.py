"""The worked company, read once from its CSV files."""

from pathlib import Path

import pytest

import kpi
from kpi.tables import TABLES

WORKED = Path(__file__).parent / "worked"


@pytest.fixture(scope="session")
def worked() -> kpi.Dataset:
    return kpi.read(*(WORKED / f"{table}.csv" for table in TABLES))


@pytest.fixture(scope="session")
def working_hours() -> kpi.Calendar:
    return kpi.read_calendar(WORKED / "calendar.toml")
