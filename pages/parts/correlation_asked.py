"""What is asked on the Correlations page: the unit, the pair, and the dates a link needs; and the matrices, remembered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

import kpi
from kpi import Scope, correlations
from kpi.correlations import UNITS, Matrix, correlate, driver_first
from kpi.correlations.facts import on_tickets
from kpi.correlations.look import Look, Ready, look, read_ready
from kpi.correlations.model import Pair
from kpi.correlations.turned import Turned, turned
from pages.parts import left_out, links, slow
from pages.parts.mine import Mine

LOOKING = "Looking at the two closely"
ASKS = {
    "tickets": "Do tickets with more of one have more of the other?",
    "periods": "Do weeks with more of one have more of the other?",
    "agents": "Do agents with more of one have more of the other?",
}


def widened(scope: Scope, mine: Mine, unit: str) -> Scope:
    """The scope with the dates its unit needs: see `kpi.correlations.widened`."""
    return correlations.widened(scope, mine.dataset, unit)


def unit() -> str:
    """Draw the choice of the unit; the address says which."""
    st.session_state["correlation_unit"] = links.one_of("unit", UNITS, next(iter(UNITS)))
    chosen = st.segmented_control(
        "Compare",
        list(UNITS),
        format_func=UNITS.__getitem__,
        key="correlation_unit",
        on_change=_unit_chosen,
        required=True,
        label_visibility="collapsed",
    )
    return str(chosen)


def _unit_chosen() -> None:
    links.put(unit=st.session_state["correlation_unit"])


def pair_of(matrix: Matrix) -> Pair | None:
    """The pair of the address, as the matrix has it; one of known metrics without a value at this unit says why."""
    names = asked_pair()
    if names is None:
        return None
    metrics = kpi.metrics()
    found = matrix.pair(*names)
    if found is not None:
        return found
    first, second = driver_first(*names)
    missing = next((name for name in (first, second) if name not in matrix.metrics), first)
    return Pair(first, second, matrix.unit, lacks=f"{metrics[missing].label} is not known {WHERE[matrix.unit]}")


def asked_pair() -> tuple[str, str] | None:
    """The two metrics of the address; another pair is none, and is said to be left out."""
    asked = links.own("pair")
    first, _, second = asked.partition("~")
    if first != second and {first, second} <= set(kpi.metrics()):
        return first, second
    if asked:
        left_out.part("pair", asked)
    return None


WHERE = {"tickets": "of single tickets here: try weeks", "periods": "in enough weeks here", "agents": "of enough agents here: try weeks"}


def address(pair: Pair) -> str:
    return f"{pair.first}~{pair.second}"


def matrix_of(mine: Mine, scope: Scope, unit_asked: str) -> Matrix:
    """`kpi.correlations.correlate`, remembered by data, unit and scope. Shared: never change one."""
    key = ("matrix", mine.dataset.fingerprint, unit_asked, _key(scope))
    return slow.step(key, f"Comparing all numbers of {unit_asked} with each other", lambda: correlate(unit_asked, scope, mine.dataset))


def read_ahead(mine: Mine, scope: Scope, unit_asked: str) -> None:
    """Begin to read what the pair of the address needs, while the matrix is made."""
    names = asked_pair()
    if unit_asked != "tickets" or names is None or not set(names) <= set(on_tickets(mine.dataset, scope)):
        return
    first, second = driver_first(*names)
    if not slow.is_done(_look(mine, scope, unit_asked, f"{first}~{second}")):
        slow.ahead(*_ready(mine, scope, first, second))


def look_at(mine: Mine, scope: Scope, pair: Pair) -> Look:
    data, ready = mine.dataset, None
    key = _look(mine, scope, pair.unit, address(pair))
    if pair.unit == "tickets" and pair.is_scored and not slow.is_done(key):
        ready = slow.step(*_ready(mine, scope, pair.first, pair.second))
    return slow.step(key, LOOKING, lambda: look(pair, scope, data, ready), keep=200)


def _look(mine: Mine, scope: Scope, unit_asked: str, pair: str) -> Any:
    return "look", mine.dataset.fingerprint, unit_asked, pair, _key(scope)


def _ready(mine: Mine, scope: Scope, first: str, second: str) -> tuple[Any, str, Callable[[], Ready], int]:
    """The step that reads the tickets of a pair; few are kept, as they are large."""
    data = mine.dataset
    return ("ready", data.fingerprint, first, second, _key(scope)), LOOKING, lambda: read_ready(first, second, scope, data), 3


def turned_round(mine: Mine, scope: Scope, metric: str) -> tuple[Turned, ...]:
    key = ("turned", mine.dataset.fingerprint, metric, _key(scope))
    return slow.step(key, "Looking for comparisons that turn round", lambda: turned(metric, scope, mine.dataset))


def _key(scope: Scope) -> Any:
    return tuple((name, tuple(values)) for name, values in sorted(scope.to_query().items()))
