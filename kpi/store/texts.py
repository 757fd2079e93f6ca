"""What people said that belongs to a key and outlives a visit: events, targets, own benchmarks, weights, and what the app itself foretold.

Small text files beside the data, in the formats people can bring and take away. Written aside and then named, one writer at a time.
"""

from __future__ import annotations

import fcntl
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kpi.errors import BadValue, UnknownName
from kpi.store.folders import folder

TEXTS = ("events.csv", "targets.toml", "benchmarks.csv", "scorecard.toml", "calls.csv", "scenarios.toml", "themes.toml")
"""Their names; each is read by the room it is named after."""
LONGEST = 5_000_000
"""So many characters one text may have."""


def text(key: str, name: str) -> str:
    """What is kept under a name; "" when nothing is. UnknownName for a name that is none of `TEXTS`."""
    path = _path(key, name)
    return path.read_text("utf-8") if path.is_file() else ""


def change(key: str, name: str, how: Callable[[str], str]) -> str:
    """Keep what `how` makes of the present text, and return it; two visitors at once lose nothing. "" deletes it.

    What `how` raises passes through and nothing is changed. BadValue when the text is far too long.
    """
    path = _path(key, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path.parent):
        now = how(text(key, name))
        if len(now) > LONGEST:
            raise BadValue(f"{name} would be longer than {LONGEST:,} characters.", "Remove what is no longer needed.")
        if not now:
            path.unlink(missing_ok=True)
            return ""
        half = path.with_name(f"half-{uuid.uuid4().hex}")
        half.write_text(now, "utf-8")
        half.replace(path)
    return now


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """One writer at a time, over all processes."""
    with (place / "texts.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _path(key: str, name: str) -> Path:
    if name not in TEXTS:
        raise UnknownName(f"Nothing is kept under the name {name!r}.", f"The names are {', '.join(TEXTS)}.")
    return folder(key) / name
