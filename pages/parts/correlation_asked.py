"""What is asked on the Correlations page: the unit, the pair, and the dates a link needs; and the matrices, remembered."""

from __future__ import annotations

from typing import Any

import streamlit as st

import kpi
from kpi import Scope, correlations
from kpi.correlations import UNITS, Matrix, correlate, driver_first
from kpi.correlations.look import Look, look
from kpi.correlations.model import Pair
from kpi.correlations.turned import Turned, turned
from pages.parts import left_out, links, slow
from pages.parts.mine import Mine

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
    asked = links.own("pair")
    names = tuple(asked.split("~"))
    metrics = kpi.metrics()
    if len(names) != 2 or names[0] == names[1] or any(name not in metrics for name in names):
        if asked:
            left_out.part("pair", asked)
        return None
    found = matrix.pair(*names)
    if found is not None:
        return found
    first, second = driver_first(*names)
    missing = next((name for name in (first, second) if name not in matrix.metrics), first)
    return Pair(first, second, matrix.unit, lacks=f"{metrics[missing].label} is not known {WHERE[matrix.unit]}")


WHERE = {"tickets": "of single tickets here: try weeks", "periods": "in enough weeks here", "agents": "of enough agents here: try weeks"}


def address(pair: Pair) -> str:
    return f"{pair.first}~{pair.second}"


def matrix_of(mine: Mine, scope: Scope, unit_asked: str) -> Matrix:
    """`kpi.correlations.correlate`, remembered by data, unit and scope. Shared: never change one."""
    key = ("matrix", mine.dataset.fingerprint, unit_asked, _key(scope))
    return slow.step(key, f"Comparing all numbers of {unit_asked} with each other", lambda: correlate(unit_asked, scope, mine.dataset))


def look_at(mine: Mine, scope: Scope, pair: Pair) -> Look:
    key = ("look", mine.dataset.fingerprint, pair.unit, address(pair), _key(scope))
    return slow.step(key, "Looking at the two closely", lambda: look(pair, scope, mine.dataset), keep=200)


def turned_round(mine: Mine, scope: Scope, metric: str) -> tuple[Turned, ...]:
    key = ("turned", mine.dataset.fingerprint, metric, _key(scope))
    return slow.step(key, "Looking for comparisons that turn round", lambda: turned(metric, scope, mine.dataset))


def _key(scope: Scope) -> Any:
    return tuple((name, tuple(values)) for name, values in sorted(scope.to_query().items()))
