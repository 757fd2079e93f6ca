"""The only place where a declaration meets data: many metrics, one query per table and time, one tidy Result."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd

from kpi import stats, steps
from kpi.catalogue import CATALOGUE, find
from kpi.engine import Dataset
from kpi.errors import BadValue
from kpi.forms import Finished
from kpi.measure.compare import with_comparison
from kpi.measure.compile import Query, check_columns, filled, is_share, lacking, queries, tables_of, values_of
from kpi.measure.edges import edges_of, instants_of
from kpi.measure.result import COLUMNS, Result
from kpi.measure.rows import rows
from kpi.measure.shape import shape_of
from kpi.metric import MANY, MEASURED, Metric
from kpi.scope import Period, Scope

__all__ = ["Result", "measure", "rows"]

MOST_CELLS = 100_000
"""Above this many periods × groups, empty cells are not filled in."""
_POOL = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="measure")


Told = Callable[[Result], object]


def measure(names: Sequence[str] | str, scope: Scope, data: Dataset, *, intervals: bool = True, told: Told | None = None) -> Result:
    """Measure metrics over a scope of a dataset.

    `names` are metric names; an empty list means all the data allow. A metric that cannot be measured has one row with an unknown value and
    the reason in its notes. `told` is given each measured metric by itself, without comparison, as soon as it is there: the engine works on the
    others meanwhile. Raises UnknownName for a metric or column that does not exist, BadValue for an impossible scope.
    """
    wanted = [names] if isinstance(names, str) else list(dict.fromkeys(names))
    lacks = data.lacking(scope.ask)
    if not any(data.rows.values()):
        raise BadValue("There is nothing to measure: the files hold no row that could be read.", "`kpi read` lists what was understood.")
    metrics = {name: find(name) for name in (wanted or [name for name in CATALOGUE if not lacks[name]])}
    check_columns(scope, {c: t for table in MEASURED for c, t in data.columns(table).items()})
    result = _measure(metrics, scope, data, lacks, intervals, told)
    if scope.compare:
        before = scope.before()
        other = _measure(metrics, before, data, lacks, intervals) if before else None
        return with_comparison(result, other)
    return result


def _measure(
    metrics: Mapping[str, Metric],
    scope: Scope,
    data: Dataset,
    lacks: Mapping[str, tuple[str, ...]],
    intervals: bool,
    told: Told | None = None,
) -> Result:
    as_of = scope.as_of or data.newest
    schema = data.stand(scope.as_of, scope.calendar)
    periods = scope.periods(data.first, as_of)
    currencies = _currencies(data, schema) if any(m.unit == "currency" for m in metrics.values()) else []
    reasons = _reasons(metrics, scope, data, lacks, currencies)
    names = tuple(name for name in metrics if name not in reasons)
    cells, statements = _cells(names, scope, data, schema, periods, intervals)
    if scope.ask.choice("cluster") == "agent" and intervals:
        shares = tuple(name for name in names if is_share(name, scope.ask))
        spread, more = _cells(shares, scope, data, schema, periods, intervals, clusters=True)
        cells, statements = iter(_with_design_effects(dict(cells), dict(spread), len(scope.split)).items()), statements + more
    currency = currencies[0] if len(currencies) == 1 else ""
    # Each metric is finished as soon as its cells are there, while the engine works on the others.
    done = {}
    for name, own in cells:
        done[name] = _rows_of(metrics[name], own, scope, periods, "", currency)
        if told:
            told(Result(pd.DataFrame(done[name]), {name: metrics[name]}, scope, (), data.fingerprint, as_of, currency))
    parts = [
        done[name] if name in done else _rows_of(metric, None, scope, periods, reasons.get(name, ""), currency)
        for name, metric in metrics.items()
    ]
    # One frame from plain columns: a frame per metric costs more than all the queries together.
    frame = pd.DataFrame({column: _joined([part[column] for part in parts]) for column in parts[0]})
    return Result(frame, dict(metrics), scope, tuple(statements), data.fingerprint, as_of, currency, reasons)


def _reasons(
    metrics: Mapping[str, Metric], scope: Scope, data: Dataset, lacks: Mapping[str, tuple[str, ...]], currencies: Sequence[str]
) -> dict[str, str]:
    """Metric name -> why it cannot be measured here."""
    reasons = {}
    for name, metric in metrics.items():
        missing = sorted({c for table in tables_of(name, scope.ask) for c in lacking(data.columns(table), scope)})
        if lacks[name]:
            reasons[name] = f"needs {' and '.join(lacks[name])}"
        elif missing:
            reasons[name] = f"cannot be split or filtered by {', '.join(missing)}: its data do not carry it"
        elif metric.unit == "currency" and len(currencies) > 1:
            reasons[name] = f"cost lines are in several currencies ({', '.join(currencies)}), which do not add up"
    return reasons


def _cells(
    names: tuple[str, ...],
    scope: Scope,
    data: Dataset,
    schema: str,
    periods: Sequence[Period],
    intervals: bool,
    clusters: bool = False,
) -> tuple[Iterator[tuple[str, pd.DataFrame]], list[str]]:
    """Metric name and a frame with one row per (period index `bucket`, groups) and a column per part, as they come; and the SQL as it runs."""
    as_of = scope.as_of or data.newest
    keys = ["bucket", *(f"g{i}" for i in range(len(scope.split) + clusters))]
    instants = instants_of(periods, as_of)
    values = values_of(scope, data.first, as_of) | edges_of(instants, as_of)
    asked = {*scope.split, *(column for column, _ in scope.where)}
    extras = tuple(column for column in data.extras if column in asked)  # so that datasets of other columns share their texts
    wanted = queries(names, shape_of(scope, data.first, as_of, extras), intervals, clusters)
    statements = [filled(query.text, values) for query in wanted]
    # A page is a dozen small questions: the engine answers as many at once as there are cores.
    step = steps.current()

    def answer_of(sql: str, query: Query) -> pd.DataFrame:
        with steps.within(step):
            return data.query(sql, schema, instants if query.edge else None)

    frames = _POOL.map(answer_of, statements, wanted)
    return _gathered(wanted, frames, keys, periods, as_found=clusters), statements


def _gathered(
    wanted: Sequence[Query], frames: Iterable[pd.DataFrame], keys: list[str], periods: Sequence[Period], as_found: bool
) -> Iterator[tuple[str, pd.DataFrame]]:
    """The cells of each metric, once the last of its queries is answered."""
    index = {p.first: i for i, p in enumerate(periods)}
    found: dict[str, list[dict[str, Any]]] = {}
    names = [tuple(dict.fromkeys(p.split("|")[0] for p in query.parts)) for query in wanted]
    waiting = Counter(name for own in names for name in own)
    for query, names_of, answer in zip(wanted, names, frames, strict=True):
        place = _places(answer, None if query.edge else index)
        if len(keys) == 1:
            columns = {column: _aligned(answer[column], place, len(periods)) for column in query.parts}
        else:
            placed = answer.assign(bucket=place)[place >= 0]
            columns = {column: placed[column] for column in placed}
        for name in names_of:
            own = {p.split("|")[1]: columns[p] for p in query.parts if p.split("|")[0] == name}
            found.setdefault(name, []).append({key: columns[key] for key in keys if key in columns} | own)
            waiting[name] -= 1
            if not waiting[name]:
                yield name, _together(found.pop(name), keys, len(periods), as_found)


def _together(pieces: list[dict[str, Any]], keys: list[str], periods: int, as_found: bool) -> pd.DataFrame:
    """The pieces of one metric from several queries as one frame."""
    if len(keys) == 1:  # one row for each period: the pieces lie beside each other as plain columns
        together = {column: values for piece in pieces for column, values in piece.items()}
        return pd.DataFrame({"bucket": np.arange(periods)} | together, copy=False)
    merged = pd.DataFrame(pieces[0], copy=False)
    for piece in pieces[1:]:
        merged = merged.merge(pd.DataFrame(piece, copy=False), on=keys, how="outer")
    return _completed(merged, keys, periods, as_found=as_found)


def _places(answer: pd.DataFrame, index: Mapping[Any, int] | None) -> Any:
    """The number of its period for each row of an answer, -1 for none; `index` numbers the first dates of periods."""
    if "bucket" not in answer:
        return np.zeros(len(answer), dtype=int)
    if index is None:
        return answer["bucket"].to_numpy(int)
    return np.array([index.get(d.date() if hasattr(d, "date") else d, -1) for d in answer["bucket"]], dtype=int)


def _aligned(values: pd.Series[Any], place: Any, periods: int) -> Any:
    """The values in the places of their periods, unknown where there is none. Plain columns: a frame a query costs more than the query."""
    plain = values.to_numpy()
    if len(place) == periods and (place == np.arange(periods)).all():
        return plain
    out = np.full(periods, np.nan, dtype="float64" if plain.dtype.kind in "iufb" else object)
    out[place[place >= 0]] = plain[place >= 0]
    return out


def _completed(cells: pd.DataFrame, keys: list[str], periods: int, as_found: bool) -> pd.DataFrame:
    """Every period of every group, so that a week without tickets shows as 0 and not as a gap."""
    groups = cells[keys[1:]].drop_duplicates() if len(keys) > 1 else pd.DataFrame(index=[0])
    if as_found or len(groups) * periods > MOST_CELLS:
        return cells.sort_values(keys, kind="stable").reset_index(drop=True)
    grid = groups.merge(pd.DataFrame({"bucket": range(periods)}), how="cross")
    return grid.merge(cells, on=keys, how="left").sort_values(keys, kind="stable").reset_index(drop=True)


def _with_design_effects(cells: dict[str, pd.DataFrame], spread: dict[str, pd.DataFrame], splits: int) -> dict[str, pd.DataFrame]:
    keys = ["bucket", *(f"g{i}" for i in range(splits))]
    for name, frame in spread.items():
        rows_of = [
            {**dict(zip(keys, key, strict=True)), "deff": stats.design_effect(part["top"].to_numpy(float), part["bottom"].to_numpy(float))}
            for key, part in frame[frame["bottom"] > 0].groupby(keys, dropna=False)
        ]
        cells[name] = cells[name].merge(pd.DataFrame(rows_of, columns=[*keys, "deff"]), on=keys, how="left")
    return cells


def _rows_of(
    metric: Metric, cells: pd.DataFrame | None, scope: Scope, periods: Sequence[Period], reason: str, currency: str
) -> dict[str, Any]:
    """The tidy rows of one metric, as columns."""
    if cells is None:
        nothing = np.full(1, np.nan)
        return {
            "metric": [metric.name],
            "period": ["all"],
            **{column: [""] for column in scope.split},
            **dict.fromkeys(COLUMNS, nothing),
            "unit": [metric.unit],
            "is_complete": [True],
            "notes": [(reason,)],
        }
    done: Finished = metric.form.finish(cells, scope.ask)
    unknown = np.full(len(cells), np.nan)
    order = cells["bucket"].to_numpy(int)
    whole = scope.by == "all"
    values = {c: unknown if getattr(done, c) is None else np.asarray(getattr(done, c), dtype="float64") for c in COLUMNS}
    # The interval of a mean knows nothing of the scale: a score of 0 to 100 cannot be 116.
    for end in ("low", "high"):
        values[end] = np.clip(values[end], metric.low, metric.high)
    return {
        "metric": [metric.name] * len(cells),
        "period": ["all" if whole else periods[b].label for b in order],
        **{column: cells[f"g{i}"].to_list() for i, column in enumerate(scope.split)},
        **values,
        "unit": [metric.unit if metric.unit != "currency" or not currency else currency] * len(cells),
        "is_complete": [True if whole and not scope.end else periods[b].is_complete for b in order],
        "notes": [_notes(said, metric, scope, periods[b]) for said, b in zip(done.notes, order, strict=True)],
    }


def _joined(pieces: Sequence[Any]) -> Any:
    """One column of the pieces of one: numbers stay an array, words a list."""
    if isinstance(pieces[0], np.ndarray):
        return np.concatenate(pieces)
    return [item for piece in pieces for item in piece]


def _notes(said: tuple[str, ...], metric: Metric, scope: Scope, period: Period) -> tuple[str, ...]:
    notes = list(said)
    if scope.by != "all" and not period.is_complete:
        notes.append("unfinished period")
    if any(column in MANY for column in scope.split):
        notes.append("a ticket counts in each of its tags: the groups do not add up to the whole")
    if scope.clock == "business" and "clock" in metric.params:
        notes.append("business hours" if scope.calendar else "business hours as the export states them")
    return tuple(notes)


def _currencies(data: Dataset, schema: str) -> list[str]:
    """The currencies the cost lines state; none when they state none."""
    frame = data.query("SELECT DISTINCT currency FROM cost_days WHERE currency IS NOT NULL ORDER BY currency", schema)
    return [str(name) for name in frame["currency"]]
