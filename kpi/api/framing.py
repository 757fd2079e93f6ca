"""Who may show a page of this server inside a page of their own: nobody but the server itself, unless KPI_EMBED_ORIGINS names them.

    KPI_EMBED_ORIGINS="https://wiki.example https://*.intranet.example:8443"

They may frame addresses that ask for it (`…&embed=true`: a page without menu and buttons), and no other: not the login, not the app as its owner has it.
Browsers keep to it by the header `Content-Security-Policy: frame-ancestors`; `X-Frame-Options`, which cannot name anybody, is sent where nobody is named.
"""

from __future__ import annotations

import os
import re
from urllib.parse import parse_qs

from kpi.errors import BadValue

SETTING = "KPI_EMBED_ORIGINS"
OWN = "'self'"
EMBED = "embed"
"""The parameter that asks for a page without its frame."""
MOST = 50
_ORIGIN = re.compile(r"https?://(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?", re.ASCII)


def origins(text: str) -> tuple[str, ...]:
    """The origins a setting names, by spaces or commas; none for an empty one. BadValue for what is no origin: it would stand in a header."""
    found = tuple(dict.fromkeys(one.casefold().removesuffix("/") for one in re.split(r"[\s,]+", text) if one))
    for one in found:
        if not _ORIGIN.fullmatch(one):
            raise BadValue(
                f"{SETTING} cannot hold {one[:60]!r}.",
                "Write scheme, host and port only, as in https://wiki.example or https://*.example:8443.",
            )
    if len(found) > MOST:
        raise BadValue(f"{SETTING} names more than {MOST} origins.", "Use https://*.example for all of a domain.")
    return found


def from_environment() -> tuple[str, ...]:
    """The origins of KPI_EMBED_ORIGINS. BadValue for a setting that cannot be: a server with it does not start."""
    return origins(os.environ.get(SETTING, ""))


def is_embedded(query: str) -> bool:
    """Whether the query of an address asks for a page without its frame, as Streamlit's front end reads it."""
    return any(value.casefold() == "true" for value in parse_qs(query).get(EMBED, ()))


def headers(policy: str, allowed: tuple[str, ...], query: str) -> dict[str, str]:
    """The headers that say who may frame an answer; `policy` is the rest of the Content-Security-Policy."""
    if allowed and is_embedded(query):
        return {"content-security-policy": f"{policy}; frame-ancestors {' '.join([OWN, *allowed])}"}
    return {"content-security-policy": f"{policy}; frame-ancestors {OWN}", "x-frame-options": "SAMEORIGIN"}
