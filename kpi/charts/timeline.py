"""One ticket as a drawing: its status, its messages, and the time a metric counts, over one axis that stays readable.

A ticket may last minutes or months, and what matters may be minutes within months. Where an even axis would crush something, long
stretches are shortened: order stays, every length is written in words. All frames are made by `frames`, the spec is the same for
every ticket with the same kinds of marks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from kpi import units
from kpi.charts import base
from kpi.tables import SOLVED
from kpi.timeline import Counted

MARKS = {
    "first_reply": "Agent reply",
    "reply": "Agent reply",
    "opening": "",
    "ask": "Requester",
    "message": "",
    "note": "Private note",
    "bot": "Bot or system",
    "answer": "Survey answer",
    "review": "Quality review",
}
"""Kind of event -> how it is marked; "" by the role of its author."""
ROLES = {"agent": "Agent reply", "requester": "Requester", "bot": "Bot or system", "system": "Bot or system"}
OPENED = "Agent opens"
SHAPES = {
    "Agent reply": "square",
    "Survey answer": "diamond",
    "Requester": "circle",
    "Private note": "triangle-down",
    "\u200b": "square",
    "Bot or system": "cross",
    "Quality review": "triangle-up",
    OPENED: "triangle-right",
}
"""Mark -> shape, in the order of the theme's colours (one is left out: it says bad): a mark is known by its shape, never by its colour alone."""
WHOSE = {"new": "with us", "open": "with us", "hold": "with us", "pending": "with the customer", "unsolved": "with us"}
COLOURS = [*SHAPES, "with us", "with the customer", "done"]
"""One scale for marks and stretches, so that there is one legend; after seven names the theme's colours begin anew: teal is the agent's."""

EVEN = 0.035
"""An even axis is kept while its shortest stretch has at least this share of the width."""
CURVE = 0.35
"""Else a stretch is as wide as its length to this power, so that a month is some ten times as wide as a minute."""
LEAST = 0.03
WIDTHS = (320, 600, 900)
"""Widths of the drawing on a phone, a tablet and a desk; time labels are chosen for each."""
LETTER = 6.6
"""Width of a letter of 12 px, on the wide side."""
TICK, YEAR = 60, 16
"""Width of a time label, and what a year adds."""
MOST_PIECES = 60
"""More pieces than this cannot be told apart: then whole stretches are drawn."""


def frames(found: Counted) -> dict[str, pd.DataFrame]:
    """The frames of the drawing: segments, marks, counted, hours, ticks, rules, heads. Positions run from 0 to 1."""
    events, statuses = found.events, found.statuses
    pieces = found.pieces if len(found.pieces) <= MOST_PIECES else found.spans
    last = _last(found, events, statuses)
    statuses = statuses[statuses["started_at"].isna() | (statuses["started_at"] < last)]
    axis = Axis([*_known(events["at"]), *_known(statuses["started_at"]), *_known(statuses["ended_at"]), *_edges(found), last])
    marks = _marks(events, axis)
    return {
        "segments": _segments(statuses, axis, last),
        "marks": marks,
        "counted": _pieces(pieces, axis, found.clock != "business"),
        "hours": _bands(found, axis),
        "ticks": _ticks(found, events, axis),
        "rules": _rules(found, axis),
        "heads": _heads(found, bool(len(marks))),
    }


def is_even(found: Counted) -> bool:
    """Whether the drawing's axis runs evenly; else long stretches are shortened, which must be said."""
    events, statuses = found.events, found.statuses
    last = _last(found, events, statuses)
    return Axis([*_known(events["at"]), *_known(statuses["started_at"]), *_known(statuses["ended_at"]), *_edges(found), last]).is_even


class Axis:
    """Instants to positions between 0 and 1."""

    def __init__(self, moments: Iterable[dt.datetime]) -> None:
        self.moments = sorted(set(moments)) or [dt.datetime(1970, 1, 1)]
        self.seconds = np.array([(m - self.moments[0]).total_seconds() for m in self.moments])
        gaps = np.diff(self.seconds)
        self.is_even = not len(gaps) or bool(gaps.min() >= EVEN * gaps.sum())
        widths = gaps if self.is_even else gaps**CURVE
        if len(gaps):
            widths = widths / widths.sum()
            if not self.is_even:
                least = min(LEAST, 0.5 / len(gaps))
                widths = least + widths * (1 - least * len(gaps))
        self.places = np.append(0.0, np.cumsum(widths))

    def __call__(self, instant: Any) -> float:
        return float(np.interp((instant - self.moments[0]).total_seconds(), self.seconds, self.places))


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = frame.to_dict("records")  # type: ignore[assignment]  # the keys are our own column names
    return found


