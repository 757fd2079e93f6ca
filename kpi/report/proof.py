"""The numbers of a report, with all it takes to make them again: which code, which data, which scope, and every digit.

A report carries its proof as JSON, in its own way of each kind of file:

    {"deskmeter": 1, "version": "0.1.0 (commit …)", "fingerprint": "…", "reading": {"zone": "", "date_orders": {}},
     "scope": {…}, "numbers": [{"scope": {"by": ["week"], …}, "intervals": true, "rows": [["csat", "2026-10-05", [], value, low, high, n, top, bottom], …]}]}

`scope` is what `Scope.to_query` says, a row's third part its group in the order of the split; unknown is null. A file that shows a part of the data (a
reader of a link made it, or names are hidden) has `"view": {"of": "…", "since": "…", "until": "…"}` besides: the fingerprint of the whole, and between
which instants. What else the part leaves out is in no file: the second half of its fingerprint is a salted hash of it, which the server that made the
link knows again (`kpi.store.origin`).
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kpi.engine import Dataset
from kpi.errors import KpiError, UnreadableFile
from kpi.explain.lines import code_version
from kpi.measure import Result
from kpi.measure.result import COLUMNS
from kpi.scope import Scope

MARK, FORMAT = "deskmeter", 1
MOST_ROWS = 200_000
"""More numbers than this are no report."""

COMPARED = ("before", "change", "change_low", "change_high")
"""What rows of a scope with a comparison have besides."""

OF_VIEW = re.compile(r"[0-9a-f]{16}-[0-9a-f]{16}")
"""The fingerprint of a view: of the whole, then of the part."""

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Numbers:
    """What one measurement gave. `rows`: metric, period, group (a tuple), value, low, high, n, top, bottom; where the scope compares also before,
    change, change_low, change_high. None is unknown."""

    scope: Mapping[str, Sequence[str]]
    rows: tuple[Row, ...]
    intervals: bool = True

    @property
    def metrics(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(str(row[0]) for row in self.rows))


@dataclass(frozen=True)
class View:
    """That a proof is of a part of the data. `of`: the fingerprint of the whole; `since` and `until`: the UTC instants outside of which nothing is in it
    (its reader knows them from the dates of the page), None for no limit."""

    of: str
    since: dt.datetime | None = None
    until: dt.datetime | None = None

    @staticmethod
    def at(data: Dataset) -> View | None:
        """The view a dataset is; None where it is the whole."""
        if data.seen.is_all:
            return None
        return View(whole_of(data.fingerprint), data.seen.since, data.seen.until)

    def to_dict(self) -> dict[str, str | None]:
        """As JSON has it."""
        since, until = (None if at is None else at.isoformat() for at in (self.since, self.until))
        return {"of": self.of, "since": since, "until": until}


def whole_of(fingerprint: str) -> str:
    """The fingerprint of the whole that a view is a part of: the first half of the view's (`Dataset.as_seen`)."""
    return fingerprint.partition("-")[0]


@dataclass(frozen=True)
class Proof:
    """The numbers, the code's version, the data's fingerprint, and what was said about the files when they were read. `scope` is the page's own; `view`
    says of which data the file shows a part."""

    version: str
    fingerprint: str
    numbers: tuple[Numbers, ...] = ()
    scope: Mapping[str, Sequence[str]] = field(default_factory=dict)
    zone: str = ""
    date_orders: Mapping[str, str] = field(default_factory=dict)
    view: View | None = None

    @property
    def count(self) -> int:
        """How many numbers there are: values that are known."""
        return sum(row[3] is not None for part in self.numbers for row in part.rows)

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            MARK: FORMAT,
            "version": self.version,
            "fingerprint": self.fingerprint,
            **({"view": self.view.to_dict()} if self.view else {}),
            "reading": {"zone": self.zone, "date_orders": dict(self.date_orders)},
            "scope": _query(self.scope),
            "numbers": [
                {
                    "scope": _query(part.scope),
                    "intervals": part.intervals,
                    "rows": [list(row) for row in part.rows],
                }
                for part in self.numbers
            ],
        }

    def to_json(self) -> str:
        """On one line, in ASCII, without any sign that ends a comment, a tag or a script in the file that carries it."""
        text = json.dumps(self.to_dict(), ensure_ascii=True, separators=(",", ":"), allow_nan=False)
        for sign in "<>&":
            text = text.replace(sign, f"\\u{ord(sign):04x}")
        return text.replace("--", "-\\u002d")


