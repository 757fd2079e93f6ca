"""Counts and what is made of two of them; full counts have no sampling interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kpi.forms.base import Asides, Behind, Cells, Finished, Part, aside_parts, column, count, sentences
from kpi.metric import STATISTICS, Ask


@dataclass(frozen=True)
class Total:
    """A count of rows, or the sum of an amount (in `unit`) over rows. A full count has no sampling interval."""

    rows: Any
    at: Any
    where: Any
    amount: Any = None
    distinct: Any = None
    edge: str = ""
    asides: Asides = field(default_factory=dict, hash=False)
    unknown: tuple[Any, str] | None = None
    unit: str = "count"

    def parts(self, ask: Ask) -> Mapping[str, Part]:
        if self.distinct is not None:
            top = self.distinct.nunique(where=self.where)
        elif self.amount is not None:
            top = self.amount.sum(where=self.where)
        else:
            top = self.where.sum()
        return {"top": Part(self.rows, top, self.at, self.edge), **aside_parts(self.rows, self.edge, self.at, self._asides())}

    def _asides(self) -> Asides:
        return {**self.asides, **({"unknown": self.unknown} if self.unknown else {})}

    def finish(self, cells: Cells, ask: Ask) -> Finished:
        """A count that misses rows it cannot judge is unknown, not smaller."""
        top = column(cells, "top") if self.amount is not None else count(cells, "top")
        if self.unknown:
            top = np.where(count(cells, "aside_unknown") > 0, np.nan, top)
        return Finished(top, top, top=top, notes=[tuple(s) for s in sentences(cells, self._asides())])

    def behind(self, ask: Ask) -> Behind:
        each = self.where if self.amount is None else self.amount
        return Behind(self.rows, self.at, self.where.fill_null(False), each.cast("float64"), self.edge)


@dataclass(frozen=True)
class Ratio:
    """scale × one total / another; each may come from its own table and time. No sampling interval: both are full counts."""

    over: Total
    under: Total
    scale: float = 1.0

    def parts(self, ask: Ask) -> Mapping[str, Part]:
        return {
            **{f"over_{k}": p for k, p in self.over.parts(ask).items()},
            **{f"under_{k}": p for k, p in self.under.parts(ask).items()},
        }

    def finish(self, cells: Cells, ask: Ask) -> Finished:
        top = column(cells, "over_top") if self.over.amount is not None else count(cells, "over_top")
        bottom = column(cells, "under_top") if self.under.amount is not None else count(cells, "under_top")
        with np.errstate(invalid="ignore", divide="ignore"):
            value = np.where(bottom > 0, self.scale * top / bottom, np.nan)
        return Finished(value, bottom, top=top, bottom=bottom, notes=[()] * len(cells))

    def behind(self, ask: Ask) -> Behind:
        return self.over.behind(ask)


@dataclass(frozen=True)
class Difference:
    """One count minus another over the same period."""

    plus: Total
    minus: Total

    def parts(self, ask: Ask) -> Mapping[str, Part]:
        return {
            **{f"plus_{k}": p for k, p in self.plus.parts(ask).items()},
            **{f"minus_{k}": p for k, p in self.minus.parts(ask).items()},
        }

    def finish(self, cells: Cells, ask: Ask) -> Finished:
        plus, minus = count(cells, "plus_top"), count(cells, "minus_top")
        return Finished(plus - minus, plus + minus, top=plus, bottom=minus, notes=[()] * len(cells))

    def behind(self, ask: Ask) -> Behind:
        return self.plus.behind(ask)


@dataclass(frozen=True)
class Spread:
    """A quantile or mean of a number over what is alive at an instant (the age of the backlog)."""

    rows: Any
    number: Any
    edge: str = "end"
    statistic: str = "median"

    def parts(self, ask: Ask) -> Mapping[str, Part]:
        statistic = ask.statistic or self.statistic
        value = self.number.mean() if statistic == "mean" else self.number.quantile(STATISTICS[statistic])
        return {"value": Part(self.rows, value, None, self.edge), "bottom": Part(self.rows, self.number.count(), None, self.edge)}

    def finish(self, cells: Cells, ask: Ask) -> Finished:
        n = count(cells, "bottom")
        return Finished(column(cells, "value"), n, bottom=n, notes=[(ask.statistic or self.statistic,)] * len(cells))

    def behind(self, ask: Ask) -> Behind:
        return Behind(self.rows, None, self.number.notnull(), self.number, self.edge)
