"""The mapping screen: our columns in words, theirs to choose from, and at once what the first rows would be read as.

What is chosen becomes a mapping (TOML) that the import uses and that can be kept for the next export.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from kpi import store, units
from kpi.cells import UNITS, unit_of
from kpi.errors import KpiError
from kpi.sources import Checked, Preview, check, column_label, draft, parse_mapping, preview, to_toml
from kpi.tables import TABLES, Column
from pages.parts import accent
from pages.parts.mapping_words import words_of
from pages.parts.mine import Mine, reread
from pages.parts.quality_files import counted
from pages.parts.words import plain

NOT_THERE = ""
SCORE = "csat_score"
"""A column of ours that is a table of its own: the answer of a satisfaction survey beside each ticket."""
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
ALWAYS = {"csat": "Every row: CSAT", "nps": "Every row: NPS", "ces": "Every row: customer effort"}
SCALES = {"1 to 5": (1, 5), "1 to 7": (1, 7), "1 to 10": (1, 10), "0 to 10": (0, 10), "0 to 1": (0, 1), "0 to 100": (0, 100)}


@dataclass(frozen=True)
class Chosen:
    """One table of one file on the screen. `id` makes the keys of its controls."""

    key: str
    id: str
    seen: Preview

    @property
    def file(self) -> str:
        return self.seen.raw.file


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
            tables += [Chosen(key, f"{number}_{place}", seen) for place, seen in enumerate(found)]
    if not tables:
        st.markdown("There is no table in these files to match. Upload another export.")
        return
    read = {file.file for file in mine.dataset.report.files} if mine else set()
    by_id = {table.id: table for table in tables}
    first = next((t.id for t in tables if t.file not in read and t.seen.source is None), tables[0].id)
    if len(tables) > 1:
        st.session_state.setdefault("map_file", first)
        first = st.selectbox("File", by_id, format_func=lambda i: _named(by_id[i], mine), key="map_file")
    _table(by_id[first], mine)


def _named(table: Chosen, mine: Mine | None) -> str:
    by = mine.options.mappings if mine else {}
    how = "read by your mapping" if table.file in by else table.seen.source.label if table.seen.source else "not recognised"
    return f"{table.file} ({how})"


def _table(chosen: Chosen, mine: Mine | None) -> None:
    seen = chosen.seen
    st.caption(f"{plain(chosen.file)}: {len(seen.headers)} columns; looked at the first {units.say(seen.raw.rows, 'count')} rows.")
    if chosen.file in store.options(chosen.key).mappings:
        st.button("Forget my mapping of this file", icon=":material/undo:", on_click=_forget, args=(chosen,), key=f"forget_{chosen.id}")
    fixed = seen.source is not None
    rows = f"map_rows_{chosen.id}"
    st.session_state.setdefault(rows, seen.likeliest())
    fills = st.selectbox("A row of this file is", ROW_IS, format_func=ROW_IS.__getitem__, key=rows, width=420, disabled=fixed)
    fills = seen.likeliest() if fixed else fills
    if fixed and seen.source:
        st.caption(f"Recognised as {plain(seen.source.label)}. Only what you change here is read differently.")
    _defaults(chosen, fills)
    columns, also = _said(chosen, fills)
    mapping = _mapping(chosen, fills, columns, also)
    checked = _checked(chosen, mapping) if mapping else None
    own = [c for c in TABLES[fills].columns if _is_offered(fills, c)]
    shown = [c for c in own if c.required or c.name in USUAL[fills] or _now(chosen, fills, c.name)]
    with st.container(key=f"map_columns_{chosen.id}", gap="medium"):
        for column in shown:
            _row(chosen, fills, column, checked)
    rest = [c for c in own if c not in shown]
    if rest:
        with st.expander(f"More of our columns ({len(rest)})", key=f"map_more_{chosen.id}"):
            for column in rest:
                _row(chosen, fills, column, checked)
    _verdict(chosen, fills, mapping, checked)


def _is_offered(fills: str, column: Column) -> bool:
    stated = ("first_reply_seconds", "full_resolution_seconds", SCORE)
    return column.name != "source" if fills != "tickets" else column.name in stated or (column.name != "source" and not column.derived)


def _key(chosen: Chosen, fills: str, column: str, what: str = "header") -> str:
    return f"map_{chosen.id}_{fills}_{column}_{what}"


def _now(chosen: Chosen, fills: str, column: str) -> str:
    return str(st.session_state.get(_key(chosen, fills, column), NOT_THERE))


def _first(chosen: Chosen, fills: str) -> dict[str, str]:
    """Column -> header before anybody chose: what the source that recognises the file reads, else the proposal."""
    source = chosen.seen.source
    if source is None:
        return {column: guess.header for column, guess in chosen.seen.proposal(fills).items()}
    return {column: headers[0].raw for column, headers in source.main.found(chosen.seen.raw.headers).items()}


def _defaults(chosen: Chosen, fills: str) -> None:
    """Controls begin with what is proposed, once."""
    if st.session_state.get(f"map_begun_{chosen.id}_{fills}"):
        return
    st.session_state[f"map_begun_{chosen.id}_{fills}"] = True
    for column, header in _first(chosen, fills).items():
        st.session_state.setdefault(_key(chosen, fills, column), header)
    if chosen.seen.source is None:
        for column, guess in chosen.seen.proposal(fills).items():
            st.session_state.setdefault(_key(chosen, fills, column, "unit"), guess.unit)
    if fills == "surveys" and not _now(chosen, fills, "kind"):
        st.session_state[_key(chosen, fills, "kind")] = "csat"


def _said(chosen: Chosen, fills: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the controls say, as a mapping says it; survey scores beside tickets are a table of their own."""
    state = st.session_state
    columns: dict[str, Any] = {}
    also: list[dict[str, Any]] = []
    for column in TABLES[fills].columns:
        header = _now(chosen, fills, column.name)
        if not header or not _is_offered(fills, column):
            continue
        words = state.get(_key(chosen, fills, column.name, "words"), {})
        if column.name == SCORE:
            low, high = SCALES[state.get(_key(chosen, fills, SCORE, "scale"), _scale(chosen.seen, header))]
            ticket = _now(chosen, fills, "ticket_id")
            scale: dict[str, Any] = {"scale_low": {"constant": low}, "scale_high": {"constant": high}}
            also.append({"fills": "surveys", "columns": {"ticket_id": ticket, "kind": {"constant": "csat"}, "score": header, **scale}})
        elif (fills, column.name) == ("surveys", "kind") and header in ALWAYS:
            columns[column.name] = {"constant": header}
        elif column.unit == "s" and not _states_unit(chosen.seen, header):
            unit = state.get(_key(chosen, fills, column.name, "unit"), "")
            columns[column.name] = {"duration": header, **({"unit": unit} if unit else {})}
        elif words:
            kind = "status" if column.name == "status" else "flag" if column.type == "flag" else "choice"
            own = {word: word for word in column.words} if kind == "choice" else {}
            columns[column.name] = {kind: header, "words": {**own, **words}}
        elif column.type == "instant" and state.get(f"map_order_{chosen.id}"):
            columns[column.name] = {"instant": header, "order": state[f"map_order_{chosen.id}"]}
        else:
            columns[column.name] = header
    return columns, also


