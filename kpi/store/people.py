"""Who may do what: how a server lets people in, their roles in each workspace, and which datasets it holds.

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
import re
from dataclasses import dataclass

import sqlalchemy as sa

from kpi.errors import BadValue, NotAllowed, UnknownName
from kpi.store import audit
from kpi.store.audit import now
from kpi.store.database import begin
from kpi.store.schema import AUDIT, DATASETS, MEMBERS, WORKSPACES

ROLES = {
    "owner": "may do everything, delete data, and say who else may",
    "editor": "may import, set targets and notes, and share",
    "viewer": "may look at everything, and change nothing that stays",
}
MAIN = "main"
"""The workspace every server has (see `workspaces`): the only one, until somebody makes another."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
SHORTEST = 12
"""Characters a passphrase for a whole server must have."""
LOOPBACK, OPEN, PASSPHRASE, OIDC = "loopback", "open", "passphrase", "oidc"


@dataclass(frozen=True)
class Person:
    """Somebody who came in: who the audit log names, and the role in one workspace. The person at this machine has no name and owns everything."""

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


def of_email(email: str, workspace: str = MAIN) -> Person | None:
    """Who an address is in a workspace: an owner by KPI_OWNERS, else by its list of members; None for a stranger."""
    email = email.strip().casefold()
    if email and email in _set_owners():
        return Person(email, "owner")
    role = roles(email).get(workspace)
    return Person(email, role) if role else None


def anywhere(email: str) -> Person | None:
    """The same in "main", or else in the first workspace that knows the address; None for a stranger to all of them."""
    return of_email(email) or next((of_email(email, workspace) for workspace in sorted(roles(email))), None)


def roles(email: str) -> dict[str, str]:
    """Workspace -> role of somebody that owners have added there."""
    with begin() as connection:
        rows = connection.execute(sa.select(MEMBERS.c.workspace, MEMBERS.c.role).where(MEMBERS.c.email == email.strip().casefold()))
        return {str(row.workspace): str(row.role) for row in rows}


def within(who: Person, workspace: str) -> Person | None:
    """Somebody with the role they have, now, in a workspace; None where they are nobody. Where nobody has a name, who is in has one role everywhere."""
    return who if chosen() != OIDC else of_email(who.name, workspace)


def is_over_all(who: Person) -> bool:
    """Whether somebody owns every workspace: named by KPI_OWNERS, or owner where nobody has a name."""
    return who.name in _set_owners() if chosen() == OIDC else who.role == "owner"


def is_name(name: str) -> bool:
    """Whether a workspace can have this name."""
    return _NAME.fullmatch(name) is not None


def check_there(workspace: str, connection: sa.Connection) -> None:
    """UnknownName where there is no such workspace, in a transaction that has written something into it: until its end nobody deletes the workspace."""
    asked = sa.select(WORKSPACES.c.name).where(WORKSPACES.c.name == workspace).with_for_update(read=True)
    if connection.execute(asked).one_or_none() is None:
        raise UnknownName(f"There is no workspace {workspace[:40]!r}.", "The list has those there are.")


def _set_owners() -> frozenset[str]:
    """The owners the server's settings name: nobody takes that from them but who may change the settings."""
    return frozenset(one.strip().casefold() for one in os.environ.get("KPI_OWNERS", "").split(",") if one.strip())


def members(workspace: str = MAIN) -> dict[str, str]:
    """Address -> role of those that owners of a workspace have added."""
    with begin() as connection:
        return {
            row.email: row.role
            for row in connection.execute(sa.select(MEMBERS).where(MEMBERS.c.workspace == workspace).order_by(MEMBERS.c.email))
        }


@dataclass(frozen=True)
class Member:
    """Somebody who may come into a workspace. `by_settings`: an owner by KPI_OWNERS, whom the screen cannot change. `added_at`: UTC; None with them."""

    email: str
    role: str
    by_settings: bool
    added_at: dt.datetime | None


def listed(workspace: str = MAIN, *, who: Person) -> list[Member]:
    """Everybody who may come into a workspace by name, owners by the settings first; NotAllowed for anybody but its owners."""
    _check_owner(who, workspace)
    fixed = _set_owners()
    with begin() as connection:
        rows = connection.execute(sa.select(MEMBERS).where(MEMBERS.c.workspace == workspace).order_by(MEMBERS.c.email)).all()
    kept = [Member(row.email, row.role, False, row.added_at) for row in rows if row.email not in fixed]
    return [*(Member(email, "owner", True, None) for email in sorted(fixed)), *kept]


def deeds(workspace: str = MAIN, *, who: Person, most: int = 200) -> list[audit.Deed]:
    """Who let whom into a workspace or removed them, the newest first; NotAllowed for anybody but its owners.

    Of one that was deleted and has its name again nothing is told.
    """
    _check_owner(who, workspace)
    place, made = sa.func.coalesce(AUDIT.c.about["workspace"].as_string(), MAIN), AUDIT.alias()
    first = sa.select(sa.func.coalesce(sa.func.max(made.c.id), 0)).where(
        made.c.what == "make workspace", made.c.about["workspace"].as_string() == workspace
    )
    own = (place == workspace) & (AUDIT.c.id > first.scalar_subquery())
    return audit.deeds(most=most, kinds=("add person", "remove person"), only=own)


