"""The scope bar: what the visitor asks, as controls, as the address, and as one Scope. The address is the Scope's own (docs/address.md)."""

from __future__ import annotations

import streamlit as st

from kpi import Scope, units
from kpi.errors import KpiError
from kpi.hours import known_zones
from kpi.measure.rules import EXPORTS_RULE
from kpi.measure.words import SPOKEN
from kpi.metric import CLOCKS, STATISTICS
from kpi.scope import COMPARISONS, GRAINS
from pages.parts import asked_address, asked_dates, asked_filters, asked_hours, asked_words, left_out
from pages.parts.asked_dates import OWN, PRESETS, past
from pages.parts.measured import measured
from pages.parts.mine import Mine
from pages.parts.words import plain

__all__ = ["bar", "change", "nothing_left", "past", "sentence"]

change, nothing_left = asked_address.change, asked_filters.nothing_left
NOTHING, OWN_STATISTIC = "", "own"


def bar(mine: Mine, *, shown: bool = True) -> Scope:
    """Draw the controls and return what they, or the address, ask. What an address asks in vain is said once, and left out."""
    scope, odd = asked_address.current(mine)
    if shown:
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="scope_bar"):
            if mine.leaves("dates"):
                _period(scope, mine)
                _compare(scope, mine)
            if mine.leaves("filters"):
                _filters(scope, mine)
            if mine.leaves("counting"):
                _more(scope, mine)
        if mine.leaves("filters"):
            asked_filters.chips(scope, mine)
    for part in odd:
        left_out.say(part)
    return scope


def sentence(scope: Scope, mine: Mine) -> str:
    """The scope in one line: its exact dates, those compared with, the zone, the clock, the tickets, what is left out, the filters."""
    before = scope.before()
    low, high = asked_dates.reach(mine, scope.zone)
    dates = asked_dates.said(scope.start or low, scope.end or high)
    known = "tickets.created_at" in mine.dataset.filled or scope.start
    against = f" against {asked_dates.said(before.start, before.end)}" if before else ""
    parts = [
        f"**{dates}**{against}" if known else "**dates unknown**",
        scope.zone,
        CLOCKS[scope.clock],
        *_tickets(scope, mine),
        *asked_filters.sentence(scope),
        *_switches(scope),
        *(["sample data"] if mine.is_sample else []),
    ]
    return " · ".join(parts)


def _switches(scope: Scope) -> list[str]:
    """What is counted otherwise than usual: "90th percentile", "counted as most exports do", "Resolved within: 8h"."""
    params = dict(scope.params)
    theirs = EXPORTS_RULE.items() <= params.items()
    others = [plain(f"{asked_words.label(name)}: {value}") for name, value in params.items() if not (theirs and name in EXPORTS_RULE)]
    return [
        *([SPOKEN[scope.statistic]] if scope.statistic else []),
        *(["counted as most exports do"] if theirs else []),
        *others,
        *([f"as of {asked_dates.one(scope.as_of)} {scope.as_of:%H:%M} UTC"] if scope.as_of else []),
    ]


def _tickets(scope: Scope, mine: Mine) -> list[str]:
    """ "18,204 tickets", "214 deleted, spam or merged left out"."""
    plainly = scope.but(by="all", split=(), compare=None)
    everyone = plainly.but(params=tuple({**dict(plainly.params), "statuses": "all"}.items()))
    (ours,), (all_of_them,) = (measured(mine, ["tickets_created"], one, intervals=False).records() for one in (plainly, everyone))
    if ours["value"] is None:
        return [f"{units.say(mine.dataset.rows['tickets'], 'count')} tickets in the data"]
    left_out = all_of_them["value"] - ours["value"]
    said = f"{units.say(ours['value'], 'count')} ticket{'' if ours['value'] == 1 else 's'}"
    return [said, *([f"{units.say(left_out, 'count')} deleted, spam or merged left out"] if left_out else [])]


def _period(scope: Scope, mine: Mine) -> None:
    # What is in a closed popover the browser does not know: after Back its old choice would come again as if somebody had made it. So the
    # choices of this bar are drawn only while they can be seen. A choice gives the button another label, and closes it.
    label = _capital(asked_dates.said(scope.start, scope.end))
    opened = st.popover(label, icon=":material/calendar_month:", help="Period", key="period_bar", on_change="rerun")
    if not opened.open:
        return
    state = st.session_state
    preset = asked_dates.preset_of(scope, mine, state.get("period"))
    state["period"] = OWN if state.get("period") == OWN and scope.start and scope.end else preset
    low, high = asked_dates.reach(mine, scope.zone)
    state["dates"] = (scope.start or low, scope.end or high)

    def option(code: str) -> str:
        if code == OWN:
            return PRESETS[code]
        start, end = asked_dates.of(code, mine, scope.zone)
        return f"{PRESETS[code]} :gray[{asked_dates.said(start or low, end or high)}]"

    with opened:
        st.radio("Period", PRESETS, format_func=option, key="period", on_change=_period_chosen, args=(mine, scope))
        if state["period"] == OWN:
            st.date_input("From and to", key="dates", format="YYYY-MM-DD", on_change=_dates_chosen, args=(mine,))


def _period_chosen(mine: Mine, scope: Scope) -> None:
    code = st.session_state["period"]
    st.session_state["period_bar"] = code == OWN  # the dates are still to be said
    start, end = asked_dates.reach(mine, scope.zone) if code == OWN and not scope.start else asked_dates.of(code, mine, scope.zone)
    if code == OWN and scope.start:
        start, end = scope.start, scope.end
    asked_address.change(mine, start=start, end=end, compare=scope.compare if start else None)


