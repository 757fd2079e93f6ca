"""Results, measured once and shared by everybody who asks the same of the same data."""

from __future__ import annotations

from typing import Any

import streamlit as st

import kpi
from kpi import Result, Scope
from pages.parts import recorded
from pages.parts.mine import Mine


def measured(mine: Mine, names: list[str], scope: Scope, *, intervals: bool = True, is_shown: bool = True) -> Result:
    """`kpi.measure`, remembered by the data's fingerprint, the names and the scope. Results are shared: never change one.

    What is shown is recorded, so that the page's files carry it. Inside a function that is remembered itself nothing may be recorded
    (`is_shown=False`): it runs for the first visitor only.
    """
    asked = tuple((name, tuple(values)) for name, values in sorted(scope.to_query().items()))
    result: Result = _measured(mine.dataset.fingerprint, tuple(names), asked, intervals, _scope=scope, _data=mine.dataset)
    if is_shown:
        recorded.measured(result, intervals=intervals)
    return result


@st.cache_resource(max_entries=500, show_spinner=False)
def _measured(fingerprint: str, names: tuple[str, ...], asked: Any, intervals: bool, _scope: Scope, _data: kpi.Dataset) -> Result:
    return kpi.measure(list(names), _scope, _data, intervals=intervals)
