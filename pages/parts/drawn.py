"""A chart on the page: the cached spec, the data beside it, a sentence for those who do not see it, and the same as a table."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from kpi.charts import base
from kpi.export import safe


def draw(spec: Mapping[str, Any], datasets: Mapping[str, pd.DataFrame], *, key: str, alt: str, table: pd.DataFrame, file_name: str) -> None:
    """Draw a spec of `kpi.charts` over named frames, and behind it what it shows as a table to read and to download.

    `datasets` are the frames under the names the spec asks for; without them a chart is empty. `alt` says in one sentence what is to be
    seen. `table` is what is shown, under headers a person can read. `file_name` is the name of the CSV, with or without its ending.
    """
    own: Mapping[str, Any] = spec.get("config", {})
    shared = base.config(theme())
    config = {**shared, **{name: _under(shared.get(name), part) for name, part in own.items()}}
    st.vega_lite_chart({**spec, "config": config, "datasets": dict(datasets)}, key=key, alt=alt, width="stretch")
    as_table(table, key=f"{key}_table", alt=alt, file_name=file_name)


def as_table(table: pd.DataFrame, *, key: str, alt: str, file_name: str, label: str = "Show as a table") -> None:
    """The expander behind a chart. Its content is made only once somebody opens it."""
    with st.expander(label, key=key, type="compact", on_change="rerun") as shown:
        if shown.open:
            st.dataframe(table, hide_index=True, key=f"{key}_rows", alt=alt)
            name = file_name if file_name.endswith(".csv") else f"{file_name}.csv"
            st.download_button(
                "Download as CSV", csv_of(table), name, "text/csv", key=f"{key}_csv", icon=":material/download:", on_click="ignore"
            )


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
