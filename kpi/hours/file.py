"""The calendar file: TOML to a Calendar, every mistake told with the schedule, day and span it is in.

[[schedule]]
name = "US support"
zone = "America/New_York"
default = true                         # needed in one of several; a single schedule is the default
holidays = ["2026-12-25"]              # and/or: country = "US", subdivision = "NY"
[schedule.hours]                       # a day left out, or [], is closed
mon = ["09:00-12:00", "13:00-17:30"]   # several spans; "00:00-24:00" and overnight "22:00-06:00" allowed
[schedule.override]
"2026-12-24" = ["09:00-12:00"]         # [] closes the day
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

from kpi.errors import BadValue, did_you_mean
from kpi.hours.calendar import Calendar
from kpi.hours.schedule import DAYS, Schedule, Span

MOST_BYTES = 256 * 1024
_KEYS = ("name", "zone", "default", "holidays", "country", "subdivision", "hours", "override")
_SPAN = re.compile(r"([0-9]{2}):([0-9]{2}) ?[-–] ?([0-9]{2}):([0-9]{2})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_calendar(path: str | Path) -> Calendar:
    """The calendar of a TOML file; BadValue, naming the file, for anything that cannot be used."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise BadValue(f"{path.name}: the calendar cannot be read ({error.strerror}).", "Check the path.") from None
    except UnicodeDecodeError:
        raise BadValue(f"{path.name}: the calendar is not UTF-8 text.", "Save it as plain text in UTF-8.") from None
    return parse_calendar(text, path.name)


def parse_calendar(text: str, name: str = "calendar") -> Calendar:
    """The calendar written in TOML; `name` is what errors call it. Raises BadValue for anything that cannot be used."""
    try:
        return _calendar(text)
    except BadValue as error:
        raise BadValue(f"{name}: {error.what}", error.hint) from None


def _calendar(text: str) -> Calendar:
    if len(text) > MOST_BYTES:
        raise BadValue(f"The calendar is larger than {MOST_BYTES // 1024} KiB.", "Leave out what no schedule needs.")
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: also a whole number too long to read
        raise BadValue(f"The calendar is not TOML: {_short(error)}.", "See the example in the documentation.") from None
    _check_keys("The calendar", content, ["schedule"])
    tables = content.get("schedule", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise BadValue("'schedule' is not a list of tables.", "Write [[schedule]], with two brackets, above each one.")
    schedules = [_schedule(table, f"Schedule {number}") for number, table in enumerate(tables, start=1)]
    defaults = [schedule.name for schedule, table in zip(schedules, tables, strict=True) if _is_default(table)]
    if len(defaults) > 1:
        both = " and ".join(repr(name) for name in defaults)
        raise BadValue(f"{both} are both the default.", "Keep default = true in one of them.")
    return Calendar(tuple(schedules), "".join(defaults))


def _schedule(table: dict[str, object], where: str) -> Schedule:
    name = _text(table, "name", where)
    if not name:
        raise BadValue(f"{where} has no name.", 'Add name = "US support" or the like.')
    where = f"Schedule {_short(name)!r}"
    _check_keys(where, table, _KEYS)
    _is_default(table)
    zone = _text(table, "zone", where)
    if not zone:
        raise BadValue(f"{where} has no zone.", 'Add an IANA name, such as zone = "Europe/Berlin".')
    hours, override = (_spans_by_key(table.get(key, {}), where, key) for key in ("hours", "override"))
    if "hours" not in table and not override:
        raise BadValue(f"{where} has no hours.", 'Add [schedule.hours] with lines like mon = ["09:00-17:00"].')
    _check_keys(f"{where}, hours,", hours, DAYS)
    return Schedule(
        name=name,
        zone=zone,
        hours=tuple(hours.get(day, ()) for day in DAYS),
        holidays=tuple(_date(day, f"{where}, holidays") for day in _list(table.get("holidays", []), f"{where}, holidays")),
        overrides=tuple((_date(day, f"{where}, override"), spans) for day, spans in override.items()),
        country=_text(table, "country", where),
        subdivision=_text(table, "subdivision", where),
    )


def _is_default(table: dict[str, object]) -> bool:
    value = table.get("default", False)
    if not isinstance(value, bool):
        raise BadValue(f"Schedule {_short(table['name'])!r}: default is {_short(value)!r}.", "Write default = true or false.")
    return value


def _spans_by_key(table: object, where: str, key: str) -> dict[str, tuple[Span, ...]]:
    if not isinstance(table, dict):
        raise BadValue(f"{where}: {key!r} is not a table.", f"Write [schedule.{key}] and its lines below.")
    return {
        day: tuple(_span(span, f"{where}, {_short(day)}") for span in _list(spans, f"{where}, {_short(day)}"))
        for day, spans in table.items()
    }


def _span(value: object, where: str) -> Span:
    match = _SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise BadValue(f"{where}: {_short(value)!r} is not a span of hours.", 'Write it as "09:00-17:30".')
    hour, minute, to_hour, to_minute = map(int, match.groups())
    opens, closes = hour * 60 + minute, to_hour * 60 + to_minute
    if minute > 59 or to_minute > 59 or opens >= 24 * 60 or closes > 24 * 60:
        raise BadValue(f"{where}: {value!r} has a time no clock shows.", "Times run from 00:00 to 23:59; 24:00 may end a span.")
    if opens == closes:
        raise BadValue(f"{where}: {value!r} ends when it starts.", 'Write "00:00-24:00" for a whole day, [] for a closed one.')
    return Span(opens, closes if closes > opens else closes + 24 * 60)


def _date(value: object, where: str) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise BadValue(f"{where}: {_short(value)!r} is not a date.", 'Write it as "2026-12-25".')


def _text(table: dict[str, object], key: str, where: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise BadValue(f"{where}: {key} is {_short(value)!r}, not text.", f'Write it in quotes: {key} = "…".')
    return value.strip()


def _list(value: object, where: str) -> list[object]:
    if not isinstance(value, list):
        raise BadValue(f"{where}: {_short(value)!r} is not a list.", 'Write it in brackets: ["…"].')
    return value


def _check_keys(where: str, table: Iterable[str], known: Iterable[str]) -> None:
    for key in table:
        if key not in known:
            raise BadValue(f"{where} has an unknown key {_short(key)!r}.", did_you_mean(key, known) or f"Known: {', '.join(known)}.")


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
