"""A deed of a click that may be refused."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from kpi.errors import KpiError


def tried(said: str, deed: Callable[..., None], *given: str) -> bool:
    """Do it; what speaks against it waits in the visit's state under `said`, for the list to say."""
    try:
        deed(*given)
    except KpiError as error:
        st.session_state[said] = error
        return False
    return True
