"""What a page shows before there is data: one sentence, and two ways out."""

from __future__ import annotations

import streamlit as st

from pages.parts.mine import SAMPLE, choose, upload

KINDS = ["csv", "tsv", "txt", "xlsx", "xls", "ods", "json", "ndjson", "jsonl", "parquet", "zip", "gz"]


def ways_in() -> None:
    st.caption("Every support KPI from the export of your help desk, each with its uncertainty and what stands behind it.")
    with st.grid(2, min_column_width=320, gap="small"):
        with st.container(border=True, height="stretch"):
            st.subheader("Your own data", anchor=False)
            uploader()
            st.caption(
                "One file or several: tickets, messages, surveys, costs. The help desk is recognised by its columns, and what could not "
                "be read is listed. Your data stay on this machine."
            )
        with st.container(border=True, height="stretch"):
            st.subheader("No data at hand?", anchor=False)
            st.markdown("Open a sample company: two years of made-up tickets, surveys, calls and costs to look around in.")
            st.caption("It stays marked as sample data on every page.")
            st.button("Open the sample company", icon=":material/science:", on_click=_open_sample, key="open_sample")


def uploader(label: str = "Export files") -> None:
    key = f"upload_{st.session_state.get('uploads', 0)}"
    st.file_uploader(label, type=KINDS, accept_multiple_files=True, key=key, on_change=upload, args=(key,))


def _open_sample() -> None:
    choose(SAMPLE)