def _dates_chosen(mine: Mine) -> None:
    chosen = tuple(st.session_state["dates"] or ())
    if len(chosen) == 2:  # the second date is still to come otherwise
        asked_address.change(mine, start=chosen[0], end=chosen[1])


def _compare(scope: Scope, mine: Mine) -> None:
    if not (scope.start and scope.end):
        return
    before = scope.before()
    against = f"vs {asked_dates.said(before.start, before.end, but_year=scope.end.year)}" if before else "No comparison"
    opened = st.popover(against, icon=":material/compare_arrows:", help="Compare with", key="compare_bar", on_change="rerun")
    if not opened.open:
        return
    st.session_state["compare"] = scope.compare or NOTHING
    kinds = {NOTHING: "Nothing", **{code: words.capitalize() for code, words in COMPARISONS.items()}}
    first = asked_dates.reach(mine, scope.zone)[0]

    def option(code: str) -> str:
        before = scope.but(compare=code or None).before()
        if not (before and before.start and before.end):
            return kinds[code]
        early = ", before the data begin" if before.end < first else ""
        return f"{kinds[code]} :gray[{asked_dates.said(before.start, before.end)}{early}]"

    with opened:
        st.radio("Compare with", kinds, format_func=option, key="compare", on_change=_chosen, args=(mine, "compare"))


def _filters(scope: Scope, mine: Mine) -> None:
    # Its label never changes: a popover that tells when it is open is another one under another label, and would close at the first choice.
    opened = st.popover("Filters", icon=":material/filter_alt:", key="filters_bar", on_change="rerun")
    if opened.open:
        with opened:
            asked_filters.controls(scope, mine)


def _more(scope: Scope, mine: Mine) -> None:
    opened = st.popover("More", icon=":material/tune:", key="more_bar", on_change="rerun")
    if not opened.open:
        return
    state = st.session_state
    state["grain"], state["clock"], state["zone"] = scope.by, scope.clock, scope.zone
    state["statistic"] = scope.statistic or OWN_STATISTIC
    state["exports_rule"] = EXPORTS_RULE.items() <= dict(scope.params).items()
    with opened:
        clocks = {code: words.capitalize() for code, words in CLOCKS.items()}
        _choice("Clock", clocks, "clock", mine)
        _hours(scope, mine)
        grains = {grain: "To fit the dates" if grain == "all" else f"By {grain}" for grain in GRAINS}
        _choice("Trends", grains, "grain", mine)
        statistics = {OWN_STATISTIC: "As each is defined", **{code: SPOKEN[code].capitalize() for code in STATISTICS}}
        _choice("Times as", statistics, "statistic", mine)
        _choice("Time zone of days", {zone: zone for zone in sorted(known_zones())}, "zone", mine)
        st.toggle(
            "Count as most exports do",
            key="exports_rule",
            help="Deleted, spam and merged tickets count too, and a promise only once its clock has ended.",
            on_change=_rule_chosen,
            args=(mine, scope),
        )


def _hours(scope: Scope, mine: Mine) -> None:
    state = st.session_state
    hours = asked_hours.choices(mine, scope.calendar)
    if state.get("hours") != asked_hours.OTHER:
        state["hours"] = scope.calendar.fingerprint if scope.calendar else asked_hours.STATED
    st.selectbox("Working hours", hours, format_func=hours.__getitem__, key="hours", on_change=_hours_chosen, args=(mine,))
    if state["hours"] == asked_hours.OTHER:
        upload = f"calendar_{state.get('calendars', 0)}"
        st.file_uploader("A calendar file", type=["toml"], key=upload, on_change=_hours_brought, args=(mine, upload), max_upload_size=1)
    if wrong := state.pop("calendar_wrong", None):
        st.error(plain(wrong), icon=":material/error:")


def _choice(title: str, options: dict[str, str], key: str, mine: Mine) -> None:
    st.selectbox(title, options, format_func=options.__getitem__, key=key, on_change=_chosen, args=(mine, key))


_PARTS = {"grain": "by", "compare": "compare", "clock": "clock", "zone": "zone", "statistic": "statistic"}


def _chosen(mine: Mine, key: str) -> None:
    value = st.session_state[key]
    asked_address.change(mine, **{_PARTS[key]: None if value in (NOTHING, OWN_STATISTIC) else value})


def _rule_chosen(mine: Mine, scope: Scope) -> None:
    others = {name: value for name, value in scope.params if name not in EXPORTS_RULE}
    params = {**others, **(EXPORTS_RULE if st.session_state["exports_rule"] else {})}
    asked_address.change(mine, params=tuple(sorted(params.items())))


def _hours_chosen(mine: Mine) -> None:
    code = st.session_state["hours"]
    if code != asked_hours.OTHER:  # then a file is asked for first
        asked_address.change(mine, calendar=asked_hours.calendar(code, mine) if code else None)


def _hours_brought(mine: Mine, upload: str) -> None:
    """Working hours were uploaded: keep them with the data, and count by them from now on."""
    file = st.session_state[upload]
    if file is None:
        return
    try:
        asked_address.change(mine, calendar=asked_hours.add(mine, file.name, file.getvalue()), clock="business")
        st.session_state["hours"] = None  # shows the new one
    except KpiError as error:
        st.session_state["calendar_wrong"] = f"{error.what} {error.hint}"
    st.session_state["calendars"] = st.session_state.get("calendars", 0) + 1


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
