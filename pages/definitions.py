"""What the words mean: every metric's definition, from its declaration."""

import streamlit as st

import kpi

metrics = list(kpi.metrics().values())
families = list(dict.fromkeys(metric.family for metric in metrics))

st.title("What the words mean")
st.caption(
    f"{len(metrics)} metrics. Unknown is never counted as zero: a row that lacks what a metric needs leaves numerator and denominator together."
)
with st.container(horizontal=True, vertical_alignment="bottom"):
    sought = st.text_input("Find", placeholder="reply, SLA, cost …", key="find", live=True, width=320)
    family = st.pills("Family", families, format_func=str.capitalize, key="family")

wanted = sought.casefold()
found = [m for m in metrics if family in (None, m.family) and wanted in f"{m.name} {m.label} {m.about} {m.formula}".casefold()]
if not found:
    st.markdown("No metric is called that or says that about itself. Try a shorter word, or clear the family.")
for name in dict.fromkeys(m.family for m in found):
    st.subheader(name.capitalize(), anchor=name.replace(" ", "-"))
    for metric in (m for m in found if m.family == name):
        with st.container(border=True, gap="xsmall"):
            st.markdown(f"**{metric.label}** :gray[`{metric.name}`]")
            st.markdown(metric.about)
            st.caption(f"{metric.formula}  \n{metric.reference}")
