"""Pulling from the server beside: the client's clock is fake, its waits move the server's clock, and every run leaves its sentences."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from kpi.pull import APIS, Pulled, pull, write
from tests.pull.server import KEY, World, serving

KEYS = {
    "zendesk": {"KPI_ZENDESK_EMAIL": "ann@example.com", "KPI_ZENDESK_TOKEN": KEY},
    "freshdesk": {"KPI_FRESHDESK_KEY": KEY},
    "intercom": {"KPI_INTERCOM_TOKEN": KEY},
}
ACCOUNTS = {"zendesk": "acme", "freshdesk": "acme", "intercom": "us"}


class Client:
    """One account of a world, pulled as often as one likes."""

    def __init__(self, world: World, address: str, folder: Path) -> None:
        self.world, self.address, self.folder = world, address, folder
        self.api, self.account = APIS[world.tool], ACCOUNTS[world.tool]
        self.said: list[str] = []
        self.slept: list[float] = []
        self.clock = 0.0
        self.on_word: Callable[[], None] = lambda: None

    def told(self, sentence: str) -> None:
        self.said.append(sentence)
        self.on_word()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock += seconds
        self.world.wait(seconds)

    def pull(self, **options: Any) -> Pulled:
        options = {"address": self.address, "environ": KEYS[self.world.tool], "told": self.told, "sleep": self.sleep} | options
        return pull(self.api, self.account, clock=lambda: self.clock, **options)

    def files(self) -> dict[str, list[dict[str, Any]]]:
        written = write(self.api, self.account, self.folder)
        return {path.stem: [json.loads(line) for line in path.read_text("utf-8").splitlines()] for path in written}

    def tickets(self) -> dict[str, tuple[str, bool]]:
        """What came: by id, the last change and whether it is deleted. Fails when a ticket is there twice."""
        rows = next(
            (rows for name, rows in self.files().items() if name.endswith(("tickets", "conversations")) and "updated_at" in rows[0]), []
        )
        found = {str(row["id"]): (row["updated_at"], "deleted" in (row.get("status"), row.get("state"))) for row in rows}
        assert len(found) == len(rows), "a ticket is there twice"
        return found


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KPI_HOME", str(tmp_path / "home"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "home"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Callable[[World], Client]]:
    with ExitStack() as stack:
        yield lambda world: Client(world, stack.enter_context(serving(world)), tmp_path / "out")
