"""The tickets, one row each, with everything computed about them."""

import streamlit as st

from pages.parts import start

mine, scope = st.session_state["mine"], st.session_state["asked"]
st.title("Which tickets are they?", anchor=False)
if mine is None or scope is None:
    start.ways_in()
    st.stop()
