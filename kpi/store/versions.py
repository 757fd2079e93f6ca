"""Datasets as files: written once, opened read-only, shared by everybody who may see them."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import asdict, fields
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, get_args, get_origin, get_type_hints

from kpi import engine
from kpi.correlations.facts import on_tickets
from kpi.errors import UnknownName
from kpi.hours import Calendar
from kpi.measure.facts import kept_name, to_keep
from kpi.metric import CLOCKS
from kpi.scope import Scope
from kpi.sources import Import
from kpi.store import audit
from kpi.store.folders import SAMPLE, folder, read_json, write_json

MOST_OPEN = 3
"""Each may hold KPI_MEMORY (600 MB) of columns it has read; opening one again takes a twentieth of a second."""
WORTH_KEEPING = 50_000
"""Tickets below which values are worked out in a moment whenever somebody asks."""
_OPEN: OrderedDict[Path, engine.Dataset] = OrderedDict()
_LOCK = Lock()
OPENED, OFTEN = "opened.json", dt.timedelta(hours=1)
_STAMPED: dict[str, dt.datetime] = {}


def write(data: engine.Dataset, place: Path, calendar: Calendar | None) -> str:
    """Write a version into a folder, and return the name of its file."""
    name = f"{data.fingerprint}.duckdb"
    values = partial(_values, data, calendar) if data.rows["tickets"] >= WORTH_KEEPING else None
    engine.write(data, place / name, calendar, values, report=asdict(data.report))
    return name


def _values(data: engine.Dataset, calendar: Calendar | None, ids: str) -> list[str]:
    """SQL of what is worked out once of a ticket, on either clock: no question about links between facts has to do it again."""
    texts: list[str] = []
    kept: set[str] = set()
    for clock in CLOCKS if calendar else ("calendar",):
        scope = Scope(calendar=calendar, clock=clock)
        names = {kept_name(name, scope.ask): name for name in on_tickets(data, scope)}
        if new := tuple(name for column, name in names.items() if column not in kept):
            texts.append(to_keep(new, scope, data, ids))
            kept |= set(names)
    return texts


def file_of(key: str) -> str:
    """The name of the file of a key's present version; UnknownName when there is none."""
    present = read_json(folder(key) / "import.json")
    if not isinstance(present, Mapping):
        raise UnknownName("The data of this address are not here any more.", "Open the file again.")
    return str(present["file"])


def open_dataset(key: str, version: str | None = None) -> engine.Dataset:
    """A version of a key's dataset (the present one), opened once for everybody; the eldest of too many makes room. UnknownName when there is none."""
    path = folder(key) / (version or file_of(key))
    if not path.is_file():
        raise UnknownName("The data of this address are not here any more.", "Open the file again.")
    stamp(key)
    let_go()
    with _LOCK:
        if path in _OPEN and path.is_file():
            _OPEN.move_to_end(path)
            return _OPEN[path]
        data, about = engine.opened(path)
        data.report = built(Import, about["report"])
        _OPEN[path] = data
        while len(_OPEN) > MOST_OPEN:
            _OPEN.popitem(last=False)
        return data


def stamp(key: str, at: dt.datetime | None = None) -> None:
    """Note that somebody has opened a key, at most once an hour: what nobody opens may be deleted in the end (`retention`)."""
    now = at or audit.now()
    if key == SAMPLE or now - _STAMPED.get(key, dt.datetime.min) < OFTEN:
        return
    with contextlib.suppress(OSError):  # a folder that cannot be written to is still one to be read
        write_json(folder(key) / OPENED, now.isoformat())
        _STAMPED[key] = now


def opened_at(key: str) -> dt.datetime | None:
    """When somebody last opened a key, UTC, to the hour; None where nobody noted it."""
    said = read_json(folder(key) / OPENED)
    try:
        return dt.datetime.fromisoformat(said)
    except (TypeError, ValueError):
        return None


def let_go() -> None:
    """Let go of versions whose files are gone: as long as one holds them their bytes stay on disk."""
    with _LOCK:
        for path in [path for path in _OPEN if not path.is_file()]:
            del _OPEN[path]


def forget(key: str) -> None:
    """Let go of every version of a key."""
    with _LOCK:
        for path in [path for path in _OPEN if path.parent == folder(key)]:
            del _OPEN[path]


def built(kind: Any, value: Any) -> Any:
    """JSON back into the frozen dataclass (of tuples of dataclasses …) that `asdict` took apart."""
    if get_origin(kind) is tuple:
        inner = get_args(kind)[0]
        return tuple(built(inner, item) for item in value)
    if isinstance(kind, type) and hasattr(kind, "__dataclass_fields__"):
        hints = get_type_hints(kind)
        return kind(**{f.name: built(hints[f.name], value[f.name]) for f in fields(kind) if f.name in value})
    return value
