"""How support is doing: the headline of every family of KPIs."""

import streamlit as st

import kpi
from pages.parts import asked, headline, other_numbers, recorded, start, steady, target_lines, tiles, understood
from pages.parts.board import shown as headlines
from pages.parts.measured import measured
from pages.parts.words import plain

mine, scope = st.session_state["mine"], st.session_state["asked"]
recorded.title("How support is doing")
if mine is None or scope is None:
    start.ways_in()
    st.stop()

lacks = mine.dataset.lacking(scope.ask)
board = headlines(lacks)
shown = [name for names in board.values() for name in names]
told = [name for name in shown if not lacks[name]]
whole = scope.but(by="all", split=())
recorded.quiet(asked.sentence(scope, mine))
if mine.is_own:
    understood.questions(mine)

with st.skeleton(height=420):
    now = measured(mine, shown, whole)
if not any(row["value"] for row in now.records()):
    asked.nothing_left(scope, mine)
    st.stop()
doubted = steady.doubted(now, mine)
finding, caveat = headline.finding(now, has_dates="tickets.created_at" in mine.dataset.filled, doubted=doubted)
recorded.say(f"**{plain(finding)}** {plain(caveat)}")
line = measured(mine, told, asked.past(scope, mine), intervals=False)

chips = {name: chip for name in told if (chip := target_lines.chip(mine, name, whole))}
for heading, names in board.items():
    if names:
        recorded.heading(heading)
        tiles.wall(names, now, line, lacks, chips, doubted)

other_numbers.draw(told, now, whole, mine)
lacking = [metric for name, metric in kpi.metrics().items() if lacks[name]]
if lacking:
    with st.expander(f"What these data cannot tell: {len(lacking)} metrics", icon=":material/visibility_off:", key="cannot_tell"):
        st.markdown(understood.lacks(lacking, mine))
if mine.is_own:  # who has a link has no files: what was read of them is more than the link shows, and not theirs to correct
    with st.expander(f"What was understood of the files: {understood.trouble(mine)}", icon=":material/fact_check:", key="understood"):
        st.markdown(understood.line(mine))
        understood.report(mine, "overview")
