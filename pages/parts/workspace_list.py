"""The workspaces of this server, for who owns all of them: make, rename, delete an empty one, and move the data one looks at."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from kpi.store import audit, people, workspaces
from kpi.store.people import MAIN
from kpi.store.workspaces import LONGEST, Workspace
from pages.parts import accent, asked_dates
from pages.parts.mine import Mine, who
from pages.parts.tried import tried
from pages.parts.words import plain, say

SAID, NEW, TO, TITLE, SURE = "workspace_said", "workspace_new", "workspace_to", "workspace_title", "workspace_sure"
TALL, HIGH = 8, 420
"""From so many workspaces on the list scrolls, in so many pixels."""
DEEDS = {"make workspace": "Made", "rename workspace": "Renamed", "delete workspace": "Deleted", "move": "Data moved here"}


def show(mine: Mine | None) -> None:
    """The section, folded: most servers have one workspace. Only owners of all see it."""
    if not people.is_over_all(who()):
        return
    said = st.session_state.pop(SAID, None)
    with st.container(width=760), st.expander("Workspaces", icon=":material/workspaces:", expanded=said is not None, key="workspaces_all"):
        if said is not None:
            say(said)
        st.caption(
            "For several companies on one server: each workspace has its own data and its own people, who learn nothing of the others. "
            + (
                ""
                if people.chosen() == people.OIDC
                else "Nobody has a name here, so they only keep data in order: everybody who is in sees all of them."
            )
        )
        there, held = workspaces.every(), workspaces.sizes()
        with st.container(border=True, height=HIGH if len(there) > TALL else "content", key="workspaces_listed"):
            for one in there:
                _row(one, held.get(one.name, 0))
        with st.form("workspace_form", border=False), st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.text_input("New workspace", key=NEW, placeholder="North shop", max_chars=LONGEST, width=320)
            st.form_submit_button("Make", icon=":material/add:", on_click=_make)
        if mine is not None and not mine.is_sample and len(there) > 1:
            _moving(mine, there)
        _log()


def _row(one: Workspace, held: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"workspace_row_{one.name}"):
        st.text(one.title, width="stretch")
        with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):  # on a phone they wrap together
            st.caption(f"{held} dataset{'s' * (held != 1)}" if held else "empty", width="content")
            with st.popover("Rename", icon=":material/edit:", type="tertiary", key=f"workspace_rename_{one.name}"):
                key = f"{TITLE}_{one.name}"
                st.session_state.setdefault(key, one.title)
                st.text_input("Title", key=key, max_chars=LONGEST)
                st.button("Rename", type=accent.button(), key=f"workspace_renamed_{one.name}", on_click=_rename, args=(one.name, key))
            if not held and one.name != MAIN:
                with st.popover("Delete", icon=":material/delete:", type="tertiary", key=f"workspace_delete_{one.name}"):
                    st.markdown(f"**“{plain(one.title)}” goes, with its list of people and its saved mappings.** It holds no data.")
                    st.button("Delete", type=accent.button(), key=f"{SURE}_{one.name}", on_click=_drop, args=(one.name,))


def _moving(mine: Mine, there: list[Workspace]) -> None:
    here = workspaces.of(mine.key)
    titles = {one.name: one.title for one in there if one.name != here}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox("Move the data you look at to", list(titles), format_func=titles.__getitem__, key=TO, width=320)
        st.button("Move", icon=":material/drive_file_move:", key="workspace_move", on_click=_move, args=(mine.key,))
    st.caption("Its people then have these data, their links and their log; those of the old one have them no more. Links stay open.")


def _make() -> None:
    if tried(SAID, _made, st.session_state[NEW]):
        st.session_state[NEW] = ""


def _rename(name: str, key: str) -> None:
    tried(SAID, _renamed, name, st.session_state[key])
    del st.session_state[key]


def _move(key: str) -> None:
    tried(SAID, _moved, key, st.session_state[TO])


def _made(title: str) -> None:
    workspaces.make(title, who=who())


def _renamed(name: str, title: str) -> None:
    workspaces.rename(name, title, who=who())


def _drop(name: str) -> None:
    tried(SAID, _delete, name)


def _delete(name: str) -> None:
    workspaces.delete(name, who=who())


def _moved(key: str, to: str) -> None:
    workspaces.move(key, to, who=who())


def _log() -> None:
    done = workspaces.deeds(who=who())
    if done:
        with st.popover(f"What was done: {len(done)}", icon=":material/history:", type="tertiary", key="workspaces_log"):
            rows = [
                {
                    "When": f"{asked_dates.one(deed.at.date())} {deed.at:%H:%M} UTC",
                    "Who": deed.who or "not known",
                    "What": DEEDS[deed.what],
                    **_about(deed),
                }
                for deed in done
            ]
            st.dataframe(
                pd.DataFrame(rows), hide_index=True, alt="What was done with workspaces, the newest first", key="workspaces_log_table"
            )


def _about(deed: audit.Deed) -> dict[str, str]:
    was = str(deed.about.get("was", ""))
    return {"Workspace": str(deed.about.get("title", "")), "Before": was}
