"""The folder of a key: the files as they came, and what was said about them."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
import tempfile
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from kpi.errors import UnknownName
from kpi.home import make_home, user_folder
from kpi.hours import Calendar, read_calendar

SAMPLE = "sample"
"""The key of the sample company: anybody may see it."""
_KEY = re.compile(r"[0-9a-f]{32}")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")


@dataclass(frozen=True)
class Options:
    """What the visitor said about the files: the zone of times that state none, day-month orders by header, mappings (TOML) by file name."""

    zone: str = ""
    date_orders: dict[str, str] = field(default_factory=dict)
    mappings: dict[str, str] = field(default_factory=dict)


def folder(key: str) -> Path:
    """Where a key's files lie; UnknownName for what cannot be a key (anything else could be a path)."""
    if not is_key(key):
        raise UnknownName("This address names no data.", "Open the file again, or ask for a fresh link.")
    return user_folder() / "data" / key


def keys() -> list[str]:
    """Every key there are data of, the sample company's last; none that is only half there."""
    places = sorted((user_folder() / "data").glob("*"))
    return sorted((place.name for place in places if is_key(place.name) and place.is_dir()), key=lambda key: key == SAMPLE)


def is_key(name: str) -> bool:
    """Whether a name can be that of a key's folder."""
    return name == SAMPLE or _KEY.fullmatch(name) is not None


def keep(given: Mapping[str, Path | bytes | BinaryIO]) -> str:
    """Copy files to the store and return their key. The names their sender chose are noted, never used as paths."""
    key = secrets.token_hex(16)
    make_home()
    place = user_folder() / "data"
    place.mkdir(parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(dir=place, prefix="half-"))  # readable by this user only
    try:
        for number, (name, source) in enumerate(given.items()):
            copy(source, half / f"{number}{suffix(name)}")
        (half / "names.json").write_text(json.dumps(list(given)), "utf-8")
        half.rename(folder(key))
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return key


def copy(source: Path | bytes | BinaryIO, path: Path) -> None:
    """Write aside what somebody gave, then take the name: there is the whole file or none."""
    half = path.with_name(f"half-{path.name}")
    try:
        with half.open("wb") as out:
            if isinstance(source, bytes):
                out.write(source)
            elif isinstance(source, Path):
                with source.open("rb") as content:
                    shutil.copyfileobj(content, out, 1 << 20)
            else:
                shutil.copyfileobj(source, out, 1 << 20)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


def names(key: str) -> tuple[str, ...]:
    """The names the files came with; none when the key has no files (the sample company before it is made)."""
    return tuple(name for name, _ in entries(key))


def files(key: str) -> dict[str, Path]:
    """The name a file came with -> where it lies."""
    place = folder(key)
    return {name: place / stored for name, stored in entries(key)}


def entries(key: str) -> list[tuple[str, str]]:
    """(the name a file came with, the name it lies under), in the order they came. A file that came later says where it lies."""
    return entries_in(folder(key))


def entries_in(place: Path) -> list[tuple[str, str]]:
    """The same for the folder of a key, wherever it lies."""
    told = read_json(place / "names.json") or []
    return [
        (one, one if place.name == SAMPLE else f"{number}{suffix(one)}") if isinstance(one, str) else (str(one[0]), str(one[1]))
        for number, one in enumerate(told)
    ]


def options(key: str) -> Options:
    return Options(**(read_json(folder(key) / "options.json") or {}))


def say(
    key: str, *, zone: str | None = None, date_orders: Mapping[str, str] | None = None, mappings: Mapping[str, str] | None = None
) -> Options:
    """Note what the visitor said about the files, beside what was said before; the next `begin` reads them anew."""
    now = options(key)
    said = replace(
        now,
        zone=now.zone if zone is None else zone,
        date_orders=now.date_orders | dict(date_orders or {}),
        mappings={name: text for name, text in (now.mappings | dict(mappings or {})).items() if text},
    )
    write_json(folder(key) / "options.json", asdict(said))
    return said


def default_calendar(key: str) -> Calendar | None:
    """The working hours meant where an address names none; None: those the export states."""
    path = folder(key) / "calendar.toml"
    return read_calendar(path) if path.is_file() else None


def calendars(key: str) -> dict[str, Calendar]:
    """The working hours known for a key, by fingerprint: the default one first."""
    own = default_calendar(key)
    brought = [read_calendar(path) for path in sorted((folder(key) / "calendars").glob("*.toml"))]
    return {calendar.fingerprint: calendar for calendar in ([own] if own else []) + brought}


def calendar_texts(key: str) -> dict[str, str]:
    """The same as the text of their files, by fingerprint."""
    paths = [folder(key) / "calendar.toml", *sorted((folder(key) / "calendars").glob("*.toml"))]
    return {read_calendar(path).fingerprint: path.read_text("utf-8") for path in paths if path.is_file()}


def add_calendar(key: str, text: str) -> str:
    """Keep working hours (the text of a calendar file) and return their fingerprint. KpiError when they cannot be read."""
    place = folder(key) / "calendars"
    place.mkdir(exist_ok=True)
    half = place / f"half-{uuid.uuid4().hex}"
    try:
        half.write_text(text, "utf-8")
        fingerprint = read_calendar(half).fingerprint
        half.replace(place / f"{fingerprint}.toml")
    finally:
        half.unlink(missing_ok=True)
    return fingerprint


def asked_of(key: str) -> str:
    """A digest of the files and of all that was said about them: the import of this is the present one, or is still to be made."""
    first = [name if key == SAMPLE else f"{number}{suffix(name)}" for number, name in enumerate(names(key))]
    stated = [
        (name, path.stat().st_size if path.is_file() else 0, *([path.name] if path.name != usual else []))
        for (name, path), usual in zip(files(key).items(), first, strict=True)
    ]
    calendar = default_calendar(key)
    text = json.dumps([stated, asdict(options(key)), calendar.fingerprint if calendar else ""], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def read_json(path: Path) -> Any:
    """What a file of ours says; None where it is absent or half gone."""
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def write_json(path: Path, content: Any) -> None:
    """Write aside, then take the name: a reader sees the old or the new, never half."""
    half = path.with_name(f"half-{uuid.uuid4().hex}")
    half.write_text(json.dumps(content), "utf-8")
    half.replace(path)


def suffix(name: str) -> str:
    """The ending a file may lie under, of the name it came with."""
    ending = Path(name).suffix.lower()
    return ending if _SUFFIX.fullmatch(ending) else ""
