"""Who may come in, and as what: the list an owner keeps where people log in by name; elsewhere, why there is nobody to list."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from kpi.store import audit, people
from kpi.store.people import ROLES, Member
from pages.parts import accent, asked_dates, workspace
from pages.parts.mine import who
from pages.parts.tried import tried
from pages.parts.words import plain, say

SAID, NEW, ROLE, SURE, OF = "people_said", "people_new", "people_new_role", "people_sure", "people_of"
NOBODY = {
    people.LOOPBACK: "Nobody logs in here: who can reach this server sits at its machine. So there is nobody to list.",
    people.OPEN: "Nobody logs in here: everybody who can reach this server may use it, as it was told (KPI_OPEN). So there is nobody to list.",
    people.PASSPHRASE: "Everybody who knows the passphrase of this server is its owner, so there is nobody to list. "
    "For names and roles the server needs a login by OpenID Connect.",
}
"""By the way a server lets people in."""
WORDS = {"owner": "Owner", "editor": "Editor", "viewer": "Viewer"}
TALL, HIGH = 8, 460
"""From so many people on the list scrolls, in so many pixels."""


def show() -> None:
    """The section; only owners see it."""
    if not who().may("own"):
        return
    with st.container(width=760, key="people"):
        st.subheader("Who may come in", anchor=False)
        if people.chosen() != people.OIDC:
            st.markdown(NOBODY[people.chosen()])
            return
        of = _which()
        listed = people.listed(of, who=who())
        fixed = sum(one.by_settings for one in listed)
        st.caption(" ".join(f"**{WORDS[role]}**: {what}." for role, what in ROLES.items()))
        if SAID in st.session_state:
            say(st.session_state.pop(SAID))
        with st.container(border=True, height=HIGH if len(listed) > TALL else "content", key="people_listed"):
            if not listed:
                st.markdown("Nobody yet.")
            for number, one in enumerate(listed):
                _row(one, number, of)
        if fixed:
            more = " of all workspaces" if workspace.title() else ""
            st.caption(
                f"{fixed} owner{'s' if fixed > 1 else ''}{more} {'are' if fixed > 1 else 'is'} named by the settings of this server (KPI_OWNERS)."
            )
        _new(of)
        _log(of)


def _which() -> str:
    """The workspace whose people are listed: that at hand, or another of those one owns."""
    roles = people.roles(who().name)
    own = [one for one in workspace.mine() if people.is_over_all(who()) or roles.get(one.name) == "owner"]
    if len(own) < 2:
        return workspace.name()
    titles, key = {one.name: one.title for one in own}, f"{OF}_{workspace.name()}"
    st.session_state[key] = st.session_state.get(key) if st.session_state.get(key) in titles else workspace.name()
    return str(st.selectbox("People of", list(titles), format_func=titles.__getitem__, key=key, width=320))


def _row(one: Member, number: int, of: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"people_row_{number}"):
        st.text(one.email + (" (you)" if one.email == who().name else ""), width="stretch")  # as Markdown it would be a link
        if one.by_settings:
            st.markdown(WORDS[one.role], width="content")
            return
        with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):  # on a phone they wrap together
            key = f"people_role_{one.email}"
            st.session_state[key] = one.role  # what the book says, whatever was tried
            st.selectbox(
                f"Role of {plain(one.email)}", list(ROLES), format_func=WORDS.__getitem__, key=key, label_visibility="collapsed", width=130,
                on_change=_change, args=(one.email, key, of),
            )  # fmt: skip
            sure = st.popover("Remove", icon=":material/person_remove:", type="tertiary", key=f"people_remove_{one.email}")
            with sure:
                place = f"into “{plain(workspace.title(of))}”" if workspace.title(of) else "in"
                st.markdown(f"**{plain(one.email)} cannot come {place} any more, from the next click on.** Links they have made stay open.")
                st.button("Remove", type=accent.button(), key=f"{SURE}_{one.email}", on_click=_drop, args=(one.email, of))


def _new(of: str) -> None:
    with st.form("people_form", border=False), st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input("E-mail address", key=NEW, placeholder="ann@example.com", max_chars=200, width=320)
        st.selectbox("Role", list(ROLES), index=2, format_func=WORDS.__getitem__, key=ROLE, width=130)
        st.form_submit_button("Let in", icon=":material/person_add:", on_click=_add, args=(of,))


def _add(of: str) -> None:
    if tried(SAID, _let_in, st.session_state[NEW], st.session_state[ROLE], of):
        st.session_state[NEW] = ""


def _change(email: str, key: str, of: str) -> None:
    tried(SAID, _let_in, email, st.session_state[key], of)


def _let_in(email: str, role: str, of: str) -> None:
    people.add(email, role, who=who(), workspace=of)


def _remove(email: str, of: str) -> None:
    people.remove(email, who=who(), workspace=of)


def _drop(email: str, of: str) -> None:
    tried(SAID, _remove, email, of)


def _log(of: str) -> None:
    done = people.deeds(of, who=who())
    if not done:
        return
    with st.expander(f"What was done: {len(done)}", icon=":material/history:", key="people_log"):
        rows = [
            {"When": f"{asked_dates.one(deed.at.date())} {deed.at:%H:%M} UTC", "Who": deed.who or "not known", **_about(deed)}
            for deed in done
        ]
        st.dataframe(
            pd.DataFrame(rows), hide_index=True, alt="Who was let in, changed or removed, the newest first", key="people_log_table"
        )


def _about(deed: audit.Deed) -> dict[str, str]:
    about = {name: str(value) for name, value in deed.about.items()}
    role = WORDS.get(about.get("role", ""), "")
    if deed.what == "remove person":
        what = "Removed"
    else:
        what = f"Role changed from {WORDS.get(about['was'], about['was'])} to {role}" if "was" in about else f"Let in as {role}"
    return {"Address": about.get("email", ""), "What": what}
