"""Whether the one folder and the book in it are whole: the folder of a server, or a backup copy of it. Nothing in it is changed.

found = examined(Path("backup"))
found.is_well, found.text
"""

from __future__ import annotations

import shutil
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kpi.engine.checked import checked
from kpi.store.book_checked import Book, Told, look
from kpi.store.folders import SAMPLE, entries_in, is_key, read_json
from kpi.store.links import Link
from kpi.store.origin import VIEWS
from kpi.store.texts import TEXTS
from kpi.store.uploads import BEFORE
from kpi.store.versions import OPENED

OURS = (
    "data",
    "secret",
    "pull",
    "pulled",
    "connections",
    "mappings",
    "book.sqlite",
    "book.sqlite-wal",
    "book.sqlite-shm",
    "book.sqlite.lock",
)
"""What lies in the folder itself."""
OF_A_KEY = (
    *("names.json", BEFORE, "options.json", "import.json", "progress.json", "failed.json", "salt.json", VIEWS, OPENED),
    *("connection.json", "pulling", "calendar.toml", "calendars", "texts.lock", "uploads.lock", *TEXTS),
)
"""What lies in the folder of a key beside its files and versions."""
OF_THE_SAMPLE = ("truth.json",)
LEAST_FREE = 500_000_000
"""Bytes: below it an import of a usual export may fail."""
FRESH = 86_400
"""Seconds: what is younger may still be under way."""
OK, NOTE, FAULT = "ok", "note", "fault"
Free = Callable[[Path], int]


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `level`: "ok", "note" (worth knowing, nothing is lost) or "fault". `data` is how the key it is about begins, else ""."""

    level: str
    check: str
    what: str
    hint: str = ""
    data: str = ""

    @property
    def text(self) -> str:
        mark = {OK: "ok   ", NOTE: "note ", FAULT: "FAULT"}[self.level]
        return f"{mark}  {self.what}{f' {self.hint}' if self.hint else ''}"


@dataclass(frozen=True)
class Examined:
    """Everything that was looked at, in order."""

    folder: Path
    findings: tuple[Finding, ...]

    @property
    def faults(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.level == FAULT)

    @property
    def is_well(self) -> bool:
        """Nothing is lost, and nobody sees what they should not."""
        return not self.faults

    @property
    def text(self) -> str:
        """A finding a line, and the verdict."""
        found = len(self.faults)
        verdict = "All is well." if self.is_well else f"{found} fault{'s' * (found != 1)}."
        return "\n".join([*(one.text for one in self.findings), verdict])


def examined(folder: Path, database: str = "", free: Free | None = None) -> Examined:
    """Look through a folder. `database`: the address of the book where it is not in the folder. `free` tells the free bytes of a disk."""
    return Examined(folder, tuple(_findings(folder, database, free or (lambda place: shutil.disk_usage(place).free))))


def _findings(folder: Path, database: str, free: Free) -> Iterator[Finding]:
    if not folder.is_dir():
        yield Finding(FAULT, "folder", f"There is no folder {folder.name!r}.", "Name the folder of a server (KPI_HOME), or a copy of it.")
        return
    if not (folder / "data").is_dir() and not (folder / "book.sqlite").is_file():
        yield Finding(
            FAULT, "folder", f"{folder.name!r} holds neither data nor a book.", "Name the folder that holds data/ and book.sqlite."
        )
        return
    yield from _permissions(folder)
    yield from _disk(folder, free)
    book = look(folder, database)
    yield from (Finding(*one) for one in book.findings)
    keys = sorted(place.name for place in (folder / "data").glob("*") if is_key(place.name) and place.is_dir())
    for key in keys:
        yield from _data(folder / "data" / key, key, book)
    yield from _links(book, set(keys))
    yield from _strangers(folder)
    if keys:
        yield Finding(OK, "data", f"{len(keys)} dataset{'s' * (len(keys) != 1)} looked through.")


def _permissions(folder: Path) -> Iterator[Finding]:
    """Others on this machine must not look in. What is in a closed folder is closed."""
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o077:
        yield Finding(
            FAULT, "permissions", f"Others on this machine can look into the folder (mode {mode:04o}).", f"Run: chmod 700 {folder.name}"
        )
    else:
        yield Finding(OK, "permissions", "Only its owner can look into the folder.")


def _disk(folder: Path, free: Free) -> Iterator[Finding]:
    """Room for an import: twice the largest data there are, and half a gigabyte."""
    sizes = [sum(file.stat().st_size for file in place.rglob("*") if file.is_file()) for place in (folder / "data").glob("*")]
    left, needed = free(folder), max(LEAST_FREE, 2 * max(sizes, default=0))
    told = f"{left / 1e9:.1f} GB free on its disk"
    if left < needed:
        yield Finding(
            FAULT, "disk", f"Only {told}; an import may need {needed / 1e9:.1f} GB.", "Make room, or delete old data (kpi retain)."
        )
    else:
        yield Finding(OK, "disk", f"{told}.")


def _data(place: Path, key: str, book: Book) -> Iterator[Finding]:
    """The files of one key: those that came, the present version, versions of frozen links, and what an import has left."""
    name = f"Data {key[:8]}…" if key != SAMPLE else "The sample company"

    def found(level: str, check: str, what: str, hint: str = "") -> Finding:
        return Finding(level, check, f"{name}: {what}", hint, key[:8])

    listed = {came: place / stored for came, stored in entries_in(place)}
    for came, path in listed.items():
        if not path.is_file():
            yield found(FAULT, "files", f"the file {came!r} is gone.", "Bring the files again, or take the folder from a backup.")
    if not listed:
        yield found(NOTE if key == SAMPLE else FAULT, "files", "no file is named.", "Bring the files again.")
    present = read_json(place / "import.json")
    present = present if isinstance(present, dict) and isinstance(present.get("file"), str) else {}
    if not present and listed:
        failed = read_json(place / "failed.json") or {}
        why = f"could not be read: {failed['what']}" if failed.get("what") else "not read yet."
        yield found(NOTE, "import", why, str(failed.get("hint") or "Open it: it is read then."))
    frozen = {link.version for link in book.links if link.data_key == key and link.version and link.state() == "open"}
    for version in sorted({*([present["file"]] if present else []), *frozen}):
        yield from (found(*one) for one in _version(place / version, present))
    for path in sorted(place.iterdir()):
        yield from (found(*one) for one in _owned(path, key, listed, {present.get("file"), *frozen} if book.is_read else None))
    if key != SAMPLE and book.is_read and book.datasets and key not in book.datasets:
        yield found(NOTE, "book", "in no list of the book.", "Whoever has the address can open them; others cannot find them.")


def _version(path: Path, present: dict[str, Any]) -> Iterator[Told]:
    """A version of a dataset: there, readable, and with the content it says."""
    is_present = path.name == present.get("file")
    which = "its dataset" if is_present else "the version a frozen link needs"
    if not path.is_file():
        yield (
            FAULT,
            "version",
            f"{which} is gone.",
            "Open the data: they are read anew." if is_present else "Revoke the link, and make another.",
        )
        return
    told = checked(path)
    claims = {told.fingerprint, path.stem, *([str(present.get("fingerprint"))] if is_present else [])}
    if told.fault:
        yield FAULT, "version", f"{which} cannot be read ({told.fault}).", "Take it from a backup; or delete it, and open the data anew."
    elif claims != {told.counted}:
        yield FAULT, "version", f"{which} holds other content than its fingerprint {path.stem} says.", "Take it from a backup."
    else:
        yield OK, "version", f"{which} is whole: {told.rows:,} rows, fingerprint {told.counted}.", ""
        if not told.is_present_facts:
            yield NOTE, "version", "another version of Deskmeter worked out its facts.", "They are worked out anew when first asked for."


def _owned(path: Path, key: str, listed: dict[str, Path], versions: set[str | None] | None) -> Iterator[Told]:
    """What nobody owns: halves of an import, versions nothing needs, and files that are none of ours."""
    if path.name.startswith("half-"):
        yield _half(path)
    elif path.suffix == ".duckdb":
        if versions is not None and path.name not in versions:  # without a book nobody knows what frozen links need
            yield NOTE, "leftover", f"a version nothing needs any more ({path.name}).", "The next import deletes it, and kpi retain."
    elif path not in listed.values() and path.name not in (*OF_A_KEY, *(OF_THE_SAMPLE if key == SAMPLE else ())):
        beside = key == SAMPLE and path.suffix in (".csv", ".parquet")
        before = {stored for _, stored in _before(path.parent)}
        if not beside and path.name not in before:
            yield NOTE, "leftover", f"{path.name!r} is no file of ours.", "Move it elsewhere."


def _before(place: Path) -> list[tuple[str, str]]:
    """The files of a key as they were before an upload that was not read yet."""
    told = read_json(place / BEFORE)
    return [(str(one[0]), str(one[1])) for one in told["names"]] if isinstance(told, dict) and "names" in told else []


def _half(path: Path) -> Told:
    if time.time() - path.stat().st_mtime < FRESH:
        return NOTE, "import", f"{path.name} is being written, or was not finished.", "Nobody sees it."
    return NOTE, "import", f"{path.name} was never finished.", "Nobody sees it; kpi retain deletes it, or delete it by hand."


def _links(book: Book, keys: set[str]) -> Iterator[Finding]:
    """Open links and lists whose data are gone."""
    here = [link for link in book.links if link.state() == "open"]
    for link in here:
        if link.data_key not in keys:
            yield Finding(
                FAULT,
                "links",
                f"The open link {_titled(link)} leads to data that are gone.",
                "Revoke it, or bring the data back.",
                link.data_key[:8],
            )
    for key in sorted(set(book.datasets) - keys):
        yield Finding(
            NOTE, "book", f"The book lists data that are gone ({book.datasets[key]!r}).", "Bring them back from a backup.", key[:8]
        )
    if book.is_read:
        over = len(book.links) - len(here)
        yield Finding(OK, "links", f"{len(here)} open link{'s' * (len(here) != 1)}, {over} ended.")


def _titled(link: Link) -> str:
    return f"“{link.told.title}” of {link.made_at:%Y-%m-%d}" if link.told.title else f"of {link.made_at:%Y-%m-%d}"


def _strangers(folder: Path) -> Iterator[Finding]:
    """What in the folder belongs to nobody."""
    for path in sorted(folder.iterdir()):
        if path.name not in OURS:
            yield Finding(NOTE, "leftover", f"{path.name!r} is no file of ours.", "Move it elsewhere.")
    for path in sorted((folder / "data").glob("*")):
        if path.name.startswith("half-"):
            yield Finding(*_half(path))
        elif not (is_key(path.name) and path.is_dir()):
            yield Finding(NOTE, "leftover", f"data/{path.name!r} is no data of ours.", "Move it elsewhere.")
