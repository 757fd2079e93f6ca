"""From uploaded files to raw tables: unpack, find out what each file is, and hand it to its reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import duckdb

from kpi.errors import UnreadableFile
from kpi.files import limits
from kpi.files.archive import Budget, gunzip, unzip
from kpi.files.delimited import read_delimited
from kpi.files.detect import detect
from kpi.files.encoding import head_of, utf8
from kpi.files.json_table import read_json
from kpi.files.loader import drop
from kpi.files.parquet import read_parquet
from kpi.files.table import RawTable, shown
from kpi.files.workbook import read_workbook

Progress = Callable[[str, float], None]


def decode(
    con: duckdb.DuckDBPyConnection,
    paths: Sequence[Path],
    *,
    names: Sequence[str] | None = None,
    progress: Progress | None = None,
    most: int | None = None,
) -> list[RawTable]:
    """Every table in `paths`, as text, in the order of the files.

    con: an open DuckDB connection; the tables are made in its main schema under names of our own (see RawTable)
    names: what the files are called, for uploads stored under other names; a file's kind is told from its content
    progress: called with a file's name and the share of all files done, 0 to 1
    most: so many rows of each table are enough, for a look at the head of a large file; rejected rows and doubts are those of the head

    Raises UnreadableFile for a file that is no table; then no table is left behind. Inside an archive such a file is left out
    and said in the doubts of the archive's first table, as long as there is one.
    """
    if names is not None and len(names) != len(paths):
        raise ValueError(f"{len(names)} names for {len(paths)} files")
    tables: list[RawTable] = []
    try:
        for i, path in enumerate(paths):
            file = shown(Path(names[i].replace("\\", "/")).name if names else Path(path).name, 120)

            def tick(share: float, file: str = file, i: int = i) -> None:
                if progress is not None:
                    progress(file, min((i + share) / len(paths), 1.0))

            if not Path(path).is_file():
                raise UnreadableFile(f"There is no file “{file}”.", "Check its path.")
            tick(0.0)
            with _failures_said(file), TemporaryDirectory(prefix="kpi-") as work:
                tables += _Reader(con, Path(work), Budget(file, limits.MAX_UNPACKED), tick, most).read(Path(path), file)
            tick(1.0)
    except BaseException:
        for table in tables:
            drop(con, table.table)
        raise
    return tables


@contextmanager
def _failures_said(file: str) -> Iterator[None]:
    """What is not the file's fault, in words."""
    try:
        yield
    except (duckdb.OutOfMemoryException, MemoryError):
        raise UnreadableFile(f"“{file}” needs more memory than there is.", "Upload it in parts, or give the server more memory.") from None
    except OSError as error:
        raise UnreadableFile(
            f"“{file}” could not be read ({error.strerror or error}).", "Check the file and the free space on the disk."
        ) from None


@dataclass(frozen=True)
class _Reader:
    """Reads one upload. `work` is a folder for what has to be unpacked or written anew."""

    con: duckdb.DuckDBPyConnection
    work: Path
    budget: Budget
    tick: Callable[[float], None]
    most: int | None = None

    def read(self, path: Path, file: str, depth: int = 0) -> list[RawTable]:
        kind = detect(path, file)
        if kind in ("zip", "gzip") and depth >= limits.MAX_DEPTH:
            raise UnreadableFile(f"“{file}” is an archive inside an archive inside an archive.", "Unpack it and upload the tables.")
        if kind == "zip":
            return self._archive(path, file, depth)
        if kind == "gzip":
            inner = gunzip(path, file, self._folder(), self.budget)
            return self.read(inner, file, depth + 1)
        if kind == "xlsx":
            return [self._head(table) for table in read_workbook(self.con, path, file, self.tick, self.most)]
        if kind == "parquet":
            return [self._head(read_parquet(self.con, path, file, self.tick, self.most))]
        path = path if self.most is None or kind == "json" else head_of(path, self._folder())
        text = utf8(path, self._folder(), file, long_lines=kind == "json")
        if kind == "json":
            return [self._head(read_json(self.con, text.path, file, text.doubts, self.tick, self.most))]
        table = read_delimited(self.con, text.path, file, text.doubts, self.tick)
        return [self._head(replace(table, odd_lines=text.odd_lines, odd_at=text.odd_at))]

    def _head(self, table: RawTable) -> RawTable:
        """The first rows of a table, where they are enough."""
        if self.most is None or table.rows <= self.most:
            return table
        self.con.execute(
            f"DELETE FROM {table.table} WHERE _row > (SELECT _row FROM {table.table} ORDER BY _row LIMIT 1 OFFSET {self.most - 1})"
        )
        return replace(table, rows=self.most)

    def _archive(self, path: Path, file: str, depth: int) -> list[RawTable]:
        tables: list[RawTable] = []
        failures: list[UnreadableFile] = []
        try:
            for inner, name in unzip(path, file, self._folder(), self.budget):
                try:
                    tables += self.read(inner, f"{file} › {name}", depth + 1)
                except UnreadableFile as failure:
                    failures.append(failure)
        except BaseException:
            for table in tables:
                drop(self.con, table.table)
            raise
        if not tables:
            raise failures[0] if failures else UnreadableFile(f"“{file}” is an empty archive.", "Pack the tables again.")
        left_out = tuple(f"Left out: {failure.what}" for failure in failures)
        return [replace(tables[0], doubts=(*tables[0].doubts, *left_out)), *tables[1:]]

    def _folder(self) -> Path:
        return Path(mkdtemp(dir=self.work))
