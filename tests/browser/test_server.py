"""What only a real browser on a fresh server can show."""

from __future__ import annotations

import json
import urllib.request

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_first_visitor_of_a_deep_link_gets_the_frame(visit) -> None:
    """Streamlit's old multipage mode would run the page alone: other navigation, no frame, no error words."""
    page = visit("/definitions")
    assert page.get_by_role("heading", level=1).inner_text() == "What the words mean"
    links = [text.strip().splitlines()[-1] for text in page.locator("nav a, [data-testid=stSidebarNav] a").all_inner_texts()]
    assert links[0] == "Overview" and "Definitions" in links and "frame" not in [text.lower() for text in links]


def test_the_server_says_it_is_well_and_guards_its_answers(server) -> None:
    with urllib.request.urlopen(f"{server.url}/healthz") as answer:
        assert json.load(answer)["status"] == "ok"
        headers = answer.headers
    policy = headers["content-security-policy"]
    assert "unsafe-eval" not in policy and "*" not in policy and "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
