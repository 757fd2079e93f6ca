"""All pairs at once: the named ones with their intervals and a sentence each, the matrix, and comparisons that turn round."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

import kpi
from kpi import Scope
from kpi.charts import base
from kpi.charts import correlations as charts
from kpi.correlations import NAMED, UNITS, Matrix, Pair
from kpi.correlations.words import r_said, sentence, stood_on
from kpi.report import Chart
from pages.parts import drawn, fold, links, recorded
from pages.parts.correlation_asked import address, turned_round
from pages.parts.mine import Mine
from pages.parts.words import plain

STATES = {"none": charts.NONE, "linked": charts.LINKED, "unknown": charts.UNKNOWN}
MOST_TURNED = 3


def named(mine: Mine, matrix: Matrix) -> None:
    """The pairs everybody asks about: a picture of their intervals, and a sentence each that opens the pair."""
    pairs = [pair for names in NAMED if (pair := matrix.pair(*names)) is not None]
    scored = [pair for pair in pairs if pair.is_scored]
    lacks = mine.dataset.lacking(matrix.ask)
    elsewhere = [] if matrix.unit == "periods" else [n for n in NAMED if matrix.pair(*n) is None and not any(lacks[name] for name in n)]
    if not pairs and not elsewhere:
        return
    recorded.heading("The pairs everybody asks about")
    if scored:
        frame = pd.DataFrame([_interval(pair, matrix) for pair in scored])
        drawn.draw(
            charts.intervals(tuple(frame["row"]), *_ends(frame)),
            {"d": frame, "z": pd.DataFrame({"zero": [0.0]})},
            key="correlation_named",
            alt=f"The link of each named pair with its plausible range, {matrix.unit}.",
            table=_table(pairs, matrix),
            file_name="named-pairs",
        )
    for pair in pairs:
        with st.container(gap=None, key=f"named_{address(pair)}"):
            link(pair, title(pair))
            recorded.say(plain(sentence(pair, matrix.ask)))
    if elsewhere:
        said = ", ".join(f"{_label(a)} and {_label(b)}" for a, b in elsewhere)
        recorded.quiet(plain(f"Not known of single {matrix.unit}, so look at weeks: {said}."))


def link(pair: Pair, label: str) -> None:
    """The way to a pair's own page."""
    links.to(
        "correlations.py",
        label=label,
        icon=":material/scatter_plot:",
        query_params=links.query(pair=address(pair), unit=pair.unit),
    )


def title(pair: Pair) -> str:
    return f"{_label(pair.first)} – {_label(pair.second)}"


def triangle(matrix: Matrix) -> None:
    """The matrix. A click opens the pair."""
    recorded.heading(f"All pairs, {UNITS[matrix.unit].lower()}")
    rows = _cells(matrix)
    labels = tuple(_label(name) for name in matrix.names)
    alt = f"Links of {len(labels)} numbers with each other. {matrix.text}"
    spec, frames = charts.matrix(labels), {"d": rows, "s": rows[rows["pair"] == links.own("pair")][["row", "column"]]}
    st.vega_lite_chart(
        {**spec, "config": base.config(drawn.theme()), "datasets": frames},
        key=f"correlation_matrix_{matrix.unit}",
        alt=alt,
        width="content" if len(labels) <= charts.FEW else "stretch",
        on_select=_picked,
        selection_mode=[charts.PICKED],
    )
    table = _table(matrix.pairs, matrix)
    chart = Chart(spec, frames, alt, table, f"links-of-{matrix.unit}")
    recorded.chart(chart)
    drawn.as_table(table, key="correlation_matrix_table", alt=alt, file_name=chart.name, chart=chart)
    recorded.quiet(
        "Click a cell to open its pair. The stronger the colour, the further the plausible range stays from 0; + together, - opposite ways, "
        f"grey cannot be told apart from 0 among {matrix.looked:,} pairs, palest too little to tell, = linked by arithmetic and not scored."
    )


def _picked() -> None:
    state = next((value for key, value in st.session_state.items() if str(key).startswith("correlation_matrix_") and value), None)
    chosen = dict(getattr(state, "selection", {}) or {}).get(charts.PICKED) or []
    if chosen and chosen[0].get("pair"):
        links.put(pair=str(chosen[0]["pair"]))


def choose(matrix: Matrix, pair: Pair | None) -> None:
    """The pair by two lists, for those who do not click cells."""
    metrics = matrix.metrics
    state = st.session_state
    first = pair.first if pair and pair.first in metrics else None
    second = pair.second if pair and pair.second in metrics else None
    state["correlation_first"], state["correlation_second"] = first, second
    for key, label in (("correlation_first", "First number"), ("correlation_second", "Second number")):
        st.selectbox(label, matrix.names, index=None, format_func=_label, key=key, on_change=_chosen, width=280, placeholder="Any number")


