"""Files of several tools as one dataset: how much of each found its ticket, and where two rows of a ticket contradict each other."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from kpi import units
from kpi.sources import FileReport, Import, Join, column_label
from pages.parts import recorded
from pages.parts.drawn import csv_of
from pages.parts.mine import SHOWN, Mine

HEADER = "Found in the tickets"
BY = {"ticket_id": "by ticket id", "requester": "by requester", "agent": "by agent"}
FIRST = 200
"""So many conflicts are shown; the download has all."""


def cell(file: FileReport, report: Import) -> dict[str, str]:
    """The cell of a table of files, under its header; nothing where no file has to find anything."""
    if not any(one.joins for one in report.files):
        return {}
    return {HEADER: "; ".join(said(join) for join in file.joins) or ("the tickets" if "tickets" in file.tables else "")}


def said(join: Join) -> str:
    """ "97.2 % by ticket id", "54.2 % by id or requester"."""
    if join.rate is None:
        return "nothing to join"
    rate = units.say(join.rate * 100, "%")
    if join.table == "customers":
        return f"{rate} of requesters"
    return f"{rate} by id or requester" if join.told else f"{rate} {BY[join.on]}"


def conflicts(mine: Mine) -> None:
    """Cells in which two rows of one ticket differ although neither is newer; all of them to download."""
    if mine.dataset.seen.names != SHOWN or not mine.dataset.seen.rows:
        return  # a cell may name an agent or a customer
    total, frame = _conflicts(mine.key, mine.dataset.fingerprint, mine)
    if not total:
        return
    recorded.heading("Rows that contradict each other")
    recorded.quiet(
        "They are of one ticket and of one age, so nothing tells which is right. The last row counts; every other cell is listed."
    )
    recorded.table(_worded(frame.head(FIRST)), key="data_conflicts", alt="Cells in which two rows of one ticket differ, and which counts")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            f"Download all {units.say(total, 'count')} as CSV" if total > 1 else "Download as CSV",
            lambda: csv_of(_worded(frame)), "conflicts.csv", "text/csv", key="download_conflicts", icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        if total > FIRST:
            recorded.quiet(f"The first {FIRST:,} of {total:,} are shown.", width="content")


@st.cache_resource(max_entries=10, show_spinner=False)
def _conflicts(key: str, fingerprint: str, _mine: Mine) -> tuple[int, pd.DataFrame]:
    data = _mine.dataset
    if "conflicting_cells" not in set(data.query("SHOW TABLES", data.canonical)["name"]):  # an earlier version of the product read them
        return 0, pd.DataFrame()
    frame = data.query('SELECT * FROM conflicting_cells ORDER BY id, "column", file, "row"', data.canonical)
    return len(frame), frame


def _worded(frame: pd.DataFrame) -> pd.DataFrame:
    """Conflicts under headers a person reads."""
    return pd.DataFrame(
        {
            "Id": frame["id"],
            "Column": [column_label(t, c) for t, c in zip(frame["table"], frame["column"], strict=True)],
            "Counts": frame["counted"],
            "From": frame["counted_file"] + ", row " + frame["counted_row"].astype(str),
            "Does not count": frame["stated"],
            "From there": frame["file"] + ", row " + frame["row"].astype(str),
            "Why it is a conflict": frame["reason"],
        }
    )
