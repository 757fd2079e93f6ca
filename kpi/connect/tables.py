"""What every kind of place offers: its tables, the columns of each, and their rows as a Parquet file, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from kpi.connect.problems import CannotConnect
from kpi.files import limits

Tick = Callable[[float], None]
BATCH_ROWS = 5_000
"""Rows held at a time: messages may be long."""


class Place(Protocol):
    """An opened place. Names of tables are as a declaration writes them: "ticket", or "schema.ticket"."""

    def tables(self) -> list[str]:
        """The tables that may be read."""

    def columns(self, table: str) -> list[str]:
        """The columns of a table; none where it is not there or may not be read."""

    def copy(self, table: str, to: Path, tick: Tick) -> int:
        """Write the rows of a table to a Parquet file, and return how many. CannotConnect when that fails in the middle."""


def write(path: Path, schema: Any, batches: Iterator[Any], label: str, table: str, tick: Tick, expected: int) -> int:
    """Write batches of one schema. The file is gone again when anything fails."""
    rows = 0
    try:
        with pq.ParquetWriter(path, schema, compression="zstd") as out:
            for batch in batches:
                rows += batch.num_rows
                if rows > limits.MAX_ROWS:
                    raise CannotConnect(
                        f"The table “{table}” of “{label}” holds more than {limits.MAX_ROWS:,} rows.",
                        "Read a view of a shorter span of time.",
                    )
                out.write_table(pa.Table.from_batches([batch], schema) if isinstance(batch, pa.RecordBatch) else batch)
                tick(min(rows / max(expected, rows, 1), 0.99))
    except BaseException:
        with suppress(OSError):
            path.unlink(missing_ok=True)
        raise
    tick(1.0)
    return rows


def checked(columns: Sequence[str], label: str, table: str) -> None:
    """CannotConnect for a table too wide to be one of ours."""
    if len(columns) > limits.MAX_COLUMNS:
        raise CannotConnect(
            f"The table “{table}” of “{label}” has {len(columns):,} columns.", f"{limits.MAX_COLUMNS:,} is the most we read."
        )
