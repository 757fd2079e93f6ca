"""Who may frame a page: the setting, and the headers that follow from it."""

from __future__ import annotations

import pytest

from kpi.api import framing
from kpi.errors import BadValue

WIKI = "https://wiki.example"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("  ", ()),
        (WIKI, (WIKI,)),
        (f"{WIKI}/ , HTTP://Intra:8080\nhttps://*.corp.example {WIKI}", (WIKI, "http://intra:8080", "https://*.corp.example")),
    ],
)
def test_origins_are_read(text: str, found: tuple[str, ...]) -> None:
    assert framing.origins(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "https://*",
        "null",
        "'self'",
        "wiki.example",
        "https:",
        f"{WIKI}/page",
        f"{WIKI}?a",
        "https://a;script-src",
        "https://a'b",
        "https://user@a",
        "data:",
        "https://wiki.example:99999999",
        "https://münchen.example",
        "https://a*.example",
        " ".join(f"https://w{n}.example" for n in range(60)),
    ],
)
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match=framing.SETTING):
        framing.origins(text)


def test_nobody_frames_anything_unless_named() -> None:
    for query in ("", "embed=true", "link=x&embed=true"):
        found = framing.headers("default-src 'self'", (), query)
        assert found == {
            "content-security-policy": "default-src 'self'; frame-ancestors 'self'",
            "x-frame-options": "SAMEORIGIN",
        }


@pytest.mark.parametrize("query", ["embed=true", "link=x&embed=TRUE", "embed=true&embed_options=dark_theme"])
def test_the_named_frame_what_asks_for_it(query: str) -> None:
    found = framing.headers("default-src 'self'", (WIKI, "http://intra:8080"), query)
    assert found == {"content-security-policy": f"default-src 'self'; frame-ancestors 'self' {WIKI} http://intra:8080"}


@pytest.mark.parametrize("query", ["", "embed=false", "embed=", "xembed=true", "q=embed=true", "embed"])
def test_and_nothing_else(query: str) -> None:
    found = framing.headers("default-src 'self'", (WIKI,), query)
    assert WIKI not in found["content-security-policy"] and found["x-frame-options"] == "SAMEORIGIN"
