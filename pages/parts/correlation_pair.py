"""One pair: the sentence, the cloud with its line, where waiting begins to matter, what leads what, what holds inside parts, what others found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

import kpi
from kpi import Scope, units
from kpi.charts import correlations as charts
from kpi.charts.spread import log_ticks
from kpi.correlations import UNITS, Pair
from kpi.correlations.cloud import POINTS, RELATIVE, Cloud
from kpi.correlations.look import Look
from kpi.correlations.splits import Split
from kpi.correlations.words import r_said, sentence
from pages.parts import drawn, fold, links, recorded
from pages.parts.asked_words import label as column_label
from pages.parts.correlation_asked import address, look_at, matrix_of, pair_of, widened
from pages.parts.correlation_matrix import link, title
from pages.parts.mine import Mine
from pages.parts.words import plain

MOST_SPLITS = 3


def draw(mine: Mine, scope: Scope, asked: Scope, pair: Pair) -> None:
    """All about a pair; `scope` is the widened one of its unit, `asked` the visitor's own."""
    found = look_at(mine, scope, pair)
    recorded.heading(title(pair))
    recorded.say(f"**{plain(found.text)}**" + (f" {plain(found.effect.text)}" if found.effect else ""))
    if pair.link and pair.link.is_identity:
        links.to("what_if.py", label="Work with this equation in What if", icon=":material/tune:", query_params=links.query())
    if found.cloud is not None:
        _cloud(found, found.cloud)
        _counts(found)
    for note in found.notes:
        recorded.say(f":material/info: {plain(note)}")
    if found.bend is not None:
        recorded.heading("From where on does it matter?")
        recorded.say(plain(found.bend.text))
        recorded.quiet(
            "A level part, a straight part and a level part, set where they fit best, like compared with like; the ranges hold for where the "
            "bends lie. A bend is named only where neither no link nor a straight line describes the tickets as well."
        )
    if found.lags is not None:
        _lags(found)
    if found.splits:
        _splits(found)
    _units(mine, asked, pair)
    if found.published:
        _published(found)
    _made(pair)


def _cloud(found: Look, cloud: Cloud) -> None:
    pair = found.pair
    ticks_x, ticks_y = _ticks(cloud.is_log_x, cloud.points[["x"]]), _ticks(cloud.is_log_y, cloud.points[["y", "low", "high"]])
    x_title = f"{cloud.x_title}{', log scale' if cloud.is_log_x else ''}"
    y_title = f"{cloud.y_title}{', log scale' if cloud.is_log_y else ''}"
    has_band = bool(cloud.fit["low"].notna().any())
    spec = charts.cloud(
        cloud.kind,
        cloud.x_unit,
        cloud.y_unit,
        x_title,
        y_title,
        cloud.is_log_x,
        cloud.is_log_y,
        ticks_x,
        ticks_y,
        None,
        has_band,
        cloud.parts,
    )
    drawn.draw(
        spec,
        {"d": cloud.points, "f": cloud.fit, "r": cloud.raw},
        key=f"correlation_cloud_{pair.unit}",
        alt=f"{cloud.y_title} over {cloud.x_title}. {found.text}",
        table=_cloud_table(cloud),
        file_name=f"{pair.first}-and-{pair.second}",
    )


def _ticks(is_log: bool, values: pd.DataFrame) -> tuple[float, ...]:
    known = values.to_numpy(float).ravel()
    known = known[~np.isnan(known)]
    return log_ticks(float(known.min()), float(known.max())) if is_log and len(known) else ()


def _cloud_table(cloud: Cloud) -> pd.DataFrame:
    rows = cloud.points
    columns = {
        column_label(cloud.part_of) if cloud.part_of else "Part": rows["part"].tolist() if cloud.parts else [""] * len(rows),
        cloud.x_title: [_said(value, cloud.x_unit) for value in rows["x"]],
        cloud.y_title: [_said(value, cloud.y_unit) for value in rows["y"]],
        "From": [_said(value, cloud.y_unit) for value in rows["low"]],
        "To": [_said(value, cloud.y_unit) for value in rows["high"]],
        "Rows": [units.say(value, "count") for value in rows["n"]],
    }
    bare = cloud.kind == "points"
    hidden = {*(("From", "To", "Rows") if bare else ()), *(() if cloud.parts else ("Part",))}
    return pd.DataFrame({name: column for name, column in columns.items() if name not in hidden})


def _said(value: float, unit: str) -> str:
    if unit == RELATIVE:
        return units.say_relative(value)
    return units.say_change(value, "%") if unit == POINTS else units.say(value, unit)


def _counts(found: Look) -> None:
    pair = found.pair
    who = UNITS[pair.unit].lower()
    first, second = (kpi.metrics()[name].label for name in (pair.first, pair.second))
    pooled = "" if np.isnan(pair.pooled) or not pair.alike else f" All thrown together r = {r_said(pair.pooled)}."
    alike = f" r compares inside the same {' and '.join(column_label(c).lower() for c in pair.alike)}.{pooled}" if pair.alike else ""
    other = "Between figures of different tickets" if pair.unit == "agents" else "With each week's memory of the last taken out"
    again = "" if np.isnan(pair.again) else f" {other} r = {r_said(pair.again)}."
    line = {"agents": " The line is through all agents.", "tickets": " The line compares like with like."}.get(pair.unit, "")
    line = line if pair.alike and found.cloud is not None and len(found.cloud.fit) else ""
    n = [units.say(count, "count") for count in (pair.n, found.n_first, found.n_second)]
    recorded.quiet(plain(f"{n[0]} {who} with both; {n[1]} with {first}, {n[2]} with {second}.{alike}{again}{line}"))


