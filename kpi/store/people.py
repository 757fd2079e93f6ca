"""Who may do what: how a server lets people in, their roles in a workspace, and the workspace's datasets.

On the loopback address nobody need log in: who can reach it sits at this machine. Elsewhere a server asks who one is, or does not start (`way_in`):

    KPI_PASSPHRASE        one passphrase for its owner
    [auth] in .streamlit/secrets.toml    OpenID Connect, by Streamlit's own login; KPI_OWNERS names the owners' addresses
    KPI_OPEN=1            nobody logs in, on purpose: whoever reaches it may use it, and sees only data whose address they know
"""

from __future__ import annotations

import datetime as dt
import hmac
import ipaddress
import os
from dataclasses import dataclass

import sqlalchemy as sa

from kpi.errors import BadValue, NotAllowed, UnknownName
from kpi.store import audit
from kpi.store.audit import now
from kpi.store.database import begin
from kpi.store.schema import DATASETS, MEMBERS

ROLES = {
    "owner": "may do everything, delete data, and say who else may",
    "editor": "may import, set targets and notes, and share",
    "viewer": "may look at everything, and change nothing that stays",
}
HERE = "main"
"""The workspace of a server that has one."""
SHORTEST = 12
"""Characters a passphrase for a whole server must have."""
LOOPBACK, OPEN, PASSPHRASE, OIDC = "loopback", "open", "passphrase", "oidc"


@dataclass(frozen=True)
class Person:
    """Somebody who came in: who the audit log names, and the role. The person at this machine has no name and owns everything."""

    name: str = ""
    role: str = "owner"

    def may(self, deed: str) -> bool:
        """Whether this role may "look", "edit" (import, texts, share) or "own" (delete, people)."""
        return {"look": True, "edit": self.role in ("owner", "editor"), "own": self.role == "owner"}[deed]

    def check(self, deed: str) -> None:
        """NotAllowed where this role may not."""
        if not self.may(deed):
            raise NotAllowed(f"As {self.role} you may not do this.", "Ask an owner of this workspace.")


def way_in(address: str, *, has_oidc: bool) -> str:
    """How a server at an address lets people in; BadValue, with what to do, where it would let in anybody without having been told to."""
    if has_oidc:
        return OIDC
    if os.environ.get("KPI_PASSPHRASE"):
        if len(os.environ["KPI_PASSPHRASE"]) < SHORTEST:
            raise BadValue(
                "KPI_PASSPHRASE is too short.", f"Use {SHORTEST} characters or more: everybody who can reach this server may try."
            )
        return PASSPHRASE
    if is_loopback(address):  # last: behind a proxy that serves others a login is wanted here, too
        return LOOPBACK
    if os.environ.get("KPI_OPEN") == "1":
        return OPEN
    raise BadValue(
        f"Deskmeter does not listen on {address or 'every address'} without a login.",
        "Set KPI_PASSPHRASE, or OpenID Connect in .streamlit/secrets.toml, or say KPI_OPEN=1 (kpi serve --open) if everybody who can reach it may use it.",
    )


_CHOSEN = LOOPBACK


def choose(way: str) -> None:
    """Note, once at the start, how this server lets people in."""
    global _CHOSEN  # noqa: PLW0603  one server, one way in
    _CHOSEN = way


def chosen() -> str:
    """How this server lets people in."""
    return _CHOSEN


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach an address; an empty one is every address there is."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


def is_passphrase(given: str) -> bool:
    """Whether somebody knows the server's passphrase."""
    kept = os.environ.get("KPI_PASSPHRASE", "")
    return bool(kept) and hmac.compare_digest(given.encode("utf-8", "replace"), kept.encode("utf-8", "replace"))


def of_email(email: str) -> Person | None:
    """Who an address is here: an owner by KPI_OWNERS, else by the list of members; None for a stranger."""
    email = email.strip().casefold()
    if email and email in _set_owners():
        return Person(email, "owner")
    return next((Person(name, role) for name, role in members().items() if name == email), None)


def _set_owners() -> frozenset[str]:
    """The owners the server's settings name: nobody takes that from them but who may change the settings."""
    return frozenset(one.strip().casefold() for one in os.environ.get("KPI_OWNERS", "").split(",") if one.strip())


def members() -> dict[str, str]:
    """Address -> role of those that owners have added."""
    with begin() as connection:
        return {
            row.email: row.role
            for row in connection.execute(sa.select(MEMBERS).where(MEMBERS.c.workspace == HERE).order_by(MEMBERS.c.email))
        }


@dataclass(frozen=True)
class Member:
    """Somebody who may come in. `by_settings`: an owner by KPI_OWNERS, whom the screen cannot change. `added_at`: UTC; None with them."""

    email: str
    role: str
    by_settings: bool
    added_at: dt.datetime | None


