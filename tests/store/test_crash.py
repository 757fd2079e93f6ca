"""The process is killed at random moments (6 times here, 50 in `make test-slow`) of imports, shares and deletions: what was said to be done is done, and nothing is half there."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kpi import store
from kpi.errors import KpiError
from kpi.store import database, links
from tests.store.crash_worker import ROWS

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


@pytest.fixture
def zygote(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.store.crash_worker"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, "KPI_HOME": str(tmp_path)}, **pipes) as process:  # type: ignore[call-overload]
        yield process
        process.stdin.close()


def killed(zygote: subprocess.Popen[str], seed: int, after: float) -> list[list[str]]:
    """What a worker had said when it was killed, so many seconds after its birth."""
    assert zygote.stdin and zygote.stdout
    zygote.stdin.write(f"{seed}\n")
    said = []
    while not (line := zygote.stdout.readline()).startswith("born"):  # the child may be the first to speak
        said.append(line.split())
    pid = int(line.split()[1])
    time.sleep(after)
    os.kill(pid, signal.SIGKILL)
    while (line := zygote.stdout.readline().strip()) != f"ended {pid}":
        assert line, "the workers are gone"
        said.append(line.split())
    return said


@pytest.mark.parametrize("kills", [6, pytest.param(50, marks=pytest.mark.simulation)])
def test_nothing_acknowledged_is_lost(kills: int, tmp_path: Path, zygote: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_HOME", str(tmp_path))
    monkeypatch.delenv("KPI_DATABASE", raising=False)
    dice = random.Random(7)  # noqa: S311  moments, not secrets
    imported: set[str] = set()
    deleting: set[str] = set()
    tokens: dict[str, str] = {}
    for seed in range(kills):
        for what, key, *more in killed(zygote, seed, dice.uniform(0.0, 3.0)):
            if what == "imported":
                imported.add(key)
            elif what == "shared":
                tokens[more[0]] = key
            elif what in ("deleting", "deleted"):
                imported.discard(key)
                (deleting.discard if what == "deleted" else deleting.add)(key)
                tokens = {token: of for token, of in tokens.items() if of != key}
        with sqlite3.connect(tmp_path / database.FILE) as book:
            assert book.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert len(imported) > kills // 10 and len(tokens) > kills // 10, "too little was done to prove anything"
    for key in imported:
        assert store.state(key).name == "ready" and store.open_dataset(key).rows["tickets"] == ROWS
    for token, key in tokens.items():
        link = links.find(token)
        assert link is not None and link.data_key == key and store.shared(link).dataset.rows["tickets"] == ROWS
    for place in (tmp_path / "data").iterdir():
        if place.name.startswith("half-") or place.name in imported or place.name in deleting:
            continue
        now = store.state(place.name)  # kept, and the import not yet done: it can be begun again
        assert now.name in ("absent", "ready"), now
        if now.name == "absent":
            with pytest.raises(KpiError):
                store.open_dataset(place.name)
            store.import_now(place.name)
        assert store.open_dataset(place.name).rows["tickets"] == ROWS
    for key in deleting:  # a deletion cut short has not begun, or no link opens any more; the next one finishes it
        assert store.state(key).name == "ready" or not [link for link in links.of(key) if link.state() == "open"]
        store.discard(key)
        assert not store.folder(key).exists()
