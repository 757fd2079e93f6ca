"""A connection as it is declared, in a TOML file that may be shown to anybody.

label = "Zendesk in the warehouse"
kind = "postgres"                                   # postgres, duckdb or folder
place = { environment = "WAREHOUSE_URL" }           # or { secret = "warehouse.url" }; a path may stand here as it is
schema = "zendesk"                                  # postgres and duckdb
zone = "Europe/Berlin"                              # the zone of times that state none
workspace = "north-shop"                            # whose data these are, on a server with several (docs/sharing.md); else "main"

[[table]]                                           # without any: all whose columns are recognised
name = "ticket"
source = "zendesk_warehouse_tickets"                # or nothing: told by its columns

[[table]]
name = "public.cases"
mapping = "our_desk.toml"                           # a mapping file beside this one

[[table]]
name = "calls"
optional = true                                     # not there is no error
fills = "tickets"                                   # or the mapping itself, as in a [[file]] of a mapping file
[table.columns]
ticket_id = "call_no"
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kpi.errors import BadValue, KpiError, UnknownName, UnreadableFile, did_you_mean
from kpi.home import user_folder
from kpi.sources import all_sources, from_mapping, parse_mapping, to_toml

KINDS = {
    "postgres": "a PostgreSQL database",
    "duckdb": "a DuckDB file",
    "folder": "a folder of files, or a pattern of paths",
}
LONGEST = 200_000
"""Bytes of a declaration."""
MOST_TABLES = 200
_TOP = ("label", "kind", "place", "schema", "zone", "workspace", "table")
_OF_TABLE = ("name", "source", "mapping", "optional")
_OF_MAPPING = ("fills", "columns", "also", "keep", "drops", "missing", "latest", "tool", "utc", "zone", "skip")
_REMOTE = ("s3://", "gs://", "gcs://", "r2://")


@dataclass(frozen=True)
class Wanted:
    """One table to read: its name there ("ticket", "zendesk.ticket"; a pattern of paths in a folder), and what it is, where that is said.

    `source`: a source by name; `mapping`: the text of a mapping; neither: its columns tell. `optional`: no error where it is not there.
    """

    name: str
    source: str = ""
    mapping: str = ""
    optional: bool = False


@dataclass(frozen=True)
class Connection:
    """A declared connection.

    `place` is a path or pattern that may be known; `environment` or `secret` name where it is found instead (always for PostgreSQL, whose
    address holds a password). `base` is the folder relative paths begin in.
    """

    name: str
    label: str
    kind: str
    place: str = ""
    environment: str = ""
    secret: str = ""
    schema: str = ""
    zone: str = ""
    workspace: str = "main"
    tables: tuple[Wanted, ...] = ()
    base: Path = field(default_factory=Path, repr=False)


def read(path: Path) -> Connection:
    """The connection a file declares; its name is the file's. KpiError, in a sentence, for a file that declares none."""
    try:
        with path.open("rb") as file:
            text = file.read(LONGEST + 1)
        if len(text) > LONGEST:
            raise UnreadableFile(f"“{path.name}” is too long for a connection.", "It says a kind, a place and the tables.")
        return parse(text.decode("utf-8-sig"), path.stem, path.parent)
    except (OSError, UnicodeDecodeError):
        raise UnreadableFile(f"The connection “{path.name}” cannot be read.", "Check its path; it must be UTF-8 text.") from None


