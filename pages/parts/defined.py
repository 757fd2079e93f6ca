"""One metric, defined: its words, its formula, what it needs, and how it looks on one ticket and in a small made-up company."""

from __future__ import annotations

import re

import pandas as pd
import streamlit as st

import kpi
from kpi import Metric, Scope, examples, units
from kpi.forms import Choice, Duration, Form, Ratio, Spread
from kpi.measure.words import with_words
from kpi.metric import CLOCKS, PARAMS, STATISTICS, Ask
from kpi.timeline import TALES, read
from kpi.timeline.story import Story
from pages.parts import drawn, links, recorded
from pages.parts.definition_words import ALSO, ELSEWHERE, INTERVALS
from pages.parts.measured import measured
from pages.parts.mine import Mine
from pages.parts.words import plain

BETTER = {"higher": "higher is better", "lower": "lower is better", "neither": "neither high nor low is better"}
UNITS = {"s": "time", "%": "0 to 100 %", "points": "-100 to +100", "currency": "money"}
MOST_NEEDS = 3
_TABLE_COLUMN = re.compile(r"^\S+ \((.*)\)$")


def metric(declared: Metric, mine: Mine | None, scope: Scope | None) -> None:
    """The whole of one metric."""
    st.header(declared.label, anchor=False)
    also = f" · also {', '.join(ALSO[declared.name])}" if declared.name in ALSO else ""
    recorded.say(f":gray[`{declared.name}`{plain(also)}]")
    recorded.say(f"**{plain(declared.about)}**  \n{plain(declared.formula)}")
    _here(declared, mine, scope)
    _example(declared)
    recorded.heading("How it is made")
    recorded.pairs(_facts(declared), f"How {declared.label} is made", width="stretch")
    _switches(declared)
    if address := re.search(r"https?://\S+", declared.reference):
        st.link_button("Where the rule comes from", address[0], icon=":material/open_in_new:", key="reference")


def _here(declared: Metric, mine: Mine | None, scope: Scope | None) -> None:
    """Its number in the visitor's own data, or what they lack for it."""
    if mine is None or scope is None:
        return
    if lacks := declared.missing(mine.dataset.filled, scope.ask):
        words = " and ".join(_column(name) for name in lacks)
        recorded.say(f":material/visibility_off: Your data cannot tell it: needs {plain(words)}.")
        return
    result = measured(mine, [declared.name], scope.but(by="all", split=(), compare=None))
    (row,) = result.records()
    n = None if isinstance(declared.form, Ratio) else row["n"]
    value = units.say(row["value"], declared.unit, result.currency or None, n=n)
    label = f"{plain(value)} in your data" if row["value"] is not None else "Nothing to measure in these dates of your data"
    links.to(
        "number.py",
        or_text=True,
        label=label,
        icon=":material/arrow_forward:",
        icon_position="right",
        query_params=links.query(metric=declared.name),
    )


def _example(declared: Metric) -> None:
    """One ticket of the made-up company with the counted time marked, and what all of its rows add up to."""
    name = declared.name
    clock = "calendar"
    if "clock" in declared.params:
        clock = _clock()
    if ticket := examples.TICKET.get(name):
        recorded.heading("On one ticket")
        drawn.timeline(examples.world(), ticket, name, examples.scope(clock), key=f"example_{name}_{clock}")
    recorded.heading("In a made-up company")
    worked = examples.worked(name, clock)
    recorded.say(f"**{plain(worked.text)}**")
    table = _because(name, clock, worked.table)
    alt = f"The rows of a made-up company that {declared.label} looks at, and what each adds"
    st.table(table.map(plain).rename(columns=plain), hide_index=True, border="horizontal", alt=alt)
    recorded.quiet("Eight made-up tickets of March 2026, worked by hand. Working hours are Monday to Friday, 9 to 17 o'clock.")


