"""`kpi hours`: working time between two instants, or the instant so much of it is over."""

from __future__ import annotations

import argparse
import contextlib
import csv
import sys
from pathlib import Path

import numpy as np

from kpi.cli.shared import spare_the_input
from kpi.errors import BadValue

MOST_SECONDS = 100 * 366 * 86_400


def hours(options: argparse.Namespace) -> None:
    from kpi.hours import read_calendar  # noqa: PLC0415

    calendar = read_calendar(options.calendar)
    source = Path(options.input)
    spare_the_input(options.output, [options.input])
    names, lines, rows = _pairs(source)
    starts = np.array([_instant(r["start"], i, source.name) for i, r in zip(lines, rows, strict=True)], dtype="datetime64[us]")
    schedules = None if options.schedule is None else np.array([options.schedule] * len(rows), dtype=object)
    made = "business_seconds" if "end" in names else "due_at"
    if "end" in names:
        ends = np.array([_instant(r["end"], i, source.name) for i, r in zip(lines, rows, strict=True)], dtype="datetime64[us]")
        values = ["" if np.isnan(v) else f"{v:.6f}".rstrip("0").rstrip(".") for v in calendar.seconds_between(starts, ends, schedules)]
    else:
        wanted = np.array([_number(r["seconds"], i, source.name) for i, r in zip(lines, rows, strict=True)])
        values = ["" if np.isnat(v) else f"{v}Z".replace(".000000Z", "Z") for v in calendar.due_at(starts, wanted, schedules)]
    with contextlib.ExitStack() as stack:
        out = stack.enter_context(Path(options.output).open("w", newline="", encoding="utf-8")) if options.output else sys.stdout
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*names, made])
        writer.writerows([*row.values(), value] for row, value in zip(rows, values, strict=True))


def _pairs(source: Path) -> tuple[list[str], list[int], list[dict[str, str]]]:
    """Header, line numbers and rows of a CSV file of pairs; BadValue names the line that is not a row."""
    if not source.is_file():
        raise BadValue(f"{source.name!r} is {'a folder' if source.is_dir() else 'not there'}.", "Check the path.")
    lines: list[int] = []
    rows: list[dict[str, str]] = []
    try:
        with source.open(newline="", encoding="utf-8-sig") as handle:
            reader = csv.DictReader(handle)
            names = list(reader.fieldnames or [])
            if "start" not in names or not {"end", "seconds"} & set(names):
                raise BadValue(
                    f"{source.name} needs the columns start and end, or start and seconds.",
                    "Times are ISO 8601; without a zone they are UTC.",
                )
            for row in reader:
                if None in row or None in row.values():
                    raise BadValue(f"{source.name}, line {reader.line_num}: the row has not as many cells as the header.", "Mend the row.")
                lines.append(reader.line_num)
                rows.append(row)
    except (UnicodeDecodeError, csv.Error):
        raise BadValue(f"{source.name} is not a CSV file.", "Save it as comma-separated text in UTF-8.") from None
    return names, lines, rows


def _instant(text: str | None, line: int, name: str) -> np.datetime64:
    import datetime as dt  # noqa: PLC0415

    if not (text or "").strip():
        return np.datetime64("NaT")
    try:
        moment = dt.datetime.fromisoformat(str(text).strip())
        return np.datetime64(moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment, "us")
    except (ValueError, OverflowError):
        raise BadValue(f"{name}, line {line}: {text!r} is not a time.", "Write it as 2024-03-31T17:00:00Z.") from None


def _number(text: str | None, line: int, name: str) -> float:
    if not (text or "").strip():
        return float("nan")
    try:
        seconds = float(str(text))
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < MOST_SECONDS:
        raise BadValue(
            f"{name}, line {line}: {text!r} is not a number of seconds.", "Write a plain number, 0 or more, of a century at most."
        )
    return seconds
