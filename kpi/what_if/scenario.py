"""scenarios.toml: named sets of moved inputs, read one by one, every mistake told with its place, nothing lost.

[[scenario]]
name = "More at first contact"
note = "After the knowledge base is done"

[scenario.set]
first_contact_resolution = 70.0        # in the input's unit: per cent, seconds, money, tickets
handle_time = 480
"""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kpi.errors import BadValue, KpiError, did_you_mean
from kpi.what_if.inputs import INPUTS, MOST_MOVED, find_input

MOST, LONGEST_NAME, LONGEST_NOTE, LONGEST = 200, 120, 500, 512 * 1024
KEYS = ("name", "note", "set")


@dataclass(frozen=True)
class Scenario:
    """`moves`: input -> value in its unit. BadValue for a name, a note or moves that cannot be kept."""

    name: str
    moves: tuple[tuple[str, float], ...]
    note: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > LONGEST_NAME or not self.name.isprintable():
            raise BadValue("A scenario needs a name.", f"Give it one of 1 to {LONGEST_NAME} characters on one line.")
        if len(self.note) > LONGEST_NOTE:
            raise BadValue(f"The note has {len(self.note)} characters.", f"At most {LONGEST_NOTE} are kept.")
        if not 1 <= len(self.moves) <= MOST_MOVED:
            raise BadValue("A scenario moves one input or more.", f"Move 1 to {MOST_MOVED} inputs.")
        for name, value in self.moves:
            find_input(name).check(value)


@dataclass(frozen=True)
class Problem:
    """A scenario that cannot be used, and why. `table` is what the file says, kept to be written back."""

    place: str
    what: str
    table: Mapping[str, Any]


@dataclass(frozen=True)
class Scenarios:
    """What a file holds; each name is there once."""

    scenarios: tuple[Scenario, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def named(self) -> dict[str, Scenario]:
        return {one.name: one for one in self.scenarios}

    def having(self, scenario: Scenario) -> Scenarios:
        """With one more; one of the same name is replaced."""
        kept = [one for one in self.scenarios if one.name != scenario.name]
        if len(kept) >= MOST:
            raise BadValue(f"{MOST} scenarios are kept already.", "Delete one first.")
        return Scenarios((*kept, scenario), self.problems)

    def without(self, name: str) -> Scenarios:
        return Scenarios(tuple(one for one in self.scenarios if one.name != name), self.problems)


def read(text: str) -> Scenarios:
    """The scenarios of a TOML text. BadValue only where the text as a whole is no such file."""
    if len(text) > LONGEST:
        raise BadValue(f"scenarios.toml is longer than {LONGEST // 1024} KiB.", "Leave out what is no longer needed.")
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadValue(f"scenarios.toml is not TOML: {' '.join(str(error).split())[:80]}.", "Write [[scenario]] above each one.") from None
    tables = content.get("scenario", [])
    if [key for key in content if key != "scenario"] or not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        raise BadValue("scenarios.toml holds something else than scenarios.", "Write [[scenario]], with two brackets, above each one.")
    found: dict[str, Scenario] = {}
    problems = []
    for number, table in enumerate(tables, 1):
        try:
            one = _of(table)
            if one.name in found:
                raise BadValue("another scenario has this name already.", "Give each its own.")
            if len(found) >= MOST:
                raise BadValue(f"only {MOST} scenarios are kept.")
            found[one.name] = one
        except KpiError as error:
            problems.append(Problem(f"scenario {number}", str(error), table))
    return Scenarios(tuple(found.values()), tuple(problems))


def write(kept: Scenarios) -> str:
    """As TOML; "" for none. What could not be used is written back as it was."""
    tables: list[Mapping[str, Any]] = [
        {"name": one.name, **({"note": one.note} if one.note else {}), "set": dict(one.moves)} for one in kept.scenarios
    ]
    return "\n".join(
        "[[scenario]]\n" + "".join(f"{_key(k)} = {_value(v)}\n" for k, v in table.items())
        for table in [*tables, *(problem.table for problem in kept.problems)]
    )


def _of(table: Mapping[str, Any]) -> Scenario:
    for key in table:
        if key not in KEYS:
            raise BadValue(f"there is no key {key[:40]!r}.", did_you_mean(key, KEYS) or f"The keys are {', '.join(KEYS)}.")
    name, note, moves = table.get("name", ""), table.get("note", ""), table.get("set", {})
    if not isinstance(name, str) or not isinstance(note, str) or not isinstance(moves, dict):
        raise BadValue("name and note are texts, set is a table.", "See the example above scenarios.toml.")
    for key, value in moves.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
            raise BadValue(f"{key[:40]} is no number.", "Write it without quotation marks.")
        find_input(key)
    return Scenario(name, tuple((key, float(moves[key])) for key in INPUTS if key in moves), note)


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
    return str(value.isoformat()) if hasattr(value, "isoformat") else repr(value)


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
