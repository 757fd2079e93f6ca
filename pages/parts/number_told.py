"""What is told of one number, section by section; every word of it comes from `kpi.explain`."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from kpi import units
from kpi.explain import Explained, Look, rows_said
from kpi.explain.listing import page
from kpi.explain.words import ROWS
from kpi.metric import Metric
from pages.parts import asked_dates, downloads, fold, links, recorded, ticket_columns
from pages.parts.mine import Mine
from pages.parts.number_asked import in_days, said
from pages.parts.words import plain

SOME = 10
"""So many rows behind the number are shown here; the Tickets page has them all."""


def headline(found: Explained) -> None:
    """Interval, what it stands on, and the change: side by side, each with the dates it is of."""
    row, metric, currency = found.row, found.metric, found.result.currency or None
    days, before = in_days(found), found.result.scope.before()
    limits = units.say_interval(row["low"], row["high"], metric.unit, currency, days=days)
    looked = sum(look.in_scope for look in found.looks[:1])
    facts = [
        ("95 % interval", limits or "none", found.interval),
        ("Rows behind it", units.say(found.looks[0].counted, "count"), f"of {rows_said(found.looks[0].table, looked)} looked at"),
    ]
    if before and row.get("change") is not None:
        facts.append(
            (
                f"Before, {asked_dates.said(before.start, before.end)}",
                said(found, row["before"]),
                f"n = {units.say(row['before_n'], 'count')}",
            )
        )
        verdict = "" if row["change_low"] is None else "beyond noise" if row["is_beyond_noise"] else "no clear change"
        of = units.say_change_interval(row["change_low"], row["change_high"], metric.unit, currency, days=days)
        facts.append(
            ("Change", units.say_change(row["change"], metric.unit, currency, days=days), ", ".join(p for p in (verdict, of) if p))
        )
    with st.grid(len(facts), min_column_width=165):
        for name, value, below in facts:
            with st.container(border=True, height="stretch", gap="xsmall"):
                recorded.quiet(name)
                recorded.say(f"#### {plain(value)}")
                recorded.quiet(plain(below))


def onward(metric: Metric, *, is_compared: bool) -> None:
    """The questions that follow a number, each a page that opens with it."""
    pages = [("trends.py", "Is it getting better?", "show_chart"), ("benchmarks.py", "How do we compare?", "leaderboard")]
    pages += [("why.py", "Why did it change?", "waterfall_chart")] if is_compared else []
    with st.container(horizontal=True, gap="small", key="onward"):
        for file, question, icon in pages:
            links.to(file, label=question, icon=f":material/{icon}:", query_params=links.query(metric=metric.name), width="content")


def in_words(metric: Metric, switches: tuple[tuple[str, str], ...]) -> None:
    recorded.heading("In words")
    recorded.say(f"{plain(metric.about)}")
    better = {"higher": "higher is better", "lower": "lower is better", "neither": "neither high nor low is better"}[metric.better]
    rows = {"Formula": metric.formula, **dict(switches), "Direction": better, "Rule after": metric.reference}
    recorded.pairs(rows, "The metric in words")


def counted(found: Explained) -> None:
    recorded.heading("What was counted")
    recorded.say(f"**{plain(found.equation)}**")
    currency = found.result.currency or None
    rows = [
        {"": part.role.capitalize(), "What": part.words, "How much": units.say(part.amount, part.unit, currency, days=False)}
        for part in found.parts
    ]
    if len(rows) > 1:
        recorded.table(pd.DataFrame(rows), width="content", key="number_parts", alt="What the value is made of")
    recorded.say(plain(" ".join(part for part in (found.interval, found.change) if part)))
    own = [note for note in found.notes if note not in {words for _, words in found.switches} and " " in note]
    if own:
        recorded.quiet(" · ".join(plain(f"{note[0].upper()}{note[1:]}".rstrip(".")) for note in own))


def left_out(found: Explained) -> None:
    recorded.heading("What was left out")
    for look in found.looks:
        out, name = look.in_scope - look.counted, f"**{plain(look.words.capitalize())}:** " if look.words else ""
        every, some = rows_said(look.table, look.in_scope), units.say(look.counted, "count")
        does = "does" if out == 1 else "do"
        told = f"of {every} in these dates and filters, {some} count and {units.say(out, 'count')} {does} not."
        told = told if out else f"all {every} in these dates and filters count." if look.counted else "nothing in these dates and filters."
        recorded.say(f"{name}{plain(told if name else told[0].upper() + told[1:])}")
        if look.undated:
            more = f"{units.say(look.undated, 'count')} more {ROWS[look.table][look.undated != 1]}"
            has = "has" if look.undated == 1 else "have"
            which = found.metric.by if len(found.looks) == 1 else "this kind"  # two counts go by two times
            recorded.quiet(f"{plain(more)} {has} no time of {plain(which)}, and so no place in any dates.")
        if out:
            frame = pd.DataFrame({"Left out because": [o.reason for o in look.left_out], "Rows": [o.rows for o in look.left_out]})
            config = {"Rows": st.column_config.NumberColumn(format="localized")}
            alt = "Rows that were left out, by reason"
            recorded.table(frame, width="content", column_config=config, alt=alt, key=f"number_out_{look.part}")
            _files(found, look, out="1")


def behind(mine: Mine, found: Explained) -> None:
    """The first rows behind the number, the way to all of them, and the files."""
    if not mine.has_rows:
        return
    metric, scope, look = found.metric, found.result.scope, found.looks[0]
    recorded.heading(f"The {'tickets' if look.table == 'tickets' else 'rows'} behind it")
    rows = downloads.asked(mine.dataset, scope, {"metric": [metric.name]})
    first = ticket_columns.first_shown(rows, frozenset(rows.columns), metric, scope.ask)
    shown = [c for c in first if c not in ("requester", "url")]
    frame = page(mine.dataset, rows, 1, SOME, tuple(shown)).dropna(axis="columns", how="all")
    if frame.empty:
        recorded.say("None.")
        return
    ticket_columns.table(
        frame,
        scope.zone,
        metric=metric,
        ask=scope.ask,
        currency=found.result.currency or None,
        key="number_rows",
        alt=f"The newest rows behind {metric.label}",
    )
    many = look.counted
    recorded.quiet(f"The newest {units.say(min(SOME, many), 'count')} of {rows_said(look.table, many)}; times in {scope.zone}.")
    links.to(
        "tickets.py", label="All of them, to search and sort", icon=":material/table_rows:", query_params=links.query(metric=metric.name)
    )
    _files(found, look)


def _files(found: Explained, look: Look, out: str = "") -> None:
    """The rows as files: every one of them, in the dates and filters of the page."""
    if not st.session_state["mine"].has_rows:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        many = look.in_scope - look.counted if out else look.counted
        recorded.quiet(f"All {rows_said(look.table, many)} as", width="content")
        for kind, name in (("csv", "CSV"), ("parquet", "Parquet")):
            address = downloads.url(kind, links.query(), metric=found.metric.name, out=out, side=look.part)
            st.link_button(name, address, icon=":material/download:", type="tertiary", key=f"number_{kind}_{out}_{look.part}")


def for_notebooks(found: Explained) -> None:
    recorded.heading("For notebooks")
    recorded.say("These lines, run beside the same files, give the same digits.")
    st.code(found.python, language="python", wrap_lines=True)


def origin(found: Explained) -> None:
    recorded.heading("Where it comes from")
    recorded.pairs(dict(found.provenance), "Where it comes from")
    queries = len(found.sql)
    with fold.fold(
        f"SQL, as it ran: {queries} {'query' if queries == 1 else 'queries'}",
        icon=":material/database:",
        key="number_sql",
    ) as opened:
        if opened.open:
            for text in found.sql:
                st.code(text, language="sql", wrap_lines=True)
