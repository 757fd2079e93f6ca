"""Tables of a connection as files, which then take the path every upload takes: recognised by their columns, mapped, measured."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kpi.connect import duck, folder, postgres
from kpi.connect.declaration import Connection, Wanted, is_declaration, is_remote, place_of
from kpi.connect.declaration import read as read_declaration
from kpi.connect.problems import CannotConnect, lacks_table
from kpi.connect.tables import Place
from kpi.engine import Dataset
from kpi.errors import KpiError, UnknownExport
from kpi.files import RawTable, header
from kpi.read import read as read_files
from kpi.sources import Match, from_mapping, parse_mapping, recognise

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Pulled:
    """What a connection gave: files by the name they are displayed under ("Warehouse › ticket"), what was declared about each, and their rows."""

    files: Mapping[str, Path]
    sources: Mapping[str, str] = field(default_factory=dict)
    mappings: Mapping[str, str] = field(default_factory=dict)
    zone: str = ""


def read(
    *paths: str | Path,
    source: str | None = None,
    mapping: str | Path | None = None,
    mappings: Mapping[str, str | Path] | None = None,
    zone: str | None = None,
    date_orders: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """As `kpi.read`, where any of the paths may be a declared connection. What is said here goes before what is declared.

    Only for paths of one's own: a declaration may name any file its reader can open, so `kpi.read` itself takes none.
    """
    tick = progress or (lambda _what, _share: None)
    with tempfile.TemporaryDirectory(prefix="kpi-") as place:
        files, called, told = gather(paths, Path(place), lambda what, share: tick(what, 0.5 * share))
        begin = 0.5 if len(told.files) else 0.0
        return read_files(
            *files,
            names=called,
            source=source or told.sources,
            mapping=mapping,
            mappings={**told.mappings, **(mappings or {})},
            zone=zone or told.zone or None,
            date_orders=date_orders,
            progress=lambda what, share: tick(what, begin + (1 - begin) * share),
        )


def gather(paths: Sequence[str | Path], to: Path, progress: Progress | None = None) -> tuple[list[Path], list[str], Pulled]:
    """Files to read and their names, where declared connections stand among the paths; and what was declared of theirs.

    `to` is a folder for what is read from them. The zone is that of the last connection which states one.
    """
    files: list[Path] = []
    names: list[str] = []
    sources: dict[str, str] = {}
    mappings: dict[str, str] = {}
    zone = ""
    from_connections: dict[str, Path] = {}
    for i, path in enumerate(map(Path, paths)):
        if path.suffix.lower() != ".toml" or not path.is_file() or not is_declaration(path):
            files.append(path)
            names.append(path.name)
            continue
        own = to / str(i)
        own.mkdir()
        pulled = pull(read_declaration(path), own, progress)
        files += pulled.files.values()
        names += pulled.files
        from_connections |= pulled.files
        sources |= pulled.sources
        mappings |= pulled.mappings
        zone = pulled.zone or zone
    return files, names, Pulled(from_connections, sources, mappings, zone)


@dataclass(frozen=True)
class Look:
    """A table of a connection: how many columns it has, and what reads it; or `lacks`, the sentence why nothing does."""

    table: str
    columns: int
    source: str = ""
    lacks: str = ""


def look(connection: Connection) -> tuple[Look, ...]:
    """The tables of a connection and what they are taken for, by their columns alone: no row is read. For a local folder, its files."""
    if connection.kind == "folder" and not is_remote(place_of(connection)):
        return tuple(Look(name, 0, one.source) for name, (_, one) in folder.found(connection).items())
    with _opened(connection) as place:
        wanted = connection.tables or [Wanted(name) for name in place.tables()]
        return tuple(_look(connection, one, place.columns(one.name)) for one in wanted)


def _look(connection: Connection, one: Wanted, columns: Sequence[str]) -> Look:
    if not columns:
        return Look(one.name, 0, lacks="It is not there." if one.optional else str(lacks_table(connection.label, one.name, [])))
    try:
        _check(connection, one, columns)
        mapping = parse_mapping(one.mapping) if one.mapping else None
        return Look(one.name, len(columns), _match(connection, one, columns, mapping).source.label)
    except KpiError as error:
        return Look(one.name, len(columns), lacks=str(error))


def pull(connection: Connection, to: Path, progress: Progress | None = None) -> Pulled:
    """Write the tables of a connection into a folder, one file each, in batches of bounded size.

    A table that is declared must be there with the columns its source or mapping needs; where none is declared, those are read whose columns
    are recognised. `progress` is called with a table's name and the share done (0..1). CannotConnect, or another KpiError, in one sentence;
    nothing of an address is ever in it. Files of a local folder are named where they lie, not copied.
    """
    tick = progress or (lambda _what, _share: None)
    tick(connection.label, 0.0)
    if connection.kind == "folder" and not is_remote(place_of(connection)):
        return _described(connection, folder.found(connection))
    with _opened(connection) as place:
        wanted = _wanted(connection, place)
        files: dict[str, tuple[Path, Wanted]] = {}
        for i, one in enumerate(wanted):
            path = to / f"{i}.parquet"

            def share(done: float, i: int = i, one: Wanted = one) -> None:
                tick(one.name, (i + done) / len(wanted))

            place.copy(one.name, path, share)
            files[one.name] = path, one
    return _described(connection, files)


def _opened(connection: Connection) -> AbstractContextManager[Place]:
    if connection.kind == "postgres":
        return postgres.opened(connection)
    return duck.opened(connection) if connection.kind == "duckdb" else duck.store_opened(connection)


def _described(connection: Connection, files: Mapping[str, tuple[Path, Wanted]]) -> Pulled:
    called = {shown(connection, name): found for name, found in files.items()}
    return Pulled(
        {name: path for name, (path, _) in called.items()},
        {name: one.source for name, (_, one) in called.items() if one.source},
        {name: one.mapping for name, (_, one) in called.items() if one.mapping},
        connection.zone,
    )


def shown(connection: Connection, table: str) -> str:
    """What a table is called on screen: "Warehouse › ticket"."""
    return f"{connection.label} › {table.replace('/', ' › ').replace(chr(92), ' › ')}"


def _wanted(connection: Connection, place: Place) -> list[Wanted]:
    """The tables to read: those declared and there, each with the columns it needs; else all that are recognised."""
    if not connection.tables:
        there = place.tables()
        found = [name for name in there if _is_known(connection, name, place.columns(name))]
        if not found:
            raise CannotConnect(
                f"No table of “{connection.label}” is recognised by its columns.",
                f"{_listed(there)} Name those to read in the declaration, with a mapping.",
            )
        return [Wanted(name) for name in found]
    chosen = []
    for one in connection.tables:
        columns = place.columns(one.name)
        if columns:
            _check(connection, one, columns)
            chosen.append(one)
        elif not one.optional:
            raise lacks_table(connection.label, one.name, place.tables())
    if not chosen:
        raise CannotConnect(f"None of the declared tables of “{connection.label}” is there.", _listed(place.tables()))
    return chosen


def _listed(tables: Sequence[str]) -> str:
    names = ", ".join(f"“{name}”" for name in tables[:8])
    return f"It has {names}{' …' if len(tables) > 8 else ''}." if tables else "It has no table that may be read."


def _is_known(connection: Connection, table: str, columns: Sequence[str]) -> bool:
    try:
        _match(connection, Wanted(table), columns)
    except UnknownExport:
        return False
    return True


def _match(connection: Connection, one: Wanted, columns: Sequence[str], mapping: Any = None) -> Match:
    headers = tuple(header(name, i) for i, name in enumerate(columns))
    raw = RawTable("", shown(connection, one.name), "parquet", headers, 0, 0, ())
    return recognise(raw, source=one.source or None, mapping=mapping)


def _check(connection: Connection, one: Wanted, columns: Sequence[str]) -> None:
    """A declared table has what is declared of it, or the sentence names the column it lacks."""
    if one.source:
        _match(connection, one, columns)
    if not one.mapping:
        return
    headers = tuple(header(name, i) for i, name in enumerate(columns))
    for source in from_mapping(parse_mapping(one.mapping)):
        for part in source.parts:
            found = part.found(headers)
            for column, reader in part.columns.items():
                if reader.sought and column not in found:
                    has = ", ".join(f"“{name}”" for name in columns[:12]) + (" …" if len(columns) > 12 else "")
                    raise CannotConnect(
                        f"“{shown(connection, one.name)}” has no column “{reader.sought[0]}”.",
                        f"It has {has}. Correct the mapping of the declaration.",
                    )
