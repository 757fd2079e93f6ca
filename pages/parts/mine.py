"""The visitor's data: the key in the address, what the store has under it, and what to show while it is being read.

The key is long and random and stands in the address (`?data=…`), so that a reload, a second tab or a colleague's browser finds the same data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol, cast

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

import kpi
from kpi import store
from kpi.engine import Seen
from kpi.engine.seen import NAMES as SEEN_NAMES
from kpi.errors import KpiError, UnreadableFile
from kpi.hours import Calendar
from kpi.report import dates
from kpi.store import people as everyone
from kpi.store.people import Person
from pages.parts import left_out, share_from, share_version, visitor, workspace
from pages.parts.words import plain

SAMPLE = store.SAMPLE
OWN = "data"
"""Its name in the address and in the state of a visit."""
NAMES, SHOWN = "names", "shown"
"""What the address says of agents' names: shown, as pseudonyms, or hidden."""
MOST_NAMES = 3
"""So many file names fit the ribbon."""


def who(key: str = "") -> Person:
    """The person looking, with their role in the workspace at hand: the frame has asked. In a test in process, and for a link's reader, nobody in particular.

    With a key: with the role they have at this moment where its data belong. UnknownName where they are nobody there, as if there were no such data.
    """
    person = st.session_state.get("person") or Person()
    return store.workspaces.checked(person, key) if key else person


def people(key: str, names: str) -> kpi.Dataset:
    """The dataset of a key, with agents named as the address asks; a wish there is none of shows them."""
    data = store.open_dataset(key)
    return data.as_seen(Seen(names=names, salt=store.links.salt(key))) if names in SEEN_NAMES and names != SHOWN else data


class Upload(Protocol):
    """What the uploader hands over: a readable file with a name its sender chose and an id in Streamlit's memory."""

    name: str
    file_id: str


@dataclass(frozen=True)
class Mine:
    """The data a visitor looks at: its key in the address, the names its files came with, and what was read from them."""

    key: str
    names: tuple[str, ...]
    dataset: kpi.Dataset
    calendar: Calendar | None = None
    options: store.Options = field(default_factory=store.Options)
    shared: store.Shared | None = None
    """What the link gives, where the visitor came with one."""

    @property
    def is_sample(self) -> bool:
        return self.key == SAMPLE

    @property
    def given(self) -> tuple[str, ...]:
        """What is named to read them again in Python."""
        return store.connected.given(self.key) if self.is_own else self.names

    @property
    def is_own(self) -> bool:
        """The visitor brought the data, or has their key: all of it may be changed, and deleted."""
        return self.shared is None

    @property
    def may_edit(self) -> bool:
        """What the visitor says about these data stays."""
        return self.is_own and who().may("edit")

    @property
    def has_rows(self) -> bool:
        """Single tickets may be shown."""
        return self.dataset.seen.rows

    def leaves(self, part: str) -> bool:
        """Whether dates, filters or counting are the visitor's to choose."""
        return self.shared is None or part in self.shared.link.told.free

    @property
    def address(self) -> dict[str, str]:
        """What the address says of whose data these are."""
        return {OWN: self.key} if self.is_own else {visitor.OWN: visitor.token()}

    @property
    def hours(self) -> Mapping[str, Calendar]:
        """The working hours known for these data, by fingerprint."""
        return self.shared.hours if self.shared else store.calendars(self.key)


def given(shared: store.Shared) -> Mine:
    """The data of a visitor who came with a link."""
    link = shared.link
    named = (link.told.title,) if link.told.title else store.names(link.data_key)
    return Mine(link.data_key, named, shared.dataset, shared.opening.calendar, shared=shared)