def add(email: str, role: str, *, who: Person, workspace: str = MAIN) -> None:
    """Let somebody into a workspace, or give them another role; NotAllowed for anybody but its owners, BadValue where no owner would be left."""
    _check_owner(who, workspace)
    email = email.strip().casefold()
    if role not in ROLES:
        raise BadValue(f"There is no role {role!r}.", f"There are {', '.join(ROLES)}.")
    if "@" not in email[1:-1] or len(email) > 200 or not email.isprintable() or any(c.isspace() for c in email):
        raise BadValue(f"{email[:60]!r} is no e-mail address.", "Write it like ann@example.com.")
    with begin() as connection:
        before = _before(email, workspace, connection, stays=role == "owner")
        if before == role:
            return
        connection.execute(sa.delete(MEMBERS).where(MEMBERS.c.workspace == workspace, MEMBERS.c.email == email))
        connection.execute(MEMBERS.insert().values(workspace=workspace, email=email, role=role, added_at=now()))
        check_there(workspace, connection)
        about = {"email": email, "role": role} | ({"was": before} if before else {}) | _told(workspace)
        audit.note("add person", "", who=who.name, connection=connection, at=None, **about)


def remove(email: str, *, who: Person, workspace: str = MAIN) -> None:
    """Let somebody into a workspace no more; NotAllowed for anybody but its owners, UnknownName for a stranger, BadValue where no owner would be left."""
    _check_owner(who, workspace)
    email = email.strip().casefold()
    with begin() as connection:
        if _before(email, workspace, connection, stays=False) is None:
            raise UnknownName(f"{email[:60]!r} is no member.", "The list has those who are.")
        connection.execute(sa.delete(MEMBERS).where(MEMBERS.c.workspace == workspace, MEMBERS.c.email == email))
        about = {"email": email} | _told(workspace)
        audit.note("remove person", "", who=who.name, connection=connection, at=None, **about)


def _told(workspace: str) -> dict[str, str]:
    """What the log adds to a deed of a workspace; nothing for "main", as before there were others."""
    return {} if workspace == MAIN else {"workspace": workspace}


def _check_owner(who: Person, workspace: str) -> None:
    """NotAllowed for anybody but an owner of a workspace. Where people have names it counts what they are there and now, not when their visit began."""
    present = within(who, workspace)
    if present is None:
        raise NotAllowed("You are no member any more.", "Ask an owner of this workspace.")
    present.check("own")


def _before(email: str, workspace: str, connection: sa.Connection, *, stays: bool) -> str | None:
    """The role a member has so far, None for a stranger; BadValue where a change would leave no owner, or is not this list's to make."""
    fixed = _set_owners()
    if email in fixed:
        raise BadValue(f"{email[:60]} is an owner by the settings of this server.", "Change KPI_OWNERS where the server is started.")
    known = {row.email: row.role for row in connection.execute(sa.select(MEMBERS).where(MEMBERS.c.workspace == workspace))}
    others = [name for name, role in known.items() if role == "owner" and name != email]
    if known.get(email) == "owner" and not stays and not others and not fixed:
        raise BadValue("There would be no owner left.", "Make somebody else an owner first.")
    return known.get(email)


@dataclass(frozen=True)
class Kept:
    """A dataset of a workspace, as its list shows it."""

    key: str
    title: str
    made_by: str
    made_at: dt.datetime
    workspace: str = MAIN


def register(key: str, title: str, *, who: str = "", workspace: str = MAIN) -> None:
    """Note that data belong to a workspace; once. UnknownName where there is none."""
    with begin() as connection:
        if connection.execute(sa.select(DATASETS.c.data_key).where(DATASETS.c.data_key == key)).one_or_none() is None:
            connection.execute(DATASETS.insert().values(data_key=key, workspace=workspace, title=title[:200], made_by=who, made_at=now()))
            check_there(workspace, connection)


def forget(key: str) -> None:
    """The data are gone."""
    with begin() as connection:
        connection.execute(sa.delete(DATASETS).where(DATASETS.c.data_key == key))


def datasets(workspace: str = MAIN) -> list[Kept]:
    """The datasets of a workspace, the newest first."""
    return _datasets(DATASETS.c.workspace == workspace)


def every_dataset() -> list[Kept]:
    """Those of all workspaces: for who looks after the server, never for a screen."""
    return _datasets(sa.true())


def _datasets(which: sa.ColumnElement[bool]) -> list[Kept]:
    with begin() as connection:
        rows = connection.execute(sa.select(DATASETS).where(which).order_by(DATASETS.c.made_at.desc(), DATASETS.c.data_key))
        return [Kept(row.data_key, row.title, row.made_by, row.made_at, row.workspace) for row in rows]