def listed(*, who: Person) -> list[Member]:
    """Everybody who may come in by name, owners by the settings first; NotAllowed for anybody but an owner."""
    _check_owner(who)
    fixed = _set_owners()
    with begin() as connection:
        rows = connection.execute(sa.select(MEMBERS).where(MEMBERS.c.workspace == HERE).order_by(MEMBERS.c.email)).all()
    kept = [Member(row.email, row.role, False, row.added_at) for row in rows if row.email not in fixed]
    return [*(Member(email, "owner", True, None) for email in sorted(fixed)), *kept]


def deeds(*, who: Person, most: int = 200) -> list[audit.Deed]:
    """Who let whom in or removed them, the newest first; NotAllowed for anybody but an owner."""
    _check_owner(who)
    return audit.deeds(most=most, kinds=("add person", "remove person"))


def add(email: str, role: str, *, who: Person) -> None:
    """Let somebody in, or give them another role; NotAllowed for anybody but an owner, BadValue where no owner would be left."""
    _check_owner(who)
    email = email.strip().casefold()
    if role not in ROLES:
        raise BadValue(f"There is no role {role!r}.", f"There are {', '.join(ROLES)}.")
    if "@" not in email[1:-1] or len(email) > 200 or not email.isprintable() or any(c.isspace() for c in email):
        raise BadValue(f"{email[:60]!r} is no e-mail address.", "Write it like ann@example.com.")
    with begin() as connection:
        before = _before(email, connection, stays=role == "owner")
        if before == role:
            return
        connection.execute(sa.delete(MEMBERS).where(MEMBERS.c.workspace == HERE, MEMBERS.c.email == email))
        connection.execute(MEMBERS.insert().values(workspace=HERE, email=email, role=role, added_at=now()))
        about = {"email": email, "role": role} | ({"was": before} if before else {})
        audit.note("add person", "", who=who.name, connection=connection, at=None, **about)


def remove(email: str, *, who: Person) -> None:
    """Let somebody in no more; NotAllowed for anybody but an owner, UnknownName for a stranger, BadValue where no owner would be left."""
    _check_owner(who)
    email = email.strip().casefold()
    with begin() as connection:
        if _before(email, connection, stays=False) is None:
            raise UnknownName(f"{email[:60]!r} is no member.", "The list has those who are.")
        connection.execute(sa.delete(MEMBERS).where(MEMBERS.c.workspace == HERE, MEMBERS.c.email == email))
        audit.note("remove person", "", who=who.name, connection=connection, email=email)


def _check_owner(who: Person) -> None:
    """NotAllowed for anybody but an owner. Where people have names it counts what they are now, not when their visit began."""
    who.check("own")
    if chosen() == OIDC:
        present = of_email(who.name)
        if present is None:
            raise NotAllowed("You are no member any more.", "Ask an owner of this workspace.")
        present.check("own")


def _before(email: str, connection: sa.Connection, *, stays: bool) -> str | None:
    """The role a member has so far, None for a stranger; BadValue where a change would leave no owner, or is not this list's to make."""
    fixed = _set_owners()
    if email in fixed:
        raise BadValue(f"{email[:60]} is an owner by the settings of this server.", "Change KPI_OWNERS where the server is started.")
    roles = {row.email: row.role for row in connection.execute(sa.select(MEMBERS).where(MEMBERS.c.workspace == HERE))}
    others = [name for name, role in roles.items() if role == "owner" and name != email]
    if roles.get(email) == "owner" and not stays and not others and not fixed:
        raise BadValue("There would be no owner left.", "Make somebody else an owner first.")
    return roles.get(email)


@dataclass(frozen=True)
class Kept:
    """A dataset of the workspace, as its list shows it."""

    key: str
    title: str
    made_by: str
    made_at: dt.datetime


def register(key: str, title: str, *, who: str = "") -> None:
    """Note that data belong to the workspace; once."""
    with begin() as connection:
        if connection.execute(sa.select(DATASETS.c.data_key).where(DATASETS.c.data_key == key)).one_or_none() is None:
            connection.execute(DATASETS.insert().values(data_key=key, workspace=HERE, title=title[:200], made_by=who, made_at=now()))


def forget(key: str) -> None:
    """The data are gone."""
    with begin() as connection:
        connection.execute(sa.delete(DATASETS).where(DATASETS.c.data_key == key))


def datasets() -> list[Kept]:
    """The workspace's datasets, the newest first."""
    with begin() as connection:
        rows = connection.execute(
            sa.select(DATASETS).where(DATASETS.c.workspace == HERE).order_by(DATASETS.c.made_at.desc(), DATASETS.c.data_key)
        )
        return [Kept(row.data_key, row.title, row.made_by, row.made_at) for row in rows]
