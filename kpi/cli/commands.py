"""The commands that read, measure, list, write and serve. Each takes its parsed options."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from kpi import home
from kpi.cli.scoped import scope_of
from kpi.cli.shared import about, dataset, give_files_back, progress, spare_the_input, write_json
from kpi.errors import BadValue


def read(options: argparse.Namespace) -> None:
    from kpi.read import described  # noqa: PLC0415

    write_json(described(dataset(options)))


def compute(options: argparse.Namespace) -> None:
    from kpi.catalogue import find  # noqa: PLC0415
    from kpi.export import result_csv  # noqa: PLC0415
    from kpi.measure import measure  # noqa: PLC0415

    give_files_back(options, "metric", "split", "where", "param")
    for name in options.metric:  # what is wrong with the wish is said before a large file is read
        find(name)
    scope = scope_of(options).but(by=options.by, split=tuple(options.split), compare=options.compare)
    data = dataset(options)
    result = measure(options.metric, scope, data)
    if options.format == "csv":
        print(result_csv(result), end="")
    elif options.format == "table":
        print(result.text)
    else:
        write_json(
            {"dataset": about(data), "scope": {**scope.to_query(), "as_of": result.as_of.isoformat() + "Z"}, "results": result.records()}
        )


def tickets(options: argparse.Namespace) -> None:
    from kpi import export  # noqa: PLC0415
    from kpi.scope import Scope  # noqa: PLC0415

    scope = Scope(zone=options.zone or "UTC", as_of=options.as_of, calendar=options.calendar)
    spare_the_input(options.output, options.files)
    export.check_target(options.output)
    count = export.tickets(dataset(options), options.output, scope)
    print(f"{count:,} tickets written to {Path(options.output).name}.", file=sys.stderr)


def metrics(options: argparse.Namespace) -> None:
    from kpi.catalogue import CATALOGUE  # noqa: PLC0415
    from kpi.metric import described  # noqa: PLC0415

    if options.format == "table":
        for metric in CATALOGUE.values():
            print(f"{metric.name:28} {metric.label:32} {metric.unit:9} {metric.better:8} {metric.about}")
    else:
        write_json([described(m) for m in CATALOGUE.values()])


def sample(options: argparse.Namespace) -> None:
    from kpi import sample  # noqa: PLC0415

    if not 1 <= options.tickets <= 10_000_000:
        raise BadValue(f"--tickets cannot be {options.tickets}.", "It may be between 1 and 10,000,000.")
    sample.write(
        Path(options.output),
        tickets=options.tickets,
        seed=options.seed,
        null=options.null,
        format=options.format,
        progress=(lambda done, total: progress("Made", done / total)) if sys.stderr.isatty() else None,
    )
    print(f"{options.tickets:,} tickets of the sample company written to {options.output}.", file=sys.stderr)


def serve(options: argparse.Namespace) -> None:
    """Hands over to Streamlit's own command in this interpreter, so that its flags, settings and environment all count."""
    if options.open:
        os.environ["KPI_OPEN"] = "1"
    os.execv(  # noqa: S606  our own interpreter with our own arguments
        sys.executable,
        [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            str(home.main_script()),
            f"--server.port={options.port}",
            f"--server.address={options.address}",
        ],
    )
