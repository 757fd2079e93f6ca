"""Data & quality: what was understood of the files, what is odd about them, and how to be rid of them."""

import streamlit as st

from kpi import units
from pages.parts import start, understood
from pages.parts.mine import discard
from pages.parts.words import plain

mine = st.session_state["mine"]
st.title("Can the data be trusted?", anchor=False)
if mine is None:
    start.ways_in()
    st.stop()

st.markdown(f"**{understood.line(mine)}**")
st.caption(f"{understood.trouble(mine)}.".capitalize())
understood.report(mine)

st.subheader("What is odd about the tickets")
findings = mine.dataset.findings(calendar=mine.calendar)
if findings.empty:
    st.markdown("Nothing was found.")
for finding in findings.to_dict("records"):
    st.markdown(f":orange[:material/flag:] {units.say(finding['tickets'], 'count')} tickets {plain(finding['sentence'])}.")

st.subheader("These data")
st.caption(f"Fingerprint {mine.dataset.fingerprint}: equal rows give an equal one, whatever the file format.")
if not mine.is_sample:
    st.button("Delete these files from this machine", icon=":material/delete:", on_click=discard, args=(mine.key,), key="discard")
