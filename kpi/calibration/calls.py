"""What the app claims, written down with its date, so that it can be held to it: forecasts, chances, and "this change is real".

    kind      claims that the value of the due dates …          is right when it
    interval  lies from `low` to `high` with `chance`           does
    chance    is at or beyond `goal` with `chance`              is (then judged by Brier's score, one by one nothing is wrong)
    change    is still beyond `goal`, the level before a change  is: what was real does not go back

`better` says which side of `goal` is meant: "higher" or "lower". The file is CSV (docs/targets.md); lines are only ever added.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from urllib.parse import parse_qs, urlencode

from kpi.errors import BadValue, KpiError
from kpi.hours import Calendar
from kpi.scope import Scope

KINDS = ("interval", "chance", "change")
SIDES = ("higher", "lower")
COLUMNS = ("made", "knew_to", "dataset", "kind", "metric", "scope", "due_from", "due_to", "low", "high", "goal", "better", "chance")
_DATES, _NUMBERS = ("made", "knew_to", "due_from", "due_to"), ("low", "high", "goal", "chance")
_MOVES = ("by", "from", "to", "compare", "split", "as_of")
"""Parts of a scope that say when and how sliced, not what: a claim has its own dates."""
MOST_CALLS = 20_000


@dataclass(frozen=True)
class Call:
    """One claim. `made` is the day it was made on, `knew_to` the last date of the data it knew, `dataset` their fingerprint.

    `scope` says which rows and how they are counted, without dates (`scope_text`); `due_from` and `due_to`, both included, are the dates
    it is about; the value meant is the mean of their weeks. `low`, `high` and `goal` are in the metric's unit; None where a kind has none.
    """

    kind: str
    metric: str
    scope: str
    due_from: dt.date
    due_to: dt.date
    made: dt.date
    knew_to: dt.date
    dataset: str = ""
    low: float | None = None
    high: float | None = None
    goal: float | None = None
    better: str = ""
    chance: float | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """What is noted once: the kind of claim about these dates of this metric in this scope, made from this dataset."""
        return (self.dataset, self.kind, self.metric, self.scope, self.due_from.isoformat(), self.due_to.isoformat())

    @property
    def about(self) -> tuple[str, ...]:
        """What is scored once: the first such claim counts, whatever data later ones were made from."""
        return self.key[1:]


@dataclass(frozen=True)
class Read:
    """The claims of a file, and a sentence for every line that is none."""

    calls: tuple[Call, ...] = ()
    problems: tuple[str, ...] = ()


def scope_text(scope: Scope) -> str:
    """What of a scope outlasts its dates, as text: zone, clock, statistic, filters, thresholds, the calendar's fingerprint."""
    kept = {name: values for name, values in sorted(scope.to_query().items()) if name not in _MOVES}
    return urlencode(kept, doseq=True)


def scope_of(text: str, calendar: Calendar | None = None) -> Scope | None:
    """The scope of such a text; None where it means another calendar than the one given. BadValue for text that means nothing."""
    query = parse_qs(text, keep_blank_values=True)
    wanted = query.pop("calendar", [""])[0]
    if wanted and (calendar is None or calendar.fingerprint != wanted):
        return None
    return Scope.from_query(query, calendar if wanted else None)


def read(text: str) -> Read:
    """The claims of a calls.csv. A line that cannot be read is told with its number and what is wrong, and harms no other."""
    if not text.strip():
        return Read()
    rows = csv.reader(io.StringIO(text))
    found: list[Call] = []
    problems: list[str] = []
    try:
        header = [name.strip() for name in next(rows)]
        if lacks := [name for name in COLUMNS if name not in header]:
            raise BadValue(f"calls.csv lacks the column {lacks[0]}.", f"Its columns are {', '.join(COLUMNS)}.")
        for cells in rows:
            if not any(cells):
                continue
            try:
                found.append(_call(dict(zip(header, cells, strict=False)), len(cells) == len(header)))
            except KpiError as error:
                problems.append(f"calls.csv, line {rows.line_num}: {error}")
    except csv.Error as error:
        problems.append(f"calls.csv, line {rows.line_num}: not CSV ({error}). Mend the line.")
    return Read(tuple(found), tuple(problems))


def added(text: str, calls: Iterable[Call]) -> str:
    """The text with the claims that are not in it yet. What is in it stays as it is, to the letter."""
    known = {call.key for call in read(text).calls}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if not text.strip():
        writer.writerow(COLUMNS)
    count = len(known)
    for call in calls:
        if call.key not in known and count < MOST_CALLS:
            known.add(call.key)
            count += 1
            writer.writerow([_cell(getattr(call, name)) for name in COLUMNS])
    kept = text if not text.strip() or text.endswith("\n") else f"{text}\n"
    return (kept if text.strip() else "") + out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, dt.date) else repr(value) if isinstance(value, float) else str(value)


def _call(cells: Mapping[str, str], is_whole: bool) -> Call:
    if not is_whole:
        raise BadValue("the line has not as many cells as the header.", "Mend the line.")
    given: dict[str, object] = {}
    for field in fields(Call):
        text = cells[field.name].strip()
        if field.name in _DATES:
            given[field.name] = _date(text, field.name)
        elif field.name in _NUMBERS:
            given[field.name] = _number(text, field.name)
        else:
            given[field.name] = text
    call = Call(**given)  # type: ignore[arg-type]  # one entry for each field, each made for its type above
    check(call)
    return call


def check(call: Call) -> None:
    """Raises BadValue for a claim nobody could be held to."""
    if call.kind not in KINDS:
        raise BadValue(f"the kind cannot be {call.kind[:40]!r}.", f"It may be {', '.join(KINDS)}.")
    if call.due_from > call.due_to:
        raise BadValue("the due dates run backwards.", "Swap them.")
    lacks = [n for n in (("low", "high") if call.kind == "interval" else ("goal",)) if getattr(call, n) is None]
    if call.kind != "change" and call.chance is None:
        lacks.append("chance")
    if lacks:
        raise BadValue(f"a call of the kind {call.kind!r} needs {lacks[0]}.", "Write the number.")
    if call.chance is not None and not 0 <= call.chance <= 1:
        raise BadValue(f"chance cannot be {call.chance:g}.", "It lies from 0 to 1.")
    if call.kind != "interval" and call.better not in SIDES:
        raise BadValue(f"better cannot be {call.better[:40]!r}.", f"It may be {' or '.join(SIDES)}.")


def _date(text: str, name: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise BadValue(f"{name} {text[:40]!r} is not a date.", "Write it as 2026-03-31.") from None


def _number(text: str, name: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadValue(f"{name} {text[:40]!r} is not a number.", "Write it plainly, such as 0.8.")
    return value
