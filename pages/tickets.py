"""The tickets, one row each, with everything computed about them; or the rows behind a number."""

import streamlit as st

import kpi
from kpi import units
from kpi.errors import KpiError
from kpi.explain import rows_said
from pages.parts import asked, links, recorded, start, ticket_drawn, ticket_list
from pages.parts.measured import measured
from pages.parts.words import plain, say

mine, scope = st.session_state["mine"], st.session_state["asked"]
if mine is None or scope is None:
    recorded.title("Which tickets are they?")
    start.ways_in()
    st.stop()

query = ticket_list.asked(mine, scope)
metric = "" if query["finding"][0] else query["metric"][0]
label = kpi.metrics()[metric].label if metric else ""
recorded.title(f"What is behind {plain(label)}?" if metric else "Which tickets are they?")
if not query["finding"][0]:
    recorded.quiet(asked.sentence(scope, mine))
ticket_list.controls(mine, scope, query)
if ticket := links.own("ticket"):
    try:
        ticket_drawn.opened(mine, ticket, metric, scope)
    except KpiError as error:
        say(error)

if query["finding"][0]:
    ticket_list.about(mine, scope, query)
rows = ticket_list.listed(mine, scope, query)
many = ticket_list.total(mine, rows)
if metric:
    whole = measured(mine, [metric], scope.but(by="all", split=()))
    is_out = query["out"][0] == "1"
    said = f"{rows_said(rows.table, many)} {'left out of' if is_out else 'behind'} {label}"
    found = f", {'that hold' if many != 1 else 'that holds'} “{query['find'][0].strip()}”" if query["find"][0].strip() else ""
    recorded.say(f"**{plain(said + found)}.** {plain(whole.text)}" if many else plain(whole.text))
    if any("Kaplan-Meier" in note for note in whole.records()[0]["notes"]) and not is_out:
        recorded.quiet(
            "Open tickets count in this number with their age (Kaplan-Meier), but have no duration yet: they stand under what was left out."
        )
    links.to("number.py", label="How this number is made", icon=":material/function:", query_params=links.query(metric=metric))
if not many:
    ticket_list.nothing(query)
    st.stop()
known = ticket_list.filled(mine, rows)
with st.container(horizontal=True, vertical_alignment="center"):  # to the left: the table's own tools appear on the right
    ticket_list.order(rows, known, query, scope)
    ticket_list.files(rows, query, many)
ticket_list.show(mine, scope, rows, known, query)
if not metric and not query["finding"][0]:
    recorded.quiet(
        f"Every ticket created in these dates, {units.say(many, 'count')} in all; deleted, spam and merged ones are listed too and count in no number."
    )
