"""What a new link is to show, as its maker chooses it: nothing is wider than what is on the screen unless it is said so."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from urllib.parse import parse_qs

import streamlit as st

import kpi
from kpi import Scope, periods
from kpi.metric import CREATED
from kpi.store import audit
from kpi.store.links import LONGEST, NEVER, Told
from pages.parts import accent, asked, asked_dates, asked_filters, left_out, links, recorded
from pages.parts.mine import Mine
from pages.parts.share_from import FROM
from pages.parts.words import plain

PAGES = {
    "overview": "Overview",
    "number": "How this is made",
    "trends": "Trends",
    "benchmarks": "Benchmarks",
    "targets": "Targets",
    "agents": "Agents & teams",
    "correlations": "Correlations",
    "why": "Why it changed",
    "what_if": "What if",
    "workload": "Workload",
    "feedback": "Feedback",
    "events": "Events",
    "tickets": "Tickets",
    "definitions": "Definitions",
}
"""Pages a link may show, as the menu has them."""
LOOK_BACK = ("trends", "benchmarks", "targets", "correlations", "what_if", "events")
"""Pages that need more than the dates asked: with fixed dates they would begin where those do."""
MOST_OWN, LONGEST_OWN = 40, 500
KINDS = {
    "live": ("Live", "Follows the data: what you import later, and notes and targets you change, the reader sees, too."),
    "frozen": ("Frozen", "This version of the data, with the targets and notes of this moment. It stays so until the link ends."),
}
WHICH = {"this": "", "some": "Some pages", "all": "Every page a link may show"}
PARTS = {"dates": "Dates", "filters": "Filters", "counting": "How it is counted"}
NAMES = {
    "pseudonyms": ("Pseudonyms", "“Agent 3f9a1c07”: the same for one person everywhere, and not to be guessed from a name."),
    "hidden": ("Hidden", "Nothing is told by agent."),
    "shown": ("Names shown", "Readers see who is who."),
}
MORE = {
    "share_rows": ("Single tickets", "Readers could open each ticket, its requester and its times, and download the list."),
    "share_comments": ("What customers wrote", "Readers could read comments and messages word for word. They may name anybody."),
    "share_programs": ("Programs may ask", "The token of the link also opens the HTTP API, for any number of what the link may see."),
}
"""What a link leaves out unless it is asked for: its switch, and what it would mean."""
LASTS = {"7": "7 days", "30": "30 days", "90": "90 days", "day": "On a date", "never": "No end"}


@dataclass(frozen=True)
class Wish:
    """A link as it is asked for. `created` are filters on hours and weekdays, which no view of the data can be fixed to."""

    told: Told
    is_frozen: bool
    expires_at: dt.datetime | None
    created: tuple[str, ...] = ()
    passphrase: str = ""


def came_from() -> tuple[str, dict[str, tuple[str, ...]]]:
    """The page of the address that is to be shared, with its own parameters; the Overview where none is named that a link may show."""
    page, _, query = links.own(FROM).partition("?")
    if page not in PAGES:
        if page or query:
            left_out.part(FROM, links.own(FROM))
        return "overview", {}
    given = parse_qs("&".join(query.split("&")[:MOST_OWN]))
    return page, {
        name: tuple(value[:LONGEST_OWN] for value in values) for name, values in given.items() if name not in (*links.SHARED, FROM)
    }


def ask(mine: Mine, scope: Scope) -> Wish:
    """Draw the choices of what is shown; what they come to."""
    page, own = came_from()
    pages = _pages(page, bool(st.session_state.get("share_rows")))
    kind = _one("Numbers", {name: label for name, (label, _) in KINDS.items()}, "live", "share_kind")
    st.caption(KINDS[kind][1])
    free = _free(pages[0], scope)
    preset = _preset(mine, scope) if kind == "live" else ""
    usual = "hidden" if mine.dataset.seen.names == "hidden" else "pseudonyms"
    names = _one("Agents’ names", {name: label for name, (label, _) in NAMES.items()}, usual, "share_names")
    st.caption(NAMES[names][1])
    rows, comments, programs = (_more(key, *words) for key, words in MORE.items())
    if page == "tickets" and not rows:
        st.info("The Tickets page is nothing but single tickets: allow them, or the link opens with the Overview.", icon=":material/info:")
    expires_at = _expiry()
    told = Told(
        title=usual_title(pages[0], own),
        page=pages[0],
        pages=pages,
        query={**{name: tuple(values) for name, values in scope.to_query().items()}, **(own if pages[0] == page else {})},
        where=tuple((column, values) for column, values in scope.where if column not in CREATED),
        preset=preset,
        names=names,
        rows=rows,
        comments=comments,
        programs=programs,
        free=tuple(free),
    )
    created = tuple(asked_filters.sentence(Scope(where=[w for w in scope.where if w[0] in CREATED])))
    return Wish(told, kind == "frozen", expires_at, created)


def sent(wish: Wish) -> Wish | None:
    """Draw what is said in words, and the button; the wish with them once it is pressed.

    A form: what was typed last arrives with the press, however quickly it came. A passphrase must not get lost.
    """
    with st.form("share_form", border=False, clear_on_submit=True):
        title = st.text_input("Title", key="share_title", max_chars=LONGEST["title"], placeholder=wish.told.title)
        note = st.text_area(
            "Note to the reader", key="share_note", max_chars=LONGEST["note"], height=80, placeholder="What to look at, and why"
        )
        passphrase = st.text_input(
            "Passphrase, if it should ask for one", type="password", key="share_passphrase", max_chars=LONGEST["passphrase"],
            help="Tell it by another way than the link. It cannot be read again, and guessing is slowed down.",
        )  # fmt: skip
        pressed = st.form_submit_button("Make the link", type=accent.button(), icon=":material/add_link:", key="share_make")
    if not pressed:
        return None
    told = replace(wish.told, title=" ".join(title.split()) or wish.told.title, note=note.strip())
    return replace(wish, told=told, passphrase=passphrase)


def _one(label: str, options: dict[str, str], usual: str, key: str) -> str:
    """One of a few, always."""
    return st.segmented_control(label, list(options), default=usual, format_func=options.__getitem__, key=key, required=True) or usual


def _more(key: str, label: str, about: str) -> bool:
    """Something that is left out unless it is asked for."""
    with st.container(gap="xsmall"):
        wanted = st.toggle(label, key=key)
        st.caption(about)
    return wanted


def usual_title(page: str, own: dict[str, tuple[str, ...]]) -> str:
    """ "Trends: CSAT"."""
    metric = kpi.metrics().get(next(iter(own.get("metric", ())), ""))
    return PAGES[page] + (f": {metric.label}" if metric else "")


def _pages(page: str, rows: bool) -> tuple[str, ...]:
    """The pages of the link, the first of them the one it opens with."""
    allowed = [name for name in PAGES if name not in NEVER and (rows or name != "tickets")]
    first = page if page in allowed else "overview"
    which = _one("Pages", WHICH | {"this": f"{PAGES[first]} only"}, "this", "share_which")
    if which == "some":
        more = st.multiselect(
            f"Beside {PAGES[first]}", [name for name in allowed if name != first], format_func=PAGES.__getitem__, key="share_pages"
        )
        return (first, *more)
    return (first, *(name for name in allowed if name != first)) if which == "all" else (first,)


def _free(page: str, scope: Scope) -> list[str]:
    """What readers may change; and what they never can."""
    free = st.pills(
        "Readers may change",
        list(PARTS),
        selection_mode="multi",
        default=["dates"] if page in LOOK_BACK else [],
        format_func=PARTS.__getitem__,
        key="share_free",
    )
    said = []
    if "dates" in free:
        needs = f" {PAGES[page]} looks back further than the dates above, so it needs this." if page in LOOK_BACK else ""
        said.append(f"Any dates of the data may be looked at.{needs}")
    elif scope.start or scope.end:
        said.append(f"Nothing outside {asked_dates.said(_first(scope), scope.end)} is part of the link: charts begin there.")
    if "filters" in free:
        said.append("Filters and splits may be added.")
    if "counting" in free:
        said.append("Clock, working hours, time zone and thresholds may be changed.")
    st.caption(" ".join(said) or "Nothing: they see it as it is.")
    return list(free)


def _first(scope: Scope) -> dt.date | None:
    before = scope.before()
    return before.start if before else scope.start


def _preset(mine: Mine, scope: Scope) -> str:
    """Whether the dates of a live link move on, where they are those of a preset; "" where they do not, or cannot."""
    preset = asked_dates.preset_of(scope, mine, st.session_state.get("period"))
    if preset in (asked_dates.OWN, periods.EVERYTHING):
        return ""
    moves = st.toggle(f"Dates move on: always the {periods.PRESETS[preset].lower()}", value=True, key="share_moves")
    if not moves:
        st.caption(f"They stay {asked_dates.said(scope.start, scope.end)}.")
    return preset if moves else ""


def _expiry() -> dt.datetime | None:
    """When the link ends: an instant, UTC."""
    with st.container(gap="xsmall"):
        lasts = _one("Ends after", LASTS, "30", "share_lasts")
        if lasts == "day":
            today = audit.now().date()
            day = st.date_input(
                "Last day (UTC)", value=today + dt.timedelta(days=30), min_value=today, key="share_last_day", format="YYYY-MM-DD"
            )
            return dt.datetime.combine(day + dt.timedelta(days=1), dt.time())
    return audit.now() + dt.timedelta(days=int(lasts)) if lasts.isdigit() else None


def summary(wish: Wish, mine: Mine, scope: Scope) -> None:
    """The link in words, before it is made."""
    told = wish.told
    pages = PAGES[told.page] + ("" if len(told.pages) == 1 else f" and {len(told.pages) - 1} more pages")
    hidden = [
        NAMES[told.names][0].lower()
        if told.names == "shown"
        else f"agents’ names as {told.names}"
        if told.names != "hidden"
        else "no agents",
        "single tickets" if told.rows else "no single tickets",
        "customers’ words" if told.comments else "no customers’ words",
    ]
    ends = f"until {asked_dates.one((wish.expires_at - dt.timedelta(seconds=1)).date())}" if wish.expires_at else "without an end"
    recorded.say(
        f"**Whoever has the link sees {plain(pages)}, {KINDS['frozen' if wish.is_frozen else 'live'][0].lower()}, {ends}: {', '.join(hidden)}.**"
    )
    st.caption(asked.sentence(scope, mine))
    fixed = asked_filters.sentence(replace(scope, where=told.where))
    if fixed:
        st.caption(
            f":material/lock: Fixed for good: {'; '.join(fixed)}. Every number, chart and file of the link is made of these tickets only; "
            "editing the address changes nothing."
        )
    if wish.created:
        st.caption(
            f":material/lock_open: {'; '.join(wish.created)}: kept while readers may not change filters, "
            "but the data themselves cannot be cut by hours and weekdays."
        )
    st.caption("Notes and targets are shown where they are about these tickets and name nobody and nothing that is left out.")
