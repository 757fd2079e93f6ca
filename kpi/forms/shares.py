"""Shares, scores and means of answers, with the interval each deserves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kpi import stats
from kpi.forms.base import SMALL_SAMPLE, Asides, Behind, Cells, Finished, Part, aside_parts, column, count, sentences
from kpi.metric import Ask

FEW = {"share": 10, "nps": 30}
"""Below this many answers counts are shown and no interval (statistics.md section 11)."""
SLIGHT = 1.005
"""A design effect below this changes no digit one would read."""


@dataclass(frozen=True)
class Share:
    """100 × rows that are a hit / rows that count, with the Wilson interval. A hit that is unknown leaves both sides."""

    hit: Any
    of: Any
    at: Any
    rows: Any
    edge: str = ""
    unknown: str = "not known, left out"
    asides: Asides = field(default_factory=dict, hash=False)
    complement: bool = False

    def _known(self) -> Any:
        """The cast is a pair of brackets: Ibis 12 compiles (~x).notnull() to NOT x IS NOT NULL, which SQL reads as NOT (x IS NOT NULL)."""
        return self.hit.cast("int32").notnull()

    def _counted(self) -> Any:
        return self.of.fill_null(False) & self._known()

    def parts(self, ask: Ask) -> Mapping[str, Part]:
        counted = self._counted()
        return {
            "top": Part(self.rows, (counted & self.hit).sum(), self.at, self.edge),
            "bottom": Part(self.rows, counted.sum(), self.at, self.edge),
            "unknown": Part(self.rows, (self.of.fill_null(False) & ~self._known()).sum(), self.at, self.edge),
            **aside_parts(self.rows, self.edge, self.at, self.asides),
        }

    def finish(self, cells: Cells, ask: Ask) -> Finished:
        top, bottom, unknown = count(cells, "top"), count(cells, "bottom"), count(cells, "unknown")
        top = bottom - top if self.complement else top
        deff = column(cells, "deff") if "deff" in cells else np.ones(len(cells))
        with np.errstate(invalid="ignore", divide="ignore"):
            value = np.where(bottom > 0, 100 * top / bottom, np.nan)
        enough = bottom >= FEW["share"]
        low, high = (np.where(enough, 100 * edge, np.nan) for edge in stats.wilson(top, bottom, deff=deff))
        notes = sentences(cells, self.asides)
        for i, said in enumerate(notes):
            if unknown[i] > 0:
                said.insert(0, f"{int(unknown[i]):,} {self.unknown}")
            if 0 < bottom[i] < FEW["share"]:
                said.insert(0, "too few for an interval")
            elif 0 < bottom[i] < SMALL_SAMPLE:
                said.insert(0, "small sample")
            if "deff" in cells and bottom[i] > 0:
                said.append(
                    "fewer than 5 agents: no interval can be told"
                    if np.isnan(deff[i])
                    else "agents do not hang together"
                    if deff[i] < SLIGHT
                    else f"agents hang together: the interval counts {bottom[i] / deff[i]:,.0f} rows instead of {int(bottom[i]):,}"
                )
        return Finished(value, bottom, low, high, top, bottom, [tuple(s) for s in notes])

    def behind(self, ask: Ask) -> Behind:
        hit = ~self.hit if self.complement else self.hit
        return Behind(self.rows, self.at, self._counted(), hit.cast("float64"), self.edge)


@dataclass(frozen=True)
class Mean:
    """The mean of a number over rows, with the t interval (scores, replies per ticket)."""

    rows: Any
    number: Any
    at: Any
    where: Any

    def _counted(self) -> Any:
        return self.where.fill_null(False) & self.number.notnull()

    def parts(self, ask: Ask) -> Mapping[str, Part]:
        counted = self._counted()
        return {
            "top": Part(self.rows, self.number.cast("float64").sum(where=counted), self.at),
            "bottom": Part(self.rows, counted.sum(), self.at),
            "unknown": Part(self.rows, (self.where.fill_null(False) & self.number.isnull()).sum(), self.at),
            "deviation": Part(self.rows, self.number.cast("float64").std(where=counted, how="sample"), self.at, needed="interval"),
        }

    def finish(self, cells: Cells, ask: Ask) -> Finished:
        top, n, unknown = column(cells, "top"), count(cells, "bottom"), count(cells, "unknown")
        with np.errstate(invalid="ignore", divide="ignore"):
            value = np.where(n > 0, top / n, np.nan)
        low = high = np.full(len(cells), np.nan)
        if "deviation" in cells:
            low, high = stats.mean_interval_of(value, column(cells, "deviation"), n)
        notes: list[tuple[str, ...]] = []
        for i in range(len(cells)):
            said = ["too few for an interval"] if n[i] == 1 else []
            if 1 < n[i] < SMALL_SAMPLE:
                said.append("small sample")
            if unknown[i] > 0:
                said.append(f"{int(unknown[i]):,} not known, left out")
            notes.append(tuple(said))
        return Finished(value, n, low, high, top, n, notes)

    def behind(self, ask: Ask) -> Behind:
        return Behind(self.rows, self.at, self._counted(), self.number.cast("float64"))


@dataclass(frozen=True)
class Nps:
    """100 × (promoters − detractors) / answers, with the adjusted Wald interval."""

    rows: Any
    score: Any
    at: Any
    where: Any

    def parts(self, ask: Ask) -> Mapping[str, Part]:
        counted = self.where.fill_null(False)
        return {
            "up": Part(self.rows, (counted & (self.score >= 9)).sum(), self.at),
            "down": Part(self.rows, (counted & (self.score <= 6)).sum(), self.at),
            "bottom": Part(self.rows, counted.sum(), self.at),
        }

    def finish(self, cells: Cells, ask: Ask) -> Finished:
        up, down, n = (count(cells, c) for c in ("up", "down", "bottom"))
        low, high = stats.nps_interval(up, n - up - down, down)
        few = n < FEW["nps"]
        notes: list[tuple[str, ...]] = [
            ((f"too few for an interval: promoters {int(u)}, detractors {int(d)}",) if 0 < k < FEW["nps"] else ())
            for u, d, k in zip(up, down, n, strict=True)
        ]
        value = stats.nps(up, n - up - down, down)
        return Finished(value, n, np.where(few, np.nan, low), np.where(few, np.nan, high), up - down, n, notes)

    def behind(self, ask: Ask) -> Behind:
        return Behind(self.rows, self.at, self.where.fill_null(False), self.score)
