"""What others published about a pair of metrics: context beside our own figures, never fitted to. The rows stand in data/relationships.csv."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache

from kpi.catalogue import CATALOGUE
from kpi.errors import BadValue
from kpi.home import app_folder

COLUMNS = "first second sign basis level statement publisher via year url is_primary".split()
SIGNS = {"+": "together", "-": "opposite ways", "0": "no link", "0 then -": "flat, then a drop"}
BASES = ("stated", "direction", "computed from its table", "computed from its figures")


@dataclass(frozen=True)
class Published:
    """One published relationship in our own words. `sign` is a key of `SIGNS`; `level` says what was compared (customers, organisations …);
    `basis` whether the source prints the figure, only its direction, or the figure was worked out from what it prints. `via` names where it was
    read when not at its publisher's; `url` may be empty."""

    first: str
    second: str
    sign: str
    basis: str
    level: str
    statement: str
    publisher: str
    via: str
    year: int | None
    url: str
    is_primary: bool

    @property
    def source(self) -> str:
        """ "SQM Group, 2021"; "CFI Group, read at Total Retail, 2008"."""
        return ", ".join(part for part in (self.publisher, self.via and f"read at {self.via}", str(self.year or "undated")) if part)


def about(first: str, second: str) -> tuple[Published, ...]:
    """What was published about two metrics, in either order."""
    return tuple(row for row in published() if {row.first, row.second} == {first, second})


@lru_cache(maxsize=1)
def published() -> tuple[Published, ...]:
    """Every row of the file; BadValue names the row and column of a mistake."""
    path = app_folder() / "data" / "relationships.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(_read(place, row) for place, row in enumerate(rows, 2))


def _read(place: int, row: dict[str, str]) -> Published:
    def wrong(column: str, hint: str) -> BadValue:
        return BadValue(f"relationships.csv, row {place}: {column} cannot be {row.get(column)!r}.", hint)

    for column in ("first", "second"):
        if row.get(column) not in CATALOGUE:
            raise wrong(column, "Write the name of a metric.")
    if row["sign"] not in SIGNS:
        raise wrong("sign", f"It may be {', '.join(SIGNS)}.")
    if row["basis"] not in BASES:
        raise wrong("basis", f"It may be {', '.join(BASES)}.")
    if row["url"] and not row["url"].startswith(("https://", "http://")):
        raise wrong("url", "Write a web address, or nothing.")
    if row["year"] and not row["year"].isdigit():
        raise wrong("year", "Write four digits, or nothing where it is undated.")
    year = int(row["year"]) if row["year"] else None
    texts = {name: row[name] for name in ("first", "second", "sign", "basis", "level", "statement", "publisher", "via", "url")}
    return Published(**texts, year=year, is_primary=row["is_primary"] == "true")
