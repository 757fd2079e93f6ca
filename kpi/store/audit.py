"""What was done, by whom and when: imports, links, deletions. Nothing of the data themselves, and no token."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kpi.store.database import begin
from kpi.store.schema import AUDIT


@dataclass(frozen=True)
class Deed:
    """One thing done: when (UTC), by whom, what ("import", "share", "revoke", "delete" …), to which data, and the particulars."""

    at: dt.datetime
    who: str
    what: str
    data_key: str
    about: dict[str, Any]


def note(
    what: str, key: str, *, who: str = "", at: dt.datetime | None = None, connection: sa.Connection | None = None, **about: Any
) -> None:
    """Write a deed down; in the transaction of the deed itself where one is given."""
    row = AUDIT.insert().values(at=at or now(), who=who, what=what, data_key=key, about=about)
    if connection is not None:
        connection.execute(row)
    else:
        with begin() as own:
            own.execute(row)


def deeds(key: str = "", most: int = 200, kinds: Sequence[str] = (), only: sa.ColumnElement[bool] | None = None) -> list[Deed]:
    """The newest deeds first; those about one key, of some kinds ("share"), and for which a condition holds, where these are given."""
    asked = sa.select(AUDIT.c.at, AUDIT.c.who, AUDIT.c.what, AUDIT.c.data_key, AUDIT.c.about).order_by(AUDIT.c.id.desc()).limit(most)
    asked = asked.where(AUDIT.c.data_key == key) if key else asked
    asked = asked.where(AUDIT.c.what.in_(kinds)) if kinds else asked
    asked = asked.where(only) if only is not None else asked
    with begin() as connection:
        return [Deed(*row) for row in connection.execute(asked)]


def now() -> dt.datetime:
    """This instant, UTC, without a zone mark, to the second."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)