def current() -> Mine | None:
    """The data this visitor looks at. None before anything is chosen, while it is being read, and when it could not be; then that is said."""
    if asked := st.query_params.get(OWN):
        st.session_state[OWN] = asked
    key = st.session_state.get(OWN)
    st.session_state["unread_key"] = None
    workspace.note()
    if key is None:
        return None
    try:
        store.folder(key)
        now = store.state(key) if store.workspaces.admitted(who(), key) else store.State("absent", kind="gone")
    except KpiError:  # no key at all: forgotten, so that the next click starts afresh
        choose(None)
        raise
    st.query_params[OWN] = key  # navigation drops what no widget holds, so it is put back on every run
    if (wish := st.query_params.get(NAMES, SHOWN)) not in SEEN_NAMES:
        left_out.part(NAMES, wish)
        del st.query_params[NAMES]
    if NAMES in st.query_params:
        st.session_state[NAMES] = st.query_params[NAMES]
    elif st.session_state.get(NAMES, SHOWN) != SHOWN and NAMES not in st.query_params:
        st.query_params[NAMES] = st.session_state[NAMES]
    if now.name == "absent" and not now.kind:
        store.begin(key)
        now = store.state(key)
    if now.name == "ready":
        try:
            return Mine(
                key, store.names(key), people(key, st.query_params.get(NAMES, SHOWN)), store.default_calendar(key), store.options(key)
            )
        except UnreadableFile:  # another version of the product wrote it: read the files anew, once
            if st.session_state.get("read_anew") == key:
                raise
            st.session_state["read_anew"] = key
            store.begin(key)
            now = store.state(key)
    if now.name in ("running", "ready"):
        _waiting(key)
        st.stop()
    _not_read(key, now)
    return None


@st.fragment(run_every=0.5)
def _waiting(key: str) -> None:
    """How far the import is, twice a second, and the way out of it."""
    now = store.state(key)
    if now.name != "running":
        st.rerun()
    with st.container(width=640, key="waiting"):
        st.title("One moment", anchor=False)
        st.progress(min(now.share, 1.0), text=f"{plain(now.what or 'Getting ready')} …")
        st.caption(f"{plain(_whose(key))}. You may leave this page open or come back to its address: the import goes on.")
        st.button("Stop", icon=":material/stop_circle:", on_click=store.cancel, args=(key,), key="stop_import")


def _whose(key: str) -> str:
    """What is being read, in a few words."""
    found = store.connected.of(key)
    return "A made-up company" if key == SAMPLE else found.label if found else ", ".join(store.names(key))


def _not_read(key: str, now: store.State) -> None:
    """Why there is nothing to see, and what to do. The page below offers the ways in."""
    if now.kind == "gone":
        st.error("Open the file again.", title="The data of this address are not here any more.", icon=":material/error:")
        choose(None)
        return
    if now.name == "stopped":
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown("**The import was stopped.** Nothing was changed.")
            st.button("Start again", icon=":material/refresh:", on_click=store.begin, args=(key,), key="start_again")
            _as_read_before(key)
        return
    st.error(plain(now.hint), title=plain(now.what), icon=":material/error:")
    if store.connected.of(key) and who().may("edit"):
        with st.container(horizontal=True, gap="small"):
            st.button("Try again", icon=":material/refresh:", on_click=store.begin, args=(key,), key="start_again")
            _as_read_before(key)
    if store.may_go_back(key) and who().may("edit"):
        st.button("Go back to the files as they were", icon=":material/undo:", on_click=_edit, args=(store.go_back, key), key="files_back")
    if now.kind == "UnknownExport":
        st.session_state["unread_key"] = key


def _as_read_before(key: str) -> None:
    """The way back to the last reading of a connection, where one is there."""
    found = store.connected.of(key)
    if found and found.read_at and who().may("edit") and not store.may_go_back(key):
        st.button(
            "Keep what was read before", icon=":material/undo:", on_click=_edit, args=(store.connected.leave, key), key="keep_reading"
        )


def _edit(deed: Callable[[str], None], key: str) -> None:
    who(key).check("edit")
    deed(key)


def upload(widget: str, beside: str = "", instead: Sequence[str] = ()) -> None:
    """The uploader's callback: once per upload, before the script. Copies to disk and frees Streamlit's memory.

    With `beside` they join the files of that key, or take the place of those named by `instead`.

    Streamlit keeps every upload in memory until the visit ends and copies it on each run; removing it here is what keeps a
    server flat (the manager is half private: a browser test watches it).
    """
    files = list(st.session_state.get(widget) or [])  # told twice, it has been taken care of
    if not files:
        return
    (who(beside) if beside else workspace.present()).check("edit")
    if beside:
        store.bring(beside, _named(files), instead, who=who().name)
    else:
        choose(keep(files))
    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for file in files:
            context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
    del st.session_state[widget]  # the visit would keep the content until the import is over
    st.session_state["uploads"] = st.session_state.get("uploads", 0) + 1  # a new widget key: a fresh, empty uploader


