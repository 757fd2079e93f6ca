"""Why did it change? Where a change lies, exactly; whether it is one; and what else happened."""

import streamlit as st

from kpi.errors import KpiError
from pages.parts import asked, links, start, why_asked, why_told
from pages.parts.words import plain, say

mine, scope = st.session_state["mine"], st.session_state["asked"]
st.title("Why did it change?", anchor=False)
if mine is None or scope is None:
    start.ways_in()
    st.stop()

question = why_asked.ask(mine, scope)
st.caption(asked.sentence(question.scope, mine))
if question.pair is None:
    why_asked.no_pair(mine, scope)
    st.stop()
try:
    with st.skeleton(height=420):
        change = why_told.found(mine, question)
        product = why_told.product(mine, question)
except KpiError as error:
    say(error)
    st.stop()

st.markdown(f"**{plain(change.text)}** {plain(change.caveat)}")
why_told.warning(why_told.answered(mine, question))
by = why_told.choose(change, product is not None and not product.why_not)
if product is not None and (product.why_not or by == why_told.FACTORS):
    st.markdown(plain(product.text))
if by == why_told.FACTORS and product is not None:
    why_told.of_factors(product, change.metric.better)
elif by:
    why_told.waterfall(change, by)
    why_told.parts(change, by)
    if change.figure.why:
        why_told.mean_too(mine, question, by)
why_told.looked(change)
why_told.also_happened(mine, question)
st.page_link("number.py", label="How this number is made", icon=":material/function:", query_params=links.query(metric=question.metric))
