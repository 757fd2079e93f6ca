"""A visitor's own benchmarks: bring a CSV, see which rows could not be used, take it away again."""

from __future__ import annotations

import streamlit as st

from kpi import benchmarks
from kpi.errors import BadValue, KpiError
from pages.parts import benchmark_asked, texts
from pages.parts.mine import Mine
from pages.parts.words import plain

EXAMPLE = benchmarks.write(
    [
        benchmarks.Figure(
            "csat", 88.0, "Our trade association", "Annual survey", "share", unit="%", industry="retail", year=2025, sample="40 members"
        )
    ]
)
"""What a file looks like, to fill in."""
MOST_PROBLEMS = 20


def draw(mine: Mine) -> None:
    state = st.session_state
    book = benchmark_asked.own(mine)
    kept = bool(benchmark_asked.text(mine))
    with st.expander(
        f"Your own benchmarks: {book.text if kept else 'none yet'}", icon=":material/upload_file:", key="benchmark_file", on_change="rerun"
    ) as opened:
        if not opened.open:
            return
        st.markdown("Figures of your association, your group or a study you bought, compared by the same rules. They stay with these data.")
        if wrong := state.pop("benchmarks_wrong", None):
            st.error(plain(wrong), icon=":material/error:")
        key = f"benchmarks_{state.get('benchmark_uploads', 0)}"
        st.file_uploader("A CSV of benchmarks", type=["csv"], key=key, on_change=_brought, args=(mine, key), max_upload_size=2)
        for problem in book.problems[:MOST_PROBLEMS]:
            st.markdown(f"- Row {problem.row}: {plain(problem.why)}")
        if len(book.problems) > MOST_PROBLEMS:
            st.caption(f"and {len(book.problems) - MOST_PROBLEMS} rows more.")
        with st.container(horizontal=True, gap="small"):
            st.download_button(
                "An example to fill in",
                EXAMPLE,
                "benchmarks.csv",
                "text/csv",
                key="benchmark_example",
                icon=":material/download:",
                on_click="ignore",
            )
            if kept:
                text = benchmark_asked.text(mine)
                st.download_button(
                    "Your file", text, "benchmarks.csv", "text/csv", key="benchmark_kept", icon=":material/download:", on_click="ignore"
                )
                st.button("Remove it", key="benchmark_remove", icon=":material/delete:", on_click=_removed, args=(mine,))


def _brought(mine: Mine, key: str) -> None:
    """A file was chosen: keep its text as it is, so that nothing of it is lost; one that is no such table is told and not kept."""
    state = st.session_state
    file = state[key]
    if file is None:
        return
    try:
        try:
            text = file.getvalue().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise BadValue("The benchmarks are not UTF-8 text.", "Save the sheet as CSV (UTF-8).") from None
        book = benchmarks.read(text)
        if not book.figures:
            raise BadValue(f"No row of {file.name} could be used.", book.problems[0].why if book.problems else "It has no rows.")
        texts.change(mine, benchmark_asked.TEXT, lambda _: text)
    except KpiError as error:
        state["benchmarks_wrong"] = str(error)
    state["benchmark_uploads"] = state.get("benchmark_uploads", 0) + 1
    state["benchmark_file"] = True


def _removed(mine: Mine) -> None:
    texts.change(mine, benchmark_asked.TEXT, lambda _: "")
