"""Links that show exactly that, to exactly them: who has the address sees what the link allows of one dataset, and nothing beside it.

The token is 192 random bits and stands only in the address; the book holds its hash. A link is live (it follows the data) or frozen (this version of
the data, with the targets, notes and numbers of that moment). What may be seen is a view of the data themselves (`kpi.engine.Seen`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from kpi import periods
from kpi.engine import Seen
from kpi.errors import BadValue, UnknownName
from kpi.store import audit
from kpi.store.audit import now
from kpi.store.database import begin
from kpi.store.folders import folder, read_json, write_json
from kpi.store.schema import LINKS
from kpi.store.versions import file_of

FREE = ("dates", "filters", "counting")
"""What the reader of a link may be allowed to change: dates; filters and splits, inside what is fixed; clock, statistic, zone and rules."""
NEVER = ("data", "share")
"""Pages no link can show: the files as they came, and the links themselves."""
LONGEST = {"title": 200, "note": 2_000, "passphrase": 200}
PROOF = "proof"
"""Under which name a frozen link keeps its numbers, as a report carries them (`kpi.report.Proof`)."""
PATIENCE, LONGEST_WAIT = 5, dt.timedelta(minutes=15)
"""After so many wrong passphrases in a row one waits, twice as long each time."""


@dataclass(frozen=True)
class Told:
    """What a link shows. `page` is the one it opens with, `query` its address there, `pages` those that may be opened.

    The filters of `where` are fixed for good, and so is the rest of the query but for what is `free`; dates with a `preset` ("28") move on with the data
    of a live link. `names`, `rows` and `comments` as in `Seen`; `programs`: the API may be asked, too, for any number of this view.
    """

    title: str = ""
    note: str = ""
    page: str = "overview"
    pages: tuple[str, ...] = ("overview",)
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    preset: str = ""
    names: str = "pseudonyms"
    rows: bool = False
    comments: bool = False
    free: tuple[str, ...] = ()
    programs: bool = False

    def __post_init__(self) -> None:
        for name in ("title", "note"):
            if len(getattr(self, name)) > LONGEST[name]:
                raise BadValue(f"The {name} is longer than {LONGEST[name]:,} characters.", "Shorten it.")
        if unknown := set(self.free) - set(FREE):
            raise BadValue(f"{', '.join(sorted(unknown))} cannot be left to the reader.", f"What can is {', '.join(FREE)}.")
        if self.preset:
            periods.of(self.preset, dt.date(2000, 1, 1))  # one it cannot have says so
        if self.page not in self.pages:
            raise BadValue("The page a link opens with is not among its pages.", "Add it, or open with another.")
        if out := [page for page in self.pages if page in NEVER or (page == "tickets" and not self.rows)]:
            raise BadValue(f"A link cannot show {' or '.join(out)}.", "Take it out, or allow single tickets.")
        self.seen("")

    def seen(self, salt: str, since: dt.datetime | None = None, until: dt.datetime | None = None) -> Seen:
        """The view of the data the link gives; `since` and `until` where its dates are fixed."""
        return Seen(self.names, self.where, since, until, self.rows, self.comments, salt)


@dataclass(frozen=True)
class Link:
    """A link as its maker sees it; the token is not in it. `version` is the dataset's file where the link is frozen."""

    id: str
    data_key: str
    version: str | None
    fingerprint: str
    code: str
    told: Told
    made_by: str
    made_at: dt.datetime
    expires_at: dt.datetime | None
    revoked_at: dt.datetime | None
    views: int
    seen_at: dt.datetime | None
    has_passphrase: bool

    @property
    def is_frozen(self) -> bool:
        return self.version is not None

    def state(self, at: dt.datetime | None = None) -> str:
        """ "open", "expired" or "revoked"."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at and self.expires_at <= (at or now()) else "open"


def make(
    key: str,
    told: Told,
    *,
    fingerprint: str,
    code: str,
    frozen: Mapping[str, Any] | None = None,
    expires_at: dt.datetime | None = None,
    passphrase: str = "",
    who: str = "",
) -> tuple[str, Link]:
    """Make a link to the data of a key; its token, told this once, and the link. `frozen` is what a frozen link keeps beside the version of the data."""
    present = file_of(key)
    if expires_at and expires_at <= now():
        raise BadValue("The link would be over before it begins.", "Choose a later day.")
    if len(passphrase) > LONGEST["passphrase"]:
        raise BadValue(f"The passphrase is longer than {LONGEST['passphrase']} characters.", "Shorten it.")
    token, number, at = _token(), secrets.token_hex(16), now()
    with begin() as connection:
        connection.execute(
            LINKS.insert().values(
                id=number,
                token_hash=_hash(token),
                data_key=key,
                version=None if frozen is None else present,
                fingerprint=fingerprint,
                code=code,
                told=_written(told),
                kept=None if frozen is None else dict(frozen),
                passphrase_hash=_stretched(passphrase) if passphrase else None,
                made_by=who,
                made_at=at,
                expires_at=expires_at,
                views=0,
                failed=0,
            )
        )
        about = {"link": number, "title": told.title, "frozen": frozen is not None}
        audit.note("share", key, who=who, at=at, connection=connection, **about)
    if frozen is not None and not (folder(key) / present).is_file():  # an import has taken its place in this moment
        revoke(key, number, who=who)
        raise UnknownName("The data were imported anew just now.", "Share them again.")
    return token, one(key, number)


def find(token: str) -> Link | None:
    """The open link of a token; None for any other, whatever is wrong with it."""
    with begin() as connection:
        row = connection.execute(sa.select(LINKS).where(LINKS.c.token_hash == _hash(token))).one_or_none()
    link = None if row is None else read(row)
    return link if link and link.state() == "open" else None


def look(token: str) -> Link | None:
    """The link of a token, whatever has become of it: for who has the book. None where the book has none."""
    with begin() as connection:
        row = connection.execute(sa.select(LINKS).where(LINKS.c.token_hash == _hash(token))).one_or_none()
    return None if row is None else read(row)


def admit(link: Link, passphrase: str) -> bool:
    """Whether a passphrase opens a link that has one. BadValue, without looking, after too many wrong ones."""
    with begin() as connection:
        row = connection.execute(sa.select(LINKS).where(LINKS.c.id == link.id)).one_or_none()
        if row is None or row.passphrase_hash is None:
            return row is not None
        wait = (
            min(dt.timedelta(seconds=2 ** min(row.failed - PATIENCE + 3, 20)), LONGEST_WAIT) if row.failed >= PATIENCE else dt.timedelta()
        )
        if row.failed_at and now() < row.failed_at + wait:
            raise BadValue("Too many wrong passphrases.", "Wait a while, and try again.")
        right = _is_right(passphrase, row.passphrase_hash)
        counted = {"failed": 0, "failed_at": None} if right else {"failed": row.failed + 1, "failed_at": now()}
        connection.execute(LINKS.update().where(LINKS.c.id == link.id).values(**counted))
    return right


def count_view(link: Link) -> None:
    """Somebody has opened a link."""
    with begin() as connection:
        connection.execute(LINKS.update().where(LINKS.c.id == link.id).values(views=LINKS.c.views + 1, seen_at=now()))


def kept(link: Link) -> dict[str, Any]:
    """What a frozen link holds beside the data: texts, working hours, numbers. Nothing for a live one."""
    with begin() as connection:
        return dict(connection.execute(sa.select(LINKS.c.kept).where(LINKS.c.id == link.id)).scalar_one_or_none() or {})


def of(key: str) -> list[Link]:
    """Every link ever made to the data of a key, the newest first."""
    with begin() as connection:
        rows = connection.execute(sa.select(LINKS).where(LINKS.c.data_key == key).order_by(LINKS.c.made_at.desc(), LINKS.c.id)).all()
    return [read(row) for row in rows]


def every() -> list[Link]:
    """Every link of the book, the newest first."""
    with begin() as connection:
        return [read(row) for row in connection.execute(sa.select(LINKS).order_by(LINKS.c.made_at.desc(), LINKS.c.id))]


def one(key: str, number: str) -> Link:
    """A link of a key by its id; UnknownName where there is none."""
    for link in of(key):
        if link.id == number:
            return link
    raise UnknownName("There is no such link to these data.", "The list of links has those there are.")


def by_id(number: str) -> Link | None:
    """The open link of an id, for who is known to be its owner; None for any other."""
    with begin() as connection:
        row = connection.execute(sa.select(LINKS).where(LINKS.c.id == number)).one_or_none()
    link = None if row is None else read(row)
    return link if link and link.state() == "open" else None


def revoke(key: str, number: str, *, who: str = "") -> None:
    """Close a link for good. Whoever has it open sees nothing more at the next click."""
    link = one(key, number)
    with begin() as connection:
        connection.execute(LINKS.update().where(LINKS.c.id == number, LINKS.c.revoked_at.is_(None)).values(revoked_at=now(), kept=None))
        audit.note("revoke", key, who=who, connection=connection, link=number, title=link.told.title)


def revoke_all(key: str, *, who: str = "", why: str = "") -> int:
    """Close every open link of a key: their number."""
    with begin() as connection:
        closed = connection.execute(
            LINKS.update().where(LINKS.c.data_key == key, LINKS.c.revoked_at.is_(None)).values(revoked_at=now(), kept=None)
        ).rowcount
        audit.note("revoke all", key, who=who, connection=connection, links=closed, why=why)
    return int(closed)


def held(key: str) -> frozenset[str]:
    """The versions of a key that open frozen links still need."""
    return frozenset(link.version for link in of(key) if link.version and link.state() == "open")


def salt_of(key: str) -> str:
    """The same as `salt` where it has been made; "" where it has not, or is gone."""
    said = read_json(folder(key) / "salt.json")
    return said if isinstance(said, str) else ""


def salt(key: str) -> str:
    """What keeps the pseudonyms of a key's people from being guessed from their names; made once, and gone with the data."""
    place = folder(key) / "salt.json"
    said = read_json(place)
    if not isinstance(said, str):
        place.parent.mkdir(parents=True, exist_ok=True)
        write_json(place, secrets.token_hex(16))
        said = read_json(place)
    return str(said)


