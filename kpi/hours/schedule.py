"""Schedule: one team's working hours, frozen and compared by content; the rules are in the package's docstring."""

from __future__ import annotations

import hashlib
import json
import warnings
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

import holidays
import numpy as np
from numpy.typing import ArrayLike, NDArray

from kpi.errors import BadValue, did_you_mean
from kpi.hours.timeline import DAY, MICROS, NAT, Instants, Micros, Timeline, joined, micros, rows, to_utc
from kpi.hours.zones import check_zone, offset_changes

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIRST_YEAR, LAST_YEAR = 1900, 2199
MOST_SPANS = 12  # a day; more is a mistake or an attack on memory
_MINUTES = 24 * 60
_MINUTE = 60 * MICROS
_EPOCH = date(1970, 1, 1).toordinal()
_FIRST, _LAST = ((date(year, 1, 1).toordinal() - _EPOCH) * DAY for year in (FIRST_YEAR, LAST_YEAR + 1))


class Span(NamedTuple):
    """Open from `opens` to `closes`, minutes after midnight of the date it starts on; past 1440 it runs into the next date."""

    opens: int
    closes: int

    def __str__(self) -> str:
        shown = self.closes - _MINUTES if self.closes > _MINUTES else self.closes
        return f"{self.opens // 60:02}:{self.opens % 60:02}-{shown // 60:02}:{shown % 60:02}"


@dataclass(frozen=True)
class Schedule:
    """The working hours of one team.

    `hours` holds the spans of Monday to Sunday; `overrides` the dates with spans of their own; `holidays` single dates;
    `country` and `subdivision` (ISO codes) add public holidays. Raises BadValue for an unknown zone, country or
    subdivision, a date outside 1900-2199, and spans that overlap or are too many.
    """

    name: str
    zone: str
    hours: tuple[tuple[Span, ...], ...]
    holidays: tuple[date, ...] = ()
    overrides: tuple[tuple[date, tuple[Span, ...]], ...] = ()
    country: str = ""
    subdivision: str = ""

    def __post_init__(self) -> None:
        keep = object.__setattr__  # one spelling for one content, so that equal calendars compare equal
        keep(self, "hours", tuple(tuple(sorted(spans)) for spans in self.hours))
        keep(self, "holidays", tuple(sorted(set(self.holidays))))
        keep(self, "overrides", tuple(sorted((day, tuple(sorted(spans))) for day, spans in self.overrides)))
        try:
            self._check()
        except BadValue as error:
            raise BadValue(f"Schedule {self.name[:60]!r}: {error.what}", error.hint) from None

    def _check(self) -> None:
        check_zone(self.zone)
        _check_country(self.country, self.subdivision)
        if len(self.hours) != len(DAYS):
            raise BadValue("hours are not seven days.", "Give the spans of Monday to Sunday, empty for a closed day.")
        for day in (*self.holidays, *self._by_date):
            if not FIRST_YEAR <= day.year <= LAST_YEAR:
                raise BadValue(f"date {day} is too far away.", f"Dates run from {FIRST_YEAR} to {LAST_YEAR}.")
        if len(self._by_date) < len(self.overrides):
            raise BadValue("one date is overridden twice.", "Keep one override for each date.")
        for label, spans in (*zip(DAYS, self.hours, strict=True), *self.overrides):
            _check_spans(str(label), spans)
        for index, label in enumerate(DAYS):
            following = (index + 1) % len(DAYS)
            _check_midnight(label, self.hours[index], DAYS[following], self.hours[following])
        for day in self._by_date:
            for before, after in pairwise((day - timedelta(1), day, day + timedelta(1))):
                _check_midnight(str(before), self.spans_on(before), str(after), self.spans_on(after))

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    @cached_property
    def fingerprint(self) -> str:
        """Twelve hex digits that change with any content of the schedule."""
        return digest([getattr(self, name) for name in self.__dataclass_fields__])

    @cached_property
    def _by_date(self) -> dict[date, tuple[Span, ...]]:
        return dict(self.overrides)

    @cached_property
    def _listed(self) -> frozenset[date]:
        return frozenset(self.holidays)

    def is_holiday(self, day: date) -> bool:
        """Whether the date is a holiday, listed or public. An override may still open it."""
        return day in self._listed or day in _public_holidays(self.country, self.subdivision, day.year)

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """The spans that start on a local date: its override, else none on a holiday, else its weekday's."""
        spans = self._by_date.get(day)
        if spans is not None:
            return spans
        return () if self.is_holiday(day) else self.hours[day.weekday()]

    def seconds_between(self, starts: ArrayLike, ends: ArrayLike) -> NDArray[np.float64]:
        """Working seconds from each start to its end (UTC `datetime64`, broadcast together), exact to the microsecond.

        0 where the end comes before the start; nan where either is NaT or outside 1900-2199.
        """
        start, end, shape = rows(micros(starts), micros(ends))
        years = _years_of(start, end)
        if years is None:
            return np.full(shape, np.nan)
        return _timeline(self, *years).between(start, end).reshape(shape)

    def due_at(self, starts: ArrayLike, seconds: ArrayLike) -> Instants:
        """The UTC instant (`datetime64[us]`) at which `seconds` working seconds have passed since each start.

        Landing exactly on a closing time stays there; 0 gives the first open instant at or after the start. NaT where the
        start is NaT or outside 1900-2199, the seconds are nan, negative or endless, or no such instant comes before 2200
        (as in a schedule that never opens).
        """
        start, wanted, shape = rows(micros(starts), np.asarray(seconds, dtype=np.float64))
        due = np.full(start.shape, NAT, dtype=np.int64)
        pending = np.flatnonzero(_known(start) & (wanted >= 0) & (wanted <= (_LAST - _FIRST) / MICROS))
        work = np.rint(wanted[pending] * MICROS).astype(np.int64)
        years = _years_of(start[pending])
        while years is not None and len(pending):
            found_at, found = _timeline(self, *years).after(start[pending], work)
            due[pending[found]] = found_at[found]
            pending, work = pending[~found], work[~found]
            first, last = years  # what is not over by then is looked for in twice as many years
            years = (first, min(LAST_YEAR, last + max(10, last - first))) if last < LAST_YEAR else None
        return due.view("datetime64[us]").reshape(shape)


