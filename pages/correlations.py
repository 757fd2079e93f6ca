"""What moves with what? Links between numbers, at three units that are never mixed: tickets, weeks and agents."""

import streamlit as st

from pages.parts import asked, correlation_asked, correlation_matrix, correlation_pair, recorded, start
from pages.parts.words import plain

mine, scope = st.session_state["mine"], st.session_state["asked"]
recorded.title("What moves with what?")
if mine is None or scope is None:
    start.ways_in()
    st.stop()

unit = correlation_asked.unit()
wide = correlation_asked.widened(scope, mine, unit)
recorded.quiet(f"{asked.sentence(wide, mine)} · {correlation_asked.ASKS[unit]}")
correlation_asked.read_ahead(mine, wide, unit)
matrix = correlation_asked.matrix_of(mine, wide, unit)
pair = correlation_asked.pair_of(matrix)
with st.container(horizontal=True, vertical_alignment="bottom", key="correlation_choices"):
    if pair is not None:
        correlation_pair.back(pair)
    if not matrix.lacks:
        correlation_matrix.choose(matrix, pair)
if pair is not None:
    correlation_pair.draw(mine, wide, scope, pair)
elif matrix.lacks:
    recorded.say(f"**{plain(matrix.lacks)}** Try another unit, or other dates.")
    if not matrix.n:
        asked.nothing_left(wide, mine)
else:
    recorded.say(f"**{plain(matrix.finding)}** {plain(matrix.caveat)}")
    correlation_matrix.named(mine, matrix)
    correlation_matrix.triangle(matrix)
    if unit == "tickets":
        correlation_matrix.turned(mine, wide, matrix)