def _known(column: pd.Series) -> list[dt.datetime]:
    return list(column.dropna())


def _edges(found: Counted) -> list[dt.datetime]:
    edges = [*_known(found.spans["started_at"]), *_known(found.spans["ended_at"])]
    return [*edges, *([found.limit_at] if found.limit_at else [])]


def _last(found: Counted, events: pd.DataFrame, statuses: pd.DataFrame) -> dt.datetime:
    """Where the drawing ends: the last thing that happened, or now for a ticket that is not solved."""
    is_open = len(statuses) and statuses["status"].iloc[-1] not in SOLVED and pd.isna(statuses["ended_at"].iloc[-1])
    known = [*_known(events["at"]), *_known(statuses["started_at"]), *_edges(found), *([found.story.as_of] if is_open else [])]
    return max(known, default=found.story.as_of)


def _segments(statuses: pd.DataFrame, axis: Axis, last: dt.datetime) -> pd.DataFrame:
    rows = []
    for row in _records(statuses):
        end = last if pd.isna(row["ended_at"]) else row["ended_at"]
        start = row["started_at"]
        lasts = units.say((end - start).total_seconds(), "s")
        is_final = pd.isna(row["ended_at"]) and row["status"] in SOLVED
        label = row["status"] if is_final else f"{row['status']} {lasts}"
        rows.append(
            {
                "x0": axis(start),
                "x1": axis(end),
                "mark": WHOSE.get(row["status"], "done"),
                "status": row["status"],
                "label": label,
                "lasts": "" if is_final else lasts,
                "px": len(label) * LETTER + 6,
                "short": len(row["status"]) * LETTER + 6,
            }
        )
    return pd.DataFrame(rows, columns=["x0", "x1", "mark", "status", "label", "lasts", "px", "short"])


def _marks(events: pd.DataFrame, axis: Axis) -> pd.DataFrame:
    rows = []
    for row in _records(events):
        mark = MARKS.get(row["kind"])
        if mark is None:
            continue
        mark = mark or (OPENED if row["kind"] == "opening" and row["role"] == "agent" else ROLES.get(str(row["role"]), "Bot or system"))
        who = "" if pd.isna(row["who"]) else str(row["who"])
        rows.append({"x": axis(row["at"]), "mark": mark, "what": row["words"], "who": who, "when": _when(row["local"])})
    return pd.DataFrame(rows, columns=["x", "mark", "what", "who", "when"])


def _pieces(pieces: pd.DataFrame, axis: Axis, days: bool) -> pd.DataFrame:
    rows = []
    for row in _records(pieces[pieces["started_at"].notna() & pieces["ended_at"].notna()]):
        # Where pieces are too many, whole stretches are drawn; what counts of one is then shorter than it is.
        lasts = units.say(row["counted_seconds"] if row["is_counted"] and "counted_seconds" in row else row["seconds"], "s", days=days)
        rows.append(
            {
                "x0": axis(row["started_at"]),
                "x1": axis(row["ended_at"]),
                "is_counted": bool(row["is_counted"]),
                "lasts": lasts,
                "why": row["words"] if row["is_counted"] else f"not counted: {row['words']}",
                "px": len(lasts) * LETTER + 6,
            }
        )
    return pd.DataFrame(rows, columns=["x0", "x1", "is_counted", "lasts", "why", "px"])


def _bands(found: Counted, axis: Axis) -> pd.DataFrame:
    hours = found.hours if len(found.hours) <= MOST_PIECES else ()
    return pd.DataFrame([{"x0": axis(a), "x1": axis(b)} for a, b in hours], columns=["x0", "x1"])


def _rules(found: Counted, axis: Axis) -> pd.DataFrame:
    if found.limit_at is None:
        return pd.DataFrame(columns=["x", "label", "side"])
    x = axis(found.limit_at)
    return pd.DataFrame(
        [{"x": x, "label": "promised" if found.metric.name == "sla_attainment" else "limit", "side": "left" if x < 0.8 else "right"}]
    )


def _heads(found: Counted, has_marks: bool) -> pd.DataFrame:
    """The names of the lanes; the last says what the counted time adds up to: "Counted: 8 h of working hours"."""
    heads = [(8.0, "Status"), (60.0, "Messages and answers" if has_marks else "No messages or answers in the data")]
    if is_timed(found):
        total = units.say(found.spans["counted_seconds"].sum(), "s", days=found.clock != "business")
        heads.append((108.0, f"Counted: {total}{' of working hours' if found.clock == 'business' else ''}"))
    return pd.DataFrame(heads, columns=["y", "text"])


