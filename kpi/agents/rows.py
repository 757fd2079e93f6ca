"""The rows behind a number as plain arrays: whose each is, what kind of ticket it is about, when, from whom, and its value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kpi.catalogue import CATALOGUE, find
from kpi.engine import Dataset
from kpi.errors import BadValue
from kpi.forms import Duration, Mean, Nps, Share
from kpi.measure.compile import form_of, table_name
from kpi.measure.rows import judged
from kpi.metric import Ask
from kpi.scope import Scope
from kpi.stats.base import Array, floats

Codes = npt.NDArray[np.int64]
BY = ("agent", "team")
"""Columns whose values are people or groups of them."""
SCORED = (Share, Mean, Nps, Duration)
"""Forms of which every row has a value of its own, so that rows of like tickets can be set side by side."""
OF_TICKETS = ("tickets", "replies", "surveys", "quality_reviews")
LIKE = ("team", "reviewer", "review_kind", "channel", "priority", "type", "month")
"""What tickets may have alike, the coarsest first. A column that is compared by, is empty or has one value only makes no difference.

The month keeps apart whoever worked in good and in bad times; a reviewer, who is mild from who is strict.
"""
_EPOCH = "DATE '1970-01-05'"  # a Monday


@dataclass(frozen=True)
class Rows:
    """One place in each array a row: `group` (into `names`), `value` on the scale of the metric's form, `week`, `customer` (-1: not known).

    `levels` holds for each column of `like` what kind of ticket the row is about by the columns up to that one. `shift` was added to
    durations before their logarithm was taken.
    """

    names: tuple[str, ...]
    group: Codes
    value: Array
    week: Codes
    customer: Codes
    like: tuple[str, ...]
    levels: tuple[Codes, ...]
    shift: float = 0.0

    @property
    def n(self) -> int:
        return len(self.value)


def can(name: str, ask: Ask) -> bool:
    """Whether people can be compared by a metric: rows with values of their own, about tickets, and a better side."""
    form = form_of(name, ask)
    behind = form.behind(ask) if isinstance(form, SCORED) else None
    return behind is not None and not behind.edge and table_name(behind.rows) in OF_TICKETS and find(name).better != "neither"


def comparable(by: str, scope: Scope, data: Dataset) -> tuple[str, ...]:
    """The metrics by which the groups of a column can be compared in these data."""
    lacks = data.lacking(scope.ask)
    return tuple(name for name in CATALOGUE if not lacks[name] and can(name, scope.ask) and has(by, data))


def has(by: str, data: Dataset) -> bool:
    """Whether the data say whose a ticket is."""
    return f"tickets.{by}" in data.filled or f"changes.{by}" in data.filled


def read(name: str, by: str, scope: Scope, data: Dataset, like: Sequence[str] = LIKE) -> Rows:
    """The rows behind a metric in a scope whose group is known. Times come as logarithms, shares as 1 and 0, an NPS answer as 1, 0 or -1.

    BadValue for a metric or a column by which nobody can be compared, and where the data lack what the metric needs.
    """
    if by not in BY:
        raise BadValue(f"People cannot be compared by {by!r}.", f"It may be {' or '.join(BY)}.")
    if not can(name, scope.ask):
        raise BadValue(f"{find(name).label} is no number of single tickets with a better side.", "Choose another number.")
    found = judged(name, scope.but(by="all", split=(), compare=None), data)
    columns = data.columns(found.table)
    text = f"SELECT * FROM ({found.behind})"
    if found.table == "quality_reviews" and "reviewer" not in columns:
        columns = {**columns, "reviewer": "string"}
        who = f"SELECT review_id, any_value(reviewer) AS reviewer FROM {data.canonical}.reviews GROUP BY review_id"
        text = f"SELECT * FROM ({found.behind}) LEFT JOIN ({who}) USING (review_id)"
    at = found.at or next((c for c in ("created_at", "reviewed_at") if c in columns), "")
    used = [c for c in like if c != by and (c in columns or (c == "month" and at))]
    keys = [f"date_trunc('month', {at})" if c == "month" else f'"{c}"' for c in used]
    levels = "".join(f", hash({', '.join(keys[: i + 1])}) AS l{i}" for i in range(len(keys)))
    week = f"coalesce(date_diff('week', {_EPOCH}, {at}), -1)::INTEGER" if at else "-1"
    customer = "CASE WHEN requester IS NOT NULL THEN hash(requester) END" if "requester" in columns else "NULL::UBIGINT"
    frame = data.query(
        f'SELECT hash("{by}") AS g, {week} AS week, {customer} AS customer, value::DOUBLE AS value{levels} FROM ({text}) WHERE "{by}" IS NOT NULL',
        found.schema,
    )
    names = data.query(f'SELECT hash("{by}") AS g, "{by}" AS name FROM ({text}) WHERE "{by}" IS NOT NULL GROUP BY ALL', found.schema)
    value, shift = _scaled(floats(frame["value"]), name, scope.ask)
    listed = names.sort_values("name", kind="stable").reset_index(drop=True)
    return Rows(
        names=tuple(str(one) for one in listed["name"]),
        group=pd.Index(listed["g"]).get_indexer(pd.Index(frame["g"])).astype(np.int64),
        value=value,
        week=frame["week"].to_numpy(np.int64),
        customer=_codes(frame["customer"]),
        like=tuple(used),
        levels=tuple(_codes(frame[f"l{i}"]) for i in range(len(keys))),
        shift=shift,
    )


def _codes(column: Any) -> Codes:
    """Whole numbers from 0 on for the different values of a column, -1 for unknown."""
    return np.asarray(pd.factorize(column)[0], dtype=np.int64)


def _scaled(value: Array, name: str, ask: Ask) -> tuple[Array, float]:
    """(values on the scale they are compared on, what was added before): times by their logarithm, a minute added where one is 0."""
    form = form_of(name, ask)
    if isinstance(form, Duration):
        shift = 0.0 if (value > 0).all() else 60.0
        return np.log(np.maximum(value, 0.0) + shift), shift
    if isinstance(form, Nps):
        return (value >= 9).astype(float) - (value <= 6), 0.0
    return value, 0.0
