"""What happened, and did it matter? Dated notes, and what the numbers did before and after one."""

import streamlit as st

from kpi.errors import KpiError
from pages.parts import asked, event_asked, event_list, event_notes, event_told, links, recorded, start
from pages.parts.words import plain

mine, scope = st.session_state["mine"], st.session_state["asked"]
recorded.title("What happened, and did it matter?")
if mine is None or scope is None:
    start.ways_in()
    st.stop()

notes, kept = event_notes.notes(mine), event_notes.kept(mine)
if not kept:
    recorded.quiet(asked.sentence(scope, mine))
    event_list.show(mine, kept, notes)
    st.stop()

question = event_asked.ask(kept, mine, scope)
recorded.quiet(asked.sentence(question.scope, mine))
try:
    found = event_told.compared(mine, question, tuple(kept.values()))
except KpiError as error:
    recorded.say(f"**{plain(error.what)}** {plain(error.hint)}")
else:
    recorded.say(f"**{plain(found.finding)}** {plain(found.caveat)}")
    event_told.chart(mine, question, found)
    event_told.strip(found)
    event_told.others(mine, question)
    links.to("number.py", label="How this number is made", icon=":material/function:", query_params=links.query(metric=question.metric))
event_list.show(mine, kept, notes, chosen=question.name)
