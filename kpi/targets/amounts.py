"""What people write for an aim: "14h 20m", "90 %", "-5 %", "+2 pts", "10 months". What could mean two things is refused, in words."""

from __future__ import annotations

import calendar
import datetime as dt
import math
import re
from dataclasses import dataclass

from kpi import units
from kpi.errors import BadValue
from kpi.units import NBSP

_SECONDS = {"w": 604_800.0, "d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(w(?:eeks?)?|d(?:ays?)?|h(?:rs?|ours?)?|m(?:ins?|inutes?)?|s(?:ecs?|econds?)?)(?![a-z])[\s,]*")
_NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?")
_SPAN = re.compile(r"(\d{1,4})\s*(days?|weeks?|months?|quarters?|years?)")
_DOWN = ("decrease", "reduce", "cut", "lower", "less", "fewer", "shorter", "faster", "down", "fall", "drop")
_UP = ("increase", "raise", "higher", "more", "longer", "up", "rise", "grow")
_DASHES = str.maketrans({"−": "-", "–": "-", NBSP: " ", "\u202f": " "})
LONGEST = 60


@dataclass(frozen=True)
class Change:
    """A change of a metric: `kind` is "relative" (`amount` in per cent of what was), or "absolute" (in the metric's unit; points of a share)."""

    amount: float
    kind: str

    def of(self, begin: float) -> float:
        """Where `begin` ends up."""
        return begin * (1 + self.amount / 100) if self.kind == "relative" else begin + self.amount

    def text(self, unit: str) -> str:
        """As one writes it into a file: "-5 %", "+2 pts", "-1800 s"."""
        number = f"{self.amount:+.12g}"
        if self.kind == "relative":
            return f"{number} %"
        return f"{number} pts" if unit in ("%", "points") else f"{number} s" if unit == "s" else number

    def said(self, unit: str) -> str:
        """As one says it: "-5.0 %", "+2.0 pts", "-30 min"."""
        return units.say_relative(self.amount) if self.kind == "relative" else units.say_change(self.amount, unit)


def amount(given: object, unit: str, *, days: bool = True) -> float:
    """A value of a unit: "14h 20m" or 51600 for seconds, "90 %" or 90 for a share. BadValue says what is wrong.

    `days=False`: a working day is not 24 hours, so days and weeks are refused. A bare text number is refused for a time: of which unit?
    """
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise BadValue(f"{_short(given)} is no amount.", _example(unit))
    if isinstance(given, int | float):
        if unit == "%" and 0 < given < 1:
            _refuse_share(float(given), given)
        return _finite(float(given), given, unit)
    text = given.translate(_DASHES).strip().casefold()
    if unit == "s":
        return _seconds(text, given, days)
    sign = text.endswith("%")
    number = _bare(text.removesuffix("%") if unit == "%" else re.sub(r"\s*(?:pts|points?|[a-z]{3}|[€$£])$", "", text), given, unit)
    if unit == "%" and 0 < number < 1 and not sign:
        _refuse_share(number, given)
    return number


