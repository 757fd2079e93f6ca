"""The one button of a page that matters most."""

from __future__ import annotations

from typing import Literal

import streamlit as st


def button() -> Literal["primary", "secondary"]:
    """Its `type`: filled in the light theme, outlined in the dark one.

    Streamlit writes white on the accent whatever the theme, and the pale accent of the dark one leaves that 2 : 1, which nobody
    can read. A darker accent would be as hard to read where it is text.
    """
    return "secondary" if st.context.theme.type == "dark" else "primary"
