"""Files that come later: beside those of a key, or in the place of one. The address, notes, targets and live links stay.

What was there before counts until the new import is done, and can be had back when it fails.
"""

from __future__ import annotations

import fcntl
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import BinaryIO

from kpi.errors import BadValue, UnknownName, did_you_mean
from kpi.store import audit
from kpi.store.folders import SAMPLE, copy, entries, folder, options, read_json, say, suffix, write_json

BEFORE = "names.before.json"
"""The files as they were before the last upload, until that is read."""


def bring(key: str, given: Mapping[str, Path | bytes | BinaryIO], instead: Sequence[str] = (), *, who: str = "") -> tuple[str, ...]:
    """Take files to those of a key; `instead` names the ones they replace. The names they are kept under: a second one of a name is numbered.

    What was said about a replaced file (its mapping) holds for the one that takes its place, where that is plain: one for one.

    Raises
    ------
    BadValue
        For the sample company, and when no file is given.
    UnknownName
        When there is no such file to replace.
    """
    if key == SAMPLE:
        raise BadValue("The sample company stays as it is.", "Open files of your own.")
    if not given:
        raise BadValue("No file was given.", "Choose at least one.")
    place = folder(key)
    with _alone(place):
        now = entries(key)
        for name in instead:
            if name not in dict(now):
                raise UnknownName(f"There is no file {name!r} to replace.", did_you_mean(name, dict(now)) or "Add the file instead.")
        kept = [(name, stored) for name, stored in now if name not in instead]
        taken = [name for name, _ in kept]
        new: list[tuple[str, str]] = []
        for name, source in given.items():
            own, stored = _free(name, taken), f"{uuid.uuid4().hex}{suffix(name)}"
            taken.append(own)
            copy(source, place / stored)
            new.append((own, stored))
        if not (place / BEFORE).is_file():
            write_json(place / BEFORE, {"names": [list(one) for one in now], "mappings": options(key).mappings})
        if len(instead) == len(new) == 1 and (said := options(key).mappings.get(instead[0])):
            say(key, mappings={instead[0]: "", new[0][0]: said})
        write_json(place / "names.json", [list(one) for one in (*kept, *new)])
    audit.note("files", key, who=who, added=len(new), replaced=len(instead))
    return tuple(name for name, _ in new)


def may_go_back(key: str) -> bool:
    """Whether there are files as they were before an upload that was not read yet."""
    return (folder(key) / BEFORE).is_file()


def go_back(key: str, *, who: str = "") -> None:
    """Have the files again as they were before the last upload; UnknownName when that was read already."""
    place = folder(key)
    with _alone(place):
        before = read_json(place / BEFORE)
        if before is None:
            raise UnknownName("There is nothing to go back to.", "The last upload was read already.")
        write_json(place / "names.json", before["names"])
        write_json(place / "options.json", asdict(replace(options(key), mappings=before["mappings"])))
        (place / BEFORE).unlink(missing_ok=True)
        _sweep(key)
    audit.note("files", key, who=who, taken_back=True)


def settle(key: str) -> None:
    """The import of the files as they are now is done: those that nobody names any more go."""
    place = folder(key)
    with _alone(place):
        if (place / BEFORE).is_file():
            (place / BEFORE).unlink(missing_ok=True)
            _sweep(key)


def _sweep(key: str) -> None:
    """Delete uploads that are not among the files. Only names an upload is given here are looked at."""
    named = {stored for _, stored in entries(key)}
    for path in folder(key).iterdir():
        stem = path.name.partition(".")[0]
        is_ours = stem.isdigit() or (len(stem) == 32 and all(letter in "0123456789abcdef" for letter in stem))
        if path.is_file() and is_ours and path.suffix != ".duckdb" and path.name not in named:
            path.unlink(missing_ok=True)


def _free(name: str, taken: Sequence[str]) -> str:
    stem, dot, ending = name.rpartition(".")
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{stem} ({number}){dot}{ending}" if dot else f"{name} ({number})"
    return free


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """One upload at a time, over all processes."""
    with (place / "uploads.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
