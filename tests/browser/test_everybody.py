"""For everybody: in the dark, on a phone, without a mouse, with a screen reader."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DARK, LIGHT = "rgb(20, 23, 28)", "rgb(252, 251, 248)"
"""The papers of the two themes (.streamlit/config.toml)."""
EVERY_PAGE = {
    "/": "How support is doing",
    "/number?metric=first_reply_time": "First reply, median",
    "/trends?metric=first_reply_time": "Is it getting better?",
    "/benchmarks": "How do we compare?",
    "/targets": "Will we reach our targets?",
    "/agents": "Who needs help, and who cannot be told apart?",
    "/correlations": "What moves with what?",
    "/why?metric=csat": "Why did it change?",
    "/what_if": "What if?",
    "/workload": "When does the work come in?",
    "/feedback": "What do customers say?",
    "/events": "What happened, and did it matter?",
    "/tickets": "Which tickets are they?",
    "/data": "Can the data be trusted?",
    "/share?of=trends%3Fmetric%3Dcsat": "Who may see what?",
    "/definitions": "What the words mean",
    "/definitions?metric=csat": "What the words mean",
}
THEIRS = {
    "[data-testid=stSidebarNavItems], [data-testid=stSidebarNavItems] li": (
        {"list", "listitem"},
        "Streamlit puts the pages of a group into a <div> between <ul> and <li>; without groups there is none, but the menu has them by design",
    ),
    "[data-testid=stMetricChart] g[class*=highlighted_points_marks]": (
        {"svg-img-alt"},
        "Streamlit's sparkline keeps an empty group for the point under the mouse; st.metric takes no text for its chart",
    ),
}
"""What axe finds in Streamlit's own widgets that nothing we set can mend: selector -> its rules, and why. All else fails."""


def paper(page) -> str:
    return page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")


def go(visit, settle, page, path: str, key: str | None, **look):
    """Open a page of some data (in the tab that is given), and wait until it is whole."""
    own = path if key is None else f"{path}{'&' if '?' in path else '?'}data={key}"
    if page is None:
        page = visit(own, **look)
    else:
        page.goto("/".join(page.url.split("/")[:3]) + own)
    page.get_by_role("heading", level=1).get_by_text(EVERY_PAGE[path]).wait_for(timeout=30_000)
    settle(page)
    return page


