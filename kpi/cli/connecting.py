"""`kpi connect`: what a declared connection holds, and its tables as files."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from kpi.cli.shared import progress, write_json
from kpi.errors import BadValue


def connecting(command: argparse.ArgumentParser) -> None:
    command.add_argument("connection", metavar="FILE.toml", help="the connection, as docs/connect.md declares it")
    command.add_argument("-o", "--output", metavar="FOLDER", help="copy its tables there, as Parquet")


def connect(options: argparse.Namespace) -> None:
    from kpi.connect import look, pull, read_declaration  # noqa: PLC0415

    found = read_declaration(Path(options.connection))
    if options.output is None:
        tables = [{"table": one.table, "columns": one.columns, "source": one.source, "lacks": one.lacks} for one in look(found)]
        write_json({"connection": found.label, "kind": found.kind, "tables": tables})
        return
    folder = Path(options.output)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadValue(f"{folder.name!r} is not an empty folder.", "Name another: nothing is written over.")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="half-") as half:
        pulled = pull(found, Path(half), progress if sys.stderr.isatty() else None)
        for name, path in pulled.files.items():
            if path.parent == Path(half):
                path.rename(folder / f"{name.rpartition(' › ')[2]}.parquet")
    print(f"{len(pulled.files)} tables of {found.label} copied to {folder}.", file=sys.stderr)
