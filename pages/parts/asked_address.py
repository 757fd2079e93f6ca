"""The address as a Scope, and a Scope as the address. What the data cannot answer is left out, named, and takes nothing else with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from kpi import Scope
from kpi.errors import BadValue, KpiError
from kpi.measure.compile import check_columns
from kpi.metric import MEASURED
from kpi.scope import QUERY_NAMES
from pages.parts import asked_dates, asked_hours
from pages.parts.mine import Mine

Query = Mapping[str, Sequence[str]]
_MANY, LONGEST = ("split", "where", "param"), 40


def here() -> dict[str, list[str]]:
    """The scope's parameters as they stand in the address."""
    return {name: st.query_params.get_all(name) for name in QUERY_NAMES if name in st.query_params}


def current(mine: Mine) -> tuple[Scope, list[str]]:
    """The scope of the address where it says one (a link, or Back), else the one asked before, else the usual; and what was odd about it."""
    state = st.session_state
    if state.get("scope_of") != _of(mine):  # what was asked of other data is forgotten
        state.pop("scope", None)
    query = here() or state.get("scope") or {}
    scope, odd = understood(query, mine) if query else (usual(mine), [])
    if mine.shared and mine.shared.within(scope) != scope:
        scope = mine.shared.within(scope)
        odd = [*odd, "what this link does not leave to its reader"]
    write(scope, mine)
    return scope, odd


def _of(mine: Mine) -> str:
    """Whose scope it is: the data's, or the link's."""
    return mine.shared.link.id if mine.shared else mine.key


def usual(mine: Mine) -> Scope:
    """The scope of a visitor who asked for nothing."""
    return mine.shared.opening if mine.shared else asked_dates.first(mine, Scope(calendar=mine.calendar))


def write(scope: Scope, mine: Mine) -> None:
    """Put a scope into the address, whole and explicit, beside the parameters that are the page's own."""
    st.session_state["scope"], st.session_state["scope_of"] = scope.to_query(), _of(mine)
    now = {name: st.query_params.get_all(name) for name in st.query_params}
    own = {name: values for name, values in now.items() if name not in QUERY_NAMES}
    wanted = {**own, **{name: [value] for name, value in mine.address.items()}, **scope.to_query()}
    if now != wanted:
        st.query_params.from_dict(wanted)


def change(mine: Mine, **parts: object) -> None:
    """A control moved: the scope asked before, with some parts changed, goes into the address before the page runs."""
    known = st.session_state.get("scope") if st.session_state.get("scope_of") == _of(mine) else None
    scope = understood(known, mine)[0] if known else usual(mine)
    scope = scope.but(**parts)
    write(mine.shared.within(scope) if mine.shared else scope, mine)


def understood(query: Query, mine: Mine) -> tuple[Scope, list[str]]:
    """What of an address these data can be asked, and the parts they cannot, as a sentence names them."""
    columns = {name: kind for table in MEASURED for name, kind in mine.dataset.columns(table).items()}
    kept: dict[str, list[str]] = {}
    odd = []
    for name in QUERY_NAMES:
        values = list(query.get(name, ()))
        for value in values if name in _MANY else values[:1]:
            try:
                check_columns(Scope.from_query({name: [value]}), columns)
            except KpiError:
                odd.append(f"{name} “{value[:LONGEST]}{'…' if len(value) > LONGEST else ''}”")
            else:
                kept.setdefault(name, []).append(value)
    calendar = None
    if "calendar" in kept:
        calendar = asked_hours.calendar(kept["calendar"][0], mine)
        if calendar is None:
            odd.append("calendar, which is not kept with these data")
    try:
        scope = Scope.from_query(kept, calendar=calendar)
    except KpiError:  # each part is possible, all together are not: the dates run backwards
        odd.append(f"from “{kept['from'][0]}” to “{kept['to'][0]}”, which runs backwards")
        scope = Scope.from_query({name: values for name, values in kept.items() if name not in ("from", "to")}, calendar=calendar)
    try:
        if scope.by != "all":
            scope.periods(mine.dataset.first, scope.as_of or mine.dataset.newest)
    except BadValue:
        odd.append(f"by “{scope.by}”, which makes too many periods of these dates")
        scope = scope.but(by="all")
    return scope, odd