def _lags(found: Look) -> None:
    lags = found.lags
    if lags is None:
        return
    recorded.heading("Does one come before the other?")
    recorded.say(plain(lags.text))
    rows = lags.frame.assign(is_best=lags.frame["lag"] == lags.best if lags.best is not None else False)
    first, second = (kpi.metrics()[name].label for name in (found.pair.first, found.pair.second))
    rows["said"] = [
        f"{second} {f'{abs(lag)} weeks later' if lag > 0 else f'{abs(lag)} weeks before' if lag < 0 else 'in the same week'}: r = {r_said(r)}"
        for lag, r in zip(rows["lag"], rows["r"], strict=True)
    ]
    drawn.draw(
        charts.lags(),
        {"d": rows, "n": pd.DataFrame({"low": [-lags.limit], "high": [lags.limit]})},
        key="correlation_lags",
        alt=f"The link at lags of up to four weeks. {lags.text}",
        table=pd.DataFrame(
            {f"Weeks {first} comes first": rows["lag"], "r": [r_said(r) for r in rows["r"]], "p, all looks allowed for": rows["p"].round(3)}
        ),
        file_name="lags",
    )
    recorded.quiet("Inside the grey band is what chance shows somewhere among nine looks.")


def _splits(found: Look) -> None:
    flagged = [split for split in found.splits if split.is_flagged]
    tried = ", ".join(column_label(split.column).lower() for split in found.splits)
    recorded.heading("Does it hold inside?")
    if not flagged:
        recorded.say(plain(f"Yes: it points the same way among tickets of the same {tried}, looked at one by one."))
    for split in flagged[:MOST_SPLITS]:
        recorded.say(f"**{plain(split.text)}**")
        _split(split)
    if len(found.splits) > len(flagged):
        with fold.fold("The link inside each column", key="correlation_inside", type="compact") as shown:
            if shown.open:
                table = pd.DataFrame(
                    {
                        "Inside the same": [column_label(s.column) for s in found.splits],
                        "r": [r_said(s.within[0]) for s in found.splits],
                        "All together": [r_said(s.pooled[0]) for s in found.splits],
                        "Verdict": [s.verdict for s in found.splits],
                    }
                )
                recorded.table(table, key="correlation_inside_rows", alt="The link inside the parts of each column")


def _split(split: Split) -> None:
    named = [("all together", *split.pooled), ("like with like", *split.within)]
    rows = pd.DataFrame(
        [{"row": name, "r": r, "low": low, "high": high, "n": None} for name, r, low, high in named]
        + [{"row": p.part, "r": p.r, "low": p.low, "high": p.high, "n": p.n} for p in split.parts.itertuples()]
    )
    rows["is_claimed"] = (rows["low"] > 0) | (rows["high"] < 0)
    rows["said"] = [
        f"{row['row']}: r = {r_said(row['r'])} ({r_said(row['low'])} to {r_said(row['high'])})" for row in rows.to_dict("records")
    ]
    edge = min(1.0, max(0.25, float(np.ceil(np.nanmax(np.abs(rows[["low", "high"]].to_numpy(float))) * 4) / 4)))
    drawn.draw(
        charts.intervals(tuple(rows["row"]), -edge, edge),
        {"d": rows, "z": pd.DataFrame({"zero": [0.0]})},
        key=f"correlation_split_{split.column}",
        alt=split.text,
        table=rows[["row", "r", "low", "high", "n"]].rename(
            columns={"row": column_label(split.column), "low": "From", "high": "To", "n": "Tickets"}
        ),
        file_name=f"inside-{split.column}",
    )


def _units(mine: Mine, asked: Scope, pair: Pair) -> None:
    """The same two at the other units: another question, with another answer."""
    others = [unit for unit in UNITS if unit != pair.unit]
    words = " and ".join(UNITS[unit].lower() for unit in others)
    with fold.fold(f"The same two by {words}", icon=":material/compare:", key="correlation_units") as shown:
        if not shown.open:
            return
        for unit in others:
            scope = widened(asked, mine, unit)
            other = pair_of(matrix_of(mine, scope, unit))
            if other is None:
                continue
            link(other, UNITS[unit])
            recorded.say(plain(sentence(other, scope.ask)))
        recorded.quiet("Tickets, weeks and agents are three questions. Their answers may differ, and none can stand in for another.")


def _published(found: Look) -> None:
    recorded.heading("What others published")
    recorded.quiet("Context only: nothing here is fitted to it, and definitions differ from yours.")
    for row in found.published:
        source = f"[{plain(row.source)}]({row.url})" if row.url else plain(row.source)
        how = {"stated": "stated", "direction": "direction only"}.get(row.basis, f"{row.basis}")
        recorded.say(f"- {plain(row.statement)} :gray[{plain(row.level)}, {plain(how)}] · {source}")


def _made(pair: Pair) -> None:
    with st.container(horizontal=True, key="correlation_made"):
        for name in (pair.first, pair.second):
            metric = kpi.metrics()[name].label
            links.to("number.py", label=f"How {metric} is made", icon=":material/function:", query_params=links.query(metric=name))


def back(pair: Pair) -> None:
    links.to("correlations.py", label="All pairs", icon=":material/arrow_back:", query_params=links.query(unit=pair.unit))


__all__ = ["address", "back", "draw"]
