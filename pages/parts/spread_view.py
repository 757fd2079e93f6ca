"""How a number is spread: its sentence, bars and curve, and the rows of a range one chooses."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import streamlit as st

import kpi
from kpi import Scope, units
from kpi.charts import spread as charts
from kpi.spread import SHORTEST, Distribution, between, can_spread, spread
from pages.parts import drawn, fold, left_out, links, recorded, ticket_columns
from pages.parts.asked_words import needed
from pages.parts.mine import Mine
from pages.parts.words import plain

MOST_LISTED = 20
"""So many rows of a range are shown; the Tickets page has them all."""
RANGE = "range"
"""The rows looked at, in the address: `3600~86400`, in seconds or in points, the first end included."""
SLIDERS = "spread_sliders"
LISTED = ("ticket_id", "value", "created_at", "channel", "team", "agent")


def draw(mine: Mine, scope: Scope, metric: str) -> None:
    """Everything about one metric's distribution in a scope; why not, where there is none."""
    one = kpi.metrics()[metric]
    lacks = one.missing(mine.dataset.filled, scope.ask)
    if lacks:
        recorded.say(f"**{plain(one.label)} cannot be measured with these data:** needs {plain(needed(lacks))}.")
        return
    if not can_spread(metric, scope.ask):
        recorded.say(
            f"**{plain(one.label)} is one number for all rows together: there is nothing to spread out.** Choose a duration or a score."
        )
        return
    found = distribution(mine, scope, metric)
    recorded.say(f"**{plain(found.text)}** {plain(found.caveat)}")
    if not found.n:
        return
    low, high = _ends(found)
    unit = one.unit
    title = "Time, on a log scale: every step is a multiple" if found.is_log else one.label
    ticks = charts.log_ticks(low, high) if found.is_log else ()
    with st.grid(2, min_column_width=420, gap="small", key="spread_charts"):
        with st.container():
            drawn.draw(
                charts.bars(unit, found.is_log, low, high, ticks, title),
                {"d": _bars(found, low), "m": _marks(found, low, high)},
                key="spread_bars",
                alt=f"{one.label}: how many rows took how long. {found.text}",
                table=_bins_table(found),
                file_name=f"{metric}-spread",
            )
            limit = f" · dashed: the limit of {found.say(found.limit.seconds)}" if found.limit else ""
            recorded.quiet(plain(f"Bars: the share of all rows in each range{limit}"))
        with st.container():
            drawn.draw(
                charts.curve(unit, found.is_log, low, high, ticks, title),
                {"c": _curve(found, low), "m": _on_curve(found, low, high)},
                key="spread_curve",
                alt=f"{one.label}: the share of rows that are at most so long. {found.text}",
                table=_curve_table(found),
                file_name=f"{metric}-cumulative",
            )
            recorded.quiet("Curve: the share of rows at or below · thick: 95 % interval of the mark")
    _range(mine, scope, metric, found)
    links.to("number.py", label="How this number is made", icon=":material/function:", query_params=links.query(metric=metric))


def distribution(mine: Mine, scope: Scope, metric: str) -> Distribution:
    """`kpi.spread.spread`, remembered by data, metric and scope. Shared: never change one."""
    bare = scope.but(by="all", split=(), compare=None, statistic=None)
    found: Distribution = _spread(mine.dataset.fingerprint, metric, _key(bare), _scope=bare, _data=mine.dataset)
    return found


def _key(scope: Scope) -> Any:
    return tuple((name, tuple(values)) for name, values in sorted(scope.to_query().items()))


@st.cache_resource(max_entries=200, show_spinner=False)
def _spread(fingerprint: str, metric: str, asked: Any, _scope: Scope, _data: kpi.Dataset) -> Distribution:
    return spread(metric, _scope, _data)


def _ends(found: Distribution) -> tuple[float, float]:
    """The ends of the axis: the outer edges of the bars; a log axis begins one bar below its first edge where something is shorter."""
    edges = [*found.bins["low"], float(found.bins["high"].iloc[-1])]
    if found.is_log and edges[0] < SHORTEST / 2:
        edges[0] = edges[1] / (edges[2] / edges[1] if len(edges) > 2 else 2)
    return float(edges[0]), float(edges[-1])


