"""JSON and NDJSON -> a raw table: nested objects become dotted paths, lists stay JSON text."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from kpi.errors import UnreadableFile
from kpi.files import limits
from kpi.files.json_stream import Found, Number, is_line_by_line, lines, run_together
from kpi.files.loader import Loader
from kpi.files.table import RawTable, counted, shown

_CONTAINERS = frozenset(
    "tickets results result data items records conversations value values rows issues cases entries hits objects list messages "
    "contacts calls surveys responses satisfaction_ratings ticket_events ticket_metric_events incidents requests events".split()
)
_NOT_AN_IDENTITY = ("request", "job", "next", "trace", "export")


def read_json(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    file: str,
    doubts: tuple[str, ...],
    tick: Callable[[float], None],
    most: int | None = None,
) -> RawTable:
    """`path` holds UTF-8 (see encoding.py); `most` objects are read, all where it is None."""
    size = max(path.stat().st_size, 1)
    with path.open("rb") as source, io.TextIOWrapper(source, encoding="utf-8", newline="\n") as stream:
        by_line = is_line_by_line(stream)
        rows = _Rows(lines(stream) if by_line else run_together(stream, file))
        table = _Flat(Loader(con, file, "ndjson" if by_line else "json"))
        try:
            for n, found in enumerate(islice(rows, most), start=1):
                if n % 5_000 == 0:
                    tick(min(source.tell() / size, 1.0))
                table.take(found)
            if not table.paths:
                what = f": {rows.broken}" if rows.broken else ""
                raise UnreadableFile(
                    f"“{file}” holds no JSON objects that could be rows{what}.", 'Upload a list of objects, [{"id": 1, …}, …], or NDJSON.'
                )
            if rows.page:
                table.loader.format = "json"
            return table.finish([*doubts, *rows.doubts])
        except BaseException:
            table.loader.drop()
            raise


class _Rows:
    """The rows among the values of a file: the values themselves, or the elements of the array inside each."""

    def __init__(self, values: Iterator[Found]) -> None:
        self._values = values
        self.page: tuple[str, ...] = ()
        self.doubts: list[str] = []
        self.broken = ""

    def __iter__(self) -> Iterator[Found]:
        n, left_out = 0, dict[str, int]()
        for i, found in enumerate(self._values):
            if found.is_end:
                self.doubts.append(f"The file is broken or cut off at object {found.place:,}; nothing after it could be read.")
            self.broken = self.broken or found.reason
            if i == 0 and isinstance(found.value, dict):
                self.page = page_path(found.value)
            inside = _at(found.value, self.page) if self.page else None
            if not isinstance(inside, list):
                yield found
                continue
            for path, array in _arrays(found.value):
                if path != self.page:
                    left_out[".".join(path)] = left_out.get(".".join(path), 0) + len(array)
            for element in inside:
                n += 1
                yield Found(n, element)
        for name, count in left_out.items():
            self.doubts.append(
                f"Only the list “{'.'.join(self.page)}” was read; “{shown(name)}” ({counted(count, 'object')}) was left out."
            )


def page_path(value: dict[str, Any]) -> tuple[str, ...]:
    """Where the rows are in an object that is a page around them, as keys; () when the object is itself a row.

    A row has a name of its own (an id, key or number); a page has not, and consists mostly of its largest array of objects.
    """
    if any(_is_identity(key) and not isinstance(v, (dict, list)) and v is not None for key, v in value.items()):
        return ()
    arrays = _arrays(value)
    if arrays:
        name, array = max(arrays, key=lambda found: len(found[1]))
        if name[-1].casefold() in _CONTAINERS or 2 * _leaves(array) > _leaves(value):
            return name
    empty = [key for key, v in value.items() if v == [] and key.casefold() in _CONTAINERS]
    return (empty[0],) if len(empty) == 1 and not arrays else ()


def _is_identity(key: str) -> bool:
    plain = key.casefold().replace("_", "").replace("-", "").replace(" ", "")
    return (plain in ("key", "number", "#") or plain.endswith("id")) and not plain.startswith(_NOT_AN_IDENTITY)


def _arrays(value: Any, depth: int = 0) -> list[tuple[tuple[str, ...], list[Any]]]:
    """Every array of objects in `value`, not looking inside arrays."""
    found: list[tuple[tuple[str, ...], list[Any]]] = []
    for key, inner in value.items():
        if isinstance(inner, list) and inner and all(isinstance(e, dict) for e in inner):
            found.append(((key,), inner))
        elif isinstance(inner, dict) and depth < 4:
            found += [((key, *name), array) for name, array in _arrays(inner, depth + 1)]
    return found


def _leaves(value: Any) -> int:
    stack, n = [value], 0
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
        else:
            n += 1
    return n


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


class _Flat:
    """Flattens objects into a loader; paths become columns as they are met, in any row."""

    def __init__(self, loader: Loader) -> None:
        self.loader = loader
        self.paths: dict[str, int] = {}
        self.numbers: set[int] = set()
        self.others: set[int] = set()
        self.clashes: set[str] = set()

    def take(self, found: Found) -> None:
        """Load it when it is an object, else reject it."""
        try:
            if isinstance(found.value, dict):
                self._add(found.place, found.value)
            else:
                self.loader.reject(found.place, found.reason or "it is no object with names and values", found.text or _json(found.value))
        except RecursionError:
            self.loader.reject(found.place, "nested too deeply", "")

    def _add(self, number: int, value: dict[str, Any]) -> None:
        cells: list[str | None] = [None] * len(self.paths)
        characters = self._put(value, "", cells, 0)
        self.loader.widen(len(self.paths))
        self.loader.add(number, cells, characters)

    def _put(self, value: dict[str, Any], prefix: str, cells: list[str | None], depth: int) -> int:
        characters = 0
        for key, inner in value.items():
            path = prefix + key
            if isinstance(inner, dict) and inner and depth < limits.MAX_JSON_DEPTH:
                characters += self._put(inner, f"{path}.", cells, depth + 1)
                continue
            i = self.paths.setdefault(path, len(self.paths))
            cells += [None] * (len(self.paths) - len(cells))
            if inner is None or inner == {}:
                continue
            text, is_number = _text(inner)
            (self.numbers if is_number else self.others).add(i)
            if cells[i] is not None and cells[i] != text:
                self.clashes.add(path)
            cells[i] = text
            characters += len(text)
        return characters

    def finish(self, doubts: list[str]) -> RawTable:
        names = list(self.paths)
        outer = {name[:i] for name in names for i, c in enumerate(name) if c == "."}
        said = [f"“{shown(p)}” is written in two ways in one object; the last one was kept." for p in sorted(self.clashes)[:3]]
        types = ["number" if i in self.numbers - self.others else "text" for i in range(len(names))]
        # An object that is null in some rows is no column of its own beside the columns of its parts.
        return self.loader.finish(names, [*doubts, *said], types, may_go=[i for i, name in enumerate(names) if name in outer])


def _text(value: Any) -> tuple[str, bool]:
    """(text, whether it is a number)"""
    if isinstance(value, bool):
        return ("true" if value else "false"), False
    if isinstance(value, (Number, int)):
        return str(value), True
    if isinstance(value, str):
        return value.replace("\x00", ""), False
    return _json(value), False


def _json(value: Any) -> str:
    return json.dumps(_without_numbers(value), ensure_ascii=False, separators=(",", ":"))


def _without_numbers(value: Any) -> Any:
    if isinstance(value, Number):
        return float(value)
    if isinstance(value, list):
        return [_without_numbers(v) for v in value]
    if isinstance(value, dict):
        return {k: _without_numbers(v) for k, v in value.items()}
    return value
