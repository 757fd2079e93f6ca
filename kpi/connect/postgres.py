# SQL is put together from quoted identifiers; values are bound.
"""PostgreSQL: all tables are read in one transaction, so that tickets and messages fit together, through cursors on the server.

Nothing the driver or the server says is passed on, since either may quote the address: every failure becomes a sentence of ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from kpi.connect.declaration import Connection, place_of
from kpi.connect.problems import CannotConnect
from kpi.connect.tables import BATCH_ROWS, Tick, checked, write

SECONDS = 10
"""So long a server may take to answer the first time."""
_ADDRESS = re.compile(r"postgres(?:ql)?(?:\+\w+)?://", re.I)
_MICROSECONDS = "CASE WHEN isfinite({c}) THEN round(extract(epoch FROM {c}) * 1000000)::bigint END"
_TYPES = {  # PostgreSQL's name -> what is asked of the server, and the type it is kept in; anything else comes as text
    "smallint": ("{c}", pa.int64()),
    "integer": ("{c}", pa.int64()),
    "bigint": ("{c}", pa.int64()),
    "real": ("{c}", pa.float64()),
    "double precision": ("{c}", pa.float64()),
    "boolean": ("{c}", pa.bool_()),
    "timestamp without time zone": (_MICROSECONDS, pa.timestamp("us")),
    "timestamp with time zone": (_MICROSECONDS, pa.timestamp("us", "UTC")),
    "date": ("CASE WHEN isfinite({c}) THEN {c} - DATE '1970-01-01' END", pa.date32()),
}
_SAID = {  # SQLSTATE -> what is wrong, what to do: https://www.postgresql.org/docs/current/errcodes-appendix.html
    "28P01": ("The user or the password of “{label}” is wrong.", "Correct its address where Deskmeter is started."),
    "28000": ("“{label}” does not let this user in.", "Ask its administrator to allow the user from this machine."),
    "3D000": ("“{label}” names a database that is not there.", "Correct the end of its address."),
    "42501": ("The user of “{label}” may not read {table}.", "Ask its administrator to GRANT SELECT on it."),
    "42P01": ("“{label}” has no table {table}.", "Correct its name in the declaration."),
    "53300": ("“{label}” takes no more connections now.", "Try again later."),
    "57P03": ("“{label}” is starting or shutting down.", "Try again in a minute."),
}


@contextmanager
def opened(connection: Connection) -> Iterator[Postgres]:
    """The database, in one transaction that only reads. CannotConnect, in a sentence, where it does not open."""
    try:
        import psycopg  # noqa: PLC0415  an extra: most go without
    except ImportError:
        raise CannotConnect("This install cannot speak to PostgreSQL.", "Install it with: pip install 'deskmeter[postgres]'.") from None
    address = place_of(connection)
    if not _ADDRESS.match(address):
        raise CannotConnect(
            f"The address of “{connection.label}” is none of PostgreSQL’s.", "Write postgresql://user:password@host/database."
        )
    problem: CannotConnect | None = None
    driver: Any = None
    try:
        driver = psycopg.connect(_ADDRESS.sub("postgresql://", address), connect_timeout=SECONDS, application_name="deskmeter")
    except (psycopg.Error, ValueError, OSError) as error:
        problem = _in_words(error, connection.label)
    if problem is not None:  # outside the handler, so that no log finds the driver's own words behind it
        raise problem
    try:
        driver.read_only = True
        driver.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        yield Postgres(driver, connection, psycopg.Error)
    finally:
        driver.close()


class Postgres:
    """An opened PostgreSQL database (see `Place`)."""

    def __init__(self, driver: Any, connection: Connection, error: type[Exception]) -> None:
        self._driver, self._label, self._schema, self._error = driver, connection.label, connection.schema or "public", error

    def tables(self) -> list[str]:
        rows = self._rows(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s "
            "AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1",
            [self._schema],
        )
        return [name for (name,) in rows]

    def columns(self, table: str) -> list[str]:
        return [name for name, _ in self._typed(table)]

    def copy(self, table: str, to: Path, tick: Tick) -> int:
        typed = self._typed(table)
        checked([name for name, _ in typed], self._label, table)
        kinds = [_TYPES.get(kind, (_text(kind), pa.string())) for _, kind in typed]
        schema = pa.schema([(name, kind) for (name, _), (_, kind) in zip(typed, kinds, strict=True)])
        asked = ", ".join(sql.format(c=_ident(name)) for (name, _), (sql, _) in zip(typed, kinds, strict=True))
        [(expected,)] = self._rows("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = to_regclass(%s)", [self._whole(table)])
        query = f"SELECT {asked} FROM {self._whole(table)}"
        return write(to, schema, self._batches(query, schema, table), self._label, table, tick, int(expected))

    def _typed(self, table: str) -> list[tuple[str, str]]:
        """The columns of a table and their types; those that hold bytes are left out."""
        return self._rows(
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 "
            "AND NOT attisdropped AND atttypid <> 'bytea'::regtype ORDER BY attnum",
            [self._whole(table)],
            table,
        )

    def _whole(self, table: str) -> str:
        schema, _, name = table.rpartition(".")
        return f"{_ident(schema or self._schema)}.{_ident(name)}"

    def _rows(self, query: str, values: list[Any], table: str = "") -> list[Any]:
        problem: CannotConnect | None = None
        try:
            return list(self._driver.execute(query, values).fetchall())
        except self._error as error:
            problem = _in_words(error, self._label, table)
        raise problem

    def _batches(self, query: str, schema: Any, table: str) -> Iterator[Any]:
        problem: CannotConnect | None = None
        try:
            with self._driver.cursor(name="deskmeter") as cursor:
                cursor.execute(query)
                while rows := cursor.fetchmany(BATCH_ROWS):
                    yield pa.table(
                        [_array(cells, kind) for cells, kind in zip(zip(*rows, strict=True), schema.types, strict=True)], schema=schema
                    )
        except self._error as error:
            problem = _in_words(error, self._label, table)
        if problem is not None:
            raise problem


def _array(cells: tuple[Any, ...], kind: Any) -> Any:
    if pa.types.is_timestamp(kind):
        return pa.array(cells, pa.int64()).cast(kind)
    if pa.types.is_date(kind):
        return pa.array(cells, pa.int32()).cast(kind)
    return pa.array(cells, kind)


def _text(kind: str) -> str:
    return "array_to_json({c})::text" if kind.endswith("[]") else "{c}::text"


def _ident(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _in_words(error: BaseException, label: str, table: str = "") -> CannotConnect:
    """A failure as one of our own sentences. Nothing of the driver's text is kept."""
    state = getattr(error, "sqlstate", None) or ""
    attempt = getattr(error, "pgconn", None)
    if not state and attempt is not None:  # a refused login carries no SQLSTATE: libpq tells whether a password was asked for
        said = bytes(getattr(attempt, "error_message", b"") or b"")
        if getattr(attempt, "needs_password", False) or b"no password supplied" in said:
            return CannotConnect(
                f"“{label}” asks for a password, and its address has none.", "Write postgresql://user:password@host/database."
            )
        if b"database" in said and b"does not exist" in said:
            state = "3D000"
        elif b"pg_hba.conf" in said:
            state = "28000"
        elif getattr(attempt, "used_password", False):
            state = "28P01"
    if state in _SAID:
        what, hint = _SAID[state]
        return CannotConnect(what.format(label=label, table=f"“{table}”" if table else "it"), hint)
    if state.startswith("08") or state.startswith("57") or not state:
        lost = f" while “{table}” was read" if table else ""
        what = f"The connection to “{label}” was lost{lost}." if table else f"The server of “{label}” cannot be reached."
        return CannotConnect(what, "Check its address, the network and whether it is running.")
    return CannotConnect(f"“{label}” answered with an error (SQLSTATE {state}).", "Its own log says more.")
