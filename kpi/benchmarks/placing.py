"""Our value among published ones: what may stand beside it, what may not and why, and where it stands with its interval."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from kpi import units
from kpi.benchmarks.definitions import ALL, CHANNELS, CONTEXT, KINDS, MIDDLES, NEAR, OTHER, definition_of, unmet
from kpi.benchmarks.figures import Figure
from kpi.errors import UnknownName
from kpi.forms import Ratio
from kpi.measure.result import Result
from kpi.measure.words import SPOKEN
from kpi.metric import FCR_VARIANTS, PARAMS, Ask, Metric

FEWEST_FOR_QUARTILES = 4
"""Below so many independent publishers there is a range but no quartile."""
OLD = 5
"""Figures older than this many years are said to be."""


@dataclass(frozen=True)
class Ours:
    """One value of ours as it is compared: with its limits, statistic and switches; `channel` and `industry` in the words of the benchmarks.

    `value`, `low` and `high` are None when unknown, `days` the length of its period (None: not known).
    """

    metric: Metric
    value: float | None
    low: float | None = None
    high: float | None = None
    n: float | None = None
    statistic: str = ""
    ask: Ask = field(default_factory=Ask)
    currency: str = ""
    days: float | None = None
    channel: str = ALL
    industry: str = ALL

    def say(self, value: float | None) -> str:
        n = self.n if value == self.value and not isinstance(self.metric.form, Ratio) else None
        return units.say(value, self.metric.unit, self.currency or None, days=self.in_days, n=n)

    def say_interval(self, low: float | None, high: float | None) -> str:
        return units.say_interval(low, high, self.metric.unit, self.currency or None, days=self.in_days)

    @property
    def in_days(self) -> bool:
        return not (self.ask.clock == "business" and "clock" in self.metric.params)

    @property
    def label(self) -> str:
        """ "First reply, median"."""
        return f"{self.metric.label}, {SPOKEN[self.statistic]}" if self.statistic in SPOKEN else self.metric.label


def ours(result: Result, name: str, *, channel: str = ALL, industry: str = ALL) -> Ours:
    """A metric of a result over the whole of its scope, ready to be placed. UnknownName when the result does not hold it."""
    row = next((row for row in result.records() if row["metric"] == name and row["period"] == "all"), None)
    if row is None:
        raise UnknownName(f"This result has no value of {name!r} over the whole of its dates.", "Measure it without a grain and a split.")
    scope = result.scope
    days = (scope.end - scope.start).days + 1.0 if scope.start and scope.end else None
    statistic = next((note for note in row["notes"] if note in SPOKEN), "")
    limits = (row["low"], row["high"], row["n"])
    return Ours(result.metrics[name], row["value"], *limits, statistic, scope.ask, result.currency, days, channel, industry)


@dataclass(frozen=True)
class Compared:
    """A figure that stands beside ours; `caveat` where it is near and not the same."""

    figure: Figure
    caveat: str = ""


@dataclass(frozen=True)
class Refused:
    """A figure that does not, and the reason in words."""

    figure: Figure
    reason: str


@dataclass(frozen=True)
class Placement:
    """Where our value stands among published ones.

    `comparable` and `refused` are all figures about the metric, the newest first. Undated figures compare but decide nothing: range, quartiles
    and standing come from the dated ones. `today` tells how old they are.
    """

    ours: Ours
    comparable: tuple[Compared, ...]
    refused: tuple[Refused, ...]
    today: dt.date

    @cached_property
    def dated(self) -> tuple[Figure, ...]:
        return tuple(c.figure for c in self.comparable if c.figure.year and c.figure.value is not None)

    @cached_property
    def by_publisher(self) -> dict[str, float]:
        """Publisher -> its one figure: the newest of each sector, and the middle over its sectors."""
        newest: dict[tuple[str, str], int] = {}
        for figure in self.dated:
            key = (figure.publisher, figure.sector)
            newest[key] = max(newest.get(key, 0), figure.year or 0)
        found: dict[str, list[float]] = {}
        for (publisher, sector), year in newest.items():
            same = [f.value for f in self.dated if (f.publisher, f.sector, f.year) == (publisher, sector, year) and f.value is not None]
            found.setdefault(publisher, []).append(float(np.median(same)))
        return {publisher: float(np.median(values)) for publisher, values in found.items()}

    @property
    def publishers(self) -> tuple[str, ...]:
        return tuple(self.by_publisher)

    @property
    def years(self) -> tuple[int, int] | None:
        """The oldest and the newest year."""
        years = [figure.year for figure in self.dated if figure.year]
        return (min(years), max(years)) if years else None

    @property
    def limits(self) -> tuple[float, float] | None:
        """The lowest and the highest dated figure."""
        values = [figure.value for figure in self.dated if figure.value is not None]
        return (min(values), max(values)) if values else None

    @property
    def middle(self) -> float | None:
        """The middle publisher's figure."""
        return float(np.median(list(self.by_publisher.values()))) if self.by_publisher else None

    @property
    def quartiles(self) -> tuple[float, float] | None:
        """Lower and upper quartile over publishers (type 7); None below four of them."""
        if len(self.by_publisher) < FEWEST_FOR_QUARTILES:
            return None
        low, high = np.quantile(list(self.by_publisher.values()), [0.25, 0.75])
        return float(low), float(high)

    @property
    def standing(self) -> str:
        """above or below (all of them, beyond our own uncertainty), inside, perhaps_above, perhaps_below, perhaps_inside, unsure (no interval), none."""
        mine, limits = self.ours, self.limits
        if mine.value is None or limits is None:
            return "none"
        low, high = limits
        where = "above" if mine.value > high else "below" if mine.value < low else "inside"
        if mine.low is None or mine.high is None:
            return "unsure"
        sure = {"above": mine.low > high, "below": mine.high < low, "inside": low <= mine.low and mine.high <= high}[where]
        return where if sure else f"perhaps_{where}"

    @property
    def reasons(self) -> dict[str, list[Figure]]:
        """Why -> the figures refused for it, the most frequent reason first."""
        found: dict[str, list[Figure]] = {}
        for refused in self.refused:
            found.setdefault(refused.reason, []).append(refused.figure)
        return dict(sorted(found.items(), key=lambda item: -len(item[1])))

    @property
    def text(self) -> str:
        """The finding, in one sentence."""
        mine = self.ours
        label = mine.label
        if mine.value is None:
            return f"{label} is not known here, so that nothing can be compared."
        said = f"{label} is {mine.say(mine.value)}"
        limits = mine.say_interval(mine.low, mine.high)
        said += f" ({limits})" if limits and limits != mine.say(mine.value) else ""
        if not self.comparable:
            return f"{said}. {self._nothing()}"
        if not self.dated:
            return f"{said}. Of figures that compare only undated ones were found, and how old they are nobody can tell."
        return f"{said}: {self._stands()}."

    @property
    def caveat(self) -> str:
        """What weakens the comparison: age, one publisher, near definitions, unknown exactness."""
        if not self.dated:
            return ""
        newest = self.today.year - (self.years or (0, self.today.year))[1]
        said = [f"The newest is {newest} years old." if newest > OLD else ""]
        if len(self.publishers) == 1 and len(self.dated) > 1:
            said.append("All are by one publisher, about its own customers or panel.")
        if len(self.dated) < len(self.comparable):
            said.append("Undated figures are shown and decide nothing.")
        said += [f"{one[0].upper()}{one[1:]}." for one in dict.fromkeys(c.caveat for c in self.comparable) if one]
        return " ".join(part for part in [*said, "How exact a published average is, is not known."] if part)

    def _nothing(self) -> str:
        label = self.ours.metric.label
        if not self.refused:
            return f"No published figure with a source was found for {label}."
        many = len(self.refused)
        return (
            f"None of the {many} published figures found can stand beside it."
            if many > 1
            else "The one published figure found cannot stand beside it."
        )

    def _stands(self) -> str:
        mine, many = self.ours, len(self.dated)
        low, high = self.limits or (math.nan, math.nan)
        figures = "the one published figure that compares" if many == 1 else f"the {many} published figures that compare"
        range_ = mine.say(low) if low == high else mine.say_interval(low, high)
        whose = f"{range_} ({_sources(self.publishers)}, {_years(self.years)})"
        above, below = (self._judged(side) for side in ("above", "below"))
        all_of = figures if many == 1 else "both published figures that compare" if many == 2 else f"all of {figures}"
        words = {
            "above": f"above {all_of}, {whose}{above}",
            "below": f"below {all_of}, {whose}{below}",
            "inside": f"inside the range of {figures}, {whose}",
            "perhaps_above": f"above {all_of}, {whose}, but its interval reaches down to {'it' if many == 1 else 'them'}: not clearly above",
            "perhaps_below": f"below {all_of}, {whose}, but its interval reaches up to {'it' if many == 1 else 'them'}: not clearly below",
            "perhaps_inside": f"inside the range of {figures}, {whose}, though its interval reaches beyond",
            "unsure": f"beside {figures}, {whose}, and with no interval of its own it cannot be placed for sure",
        }
        if low == high and self.standing == "perhaps_inside":
            return f"not to be told apart from {figures}, {whose}"
        return words[self.standing]

    def _judged(self, side: str) -> str:
        better = self.ours.metric.better
        return "" if better == "neither" else ": better" if (side == "above") == (better == "higher") else ": worse"


