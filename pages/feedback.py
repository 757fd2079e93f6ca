"""What do customers say? Their comments by theme, the words that separate low from high scores, and quotes. No sentiment score."""

import streamlit as st

from kpi import feedback
from pages.parts import asked, feedback_asked, feedback_dictionary, feedback_quotes, feedback_themes, feedback_words, recorded, start
from pages.parts.words import plain

mine, scope = st.session_state["mine"], st.session_state["asked"]
recorded.title("What do customers say?")
if mine is None or scope is None:
    start.ways_in()
    st.stop()

feedback_quotes.opened()
recorded.quiet(asked.sentence(scope.but(compare=None), mine))
if not feedback.has_any(mine.dataset):
    recorded.say("**These data hold no customers' words:** needs comments of surveys, or the text of messages and who wrote it.")
    st.stop()
wide = feedback_asked.widened(scope, mine)
found = feedback_asked.heard(mine, wide)
if not found.n:
    asked.nothing_left(scope, mine)
    st.stop()
themes, wrong = feedback_asked.themes(mine)
view, language = feedback_asked.controls(found)
for note in found.notes:
    recorded.quiet(plain(note))
here = feedback_asked.narrowed(found, scope, language)
if view == "words":
    feedback_words.draw(mine, scope, wide, found, language)
elif not here.n:
    recorded.say(f"**No {found.noun} in these dates.** {found.n:,} in the year before their end: choose other dates.")
elif view == "comments":
    recorded.say(f"**{here.n:,} {here.noun}:** {plain(here.languages_said)}.")
    feedback_quotes.table(here, themes, feedback_asked.flags(mine, wide, found, themes))
else:
    feedback_themes.draw(mine, scope, wide, found, themes, language)
if view != "words":
    feedback_dictionary.draw(mine, found, themes, wrong)
