"""What was read of the files: file by file, column by column, and in full what could not be read."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

import kpi
from kpi import units
from kpi.sources import column_label
from kpi.tables import TABLES
from pages.parts import accent, joined, recorded, share_list
from pages.parts.drawn import csv_of
from pages.parts.mine import Mine, discard

TALL = 24
"""A table of more rows scrolls."""
SHOWN = 200
"""So many rows of a list are shown; the download has all of them."""
NAMES = {name: name.replace("_", " ").capitalize() for name in TABLES}
PRIVATE = "kept private"


def counted(n: int, noun: str) -> str:
    """ "1 ticket", "2,100 tickets", "3 rows of agent time"."""
    if noun == "agent_time":
        return f"{units.say(n, 'count')} {'row' if n == 1 else 'rows'} of agent time"
    return f"{units.say(n, 'count')} {noun.removesuffix('s') if n == 1 else noun}"


def files(mine: Mine) -> None:
    """One row for each file."""
    rows = [
        {
            "File": file.file,
            "Recognised as": f"{file.label} (best effort)" if file.confidence == "low" else file.label,
            "Rows": file.rows,
            "Became": ", ".join(counted(n, table) for table, n in file.tables.items() if n) or "nothing",
            **joined.cell(file, mine.dataset.report),
            "Older rows set aside": file.superseded,
            "Rows left out": file.rejected,
        }
        for file in mine.dataset.report.files
    ]
    recorded.table(
        pd.DataFrame(rows),
        column_config={
            name: st.column_config.NumberColumn(format="localized") for name in ("Rows", "Older rows set aside", "Rows left out")
        },
        alt="The files, what they were recognised as and what became of their rows",
        key="data_files",
    )


def columns(mine: Mine) -> None:
    """One row for each of our columns that was found: where, how much of it is filled, and three of its values."""
    report = mine.dataset.report
    several = len({file.file for file in report.files}) > 1
    examples = _examples(mine.key, mine.dataset.fingerprint, _data=mine.dataset)
    rows = []
    for column in report.columns:
        if column.state == "absent":
            continue
        total = column.filled + column.null
        rows.append(
            {
                "About": NAMES[column.table],
                "Column": column_label(column.table, column.column),
                "Found under": ", ".join(dict.fromkeys(_found(header, several) for header in column.headers)) or "the same in every row",
                "Filled": 100 * column.filled / total if total else 0.0,
                "Not read": column.unread,
                "For example": examples.get((column.table, column.column), ""),
            }
        )
    recorded.table(
        pd.DataFrame(rows),
        column_config={
            "Column": st.column_config.TextColumn(width=170),
            "Found under": st.column_config.TextColumn(width=190),
            "Filled": st.column_config.ProgressColumn(format="%.0f %%", min_value=0, max_value=100),
            "Not read": st.column_config.NumberColumn(format="localized"),
            "For example": st.column_config.TextColumn(width="large"),
        },
        alt="Our columns, where each was found, how much of it is filled, and examples",
        key="data_columns",
        height="content" if len(rows) <= TALL else 36 * TALL,
    )


def _found(header: str, several: bool) -> str:
    """Where a column was found, its own name first: where a cell is too narrow, that is not what is cut. The file only where there are several."""
    file, _, name = header.partition(": ")
    return f"{name} in {file}" if several and name else name or header


def own_columns(mine: Mine) -> None:
    """The export's columns that have no place among ours: kept to split by, or left aside with the reason."""
    extras = mine.dataset.report.extras
    kept = sum(extra.kept for extra in extras)
    if not extras:
        return
    with st.expander(f"Other columns of the files: {kept} kept to split by, {len(extras) - kept} left aside", key="own_columns"):
        rows = [
            {"File": e.file, "Column": e.header, "Kept": "to split and filter by" if e.kept else "no", "Why not": e.reason} for e in extras
        ]
        recorded.table(pd.DataFrame(rows), key="data_extras", alt="Columns with no place among ours, and what became of them")


