"""A frozen link against the present: its numbers beside today's, for the owner."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd
import streamlit as st

import kpi
from kpi import store, units
from kpi.errors import KpiError
from kpi.measure.words import when
from kpi.report import Numbers
from kpi.report.proof import rows_of
from kpi.scope import Scope
from kpi.store import Shared, links
from kpi.store.links import Link
from pages.parts import recorded
from pages.parts.share_version import proof
from pages.parts.words import plain

MOST_TOLD = 3


def against(link: Link) -> pd.DataFrame:
    """A row for each number of a frozen link: Number, Frozen, Today, is_other. Today's is of the present data, by the very same scope and view."""
    held = proof(links.kept(link))
    if held is None or not held.numbers:
        return pd.DataFrame(columns=["Number", "Frozen", "Today", "is_other"])
    present = store.shared(replace(link, version=None))
    told = [row for part in held.numbers for row in _part(part, present)]
    return pd.DataFrame([(*row, row[1] != row[2]) for row in told], columns=["Number", "Frozen", "Today", "is_other"])


def _part(part: Numbers, present: Shared) -> Iterator[tuple[str, str, str]]:
    """The numbers of one measurement, each with its period and group: (what it is, frozen, today)."""
    scope = Scope.from_query(part.scope, calendar=present.opening.calendar)
    metrics = kpi.metrics()
    result = kpi.measure([name for name in part.metrics if name in metrics], scope, present.dataset, intervals=False)
    now = {row[:3]: row[3] for row in rows_of(result)}
    days = scope.clock != "business"
    for row in part.rows:
        metric = metrics.get(str(row[0]))
        if metric is None:
            continue
        name = ", ".join(filter(None, (metric.label, when(str(row[1]), scope.by), *row[2])))
        then, today = (units.say(value, metric.unit, days=days or "clock" not in metric.params) for value in (row[3], now.get(row[:3])))
        yield name, then, today


def show(link: Link) -> None:
    """For the owner: what today's values would be."""
    try:
        with st.skeleton(height=120):
            found = against(link)
    except KpiError as error:
        st.info(f"Today’s values cannot be told: {plain(error.what)} {plain(error.hint)}", icon=":material/info:")
        return
    if found.empty:
        st.caption("No numbers were kept with this link.")
        return
    others = found[found["is_other"]]
    if others.empty:
        st.markdown(
            f"**Today’s {'values' if len(found) > 1 else 'value'} would be the same:** all {len(found)} {'numbers' if len(found) > 1 else 'of it'}."
        )
        return
    first = "; ".join(f"{row['Number']} {row['Today']}, not {row['Frozen']}" for _, row in others.head(MOST_TOLD).iterrows())
    more = f"; and {len(others) - MOST_TOLD} more" if len(others) > MOST_TOLD else ""
    st.markdown(f"**Today’s value would be other for {len(others)} of {len(found)} numbers:** {plain(first)}{more}.")
    recorded.table(
        found.assign(Other=found["is_other"].map({True: "yes", False: ""})).drop(columns="is_other"),
        alt="The numbers of the frozen link beside those of the present data",
        key=f"share_today_{link.id}",
    )
