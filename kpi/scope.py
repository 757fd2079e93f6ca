"""Which rows, and how they are sliced: dates, grain, zone, calendar, split, filters, comparison. It is also the URL and the sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from kpi import metric
from kpi.errors import BadValue, did_you_mean
from kpi.hours import Calendar, known_zones, read_calendar
from kpi.metric import CLOCKS, STATISTICS, Ask, read_params

GRAINS = ("all", "day", "week", "month", "quarter", "year")
COMPARISONS = {"previous": "the period before", "last_year": "the same period last year"}
QUERY_NAMES = ("by", "from", "to", "zone", "clock", "statistic", "compare", "as_of", "split", "where", "param", "calendar")
"""The names of a scope's parts in an address. They never change."""
MOST_PERIODS = 20_000
_DAYS = {"day": 1, "week": 7, "month": 28, "quarter": 90, "year": 365}
NONE = metric.NONE
"""The group of rows whose value is not known: named, never lost."""


@dataclass(frozen=True)
class Period:
    """One bucket: local dates [first, after), UTC instants [start, end); complete when the data cover all of it."""

    first: dt.date
    start: dt.datetime
    end: dt.datetime
    is_complete: bool

    @property
    def label(self) -> str:
        return self.first.isoformat()


@dataclass(frozen=True)
class Scope:
    """What is measured, and over what. Frozen: change it by copy.

    `start` and `end` are local dates of `zone`, both included. `by` is the grain; weeks begin on Monday. `split` groups by columns, `where` keeps
    the rows whose column has one of the values ("(none)" for unknown; no values: no filter). `as_of` is the UTC instant one stands at (default: the newest
    instant in the data). `compare` is "previous" or "last_year". `params` are thresholds by name (see `kpi.metric.PARAMS`).
    """

    by: str = "all"
    split: tuple[str, ...] = ()
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    start: dt.date | None = None
    end: dt.date | None = None
    zone: str = "UTC"
    calendar: Calendar | None = None
    clock: str = "calendar"
    statistic: str | None = None
    as_of: dt.datetime | None = None
    compare: str | None = None
    params: tuple[tuple[str, str], ...] = ()

    def __init__(
        self,
        by: str = "all",
        split: Sequence[str] = (),
        where: Mapping[str, str | Sequence[str]] | Sequence[tuple[str, Sequence[str]]] = (),
        start: dt.date | str | None = None,
        end: dt.date | str | None = None,
        zone: str = "UTC",
        calendar: Calendar | str | None = None,
        clock: str = "calendar",
        statistic: str | None = None,
        as_of: dt.datetime | str | None = None,
        compare: str | None = None,
        params: Mapping[str, object] | Sequence[tuple[str, object]] = (),
    ) -> None:
        pairs = where.items() if isinstance(where, Mapping) else where
        given = params.items() if isinstance(params, Mapping) else params
        values: dict[str, Any] = {
            "by": by,
            "split": (split,) if isinstance(split, str) else tuple(split),
            "where": tuple(sorted((k, (v,) if isinstance(v, str) else tuple(sorted(v))) for k, v in pairs if v)),
            "start": _date(start, "start"),
            "end": _date(end, "end"),
            "zone": zone,
            "calendar": read_calendar(calendar) if isinstance(calendar, str) else calendar,
            "clock": clock,
            "statistic": statistic,
            "as_of": _instant(as_of),
            "compare": compare,
            "params": tuple(sorted((k, str(v)) for k, v in given)),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
        self._check()

    def _check(self) -> None:
        _one_of("by", self.by, GRAINS)
        _one_of("clock", self.clock, tuple(CLOCKS))
        if self.statistic is not None:
            _one_of("statistic", self.statistic, tuple(STATISTICS))
        if self.compare is not None:
            _one_of("compare", self.compare, tuple(COMPARISONS))
        if self.zone not in known_zones():
            raise BadValue(
                f"There is no time zone {self.zone!r}.", did_you_mean(self.zone, known_zones()) or "Write it like Europe/Berlin."
            )
        if self.start and self.end and self.start > self.end:
            raise BadValue(f"The dates run backwards: {self.start} to {self.end}.", "Swap them.")
        read_params(dict(self.params))

    @cached_property
    def ask(self) -> Ask:
        return Ask(self.clock, self.statistic, read_params(dict(self.params)))

    def but(self, **changes: Any) -> Scope:
        """A copy with some parts changed."""
        return replace(self, **changes)

    def periods(self, first: dt.datetime, as_of: dt.datetime) -> list[Period]:
        """The buckets from the first to the last date, or of the data's own range (`first` instant to `as_of`, UTC) where none is given."""
        zone = ZoneInfo(self.zone)
        low = self.start or _local(first, zone).date()
        high = self.end or _local(as_of, zone).date()
        data_from, data_to = first, as_of
        if self.by != "all" and (high - low).days > MOST_PERIODS * _DAYS[self.by]:
            raise BadValue(
                f"From {low} to {high} there are too many periods by {self.by}.", "Choose a coarser grain, or dates with --from and --to."
            )
        edges = [low, high + dt.timedelta(days=1)] if self.by == "all" else _edges(self.by, low, high)
        periods = []
        for begin, after in pairwise(edges):
            start, end = _utc(begin, zone), _utc(after, zone)
            cut = (self.start is not None and begin < low) or (self.end is not None and after > high + dt.timedelta(days=1))
            whole = not cut and end <= data_to + dt.timedelta(microseconds=1) and _local(data_from, zone).date() <= begin
            periods.append(Period(begin, start, end, whole))
        return periods

    def span(self) -> tuple[dt.datetime | None, dt.datetime | None]:
        """The scope's dates as UTC instants [start, end); None where open."""
        zone = ZoneInfo(self.zone)
        return (
            _utc(self.start, zone) if self.start else None,
            _utc(self.end + dt.timedelta(days=1), zone) if self.end else None,
        )

    def before(self) -> Scope | None:
        """The scope compared with, where both dates are given: as many days just before, or the same dates a year ago."""
        if not (self.compare and self.start and self.end):
            return None
        if self.compare == "last_year":
            return self.but(start=_year_before(self.start), end=_year_before(self.end), compare=None)
        days = self.end - self.start + dt.timedelta(days=1)
        return self.but(start=self.start - days, end=self.end - days, compare=None)

    def to_query(self) -> dict[str, list[str]]:
        """The scope as stable URL parameters; a calendar is named by its fingerprint."""
        query: dict[str, list[str]] = {"by": [self.by], "zone": [self.zone], "clock": [self.clock]}
        if self.start:
            query["from"] = [self.start.isoformat()]
        if self.end:
            query["to"] = [self.end.isoformat()]
        for name in ("statistic", "compare"):
            if getattr(self, name):
                query[name] = [getattr(self, name)]
        if self.as_of:
            query["as_of"] = [self.as_of.isoformat()]
        if self.split:
            query["split"] = list(self.split)
        if self.where:
            query["where"] = [f"{column}={value}" for column, values in self.where for value in values]
        if self.params:
            query["param"] = [f"{name}={value}" for name, value in self.params]
        if self.calendar:
            query["calendar"] = [self.calendar.fingerprint]
        return query

    @staticmethod
    def from_query(query: Mapping[str, Sequence[str]], calendar: Calendar | None = None) -> Scope:
        """The scope of URL parameters; BadValue or UnknownName for anything hostile or unknown."""

        def one(name: str, default: str | None = None) -> str | None:
            values = query.get(name)
            return values[0] if values else default

        return Scope(
            by=one("by", "all") or "all",
            split=tuple(query.get("split", ())),
            where=pairs_of(query.get("where", ()), "where"),
            start=one("from"),
            end=one("to"),
            zone=one("zone", "UTC") or "UTC",
            calendar=calendar,
            clock=one("clock", "calendar") or "calendar",
            statistic=one("statistic"),
            as_of=one("as_of"),
            compare=one("compare"),
            params=[(name, value) for name, values in pairs_of(query.get("param", ()), "param").items() for value in values],
        )


def pairs_of(texts: Sequence[str], name: str) -> dict[str, list[str]]:
    """["channel=email", "channel=chat"] -> {"channel": ["email", "chat"]}; BadValue for anything else."""
    pairs: dict[str, list[str]] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise BadValue(f"{name} {text!r} is not a pair.", "Write it as name=value.")
        pairs.setdefault(key.strip(), []).append(value)
    return pairs


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise BadValue(f"{name} cannot be {value!r}.", did_you_mean(str(value), allowed) or f"It may be {', '.join(allowed)}.")


def _date(value: dt.date | str | None, name: str) -> dt.date | None:
    if value is None or (isinstance(value, dt.date) and not isinstance(value, dt.datetime)):
        return value
    try:
        day = value.date() if isinstance(value, dt.datetime) else dt.date.fromisoformat(str(value).strip())
    except ValueError:
        raise BadValue(f"The {name} date cannot be {value!r}.", "Write it as 2024-03-31.") from None
    if not 1900 <= day.year < 2200:
        raise BadValue(f"The {name} date cannot be {value!r}.", "Years from 1900 to 2199 are known.")
    return day


def _instant(value: dt.datetime | str | None) -> dt.datetime | None:
    """A UTC instant without zone mark; text may be a date (its end), or ISO 8601 with or without an offset."""
    if value is None:
        return None
    if isinstance(value, str):
        try:
            if len(value.strip()) == 10:
                value = dt.datetime.combine(dt.date.fromisoformat(value.strip()) + dt.timedelta(days=1), dt.time())
            else:
                value = dt.datetime.fromisoformat(value.strip())
        except (ValueError, OverflowError):
            raise BadValue(f"The instant cannot be {value!r}.", "Write it as 2024-03-31 or 2024-03-31T17:00:00Z.") from None
    try:
        instant = value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
    except OverflowError:  # the first or last day there is, in a zone that is on the day beside it
        instant = value.replace(tzinfo=None)
    if not 1900 <= instant.year < 2199:
        raise BadValue(f"The instant cannot be {instant}.", "Years from 1900 to 2198 are known.")
    return instant


def _local(instant: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    return instant.replace(tzinfo=dt.UTC).astimezone(zone).replace(tzinfo=None)


def _utc(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The first instant of a local date, in UTC."""
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC).replace(tzinfo=None)


def floor_date(grain: str, day: dt.date) -> dt.date:
    """The first date of the bucket a date falls into."""
    if grain == "week":
        return day - dt.timedelta(days=day.weekday())
    if grain == "month":
        return day.replace(day=1)
    if grain == "quarter":
        return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)
    if grain == "year":
        return day.replace(month=1, day=1)
    return day


def _next(grain: str, day: dt.date) -> dt.date:
    if grain in ("day", "week"):
        return day + dt.timedelta(days=1 if grain == "day" else 7)
    months = {"month": 1, "quarter": 3, "year": 12}[grain]
    index = day.year * 12 + day.month - 1 + months
    return dt.date(index // 12, index % 12 + 1, 1)


def _edges(grain: str, low: dt.date, high: dt.date) -> list[dt.date]:
    edges = [floor_date(grain, low)]
    while edges[-1] <= high:
        edges.append(_next(grain, edges[-1]))
    return edges


def _year_before(day: dt.date) -> dt.date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)
