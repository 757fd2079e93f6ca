"""The sheets of a workbook, read in a process of its own (sheet_child.py says why)."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kpi.errors import UnreadableFile
from kpi.files import limits
from kpi.files.table import shown

_CHILD = Path(__file__).with_name("sheet_child.py")
_TYPES: dict[str, Any] = {
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "timedelta": lambda micros: dt.timedelta(microseconds=micros),
}


@dataclass(frozen=True)
class Sheet:
    """A sheet with something in it. rows: from the first row of the sheet on, each from column `left` (0-based) on."""

    name: str
    is_hidden: bool
    left: int
    rows: Iterator[list[Any]]


@contextmanager
def open_sheets(path: Path, file: str) -> Iterator[Iterator[Sheet]]:
    """The sheets in order; read the rows of one before asking for the next."""
    command = [sys.executable, "-I", str(_CHILD), str(path.absolute()), str(limits.MAX_SHEET_MEMORY), str(limits.MAX_SHEET_SECONDS)]
    with subprocess.Popen(  # noqa: S603 - our own interpreter and program; the file's path is an argument, not a command
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8"
    ) as child:
        try:
            yield _sheets(_values(child, file), file)
        finally:
            child.kill()


def protected(file: str) -> UnreadableFile:
    """The error for a file that needs a password."""
    return UnreadableFile(f"“{file}” is protected by a password.", "Save a copy without a password and upload that.")


def _sheets(values: Iterator[Any], file: str) -> Iterator[Sheet]:
    head = next(values)
    while "sheet" in head:
        ended: list[Any] = []
        rows = _rows(values, ended)
        yield Sheet(head["sheet"], head["hidden"], head["left"], rows)
        for _ in rows:
            pass
        head = ended[0]
    if head.get("error") == "password":
        raise protected(file)
    if "error" in head:
        raise _damaged(file, head["error"])


def _rows(values: Iterator[Any], ended: list[Any]) -> Iterator[list[Any]]:
    for value in values:
        if isinstance(value, dict):
            ended.append(value)
            return
        yield value


def _values(child: subprocess.Popen[str], file: str) -> Iterator[Any]:
    assert child.stdout is not None  # noqa: S101 - asked for above
    for line in child.stdout:
        try:
            yield json.loads(line, object_hook=_typed)
        except ValueError:  # the process ended in the middle of a line
            break
    raise _damaged(file, "the spreadsheet reader gave up on it")


def _typed(value: dict[str, Any]) -> Any:
    return _TYPES[value["is"]](value["value"]) if "is" in value else value


def _damaged(file: str, why: str) -> UnreadableFile:
    return UnreadableFile(
        f"“{file}” is a damaged spreadsheet, or larger than we can open ({shown(why)}).",
        "Open it, save it again as .xlsx or CSV, and upload that.",
    )
