"""The frame every page stands in: navigation, the visitor's data, the scope bar, and the one place where errors become words.

This is the main script (see streamlit_app.py for why).
"""

from pathlib import Path

import streamlit as st

from pages.parts import asked, links, mine
from pages.parts.words import errors_in_words

ICON = str(Path(__file__).parent / "parts" / "icon.svg")

st.set_page_config(page_icon=ICON, layout="wide")
st.logo(ICON, size="large")
overview = st.Page("overview.py", title="Overview", icon=":material/dashboard:", default=True)
number = st.Page("number.py", title="How this is made", icon=":material/function:", visibility="hidden")
tickets = st.Page("tickets.py", title="Tickets", icon=":material/table_rows:")
data = st.Page("data.py", title="Data & quality", icon=":material/fact_check:")
definitions = st.Page("definitions.py", title="Definitions", icon=":material/menu_book:")
asking = {
    name: st.Page(f"{name}.py", title=title, icon=f":material/{icon}:")
    for name, title, icon in (
        ("trends", "Trends", "show_chart"),
        ("benchmarks", "Benchmarks", "leaderboard"),
        ("targets", "Targets", "flag"),
        ("workload", "Workload", "calendar_view_week"),
        ("events", "Events", "event_note"),
        ("correlations", "Correlations", "scatter_plot"),
        ("why", "Why it changed", "waterfall_chart"),
        ("what_if", "What if", "tune"),
        ("feedback", "Feedback", "forum"),
    )
}
page = st.navigation(
    {
        "": [overview, number, asking["trends"]],
        "Compare": [asking[name] for name in ("benchmarks", "targets")],
        "Explain": [asking[name] for name in ("correlations", "why", "what_if", "workload", "feedback", "events")],
        "Data": [tickets, data, definitions],
    }
)
unscoped = [data, definitions]  # what they say does not depend on dates or clocks
own = {
    number: ["metric"],
    tickets: ["metric", "side", "out", "find", "sort", "column", "page", "ticket", "finding"],
    definitions: ["metric", "find", "family", "example"],
    asking["trends"]: ["metric", "view", "split_by", "chart"],
    asking["benchmarks"]: ["metric", "industry", "channel", "view", "own"],
    asking["targets"]: ["target", "view"],
    asking["workload"]: ["show", "cell"],
    asking["events"]: ["event", "metric", "control", "kind"],
    asking["correlations"]: ["pair", "unit"],
    asking["why"]: ["metric", "by_column", "against", "segment"],
    asking["what_if"]: ["driver", "outcome", "goal", "scenario", "view", "set"],
    asking["feedback"]: ["theme", "word", "language", "view"],
}
links.only(*own.get(page, []))

st.session_state["mine"] = st.session_state["asked"] = None
with errors_in_words():
    st.session_state["mine"] = mine.current()
if st.session_state["mine"] is not None:
    mine.ribbon(st.session_state["mine"])
    with errors_in_words():
        st.session_state["asked"] = asked.bar(st.session_state["mine"], shown=page not in unscoped)
with errors_in_words():
    page.run()
