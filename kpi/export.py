"""Results and tickets as files: CSV that is safe in a spreadsheet, and Parquet. Written by the engine, row by row, never held in memory."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from kpi.engine import Dataset, quoted
from kpi.errors import BadValue
from kpi.explain.listing import Listing
from kpi.measure.result import Result
from kpi.scope import Scope
from kpi.tables import ROW_EXPORT

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A text beginning with one of these would run as a formula when a spreadsheet opens the file; it gets an apostrophe in front."""


def safe(text: str) -> str:
    """The text as a spreadsheet may show it without running it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _safe_sql(column: str) -> str:
    return f"CASE WHEN regexp_matches({column}, '^[=+\\-@\\t\\r\\n]') THEN '''' || {column} ELSE {column} END"


def _csv_cell(name: str, kind: str) -> str:
    column, header = quoted(name), quoted(safe(name))
    if kind.startswith("TIMESTAMP"):
        return f"replace(strftime({column}, '%Y-%m-%dT%H:%M:%S.%fZ'), '.000000Z', 'Z') AS {header}"
    if kind.endswith("[]"):
        joined = f"array_to_string({column}, ';')"
        return f"{_safe_sql(joined)} AS {header}"
    if kind == "VARCHAR":
        return f"{_safe_sql(column)} AS {header}"
    return column


def check_target(path: str | Path) -> Path:
    """A file tickets can be written to; BadValue for an ending we do not write, a folder, or a folder that is not there."""
    target = Path(path)
    if target.suffix.lower() not in (".csv", ".parquet"):
        raise BadValue(f"{target.name} has no known ending.", "Write to a .csv or .parquet file.")
    if target.is_dir():
        raise BadValue(f"{target.name} is a folder.", "Name a file in it.")
    if not target.parent.is_dir():
        raise BadValue(f"There is no folder {target.parent.name!r} to write {target.name} into.", "Make it first.")
    return target


def tickets(data: Dataset, path: str | Path, scope: Scope | None = None) -> int:
    """Write one row per ticket with every canonical and computed column (`kpi.tables.ROW_EXPORT`), then the export's own columns.

    The ending of `path` decides: .csv or .parquet. Durations are seconds, times UTC, empty is unknown, lists are joined by ";". Excluded tickets
    (deleted, spam, merged) are in the file: their status says so. Returns the number of rows.
    """
    target = check_target(path)
    scope = scope or Scope()
    schema = data.stand(scope.as_of, scope.calendar)
    kinds = {str(row["column_name"]): str(row["column_type"]) for row in data.query("DESCRIBE tickets", schema).to_dict("records")}
    names = [*ROW_EXPORT, *data.extras]
    is_csv = target.suffix.lower() == ".csv"
    cells = ", ".join(_csv_cell(n, kinds[n]) if is_csv else quoted(n) for n in names)
    options = "FORMAT csv, HEADER" if is_csv else "FORMAT parquet, COMPRESSION zstd"
    return data.write(f"SELECT {cells} FROM tickets ORDER BY created_at, ticket_id", schema, target, options)


def listed(data: Dataset, rows: Listing, path: str | Path) -> int:
    """Write a list of rows, all of it and in its order, as `tickets` does. Returns the number of rows."""
    target = check_target(path)
    is_csv = target.suffix.lower() == ".csv"
    cells = ", ".join(_csv_cell(name, kind) if is_csv else quoted(name) for name, kind in rows.columns.items())
    options = "FORMAT csv, HEADER" if is_csv else "FORMAT parquet, COMPRESSION zstd"
    # Ordered inside: outside, a cell that was made safe would sort by its apostrophe.
    return data.write(f"SELECT {cells} FROM ({rows.ordered})", rows.schema, target, options)


def result_csv(result: Result) -> str:
    """The tidy rows of a result; unknown is empty, notes are joined by "; "."""
    records = result.records()
    split = list(result.scope.split)
    rest = [c for c in (records[0] if records else {}) if c not in ("metric", "period", "group", "notes")]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["metric", "period", *(safe(c) for c in split), *rest, "notes"])
    for row in records:
        cells: list[Any] = [row["metric"], row["period"], *(safe(str(row["group"][c])) for c in split)]
        cells += ["" if row[c] is None else safe(row[c]) if isinstance(row[c], str) else row[c] for c in rest]
        writer.writerow([*cells, safe("; ".join(row["notes"]))])
    return buffer.getvalue()