def proof_of(
    results: Iterable[Result | tuple[Result, bool]],
    *,
    data: Dataset | None = None,
    scope: Scope | None = None,
    zone: str = "",
    date_orders: Mapping[str, str] | None = None,
) -> Proof:
    """The proof of some results of a dataset; a pair says whether its intervals were asked for. The same measurement twice counts once."""
    parts: dict[str, Numbers] = {}
    fingerprint = data.fingerprint if data else ""
    for given in results:
        result, intervals = given if isinstance(given, tuple) else (given, True)
        query, rows = result.scope.to_query(), rows_of(result)
        if rows:
            key = json.dumps([query, [row[:3] for row in rows], intervals], default=str)
            parts[key] = Numbers(query, rows, intervals)
        fingerprint = fingerprint or result.fingerprint
    said = scope.to_query() if scope else {}
    return Proof(code_version(), fingerprint, tuple(parts.values()), said, zone, date_orders or {}, View.at(data) if data else None)


def rows_of(result: Result) -> tuple[Row, ...]:
    """The rows of a result as a proof keeps them; metrics that could not be measured have none."""
    columns = [*COLUMNS, *(COMPARED if result.scope.compare else ())]
    return tuple(
        (row["metric"], row["period"], tuple(str(value) for value in row["group"].values()), *(_finite(row.get(c)) for c in columns))
        for row in result.records()
        if row["metric"] not in result.unavailable
    )


def parsed(text: str, name: str) -> Proof:
    """The proof a file carries; UnreadableFile where it is none, or was changed into something else."""
    try:
        given = json.loads(text)
        if given[MARK] != FORMAT:
            raise UnreadableFile(f"{name} was made by a newer version.", "Install that one to verify it.")
        parts = tuple(
            Numbers(
                _query(part["scope"]),
                tuple(_row(row) for row in part["rows"]),
                bool(part["intervals"]),
            )
            for part in given["numbers"]
        )
        reading = given["reading"]
        orders = {str(column): str(order) for column, order in reading["date_orders"].items()}
        fingerprint, zone = str(given["fingerprint"]), str(reading["zone"])
        view = _view(given.get("view"), fingerprint)
        proof = Proof(str(given["version"]), fingerprint, parts, _query(given["scope"]), zone, orders, view)
    except KpiError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        raise UnreadableFile(f"The numbers {name} carries were damaged.", "Ask for the file again.") from None
    if sum(len(part.rows) for part in parts) > MOST_ROWS:
        raise UnreadableFile(f"{name} carries more than {MOST_ROWS:,} numbers.", "A report has fewer.")
    return proof


def _view(given: Mapping[str, Any] | None, fingerprint: str) -> View | None:
    """The view a proof says it is of; files of older versions say it in the fingerprint only."""
    if given is None:
        return View(whole_of(fingerprint)) if OF_VIEW.fullmatch(fingerprint) else None
    since, until = (dt.datetime.fromisoformat(given[name]) if given.get(name) else None for name in ("since", "until"))
    return View(str(given["of"]), since, until)


def _row(given: Sequence[Any]) -> Row:
    metric, period, group, *values = given
    if len(values) not in (len(COLUMNS), len(COLUMNS) + len(COMPARED)) or not all(
        value is None or isinstance(value, int | float) for value in values
    ):
        raise ValueError("not a row")
    return (str(metric), str(period), tuple(str(value) for value in group), *values)


def _query(given: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {str(name): [str(value) for value in values] for name, values in given.items()}


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
