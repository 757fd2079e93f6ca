"""Parquet. Oracle: pandas and pyarrow wrote the cells, so we know each."""

from __future__ import annotations

import datetime as dt
import decimal
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kpi.errors import UnreadableFile
from kpi.files import limits
from kpi.files.workbook import number_text
from tests.files.reading import read_bytes


def stored(**columns: pa.Array) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("array", "texts", "kind"),
    [
        (pa.array([1, None, -5]), ["1", None, "-5"], "number"),
        (pa.array([2**63], pa.uint64()), ["9223372036854775808"], "number"),
        (pa.array([1.0, 0.5, None, float("nan"), 1e300]), ["1", "0.5", None, None, "1e+300"], "number"),
        (pa.array([decimal.Decimal("1.50")]), ["1.50"], "number"),
        (pa.array([True, None]), ["true", None], "text"),
        (pa.array(["a", "", None]), ["a", None, None], "text"),
        (pa.array(["u", "v", "u"]).dictionary_encode(), ["u", "v", "u"], "text"),
        (pa.array([dt.datetime(2024, 1, 2, 3, 4, 5, 600_000), dt.datetime(2024, 1, 2)]), ["2024-01-02 03:04:05.600000", "2024-01-02 00:00:00"], "instant"),
        (pa.array([1_704_164_645_000_000_001], pa.timestamp("ns")), ["2024-01-02 03:04:05"], "instant"),
        (pa.array([dt.datetime(2024, 7, 2, 3, 4, 5)], pa.timestamp("ms", "UTC")), ["2024-07-02 03:04:05Z"], "instant"),
        (pa.array(pd.to_datetime(["2024-07-02 03:04:05"]).tz_localize("America/New_York")), ["2024-07-02 07:04:05Z"], "instant"),
        (pa.array([dt.date(2024, 1, 2)]), ["2024-01-02"], "instant"),
        (pa.array([dt.time(9, 12, 58)]), ["09:12:58"], "text"),
        (pa.array([dt.timedelta(hours=135, minutes=2, seconds=11)]), ["135:02:11"], "text"),
        (pa.array([["a", "b"], [], None]), ['["a","b"]', "[]", None], "text"),
        (pa.array([[dt.datetime(2024, 1, 2)]]), ['["2024-01-02 00:00:00"]'], "text"),
        (pa.array([b"abc", None]), ["abc", None], "text"),
        (pa.nulls(2), [None, None], "text"),
    ],
)  # fmt: skip
def test_cells_become_text(tmp_path: Path, array: pa.Array, texts: list[str | None], kind: str) -> None:
    read = read_bytes(tmp_path, stored(id=pa.array([str(i) for i in range(len(array))]), value=array))
    assert read.cells == [(str(i), text) for i, text in enumerate(texts)]
    assert read.raw.cell_types == ("text", kind)
    assert (read.raw.format, read.raw.rejected) == ("parquet", 0)


def test_numbers_as_in_spreadsheets(tmp_path: Path) -> None:
    """One number, one text, whatever the format."""
    rng = np.random.default_rng(3)
    values = np.concatenate(
        [rng.normal(size=500) * 10.0 ** rng.integers(-12, 25, size=500), [0.0, -0.0, 1e15, 1e20, 1e21, 570306123456789000.0]]
    )
    read = read_bytes(tmp_path, stored(id=pa.array(range(len(values))), value=pa.array(values)))
    assert [text for _, text in read.cells] == [number_text(float(value)) for value in values]


def test_nested_fields_become_paths(tmp_path: Path) -> None:
    read = read_bytes(tmp_path, stored(id=pa.array([1, 2]), via=pa.array([{"channel": "email", "source": {"n": 1.0}}, None])))
    assert read.headers == ["id", "via.channel", "via.source.n"]
    assert read.cells == [("1", "email", "1"), ("2", None, None)]


def test_batches_keep_order_and_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BATCH_CELLS", 10)
    read = read_bytes(tmp_path, stored(id=pa.array(range(103)), a=pa.array(["x"] * 103)))
    assert read.rows == {i + 1: (str(i), "x") for i in range(103)}


def test_a_frame_of_pandas_with_repeated_names_and_no_rows(tmp_path: Path) -> None:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array(["x"])], names=["a", "a"]), out)
    read = read_bytes(tmp_path, out.getvalue())
    assert (read.headers, read.cells) == (["a", "a"], [("1", "x")])
    out = io.BytesIO()
    pd.DataFrame({"id": [], "a": []}).to_parquet(out)
    read = read_bytes(tmp_path, out.getvalue())
    assert (read.headers, read.raw.rows) == (["id", "a"], 0)


def test_damage_and_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = stored(id=pa.array(range(100)))
    for bad in (content[:40], content[:-8], b"PAR1" + bytes(50)):
        with pytest.raises(UnreadableFile, match=r"“a\.parquet” is a damaged Parquet file"):
            read_bytes(tmp_path, bad, "a.parquet")
    monkeypatch.setattr(limits, "MAX_ROWS", 99)
    with pytest.raises(UnreadableFile, match="100 rows"):
        read_bytes(tmp_path, content)
