"""Which part of the data a file shows, known again: files say it as a salted hash only, and this book holds what was hashed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kpi.engine import Seen
from kpi.engine.seen import NAMES
from kpi.store import database, links
from kpi.store.folders import folder, keys, read_json, write_json
from kpi.store.links import Link

VIEWS = "views.json"
"""In the folder of the data: the views of links that were cleared away."""


@dataclass(frozen=True)
class Origin:
    """Where a file came from: the data's key, the view they were shown as, and the link that gave it; None where their owner had named nobody."""

    key: str
    seen: Seen
    link: Link | None = None


def origin(fingerprint: str, since: dt.datetime | None, until: dt.datetime | None) -> Origin | None:
    """The view a fingerprint ("<of the data>-<of the view>") tells; None where no link and no data of this server give such a one.

    Links that have ended count too, as long as their data are here: the salt of the hash goes with the data, and so does what is remembered of
    links that were cleared away (`remember`).
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
            yield from (Origin(key, Seen(since=since, until=until, salt=salt, **one)) for one in _remembered(key))


def remember(link: Link) -> None:
    """Before a link is cleared away: which part of the data it showed (columns, values, names; no title, note or token), beside the data themselves.

    A file its reader took away can be verified after that, for as long as the data are here.
    """
    place = folder(link.data_key)
    if not place.is_dir():
        return
    told = link.told
    one = {"names": told.names, "where": told.where, "rows": told.rows, "comments": told.comments}
    known = _remembered(link.data_key)
    if one not in known:
        write_json(place / VIEWS, [*known, one])


def _remembered(key: str) -> list[dict[str, Any]]:
    """What `remember` has written, as `Seen` takes it."""
    said = read_json(folder(key) / VIEWS) or []
    return [{**one, "where": tuple((column, tuple(values)) for column, values in one["where"])} for one in said]
