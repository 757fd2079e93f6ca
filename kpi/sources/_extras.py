# SQL is put together from quoted identifiers and literals of our own; data is bound.
"""Columns of a ticket file with no canonical place: kept as splits when they look like categories, else dropped and listed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from kpi.cells import HeaderLike, Sheet, batched, fold, ident, pick
from kpi.metric import RESERVED
from kpi.sources._report import Extra
from kpi.tables import TICKETS

MOST_SPLITS = 200
"""At most so many columns of one file are kept to split by: nobody chooses among more, and each is looked through and stored."""
ENOUGH = f"{MOST_SPLITS} other columns are kept already"
MOST_VALUES = 200
LONGEST = 80
_FEW_ROWS = 10
_TIME = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?$|\d+:\d\d(:\d\d)?( ?[AaPp][Mm])?$")
_MAIL = re.compile(r"\S@\S+\.\S")
_DUMP = re.compile(r"\w\.\w[\w.$]*@[0-9a-f]{5,8}$")

_PERSONAL = re.compile(
    r"\b(e-?mails?|phones?|mobile|fax|address|ip ?address|first name|last name|full name|surname|contact name|customer name|"
    r"user name|caller name|requester name|contact person|subject|title|summary|description|body|comments?|remarks?|notes?|"
    r"message|resolution note|password|birth ?(day|date)|gender|age|latitude|longitude|url|link)\b"
)


def extras_of(sheet: Sheet, used: Iterable[str], skip: Sequence[str]) -> list[tuple[Extra, str]]:
    """Every unmapped header of a ticket sheet, with its fate and its SQL column. `used` are the SQL columns already read."""
    used = set(used)
    named = {fold(h.raw) for s in skip if (h := pick(sheet.headers, s)) is not None}
    skipped = {h.column for h in sheet.headers if fold(h.raw) in named}  # a repeated header, each time
    left = [h for h in sheet.headers if h.column not in used]
    looked_at = [h for h in left if h.column not in skipped and not _personal(h)]
    fates = dict(zip([h.column for h in looked_at], _fates(sheet, looked_at), strict=True))
    taken = {*(c.name for c in TICKETS.columns), *RESERVED}
    found: list[tuple[Extra, str]] = []
    for header in left:
        reason = fates.get(header.column, "free text or personal data")
        name = "" if reason else _free(snake(header.raw), taken)
        found.append((Extra(sheet.file, header.raw, name, reason), header.column))
    return found


def snake(header: str) -> str:
    """A header as a column name: `Ticket Category [list]` is `ticket_category`."""
    bare = re.sub(r"\s*\[[^\]]*\]$", "", fold(header))
    return re.sub(r"\W+", "_", bare)[:LONGEST].strip("_") or "column"


def _free(name: str, taken: set[str]) -> str:
    free, n = name, 2
    while free in taken or free.startswith("_"):
        free, n = f"{name}_{n}".strip("_"), n + 1
    taken.add(free)
    return free


def _personal(header: HeaderLike) -> bool:
    return bool(_PERSONAL.search(fold(header.raw).replace("_", " ")))


def _fates(sheet: Sheet, headers: Sequence[HeaderLike]) -> list[str]:
    """Why each column is no split; the empty string where it is one. One pass for all, a few more for those that may be one."""
    columns = [ident(h.column) for h in headers]
    rows: dict[str, int] = {}
    fates: dict[str, str] = {}
    for some in batched(columns):
        asked = ", ".join(f"count({c}), approx_count_distinct({c}), coalesce(max(strlen({c})), 0)" for c in some)
        (row,) = sheet.rows(f"SELECT {asked} FROM {ident(sheet.view)}")
        rows |= dict(zip(some, row[::3], strict=True))
        fates |= {c: _plain(*row[3 * i : 3 * i + 3]) for i, c in enumerate(some)}
    splits = 0
    for some in batched([c for c in columns if not fates[c]], 50):
        if splits < MOST_SPLITS:  # as lists of texts: few by now, and a query of its own for each column would bind all of them each time
            (row,) = sheet.rows(f"SELECT {', '.join(f'list(DISTINCT {c})' for c in some)} FROM {ident(sheet.view)}")
            fates |= {c: _by_texts([t for t in texts if t is not None], rows[c]) for c, texts in zip(some, row, strict=True)}
        for c in some:
            fates[c] = fates[c] or ("" if splits < MOST_SPLITS else ENOUGH)
            splits += not fates[c]
    return [fates[c] for c in columns]


_TOO_MANY, _TOO_LONG = f"more than {MOST_VALUES} different values", f"holds texts longer than {LONGEST} characters"


def _plain(rows: int, about: int, most_bytes: int) -> str:
    """Why a column is no split, as far as counts alone tell; `about` is roughly counted."""
    if not rows:
        return "empty"
    if about > 2 * MOST_VALUES or most_bytes > 4 * LONGEST:
        return _TOO_MANY if about > 2 * MOST_VALUES else _TOO_LONG
    return ""


def _by_texts(texts: Sequence[str], rows: int) -> str:
    """Why a column of these different texts in so many filled rows is no split."""
    reasons = (
        (len(texts) > MOST_VALUES, _TOO_MANY),
        (max(len(t) for t in texts) > LONGEST, _TOO_LONG),
        (any(_MAIL.search(t) for t in texts), "holds e-mail addresses"),
        (any(_DUMP.search(t) for t in texts), "holds dumps of objects"),
        (all(_TIME.match(t) for t in texts), "holds dates or times"),
        (rows > _FEW_ROWS and len(texts) == rows, "a different value in every row"),
    )
    return next((reason for is_so, reason in reasons if is_so), "")
