"""Columns of rows as a person reads them: a header in words, durations and times written out, and which are shown first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from kpi import Metric, units
from kpi.explain.listing import Listing
from kpi.forms import Difference, Duration, Form, Mean, Nps, Ratio, Share, Spread, Total
from kpi.measure.compile import form_of
from kpi.metric import Ask
from pages.parts import recorded

LABELS = {
    "ticket_id": "Ticket",
    "review_id": "Review",
    "created_at": "Created",
    "first_reply_at": "First reply at",
    "first_solved_at": "First solved",
    "solved_at": "Solved",
    "closed_at": "Closed",
    "rated_at": "Rated",
    "replied_at": "Replied",
    "reviewed_at": "Reviewed",
    "started_at": "Began",
    "spent_on": "Day",
    "due_at": "Due",
    "work_started_at": "Work began",
    "answered_at": "Answered",
    "offered_at": "Invited",
    "asked_at": "Invited, or answered",
    "span_started_at": "In this status since",
    "span_status": "Status then",
    "ordinal": "Wait",
    "reply_wait_seconds": "Wait for the reply",
    "is_answered_survey": "Answered?",
    "is_latest": "Newest?",
    "is_valid": "On its scale?",
    "is_offered": "Invitation",
    "is_time_assumed": "Time assumed",
    "is_one_touch": "One-touch",
    "is_sla_met": "SLA met",
    "is_reply_sla_met": "Reply SLA met",
    "is_first_contact_resolved": "Resolved at first contact, as the tool says",
    "csat_score": "CSAT score",
    "position": "Place on its scale, 0 to 1",
    "url": "Help desk",
    "value": "Counts as",
    "reason": "Left out because",
}
_FIRST = {
    "tickets": "ticket_id created_at status channel team agent first_reply_seconds full_resolution_seconds csat_score requester url",
    "replies": "ticket_id replied_at replier reply_wait_seconds ordinal channel team",
    "open_spans": "ticket_id created_at span_status span_started_at channel team agent requester",
    "solved_spans": "ticket_id created_at channel team agent requester",
    "surveys": "ticket_id rated_at score comment agent channel requester",
    "quality_reviews": "review_id ticket_id reviewed_at review_score agent review_kind",
    "agent_time": "agent started_at paid_seconds available_seconds handling_seconds other_seconds",
    "cost_days": "spent_on category amount currency basis team channel",
    "customers": "requester became_customer_at left_at segment",
}
"""Measured table -> the columns shown unless the visitor chooses others."""
Writer = Callable[[Any], str]
_ENDS = ("_business_seconds", "_seconds", "_at")


def label(column: str) -> str:
    """The header of a column: "First reply", "First reply, working hours"; a column of the export's own keeps its name."""
    if column in LABELS:
        return LABELS[column]
    ending = next((ending for ending in _ENDS if column.endswith(ending)), "")
    words = column.removesuffix(ending).removeprefix("is_").replace("_", " ").strip() or column
    words = {"sla": "SLA", "nps": "NPS"}.get(words, words[:1].upper() + words[1:])
    return f"{words}, working hours" if ending == "_business_seconds" else words


def first_shown(rows: Listing, filled: frozenset[str], metric: Metric | None = None, ask: Ask | None = None) -> list[str]:
    """The columns shown at first: what is left out leads with its reason, a number's rows with what each counts as."""
    form = form_of(metric.name, ask) if metric and ask else None
    # What each row counts as says nothing where every row counts once, and is said once where it is a column anyway.
    same = f"{form.base}_seconds" if isinstance(form, Duration) else "amount" if isinstance(form, Ratio) else ""
    wanted = [c for c in _FIRST.get(rows.table, "").split() if c != same]
    lead = ["reason"] if "reason" in rows.columns else ["value"] if form and not _counts_once(form) else []
    at = [rows.default_sort] if rows.default_sort else []
    return [c for c in dict.fromkeys([wanted[0] if wanted else "", *lead, *at, *wanted]) if c in filled]


