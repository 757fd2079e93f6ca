"""Who needs help, and who cannot be told apart? Agents and teams beside each other, with the same tickets and with what chance makes."""

import streamlit as st

from pages.parts import agent_apart, agent_asked, agent_coaching, agent_funnel, agent_mix, agent_reviews, asked, links, recorded, start

VIEWS = {
    "apart": ("Who stands out", agent_apart),
    "funnel": ("Funnel", agent_funnel),
    "mix": ("With the same tickets", agent_mix),
    "coaching": ("Coaching", agent_coaching),
    "reviews": ("Quality reviews", agent_reviews),
}


def _viewed() -> None:
    """Another view. A team that was looked at alone is nobody among the agents whose work was reviewed."""
    own = {"agent": ""} if links.own("by_whom") == "team" else {}
    links.put(view=st.session_state["agent_view"] or "apart", **own)


mine, scope = st.session_state["mine"], st.session_state["asked"]
recorded.title("Who needs help, and who cannot be told apart?")
if mine is None or scope is None:
    start.ways_in()
    st.stop()

recorded.quiet(asked.sentence(scope.but(compare=None), mine))
view = links.one_of("view", VIEWS, "apart")
st.session_state["agent_view"] = view
st.segmented_control(
    "View",
    list(VIEWS),
    format_func=lambda code: VIEWS[code][0],
    key="agent_view",
    on_change=_viewed,
    label_visibility="collapsed",
    required=True,
)
if view == "reviews":
    agent_reviews.draw(mine, scope)
elif asked_for := agent_asked.choose(mine, scope, numbers=view != "coaching"):
    VIEWS[view][1].draw(mine, scope, *asked_for)
