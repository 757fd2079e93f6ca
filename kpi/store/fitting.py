"""What of the texts beside the data fits a link: what people wrote may name what the link leaves out, and then it is left out too.

A note or target is part of a link when the rows it is about are, and when none of its words names an agent who is not to be named or a value
outside the fixed filters. Forecasts on record are numbers of their own and never part of one.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence

from kpi import events, targets, what_if
from kpi.engine import Dataset
from kpi.engine.seen import PEOPLE, Seen
from kpi.errors import KpiError
from kpi.tables import TABLES

Where = Sequence[tuple[str, Sequence[str]]]
NEVER = ("calls.csv",)
SHORTEST = 2
"""A value of fewer letters is no word to look for."""


def withheld(whole: Dataset, seen: Seen) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names that must not be named, and values of the fixed filters' columns that the filters leave out. `whole` is what the view is one of."""
    names: set[str] = set()
    for table, declared in TABLES.items():
        for name in declared.by_name:
            if PEOPLE.get(name) == "Agent" and seen.names != "shown" and f"{table}.{name}" in whole.filled:
                names |= _values(whole, table, name, "author_role = 'agent'" if name == "author" else "")
    others: set[str] = set()
    for column, kept in seen.where:
        if column not in PEOPLE:
            others |= _values(whole, "tickets", column) - set(kept)
    return tuple(sorted(names)), tuple(sorted(others))


def _values(data: Dataset, table: str, column: str, kept: str = "") -> set[str]:
    name = '"' + column.replace('"', '""') + '"'
    is_list = table == "tickets" and column in TABLES["tickets"].by_name and TABLES["tickets"].by_name[column].type == "list"
    cell = f"unnest({name})" if is_list else name
    where = f" WHERE {kept}" if kept else ""
    found = data.query(f"SELECT DISTINCT {cell}::VARCHAR AS said FROM {table}{where}", data.canonical)["said"]
    return {str(value).strip() for value in found.dropna() if len(str(value).strip()) >= SHORTEST}


def fitting(name: str, text: str, seen: Seen, names: Sequence[str], others: Sequence[str]) -> str:
    """What of a text a link shows; `names` and `others` as `withheld` gives them. "" where nothing of it fits, or it cannot be read."""
    if name in NEVER or not text:
        return ""
    if seen.is_all:
        return text
    try:
        return _part(name, text, seen, names, others)
    except KpiError:  # what cannot be read cannot be judged
        return ""


def _part(name: str, text: str, seen: Seen, names: Sequence[str], others: Sequence[str]) -> str:
    both = _any(names), _any(others)
    if name == "events.csv":
        kept = events.read(text).events
        return events.write([e for e in kept if _is_about(e.where, seen) and _is_then(e, seen) and not _says([e.title, e.note], *both)])
    if name == "targets.toml":
        found = targets.read(text).targets
        said = [t for t in found if _is_about(t.where, seen) and not _says([t.name, t.note, t.owner], *both)]
        return targets.to_toml(said)
    if name == "scenarios.toml":
        scenarios = what_if.read(text).scenarios
        return what_if.write(what_if.Scenarios(tuple(s for s in scenarios if not _says([s.name, s.note], *both))))
    return "" if _says([text], both[0]) else text  # figures and lists of words: they may say "chat", but nobody's name


def _is_about(where: Where, seen: Seen) -> bool:
    """Whether the rows something is about are in the view, and are told by nothing that it hides."""
    fixed = dict(seen.where)
    if any(column in PEOPLE and (seen.names != "shown" or not seen.rows) for column, _ in where):
        return False
    return all(column not in fixed or set(values) <= set(fixed[column]) for column, values in where)


def _is_then(event: events.Event, seen: Seen) -> bool:
    """Whether any of its days can be in the view, in whatever zone."""
    day = dt.timedelta(days=1)
    return not ((seen.since and event.last + day < seen.since.date()) or (seen.until and event.date - day > seen.until.date()))


def _any(words: Iterable[str]) -> re.Pattern[str] | None:
    """A pattern that finds any of some words as words, whatever their case."""
    parts = "|".join(re.escape(word) for word in words)
    return re.compile(rf"(?<!\w)(?:{parts})(?!\w)", re.IGNORECASE) if parts else None


def _says(texts: Iterable[str], *patterns: re.Pattern[str] | None) -> bool:
    whole = "\n".join(texts)
    return any(pattern is not None and pattern.search(whole) is not None for pattern in patterns)
