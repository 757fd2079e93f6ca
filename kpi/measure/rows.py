"""The tickets behind a number, and the ones left out with the reason."""

from __future__ import annotations

import datetime as dt

import ibis
import pandas as pd

from kpi.catalogue import find
from kpi.engine import Dataset
from kpi.errors import BadValue
from kpi.measure.compile import Shape, at_edges, base_table, check_columns, fillings, in_groups, instants_of, narrowed, replaced
from kpi.metric import LOCAL_DATES
from kpi.scope import Scope


def rows(name: str, scope: Scope, data: Dataset, *, excluded: bool = False) -> pd.DataFrame:
    """The rows (tickets, answers, replies …) behind a metric's number over the whole scope, newest first.

    Columns are those of the measured table plus `value`, what each row contributes (1 or 0 for a share, seconds for a duration). With
    `excluded` the rows of the same scope that do not count, with a `reason` each. A ratio shows the rows of its numerator; a split is ignored.
    """
    metric = find(name)
    behind = metric.form.behind(scope.ask)
    table = str(behind.rows.get_name()).removesuffix("_at")
    columns = data.columns(table)
    check_columns(scope, columns)
    lacks = metric.missing(data.filled, scope.ask)
    if lacks:
        raise BadValue(f"{metric.label} cannot be measured: it needs {' and '.join(lacks)}.", "Add a file that has it.")
    as_of = scope.as_of or data.newest
    shape = Shape(scope, scope.ask, tuple(scope.periods(data.first, as_of)), as_of, data.first)
    unsplit = scope.but(split=(), params=tuple({**dict(scope.params), "statuses": "all"}.items()) if excluded else scope.params)
    rel = narrowed(base_table(behind.rows, columns), unsplit, unsplit.ask)
    rel, _ = in_groups(rel, [])
    last = Shape(scope, shape.ask, shape.periods[-1:] if behind.edge == "end" else shape.periods[:1], as_of, data.first)
    if behind.edge:
        rel = at_edges(rel, behind.edge)
    swaps = {**fillings(scope.ask, as_of), behind.rows.op(): rel.op()}
    counted, value = replaced(behind.counted, swaps), replaced(behind.value, swaps)
    keep = [] if excluded else [counted]
    if behind.at is not None:
        at = replaced(behind.at, swaps)
        start, end = scope.span()
        if behind.at.get_name() in LOCAL_DATES:
            start, end = (dt.datetime.combine(d, dt.time()) if d else None for d in (scope.start, scope.end))
            end = end + dt.timedelta(days=1) if end else None
        keep += [at >= ibis.literal(start, type="timestamp(6)")] if start else []
        keep += [at < ibis.literal(end, type="timestamp(6)")] if end else []
    if excluded:
        allowed = ibis.literal(True) if scope.ask.choice("statuses") == "all" else rel.is_counted
        reason = ibis.cases(
            (~allowed, "deleted, spam or merged"),
            (counted, None),
            (value.isnull(), "not known"),
            else_="does not belong to this metric",
        )
        rel = rel.mutate(value=value, reason=reason)
        rel = rel.filter(rel.reason.notnull(), *keep)
    else:
        rel = rel.mutate(value=value).filter(*keep)
    schema = data.stand(scope.as_of, scope.calendar)
    frame = data.query(str(ibis.to_sql(rel, dialect="duckdb")), schema, instants_of(last) if behind.edge else None)
    order = [c for c in ("created_at", "rated_at", "replied_at", "started_at", "spent_on") if c in frame]
    return frame.sort_values(order[:1], ascending=False, kind="stable").reset_index(drop=True) if order else frame