def place(mine: Ours, figures: Iterable[Figure], today: dt.date) -> Placement:
    """Our value among the figures about its metric. Every one of them is either comparable or refused with a reason."""
    about = [figure for figure in figures if figure.metric == mine.metric.name or _is_beside(figure, mine.metric.name)]
    about.sort(key=lambda figure: (-(figure.year or 0), figure.publisher))
    judged = [(figure, refusal(figure, mine)) for figure in about]
    near = [Compared(figure, _caveat(figure)) for figure, reason in judged if not reason]
    return Placement(mine, tuple(near), tuple(Refused(figure, reason) for figure, reason in judged if reason), today)


def refusal(figure: Figure, mine: Ours) -> str:
    """Why a figure cannot stand beside our value: the first reason there is; "" when it can."""
    return next((reason for reason in _reasons(figure, mine) if reason), "")


def _reasons(figure: Figure, mine: Ours) -> Iterator[str]:
    """What speaks against a figure, the weightiest first; "" where a check is passed."""
    if figure.metric in CONTEXT:
        yield CONTEXT[figure.metric].why
        return
    definition = definition_of(figure.metric, figure.definition)
    if definition is None or definition.fit == OTHER:
        yield f"definition differs: {definition.why if definition else 'not known'}"
        return
    yield "" if figure.kind in MIDDLES else KINDS[figure.kind]
    yield "a band without a value" if figure.value is None else ""
    differs = unmet(definition, mine.ask, mine.days)
    yield f"definition differs: {differs}" if differs else ""
    if mine.metric.unit == "currency" and figure.unit != mine.currency:
        yield f"in {figure.unit}, and money is not converted{'' if mine.currency else '; the currency of ours is not known'}"
    if mine.metric.unit == "s" and figure.statistic != mine.statistic:
        theirs = f"statistic differs: a {figure.statistic}" if figure.statistic else "does not say whether it is a mean or a median"
        yield f"{theirs}, where ours is the {SPOKEN.get(mine.statistic, 'other')}"
    if figure.channel != mine.channel:
        yield f"about another channel, where ours is {CHANNELS.get(mine.channel, 'channels of several kinds')}"
    if figure.industry != mine.industry:
        yield (
            "about one industry, where figures over all of them were asked for"
            if mine.industry == ALL
            else f"not about {mine.industry}, which was asked for"
        )


