"""A step of work that somebody waits for: how far it is, in words, and the way to stop it. Code that works says so, and need not know who asks.

    tell("Its history", 0.1)          # what is being done and the share done; raises Stopped where nobody wants it any more

with interruptible(cursor.interrupt): # and the question to the database under way ends at once
    cursor.execute(sql)

Outside a step both do nothing: a notebook or the command line stops by Ctrl+C.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

AGAIN = 0.02
"""Seconds until what still works is interrupted again: an interrupt that comes just before a query begins is forgotten by the database."""


class Stopped(Exception):
    """The step was stopped: nobody wants its answer. Not an error of anybody's."""


@dataclass
class Step:
    """A step under way: `said` is what is being done, `share` how much is done (0..1, None where not known). Safe to use from any thread."""

    said: str = ""
    share: float | None = None
    _stopped: threading.Event = field(default_factory=threading.Event, repr=False)
    _ends: dict[object, Callable[[], None]] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def is_stopped(self) -> bool:
        return self._stopped.is_set()

    def stop(self) -> None:
        """End it: what runs on the database is interrupted, what runs in Python ends where it next tells how far it is. Returns at once."""
        self._stopped.set()
        threading.Thread(target=self._interrupt, daemon=True, name="stop").start()

    def _interrupt(self) -> None:
        while True:
            with self._lock:
                if not self._ends:
                    return
                for end in self._ends.values():  # under the lock: nothing is interrupted that has already ended
                    end()
            time.sleep(AGAIN)

    def check(self) -> None:
        """Raise Stopped where it was stopped."""
        if self.is_stopped:
            raise Stopped


_NOW: ContextVar[Step | None] = ContextVar("step", default=None)


def current() -> Step | None:
    """The step this code works for, if any."""
    return _NOW.get()


@contextmanager
def within(step: Step | None) -> Iterator[None]:
    """Work for a step here. Threads do not inherit it: hand `current()` over and enter it again in each."""
    token = _NOW.set(step)
    try:
        yield
    finally:
        _NOW.reset(token)


def tell(said: str, share: float | None = None) -> None:
    """Say what is being done and the share done; raises Stopped where the step was stopped."""
    if step := _NOW.get():
        step.check()
        step.said, step.share = said, share


def check() -> None:
    """Raise Stopped where the step this code works for was stopped. Cheap: for loops."""
    if step := _NOW.get():
        step.check()


@contextmanager
def interruptible(end: Callable[[], None]) -> Iterator[None]:
    """While this runs, stopping the step calls `end`, again and again until it is over; whatever it fails with is then Stopped."""
    step = _NOW.get()
    if step is None:
        yield
        return
    mine = object()
    with step._lock:
        step.check()
        step._ends[mine] = end
    try:
        yield
    except Exception:
        step.check()
        raise
    finally:
        with step._lock:
            step._ends.pop(mine, None)


def beside(*pieces: Callable[[], Any]) -> list[Any]:
    """What pieces of work return that do not need each other, done side by side within the same step. The first to fail is what is raised."""
    step = _NOW.get()

    def done(piece: Callable[[], Any]) -> Any:
        with within(step):
            return piece()

    with ThreadPoolExecutor(len(pieces), thread_name_prefix="beside") as pool:
        return list(pool.map(done, pieces))
