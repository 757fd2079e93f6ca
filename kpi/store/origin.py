"""Which part of the data a file shows, known again: files say it as a salted hash only, and this book holds what was hashed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from kpi.engine import Seen
from kpi.engine.seen import NAMES
from kpi.store import database, links
from kpi.store.folders import keys
from kpi.store.links import Link


@dataclass(frozen=True)
class Origin:
    """Where a file came from: the data's key, the view they were shown as, and the link that gave it; None where their owner had named nobody."""

    key: str
    seen: Seen
    link: Link | None = None


def origin(fingerprint: str, since: dt.datetime | None, until: dt.datetime | None) -> Origin | None:
    """The view a fingerprint ("<of the data>-<of the view>") tells; None where no link and no data of this server give such a one.

    Links that have ended count too, as long as the book has them and their data are here: the salt of the hash goes with the data.
    """
    _, _, digest = fingerprint.partition("-")
    if not digest or not database.is_there():
        return None
    return next((found for found in _views(since, until) if found.seen.digest == digest), None)


def _views(since: dt.datetime | None, until: dt.datetime | None) -> Iterator[Origin]:
    salts: dict[str, str] = {}
    for link in links.every():
        if link.data_key not in salts:
            salts[link.data_key] = links.salt_of(link.data_key)
        if salt := salts[link.data_key]:
            yield Origin(link.data_key, link.told.seen(salt, since, until), link)
    for key in keys():
        if salt := links.salt_of(key):
            yield from (Origin(key, Seen(names=names, salt=salt)) for names in NAMES)
