"""Sharing: what one makes there is what its readers get, what it must not say it does not say, and what ends, ends."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from kpi.store import links

pytestmark = pytest.mark.slow
App = Callable[..., AppTest]
QUERY = {"by": "all", "from": "2026-07-01", "to": "2026-09-30", "compare": "previous", "where": "team=Billing"}


def press(at: AppTest, key: str) -> AppTest:
    return at.button(key=key).click().run()


def made(at: AppTest) -> str:
    """Press the button; the token of the address that is shown."""
    press(at, "share_make")
    assert not at.error and not at.exception, [e.value for e in at.error]
    return re.fullmatch(r"/\?link=([\w-]{32,})", at.code[0].value)[1]


def test_the_usual_link_shows_exactly_this(app: App, sample_key: str) -> None:
    at = app(sample_key, "share.py", of="trends?metric=csat", **QUERY)
    token = made(at)
    link = links.find(token)
    assert link and link.told.page == "trends" and link.told.pages == ("trends",) and not link.is_frozen
    assert link.told.query["metric"] == ("csat",) and link.told.where == (("team", ("Billing",)),)
    assert (link.told.names, link.told.rows, link.told.comments) == ("pseudonyms", False, False)
    assert round((link.expires_at - link.made_at).total_seconds() / 86_400) == 30
    theirs = app(None, "trends.py", link=token)
    assert not theirs.error and theirs.query_params["metric"] == "csat"


def test_a_passphrase_is_part_of_it(app: App, sample_key: str) -> None:
    at = app(sample_key, "share.py")
    at.text_input(key="share_passphrase").input("open sesame")
    link = links.find(made(at))
    assert link and link.has_passphrase and links.admit(link, "open sesame")
