"""Working hours against a clock that is walked minute by minute, and the laws that hold for every schedule."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from kpi.errors import BadValue
from kpi.hours import Calendar, parse_calendar

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WINDOW_DAYS = 5
MINUTE = 60_000_000

# A zone and a date near which its clock is moved (or is not).
ANCHORS = [
    ("America/New_York", date(2024, 3, 10)),
    ("America/New_York", date(2024, 11, 3)),
    ("Europe/Berlin", date(2024, 3, 31)),
    ("Europe/Berlin", date(2024, 10, 27)),
    ("Europe/Dublin", date(1971, 10, 31)),  # its "summer" time is the standard one
    ("Australia/Sydney", date(2024, 4, 7)),
    ("Australia/Sydney", date(2024, 10, 6)),
    ("Australia/Lord_Howe", date(2024, 4, 7)),  # by half an hour
    ("Australia/Lord_Howe", date(2024, 10, 6)),
    ("America/Santiago", date(2024, 4, 7)),  # at midnight
    ("America/Santiago", date(2024, 9, 8)),
    ("Pacific/Auckland", date(2024, 4, 7)),
    ("Pacific/Auckland", date(2024, 9, 29)),
    ("Asia/Kathmandu", date(1986, 1, 1)),  # from +05:30 to +05:45
    ("Asia/Kolkata", date(2024, 2, 29)),
    ("UTC", date(2023, 12, 31)),
    ("Pacific/Apia", date(2011, 12, 30)),  # a date left out
    ("Pacific/Kwajalein", date(1993, 8, 21)),
    ("America/St_Johns", date(2006, 10, 29)),  # at 00:01, back into Saturday
    ("America/Havana", date(2024, 11, 3)),
    ("Antarctica/Troll", date(2024, 3, 31)),  # by two hours
    ("Africa/Casablanca", date(2024, 3, 10)),  # off for Ramadan
]


@lru_cache(maxsize=64)
def walk(zone: str, anchor: date) -> tuple[int, list[tuple[date, int]]]:
    """The first minute (UTC, since 1970) of the days around the anchor, and what the wall clock reads at each minute."""
    first = datetime(anchor.year, anchor.month, anchor.day, tzinfo=UTC) - timedelta(days=WINDOW_DAYS // 2)
    clock = ZoneInfo(zone)
    local = [(first + timedelta(minutes=m)).astimezone(clock) for m in range(WINDOW_DAYS * 1440)]
    return int(first.timestamp()) // 60, [(at.date(), at.hour * 60 + at.minute) for at in local]


def is_open(week: dict[str, list[str]], override: dict[date, list[str]], free: set[date], day: date, minute: int) -> bool:
    """Read off the rules: a span that starts today, or one of yesterday's that runs over midnight."""
    for starts_on, shown in ((day, minute), (day - timedelta(days=1), minute + 1440)):
        spans = override.get(starts_on, [] if starts_on in free else week[DAYS[starts_on.weekday()]])
        for span in spans:
            opens, closes = (int(t[:2]) * 60 + int(t[3:]) for t in span.split("-"))
            if opens <= shown < (closes if closes > opens else closes + 1440):
                return True
    return False


def open_minutes(zone: str, anchor: date, week, override, free) -> tuple[int, np.ndarray]:
    first, readings = walk(zone, anchor)
    known: dict[tuple[date, int], bool] = {}
    return first, np.array([known.setdefault(r, is_open(week, override, free, *r)) for r in readings])


def walked_seconds(first: int, is_open_minute: np.ndarray, start: int, end: int) -> float:
    begins = (first + np.arange(len(is_open_minute))) * MINUTE
    seen = np.minimum(begins + MINUTE, end) - np.maximum(begins, start)
    return float(np.maximum(seen, 0)[is_open_minute].sum() / 1e6)


def walked_due(first: int, is_open_minute: np.ndarray, start: int, work: int) -> int | None:
    """The earliest instant with `work` µs done; for none to do, the first open instant."""
    done = 0
    for index in np.flatnonzero(is_open_minute):
        begin, end = max((first + int(index)) * MINUTE, start), (first + int(index) + 1) * MINUTE
        if begin >= end:
            continue
        if done + end - begin >= work:
            return begin + work - done
        done += end - begin
    return None


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def to_calendar(zone: str, week: dict[str, list[str]], override: dict[date, list[str]], free: set[date]) -> Calendar:
    lines = ['[[schedule]]\nname = "desk"', f'zone = "{zone}"', f"holidays = {sorted(map(str, free))}", "[schedule.hours]"]
    lines += [f"{day} = {spans}" for day, spans in week.items()]
    lines += ["[schedule.override]", *(f'"{day}" = {spans}' for day, spans in override.items())]
    return parse_calendar("\n".join(lines))


minutes = st.one_of(st.integers(0, 1440), st.integers(0, 24).map(lambda h: h * 60), st.integers(0, 48).map(lambda h: h * 30))
day_spans = st.lists(minutes, max_size=6, unique=True).map(
    lambda cuts: [f"{clock(a)}-{clock(b)}" for a, b in zip(sorted(cuts)[::2], sorted(cuts)[1::2], strict=False)]
)


@st.composite
def overnight(draw, spans: list[str], following: list[str]) -> list[str]:
    """Perhaps one more span, from after the last one to before the first of the next date."""
    latest = min([int(s[:2]) * 60 + int(s[3:5]) for s in following] or [1440])
    earliest = max([int(s[6:8]) * 60 + int(s[9:]) for s in spans] or [0])
    if earliest >= 1440 or not draw(st.booleans()):
        return spans
    opens = draw(st.integers(earliest, 1439))
    closes = draw(st.integers(0, min(latest, opens)))
    return spans if closes == opens else [*spans, f"{clock(opens)}-{clock(closes)}"]


