"""Why did it change? Where a change lies, exactly; whether it is one; and what else happened."""

import streamlit as st

from kpi.errors import KpiError
from pages.parts import asked, links, recorded, start, why_asked, why_drawn, why_found, why_told
from pages.parts.asked_words import needed
from pages.parts.words import plain

mine, scope = st.session_state["mine"], st.session_state["asked"]
recorded.title("Why did it change?")
if mine is None or scope is None:
    start.ways_in()
    st.stop()

question = why_asked.ask(mine, scope)
recorded.quiet(asked.sentence(question.scope, mine))
if question.pair is None:
    why_asked.no_pair(mine, scope)
    st.stop()
if lacks := mine.dataset.lacking(scope.ask)[question.metric]:
    recorded.say(f"**{plain(f'These data cannot give it: needs {needed(lacks)}')}.**")
    st.stop()
try:
    change = why_found.found(mine, question)
    product = why_found.product(mine, question)
except KpiError as error:
    recorded.say(f"**{plain(error.what)}** {plain(error.hint)}")
    st.stop()

recorded.say(f"**{plain(change.text)}** {plain(change.caveat)}")
if change.splits:
    why_told.warning(why_found.answered(mine, question))
by = why_told.choose(change, product is not None and not product.why_not)
if product is not None and (product.why_not or by == why_told.FACTORS):
    recorded.say(plain(product.text))
if by == why_told.FACTORS and product is not None:
    why_drawn.of_factors(product, change.metric.better)
    why_told.all_of_it(why_found.product(mine, question, "cost") if change.metric.unit == "currency" else None)
elif by:
    why_drawn.waterfall(change, by)
    why_told.parts(change, by)
    why_told.inside(change)
    if change.figure.why:
        why_told.mean_too(mine, question, by)
why_told.looked(change)
why_told.also_happened(mine, question)
links.to("number.py", label="How this number is made", icon=":material/function:", query_params=links.query(metric=question.metric))
