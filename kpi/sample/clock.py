"""Working hours of the sample company: working seconds to instants and back, and the calendar file that says the same."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from kpi.sample.company import END, REGIONS, START, WEEKDAYS, Region
from kpi.sample.draws import Flags, Floats, Ints

BEGIN_S, END_S = int(START.timestamp()), int(END.timestamp())
DAYS = (END - START).days


def day_of(instant: Ints) -> Ints:
    """Number of the UTC day since the start. Both schedules keep their working hours inside one UTC day."""
    return (instant - BEGIN_S) // 86_400


def spans_of(region: Region, day: date) -> tuple[str, ...]:
    """The open spans of a local day, as "HH:MM-HH:MM"."""
    text = day.isoformat()
    if text in region.override:
        return region.override[text]
    return () if text in region.holidays else region.hours.get(WEEKDAYS[day.weekday()], ())


def _instant(day: date, clock: str, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time.fromisoformat(clock), tzinfo=zone).timestamp())


class WorkClock:
    """Working seconds of one region, counted from some days before the start to half a year past the end."""

    def __init__(self, region: Region) -> None:
        zone, day, spans = ZoneInfo(region.zone), START.date() - timedelta(days=7), []
        while day < END.date() + timedelta(days=180):
            for span in spans_of(region, day):
                low, high = span.split("-")
                spans.append((_instant(day, low, zone), _instant(day, high, zone)))
            day += timedelta(days=1)
        self.opens, self.closes = (np.array(side, dtype=np.int64) for side in zip(*spans, strict=True))
        self.before = np.concatenate([[0], np.cumsum(self.closes - self.opens)])

    def worked(self, instant: Ints) -> Ints:
        """Working seconds up to an instant."""
        span = np.clip(np.searchsorted(self.opens, instant, side="right") - 1, 0, None)
        out: Ints = self.before[span] + np.clip(instant - self.opens[span], 0, self.closes[span] - self.opens[span])
        return out

    def instant(self, worked: Ints) -> Ints:
        """The first instant with so many working seconds up to it: a closing time rather than the next opening."""
        span = np.clip(np.searchsorted(self.before, worked, side="left") - 1, 0, len(self.opens) - 1)
        out: Ints = self.opens[span] + (worked - self.before[span])
        return out

    def next_open(self, instant: Ints) -> Ints:
        """The instant itself when open, else the next opening."""
        return np.maximum(instant, self.opens[np.clip(np.searchsorted(self.closes, instant, side="right"), 0, len(self.opens) - 1)])

    def is_open(self, instant: Ints) -> Flags:
        span = np.clip(np.searchsorted(self.opens, instant, side="right") - 1, 0, None)
        return (instant >= self.opens[span]) & (instant < self.closes[span])


@lru_cache(maxsize=1)
def clocks() -> tuple[WorkClock, ...]:
    return tuple(WorkClock(region) for region in REGIONS)


def later(region: Ints, instant: Ints, seconds: Floats) -> Ints:
    """The instant so many working seconds after another, by each row's region; at least one second later."""
    out = np.empty_like(instant)
    for number, clock in enumerate(clocks()):
        here = region == number
        at = instant[here]
        out[here] = np.maximum(clock.instant(clock.worked(at) + np.maximum(1, np.rint(seconds[here])).astype(np.int64)), at + 1)
    return out


def worked_between(region: Ints, start: Ints, end: Ints) -> Ints:
    """Working seconds between two instants, by each row's region."""
    out = np.empty_like(start)
    for number, clock in enumerate(clocks()):
        here = region == number
        out[here] = clock.worked(end[here]) - clock.worked(start[here])
    return out


def next_open(region: Ints, instant: Ints) -> Ints:
    out = np.empty_like(instant)
    for number, clock in enumerate(clocks()):
        here = region == number
        out[here] = clock.next_open(instant[here])
    return out


def is_open(region: Ints, instant: Ints) -> Flags:
    return np.where(region == 0, clocks()[0].is_open(instant), clocks()[1].is_open(instant))


def calendar_toml() -> str:
    """The calendar file of the company: one schedule a region, the first the default."""

    def listed(values: tuple[str, ...]) -> str:
        return "[" + ", ".join(f'"{value}"' for value in values) + "]"

    lines = ["# Working hours of the sample company. Tickets of the second schedule say so in changes.csv (field = schedule)."]
    for number, region in enumerate(REGIONS):
        lines += ["", "[[schedule]]", f'name = "{region.name}"', f'zone = "{region.zone}"']
        lines += [f"default = {'true' if number == 0 else 'false'}", f"holidays = {listed(region.holidays)}", "[schedule.hours]"]
        lines += [f"{day} = {listed(spans)}" for day, spans in region.hours.items()]
        lines += ["[schedule.override]", *(f'"{day}" = {listed(spans)}' for day, spans in region.override.items())]
    return "\n".join(lines) + "\n"
