"""Every command with its options, in one parser that speaks one sentence. docs/command-line.md is written from it."""

from __future__ import annotations

import argparse
import os
import re
from typing import Any, NoReturn

from kpi.cli import analyses, commands, pairs, reports
from kpi.cli.analysis_options import correlating, explaining, what_ifs
from kpi.cli.check import check
from kpi.cli.connecting import connect, connecting
from kpi.cli.keeping import keeping
from kpi.cli.pulling import pull, pulling
from kpi.cli.reports import reporting
from kpi.cli.scoped import scoped, standing
from kpi.cli.verified import verify, verifying
from kpi.errors import BadValue, did_you_mean


class Parser(argparse.ArgumentParser):
    """argparse that speaks one sentence."""

    def error(self, message: str) -> NoReturn:
        hint = f"`{self.prog} --help` shows what it takes."
        if found := re.fullmatch(r"argument (?:-\w/)?(\S+): invalid choice: '(.*)' \(choose from (.*)\)", message):
            choices = re.findall(r"'([^']*)'", found[3])
            name = "The command" if found[1] == "COMMAND" else found[1]
            raise BadValue(f"{name} cannot be {found[2]!r}.", did_you_mean(found[2], choices) or f"It may be {', '.join(choices)}.")
        if found := re.fullmatch(r"argument (?:-\w/)?(\S+): invalid int value: '(.*)'", message):
            raise BadValue(f"{found[1]} cannot be {found[2]!r}.", "Write a whole number.")
        if found := re.fullmatch(r"the following arguments are required: (.*)", message):
            missing = "a command" if found[1] == "COMMAND" else re.sub(r"-\w/", "", found[1])
            raise BadValue(f"{missing[0].upper()}{missing[1:]} is missing.", hint)
        if found := re.fullmatch(r"unrecognized arguments: (.*)", message):
            raise BadValue(f"There is no option {found[1].split()[0]}.", hint)
        raise BadValue(f"{message[:1].upper()}{message[1:]}.", hint)


def parser() -> Parser:
    """Every command with its options."""
    whole = Parser(prog="kpi", description="Every support KPI from the export of any help desk, with its uncertainty.")
    every = whole.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=Parser)

    def command(name: str, run: Any, about: str) -> argparse.ArgumentParser:
        added = every.add_parser(name, help=about, description=about)
        added.set_defaults(run=run)
        return added

    def reading(name: str, run: Any, about: str) -> argparse.ArgumentParser:
        added = command(name, run, about)
        added.add_argument("files", nargs="*", metavar="FILE", help="export files; several make one dataset")
        added.add_argument("--source", help="the tool the export comes from, where its headers do not tell")
        added.add_argument(
            "--mapping", metavar="FILE", help="a TOML file, or the name of a saved mapping, that says where each column is found"
        )
        added.add_argument("--zone", help="zone of times that state none; also the reporting zone (default UTC)")
        added.add_argument(
            "--names", choices=["shown", "pseudonyms", "hidden"], help="agents' names; KPI_SALT keeps pseudonyms from being guessed"
        )
        added.add_argument("--date-order", action="append", default=[], metavar="COLUMN=dmy|mdy", help="answers an undecidable date column")
        return added

    reading("read", commands.read, "Say what was understood of the files.").add_argument(
        "--format", choices=["json"], default="json", help="how it is written"
    )
    compute = reading("compute", commands.compute, "Measure metrics.")
    compute.add_argument(
        "--metric", nargs="+", action="extend", default=[], metavar="ID", help="which metrics (default: all the data allow)"
    )
    compute.add_argument(
        "--by", default="all", metavar="all|day|week|month|quarter|year", help="one number a period; weeks begin on Monday"
    )
    compute.add_argument("--split", nargs="+", action="extend", default=[], metavar="COLUMN", help="one number a group")
    scoped(compute)
    compute.add_argument("--compare", metavar="previous|last_year", help="beside the period before, or the same one a year ago")
    compute.add_argument(
        "--format", choices=["json", "csv", "table"], default="json", help="how it is written; table is one sentence a number"
    )
    _checking(reading("check", check, "Hold targets against the files; exit code 1 when one is missed for sure."))
    correlating(reading("correlate", analyses.correlate, "Say what moves with what: on tickets, from week to week, from agent to agent."))
    explaining(reading("explain", analyses.explain, "Say why a number changed, or differs: where the change lies, and whether it is one."))
    what_ifs(reading("what-if", analyses.what_if, "Say what follows when inputs move; exit code 2 where the data do not reach so far."))
    reporting(reading("report", reports.report, "Write or mail the weekly digest: the newest complete week against the one before it."))
    verifying(
        reading(
            "verify",
            verify,
            "Measure the numbers of a report, or of a frozen link, again (first the report or the link's address, then the data); "
            "exit code 1 when any differs.",
        )
    )
    tickets = reading("tickets", commands.tickets, "Write one row per ticket with every computed column.")
    tickets.add_argument("-o", "--output", required=True, metavar="FILE.csv|parquet", help="where to; its ending decides the format")
    standing(tickets)
    connecting(command("connect", connect, "Say what a declared connection holds, or copy its tables; as a FILE, other commands read it."))
    pulling(command("pull", pull, "Fetch tickets through the API of a help desk, from where the last run ended, as files to read."))
    hours = command("hours", pairs.hours, "Business seconds between two instants, or the instant a number of business seconds is over.")
    hours.add_argument("--calendar", required=True, metavar="FILE", help="working hours, a TOML file (docs/calendar.md)")
    hours.add_argument("--schedule", metavar="NAME", help="one of its schedules (default: the calendar's default)")
    hours.add_argument("--input", required=True, metavar="pairs.csv", help="columns start and end, or start and seconds")
    hours.add_argument("-o", "--output", metavar="FILE.csv", help="default: stdout")
    command("metrics", commands.metrics, "List every metric.").add_argument(
        "--format", choices=["json", "table"], default="json", help="how they are written"
    )
    sample = command("sample", commands.sample, "Write the sample company.")
    sample.add_argument("--tickets", type=int, default=20_000, metavar="N", help="how many tickets")
    sample.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, another company")
    sample.add_argument("--null", action="store_true", help="the same company without any planted effect")
    sample.add_argument("--format", choices=["csv", "parquet"], default="csv", help="of the tables")
    sample.add_argument("-o", "--output", default="sample", metavar="FOLDER", help="where to")
    keeping(command)
    serve = command("serve", commands.serve, "Start the app on this machine.")
    serve.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8501")), help="default: PORT of the environment, else 8501")
    serve.add_argument(
        "--address", default="127.0.0.1", help="where it listens; beyond this machine only with a login (docs/sharing.md) or --open"
    )
    serve.add_argument("--open", action="store_true", help="no login, on purpose: whoever reaches it may use it")
    return whole


def _checking(command: argparse.ArgumentParser) -> None:
    command.add_argument("--targets", required=True, metavar="FILE", help="the targets, a TOML file (docs/targets.md)")
    standing(command)
    command.add_argument("--format", choices=["table", "json"], default="table", help="how it is written; sentences go to stderr")
    command.add_argument("--json", dest="format", action="store_const", const="json", help="the same as --format json")