def _states_unit(seen: Preview, header: str) -> bool:
    return any(unit_of(h.note) for h in seen.raw.headers if h.raw == header)


def _mapping(chosen: Chosen, fills: str, columns: Mapping[str, Any], also: list[dict[str, Any]]) -> str:
    """The mapping as TOML; "" while nothing is said. Of a recognised file only the differences."""
    source = chosen.seen.source
    if source is None:
        return to_toml(draft(chosen.file, fills, columns, also)) if columns else ""
    was = _first(chosen, fills)
    changed = {
        c: said for c, said in columns.items() if said != was.get(c) and (isinstance(said, str) or _now(chosen, fills, c) != was.get(c))
    }
    changed |= {c: said for c, said in columns.items() if isinstance(said, dict) and ("words" in said or "order" in said)}
    leave = [column for column in was if not _now(chosen, fills, column)]
    if not (changed or leave):
        return ""
    return to_toml(draft(chosen.file, fills, changed, based_on=source.name, leave=leave))


def _row(chosen: Chosen, fills: str, column: Column, checked: Checked | str | None) -> None:
    """One of our columns: what it is, which of theirs it is, examples, and what was read."""
    label, key = column_label(fills, column.name), _key(chosen, fills, column.name)
    options = [NOT_THERE, *(ALWAYS if (fills, column.name) == ("surveys", "kind") else ()), *chosen.seen.headers]
    header = st.session_state.setdefault(key, NOT_THERE)
    if header not in options:
        st.session_state[key] = header = NOT_THERE
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.selectbox(
            f"{label} (needed)" if column.required else label,
            options,
            format_func=lambda option: ALWAYS.get(option, option) or "not in this file",
            key=key,
            help=column.about,
            width=300,
        )
        if header and column.unit == "s" and not _states_unit(chosen.seen, header):
            st.session_state.setdefault(_key(chosen, fills, column.name, "unit"), "")
            st.selectbox(
                "Plain numbers are",
                ["", *UNITS],
                format_func=lambda unit: unit or "not said",
                key=_key(chosen, fills, column.name, "unit"),
                width=150,
            )
        if header and column.name == SCORE:
            st.session_state.setdefault(_key(chosen, fills, SCORE, "scale"), _scale(chosen.seen, header))
            st.selectbox("Scale", list(SCALES), key=_key(chosen, fills, SCORE, "scale"), width=150)
        if header and header not in ALWAYS:
            with st.container(gap=None, width="stretch"):
                st.caption(_how_sure(chosen, fills, column.name, header))
                st.caption(" · ".join(plain(cell[:60]) for cell in chosen.seen.examples(header)) or "every cell is empty")
                st.markdown(_read(fills, column, checked))
    if isinstance(checked, Checked):
        words_of(_key(chosen, fills, column.name, "words"), fills, column, header, chosen.seen, checked)


