"""One line of the mapping screen: a column of ours, which of theirs it is, how that is written, three examples, and what was read."""

from __future__ import annotations

import re

import streamlit as st

from kpi import units
from kpi.cells import UNITS
from kpi.sources import Checked, column_label
from kpi.tables import Column
from pages.parts.mapping_said import (
    ALWAYS,
    KEPT,
    NOT_THERE,
    SCALES,
    SCORE,
    Chosen,
    first,
    is_score,
    key_of,
    maybe,
    states_unit,
    usual_scale,
    words_under,
)  # fmt: skip
from pages.parts.mapping_words import words_of
from pages.parts.words import plain

ORDERS = {"": "dates as written", "dmy": "day first: 3/4 is 3 April", "mdy": "month first: 3/4 is 4 March"}
_EITHER = re.compile(r"\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2}")
OURS, THEIRS, WRITTEN, TOLD = 170, 220, 180, 280
"""Widths: four of them in a row on a wide screen, under each other on a telephone."""


def row(chosen: Chosen, fills: str, column: Column, checked: Checked | str | None) -> None:
    """Ours at the left, theirs beside it; keyboard and screen readers meet them in this order."""
    label, key = column_label(fills, column.name), key_of(chosen, fills, column.name)
    kept = [KEPT] if st.session_state.get(key) == KEPT or _may_be_kept(chosen, fills, column.name) else []
    options = [NOT_THERE, *kept, *(ALWAYS if (fills, column.name) == ("surveys", "kind") else ()), *chosen.seen.headers]
    header = st.session_state.setdefault(key, NOT_THERE)
    if header not in options:
        st.session_state[key] = header = NOT_THERE
    said = f"{label} (needed)" if column.required else label
    names = {NOT_THERE: "not in this file", KEPT: f"as “{chosen.loaded.get('label', '')}” says", **ALWAYS}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_row"):
        st.markdown(f"**{said}**" if header else said, help=column.about, width=OURS)
        st.selectbox(said, options, format_func=lambda o: names.get(o, o), key=key, width=THEIRS, label_visibility="collapsed")
        if header == NOT_THERE and (guessed := maybe(chosen, fills, column.name)):
            st.caption(
                f":material/help: maybe “{_shown(guessed)}”, like {' · '.join(_shown(cell) for cell in chosen.seen.examples(guessed))}"
            )
        elif header not in (NOT_THERE, KEPT) and header not in ALWAYS:
            has_control = _written(chosen, fills, column, header)
            with st.container(gap=None, width=TOLD if has_control else "stretch"):
                st.markdown(f":small[{_how_sure(chosen, fills, column.name, header)} · {_read(chosen, fills, column, header, checked)}]")
                st.caption(" · ".join(_shown(cell) for cell in chosen.seen.examples(header)) or "every cell is empty")
    if isinstance(checked, Checked) and header not in (NOT_THERE, KEPT):
        words_of(chosen, fills, column, header, checked)


def _written(chosen: Chosen, fills: str, column: Column, header: str) -> bool:
    """How the cells are written, where they do not tell it themselves: the unit, the order of day and month, the scale. True when it is asked."""
    is_told = chosen.seen.source is not None and first(chosen, fills).get(column.name) == header
    if is_told and not (column.type == "instant" and st.session_state.get(key_of(chosen, fills, column.name, "order"))):
        return False  # the source knows how it is written
    if column.unit == "s" and not states_unit(chosen.seen, header):
        _choice(chosen, fills, column, "unit", "Unit of plain numbers", {"": "unit not said", **{unit: unit for unit in UNITS}})
    elif column.type == "instant" and any(_EITHER.search(cell) for cell, _ in chosen.seen.values(header)):
        _choice(chosen, fills, column, "order", "Day and month", ORDERS)
    elif column.name == SCORE or (is_score(fills, column.name) and words_under(chosen.seen, header)):
        st.session_state.setdefault(key_of(chosen, fills, column.name, "scale"), usual_scale(chosen.seen, header))
        most = 10 if words_under(chosen.seen, header) else 100
        _choice(chosen, fills, column, "scale", "Scale", {name: f"scale {name}" for name, (a, b) in SCALES.items() if b - a <= most})
    else:
        return False
    return True


def _choice(chosen: Chosen, fills: str, column: Column, what: str, about: str, options: dict[str, str]) -> None:
    key = key_of(chosen, fills, column.name, what)
    if st.session_state.get(key) not in options:
        st.session_state[key] = next(iter(options))
    st.selectbox(
        f"{about}: {column_label(fills, column.name)}", list(options), format_func=options.__getitem__, key=key, width=WRITTEN,
        label_visibility="collapsed",
    )  # fmt: skip


def _may_be_kept(chosen: Chosen, fills: str, column: str) -> bool:
    loaded = chosen.loaded
    if loaded.get("fills") != fills:
        return False
    entry = loaded["entry"]
    return any(part.get("fills") == "surveys" for part in entry.get("also", [])) if column == SCORE else column in entry.get("columns", {})


def _shown(cell: str, most: int = 60) -> str:
    """A cell as it stands; no address in it becomes a link, which Markdown makes of any, escaped or not."""
    return plain(cell[:most]).replace("\\@", "\\@\u2060").replace("\\:", "\\:\u2060").replace("www.", "www\u2060.")


def _how_sure(chosen: Chosen, fills: str, column: str, header: str) -> str:
    source, loaded = chosen.seen.source, chosen.loaded
    if source is not None:
        known = ":orange[:material/help:] best effort" if source.is_best_effort else ":green[:material/check_circle:] known layout"
        return known if header == first(chosen, fills).get(column) else ":material/edit: your choice"
    if loaded and loaded.get("fills") == fills:
        return f"from “{plain(loaded['label'])}”, or yours"
    guess = chosen.seen.proposal(fills).get(column)
    if guess is None or guess.header != header:
        return ":material/edit: your choice"
    icon = {"sure": ":green[:material/check_circle:]", "likely": ":material/thumb_up:", "a guess": ":orange[:material/help:]"}[guess.word]
    return f"{icon} {guess.word} ({100 * guess.confidence:.0f} %)"


def _read(chosen: Chosen, fills: str, column: Column, header: str, checked: Checked | str | None) -> str:
    """ "1,000 cells read", or how many were not, and which or why."""
    if not isinstance(checked, Checked):
        return "not read yet"
    table, name = ("surveys", "score") if column.name == SCORE else (fills, column.name)
    found = checked.report.column(table, name)
    said = f"{units.say(found.filled, 'count')} cell{'s' * (found.filled != 1)} read"
    if not found.unread:
        return f":green[{said}]" if found.filled else _unread(chosen, fills, column, header, checked)
    texts = ", ".join(f"“{_shown(text, 30)}”" for text, _ in checked.unread.get((table, name), [])[:3])
    if not found.filled and column.unit == "s" and not st.session_state.get(key_of(chosen, fills, column.name, "unit")):
        return ":orange[Say which unit these numbers are in.]"
    if any(question.column == name for question in checked.report.questions):
        return ":orange[Say whether the day or the month comes first.]"
    return f":orange[{said}, {units.say(found.unread, 'count')} not: {texts}]"


def _unread(chosen: Chosen, fills: str, column: Column, header: str, checked: Checked) -> str:
    if any(question.header == header for question in checked.report.questions):
        return ":orange[Say whether the day or the month comes first.]"
    return "nothing to read"
