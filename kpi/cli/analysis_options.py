"""The options of the three analyses."""

from __future__ import annotations

import argparse

from kpi.cli.scoped import scoped

RECENT = " (default: the last 28 complete days)"


def correlating(command: argparse.ArgumentParser) -> None:
    """`kpi correlate`."""
    command.add_argument("--unit", choices=["tickets", "periods", "agents"], help="what is compared (default tickets)")
    command.add_argument("--by", choices=["week"], help="the same as --unit periods")
    command.add_argument(
        "--pair", nargs=2, action="append", default=[], metavar=("A", "B"), help="two metrics looked at closely; may be said again"
    )
    command.add_argument(
        "--metric", nargs="+", action="extend", default=[], metavar="ID", help="only pairs with one of these; judged among all pairs still"
    )
    scoped(command, RECENT)
    command.add_argument("--exact", action="store_true", help="these dates alone, even if they are fewer weeks than a link needs")
    _format(command)


def explaining(command: argparse.ArgumentParser) -> None:
    """`kpi explain`."""
    command.add_argument("--metric", required=True, metavar="ID", help="which number")
    command.add_argument("--period", metavar="PERIOD", help="2026-03, 2026-Q1, 2026-W10, 2026 or 2026-03-05")
    command.add_argument(
        "--against", metavar="previous|last_year|PERIOD|VALUE",
        help="what it is compared with: as many days just before (default), the same dates a year ago, or a period; with --segment a value "
        "of its column (default: all others)",
    )  # fmt: skip
    command.add_argument("--against-from", dest="against_start", metavar="DATE", help="first date compared with")
    command.add_argument("--against-to", dest="against_end", metavar="DATE", help="last date compared with")
    command.add_argument("--segment", metavar="COLUMN=VALUE", help="compare this part of the tickets with another part of the same dates")
    command.add_argument(
        "--by", nargs="+", action="extend", default=[], metavar="COLUMN",
        help="only these splits are written (default: all); searched are all of them",
    )  # fmt: skip
    command.add_argument(
        "--view", choices=["share", "mean"], default="share", help="of a median or percentile: the share beyond its old value, or the mean"
    )
    command.add_argument("--events", metavar="FILE", help="dated notes, a CSV file (docs/events.md): those near the dates are listed")
    scoped(command, RECENT)
    _format(command)


def what_ifs(command: argparse.ArgumentParser) -> None:
    """`kpi what-if`."""
    command.add_argument(
        "--set", nargs="+", action="extend", default=[], metavar="INPUT=VALUE",
        help="move an input to a value: per cent, money, a count, a time like 8m (docs/analyses.md names them)",
    )  # fmt: skip
    command.add_argument("--outcome", metavar="ID", help="what is asked about: csat or dsat (default csat)")
    command.add_argument(
        "--goal", nargs="+", action="extend", default=[], metavar="GOAL",
        help="what is to be reached: csat>=90, cost_per_ticket<=6, or a number for the outcome; says what it takes, and the chance",
    )  # fmt: skip
    command.add_argument(
        "--along",
        nargs="+",
        action="extend",
        default=[],
        metavar="INPUT",
        help="the input, or the two, to reach it with (default: the first driver)",
    )
    command.add_argument("--scenario", metavar="FILE", help="scenarios, a TOML file as the page keeps them; each is told")
    scoped(command, RECENT)
    _format(command)


def _format(command: argparse.ArgumentParser) -> None:
    command.add_argument("--format", choices=["json", "table"], default="json", help="how it is written; table is plain text")
