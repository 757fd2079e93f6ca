"""What happened, and did it matter? Dated notes, and what the numbers did before and after one."""

import streamlit as st

from kpi.errors import KpiError
from pages.parts import asked, event_asked, event_list, event_notes, event_told, links, start
from pages.parts.words import plain

mine, scope = st.session_state["mine"], st.session_state["asked"]
st.title("What happened, and did it matter?", anchor=False)
if mine is None or scope is None:
    start.ways_in()
    st.stop()

notes, kept = event_notes.notes(mine), event_notes.kept(mine)
if not kept:
    st.caption(asked.sentence(scope, mine))
    event_list.show(mine, kept, notes)
    st.stop()

question = event_asked.ask(kept, mine, scope)
st.caption(asked.sentence(question.scope, mine))
try:
    found = event_told.compared(mine, question, tuple(kept.values()))
except KpiError as error:
    st.markdown(f"**{plain(error.what)}** {plain(error.hint)}")
else:
    st.markdown(f"**{plain(found.finding)}** {plain(found.caveat)}")
    event_told.chart(mine, question, found)
    event_told.strip(found)
    event_told.others(mine, question)
    st.page_link("number.py", label="How this number is made", icon=":material/function:", query_params=links.query(metric=question.metric))
event_list.show(mine, kept, notes, chosen=question.name)
