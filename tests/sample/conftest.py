"""The sample company, written once a session in the sizes the tests need, with and without planted effects."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
import pytest

from kpi.sample import Truth, write


@dataclass(frozen=True)
class Company:
    """What was written, read back."""

    folder: Path
    truth: Truth

    def table(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(self.folder / f"{name}.parquet")

    @cached_property
    def tickets(self) -> pd.DataFrame:
        return self.table("tickets").set_index("ticket_id", drop=False)

    @cached_property
    def messages(self) -> pd.DataFrame:
        return self.table("messages")

    @cached_property
    def changes(self) -> pd.DataFrame:
        return self.table("changes")

    @cached_property
    def surveys(self) -> pd.DataFrame:
        return self.table("surveys")


def made(folder: Path, tickets: int, null: bool, seed: int = 1) -> Company:
    return Company(folder, write(folder, tickets=tickets, seed=seed, null=null, format="parquet"))


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """20 000 tickets, everything planted."""
    return made(tmp_path_factory.mktemp("small"), 20_000, null=False)


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Enough tickets to see every planted effect."""
    return made(tmp_path_factory.mktemp("planted"), 150_000, null=False, seed=3)


@pytest.fixture(scope="session")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """As many, with nothing planted."""
    return made(tmp_path_factory.mktemp("nothing"), 150_000, null=True, seed=3)
