"""Sample companies small enough to be written and read in seconds: tickets and what was said and reviewed about them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import kpi
from kpi import sample

TABLES = ("tickets", "surveys", "reviews")


@dataclass(frozen=True)
class Made:
    data: kpi.Dataset
    truth: dict[str, Any]
    scope: kpi.Scope = field(default_factory=kpi.Scope)


def made(folder: Path, tickets: int, seed: int, *, null: bool = False) -> Made:
    """A written company, read back without its messages and changes: the tickets carry what these say."""
    sample.write(folder, tickets=tickets, seed=seed, null=null, format="parquet")
    return Made(kpi.read(*[folder / f"{name}.parquet" for name in TABLES]), json.loads((folder / "truth.json").read_text("utf-8")))


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return made(tmp_path_factory.mktemp("planted"), 80_000, seed=5)


@pytest.fixture(scope="session")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return made(tmp_path_factory.mktemp("nothing"), 40_000, seed=5, null=True)
