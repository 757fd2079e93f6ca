"""A frozen link against the present: its numbers beside today's, for the owner."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

import kpi
from kpi import store, units
from kpi.errors import KpiError
from kpi.scope import Scope
from kpi.store import links
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
    part = held.numbers[0]
    scope = Scope.from_query(part.scope, calendar=present.opening.calendar)
    known = [name for name in part.metrics if name in kpi.metrics()]
    rows = {row["metric"]: row["value"] for row in kpi.measure(known, scope, present.dataset, intervals=False).records()}
    days = scope.clock != "business"

    def said(name: str, value: float | None) -> str:
        metric = kpi.metrics()[name]
        return units.say(value, metric.unit, days=days or "clock" not in metric.params)

    then = {str(row[0]): row[3] for row in part.rows}
    told = [(kpi.metrics()[name].label, said(name, then[name]), said(name, rows.get(name))) for name in known if name in then]
    return pd.DataFrame([(*row, row[1] != row[2]) for row in told], columns=["Number", "Frozen", "Today", "is_other"])


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
