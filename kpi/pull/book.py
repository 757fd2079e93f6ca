"""What was pulled, and how far: one SQLite file a connection. A page and the cursor behind it are written in one transaction.

So a break at any instant (Ctrl+C, no power) leaves either both or neither: the page is asked again, and nothing is lost or there twice.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kpi.errors import BadValue
from kpi.pull.model import Record, State

_SCHEMA = """
CREATE TABLE IF NOT EXISTS record (resource TEXT, id TEXT, version REAL, body TEXT, PRIMARY KEY (resource, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""


class Book:
    """The file of one connection; only one process at a time has it open."""

    synchronous = "FULL"
    """A transaction is on the disk before the next page is asked for."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # tickets are nobody else's business
        self._con = sqlite3.connect(path, isolation_level=None, timeout=0.2)
        try:
            self._con.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._con.execute(f"PRAGMA synchronous = {self.synchronous}")
            self._con.executescript(f"BEGIN EXCLUSIVE; {_SCHEMA} COMMIT;")
        except sqlite3.DatabaseError as error:
            self._con.close()
            if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
                raise BadValue("This account is being pulled already.", "Wait until that is done.") from None
            raise BadValue(
                f"{path.name} is damaged.", "Delete it in the folder pull of the data folder: everything is pulled anew."
            ) from None

    def close(self) -> None:
        self._con.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All that is written inside is written, or nothing."""
        self._con.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._con.execute("ROLLBACK")
            raise
        self._con.execute("COMMIT")

    def state(self, name: str) -> Any:
        found = self._con.execute("SELECT value FROM state WHERE name = ?", [name]).fetchone()
        return json.loads(found[0]) if found else None

    def note(self, name: str, value: State | str | list[str]) -> None:
        self._con.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", [name, json.dumps(value)])

    def put(self, resource: str, records: Iterable[tuple[str, float, Record]]) -> int:
        """Records with their ids and versions; the greatest version of each stays, of equal ones the last. How many were new or newer."""
        fresh = 0
        for number, version, body in records:
            known = self._con.execute("SELECT version FROM record WHERE resource = ? AND id = ?", [resource, number]).fetchone()
            if known and known[0] > version:
                continue
            fresh += not known or known[0] < version
            text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
            self._con.execute("INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?)", [resource, number, version, text])
        return fresh

    def behind(self, resource: str, parent: str) -> list[tuple[str, float]]:
        """The records of `parent` that have none of the same id here, or one of an older version: the oldest change first."""
        return self._con.execute(
            "SELECT p.id, p.version FROM record p LEFT JOIN record c ON c.resource = ? AND c.id = p.id "
            "WHERE p.resource = ? AND (c.version IS NULL OR c.version < p.version) ORDER BY p.version, p.id",
            [resource, parent],
        ).fetchall()

    def get(self, resource: str, number: str) -> Record | None:
        found = self._con.execute("SELECT body FROM record WHERE resource = ? AND id = ?", [resource, number]).fetchone()
        return json.loads(found[0]) if found else None

    def every(self, resource: str) -> Iterator[Record]:
        """The records of a resource in the order of their ids, one at a time."""
        ordered = "SELECT body FROM record WHERE resource = ? ORDER BY length(id), id"
        return (json.loads(body) for (body,) in self._con.execute(ordered, [resource]))

    def count(self, resource: str) -> int:
        return int(self._con.execute("SELECT count(*) FROM record WHERE resource = ?", [resource]).fetchone()[0])
