"""How right were we? The app's own record of what it foretold, and a back-test on the visitor's own history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from kpi import Scope, metrics, units
from kpi.calibration import (
    FEWEST,
    HORIZONS,
    KINDS,
    BackTest,
    Call,
    Read,
    Score,
    Scored,
    backtest,
    read,
    scope_of,
    scope_text,
    score,
    score_of,
    scored,
)
from kpi.charts.targets import hit_rates
from kpi.errors import KpiError
from kpi.targets import Judgement, Scale, level, weekly
from pages.parts import calls, drawn, recorded, target_judged, texts
from pages.parts.mine import Mine
from pages.parts.words import plain

FIRST = ("full_resolution_time", "first_reply_time", "csat", "tickets_created", "backlog")
MOST_SERIES, MOST_LISTED = 6, 200
WEEK = dt.timedelta(days=7)
CHANCE = 0.8


def note(mine: Mine, told: Sequence[Judgement], scope: Scope) -> None:
    """Write down what the page claims of its targets: the chance, and the 80 % intervals of the next weeks and of the due ones."""
    made = dt.datetime.now(dt.UTC).date()
    found = []
    for one in told:
        if one.newest is None or one.due is None or not one.outlook.word:
            continue
        own = scope_text(one.target.scope(scope.zone, scope.calendar or mine.calendar))
        shared: dict[str, Any] = {
            "metric": one.target.metric,
            "scope": own,
            "made": made,
            "knew_to": one.newest,
            "dataset": mine.dataset.fingerprint,
        }
        soon = (one.newest + dt.timedelta(days=1), one.newest + one.target.weeks * WEEK)
        found.append(
            Call("chance", due_from=one.due[0], due_to=one.due[1], goal=one.goal, better=one.better, chance=one.outlook.chance, **shared)
        )
        for (begin, end), (low, _, high) in ((one.due, one.outlook.due), (soon, one.outlook.soon)):
            if end <= one.due[1]:
                found.append(Call("interval", due_from=begin, due_to=end, low=low, high=high, chance=CHANCE, **shared))
    calls.note(mine, found)


def show(mine: Mine, scope: Scope) -> None:
    """The record first; then the back-test, which is something else and says so."""
    text = texts.text(mine, "calls.csv")
    kept = read(text)
    found = _scored(mine.dataset.fingerprint, text, mine.calendar.fingerprint if mine.calendar else "", _kept=kept, _mine=mine)
    with st.skeleton(height=320):
        tested = _tested(mine, scope)
    whole = {horizon: _together(tested.values(), horizon) for horizon in HORIZONS}
    _finding(found, whole)
    recorded.heading("The record")
    _record(kept, found)
    recorded.heading("Back-test on your own history")
    _backtest(tested, whole)


def _together(tests: Iterable[BackTest], horizon: int) -> Score:
    """The intervals of all numbers at one distance."""
    held = [forecast.held for test in tests for forecast in test.of(horizon)]
    return score_of("interval", held, [CHANCE] * len(held))


def _finding(found: Sequence[Scored], whole: dict[int, Score]) -> None:
    record = score("interval", found)
    if record.is_enough:
        recorded.say(f"**{plain(record.text)}** Every claim below was written down with its date before its time came.")
    elif whole[HORIZONS[0]].is_enough:
        recorded.say(
            f"**In a back-test on your own history: {plain(_lowered(whole[HORIZONS[0]].text))}** The record itself needs {FEWEST} claims that came due."
        )
    else:
        recorded.say(
            f"**Too little has come due to say.** The record needs {FEWEST} claims whose time has come, and the back-test more weeks than these data have."
        )


def _record(kept: Read, found: Sequence[Scored]) -> None:
    waiting = len({call.about for call in kept.calls}) - len(found)
    if not kept.calls:
        recorded.quiet(
            "Nothing has been claimed yet. Chances and forecasts are noted as soon as a target has enough weeks, and scored when newer data cover their dates."
        )
    elif not found:
        recorded.say("Nothing that was claimed has come due yet.")
    for kind in KINDS if found else ():
        recorded.say(f"- {plain(score(kind, found).text)}")
    if waiting > 0:
        many = units.say(waiting, "count") + (" more" if found else "")
        recorded.quiet(f"{many} wait{'s' * (waiting == 1)} for data that cover {'its' if waiting == 1 else 'their'} dates.")
    if kept.problems:
        st.warning(
            "\n".join(f"- {plain(problem)}" for problem in kept.problems[:10]),
            title="Lines of the record that cannot be read",
            icon=":material/rule:",
        )
    if kept.calls:
        outcome = {one.call: one for one in found}
        rows = [_row(call, outcome.get(call)) for call in sorted(kept.calls, key=lambda call: call.due_to)[:MOST_LISTED]]
        drawn.as_table(
            pd.DataFrame(rows), key="record_calls", alt="What was claimed and what came of it", file_name="record", label="Every claim"
        )


def _row(call: Call, done: Scored | None) -> dict[str, str]:
    known = metrics().get(call.metric)
    unit = known.unit if known else "ratio"
    if call.kind == "interval":
        claim = f"{units.say_interval(call.low, call.high, unit)} with 80 %"
    else:
        side = "at least" if call.better == "higher" else "at most"
        chance = "" if call.chance is None else f", {100 * call.chance:.0f} %"
        claim = f"{'still beyond' if call.kind == 'change' else side} {units.say(call.goal, unit)}{chance}"
    came = "" if done is None else units.say(done.value, unit)
    right = "" if done is None else "yes" if done.happened else "no"
    return {
        "Said on": call.made.isoformat(),
        "Knew to": call.knew_to.isoformat(),
        "Number": known.label if known else call.metric,
        "Dates": f"{call.due_from} to {call.due_to}",
        "Claim": claim,
        "Came": came,
        "So it was": right,
    }


def _backtest(tested: dict[str, BackTest], whole: dict[int, Score]) -> None:
    recorded.quiet(
        "Not the record: the app stands at past weeks of these data, knows only the weeks before, foretells the mean of four weeks, and looks what came. "
        "Corrections made since are in both."
    )
    known = metrics()
    rows = [
        (f"{known[name].label}, {horizon} weeks ahead", test.intervals(horizon), test.chances(horizon))
        for name, test in tested.items()
        for horizon in HORIZONS
        if test.of(horizon)
    ]
    if not rows:
        recorded.say("No number has the 20 weeks that one forecast and its outcome need.")
        return
    for horizon in HORIZONS:
        if whole[horizon].n:
            recorded.say(f"- {horizon} weeks ahead: {plain(_lowered(whole[horizon].text))}")
    said = [f"{what}: {one.text}" for what, one, _ in rows]
    frame = pd.DataFrame({"what": [what for what, _, _ in rows], "said": said})
    for column in ("rate", "low", "high"):
        frame[column] = [getattr(one, column) for _, one, _ in rows]
    table = pd.DataFrame(
        {
            "Forecasts of": frame["what"],
            "How many": [one.n for _, one, _ in rows],
            "80 % intervals that held": [units.say(one.rate, "%") for _, one, _ in rows],
            "95 % interval of that": [units.say_interval(one.low, one.high, "%") for _, one, _ in rows],
            "Brier score of chances": [f"{two.brier:.3f}" for _, _, two in rows],
            "Of a flat guess": [f"{two.flat:.3f}" for _, _, two in rows],
        }
    )
    drawn.draw(
        hit_rates(tuple(frame["what"])),
        {"d": frame, "c": pd.DataFrame({"claimed": [100 * CHANCE]})},
        key="backtest",
        alt="How many 80 % intervals held, by number and distance, beside the 80 % that should.",
        table=table,
        file_name="backtest",
    )
    recorded.quiet(
        "Dot: intervals that held, with the 95 % interval of that · dashed: the 80 % that should. "
        "Numbers of one company move together, so what is said of all of them is a little less sure than its interval."
    )


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def _tested(mine: Mine, scope: Scope) -> dict[str, BackTest]:
    """Metric -> its back-test; the numbers of the targets first."""
    lacks = mine.dataset.lacking(scope.ask)
    try:
        own = [target.metric for target in target_judged.kept(mine).targets]
    except KpiError:
        own = []
    names = [name for name in dict.fromkeys((*own, *FIRST)) if not lacks[name]][:MOST_SERIES]
    asked = (mine.dataset.fingerprint, tuple(names), scope.zone, mine.calendar.fingerprint if mine.calendar else "")
    found: dict[str, BackTest] = _backtests(*asked, _mine=mine)
    return {name: test for name, test in found.items() if test.forecasts}


@st.cache_resource(max_entries=50, show_spinner=False)
def _backtests(fingerprint: str, names: tuple[str, ...], zone: str, calendar: str, _mine: Mine) -> dict[str, BackTest]:
    found = {}
    for name in names:
        weeks = weekly(name, Scope(zone=zone, calendar=_mine.calendar), _mine.dataset)
        better = weeks.metric.better if weeks.metric.better != "neither" else "higher"
        found[name] = backtest(Scale.fit(weeks.metric, weeks.values).of(weeks.values), better) if weeks.known else BackTest()
    return found


@st.cache_resource(max_entries=50, show_spinner=False)
def _scored(fingerprint: str, text: str, calendar: str, _kept: Read, _mine: Mine) -> list[Scored]:
    """The claims of the record that these data can score."""
    newest = target_judged.newest(_mine, Scope(calendar=_mine.calendar))
    return scored(_kept.calls, lambda call: _came(_mine, call), newest)


def _came(mine: Mine, call: Call) -> float | None:
    """The level over the due weeks; None where these data cannot say."""
    try:
        scope = scope_of(call.scope, mine.calendar)
        if scope is None:
            return None
        weeks = weekly(call.metric, scope, mine.dataset, call.due_from)
        if not weeks.known:
            return None
        first, last = call.due_from, call.due_to - dt.timedelta(days=6)
        return (
            level(weeks, first, last, Scale.fit(weeks.metric, weeks.values), mine.dataset).value
            if np.any(weeks.between(first, last))
            else None
        )
    except KpiError:
        return None