def _token() -> str:
    """192 random bits as 32 letters, but for the few that a command would take for an option."""
    token = secrets.token_urlsafe(24)
    return _token() if token.startswith("-") else token


def _hash(token: str) -> str:
    """A token has 192 random bits, so a plain hash cannot be turned back."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _stretched(passphrase: str, salt: str = "") -> str:
    """A passphrase may be weak, so each guess is made to cost."""
    salt = salt or secrets.token_hex(16)
    return f"{salt}:{hashlib.scrypt(passphrase.encode(), salt=bytes.fromhex(salt), n=2**14, r=8, p=1).hex()}"


def _is_right(passphrase: str, kept: str) -> bool:
    return hmac.compare_digest(_stretched(passphrase[: LONGEST["passphrase"]], kept.partition(":")[0]), kept)


def _written(told: Told) -> dict[str, Any]:
    return asdict(replace(told, query={name: tuple(values) for name, values in told.query.items()}))


def _told(said: Mapping[str, Any]) -> Told:
    return Told(
        **{
            **said,
            "pages": tuple(said["pages"]),
            "query": {name: tuple(values) for name, values in said["query"].items()},
            "where": tuple((column, tuple(words)) for column, words in said["where"]),
            "free": tuple(said["free"]),
        }
    )


def read(row: Any) -> Link:
    """A row of the book as a link."""
    plain = {name: getattr(row, name) for name in Link.__dataclass_fields__ if name not in ("told", "has_passphrase")}
    return Link(**plain, told=_told(row.told), has_passphrase=row.passphrase_hash is not None)
