"""Changing a scorecard: which numbers, their weights and ends; kept with the data as `scorecard.toml`."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from kpi import Scope, scorecard
from kpi.catalogue import CATALOGUE
from kpi.errors import KpiError
from kpi.scorecard import ANCHORS, Line
from pages.parts import accent, scorecard_asked, texts
from pages.parts.mine import Mine
from pages.parts.words import plain

_WORDS = {words: code for code, words in ANCHORS.items()}


def draw(mine: Mine, scope: Scope, lines: tuple[Line, ...]) -> None:
    state = st.session_state
    with st.expander("Change weights and ends", icon=":material/tune:", key="scorecard_edit", on_change="rerun") as opened:
        if not opened.open:
            return
        if wrong := state.pop("scorecard_wrong", None):
            st.error(plain(wrong), icon=":material/error:")
        lacks = mine.dataset.lacking(scope.ask)
        can = [name for name, metric in CATALOGUE.items() if metric.better != "neither" and not lacks[name]]
        chosen = [line.name for line in lines]
        state["scorecard_names"] = chosen
        st.multiselect(
            "Numbers in it",
            [*chosen, *(name for name in can if name not in chosen)],
            format_func=lambda name: CATALOGUE[name].label,
            key="scorecard_names",
            on_change=_chosen,
            args=(mine, lines),
        )
        with st.form("scorecard_form", border=False):
            edited = st.data_editor(
                _table(lines),
                hide_index=True,
                key=f"scorecard_table_{state.get('scorecard_edits', 0)}",
                num_rows="fixed",
                disabled=["Number"],
                column_config={
                    "Weight": st.column_config.NumberColumn(min_value=0.0, max_value=1000.0, required=True),
                    "Ends from": st.column_config.SelectboxColumn(options=list(_WORDS), required=True),
                },
            )
            st.caption(
                "Only the proportions of weights matter. Ends of times: 20s, 15m, 4h, 7d. They are used as written where they are “set by hand”."
            )
            if st.form_submit_button("Keep", type=accent.button(), key="scorecard_keep"):
                _keep(mine, lines, edited)
        with st.container(horizontal=True, gap="small"):
            st.download_button(
                "scorecard.toml",
                scorecard.write(lines),
                "scorecard.toml",
                key="scorecard_file",
                icon=":material/download:",
                on_click="ignore",
            )
            st.button("Begin anew", key="scorecard_anew", icon=":material/restart_alt:", on_click=_anew, args=(mine,))


def _table(lines: tuple[Line, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Number": [line.metric.label for line in lines],
            "Weight": [line.weight for line in lines],
            "Ends from": [ANCHORS[line.anchors] for line in lines],
            "Scores 0 at": [scorecard_asked.typed(line, line.worst) for line in lines],
            "Scores 100 at": [scorecard_asked.typed(line, line.best) for line in lines],
        }
    )


def _keep(mine: Mine, lines: tuple[Line, ...], edited: pd.DataFrame) -> None:
    """What the form says becomes the card; an end that was typed anew is set by hand."""
    try:
        kept = [line_of(line, row) for line, row in zip(lines, edited.to_dict("records"), strict=True)]
    except KpiError as error:
        st.error(plain(error.hint or "Nothing was kept."), title=plain(error.what), icon=":material/error:")
        return
    _write(mine, kept)
    st.rerun()


def line_of(line: Line, row: dict[Any, Any]) -> Line:
    """A line as a row of the form says it. BadValue for what cannot be read or makes no sense."""
    texts = {name: str(row[title] or "") for name, title in (("worst", "Scores 0 at"), ("best", "Scores 100 at"))}
    retyped = any(text.strip() != scorecard_asked.typed(line, getattr(line, name)) for name, text in texts.items())
    anchors = "said" if retyped else _WORDS[row["Ends from"]]
    ends = {name: scorecard_asked.understood(line, text) for name, text in texts.items()} if retyped else {}
    return scorecard.checked(line.but(weight=float(row["Weight"]), anchors=anchors, **ends))


def _chosen(mine: Mine, lines: tuple[Line, ...]) -> None:
    names = st.session_state["scorecard_names"]
    known = {line.name: line for line in lines}
    _write(mine, [known.get(name, Line(name)) for name in names])
    st.session_state["scorecard_edit"] = True


def _write(mine: Mine, lines: list[Line]) -> None:
    texts.change(mine, scorecard_asked.TEXT, lambda _: scorecard.write(lines))
    st.session_state["scorecard_edits"] = st.session_state.get("scorecard_edits", 0) + 1


def _anew(mine: Mine) -> None:
    texts.change(mine, scorecard_asked.TEXT, lambda _: "")
    st.session_state["scorecard_edits"] = st.session_state.get("scorecard_edits", 0) + 1
