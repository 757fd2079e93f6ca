"""What this run of a page has put on the screen, in order, so that its files show that and nothing else.

The frame begins a recording before a page runs. `title`, `heading`, `say`, `quiet` and `table` draw and record at once; charts, tiles and measured
results are recorded where they are drawn. Nothing is measured or made for a file that the visitor did not see.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import pandas as pd
import streamlit as st

from kpi import Result
from kpi.report import Block, Chart, Heading, Note, Sentence, Table, Tile, Tiles, Title
from pages.parts.words import plain

NAME = "recorded"
LOOKED_AT, LETTER, AROUND, LONGEST_CELL = 9, 7, 20, 40
"""The rows the grid looks at to decide a width; the pixels of a letter and around a cell; from so many letters a cell is prose and may be cut."""


@dataclass
class Recording:
    """The blocks of one run in reading order, and the results measured for it. `done` is set once the run is over, however it ended."""

    blocks: list[Block] = field(default_factory=list)
    results: list[tuple[Result, bool]] = field(default_factory=list)
    done: Event = field(default_factory=Event)


def begin() -> None:
    """A new page: nothing is on the screen yet."""
    st.session_state[NAME] = Recording()


@contextmanager
def whole() -> Iterator[None]:
    """Around the run of a page: what asks for a file meanwhile waits for its end."""
    recording = now()
    try:
        yield
    finally:
        recording.done.set()


def now() -> Recording:
    """The recording of this run. It goes on filling while the page runs."""
    if NAME not in st.session_state:
        begin()
    recording: Recording = st.session_state[NAME]
    return recording


def unfinished(what: str) -> None:
    """Something the page still works on: a file made meanwhile says so."""
    now().blocks.append(Note(f"**Still at work when this was made:** {plain(what)}. What follows from it is missing here."))


def title(text: str) -> None:
    """The page's question, as `st.title`."""
    st.title(text, anchor=False)
    now().blocks.append(Title(text))


def heading(text: str, **more: Any) -> None:
    """As `st.subheader`."""
    st.subheader(text, **({"anchor": False} | more))
    now().blocks.append(Heading(text))


def say(text: str, *, place: Any = st, **more: Any) -> None:
    """A finding, a caveat, any paragraph: as `st.markdown`, or as that of a `place` kept for it."""
    place.markdown(text, **more)
    now().blocks.append(Sentence(text))


def quiet(text: str, **more: Any) -> None:
    """A quiet line: as `st.caption`."""
    st.caption(text, **more)
    now().blocks.append(Note(text))


def table(frame: pd.DataFrame, *, alt: str, name: str = "table", hidden: Sequence[str] = (), **more: Any) -> Any:
    """As `st.dataframe` without an index; `hidden` columns (links, buttons) say nothing in a file. Returns what `st.dataframe` returns."""
    now().blocks.append(Table(frame.drop(columns=[c for c in hidden if c in frame]), alt, name))
    config = {**widths(frame), **(more.pop("column_config", None) or {})}
    return st.dataframe(frame, hide_index=True, alt=alt, column_config=config, **more)


def widths(frame: pd.DataFrame) -> dict[str, Any]:
    """The columns of text whose longest cell the grid does not see when it decides how wide they are, with a width that shows it.

    The grid looks at its first rows and passes over what is far longer than their mean; "2 h 30 min" below nine shares is then cut to "2 h 30 mi".
    """
    found = {}
    for place, name in enumerate(frame.columns):
        cells = frame.iloc[:, place]  # two columns may have one name
        if not cells.map(lambda cell: isinstance(cell, str)).any():
            continue
        lengths = cells.map(lambda cell: len(cell) if isinstance(cell, str) else 0)
        first = lengths.iloc[:LOOKED_AT]
        shown = max(first[first <= 2 * first.mean()].max(), len(str(name)))
        if shown < (longest := lengths.max()) <= LONGEST_CELL:
            found[str(name)] = st.column_config.Column(width=LETTER * int(longest) + AROUND)
    return found


def pairs(words: Mapping[str, str], alt: str, width: Any = "content") -> None:
    """Names beside what they mean, as `st.table`."""
    st.table({name: plain(said) for name, said in words.items()}, border="horizontal", width=width)
    listed(pd.DataFrame({"": list(words), " ": list(words.values())}), alt)


def listed(frame: pd.DataFrame, alt: str, name: str = "table") -> None:
    """A table that was drawn."""
    now().blocks.append(Table(frame, alt, name))


def chart(one: Chart) -> None:
    """A chart that was drawn."""
    now().blocks.append(one)


def tiles(drawn: Sequence[Tile]) -> None:
    """Tiles that were drawn side by side."""
    if drawn:
        now().blocks.append(Tiles(tuple(drawn)))


def measured(result: Result, *, intervals: bool = True) -> None:
    """A result the page was given."""
    now().results.append((result, intervals))
