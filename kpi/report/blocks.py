"""What a report is made of: blocks in reading order. Writers render blocks and know nothing of pages, metrics or data.

Texts are the interface's own Markdown (`kpi.report.text`): what comes from a file stands in them escaped, and never as a mark.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from kpi.explain.lines import Reading
from kpi.report.proof import Proof
from kpi.report.text import WEB

GOOD, BAD, CALM = "good", "bad", ""
"""The tone of a change or a chip; never without its word."""


@dataclass(frozen=True)
class Title:
    """What the report is about: the page's question. One, and first."""

    text: str


@dataclass(frozen=True)
class Heading:
    """Opens a part."""

    text: str


@dataclass(frozen=True)
class Sentence:
    """A finding with its caveat, or any other paragraph; bold marks the finding."""

    text: str


@dataclass(frozen=True)
class Note:
    """A quiet line: dates, what a picture shows, how it was made."""

    text: str


@dataclass(frozen=True)
class Tile:
    """A number in words, as the screen says it: nothing in it is computed again.

    `limits` and `stands_on` are its interval and what it stands on ("" where there is none), `change` the difference from the period before with
    its `verdict` and `tone`; `chip` is the state of a target in words. `line` holds the values of complete periods, oldest first;
    `about` says how it is made. `lacks` says what the data would need: then there is no value.
    """

    label: str
    value: str
    limits: str = ""
    stands_on: str = ""
    change: str = ""
    verdict: str = ""
    tone: str = CALM
    chip: str = ""
    chip_tone: str = CALM
    line: tuple[float, ...] = ()
    is_count: bool = False
    note: str = ""
    lacks: str = ""
    about: str = ""

    @property
    def below(self) -> str:
        """The small line under the value: interval and n, or why there is no value."""
        return f"needs: {self.lacks}" if self.lacks else self.note or " · ".join(part for part in (self.limits, self.stands_on) if part)


@dataclass(frozen=True)
class Tiles:
    """Some numbers side by side."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Chart:
    """A Vega-Lite spec without data, its named frames, what is to be seen in one sentence, and the same as a table."""

    spec: Mapping[str, Any]
    datasets: Mapping[str, pd.DataFrame]
    alt: str
    table: pd.DataFrame
    name: str


@dataclass(frozen=True)
class Table:
    """A frame under headers a person can read. A column of lists of numbers is a small line."""

    frame: pd.DataFrame
    alt: str
    name: str = "table"


Block = Title | Heading | Sentence | Note | Tiles | Chart | Table


@dataclass(frozen=True)
class Report:
    """Blocks, and the proof of the numbers in them. `source` names the data in words, `url` is where the live page is ("" where nobody knows),
    `reading` how the files were read."""

    blocks: tuple[Block, ...]
    proof: Proof
    source: str = ""
    url: str = ""
    reading: Reading = field(default_factory=Reading)
    made_at: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC).replace(microsecond=0))

    @property
    def title(self) -> str:
        return next((block.text for block in self.blocks if isinstance(block, Title)), "Report")

    @property
    def charts(self) -> tuple[Chart, ...]:
        return tuple(block for block in self.blocks if isinstance(block, Chart))

    @property
    def link(self) -> str:
        """The live page's address where it is one of the web, else ""."""
        return self.url if WEB.fullmatch(self.url) else ""

    @property
    def foot(self) -> str:
        """The line at the end of every page: which data, which code, when; plain text."""
        made = f"{self.made_at:%Y-%m-%d %H:%M} UTC"
        data = f"data {self.proof.fingerprint[:16]}" if self.proof.fingerprint else ""
        return " · ".join(part for part in (self.source, data, f"Deskmeter {self.proof.version}", f"made {made}") if part)


def named(files: Sequence[str], most: int = 3) -> str:
    """The names of files, the first few of many: "tickets.csv, surveys.csv and 5 more files"."""
    return ", ".join(files) if len(files) <= most + 1 else f"{', '.join(files[:most])} and {len(files) - most} more files"
