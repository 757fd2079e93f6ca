"""The worked company, read once from its CSV files; the sample company, made once."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import kpi
from kpi import sample
from kpi.engine import CANONICAL
from kpi.tables import TABLES

WORKED = Path(__file__).parent / "worked"


@pytest.fixture(scope="session")
def worked() -> kpi.Dataset:
    return kpi.read(*(WORKED / f"{table}.csv" for table in TABLES))


@pytest.fixture(scope="session")
def working_hours() -> kpi.Calendar:
    return kpi.read_calendar(WORKED / "calendar.toml")


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    sample.write(folder, tickets=1000, seed=7)
    return folder


@pytest.fixture(scope="session")
def sampled(sample_folder: Path) -> kpi.Dataset:
    return kpi.read(*(sample_folder / f"{table}.csv" for table in TABLES))


@pytest.fixture(scope="session")
def sampled_hours(sample_folder: Path) -> kpi.Calendar:
    return kpi.read_calendar(sample_folder / "calendar.toml")


@pytest.fixture(scope="session")
def frames_of() -> Callable[[kpi.Dataset], dict[str, pd.DataFrame]]:
    """The canonical tables of a dataset as frames, to change and build anew."""

    def frames(data: kpi.Dataset) -> dict[str, pd.DataFrame]:
        cursor = data.con.cursor()
        return {table: cursor.execute(f"SELECT * EXCLUDE (_row) FROM {CANONICAL}.{table} ORDER BY _row").df() for table in TABLES}

    return frames
