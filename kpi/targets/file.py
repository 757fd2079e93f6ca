"""targets.toml: read target by target, every mistake told with the target and the key it is in, and written back.

[[target]]
name = "Faster resolution"
metric = "full_resolution_time"
statistic = "mean"                     # median, mean, p75, p90, p95; left out: the metric's own
change = "-5 %"                        # or: to = "14h 20m"
start = 2026-03-02
deadline = "10 months"                 # or a date
baseline = "13 weeks"                  # before the start; or "2025-10-01 to 2025-12-31"; or: from = "15h 5m"
where = { team = "Billing" }           # docs/targets.md lists every key
"""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kpi.catalogue import find
from kpi.errors import BadValue, KpiError, did_you_mean
from kpi.targets import amounts
from kpi.targets.target import USUAL_BASELINE, USUAL_WEEKS, Target, check

KEYS = (
    "name metric where statistic clock params from baseline to change start deadline steps owner note counter weeks".split()
)  # fmt: skip
MOST_CHARACTERS, MOST_TARGETS = 512 * 1024, 500


@dataclass(frozen=True)
class Problem:
    """A target that cannot be used: where it is, what is wrong, what to do. `table` is what the file says, kept to be written back."""

    place: str
    what: str
    hint: str
    table: Mapping[str, Any]

    @property
    def text(self) -> str:
        return f"{self.place}: {self.what} {self.hint}".strip()


@dataclass(frozen=True)
class Targets:
    """What a file holds: targets that can be used, and problems with the others."""

    targets: tuple[Target, ...] = ()
    problems: tuple[Problem, ...] = ()