def _bars(found: Distribution, low: float) -> pd.DataFrame:
    rows = found.bins.copy()
    rows["said"] = [found.range_said(*bar) for bar in _each(found)]
    rows["low"] = rows["low"].clip(lower=low)
    return rows[["low", "high", "share", "said"]]


def _each(found: Distribution) -> list[tuple[float, float, int, float]]:
    """The bars as low, high, n, share."""
    bins = found.bins
    return list(zip(bins["low"].tolist(), bins["high"].tolist(), bins["n"].tolist(), bins["share"].tolist(), strict=True))


def _marks(found: Distribution, low: float, high: float) -> pd.DataFrame:
    """Half, 90 % and the limit, each with a line of its own for its label, in the order of their values."""
    rows: list[dict[str, Any]] = [
        {"value": mark.value, "label": "half" if mark.q == 0.5 else f"{100 * mark.q:.0f} %", "is_limit": False} for mark in found.marks
    ]
    if found.limit:
        rows.append({"value": found.limit.seconds, "label": "limit", "is_limit": True})
    rows = sorted((row for row in rows if not math.isnan(row["value"]) and low <= row["value"] <= high), key=lambda row: row["value"])
    for place, row in enumerate(rows):
        row |= {
            "said": f"{row['label']}: {found.say(row['value'])}",
            "row": place,
            "to_left": _is_right(found, row["value"], low, high, 0.9),
        }
    return pd.DataFrame(rows, columns=["value", "label", "said", "is_limit", "row", "to_left"])


def _is_right(found: Distribution, value: float, low: float, high: float, from_: float = 0.6) -> bool:
    """Whether a place lies so far to the right that its label has to stand at its left."""
    if found.is_log:
        value, low, high = math.log(max(value, low)), math.log(low), math.log(high)
    return (value - low) / (high - low) > from_ if high > low else False


def _curve(found: Distribution, low: float) -> pd.DataFrame:
    rows = found.curve.copy()
    rows["said"] = [
        f"{units.say(share, '%')} at most {found.say(value)}" for value, share in zip(rows["value"], rows["share"], strict=True)
    ]
    rows["value"] = rows["value"].clip(lower=low)
    return rows


def _on_curve(found: Distribution, low: float, high: float) -> pd.DataFrame:
    rows = []
    for mark in found.marks:
        if math.isnan(mark.value) or not low <= mark.value <= high:
            continue
        label = f"{100 * mark.q:.0f} %: {found.say(mark.value)}"
        limits = found.between(mark.low, mark.high)
        said = f"{label}{f' ({limits})' if limits and found.between(mark.low, mark.high) != found.say(mark.value) else ''}"
        to_left = _is_right(found, mark.value, low, high)
        inside = (max(mark.low, low) if not math.isnan(mark.low) else None, min(mark.high, high) if not math.isnan(mark.high) else None)
        rows.append([mark.value, *inside, 100 * mark.q, label, said, to_left])
    return pd.DataFrame(rows, columns=["value", "low", "high", "share", "label", "said", "to_left"])


def _bins_table(found: Distribution) -> pd.DataFrame:
    bins = found.bins
    return pd.DataFrame(
        {
            "Range": [found.edges_said(low, high) for low, high, _, _ in _each(found)],
            "Rows": bins["n"].tolist(),
            "Share": [units.say(share, "%") for share in bins["share"]],
            "At most so long": [units.say(share, "%") for share in bins["share"].cumsum().clip(upper=100)],
        }
    )


def _curve_table(found: Distribution) -> pd.DataFrame:
    """The mark of every twentieth: a person's table, not two hundred ranks."""
    rows = found.curve
    wanted = [rows[rows["share"] >= share - 1e-9].head(1) for share in (1, 5, 10, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90, 95, 99, 100)]
    kept = pd.concat(wanted).drop_duplicates() if len(rows) else rows
    return pd.DataFrame(
        {"Share of rows": [units.say(share, "%") for share in kept["share"]], "At most": [found.say(value) for value in kept["value"]]}
    )


