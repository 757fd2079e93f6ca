"""What was understood of the visitor's files, said so that a person can check it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from kpi import Metric, units
from kpi.sources import column_label
from kpi.tables import TABLES
from pages.parts import links
from pages.parts.mine import Mine, reread
from pages.parts.quality_files import counted
from pages.parts.words import plain


def line(mine: Mine) -> str:
    """One sentence: "ServiceNow: 141,712 rows became 24,918 tickets and 55,126 changes." """
    files = mine.dataset.report.files
    labels = list(dict.fromkeys(file.label for file in files))
    who = ", ".join(labels) if len(labels) <= 3 else f"{units.say(len(files), 'count')} files"
    made = [counted(count, table) for table, count in mine.dataset.rows.items() if count] or ["nothing"]
    rows = sum(file.rows for file in files)
    return plain(f"{who}: {units.say(rows, 'count')} row{'s' * (rows != 1)} became {listed(made)}.")


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


def counts(mine: Mine, findings: int) -> str:
    """What stands on the Data page, counted: "3 findings, 1 cell not read"."""
    report = mine.dataset.report
    numbers = [
        (findings, "finding", "findings"),
        (len(report.questions), "question", "questions"),
        (sum(column.unread for column in report.columns), "cell not read", "cells not read"),
        (sum(file.rejected for file in report.files), "row left out", "rows left out"),
    ]
    return listed([f"{units.say(n, 'count')} {one if n == 1 else many}" for n, one, many in numbers if n] or ["Nothing to look at"])


def lacks(metrics: Sequence[Metric], mine: Mine) -> str:
    """A list of what would have to be in the files for which metrics, by table."""
    wanted: dict[tuple[str, ...], tuple[list[str], list[str]]] = {}
    for metric in metrics:
        missing = metric.missing(mine.dataset.filled)
        columns, labels = wanted.setdefault(tuple(sorted({name.partition(".")[0] for name in missing})), ([], []))
        columns += [column for column in (_said(name) for name in missing) if column not in columns]
        labels.append(metric.label)
    lines = [
        f"- **{' and '.join(tables).replace('_', ' ').capitalize()}** ({', '.join(columns)}) would give {', '.join(labels)}."
        for tables, (columns, labels) in sorted(wanted.items(), key=lambda item: -len(item[1][1]))
    ]
    return "\n".join(lines)


def _said(name: str) -> str:
    """ "tickets.first_reply_at" -> "first reply"; kinds of rows ("surveys.csat") in words."""
    table, _, column = name.partition(".")
    if table in TABLES and column in TABLES[table].by_name:
        said = column_label(table, column)
        return said if said[:2].isupper() else f"{said[:1].lower()}{said[1:]}"
    kinds = {"csat": "CSAT answers", "nps": "NPS answers", "ces": "customer effort answers", "invitations": "invitations"}
    return kinds.get(column, f"changes of {column.replace('_', ' ')}" if table == "changes" else column.replace("_", " "))


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
    return [sentence for sentence in mine.dataset.report.doubts if not (asked and sentence.startswith(asked))]


def left_out(mine: Mine) -> bool:
    """Name the files of which nothing was read. True when one of them only needs its columns matched."""
    sentences = [sentence for sentence in _doubts(mine) if _LEFT_OUT in sentence]
    for sentence in sentences:
        st.warning(plain(sentence), icon=":material/block:")
    return any(_UNKNOWN in sentence for sentence in sentences)


def doubts(mine: Mine) -> None:
    """What was not plain about the files, but for what a finding tells better."""
    told = [sentence for sentence in _doubts(mine) if not any(mark in sentence for mark in (*_FOUND, _LEFT_OUT))]
    if told:
        with st.container(key="doubts", gap="xsmall"):
            for sentence in told:
                st.markdown(f":orange[:material/help:] {plain(sentence)}")


_LEFT_OUT, _UNKNOWN = "was left out: ", "Nothing recognises"
_FOUND = (
    "occur more than once",
    "no time zone is written",
    "rows were left out",
    "times computed from these two are left out",
    "No ticket has a time of creation",
    "Two encodings in one file",
)
"""Doubts that a card of the Data page tells with the size of their effect."""


def orders_said(mine: Mine) -> None:
    """The answer about day and month, and the way to change it."""
    said = mine.options.date_orders
    if not said:
        return

    def changed() -> None:
        reread(mine.key, date_orders=dict.fromkeys(said, st.session_state["date_order_said"]))

    words = {"dmy": "Day first: 3/4 is 3 April", "mdy": "Month first: 3/4 is 4 March"}
    st.session_state["date_order_said"] = next(iter(said.values()))
    st.segmented_control(
        "Dates that could be either are read", words, format_func=words.__getitem__, key="date_order_said", on_change=changed, required=True
    )


def listed(words: Sequence[str]) -> str:
    """ "a, b and c"."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def report(mine: Mine, where: str) -> None:
    """In short, for the foot of another page: doubts and examples of cells not read. `where` makes its keys unique."""
    found = mine.dataset.report
    for sentence in _doubts(mine):
        st.markdown(f":orange[:material/help:] {plain(sentence)}")
    unread = [
        {
            "Column": column_label(c.table, c.column),
            "Cells not read": c.unread,
            "File": e.file,
            "Row": e.row,
            "Text": e.text,
            "Why": e.reason,
        }
        for c in found.columns
        for e in c.examples
    ]
    if unread:
        st.markdown("**Cells that could not be read.** They count as unknown, never as zero.")
        st.dataframe(
            pd.DataFrame(unread), hide_index=True, alt="Examples of cells that could not be read, with the reason", key=f"{where}_unread"
        )
    links.to("data.py", label="All of it, and how much it matters", icon=":material/fact_check:", query_params=links.query())
