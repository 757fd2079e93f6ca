"""targets.toml as a file one can bring and take away."""

from __future__ import annotations

import streamlit as st

from kpi.errors import KpiError
from kpi.targets import Targets, read, to_toml
from pages.parts import target_judged, texts
from pages.parts.mine import Mine
from pages.parts.words import plain


def ways(mine: Mine, kept: Targets) -> None:
    """Take the file away, or bring one. Drawn only while it is looked at."""
    with st.expander("Targets as a file", icon=":material/description:", key="target_file", type="compact", on_change="rerun") as shown:
        if not shown.open:
            return
        st.caption("The same file holds the targets for `kpi check` in a scheduler. Bringing one replaces the targets here.")
        with st.container(horizontal=True, vertical_alignment="bottom", key="target_ways"):
            if kept.targets or kept.problems:
                st.download_button(
                    "Download targets.toml", to_toml(kept.targets, kept.problems), target_judged.FILE, "application/toml",
                    icon=":material/download:", key="target_download", on_click="ignore",
                )  # fmt: skip
        _upload(mine)


def mend(mine: Mine) -> None:
    """A kept file that cannot be read at all: take it away as it is, or bring another."""
    st.download_button(
        "Download it as it is", texts.text(mine, target_judged.FILE), target_judged.FILE, "application/toml",
        icon=":material/download:", key="target_as_it_is", on_click="ignore",
    )  # fmt: skip
    _upload(mine)


def _upload(mine: Mine) -> None:
    key = f"target_upload_{st.session_state.get('target_uploads', 0)}"
    st.file_uploader("Bring targets.toml", type=["toml"], key=key, on_change=_brought, args=(mine, key))
    if wrong := st.session_state.pop("target_wrong", None):
        st.error(plain(wrong[1]), title=plain(wrong[0]), icon=":material/error:")


def _brought(mine: Mine, key: str) -> None:
    given = st.session_state[key]
    if given is None:
        return
    st.session_state["target_uploads"] = st.session_state.get("target_uploads", 0) + 1
    try:
        text = given.getvalue().decode("utf-8-sig")
        read(text, given.name)  # a file that is none at all is refused; single targets that are wrong are kept and told
        texts.change(mine, target_judged.FILE, lambda _: text)
    except UnicodeDecodeError:
        st.session_state["target_wrong"] = (f"{given.name} is not UTF-8 text.", "Save it as plain text in UTF-8.")
    except KpiError as error:
        st.session_state["target_wrong"] = (error.what, error.hint)
