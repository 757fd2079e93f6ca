"""What a number did before and after an event, against what its own past would have led one to expect.

A line with a step, fitted with first-order memory by restricted maximum likelihood and effective degrees of freedom (`kpi.stats.gls_ar1`;
Turner et al. 2021, doi 10.1186/s12874-021-01364-0). Where nothing happened it finds a step in 3 to 8 % of cases; a t-test or Newey-West
in 10 to 45 % once weeks remember each other. The same reckoning at earlier dates says how often such a step turns up by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from kpi.errors import BadValue
from kpi.events.event import Event, near
from kpi.events.series import Scale, Series
from kpi.events.words import caveat, finding
from kpi.stats import event_columns, gls_ar1, holm
from kpi.stats.base import Array
from kpi.stats.regression import GlsFit

FEWEST, FOR_A_LINE, WINDOW = 8, 12, 26
"""Known periods a side below which there are only medians, below which there is a level but no line, and how many are used at most."""
MOST_PLACEBOS, FEWEST_PLACEBOS, RARE = 40, 10, 0.1
"""Earlier dates tried at most; fewer say nothing; a step as strong as at more than a tenth of them is nothing special."""
CLAIM = 0.02
"""A step is called beyond noise below this p-value, not below 0.05: with memory measured from so few weeks a nominal 2 % is wrong in up to
about 5 % of cases where nothing happened (16 to 52 weeks, memory 0 to .7: 0.3 to 5.7 %), a nominal 5 % in up to 10 %."""
NAN, DUST = float("nan"), 1e-9


@dataclass(frozen=True)
class BeforeAfter:
    """What was found. `model` is "line" (line, step, change of slope), "level" (step only) or "descriptive" (medians only).

    `effect` with `low` and `high` (95 %) is the step at the event: in per cent when `scale` is of logarithms, else in the metric's unit;
    `average` likewise over all periods after it (line only). `p` is of the step, or after Holm where `looked` numbers were looked at
    together; `phi` the memory. `before_n` and `after_n` count the known periods used. `median_before`, `median_after` are plain values,
    `median_during` of the periods the event touched, which are left out unless `is_during` (then they are the ones compared).
    `frame` has one row a period: period, value, side ("before", "after", "left out"), expected, expected_low, expected_high, is_after,
    control. `placebos` has date, effect, low, high, strength (effect over half its interval). `stronger` of them were at least as strong
    as the event, whose own is `strength`. `is_after_worst`: the event followed the worst period, which is left out.
    `control` says what it was compared with; "" for nothing. Unknown is NaN.
    """

    series: Series
    event: Event
    scale: Scale
    model: str
    place: int
    frame: pd.DataFrame
    placebos: pd.DataFrame
    before_n: int
    after_n: int
    median_before: float
    median_after: float
    median_during: float = NAN
    effect: float = NAN
    low: float = NAN
    high: float = NAN
    p: float = NAN
    phi: float = NAN
    average: float = NAN
    average_low: float = NAN
    average_high: float = NAN
    strength: float = NAN
    is_during: bool = False
    is_after_worst: bool = False
    left_out: int = 0
    control: str = ""
    nearby: tuple[Event, ...] = ()
    looked: int = 1

    @property
    def is_beyond_noise(self) -> bool:
        """Whether the step is further from 0 than memory and chance take it, also where several numbers were looked at together."""
        return bool(self.low > 0 or self.high < 0) and not self.p >= CLAIM

    @property
    def stronger(self) -> int:
        return int((self.placebos["strength"].abs() >= abs(self.strength)).sum())

    @property
    def is_rare(self) -> bool:
        """Whether such a step hardly ever turns up at dates before the event; True where too few can be tried."""
        return len(self.placebos) < FEWEST_PLACEBOS or self.stronger <= RARE * len(self.placebos)

    @property
    def is_clear(self) -> bool:
        """Whether the page may say that the number changed: beyond noise, and rare at other dates."""
        return self.model != "descriptive" and self.is_beyond_noise and self.is_rare

    @property
    def finding(self) -> str:
        """One sentence. It tells an order in time, never a cause."""
        return finding(self)

    @property
    def caveat(self) -> str:
        """What to make of it, in a few sentences."""
        return " ".join(caveat(self))

    @property
    def text(self) -> str:
        return f"{self.finding} {self.caveat}"


def before_after(
    series: Series,
    event: Event,
    control: Series | None = None,
    *,
    others: Iterable[Event] = (),
    against: str = "",
    window: int = WINDOW,
    lines: bool = True,
    placebos: int = MOST_PLACEBOS,
) -> BeforeAfter:
    """Compare a series with itself before an event; with a `control` (said as `against`), compare the difference of both.

    `others` are the events among which those nearby are named; at most `window` periods are used on a side; `lines=False` compares
    levels only, however many periods there are; so many earlier dates are tried as `placebos`. The period the event falls into
    is left out, unless it falls on its first day. An event that lasted for 8 whole periods or more is compared while it lasted; what a
    shorter one touched is left out. BadValue for days (they have a weekly rhythm) and for an event outside the series.
    """
    if series.by == "day":
        raise BadValue("Days have a weekly rhythm that looks like a change.", "Measure by week.")
    first, after, stop, is_during = _places(series, event)
    if not series.dates or first <= 0 or after >= stop:
        raise BadValue(
            f"{event.date} has no whole {series.by} before it or none after it in these data.", "Choose another event or other dates."
        )
    held = _matched(series, control)
    scale = Scale.of(series) if held is None else Scale.of(series, held)
    y = scale.to(series.values) - (0.0 if held is None else scale.to(held.values))
    begin, end = max(0, first - window), min(stop, after + window)
    side = np.full(len(y), "", dtype=object)
    side[begin:first], side[first:after], side[after:end] = "before", "left out", "after"
    worst = _follows_the_worst(series, side)
    if worst >= 0:
        side[worst] = "left out"
    counts: list[int] = [int((~np.isnan(y[side == name])).sum()) for name in ("before", "after")]
    medians = [_median(series.values[side == name]) for name in ("before", "after")]
    model = _model(min(counts), lines)
    found = BeforeAfter(
        series=series,
        event=event,
        scale=scale,
        model=model,
        place=after,
        frame=pd.DataFrame(),
        placebos=_placebos(series, y[:first], scale, model, window, placebos),
        before_n=counts[0],
        after_n=counts[1],
        median_before=medians[0],
        median_after=medians[1],
        median_during=_median(series.values[first:after]),
        is_during=is_during,
        is_after_worst=worst >= 0,
        left_out=after - first,
        control=against or (control.label if control else ""),
        nearby=near(event, others),
    )
    return _judged(found, y, side, begin, end, held)


def together(found: Sequence[BeforeAfter]) -> tuple[BeforeAfter, ...]:
    """The same findings, each judged as one of several that were looked at together (Holm 1979)."""
    adjusted = holm([one.p for one in found])
    looked = int((~np.isnan(adjusted)).sum())
    return tuple(replace(one, p=float(p), looked=max(1, looked)) for one, p in zip(found, adjusted, strict=True))


def _judged(found: BeforeAfter, y: Array, side: Array, begin: int, end: int, held: Series | None) -> BeforeAfter:
    """With the model fitted where there is enough for one, and the frame a chart is drawn from."""
    used = np.where(np.isin(side, ("before", "after")), y, NAN)[begin:end]
    at = found.place - begin
    expected = np.full((3, end - begin), NAN)
    if found.model != "descriptive":
        step, design = _fit(used, at, found.model)
        past = design.copy()
        past[:, _STEP[found.model] :] = 0.0
        expected = np.array(step.at(past))
        jump, low, high, p = (float(part[_STEP[found.model]]) for part in (step.coefficients, step.low, step.high, step.p))
        half = (high - low) / 2
        if not half and abs(jump) <= DUST * np.nanmax(np.abs(used)):
            jump = low = high = 0.0
        change = found.scale.change
        found = replace(
            found,
            effect=change(jump),
            low=change(low),
            high=change(high),
            p=p,
            phi=step.phi,
            strength=jump / half if half > 0 else NAN if jump == 0 else float(np.copysign(np.inf, jump)),
        )
        if found.model == "line":
            mean = np.zeros((1, 4))
            mean[0, 2:] = 1.0, design[at:, 3][~np.isnan(used[at:])].mean()
            average = [change(float(limit[0])) for limit in step.at(mean)]
            found = replace(found, average=average[0], average_low=average[1], average_high=average[2])
    shown = found.series.dates[begin:end]
    control = np.full(end - begin, NAN) if held is None else held.values[begin:end]
    lifted = expected + (0.0 if held is None else found.scale.to(control))
    frame = pd.DataFrame(
        {
            "period": [day.isoformat() for day in shown],
            "value": found.series.values[begin:end],
            "side": side[begin:end].astype(str),
            "expected": found.scale.back(lifted[0]),
            "expected_low": found.scale.back(lifted[1]),
            "expected_high": found.scale.back(lifted[2]),
            "is_after": np.arange(end - begin) >= at,
            "control": control,
        }
    )
    return replace(found, frame=frame)


_STEP = {"line": 2, "level": 1}
"""Which column of the design is the step; from it on is what the event would have brought."""


def _model(fewest: int, lines: bool) -> str:
    return "descriptive" if fewest < FEWEST else "line" if lines and fewest >= FOR_A_LINE else "level"


def _fit(y: Array, at: int, model: str) -> tuple[GlsFit, Array]:
    design = event_columns(len(y), at, slopes=model == "line")
    return gls_ar1(y, design), design


def _places(series: Series, event: Event) -> tuple[int, int, int, bool]:
    """(first period the event touches, first one compared, where those end, whether they are the ones while it lasted)."""
    dates = series.dates
    first = sum(day <= event.date for day in dates) - 1  # the period its date falls into
    untouched = first >= 0 and dates[first] == event.date
    whole = first if untouched else first + 1
    if event.end is None or event.end == event.date:
        return first, whole, len(dates), False
    over = sum(day <= event.end for day in dates)  # the first period that begins after its last day
    ends_whole = over < len(dates) and (dates[over] - event.end).days == 1
    during = over if ends_whole or over == len(dates) else over - 1
    if during - whole >= FEWEST:
        return first, whole, during, True
    return first, over, len(dates), False


def _matched(series: Series, control: Series | None) -> Series | None:
    """The control at the dates of the series; BadValue when it is measured otherwise."""
    if control is None:
        return None
    if (control.by, control.unit) != (series.by, series.unit):
        raise BadValue("A control must be the same number, by the same periods.", "Measure it with the same scope but another filter.")
    known = dict(zip(control.dates, control.values, strict=True))
    return replace(control, dates=series.dates, values=np.array([known.get(day, NAN) for day in series.dates], dtype=np.float64))


def _follows_the_worst(series: Series, side: Array) -> int:
    """The place of the worst period before the event, where it is one of the last two the event may be an answer to; -1 where it is not.

    Whoever acts in the worst week sees it get better whatever they do. With no good direction the worst is the furthest from the median.
    """
    values = series.values
    before = np.flatnonzero((side == "before") & ~np.isnan(values))
    if len(before) < FEWEST:
        return -1
    sign = {"higher": -1.0, "lower": 1.0}.get(series.better, 0.0)
    badness = sign * values[before] if sign else np.abs(values[before] - np.median(values[before]))
    place = int(before[int(np.argmax(badness))])
    rest = badness[before != place]
    outlying = badness.max() > rest.mean() + 2 * rest.std() if len(rest) > 2 else False
    return place if place >= int(np.flatnonzero(side == "before")[-1]) - 1 and outlying else -1


def _placebos(series: Series, y: Array, scale: Scale, model: str, window: int, most: int) -> pd.DataFrame:
    """The same reckoning at dates before the event, on the periods before it alone."""
    columns = ["date", "effect", "low", "high", "strength"]
    need = {"line": FOR_A_LINE, "level": FEWEST}.get(model, len(y))
    possible = range(need, len(y) - need + 1)
    places = [possible[int(i)] for i in np.unique(np.linspace(0, len(possible) - 1, most).round())] if possible else []
    rows = []
    for place in places:
        begin, end = max(0, place - window), min(len(y), place + window)
        part = y[begin:end]
        if min(int((~np.isnan(half)).sum()) for half in (part[: place - begin], part[place - begin :])) < need:
            continue
        fit, _ = _fit(part, place - begin, model)
        jump, low, high = (float(values[_STEP[model]]) for values in (fit.coefficients, fit.low, fit.high))
        if high > low:
            change = scale.change
            rows.append((series.dates[place].isoformat(), change(jump), change(low), change(high), jump / ((high - low) / 2)))
    return pd.DataFrame(rows, columns=columns)


def _median(values: Array) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else NAN
