"""Is it getting better? What has moved among all numbers; and one number over time, its usual range, its parts, its spread, its cohorts."""

import streamlit as st

from pages.parts import asked, cohorts_view, recorded, spread_view, start, trend_asked, trend_board, trend_one, trend_split

mine, scope = st.session_state["mine"], st.session_state["asked"]
recorded.title("Is it getting better?")
if mine is None or scope is None:
    start.ways_in()
    st.stop()
recorded.quiet(asked.sentence(scope, mine))

name, view, column = trend_asked.controls(mine, scope)
if not name:
    trend_board.draw(mine, scope)
elif view == "spread":
    spread_view.draw(mine, scope, name)
elif view == "cohorts":
    cohorts_view.draw(mine, scope, name)
elif column:
    trend_split.draw(mine, scope, name, column)
else:
    trend_one.draw(mine, scope, name)
