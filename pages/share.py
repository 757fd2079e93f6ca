"""Sharing: a link that shows exactly this, the links there are, who may come in, and what was done with these data."""

import streamlit as st

from pages.parts import people_list, recorded, share_asked, share_list, share_made, start, workspace_list

mine, scope = st.session_state["mine"], st.session_state["asked"]
recorded.title("Who may see what?")
if mine is None or scope is None:
    start.ways_in()
    people_list.show()
    workspace_list.show(None)
    st.stop()
if not mine.is_own:  # no link shows this page; should one ever do, it must not show the others
    st.stop()

with st.container(width=760, key="share_new"):
    recorded.heading("Share what I see")
    wish = share_asked.ask(mine, scope)
    share_asked.summary(wish, mine, scope)
    if sent := share_asked.sent(wish):
        share_made.kept(mine, sent)
    share_made.once(mine)

share_list.show(mine)
people_list.show()
workspace_list.show(mine)
share_list.log(mine)
