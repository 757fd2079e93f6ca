"""A number the visitor types, kept in the address: a reload, a second tab and a link show the same."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from pages.parts import links, recorded
from pages.parts.words import plain


def asked(name: str, usual: float | None, low: float, high: float) -> float | None:
    """The number of the address, or the usual one where it has none. One that cannot be is named and left out."""
    text = links.own(name)
    if not text:
        return usual
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:  # nan too
        recorded.quiet(
            f"{plain(name.replace('_', ' ').capitalize())} cannot be “{plain(text[:30])}”: it lies from {low:g} to {high:g}, and was left out."
        )
        return usual
    return value


def typed(label: str, name: str, usual: float | None, low: float, high: float, step: float, **looks: Any) -> float | None:
    """A field for it; `usual` None means that it may stay empty. A step of whole numbers gives whole numbers."""
    key = f"own_{name}"
    whole = isinstance(step, int)
    cast = int if whole else float
    value = asked(name, usual, low, high)
    st.session_state[key] = None if value is None else cast(value)

    def put() -> None:
        given = st.session_state[key]
        links.put(**{name: "" if given is None or given == usual else f"{given:.10g}"})

    found = st.number_input(
        label,
        cast(low),
        cast(high),
        value=None if usual is None else "min",
        step=step,
        key=key,
        on_change=put,
        format=None if whole else "%.10g",
        **looks,
    )
    return None if found is None else float(found)


def chosen(name: str, options: list[Any], usual: Any) -> Any:
    """One of a few, by its text in the address; what is none of them is the usual one."""
    asked_for = links.one_of(name, [str(one) for one in options])
    return next((one for one in options if str(one) == asked_for), usual)
