"""`kpi report`: the weekly digest as a file or a mail."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kpi.cli.shared import dataset, one_line, spare_the_input, text_of, write_json
from kpi.errors import BadValue

NOT_COMPLETE = 3
BESIDE = {"calendar": "calendar.toml", "targets": "targets.toml"}
"""Option -> the file in a folder of data that stands for it."""
NO_TABLES = ("events.csv", "benchmarks.csv", "calls.csv")
TABLES = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".xlsx", ".xls", ".zip", ".gz")


def report(options: argparse.Namespace) -> int:
    """Write or send the digest of the newest complete week. 3: that week is not complete yet, and --wait-complete was asked."""
    from kpi.explain.lines import Reading  # noqa: PLC0415  reading loads the database; --help must not wait for it
    from kpi.hours import read_calendar  # noqa: PLC0415
    from kpi.report import KINDS, written  # noqa: PLC0415
    from kpi.report.digest import digest, newest_week, week_before  # noqa: PLC0415
    from kpi.report.mail import address, message, send, server_of  # noqa: PLC0415
    from kpi.scope import Scope  # noqa: PLC0415
    from kpi.targets import read as read_targets  # noqa: PLC0415

    if not options.output and not options.mail_to:
        raise BadValue("A report goes to a file or by mail.", "Name -o FILE, or --mail-to ADDRESS.")
    kind = Path(options.output).suffix.lower().lstrip(".") if options.output else "html"
    if kind not in KINDS:
        what = f"A report cannot be a .{kind} file." if kind else "The report's file has no ending."
        raise BadValue(what, f"It may end in {', '.join(f'.{one}' for one in KINDS)}.")
    server = server_of(os.environ) if options.mail_to else None
    to = [address(one, "--mail-to") for one in options.mail_to]
    open_folders(options)
    spare_the_input(options.output, options.files)
    calendar = read_calendar(options.calendar) if options.calendar else None
    scope = Scope(zone=options.zone or "UTC", clock=options.clock, as_of=options.as_of)
    found = read_targets(text_of(Path(options.targets), "--targets"), Path(options.targets).name) if options.targets else None
    data = dataset(options)
    if options.wait_complete:
        now = scope.as_of or dt.datetime.now(dt.UTC).replace(tzinfo=None)
        week = week_before(now, data, scope.zone)
        if not week.is_complete:
            print(one_line(f"{week.text} Nothing was written."), file=sys.stderr)
            return NOT_COMPLETE
    names = tuple(Path(name).name for name in options.files)
    made = digest(
        data,
        zone=scope.zone,
        calendar=calendar,
        clock=scope.clock,
        as_of=scope.as_of,
        targets=found.targets if found else (),
        problems=[problem.text for problem in found.problems] if found else (),
        url=options.url or "",
        reading=Reading(names, options.zone or "", _orders(options)),
    )
    week = newest_week(data, scope.zone, scope.as_of, calendar)
    content = written(made, kind)
    if options.output:
        Path(options.output).write_bytes(content)
    if server:
        send(message(made, to, server.sender, {f"support-week-{week.start}.{kind}": content}), server)
    write_json(
        {"week": [week.start.isoformat(), week.end.isoformat()], "file": options.output, "mailed_to": to, "numbers": made.proof.count}
    )
    for sentence in (week.text, *_done(options.output, to)):
        print(one_line(sentence), file=sys.stderr)
    return 0


def reporting(command: argparse.ArgumentParser) -> None:
    """The options of `kpi report`."""
    command.add_argument("-o", "--output", metavar="FILE.html|pdf|md|xlsx|ipynb|png", help="where to; its ending decides the format")
    command.add_argument("--targets", metavar="FILE", help="targets to judge, a TOML file (docs/targets.md)")
    command.add_argument("--calendar", metavar="FILE", help="working hours, a TOML file (docs/calendar.md)")
    command.add_argument("--clock", default="calendar", metavar="calendar|business", help="which hours durations count")
    command.add_argument("--as-of", metavar="INSTANT", help="the instant one stands at (default: the newest in the data)")
    command.add_argument("--wait-complete", action="store_true", help="exit code 3, and no report, until the data hold all of last week")
    command.add_argument("--url", metavar="ADDRESS", help="of the live app with its data, to link to")
    command.add_argument(
        "--mail-to",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="send it too; the server comes from KPI_SMTP_HOST and its kin (docs/reports.md)",
    )


def open_folders(options: argparse.Namespace) -> None:
    """A folder stands for the tables in it, and for the calendar and the targets beside them."""
    found: list[str] = []
    for name in options.files:
        folder = Path(name)
        if not folder.is_dir():
            found.append(name)
            continue
        inside = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
        tables = [
            str(path)
            for path in inside
            if path.suffix.lower() in TABLES and path.name.lower() not in NO_TABLES and path.name != "truth.json"
        ]
        if not tables:
            raise BadValue(f"There is no table in the folder {folder.name!r}.", "Name the files of an export.")
        found += tables
        for option, beside in BESIDE.items():
            if getattr(options, option, "") is None and (folder / beside).is_file():
                setattr(options, option, str(folder / beside))
    options.files = found


def _orders(options: argparse.Namespace) -> dict[str, str]:
    return dict(given.split("=", 1) for given in options.date_order if "=" in given)


def _done(output: str | None, to: Sequence[str]) -> list[Any]:
    return [*([f"Written to {Path(output).name}."] if output else []), *([f"Sent to {', '.join(to)}."] if to else [])]
