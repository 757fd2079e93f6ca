"""How do we compare: with published figures, with our own past, team against team, and as one total."""

import streamlit as st

from pages.parts import asked, benchmark_asked, benchmark_others, benchmark_self, benchmark_teams, links, recorded, scorecard_view, start

VIEWS = {
    "others": ("Against others", benchmark_others),
    "ourselves": ("Against ourselves", benchmark_self),
    "teams": ("Teams", benchmark_teams),
    "scorecard": ("Scorecard", scorecard_view),
}

mine, scope = st.session_state["mine"], st.session_state["asked"]
recorded.title("How do we compare?")
if mine is None or scope is None:
    start.ways_in()
    st.stop()

view = links.one_of("view", VIEWS, "others")
links.put(view=view, industry=benchmark_asked.industry())
recorded.quiet(asked.sentence(scope, mine))
st.session_state["benchmark_view"] = view
st.segmented_control(
    "Compare",
    list(VIEWS),
    format_func=lambda code: VIEWS[code][0],
    key="benchmark_view",
    on_change=lambda: links.put(view=st.session_state["benchmark_view"] or "others"),
    label_visibility="collapsed",
    required=True,
)
VIEWS[view][1].draw(mine, scope)
