"""A mapping file (TOML) says what a module of `kpi/sources` says: it is read into the same declaration.

name = "our_desk"
label = "Our desk"

[[file]]
fills = "tickets"
signs = [["Case", "Opened on"]]
latest = ["updated_at"]
[file.columns]
ticket_id = "Case"                                            # the usual reader of that canonical column
handle_seconds = { duration = "Spent", unit = "minutes" }     # a reader by its kind, with its facts
status = { status = "State", words = { "Parked" = "hold" } }
channel = { constant = "phone" }
created_at = { day_and_time = "Date", times = "Time" }

[[file.also]]                                                 # a second table from the same rows
fills = "surveys"
keep = { flag = "Answered", words = { "skipped" = false } }
[file.also.columns]
kind = { constant = "csat" }

A correction of a known source says only what is different: `based_on` names the source, `columns` the readers that take the place of
its own, and `leave` the columns it is not to fill.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from kpi.cells import READERS, STATUS_WORDS, Choice, Constant, Duration, Instant, Reader, reader_for
from kpi.cells.combined import After, Between, Either, First, Total
from kpi.errors import BadValue, KpiError, UnknownName, UnreadableFile, did_you_mean
from kpi.sources._source import Part, Source
from kpi.tables import TABLES, Column

_FILE_KEYS = (
    "name", "label", "fills", "columns", "signs", "also", "keep", "drops", "missing", "latest", "tool", "utc", "zone", "skip", "general",
    "based_on", "leave",
)  # fmt: skip
_TOP_KEYS = ("name", "label", "about", "missing", "utc", "zone", "skip", "tool", "file", "general")


def read_mapping(path: Path) -> tuple[Source, ...]:
    """The sources a mapping file declares, one for each `[[file]]`.

    Raises
    ------
    UnreadableFile
        When there is no such file or it is not TOML.
    KpiError
        When it names a table, column, reader or fact that does not exist; the sentence names the file and the place.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as failure:
        hint = "Check its path; it must be UTF-8 text."
        if not path.suffix:
            hint = "Name a TOML file, or a mapping that was saved in the app."
        raise UnreadableFile(f"The mapping “{path.name}” cannot be read.", hint) from failure
    return from_mapping(parse_mapping(text, path.name), origin=str(path))