def is_timed(found: Counted) -> bool:
    """Whether the metric looks at a stretch of time of this ticket at all."""
    return not found.spans.empty


def _when(local: Any) -> str:
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"


def _ticks(found: Counted, events: pd.DataFrame, axis: Axis) -> pd.DataFrame:
    """The time labels: those that matter most first, each only where it touches no other; for a narrow and for a wide drawing."""
    important = ["created", "first_reply", "solved", "reopened", "closed", "reply", "answer", "ask", "due", "status"]
    ranked = [at for kind in important for at in _known(events.loc[events["kind"] == kind, "at"])]
    edges = [*_known(found.spans["started_at"]), *_known(found.spans["ended_at"])]
    wanted = list(
        dict.fromkeys([*ranked[:1], *edges[-1:], axis.moments[-1], *edges, *([found.limit_at] if found.limit_at else []), *ranked])
    )
    local = found.story.local
    has_years = len({local(at).year for at in axis.moments}) > 1
    label = TICK + YEAR * has_years
    chosen: dict[dt.datetime, int] = {}
    for width in WIDTHS:
        taken = [_room(axis(at), width, label) for at in chosen]
        for at in wanted:
            low, high = _room(axis(at), width, label)
            if at not in chosen and all(high <= other_low or low >= other_high for other_low, other_high in taken):
                chosen[at] = 0 if width == WIDTHS[0] else width
                taken.append((low, high))
    minutes = [f"{local(at):%d %H:%M}" for at in chosen]
    clock = "%H:%M:%S" if len(set(minutes)) < len(minutes) else "%H:%M"
    rows = [
        {
            "x": axis(at),
            "day": f"{local(at):%a} {local(at).day} {local(at):%b}" + (f" {local(at):%y}" if has_years else ""),
            "time": f"{local(at):{clock}}",
            "side": _side(axis(at), label),
            "from": least,
        }
        for at, least in chosen.items()
    ]
    return pd.DataFrame(rows, columns=["x", "day", "time", "side", "from"])


def _side(x: float, label: int) -> str:
    """Labels near an edge stay inside; what is near is told by the narrowest drawing, so that it holds for all."""
    half = label / 2 / WIDTHS[0]
    return "left" if x < half else "right" if 1 - x < half else "center"


def _room(x: float, width: int, label: int) -> tuple[float, float]:
    """The pixels a time label takes at a position."""
    start = x * width - {"left": 0.0, "center": label / 2, "right": float(label)}[_side(x, label)]
    return start, start + label


@lru_cache(maxsize=64)
def spec(marks: tuple[str, ...], timed: bool = True) -> dict[str, Any]:
    """The drawing without data. `marks` are those there are, in the order of `SHAPES`, for the legend; `timed` whether time is counted."""
    x: dict[str, Any] = {
        "field": "x",
        "type": "quantitative",
        "scale": {"domain": [-0.005, 1.005], "nice": False, "zero": False},
        "axis": None,
    }
    span = {"x": {**x, "field": "x0"}, "x2": {"field": "x1"}}
    legend = {
        "values": list(marks),
        "columns": {"expr": "width < 500 ? 2 : 6"},
        "symbolSize": 90,
        "title": None,
        "orient": "top",
        "symbolOpacity": 1,
    }
    drawn = legend if marks else None
    colour = {"field": "mark", "type": "nominal", "scale": {"domain": COLOURS}, "legend": drawn}
    shapes = [*SHAPES.values(), *["square"] * (len(COLOURS) - len(SHAPES))]  # equal domains, so that both channels share a legend
    shape = {"field": "mark", "type": "nominal", "scale": {"domain": COLOURS, "range": shapes}, "legend": drawn}
    status = [{"field": "status", "title": "Status"}, {"field": "mark", "title": "Waiting"}, {"field": "lasts", "title": "For"}]
    event = [{"field": "when", "title": "When"}, {"field": "what", "title": "What"}, {"field": "who", "title": "Who"}]
    wide = "(datum.x1 - datum.x0) * width"
    layers: list[dict[str, Any]] = [
        _layer("hours", {"type": "bar", "style": "band", "cornerRadius": 0}, {**span, **_bar(0, 142 if timed else 90)}),
        _layer(
            "segments",
            {"type": "bar", "opacity": 0.38, "cornerRadius": 2},
            {**span, **_bar(18, 42), "color": colour, "tooltip": status},
        ),
        _layer(
            "segments", {"type": "tick", "style": "quiet_line", "thickness": 1, "size": 24}, {"x": {**x, "field": "x0"}, "y": {"value": 30}}
        ),
        _inside("segments", "label", 30, f"{wide} >= datum.px"),
        _inside("segments", "status", 30, f"{wide} < datum.px && {wide} >= datum.short"),
        _layer(
            "marks",
            {"type": "point", "filled": True, "size": 90, "opacity": 0.95},
            {"x": x, "y": {"value": 78}, "shape": shape, "color": colour, "tooltip": event},
        ),
        _layer(
            "heads",
            {"type": "text", "align": "left", "baseline": "middle", "style": "quiet", "fontWeight": 600},
            {"x": {"value": 0}, "y": {"field": "y", "type": "quantitative", "scale": None, "axis": None}, "text": {"field": "text"}},
        ),
        *(_counted(span, x, wide) if timed else []),
        *_axis(x, 156 if timed else 98),
    ]
    return {"height": 190 if timed else 132, "autosize": {"type": "fit-x", "contains": "padding"}, "layer": layers}