def unread(mine: Mine) -> None:
    """Every cell that could not be read."""
    data = mine.dataset
    total = sum(column.unread for column in data.report.columns)
    if not total:
        return
    recorded.heading("Cells that could not be read")
    recorded.quiet("They count as unknown, never as zero.")
    _listed(_cells(data.unread(SHOWN)), total, "cell", "unread", lambda: csv_of(_cells(data.unread())))


def rejected(mine: Mine) -> None:
    """Every row that has no place."""
    data = mine.dataset
    total = sum(file.rejected for file in data.report.files)
    if not total:
        return
    recorded.heading("Rows that were left out")
    recorded.quiet("No number stands on them. Mend them in the help desk or the file, and import again.")
    _listed(_rows(data.rejected(SHOWN)), total, "row", "rejected", lambda: csv_of(_rows(data.rejected())))


def _listed(frame: pd.DataFrame, total: int, noun: str, key: str, whole: Callable[[], str]) -> None:
    recorded.table(frame, key=f"data_{key}", alt=f"The {noun}s, where each stands and why")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            f"Download all {units.say(total, 'count')} as CSV" if total > 1 else "Download as CSV",
            whole,
            f"{key}.csv",
            "text/csv",
            key=f"download_{key}",
            icon=":material/download:",
            on_click="ignore",
        )
        if total > len(frame):
            recorded.quiet(f"The first {len(frame):,} of {total:,} are shown.", width="content")


def _cells(frame: pd.DataFrame) -> pd.DataFrame:
    """Unread cells under headers a person reads."""
    return pd.DataFrame(
        {
            "File": frame["file"],
            "Row": frame["row"],
            "Column": [column_label(t, c) for t, c in zip(frame["table"], frame["column"], strict=True)],
            "What stands there": frame["text"],
            "Why it could not be read": frame["reason"],
        }
    )


def _rows(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"File": frame["file"], "Row": frame["row"], "Why": frame["reason"], "What stands there": frame["text"]})


@st.cache_resource(max_entries=20, show_spinner=False)
def _examples(key: str, fingerprint: str, _data: kpi.Dataset) -> dict[tuple[str, str], str]:
    """(table, column) -> three different values it holds, as one line."""
    found: dict[tuple[str, str], str] = {}
    for name, table in TABLES.items():
        filled = [c for c in table.columns if f"{name}.{c.name}" in _data.filled]
        if not filled or not _data.rows[name]:
            continue
        parts = ", ".join(
            f"(SELECT list(v) FROM (SELECT DISTINCT {_shown(c.name, c.type)} AS v FROM first LIMIT 4) WHERE v <> '') AS \"{c.name}\""
            for c in filled
        )
        row = _data.query(f"WITH first AS MATERIALIZED (SELECT * FROM {name} LIMIT 2000) SELECT {parts}", _data.canonical).iloc[0]
        for c in filled:
            values = [] if row[c.name] is None or not hasattr(row[c.name], "__len__") else [str(v) for v in row[c.name]][:3]
            found[name, c.name] = PRIVATE if c.private else " · ".join(value[:60] for value in values)
    return found


def _shown(column: str, kind: str) -> str:
    if kind == "instant":
        return f"strftime(\"{column}\", '%Y-%m-%d %H:%M')"
    return f"array_to_string(\"{column}\", ', ')" if kind == "list" else f'"{column}"::VARCHAR'


def these_data(mine: Mine) -> None:
    """Names, fingerprint, and the way to be rid of them."""
    recorded.heading("These data")
    st.text(", ".join(mine.names))
    recorded.quiet(f"Fingerprint {mine.dataset.fingerprint}: equal rows give an equal one, whatever the file format.")
    if mine.is_sample:
        return
    with st.popover("Delete these data", icon=":material/delete:", key="delete"):
        st.markdown("**The files and everything read from them are deleted from this machine.**")
        if dying := share_list.dying(mine):
            st.markdown(f":material/link_off: {dying}")
        else:
            st.caption("No link to them is open.")
        st.button(
            "Delete for good", type=accent.button(), icon=":material/delete_forever:", on_click=discard, args=(mine.key,), key="discard"
        )
