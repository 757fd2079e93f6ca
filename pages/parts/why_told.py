"""What is told of a change: the waterfall of one dimension, its parts with their tickets, the search, the factors of cost, who answered."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import streamlit as st

import kpi
from kpi import changes, units
from kpi.changes import MEAN, MIX, RATE, REST, SHARE, TOTAL, Change, Pair, Product, Respondents, Split
from kpi.changes.said import named
from kpi.charts.changes import waterfall as chart_of
from pages.parts import drawn, event_flags, links
from pages.parts.mine import Mine
from pages.parts.why_asked import Asked
from pages.parts.words import plain

FACTORS = "factors"
NEAR = dt.timedelta(days=14)
"""Notes from so long before the dates may have had their part in them."""


def found(mine: Mine, asked: Asked, view: str = SHARE) -> Change:
    """`kpi.changes.why`, remembered for everybody who asks the same of the same data."""
    pair = _pair(asked)
    change: Change = _why(mine.dataset.fingerprint, asked.metric, _key(pair), view, _pair=pair, _data=mine.dataset)
    return change


def answered(mine: Mine, asked: Asked) -> Respondents | None:
    """Who answered on both sides; None for a number that is not made of answers."""
    pair = _pair(asked)
    who: Respondents | None = _respondents(mine.dataset.fingerprint, asked.metric, _key(pair), _pair=pair, _data=mine.dataset)
    return who


def product(mine: Mine, asked: Asked, name: str = "") -> Product | None:
    """The factors behind a number; None where it is no product."""
    pair = _pair(asked)
    one: Product | None = _factors(mine.dataset.fingerprint, name or asked.metric, _key(pair), _pair=pair, _data=mine.dataset)
    return one


def _pair(asked: Asked) -> Pair:
    assert asked.pair is not None  # noqa: S101  # the page stops before, where nothing is compared
    return asked.pair


def _key(pair: Pair) -> Any:
    return str(pair.before.to_query()), str(pair.now.to_query()), pair.words


@st.cache_resource(max_entries=200, show_spinner=False)
def _why(fingerprint: str, metric: str, key: Any, view: str, _pair: Pair, _data: kpi.Dataset) -> Change:
    return changes.why(metric, _pair, _data, view=view)


@st.cache_resource(max_entries=200, show_spinner=False)
def _respondents(fingerprint: str, metric: str, key: Any, _pair: Pair, _data: kpi.Dataset) -> Respondents | None:
    return changes.respondents(metric, _pair, _data)


@st.cache_resource(max_entries=200, show_spinner=False)
def _factors(fingerprint: str, metric: str, key: Any, _pair: Pair, _data: kpi.Dataset) -> Product | None:
    return changes.factors(metric, _pair, _data)


def warning(who: Respondents | None) -> None:
    """What other respondents may have had to do with it."""
    if who is not None and who.text:
        st.warning(plain(who.text), icon=":material/groups:")


def choose(change: Change, is_product: bool) -> str:
    """The dimension shown, of the address or the most telling; "" where there is none."""
    options = [*([FACTORS] if is_product else []), *change.splits]
    if not options:
        return ""
    wanted = links.own("by_column")
    chosen = wanted if wanted in options else options[0]
    st.session_state["why_by"] = chosen
    st.pills(
        "Split by",
        options,
        format_func=lambda c: "Its factors" if c == FACTORS else plain(named(c)),
        key="why_by",
        on_change=_put_by,
        help="One dimension at a time: parts of two dimensions are often the same tickets and do not add up.",
    )
    return chosen


def _put_by() -> None:
    links.put(by_column=st.session_state["why_by"] or "")


def waterfall(change: Change, column: str, key: str = "why_chart") -> None:
    """The split by one dimension as bars that lead from the value before to the value now."""
    rows = changes.steps(change, column)
    is_total = change.figure.kind in ("total", "difference")
    mix = "" if is_total else " · filled: the part itself moved; hollow: its share did"
    _draw(
        rows.assign(role=[_role(change, row) for row in rows.to_dict("records")]),
        change.figure.unit,
        change.currency,
        change.days,
        key,
        alt=f"From {change.say(change.figure_before)} to {change.say(change.figure_now)} by {named(column).lower()}. {change.text}",
        file_name=f"{change.metric.name}-by-{column}",
    )
    lines = " · line: 95 % interval of a part" if rows["low"].notna().any() else ""
    grey = " · grey: not told apart from chance" if change.verdict == "real" or change.apart else ""
    st.caption(f"{plain(change.figure.label)} by {plain(named(column).lower())}{mix}{lines}{grey} · the axis does not begin at 0")


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
    st.caption("Every factor is a full count of these data, so that there is no interval (LMDI: the parts add up without a remainder).")


def _sides(found: Product, side: str) -> list[str]:
    ordered = found.frame.reindex(found.frame["adds"].abs().sort_values(ascending=False).index).to_dict("records")
    return [units.say(row[side], row["unit"], found.currency or None) for row in ordered]


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


def parts(change: Change, column: str) -> None:
    """Every part of a dimension with its own figure on both sides, what it adds, and its tickets."""
    split = change.splits[column]
    frame = split.frame.reindex(split.frame["sum"].abs().sort_values(ascending=False).index)
    is_total = change.figure.kind in ("total", "difference")
    before, now = ("Before", "Now") if change.pair.is_period else change.pair.words
    now = now if now != before else f"{now} "
    columns: dict[str, list[Any]] = {
        split.label: [split.said(level) for level in frame["level"]],
        before: [change.say(v) for v in frame["before"]],
        now: [change.say(v) for v in frame["now"]],
        "Share before": [units.say(100 * v, "%") for v in frame["share_before"]],
        "Share now": [units.say(100 * v, "%") for v in frame["share_now"]],
    }
    if not is_total:
        columns |= {"Itself": [change.say_change(v) for v in frame["rate"]], "Its share": [change.say_change(v) for v in frame["mix"]]}
    columns |= {
        "Adds": [change.say_change(v) for v in frame["sum"]],
        "95 % interval": [change.say_limits(a, b) for a, b in zip(frame["sum_low"], frame["sum_high"], strict=True)],
        "Stands out": _verdicts(change, column, frame),
        "Tickets": [_tickets(change, column, level) for level in frame["level"]],
    }
    st.subheader("Part by part", anchor=False)
    st.dataframe(
        pd.DataFrame(columns),
        hide_index=True,
        key="why_parts",
        alt=f"{change.figure.label} by {split.label.lower()}, before and now, and what each part adds",
        column_config={"Tickets": st.column_config.LinkColumn("Tickets", display_text="open")},
    )


def _verdicts(change: Change, column: str, frame: pd.DataFrame) -> list[str]:
    """Whether each part stands out; empty where nothing is told, or where a part is too small to judge."""
    told = {claim.level for claim in change.claims + change.apart if claim.column == column and claim.what != MIX}
    if change.verdict not in ("real", "noise"):
        return [""] * len(frame)
    return ["yes" if level in told else "" if math.isnan(p) else "no" for level, p in zip(frame["level"], frame["p"], strict=True)]


def _tickets(change: Change, column: str, level: str | None) -> str | None:
    """The address of the rows behind a part, now; None for pooled ones."""
    if level is None:
        return None
    scope = change.pair.now
    where = [f"{c}={v}" for c, values in scope.where if c != column for v in values] + [f"{column}={level}"]
    return "tickets?" + urlencode({**links.query(metric=change.metric.name), "where": where}, doseq=True)


def looked(change: Change) -> None:
    """Everything the search looked at, the largest part first."""
    if not change.n_slices:
        return
    title = f"What was looked at: {units.say(change.n_slices, 'count')} slices of {len(change.splits)} dimensions"
    with st.expander(title, icon=":material/travel_explore:", key="why_search", on_change="rerun") as opened:
        if not opened.open:
            return
        rows = [
            _slice(change, split, row)
            for split in change.splits.values()
            for row in split.frame.to_dict("records")
            if not math.isnan(row["p"])
        ]
        table = pd.DataFrame(rows).sort_values("_size", ascending=False).drop(columns="_size")
        st.dataframe(
            table, hide_index=True, key="why_slices", alt="Every slice that was looked at, with what it adds and how likely chance is"
        )
        mixes = [f"{named(c).lower()} {change.say_change(s.mix)}" for c, s in change.splits.items() if not math.isnan(s.mix_p)]
        if mixes:
            st.caption(plain(f"Mix of each dimension, looked at as well: {', '.join(mixes)}."))
        how = (
            "dealing whole " + change.unit_of_luck + "s to the two periods again at random"
            if change.pair.is_period
            else "drawing the days again"
        )
        st.caption(
            f"Chance: how often {how} would make the largest of all these slices move as much as this one did. Below 5 % a slice "
            "stands out, if the number itself moved beyond noise."
        )


def _slice(change: Change, split: Split, row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "Dimension": split.label,
        "Part": split.said(row["level"]),
        "Adds": change.say_change(row["sum"]),
        "Of the change": "–" if math.isnan(row["explains"]) else units.say_relative(100 * row["explains"]),
        "Chance": units.say(100 * row["p"], "%"),
        "_size": abs(row["sum"]),
    }


def also_happened(mine: Mine, asked: Asked) -> None:
    """Notes near the dates: candidates to think about, never a cause."""
    scope = _pair(asked).now
    if not (scope.start and scope.end):
        return
    notes = event_flags.of(mine, scope.start - NEAR, scope.end, asked.metric)
    st.subheader("Also happened", anchor=False)
    if not len(notes):
        st.caption("No note of these dates or the two weeks before. Write down what happened, and it is shown here and on every chart.")
    else:
        st.caption("In these dates or the two weeks before. That something came first does not make it the cause.")
        st.markdown("\n".join(f"- {plain(text)}" for text in notes["said"]))
    with st.container(horizontal=True, vertical_alignment="center"):
        event_flags.add(mine, key="why_note", metric=asked.metric, day=scope.start)
        st.page_link(
            "events.py",
            label="What happened, and did it matter?",
            icon=":material/event_note:",
            query_params=links.query(metric=asked.metric),
        )


def mean_too(mine: Mine, asked: Asked, column: str) -> None:
    """The mean of a time, split the same way: for those who pay by it."""
    with st.expander("The mean, split the same way", icon=":material/stacked_bar_chart:", key="why_mean", on_change="rerun") as opened:
        if opened.open:
            change = found(mine, asked, MEAN)
            if column in change.splits:
                split = change.splits[column]
                st.markdown(f"{plain(change.figure.label)} went from {plain(change.say(split.before))} to {plain(change.say(split.now))}.")
                waterfall(change, column, key="why_mean_chart")
