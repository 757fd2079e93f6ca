"""Connect instead of upload: the connections this server declares, and reading one again."""

from __future__ import annotations

import streamlit as st

from kpi import connect, store
from kpi.connect.declaration import folder
from kpi.home import app_folder
from kpi.report import dates
from kpi.store import people
from pages.parts import recorded, workspace
from pages.parts.mine import Mine, choose, who
from pages.parts.words import plain

ICONS = {"postgres": "database", "duckdb": "database", "folder": "folder_open"}
READY = "fivetran_zendesk.toml"


def section() -> None:
    """The declared connections, one click each; where there is none, the person at this machine is told how to declare one."""
    if not store.connected.may(who()):
        return
    good = store.connected.offered(workspace.name())
    bad = connect.declared()[1] if workspace.name() == people.MAIN else {}
    if not (good or bad or people.chosen() == people.LOOPBACK):
        return
    if not good and not bad:
        with st.expander("Connect a database or a folder instead", icon=":material/database:", key="connect_how"):
            _how()
        return
    with st.container(border=True, key="connections"):
        st.subheader("Connect a database", anchor=False)
        with st.container(horizontal=True, gap="small"):
            for name, one in good.items():
                st.button(
                    plain(one.label),
                    icon=f":material/{ICONS[one.kind]}:",
                    help=f"Reads {connect.KINDS[one.kind]}. It can be stopped, and read again later.",
                    on_click=_read,
                    args=(name,),
                    key=f"connect_{name}",
                )
        for name, error in bad.items():
            st.caption(f":material/error: {plain(name)}: {plain(str(error))}")
        st.caption("Its tables are copied to this machine and read like an upload. Its password stays where it is.")


def _how() -> None:
    st.markdown(
        "PostgreSQL, a DuckDB file, or a folder of CSV and Parquet files: a small file declares where the tables are, and its password stays "
        "in the environment. Put the file into this folder, and it is offered here by name:"
    )
    st.code(str(folder()), language=None, wrap_lines=True)
    st.download_button(
        "A ready one: Zendesk by Fivetran",
        (app_folder() / "data" / "connections" / READY).read_text("utf-8"),
        READY,
        "application/toml",
        icon=":material/download:",
        on_click="ignore",
        key="connect_example",
    )


def _read(name: str) -> None:
    choose(store.connected.begin(name, who=workspace.present(), workspace=workspace.name()))


def again(mine: Mine) -> None:
    """Where these data come from and when they were read, and the way to read them again."""
    found = store.connected.of(mine.key) if mine.is_own else None
    if found is None or found.read_at is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="connected"):
        with st.container(width="content"):
            recorded.quiet(f"Read from {plain(found.label)} on {dates.one(found.read_at.date())} at {found.read_at:%H:%M} UTC.")
        if not store.connected.may(who()):
            return
        if not found.is_declared:
            st.caption("This connection is not declared here any more, so it cannot be read again.", width="content")
            return
        st.button(
            "Read again",
            icon=":material/sync:",
            help="Makes a new version under the same address. Live links follow it, frozen ones keep theirs.",
            on_click=_refresh,
            args=(mine.key,),
            key="read_again",
        )


def _refresh(key: str) -> None:
    store.connected.refresh(key, who=who())
    store.begin(key)
