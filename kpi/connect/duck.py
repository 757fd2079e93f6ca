# SQL is put together from quoted identifiers and literals of our own.
"""A DuckDB file, opened only to be read and shut off from everything else; or the files of an object store, through DuckDB."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from kpi import engine
from kpi.cells import literal
from kpi.connect.declaration import Connection, place_of
from kpi.connect.problems import CannotConnect, lacks_table
from kpi.connect.tables import BATCH_ROWS, Tick, checked, write

_AS_THEY_ARE = {
    "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "FLOAT", "DOUBLE", "VARCHAR",
    "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "VARCHAR[]",
}  # fmt: skip
_MOMENTS = {"DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"}
_OF_PLAIN_NAMES = "theirs"
_SECRET = {
    "KEY_ID": "AWS_ACCESS_KEY_ID", "SECRET": "AWS_SECRET_ACCESS_KEY", "SESSION_TOKEN": "AWS_SESSION_TOKEN", "REGION": "AWS_REGION",
    "ENDPOINT": "AWS_ENDPOINT_URL",
}  # fmt: skip
"""What DuckDB calls the parts of a key, and the usual variables they are found in."""


@contextmanager
def opened(connection: Connection) -> Iterator[Duck]:
    """A DuckDB file. CannotConnect where it does not open."""
    path = Path(place_of(connection))
    if not path.is_file():
        raise CannotConnect(f"The DuckDB file of “{connection.label}” is not there.", "Correct its place in the declaration.")
    con = engine.connect()
    try:
        try:
            con.execute(f"ATTACH {literal(str(path))} AS {_OF_PLAIN_NAMES} (READ_ONLY)")
            con.execute("SET enable_external_access = false")  # a view in it cannot read other files
        except duckdb.Error as error:
            raise _in_words(error, connection.label) from None
        yield Duck(con, connection)
    finally:
        con.close()


@contextmanager
def store_opened(connection: Connection) -> Iterator[Store]:
    """An object store. CannotConnect where DuckDB's extension for it is not installed: nothing is fetched to make up for it."""
    con = engine.connect()
    try:
        try:
            con.execute("LOAD httpfs")
        except duckdb.Error:
            raise CannotConnect(
                f"“{connection.label}” lies in an object store, and DuckDB’s extension for that is not installed.",
                "Whoever runs this server installs it once, with: INSTALL httpfs.",
            ) from None
        try:
            con.execute(_secret())
        except duckdb.Error:
            raise CannotConnect(f"The keys of “{connection.label}” cannot be used.", "Check AWS_ACCESS_KEY_ID and its like.") from None
        yield Store(con, connection)
    finally:
        con.close()


def _secret() -> str:
    parts = {name: os.environ[variable] for name, variable in _SECRET.items() if os.environ.get(variable)}
    endpoint = parts.get("ENDPOINT", "")
    parts |= {"ENDPOINT": endpoint.partition("://")[2] or endpoint} if endpoint else {}
    said = "".join(f", {name} {literal(value)}" for name, value in parts.items())
    plain = ", USE_SSL false, URL_STYLE 'path'" if endpoint.startswith("http://") else ""
    return f"CREATE SECRET (TYPE s3{said}{plain})"


class Duck:
    """An opened DuckDB file (see `Place`)."""

    def __init__(self, con: Any, connection: Connection) -> None:
        self.con, self._label, self._schema = con, connection.label, connection.schema or "main"

    def tables(self) -> list[str]:
        rows = self._rows(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = $1 AND schema_name = $2 AND NOT internal UNION ALL "
            "SELECT view_name FROM duckdb_views() WHERE database_name = $1 AND schema_name = $2 AND NOT internal ORDER BY 1",
            [_OF_PLAIN_NAMES, self._schema],
        )
        return [name for (name,) in rows]

    def columns(self, table: str) -> list[str]:
        schema, _, name = table.rpartition(".")
        rows = self._rows(
            "SELECT column_name FROM duckdb_columns() WHERE database_name = $1 AND schema_name = $2 AND table_name = $3 ORDER BY column_index",
            [_OF_PLAIN_NAMES, schema or self._schema, name],
        )
        return [column for (column,) in rows]

    def copy(self, table: str, to: Path, tick: Tick) -> int:
        checked(self.columns(table), self._label, table)
        schema, _, name = table.rpartition(".")
        whole = f"{_OF_PLAIN_NAMES}.{engine.quoted(schema or self._schema)}.{engine.quoted(name)}"
        return copied(self.con, whole, to, self._label, table, tick)

    def _rows(self, query: str, values: list[Any]) -> list[Any]:
        try:
            return list(self.con.execute(query, values).fetchall())
        except duckdb.Error as error:
            raise _in_words(error, self._label) from None


