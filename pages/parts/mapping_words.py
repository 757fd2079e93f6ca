"""Words of a closed vocabulary that nobody knows: what each means, asked one by one."""

from __future__ import annotations

from typing import Any

import streamlit as st

from kpi import units
from kpi.cells import fold
from kpi.sources import Checked, Preview, column_label
from kpi.tables import NOT_COUNTED, Column
from pages.parts.words import plain

UNKNOWN = ""
MOST = 20
STATUS = {
    "new": "new: nobody looked at it yet",
    "open": "open: an agent has to act",
    "pending": "pending: the requester has to act",
    "hold": "on hold: somebody else has to act",
    "solved": "solved: can be reopened",
    "closed": "closed for good",
    **{word: f"{word}: not counted" for word in NOT_COUNTED},
}
YES_NO = {"yes": "yes", "no": "no"}


def words_of(key: str, fills: str, column: Column, header: str, seen: Preview, checked: Checked) -> None:
    """Ask what each unknown word of a vocabulary means; what is answered is kept under `key` as word -> ours, for the mapping."""
    choices = _choices(column)
    if not header or not choices:
        return
    said: dict[str, Any] = st.session_state.setdefault(key, {})
    unknown = [text for text, _ in checked.unread.get((fills, column.name), [])]
    asked = list(dict.fromkeys([*(word for word in said if word in dict(seen.values(header, 1_000))), *unknown]))[:MOST]
    if not asked:
        return
    often = dict(seen.values(header, 1_000))
    with st.container(border=True, gap="small", key=f"{key}_asked"):
        st.markdown(f"**What do these words mean as {column_label(fills, column.name).lower()}?**")
        with st.grid(3, min_column_width=220, gap="small"):
            for word in asked:
                own = f"{key}_{fold(word)}"
                st.session_state.setdefault(own, _word(said.get(word)))
                st.selectbox(
                    f"{plain(word[:40])} ({units.say(often.get(word, 0), 'count')})",
                    [UNKNOWN, *choices],
                    format_func=lambda choice: choices.get(choice, "not known"),
                    key=own,
                    on_change=_answered,
                    args=(key, own, word, column.type == "flag"),
                )


def _choices(column: Column) -> dict[str, str]:
    if column.name == "status":
        return STATUS
    return YES_NO if column.type == "flag" else {word: word for word in column.words}


def _word(said: Any) -> str:
    if said is None:
        return UNKNOWN
    return ("yes" if said else "no") if isinstance(said, bool) else str(said)


def _answered(key: str, own: str, word: str, is_flag: bool) -> None:
    answer = st.session_state[own]
    said = {w: v for w, v in st.session_state.get(key, {}).items() if w != word}
    if answer:
        said[word] = answer == "yes" if is_flag else answer
    st.session_state[key] = said
