"""The scorecard: the total with its interval, its parts, what the weights decide, and what the total hides."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from kpi import Scope, units
from kpi.charts.benchmarks import scorecard as chart
from kpi.scorecard import ANCHORS, Part, Scored
from pages.parts import asked_dates, drawn, recorded, scorecard_asked, scorecard_edit
from pages.parts.mine import Mine
from pages.parts.words import plain


def draw(mine: Mine, scope: Scope) -> None:
    card = scorecard_asked.card(mine, scope)
    found = scorecard_asked.scored(mine, scope, card.lines)
    before = scope.before()
    against = f"Compared with {asked_dates.said(before.start, before.end)}." if before and found.change is not None else ""
    recorded.say(f"**{plain(found.text)}** {plain(against)}")
    for problem in card.problems:
        st.warning(plain(problem), icon=":material/warning:")
    if found.total is not None:
        _parts(found)
        recorded.heading("What the total hides")
        recorded.say("\n".join(f"- {plain(said)}" for said in found.hides))
        _weights(found)
    elif found.left_out:
        recorded.say("\n".join(f"- {plain(line.metric.label)}: {plain(why)}" for line, why in found.left_out))
    scorecard_edit.draw(mine, scope, card.lines)


def _parts(found: Scored) -> None:
    rows = pd.DataFrame(
        {
            "name": [p.line.metric.label for p in found.parts],
            "score": [p.score for p in found.parts],
            "low": [p.low for p in found.parts],
            "high": [p.high for p in found.parts],
            "was": [p.score_before for p in found.parts],
            "label": [f"{p.score:.0f}" for p in found.parts],
            "said": [_said(p, found) for p in found.parts],
        }
    ).astype({"low": float, "high": float, "was": float})
    table = pd.DataFrame(
        {
            "Number": [p.line.metric.label for p in found.parts],
            "Value": [found.say(p, p.value) for p in found.parts],
            "Scores 0 at": [found.say(p, p.line.worst) for p in found.parts],
            "Scores 100 at": [found.say(p, p.line.best) for p in found.parts],
            "Ends from": [ANCHORS[p.line.anchors] for p in found.parts],
            "Score": [_whole(p.score) for p in found.parts],
            "Before": [_whole(p.score_before) for p in found.parts],
            "Weight": [f"{100 * p.share:.0f} %" for p in found.parts],
        }
    )
    has_before = bool(rows["was"].notna().any())
    drawn.draw(chart(len(rows), has_before), {"d": rows}, key="scorecard_parts", alt=found.text, table=table, file_name="scorecard")
    recorded.quiet(
        "Bar: the score, 0 at the worst and 100 at the best end · line: its 95 % interval"
        + (" · thick tick: the period before" if has_before else "")
    )


def _said(part: Part, found: Scored) -> str:
    ends = f"0 at {found.say(part, part.line.worst)}, 100 at {found.say(part, part.line.best)}, {ANCHORS[part.line.anchors]}"
    scores = f"{found.say(part, part.value)} scores {_whole(part.score)}"
    return f"{part.line.metric.label}: {scores} ({ends}); weight {100 * part.share:.0f} %"


def _whole(score: float | None) -> str:
    return units.UNKNOWN if score is None else f"{score:.0f}"


def _weights(found: Scored) -> None:
    """How the total moves when one weight moves."""
    if len(found.parts) < 2:
        return
    recorded.heading("What the weights decide")
    moved = sorted(found.parts, key=lambda p: -max(abs((p.more or 0) - (found.total or 0)), abs((p.less or 0) - (found.total or 0))))
    table = pd.DataFrame(
        {
            "Number": [p.line.metric.label for p in moved],
            "Weight": [f"{100 * p.share:.0f} %" for p in moved],
            "Total with this weight halved": [f"{p.less:.1f}" for p in moved],
            "Total as it is": [f"{found.total:.1f}"] * len(moved),
            "Total with half as much again": [f"{p.more:.1f}" for p in moved],
        }
    )
    recorded.table(table, key="scorecard_weights", alt="The total when each weight is 50 % smaller or larger", width="content")
