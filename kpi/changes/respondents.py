"""Who answered: a score of answers moves when other people answer, whatever support did (statistics.md section 9)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from kpi import stats, units
from kpi.catalogue import CATALOGUE
from kpi.changes.sides import Pair
from kpi.engine import Dataset
from kpi.forms import Share
from kpi.measure import measure
from kpi.measure.compile import form_of, is_share, table_name
from kpi.scope import NONE

MOVED, LOW, TWICE, MIXED = 5.0, 20.0, 2.0, 10.0
"""Caution: the response rate moved by more than 5 points, is below 20 %, or differs twofold between channels; or 10 % of answers changed channel."""
RANGE = (2 / 3, 2.0)
"""How likely the unhappy are to answer beside the happy, at the ends of the range told: from 10 to 30 % where the happy answer in 15 %."""
FEWEST = 10


@dataclass(frozen=True)
class Respondents:
    """Response rates of both sides in % (nan where no invitations are known); `mix` is the share of answers, 0 to 1, that would have to change
    channel to make both sides alike; `channels` has channel, answers_before, answers_now, rate_before, rate_now.

    `reweighted` is the score of each side weighted to the channels of the tickets (nan for means and NPS); `range_now` where the true score lies if
    the unhappy answer between 2/3 as often and twice as often as the happy, `bounds_now` with no assumption at all. In the metric's unit.
    """

    rate_before: float
    rate_now: float
    mix: float
    channels: pd.DataFrame
    reweighted: tuple[float, float]
    reweighted_limits: tuple[tuple[float, float], tuple[float, float]]
    range_now: tuple[float, float]
    bounds_now: tuple[float, float]
    warnings: tuple[str, ...]
    label: str
    pair: Pair

    @property
    def text(self) -> str:
        """The warning in one or two sentences; "" where nothing is to be warned of."""
        if not self.warnings:
            return ""
        what = "change" if self.pair.is_period else "difference"
        said = [f"Part of the {what} can be who answered: {'; '.join(self.warnings)}."]
        if not math.isnan(self.reweighted[0] + self.reweighted[1]):
            was, now = (units.say(v, "%") for v in self.reweighted)
            against, part = self.pair.words
            moved = f"went from {was} to {now}" if self.pair.is_period else f"is {was} for {against} and {now} for {part}"
            said.append(f"Weighted to the channels of the tickets, {self.label} {moved}.")
        if not math.isnan(self.range_now[0]):
            low, high = self.range_now
            said.append(
                f"If the unhappy answer between two thirds and twice as readily as the happy, {self.label} of everybody asked "
                f"{'now ' if self.pair.is_period else f'in {self.pair.words[1]} '}lies between "
                f"{units.say(low, '%')} and {units.say(high, '%')}."
            )
        return " ".join(said)


def respondents(name: str, pair: Pair, data: Dataset) -> Respondents | None:
    """Who answered on both sides of a score of answers; None for any metric that is not made of survey answers."""
    form = form_of(name, pair.now.ask)
    if name == "survey_response_rate" or table_name(form.behind(pair.now.ask).rows) != "surveys":
        return None
    has_rate = not data.lacking(pair.now.ask)["survey_response_rate"]
    has_channel = pair.column != "channel" and bool({"tickets.channel", "surveys.channel"} & data.filled)
    names = [name, *(["survey_response_rate"] if has_rate else []), *(["tickets_created"] if not data.lacking()["tickets_created"] else [])]
    rates, tables = [], []
    for scope in (pair.before, pair.now):
        rate = math.nan
        if has_rate:
            (row,) = measure(["survey_response_rate"], scope, data, intervals=False).records()
            rate = math.nan if row["value"] is None else float(row["value"])
        rates.append(rate)
        tables.append(
            _by_channel(measure(names, scope.but(split=("channel",)), data, intervals=False).frame, name) if has_channel else None
        )
    channels, mix = _channels(tables)
    share = is_share(name, pair.now.ask) and isinstance(form, Share)
    weighted = [_weighted(table) if share and table is not None else (math.nan,) * 3 for table in tables]
    (row,) = measure([name], pair.now, data, intervals=False).records()
    value = math.nan if row["value"] is None or not share else float(row["value"])
    warnings = _warnings(rates, mix, channels, pair)
    is_good = CATALOGUE[name].better == "higher"
    return Respondents(
        rates[0], rates[1], mix, channels, (weighted[0][0], weighted[1][0]),
        ((weighted[0][1], weighted[0][2]), (weighted[1][1], weighted[1][2])),
        _range(value, is_good), _bounds(value, rates[1]), warnings, CATALOGUE[name].label, pair,
    )  # fmt: skip


def _by_channel(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    wide = frame.pivot_table(index="channel", columns="metric", values=["value", "top", "bottom", "n"], aggfunc="first")

    def column(part: str, metric: str) -> pd.Series[float]:
        return wide[(part, metric)] if (part, metric) in wide else pd.Series(math.nan, index=wide.index)

    found = {
        "answers": column("n", name),
        "good": column("top", name),
        "rate": column("value", "survey_response_rate"),
        "tickets": column("value", "tickets_created"),
    }
    return pd.DataFrame(found)


def _channels(tables: list[pd.DataFrame | None]) -> tuple[pd.DataFrame, float]:
    before, now = tables
    columns = ["channel", "answers_before", "answers_now", "rate_before", "rate_now"]
    if before is None or now is None:
        return pd.DataFrame(columns=columns), math.nan
    both = before.add_suffix("_before").join(now.add_suffix("_now"), how="outer")
    both = both[both[["answers_before", "answers_now"]].fillna(0).sum(axis=1) > 0]
    shares = [both[c].fillna(0) / both[c].sum() if both[c].sum() > 0 else both[c] * math.nan for c in ("answers_before", "answers_now")]
    mix = float((shares[1] - shares[0]).abs().sum() / 2) if len(both) else math.nan
    return both.reset_index()[columns], mix


def _weighted(table: pd.DataFrame) -> tuple[float, float, float]:
    """The share weighted to the channels of the tickets, with its limits, in %; nan where a channel of tickets has too few answers."""
    known = table[(table.index != NONE) & (table["tickets"] > 0)].fillna(0)
    thin = known["answers"] < FEWEST
    if not len(known) or known.loc[thin, "tickets"].sum() > 0.05 * known["tickets"].sum():
        return (math.nan,) * 3
    kept = known[~thin]
    found = stats.post_stratify(kept["tickets"], kept["good"], kept["answers"])
    return 100 * found.value, 100 * found.low, 100 * found.high


def _warnings(rates: list[float], mix: float, channels: pd.DataFrame, pair: Pair) -> tuple[str, ...]:
    before, now = rates
    was, is_ = units.say(before, "%"), units.say(now, "%")
    against, part = pair.words
    said = []
    if abs(now - before) > MOVED:
        said.append(
            f"the response rate went from {was} to {is_}" if pair.is_period else f"{was} of {against} answered, and {is_} of {part}"
        )
    elif now < LOW or before < LOW:
        said.append(f"only {is_} of those asked answered ({was} {'before' if pair.is_period else f'of {against}'})")
    known = channels.loc[channels["answers_now"] >= FEWEST, "rate_now"].dropna()
    if len(known) > 1 and known.min() > 0 and known.max() > TWICE * known.min():
        said.append(f"channels answer very unlike each other ({units.say(known.min(), '%')} to {units.say(known.max(), '%')})")
    if mix > MIXED / 100:
        others = "than before" if pair.is_period else f"than those of {against}"
        said.append(f"{units.say(100 * mix, '%')} of the answers come through other channels {others}")
    return tuple(said)


def _range(value: float, is_good: bool) -> tuple[float, float]:
    """The true share in % if the unhappy answer 2/3 as often to twice as often: true odds = observed odds x that."""
    if math.isnan(value):
        return math.nan, math.nan
    good = value / 100 if is_good else 1 - value / 100
    ends = [good * times / (good * times + 1 - good) for times in RANGE]
    low, high = sorted(100 * (end if is_good else 1 - end) for end in ends)
    return low, high


def _bounds(value: float, rate: float) -> tuple[float, float]:
    """Manski: everybody silent is unhappy, or happy."""
    if math.isnan(value + rate):
        return math.nan, math.nan
    answered = min(rate / 100, 1.0)
    return value * answered, value * answered + 100 * (1 - answered)