def offered(mine: Ours, figures: Sequence[Figure], by: str) -> dict[str, int]:
    """How many figures would compare for every channel or industry (`by`) there is a figure about, all else being the same; the chosen first of all."""
    values = sorted(
        {getattr(f, by) for f in figures if f.metric == mine.metric.name} | {ALL, getattr(mine, by)}, key=lambda v: (v != ALL, v)
    )
    return {value: sum(not refusal(f, _but(mine, by, value)) for f in figures if f.metric == mine.metric.name) for value in values}


def would(mine: Ours, figures: Iterable[Figure]) -> dict[str, int]:
    """Which other statistic or definition of ours would let figures compare, in words, and how many; what lets none is not named."""
    about = [figure for figure in figures if figure.metric == mine.metric.name]
    ways: dict[str, Ours] = {}
    if mine.statistic:
        ways |= {
            f"times are told as the {SPOKEN[code]}": _but(mine, "statistic", code) for code in ("mean", "median") if code != mine.statistic
        }
    for definition in {figure.definition for figure in about}:
        known = definition_of(mine.metric.name, definition)
        for switch, wanted in (known.when if known else {}).items():
            if switch in mine.metric.params and switch in PARAMS:
                ask = replace(mine.ask, params=tuple({**dict(mine.ask.params), switch: wanted}.items()))
                meant = f"“{FCR_VARIANTS[wanted]}”" if wanted in FCR_VARIANTS else f"within {wanted:g} s"
                ways[f"{mine.metric.label} means {meant}"] = _but(mine, "ask", ask)
    found = {words: sum(not refusal(figure, other) for figure in about) for words, other in ways.items()}
    return {words: count for words, count in sorted(found.items(), key=lambda item: -item[1]) if count}


def _but(mine: Ours, name: str, value: Any) -> Ours:
    return replace(mine, **{name: value})


def _is_beside(figure: Figure, metric: str) -> bool:
    return figure.metric in CONTEXT and metric in CONTEXT[figure.metric].beside


def _caveat(figure: Figure) -> str:
    definition = definition_of(figure.metric, figure.definition)
    return definition.why if definition and definition.fit == NEAR else ""


def _sources(publishers: Sequence[str]) -> str:
    if len(publishers) <= 3:
        *most, last = publishers
        return f"{', '.join(most)} and {last}" if most else last
    return f"{len(publishers)} publishers"


def _years(years: tuple[int, int] | None) -> str:
    if years is None:
        return "undated"
    first, last = years
    return str(first) if first == last else f"{first}–{last}"
