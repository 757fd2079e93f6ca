"""Parquet -> a raw table. Its types become text: instants in ISO form, those with a zone as UTC with "Z"."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import types

from kpi.errors import UnreadableFile
from kpi.files import limits
from kpi.files.loader import Loader
from kpi.files.table import RawTable, shown
from kpi.files.workbook import plain_text

_NUMBER = (  # as number_text: through its own shortest text, because the exact value of a large one has digits nobody wrote
    "CASE WHEN isnan({c}) THEN NULL WHEN abs({c}) < 1e21 AND {c} = trunc({c}) "
    "THEN {c}::VARCHAR::DECIMAL(38, 0)::VARCHAR ELSE {c}::VARCHAR END"
)
_INSTANT = (
    "CASE WHEN microsecond({c}::TIMESTAMP) % 1000000 = 0 THEN strftime({c}::TIMESTAMP, '%Y-%m-%d %H:%M:%S') "
    "ELSE strftime({c}::TIMESTAMP, '%Y-%m-%d %H:%M:%S.%f') END"
)
_AS_DUCKDB_WRITES = (
    types.is_boolean,
    types.is_integer,
    types.is_decimal,
    types.is_date,
    types.is_string,
    types.is_large_string,
    types.is_null,
)


def read_parquet(con: duckdb.DuckDBPyConnection, path: Path, file: str, tick: Callable[[float], None], most: int | None = None) -> RawTable:
    """Batch by batch (only the first ones where `most` rows are enough); nested fields become dotted paths, lists JSON text."""
    try:
        with pq.ParquetFile(path) as source:
            rows = source.metadata.num_rows
            if rows > limits.MAX_ROWS:
                raise UnreadableFile(
                    f"“{file}” holds {rows:,} rows; {limits.MAX_ROWS:,} is the most we read.", "Export a shorter span of time."
                )
            schema = _flat(source.schema_arrow.empty_table()).schema
            loader = Loader(con, file, "parquet", len(schema))
            try:
                done = 0
                for batch in source.iter_batches(batch_size=max(1, limits.BATCH_CELLS // max(len(schema), 1))):
                    _insert(loader, _flat(pa.Table.from_batches([batch])), done)
                    done += batch.num_rows
                    tick(done / rows)
                    if most is not None and done >= most:
                        break
                return loader.finish(schema.names, (), [_cell_type(t) for t in schema.types])
            except BaseException:
                loader.drop()
                raise
    except (pa.ArrowException, duckdb.Error, OSError) as error:
        raise UnreadableFile(f"“{file}” is a damaged Parquet file ({shown(str(error))}).", "Write it again.") from None


def _flat(table: Any) -> Any:
    for _ in range(limits.MAX_JSON_DEPTH):
        if not any(types.is_struct(t) for t in table.schema.types):
            break
        table = table.flatten()
    return table


def _insert(loader: Loader, table: Any, before: int) -> None:
    columns, selected = [], []
    for i, column in enumerate(table.columns):
        prepared, sql = _prepared(column)
        columns.append(prepared)
        selected.append(f"nullif({sql.format(c=f'c{i}')}, '') AS c{i}")
    numbers = pa.array(range(before + 1, before + table.num_rows + 1), pa.int64())
    names = [*(f"c{i}" for i in range(len(columns))), "_row"]
    loader.insert(pa.table([*columns, numbers], names=names), ", ".join([*selected, "_row"]))


def _prepared(column: Any) -> tuple[Any, str]:
    """The column as DuckDB is to see it, and the SQL of its text ({c} is the column)."""
    kind = column.type
    if types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if types.is_timestamp(kind):
        if kind.tz is not None:
            return column.cast(pa.timestamp("us", "UTC"), safe=False).cast(pa.timestamp("us")), f"({_INSTANT}) || 'Z'"
        return column.cast(pa.timestamp("us"), safe=False), _INSTANT
    if types.is_floating(kind):
        return column.cast(pa.float64()) if types.is_float16(kind) else column, _NUMBER
    if any(is_kind(kind) for is_kind in _AS_DUCKDB_WRITES):
        return column.cast(pa.string()) if types.is_null(kind) else column, "{c}::VARCHAR"
    return pa.array([_text(v) for v in column.to_pylist()], pa.string()), "{c}"


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").replace("\x00", "")
    if isinstance(value, (list, dict, tuple)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=plain_text)
    return plain_text(value)


def _cell_type(kind: Any) -> str:
    if types.is_dictionary(kind):
        kind = kind.value_type
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return "number"
    return "instant" if types.is_timestamp(kind) or types.is_date(kind) else "text"
