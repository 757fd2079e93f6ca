"""The frame every page stands in: navigation, the visitor's data, the scope bar, and the one place where errors become words.

This is the main script (see streamlit_app.py for why).
"""

from pathlib import Path

import streamlit as st

from pages.parts import asked, embedded, files, fold, left_out, links, login, mine, recorded, slow, visitor, workspace
from pages.parts.words import errors_in_words

ICON = str(Path(__file__).parent / "parts" / "icon.svg")

st.set_page_config(page_icon=ICON, layout="wide")
if not embedded.is_on():
    st.logo(ICON, size="large")
SECTIONS = {  # file, title, icon, and the names of its own in the address
    "": [
        ("overview", "Overview", "dashboard", ()),
        ("number", "How this is made", "function", ("metric",)),
        ("trends", "Trends", "show_chart", ("metric", "view", "split_by", "chart", "range")),
    ],
    "Compare": [
        ("benchmarks", "Benchmarks", "leaderboard", ("metric", "industry", "channel", "view", "own")),
        ("targets", "Targets", "flag", ("target", "view")),
        ("agents", "Agents & teams", "groups", ("metric", "by_whom", "view", "agent", "kind")),
    ],
    "Explain": [
        ("correlations", "Correlations", "scatter_plot", ("pair", "unit")),
        ("why", "Why it changed", "waterfall_chart", ("metric", "by_column", "against", "segment")),
        (
            "what_if",
            "What if",
            "tune",
            (
                "driver",
                "outcome",
                "goal",
                "scenario",
                "view",
                "set",
                "days",
                "limit",
                "queue",
                "level",
                "within",
                "shrinkage",
                "volume",
                "handle",
                "at_once",
                "weekday",
                "duty",
            ),
        ),
        ("workload", "Workload", "calendar_view_week", ("show", "cell", "order")),
        ("feedback", "Feedback", "forum", ("theme", "word", "language", "view")),
        ("events", "Events", "event_note", ("event", "metric", "control", "kind", "every")),
    ],
    "Data": [
        ("tickets", "Tickets", "table_rows", ("metric", "side", "out", "find", "sort", "column", "page", "ticket", "finding")),
        ("data", "Data & quality", "fact_check", ("effects",)),
        ("share", "Sharing", "share", ("of",)),
        ("definitions", "Definitions", "menu_book", ("metric", "find", "family", "example")),
    ],
}
EDITORS = ("data", "share")
"""Pages for those who may change what stays."""
UNSCOPED = ("data", "definitions")
"""What they say does not depend on dates or clocks."""
shared = None
with errors_in_words():
    shared = visitor.arrive()
if visitor.token() and shared is None:
    st.stop()  # whatever went wrong, a link never turns into the rest of the app
person = None
if shared is None:
    with errors_in_words():
        person = login.person()
        person = person and workspace.enter(person)
    if person is None:
        visitor.hold_page()
        st.stop()
st.session_state["person"] = person or login.READER
first = shared.link.told.page if shared else "overview"
pages = {
    name: st.Page(
        f"{name}.py",
        title=title,
        icon=f":material/{icon}:",
        default=name == first,
        visibility="hidden" if name == "number" else "visible",
    )
    for listed in SECTIONS.values()
    for name, title, icon, _ in listed
    if (name in shared.link.told.pages if shared else name not in EDITORS or (person and person.may("edit")))
}
st.session_state[links.OPEN] = frozenset(pages)
page = st.navigation(
    {section: [pages[name] for name, *_ in listed if name in pages] for section, listed in SECTIONS.items()},
    position="hidden" if embedded.is_on() else "sidebar",
    expanded=True,  # whatever stands below the menu
)
if shared is None and not embedded.is_on():
    login.leave()
here = next(name for name, one in pages.items() if one == page)
links.only(fold.OPEN, *next(own for listed in SECTIONS.values() for name, _, _, own in listed if name == here))
left_out.begin(here)
fold.begin(here)

st.session_state["mine"] = st.session_state["asked"] = None
with errors_in_words():
    st.session_state["mine"] = mine.given(shared) if shared else mine.current()
recorded.begin()
if st.session_state["mine"] is not None:
    bare = embedded.is_on()
    row = embedded.ribbon(st.session_state["mine"]) if bare else mine.ribbon(st.session_state["mine"], here)
    with errors_in_words():
        st.session_state["asked"] = asked.bar(st.session_state["mine"], shown=here not in UNSCOPED and not bare)
        if not bare and here != "share":  # its lists are of this server, not of the data
            with row:
                files.popover(st.session_state["mine"], st.session_state["asked"], here)
left_out.place()
slow.begin()
try:
    with errors_in_words(), recorded.whole():
        page.run()
        fold.unknown()
finally:  # a page that stops half-way has an address too
    fold.end(here)
    left_out.end(here)
