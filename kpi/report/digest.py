"""The weekly digest: what changed beyond noise in the last complete week, where the targets stand, where the clearest change lies, what is unfinished.

    report = digest(kpi.read("tickets.csv"), zone="Europe/Berlin")
    Path("week.html").write_bytes(written(report, "html"))

It says nothing the pages would not say of the same week: tiles, finding, targets and causes come from the same functions.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pandas as pd

from kpi import units
from kpi.catalogue import CATALOGUE
from kpi.changes import Change, periods, why
from kpi.charts.line import own_weeks, trend
from kpi.engine import Dataset
from kpi.errors import BadValue, KpiError
from kpi.explain.lines import Reading
from kpi.hours import Calendar
from kpi.measure import Result, measure
from kpi.measure.words import listed
from kpi.report import board, headline, tiles
from kpi.report.blocks import Block, Chart, Heading, Note, Report, Sentence, Table, Tiles, Title, named
from kpi.report.dates import one, said
from kpi.report.proof import proof_of
from kpi.report.text import escaped
from kpi.scope import Scope, floor_date
from kpi.tables import TABLES
from kpi.targets import Judgement, Target, judge
from kpi.targets.weeks import last_week

WEEKS = 13
"""Complete weeks of a small line."""
MOST_PARTS = 8
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)


@dataclass(frozen=True)
class Week:
    """A week of a zone: its Monday and Sunday, the instant it is over, and the newest instant in the data (UTC)."""

    start: dt.date
    end: dt.date
    over: dt.datetime
    newest: dt.datetime
    zone: str

    @property
    def is_complete(self) -> bool:
        """Whether the data reach its end."""
        return self.newest >= self.over

    @property
    def text(self) -> str:
        """Whether it is complete, since when or how far the data go."""
        name = f"The week of {said(self.start, self.end)}"
        if self.is_complete:
            return f"{name} is complete since {_instant(self.over, self.zone)}."
        return f"{name} is not complete: the data end on {_instant(self.newest, self.zone)}."


def newest_week(data: Dataset, zone: str = "UTC", as_of: dt.datetime | None = None, calendar: Calendar | None = None) -> Week:
    """The newest week the data hold to its very end: something in them happened after it."""
    week = _week(last_week(Scope(zone=zone, as_of=as_of, calendar=calendar), data), data, zone, as_of)
    return week if week.is_complete else _week(week.start - WEEK, data, zone, as_of)


def week_before(now: dt.datetime, data: Dataset, zone: str = "UTC") -> Week:
    """The week that was over last at `now` (UTC), whether the data hold it or not."""
    today = now.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)).date()
    return _week(floor_date("week", today) - WEEK, data, zone, None)


def _week(start: dt.date, data: Dataset, zone: str, as_of: dt.datetime | None) -> Week:
    over = dt.datetime.combine(start + WEEK, dt.time(), ZoneInfo(zone)).astimezone(dt.UTC).replace(tzinfo=None)
    return Week(start, start + WEEK - DAY, over, min(as_of or data.newest, data.newest), zone)


def digest(
    data: Dataset,
    *,
    zone: str = "UTC",
    calendar: Calendar | None = None,
    clock: str = "calendar",
    as_of: dt.datetime | None = None,
    targets: Sequence[Target] = (),
    problems: Sequence[str] = (),
    url: str = "",
    reading: Reading | None = None,
) -> Report:
    """The report of the newest complete week against the week before it. `problems` are targets that could not be read, each in a sentence.

    BadValue where the data hold no complete week.
    """
    week = newest_week(data, zone, as_of, calendar)
    first = data.first.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)).date()
    if week.end < first:
        raise BadValue(f"These data hold no complete week: they run from {first} to {one(week.newest.date())}.", "Bring a longer export.")
    scope = Scope(start=week.start, end=week.end, zone=zone, calendar=calendar, clock=clock, as_of=as_of, compare="previous")
    lacks = data.lacking(scope.ask)
    sections = board.shown(lacks)
    names = [name for listed in sections.values() for name in listed]
    now = measure(names, scope, data)
    past_scope = scope.but(by="week", start=max(week.start - (WEEKS - 1) * WEEK, _first_monday(first)), compare=None)
    past = measure([name for name in names if not lacks[name]], past_scope, data)
    doubted = headline.doubted_in(now, data)
    judged = [judge(target, data, zone=zone, calendar=calendar, as_of=as_of, looks=len(targets)) for target in targets]
    clearest = headline.moved(now, doubted)
    cause = _cause(clearest, scope, data)
    blocks = [
        Title(f"Support in the week of {said(week.start, week.end)}"),
        Note(_basis(now, scope, week)),
        _finding(now, doubted),
        *_course(clearest[0] if clearest else "tickets_created", past),
        *_causes(cause),
        *_targets(judged, problems),
        *_numbers(sections, now, past, lacks, doubted, judged),
        *_unfinished(scope, week, data),
    ]
    reading = reading or Reading(tuple(dict.fromkeys(f.file.split(" › ")[0] for f in data.report.files)) if data.report else ())
    proof = proof_of([now, past], data=data, scope=scope, zone=reading.zone, date_orders=reading.date_orders)
    return Report(tuple(blocks), proof, named(reading.files), _link(url, scope), reading)


def _first_monday(first: dt.date) -> dt.date:
    begin = floor_date("week", first)
    return begin if begin == first else begin + WEEK


def _basis(now: Result, scope: Scope, week: Week) -> str:
    before = scope.before()
    created = next((row["value"] for row in now.records() if row["metric"] == "tickets_created"), None)
    parts = [
        f"**{said(scope.start, scope.end)}**" + (f" against {said(before.start, before.end)}" if before else ""),
        scope.zone,
        *([f"{units.say(created, 'count')} tickets"] if created is not None else []),
        *(["working hours"] if scope.clock == "business" else []),
    ]
    return f"{' · '.join(parts)}. {escaped(week.text)}"


def _finding(now: Result, doubted: frozenset[str]) -> Block:
    finding, caveat = headline.finding(now, doubted=doubted)
    return Sentence(f"**{escaped(finding)}** {escaped(caveat)}")


def _course(name: str, past: Result) -> Iterator[Block]:
    """The number that moved most clearly (else the tickets), over the last weeks."""
    frame = past.frame[(past.frame["metric"] == name) & past.frame["value"].notna()]
    whole = frame[frame["is_complete"].astype(bool)]
    if len(whole) < WEEKS // 3:
        return
    metric, currency = CATALOGUE[name], past.currency or None
    zero = metric.unit == "count" and float(whole["value"].min()) >= 0
    lows, highs = (whole[end].fillna(whole["value"]) for end in ("low", "high"))
    has_band = bool((whole["low"].notna() & whole["high"].notna()).any())
    low, high = (0.0 if zero else float(lows.min())), float(highs.max())
    ticks = tuple(units.duration_ticks(low, high)) if metric.unit == "s" else ()
    rows = whole[["period", "value", "low", "high", "is_complete"]].copy()
    rows["said"] = [past.sentence(row) for row in whole.to_dict("records")]
    days = not (past.scope.clock == "business" and "clock" in metric.params)
    words = {
        column: [units.say(None if math.isnan(v) else v, metric.unit, currency, days=days) for v in whole[column].astype(float)]
        for column in ("value", "low", "high")
    }
    table = pd.DataFrame(
        {
            "Week": [listed(str(period), "week") for period in whole["period"]],
            metric.label: words["value"],
            "Low": words["low"],
            "High": words["high"],
            "n": whole["n"].tolist(),
        }
    )
    alt = f"{metric.label} by week, {said(dt.date.fromisoformat(str(whole['period'].iloc[0])), past.scope.end)}."
    named_ = own_weeks([str(period) for period in whole["period"]], "week")
    spec = trend(metric.unit, "week", currency, ticks, zero, ("band",) if has_band else (), named_)
    yield Chart(spec, {"d": rows}, alt, table, f"{name}-by-week")


def _cause(names: Sequence[str], scope: Scope, data: Dataset) -> Change | None:
    """Where the clearest change that can be split lies."""
    pair = periods(scope)
    for name in names if pair else ():
        try:
            found = why(name, pair, data)  # type: ignore[arg-type]  # there is a pair, or no name is tried
        except KpiError:  # it does not split
            continue
        if found.splits:
            return found
    return None


def _causes(found: Change | None) -> Iterator[Block]:
    if found is None:
        return
    yield Heading(f"Where {found.metric.label} changed")
    yield Sentence(f"**{escaped(found.text)}** {escaped(found.caveat)}")
    claimed = found.claims[0].column if found.claims else ""
    if not claimed:
        return
    split = found.splits[claimed]
    frame = split.frame.reindex(split.frame["sum"].abs().sort_values(ascending=False).index).head(MOST_PARTS)
    yield Table(
        pd.DataFrame(
            {
                split.label: [split.said(level) for level in frame["level"]],
                "Before": [found.say(v) for v in frame["before"]],
                "Now": [found.say(v) for v in frame["now"]],
                "Adds": [found.say_change(v) for v in frame["sum"]],
                "95 % interval": [found.say_limits(a, b) for a, b in zip(frame["sum_low"], frame["sum_high"], strict=True)],
            }
        ),
        f"{found.figure.label} by {split.label.lower()}, before and now, and what each part adds",
        f"{found.metric.name}-by-{claimed}",
    )


def _targets(judged: Sequence[Judgement], problems: Sequence[str]) -> Iterator[Block]:
    if not judged and not problems:
        return
    yield Heading("Targets")
    first = sorted(
        judged, key=lambda told: (not told.is_missed, not told.worsened, told.status in ("on track", "reached"), told.target.due)
    )
    lines = []
    for told in first:
        head = f"{told.target.title()}: {told.status}."
        rest = told.finding.removeprefix(head).strip()
        lines.append(f"- **{escaped(head)}** {escaped(rest)}")
    worse = [f"- {escaped(counter.said)}" for told in first for counter in told.worsened]
    yield Sentence("\n".join([*lines, *worse, *(f"- {escaped(problem)}" for problem in problems)]))


def _numbers(
    sections: dict[str, list[str]],
    now: Result,
    past: Result,
    lacks: Any,
    doubted: frozenset[str],
    judged: Sequence[Judgement],
) -> Iterator[Block]:
    rows, lines = {row["metric"]: row for row in now.records()}, tiles.series(past)
    chips = {told.target.metric: told for told in reversed(judged) if told.target.fits(told.target.metric, now.scope)}
    tones = {"on track": "green", "reached": "green", "behind": "red", "missed": "red"}
    for heading, names in sections.items():
        if not names:
            continue
        yield Heading(heading)
        drawn = []
        for name in names:
            metric = now.metrics[name]
            about = f"{metric.about} {metric.formula}"
            if lacks[name]:
                drawn.append(tiles.lacking(metric, _needed(lacks[name]), about))
                continue
            row = rows[name] | ({"is_beyond_noise": False} if name in doubted else {})
            status = chips[name].status if name in chips else ""
            chip = (f"target: {status}", tones.get(status, "gray")) if status else None
            drawn.append(tiles.tile(now, row, lines.get(name, []), chip=chip, about=about))
        yield Tiles(tuple(drawn))


def _unfinished(scope: Scope, week: Week, data: Dataset) -> Iterator[Block]:
    """The week under way: how much came in so far, compared with nothing."""
    newest = week.newest.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(scope.zone)).date()
    begin = week.end + DAY
    if newest < begin or "tickets.created_at" not in data.filled:
        return
    so_far = measure(["tickets_created"], scope.but(start=begin, end=newest, compare=None), data, intervals=False).records()[0]["value"]
    if not so_far:
        return
    yield Heading("Not finished yet")
    yield Sentence(
        f"The week of {escaped(said(begin, begin + WEEK - DAY))} has begun: {units.say(so_far, 'count')} tickets were created so far, until "
        f"{escaped(_instant(week.newest, scope.zone))}. It is compared with nothing."
    )


def _needed(lacks: Sequence[str]) -> str:
    """Columns in words: "surveys: score"."""
    named = []
    for column in lacks:
        table, _, name = column.partition(".")
        known = TABLES[table].by_name.get(name) if table in TABLES else None
        named.append(f"{table}: {name.replace('_', ' ')}" if known else column)
    return " and ".join(named)


def _link(url: str, scope: Scope) -> str:
    """The address of the app with the week in it; "" without an address."""
    if not url:
        return ""
    pairs = [("from", str(scope.start)), ("to", str(scope.end)), ("zone", scope.zone), ("compare", "previous")]
    return f"{url}{'&' if '?' in url else '?'}{urlencode(pairs)}"


def _instant(instant: dt.datetime, zone: str) -> str:
    """ "Mon 9 Nov 2026, 00:00 Europe/Berlin"."""
    local = instant.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y}, {local:%H:%M} {zone}"
