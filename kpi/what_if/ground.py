"""What a what-if stands on: today's values, their histories, the fitted links. Made once for a dataset and a scope; every move is then quick."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from kpi.catalogue import find
from kpi.engine import Dataset
from kpi.errors import KpiError
from kpi.measure import Result, measure
from kpi.measure.rows import judged
from kpi.scope import Scope, floor_date
from kpi.stats.base import Array
from kpi.steps import beside
from kpi.what_if import backlog as flows
from kpi.what_if.answers import cells
from kpi.what_if.fit import Learned, learn
from kpi.what_if.history import FEWEST_ROWS, History
from kpi.what_if.inputs import INPUTS
from kpi.what_if.links import MODELS, OUTCOMES, Model, movable
from kpi.what_if.work import NAN, Work, other_cost

WEEKS = 52
WEEK, DAY = dt.timedelta(days=7), dt.timedelta(days=1)
BACKLOGS = ("tickets_active", "backlog")
"""What is open: those waiting for us where it is known, else all."""
_EXTRA = ("cost_per_ticket", *OUTCOMES, *BACKLOGS)
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Ground:
    """`today` has a value for each input and outcome known (in its unit), `histories` their complete weeks, `learned` one entry per model.

    `work` is a week as it is; `flow` what comes in and goes out by day. `series` has the weekly values of outcomes. `lacks` says of what is not
    known why. `notes` are remarks on today's values. `clock` etc. are the scope's.
    """

    scope: Scope
    today: Mapping[str, float]
    histories: Mapping[str, History]
    learned: Mapping[Model, Learned]
    work: Work
    flow: flows.Flow
    series: Mapping[str, Array] = field(default_factory=dict)
    lacks: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    currency: str = ""
    weeks: float = NAN

    def model(self, outcome: str, moved: Sequence[str]) -> Learned | None:
        """The learned model that moves all of `moved`; None when no declared model does, or its drivers are not known."""
        for model, found in self.learned.items():
            if model.outcome == outcome and set(moved) <= set(model.drivers) & set(found.terms or model.drivers) and not found.reason:
                return found
        return None

    def drivers(self, outcome: str) -> tuple[str, ...]:
        """The drivers of an outcome that can be moved here."""
        return tuple(name for name in movable(outcome) if name in self.today and self.model(outcome, [name]) is not None)

    def levels(self) -> tuple[str, ...]:
        """The factors of the identities that can be moved here; those not known may be given."""
        return tuple(name for name, one in INPUTS.items() if one.kind == "level")

    def outcomes(self) -> tuple[str, ...]:
        """What can be asked about here."""
        return tuple(name for name in OUTCOMES if name in self.today)


def prepare(scope: Scope, data: Dataset, outcome: str = "csat", progress: Progress | None = None) -> Ground:
    """Measure today, look back a year, and fetch what the declared links of an outcome are learned from. Seconds on a large dataset; do it once.
    Each link is fitted when it is first asked for.

    `progress` is called with what is done and the share done. Never raises for what the data lack: `lacks` tells.
    """
    tick = progress or (lambda what, share: None)
    whole = scope.but(by="all", split=(), compare=None)
    lacks = data.lacking(scope.ask)
    wanted = [one.metric for one in INPUTS.values() if one.metric] + list(_EXTRA)
    names = [name for name in dict.fromkeys(wanted) if not lacks[name]]
    tick("Today's values", 0.0)
    now, weekly = beside(lambda: measure(names, whole, data, intervals=False), lambda: _weekly(names, whole, data))
    values = {str(row["metric"]): row for row in now.records()}
    newest = data.newest.date() if data.newest.time() >= dt.time(12) else data.newest.date() - DAY
    tick("Its history", 0.2)
    histories, series = _histories(weekly)
    today, why = _today(values, now)
    work, notes = _work(values, whole, data, now)
    today |= {
        name: work.value(name)
        for name in ("tickets_per_week", "hourly_cost", "shrinkage", "paid_hours")
        if not math.isnan(work.value(name))
    }
    sought = list(dict.fromkeys((outcome, "handle_time")))
    tick(f"What moves {' and '.join(find(name).label for name in sought)}, and the backlog", 0.4)
    flow, *links = beside(
        lambda: _flow(whole, data, values),
        *(partial(_learned, name, whole, data, newest, set(today)) for name in sought),
    )
    learned: dict[Model, Learned] = {model: one for own in links for model, one in own.items()}
    found = Ground(whole, today, histories, learned, work, flow, series, why, notes, now.currency, _weeks(whole, data))
    tick("Ready", 1.0)
    return found


def _today(values: Mapping[str, Mapping[str, Any]], now: Result) -> tuple[dict[str, float], dict[str, str]]:
    today = {name: float(row["value"]) for name, row in values.items() if row["value"] is not None}
    why = {name: str(now.unavailable.get(name, "nothing to measure")) for name in values if name not in today}
    return {name: value for name, value in today.items() if name in INPUTS or name in _EXTRA}, why


def _weeks(scope: Scope, data: Dataset) -> float:
    """How many weeks the scope's dates hold, of those the data cover."""
    start, end = scope.span()
    begin = max(start, data.first) if start else data.first
    until = min(end, data.newest) if end else data.newest
    return max((until - begin).total_seconds() / WEEK.total_seconds(), 1 / 7)