def _counts_once(form: Form) -> bool:
    total = form.over if isinstance(form, Ratio) else form.plus if isinstance(form, Difference) else form
    return isinstance(total, Total) and total.amount is None


def table(
    frame: pd.DataFrame, zone: str, *, metric: Metric | None = None, ask: Ask | None = None, currency: str | None = None, **more: Any
) -> None:
    """Rows as a table: the arguments of `st.dataframe`, and for rows behind a number its metric, switches and currency.

    Times are shown in `zone`; durations are written out and still sort by their length; links only where they are http or https.
    """
    form = form_of(metric.name, ask) if metric and ask else None
    shown, config = frame.copy(), dict(more.pop("column_config", {}))
    written: dict[Any, str | Writer | None] = {}
    for column in frame:
        name = str(column)
        config.setdefault(name, _config(name, frame[name]))
        if name == "value" and form and metric:
            own = metric.label if isinstance(form, Duration | Spread | Mean | Nps) else label(name)
            config[name] = st.column_config.Column("In the numerator" if isinstance(form, Share) else own)
            if isinstance(form, Share):
                shown[name] = frame[name].map({1.0: "yes", 0.0: "no"})
                continue
        if pd.api.types.is_datetime64_any_dtype(frame[name].dtype) and name != "spent_on":
            shown[name] = frame[name].dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None)
        elif name == "url":
            shown[name] = frame[name].where(frame[name].astype("str").str.match(r"(?i)https?://"))
        elif pd.api.types.is_bool_dtype(frame[name].dtype) or _is_flags(frame[name]):
            shown[name] = frame[name].map({True: "yes", False: "no"})
        elif pd.api.types.is_numeric_dtype(frame[name].dtype):
            written[name] = _writer(name, _unit(metric, form) if name == "value" else "", currency)
    # The look of a cell comes from a Styler and not from a number format: "1 h 42 min" is ours alone, and the cell still sorts as a number.
    styled = shown.style.format(written, na_rep=units.UNKNOWN) if written else shown
    recorded.listed(_told(shown, written, config), str(more.get("alt", "Rows")))
    st.dataframe(styled, hide_index=True, column_config=config, placeholder=units.UNKNOWN, **more)


def _told(shown: pd.DataFrame, written: Mapping[Any, str | Writer | None], config: Mapping[str, Any]) -> pd.DataFrame:
    """The rows as they are read on the screen, under the same headers."""
    kept = [column for column in shown if config.get(str(column), "") is not None]
    words = {column: shown[column].map(writer, na_action="ignore") for column, writer in written.items() if callable(writer)}
    heads = {name: given for name in kept if isinstance(column := config.get(str(name)), Mapping) and (given := column.get("label"))}
    return shown.assign(**words)[kept].rename(columns={name: label(str(name)) for name in kept} | heads)


def _unit(metric: Metric | None, form: Form | None) -> str:
    """The unit of what a row counts as: of a ratio its numerator's."""
    return form.over.unit if isinstance(form, Ratio) else metric.unit if metric else ""


def _is_flags(column: pd.Series[Any]) -> bool:
    return column.dtype == object and bool(column.notna().any()) and all(isinstance(cell, bool) for cell in column.dropna())


def _writer(name: str, unit: str, currency: str | None) -> Writer:
    """How a number is written."""
    if name.endswith("_seconds") or unit == "s":
        days = not name.endswith("_business_seconds")
        return lambda value: units.say(value, "s", days=days)
    if name in ("amount", "cost", "hourly_cost") or unit == "currency":
        return lambda value: units.say(value, "currency", currency)
    return lambda value: f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.10g}"


def _config(name: str, column: pd.Series[Any]) -> Any:
    if name == "url":
        return st.column_config.LinkColumn(label(name), display_text="open")
    if name == "spent_on":
        return st.column_config.DateColumn(label(name), format="YYYY-MM-DD")
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return st.column_config.DatetimeColumn(label(name), format="YYYY-MM-DD HH:mm")
    if name in ("ticket_id", "review_id"):
        return st.column_config.TextColumn(label(name), pinned=True)
    return st.column_config.Column(label(name))