def _counted(span: dict[str, Any], x: dict[str, Any], wide: str) -> list[dict[str, Any]]:
    """The lane of the time that counts, solid, and of what does not, in dashes; and where it would be late."""
    why = [{"field": "lasts", "title": "Time"}, {"field": "why", "title": "Why"}]
    dashed = {"type": "bar", "style": "others", "fillOpacity": 0.1, "stroke": base.OTHERS, "strokeDash": [3, 3], "strokeWidth": 1}
    labels = [
        _layer(
            "rules",
            {"type": "text", "align": side, "dx": 5 if side == "left" else -5, "style": "ink", "baseline": "middle"},
            {"x": x, "y": {"value": 96}, "text": {"field": "label"}},
            f"datum.side == '{side}'",
        )
        for side in ("left", "right")
    ]
    return [
        _layer("counted", dashed, {**span, **_bar(118, 142), "tooltip": why}, "!datum.is_counted"),
        _layer("counted", {"type": "bar", "cornerRadius": 2}, {**span, **_bar(118, 142), "tooltip": why}, "datum.is_counted"),
        _inside("counted", "lasts", 130, f"!datum.is_counted && {wide} >= datum.px", style="quiet"),
        _inside("counted", "lasts", 130, f"datum.is_counted && {wide} >= datum.px", style="paper"),
        _layer("rules", {"type": "rule", "style": "target"}, {"x": x, **_bar(90, 146)}),
        *labels,
    ]


def _axis(x: dict[str, Any], top: int) -> list[dict[str, Any]]:
    layers = [_layer("ticks", {"type": "tick", "style": "quiet_line", "size": 8, "thickness": 1}, {"x": x, "y": {"value": top}}, _FITS)]
    for side in ("left", "center", "right"):
        for field, style, y in (("time", "ink", top + 12), ("day", "quiet", top + 27)):
            text = {"type": "text", "align": side, "style": style, "baseline": "middle"}
            layers.append(
                _layer("ticks", text, {"x": x, "y": {"value": y}, "text": {"field": field}}, f"{_FITS} && datum.side == '{side}'")
            )
    return layers


_FITS = "width >= datum.from"


def _bar(top: int, bottom: int) -> dict[str, Any]:
    return {"y": {"value": top}, "y2": {"value": bottom}}


def _layer(name: str, mark: dict[str, Any], encoding: dict[str, Any], keep: str = "") -> dict[str, Any]:
    layer: dict[str, Any] = {"data": {"name": name}, "mark": mark, "encoding": encoding}
    return {**layer, "transform": [{"filter": keep}]} if keep else layer


def _inside(name: str, field: str, y: int, keep: str, style: str = "ink") -> dict[str, Any]:
    """Words in the middle of a bar, where they fit."""
    middle = {
        "x": {"field": "xm", "type": "quantitative", "scale": {"domain": [-0.005, 1.005]}, "axis": None},
        "y": {"value": y},
        "text": {"field": field},
    }
    return {
        "data": {"name": name},
        "transform": [{"filter": keep}, {"calculate": "(datum.x0 + datum.x1) / 2", "as": "xm"}],
        "mark": {"type": "text", "style": style, "baseline": "middle", "align": "center"},
        "encoding": middle,
    }


def marks_of(marks: Sequence[str]) -> tuple[str, ...]:
    """The marks there are, in the order of the legend."""
    return tuple(name for name in SHAPES if name in set(marks))
