"""A chart on the page: the cached spec, the data beside it, a sentence for those who do not see it, and the same as a table."""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from kpi import Dataset, Scope
from kpi.charts import base
from kpi.charts import timeline as drawing
from kpi.export import safe
from kpi.report import Chart, can_write, pictures
from kpi.timeline import Counted, counted
from pages.parts import fold, recorded
from pages.parts.words import plain

KNOWN_FROM = {"tickets": "the ticket's own columns", "changes": "its changes"}


def draw(spec: Mapping[str, Any], datasets: Mapping[str, pd.DataFrame], *, key: str, alt: str, table: pd.DataFrame, file_name: str) -> None:
    """Draw a spec of `kpi.charts` over named frames, and behind it what it shows as a table to read and to download.

    `datasets` are the frames under the names the spec asks for; without them a chart is empty. `alt` says in one sentence what is to be
    seen. `table` is what is shown, under headers a person can read. `file_name` is the name of the CSV, with or without its ending.
    """
    own: Mapping[str, Any] = spec.get("config", {})
    shared = base.config(theme())
    config = {**shared, **{name: _under(shared.get(name), part) for name, part in own.items()}}
    st.vega_lite_chart({**spec, "config": config, "datasets": dict(datasets)}, key=key, alt=alt, width="stretch")
    chart = Chart(spec, dict(datasets), alt, table, file_name)
    recorded.chart(chart)
    as_table(table, key=f"{key}_table", alt=alt, file_name=file_name, chart=chart)


def as_table(
    table: pd.DataFrame,
    *,
    key: str,
    alt: str,
    file_name: str,
    label: str = "Show as a table",
    config: Mapping[str, Any] | None = None,
    chart: Chart | None = None,
) -> None:
    """The expander behind a chart. Its content is made only once somebody opens it. `config` is that of `st.dataframe`'s columns.

    With the `chart` its picture is offered beside the CSV.
    """
    with fold.fold(label, key=key, type="compact") as shown:
        if shown.open:
            st.dataframe(table, hide_index=True, key=f"{key}_rows", alt=alt, column_config=dict(config or {}))
            name = file_name.removesuffix(".csv")
            with st.container(horizontal=True):
                st.download_button(
                    "Download as CSV",
                    csv_of(table),
                    f"{name}.csv",
                    "text/csv",
                    key=f"{key}_csv",
                    icon=":material/download:",
                    on_click="ignore",
                )
                if chart is not None and can_write("png"):
                    picture = partial(pictures.png, chart, theme())
                    st.download_button(
                        "Download as picture",
                        picture,
                        f"{name}.png",
                        "image/png",
                        key=f"{key}_png",
                        icon=":material/image:",
                        on_click="ignore",
                    )


def timeline(data: Dataset, ticket_id: str, metric: str, scope: Scope, key: str) -> None:
    """What a metric takes from one ticket: the sentence, the drawing with the counted time marked, and what happened, event by event.

    UnknownName for a ticket that is not there, BadValue where the data cannot give the metric.
    """
    asked = tuple((name, tuple(values)) for name, values in sorted(scope.to_query().items()))
    found = _counted(data.fingerprint, ticket_id, metric, asked, _data=data, _scope=scope)
    frames = _frames(data.fingerprint, ticket_id, metric, asked, _found=found)
    recorded.say(f"**{plain(found.text)}**")
    spec = drawing.spec(drawing.marks_of(list(frames["marks"]["mark"])), drawing.is_timed(found))
    alt = f"Ticket {ticket_id} over time: its status, its messages, and the time {found.metric.label} counts. {found.text}"
    st.vega_lite_chart({**spec, "config": base.config(theme()), "datasets": dict(frames)}, key=key, alt=alt, width="stretch")
    recorded.chart(Chart(spec, dict(frames), alt, pd.DataFrame(), "ticket"))
    shortened = "" if drawing.is_even(found) else " Long stretches are shortened: the order is true, the widths are not."
    shaded = " Working hours are shaded." if len(frames["hours"]) else ""
    recorded.quiet(f"Times in {scope.zone}.{shortened}{shaded}")
    when = f"When ({scope.zone})"
    as_table(
        _told(found.events, when),
        key=f"{key}_events",
        alt="What happened to the ticket, event by event",
        file_name="ticket-events",
        label="Event by event",
        config={when: st.column_config.DatetimeColumn(format="ddd D MMM YYYY, HH:mm:ss")},
    )


def _told(events: pd.DataFrame, when: str) -> pd.DataFrame:
    """Events under headers a person can read."""
    seen = events["is_public"].map({True: "public", False: "private"})
    known = events["source"].map(lambda source: KNOWN_FROM.get(source, source))
    return (
        pd.DataFrame(
            {
                when: events["local"],
                "What": events["words"],
                "Who": events["who"],
                "Seen by the requester": seen,
                "For the clocks": events["note"],
                "Known from": known,
            }
        )
        .dropna(axis="columns", how="all")
        .pipe(lambda told: told.fillna({column: "" for column in told if column != when}))
    )


@st.cache_resource(max_entries=200, show_spinner=False)
def _counted(fingerprint: str, ticket_id: str, metric: str, asked: Any, _data: Dataset, _scope: Scope) -> Counted:
    return counted(_data, ticket_id, metric, _scope)


@st.cache_resource(max_entries=200, show_spinner=False)
def _frames(fingerprint: str, ticket_id: str, metric: str, asked: Any, _found: Counted) -> dict[str, pd.DataFrame]:
    return drawing.frames(_found)


def csv_of(table: pd.DataFrame) -> str:
    """A table as CSV: texts cannot run as formulas in a spreadsheet, times are ISO 8601, unknown is empty."""
    cells = {}
    for place, name in enumerate(table.columns):
        column = table.iloc[:, place]
        if pd.api.types.is_datetime64_any_dtype(column.dtype):
            column = column.map(lambda instant: instant.isoformat(), na_action="ignore")
        elif not (pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype)):
            column = column.map(lambda text: safe(str(text)), na_action="ignore")
        cells[safe(str(name))] = column
    out = io.StringIO()
    pd.DataFrame(cells).to_csv(out, index=False, lineterminator="\n")
    return out.getvalue()


def theme() -> str:
    """ "dark" or "light", as this visitor looks at the page."""
    return "dark" if st.context.theme.type == "dark" else "light"


def _under(shared: Any, own: Any) -> Any:
    return {**shared, **own} if isinstance(shared, Mapping) and isinstance(own, Mapping) else own
