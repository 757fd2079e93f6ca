"""The `kpi` command: the same functions as the screens and Python. JSON on stdout, sentences on stderr; exit 0 done, 2 bad input."""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from kpi import home
from kpi.errors import BadValue, KpiError


class Parser(argparse.ArgumentParser):
    """argparse that speaks one sentence."""

    def error(self, message: str) -> NoReturn:
        raise BadValue(f"{message[:1].upper()}{message[1:]}.", f"`{self.prog} --help` shows what it takes.")


def entry() -> None:
    """The console script."""
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run one command; the only place where an exception becomes words and an exit code."""
    try:
        options = _parser().parse_args(arguments)
        options.run(options)
        sys.stdout.flush()
    except KpiError as error:
        print(str(error), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except MemoryError:
        print("There is not enough memory for this file. Split it by date and read the parts one after the other.", file=sys.stderr)
        return 2
    except Exception as error:
        if os.environ.get("KPI_DEBUG"):
            raise
        print(f"Something unexpected happened ({type(error).__name__}). Set KPI_DEBUG=1 to see where, and tell us.", file=sys.stderr)
        return 1
    return 0


def _parser() -> Parser:
    parser = Parser(prog="kpi", description="Every support KPI from the export of any help desk, with its uncertainty.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=Parser)

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
    read.add_argument("--format", choices=["json"], default="json")
    compute = reading("compute", _compute, "Measure metrics.")
    compute.add_argument("--metric", nargs="+", action="extend", default=[], metavar="ID")
    compute.add_argument("--by", default="all", metavar="all|day|week|month|quarter|year")
    compute.add_argument("--split", nargs="+", action="extend", default=[], metavar="COLUMN")
    compute.add_argument("--where", nargs="+", action="extend", default=[], metavar="COLUMN=VALUE")
    compute.add_argument("--from", dest="start", metavar="DATE", help="first local date, included")
    compute.add_argument("--to", dest="end", metavar="DATE", help="last local date, included")
    _standing(compute)
    compute.add_argument("--clock", default="calendar", metavar="calendar|business")
    compute.add_argument("--statistic", metavar="median|mean|p75|p90|p95")
    compute.add_argument("--compare", metavar="previous|last_year")
    compute.add_argument("--param", nargs="+", action="extend", default=[], metavar="NAME=VALUE")
    compute.add_argument("--format", choices=["json", "csv", "table"], default="json")
    tickets = reading("tickets", _tickets, "Write one row per ticket with every computed column.")
    tickets.add_argument("-o", "--output", required=True, metavar="FILE.csv|parquet")
    _standing(tickets)
    hours = command("hours", _hours, "Business seconds between two instants, or the instant a number of business seconds is over.")
    hours.add_argument("--calendar", required=True, metavar="FILE")
    hours.add_argument("--schedule", metavar="NAME")
    hours.add_argument("--input", required=True, metavar="pairs.csv", help="columns start and end, or start and seconds")
    hours.add_argument("-o", "--output", metavar="FILE.csv", help="default: stdout")
    metrics = command("metrics", _metrics, "List every metric.")
    metrics.add_argument("--format", choices=["json", "table"], default="json")
    sample = command("sample", _sample, "Write the sample company.")
    sample.add_argument("--tickets", type=int, default=20_000, metavar="N")
    sample.add_argument("--seed", type=int, default=1, metavar="S")
    sample.add_argument("--null", action="store_true", help="the same company without any planted effect")
    sample.add_argument("--format", choices=["csv", "parquet"], default="csv")
    sample.add_argument("-o", "--output", default="sample", metavar="FOLDER")
    serve = command("serve", _serve, "Start the app on this machine.")
    serve.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8501")))
    return parser


def _standing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as-of", metavar="INSTANT", help="the instant one stands at (default: the newest in the data)")
    parser.add_argument("--calendar", metavar="FILE", help="working hours")


def _dataset(options: argparse.Namespace) -> Any:
    from kpi.read import read  # noqa: PLC0415  reading loads the database; --help must not wait for it
    from kpi.scope import pairs_of  # noqa: PLC0415

    lists = [getattr(options, name) for name in ("metric", "split", "where", "param") if hasattr(options, name)]
    for values in lists if not options.files else ():  # "kpi compute --metric csat tickets.csv": the list took the file
        options.files += [v for v in values if Path(v).is_file()]
        values[:] = [v for v in values if not Path(v).is_file()]
    return read(
        *options.files,
        source=options.source,
        mapping=options.mapping,
        zone=options.zone,
        date_orders={column: orders[-1] for column, orders in pairs_of(options.date_order, "--date-order").items()} or None,
        progress=_progress if sys.stderr.isatty() else None,
    )


def _progress(what: str, share: float) -> None:
    print(f"\r\x1b[K{what} {share:.0%}", end="\n" if share >= 1 else "", file=sys.stderr, flush=True)


def _write_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def _read(options: argparse.Namespace) -> None:
    from kpi.read import described  # noqa: PLC0415

    _write_json(described(_dataset(options)))


def _compute(options: argparse.Namespace) -> None:
    from kpi.export import result_csv  # noqa: PLC0415
    from kpi.measure import measure  # noqa: PLC0415
    from kpi.scope import Scope, pairs_of  # noqa: PLC0415

    data = _dataset(options)
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

    count = export.tickets(_dataset(options), options.output, Scope(as_of=options.as_of, calendar=options.calendar))
    print(f"{count:,} tickets written to {Path(options.output).name}.", file=sys.stderr)


def _hours(options: argparse.Namespace) -> None:
    from kpi.hours import read_calendar  # noqa: PLC0415

    calendar = read_calendar(options.calendar)
    source = Path(options.input)
    if not source.is_file():
        raise BadValue(f"There is no file {source.name!r}.", "Check the path.")
    with source.open(newline="", encoding="utf-8-sig") as handle:
        rows = list(csv.DictReader(handle))
    names = set(rows[0]) if rows else {"start", "end"}
    if "start" not in names or not names & {"end", "seconds"}:
        raise BadValue(
            f"{source.name} needs the columns start and end, or start and seconds.", "Times are ISO 8601; without a zone they are UTC."
        )
    starts = np.array([_instant(r["start"], i, source.name) for i, r in enumerate(rows, 2)], dtype="datetime64[us]")
    schedules = None if options.schedule is None else np.array([options.schedule] * len(rows), dtype=object)
    made = "business_seconds" if "end" in names else "due_at"
    if "end" in names:
        ends = np.array([_instant(r["end"], i, source.name) for i, r in enumerate(rows, 2)], dtype="datetime64[us]")
        values = ["" if np.isnan(v) else f"{v:.6f}".rstrip("0").rstrip(".") for v in calendar.seconds_between(starts, ends, schedules)]
    else:
        wanted = np.array([_number(r["seconds"], i, source.name) for i, r in enumerate(rows, 2)])
        values = ["" if np.isnat(v) else f"{v}Z".replace(".000000Z", "Z") for v in calendar.due_at(starts, wanted, schedules)]
    with contextlib.ExitStack() as stack:
        out = stack.enter_context(Path(options.output).open("w", newline="", encoding="utf-8")) if options.output else sys.stdout
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*(rows[0] if rows else ["start", "end"]), made])
        writer.writerows([*row.values(), value] for row, value in zip(rows, values, strict=True))


def _instant(text: str | None, line: int, name: str) -> np.datetime64:
    import datetime as dt  # noqa: PLC0415

    if not (text or "").strip():
        return np.datetime64("NaT")
    try:
        moment = dt.datetime.fromisoformat(str(text).strip())
    except ValueError:
        raise BadValue(f"{name}, line {line}: {text!r} is no time.", "Write it as 2024-03-31T17:00:00Z.") from None
    return np.datetime64(moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment, "us")


def _number(text: str | None, line: int, name: str) -> float:
    try:
        return float(text) if text else float("nan")
    except ValueError:
        raise BadValue(f"{name}, line {line}: {text!r} is no number of seconds.", "Write a plain number.") from None


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
        raise BadValue(f"--tickets cannot be {options.tickets}.", "It may be between 1 and 10000000.")
    sample.write(
        Path(options.output),
        tickets=options.tickets,
        seed=options.seed,
        null=options.null,
        format=options.format,
        progress=_progress if sys.stderr.isatty() else None,
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
