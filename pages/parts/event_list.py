"""The notes themselves: a list by date, the way to change each, and the file they come in and go out by."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from kpi import events
from kpi.errors import KpiError
from kpi.events import KINDS, Event, Notes
from kpi.events.event import said
from kpi.sample.company import PLANTED
from pages.parts import accent, asked_words, drawn, event_notes, event_written, links, recorded
from pages.parts.mine import Mine
from pages.parts.words import plain

AT_FIRST = 8
FORMAT = (
    "A CSV with the columns date and title, and, where known, end, kind, note, metrics and where. Dates as 2026-03-02. "
    f"Kinds are {', '.join(KINDS)}."
)


def show(mine: Mine, kept: dict[str, Event], notes: Notes, chosen: str = "") -> None:
    """All of it: add, bring, take away; then the list."""
    recorded.heading("All notes")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="event_tools"):
        if st.button("Add a note", icon=":material/add:", type=accent.button(), key="event_add"):
            event_written.ask(mine)
        if st.button("Import a list", icon=":material/upload_file:", key="event_import"):
            st.dialog("Import a list of events", icon=":material/upload_file:")(bring)(mine)
        if kept:
            st.download_button(
                "Download",
                events.write(notes),
                "events.csv",
                "text/csv",
                key="event_download",
                icon=":material/download:",
                on_click="ignore",
            )
    if mine.is_sample:
        st.caption("In the sample company, notes you add, change or delete are your own and last for this visit.")
    for remark in notes.remarks:
        st.info(plain(remark), icon=":material/info:")
    if notes.rejected:
        refused(notes, "kept")
    if not kept:
        _none(mine)
        return
    kind = _kinds(kept)
    every = links.one_of("every", ("1",)) == "1"
    wanted = [name for name, event in reversed(kept.items()) if kind in ("", event.kind)]
    first = wanted if every else [name for name in wanted if kind or kept[name].kind != "holiday"][:AT_FIRST]
    for place, name in enumerate(first):
        _row(mine, name, kept[name], place, is_chosen=name == chosen)
    shown = [kept[name] for name in first]
    table = {"When": [_days(e) for e in shown], "What": [e.title for e in shown], "About": [" · ".join(_about(e)) for e in shown]}
    recorded.listed(pd.DataFrame(table), "Notes: when, what, and what is known about it", "notes")
    if len(wanted) > len(first):
        st.button(f"Show all {len(wanted)}", type="tertiary", key="event_all", on_click=_all)


def _all() -> None:
    links.put(every="1")


def _open(name: str) -> None:
    links.put(event=name)


def _kinds(kept: dict[str, Event]) -> str:
    there = [kind for kind in KINDS if any(event.kind == kind for event in kept.values())]
    kind = links.one_of("kind", there, also=KINDS)
    if len(there) > 1:
        st.session_state["event_kind"] = kind or None
        counts = {k: sum(event.kind == k for event in kept.values()) for k in there}
        st.pills(
            "Kind",
            there,
            format_func=lambda k: f":material/{KINDS[k].icon}: {KINDS[k].word} ({counts[k]})",
            key="event_kind",
            on_change=lambda: links.put(kind=st.session_state["event_kind"] or ""),
            label_visibility="collapsed",
        )
    return kind


def _row(mine: Mine, name: str, event: Event, place: int, *, is_chosen: bool) -> None:
    kind = KINDS[event.kind]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"event_row_{place}"):
        with st.container(gap=None, key=f"event_words_{place}"):
            title = f"**{plain(event.title)}**" if is_chosen else plain(event.title)
            st.button(title, icon=f":material/{kind.icon}:", type="tertiary", key=f"event_open_{place}", on_click=_open, args=(name,))
            st.caption(plain(" · ".join([_days(event), *_about(event)])))
        if st.button("Change", icon=":material/edit:", type="tertiary", key=f"event_edit_{place}", help=f"Change {plain(event.title)}"):
            event_written.edit(mine, event)
        if st.button("Delete", icon=":material/delete:", type="tertiary", key=f"event_delete_{place}", help=f"Delete {plain(event.title)}"):
            event_written.delete(mine, event)


def _days(event: Event) -> str:
    return said(event.date) + (f" – {said(event.end)}" if event.end and event.end != event.date else "")


def _about(event: Event) -> list[str]:
    """Its kind, what it concerns, and the note to it."""
    where = [f"{asked_words.label(column)}: {' or '.join(values)}" for column, values in event.where]
    return [KINDS[event.kind].word, *where, *([event.note] if event.note else [])]


def _none(mine: Mine) -> None:
    recorded.say(
        "**Nothing is written down yet.** A note about a release, an incident, a campaign or a new colleague stands on every chart."
    )
    if mine.is_sample:
        own = company_notes()
        st.button(
            f"Put the company's own {len(own)} notes back",
            icon=":material/science:",
            key="event_suggested",
            on_click=event_notes.change,
            args=(mine, lambda text: events.add(text, *own)),
        )


def company_notes() -> tuple[Event, ...]:
    """What the sample company itself wrote down: its launch and its new macro. What they did to the numbers is not said."""
    return (
        Event(PLANTED.launch_day, f"{PLANTED.launch_product} launched", "release"),
        Event(PLANTED.macro_day, f"New macro for {PLANTED.macro_team}", "change", where=(("team", (PLANTED.macro_team,)),)),
    )


def bring(mine: Mine) -> None:
    """What the dialog holds that takes a file: what is in it, what could not be read, and the button that adds the rest."""
    st.caption(FORMAT)
    file = st.file_uploader("CSV", type=["csv", "txt", "tsv"], key="event_file", label_visibility="collapsed", max_upload_size=5)
    if file is None:
        return
    try:
        found = events.read(events.text_of(file.getvalue(), file.name))
    except KpiError as error:
        st.error(plain(error.hint), title=plain(error.what), icon=":material/error:")
        return
    known = set(event_notes.kept(mine).values())
    fresh = [event for event in found.events if event not in known]
    already = len(found.events) - len(fresh)
    st.markdown(f"**{_many(len(fresh), 'new event')}**" + (f", {already} already here" if already else "") + ".")
    for remark in found.remarks:
        st.caption(plain(remark))
    if fresh:
        rows = [{"Date": said(event.date), "Kind": KINDS[event.kind].word, "Title": event.title} for event in fresh]
        st.dataframe(
            pd.DataFrame(rows), hide_index=True, height=min(38 * (len(rows) + 1), 180), key="event_fresh", alt="Events to be added"
        )
    if found.rejected:
        refused(found, "imported")
    if st.button(f"Add {_many(len(fresh), 'event')}", type=accent.button(), disabled=not fresh, key="event_import_now"):
        try:
            event_notes.change(mine, lambda text: events.add(text, *fresh))
        except KpiError as error:
            st.error(plain(error.what), icon=":material/error:")
            return
        st.rerun()


def refused(notes: Notes, key: str) -> None:
    """The rows that are no events, why, and all of them as a file."""
    table = pd.DataFrame(
        {
            "Row": [bad.row for bad in notes.rejected],
            "Why": [bad.reason for bad in notes.rejected],
            "As it stands": [", ".join(cell for cell in bad.cells.values() if cell)[:200] for bad in notes.rejected],
        }
    )
    st.warning(f"{_many(len(table), 'row')} could not be read. The rest is there.", icon=":material/rule:")
    st.dataframe(table, hide_index=True, height=min(38 * (len(table) + 1), 200), key=f"event_bad_{key}", alt="Rows that could not be read")
    st.download_button(
        "Download these rows", drawn.csv_of(table), "rows-not-read.csv", "text/csv", key=f"event_bad_file_{key}", on_click="ignore"
    )


def _many(n: int, one: str) -> str:
    return f"{n:,} {one}{'' if n == 1 else 's'}"
