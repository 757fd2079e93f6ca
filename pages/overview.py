"""How support is doing: the headline of every family of KPIs."""

import streamlit as st

import kpi
from kpi.measure.rules import by_the_exports_rule, differences
from pages.parts import asked, start, tiles, understood
from pages.parts.measured import measured
from pages.parts.words import plain

BOARD = {
    "Satisfaction": ["csat", "nps", "ces", "first_contact_resolution", "survey_response_rate"],
    "Speed": ["first_reply_time", "full_resolution_time", "sla_attainment", "backlog", "resolved_within", "first_reply_within"],
    "Quality": ["reopen_rate", "one_touch", "replies_per_resolution", "quality_score", "reassignment_rate", "resolution_rate"],
    "Volume and effort": ["tickets_created", "tickets_solved", "handle_time", "cost_per_ticket", "net_flow", "tickets_per_agent"],
    "Phone and chat": ["service_level", "speed_of_answer", "abandonment_rate", "occupancy"],
}
"""Headlines by what they are about, the best first: a section shows the first four that the data can tell."""

mine, scope = st.session_state["mine"], st.session_state["asked"]
st.title("How support is doing", anchor=False)
if mine is None or scope is None:
    start.ways_in()
    st.stop()

can = [name for name, metric in kpi.metrics().items() if not metric.missing(mine.dataset.filled)]
board = {heading: [name for name in names if name in can][:4] for heading, names in BOARD.items()}
shown = [name for names in board.values() for name in names]
now = measured(mine, shown, scope)
line = measured(mine, shown, asked.past(scope, mine), intervals=False)
st.caption(asked.sentence(scope, mine))
understood.questions(mine)

for heading, names in board.items():
    if names:
        st.subheader(heading, anchor=False)
        tiles.wall(names, now, line)

theirs = measured(mine, shown, by_the_exports_rule(scope), intervals=False)
if moved := differences(shown, now, theirs, mine.dataset):
    with st.expander("Why your help desk may show other numbers", icon=":material/compare_arrows:"):
        st.markdown("\n".join(f"- {plain(sentence)}" for sentence in moved))
lacking = [metric for name, metric in kpi.metrics().items() if name not in can]
if lacking:
    with st.expander(f"What these data cannot tell: {len(lacking)} metrics", icon=":material/visibility_off:"):
        st.markdown(understood.lacks(lacking, mine))
with st.expander(f"What was understood of the files: {understood.trouble(mine)}", icon=":material/fact_check:"):
    st.markdown(understood.line(mine))
    understood.report(mine, "overview")
