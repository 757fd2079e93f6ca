"""A number to words: the one formatter of tiles, tables, charts, sentences and exports.

Units, and the scale a value comes in:

    s         seconds                   1 h 42 min · 9 min 40 s · 2 d 5 h
    %         per cent, 0 to 100        83.4 % · 99.97 % · <0.01 %
    points    -100 to +100 (NPS)        +31
    count     rows                      18,204 · 12.4
    score     on the survey's scale     4.21
    ratio     a plain number            1.90
    currency  money                     15.56 USD · 93,750 USD

Unknown (None, NaN) is "–", never 0, and what is not 0 is never said as 0. Number and unit are joined by a no-break
space, so that a line never breaks inside a value. The minus is the ASCII one: `st.metric` takes its arrow from it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from kpi.errors import UnknownName, did_you_mean

UNKNOWN = "–"
NBSP = "\u00a0"

_DURATIONS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


FINE = 10_000
"""A share of this many rows or more carries two decimals: from here on a hundredth of a per cent is a row or more."""


def say(value: float | None, unit: str, currency: str | None = None, *, days: bool = True, n: float | None = None) -> str:
    """The value in words; "–" when unknown. Raises UnknownName for a unit that does not exist.

    `n` is how many rows a share stands on: from `FINE` on it is said with two decimals ("63.42 %").

    `currency` is a code such as "EUR", said after amounts of money. `days=False` keeps hours above two days
    ("52 h 20 min"): right for working hours, where a day is not 24 of them.
    """
    words = _words(unit, currency, days)
    if value is None or math.isnan(value):
        return UNKNOWN
    if unit == "%" and n is not None and n >= FINE and 0 < value < 99.95:
        return f"{value:.2f}{NBSP}%" if value >= 0.01 else words(value)
    return _signed(value, words) if unit == "points" or value < 0 else words(abs(value))


def say_change(change: float | None, unit: str, currency: str | None = None, *, days: bool = True) -> str:
    """A difference with its sign: "+2.1 pts" (of a share or a score of points), "-12 min", "+1,204"; 0 has no sign."""
    words = _points if unit in ("%", "points") else _words(unit, currency, days)
    if change is None or math.isnan(change):
        return UNKNOWN
    return _signed(change, words)


def say_relative(change: float | None) -> str:
    """A change in per cent of what was before: 12.3 -> "+12.3 %", -4 -> "-4.0 %"."""
    return UNKNOWN if change is None or math.isnan(change) else _signed(change, _percent)


def say_interval(low: float | None, high: float | None, unit: str, currency: str | None = None, *, days: bool = True) -> str:
    """Both limits: "81.9–84.8 %", "+14 to +44"; "from 2 h" or "up to 5 h" when one is unknown; "" when both are."""
    return _between(low, high, lambda limit: say(limit, unit, currency, days=days))


def say_change_interval(low: float | None, high: float | None, unit: str, currency: str | None = None, *, days: bool = True) -> str:
    """Both limits of a difference: "-0.4 to +3.1 pts"; "" when both are unknown."""
    return _between(low, high, lambda limit: say_change(limit, unit, currency, days=days))


def unit_name(unit: str, currency: str | None = None) -> str:
    """What the raw numbers of a column are, for the header of a file: "seconds", "%", "EUR"."""
    names = {
        "s": "seconds",
        "%": "%",
        "points": "points, -100 to 100",
        "count": "count",
        "score": "score",
        "ratio": "ratio",
        "currency": currency or "amount",
    }
    return names[_known(unit)]


def per_unit(unit: str, currency: str | None = None) -> tuple[float, str]:
    """The step in which an effect is told, and its words: (3600.0, "per hour"), (1.0, "per point")."""
    steps = {
        "s": (3600.0, "per hour"),
        "%": (1.0, "per point"),
        "points": (1.0, "per point"),
        "count": (1.0, "per one more"),
        "score": (1.0, "per point of the scale"),
        "ratio": (1.0, "per 1"),
        "currency": (1.0, f"per {currency or 'unit of money'}"),
    }
    return steps[_known(unit)]


def axis_format(unit: str) -> str:
    """The d3 number format of a chart axis or tooltip. Seconds have none ("~s" would say 6k): use `axis_label`."""
    formats = {"s": "", "%": ".1~f", "points": "+~f", "count": ",~f", "score": ".2~f", "ratio": ".2~f", "currency": ",.2~f"}
    return formats[_known(unit)]


def axis_label(unit: str, currency: str | None = None) -> str:
    """The Vega expression that writes an axis label as `say` would: "2 h", "83.5 %"."""
    shown = f"replace(format(datum.value, '{axis_format(unit)}'), '\u2212', '-')"
    if unit == "%":
        shown = f"{shown} + '{NBSP}%'"
    elif unit == "currency" and currency and currency.isalpha():  # only letters reach an expression
        shown = f"{shown} + '{NBSP}{currency}'"
    elif unit == "s":
        shown = f"format(datum.value, '.2~f') + '{NBSP}s'"
        for name, size, start in (("min", 60, 60), ("h", 3_600, 3_600), ("d", 86_400, 2 * 86_400)):
            whole = f"format(datum.value / {size}, '.1~f') + '{NBSP}{name}'"
            if name == "h":  # 1 h 15 min, never 1.3 h
                parts = f"floor(datum.value / 3600) + '{NBSP}h{NBSP}' + round(datum.value % 3600 / 60) + '{NBSP}min'"
                whole = f"(datum.value % 3600 ? {parts} : {whole})"
            shown = f"datum.value >= {start} ? {whole} : ({shown})"
    return shown


def duration_ticks(low: float, high: float, at_most: int = 7) -> list[float]:
    """Round marks for an axis of seconds from `low` to `high`: whole minutes, hours, days; never 20,000 s."""
    minute, hour, day = 60, 3_600, 86_400
    steps = [1, 2, 5, 10, 15, 30]
    steps += [minute * n for n in (1, 2, 5, 10, 15, 30)] + [hour * n for n in (1, 2, 3, 4, 6, 8, 12)]
    steps += [day * n for n in (1, 2, 5, 7, 14, 28, 56, 91, 182, 365)]
    step = next((s for s in steps if (high - low) / s < at_most), None) or math.ceil((high - low) / at_most / day) * day
    first = math.ceil(low / step)
    return [float(step * n) for n in range(first, math.floor(high / step) + 1)]


def _known(unit: str) -> str:
    if unit not in _WRITERS:
        raise UnknownName(f"There is no unit {unit!r}.", did_you_mean(unit, _WRITERS) or f"Units are {', '.join(_WRITERS)}.")
    return unit


def _words(unit: str, currency: str | None, days: bool) -> Callable[[float], str]:
    """The function that writes a value of this unit that is not below 0."""
    writer = _WRITERS[_known(unit)]
    if unit == "s":
        return lambda value: _duration(value, days)
    if unit == "currency" and currency:
        return lambda value: f"{writer(value)}{NBSP}{currency}"
    return writer


def _signed(value: float, words: Callable[[float], str]) -> str:
    said = words(abs(value))
    if said[0] == "<" or not any(digit in said for digit in "123456789∞"):  # what rounds to nothing has no direction
        return said
    return f"{'-' if value < 0 else '+'}{said}"


def _between(low: float | None, high: float | None, words: Callable[[float | None], str]) -> str:
    first, last = words(low), words(high)
    if first == last:
        return "" if first == UNKNOWN else first
    if last == UNKNOWN:
        return f"from {first}"
    if first == UNKNOWN:
        return f"up to {last}"
    (first_number, _, first_unit), (last_number, _, last_unit) = first.rpartition(NBSP), last.rpartition(NBSP)
    if first_unit == last_unit and first_number and NBSP not in first_number + last_number:
        first = first_number  # the unit is said once, unless a limit has two parts
    return f"{first} to {last}" if first[0] in "+-" or last[0] in "+-" else f"{first}–{last}"


def _duration(seconds: float, days: bool = True) -> str:
    """The two largest parts; below a minute seconds, below 10 s with a decimal; from 48 h days, from 100 days only days."""
    if seconds < 10:
        return f"{_small(seconds, 1)}{NBSP}s"
    hour = 3_600
    for limit, large, small in ((60, "s", "s"), (hour, "min", "s"), (48 * hour, "h", "min"), (2_400 * hour, "d", "h")):
        if large == "d" and not days:
            break
        sizes = dict(_DURATIONS)
        rounded = _half_up(seconds / sizes[small]) * sizes[small]
        if rounded < limit:
            parts = (rounded // sizes[large], large), (rounded % sizes[large] // sizes[small], small)
            return NBSP.join(f"{count:.0f}{NBSP}{name}" for count, name in dict.fromkeys(parts) if count)
    if days:
        return f"{_half_up(seconds / 86_400):,}{NBSP}d"
    minutes = _half_up(seconds / 60) if seconds < 100 * hour else 60 * _half_up(seconds / hour)
    return f"{minutes // 60:,}{NBSP}h" + (f"{NBSP}{minutes % 60}{NBSP}min" if minutes % 60 else "")


def _percent(percent: float) -> str:
    """One decimal; two below 1 % and where one would round up to 100 %; 0 % and 100 % only when exact."""
    if percent == 0 or abs(percent - 100) < 1e-9:  # 0.1 + 0.2 + 0.7 is all of it
        return f"{percent:.0f}{NBSP}%"
    if 99.95 <= percent < 100:
        return f">99.99{NBSP}%" if percent >= 99.995 else f"{percent:.2f}{NBSP}%"
    if percent < 1:
        return f"{_small(percent, 2)}{NBSP}%"
    return f"{percent:,.1f}{NBSP}%" if percent < 1000 else f"{percent:,.0f}{NBSP}%"


def _points(points: float) -> str:
    return f"{points:,.1f}{NBSP}pts" if points >= 0.05 or points == 0 else f"{points:.2f}{NBSP}pts"


def _score_points(points: float) -> str:
    return f"{_half_up(points)}" if points >= 0.95 or points == 0 else _small(points, 1)


def _count(count: float) -> str:
    if count >= 100 or count == math.floor(count):
        return f"{_half_up(count):,}" if math.isfinite(count) else "∞"
    return f"{count:.1f}" if count >= 1 else _small(count, 2)


def _ratio(number: float) -> str:
    """Three significant digits at most."""
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.1f}" if number >= 10 else _small(number, 2, keep_zeros=True)


def _score(score: float) -> str:
    return _small(score, 2, keep_zeros=True)


def _money(amount: float) -> str:
    if 0 < amount < 0.005:
        return "<0.01"
    return f"{amount:,.2f}" if amount < 1000 else f"{_half_up(amount):,}"


def _small(number: float, decimals: int, keep_zeros: bool = False) -> str:
    """A number below 100 with so many decimals, one more where it would read as 0, and "<0.01" below that."""
    for places in (decimals, 2):
        said = f"{number:.{places}f}"
        if number == 0 or float(said):
            return said if keep_zeros else said.rstrip("0").rstrip(".")
    return "<0.01"


def _half_up(number: float) -> int:
    return math.floor(number + 0.5)


_WRITERS: dict[str, Callable[[float], str]] = {
    "s": _duration,
    "%": _percent,
    "points": _score_points,
    "count": _count,
    "score": _score,
    "ratio": _ratio,
    "currency": _money,
}