def _how_sure(chosen: Chosen, fills: str, column: str, header: str) -> str:
    source = chosen.seen.source
    if source is not None:
        was = _first(chosen, fills).get(column)
        return f"as {plain(source.label)} says" if header == was else ":material/edit: your choice"
    guess = chosen.seen.proposal(fills).get(column)
    if guess is None or guess.header != header:
        return ":material/edit: your choice"
    icon = {"sure": ":green[:material/check_circle:]", "likely": ":material/thumb_up:", "a guess": ":orange[:material/help:]"}[guess.word]
    return f"{icon} {guess.word} ({100 * guess.confidence:.0f} %)"


def _read(fills: str, column: Column, checked: Checked | str | None) -> str:
    """ "1,000 cells read", or how many were not and which."""
    if not isinstance(checked, Checked):
        return ""
    table, name = ("surveys", "score") if column.name == SCORE else (fills, column.name)
    found = checked.report.column(table, name)
    said = f"{units.say(found.filled, 'count')} cell{'s' * (found.filled != 1)} read"
    if not found.unread:
        return f":green[{said}]" if found.filled else "nothing to read"
    texts = ", ".join(f"“{plain(text[:30])}”" for text, _ in checked.unread.get((table, name), [])[:3])
    return f":orange[{said}, {units.say(found.unread, 'count')} not: {texts}]"


def _scale(seen: Preview, header: str) -> str:
    """The smallest usual scale that holds every score."""
    numbers = []
    for text, _ in seen.values(header):
        try:
            numbers.append(float(text.replace(",", ".")))
        except ValueError:
            continue
    low, high = min(numbers, default=1), max(numbers, default=5)
    return next((name for name, (a, b) in SCALES.items() if a <= low and high <= b), "1 to 5")


def _verdict(chosen: Chosen, fills: str, mapping: str, checked: Checked | str | None) -> None:
    """Whether it would read, what is still asked, and the button."""
    if isinstance(checked, Checked) and (asked := checked.report.questions):
        orders = {"dmy": asked[0].as_dmy, "mdy": asked[0].as_mdy}
        st.segmented_control(
            f"Is “{plain(asked[0].example)}” …", orders, format_func=orders.__getitem__, key=f"map_order_asked_{chosen.id}",
            on_change=_order_said, args=(chosen,),
        )  # fmt: skip
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
    with st.container(horizontal=True):
        st.button(
            "Use this mapping", type=accent.button(), icon=":material/check:", disabled=bool(problem) or not made, key=f"use_{chosen.id}",
            on_click=_use, args=(chosen, mapping),
        )  # fmt: skip
        if mapping:
            st.download_button(
                "Download the mapping", mapping, f"{Path(chosen.file).stem or 'mapping'}.toml", "application/toml", key=f"toml_{chosen.id}",
                icon=":material/download:", on_click="ignore",
            )  # fmt: skip


def _problem(fills: str, mapping: str, checked: Checked | str | None, chosen: Chosen) -> str:
    if not mapping:
        return "Nothing is changed yet." if chosen.seen.source else "Choose at least one column."
    if isinstance(checked, str):
        return checked
    lacking = [column_label(fills, c) for c in TABLES[fills].required if not _now(chosen, fills, c)]
    if lacking:
        return f"Still needed: {', '.join(lacking)}."
    if isinstance(checked, Checked) and not checked.report.files[0].tables.get(fills):
        return "None of the first rows could be read like this."
    return ""


def _order_said(chosen: Chosen) -> None:
    st.session_state[f"map_order_{chosen.id}"] = st.session_state[f"map_order_asked_{chosen.id}"]


def _use(chosen: Chosen, mapping: str) -> None:
    reread(chosen.key, mappings={chosen.file: mapping})


def _forget(chosen: Chosen) -> None:
    reread(chosen.key, mappings={chosen.file: ""})


def _previews(key: str, name: str, path: Path) -> tuple[Preview, ...] | str:
    """The tables of a file, or one sentence why there are none."""
    try:
        found: tuple[Preview, ...] = _seen(key, name, path.stat().st_mtime_ns, path)
    except (KpiError, OSError) as error:
        return plain(str(error))
    return found


@st.cache_resource(max_entries=30, show_spinner="Looking at the first rows …")
def _seen(key: str, name: str, written: int, _path: Path) -> tuple[Preview, ...]:
    return preview(_path, name)


def _checked(chosen: Chosen, mapping: str) -> Checked | str:
    found: Checked | str = _checked_once(chosen.key, chosen.id, mapping, _seen=chosen.seen)
    return found


@st.cache_resource(max_entries=200, show_spinner=False)
def _checked_once(key: str, table: str, mapping: str, _seen: Preview) -> Checked | str:
    try:
        return check(_seen, parse_mapping(mapping))
    except KpiError as error:
        return str(error)
