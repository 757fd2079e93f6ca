"""What was understood of the visitor's files, said so that a person can check it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from kpi import Metric, units
from pages.parts.mine import Mine, reread
from pages.parts.words import plain


def line(mine: Mine) -> str:
    """One sentence: "ServiceNow: 141,712 rows became 24,918 tickets and 55,126 changes." """
    files = mine.dataset.report.files
    labels = list(dict.fromkeys(file.label for file in files))
    who = plain(", ".join(labels)) if len(labels) <= 3 else f"{units.say(len(files), 'count')} files"
    made = [f"{units.say(count, 'count')} {table.replace('_', ' ')}" for table, count in mine.dataset.rows.items() if count]
    rows = units.say(sum(file.rows for file in files), "count")
    return f"{who}: {rows} rows became {listed(made)}."


def trouble(mine: Mine) -> str:
    """What to look at, counted: "3 doubts, 5 cells not read"."""
    report = mine.dataset.report
    counts = [
        (len(_doubts(mine)), "doubt", "doubts"),
        (len(report.questions), "question", "questions"),
        (sum(column.unread for column in report.columns), "cell not read", "cells not read"),
        (sum(file.rejected for file in report.files), "row rejected", "rows rejected"),
    ]
    said = [f"{units.say(n, 'count')} {one if n == 1 else many}" for n, one, many in counts if n]
    return ", ".join(said) or "every row and every cell was read"


def lacks(metrics: Sequence[Metric], mine: Mine) -> str:
    """A list of what would have to be in the files for which metrics, by table."""
    wanted: dict[tuple[str, ...], tuple[list[str], list[str]]] = {}
    for metric in metrics:
        missing = metric.missing(mine.dataset.filled)
        columns, labels = wanted.setdefault(tuple(sorted({name.partition(".")[0] for name in missing})), ([], []))
        columns += [column for column in (name.partition(".")[2].replace("_", " ") for name in missing) if column not in columns]
        labels.append(metric.label)
    lines = [
        f"- **{' and '.join(tables).replace('_', ' ').capitalize()}** ({', '.join(columns)}) would give {', '.join(labels)}."
        for tables, (columns, labels) in sorted(wanted.items(), key=lambda item: -len(item[1][1]))
    ]
    return "\n".join(lines)


def questions(mine: Mine) -> None:
    """Day or month first? One answer for all the columns that cannot tell: an export writes its dates in one way."""
    asked = mine.dataset.report.questions
    if not asked:
        return

    def answered() -> None:
        if order := st.session_state["date_order"]:
            reread(mine.key, date_orders={"*": order})

    first = asked[0]
    columns = listed([f"“{header}”" for header in dict.fromkeys(question.header for question in asked)])
    orders = {"dmy": first.as_dmy, "mdy": first.as_mdy}
    with st.container(border=True, key="date_order_card"):
        st.markdown(f"**Is “{plain(first.example)}” {plain(first.as_dmy)} or {plain(first.as_mdy)}?**")
        st.caption(f"No row has a day above 12, so {plain(columns)} could be either. Until you say, such dates count as unknown.")
        st.segmented_control(
            "It is", orders, format_func=orders.__getitem__, key="date_order", on_change=answered, label_visibility="collapsed"
        )


def _doubts(mine: Mine) -> list[str]:
    """The doubts that are not asked as a question anyway."""
    asked = tuple(question.text for question in mine.dataset.report.questions)
    return [sentence for sentence in mine.dataset.report.doubts if not sentence.startswith(asked)]


def listed(words: Sequence[str]) -> str:
    """ "a, b and c"."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def report(mine: Mine, where: str) -> None:
    """The whole of it: files, doubts, and the columns with what could not be read. `where` makes its keys unique."""
    found = mine.dataset.report
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "File": file.file,
                    "Recognised as": file.label,
                    "Rows": file.rows,
                    "Became": ", ".join(f"{units.say(n, 'count')} {table}" for table, n in file.tables.items() if n),
                    "Older states": file.superseded,
                    "Rejected": file.rejected,
                }
                for file in found.files
            ]
        ),
        hide_index=True,
        column_config={name: st.column_config.NumberColumn(format="localized") for name in ("Rows", "Older states", "Rejected")},
        alt="The files, what they were recognised as and what became of their rows",
        key=f"{where}_files",
    )
    for sentence in _doubts(mine):
        st.markdown(f":orange[:material/help:] {plain(sentence)}")
    unread = [
        {"Column": f"{c.table}.{c.column}", "Cells not read": c.unread, "File": e.file, "Row": e.row, "Text": e.text, "Why": e.reason}
        for c in found.columns
        for e in c.examples
    ]
    if unread:
        st.markdown("**Cells that could not be read.** They count as unknown, never as zero.")
        st.dataframe(
            pd.DataFrame(unread), hide_index=True, alt="Examples of cells that could not be read, with the reason", key=f"{where}_unread"
        )