def parse_mapping(text: str, name: str = "mapping.toml") -> dict[str, Any]:
    """The content of a mapping, as `from_mapping` takes it. UnreadableFile when it is not TOML; `name` is what the sentence calls it."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as failure:
        raise UnreadableFile(f"The mapping “{name}” is not TOML: {failure}.") from failure


def from_mapping(data: Mapping[str, Any], origin: str = "") -> tuple[Source, ...]:
    """The sources a mapping declares, from its parsed content. Errors as in `read_mapping`."""
    where = Path(origin).name or "the mapping"
    try:
        _known(data, _TOP_KEYS)
        name = _text(data, "name", Path(origin).stem or "mapping")
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise BadValue(f"{name!r} cannot be the name of a mapping.", "Use small letters, digits and underscores.")
        entries = data.get("file", [])
        if not isinstance(entries, list) or not entries:
            raise BadValue("There is no [[file]] in it.", "Describe each file: what it fills, and its columns.")
        shared = {k: data[k] for k in ("missing", "utc", "zone", "skip", "general") if k in data}
        label = _text(data, "label", name.replace("_", " ").capitalize())
        return tuple(_source({**shared, **entry}, name, label, _text(data, "tool", name), origin, len(entries) > 1) for entry in entries)
    except KpiError as failure:
        raise type(failure)(f"In “{where}”: {failure.what}", failure.hint) from failure


def _source(entry: Mapping[str, Any], name: str, label: str, tool: str, origin: str, several: bool) -> Source:
    _known(entry, _FILE_KEYS)
    fills = _text(entry, "fills", "tickets")
    main = _part({"fills": fills, "columns": entry.get("columns", {}), "keep": entry.get("keep")})
    latest = tuple(_latest(item) for item in _list(entry, "latest"))
    return Source(
        name=_text(entry, "name", f"{name}_{fills}" if several else name),
        label=_text(entry, "label", f"{label} ({fills})" if several else label),
        fills=fills,
        columns=main.columns,
        signs=tuple(_words(group, "signs") for group in _list(entry, "signs")),
        also=tuple(_part(item) for item in _list(entry, "also")),
        keep=main.keep,
        drops=_text(entry, "drops", Source.drops),
        missing=_words(entry.get("missing", []), "missing"),
        latest=latest,
        tool=tool,
        utc=bool(entry.get("utc", False)),
        zone=_text(entry, "zone", ""),
        skip=_words(entry.get("skip", []), "skip"),
        general=bool(entry.get("general", False)),
        based_on=_text(entry, "based_on", ""),
        leave=_words(entry.get("leave", []), "leave"),
        origin=origin,
    )


def _part(item: Mapping[str, Any]) -> Part:
    _known(item, ("fills", "columns", "keep"))
    fills = _text(item, "fills", "")
    if fills not in TABLES:
        raise UnknownName(f"There is no table {fills!r}.", did_you_mean(fills, TABLES) or f"The tables are {', '.join(TABLES)}.")
    by_name = TABLES[fills].by_name
    columns: dict[str, Reader] = {}
    for name, said in item.get("columns", {}).items():
        if name not in by_name:
            raise UnknownName(f"{fills} has no column {name!r}.", did_you_mean(name, by_name))
        columns[name] = _reader(by_name[name], said)
    keep = item.get("keep")
    return Part(fills, columns, _reader(Column("keep", "flag", "Rows that count."), keep) if keep is not None else None)


def _latest(item: Any) -> Reader | str:
    return item if isinstance(item, str) else _reader(Column("latest", "number", "What tells the newest row."), item)


def _reader(column: Column, said: Any) -> Reader:
    if isinstance(said, str):
        return reader_for(column, said)
    if isinstance(said, list):
        return reader_for(column, *_words(said, column.name))
    if not isinstance(said, Mapping):
        raise BadValue(f"{column.name} is given as {said!r}.", 'Give a header ("Created at") or a reader ({ instant = "Created at" }).')
    kinds = [k for k in said if k in READERS or k == "status"]
    if len(kinds) != 1:
        raise BadValue(f"{column.name} names {len(kinds)} readers.", f"Name one of {', '.join([*READERS, 'status'])}.")
    kind, facts = kinds[0], {k: v for k, v in said.items() if k != kinds[0]}
    if kind in ("either", "first"):
        _known(facts, ())
        made = First if kind == "first" else Either
        return made(choices=tuple(_reader(column, one) for one in _list(said, kind)))
    return _combined(kind, said[kind], facts) or _simple(column, kind, said[kind], facts)


def _simple(column: Column, kind: str, value: Any, facts: dict[str, Any]) -> Reader:
    if kind == "constant":
        _known(facts, ())
        return Constant(value=value)
    made = Choice if kind == "status" else READERS[kind]
    names = (value,) if isinstance(value, str) else _words(value, column.name)
    allowed = [f.name for f in fields(made) if f.name not in ("names", "more", "value")]
    _known(facts, allowed)
    facts = {
        k: (v,) if k in ("missing", "times", "once") and isinstance(v, str) else tuple(v) if isinstance(v, list) else v
        for k, v in facts.items()
    }
    if kind == "status":
        facts["more"] = STATUS_WORDS
    return made(names, **facts)


def _combined(kind: str, value: Any, facts: dict[str, Any]) -> Reader | None:
    span, point = Column("span", "number", "", unit="s"), Column("point", "instant", "")
    if kind == "total":
        _known(facts, ("unit", "clock", "assumed"))
        parts = [Duration((v,), **facts) if isinstance(v, str) else _reader(span, v) for v in _list({"total": value}, "total")]
        if not parts or not all(isinstance(p, Duration) for p in parts):
            raise BadValue("total adds durations.", 'Write { total = ["Talk", "Hold"], unit = "seconds" }.')
        return Total(parts=tuple(p for p in parts if isinstance(p, Duration)))
    if kind not in ("after", "between"):
        return None
    start = _reader(point, value)
    second = "wait" if kind == "after" else "end"
    _known(facts, (second,))
    other = _reader(span if kind == "after" else point, facts.get(second))
    if kind == "after" and isinstance(start, Instant) and isinstance(other, Duration):
        return After(start=start, wait=other)
    if kind == "between" and isinstance(start, Instant) and isinstance(other, Instant):
        return Between(start=start, end=other)
    raise BadValue(f"{kind} needs an instant and {'a duration' if kind == 'after' else 'another instant'}.")


def _known(data: Mapping[str, Any], allowed: Any) -> None:
    for key in data:
        if key not in allowed:
            raise UnknownName(f"It says {key!r}, which means nothing here.", did_you_mean(key, allowed))


def _text(data: Mapping[str, Any], key: str, default: str) -> str:
    value = data.get(key, default)
    if not isinstance(value, str):
        raise BadValue(f"{key} must be a text, not {value!r}.")
    return value


def _list(data: Mapping[str, Any], key: str) -> list[Any]:
    value = data.get(key, [])
    if not isinstance(value, list):
        raise BadValue(f"{key} must be a list, not {value!r}.")
    return value


def _words(value: Any, key: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise BadValue(f"{key} must be a list of texts, not {value!r}.")
    return tuple(value)
