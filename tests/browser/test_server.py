"""What only a real browser on a fresh server can show."""

from __future__ import annotations

import json
import urllib.request

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DATES = "from=2026-10-05&to=2026-10-18"
NAVIGATION = [
    *("Overview", "Trends", "Benchmarks", "Targets", "Agents & teams"),
    *("Correlations", "Why it changed", "What if", "Workload", "Feedback", "Events"),
    *("Tickets", "Data & quality", "Sharing", "Definitions"),
]


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/", "How support is doing"),
        ("/trends?metric=csat", "Is it getting better?"),
        ("/what_if?view=staffing", "What if?"),
        ("/tickets", "Which tickets are they?"),
        ("/definitions?metric=csat", "What the words mean"),
    ],
)
def test_the_first_visitor_of_a_deep_link_gets_frame_and_scope(visit, company, settle, path: str, heading: str) -> None:
    """Streamlit's old multipage mode would run the page alone: other navigation, no frame, no data, no scope."""
    own = path.partition("?")[2]
    page = visit(f"{path.partition('?')[0]}?{own}{'&' if own else ''}data={company}&{DATES}")
    page.get_by_role("heading", level=1).get_by_text(heading).wait_for(timeout=30_000)
    links = [text.strip().splitlines()[-1] for text in page.locator("[data-testid=stSidebarNavItems] a").all_inner_texts()]
    assert links == NAVIGATION, "the navigation is ours, and nothing else is in it"
    page.get_by_text("Sample data: a made-up company").wait_for()
    for part in (DATES, f"data={company}", own):
        assert part in page.url, f"the address has lost {part}: {page.url}"
    if path != "/tickets":  # the next page has the same scope
        page.get_by_role("link", name="Tickets", exact=True).first.click()
        page.get_by_role("heading", name="Which tickets are they?").wait_for()
        settle(page)
    page.locator("[data-testid=stMain]").get_by_text("5–18 Oct 2026").first.wait_for()
    assert DATES in page.url


@pytest.mark.parametrize("path", ["/", "/trends", "/what_if?view=goal"])
def test_every_page_has_our_script_for_the_history_however_it_comes(standing, path: str) -> None:
    """A browser asks for pages packed; without the script each choice would be a step of Back."""
    asked = urllib.request.Request(f"{standing.url}{path}", headers={"Accept": "text/html", "Accept-Encoding": "gzip, deflate, br"})
    with urllib.request.urlopen(asked) as answer:
        assert b'<head><script src="/history.js"></script>' in answer.read()


def test_the_server_says_it_is_well_and_guards_its_answers(standing) -> None:
    with urllib.request.urlopen(f"{standing.url}/healthz") as answer:
        assert json.load(answer)["status"] == "ok"
        headers = answer.headers
    policy = headers["content-security-policy"]
    assert "unsafe-eval" not in policy and "*" not in policy and "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
