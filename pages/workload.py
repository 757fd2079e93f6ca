"""When the work comes in, how much of it waits, and which tickets have waited longest."""

import streamlit as st

from pages.parts import asked, links, recorded, start, workload_backlog, workload_map
from pages.parts.words import plain

mine, scope = st.session_state["mine"], st.session_state["asked"]
recorded.title("When does the work come in?")
if mine is None or scope is None:
    start.ways_in()
    st.stop()

recorded.quiet(asked.sentence(scope, mine))
if "tickets.created_at" not in mine.dataset.filled:
    recorded.say("**These data cannot tell:** needs created time.")
    st.stop()
with st.skeleton(height=420):
    week = workload_map.found(mine, scope)
if not week.n:
    asked.nothing_left(scope, mine)
    st.stop()
recorded.say(f"**{plain(week.text)}** {plain(week.caveat)}")
workload_map.draw(mine, scope, week)
workload_backlog.draw(mine, scope)
links.to("number.py", label="How the backlog is counted", icon=":material/function:", query_params=links.query(metric="backlog"))
