"""The links there are: what each shows, how often it was opened, the way to look at it as its readers do, and to end it."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import streamlit as st

from kpi.store import audit, links, people
from kpi.store.links import Link
from pages.parts import accent, asked_dates, asked_filters, recorded, share_made, share_today, visitor
from pages.parts.mine import Mine, who
from pages.parts.share_asked import PAGES
from pages.parts.words import plain

DEEDS = {
    "import": "Imported",
    "files": "Files changed",
    "connect": "Connection read",
    "refresh": "Connection read again",
    "name": "Named",
    "share": "Link made",
    "revoke": "Link revoked",
    "revoke all": "All links revoked",
    "clear links": "Ended links cleared",
    "delete": "Deleted",
    "add person": "Person let in",
    "remove person": "Person removed",
    "move": "Moved to another workspace",
}
NOBODY = "not known"
MOST_DEEDS = 200


def of(mine: Mine) -> list[Link]:
    """The links a visitor may see and end: all to their data; of the sample company, which is everybody's, those made in this visit."""
    own = st.session_state.get(share_made.VISIT, ())
    return [link for link in links.of(mine.key) if not mine.is_sample or link.id in own]


def show(mine: Mine) -> None:
    """Every link, those that are open first."""
    found = of(mine)
    recorded.heading("Links")
    if mine.is_sample:
        st.caption("The sample company is everybody’s: here are only the links made in this visit.")
    if not found:
        recorded.say("No link has been made.")
        return
    here = [link for link in found if link.state() == "open"]
    if not here:
        recorded.say("No link is open.")
    for link in here:
        _card(link, mine)
    ended = [link for link in found if link.state() != "open"]
    if ended:
        with st.expander(f"Ended: {len(ended)}", icon=":material/link_off:", key="share_ended"):
            recorded.table(pd.DataFrame([_row(link) for link in ended]), alt="Links that have ended", key="share_ended_table")


def _card(link: Link, mine: Mine) -> None:
    told = link.told
    with st.container(border=True, key=f"share_link_{link.id}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{plain(told.title)}**", width="content")
            if link.is_frozen:
                st.badge(f"Frozen on {asked_dates.one(link.made_at.date())}", icon=":material/ac_unit:", color="blue")
            else:
                st.badge("Live", icon=":material/sync:", color="gray")
            if link.has_passphrase:
                st.badge("Passphrase", icon=":material/key:", color="gray")
        st.caption(f"{_shows(link)}. {_times(link)}")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.link_button(
                "See it as a reader",
                share_made.address(visitor.preview(link)),
                icon=":material/visibility:",
                type="tertiary",
                help="Opens in a new tab for an hour, without the passphrase, and is not counted as a view.",
            )
            sure = st.popover("Revoke", icon=":material/link_off:", type="tertiary", key=f"share_revoke_{link.id}")
            with sure:
                st.markdown("**Readers see nothing more at their next click.** What they have downloaded or copied stays with them.")
                st.button(
                    "Revoke for good", type=accent.button(), icon=":material/link_off:", key=f"share_sure_{link.id}",
                    on_click=revoke, args=(mine, link.id),
                )  # fmt: skip
        if link.is_frozen:
            with st.expander(
                "What today’s values would be", icon=":material/compare_arrows:", key=f"share_now_{link.id}", on_change="rerun"
            ) as now:
                if now.open:
                    share_today.show(link)


def revoke(mine: Mine, number: str) -> None:
    """End a link of this visitor's."""
    if number in [link.id for link in of(mine)]:
        who(mine.key).check("edit")
        links.revoke(mine.key, number, who=who().name)
        made = st.session_state.get(share_made.MADE)
        if made is not None and made.id == number:
            del st.session_state[share_made.MADE]


def _shows(link: Link) -> str:
    """ "Trends and 2 more pages; Team: Billing; agents as pseudonyms; single tickets"."""
    told = link.told
    more = len(told.pages) - 1
    where = [asked_filters.said(column, values) for column, values in told.where]
    names = {"shown": "names shown", "pseudonyms": "agents as pseudonyms", "hidden": "no agents"}[told.names]
    own = [f"{PAGES[told.page]} and {more} more page{'s' * (more > 1)}" if more else PAGES[told.page], *where, names]
    return "; ".join([*own, *(["single tickets"] if told.rows else []), *(["customers’ words"] if told.comments else [])])


def _times(link: Link) -> str:
    ends = f"ends {_when(link.expires_at)}" if link.expires_at else "no end"
    views = f"opened {link.views} time{'s' * (link.views != 1)}" + (f", last {_when(link.seen_at)}" if link.seen_at else "")
    return f"Made {_when(link.made_at)}; {ends}; {views if link.views else 'not opened yet'}."


def _when(at: dt.datetime) -> str:
    return f"{asked_dates.one(at.date())} {at:%H:%M} UTC"


def _row(link: Link) -> dict[str, object]:
    return {
        "Title": link.told.title,
        "Page": PAGES.get(link.told.page, link.told.page),
        "Kind": "frozen" if link.is_frozen else "live",
        "State": link.state(),
        "Made": _when(link.made_at),
        "Ended": _when(link.revoked_at or link.expires_at or link.made_at),
        "Views": link.views,
        "Last seen": _when(link.seen_at) if link.seen_at else "",
    }


def log(mine: Mine) -> None:
    """Who did what, and when."""
    recorded.heading("What was done")
    own = {link.id for link in of(mine)}
    deeds = [deed for deed in audit.deeds(mine.key, MOST_DEEDS) if not mine.is_sample or deed.about.get("link") in own]
    if not deeds:
        recorded.say("Nothing yet.")
        return
    frame = pd.DataFrame(
        [
            {"When": _when(deed.at), "Who": deed.who or NOBODY, "What": DEEDS.get(deed.what, deed.what), "About": _about(deed)}
            for deed in deeds
        ]
    )
    recorded.table(frame, alt="Imports, links and deletions of these data, the newest first", key="share_log")
    if not any(deed.who for deed in deeds) and people.chosen() != people.OIDC:
        st.caption("Nobody logs in here, so it is not known who. Whoever has the key of the data may share them.")


def _about(deed: audit.Deed) -> str:
    about = deed.about
    if deed.what == "move" and not people.is_over_all(who()):
        return ""  # the title of another workspace may stand there
    if deed.what == "import":
        rows = sum(about.get("rows", {}).values())
        return f"{about.get('files', 0)} file{'s' * (about.get('files') != 1)}, {rows:,} rows, fingerprint {about.get('fingerprint', '')}"
    if "links" in about:
        return f"{about['links']} link{'s' * (about['links'] != 1)}" + (f": {about['why']}" if about.get("why") else "")
    return str(about.get("title", "")) + (", frozen" if about.get("frozen") else "")


def dying(mine: Mine) -> str:
    """Which links end with the data, in words; "" where there are none."""
    here = [link for link in links.of(mine.key) if link.state() == "open"]
    if not here:
        return ""
    named = ", ".join(f"“{plain(link.told.title)}”" for link in here[:5]) + (f" and {len(here) - 5} more" if len(here) > 5 else "")
    return f"{len(here)} open link{' ends' if len(here) == 1 else 's end'} with them: {named}."
