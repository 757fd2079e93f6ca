"""What if? Inputs moved on one's own data, goals turned round, the backlog ahead, how it all hangs together, and who is needed when."""

import streamlit as st

from pages.parts import (
    asked,
    recorded,
    staffing_view,
    start,
    what_if_asked,
    what_if_backlog,
    what_if_goal,
    what_if_moved,
    what_if_scenarios,
    what_if_tree,
)
from pages.parts.words import plain

mine, scope = st.session_state["mine"], st.session_state["asked"]
recorded.title("What if?")
if mine is None or scope is None:
    start.ways_in()
    st.stop()

recorded.quiet(asked.sentence(scope, mine))
view = what_if_asked.view()
if view == "staffing":
    staffing_view.draw(mine, scope)
    st.stop()

ground = what_if_asked.ground(mine, scope)
moves, odd = what_if_asked.moves(ground)
for sentence in odd:
    st.info(plain(sentence), icon=":material/info:")
if view == "goal":
    what_if_goal.draw(mine, scope, ground, moves)
elif view == "backlog":
    what_if_backlog.draw(mine, scope, ground, moves)
elif view == "tree":
    what_if_tree.draw(mine, scope, ground)
else:
    what_if_moved.draw(mine, scope, ground, moves)
    what_if_scenarios.draw(mine, scope, ground, moves)
