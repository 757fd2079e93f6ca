"""`kpi check`: targets held against the files, for a scheduler or CI."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kpi.cli.shared import dataset, one_line, text_of, write_json
from kpi.errors import BadValue

MISSED, BAD_TARGETS = 1, 2


def check(options: argparse.Namespace) -> int:
    """The table (or JSON) on stdout, the sentences on stderr. 1: a target is missed for sure; else 2: one could not be used; else 0."""
    from kpi.hours import read_calendar  # noqa: PLC0415
    from kpi.scope import Scope  # noqa: PLC0415
    from kpi.targets import judge, read  # noqa: PLC0415
    from kpi.targets.record import described  # noqa: PLC0415

    path = Path(options.targets)
    found = read(text_of(path, "--targets"), path.name)  # what is wrong with the wish is said before a large file is read
    if not found.targets and not found.problems:
        raise BadValue(f"{path.name} has no target.", "Write [[target]] with metric, start, deadline and to or change (docs/targets.md).")
    calendar = read_calendar(options.calendar) if options.calendar else None
    scope = Scope(zone=options.zone or "UTC", as_of=options.as_of)
    told = []
    if found.targets:
        data = dataset(options)
        told = [judge(t, data, zone=scope.zone, calendar=calendar, as_of=scope.as_of, looks=len(found.targets)) for t in found.targets]
    if options.format == "json":
        write_json({"targets": [described(one) for one in told], "problems": [problem.text for problem in found.problems]})
    elif told:
        print("\n".join(_table(told)))
    for sentence in (*(one.text for one in told), *(problem.text for problem in found.problems)):
        print(one_line(sentence), file=sys.stderr)
    return MISSED if any(one.is_missed for one in told) else BAD_TARGETS if found.problems else 0


def _table(told: Sequence[Any]) -> list[str]:
    """Rows of text under a header, each column as wide as its widest cell."""
    from kpi.targets.words import amount, interval  # noqa: PLC0415

    rows = [("target", "status", "now", "95 % interval", "asked", "goal", "by", "owner")]
    for one in told:
        cells = [amount(one, value) for value in (one.current.value, one.asked, one.goal)]
        limits = interval(one, one.current.low, one.current.high) or "none"
        target = one.target
        rows.append((target.title(), one.status, cells[0], limits, cells[1], cells[2], target.due.isoformat(), target.owner))
    plain = [[one_line(cell).replace("\u00a0", " ") for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in plain) for i in range(len(plain[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in plain]