def _chosen() -> None:
    names = st.session_state["correlation_first"], st.session_state["correlation_second"]
    if all(names) and names[0] != names[1]:
        links.put(pair="~".join(names))


def turned(mine: Mine, scope: Scope, matrix: Matrix) -> None:
    """Comparisons of parts of support that the mix turns round, looked for only once somebody opens this."""
    metric = next((name for name in ("csat", "first_contact_resolution", "resolved_within") if name in matrix.metrics), None)
    if metric is None:
        return
    with fold.fold(
        f"Where the mix misleads: comparisons of {_label(metric)} that turn round",
        icon=":material/swap_vert:",
        key="turned",
    ) as shown:
        if not shown.open:
            return
        found = turned_round(mine, scope, metric)
        if not found:
            recorded.say("No comparison of two teams, channels or other parts can be said to turn round when like is compared with like.")
        for place, one in enumerate(found[:MOST_TURNED]):
            recorded.say(f"**{plain(one.text)}**")
            parts = one.parts
            rows = pd.concat(
                [
                    pd.DataFrame({"part": parts["part"], "side": side, "share": parts[column], "n": parts[f"{column}_n"]})
                    for column, side in (("first", one.first), ("second", one.second))
                ]
            )
            rows["said"] = [
                f"{r['part']}, {r['side']}: {kpi.units.say(r['share'], '%')} of {kpi.units.say(r['n'], 'count')}"
                for r in rows.to_dict("records")
            ]
            drawn.draw(
                charts.pairs_of_shares(one.first, one.second, tuple(parts["part"])),
                {"d": rows},
                key=f"turned_{place}",
                alt=one.text,
                table=rows[["part", "side", "share", "n"]].rename(
                    columns={
                        "part": one.hidden_by.capitalize(),
                        "side": one.column.capitalize(),
                        "share": f"{_label(metric)}, %",
                        "n": "Answers",
                    }
                ),
                file_name="comparison-that-turns",
            )
        if found:
            recorded.quiet(f"{found[0].looked:,} comparisons were made; those shown are beyond what chance turns round among so many.")


def _cells(matrix: Matrix) -> pd.DataFrame:
    place = {name: number for number, name in enumerate(matrix.names, 1)}
    rows = []
    for pair in matrix.pairs:
        column, row = sorted((place[pair.first], place[pair.second]))
        state = state_of(pair)
        sign = {charts.TOGETHER: "+", charts.OPPOSITE: "-", charts.LINKED: "="}.get(state, "")
        said = f"{title(pair)}: {sentence(pair, matrix.ask)}"
        rows.append(
            {"row": row, "column": column, "state": state, "size": abs(pair.bound), "sign": sign, "pair": address(pair), "said": said}
        )
    return pd.DataFrame(rows, columns=["row", "column", "state", "size", "sign", "pair", "said"])


def state_of(pair: Pair) -> str:
    """Which of the five kinds of cells a pair is."""
    if pair.link:
        return charts.LINKED
    if not pair.is_scored:
        return charts.UNKNOWN
    if not pair.is_claimed:
        return charts.NONE
    return charts.TOGETHER if pair.r > 0 else charts.OPPOSITE


def _interval(pair: Pair, matrix: Matrix) -> dict[str, object]:
    said = f"{title(pair)}: {sentence(pair, matrix.ask)}"
    return {"row": title(pair), "r": pair.r, "low": pair.low, "high": pair.high, "is_claimed": pair.is_claimed, "said": said}


def _ends(frame: pd.DataFrame) -> tuple[float, float]:
    """The axis: as wide as the intervals need, in steps of a quarter, the same to both sides."""
    most = max(abs(frame[["r", "low", "high"]].fillna(0).to_numpy(float)).max(), 0.2)
    edge = min(1.0, math.ceil(most * 4) / 4)
    return -edge, edge


def _table(pairs: tuple[Pair, ...] | list[Pair], matrix: Matrix) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "First": [_label(pair.first) for pair in pairs],
            "Second": [_label(pair.second) for pair in pairs],
            "r": [r_said(pair.r) if pair.is_scored else "" for pair in pairs],
            "From": [r_said(pair.low) if pair.is_scored and not math.isnan(pair.low) else "" for pair in pairs],
            "To": [r_said(pair.high) if pair.is_scored and not math.isnan(pair.high) else "" for pair in pairs],
            "Stands on": [stood_on(pair) if pair.is_scored else "" for pair in pairs],
            "Verdict": [pair.strength if pair.is_claimed else state_of(pair) for pair in pairs],
        }
    )


def _label(name: str) -> str:
    return kpi.metrics()[name].label
