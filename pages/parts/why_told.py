"""What is told of a change around its waterfall: its parts with their tickets, the search, who answered, what also happened."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from kpi import units
from kpi.changes import MEAN, MIX, Change, Product, Respondents, Split, level_said, named
from kpi.tables import TABLES
from pages.parts import event_flags, fold, links, recorded, why_drawn, why_found
from pages.parts.mine import Mine
from pages.parts.why_asked import Asked
from pages.parts.words import plain

FACTORS = "factors"
NEAR = dt.timedelta(days=14)
"""Notes from so long before the dates may have had their part in them."""


def warning(who: Respondents | None) -> None:
    """What other respondents may have had to do with it."""
    if who is not None and who.text:
        st.warning(plain(who.text), icon=":material/groups:")


def choose(change: Change, is_product: bool) -> str:
    """The dimension shown, of the address or the most telling; "" where there is none."""
    options = [*([FACTORS] if is_product else []), *change.splits]
    if not options:
        return ""
    chosen = links.one_of("by_column", options, options[0], also=(FACTORS, *TABLES["tickets"].by_name))
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


def all_of_it(found: Product | None) -> None:
    """What support cost in all, for a number that is per ticket."""
    if found is None or found.why_not:
        return
    with fold.fold("What support cost in all", icon=":material/payments:", key="why_cost") as opened:
        if opened.open:
            recorded.say(plain(found.text))
            why_drawn.of_factors(found, "lower")


def parts(change: Change, column: str) -> None:
    """Every part of a dimension with its own figure on both sides, what it adds, and its tickets."""
    split = change.splits[column]
    frame = split.frame.reindex(split.frame["sum"].abs().sort_values(ascending=False).index)
    is_total = change.figure.kind in ("total", "difference")
    before, now = ("Before", "Now") if change.pair.is_period else change.pair.words
    was, is_ = ("Share before", "Share now") if change.pair.is_period else (f"Share of {before}", f"Share of {now}")
    columns: dict[str, list[Any]] = {
        split.label: [split.said(level) for level in frame["level"]],
        before: [change.say(v) for v in frame["before"]],
        now: [change.say(v) for v in frame["now"]],
        was: [units.say(100 * v, "%") for v in frame["share_before"]],
        is_: [units.say(100 * v, "%") for v in frame["share_now"]],
    }
    if not is_total:
        columns |= {"Itself": [change.say_change(v) for v in frame["rate"]], "Its share": [change.say_change(v) for v in frame["mix"]]}
    columns |= {
        "Adds": [change.say_change(v) for v in frame["sum"]],
        "95 % interval": [change.say_limits(a, b) for a, b in zip(frame["sum_low"], frame["sum_high"], strict=True)],
        "Stands out": _verdicts(change, column, frame),
        "Tickets": [why_drawn.tickets(change, column, level) for level in frame["level"]],
    }
    recorded.heading("Part by part")
    recorded.table(
        pd.DataFrame(columns),
        hidden=["Tickets"],
        key="why_parts",
        alt=f"{change.figure.label} by {split.label.lower()}, before and now, and what each part adds",
        placeholder="",
        column_config={"Tickets": st.column_config.LinkColumn("Tickets", display_text="open")},
    )


def _verdicts(change: Change, column: str, frame: pd.DataFrame) -> list[str]:
    """Whether each part stands out; empty where nothing is told, or where a part is too small to judge."""
    told = {claim.level for claim in change.claims + change.apart if claim.column == column and claim.what != MIX}
    if change.verdict not in ("real", "noise"):
        return [""] * len(frame)
    return ["yes" if level in told else "" if math.isnan(p) else "no" for level, p in zip(frame["level"], frame["p"], strict=True)]


def inside(change: Change) -> None:
    """The way to the next question: the same inside the part that stands out most."""
    first = next((claim for claim in change.claims + change.apart if claim.level is not None), None)
    if first is None or not change.pair.is_period:
        return
    where = why_drawn.where(change, first.column, str(first.level))
    name = f"{named(first.column).lower()} {level_said(first.column, first.level)}"
    query = links.query(metric=change.metric.name) | {"where": where}
    links.to("why.py", label=f"Look inside {plain(name)}", icon=":material/zoom_in:", query_params=query)


def looked(change: Change) -> None:
    """Everything the search looked at, the largest part first."""
    if not change.n_slices:
        return
    title = f"What was looked at: {units.say(change.n_slices, 'count')} slices of {len(change.splits)} dimensions"
    with fold.fold(title, icon=":material/travel_explore:", key="why_search") as opened:
        if not opened.open:
            return
        rows = [
            _slice(change, split, row)
            for split in change.splits.values()
            for row in split.frame.to_dict("records")
            if not math.isnan(row["p"])
        ]
        table = pd.DataFrame(rows).sort_values("_size", ascending=False).drop(columns="_size")
        recorded.table(table, key="why_slices", alt="Every slice that was looked at, with what it adds and how likely chance is")
        mixes = [f"{named(c).lower()} {change.say_change(s.mix)}" for c, s in change.splits.items() if not math.isnan(s.mix_p)]
        if mixes:
            recorded.quiet(plain(f"Mix of each dimension, looked at as well: {', '.join(mixes)}."))
        how = (
            "dealing whole " + change.unit_of_luck + "s to the two periods again at random"
            if change.pair.is_period
            else "drawing the days again"
        )
        recorded.quiet(
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
    scope = why_found.pair_of(asked).now
    if not (why_found.pair_of(asked).is_period and scope.start and scope.end):
        return
    notes = event_flags.of(mine, scope.start - NEAR, scope.end, asked.metric)
    recorded.heading("Also happened")
    if not len(notes):
        recorded.quiet("No note of these dates or the two weeks before. Write down what happened, and it is shown here and on every chart.")
    else:
        recorded.quiet("In these dates or the two weeks before. That something came first does not make it the cause.")
        recorded.say("\n".join(f"- {plain(text)}" for text in notes["said"]))
    with st.container(horizontal=True, vertical_alignment="center"):
        event_flags.add(mine, key="why_note", metric=asked.metric, day=scope.start)
        links.to(
            "events.py",
            label="What happened, and did it matter?",
            icon=":material/event_note:",
            query_params=links.query(metric=asked.metric),
        )


def mean_too(mine: Mine, asked: Asked, column: str) -> None:
    """The mean of a time, split the same way: for those who pay by it."""
    with fold.fold("The mean, split the same way", icon=":material/stacked_bar_chart:", key="why_mean") as opened:
        if opened.open:
            change = why_found.found(mine, asked, MEAN)
            if column in change.splits:
                split = change.splits[column]
                recorded.say(f"{plain(change.figure.label)} went from {plain(change.say(split.before))} to {plain(change.say(split.now))}.")
                why_drawn.waterfall(change, column, key="why_mean_chart")
