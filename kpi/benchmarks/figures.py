"""Published figures: one row each, read and checked whole. The product's own are in `data/benchmarks.csv`; a visitor's own have the same columns."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from kpi.benchmarks.definitions import ALL, CHANNELS, CONTEXT, INDUSTRIES, KINDS, MIDDLES, OTHER, OURS, STATISTICS, codes_of, definition_of
from kpi.catalogue import CATALOGUE
from kpi.errors import BadValue, did_you_mean
from kpi.home import app_folder
from kpi.metric import STATISTICS as TIMES_AS

COLUMNS = tuple(
    "metric statistic kind value low high unit definition channel industry sector region sample publisher via title year url is_primary note".split()
)
"""The columns of the file, in this order."""
NEEDED = ("metric", "publisher", "title")
"""What a visitor's own row cannot do without, beside a value or its limits."""
MOST_ROWS, LONGEST_CELL = 5_000, 500
FIRST_YEAR, LAST_YEAR = 1990, 2100
_CURRENCY = re.compile(r"[A-Z]{3}\Z")
_ADDRESS = re.compile(r"https://[^\s<>\"'\[\]()`$\\]+\Z")


@dataclass(frozen=True)
class Figure:
    """A number somebody published, in our units (seconds, per cent, points, a score; money in its own currency, never converted).

    `kind` is what it is over organisations (`KINDS`), `statistic` what it is over the tickets of one. `value` is unknown (None) for ranges,
    bands and bounds. `year` None is undated. `via` names where it was read when not at its publisher's. `is_own`: a visitor added it.
    """

    metric: str
    value: float | None
    publisher: str
    title: str
    statistic: str = ""
    kind: str = "average"
    low: float | None = None
    high: float | None = None
    unit: str = ""
    definition: str = OURS
    channel: str = ALL
    industry: str = ALL
    sector: str = ""
    region: str = ""
    sample: str = ""
    via: str = ""
    year: int | None = None
    url: str = ""
    is_primary: bool = True
    note: str = ""
    is_own: bool = False

    @property
    def age(self) -> str:
        """ "2012", or "undated"."""
        return str(self.year) if self.year else "undated"

    @property
    def source(self) -> str:
        """ "primary", or where it was read: "second-hand: CCMA"."""
        return "own" if self.is_own else "primary" if self.is_primary else f"second-hand{f': {self.via}' if self.via else ''}"


@dataclass(frozen=True)
class Problem:
    """A row that was left out, its number in the file (the header is row 1), and why."""

    row: int
    why: str


@dataclass(frozen=True)
class Book:
    """What a file held: its figures, and the rows that could not be used."""

    figures: tuple[Figure, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def text(self) -> str:
        """ "12 figures; 2 rows left out: row 3 (…)." """
        many = len(self.figures)
        said = f"{many} figure{'' if many == 1 else 's'} read"
        if not self.problems:
            return f"{said}."
        first = self.problems[0]
        return (
            f"{said}; {len(self.problems)} row{'s' if len(self.problems) > 1 else ''} left out, the first is row {first.row}: {first.why}"
        )


@lru_cache(maxsize=1)
def published() -> tuple[Figure, ...]:
    """The figures that come with the product. BadValue names the row should one of them be wrong."""
    book = read((app_folder() / "data" / "benchmarks.csv").read_text("utf-8"), own=False)
    if book.problems:
        raise BadValue(f"benchmarks.csv, row {book.problems[0].row}: {book.problems[0].why}", "Mend that row of the file.")
    return book.figures


def read(text: str, *, own: bool = True) -> Book:
    """Figures of a CSV text. Rows that cannot be used are listed and the rest is read; BadValue when it is no such table at all.

    A visitor's own file needs the columns metric, publisher, title and value (or low and high). Everything else may be left out: the figure is
    then the average over all channels and industries, counted as Deskmeter counts, undated. Times are in seconds, shares in per cent.
    """
    if not text.strip():
        return Book(())
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=False)
    try:
        header = [cell.strip().casefold() for cell in next(rows)]
        body = [(rows.line_num, row) for _, row in zip(range(MOST_ROWS + 1), rows, strict=False)]
    except csv.Error as error:
        raise BadValue(f"The benchmarks cannot be read as CSV: {error}.", "Save the sheet as CSV (UTF-8).") from None
    if lacks := [name for name in NEEDED if name not in header]:
        hint = f"The columns are {', '.join(COLUMNS)}."
        raise BadValue(f"The benchmarks lack the column {lacks[0]!r}.", hint)
    if twice := [name for name in header if name and header.count(name) > 1]:
        raise BadValue(f"The column {twice[0]!r} is there twice.", "Keep one of them.")
    if len(body) > MOST_ROWS:
        raise BadValue(f"There are more than {MOST_ROWS:,} benchmarks.", "Keep those of your field.")
    figures: list[Figure] = []
    problems: list[Problem] = []
    seen: dict[Figure, int] = {}
    for line, cells in body:
        if not any(cell.strip() for cell in cells):
            continue
        try:
            figure = _figure(dict(zip(header, (cell.strip() for cell in cells), strict=False)), own)
        except BadValue as error:
            problems.append(Problem(line, str(error)))
            continue
        if figure in seen:
            problems.append(Problem(line, f"says the same as row {seen[figure]}."))
            continue
        seen[figure] = line
        figures.append(figure)
    return Book(tuple(figures), tuple(problems))


