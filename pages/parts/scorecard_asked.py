"""The scorecard of these data: its lines as kept or as usual, with the ends that history or published figures give them."""

from __future__ import annotations

import streamlit as st

from kpi import Scope, scorecard
from kpi.benchmarks import ALL
from kpi.errors import BadValue
from kpi.metric import seconds_of
from kpi.scorecard import Card, Line, Scored
from pages.parts import benchmark_asked, benchmark_self, texts
from pages.parts.measured import measured
from pages.parts.mine import Mine

TEXT = "scorecard.toml"
_STEPS = (("d", 86_400.0), ("h", 3_600.0), ("m", 60.0))


@st.cache_data(max_entries=50, show_spinner=False)
def _read(text: str) -> Card:
    return scorecard.read(text)


def card(mine: Mine, scope: Scope) -> Card:
    """The card kept with these data, else the usual one; its ends filled in."""
    kept = _read(texts.text(mine, TEXT))
    lines = kept.lines or scorecard.usual(mine.dataset.lacking(scope.ask))
    return Card(with_ends(mine, scope, lines), kept.problems)


def with_ends(mine: Mine, scope: Scope, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The lines with the ends their anchors give them; None where history is too short or no published figure compares."""
    lacks = mine.dataset.lacking(scope.ask)
    told = [line.name for line in lines if line.anchors == "history" and not lacks[line.name]]
    if told:
        lines = scorecard.with_history(lines, measured(mine, told, benchmark_self.grain(mine, scope)))
    return tuple(_published(mine, scope, line) if line.anchors == "benchmarks" and not lacks[line.name] else line for line in lines)


def _published(mine: Mine, scope: Scope, line: Line) -> Line:
    """The ends from the lowest and highest comparable figure, quartiles where there are four publishers."""
    channel = benchmark_asked.filtered(scope) or ALL
    placed = benchmark_asked.placed(mine, line.name, scope, channel, benchmark_asked.industry())
    ends = placed.quartiles or placed.limits
    if ends is None or ends[0] == ends[1]:
        return line.but(worst=None, best=None)
    low, high = ends
    return line.but(worst=high, best=low) if line.metric.better == "lower" else line.but(worst=low, best=high)


def scored(mine: Mine, scope: Scope, lines: tuple[Line, ...]) -> Scored:
    """The card filled in over the scope's dates, beside the period it is compared with."""
    lacks = mine.dataset.lacking(scope.ask)
    names = [line.name for line in lines if not lacks[line.name]]
    if not names:
        return Scored((), tuple((line, "these data cannot tell it") for line in lines))
    before = scope.before()
    now = measured(mine, names, scope.but(by="all", split=(), compare=None))
    then = measured(mine, names, before.but(by="all", split=(), compare=None)) if before else None
    return scorecard.score(lines, now, then)


def typed(line: Line, end: float | None) -> str:
    """An end as one types it: "4h", "83.5"."""
    if end is None:
        return ""
    if line.metric.unit != "s":
        return f"{end:.6g}"
    suffix, size = next(((suffix, size) for suffix, size in _STEPS if end >= size), ("s", 1.0))
    return f"{end / size:.4g}{suffix}"


def understood(line: Line, text: str) -> float | None:
    """What somebody typed as an end; None when it is empty. BadValue says what cannot be read."""
    text = text.strip()
    return None if not text else seconds_of(text, "s", line.metric.label) if line.metric.unit == "s" else _number(text, line)


def _number(text: str, line: Line) -> float:
    try:
        return float(text.rstrip(" %"))
    except ValueError:
        raise BadValue(f"{line.metric.label} cannot end at {text!r}.", "Write a number, such as 83.5.") from None
