"""Filters: which columns one may filter by, their values with counts, the chips under the bar, and what to do when nothing is left."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd
import streamlit as st

from kpi import Scope, units
from kpi.scope import NONE
from kpi.tables import TICKETS
from pages.parts import asked_address, asked_dates, recorded
from pages.parts.asked_words import label, spoken
from pages.parts.measured import measured
from pages.parts.mine import Mine
from pages.parts.words import plain

MOST_VALUES, MOST_CHIPS, LONGEST = 200, 3, 40
_FIRST = ("channel", "team", "priority", "type", "tags", "agent")


def columns(mine: Mine) -> list[str]:
    """The columns of tickets one may filter by, the usual ones first, the export's own last."""
    filled = [name for name in TICKETS.splits if f"tickets.{name}" in mine.dataset.filled]
    return [*(c for c in _FIRST if c in filled), *(c for c in filled if c not in _FIRST), *mine.dataset.extras]


@st.cache_resource(max_entries=300, show_spinner=False)
def _values(fingerprint: str, column: str, _mine: Mine) -> dict[str, int]:
    found: pd.DataFrame = measured(
        _mine, ["tickets_created"], Scope(split=(column,), calendar=_mine.calendar), intervals=False, is_shown=False
    ).frame
    if found["value"].isna().all():
        return {}
    most = found.nlargest(MOST_VALUES, "value", keep="first")
    return {str(value): int(count) for value, count in zip(most[column], most["value"], strict=True) if count > 0}


def values(column: str, mine: Mine) -> dict[str, int]:
    """Value -> how many tickets in the data have it, the most frequent 200; "(none)" for those where it is not known."""
    return _values(mine.dataset.fingerprint, column, mine)


def controls(scope: Scope, mine: Mine) -> None:
    """A choice of values for every column that has at least two. An empty choice is no filter."""
    where = dict(scope.where)
    with st.skeleton(height=320):
        offered = {column: values(column, mine) for column in columns(mine)}
    offered = {column: found for column, found in offered.items() if len(found) > 1 or column in where}
    for column in where:
        offered.setdefault(column, {})
    if not offered:
        st.caption("These data have no column with two values or more to filter by.")
        return
    st.caption("Numbers count the tickets in the data, whatever the dates.")
    with st.grid(2, min_column_width=200, gap="xsmall", width=520, key="filter_grid"):
        for column, found in offered.items():
            key = f"where_{column}"
            known = {**found, **{value: found.get(value, 0) for value in where.get(column, ())}}
            st.session_state[key] = list(where.get(column, ()))
            st.multiselect(
                plain(label(column)),
                list(known),
                format_func=partial(_counted, column, known),
                key=key,
                placeholder="All",
                on_change=_chosen,
                args=(mine, column, key),
            )


def _counted(column: str, known: Mapping[str, int], value: str) -> str:
    """ "email (4,120)"."""
    return f"{short(spoken(column, value))} ({units.say(known[value], 'count')})"


def chips(scope: Scope, mine: Mine) -> None:
    """The filters that are on, each with its way out."""
    if not scope.where:
        return
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="chips"):
        for number, (column, chosen) in enumerate(scope.where):
            parts = [(value,) for value in chosen] if len(chosen) <= MOST_CHIPS else [chosen]
            for part, some in enumerate(parts):
                st.button(
                    said(column, some),
                    icon=":material/close:",
                    icon_position="right",
                    help="Remove this filter",
                    key=f"chip_{number}_{part}",
                    on_click=remove,
                    args=(mine, scope, column, some),
                )
        st.button("Clear filters", type="tertiary", key="clear_filters", on_click=clear, args=(mine,))


def said(column: str, chosen: tuple[str, ...]) -> str:
    """ "Channel: email", "Agent: 7 values", safe to show."""
    return plain(f"{label(column)}: {short(spoken(column, chosen[0])) if len(chosen) == 1 else f'{len(chosen)} values'}")


def sentence(scope: Scope) -> list[str]:
    """The filters as parts of the scope's sentence: "Channel: email or chat"."""
    return [
        plain(
            f"{label(column)}: {' or '.join(short(spoken(column, value)) for value in chosen) if len(chosen) <= MOST_CHIPS else f'{len(chosen)} values'}"
        )
        for column, chosen in scope.where
    ]


def short(value: str) -> str:
    text = "not known" if value == NONE else " ".join(value.split()) or "empty text"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def remove(mine: Mine, scope: Scope, column: str, some: tuple[str, ...]) -> None:
    left = {name: tuple(v for v in chosen if name != column or v not in some) for name, chosen in scope.where}
    asked_address.change(mine, where=_where(left))


def clear(mine: Mine) -> None:
    asked_address.change(mine, where=())


def _chosen(mine: Mine, column: str, key: str) -> None:
    where = dict(st.session_state["asked"].where) | {column: tuple(st.session_state[key])}
    asked_address.change(mine, where=_where(where))


def _where(chosen: dict[str, tuple[str, ...]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Filters without the empty ones: a filter without a value would keep no row at all."""
    return tuple(sorted((column, tuple(sorted(values))) for column, values in chosen.items() if values))


def nothing_left(scope: Scope, mine: Mine) -> None:
    """Instead of a page without numbers: what leaves nothing, and a button for every way out, with what it would bring back."""
    low, high = (asked_dates.one(day) for day in asked_dates.reach(mine, scope.zone))
    dates = asked_dates.said(scope.start, scope.end)
    if not scope.where:
        recorded.say(f"**Nothing happened in these dates: {dates}.**")
        st.caption(f"The data run from {low} to {high}.")
        st.button("Show all dates", key="all_dates", on_click=asked_address.change, args=(mine,), kwargs=_EVERYTHING)
        return
    recorded.say(f"**No ticket of {dates} is left by {'this filter' if len(scope.where) == 1 else 'these filters together'}.**")
    ways = [
        (column, chosen, _created(scope.but(where=tuple(w for w in scope.where if w[0] != column)), mine)) for column, chosen in scope.where
    ]
    helps = [way for way in ways if way[2]]
    if not helps:
        st.caption("Removing any single one of them would bring nothing back: remove all, or choose other dates.")
    with st.container(horizontal=True, gap="small", key="ways_out"):
        for number, (column, chosen, tickets) in enumerate(helps):
            many = f"{units.say(tickets, 'count')} ticket{'' if tickets == 1 else 's'}"
            st.button(
                f"Remove {said(column, chosen)} ({many})",
                icon=":material/filter_alt_off:",
                key=f"way_{number}",
                on_click=remove,
                args=(mine, scope, column, chosen),
            )
        if not helps:
            st.button("Clear filters", icon=":material/filter_alt_off:", key="clear_all", on_click=clear, args=(mine,))
            st.button("Show all dates", key="all_dates", on_click=asked_address.change, args=(mine,), kwargs=_EVERYTHING)


_EVERYTHING = {"start": None, "end": None, "compare": None}


def _created(scope: Scope, mine: Mine) -> float:
    plainly = scope.but(by="all", split=(), compare=None)
    (row,) = measured(mine, ["tickets_created"], plainly, intervals=False).records()
    return row["value"] or 0
