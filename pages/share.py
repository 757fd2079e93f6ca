"""Sharing: a link that shows exactly this, the links there are, and what was done with these data."""

import streamlit as st

from kpi.errors import KpiError
from pages.parts import accent, recorded, share_asked, share_list, share_made, start
from pages.parts.words import plain

mine, scope = st.session_state["mine"], st.session_state["asked"]
recorded.title("Who may see what?")
if mine is None or scope is None:
    start.ways_in()
    st.stop()
if not mine.is_own:  # no link shows this page; should one ever do, it must not show the others
    st.stop()

with st.container(width=760, key="share_new"):
    recorded.heading("Share what I see")
    wish = share_asked.ask(mine, scope)
    share_asked.summary(wish, mine, scope)
    if named := share_made.names_told(wish.told, mine):
        st.warning(f"The title or the note says {plain(named)}, which the link itself leaves out.", icon=":material/warning:")
    if st.button("Make the link", type=accent.button(), icon=":material/add_link:", key="share_make"):
        try:
            with st.spinner("Making the link …"):
                st.session_state[share_made.MADE] = share_made.make(mine, wish)
        except KpiError as error:
            st.session_state.pop(share_made.MADE, None)
            st.error(plain(error.hint), title=plain(error.what), icon=":material/error:")
    made = st.session_state.get(share_made.MADE)
    if made is not None and made.key == mine.key:
        with st.container(border=True, key="share_once"):
            st.markdown(f"**{plain(made.title)}: copy the address now. It is shown this once.**")
            st.code(made.address, language=None, wrap_lines=True)
            st.caption(
                "Nobody can read it again, not even here: only its hash is kept. If it gets lost or into wrong hands, revoke it below."
            )

share_list.show(mine)
share_list.log(mine)