def read(text: str, name: str = "targets.toml") -> Targets:
    """The targets of a TOML text; `name` is what errors call it. BadValue only where the text as a whole is no such file."""
    if len(text) > MOST_CHARACTERS:
        raise BadValue(f"{name} is longer than {MOST_CHARACTERS // 1024} KiB.", "Leave out what is no longer needed.")
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadValue(f"{name} is not TOML: {_short(error)}.", "docs/targets.md has an example.") from None
    if unknown := [key for key in content if key != "target"]:
        raise BadValue(f"{name} has no use for {_short(unknown[0])}.", "Write [[target]], with two brackets, above each one.")
    tables = content.get("target", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise BadValue(f"{name}: 'target' is not a list of tables.", "Write [[target]], with two brackets, above each one.")
    if len(tables) > MOST_TARGETS:
        raise BadValue(f"{name} has {len(tables):,} targets.", f"{MOST_TARGETS} are the most that can be kept.")
    found: dict[str, Target] = {}
    problems = []
    for number, table in enumerate(tables, start=1):
        place = f"{name}, target {number}" + (f" ({_short(table['name'])})" if isinstance(table.get("name"), str) else "")
        try:
            target = of_table(table)
            if target.key in found:
                raise BadValue("name: another target has it already.", "Give each its own name.")
            found[target.key] = target
        except KpiError as error:
            problems.append(Problem(place, error.what, error.hint, table))
    return Targets(tuple(found.values()), tuple(problems))


def of_table(table: Mapping[str, Any]) -> Target:
    """One target; BadValue or UnknownName, naming the key, for one that cannot be used."""
    for key in table:
        if key not in KEYS:
            raise BadValue(f"There is no key {_short(key)}.", did_you_mean(key, KEYS) or f"The keys are {', '.join(KEYS)}.")
    _need(table, "metric")
    metric = _at("metric", lambda: find(_text(table["metric"])))
    _need(table, "start", "deadline")
    clock = _at("clock", lambda: _text(table.get("clock", "calendar")))
    days = not (clock == "business" and "clock" in metric.params)
    start = _at("start", lambda: amounts.day(table["start"]))

    def value(key: str) -> float | None:
        return _at(key, lambda: amounts.amount(table[key], metric.unit, days=days)) if key in table else None

    deadline = table["deadline"]
    return check(
        Target(
            metric=metric.name,
            start=start,
            deadline=_at("deadline", lambda: _said(amounts.after(start, deadline), deadline)),
            goal=value("to"),
            change=_at("change", lambda: amounts.change(table["change"], metric.unit, days=days)) if "change" in table else None,
            name=_at("name", lambda: _text(table.get("name", ""))),
            begin=value("from"),
            baseline=_at("baseline", lambda: _text(table.get("baseline", USUAL_BASELINE))),
            where=_at("where", lambda: _where(table.get("where", {}))),
            statistic=_at("statistic", lambda: _text(table["statistic"])) if "statistic" in table else None,
            clock=clock,
            params=_at("params", lambda: tuple(sorted((k, _text(v)) for k, v in _table(table.get("params", {})).items()))),
            steps=_at("steps", lambda: _steps(table.get("steps", {}), metric.unit, days)),
            owner=_at("owner", lambda: _text(table.get("owner", ""))),
            note=_at("note", lambda: _text(table.get("note", ""))),
            counters=_at("counter", lambda: _several(table.get("counter", []))),
            weeks=_at("weeks", lambda: _whole(table.get("weeks", USUAL_WEEKS))),
        )
    )


def _need(table: Mapping[str, Any], *keys: str) -> None:
    for key in keys:
        if key not in table:
            raise BadValue(f"{key} is missing.", "docs/targets.md says what a target needs.")


def to_toml(targets: Sequence[Target], problems: Sequence[Problem] = ()) -> str:
    """The file of these targets. What could not be used is written back as it was, so that nobody's work is lost."""
    tables = [*(table_of(target) for target in targets), *(problem.table for problem in problems)]
    return "\n".join("[[target]]\n" + "".join(f"{_key(key)} = {_value(value)}\n" for key, value in table.items()) for table in tables)


def table_of(target: Target) -> dict[str, Any]:
    unit = target.declared.unit
    written: dict[str, Any] = {
        "name": target.name,
        "metric": target.metric,
        "where": {column: list(values) if len(values) != 1 else values[0] for column, values in target.where},
        "statistic": target.statistic,
        "clock": target.clock if target.clock != "calendar" else None,
        "params": dict(target.params),
        "from": None if target.begin is None else amounts.text(target.begin, unit),
        "baseline": target.baseline if target.baseline != USUAL_BASELINE else None,
        "to": None if target.goal is None else amounts.text(target.goal, unit),
        "change": target.change.text(unit) if target.change else None,
        "start": target.start,
        "deadline": dt.date.fromisoformat(target.deadline) if target.deadline[:1].isdigit() and "-" in target.deadline else target.deadline,
        "steps": {step.isoformat(): amounts.text(value, unit) for step, value in target.steps},
        "owner": target.owner,
        "note": target.note,
        "counter": list(target.counters),
        "weeks": target.weeks if target.weeks != USUAL_WEEKS else None,
    }
    return {key: value for key, value in written.items() if value not in (None, "", {}, [])}


def _key(key: str) -> str:
    return key if key.isascii() and key.replace("_", "").isalnum() else _quoted(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }" if value else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    return str(value.isoformat()) if hasattr(value, "isoformat") else repr(value)  # nan and inf are written alike


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _said(due: dt.date, given: object) -> str:
    return given.strip() if isinstance(given, str) else due.isoformat()


def _text(given: object) -> str:
    if not isinstance(given, str):
        raise BadValue(f"{_short(given)} is not text.", "Put it in quotation marks.")
    return given


def _whole(given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int):
        raise BadValue(f"{_short(given)} is not a whole number.", "Write 4, without quotation marks.")
    return given


def _several(given: object) -> tuple[str, ...]:
    return tuple(_text(one) for one in (given if isinstance(given, list) else [given]))


def _table(given: object) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise BadValue(f"{_short(given)} is not a table.", 'Write it like { team = "Billing" }.')
    return given


def _where(given: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(sorted((column, tuple(sorted(_several(values)))) for column, values in _table(given).items() if values != []))


def _steps(given: object, unit: str, days: bool) -> tuple[tuple[dt.date, float], ...]:
    return tuple(sorted((amounts.day(on), amounts.amount(value, unit, days=days)) for on, value in _table(given).items()))


def _at(key: str, make: Callable[[], Any]) -> Any:
    """What `make` makes; what it raises is told with its key."""
    try:
        return make()
    except KpiError as error:
        raise type(error)(f"{key}: {error.what}", error.hint) from None


def _short(given: object) -> str:
    text = " ".join(str(given).split())
    return repr(text if len(text) <= 60 else f"{text[:59]}…")
