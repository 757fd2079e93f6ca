"""Data that come from a connection: read when somebody asks, and again at each refresh, under the same key.

    data/<key>/connection.json     the name of the connection, which reading of it is wanted and which there is; never what opens it

A reading is made by the import process. Until it is done the data are those of the reading before, and they stay when it fails.
"""

from __future__ import annotations

import datetime as dt
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kpi import connect
from kpi.connect import Connection
from kpi.errors import KpiError, NotAllowed, UnknownName
from kpi.store import audit, people, uploads, workspaces
from kpi.store.folders import entries, folder, read_json, write_json
from kpi.store.people import MAIN, Person
from kpi.store.workspaces import CONNECTION as TOLD

PULLING = "pulling"
"""The folder of a reading under way."""


@dataclass(frozen=True)
class Connected:
    """Where the data of a key come from: the connection's name and label, when it was read (UTC; None before the first time)."""

    name: str
    label: str
    read_at: dt.datetime | None
    is_declared: bool


def may(who: Person) -> bool:
    """Whether somebody may read connections: owners and editors, and nobody on a server that lets in everybody without asking."""
    return who.may("edit") and people.chosen() != people.OPEN


def check(who: Person) -> None:
    """NotAllowed where they may not."""
    who.check("edit")
    if not may(who):
        raise NotAllowed("On a server without a login nobody reads its connections.", "Set KPI_PASSPHRASE or OpenID Connect on it.")


def offered(workspace: str = MAIN) -> dict[str, Connection]:
    """The declared connections of a workspace, by name: another's database is another's data."""
    return {name: one for name, one in connect.declared()[0].items() if one.workspace == workspace}


def _named(name: str, workspace: str) -> Connection:
    found = connect.named(name)
    if found.workspace != workspace:
        raise UnknownName("This connection is not declared here any more.", "Ask whoever runs this server for it.")
    return found


def begin(name: str, *, who: Person, workspace: str = MAIN) -> str:
    """A fresh key for the data of a declared connection; the import of it reads them. UnknownName for a name that is not declared in the workspace."""
    check(who)
    found = _named(name, workspace)
    key = secrets.token_hex(16)
    place = folder(key)
    place.mkdir(parents=True, mode=0o700)
    write_json(place / "names.json", [])
    told = {"name": found.name, "label": found.label, "wanted": secrets.token_hex(8), "read": "", "who": who.name, "workspace": workspace}
    write_json(place / TOLD, told)
    audit.note("connect", key, who=who.name, named=found.name)
    return key


def refresh(key: str, *, who: Person) -> None:
    """Want the data of a key read again; `begin` of the imports does it. UnknownName when they come from no connection, or from none declared."""
    check(workspaces.checked(who, key))
    told = _told(key)
    _named(told["name"], workspaces.of(key))
    write_json(folder(key) / TOLD, {**told, "wanted": secrets.token_hex(8)})
    audit.note("refresh", key, who=who.name, named=told["name"])


def leave(key: str) -> None:
    """Be content with the reading there is, after one that failed or was stopped."""
    told = _told(key)
    write_json(folder(key) / TOLD, {**told, "wanted": told["read"]})
    (folder(key) / "failed.json").unlink(missing_ok=True)


def of(key: str) -> Connected | None:
    """The connection the data of a key come from; None for uploads."""
    told = read_json(folder(key) / TOLD)
    if not isinstance(told, dict):
        return None
    try:
        _named(told["name"], workspaces.of(key))
        is_declared = True
    except KpiError:
        is_declared = False
    at = told.get("read_at")
    return Connected(told["name"], told["label"], dt.datetime.fromisoformat(at) if at else None, is_declared)


def is_wanted(key: str) -> bool:
    """Whether a reading is wanted that there is not yet."""
    told = read_json(folder(key) / TOLD)
    return isinstance(told, dict) and told["wanted"] != told["read"]


def fetch(key: str, progress: Callable[[str, float], None]) -> None:
    """Read the connection of a key, and put its files in the place of those read before. KpiError, in a sentence; then all stays as it was."""
    told, place = _told(key), folder(key)
    found = _named(told["name"], workspaces.of(key))
    shutil.rmtree(place / PULLING, ignore_errors=True)
    try:
        (place / PULLING).mkdir(mode=0o700)
        pulled = connect.pull(found, place / PULLING, progress)
        before = [name for name, _ in entries(key)]
        given: dict[str, Any] = {name: Path(path) for name, path in pulled.files.items()}
        names = uploads.bring(key, given, [name for name in told.get("files", []) if name in before])
        if not before:
            (place / uploads.BEFORE).unlink(missing_ok=True)  # there is nothing to go back to
    finally:
        shutil.rmtree(place / PULLING, ignore_errors=True)
    # once: before there is anything to see, it is no dataset
    people.register(key, found.label, who=told.get("who", ""), workspace=told.get("workspace", MAIN))
    called = dict(zip(pulled.files, names, strict=True))
    write_json(
        place / TOLD,
        {
            **told,
            "read": told["wanted"],
            "read_at": audit.now().isoformat(),
            "label": found.label,
            "files": list(names),
            "sources": {called[name]: source for name, source in pulled.sources.items()},
            "mappings": {called[name]: text for name, text in pulled.mappings.items()},
            "zone": pulled.zone,
        },
    )


def given(key: str) -> tuple[str, ...]:
    """What is named to read the data of a key again in Python: its files, and for those of a connection its declaration."""
    told = read_json(folder(key) / TOLD)
    if not isinstance(told, dict):
        return tuple(name for name, _ in entries(key))
    return (f"{told['name']}.toml", *(name for name, _ in entries(key) if name not in told.get("files", [])))


def said(key: str) -> tuple[dict[str, str], dict[str, str], str]:
    """What was declared of the files of a key: source by name, mapping by name, zone."""
    told = read_json(folder(key) / TOLD) or {}
    return told.get("sources", {}), told.get("mappings", {}), told.get("zone", "")


def _told(key: str) -> dict[str, Any]:
    told = read_json(folder(key) / TOLD)
    if not isinstance(told, dict):
        raise UnknownName("These data come from no connection.", "Upload newer files instead.")
    return told
