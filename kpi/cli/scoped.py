"""The options that say which rows are meant, the same for every command that measures, and the dates where none are given."""

from __future__ import annotations

import argparse
import datetime as dt
import re
from typing import TYPE_CHECKING

from kpi.errors import BadValue

if TYPE_CHECKING:
    from kpi.engine import Dataset
    from kpi.scope import Scope

DAY = dt.timedelta(days=1)


def scoped(command: argparse.ArgumentParser, dates: str = "") -> None:
    """Add the options of a scope; `dates` says what holds without dates."""
    command.add_argument(
        "--where", nargs="+", action="extend", default=[], metavar="COLUMN=VALUE",
        help="only such rows; values of one column add up, columns narrow down; (none) is unknown",
    )  # fmt: skip
    command.add_argument("--from", dest="start", metavar="DATE", help=f"first local date, included{dates}")
    command.add_argument("--to", dest="end", metavar="DATE", help="last local date, included")
    standing(command)
    command.add_argument("--clock", default="calendar", metavar="calendar|business", help="durations in all hours, or in working hours")
    command.add_argument("--statistic", metavar="median|mean|p75|p90|p95", help="of durations (default: each metric's own)")
    command.add_argument(
        "--param", nargs="+", action="extend", default=[], metavar="NAME=VALUE",
        help="a threshold or variant (docs/metrics.md, what can be set)",
    )  # fmt: skip


def standing(command: argparse.ArgumentParser) -> None:
    """Add the instant one stands at, and the working hours."""
    command.add_argument("--as-of", metavar="INSTANT", help="the instant one stands at (default: the newest in the data)")
    command.add_argument("--calendar", metavar="FILE", help="working hours, a TOML file (docs/calendar.md)")


def scope_of(options: argparse.Namespace) -> Scope:
    """The scope of the options; BadValue or UnknownName for what cannot be."""
    from kpi.scope import Scope, pairs_of  # noqa: PLC0415  scopes load the metrics; --help must not wait for them

    return Scope(
        where=pairs_of(options.where, "--where"),
        start=options.start,
        end=options.end,
        zone=options.zone or "UTC",
        calendar=options.calendar,
        clock=options.clock,
        statistic=options.statistic,
        as_of=options.as_of,
        params={name: values[-1] for name, values in pairs_of(options.param, "--param").items()},
    )


def usual(scope: Scope, data: Dataset) -> Scope:
    """The scope; without dates that of a first visit to the pages: the last 28 complete days, or everything where those are too thin."""
    from kpi import periods  # noqa: PLC0415

    return periods.usual(scope, data)


def recent(scope: Scope, data: Dataset) -> Scope:
    """The scope over the 28 days before the day of the newest ticket."""
    from kpi import periods  # noqa: PLC0415

    return periods.recent(scope, data)


def period(text: str, option: str) -> tuple[dt.date, dt.date]:
    """First and last date of 2026, 2026-Q1, 2026-03, 2026-W10 or 2026-03-05; BadValue for anything else."""
    found = re.fullmatch(r"(\d{4})(?:-(?:Q([1-4])|W(\d{2})|(\d{2})(?:-(\d{2}))?))?", text.strip(), re.IGNORECASE | re.ASCII)
    try:
        if not found or not 1900 <= int(found[1]) < 2200:
            raise ValueError
        year = int(found[1])
        if found[3]:
            monday = dt.date.fromisocalendar(year, int(found[3]), 1)
            return monday, monday + 6 * DAY
        if found[5]:
            day = dt.date(year, int(found[4]), int(found[5]))
            return day, day
        quarter, month = (int(found[n]) if found[n] else 0 for n in (2, 4))
        first = month or 3 * quarter - 2 if month or quarter else 1
        last = month or 3 * quarter or 12
        return dt.date(year, first, 1), dt.date(year + last // 12, last % 12 + 1, 1) - DAY
    except ValueError:
        raise BadValue(f"{option} cannot be {text[:40]!r}.", "Write it as 2026-03, 2026-Q1, 2026-W10, 2026 or 2026-03-05.") from None
