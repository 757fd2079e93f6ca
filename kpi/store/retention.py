"""How long data are kept: off unless somebody says so, with KPI_RETENTION for the server (at its start and once a day) or `kpi retain` for a scheduler.

    90d  or  older-than 90d    data that were brought so long ago
    unopened 90d               data that nobody has opened for so long, in the app, by a link or by the API
    older-than 2y, unopened 90d

Data are as old as the newest upload into them.

What goes, goes with everything: its files, its versions, what was said about it, its links. Each run also clears away links that have ended: what a
frozen one kept at once, the rest of them when they ended so long ago. The audit log keeps a line of each deletion, with the titles of the links that died.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from kpi.errors import BadValue, KpiError
from kpi.home import user_folder
from kpi.store import audit, database, links, origin, people, versions
from kpi.store.folders import SAMPLE, folder, keys, names, read_json
from kpi.store.imports import discard, is_under_way
from kpi.store.links import Link
from kpi.store.schema import AUDIT, DATASETS, LINKS

log = logging.getLogger("deskmeter")
DAY = dt.timedelta(days=1)
UNITS = {"d": 1, "w": 7, "y": 365}
LONGEST = 36_500
KINDS = ("older-than", "unopened")
SETTING = "KPI_RETENTION"
WHO = "retention"
"""Whom the audit log names."""


@dataclass(frozen=True)
class Rule:
    """How long is long enough: since data were brought, since anybody opened them. None: that does not count."""

    older_than: dt.timedelta | None = None
    unopened: dt.timedelta | None = None

    @property
    def shortest(self) -> dt.timedelta:
        return min(limit for limit in (self.older_than, self.unopened) if limit is not None)

    @property
    def text(self) -> str:
        """ "brought more than 90 days ago"."""
        said = [f"brought {self.older_than.days:,} days ago or before"] if self.older_than else []
        return " or ".join([*said, *([f"opened by nobody for {self.unopened.days:,} days"] if self.unopened else [])])


@dataclass(frozen=True)
class Gone:
    """Data that were deleted, or would be: key, what they were called, why, the titles of the open links that died with them, and bytes on disk."""

    key: str
    title: str
    why: str
    links: tuple[str, ...]
    size: int

    @property
    def text(self) -> str:
        died = f" Links that end: {', '.join(f'“{title}”' for title in self.links)}." if self.links else ""
        return f"{self.title or 'Data without a name'} ({self.key[:8]}…): {self.why}.{died}"


@dataclass(frozen=True)
class Done:
    """What a run did. `ended` links were cleared away, `leftovers` are files and folders that nothing needed any more; `kept` could not be deleted."""

    gone: tuple[Gone, ...]
    ended: int
    leftovers: int
    is_dry: bool
    kept: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """A sentence a line."""
        would = "would be " if self.is_dry else ""
        lines = [f"{len(self.gone)} dataset{'s' * (len(self.gone) != 1)} {would}deleted.", *(one.text for one in self.gone)]
        if self.ended:
            lines.append(f"{self.ended} ended link{'s' * (self.ended != 1)} {would}cleared away.")
        if self.leftovers:
            lines.append(f"{self.leftovers} file{'s' * (self.leftovers != 1)} that nothing needed any more {would}deleted.")
        return "\n".join([*lines, *self.kept])


def limit(text: str, name: str) -> dt.timedelta:
    """A length of time: 90d, 12w or 2y (365 days each). BadValue for anything else, and for less than a day."""
    found = re.fullmatch(r"(\d{1,5})\s*([dwy])(?:ays?|eeks?|ears?)?", text.strip().casefold(), re.ASCII)
    days = int(found[1]) * UNITS[found[2]] if found else 0
    if not 1 <= days <= LONGEST:
        raise BadValue(f"{name} cannot be {text[:40]!r}.", "Write it in days, weeks or years: 90d, 12w, 2y.")
    return dt.timedelta(days=days)


def rule(text: str, name: str = SETTING) -> Rule | None:
    """What a setting says; None for an empty one. BadValue for one that says nothing that is known."""
    said: dict[str, dt.timedelta] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        kind, _, length = part.partition(" ")
        if kind not in KINDS:
            kind, length = KINDS[0], part
        if kind in said:
            raise BadValue(f"{name} cannot be {text[:60]!r}.", "Write it as 90d, or unopened 90d, or older-than 2y, unopened 90d.")
        said[kind] = limit(length, name)
    return Rule(said.get("older-than"), said.get("unopened")) if said else None


def from_environment() -> Rule | None:
    """The rule of KPI_RETENTION; None where it is not set. BadValue for one that is none: a server with it does not start."""
    return rule(os.environ.get(SETTING, ""))


def retain(given: Rule, *, is_dry: bool = False, at: dt.datetime | None = None, who: str = WHO) -> Done:
    """Delete what a rule says, or only tell. The sample company stays. One that cannot be deleted is told and does not keep the others."""
    if not database.is_there() and not (user_folder() / "data").is_dir():
        return Done((), 0, 0, is_dry)
    now = at or audit.now()
    gone, kept = [], []
    for key in keys():
        if key == SAMPLE or is_under_way(key) or not (why := _why(key, given, now, is_dry=is_dry)):
            continue
        dies = [link for link in links.of(key) if link.state(now) == "open"]
        one = Gone(key, _title(key), why, tuple(link.told.title for link in dies), _size(folder(key)))
        try:
            if not is_dry:
                discard(key, who=who, why=f"retention: {why}")
                _forget_links(key)
        except (KpiError, OSError) as error:
            kept.append(f"{one.title}: {error}")
            continue
        gone.append(one)
    ended = _end(now, given, is_dry=is_dry, who=who)
    leftovers = list(_leftovers(now))
    if not is_dry:
        for path in leftovers:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        versions.let_go()
        database.wipe()
    return Done(tuple(gone), ended, len(leftovers), is_dry, tuple(kept))


def daily(given: Rule, stop: threading.Event, pause: dt.timedelta = DAY) -> None:
    """Retain now and once a day, until told to stop: the server's thread. What goes wrong once is tried again the next day."""
    while True:
        try:
            done = retain(given)
            if done.gone or done.ended or done.leftovers or done.kept:
                log.info("retention: %s", done.text.replace("\n", " "))
        except Exception:  # tomorrow is another day
            log.exception("the data could not be looked through for what is to be deleted")
        if stop.wait(pause.total_seconds()):
            return


