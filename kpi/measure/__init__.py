"""The only place where a declaration meets data: many metrics, one query per table and time, one tidy Result."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import numpy as np
import pandas as pd

from kpi import stats
from kpi.catalogue import CATALOGUE, find
from kpi.engine import Dataset
from kpi.forms import Choice, Finished, Form, Part, Share
from kpi.measure.compare import with_comparison
from kpi.measure.compile import MANY, Shape, check_columns, grouped, instants_of, lacking, part_query
from kpi.measure.result import COLUMNS, Result
from kpi.measure.rows import rows
from kpi.metric import MEASURED, Metric
from kpi.scope import Period, Scope

__all__ = ["Result", "measure", "rows"]

MOST_CELLS = 100_000
"""Above this many periods × groups, empty cells are not filled in."""


def measure(names: Sequence[str] | str, scope: Scope, data: Dataset, *, intervals: bool = True) -> Result:
    """Measure metrics over a scope of a dataset.

    `names` are metric names; an empty list means all the data allow. A metric that cannot be measured has one row with an unknown value and
    the reason in its notes. Raises UnknownName for a metric or column that does not exist, BadValue for an impossible scope.
    """
    wanted = [names] if isinstance(names, str) else list(dict.fromkeys(names))
    lacks = data.lacking(scope.ask)
    metrics = {name: find(name) for name in (wanted or [name for name in CATALOGUE if not lacks[name]])}
    every = {c: t for table in MEASURED for c, t in data.columns(table).items()}
    check_columns(scope, every)
    result = _measure(metrics, scope, data, lacks, intervals)
    if scope.compare:
        before = scope.before()
        other = _measure(metrics, before, data, lacks, intervals) if before else None
        return with_comparison(result, other)
    return result


def _measure(metrics: Mapping[str, Metric], scope: Scope, data: Dataset, lacks: Mapping[str, tuple[str, ...]], intervals: bool) -> Result:
    as_of = scope.as_of or data.newest
    shape = Shape(scope, scope.ask, tuple(scope.periods(data.first, as_of)), as_of, data.first)
    schema = data.stand(scope.as_of, scope.calendar)
    reasons: dict[str, str] = {}
    parts: dict[str, Part] = {}
    clusters: dict[str, Part] = {}
    for name, metric in metrics.items():
        needed = dict(metric.form.parts(shape.ask))
        missing = sorted({c for p in needed.values() for c in lacking(data.columns(_table(p)), scope)})
        if lacks[name]:
            reasons[name] = f"needs {' and '.join(lacks[name])}"
        elif missing:
            reasons[name] = f"cannot be split or filtered by {', '.join(missing)}: its data do not carry it"
        else:
            parts.update({f"{name}|{k}": p for k, p in needed.items() if intervals or p.needed == "value"})
            if shape.ask.choice("cluster") == "agent" and isinstance(_form(metric, shape), Share):
                clusters.update(
                    {f"{name}|{k}": p for k, p in needed.items() if k in ("top", "bottom") and "agent" in data.columns(_table(p))}
                )
    cells, statements = _cells(parts, shape, data, schema)
    if clusters:
        spread, more = _cells(clusters, shape, data, schema, extra_split="agent")
        cells, statements = _with_design_effects(cells, spread, [*scope.split]), statements + more
    currency = _currency(data, schema) if any(m.unit == "currency" for m in metrics.values()) else ""
    frames = [_rows_of(metric, cells.get(name), shape, reasons.get(name, ""), currency) for name, metric in metrics.items()]
    frame = pd.concat(frames, ignore_index=True)
    return Result(frame, dict(metrics), scope, tuple(statements), data.fingerprint, as_of, currency, reasons)


def _table(part: Part) -> str:
    return str(part.rows.get_name()).removesuffix("_at")


def _form(metric: Metric, shape: Shape) -> Form:
    form = metric.form
    while isinstance(form, Choice):
        form = form.taken(shape.ask)
    return form


def _cells(
    parts: Mapping[str, Part], shape: Shape, data: Dataset, schema: str, extra_split: str = ""
) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Metric name -> a frame with one row per (period index `bucket`, groups) and a column per part."""
    found: dict[str, list[pd.DataFrame]] = {}
    statements = []
    keys = ["bucket", *(f"g{i}" for i in range(len(shape.scope.split) + bool(extra_split)))]
    index = {p.first: i for i, p in enumerate(shape.periods)}
    instants = instants_of(shape)
    for group in grouped(parts):
        one = next(iter(group.values()))
        query = part_query(group, data.columns(_table(one)), shape, extra_split)
        sql = str(ibis.to_sql(query, dialect="duckdb"))
        statements.append(sql)
        frame = data.query(sql, schema, instants if one.edge else None)
        if "bucket" not in frame:
            frame["bucket"] = 0
        elif not one.edge:
            frame["bucket"] = [index.get(d.date() if hasattr(d, "date") else d, -1) for d in frame["bucket"]]
            frame = frame[frame["bucket"] >= 0]
        for name in dict.fromkeys(k.split("|")[0] for k in group):
            own = {k: k.split("|")[1] for k in group if k.split("|")[0] == name}
            found.setdefault(name, []).append(frame[[*keys, *own]].rename(columns=own))
    cells = {}
    for name, pieces in found.items():
        merged = pieces[0]
        for piece in pieces[1:]:
            merged = merged.merge(piece, on=keys, how="outer")
        cells[name] = _filled(merged, keys, len(shape.periods), bool(extra_split))
    return cells, statements


