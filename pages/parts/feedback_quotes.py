"""Quotes: what was written, masked, with its score, its date and the way to its ticket."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from kpi import feedback, units
from kpi.feedback import HIGH, LOW, Flags, Heard, Theme
from pages.parts import asked_dates, drawn, links, recorded
from pages.parts.words import plain

AT_FIRST, MORE = 4, 8
LONGEST = 320
MOST_LISTED = 500
MASKED = "E-mail addresses, links, and phone, card and other long numbers are covered. Names are not found."


def cards(found: Heard, rows: pd.DataFrame, key: str) -> None:
    """Some comments as quotes, the first few of `rows`; the rest on wish."""
    if not len(rows):
        return
    state = st.session_state
    shown = state.get(f"{key}_shown", AT_FIRST)
    with st.grid(2, min_column_width=340, gap="small", key=f"{key}_quotes"):
        for place, row in enumerate(rows.head(shown).to_dict("records")):
            with st.container(border=True, gap="xsmall", key=f"{key}_quote_{place}"):
                said = found.texts[row["which"]]
                recorded.say(f"“{plain(said if len(said) <= LONGEST else said[: LONGEST - 1] + '…')}”")
                with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                    recorded.quiet(plain(" · ".join(_about(row))), width="content")
                    if row["ticket_id"]:
                        links.to(
                            "tickets.py",
                            label=f"Ticket {plain(_short(row['ticket_id']))}",
                            icon=":material/open_in_new:",
                            query_params=links.query(ticket=row["ticket_id"]),
                        )
    if len(rows) > shown:
        more = min(MORE, len(rows) - shown)
        st.button(f"Show {more} more of {units.say(len(rows), 'count')}", type="tertiary", key=f"{key}_more", on_click=_more, args=(key,))


def _more(key: str) -> None:
    st.session_state[f"{key}_shown"] = st.session_state.get(f"{key}_shown", AT_FIRST) + MORE


def mixed(rows: pd.DataFrame) -> pd.DataFrame:
    """Different texts first, newest first: ten times the same words say no more than once."""
    again = rows["which"].duplicated()
    return pd.concat([rows[~again], rows[again]])


def _about(row: Mapping[Hashable, Any]) -> list[str]:
    at = row["at"]
    score = str(row["score"])
    return [
        *([f"{score} {'(low)' if row['side'] == LOW else '(high)' if row['side'] == HIGH else ''}".strip()] if score else []),
        *([asked_dates.one(at.date())] if isinstance(at, pd.Timestamp) else []),
        feedback.label(str(row["language"])),
    ]


def _short(text: str) -> str:
    return text if len(text) <= 24 else f"{text[:23]}…"


def table(found: Heard, all_themes: tuple[Theme, ...], flags: Flags) -> None:
    """The newest comments as rows, each with its themes; a ticket's number opens it. The file has all of them."""
    labels = [theme.label for theme in all_themes]
    rows = found.frame
    listed = _rows(found, rows.head(MOST_LISTED), labels, flags)
    st.session_state["feedback_tickets"] = rows["ticket_id"].head(MOST_LISTED).tolist()
    recorded.table(
        listed,
        key="feedback_table",
        alt=f"{found.noun.capitalize()}, newest first",
        height=560,
        column_config={
            "Ticket": st.column_config.ButtonColumn(
                "Ticket", type="tertiary", alignment="left", key="feedback_click", on_click=_open, width="small"
            ),
            "When": st.column_config.DatetimeColumn(format="D MMM YYYY", width="small"),
            "Comment": st.column_config.TextColumn(width="large"),
        },
    )
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        shown = f"The newest {units.say(len(listed), 'count')} of {units.say(len(rows), 'count')}" if len(rows) > len(listed) else "All"
        recorded.quiet(f"{shown} {found.noun} · dates in {found.zone} · {MASKED}")
        if st.toggle("Make a file of all", key="feedback_file_wanted"):
            st.download_button(
                "Download as CSV",
                drawn.csv_of(_rows(found, rows, labels, flags)),
                "comments.csv",
                "text/csv",
                key="feedback_file",
                icon=":material/download:",
                on_click="ignore",
            )


def _rows(found: Heard, rows: pd.DataFrame, labels: list[str], flags: Flags) -> pd.DataFrame:
    which = rows["which"].tolist()
    return pd.DataFrame(
        {
            "Ticket": rows["ticket_id"].tolist(),
            "When": rows["at"].to_numpy(),
            "Score": rows["score"].tolist(),
            "Language": [feedback.label(one) for one in rows["language"]],
            "Themes": [", ".join(label for label, hit in zip(labels, flags[place], strict=True) if hit) for place in which],
            "Comment": [found.texts[place] for place in which],
        }
    )


def _open() -> None:
    """A ticket's number was clicked; by its row, for a label may be shortened."""
    row = st.session_state["feedback_click"].row
    ids = st.session_state.get("feedback_tickets", [])
    st.session_state["feedback_open"] = ids[row] if 0 <= row < len(ids) else ""


def opened() -> None:
    """Go to the ticket whose number was clicked in the run before."""
    ticket = st.session_state.pop("feedback_open", "")
    if ticket and links.may("tickets"):
        st.switch_page("tickets.py", query_params=links.query(ticket=ticket))
