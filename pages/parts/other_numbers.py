"""Why the help desk may show other numbers: the same tickets by the rule of most exports, beside ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from kpi import Result, Scope, units
from kpi.measure.rules import EXPORTS_RULE, by_the_exports_rule
from pages.parts import asked, fold, recorded
from pages.parts.measured import measured
from pages.parts.mine import Mine
from pages.parts.tiles import name_of
from pages.parts.words import plain

OURS, THEIRS = "Here", "As most exports count"


def draw(names: Sequence[str], now: Result, scope: Scope, mine: Mine) -> None:
    """The numbers that the rule moves, both ways, and a switch to count like that on every page. Nothing is measured before it is opened."""
    opened = fold.fold("Why your help desk may show other numbers", icon=":material/compare_arrows:", key="other_numbers")
    if not opened.open:
        return
    with opened:
        if by_the_exports_rule(scope).params == scope.params:
            recorded.say("These numbers already count as most exports do: every status, and a promise only once its clock has ended.")
            return
        moved = differing(names, now, measured(mine, list(names), by_the_exports_rule(scope), intervals=False))
        if not moved:
            recorded.say(
                "By the rule of most exports these numbers are the same. What still differs comes from other dates, zones or definitions."
            )
            return
        recorded.say(
            "Adding up the rows of an export counts deleted, spam and merged tickets too, and judges a promise only once its clock has ended. "
            "Here such tickets are left out, and a ticket that is open past its promise is late already."
        )
        recorded.table(
            pd.DataFrame(moved),
            width="content",
            key="other_numbers_table",
            alt="Numbers that another way of counting would change",
        )
        if late := _late(names, now):
            recorded.quiet(plain(". ".join(late)) + ".")
        rule = tuple(sorted({**dict(scope.params), **EXPORTS_RULE}.items()))
        st.button("Count like that on every page", key="count_like_that", on_click=asked.change, args=(mine,), kwargs={"params": rule})


def differing(names: Sequence[str], now: Result, theirs: Result) -> list[dict[str, str]]:
    """A row for every number that reads otherwise by the other rule, both in words."""
    here, there = ({row["metric"]: row for row in result.records()} for result in (now, theirs))
    rows = []
    for name in names:
        ours, other = (_words(result, of[name]) for result, of in ((now, here), (theirs, there)))
        if here[name]["value"] is not None and here[name]["value"] != there[name]["value"]:
            rows.append({"Number": name_of(now.metrics[name], here[name]), OURS: ours, THEIRS: other})
    return rows


def _words(result: Result, row: dict[str, Any]) -> str:
    """With the finest digits, so that two numbers that differ never read the same."""
    metric = result.metrics[row["metric"]]
    days = not (result.scope.clock == "business" and "clock" in metric.params)
    return units.say(row["value"], metric.unit, result.currency or None, days=days, n=max(units.FINE, row["n"] or 0))


def _late(names: Sequence[str], now: Result) -> list[str]:
    rows = {row["metric"]: row for row in now.records()}
    return [f"{now.metrics[name].label}: {note}" for name in names for note in rows[name]["notes"] if "counted as" in note]
