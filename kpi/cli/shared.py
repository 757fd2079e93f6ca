"""What the commands share: reading the files named, saying how far it is, writing JSON, and never writing over what is read."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kpi.errors import BadValue
from kpi.units import NBSP

CLEAR = "\r\x1b[K"
"""Back to the start of the terminal's line, which may show how far a reading had come."""


def dataset(options: argparse.Namespace, mappings: Mapping[str, str] | None = None) -> Any:
    """What is read of the files named; `mappings` are the texts of mappings by file name, for those that no option decides."""
    from kpi.cells import ORDERS  # noqa: PLC0415  reading loads the database; --help must not wait for it
    from kpi.connect import read  # noqa: PLC0415
    from kpi.engine import Seen  # noqa: PLC0415
    from kpi.scope import pairs_of  # noqa: PLC0415

    orders = {column: given[-1] for column, given in pairs_of(options.date_order, "--date-order").items()}
    for order in orders.values():
        if order not in ORDERS:
            raise BadValue(f"--date-order cannot be {order!r}.", f"It may be {' or '.join(ORDERS)}.")
    data = read(
        *options.files,
        source=options.source,
        mapping=options.mapping,
        mappings=None if options.mapping or options.source else mappings,
        zone=options.zone,
        date_orders=orders or None,
        progress=progress if sys.stderr.isatty() else None,
    )
    names = getattr(options, "names", None) or "shown"
    return data.as_seen(Seen(names=names, salt=os.environ.get("KPI_SALT", "")))


def about(data: Any) -> dict[str, Any]:
    """Which data an answer is of."""
    return {
        "files": [f.file for f in data.report.files],
        "fingerprint": data.fingerprint,
        "rows": {name: count for name, count in data.rows.items() if count},
        "first": data.first.isoformat() + "Z",
        "newest": data.newest.isoformat() + "Z",
        "doubts": list(data.report.doubts),
    }


def give_files_back(options: argparse.Namespace, *lists: str) -> None:
    """`kpi compute --metric csat tickets.csv`: the list has taken the file, and gives it back."""
    for name in lists:
        values = getattr(options, name)
        taken = [v for v in values if Path(v).suffix and Path(v).is_file()]
        options.files += taken
        values[:] = [v for v in values if v not in taken]


def text_of(path: Path, option: str, most: int = 2_000_000) -> str:
    """A small text file named by an option; BadValue where it is none."""
    if not path.is_file():
        raise BadValue(f"{path.name!r} is {'a folder' if path.is_dir() else 'not there'}.", f"Check the path of {option}.")
    with path.open("rb") as file:
        content = file.read(most)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadValue(f"{path.name} is not UTF-8 text.", "Save it as plain text in UTF-8.") from None


def progress(what: str, share: float) -> None:
    print(f"{CLEAR}{one_line(what)} {share:.0%}", end="\n" if share >= 1 else "", file=sys.stderr, flush=True)


def write_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def spare_the_input(output: str | None, inputs: Sequence[str]) -> None:
    """What is read is never written over."""
    for name in inputs if output and Path(output).exists() else ():
        if Path(name).exists() and Path(name).samefile(output or ""):
            raise BadValue(f"{Path(name).name} is what is being read.", "Write to another file.")


def one_line(text: str) -> str:
    """A sentence for a terminal: names from files may hold line breaks and escape codes."""
    return "".join(letter if letter.isprintable() or letter == NBSP else " " for letter in text)