def parse(text: str, name: str, base: Path) -> Connection:
    """The connection a text declares. No value of `place` ever stands in an error: somebody may have written a password there."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as failure:
        where = re.search(r"\(at .*\)", str(failure))
        raise UnreadableFile(f"The connection “{name}” is not TOML {where[0] if where else ''}".strip() + ".") from None
    try:
        return _connection(said, name, base)
    except KpiError as failure:
        raise type(failure)(f"In the connection “{name}”: {failure.what}", failure.hint) from None


def _connection(said: Mapping[str, Any], name: str, base: Path) -> Connection:
    _known(said, _TOP)
    kind = _text(said, "kind")
    if kind not in KINDS:
        raise BadValue(f"kind cannot be {kind!r}.", did_you_mean(kind, KINDS) or f"It may be {', '.join(KINDS)}.")
    place = said.get("place")
    found = {"place": place} if isinstance(place, str) and place else {}
    if isinstance(place, Mapping) and len(place) == 1 and next(iter(place)) in ("environment", "secret") and all(place.values()):
        found = {key: str(value) for key, value in place.items()}
    if not found:
        raise BadValue("place is missing or is no place.", 'Write a path, { environment = "NAME" } or { secret = "name" }.')
    if "place" in found and (kind == "postgres" or "@" in found["place"].partition("://")[2]):
        raise BadValue(
            "The address of a database never stands in a file.",
            'Put it into the environment and write place = { environment = "NAME" }, or into Streamlit’s secrets.',
        )
    tables = said.get("table", [])
    if not isinstance(tables, list) or not all(isinstance(one, Mapping) for one in tables):
        raise BadValue("table is no list.", "Begin each table with [[table]].")
    if len(tables) > MOST_TABLES:
        raise BadValue(f"It names {len(tables)} tables.", f"{MOST_TABLES} is the most we read.")
    return Connection(
        name=name,
        label=_text(said, "label", name.replace("_", " ").capitalize()).replace("/", " "),
        kind=kind,
        schema=_text(said, "schema", ""),
        zone=_text(said, "zone", ""),
        workspace=_text(said, "workspace", "main"),
        tables=tuple(_wanted(one, base) for one in tables),
        base=base,
        **found,
    )


def _wanted(said: Mapping[str, Any], base: Path) -> Wanted:
    name = _text(said, "name")
    _known(said, (*_OF_TABLE, *_OF_MAPPING))
    source, mapping = _text(said, "source", ""), _text(said, "mapping", "")
    own = {key: said[key] for key in _OF_MAPPING if key in said}
    if (source != "") + (mapping != "") + (own != {}) > 1:
        raise BadValue(f"The table “{name}” says twice what it is.", "Give a source, a mapping file, or columns; not two of them.")
    if source and source not in all_sources():
        raise UnknownName(f"There is no source {source!r}.", did_you_mean(source, all_sources()))
    text = ""
    if mapping:
        path = base / mapping
        if Path(mapping).is_absolute() or ".." in Path(mapping).parts or not path.is_file():
            raise UnreadableFile(f"There is no mapping file “{Path(mapping).name}”.", "It lies beside the declaration.")
        text = path.read_text("utf-8")
    elif own:
        text = to_toml({"name": re.sub(r"[^a-z0-9]+", "_", f"t_{name}".casefold()), "label": name, "file": [own]})
    if text:
        from_mapping(parse_mapping(text, mapping or name))  # what is wrong with it is said before anything is read
    return Wanted(name, source, text, bool(said.get("optional", False)))


def place_of(connection: Connection) -> str:
    """Where a connection leads: for PostgreSQL an address with a password, so never put it anywhere. BadValue where it is not set."""
    if connection.environment:
        found = os.environ.get(connection.environment, "")
        hint = f"Set {connection.environment} where Deskmeter is started."
    elif connection.secret:
        found = _secret(connection.secret)
        hint = f"Write {connection.secret} into .streamlit/secrets.toml."
    else:
        return connection.place if is_remote(connection.place) else str(connection.base / Path(connection.place).expanduser())
    if not found:
        raise BadValue(f"“{connection.label}” has no address yet.", hint)
    return found


def is_remote(place: str) -> bool:
    """Whether a place lies in an object store."""
    return place.startswith(_REMOTE)


def _secret(name: str) -> str:
    """A value of Streamlit's secrets ("warehouse.url"), from the files Streamlit reads: the one beside the app goes first. "" where it is not set."""
    for folder in (Path.cwd(), Path.home()):
        try:
            found: Any = tomllib.loads((folder / ".streamlit" / "secrets.toml").read_text("utf-8"))
        except (OSError, ValueError):
            continue
        for key in name.split("."):
            found = found.get(key) if isinstance(found, Mapping) else None
        if isinstance(found, str) and found:
            return found
    return ""


def folder() -> Path:
    """Where a server's connections are declared: KPI_CONNECTIONS, or the folder "connections" of KPI_HOME."""
    given = os.environ.get("KPI_CONNECTIONS")
    return Path(given).expanduser() if given else user_folder() / "connections"


def declared() -> tuple[dict[str, Connection], dict[str, KpiError]]:
    """The connections a server declares, by name; and those that cannot be understood, with the reason."""
    good: dict[str, Connection] = {}
    bad: dict[str, KpiError] = {}
    for path in sorted(folder().glob("*.toml"))[:MOST_TABLES]:
        try:
            if is_declaration(path):
                good[path.stem] = read(path)
        except KpiError as error:
            bad[path.stem] = error
    return good, bad


def named(name: str) -> Connection:
    """A declared connection by its name. UnknownName for any other: what an address or a form says is never a path."""
    good, bad = declared()
    if name in bad:
        raise bad[name]
    if name not in good:
        raise UnknownName("This connection is not declared here any more.", "Ask whoever runs this server for it.")
    return good[name]


def is_declaration(path: Path) -> bool:
    """Whether a TOML file declares a connection (a mapping may lie beside it)."""
    try:
        said = tomllib.loads(path.read_text("utf-8-sig")) if path.stat().st_size <= LONGEST else {}
    except (OSError, UnicodeDecodeError):
        return False
    except tomllib.TOMLDecodeError:
        return True  # it is meant as one, and what is wrong with it is to be said
    return "kind" in said and "file" not in said


def _known(said: Mapping[str, Any], allowed: tuple[str, ...]) -> None:
    for key in said:
        if key not in allowed:
            raise UnknownName(f"It says {key!r}, which means nothing here.", did_you_mean(key, allowed))


def _text(said: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = said.get(key, default)
    if not isinstance(value, str) or (default is None and not value):
        raise BadValue(f"{key} is missing." if value is None else f"{key} must be a text.")
    return value
