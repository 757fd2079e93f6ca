"""Making a link: what it may not tell is taken out of its address, and a frozen one keeps its numbers as they are now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode, urlsplit

import streamlit as st

import kpi
from kpi import Dataset, store
from kpi.engine.seen import PEOPLE, named
from kpi.errors import KpiError
from kpi.explain.lines import code_version
from kpi.report import pinned
from kpi.scope import NONE, QUERY_NAMES
from kpi.store import links
from kpi.store.fitting import withheld
from kpi.store.links import PROOF, Told
from pages.parts import texts, visitor
from pages.parts.mine import Mine, who
from pages.parts.share_asked import Wish
from pages.parts.share_from import saw
from pages.parts.words import plain

MADE, VISIT = "share_made", "share_ids"
"""In the state of a visit: the link just made; the links made in this visit."""


@dataclass(frozen=True)
class Made:
    """A link just made, and its address: told once. `says` is what its title or note names and the link leaves out."""

    id: str
    key: str
    title: str
    address: str
    has_passphrase: bool = False
    says: str = ""


def make(mine: Mine, wish: Wish) -> Made:
    """Make the link. KpiError, and nothing is made, where it could not be opened."""
    who(mine.key).check("edit")
    told = for_readers(wish.told, mine)
    whole = store.open_dataset(mine.key)
    opened = pinned.opened(mine.key, told)
    frozen = None
    if wish.is_frozen:
        said = {name: text for name in store.TEXTS if name != "calls.csv" and (text := texts.text(mine, name))}
        frozen = store.frozen(mine.key) | {"texts": said, PROOF: pinned.pinned(opened, wanted(told)).to_dict()}
    token, link = links.make(
        mine.key,
        told,
        fingerprint=whole.fingerprint,
        code=code_version(),
        frozen=frozen,
        expires_at=wish.expires_at,
        passphrase=wish.passphrase,
        who=who().name,
    )
    st.session_state.setdefault(VISIT, []).append(link.id)
    return Made(link.id, mine.key, told.title, address(token), link.has_passphrase, names_told(told, mine))


def kept(mine: Mine, wish: Wish) -> None:
    """Make the link, and say so until the next one; or why it cannot be made."""
    st.session_state.pop(MADE, None)
    try:
        with st.spinner("Making the link …"):
            st.session_state[MADE] = make(mine, wish)
    except KpiError as error:
        st.error(plain(error.hint), title=plain(error.what), icon=":material/error:")


def once(mine: Mine) -> None:
    """The address of the link just made."""
    made = st.session_state.get(MADE)
    if made is None or made.key != mine.key:
        return
    with st.container(border=True, key="share_once"):
        st.markdown(f"**{plain(made.title)}: copy the address now. It is shown this once.**")
        st.code(made.address, language=None, wrap_lines=True)
        asks = (
            "It asks for the passphrase you gave." if made.has_passphrase else "It asks for no passphrase: whoever has the address is in."
        )
        st.caption(f"{asks} Nobody can read the address again, not even here: only its hash is kept. If it gets lost, revoke it below.")
        if made.says:
            said = f"The title or the note says “{plain(made.says)}”, which the link itself leaves out."
            st.warning(f"{said} If readers should not know it, revoke the link and make another.", icon=":material/warning:")


def address(token: str) -> str:
    """The address of a link, as far as the browser knows where the app is."""
    here = urlsplit(st.context.url or "")
    base = here._replace(path=here.path.rpartition("/")[0] + "/", query="", fragment="").geturl() if here.netloc else "/"
    return f"{base}?{urlencode({visitor.OWN: token})}"


def wanted(told: Told) -> list[str]:
    """The numbers a frozen link is held to: the page's own metric, what was on the page, or the headlines."""
    own = [name for name in told.query.get("metric", ()) if name in kpi.metrics()]
    return list(dict.fromkeys([*own, *saw()]))


def for_readers(told: Told, mine: Mine) -> Told:
    """The same without what its address must not say: names of people who are not to be named, columns the view withholds.

    The fixed filters keep the names: they are never sent anywhere.
    """
    whole = store.open_dataset(mine.key)
    real = _people(whole, links.salt(mine.key))
    where = tuple((c, tuple(real.get(v, v) for v in values) if c in PEOPLE else values) for c, values in told.where)
    told = replace(told, where=where)
    view = whole.as_seen(told.seen(links.salt(mine.key)))
    gone = set(whole.extras) - set(view.extras)
    said = {name: {"shown": name, "pseudonyms": said}.get(told.names, "") for said, name in real.items()}
    query: dict[str, tuple[str, ...]] = {}
    for name, values in told.query.items():
        if name == "where":
            kept = [_filter(value, told, gone, real, said) for value in values]
        elif name == "split":
            kept = [value if value not in gone and (value not in PEOPLE or told.names != "hidden") else "" for value in values]
        else:
            kept = list(values) if name in QUERY_NAMES else [_own(value, real, said) for value in values]
        if any(kept):
            query[name] = tuple(value for value in kept if value)
    return replace(told, query=query)


def _people(data: Dataset, salt: str) -> dict[str, str]:
    """Pseudonym -> agent."""
    if "tickets.agent" not in data.filled:
        return {}
    found = data.query(
        f"SELECT DISTINCT agent, {named('agent', 'Agent', salt)} AS said FROM tickets WHERE agent IS NOT NULL", data.canonical
    )
    return dict(zip(found["said"].astype(str), found["agent"].astype(str), strict=True))


def _filter(value: str, told: Told, gone: set[str], real: Mapping[str, str], said: Mapping[str, str]) -> str:
    """A filter of the address as readers may see it; "" where they may not. The view keeps to it all the same."""
    column, _, word = value.partition("=")
    if column in gone:
        return ""
    if column not in PEOPLE or word == NONE:
        return value
    if PEOPLE[column] != "Agent":
        return value if told.names == "shown" and told.rows else ""
    name = said.get(real.get(word, word), "")
    return f"{column}={name}" if name else ""


def _own(value: str, real: Mapping[str, str], said: Mapping[str, str]) -> str:
    """A page's own parameter as readers may see it: an agent as they know them, and nothing where a name they may not know is part of more."""
    before, equals, word = value.rpartition("=")
    name = real.get(word, word)
    if name in said:
        return f"{before}{equals}{said[name]}" if said[name] else ""
    hidden = "|".join(re.escape(name) for name, shown_as in said.items() if name != shown_as)
    return "" if hidden and re.search(rf"(?<!\w)(?:{hidden})(?!\w)", value, re.IGNORECASE) else value


def names_told(told: Told, mine: Mine) -> str:
    """What the title and the note say that the link leaves out: an agent's name, a team beside the fixed one. "" for nothing."""
    whole = store.open_dataset(mine.key)
    names, others = withheld(whole, told.seen(""))
    said = f"{told.title}\n{told.note}"
    return next((word for word in (*names, *others) if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said, re.IGNORECASE)), "")
