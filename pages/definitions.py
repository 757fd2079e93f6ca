"""What the words mean: every metric's definition with a worked ticket, and the words definitions are written in."""

import streamlit as st

from pages.parts import defined, links, recorded
from pages.parts.definition_words import GLOSSARY
from pages.parts.words import plain

mine, scope = st.session_state["mine"], st.session_state["asked"]
metrics = {metric.name: metric for metric in defined.all_metrics()}
families = list(dict.fromkeys(metric.family for metric in metrics.values()))
find, family = links.own("find"), links.one_of("family", families)

recorded.title("What the words mean")
if (name := links.own("metric")) in metrics:
    back = links.query(find=find, family=family)
    links.to("definitions.py", label="All metrics and words", icon=":material/arrow_back:", query_params=back)
    defined.metric(metrics[name], mine, scope)
    st.stop()

recorded.quiet(
    f"{len(metrics)} metrics, each with its formula and a worked ticket. Unknown is never counted as zero: a row that lacks what a metric "
    "needs leaves both sides of it."
)
if name:
    st.warning(f"No metric is called “{plain(name[:60])}”. Here are all of them.", icon=":material/search_off:")
st.session_state["find"], st.session_state["family"] = find, family or None
with st.container(horizontal=True, vertical_alignment="bottom", key="sought"):
    st.text_input(
        "Find",
        placeholder="FRT, SLA, cost …",
        key="find",
        live=True,
        width=320,
        icon=":material/search:",
        on_change=lambda: links.put(find=st.session_state["find"]),
    )
    st.pills(
        "Family", families, format_func=str.capitalize, key="family", on_change=lambda: links.put(family=st.session_state["family"] or "")
    )

wanted = find.casefold().split()
found = [m for m in metrics.values() if family in ("", m.family) and all(word in defined.sought(m) for word in wanted)]
words = {term: said for term, said in GLOSSARY.items() if not family and all(word in f"{term} {said}".casefold() for word in wanted)}
for group in dict.fromkeys(m.family for m in found):
    recorded.heading(group.capitalize(), anchor=group.replace(" ", "-"))
    with st.grid(2, min_column_width=340, gap="small"):
        for metric in (m for m in found if m.family == group):
            with st.container(gap="xxsmall", key=f"metric_{metric.name}"):
                own = links.query(metric=metric.name, find=find, family=family)
                links.to("definitions.py", label=f"**{metric.label}**", query_params=own)
                recorded.quiet(plain(metric.about))
if words:
    recorded.heading("Words used everywhere", anchor="words")
    recorded.pairs(words, "Words used everywhere", width="stretch")
if not found and not words:
    recorded.say("No metric and no word is called that or says that about itself. Try a shorter word, or clear the family.")
