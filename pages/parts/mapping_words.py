"""Vocabularies: what each word of the file means in ours. Known words are filled in, unknown ones are asked; each can be changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from kpi import units
from kpi.cells import fold
from kpi.sources import Checked, column_label
from kpi.tables import NOT_COUNTED, Column
from pages.parts.mapping_said import NO_ANSWER, SCALES, Chosen, is_score, key_of, words_under
from pages.parts.words import plain

UNKNOWN = ""
MOST = 24
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


def words_of(chosen: Chosen, fills: str, column: Column, header: str, checked: Checked) -> None:
    """Ask what each word of a vocabulary means; what is answered is kept as word -> ours, for the mapping."""
    key = key_of(chosen, fills, column.name, "words")
    choices = _choices(chosen, fills, column, header)
    if not header or not choices:
        return
    said: dict[str, Any] = st.session_state.get(key, {})
    table, name = ("surveys", "score") if is_score(fills, column.name) else (fills, column.name)
    read = {} if is_score(fills, column.name) else checked.words.get((table, name), {})
    often = dict(chosen.seen.values(header, 1_000))
    unknown = [text for text, _ in checked.unread.get((table, name), []) if text not in said]
    known = [word for word in often if word in said or word in read]
    asked = list(dict.fromkeys([*unknown, *known]))[:MOST]
    if not asked or (column.type == "flag" and not unknown and not said):
        return
    with st.container(border=True, gap="small", key=f"{key}_asked"):
        st.markdown(f"**What do the words of “{plain(header)}” mean as {column_label(fills, column.name).lower()}?**")
        if unknown:
            many = sum(often.get(word, 0) for word in unknown)
            st.caption(f"Nobody told us {len(unknown)} of them ({units.say(many, 'count')} rows); until then they count as unknown.")
        with st.grid(3, min_column_width=220, gap="small"):
            for word in asked:
                own = f"{key}_{fold(word)}"
                now = _word(said.get(word, _ours(read.get(word), column)))
                if now not in choices:
                    now = UNKNOWN
                if st.session_state.get(own) not in choices or word in said or word in read:
                    st.session_state[own] = now
                st.selectbox(
                    f"{plain(word[:40])} ({units.say(often.get(word, 0), 'count')})",
                    list(choices) if word in read and word not in said else [UNKNOWN, *choices],
                    format_func=lambda choice: choices.get(choice, "not known"),
                    key=own,
                    on_change=_answered,
                    args=(key, own, word, column, dict(read) if chosen.seen.source else {}),
                )


def _choices(chosen: Chosen, fills: str, column: Column, header: str) -> dict[str, str]:
    if is_score(fills, column.name):
        if not header or not words_under(chosen.seen, header):
            return {}
        low, high = SCALES[st.session_state.get(key_of(chosen, fills, column.name, "scale"), "1 to 5")]
        ends = {low: ", the worst", high: ", the best"}
        return {**{str(n): f"{n}{ends.get(n, '')}" for n in range(high, low - 1, -1)}, NO_ANSWER: "no answer"}
    if column.name == "status":
        return STATUS
    return YES_NO if column.type == "flag" else {word: word for word in column.words}


def _ours(read: str | None, column: Column) -> Any:
    """What a word was read as, as a mapping says it."""
    return read == "true" if read is not None and column.type == "flag" else read


def _word(said: Any) -> str:
    if said is None:
        return UNKNOWN
    return ("yes" if said else "no") if isinstance(said, bool) else str(said)


def _answered(key: str, own: str, word: str, column: Column, read: Mapping[str, str]) -> None:
    """Keep an answer. Of a recognised file the known words go along, since the new reader takes the place of the source's."""
    answer = st.session_state[own]
    before = {w: v for w, v in st.session_state.get(key, {}).items() if w != word}
    said = {**{w: _ours(v, column) for w, v in read.items() if w != word}, **before}
    if answer:
        is_number = answer != NO_ANSWER and column.type == "number"
        said[word] = answer == "yes" if column.type == "flag" else int(answer) if is_number else answer
    st.session_state[key] = said
