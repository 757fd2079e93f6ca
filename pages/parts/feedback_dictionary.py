"""Changing the themes: one at a time in a form, or all of them as a file; kept with the data as `themes.toml`."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from kpi import feedback
from kpi.errors import BadValue, KpiError
from kpi.feedback import ANY, Heard, Theme
from pages.parts import accent, feedback_asked, links
from pages.parts.mine import Mine
from pages.parts.words import plain

NEW = ""
FORM = (
    "Words and phrases, parted by commas; whole words, whatever their case and accents. A * at the end of a word stands for any ending."
    " “Every language” holds words that mean the same in all of them."
)
_FIRST = ("en", "de", "fr", "es", "pt")


def draw(mine: Mine, found: Heard, all_themes: tuple[Theme, ...], wrong: str) -> None:
    state = st.session_state
    if wrong:
        st.warning(f"Your own themes cannot be read, so that ours are used. {plain(wrong)}", icon=":material/rule:")
    with st.expander("Change the themes and their words", icon=":material/tune:", key="feedback_edit", on_change="rerun") as opened:
        if not opened.open:
            return
        if said := state.pop("feedback_wrong", None):
            st.error(plain(said), icon=":material/error:")
        if mine.is_sample:
            st.caption("In the sample company, themes you change are your own and last for this visit.")
        named = {theme.name: theme for theme in all_themes}
        chosen = st.selectbox(
            "Theme to change",
            [*named, NEW],
            format_func=lambda name: named[name].label if name else "A new theme",
            key="feedback_edited",
            width=320,
        )
        _form(mine, named.get(chosen), all_themes, found)
        _file(mine, all_themes)


def _form(mine: Mine, theme: Theme | None, all_themes: tuple[Theme, ...], found: Heard) -> None:
    words = dict(theme.words) if theme else {}
    languages = list(dict.fromkeys([ANY, *words, *(code for code in [*found.languages, *_FIRST] if code)]))
    edits = st.session_state.get("feedback_edits", 0)
    with st.form(f"feedback_form_{theme.name if theme else NEW}_{edits}", border=False):
        label = st.text_input("Name", value=theme.label if theme else "", max_chars=60, placeholder="Opening hours")
        st.caption(FORM)
        with st.grid(2, min_column_width=300, gap="small"):
            texts = {code: st.text_area(_spoken(code), value=", ".join(words.get(code, ())), height=80) for code in languages}
        with st.container(horizontal=True, gap="small"):
            keep = st.form_submit_button("Keep", type=accent.button(), key="feedback_keep")
            drop = st.form_submit_button("Remove this theme", icon=":material/delete:", key="feedback_drop") if theme else False
    if not (keep or drop):
        return
    try:
        given = tuple(
            (code, tuple(word.strip() for word in text.replace("\n", ",").split(",") if word.strip())) for code, text in texts.items()
        )
        changed = of_form(theme, label, tuple((code, some) for code, some in given if some), all_themes)
        others = (
            [changed if theme and one.name == theme.name else one for one in all_themes] if keep else [o for o in all_themes if o != theme]
        )
        _write(mine, tuple(others if theme else [*others, changed]))
    except KpiError as error:
        st.error(plain(error.hint or "Nothing was kept."), title=plain(error.what), icon=":material/error:")
        return
    st.rerun()


def of_form(theme: Theme | None, label: str, words: tuple[tuple[str, tuple[str, ...]], ...], all_themes: tuple[Theme, ...]) -> Theme:
    """The theme a form says: an old one changed, or a new one under a name of its own."""
    if theme:
        return replace(theme, label=label, words=words)
    return Theme(feedback.named(label, [one.name for one in all_themes]), label, words)


def _write(mine: Mine, themes: tuple[Theme, ...]) -> None:
    """Keep themes that can be read again; BadValue says what cannot. Lines of the file are told by the theme and key here."""
    text = feedback.write(themes)
    feedback.read(text)
    _kept(mine, text)


def _kept(mine: Mine, text: str) -> None:
    feedback_asked.change(mine, lambda _: text)
    links.put(theme="")
    st.session_state["feedback_edits"] = st.session_state.get("feedback_edits", 0) + 1


def _file(mine: Mine, all_themes: tuple[Theme, ...]) -> None:
    state = st.session_state
    key = f"feedback_upload_{state.get('feedback_uploads', 0)}"
    st.file_uploader("All themes from a file", type=["toml"], key=key, on_change=_brought, args=(mine, key), max_upload_size=1)
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "themes.toml",
            feedback.write(all_themes),
            "themes.toml",
            key="feedback_themes_file",
            icon=":material/download:",
            on_click="ignore",
        )
        if feedback_asked.text(mine):
            st.button("Back to ours", icon=":material/restart_alt:", key="feedback_anew", on_click=_kept, args=(mine, ""))


def _brought(mine: Mine, key: str) -> None:
    """A file was chosen: kept as it is, comments and all, where it can be read; else its line and key are told."""
    state = st.session_state
    file = state[key]
    if file is None:
        return
    try:
        try:
            text = file.getvalue().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise BadValue("The themes are not UTF-8 text.", "Save the file as UTF-8.") from None
        feedback.read(text)
        _kept(mine, text)
    except KpiError as error:
        state["feedback_wrong"] = str(error)
    state["feedback_uploads"] = state.get("feedback_uploads", 0) + 1
    state["feedback_edit"] = True


def _spoken(code: str) -> str:
    return "Every language" if code == ANY else feedback.label(code)