class Store:
    """Files of an object store, each pattern of paths one table (see `Place`)."""

    def __init__(self, con: Any, connection: Connection) -> None:
        self.con, self._label, self._place = con, connection.label, place_of(connection)

    def tables(self) -> list[str]:
        return [self._place]

    def columns(self, table: str) -> list[str]:
        try:
            return [row[0] for row in self.con.execute(f"DESCRIBE SELECT * FROM {files(self._path(table))}").fetchall()]
        except duckdb.Error:
            return []

    def copy(self, table: str, to: Path, tick: Tick) -> int:
        checked(self.columns(table), self._label, table)
        return copied(self.con, files(self._path(table)), to, self._label, table, tick)

    def _path(self, table: str) -> str:
        return table if "://" in table else f"{self._place.rstrip('/')}/{table}"


def files(pattern: str) -> str:
    """SQL: the rows of the files a pattern means. Text files stay text: nothing is guessed."""
    text = literal(pattern)
    if pattern.lower().rstrip("*").removesuffix(".gz").endswith((".csv", ".tsv", ".txt")):
        return f"read_csv({text}, all_varchar = true, union_by_name = true)"
    return f"read_parquet({text}, union_by_name = true)"


def copied(con: Any, table_sql: str, to: Path, label: str, table: str, tick: Tick) -> int:
    """The rows of a table of DuckDB as a Parquet file."""
    try:
        described = con.execute(f"DESCRIBE SELECT * FROM {table_sql}").fetchall()
        if not described:
            raise lacks_table(label, table, [])
        asked = ", ".join(_column(row[0], row[1]) for row in described)
        [(expected,)] = con.execute(f"SELECT count(*) FROM {table_sql}").fetchall()
        reader = con.sql(f"SELECT {asked} FROM {table_sql}").to_arrow_reader(BATCH_ROWS)
        return write(to, reader.schema, reader, label, table, tick, int(expected))
    except (duckdb.Error, pa.ArrowException) as error:
        raise _in_words(error, label, table) from None


def _column(name: str, kind: str) -> str:
    """A column as Parquet can hold it: what it has no word for comes as text, and a time that never comes as nothing."""
    c = engine.quoted(name)
    if kind in _MOMENTS:
        return f"CASE WHEN isfinite({c}) THEN {c} END AS {c}"
    if kind in _AS_THEY_ARE or kind.startswith("DECIMAL"):
        return c
    if kind.startswith("TIMESTAMP"):  # other precisions
        return f"CASE WHEN isfinite({c}::TIMESTAMP) THEN {c}::TIMESTAMP END AS {c}"
    return f"to_json({c})::VARCHAR AS {c}" if kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION")) else f"{c}::VARCHAR AS {c}"


def _in_words(error: BaseException, label: str, table: str = "") -> CannotConnect:
    said = str(error)
    if isinstance(error, duckdb.PermissionException):
        return CannotConnect(
            f"“{table}” of “{label}” is a view that reads other files, and only the file itself is read.", "Make a table of it."
        )
    if isinstance(error, duckdb.IOException) and "lock" in said.lower():
        return CannotConnect(f"Another program is writing to the DuckDB file of “{label}”.", "Close it there, then try again.")
    if table:
        return CannotConnect(f"“{table}” of “{label}” cannot be read ({type(error).__name__}).", "Open it with DuckDB to see why.")
    return CannotConnect(
        f"The DuckDB file of “{label}” cannot be opened ({type(error).__name__}).",
        f"It may be no DuckDB file, or one of a newer version than {duckdb.__version__}.",
    )