def write(figures: Sequence[Figure]) -> str:
    """Figures as the CSV that `read` reads."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows([_cell(getattr(figure, name)) for name in COLUMNS] for figure in figures)
    return out.getvalue()


def _figure(cells: dict[str, str], own: bool) -> Figure:
    """One row, checked. BadValue says what is wrong with it."""
    if long := next((name for name, cell in cells.items() if len(cell) > LONGEST_CELL), None):
        raise BadValue(f"{long} has more than {LONGEST_CELL} letters.")
    metric = cells.get("metric", "")
    known = {*CATALOGUE, *CONTEXT}
    if metric not in known:
        raise BadValue(f"there is no metric {metric!r}.", did_you_mean(metric, known))
    if empty := next((name for name in NEEDED if not cells.get(name)), None):
        raise BadValue(f"{empty} is empty.")
    unit = CONTEXT[metric].unit if metric in CONTEXT else CATALOGUE[metric].unit
    is_time = unit == "s"
    figure = Figure(
        metric=metric,
        value=_number(cells, "value"),
        low=_number(cells, "low"),
        high=_number(cells, "high"),
        publisher=cells["publisher"],
        title=cells["title"],
        statistic=_one_of(
            cells,
            "statistic",
            STATISTICS,
            "" if is_time else "score" if unit in ("score", "points") else "share" if unit == "%" else "ratio",
        ),
        kind=_one_of(cells, "kind", KINDS, "average"),
        unit=cells.get("unit") or ("" if unit == "currency" else unit),
        definition=_one_of(cells, "definition", codes_of(metric), OURS),
        channel=_one_of(cells, "channel", CHANNELS, ALL),
        industry=_one_of(cells, "industry", INDUSTRIES, ALL),
        **{name: cells.get(name, "") for name in ("sector", "region", "sample", "via", "url", "note")},
        year=_year(cells),
        is_primary=_one_of(cells, "is_primary", ("true", "false"), "true") == "true",
        is_own=own,
    )
    return _checked(figure, unit)


def _checked(figure: Figure, unit: str) -> Figure:
    metric = CATALOGUE.get(figure.metric)
    numbers = [x for x in (figure.low, figure.value, figure.high) if x is not None]
    if not numbers:
        raise BadValue("value, low and high are all empty.")
    if numbers != sorted(numbers):
        raise BadValue("low, value and high do not rise.")
    if figure.kind in MIDDLES and figure.value is None and None in (figure.low, figure.high):
        raise BadValue(f"an {figure.kind} needs its value.")
    described = definition_of(figure.metric, figure.definition)
    if unit == "currency":
        if not _CURRENCY.match(figure.unit):
            raise BadValue(f"unit {figure.unit!r} is no currency.", "Write its code, such as USD.")
    elif figure.unit != unit and not (described and described.fit == OTHER):
        raise BadValue(f"unit {figure.unit!r} is not the metric's, which is {unit!r}.", "Times are in seconds, shares in per cent.")
    if metric is not None and figure.unit == metric.unit:
        low, high = (-math.inf if metric.low is None else metric.low), (math.inf if metric.high is None else metric.high)
        if outside := next((x for x in numbers if not low <= x <= high), None):
            raise BadValue(f"{outside:g} lies outside the range of {metric.label}, {low:g} to {high:g}.")
    if unit == "s" and figure.statistic not in ("", "mean", "median"):
        raise BadValue(f"a time is a mean or a median, not a {figure.statistic}.", f"Of {', '.join(TIMES_AS)}, these two are published.")
    if figure.url and not _ADDRESS.match(figure.url):
        raise BadValue("url is no https address.", "It begins with https:// and has no spaces.")
    return figure


def _number(cells: dict[str, str], name: str) -> float | None:
    text = cells.get(name, "")
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        raise BadValue(f"{name} {text!r} is not a number.", "Write 83.5, without a unit.") from None
    if not math.isfinite(number) or abs(number) > 1e12:
        raise BadValue(f"{name} {text!r} is not a number one can compare with.")
    return number


def _year(cells: dict[str, str]) -> int | None:
    text = cells.get("year", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and FIRST_YEAR <= int(text) <= LAST_YEAR):
        raise BadValue(f"year {text!r} is no year from {FIRST_YEAR} on.", "Leave it empty where it is not known.")
    return int(text)


def _one_of(cells: dict[str, str], name: str, allowed: Sequence[str] | dict[str, str], otherwise: str) -> str:
    text = cells.get(name, "") or otherwise
    if text not in allowed:
        raise BadValue(f"{name} cannot be {text!r}.", f"It may be {', '.join(code for code in allowed if code)}.")
    return text


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.10g}" if isinstance(value, float) else str(value)
