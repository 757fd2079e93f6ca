"""How this is made: everything behind one number."""

import streamlit as st

from pages.parts import asked, drawn, number_asked, number_told, number_trend, recorded, start
from pages.parts.asked_words import needed
from pages.parts.words import plain

mine, scope = st.session_state["mine"], st.session_state["asked"]
if mine is None or scope is None:
    recorded.title("How is this number made?")
    start.ways_in()
    st.stop()

name = number_asked.choose(mine, scope)
found = number_asked.explained(mine, name, scope)
metric = found.metric
label = number_asked.label_of(metric, scope)
value = number_asked.said(found, found.row["value"]) if found.row["value"] is not None else "not known"
recorded.title(f"{plain(label)}: {plain(value)}")
recorded.quiet(asked.sentence(scope, mine))

if found.needs:
    lacks = metric.missing(mine.dataset.filled, scope.ask)
    recorded.say(f"**{plain(f'These data cannot give it: needs {needed(lacks)}' if lacks else found.needs.capitalize())}.**")
    number_told.in_words(metric, found.switches)
    st.stop()

recorded.say(f"**{plain(found.sentence)}**")
number_told.headline(found)
number_trend.chart(mine, found, scope)
number_told.onward(metric, is_compared=scope.before() is not None)
number_told.in_words(metric, found.switches)
number_told.counted(found)
number_told.left_out(found)
if mine.has_rows and (ticket := number_asked.example_of(mine, name, scope)):
    recorded.heading("One example, drawn")
    drawn.timeline(mine.dataset, ticket, name, scope, key="example")
number_told.behind(mine, found)
if mine.is_own:  # who has a link has no files, and should not learn their names
    number_told.for_notebooks(found)
    number_told.origin(found)
