"""What to bear in mind about one link: how much of a figure is luck, how little it varied, who answered."""

from __future__ import annotations

import numpy as np

from kpi import units
from kpi.catalogue import find
from kpi.correlations.agents import Agents
from kpi.correlations.facts import is_yes_no
from kpi.correlations.model import NAN, Pair
from kpi.correlations.periods import Series
from kpi.correlations.words import label
from kpi.metric import Ask
from kpi.stats import reliability
from kpi.stats.base import Array

UNSURE, NARROW_LOG, NARROW_POINTS = 0.7, 0.05, 1.0
"""A reliability worth a word; the standard deviation of a driver's weeks below which it hardly varied (of logarithms, of points)."""
RARE_SHARE, MOST_ANSWER = 0.05, 0.6
"""Shares of yes (or no), and of invitations answered, below which a word is due."""
ECOLOGICAL = "This is about weeks, not about single tickets: the link on tickets can be another, or none."
NO_SEASON = "There are fewer than 104 whole weeks, so the time of the year is not taken out: a part of this may be the season."
MIX = (
    "This is about agents. Figures of one agent come from the same tickets and share their luck: a link is claimed only where it is there too "
    "between figures of different tickets."
)


def of_weeks(pair: Pair, first: Series, second: Series, errors: tuple[Array, Array]) -> list[str]:
    """`errors` are the standard errors of the weekly figures on the scale of comparison, from their intervals."""
    said = [ECOLOGICAL, *([] if min(first.taken_out, second.taken_out) > 1 else [NO_SEASON])]
    for series, error in zip((first, second), errors, strict=True):
        said += reliability_said(series, error)
    said += narrow_said(first)
    return said


def reliability_said(series: Series, error: Array) -> list[str]:
    """How much of a weekly figure's movement is real. Nothing where nearly all of it is, or it is a full count."""
    rel = weekly_reliability(series, error)
    if np.isnan(rel) or rel >= UNSURE:
        return []
    n = float(np.nanmedian(series.n))
    about = f"about {units.say(n, 'count')} rows a week"
    shown = 0.5 * np.sqrt(rel)
    most = f"a true link of 0.50 would show as about {shown:.2f}" if rel > 0 else "no link could show in it"
    return [f"{_share(rel)} of what {label(series.name)} moves from week to week is more than the luck of {about}: {most}."]


def weekly_reliability(series: Series, error: Array) -> float:
    """Real variance over seen variance of what is left of a series after line and season, 0 to 1; NaN where no errors are known."""
    both = ~np.isnan(series.left) & ~np.isnan(error)
    if both.sum() < 8:
        return NAN
    seen, luck = float(series.left[both].var(ddof=1)), float((error[both] ** 2).mean())
    if not seen > 0:
        return NAN
    if find(series.name).unit == "%":  # luck of a share of n, in the words of its own formula
        p, n = series.values[both].mean() / 100, 1 / np.mean(1 / np.maximum(series.n[both], 1))
        real = np.sqrt(max(0.0, seen - 1e4 * p * (1 - p) / n)) / 100
        return float(reliability(real, p, n)) if 0 < p < 1 else NAN
    return float(max(0.0, seen - luck) / seen)


def narrow_said(series: Series) -> list[str]:
    """A driver that hardly varied cannot show what it goes with."""
    left = series.left[~np.isnan(series.left)]
    if len(left) < 8:
        return []
    limit = NARROW_LOG if series.is_on_log else NARROW_POINTS if find(series.name).unit in ("%", "points") else NAN
    if not left.std() < limit:
        return []
    low, high = (units.say(float(v), find(series.name).unit) for v in np.nanquantile(series.values, [0.05, 0.95]))
    name = find(series.name).label
    return [f"{name} hardly varied: 9 weeks of 10 lie between {low} and {high}. Over so narrow a range even a real link shows weakly."]


def of_tickets(first: str, second: str, x: Array, y: Array, answered: float, ask: Ask) -> list[str]:
    """`x` and `y` are the facts of the tickets that know both; `answered` is the share of invitations answered, NaN where unknown."""
    said = []
    for name, values in ((first, x), (second, y)):
        if is_yes_no(name, ask) and len(values) and min(values.mean(), 1 - values.mean()) < RARE_SHARE:
            rare = values.mean() < 0.5
            share = units.say(100 * float(min(values.mean(), 1 - values.mean())), "%")
            said.append(
                f"Only {share} of these tickets {'count' if rare else 'do not count'} for {label(name)}: a coefficient stays small then."
            )
    if not is_yes_no(first, ask) and len(x) > 8:
        low, middle, high = np.quantile(x, [0.25, 0.5, 0.75])
        if middle > 0 and (high - low) / middle < 0.1:
            said.append(f"{find(first).label} hardly varies on these tickets: over so narrow a range even a real link shows weakly.")
    if "satisfaction" in (find(first).family, find(second).family):
        is_known = not np.isnan(answered)
        who = f"{units.say(100 * answered, '%')} of the surveys offered were answered" if is_known else "How many were asked is not known"
        weak = not is_known or answered < MOST_ANSWER
        said.append(f"{who}: this is about those who answered" + (", and the happy may answer oftener than the unhappy." if weak else "."))
    return said


def of_agents(first: str, second: str, agents: Agents) -> list[str]:
    said = [MIX]
    for name in (first, second):
        group = agents.groups.get(name)
        if group is None:
            continue
        seen = np.nanvar(group.value)
        luck = np.nanmean(((group.high - group.low) / 3.92) ** 2)
        rel = float(seen / (seen + luck)) if seen + luck > 0 else NAN
        if rel < UNSURE:
            said.append(
                f"Agents can hardly be told apart in {label(name)}: about {_share(rel)} of what is seen of their differences is real."
            )
    return said


def _share(part: float) -> str:
    return f"{100 * part:.0f}{units.NBSP}%"