def serious(page) -> list[str]:
    """What axe-core finds on a page. It runs beside the page, so the page's CSP is as always."""
    page.evaluate((Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8"))
    return page.evaluate(
        """async (theirs) => {
            const { violations, passes } = await axe.run(document, { resultTypes: ["violations"] });
            if (passes.length < 10) throw new Error("axe has looked at nothing");
            return violations.filter(v => ["serious", "critical"].includes(v.impact)).flatMap(v => v.nodes
                .filter(n => !theirs.some(([selector, rules]) => rules.includes(v.id) && document.querySelector(n.target[0]).matches(selector)))
                .map(n => `${v.impact} ${v.id}: ${n.html.slice(0, 160)} (${n.failureSummary.replace(/\\s+/g, " ")})`));
        }""",
        [[selector, sorted(rules)] for selector, (rules, _) in THEIRS.items()],
    )


@pytest.fixture
def server(standing):
    """All of them visit one server."""
    return standing


def test_every_page_in_the_dark_on_a_phone(visit, company, settle, tmp_path: Path) -> None:
    page, found = None, []
    for path in EVERY_PAGE:
        page = go(visit, settle, page, path, company, width=390, dark=True)
        assert page.get_by_text("Sample data: a made-up company").is_visible(), "made-up data are never without their ribbon"
        widths = page.evaluate("[document.documentElement.scrollWidth, document.querySelector('[data-testid=stMain]').scrollWidth]")
        assert max(widths) <= 390, f"{path} is wider than the phone: {widths}"
        assert paper(page) == DARK
        page.screenshot(path=tmp_path / f"phone{path.replace('/', '-').replace('?', '-')}.png")
        found += [f"{path} in the dark on a phone: {violation}" for violation in serious(page)]
    assert not found, "\n".join(found)

    page.get_by_test_id("stExpandSidebarButton").click()  # the menu is a drawer
    page.get_by_role("link", name="Overview", exact=True).click()
    page.get_by_role("heading", name="How support is doing").wait_for()
    settle(page)
    page.locator(".st-key-tile_csat").wait_for()
    page.locator(".st-key-period_bar button:visible").click()  # and does not cover what one came for
    page.get_by_text("Last 7 days").wait_for()
    box = page.locator("[data-testid=stPopoverBody]").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390, f"the dates open beside the screen: {box}"
    page.get_by_text("Last 7 days").click()
    settle(page)
    page.get_by_test_id("stCaptionContainer").get_by_text("24–30 Oct 2026").wait_for()


def test_by_keyboard_alone(visit, company, settle) -> None:
    """From the address bar to a number, the table behind its drawing, and back; where one is can always be seen."""
    page = visit("/")

    def tab_to(selector: str, text: str = "", most: int = 120) -> None:
        for _ in range(most):
            page.keyboard.press("Tab")
            if page.evaluate(
                "([s, t]) => document.activeElement.matches(s) && document.activeElement.innerText.includes(t)", [selector, text]
            ):
                break
        else:
            pytest.fail(f"no Tab leads to {selector} {text}")
        page.wait_for_timeout(300)  # a focus ring fades in
        seen = page.evaluate(
            """async () => {
                const look = e => ["outline", "boxShadow", "borderColor", "backgroundColor", "textDecorationLine"].map(p => getComputedStyle(e)[p]).join("|");
                const around = []; for (let e = document.activeElement, n = 0; e && n < 4; e = e.parentElement, n++) around.push(e);
                const element = document.activeElement, focused = around.map(look);
                element.blur(); await new Promise(done => setTimeout(done, 300));
                const blurred = around.map(look);
                element.focus({preventScroll: true});
                return focused.some((now, n) => now !== blurred[n]);
            }"""
        )
        assert seen, f"nobody sees that {text or selector} has the focus"

    tab_to(".st-key-open_sample button")
    page.keyboard.press("Enter")
    page.locator(".st-key-tile_csat").wait_for()
    settle(page)
    assert "from=2026-10-03&to=2026-10-30" in page.url

    tab_to(".st-key-period_bar button")
    page.keyboard.press("Enter")
    page.get_by_role("radio").first.wait_for()
    tab_to("[data-testid=stPopoverBody] input[type=radio]")
    page.keyboard.press("ArrowUp")
    settle(page)
    page.keyboard.press("Escape")
    page.locator("[data-testid=stPopoverBody]").wait_for(state="hidden")
    assert "from=2026-10-24&to=2026-10-30" in page.url, "the period above the usual one is the last seven days"

    tab_to(".st-key-tile_full_resolution_time a")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1).get_by_text("Full resolution").wait_for()
    page.locator(".st-key-example_events summary").wait_for()
    settle(page)
    tab_to("summary", "Event by event")
    page.keyboard.press("Enter")
    page.locator(".st-key-example_events [data-testid=stDataFrame]").wait_for()
    settle(page)

    page.go_back()  # Alt and the left arrow are the browser's own keys: no page sees them, and none is asked here
    page.get_by_role("heading", name="How support is doing").wait_for()
    settle(page)
    assert "from=2026-10-24&to=2026-10-30" in page.url


def test_axe_finds_nothing_serious(visit, company, settle) -> None:
    """Every page on a wide screen, beginning with the one that has no data yet; and in the dark the one with the menu open. More in the dark is on the phone."""
    page, found = None, []
    for key, path in [(None, "/"), *((company, path) for path in EVERY_PAGE)]:
        page = go(visit, settle, page, path, key)
        assert paper(page) == LIGHT
        found += [f"{path} {'with' if key else 'without'} data: {violation}" for violation in serious(page)]
    page = go(visit, settle, None, "/", company, dark=True)
    found += [f"in the dark: {violation}" for violation in serious(page)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_charts_are_drawn(visit, company, settle, dark: bool) -> None:
    """A chart whose data do not arrive shows its axes and no error: so the marks are counted, and whether they differ from the paper."""
    page = go(visit, settle, None, "/", company, dark=dark)
    lines = page.locator("[data-testid=stMetricChart] svg .role-mark path")
    lines.first.wait_for(state="attached")
    assert lines.count() >= 8, "sparklines"
    page = go(visit, settle, page, "/number?metric=first_reply_time", company)
    charts = page.locator("[data-testid=stVegaLiteChart]")
    charts.nth(1).locator("svg .role-mark path").first.wait_for(state="attached")
    assert charts.count() == 2, "the trend, and the example's timeline"
    for number in range(2):
        chart = charts.nth(number)
        drawn = chart.evaluate(
            """(chart, paper) => [...chart.querySelectorAll("svg .role-mark path, svg .role-mark line")].filter(mark => {
                const style = getComputedStyle(mark), box = mark.getBoundingClientRect();
                return (box.width > 0 || box.height > 0) && [style.fill, style.stroke].some(colour => colour !== "none" && colour !== paper);
            }).length""",
            DARK if dark else LIGHT,
        )
        assert drawn >= (3, 6)[number], f"chart {number + 1} has {drawn} marks"
        assert len(chart.get_attribute("aria-label") or "") > 20, "a chart says in a sentence what is to be seen"
