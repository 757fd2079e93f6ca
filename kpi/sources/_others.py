"""Exports we can name and do not read: so that the error says what the file is, not only what it is not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kpi.cells import HeaderLike

_SUMMARY = "Export the tickets or conversations themselves, one row each: averages cannot be taken apart or combined again."


@dataclass(frozen=True)
class Other:
    """A kind of file, the groups of headers it is known by, what to know about it, and what to do instead of mapping it."""

    label: str
    about: str
    signs: tuple[tuple[str, ...], ...]
    hint: str = ""


OTHERS: tuple[Other, ...] = (
    Other(
        "a Chatwoot report",
        "this is a summary (one row per agent, team, inbox or label), not tickets",
        (
            ("Avg first response time", "Resolution Count"),
            ("Avg first response time", "No. of conversations"),
            ("Inbox name", "Inbox type", "No. of conversations"),
            ("Conversations count",),
        ),
        _SUMMARY,
    ),
    Other(
        "a Chatwoot SLA report",
        "it lists conversations under a promise without any of their times",
        (("SLA Policy", "Breached Events"),),
        "Export the CSAT report, or connect the database.",
    ),
    Other(
        "an Explore report",
        "this is probably a summary, not tickets",
        (("% Satisfaction score",), ("First reply time (min)",), ("Full resolution time (hrs)",)),
        _SUMMARY,
    ),
)

_MEAN = re.compile(r"(avg|average|mean|median|mittlere\w*|durchschnitt\w*|moyenne|promedio|media)\b|%|.*\b(avg|average|mean|median)$")
_ID = re.compile(r".*\b(ids?|numbers?|no|key|nr|ticket|case|conversation)$|#")


def summary_of(headers: Iterable[HeaderLike]) -> Other | None:
    """A file of averages that names no single ticket, whatever tool it is of; None for any other."""
    names = [h.name.replace("_", " ").replace(".", " ").strip() for h in headers]
    if not any(map(_MEAN.match, names)) or any(map(_ID.fullmatch, names)):
        return None
    return Other("a summary", "it holds averages, and no column tells one ticket from another", (), _SUMMARY)
