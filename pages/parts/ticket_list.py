"""The list of rows on the Tickets page: what is asked of it stands in the address, and the engine makes one page of it."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

import kpi
from kpi import Scope, units
from kpi.errors import UnknownName
from kpi.explain import rows_said
from kpi.explain.listing import LONGEST_SEARCH, Listing, count, filled_columns, page
from pages.parts import downloads, left_out, links, recorded, ticket_columns
from pages.parts.mine import Mine
from pages.parts.words import plain

SIZE = 50
EVERY, FOUND = "", "finding"
"""No number asked about: every ticket of the dates, or those of a finding of Data & quality."""
Query = dict[str, list[str]]


def asked(mine: Mine, scope: Scope) -> Query:
    """What the address asks of the list; what it asks in vain is left out."""
    query = {
        "metric": links.one_of("metric", kpi.metrics(), EVERY),
        "side": links.one_of("side", ("second",), also=("first",)),
        "out": links.one_of("out", ("1",), also=("0",)),
        "find": links.own("find"),
        "sort": links.own("sort"),
        "finding": links.own("finding"),
    }
    if query["finding"]:
        try:
            downloads.finding(mine.dataset, scope, query["finding"])
        except UnknownName:
            left_out.part("finding", query["finding"])
            query["finding"] = ""
    if len(query["find"]) > LONGEST_SEARCH:
        left_out.part("find", query["find"])
        query["find"] = ""
    return {name: [query[name]] for name in downloads.OWN}


def listed(mine: Mine, scope: Scope, query: Query) -> Listing:
    """The rows the address asks for; without an order that they cannot have."""
    try:
        return downloads.asked(mine.dataset, scope, query)
    except UnknownName:
        if not query["sort"][0]:
            raise
        left_out.part("sort", query["sort"][0])
        query["sort"] = [""]
        return downloads.asked(mine.dataset, scope, query)


@st.cache_resource(max_entries=500, show_spinner=False)
def _counted(fingerprint: str, schema: str, text: str, _mine: Mine, _rows: Listing) -> int:
    return count(_mine.dataset, _rows)


@st.cache_resource(max_entries=100, show_spinner=False)
def _filled(fingerprint: str, table: str, schema: str, columns: tuple[str, ...], _mine: Mine, _rows: Listing) -> frozenset[str]:
    return filled_columns(_mine.dataset, _rows)


def total(mine: Mine, rows: Listing) -> int:
    """How many rows the list has; remembered, for turning a page asks again."""
    return int(_counted(mine.dataset.fingerprint, rows.schema, rows.text, mine, rows))


def filled(mine: Mine, rows: Listing) -> frozenset[str]:
    """The columns that hold anything."""
    found: frozenset[str] = _filled(mine.dataset.fingerprint, rows.table, rows.schema, tuple(rows.columns), mine, rows)
    return found


def controls(mine: Mine, scope: Scope, query: Query) -> None:
    """Which rows, and what to look for in them."""
    metrics, lacks = kpi.metrics(), mine.dataset.lacking(scope.ask)
    choices = {EVERY: "Every ticket created in these dates"}
    choices |= {name: f"Behind {metric.label} · {metric.family}" for name, metric in metrics.items() if not lacks[name]}
    metric = query["metric"][0]
    if query["finding"][0]:
        metric, choices[FOUND] = FOUND, f"Found: {downloads.finding(mine.dataset, scope, query['finding'][0]).title}"
    elif metric not in choices:
        choices[metric] = f"Behind {metrics[metric].label}"
    st.session_state["rows_of"], st.session_state["rows_find"] = metric, query["find"][0]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="rows_bar"):
        st.selectbox("Rows", choices, format_func=choices.__getitem__, key="rows_of", on_change=_put, args=("metric", "rows_of"), width=380)
        st.text_input(
            "Find",
            placeholder="ticket, requester, agent, topic …",
            key="rows_find",
            on_change=_put,
            args=("find", "rows_find"),
            width=260,
            icon=":material/search:",
        )
        if metric in metrics:
            st.session_state["rows_out"] = query["out"][0] == "1"
            st.toggle("Left out instead", key="rows_out", on_change=_put_flag, args=("out", "rows_out"))


def about(mine: Mine, scope: Scope, query: Query) -> None:
    """What was found odd about the tickets listed."""
    found = downloads.finding(mine.dataset, scope, query["finding"][0])
    recorded.say(f"**{plain(found.title)}.** {plain(found.sentence)}")
    st.caption("Every such ticket, whatever its dates and the filters above.")


def order(rows: Listing, known: frozenset[str], query: Query, scope: Scope) -> None:
    """By what the rows are sorted, and which columns are shown."""
    names = [name for name in rows.columns if name in known and name != "tags"]
    now = query["sort"][0] or f"-{rows.default_sort}"
    st.session_state["rows_sort"] = now.removeprefix("-") if now.removeprefix("-") in names else None
    st.session_state["rows_down"] = now.startswith("-")
    with st.popover("Order and columns", icon=":material/tune:", key="rows_order"):
        st.selectbox("Sorted by", names, format_func=ticket_columns.label, key="rows_sort", on_change=_sorted)
        st.toggle("Largest, or newest, first", key="rows_down", on_change=_sorted)
        columns = shown(rows, known, query, scope)
        st.session_state["rows_columns"] = columns
        st.multiselect(
            "Columns",
            [name for name in rows.columns if name in known],
            format_func=ticket_columns.label,
            key="rows_columns",
            on_change=_columns,
        )


def shown(rows: Listing, known: frozenset[str], query: Query, scope: Scope) -> list[str]:
    """The columns of the address that there are, else those shown at first."""
    asked_for = st.query_params.get_all("column")
    wanted = [name for name in asked_for if name in rows.columns]
    for name in set(asked_for).difference(wanted):
        left_out.part("column", name)
    return wanted or ticket_columns.first_shown(rows, known, kpi.metrics().get(query["metric"][0]), scope.ask)


def show(mine: Mine, scope: Scope, rows: Listing, known: frozenset[str], query: Query) -> None:
    """One page of the rows, and the way to the next."""
    many = total(mine, rows)
    pages = max(1, math.ceil(many / SIZE))
    asked_for = links.own("page", "1")
    is_one = asked_for.isascii() and asked_for.isdigit() and len(asked_for) < 9 and 1 <= int(asked_for) <= pages
    if not is_one:
        left_out.part("page", asked_for)
    number = int(asked_for) if is_one else 1
    columns = shown(rows, known, query, scope)
    frame = page(mine.dataset, rows, number, SIZE, tuple(columns))
    config = {}
    if "ticket_id" in frame:
        st.session_state["rows_ids"] = frame["ticket_id"].tolist()
        config["ticket_id"] = st.column_config.ButtonColumn(
            ticket_columns.label("ticket_id"), type="tertiary", pinned=True, alignment="left", key="rows_click", on_click=_open
        )
    first = SIZE * (number - 1)
    hint = " · a ticket's number opens it" if config else ""
    ticket_columns.table(
        frame,
        scope.zone,
        metric=kpi.metrics().get(query["metric"][0]),
        ask=scope.ask,
        key="rows_table",
        alt=f"{rows_said(rows.table, many)}, {first + 1} to {first + len(frame)}",
        column_config=config,
        height="content",
    )
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(
            f"{units.say(first + 1, 'count')}–{units.say(first + len(frame), 'count')} of {rows_said(rows.table, many)} · times in {scope.zone}{hint}"
        )
        if pages > 1:
            if st.session_state.get("rows_page", 1) != number:  # a link, or Back; set on every run, Streamlit would complain in the log
                st.session_state["rows_page"] = number
            st.pagination(pages, key="rows_page", on_change=_page)


def files(rows: Listing, query: Query, many: int) -> None:
    """Every row of the list as a file, whatever page one is on."""
    own = {name: values[0] for name, values in query.items()}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        st.caption(f"All {rows_said(rows.table, many)} as", width="content")
        for kind, name in (("csv", "CSV"), ("parquet", "Parquet")):
            st.link_button(
                name,
                downloads.url(kind, links.query(), **own),
                icon=":material/download:",
                type="tertiary",
                key=f"rows_{kind}",
                help="Every row of this list with every column, in this order. Texts cannot run as formulas in a spreadsheet.",
            )


def nothing(query: Query) -> None:
    """Why the list is empty, and the way out."""
    find = query["find"][0]
    if find:
        st.markdown(f"No row holds “{plain(find)}” in a ticket's number, its people, team or topic.")
        st.button("Clear the search", icon=":material/close:", key="rows_clear", on_click=links.put, kwargs={"find": "", "page": ""})
    else:
        st.markdown("Nothing was left out." if query["out"][0] == "1" else "No row in these dates and filters.")


def _put(name: str, widget: str) -> None:
    if name == "metric" and st.session_state[widget] == FOUND:
        return
    links.put(**{name: st.session_state[widget] or "", "page": "", "ticket": ""})
    if name == "metric":
        links.put(sort="", column="", out="", side="", finding="")


def _put_flag(name: str, widget: str) -> None:
    links.put(**{name: "1" if st.session_state[widget] else "", "page": "", "column": ""})


def _sorted() -> None:
    name = st.session_state["rows_sort"]
    links.put(sort=f"{'-' if st.session_state['rows_down'] else ''}{name}" if name else "", page="")


def _columns() -> None:
    links.put(column=list(st.session_state["rows_columns"]))


def _page() -> None:
    links.put(page=str(st.session_state["rows_page"]))


def _open() -> None:
    """A ticket's number was clicked: it goes into the address. By its row, for a label may be shortened."""
    ids = st.session_state["rows_ids"]
    row = st.session_state["rows_click"].row
    if row < len(ids) and not pd.isna(ids[row]):
        links.put(ticket=str(ids[row]))
