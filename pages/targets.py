"""Will we reach our targets? What is to go where by when, where it stands, and how right the app itself has been."""

import streamlit as st

from kpi.errors import KpiError
from pages.parts import left_out, links, recorded, start, target_file, target_form, target_judged, target_list, target_opened, target_record
from pages.parts.words import plain

mine, scope = st.session_state["mine"], st.session_state["asked"]
recorded.title("Will we reach our targets?")
if mine is None or scope is None:
    start.ways_in()
    st.stop()

recorded.quiet(target_list.basis(mine, scope))
if target_list.view() == "record":
    target_record.show(mine, scope)
    st.stop()

wanted = links.own("target")
try:
    kept = target_judged.kept(mine)
except KpiError as error:
    st.error(plain(error.hint), title=plain(error.what), icon=":material/error:")
    target_file.mend(mine)
    st.stop()

if not kept.targets:
    target_list.nothing_yet(mine, scope)
else:
    with st.skeleton(height=320):
        told = target_judged.every(mine, kept, scope)
    if opened := next((one for one in told if one.target.key == wanted), None):
        target_opened.show(mine, opened, scope)
    else:
        if wanted:
            left_out.part("target", wanted)
        target_list.show(mine, told, scope)
    target_record.note(mine, told, scope)
target_list.problems(kept)
target_form.buttons(mine, scope, kept)
target_file.ways(mine, kept)
