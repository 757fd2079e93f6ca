"""The waterfalls of a change: its parts by one dimension, and the factors of a product."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pandas as pd

from kpi import changes, units
from kpi.changes import MIX, RATE, REST, TOTAL, Change, Product, named
from kpi.charts.changes import waterfall as chart_of
from pages.parts import drawn, links, recorded
from pages.parts.words import plain


def waterfall(change: Change, column: str, key: str = "why_chart") -> None:
    """The split by one dimension as bars that lead from the value before to the value now."""
    rows = changes.steps(change, column)
    is_total = change.figure.kind in ("total", "difference")
    verb, did = ("moved", "did") if change.pair.is_period else ("differs", "does")
    mix = "" if is_total else f" · filled: the part itself {verb}; hollow: its share {did}"
    _draw(
        rows.assign(
            role=[_role(change, row) for row in rows.to_dict("records")],
            link=_links(change, column, rows),
        ),
        change.figure.unit,
        change.currency,
        change.days,
        key,
        alt=f"From {change.say(change.figure_before)} to {change.say(change.figure_now)} by {named(column).lower()}. {change.text}",
        file_name=f"{change.metric.name}-by-{column}",
    )
    lines = " · line: 95 % interval of a part" if rows["low"].notna().any() else ""
    grey = " · grey: not told apart from chance" if change.verdict == "real" or change.apart else ""
    recorded.quiet(f"{plain(change.figure.label)} by {plain(named(column).lower())}{mix}{lines}{grey} · the axis does not begin at 0")


def _role(change: Change, row: Mapping[Any, Any]) -> str:
    """The colour of a bar: good, bad or plain where a change is told, else grey."""
    if row["what"] in (TOTAL, REST) or not row["is_clear"] or not (change.verdict == "real" or change.apart):
        return "quiet"
    better = change.metric.better
    return "plain" if better == "neither" else "good" if (row["adds"] > 0) == (better == "higher") else "bad"


def of_factors(found: Product, better: str) -> None:
    """A product's factors as bars."""
    rows, at = [("Before", TOTAL, 0.0, found.before, found.before)], found.before
    for row in found.frame.reindex(found.frame["adds"].abs().sort_values(ascending=False).index).to_dict("records"):
        rows.append((row["label"], RATE, at, at + row["adds"], row["adds"]))
        at += row["adds"]
    rows.append(("Now", TOTAL, 0.0, found.now, found.now))
    frame = pd.DataFrame(rows, columns=["label", "what", "start", "end", "adds"])
    frame = frame.assign(level=None, low=math.nan, high=math.nan, order=range(len(frame)))
    good = {"higher": 1, "lower": -1}.get(better, 0)
    frame["role"] = [
        "quiet" if row["what"] == TOTAL else "plain" if not good else "good" if row["adds"] * good > 0 else "bad"
        for row in frame.to_dict("records")
    ]
    _draw(
        frame, found.unit, found.currency, True, f"why_{found.name}", alt=found.text, file_name=f"{found.name}-by-factor",
        more={"Before": ["", *_sides(found, "before"), ""], "Now": ["", *_sides(found, "now"), ""]},
    )  # fmt: skip
    recorded.quiet("Every factor is a full count of these data, so that there is no interval (LMDI: the parts add up without a remainder).")


def _sides(found: Product, side: str) -> list[str]:
    ordered = found.frame.reindex(found.frame["adds"].abs().sort_values(ascending=False).index).to_dict("records")
    return [units.say(row[side], row["unit"], found.currency or None) for row in ordered]


def tickets(change: Change, column: str, level: str | None) -> str | None:
    """The address of the rows behind a part, now; None for pooled ones."""
    if level is None or pd.isna(level):
        return None
    return "tickets?" + urlencode({**links.query(metric=change.metric.name), "where": where(change, column, level)}, doseq=True)


def _links(change: Change, column: str, rows: pd.DataFrame) -> pd.Series[Any]:
    found = [tickets(change, column, row["level"]) if row["what"] in (RATE, MIX) else None for row in rows.to_dict("records")]
    return pd.Series(found, index=rows.index, dtype=object)


def where(change: Change, column: str, level: str) -> list[str]:
    """The filters of an address, with that of one part."""
    return [f"{c}={v}" for c, values in change.pair.now.where if c != column for v in values] + [f"{column}={level}"]


def _draw(
    rows: pd.DataFrame,
    unit: str,
    currency: str,
    days: bool,
    key: str,
    alt: str,
    file_name: str,
    more: dict[str, list[str]] | None = None,
) -> None:
    money = currency or None
    low, high = (rows["start"] + rows[side] for side in ("low", "high"))
    is_total = rows["what"] == TOTAL
    every = pd.concat([rows["end"], rows.loc[~is_total, "start"], low.dropna(), high.dropna()])
    reach = float(every.max() - every.min()) or abs(float(every.max())) or 1.0
    base = max(0.0, float(every.min()) - 0.12 * reach) if float(every.min()) >= 0 else float(every.min()) - 0.12 * reach
    say = [
        units.say(r["end"], unit, money, days=days) if r["what"] == TOTAL else units.say_change(r["adds"], unit, money, days=days)
        for r in rows.to_dict("records")
    ]
    between = [units.say_change_interval(a, b, unit, money, days=days) for a, b in zip(rows["low"], rows["high"], strict=True)]
    labels = _unique(list(rows["label"]))
    frame = pd.DataFrame(
        {
            "order": rows["order"],
            "label": labels,
            "next": [*labels[1:], ""],
            "what": rows["what"],
            "role": rows["role"],
            "start": np.where(is_total, base, rows["start"]),
            "end": rows["end"],
            "low_at": low,
            "high_at": high,
            "text_at": pd.concat([rows["start"].where(~is_total, rows["end"]), rows["end"], high], axis=1).max(axis=1),
            "say": say,
            "link": rows.get("link"),
            "said": [
                f"{name.strip()}: {value}{f' ({limits})' if limits else ''}"
                for name, value, limits in zip(labels, say, between, strict=True)
            ],
        }
    )
    ticks = tuple(units.duration_ticks(base, float(every.max()), at_most=6)) if unit == "s" else ()
    table = pd.DataFrame({"Part": rows["label"], "Adds": say, "95 % interval": between, **(more or {})})
    drawn.draw(chart_of(unit, currency, ticks), {"d": frame}, key=key, alt=alt, table=table, file_name=file_name)


def _unique(labels: Sequence[str]) -> list[str]:
    """Each label once: a level may be called as a total is."""
    seen: dict[str, int] = {}
    out = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        out.append(label + "\u200b" * (seen[label] - 1))
    return out
