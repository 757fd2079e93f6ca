"""How this is made: everything behind one number."""

import streamlit as st

import kpi
from pages.parts import links, start
from pages.parts.measured import measured

mine, scope = st.session_state["mine"], st.session_state["asked"]
st.title("How this is made", anchor=False)
if mine is None or scope is None:
    start.ways_in()
    st.stop()
metrics = kpi.metrics()
name = links.own("metric")
if name in metrics:
    st.markdown(measured(mine, [name], scope).text)
