"""What a finding is, and what an effect is: plain records, made elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field

KINDS = {
    "times": "Impossible times",
    "differs": "The file says one thing, its events another",
    "duplicates": "Several rows of one ticket",
    "cells": "Cells that could not be read",
    "shifted": "Rows that have slipped",
    "summary": "Rows that stand for several tickets",
    "rows": "Rows that were left out",
    "left_out": "Tickets that do not count",
    "orphans": "Rows without their ticket",
    "unknown": "Something is missing",
    "ids": "Damaged ids",
    "zone": "Times without a zone",
    "encoding": "Two encodings in one file",
    "empty": "Empty columns",
}
"""Kind of finding -> its heading."""

LEFT_OUT, KEPT = "left out", "kept"
"""What an effect compares the present number with: the tickets concerned left out, or kept where they are left out now."""


@dataclass(frozen=True)
class Example:
    """One place to look at: the ticket's id ("" where there is none), the file and row a person finds it in, and what stands there."""

    ticket: str
    file: str = ""
    row: int | None = None
    text: str = ""


@dataclass(frozen=True)
class Finding:
    """One oddity of the data.

    `name` is stable and may stand in an address; `kind` is one of KINDS. `tickets` and `rows` count what is concerned (rows are rows or
    cells of files). `metrics` are the names of metrics it harms that these data can measure; `other` is LEFT_OUT or KEPT, or "" where no
    effect can be measured, and then `why_not` says why. `ids` is a query of the tickets concerned, by our own names only ("" where there are none).
    `listing` is a query of every place (ticket, file, row, text); where it is "", `places` are all there are to tell.
    """

    name: str
    kind: str
    title: str
    sentence: str
    tickets: int = 0
    rows: int = 0
    examples: tuple[Example, ...] = ()
    metrics: tuple[str, ...] = ()
    other: str = ""
    why_not: str = ""
    ids: str = field(default="", repr=False)
    listing: str = field(default="", repr=False)
    places: tuple[Example, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Effect:
    """One metric now, and the other way; `low` and `high` are the interval of the present number. None is unknown.

    `n` and `other_n` are the rows each stands on; `currency` is a code or "".
    """

    metric: str
    label: str
    unit: str
    now: float | None
    other: float | None
    low: float | None = None
    high: float | None = None
    n: float | None = None
    other_n: float | None = None
    currency: str = ""

    @property
    def difference(self) -> float | None:
        """The other number less the present one, in the metric's unit; None where either is unknown."""
        return None if self.now is None or self.other is None else self.other - self.now

    @property
    def is_beyond(self) -> bool | None:
        """Whether the other number lies outside the present one's own interval; None where there is no interval to judge by."""
        if self.other is None or self.low is None or self.high is None:
            return None
        return not self.low <= self.other <= self.high
