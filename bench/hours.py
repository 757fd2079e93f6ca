"""Working hours: (start, end) pairs a second on one core, ours beside two published packages, on the same pairs in one run.

    python bench/hours.py [pairs]

Peers (extra `bench`): `businesstimedelta` 1.x and `business-duration` 0.6x. Both know one span a day; `business-duration`
counts whole seconds by the wall clock of its naive arguments. So the three meet on Monday to Friday 09:00-17:00, in UTC
and in New York (business-duration is handed New York readings), over pairs in whole seconds up to thirty days apart. They
must agree to the second; the exit code is 1 if they do not, or if we are below a million pairs a second.
The peers run on the first pairs only, being slow. Every rate is the best of three passes.
"""

from __future__ import annotations

import importlib
import os
import platform
import sys
from collections.abc import Callable
from datetime import time
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from kpi.hours import Calendar, parse_calendar

FLOOR = 1_000_000
PEER_PAIRS = 3_000
OFFICE = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
RICH = {day: ["09:00-12:00", "13:00-17:30", "22:00-06:00"] for day in ("mon", "tue", "wed", "thu", "fri")}


def calendar(zone: str, hours: dict[str, list[str]], more: str = "") -> Calendar:
    lines = "\n".join(f"{day} = {spans}" for day, spans in hours.items())
    return parse_calendar(f'[[schedule]]\nname = "desk"\nzone = "{zone}"\n{more}\n[schedule.hours]\n{lines}\n')


def best_of_three(act: Callable[[], Any]) -> tuple[float, Any]:
    times, result = [], None
    for _ in range(3):
        begin = perf_counter()
        result = act()
        times.append(perf_counter() - begin)
    return min(times), result


def businesstimedelta_seconds(zone: str, starts: pd.DatetimeIndex, ends: pd.DatetimeIndex) -> Callable[[], list[float]]:
    package = importlib.import_module("businesstimedelta")
    clock = importlib.import_module("pytz").timezone(zone)
    rule = package.WorkDayRule(start_time=time(9), end_time=time(17), working_days=[0, 1, 2, 3, 4], tz=clock)
    pairs = list(zip(starts.to_pydatetime(), ends.to_pydatetime(), strict=True))
    return lambda: [rule.difference(start, end).timedelta.total_seconds() for start, end in pairs]


def business_duration_seconds(zone: str, starts: pd.DatetimeIndex, ends: pd.DatetimeIndex) -> Callable[[], list[float]]:
    duration = importlib.import_module("business_duration").businessDuration
    local = ([at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for at in column.to_pydatetime()] for column in (starts, ends))
    pairs = list(zip(*local, strict=True))
    return lambda: [float(duration(start, end, time(9), time(17), [5, 6], unit="sec")) for start, end in pairs]


PEERS = {"businesstimedelta": businesstimedelta_seconds, "business-duration": business_duration_seconds}


def random_pairs(count: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(20_260_105)
    starts = np.datetime64("2015-01-01", "s") + rng.integers(0, 10 * 365 * 86_400, count)
    ends = starts + rng.integers(0, 30 * 86_400, count)
    return starts.astype("datetime64[us]"), ends.astype("datetime64[us]")


def beside_the_peers(zone: str, starts: np.ndarray, ends: np.ndarray) -> bool:
    desk = calendar(zone, OFFICE)
    spent, ours = best_of_three(lambda: desk.seconds_between(starts, ends))
    rate = len(starts) / spent
    print(f"\nMon-Fri 09:00-17:00, {zone}")
    print(f"  {'kpi.hours':<20}{rate:>14,.0f} pairs/s   {len(starts):,} pairs")
    fine = rate >= FLOOR
    few = slice(0, PEER_PAIRS)
    sample = [pd.DatetimeIndex(column[few]).tz_localize("UTC") for column in (starts, ends)]
    for name, peer in PEERS.items():
        try:
            spent, theirs = best_of_three(peer(zone, *sample))
        except ImportError as error:
            print(f"  {name:<20}{'missing':>14}           {error}; pip install 'deskmeter[bench]'")
            continue
        except Exception as error:  # a peer broken by this pandas is a finding, not our failure
            print(f"  {name:<20}{'broken':>14}           {type(error).__name__}: {error}")
            continue
        apart = np.abs(np.array(theirs) - ours[few])
        same = bool((apart == 0).all())
        fine &= same
        agreed = "all agree" if same else f"{int((apart > 0).sum())} of {len(apart)} differ, by up to {apart.max():g} s"
        their_rate = len(theirs) / spent
        print(f"  {name:<20}{their_rate:>14,.0f} pairs/s   {len(theirs):,} pairs, {agreed}; ours is {rate / their_rate:,.0f} times as fast")
    return fine


def alone(starts: np.ndarray, ends: np.ndarray) -> bool:
    """What no peer can do: several spans, nights, a zone with clock changes, public holidays, a schedule for each row."""
    desk = calendar("Australia/Sydney", RICH, 'country = "AU"\nsubdivision = "NSW"')
    seconds = desk.seconds_between(starts, ends)
    names = np.array(["desk", None], dtype=object)[np.arange(len(starts)) % 2]
    jobs: dict[str, Callable[[], Any]] = {
        "seconds_between": lambda: desk.seconds_between(starts, ends),
        "a schedule a row": lambda: desk.seconds_between(starts, ends, names),
        "due_at": lambda: desk.due_at(starts, seconds),
    }
    print("\nThree spans a day, one over midnight, Sydney, public holidays")
    fine = True
    for name, job in jobs.items():
        rate = len(starts) / best_of_three(job)[0]
        fine &= rate >= FLOOR
        print(f"  {name:<20}{rate:>14,.0f} rows/s")
    begin = perf_counter()
    calendar("Europe/London", RICH, 'country = "GB"').seconds_between(starts[:1], np.array(["2026-01-01"], dtype="datetime64[us]"))
    print(f"  {'first use':<20}{1000 * (perf_counter() - begin):>14,.0f} ms       (two decades of a new schedule)")
    return fine


def main() -> int:
    core = "not pinned (this system cannot)"
    if hasattr(os, "sched_setaffinity"):
        core = f"pinned to core {min(os.sched_getaffinity(0))}"
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    count = int(sys.argv[1]) if len(sys.argv) > 1 else FLOOR
    print(f"Python {platform.python_version()}, numpy {np.__version__}, pandas {pd.__version__}, one core, {core}")
    starts, ends = random_pairs(count)
    fine = [beside_the_peers(zone, starts, ends) for zone in ("UTC", "America/New_York")]
    fine.append(alone(starts, ends))
    print(f"\n{'Every rate is above' if all(fine) else 'NOT all agree, or not every rate is above'} {FLOOR:,} a second.")
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
