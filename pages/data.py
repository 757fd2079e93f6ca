"""Data & quality: what was understood of the files, what is odd about them, and how to be rid of them."""

import streamlit as st

from kpi import units
from kpi.hours import known_zones
from pages.parts import start, understood
from pages.parts.mine import discard, reread
from pages.parts.words import plain


def _zone_said(key: str) -> None:
    reread(key, zone=st.session_state["source_zone"])


mine = st.session_state["mine"]
st.title("Can the data be trusted?", anchor=False)
if mine is None:
    start.ways_in()
    st.stop()

st.markdown(f"**{understood.line(mine)}**")
st.caption(f"{understood.trouble(mine)}.".capitalize())
understood.questions(mine)
understood.report(mine, "data")

st.subheader("What is odd about the tickets")
findings = mine.dataset.findings(calendar=mine.calendar)
if findings.empty:
    st.markdown("Nothing was found.")
for finding in findings.to_dict("records"):
    st.markdown(f":orange[:material/flag:] {units.say(finding['tickets'], 'count')} tickets {plain(finding['sentence'])}.")

if not mine.is_sample:
    st.subheader("How the files are read")
    st.session_state["source_zone"] = mine.options.zone or "UTC"
    st.selectbox(
        "Times that state no zone are in", sorted(known_zones()), key="source_zone", on_change=_zone_said, args=(mine.key,), width=320
    )

st.subheader("These data")
st.caption(f"Fingerprint {mine.dataset.fingerprint}: equal rows give an equal one, whatever the file format.")
if not mine.is_sample:
    st.button("Delete these files from this machine", icon=":material/delete:", on_click=discard, args=(mine.key,), key="discard")
