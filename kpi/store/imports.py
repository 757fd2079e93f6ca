"""Imports: files to a version of a dataset, in a process of their own that reports its progress and can be stopped."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kpi import sample
from kpi.engine import MEMORY
from kpi.errors import KpiError, UnreadableFile
from kpi.read import read
from kpi.store import audit, connected, links, people, uploads, versions
from kpi.store.folders import SAMPLE, asked_of, default_calendar, files, folder, names, options, read_json, write_json
from kpi.tables import TABLES

Progress = Callable[[str, float], None]
READY, RUNNING, FAILED, STOPPED, ABSENT = "ready", "running", "failed", "stopped", "absent"
_RUNNING: dict[str, subprocess.Popen[bytes]] = {}
_LOCK = threading.Lock()
SILENT = 600
"""Seconds after which an import of another process that says nothing has ended."""
TRIES = 5


@dataclass(frozen=True)
class State:
    """Where the data of a key stand: "ready", "running" (what is done, the share 0..1), "failed" (kind, what, hint), "stopped" or "absent"."""

    name: str
    what: str = ""
    share: float = 0.0
    hint: str = ""
    kind: str = ""


def state(key: str) -> State:
    """How far a key is, now."""
    place = folder(key)
    with _LOCK:
        process = _RUNNING.get(key)
        running = process is not None and process.poll() is None
    if running:
        said = read_json(place / "progress.json") or {}
        return State(RUNNING, said.get("what", ""), float(said.get("share", 0.0)))
    asked = asked_of(key)
    failed = read_json(place / "failed.json") or {}
    if failed.get("asked") == asked:
        return State(failed["state"], failed["what"], hint=failed["hint"], kind=failed["kind"])
    present = read_json(place / "import.json") or {}
    if present.get("asked") == asked and (place / present["file"]).is_file():
        return State(READY, share=1.0)
    return State(ABSENT) if key == SAMPLE or place.is_dir() else State(ABSENT, kind="gone")


def begin(key: str) -> None:
    """Start the import of a key, unless one is under way. Returns at once."""
    with _LOCK:
        process = _RUNNING.get(key)
        if process is not None and process.poll() is None:
            return
        place = folder(key)
        place.mkdir(parents=True, exist_ok=True)
        _clear(place)
        # The child ends when this process does: its standard input closes.
        command = [sys.executable, "-m", "kpi.store", key]
        room = {"KPI_MEMORY": MEMORY, **os.environ}
        _RUNNING[key] = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=room)  # noqa: S603  a key of ours, no shell


def cancel(key: str) -> None:
    """Stop the import of a key. What was there before stays."""
    with _LOCK:
        process = _RUNNING.pop(key, None)
        if process is None or process.poll() is not None:
            return
        process.kill()
        process.wait()
        _clear(folder(key))
        _fail(key, STOPPED, "", "The import was stopped.", "Start it again, or use other data.")


def discard(key: str, *, who: str = "", why: str = "the data were deleted") -> None:
    """Delete everything of a key: its files, its versions, an import under way. Every link to it is closed first, and the log names those that were open.

    UnreadableFile where something of it cannot be deleted: it must not be believed gone.
    """
    cancel(key)
    died = [link.told.title for link in links.of(key) if link.state() == "open"]
    links.revoke_all(key, who=who, why=why)
    people.forget(key)
    audit.note("delete", key, who=who, why=why, died=died)
    versions.forget(key)
    place = folder(key)
    for _ in range(TRIES):  # somebody may write into it while it goes
        shutil.rmtree(place, ignore_errors=True)
        if not place.exists():
            return
    raise UnreadableFile(
        "Some files of these data could not be deleted.",
        f"Nobody can open them here any more. Delete the folder data/{key} of KPI_HOME by hand.",
    )


def is_under_way(key: str) -> bool:
    """Whether some process is importing a key: one of ours, or one that has told of its progress within ten minutes and has not ended."""
    with _LOCK:
        process = _RUNNING.get(key)
        if process is not None and process.poll() is None:
            return True
    place = folder(key)
    told, *ended = (_written(place / name) for name in ("progress.json", "import.json", "failed.json"))
    return time.time() - told < SILENT and told > max(ended)


def _written(path: Path) -> float:
    """When a file was written, in seconds; 0 where there is none."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def import_now(key: str, progress: Progress | None = None) -> None:
    """Read a key's files, make the facts, and write the version: here, and until it is done. KpiError when nothing can be read."""
    tick = progress or (lambda _what, _share: None)
    place = folder(key)
    place.mkdir(parents=True, exist_ok=True)
    if key == SAMPLE and not names(key):
        tick("Making the sample company", 0.0)
        sample.write(place)
        write_json(place / "names.json", sorted(path.name for path in place.glob("*.csv") if path.stem in TABLES))
    began = 0.0
    if connected.is_wanted(key):
        began = 0.3
        connected.fetch(key, lambda what, share: tick(f"Reading {what}", began * share))
    asked, said, calendar = asked_of(key), options(key), default_calendar(key)
    given = files(key)
    sources, mappings, zone = connected.said(key)
    data = read(
        *given.values(),
        names=list(given),
        source=sources,
        zone=said.zone or zone or None,
        date_orders=said.date_orders,
        mappings=mappings | said.mappings,
        progress=lambda what, share: tick(f"Reading {what}", began + (0.6 - began) * share),
    )
    if any(data.rows.values()):
        data.stand(None, calendar, progress=lambda share: tick("Working out replies, solves and waits", 0.6 + 0.3 * share))
    tick("Writing it down", 0.92)
    name = versions.write(data, place, calendar)
    write_json(place / "import.json", {"asked": asked, "file": name, "fingerprint": data.fingerprint})
    if asked == asked_of(key):  # nothing more came meanwhile
        uploads.settle(key)
    audit.note("import", key, fingerprint=data.fingerprint, rows=dict(data.rows), files=len(given))
    # A frozen link keeps its version; and an upload is told by its content, so that one may be called anything.
    needed = {name, *links.held(key), *(path.name for path in given.values())}
    for old in place.glob("*.duckdb"):
        if old.name not in needed:
            old.unlink(missing_ok=True)  # nothing points to it yet; who has it open keeps it


def child(key: str) -> int:
    """The import process: progress goes to progress.json, an error to failed.json."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    place, last = folder(key), 0.0

    def progress(what: str, share: float) -> None:
        nonlocal last
        if time.monotonic() - last > 0.1:
            write_json(place / "progress.json", {"what": what, "share": share})
            last = time.monotonic()

    try:
        import_now(key, progress)
    except KpiError as error:
        _fail(key, FAILED, type(error).__name__, error.what, error.hint)
        return 1
    except MemoryError:
        _fail(key, FAILED, "MemoryError", "The files need more memory than there is.", "Import fewer at once, or a shorter export.")
        return 1
    except Exception:
        _fail(key, FAILED, "Exception", "The import broke on our side.", "The server's log has the details.")
        raise
    return 0


def _fail(key: str, state: str, kind: str, what: str, hint: str) -> None:
    write_json(folder(key) / "failed.json", {"asked": asked_of(key), "state": state, "kind": kind, "what": what, "hint": hint})


def _clear(place: Path) -> None:
    """What an import that ended midway has left behind."""
    for path in [place / "progress.json", place / "failed.json", *place.glob("half-*")]:
        path.unlink(missing_ok=True)
    shutil.rmtree(place / connected.PULLING, ignore_errors=True)


def _end_with_parent() -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 1024):
            pass
    os._exit(1)
