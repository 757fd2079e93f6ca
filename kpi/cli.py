"""The `kpi` command: the same functions as the screens and Python. JSON on stdout, sentences on stderr; exit 0 done, 2 bad input."""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from kpi import home
from kpi.errors import BadValue, KpiError, did_you_mean
from kpi.units import NBSP

BAD_INPUT, UNEXPECTED = 2, 1
CLEAR = "\r\x1b[K"
"""Back to the start of the terminal's line, which may show how far a reading had come."""
MOST_SECONDS = 100 * 366 * 86_400


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


def entry() -> None:
    """The console script."""
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run one command; the only place where an exception becomes words and an exit code."""
    try:
        options = parser().parse_args(arguments)
        options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (Exception, KeyboardInterrupt) as error:
        sentence, code = _in_words(error)
        if code == UNEXPECTED and os.environ.get("KPI_DEBUG"):
            raise
        print(CLEAR * sys.stderr.isatty() + _one_line(sentence), file=sys.stderr)
        return code
    return 0


def _in_words(error: BaseException) -> tuple[str, int]:
    """What went wrong, as a sentence and an exit code."""
    if isinstance(error, KpiError):
        return str(error), BAD_INPUT
    if isinstance(error, KeyboardInterrupt):
        return "Stopped.", 130
    if isinstance(error, MemoryError):
        return "There is not enough memory for this file. Split it by date and read the parts one after the other.", BAD_INPUT
    if isinstance(error, OSError):  # a folder that is not there, a file we may not write, a full disk
        return f"{Path(str(error.filename or 'A file')).name} cannot be used ({error.strerror or error}). Check its path.", BAD_INPUT
    return f"Something unexpected happened ({type(error).__name__}). Set KPI_DEBUG=1 to see where, and tell us.", UNEXPECTED


def _one_line(text: str) -> str:
    """A sentence for a terminal: names from files may hold line breaks and escape codes."""
    return "".join(letter if letter.isprintable() or letter == NBSP else " " for letter in text)


def parser() -> Parser:
    """Every command with its options."""
    whole = Parser(prog="kpi", description="Every support KPI from the export of any help desk, with its uncertainty.")
    commands = whole.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=Parser)

    def command(name: str, run: Any, about: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=about)
        added.set_defaults(run=run)
        return added

    def reading(name: str, run: Any, about: str) -> argparse.ArgumentParser:
        added = command(name, run, about)
        added.add_argument("files", nargs="*", metavar="FILE", help="export files; several make one dataset")
        added.add_argument("--source", help="the tool the export comes from, where its headers do not tell")
        added.add_argument("--mapping", metavar="FILE", help="a TOML file that says where each column is found")
        added.add_argument("--zone", help="zone of times that state none; also the reporting zone (default UTC)")
        added.add_argument("--date-order", action="append", default=[], metavar="COLUMN=dmy|mdy", help="answers an undecidable date column")
        return added

    read = reading("read", _read, "Say what was understood of the files.")
    read.add_argument("--format", choices=["json"], default="json", help="how it is written")
    compute = reading("compute", _compute, "Measure metrics.")
    compute.add_argument(
        "--metric", nargs="+", action="extend", default=[], metavar="ID", help="which metrics (default: all the data allow)"
    )
    compute.add_argument(
        "--by", default="all", metavar="all|day|week|month|quarter|year", help="one number a period; weeks begin on Monday"
    )
    compute.add_argument("--split", nargs="+", action="extend", default=[], metavar="COLUMN", help="one number a group")
    compute.add_argument(
        "--where", nargs="+", action="extend", default=[], metavar="COLUMN=VALUE",
        help="only such rows; values of one column add up, columns narrow down; (none) is unknown",
    )  # fmt: skip
    compute.add_argument("--from", dest="start", metavar="DATE", help="first local date, included")
    compute.add_argument("--to", dest="end", metavar="DATE", help="last local date, included")
    _standing(compute)
    compute.add_argument("--clock", default="calendar", metavar="calendar|business", help="durations in all hours, or in working hours")
    compute.add_argument("--statistic", metavar="median|mean|p75|p90|p95", help="of durations (default: each metric's own)")
    compute.add_argument("--compare", metavar="previous|last_year", help="beside the period before, or the same one a year ago")
    compute.add_argument(
        "--param",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME=VALUE",
        help="a threshold or variant (docs/metrics.md, what can be set)",
    )
    compute.add_argument(
        "--format", choices=["json", "csv", "table"], default="json", help="how it is written; table is one sentence a number"
    )
    tickets = reading("tickets", _tickets, "Write one row per ticket with every computed column.")
    tickets.add_argument("-o", "--output", required=True, metavar="FILE.csv|parquet", help="where to; its ending decides the format")
    _standing(tickets)
    hours = command("hours", _hours, "Business seconds between two instants, or the instant a number of business seconds is over.")
    hours.add_argument("--calendar", required=True, metavar="FILE", help="working hours, a TOML file (docs/calendar.md)")
    hours.add_argument("--schedule", metavar="NAME", help="one of its schedules (default: the calendar's default)")
    hours.add_argument("--input", required=True, metavar="pairs.csv", help="columns start and end, or start and seconds")
    hours.add_argument("-o", "--output", metavar="FILE.csv", help="default: stdout")
    metrics = command("metrics", _metrics, "List every metric.")
    metrics.add_argument("--format", choices=["json", "table"], default="json", help="how they are written")
    sample = command("sample", _sample, "Write the sample company.")
    sample.add_argument("--tickets", type=int, default=20_000, metavar="N", help="how many tickets")
    sample.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, another company")
    sample.add_argument("--null", action="store_true", help="the same company without any planted effect")
    sample.add_argument("--format", choices=["csv", "parquet"], default="csv", help="of the tables")
    sample.add_argument("-o", "--output", default="sample", metavar="FOLDER", help="where to")
    serve = command("serve", _serve, "Start the app on this machine.")
    serve.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8501")), help="default: PORT of the environment, else 8501")
    return whole


def _standing(command: argparse.ArgumentParser) -> None:
    command.add_argument("--as-of", metavar="INSTANT", help="the instant one stands at (default: the newest in the data)")
    command.add_argument("--calendar", metavar="FILE", help="working hours, a TOML file (docs/calendar.md)")


def _dataset(options: argparse.Namespace) -> Any:
    from kpi.cells import ORDERS  # noqa: PLC0415  reading loads the database; --help must not wait for it
    from kpi.read import read  # noqa: PLC0415
    from kpi.scope import pairs_of  # noqa: PLC0415

    orders = {column: given[-1] for column, given in pairs_of(options.date_order, "--date-order").items()}
    for order in orders.values():
        if order not in ORDERS:
            raise BadValue(f"--date-order cannot be {order!r}.", f"It may be {' or '.join(ORDERS)}.")
    return read(
        *options.files,
        source=options.source,
        mapping=options.mapping,
        zone=options.zone,
        date_orders=orders or None,
        progress=_progress if sys.stderr.isatty() else None,
    )


def _give_files_back(options: argparse.Namespace) -> None:
    """`kpi compute --metric csat tickets.csv`: the list has taken the file, and gives it back."""
    for values in (options.metric, options.split, options.where, options.param):
        taken = [v for v in values if Path(v).suffix and Path(v).is_file()]
        options.files += taken
        values[:] = [v for v in values if v not in taken]


def _progress(what: str, share: float) -> None:
    print(f"{CLEAR}{_one_line(what)} {share:.0%}", end="\n" if share >= 1 else "", file=sys.stderr, flush=True)


def _write_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def _read(options: argparse.Namespace) -> None:
    from kpi.read import described  # noqa: PLC0415

    _write_json(described(_dataset(options)))


def _compute(options: argparse.Namespace) -> None:
    from kpi.catalogue import find  # noqa: PLC0415
    from kpi.export import result_csv  # noqa: PLC0415
    from kpi.measure import measure  # noqa: PLC0415
    from kpi.scope import Scope, pairs_of  # noqa: PLC0415

    _give_files_back(options)
    for name in options.metric:  # what is wrong with the wish is said before a large file is read
        find(name)
    scope = Scope(
        by=options.by,
        split=options.split,
        where=pairs_of(options.where, "--where"),
        start=options.start,
        end=options.end,
        zone=options.zone or "UTC",
        calendar=options.calendar,
        clock=options.clock,
        statistic=options.statistic,
        as_of=options.as_of,
        compare=options.compare,
        params={name: values[-1] for name, values in pairs_of(options.param, "--param").items()},
    )
    data = _dataset(options)
    result = measure(options.metric, scope, data)
    if options.format == "csv":
        print(result_csv(result), end="")
    elif options.format == "table":
        print(result.text)
    else:
        about = {
            "files": [f.file for f in data.report.files],
            "fingerprint": data.fingerprint,
            "rows": {name: count for name, count in data.rows.items() if count},
            "first": data.first.isoformat() + "Z",
            "newest": data.newest.isoformat() + "Z",
            "doubts": list(data.report.doubts),
        }
        _write_json({"dataset": about, "scope": {**scope.to_query(), "as_of": result.as_of.isoformat() + "Z"}, "results": result.records()})


def _tickets(options: argparse.Namespace) -> None:
    from kpi import export  # noqa: PLC0415
    from kpi.scope import Scope  # noqa: PLC0415

    scope = Scope(zone=options.zone or "UTC", as_of=options.as_of, calendar=options.calendar)
    _spare_the_input(options.output, options.files)
    export.check_target(options.output)
    count = export.tickets(_dataset(options), options.output, scope)
    print(f"{count:,} tickets written to {Path(options.output).name}.", file=sys.stderr)


def _hours(options: argparse.Namespace) -> None:
    from kpi.hours import read_calendar  # noqa: PLC0415

    calendar = read_calendar(options.calendar)
    source = Path(options.input)
    _spare_the_input(options.output, [options.input])
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


def _spare_the_input(output: str | None, inputs: Sequence[str]) -> None:
    """What is read is never written over."""
    for name in inputs if output and Path(output).exists() else ():
        if Path(name).exists() and Path(name).samefile(output or ""):
            raise BadValue(f"{Path(name).name} is what is being read.", "Write to another file.")


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


def _metrics(options: argparse.Namespace) -> None:
    from kpi.catalogue import CATALOGUE  # noqa: PLC0415
    from kpi.metric import described  # noqa: PLC0415

    if options.format == "table":
        for metric in CATALOGUE.values():
            print(f"{metric.name:28} {metric.label:32} {metric.unit:9} {metric.better:8} {metric.about}")
    else:
        _write_json([described(m) for m in CATALOGUE.values()])


def _sample(options: argparse.Namespace) -> None:
    from kpi import sample  # noqa: PLC0415

    if not 1 <= options.tickets <= 10_000_000:
        raise BadValue(f"--tickets cannot be {options.tickets}.", "It may be between 1 and 10,000,000.")
    sample.write(
        Path(options.output),
        tickets=options.tickets,
        seed=options.seed,
        null=options.null,
        format=options.format,
        progress=(lambda done, total: _progress("Made", done / total)) if sys.stderr.isatty() else None,
    )
    print(f"{options.tickets:,} tickets of the sample company written to {options.output}.", file=sys.stderr)


def _serve(options: argparse.Namespace) -> None:
    """Hands over to Streamlit's own command in this interpreter, so that its flags, settings and environment all count."""
    os.execv(  # noqa: S606  our own interpreter with our own arguments
        sys.executable,
        [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            str(home.main_script()),
            f"--server.port={options.port}",
        ],
    )
