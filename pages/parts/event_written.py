"""Writing a note down: the dialog that adds, changes or deletes one."""

from __future__ import annotations

import datetime as dt

import streamlit as st

import kpi
from kpi import events
from kpi.errors import KpiError
from kpi.events import KINDS, Event
from kpi.events.event import LONGEST_NOTE, LONGEST_TITLE
from pages.parts import accent, asked_dates, asked_filters, asked_words, event_notes, links
from pages.parts.mine import Mine
from pages.parts.words import plain

EARLIEST, LATEST = dt.date(1990, 1, 1), dt.date(2099, 12, 31)


def ask(mine: Mine, *, metric: str = "", day: dt.date | None = None) -> None:
    """Open the dialog for a new note."""
    _dialog("Add a note", mine, None, metric, day)


def edit(mine: Mine, event: Event) -> None:
    """Open the dialog for a note that is there."""
    _dialog("Change this note", mine, event, "", None)


def _dialog(title: str, mine: Mine, old: Event | None, metric: str, day: dt.date | None) -> None:
    st.dialog(title, icon=":material/event_note:")(form)(mine, old, metric, day)


def form(mine: Mine, old: Event | None, metric: str, day: dt.date | None) -> None:
    """What the dialog holds: the parts of a note, and the button that keeps it."""
    asked = st.session_state.get("asked")
    usual = day or asked_dates.newest(mine, asked.zone if asked else "UTC")
    kinds = list(KINDS)
    title = st.text_input("What happened", value=old.title if old else "", max_chars=LONGEST_TITLE, placeholder="New macro for Billing")
    kind = st.selectbox("Kind", kinds, index=kinds.index(old.kind if old else "change"), format_func=lambda k: KINDS[k].word)
    with st.grid(2, min_column_width=160):
        date = st.date_input("Date", value=old.date if old else usual, min_value=EARLIEST, max_value=LATEST, format="YYYY-MM-DD")
        end = st.date_input(
            "Last day, if it lasted", value=old.end if old else None, min_value=EARLIEST, max_value=LATEST, format="YYYY-MM-DD"
        )
    note = st.text_area("Note", value=old.note if old else "", max_chars=LONGEST_NOTE, height=80)
    known = kpi.metrics()
    about = [name for name in (old.metrics if old else (metric,) if metric else ()) if name in known]
    metrics = st.multiselect(
        "Only about these numbers", list(known), default=about, format_func=lambda name: known[name].label, placeholder="All of them"
    )
    where = _where(mine, old)
    if not st.button("Keep", type=accent.button(), key="event_kept"):
        return
    try:
        new = Event(date, " ".join(title.split()), kind, end, note.strip(), tuple(metrics), where)
        event_notes.change(mine, lambda text: events.add(events.without(text, old) if old else text, new))
    except KpiError as error:
        st.error(plain(error.hint), title=plain(error.what), icon=":material/error:")
        return
    if "event" in st.query_params or old:
        links.put(event=next((name for name, event in event_notes.kept(mine).items() if event == new), ""))
    st.rerun()


def _where(mine: Mine, old: Event | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The tickets it is about: a column and its values. What a note says of further columns stays."""
    before = dict(old.where) if old else {}
    offered = list(dict.fromkeys([*before, *asked_filters.columns(mine)]))
    column = st.selectbox(
        "Only about some tickets",
        offered,
        index=0 if before else None,
        format_func=asked_words.label,
        placeholder="All of them",
        key="event_column",
    )
    if column is None:
        return ()
    values = list(dict.fromkeys([*before.get(column, ()), *asked_filters.values(column, mine)]))
    chosen = st.multiselect(
        asked_words.label(column),
        values,
        default=list(before.get(column, ())),
        format_func=lambda value: asked_filters.short(asked_words.spoken(column, value)),
        placeholder="Which of them",
        key=f"event_values_{column}",
    )
    return tuple(sorted((name, tuple(sorted(some))) for name, some in {**before, column: chosen}.items() if some))


def delete(mine: Mine, event: Event) -> None:
    """Open the dialog that asks before a note goes."""
    st.dialog("Delete this note?", icon=":material/delete:")(sure)(mine, event)


def sure(mine: Mine, event: Event) -> None:
    """What the other dialog holds: what goes, and the button that lets it go."""
    st.markdown(plain(event.text))
    st.caption("It goes from every chart, for everybody who sees these data.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Delete", type=accent.button(), key="event_deleted"):
            event_notes.change(mine, lambda text: events.without(text, event))
            links.put(event="")
            st.rerun()