def _why(key: str, given: Rule, now: dt.datetime, *, is_dry: bool) -> str:
    """Why data go, in words; "" for those that stay. Data of which nobody knows when they were opened count as opened now."""
    age = now - brought(key)
    if given.older_than and age >= given.older_than:
        return f"brought {age.days:,} days ago"
    if given.unopened:
        opened = versions.opened_at(key)
        if opened is None and not is_dry:
            versions.stamp(key, now)
        idle = now - max(opened or now, brought(key))
        if idle >= given.unopened:
            return f"opened by nobody for {idle.days:,} days"
    return ""


def brought(key: str) -> dt.datetime:
    """When the newest files of a key came: the last upload into it, else its first import or entry in the book (reading the same files anew makes
    nothing young), else the date of the file that names them."""
    with database.begin() as connection:
        done = connection.execute(
            sa.select(AUDIT.c.what, AUDIT.c.at, AUDIT.c.about).where(AUDIT.c.data_key == key, AUDIT.c.what.in_(("import", "files")))
        ).all()
        entered = connection.execute(sa.select(DATASETS.c.made_at).where(DATASETS.c.data_key == key)).scalar_one_or_none()
    uploads = [deed.at for deed in done if deed.what == "files" and deed.about.get("added")]
    first = [deed.at for deed in done if deed.what == "import"] + ([entered] if entered else [])
    if uploads or first:
        newest: dt.datetime = max([*uploads, *([min(first)] if first else [])])
        return newest
    return _changed(next((path for path in (folder(key) / "names.json", folder(key)) if path.exists()), folder(key)))


def _title(key: str) -> str:
    listed = {one.key: one.title for one in people.every_dataset()}
    return listed.get(key) or ", ".join(names(key))


def _forget_links(key: str) -> None:
    """The links of data that are gone: nobody can list them any more, and what they were fixed to is somebody's words."""
    with database.begin() as connection:
        connection.execute(sa.delete(LINKS).where(LINKS.c.data_key == key))


def _end(now: dt.datetime, given: Rule, *, is_dry: bool, who: str) -> int:
    """Clear away links that have ended: what they kept at once, all of them when they ended long ago. The number of those cleared away in full."""
    ended = [link for link in links.every() if link.state(now) != "open"]
    old = [link for link in ended if now - ended_at(link) >= given.shortest]
    if not is_dry and ended:
        with database.begin() as connection:
            emptied = LINKS.update().where(LINKS.c.id.in_([link.id for link in ended])).values(kept=None, passphrase_hash=None)
            connection.execute(emptied)
            for link in old:
                origin.remember(link)
            if old:
                connection.execute(sa.delete(LINKS).where(LINKS.c.id.in_([link.id for link in old])))
                titles = [link.told.title for link in old]
                audit.note("clear links", "", who=who, at=now, connection=connection, links=len(old), titles=titles)
    return len(old)


def ended_at(link: Link) -> dt.datetime:
    """When an ended link ended."""
    return min(at for at in (link.revoked_at, link.expires_at) if at is not None)


def _leftovers(now: dt.datetime) -> Iterator[Path]:
    """Versions that no data and no open link need, and what a crash left half written: both only when nobody can be at it any more."""
    home = user_folder() / "data"
    for half in [*home.glob("half-*"), *home.glob("*/half-*"), *home.glob("*/calendars/half-*")]:
        if now - _changed(half) >= DAY:
            yield half
    for key in keys():
        present = read_json(folder(key) / "import.json") or {}
        needed = {present.get("file"), *(link.version for link in links.of(key) if link.state(now) == "open")}
        for version in folder(key).glob("*.duckdb"):
            if version.name not in needed and now - _changed(version) >= DAY and not is_under_way(key):
                yield version


def _changed(path: Path) -> dt.datetime:
    try:
        return dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).replace(tzinfo=None)
    except OSError:  # gone meanwhile
        return dt.datetime.max


def _size(place: Path) -> int:
    return sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