def _clock() -> str:
    asked = links.one_of("example", ("business", "calendar"), "calendar")
    st.session_state["example_clock"] = asked
    words = {"calendar": "All hours", "business": "Working hours"}
    st.segmented_control(
        "Clock of the example",
        list(words),
        format_func=words.__getitem__,
        key="example_clock",
        required=True,
        on_change=lambda: links.put(example="business" if st.session_state["example_clock"] == "business" else ""),
    )
    return asked


def _because(name: str, clock: str, table: pd.DataFrame) -> pd.DataFrame:
    """The table with what decides for each ticket, where something does."""
    first, *rest = [column for column in table if column != "Adds"]
    decides = TALES[name].decides
    if decides is not None and "Channel" in table:
        ask = examples.scope(clock).ask
        table = table.assign(Because=[decides(_story(str(ticket), clock), ask) for ticket in table["Ticket"]])
    table = table[[first, "Adds", *(["Because"] if "Because" in table else rest)]].dropna(axis="columns", how="all")
    for column in table.select_dtypes("datetime"):
        table[column] = [None if pd.isna(day) else f"{day.day} {day:%b %Y}" for day in table[column]]
    for column in table.select_dtypes("number"):
        table[column] = [None if pd.isna(number) else units.say(number, "count") for number in table[column]]
    return table.astype("object").fillna("")


@st.cache_resource(max_entries=32, show_spinner=False)
def _story(ticket: str, clock: str) -> Story:
    return read(examples.world(), ticket, examples.scope(clock))


def _facts(declared: Metric) -> dict[str, str]:
    form = _form(declared)
    unit = UNITS.get(declared.unit, units.unit_name(declared.unit))
    facts = {"Unit": f"{unit}; {BETTER[declared.better]}"}
    if isinstance(form, Duration | Spread):
        facts["Told as"] = f"{form.statistic} unless you choose {', '.join(s for s in STATISTICS if s != form.statistic)}"
    if "clock" in declared.params:
        facts["Clock"] = f"{CLOCKS['calendar']} or {CLOCKS['business']}, as chosen"
    facts["Dated by"] = declared.by
    facts["95 % interval"] = INTERVALS[type(form)]
    facts["Needs"] = _needs(declared)
    if declared.name in ELSEWHERE:
        facts["Elsewhere"] = ELSEWHERE[declared.name]
    return facts | {"Rule after": declared.reference}


def _form(declared: Metric) -> Form:
    form = declared.form
    while isinstance(form, Choice):
        form = form.taken(Ask())
    return form


def _needs(declared: Metric) -> str:
    """ "when the ticket was created, and when it was last solved; or …"."""
    by_variant = getattr(declared.form, "needs", {})
    needs = by_variant.get(Ask().choice(declared.form.by), declared.needs) if by_variant else declared.needs  # type: ignore[attr-defined]
    ways = [", and ".join(_column(name) for name in need.split(" & ")) for need in needs]
    others = len(ways) - MOST_NEEDS
    more = f"; or {'one other way' if others == 1 else f'{others} other ways'}" if others > 0 else ""
    return f"{'; or '.join(ways[:MOST_NEEDS])}{more}"


def _column(name: str) -> str:
    """A canonical column in words: "when the ticket was created"."""
    said = with_words(name)
    found, table = _TABLE_COLUMN.match(said), name.partition(".")[0]
    words = found[1] if found else said
    return words if table == "tickets" or not found else f"{table.replace('_', ' ')}: {words}"


def _switches(declared: Metric) -> None:
    """What the visitor can set, and the variants of it."""
    own = [PARAMS[name] for name in declared.params if name in PARAMS]
    for param in own:
        if param.choices:
            recorded.say(f"**{plain(param.about)}** The default is {plain(param.default)}.")
            st.table({code: plain(words) for code, words in param.choices.items()}, border="horizontal", width="content")
        else:
            recorded.say(f"**{plain(param.about)}** The default is {plain(units.say(Ask().seconds(param.name), 's'))}.")


def sought(declared: Metric) -> str:
    """What a search looks through."""
    return " ".join([declared.name, declared.label, declared.about, declared.formula, *ALSO.get(declared.name, ())]).casefold()


def all_metrics() -> list[Metric]:
    return list(kpi.metrics().values())
