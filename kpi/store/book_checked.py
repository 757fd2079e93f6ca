"""The book looked through: a copy of its file is opened, so that nothing is written beside the original, or the PostgreSQL it is in."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from kpi.store import database, links
from kpi.store.links import Link
from kpi.store.schema import DATASETS, LINKS

TRIES = 5
"""A server may write while the book is copied: then it is copied again."""
NEWER = "It was written by a newer version of Deskmeter.", "Install that one."
OLDER = "It is of an older version of Deskmeter.", "The server brings it up to date when it starts."
Told = tuple[str, str, str, str]
"""Level, check, what, hint: a `Finding` in pieces."""


@dataclass(frozen=True)
class Book:
    """What the book says. `is_read`: links and lists are known; where it is not, nothing is said about them."""

    findings: tuple[Told, ...] = ()
    links: tuple[Link, ...] = ()
    datasets: Mapping[str, str] = field(default_factory=dict)
    is_read: bool = False


def look(folder: Path, address: str = "") -> Book:
    """Look through the book of a folder; with an address, the one there."""
    if address.startswith("postgresql"):
        return _elsewhere(address)
    path = Path(sa.make_url(address).database or "") if address else folder / database.FILE
    if not path.is_file():
        hint = "Links, lists and the audit log are not here: take them from a backup, or start anew."
        return Book((("fault", "book", f"There is no book ({database.FILE}).", hint),))
    with tempfile.TemporaryDirectory(prefix="deskmeter-doctor-") as made:
        copy = Path(made) / database.FILE
        try:
            _copied(path, copy)
            faults = _faults(copy)
        except (OSError, sqlite3.Error) as error:
            return Book(
                (("fault", "book", f"The book cannot be opened, or is damaged ({type(error).__name__}).", "Take it from a backup."),)
            )
        if faults:
            return Book((("fault", "book", f"The book is damaged: {faults[0]}", "Take it from a backup."),))
        engine = sa.create_engine(f"sqlite:///{copy}", poolclass=sa.NullPool)
        return _read(engine, (("ok", "book", "The book opens, and is whole.", ""),), may_migrate=True)


def _elsewhere(address: str) -> Book:
    engine = sa.create_engine(address, poolclass=sa.NullPool, connect_args={"connect_timeout": 10})
    try:
        with engine.connect():
            pass
    except sa.exc.SQLAlchemyError as error:
        return Book((("fault", "book", f"The book in PostgreSQL cannot be opened ({type(error).__name__}).", "Check KPI_DATABASE."),))
    what = "The book is in PostgreSQL, and opens."
    return _read(engine, (("ok", "book", what, "It is no part of this folder: back it up by PostgreSQL's own means."),), may_migrate=False)


def _copied(path: Path, copy: Path) -> None:
    """Copy a book and its log while nobody writes, or try again."""
    parts = [path, path.with_name(f"{path.name}-wal")]
    for _ in range(TRIES):
        before = [_stamp(part) for part in parts]
        for part in parts:
            target = copy.with_name(copy.name + part.name.removeprefix(path.name))
            target.unlink(missing_ok=True)
            if part.is_file():
                shutil.copyfile(part, target)
        if before == [_stamp(part) for part in parts]:
            return


def _stamp(path: Path) -> tuple[int, int]:
    try:
        told = path.stat()
    except FileNotFoundError:
        return (0, 0)
    return (told.st_size, told.st_mtime_ns)


def _faults(copy: Path) -> list[str]:
    """What SQLite finds wrong; nothing where the book is whole."""
    connection = sqlite3.connect(copy)
    try:
        return [str(row[0]) for row in connection.execute("PRAGMA integrity_check(3)") if row[0] != "ok"]
    finally:
        connection.close()


def _read(engine: sa.Engine, found: tuple[Told, ...], *, may_migrate: bool) -> Book:
    """Links and lists of a book, and whether it is of this version. `may_migrate`: it is a copy, so it may be brought up to date to be read."""
    state = _state(engine)
    if state == "newer":
        return Book((*found, ("fault", "book", *NEWER)))
    if state == "older":
        if not may_migrate:
            return Book((*found, ("note", "book", *OLDER)))
        try:
            database.migrate(engine)
        except (sa.exc.SQLAlchemyError, CommandError) as error:
            what = f"It cannot be brought up to this version ({type(error).__name__})."
            return Book((*found, ("fault", "book", what, "Take it from a backup, and tell us.")))
        found = (*found, ("note", "book", *OLDER))
    try:
        with engine.connect() as connection:
            rows: Any = connection.execute(sa.select(LINKS)).all()
            listed = {row.data_key: row.title for row in connection.execute(sa.select(DATASETS))}
        return Book(found, tuple(links.read(row) for row in rows), listed, is_read=True)
    except (sa.exc.SQLAlchemyError, KeyError, TypeError, ValueError) as error:
        return Book(
            (*found, ("fault", "book", f"What it says of links cannot be read ({type(error).__name__}).", "Take it from a backup."))
        )


def _state(engine: sa.Engine) -> str:
    """ "present", "older" or "newer" than this version of the code."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    known = ScriptDirectory.from_config(config)
    try:
        with engine.connect() as connection:
            version = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    except sa.exc.SQLAlchemyError:
        return "older"  # no table of versions: an empty book
    if version == known.get_current_head():
        return "present"
    return "older" if version is None or version in {one.revision for one in known.walk_revisions()} else "newer"
