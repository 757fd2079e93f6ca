"""Workspaces: whose data are whose on a server that serves several companies. Who may come into one learns nothing of another.

A workspace has a short name, which stands in addresses and never changes, and a title. There is always `MAIN`. Data belong to one workspace (`of`),
and whatever is asked of their key is asked with the role somebody has there (`admitted`). Who owns all of them (`people.is_over_all`) makes, renames
and deletes workspaces, and moves data between them.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from kpi import sources
from kpi.errors import BadValue, NotAllowed, UnknownName, did_you_mean
from kpi.store import audit, people
from kpi.store.audit import now
from kpi.store.database import begin, is_there
from kpi.store.folders import SAMPLE, folder, is_key, keys, names, read_json
from kpi.store.people import MAIN, Person
from kpi.store.schema import DATASETS, MEMBERS, WORKSPACES

LONGEST, MOST = 80, 500
"""Characters of a title; so many workspaces there may be."""
CONNECTION = "connection.json"
"""Data of a connection that are still being read for the first time say here where they will belong (see `connected`)."""


@dataclass(frozen=True)
class Workspace:
    """`name` stands in addresses, `title` on the screen."""

    name: str
    title: str


def every() -> list[Workspace]:
    """All there are: "main" first, then by title. Where there is no book yet none is made to say so."""
    if not is_there():
        return [Workspace(MAIN, "Main")]
    with begin() as connection:
        found = [Workspace(row.name, row.title) for row in connection.execute(sa.select(WORKSPACES.c.name, WORKSPACES.c.title))]
    return sorted(found, key=lambda one: (one.name != MAIN, one.title.casefold(), one.name))


def of_person(who: Person) -> list[Workspace]:
    """Those somebody may come into, in the same order."""
    there = every()
    if people.chosen() != people.OIDC or people.is_over_all(who):
        return there
    own = people.roles(who.name)
    return [one for one in there if one.name in own]


def of(key: str) -> str:
    """The name of the workspace the data of a key belong to; "" where there are no data. The sample company is everybody's: "" too.

    Data from before there was a list belong to "main".
    """
    if not is_key(key) or key == SAMPLE:
        return ""
    with begin() as connection:
        found = connection.execute(sa.select(DATASETS.c.workspace).where(DATASETS.c.data_key == key)).scalar_one_or_none()
    if not folder(key).is_dir():
        return ""
    return str(found or _pending(key) or MAIN)


def admitted(who: Person, key: str) -> Person | None:
    """Somebody with the role they have, now, where the data of a key belong; None where they are nobody there, and where there are no such data.

    The two are not to be told apart. The sample company admits everybody. Where nobody has a name, who is in has one role everywhere.
    """
    if key == SAMPLE or people.chosen() != people.OIDC:
        return who
    place = of(key)
    found = people.of_email(who.name, place or MAIN)  # asked in either case: the answer takes as long
    return found if place else None


def checked(who: Person, key: str) -> Person:
    """The same; UnknownName, in the sentence of data that are not there, in the place of None."""
    found = admitted(who, key)
    if found is None:
        raise UnknownName("The data of this address are not here any more.", "Open the file again.")
    return found


def make(title: str, name: str = "", *, who: Person) -> Workspace:
    """A new, empty workspace. Without a name it is called after its title: "Müller & Co" is `muller-co`, the next one `muller-co-2`.

    Raises
    ------
    NotAllowed
        For anybody but an owner of all workspaces.
    BadValue
        For a title or a name that is none, or is taken; when there are too many.
    """
    _check(who)
    title = _title(title)
    there = every()
    _check_free(title, there)
    if len(there) >= MOST:
        raise BadValue(f"There are {MOST} workspaces already.", "Delete one that is empty.")
    taken = {one.name for one in there}
    if name and (name in taken or not people.is_name(name)):
        hint = "Choose another." if name in taken else "Small letters, digits and hyphens, 32 at most: north-shop."
        raise BadValue(f"A workspace cannot be called {name[:40]!r}.", hint)
    name = name or _free_name(title, taken)
    try:
        with begin() as connection:
            connection.execute(WORKSPACES.insert().values(name=name, title=title, made_by=who.name, made_at=now()))
            audit.note("make workspace", "", who=who.name, connection=connection, workspace=name, title=title)
    except sa.exc.IntegrityError:
        raise BadValue(f"Somebody else has made {name!r} just now.", "Look at the list again.") from None
    return Workspace(name, title)


def rename(name: str, title: str, *, who: Person) -> None:
    """Give a workspace another title; its name, and so its addresses, stay. Raises as `make`; UnknownName where there is none."""
    _check(who)
    before, title = one(name), _title(title)
    if title == before.title:
        return
    _check_free(title, [other for other in every() if other.name != name])
    with begin() as connection:
        connection.execute(WORKSPACES.update().where(WORKSPACES.c.name == name).values(title=title))
        audit.note("rename workspace", "", who=who.name, connection=connection, workspace=name, title=title, was=before.title)


def delete(name: str, *, who: Person) -> None:
    """Delete an empty workspace, with its list of people and its saved mappings. BadValue for "main" and for one that holds data."""
    _check(who)
    gone = one(name)
    if name == MAIN:
        raise BadValue(f"“{gone.title}” cannot be deleted.", "It is the workspace every server has; give it another title instead.")
    with begin() as connection:  # what may not be left behind is counted once nothing can be added any more
        connection.execute(sa.delete(WORKSPACES).where(WORKSPACES.c.name == name))
        held = connection.execute(sa.select(sa.func.count()).select_from(DATASETS).where(DATASETS.c.workspace == name)).scalar_one()
        held = held or sum(_pending(key) == name for key in keys())
        if held:
            said = "1 dataset" if held == 1 else f"{held} datasets"
            raise BadValue(f"“{gone.title}” still holds {said}.", "Delete or move them first.")
        connection.execute(sa.delete(MEMBERS).where(MEMBERS.c.workspace == name))
        audit.note("delete workspace", "", who=who.name, connection=connection, workspace=name, title=gone.title)
    sources.forget_mappings(name)


def move(key: str, to: str, *, who: Person) -> None:
    """Data belong to another workspace from now on: their links stay as they are, their list of links and their log go along.

    UnknownName for a workspace there is none of, or data; BadValue for the sample company and for data that are being read for the first time.
    """
    _check(who)
    if key == SAMPLE:
        raise BadValue("The sample company is everybody’s.", "Move data of your own.")
    place, there, titles = of(key), one(to), {one.name: one.title for one in every()}
    if not place:
        raise UnknownName("The data of this address are not here any more.", "Open the file again.")
    if place == to:
        return
    with begin() as connection:
        if not connection.execute(DATASETS.update().where(DATASETS.c.data_key == key).values(workspace=to)).rowcount:
            if _pending(key):
                raise BadValue("These data are still being read.", "Move them when they are there.")
            said = ", ".join(names(key))[:200]
            connection.execute(DATASETS.insert().values(data_key=key, workspace=to, title=said, made_by="", made_at=now()))
        people.check_there(to, connection)
        audit.note("move", key, who=who.name, connection=connection, workspace=to, title=there.title, was=titles.get(place, place))


def one(name: str) -> Workspace:
    """The workspace of a name; UnknownName where there is none."""
    there = {one.name: one for one in every()}
    if name not in there:
        raise UnknownName(f"There is no workspace {name[:40]!r}.", did_you_mean(name[:40], there) or "The list has those there are.")
    return there[name]


def sizes() -> dict[str, int]:
    """How many datasets each workspace holds; those that hold none are not in it."""
    if not is_there():
        return {}
    with begin() as connection:
        asked = sa.select(DATASETS.c.workspace, sa.func.count()).group_by(DATASETS.c.workspace)
        return {str(name): int(count) for name, count in connection.execute(asked)}


def deeds(most: int = 200, *, who: Person) -> list[audit.Deed]:
    """What was done with workspaces, the newest first; NotAllowed for anybody but an owner of all."""
    _check(who)
    return audit.deeds(most=most, kinds=("make workspace", "rename workspace", "delete workspace", "move"))


def _check(who: Person) -> None:
    if not people.is_over_all(who):
        raise NotAllowed("Only an owner of all workspaces may do this.", "Ask whoever runs this server: KPI_OWNERS names them.")


def _title(said: str) -> str:
    title = " ".join(said.split())
    if not title or len(title) > LONGEST or not title.isprintable():
        raise BadValue("This is no title for a workspace.", f"Write 1 to {LONGEST} characters, such as North shop.")
    return title


def _check_free(title: str, there: list[Workspace]) -> None:
    if title.casefold() in (one.title.casefold() for one in there):
        raise BadValue(f"There is a workspace “{title}” already.", "Choose another title.")


def _free_name(title: str, taken: set[str]) -> str:
    base = sources.name_of(title).replace("_", "-")[:28].strip("-") or "workspace"
    numbered = (base if number == 1 else f"{base}-{number}" for number in range(1, MOST + 2))
    return next(name for name in numbered if name not in taken)


def _pending(key: str) -> str:
    """Where data of a connection will belong that have not been read yet; "" for all others."""
    told = read_json(folder(key) / CONNECTION)
    return str(told.get("workspace", MAIN)) if isinstance(told, dict) and not told.get("read") else ""
