"""The tickets behind a number, and the ones left out with the reason."""

from __future__ import annotations

import ibis
import pandas as pd

from kpi.catalogue import find
from kpi.engine import Dataset
from kpi.errors import BadValue
from kpi.measure.compile import (
    at_edges,
    base_table,
    check_columns,
    filled,
    fillings,
    inside,
    instants_of,
    narrowed,
    replaced,
    shape_of,
    table_name,
    values_of,
)
from kpi.metric import LOCAL_DATES
from kpi.scope import Scope


def rows(name: str, scope: Scope, data: Dataset, *, excluded: bool = False) -> pd.DataFrame:
    """The rows (tickets, answers, replies …) behind a metric's number over the whole scope, newest first.

    Columns are those of the measured table plus `value`, what each row contributes (1 or 0 for a share, seconds for a duration). With
    `excluded` the rows of the same scope that do not count, with a `reason` each. A ratio shows the rows of its numerator; a split is ignored.
    """
    metric = find(name)
    behind = metric.form.behind(scope.ask)
    check_columns(scope, data.columns(table_name(behind.rows)))
    lacks = metric.missing(data.filled, scope.ask)
    if lacks:
        raise BadValue(f"{metric.label} cannot be measured: it needs {' and '.join(lacks)}.", "Add a file that has it.")
    as_of = scope.as_of or data.newest
    keep_all = scope.but(split=(), params=tuple({**dict(scope.params), "statuses": "all"}.items()))
    shape = shape_of(keep_all if excluded else scope.but(split=()), data.first, as_of, data.extras)
    rel = narrowed(base_table(behind.rows, shape), shape)
    rel = at_edges(rel, behind.edge) if behind.edge else rel
    swaps = {**fillings(), behind.rows.op(): rel.op()}
    counted, value = replaced(behind.counted, swaps), replaced(behind.value, swaps)
    kept = [] if behind.at is None else inside(replaced(behind.at, swaps), shape, behind.at.get_name() in LOCAL_DATES)
    if excluded:
        allowed = ibis.literal(True) if scope.ask.choice("statuses") == "all" else rel.is_counted
        reason = ibis.cases(
            (~allowed, "deleted, spam or merged"),
            (counted, None),
            (value.isnull(), "not known"),
            else_="does not belong to this metric",
        )
        rel = rel.mutate(value=value, reason=reason)
        rel = rel.filter(rel.reason.notnull(), *kept)
    else:
        rel = rel.mutate(value=value).filter(counted, *kept)
    periods = scope.periods(data.first, as_of)
    instants = instants_of(periods[-1:] if behind.edge == "end" else periods[:1], as_of) if behind.edge else None
    sql = filled(str(ibis.to_sql(rel, dialect="duckdb")), values_of(scope, as_of))
    frame = data.query(sql, data.stand(scope.as_of, scope.calendar), instants)
    order = [c for c in ("created_at", "rated_at", "replied_at", "started_at", "spent_on") if c in frame]
    return frame.sort_values(order[:1], ascending=False, kind="stable").reset_index(drop=True) if order else frame