@st.composite
def cases(draw):
    zone, anchor = draw(st.sampled_from(ANCHORS))
    plain = [draw(day_spans) for _ in DAYS]
    week = {day: draw(overnight(plain[i], plain[(i + 1) % 7])) for i, day in enumerate(DAYS)}
    near = st.integers(-3, 3).map(lambda d: anchor + timedelta(days=d))
    override = draw(st.dictionaries(near, day_spans, max_size=2))
    free = draw(st.sets(near, max_size=2))
    try:
        desk = to_calendar(zone, week, override, free)
    except BadValue as error:
        assert "overlaps" in str(error)  # the override begins inside the night before it
        assume(False)
    first = walk(zone, anchor)[0] * MINUTE
    instants = draw(st.lists(st.integers(first, first + WINDOW_DAYS * 1440 * MINUTE), min_size=6, max_size=6))
    return zone, anchor, week, override, free, desk, np.array(instants, dtype=np.int64)


def at(instants: np.ndarray) -> np.ndarray:
    return instants.astype("datetime64[us]")


def check_against_the_walk(zone, anchor, week, override, free, desk, instants) -> None:
    first, opened = open_minutes(zone, anchor, week, override, free)
    starts, ends = instants[0::2], instants[1::2]
    expected = [walked_seconds(first, opened, a, b) for a, b in zip(starts, ends, strict=True)]
    np.testing.assert_array_equal(desk.seconds_between(at(starts), at(ends)), expected)
    for start, seconds in zip(starts, expected, strict=True):
        for work in (0, round(seconds * 1e6), round(seconds * 3e5)):
            due = walked_due(first, opened, int(start), work)
            if due is not None:  # else it lies beyond the walk
                assert int(desk.due_at(at(np.array([start])), [work / 1e6]).view(np.int64)[0]) == due


@pytest.mark.parametrize(("zone", "anchor"), ANCHORS)
def test_around_each_change_as_walked(zone: str, anchor: date) -> None:
    week = {day: ["00:00-01:15", "02:10-02:40", "09:00-17:00", "22:30-00:00"] for day in DAYS} | {
        "sat": ["23:30-02:00"],
        "sun": ["02:00-03:00", "23:00-24:00"],
    }
    override = {anchor - timedelta(days=2): ["12:00-13:00"], anchor + timedelta(days=1): []}
    free = {anchor + timedelta(days=2)}
    first = walk(zone, anchor)[0] * MINUTE
    instants = first + np.random.default_rng(5).integers(0, WINDOW_DAYS * 1440 * MINUTE, 20)
    desk = to_calendar(zone, week, override, free)
    check_against_the_walk(zone, anchor, week, override, free, desk, instants)


@pytest.mark.simulation
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(cases())
def test_any_schedule_as_walked(case) -> None:
    check_against_the_walk(*case)


@pytest.mark.slow
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(cases(), st.integers(0, 40 * 365 * 86_400 * 1_000_000))
def test_laws(case, work: int) -> None:
    desk, instants = case[5], np.sort(case[6])
    a, b, c = at(instants[:2]), at(instants[2:4]), at(instants[4:])
    np.testing.assert_allclose(desk.seconds_between(a, c), desk.seconds_between(a, b) + desk.seconds_between(b, c), rtol=0, atol=1e-9)
    assert (desk.seconds_between(c, a)[instants[4:] > instants[:2]] == 0).all()
    due = desk.due_at(a, np.full(2, work / 1e6))
    known = ~np.isnat(due)
    np.testing.assert_array_equal(desk.seconds_between(a, due)[known], work / 1e6)
    assert (due[known] >= a[known]).all()
    if work:  # one microsecond earlier it was not done
        assert (desk.seconds_between(a, due - np.timedelta64(1, "us"))[known] < work / 1e6).all()
    else:  # open from here on
        assert (desk.seconds_between(due, due + np.timedelta64(1, "us"))[known] > 0).all()


def test_long_spans_add_up() -> None:
    """Decades, in one go and in a thousand pieces; the years grow with what is asked."""
    desk = to_calendar("America/Santiago", {day: ["08:30-12:00", "22:00-03:00"] for day in DAYS}, {}, set())
    cuts = np.sort(np.random.default_rng(1).integers(-2_000_000_000, 6_000_000_000, 1000)) * 1_000_000 + 123_456
    whole = desk.seconds_between(at(cuts[:1]), at(cuts[-1:]))[0]
    near = np.concatenate([desk.seconds_between(at(cuts[i : i + 1]), at(cuts[i + 1 : i + 2])) for i in range(0, 999)])
    assert near.sum() == pytest.approx(whole, abs=1e-3)
    np.testing.assert_array_equal(desk.seconds_between(at(cuts[:-1]), at(cuts[1:])), near)
    days = (cuts[-1] - cuts[0]) / 8.64e10
    assert whole == pytest.approx(days * 8.5 * 3600, rel=1e-3)


VALID = '[[schedule]]\nname = "A"\nzone = "UTC"\nholidays = ["2026-12-25"]\n[schedule.hours]\nmon = ["09:00-17:00"]\n[schedule.override]\n"2026-12-24" = []\n'


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(
    st.text()
    | st.builds(lambda a, b, s: VALID[: min(a, b)] + s + VALID[max(a, b) :], *[st.integers(0, len(VALID))] * 2, st.text(max_size=5))
)
@example("\x00")
def test_any_text_is_a_calendar_or_a_sentence(text: str) -> None:
    try:
        assert isinstance(parse_calendar(text), Calendar)
    except BadValue as error:
        assert error.what
        assert error.hint
