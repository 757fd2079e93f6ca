"""What a page shows before there is data: what one gets, and two ways in."""

from __future__ import annotations

import streamlit as st

from kpi import metrics
from kpi.sources import all_sources
from kpi.store import people
from pages.parts import accent, connected, workspace
from pages.parts.mine import SAMPLE, choose, upload, who
from pages.parts.words import plain

KINDS = ["csv", "tsv", "txt", "xlsx", "xls", "ods", "json", "ndjson", "jsonl", "parquet", "zip", "gz"]
MOST_KEPT, LONGEST = 6, 40
"""So many datasets are offered again, with so many letters of their names."""
PROMISES = {
    ":material/straighten: **How sure it is**": "Every number says what it stands on and how far chance could move it. A change is coloured only beyond that.",
    ":material/function: **How it is made**": "One click shows the formula, what was left out and why, and the tickets behind the number.",
    ":material/lock: **Where it stays**": "The files stay on the machine Deskmeter runs on. Nothing is sent anywhere else, and no account is needed.",
}


def ways_in() -> None:
    """One sentence, two doors, three promises; before them, what to do about a file nobody recognised."""
    if key := st.session_state.get("unread_key"):
        with st.container(border=True, key="match_columns"):
            st.markdown("**Say once what its columns mean, and it is read.** What they may be is filled in already.")
            if st.button("Match the columns", icon=":material/conversion_path:", type=accent.button(), key="match_columns_go"):
                st.switch_page("data.py", query_params={"data": key})
    st.markdown(f"**Bring the export of your help desk, and read {len(metrics())} support KPIs from it.**")
    workspace.choice()
    _again()
    with st.grid(2, min_column_width=320, gap="small", key="ways_in"):
        if who().may("edit"):
            with st.container(border=True, height="stretch", key="own_data"):
                st.subheader("Your own data", anchor=False)
                uploader()
                st.caption(
                    f"{_listed(help_desks())} are recognised by their columns; the columns of anything else you match once. "
                    "One file or several: tickets, messages, surveys, costs."
                )
        with st.container(border=True, height="stretch", key="sample_data"):
            st.subheader("No data at hand?", anchor=False)
            st.markdown("Look around in a sample company: two years of made-up tickets, surveys, calls and costs.")
            st.button("Open the sample company", type=accent.button(), icon=":material/science:", on_click=_open_sample, key="open_sample")
            st.caption("It stays marked as sample data on every page.")
    connected.section()
    with st.grid(3, min_column_width=220, gap="small", key="promises"):
        for title, text in PROMISES.items():
            with st.container(gap="xxsmall"):
                st.markdown(title)
                st.caption(text)


def _again() -> None:
    """The workspace's datasets, one click each. Where nobody logs in, nobody learns of another's data: a link's reader may come here, too."""
    kept = people.datasets(workspace.name()) if people.chosen() in (people.PASSPHRASE, people.OIDC) else []
    if not kept:
        return
    with st.container(border=True, key="kept_data"):
        st.subheader("Read before", anchor=False)
        with st.container(horizontal=True, gap="small"):
            for one in kept[:MOST_KEPT]:
                by = f" by {plain(one.made_by)}" if one.made_by else ""
                label = f"{plain(one.title if len(one.title) <= LONGEST else one.title[: LONGEST - 1] + '…')} :gray[{one.made_at:%-d %b %Y}{by}]"
                st.button(label, icon=":material/table_view:", on_click=choose, args=(one.key,), key=f"kept_{one.key}")


def uploader(label: str = "Export files") -> None:
    """A fresh uploader: each upload is copied to disk at once, and the next one starts empty."""
    key = f"upload_{st.session_state.get('uploads', 0)}"
    st.file_uploader(label, type=KINDS, accept_multiple_files=True, key=key, on_change=upload, args=(key,))


def help_desks() -> list[str]:
    """The tools whose own exports are recognised, by name."""
    own = [source for source in all_sources().values() if not (source.origin or source.general or source.utc)]
    return sorted({source.label.partition(" (")[0] for source in own if source.label[:1].isupper()})


def _listed(words: list[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def _open_sample() -> None:
    choose(SAMPLE)
