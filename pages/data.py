"""Data & quality: can the data be trusted, what was understood of the files, what is odd about them, and what they cannot tell."""

import streamlit as st

import kpi
from kpi import quality
from kpi.hours import known_zones
from pages.parts import brought, connected, joined, mapping, quality_files, quality_findings, recorded, start, understood
from pages.parts.mine import reread
from pages.parts.words import plain


def _zone_said(key: str) -> None:
    reread(key, zone=st.session_state["source_zone"])


mine, scope = st.session_state["mine"], st.session_state["asked"] or kpi.Scope()
if mine is None and st.session_state.get("unread_key"):
    mapping.screen(st.session_state["unread_key"])
    st.stop()
recorded.title("Can the data be trusted?")
if mine is None:
    start.ways_in()
    st.stop()

findings, touched = quality_findings.found(mine, scope)
recorded.say(f"**{plain(quality.verdict(mine.dataset, findings, touched))}**")
recorded.quiet(f"{understood.line(mine)} {understood.counts(mine, len(findings))}.")
connected.again(mine)
understood.questions(mine)
unmatched = understood.left_out(mine)
if unmatched:
    mapping.by_hand(mine, "Match the columns of what was not recognised")

if findings:
    quality_findings.cards(mine, scope, findings)

recorded.heading("What was read")
quality_files.files(mine)
understood.doubts(mine)
with st.expander("Column by column", icon=":material/view_column:", key="column_by_column", expanded=True):
    quality_files.columns(mine)
quality_files.own_columns(mine)
quality_files.unread(mine)
quality_files.rejected(mine)
joined.conflicts(mine)

if not mine.is_sample:
    recorded.heading("Read it differently")
    if mine.options.zone or any(file.unzoned for file in mine.dataset.report.files):
        st.session_state["source_zone"] = mine.options.zone or "UTC"
        st.selectbox(
            "Times that state no zone are in", sorted(known_zones()), key="source_zone", on_change=_zone_said, args=(mine.key,), width=320
        )
    understood.orders_said(mine)
    brought.files(mine)
    if not unmatched:
        mapping.by_hand(mine, "Match columns by hand")

lacking = [metric for name, metric in kpi.metrics().items() if metric.missing(mine.dataset.filled)]
if lacking:
    recorded.heading("What these data cannot tell")
    with st.expander(f"{len(lacking)} of {len(kpi.metrics())} metrics, by what they would need", key="cannot_tell"):
        recorded.say(understood.lacks(lacking, mine))

quality_files.these_data(mine)