def keep(files: Sequence[Upload]) -> str:
    """Copy uploads to the store and return their key. Two of one name are both kept."""
    given = _named(files)
    key = store.keep(given)
    try:
        everyone.register(key, ", ".join(given), who=who().name, workspace=workspace.name())
    except KpiError:  # its workspace was deleted just now: nobody else's gets the files
        store.discard(key, who=who().name)
        raise
    return key


def _named(files: Sequence[Upload]) -> dict[str, BinaryIO | Path | bytes]:
    given: dict[str, BinaryIO | Path | bytes] = {}
    for file in files:
        stem, dot, suffix = file.name.rpartition(".")
        name, number = file.name, 1
        while name in given:
            number += 1
            name = f"{stem} ({number}){dot}{suffix}"
        given[name] = cast(BinaryIO, file)
    return given


def ribbon(mine: Mine, page: str) -> DeltaGenerator:
    """Which data one looks at, on every page, and the ways to share it and to others. Made-up data can never be taken for real ones.

    `page` is the page's name in the address. Returns the row, for more.
    """
    row = st.container(horizontal=True, vertical_alignment="center", gap="small", key="ribbon")
    with row:
        if mine.is_own and not mine.is_sample:
            workspace.badge()
        if mine.is_sample:
            st.badge("Sample data: a made-up company", icon=":material/science:", color="orange")
        elif mine.is_own and (found := store.connected.of(mine.key)):
            st.caption(plain(found.label), width="content")
        else:
            more = f" and {len(mine.names) - MOST_NAMES} more files" if len(mine.names) > MOST_NAMES + 1 else ""
            st.caption(plain(", ".join(mine.names[:MOST_NAMES] if more else mine.names)) + more, width="content")
        if mine.shared:
            link_badges(mine.shared)
        else:
            if "tickets.agent" in mine.dataset.filled or mine.dataset.seen.names != SHOWN:
                _names(mine)
            if page != "share":
                share_from.button(page)
            st.button("Use other data", type="tertiary", icon=":material/upload_file:", on_click=choose, args=(None,), key="other_data")
    if mine.shared and mine.shared.link.told.note:
        st.caption(plain(mine.shared.link.told.note))
    if mine.shared and (said := share_version.note(mine.shared)):
        st.caption(f":material/history: {plain(said)}")
    return row


def link_badges(shared: store.Shared) -> None:
    """What a reader should know of what they see: that it is a link, whether it moves on, and what its maker wrote."""
    link = shared.link
    if link.is_frozen:
        st.badge(f"Frozen on {dates.one(link.made_at.date())}", icon=":material/ac_unit:", color="blue", help=f"Dataset {link.fingerprint}")
    else:
        st.badge("Live link: follows the data", icon=":material/sync:", color="gray")
    if visitor.is_preview():
        st.badge("Preview: what readers see", icon=":material/visibility:", color="orange")


def _names(mine: Mine) -> None:
    """The one switch of agents' names: it holds on every page, in every file, and in the address."""
    said = {SHOWN: "Names shown", "pseudonyms": "Pseudonyms", "hidden": "Names hidden"}
    st.session_state["names_switch"] = mine.dataset.seen.names
    st.selectbox(
        "Agents’ names",
        said,
        format_func=said.__getitem__,
        key="names_switch",
        label_visibility="collapsed",
        width=150,
        on_change=_renamed,
    )


def _renamed() -> None:
    chosen = st.session_state["names_switch"]
    if chosen == SHOWN:
        st.query_params.pop(NAMES, None)
    else:
        st.query_params[NAMES] = chosen
    st.session_state[NAMES] = chosen


def choose(key: str | None) -> None:
    """Look at the data of a key (None: at nothing) from the next run on; what was asked of other data is forgotten."""
    st.session_state[OWN] = key
    for told in ("scope", NAMES):
        st.session_state.pop(told, None)
    st.query_params.from_dict({OWN: key} if key else {})


def reread(
    key: str, zone: str | None = None, date_orders: Mapping[str, str] | None = None, mappings: Mapping[str, str] | None = None
) -> None:
    """Note what the visitor said about the files; the next run reads them again with it."""
    who(key).check("edit")
    store.say(key, zone=zone, date_orders=date_orders, mappings=mappings)


def discard(key: str) -> None:
    """Delete the files of a key, and look at nothing."""
    who(key).check("own")
    store.discard(key, who=who().name)
    choose(None)
