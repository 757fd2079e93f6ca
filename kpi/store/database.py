"""The book beside the datasets: who was given which link, and what was done. SQLite in KPI_HOME by default, PostgreSQL by KPI_DATABASE.

The datasets themselves are files (see `kpi.store`); the book never holds a ticket.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from kpi.errors import BadValue
from kpi.home import make_home, user_folder

FILE = "book.sqlite"


def url() -> str:
    """Where the book is: KPI_DATABASE ("postgresql://…"), else a file in KPI_HOME."""
    said = os.environ.get("KPI_DATABASE", "")
    if not said:
        return f"sqlite:///{user_folder() / FILE}"
    if not said.startswith(("postgresql://", "sqlite:///")):
        raise BadValue("KPI_DATABASE is no address of a database this version can use.", "Write it as postgresql://user@host/name.")
    return said.replace("postgresql://", "postgresql+psycopg://", 1)


def wipe() -> None:
    """Leave nothing of what was deleted on disk: SQLite keeps old pages in its log until it is emptied. PostgreSQL does so by itself, in time."""
    engine = _engine(url())
    if engine.dialect.name == "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))


def is_there() -> bool:
    """Whether there is a book already: asking it would make one."""
    address = sa.make_url(url())
    return not address.drivername.startswith("sqlite") or Path(address.database or "").is_file()


@contextmanager
def begin() -> Iterator[sa.Connection]:
    """A transaction: all of it is kept when the block ends, none of it when it raises."""
    with _engine(url()).begin() as connection:
        yield connection


@lru_cache(maxsize=4)
def _engine(address: str) -> sa.Engine:
    """The engine of an address, its tables brought to this version. Two processes that start at once do so one after the other."""
    if address.startswith("sqlite"):
        make_home()
        Path(sa.make_url(address).database or "").parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(address, connect_args={"timeout": 30})
        sa.event.listen(engine, "connect", _sqlite)
        with Path(f"{sa.make_url(address).database}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            migrate(engine)
    else:
        engine = sa.create_engine(address, pool_pre_ping=True)
        migrate(engine)
    return engine


def _sqlite(connection: Any, _record: object) -> None:
    """Readers and the writer never wait for each other, what was said to be kept is kept, and what was deleted is overwritten."""
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")


def migrate(engine: sa.Engine) -> None:
    """Bring the tables of a book to this version."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(7261544)"))  # any number, the same for every process of ours
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