def digest(content: list[object]) -> str:
    return hashlib.sha256(json.dumps(content, default=str).encode()).hexdigest()[:12]


def _check_spans(label: str, spans: tuple[Span, ...]) -> None:
    if len(spans) > MOST_SPANS:
        raise BadValue(f"{label} has {len(spans)} spans.", f"A day has {MOST_SPANS} at most; join spans that touch.")
    for span in spans:
        if not (0 <= span.opens < _MINUTES and span.opens < span.closes <= span.opens + _MINUTES):
            raise BadValue(f"{label} has an impossible span {tuple(span)}.", "A span starts on its date and lasts up to 24 hours.")
    for before, after in pairwise(spans):
        if before.closes > after.opens:
            raise BadValue(f"{label}: {before} and {after} overlap.", "Time is counted once; shorten or join them.")


def _check_midnight(label: str, spans: tuple[Span, ...], next_label: str, following: tuple[Span, ...]) -> None:
    if spans and following and spans[-1].closes - _MINUTES > following[0].opens:
        what = f"{spans[-1]} on {label} overlaps {following[0]} on {next_label}."
        raise BadValue(what, "A span past midnight runs into the next date; shorten one of them.")


def _check_country(country: str, subdivision: str) -> None:
    if not country and not subdivision:
        return
    if not country:
        raise BadValue(f"subdivision {subdivision[:60]!r} has no country.", 'Add country = "US" or the like.')
    known = _countries()
    if country not in known:
        hint = did_you_mean(country.upper(), known) or 'Write an ISO code, such as "US" or "DE".'
        raise BadValue(f"country {country[:60]!r} is unknown.", hint)
    if subdivision and subdivision not in known[country]:
        hint = did_you_mean(subdivision, known[country]) or f"{country} has: {', '.join(known[country]) or 'none'}."
        raise BadValue(f"subdivision {subdivision[:60]!r} of {country} is unknown.", hint)


@lru_cache(maxsize=1)
def _countries() -> dict[str, list[str]]:
    return {country: sorted(parts) for country, parts in holidays.list_supported_countries().items()}


@lru_cache(maxsize=4096)
def _public_holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    if not country:
        return frozenset()
    with warnings.catch_warnings():  # it warns of years it knows only in part; the package's docstring tells
        warnings.simplefilter("ignore")
        return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))


def _years_of(*instants: Micros) -> tuple[int, int] | None:
    """The first and last year (UTC) of the instants that are known; None where there is none."""
    kept = [column[_known(column)] for column in instants]
    kept = [column for column in kept if len(column)]
    if not kept:
        return None
    low, high = min(column.min() for column in kept), max(column.max() for column in kept)
    first, last = (int(np.datetime64(int(at), "us").astype("datetime64[Y]").astype(int)) + 1970 for at in (low, high))
    return first, last


def _known(instants: Micros) -> NDArray[np.bool_]:
    return (instants >= _FIRST) & (instants < _LAST)


def _timeline(schedule: Schedule, first_year: int, last_year: int) -> Timeline:
    """The open intervals of these years; whole decades, so that a growing data set asks for the same ones."""
    return _build(schedule, first_year // 10 * 10, last_year // 10 * 10 + 9)


@lru_cache(maxsize=32)
def _build(schedule: Schedule, first_year: int, last_year: int) -> Timeline:
    first, last = (date(year, 1, 1).toordinal() - _EPOCH for year in (first_year, last_year + 1))
    # Two dates more on either side: a zone is up to a day off UTC, and a span runs into the next date.
    days = np.arange(first - 2, last + 2)
    public = (_public_holidays(schedule.country, schedule.subdivision, y) for y in range(first_year - 1, last_year + 2))
    special = set().union(schedule.holidays, (day for day, _ in schedule.overrides), *public)
    ordinary = ~np.isin(days, [day.toordinal() - _EPOCH for day in special])
    weekday = (days + 3) % len(DAYS)  # 1970-01-01 was a Thursday
    starting = [(days[ordinary & (weekday == index)], spans) for index, spans in enumerate(schedule.hours)]
    starting += [(np.array([day.toordinal() - _EPOCH]), spans) for day, spans in schedule.overrides]
    opens, closes = (
        np.concatenate([dates * DAY + span[side] * _MINUTE for dates, spans in starting for span in spans] or [days[:0]]) for side in (0, 1)
    )
    changes, offsets = offset_changes(schedule.zone, first_year, last_year)
    return Timeline(first * DAY, last * DAY, *to_utc(*joined(opens, closes), changes, offsets, last * DAY))
