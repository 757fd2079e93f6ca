"""A first mapping for a file nobody recognises, and any mapping as TOML: what a mapping screen starts from and saves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kpi.cells import Duration, Either, Reader, pick
from kpi.errors import BadValue, UnknownName, did_you_mean
from kpi.sources._registry import all_sources
from kpi.sources._source import Source
from kpi.tables import TABLES

if TYPE_CHECKING:
    from kpi.files import RawTable


def propose(raw: RawTable, fills: str = "tickets") -> dict[str, Any]:
    """A mapping (as `from_mapping` takes it) that finds what any known tool would call each column of table `fills`.

    It is a proposal to be looked at: a header is used once, for the column most tools use that name for. Columns nobody
    would find are left out, so required ones may be lacking.

    Raises
    ------
    UnknownName
        When there is no such table.
    """
    if fills not in TABLES:
        raise UnknownName(f"There is no table {fills!r}.", did_you_mean(fills, TABLES))
    votes: dict[tuple[str, str], int] = {}
    units: dict[tuple[str, str], str] = {}
    for source, column, reader in readers_of(fills):
        header = next((h for name in reader.names if (h := pick(raw.headers, name)) is not None), None)
        if header is None:
            continue
        weight = 1 if source.general or source.origin else 3  # a tool's own importer knows its words better
        votes[header.raw, column] = votes.get((header.raw, column), 0) + weight
        if isinstance(reader, Duration) and reader.unit:
            units[header.raw, column] = reader.unit
    columns: dict[str, Any] = {}
    used: set[str] = set()
    for (raw_header, column), _ in sorted(votes.items(), key=lambda v: -v[1]):
        if raw_header not in used and column not in columns:
            used.add(raw_header)
            unit = units.get((raw_header, column))
            columns[column] = {"duration": raw_header, "unit": unit} if unit else raw_header
    ordered = {c.name: columns[c.name] for c in TABLES[fills].columns if c.name in columns}
    signs = [[h if isinstance(h, str) else h["duration"] for h in ordered.values()][:6]]
    name = re.sub(r"[^a-z0-9]+", "_", raw.file.casefold().rsplit(".", 1)[0]).strip("_") or "mapping"
    name = name if name[0].isalpha() else f"file_{name}"
    return {"name": name, "label": raw.file, "file": [{"fills": fills, "signs": signs, "columns": ordered}]}


def readers_of(fills: str) -> Iterator[tuple[Source, str, Reader]]:
    """Every reader of one header that any known source has for a column of a table: (source, column, reader)."""
    for source in all_sources().values():
        for part in source.parts:
            if part.fills == fills:
                for column, reader in part.columns.items():
                    yield from ((source, column, plain) for plain in _plain(reader))


def _plain(reader: Reader) -> tuple[Reader, ...]:
    """The readers of one header that a reader may stand for; a sum or a difference stands for none."""
    if isinstance(reader, Either):
        return tuple(p for choice in reader.choices for p in _plain(choice))
    return () if reader.inner else (reader,)


def to_toml(mapping: Mapping[str, Any]) -> str:
    """A mapping as the text of a mapping file; reading it again gives the same mapping.

    Raises
    ------
    BadValue
        When it holds something a mapping file cannot say.
    """
    lines = [f"{_key(k)} = {_value(v)}" for k, v in mapping.items() if k != "file"]
    for entry in mapping.get("file", []):
        lines += ["", "[[file]]", *_part(entry, "file")]
    return "\n".join(lines) + "\n"


def _part(entry: Mapping[str, Any], path: str) -> list[str]:
    lines = [f"{_key(k)} = {_value(v)}" for k, v in entry.items() if k not in ("columns", "also")]
    lines += [f"[{path}.columns]", *(f"{_key(k)} = {_value(v)}" for k, v in entry.get("columns", {}).items())]
    for further in entry.get("also", []):
        lines += ["", f"[[{path}.also]]", *_part(further, f"{path}.also")]
    return lines


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _value(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")  # a JSON string is a TOML string but for DEL
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_value(v) for v in value)}]"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_key(k)} = {_value(v)}' for k, v in value.items())} }}"
    raise BadValue(f"A mapping cannot hold {value!r}.", "Use texts, numbers, true and false, lists and tables.")
