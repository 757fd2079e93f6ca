"""The same rows as CSV, spreadsheet, Parquet and JSON are the same dataset and give the same digits."""

from __future__ import annotations

import csv
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import kpi
from kpi.scope import Scope
from kpi.tables import TABLES
from tests.catalogue.conftest import WORKED

pytestmark = pytest.mark.slow

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def typed(text: str) -> Any:
    """A cell as a program that knows types would store it."""
    if INSTANT.fullmatch(text):
        return datetime.fromisoformat(text.removesuffix("Z"))
    if NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return {"": None, "true": True, "false": False}.get(text, text)


def rows_of(table: str) -> tuple[list[str], list[list[str]]]:
    with (WORKED / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return header, rows


def as_xlsx(table: str, path: Path) -> Path:
    header, rows = rows_of(table)
    book = openpyxl.Workbook()
    for row in (header, *([typed(cell) for cell in row] for row in rows)):
        book.active.append(row)
    book.save(path / f"{table}.xlsx")
    return path / f"{table}.xlsx"


def as_parquet(table: str, path: Path) -> Path:
    header, rows = rows_of(table)
    columns = {name: [typed(row[i]) for row in rows] for i, name in enumerate(header)}
    if "tags" in columns:
        columns["tags"] = [tags.split(";") if tags else None for tags in columns["tags"]]
    pq.write_table(pa.table(columns), path / f"{table}.parquet")
    return path / f"{table}.parquet"


def as_json(table: str, path: Path) -> Path:
    header, rows = rows_of(table)
    records = [{name: cell if INSTANT.fullmatch(cell) else typed(cell) for name, cell in zip(header, row, strict=True)} for row in rows]
    (path / f"{table}.json").write_text(json.dumps(records), encoding="utf-8")
    return path / f"{table}.json"


def as_semicolons(table: str, path: Path) -> Path:
    """As a German spreadsheet saves it: another separator, UTF-16, quotes."""
    header, rows = rows_of(table)
    with (path / f"{table}.csv").open("w", encoding="utf-16", newline="") as file:
        csv.writer(file, delimiter="\t", quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows([header, *rows])
    return path / f"{table}.csv"


@pytest.mark.slow
@pytest.mark.parametrize("write", [as_xlsx, as_parquet, as_json, as_semicolons])
def test_every_format_gives_the_same_digits(write, tmp_path: Path, worked: kpi.Dataset, working_hours: kpi.Calendar) -> None:
    data = kpi.read(*(write(table, tmp_path) for table in TABLES))
    assert data.rows == worked.rows
    assert data.fingerprint == worked.fingerprint
    for scope in (Scope(), Scope(by="month", clock="business", calendar=working_hours, statistic="mean")):
        one, other = (kpi.measure([], scope, d).frame for d in (data, worked))
        # The order in which an engine adds up is its own: beyond the twelfth digit a sum of fractions may differ.
        pd.testing.assert_frame_equal(one, other, rtol=1e-12)


def test_the_order_of_the_files_changes_nothing(worked: kpi.Dataset) -> None:
    data = kpi.read(*(WORKED / f"{table}.csv" for table in reversed(TABLES)))
    assert data.fingerprint == worked.fingerprint