def _filled(cells: pd.DataFrame, keys: list[str], periods: int, as_found: bool) -> pd.DataFrame:
    """Every period of every group, so that a week without tickets shows as 0 and not as a gap."""
    groups = cells[keys[1:]].drop_duplicates() if len(keys) > 1 else pd.DataFrame(index=[0])
    if as_found or len(groups) * periods > MOST_CELLS:
        return cells.sort_values(keys, kind="stable").reset_index(drop=True)
    grid = groups.merge(pd.DataFrame({"bucket": range(periods)}), how="cross")
    return grid.merge(cells, on=keys, how="left").sort_values(keys, kind="stable").reset_index(drop=True)


def _with_design_effects(cells: dict[str, pd.DataFrame], spread: dict[str, pd.DataFrame], split: list[str]) -> dict[str, pd.DataFrame]:
    keys = ["bucket", *(f"g{i}" for i in range(len(split)))]
    for name, frame in spread.items():
        rows = [
            {**dict(zip(keys, key, strict=True)), "deff": stats.design_effect(part["top"].to_numpy(float), part["bottom"].to_numpy(float))}
            for key, part in frame[frame["bottom"] > 0].groupby(keys, dropna=False)
        ]
        effects = pd.DataFrame(rows, columns=[*keys, "deff"])
        cells[name] = cells[name].merge(effects, on=keys, how="left")
    return cells


def _rows_of(metric: Metric, cells: pd.DataFrame | None, shape: Shape, reason: str, currency: str) -> pd.DataFrame:
    """The tidy rows of one metric."""
    split = list(shape.scope.split)
    periods = shape.periods
    if cells is None:
        period = Period(dt.date.min, shape.first, shape.as_of, True)
        blank: dict[str, Any] = {"metric": metric.name, "period": "all", **dict.fromkeys(split, "")}
        blank |= {**dict.fromkeys(COLUMNS, np.nan), "unit": metric.unit, "is_complete": period.is_complete, "notes": (reason,)}
        return pd.DataFrame([blank])
    done: Finished = metric.form.finish(cells, shape.ask)
    nothing = np.full(len(cells), np.nan)
    order = cells["bucket"].to_numpy(int)
    all_rows = shape.scope.by == "all"
    frame = pd.DataFrame(
        {
            "metric": metric.name,
            "period": ["all" if all_rows else periods[b].label for b in order],
            **{column: cells[f"g{i}"] for i, column in enumerate(split)},
            **{c: nothing if getattr(done, c) is None else np.asarray(getattr(done, c), dtype="float64") for c in COLUMNS},
            "unit": metric.unit if metric.unit != "currency" or not currency else currency,
            "is_complete": [True if all_rows and not shape.scope.end else periods[b].is_complete for b in order],
        }
    )
    frame["notes"] = [_notes(said, metric, shape, periods[b]) for said, b in zip(done.notes, order, strict=True)]
    return frame


def _notes(said: tuple[str, ...], metric: Metric, shape: Shape, period: Period) -> tuple[str, ...]:
    notes = list(said)
    if shape.scope.by != "all" and not period.is_complete:
        notes.append("unfinished period")
    if any(column in MANY for column in shape.scope.split):
        notes.append("a ticket counts in each of its tags: the groups do not add up to the whole")
    if shape.scope.clock == "business" and "clock" in metric.params:
        notes.append("business hours" if shape.scope.calendar else "business hours as the export states them")
    return tuple(notes)


def _currency(data: Dataset, schema: str) -> str:
    """The one currency of the cost lines; "" when there is none stated, "mixed currencies" when there are several."""
    names = data.query("SELECT DISTINCT currency FROM cost_days WHERE currency IS NOT NULL", schema)["currency"].tolist()
    return str(names[0]) if len(names) == 1 else "mixed currencies" if names else ""
