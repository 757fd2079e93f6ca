"""One thing made for each of many seeds, by however many workers there are, each seed once."""

from __future__ import annotations

import os
import pickle
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar
from unittest.mock import patch

import pytest

from pages.parts import slow

Made = TypeVar("Made")
PATIENCE = 1800.0
"""Seconds a worker waits for a seed another one has taken before it makes it itself."""


def at_once() -> AbstractContextManager[object]:
    """Slow steps of pages are worked on while one waits, as outside of a browser nobody comes back for them; nothing of them is remembered."""
    return patch.object(slow, "step", lambda key, what, make, keep=100: make())


def shared(factory: pytest.TempPathFactory, name: str, seeds: Iterable[int], make: Callable[[int], Made]) -> list[Made]:
    """`make(seed)` of every seed. Workers of one run (pytest-xdist) that ask for the same name share the work: whoever comes first takes a seed."""
    folder = factory.getbasetemp()
    folder = (folder.parent if os.environ.get("PYTEST_XDIST_WORKER") else folder) / f"shared {name}"
    folder.mkdir(exist_ok=True)
    seeds = list(seeds)
    for seed in seeds:
        if _is_taken(folder / f"{seed}.taken"):
            continue
        try:
            _keep(folder / f"{seed}.made", make(seed))
        except BaseException:  # the others must not wait for it
            (folder / f"{seed}.failed").touch()
            raise
    return [_wait(folder / f"{seed}.made", lambda seed=seed: make(seed)) for seed in seeds]


def _is_taken(place: Path) -> bool:
    """Whether somebody else was first; nobody is after this."""
    try:
        place.open("x").close()
    except FileExistsError:
        return True
    return False


def _keep(place: Path, made: object) -> None:
    """Under its name only once it is whole."""
    part = place.with_suffix(f".{os.getpid()}")
    part.write_bytes(pickle.dumps(made))
    part.replace(place)


def _wait(place: Path, make: Callable[[], Made]) -> Made:
    """What another worker made; made here after all if that worker is gone or failed."""
    end = time.monotonic() + PATIENCE
    while not place.exists():
        if time.monotonic() > end or place.with_suffix(".failed").exists():
            _keep(place, make())
        time.sleep(0.2)
    made: Made = pickle.loads(place.read_bytes())  # noqa: S301  # written by this very run
    return made
