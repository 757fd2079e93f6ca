"""Mappings that are kept: begin with one by its name or from a file, save what is on the screen, hand it on as TOML."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from kpi import sources
from kpi.errors import KpiError
from kpi.store.people import MAIN
from pages.parts import workspace
from pages.parts.mapping_loaded import fitting, load
from pages.parts.mapping_said import Chosen
from pages.parts.mine import who
from pages.parts.words import plain

PROPOSED = ""
MOST = 60
"""Of so many saved mappings it is tried whether they fit."""


def choose(chosen: Chosen) -> None:
    """Begin with the proposal, with a saved mapping, or with one from a file."""
    names = sources.saved(workspace.name())
    fits = _fits(chosen, list(names)[:MOST])
    ordered = [*fits, *(name for name in names if name not in fits)]
    key = f"map_from_{chosen.id}"
    if st.session_state.setdefault(key, PROPOSED) not in (PROPOSED, *ordered):
        st.session_state[key] = PROPOSED
    said = {PROPOSED: "what the names and values suggest" if chosen.seen.source is None else f"the layout of {chosen.seen.source.label}"}
    said |= {name: f"“{names[name]}”{' (fits this file)' if name in fits else ''}" for name in ordered}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if ordered:
            st.selectbox(
                "Begin with", [PROPOSED, *ordered], format_func=said.__getitem__, key=key, on_change=_chosen, args=(chosen,), width=420
            )
        with st.popover("Mapping from a file", icon=":material/upload_file:", key=f"map_file_in_{chosen.id}"):
            st.caption("A mapping that somebody saved here or downloaded elsewhere (TOML).")
            number = st.session_state.get("mappings_read", 0)
            st.file_uploader(
                "Mapping file", type=["toml"], key=f"map_toml_{chosen.id}_{number}", on_change=_uploaded, args=(chosen, number),
                label_visibility="collapsed",
            )  # fmt: skip
        if (name := st.session_state[key]) != PROPOSED and who().may("edit"):
            st.button(
                "Delete this saved mapping",
                icon=":material/delete:",
                type="tertiary",
                on_click=_delete,
                args=(chosen, name),
                key=f"map_del_{chosen.id}",
            )
    is_new = f"map_saved_{chosen.id}" in st.session_state
    if fits and not is_new and not chosen.loaded and chosen.seen.source is None:
        st.markdown(f":green[:material/check_circle:] **“{plain(names[fits[0]])}” was saved for a file like this one.** Choose it above.")
    if problem := st.session_state.pop(f"map_problem_{chosen.id}", ""):
        st.markdown(f":orange[:material/info:] {plain(problem)}")


def keep(chosen: Chosen, mapping: str, is_ready: bool) -> None:
    """Under which name the mapping is saved, and the file to hand on."""
    key = f"map_name_{chosen.id}"
    st.session_state.setdefault(key, chosen.loaded.get("label") or Path(chosen.file.split(" › ")[0]).stem.replace("_", " ").capitalize())
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key=f"map_keep_{chosen.id}"):
        st.text_input("Name for the next export", key=key, max_chars=80, width=300)
        if who().may("edit"):
            st.button(
                "Save the mapping",
                icon=":material/bookmark:",
                on_click=_save,
                args=(chosen, mapping),
                disabled=not is_ready,
                key=f"save_{chosen.id}",
            )
        st.download_button(
            "Download the mapping", mapping, f"{sources.name_of(st.session_state[key]) or 'mapping'}.toml", "application/toml",
            key=f"toml_{chosen.id}", icon=":material/download:", on_click="ignore",
        )  # fmt: skip
    if saved := st.session_state.get(f"map_saved_{chosen.id}"):
        name, text = saved
        st.markdown(
            f":green[:material/bookmark_added:] **Saved.** The next export can begin with it{_by_name(name)}."
            if text == mapping
            else ":material/info: The mapping was changed after it was saved."
        )


def _by_name(name: str) -> str:
    return f"; the command line takes it as `--mapping {name}`" if workspace.name() == MAIN else ""


def _fits(chosen: Chosen, names: list[str]) -> list[str]:
    found = []
    for name in names:
        try:
            if fitting(sources.saved_text(name, workspace.name()), chosen) is not None:
                found.append(name)
        except KpiError:
            continue
    return found


def _chosen(chosen: Chosen) -> None:
    name = st.session_state[f"map_from_{chosen.id}"]
    if name == PROPOSED:
        _forget_loaded(chosen)
        return
    room = workspace.name()
    _load(chosen, sources.saved_text(name, room), sources.saved(room).get(name, name))


def _uploaded(chosen: Chosen, number: int) -> None:
    file = st.session_state[f"map_toml_{chosen.id}_{number}"]
    if file is None:
        return
    st.session_state["mappings_read"] = number + 1  # the next one starts empty
    content = file.getvalue()
    try:
        text = content.decode("utf-8-sig") if len(content) <= 200_000 else ""
    except UnicodeDecodeError:
        text = ""
    if not text:
        st.session_state[f"map_problem_{chosen.id}"] = f"“{file.name}” is no mapping. A mapping is a small text file (TOML, UTF-8)."
        return
    _load(chosen, text, file.name)


def _load(chosen: Chosen, text: str, name: str) -> None:
    try:
        fits = load(chosen, text)
    except KpiError as error:
        st.session_state[f"map_problem_{chosen.id}"] = str(error)
        return
    if not fits:
        st.session_state[f"map_from_{chosen.id}"] = PROPOSED
        st.session_state[f"map_problem_{chosen.id}"] = f"“{name}” is for another file: this one lacks headers that it names."


def _save(chosen: Chosen, mapping: str) -> None:
    workspace.present().check("edit")
    try:
        name = sources.save_mapping(mapping, st.session_state[f"map_name_{chosen.id}"], workspace.name())
    except KpiError as error:
        st.session_state[f"map_problem_{chosen.id}"] = str(error)
        return
    st.session_state[f"map_saved_{chosen.id}"] = (name, mapping)


def _delete(chosen: Chosen, name: str) -> None:
    workspace.present().check("edit")
    sources.delete_mapping(name, workspace.name())
    st.session_state[f"map_from_{chosen.id}"] = PROPOSED


def _forget_loaded(chosen: Chosen) -> None:
    """Back to what is proposed: every control of this file begins anew."""
    for key in [key for key in st.session_state if str(key).startswith((f"map_begun_{chosen.id}_", f"map_loaded_{chosen.id}"))]:
        del st.session_state[key]
    prefix = f"map_{chosen.id}_"
    for key in [key for key in st.session_state if str(key).startswith(prefix)]:
        del st.session_state[key]
