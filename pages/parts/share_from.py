"""The way to the page Sharing: it takes along what is on the screen, its own parameters and which numbers it shows."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from pages.parts import links, recorded

FROM = "of"
"""The page one came from with what it was asked, in the address: "trends?metric=csat"."""
SAW = "share_saw"
MOST_NUMBERS = 40


def address_of(page: str) -> str:
    """The page on the screen as `FROM` says it."""
    own = {name: st.query_params.get_all(name) for name in st.query_params if name not in links.SHARED}
    return page + (f"?{urlencode(own, doseq=True)}" if own else "")


def button(page: str) -> None:
    """Share what I see, for who may. `page` is its name in the address."""
    if (
        page != "share"
        and links.may("share")
        and st.button(
            "Share",
            type="tertiary",
            icon=":material/share:",
            key="share_this",
            help="Make a link that shows this page and nothing else",
            on_click=_see,
            args=(page,),
        )
    ):
        st.switch_page("share.py", query_params=links.query(**{FROM: address_of(page)}))


def _see(page: str) -> None:
    """Before the page is drawn anew, its numbers are still on record."""
    names = list(dict.fromkeys(name for result, _ in recorded.now().results for name in result.metrics))
    st.session_state[SAW] = (address_of(page), names[:MOST_NUMBERS])


def saw() -> list[str]:
    """The numbers of the page one came from; none where another one is to be shared."""
    came, names = st.session_state.get(SAW, ("", []))
    return list(names) if came == links.own(FROM) else []
