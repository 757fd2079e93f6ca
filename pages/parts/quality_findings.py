"""What is odd about the data, as cards: what, where, which numbers it harms, and by how much. Effects are measured when a card is opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

import kpi
from kpi import Scope, quality, units
from kpi.catalogue import CATALOGUE
from pages.parts import asked_dates, fold, links, recorded
from pages.parts.drawn import csv_of
from pages.parts.mine import Mine
from pages.parts.words import plain

ICONS = {
    "times": "schedule",
    "differs": "difference",
    "duplicates": "content_copy",
    "cells": "grid_off",
    "shifted": "keyboard_tab",
    "summary": "functions",
    "rows": "playlist_remove",
    "left_out": "block",
    "orphans": "link_off",
    "unknown": "help",
    "ids": "tag",
    "zone": "public",
    "encoding": "match_case",
    "empty": "check_box_outline_blank",
}
ZONES = ("America/Los_Angeles", "America/New_York", "Europe/London", "Europe/Berlin", "Asia/Kolkata", "Asia/Tokyo", "Australia/Sydney")
OTHER_WAY = {quality.LEFT_OUT: "Without these tickets", quality.KEPT: "If they were kept"}
ALL_DATES, THESE_DATES = "all", "these"


def found(mine: Mine, scope: Scope) -> tuple[list[quality.Finding], int]:
    """The findings of the data, and how many tickets have something odd that reaches a number; remembered."""
    everything = _everywhere(scope)
    result: tuple[list[quality.Finding], int] = _found(_stated(mine, everything), _data=mine.dataset, _scope=everything)
    return result


def cards(mine: Mine, scope: Scope, findings: Sequence[quality.Finding]) -> None:
    """Those that reach a number first, then what is left out by rule, then the others."""
    by_rule = [finding for finding in findings if finding.kind == "left_out"]
    reaching = [finding for finding in findings if finding.metrics and finding not in by_rule]
    others = [finding for finding in findings if not finding.metrics and finding not in by_rule]
    headings = ("Odd, and it reaches a number", "Left out by rule", "Odd, but no number changes with it" if reaching else "What is odd")
    begun = False
    for heading, group in zip(headings, (reaching, by_rule, others), strict=True):
        if not group:
            continue
        recorded.heading(heading)
        if not begun and any(finding.other for finding in group):
            scope, begun = _dates(scope), True
        for finding in group:
            _card(mine, scope, finding)


def _dates(scope: Scope) -> Scope:
    """Over which dates effects are measured: all, unless the visitor wants those of the other pages."""
    everything = _everywhere(scope)
    if not (scope.start and scope.end):
        return everything
    choices = {ALL_DATES: "All dates", THESE_DATES: asked_dates.said(scope.start, scope.end)}
    chosen = links.one_of("effects", choices, ALL_DATES)
    st.session_state["effect_dates"] = chosen
    st.segmented_control(
        "Effects measured over",
        choices,
        format_func=choices.__getitem__,
        required=True,
        key="effect_dates",
        on_change=lambda: links.put(effects="" if st.session_state["effect_dates"] == ALL_DATES else st.session_state["effect_dates"]),
    )
    return scope.but(compare=None, split=(), by="all") if chosen == THESE_DATES else everything


def _card(mine: Mine, scope: Scope, finding: quality.Finding) -> None:
    key = finding.name.replace(".", "_")
    with st.container(border=True, key=f"finding_{key}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            recorded.say(f":material/{ICONS.get(finding.kind, 'help')}: **{plain(finding.title)}**", width="stretch")
            if finding.ids:
                seen = "See this ticket" if finding.tickets == 1 else f"See these {finding.tickets:,} tickets"
                links.to("tickets.py", label=seen, icon=":material/table_rows:", query_params=links.query(finding=finding.name))
        recorded.say(plain(finding.sentence))
        if finding.metrics:
            labels = [CATALOGUE[name].label for name in finding.metrics]
            more = f" and {len(labels) - 6} more" if len(labels) > 6 else ""
            recorded.quiet(f"Reaches {', '.join(labels[:6])}{more}.")
        if finding.metrics and not finding.other:
            recorded.quiet(plain(finding.why_not))
        if finding.other or finding.examples:
            label = "How much it matters, and where it stands" if finding.other else "Where it stands"
            with fold.fold(label, key=f"more_{key}", type="compact") as shown:
                if shown.open:
                    _opened(mine, scope, finding, key)


def _opened(mine: Mine, scope: Scope, finding: quality.Finding, key: str) -> None:
    if finding.other:
        _effects(mine, scope, finding, key)
    elif finding.kind == "zone":
        _moves(mine, scope, key)
    if finding.examples:
        several = max(finding.tickets, finding.rows) > len(finding.examples)
        recorded.quiet("The first places to look at:" if several else "Where it stands:")
        _examples(finding, key)
        st.download_button(
            "Download all places as CSV" if several else "Download as CSV",
            lambda: csv_of(_worded(quality.places(finding, scope, mine.dataset))),
            f"{key}.csv",
            "text/csv",
            key=f"download_{key}",
            icon=":material/download:",
            on_click="ignore",
        )


def _effects(mine: Mine, scope: Scope, finding: quality.Finding, key: str) -> None:
    asked = tuple((name, tuple(values)) for name, values in sorted(scope.to_query().items()))
    measured: list[quality.Effect] = _effect(
        _stated(mine, scope), finding.name, finding.ids, asked, _finding=finding, _scope=scope, _data=mine.dataset
    )
    recorded.say(f"**{plain(quality.said(finding, measured))}**")
    moved = [effect for effect in measured if effect.difference]
    still = [effect.label for effect in measured if not effect.difference]
    if still and moved:
        recorded.quiet(f"Not moved: {', '.join(still)}.")
    if not moved:
        return
    recorded.table(
        pd.DataFrame(
            [
                {
                    "Metric": effect.label,
                    "Now": units.say(effect.now, effect.unit, effect.currency or None, n=effect.n),
                    OTHER_WAY[finding.other]: units.say(effect.other, effect.unit, effect.currency or None, n=effect.other_n),
                    "Difference": units.say_change(effect.difference, effect.unit, effect.currency or None),
                    "Beside its own uncertainty": {True: "beyond it", False: "within it", None: "–"}[effect.is_beyond],
                }
                for effect in moved
            ]
        ),
        key=f"effects_{key}",
        alt=f"Each metric now, the other way, and the difference: {finding.title}",
    )


def _moves(mine: Mine, scope: Scope, key: str) -> None:
    moves: pd.DataFrame = _zones(_stated(mine, scope), _data=mine.dataset, _scope=scope)
    if moves["share"].isna().all():  # no ticket has a time of creation
        return
    recorded.say("Were the times those of another place, so many tickets would fall on another day (counted in UTC). Durations would stay.")
    recorded.table(
        pd.DataFrame(
            {
                "If the times are those of": [zone.replace("_", " ") for zone in moves["zone"]],
                "Tickets on another day": moves["tickets"],
                "Of all": [units.say(share, "%") for share in moves["share"]],
            }
        ),
        key=f"moves_{key}",
        column_config={"Tickets on another day": st.column_config.NumberColumn(format="localized")},
        alt="Tickets that would fall on another day in other time zones",
    )


def _examples(finding: quality.Finding, key: str) -> None:
    rows = [{"Ticket": e.ticket, "File": e.file, "Row": e.row, "What stands there": e.text} for e in finding.examples]
    frame = pd.DataFrame(rows).astype({"Row": "Int64"})
    recorded.table(_worded(frame), key=f"examples_{key}", alt=f"Up to five places to look at: {finding.title}")


def _worded(frame: pd.DataFrame) -> pd.DataFrame:
    """Places under headers a person reads; without the columns that say nothing."""
    worded = frame.set_axis(["Ticket", "File", "Row", "What stands there"], axis="columns")
    return worded[[name for name in worded.columns if name == "File" or (worded[name].notna() & (worded[name].astype(str) != "")).any()]]


def _everywhere(scope: Scope) -> Scope:
    """The scope without dates: what is odd about a file is odd on all its days."""
    return scope.but(start=None, end=None, by="all", split=(), compare=None)


def _stated(mine: Mine, scope: Scope) -> tuple[Any, ...]:
    """What findings depend on: the data, how they were read, and where one stands."""
    return mine.key, mine.dataset.fingerprint, hash(repr(mine.dataset.report)), scope.as_of, scope.calendar and scope.calendar.fingerprint


@st.cache_resource(max_entries=50, show_spinner="Looking for what is odd …")
def _found(stated: tuple[Any, ...], _data: kpi.Dataset, _scope: Scope) -> tuple[list[quality.Finding], int]:
    findings = quality.quality(_data, _scope)
    return findings, quality.touched(findings, _scope, _data) if any(_data.rows.values()) else 0


@st.cache_resource(max_entries=500, show_spinner="Measuring without them …")
def _effect(
    stated: tuple[Any, ...],
    name: str,
    ids: str,
    asked: Any,
    _finding: Any,
    _scope: Any,
    _data: Any,
) -> list[quality.Effect]:
    return quality.effects(_finding, _scope, _data)


@st.cache_resource(max_entries=50, show_spinner=False)
def _zones(stated: tuple[Any, ...], _data: Any, _scope: Any) -> pd.DataFrame:
    return quality.zone_moves(ZONES, _scope, _data)