def _range(mine: Mine, scope: Scope, metric: str, found: Distribution) -> None:
    """Choose a range: how many rows lie in it, the largest of them, and the way to the list."""
    stops = _stops(found)
    if not mine.has_rows or len(stops) < 3 or "ticket_id" not in mine.dataset.columns(found.table):
        return
    low, high = asked = _asked(stops) or (_slowest_tenth(found, stops), stops[-1])
    state = st.session_state
    if (
        state.get(_key_of(metric), asked) != asked
    ):  # Back, or a link. A slider of two ends cannot be set from outside: another one takes its place
        state[SLIDERS] = state.get(SLIDERS, 0) + 1
    key = _key_of(metric)
    st.select_slider(
        "Which rows?",
        stops,
        value=asked,
        format_func=lambda stop: _stop(found, stop),
        key=key,
        on_change=lambda: links.put(**{RANGE: "~".join(f"{stop:.10g}" for stop in state[key])}),
        help="From the left end to below the right one.",
    )
    if low >= high:
        st.caption("Choose two different ends.")
        return
    many, rows = _listed(mine.dataset.fingerprint, metric, _key(found.scope), low, high, _scope=found.scope, _data=mine.dataset)
    said = f"{found.rows_said(many)}, {units.say(100 * many / found.n, '%')} of all, {_ends_said(found, low, high)}"
    with fold.fold(plain(said), key="spread_rows", type="compact") as shown:
        if shown.open:
            if many > MOST_LISTED:
                recorded.quiet(f"The {MOST_LISTED} largest of them.")
            ticket_columns.table(
                rows[[c for c in LISTED if c in rows]],
                scope.zone,
                metric=kpi.metrics()[metric],
                ask=scope.ask,
                key="spread_listed",
                alt=said,
            )
    links.to(
        "tickets.py",
        label="All rows behind this number, the largest first",
        icon=":material/table_rows:",
        query_params=links.query(metric=metric, sort="-value"),
    )


def _key_of(metric: str) -> str:
    return f"spread_range_{metric}_{st.session_state.get(SLIDERS, 0)}"


def _asked(stops: list[float]) -> tuple[float, float] | None:
    """The range of the address, each end at the stop nearest to it; None where the address has none."""
    asked = links.own(RANGE)
    if not asked:
        return None
    try:
        low, high = (float(end) for end in asked.split("~"))
    except ValueError:
        low = high = math.nan
    if not low <= high:  # nan too
        left_out.part(RANGE, asked)
        return None
    return _nearest(low, stops), _nearest(high, stops)


def _nearest(value: float, stops: list[float]) -> float:
    return min(stops, key=lambda stop: 0.0 if stop == value else abs(min(stop, 1e300) - min(value, 1e300)))


@st.cache_resource(max_entries=200, show_spinner=False)
def _listed(
    fingerprint: str, metric: str, asked: Any, low: float, high: float, _scope: Scope, _data: kpi.Dataset
) -> tuple[int, pd.DataFrame]:
    return between(metric, _scope, _data, low, high, MOST_LISTED)


def _stops(found: Distribution) -> list[float]:
    """Where a range may begin and end: round times, or the edges of the bars; from nothing to no end."""
    if found.is_log:
        return [0.0, *(float(stop) for stop in charts.ROUND if found.least < stop <= found.most), math.inf]
    low = found.bins["low"]
    whole = bool(len(low) and low.iloc[0] % 1 == 0.5)  # a bar of a whole number begins half a step before it
    return [*(low + 0.5 if whole else low).tolist(), math.inf]


def _stop(found: Distribution, stop: float) -> str:
    return "no end" if math.isinf(stop) else "0" if stop == 0 and found.is_log else found.say(stop)


def _ends_said(found: Distribution, low: float, high: float) -> str:
    if math.isinf(high):
        return f"from {_stop(found, low)} on"
    return f"from {_stop(found, low)} to below {_stop(found, high)}"


def _slowest_tenth(found: Distribution, stops: list[float]) -> float:
    """The last stop before the 90 % mark."""
    ninth = found.marks[1].value
    return max((stop for stop in stops[:-1] if stop <= ninth), default=stops[0])