def _work(values: Mapping[str, Mapping[str, Any]], scope: Scope, data: Dataset, now: Result) -> tuple[Work, tuple[str, ...]]:
    """A week of work as measured over the scope's dates."""

    def of(name: str, part: str = "value") -> float:
        found = values.get(name, {}).get(part)
        return NAN if found is None else float(found)

    weeks = _weeks(scope, data)
    created, handled = of("tickets_created"), of("handle_time", "n")
    if "tickets.created_at" not in data.filled:  # so many tickets, nobody knows in how many weeks
        created = NAN
    rate, paid = _paid(scope, data)
    work = Work(
        tickets_per_week=created / weeks,
        handle_time=of("handle_time"),
        occupancy=of("occupancy"),
        shrinkage=100 - of("utilisation"),
        hourly_cost=rate,
        paid_hours=paid / 3600 / weeks,
        handled=handled / created if created > 0 and not math.isnan(handled) else 1.0,
    )
    other, remark = other_cost(of("cost_per_ticket", "top"), created, work)
    return replace(work, other_cost=other), (remark,) if remark else ()


def _paid(scope: Scope, data: Dataset) -> tuple[float, float]:
    """(cost of a paid hour, paid seconds) of the scope; unknown where agents' time is not known or cannot be filtered so."""
    if not {"agent_time.paid_seconds", "agent_time.handling_seconds"} <= data.filled:
        return NAN, NAN
    try:
        rows = judged("occupancy", scope, data)
        (row,) = data.query(
            "SELECT sum(paid_seconds * hourly_cost) / nullif(sum(paid_seconds) FILTER (hourly_cost IS NOT NULL), 0) AS rate, "
            f"sum(paid_seconds) AS paid FROM ({rows.behind})",
            rows.schema,
        ).to_dict("records")
    except KpiError:
        return NAN, NAN
    return tuple(NAN if pd.isna(v) or v <= 0 else float(v) for v in (row["rate"], row["paid"]))  # type: ignore[return-value]  # two of them


def _weekly(names: Sequence[str], scope: Scope, data: Dataset) -> Result:
    """The last 52 complete weeks up to the scope's end."""
    last = floor_date("week", (scope.end or data.newest.date()) + DAY) - DAY
    return measure(names, scope.but(by="week", start=last - WEEKS * WEEK + DAY, end=last), data, intervals=False)


def _histories(weekly: Result) -> tuple[dict[str, History], dict[str, Array]]:
    frame = weekly.frame[weekly.frame["is_complete"]]
    found: dict[str, History] = {}
    series: dict[str, Array] = {}
    for one in INPUTS.values():
        if not one.metric or one.metric not in set(frame["metric"]):
            continue
        rows = frame[frame["metric"] == one.metric]
        rows = rows[rows["value"].notna()]
        if one.kind != "level" or one.name == "handle_time":
            rows = rows[rows["n"].fillna(0) >= FEWEST_ROWS]
        values = rows["value"].to_numpy(float)
        values = 100 - values if one.name == "shrinkage" else values
        if one.name == "tickets_per_week":  # weeks before the data began count nothing
            rows, values = rows[values > 0], values[values > 0]
        found[one.name] = History(one.name, tuple(str(p) for p in rows["period"]), values, weekly.currency)
    for name in OUTCOMES:
        if name in set(frame["metric"]):
            series[name] = frame[frame["metric"] == name]["value"].to_numpy(float)
    return found, series


def _learned(outcome: str, scope: Scope, data: Dataset, newest: dt.date, known: set[str]) -> dict[Model, Learned]:
    """Every model of an outcome, fitted on the same tickets, or with the reason why not."""
    models = [model for model in MODELS if model.outcome == outcome]
    if outcome not in known:
        return {model: Learned(model, f"{find(outcome).label} is not known") for model in models}
    terms = tuple(dict.fromkeys(name for model in models for name in model.terms if name in known))
    try:
        found = cells(outcome, terms, scope, data, newest)
    except KpiError as error:
        return {model: Learned(model, str(error)) for model in models}
    learned = {}
    for model in models:
        missing = [INPUTS[name].label for name in (*model.drivers[:1], *model.held) if name not in terms]
        own = tuple(name for name in model.terms if name in terms)
        learned[model] = Learned(model, f"{missing[0]} is not known") if missing else learn(model, found, own)
    return learned


def _flow(scope: Scope, data: Dataset, values: Mapping[str, Mapping[str, Any]]) -> flows.Flow:
    """Created and solved by day over the last whole weeks, and what is open at their end."""
    if data.lacking(scope.ask)["tickets_solved"] or "tickets.created_at" not in data.filled:
        return flows.Flow(reason="it takes when tickets were created and solved")
    end = min(scope.end or data.newest.date(), data.newest.date())
    name = next((one for one in BACKLOGS if not data.lacking(scope.ask)[one]), "")
    if not name:
        return flows.Flow(reason="it takes which tickets are open")
    last = scope.but(by="day", start=end - (flows.LEARNED_WEEKS + 1) * WEEK, end=end)
    frame = measure(["tickets_created", "tickets_solved", name], last, data, intervals=False).frame
    frame = frame[frame["is_complete"]]
    kinds = {metric: rows["value"].to_numpy(float) for metric, rows in frame.groupby("metric")}
    days = [dt.date.fromisoformat(str(p)) for p in frame[frame["metric"] == "tickets_created"]["period"]]
    if not days or data.first.date() > days[0]:
        return flows.Flow(reason="it takes three whole weeks of created and solved tickets, and the tickets open now")
    found = flows.flow(days, kinds["tickets_created"], kinds["tickets_solved"], float(np.nan_to_num(kinds[name][-1], nan=NAN)))
    return replace(found, of=name)
