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
HERE = Path(__file__).parent
compare = {
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
    if (HERE / f"{name}.py").exists()
}
page = st.navigation(
    {
        "": [overview, number, *(compare[n] for n in ("trends",) if n in compare)],
        "Compare": [compare[n] for n in ("benchmarks", "targets") if n in compare],
        "Explain": [compare[n] for n in ("correlations", "why", "what_if", "workload", "feedback", "events") if n in compare],
        "Data": [tickets, data, definitions],
    }
)
unscoped = [data, definitions]  # what they say does not depend on dates or clocks
own = {
    number: ["metric"],
    tickets: ["metric", "side", "out", "find", "sort", "column", "page", "ticket", "finding"],
    definitions: ["metric", "find", "family", "example"],
    compare.get("trends"): ["metric", "view", "split_by", "chart"],
    compare.get("benchmarks"): ["metric", "industry", "channel", "view", "own"],
    compare.get("targets"): ["target", "view"],
    compare.get("workload"): ["show", "cell"],
    compare.get("events"): ["event", "metric", "control", "kind"],
    compare.get("correlations"): ["pair", "unit"],
    compare.get("why"): ["metric", "by_column", "against", "segment"],
    compare.get("what_if"): ["driver", "outcome", "goal", "scenario", "view", "set"],
    compare.get("feedback"): ["theme", "word", "language", "view"],
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
