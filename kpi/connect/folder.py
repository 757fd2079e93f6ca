"""A folder of files, or a pattern of paths, on this machine: the files are read as if they had been uploaded."""

from __future__ import annotations

from pathlib import Path

from kpi.connect.declaration import Connection, Wanted, place_of
from kpi.connect.problems import CannotConnect

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".json", ".ndjson", ".jsonl", ".parquet", ".zip", ".gz")
MOST_FILES = 1_000
_MARKS = "*?["


def found(connection: Connection) -> dict[str, tuple[Path, Wanted]]:
    """Name -> file and what was declared of it: the files each declared pattern means, else all tables in the folder, by name."""
    place = Path(place_of(connection))
    root, pattern = (place, "") if place.is_dir() else _cut(place)
    if not root.is_dir() or not (place.exists() or any(mark in pattern for mark in _MARKS)):
        raise CannotConnect(f"The folder of “{connection.label}” is not there.", "Correct its place in the declaration.")
    files: dict[str, tuple[Path, Wanted]] = {}
    for one in connection.tables or (Wanted(pattern or "**/*"),):
        there = [path for path in sorted(root.glob(one.name)) if path.is_file() and _is_below(path, root) and not _is_hidden(path, root)]
        tables = there if pattern or connection.tables else [path for path in there if path.name.lower().endswith(SUFFIXES)]
        if not tables and not one.optional:
            what = "has no file" if pattern or connection.tables else "holds no table"
            raise CannotConnect(
                f"The folder of “{connection.label}” {what}{f' like “{one.name}”' if what == 'has no file' else ''}.",
                "It may hold CSV, Excel, JSON and Parquet files.",
            )
        files |= {path.relative_to(root).as_posix(): (path, one) for path in tables}
        if len(files) > MOST_FILES:
            raise CannotConnect(f"“{connection.label}” means more than {MOST_FILES:,} files.", "Name fewer, or join them into larger ones.")
    if not files:
        raise CannotConnect(f"None of the declared files of “{connection.label}” is there.", "Correct their names in the declaration.")
    return files


def _cut(place: Path) -> tuple[Path, str]:
    """A pattern as the folder it begins in and the rest."""
    parts = place.parts
    first = next((i for i, part in enumerate(parts) if any(mark in part for mark in _MARKS)), len(parts) - 1)
    return Path(*parts[:first]), "/".join(parts[first:])


def _is_below(path: Path, root: Path) -> bool:
    """Whether a file lies in the folder: no pattern with ".." and no symbolic link leads out of it."""
    return path.resolve().is_relative_to(root.resolve())


def _is_hidden(path: Path, root: Path) -> bool:
    """Marks of other programs: _SUCCESS, .crc."""
    return any(part.startswith((".", "_")) for part in path.relative_to(root).parts)
