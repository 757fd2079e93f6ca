"""The mapping screen: our columns in words, theirs to choose from, and at once what the first rows would be read as.

What is chosen becomes a mapping (TOML) that the import uses, and that can be saved by a name for the next export.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from kpi import store, units
from kpi.errors import KpiError
from kpi.sources import Checked, Preview, check, column_label, draft, parse_mapping, preview, to_toml
from kpi.tables import TABLES
from pages.parts import accent, mapping_kept
from pages.parts.mapping_row import row
from pages.parts.mapping_said import Chosen, begin, begin_scores, is_offered, key_of, mapping_of, now
from pages.parts.mine import Mine, reread
from pages.parts.quality_files import counted
from pages.parts.words import plain

ROW_IS = {
    "tickets": "a ticket (case, conversation, call)",
    "messages": "a message of a ticket",
    "changes": "a change of a ticket",
    "surveys": "a survey answer",
    "reviews": "a rating in a quality review",
    "agent_time": "working time of an agent",
    "costs": "a cost line",
    "customers": "a customer",
}
USUAL = {
    "tickets": "created_at first_reply_at solved_at status channel team agent priority requester csat_score".split(),
    "costs": "period_end category currency".split(),
    "agent_time": "paid_seconds available_seconds handling_seconds".split(),
    "messages": "author author_role is_public".split(),
    "surveys": "ticket_id score answered_at comment".split(),
    "reviews": "ticket_id agent category score scale_low scale_high reviewed_at".split(),
    "changes": "old new".split(),
    "customers": "became_customer_at left_at segment".split(),
}


def screen(key: str) -> None:
    """The whole page, for files nobody recognises."""
    st.title("Which column is which?", anchor=False)
    st.markdown(
        "**No help desk we know writes these columns. Say once what they are; the next export can be read with the same mapping.** "
        "What is proposed comes from names and values, so look at it."
    )
    choose_file(key, None)


def by_hand(mine: Mine, label: str) -> None:
    """The same on the Data page, for files left out or read wrongly; drawn once somebody opens it."""
    with st.expander(label, icon=":material/rule:", key="match", on_change="rerun") as shown:
        if shown.open:
            choose_file(mine.key, mine)


def choose_file(key: str, mine: Mine | None) -> None:
    """Which file, what a row of it is, and its columns."""
    tables = []
    for number, (name, path) in enumerate(store.files(key).items()):
        found = _previews(key, name, path)
        if isinstance(found, str):
            st.warning(found, icon=":material/broken_image:")
        else:
            tables += [Chosen(key, f"{number}_{place}", seen, path.name) for place, seen in enumerate(found)]
    if not tables:
        st.markdown("There is no table in these files to match. Upload another export.")
        return
    read = {file.file for file in mine.dataset.report.files} if mine else set()
    by_id = {table.id: table for table in tables}
    first = next((t.id for t in tables if t.file not in read and t.seen.source is None), tables[0].id)
    if len(tables) > 1:
        if st.session_state.setdefault("map_file", first) not in by_id:
            st.session_state["map_file"] = first
        first = st.selectbox("File", by_id, format_func=lambda i: _named(by_id[i], mine), key="map_file")
    _table(by_id[first])


def _named(table: Chosen, mine: Mine | None) -> str:
    by = mine.options.mappings if mine else {}
    how = "read by your mapping" if table.file in by else table.seen.source.label if table.seen.source else "not recognised"
    return f"{table.file} ({how})"


def _table(chosen: Chosen) -> None:
    seen, source = chosen.seen, chosen.seen.source
    st.caption(f"{plain(chosen.file)}: {len(seen.raw.headers)} columns; looked at the first {units.say(seen.raw.rows, 'count')} rows.")
    if chosen.file in store.options(chosen.key).mappings:
        st.button("Forget my mapping of this file", icon=":material/undo:", on_click=_forget, args=(chosen,), key=f"forget_{chosen.id}")
    mapping_kept.choose(chosen)
    if source is not None:
        st.caption(f"Recognised as {plain(source.label)}. Only what you change here is read differently.")
        if source.is_best_effort:
            st.markdown(
                ":orange[:material/help:] **This is a best effort:** no real export of this tool was at hand, so its columns are matched "
                "loosely. Look at each, and put right what is not."
            )
        if source.reshape is not None:
            st.caption(
                "Its rows are made into rows of ours before they are read: you can choose from what is made, and from the file’s own columns."
            )
    if chosen.loaded.get("whole"):
        _whole(chosen)
        return
    rows = f"map_rows_{chosen.id}"
    st.session_state.setdefault(rows, seen.likeliest())
    fills = st.selectbox("A row of this file is", ROW_IS, format_func=ROW_IS.__getitem__, key=rows, width=420, disabled=source is not None)
    fills = seen.likeliest() if source is not None else fills
    begin(chosen, fills)
    begin_scores(chosen, fills)
    mapping = mapping_of(chosen, fills)
    as_it_is = to_toml(draft(chosen.file, fills, {}, based_on=source.name, signs=[])) if source is not None else ""
    checked = _checked(chosen, mapping or as_it_is) if mapping or as_it_is else None
    if isinstance(checked, Checked):
        _order_asked(chosen, fills, checked)
    own = [c for c in TABLES[fills].columns if is_offered(fills, c)]
    shown = [c for c in own if c.required or c.name in USUAL[fills] or now(chosen, fills, c.name)]
    with st.container(key=f"map_columns_{chosen.id}", gap="small"):
        for column in shown:
            row(chosen, fills, column, checked)
    rest = [c for c in own if c not in shown]
    if rest:
        with st.expander(f"More of our columns ({len(rest)})", key=f"map_more_{chosen.id}"):
            for column in rest:
                row(chosen, fills, column, checked)
    _verdict(chosen, fills, mapping, checked)


def _whole(chosen: Chosen) -> None:
    """A loaded mapping that the controls cannot show: what it reads, and the button."""
    text = str(chosen.loaded["text"])
    checked = _checked(chosen, text)
    st.markdown(f"**“{plain(chosen.loaded['label'])}” is used as it is.** This is what it finds; choose another above to match by hand.")
    if isinstance(checked, Checked):
        found = [c for c in checked.report.columns if c.headers]
        st.dataframe(
            pd.DataFrame(
                {
                    "Ours": [column_label(c.table, c.column) for c in found],
                    "Theirs": [", ".join(h.partition(": ")[2] for h in c.headers) for c in found],
                    "Cells read": [c.filled for c in found],
                    "Not read": [c.unread for c in found],
                }
            ),
            hide_index=True, key=f"map_whole_{chosen.id}", alt="Our columns, theirs, and how many cells the mapping reads",
        )  # fmt: skip
    _verdict(chosen, str(chosen.loaded["fills"]), text, checked)


def _order_asked(chosen: Chosen, fills: str, checked: Checked) -> None:
    """Day or month first: one answer for every column that could be either."""
    asked = checked.report.questions
    if not asked:
        return
    orders = {"dmy": asked[0].as_dmy, "mdy": asked[0].as_mdy}
    with st.container(border=True, key=f"map_order_{chosen.id}"):
        st.markdown(f"**Is “{plain(asked[0].example)}” {plain(asked[0].as_dmy)} or {plain(asked[0].as_mdy)}?**")
        st.segmented_control(
            "It is", orders, format_func=orders.__getitem__, key=f"map_order_asked_{chosen.id}", label_visibility="collapsed",
            on_change=_order_said, args=(chosen, fills, tuple(question.column for question in asked)),
        )  # fmt: skip


def _verdict(chosen: Chosen, fills: str, mapping: str, checked: Checked | str | None) -> None:
    """Whether it would read, what is still asked, and the buttons."""
    problem = _problem(fills, mapping, checked, chosen)
    made = sum(checked.report.files[0].tables.values()) if isinstance(checked, Checked) else 0
    if problem:
        st.markdown(f":orange[:material/info:] {plain(problem)}")
    elif isinstance(checked, Checked):
        file = checked.report.files[0]
        kept = " and ".join(counted(n, table) for table, n in file.tables.items())
        lost = f"; {units.say(file.rejected, 'count')} would be left out" if file.rejected else ""
        st.markdown(
            f":green[:material/check_circle:] **The first {units.say(chosen.seen.raw.rows, 'count')} rows would become {kept}{lost}.**"
        )
    is_ready = not problem and made > 0
    st.button(
        "Use this mapping", type=accent.button(), icon=":material/check:", disabled=not is_ready, key=f"use_{chosen.id}",
        on_click=_use, args=(chosen, mapping),
    )  # fmt: skip
    if mapping:
        mapping_kept.keep(chosen, mapping, is_ready)


def _problem(fills: str, mapping: str, checked: Checked | str | None, chosen: Chosen) -> str:
    if not mapping:
        return "Nothing is changed yet." if chosen.seen.source else "Choose at least one column."
    if isinstance(checked, str):
        return checked
    lacking = [] if chosen.loaded.get("whole") else [column_label(fills, c) for c in TABLES[fills].required if not now(chosen, fills, c)]
    if lacking:
        return f"Still needed: {', '.join(lacking)}."
    if isinstance(checked, Checked) and not checked.report.files[0].tables.get(fills):
        return "None of the first rows could be read like this."
    return ""


def _order_said(chosen: Chosen, fills: str, columns: tuple[str, ...]) -> None:
    for column in columns:
        st.session_state[key_of(chosen, fills, column, "order")] = st.session_state[f"map_order_asked_{chosen.id}"]


def _use(chosen: Chosen, mapping: str) -> None:
    reread(chosen.key, mappings={chosen.file: mapping})


def _forget(chosen: Chosen) -> None:
    reread(chosen.key, mappings={chosen.file: ""})


def _previews(key: str, name: str, path: Path) -> tuple[Preview, ...] | str:
    """The tables of a file, or one sentence why there are none."""
    try:
        found: tuple[Preview, ...] = _seen(key, name, str(path), path.stat().st_mtime_ns, path)
    except (KpiError, OSError) as error:
        return plain(str(error))
    return found


@st.cache_resource(max_entries=30, show_spinner="Looking at the first rows …")
def _seen(key: str, name: str, stored: str, written: int, _path: Path) -> tuple[Preview, ...]:
    return preview(_path, name)


def _checked(chosen: Chosen, mapping: str) -> Checked | str:
    found: Checked | str = _checked_once(chosen.key, chosen.id, chosen.stamp, mapping, _seen=chosen.seen)
    return found


@st.cache_resource(max_entries=200, show_spinner=False)
def _checked_once(key: str, table: str, stamp: str, mapping: str, _seen: Preview) -> Checked | str:
    try:
        return check(_seen, parse_mapping(mapping))
    except KpiError as error:
        return str(error)