def text(value: float, unit: str) -> str | float:
    """A value as a file says it, so that `amount` reads the same: "14h 20m", "90 %", 4.5."""
    if unit == "s" and value == int(value):
        parts = ((int(value) // 3600, "h"), (int(value) // 60 % 60, "m"), (int(value) % 60, "s"))
        return " ".join(f"{count}{name}" for count, name in parts if count) or "0s"
    plain = repr(value)
    return (
        f"{plain} %"
        if unit == "%" and 0 < value < 1 and "e" not in plain
        else f"{value:g} %"
        if unit == "%" and float(f"{value:g}") == value
        else value
    )


def change(given: object, unit: str, *, days: bool = True) -> Change:
    """A change: "-5 %" of what was, "+2 pts" of a share, "-30 min" of a time; "decrease by at least 5 %" will do. BadValue says what is wrong."""
    if not isinstance(given, str):
        raise BadValue(f"{_short(given)} is no change.", 'Write it as text, such as "-5 %" or "+2 pts".')
    text = given.translate(_DASHES).strip().casefold()
    words = re.findall(r"[a-z]+", text)
    down, up = (any(word in group for word in words) for group in (_DOWN, _UP))
    text = re.sub(rf"\b(?:{'|'.join((*_DOWN, *_UP, 'at least', 'by', 'than', 'before'))})\b", " ", text).strip()
    signed = text[:1] in ("+", "-")
    if (down and up) or (down and text[:1] == "+") or (up and text[:1] == "-"):
        raise BadValue(f"{_short(given)} goes up and down at once.", 'Write "-5 %" or "+5 %".')
    if not (signed or down or up):
        raise BadValue(f"{_short(given)} does not say which way.", 'Write "-5 %" or "+5 %".')
    sign = -1.0 if down or text[:1] == "-" else 1.0
    body = text.lstrip("+-").strip()
    if body.endswith("%"):
        if unit == "points":
            raise BadValue(f"{_short(given)}: a score that may be 0 has no change in per cent.", 'Write points, such as "+5 pts".')
        return Change(sign * _bare(body.removesuffix("%"), given, unit), "relative")
    if points := re.fullmatch(r"(.*?)\s*(?:pts?|points?|pp)", body):
        if unit not in ("%", "points"):
            raise BadValue(f"{_short(given)}: points are of a share or a score.", _example_change(unit))
        return Change(sign * _bare(points[1], given, unit), "absolute")
    if unit == "%":
        raise BadValue(f"{_short(given)} may mean points or per cent.", 'Write "+2 pts" or "+2 %".')
    return Change(sign * (_seconds(body, given, days) if unit == "s" else _bare(body, given, unit)), "absolute")


def after(start: dt.date, given: object) -> dt.date:
    """A date, or a span after `start`: "10 months", "26 weeks", "1 year". BadValue says what is wrong."""
    if isinstance(given, dt.datetime) or not isinstance(given, dt.date | str):
        raise BadValue(f"{_short(given)} is no date and no span.", 'Write 2026-12-31 or "10 months".')
    if isinstance(given, dt.date):
        return given
    text = given.translate(_DASHES).strip().casefold()
    if found := _SPAN.fullmatch(text):
        count, what = int(found[1]), found[2].rstrip("s")
        try:
            if what in ("day", "week"):
                return start + dt.timedelta(days=count * (7 if what == "week" else 1))
            return _months_later(start, count * {"month": 1, "quarter": 3, "year": 12}[what])
        except (OverflowError, ValueError):
            raise BadValue(f"{_short(given)} is too far away.", "Choose a span of a few years at most.") from None
    return day(given)


def day(given: object) -> dt.date:
    """A date, of a TOML date or of text."""
    if isinstance(given, dt.date) and not isinstance(given, dt.datetime):
        found = given
    else:
        try:
            found = dt.date.fromisoformat(str(given).strip())
        except ValueError:
            raise BadValue(f"{_short(given)} is not a date.", "Write it as 2026-12-31.") from None
    if not 1900 <= found.year < 2200:
        raise BadValue(f"{_short(given)} is not a date we know.", "Years from 1900 to 2199 are known.")
    return found


def _months_later(start: dt.date, months: int) -> dt.date:
    index = start.year * 12 + start.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return dt.date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


def _refuse_share(number: float, given: object) -> None:
    raise BadValue(
        f"{_short(given)} may mean {number:g} % or {100 * number:g} %.", f'Write it with its sign, such as "{100 * number:g} %".'
    )


def _seconds(text: str, given: object, days: bool) -> float:
    total, place, seen = 0.0, 0, set()
    for part in _PART.finditer(text):
        name = part[2][0]
        if part.start() != place or name in seen:
            break
        if not days and name in "wd":
            raise BadValue(f"{_short(given)}: a working day is not 24 hours.", 'Write hours, such as "52h".')
        seen.add(name)
        total += float(part[1]) * _SECONDS[name]
        place = part.end()
    if not seen or place != len(text):
        raise BadValue(f"{_short(given)} is no time.", _example("s"))
    return _finite(total, given, "s")


def _bare(text: str, given: object, unit: str) -> float:
    text = text.strip()
    if not _NUMBER.fullmatch(text) or re.search(r",\d{1,2}(?:\D|$)|,\d{4,}", text):
        raise BadValue(f"{_short(given)} is no number we can read.", _example(unit))
    return _finite(float(text.replace(",", "")), given, unit)


def _finite(number: float, given: object, unit: str) -> float:
    if not math.isfinite(number) or abs(number) > 1e12:
        raise BadValue(f"{_short(given)} is no amount.", _example(unit))
    return number


def _example(unit: str) -> str:
    return {"s": 'Write it as "14h 20m", "45 min" or "2d 3h".', "%": 'Write it as "90 %".'}.get(unit, "Write a plain number, such as 4.5.")


def _example_change(unit: str) -> str:
    return 'Write "-5 %" or "-30 min".' if unit == "s" else 'Write "-5 %" or "-0.5".'


def _short(given: object) -> str:
    text = " ".join(str(given).split())
    return repr(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…")
