"""The web page: asks for nothing, runs nothing of others, draws, sorts, prints. Looked at in a real browser without a network."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from kpi.report import Report, written
from tests.report.conftest import HARM, LETTERS, hostile


class Seen(HTMLParser):
    """Every element with its attributes, as a browser would read the file, and the text of scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] == "script" and self.cdata_elem == "script":
            self.scripts.append(data)
        else:
            self.texts.append(data)


def seen(report: Report) -> Seen:
    found = Seen()
    found.feed(written(report, "html").decode())
    return found


def test_nothing_is_asked_of_anywhere_and_only_our_scripts_may_run() -> None:
    found = seen(hostile())
    tags = {tag for tag, _ in found.elements}
    assert not tags & {"link", "iframe", "object", "embed", "form", "img", "base", "audio", "video"}
    assert not [
        a for _, attributes in found.elements for a in attributes if a.startswith("on") or a in ("src", "srcset", "action", "style")
    ]
    assert {a["href"] for tag, a in found.elements if tag == "a"} == {"https://example.org/a"}
    (policy,) = [a["content"] for tag, a in found.elements if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy"]
    assert policy and policy.startswith("default-src 'none'; script-src 'sha256-") and "unsafe-eval" not in policy
    running = [i for i, (_, a) in enumerate([e for e in found.elements if e[0] == "script"]) if "type" not in a]
    hashes = {f"'sha256-{base64.b64encode(hashlib.sha256(found.scripts[i].encode()).digest()).decode()}'" for i in running}
    assert len(running) == 2 and hashes == set(re.findall(r"'sha256-[^']+'", policy))
    style = re.search(r"<style>(.*?)</style>", written(hostile(), "html").decode(), re.S)
    assert style and "url(" not in style[1] and "@import" not in style[1]


def test_the_words_are_all_there() -> None:
    text = " ".join(" ".join(seen(hostile()).texts).split())
    for word in (
        "83.4 %",
        "+2.1 pts, beyond noise",
        "81.9–84.8 % · 2,012 of 2,412",
        "target: behind",
        "needs: </script>",
        LETTERS,
        " ".join(HARM.split()),
    ):
        assert word in text, word


def test_the_proof_is_an_element_of_its_own(report: Report) -> None:
    found = seen(report)
    number = next(i for i, (_, a) in enumerate([e for e in found.elements if e[0] == "script"]) if a.get("id") == "deskmeter")
    assert json.loads(found.scripts[number]) == json.loads(report.proof.to_json())


def opened(browser: Any, content: bytes, folder: Path, **how: Any) -> tuple[Any, list[str], list[str]]:
    """The file in a page without a network: the page, everything it asked for, everything it complained about."""
    path = folder / "report.html"
    path.write_bytes(content)
    page = browser.new_context(offline=True, **how).new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append("a dialog"))
    page.goto(path.as_uri())
    page.wait_for_function("document.documentElement.dataset.ready === 'yes'")
    return page, asked, said


@pytest.mark.browser
@pytest.mark.slow
def test_in_a_browser_it_draws_and_nothing_of_a_file_runs(browser: Any, tmp_path: Path) -> None:
    page, asked, said = opened(browser, written(hostile(), "html"), tmp_path)
    assert len(asked) == 1 and asked[0].startswith("file:") and said == []
    assert page.locator(".chart svg path").count() > 3, "the chart is drawn"
    shown = set()
    for place in page.locator(".chart svg .mark-symbol path").all():
        place.hover(force=True)
        shown.add(page.locator("#vg-tooltip-element").inner_text())
    assert any("window.harmed" in text for text in shown), "the words are shown, as words"
    assert page.evaluate("window.harmed") is None and page.evaluate("document.images.length") == 0
    page.evaluate("const s = document.createElement('script'); s.textContent = 'window.harmed = 2'; document.body.append(s)")
    assert page.evaluate("window.harmed") is None, "not even a script that got in"


@pytest.mark.browser
@pytest.mark.slow
def test_tables_sort_by_keyboard_and_by_mouse(browser: Any, tmp_path: Path) -> None:
    page, *_ = opened(browser, written(hostile(), "html"), tmp_path)
    table = page.locator("main > .scroll table").first

    def shown() -> list[str]:
        return [row.locator("td").nth(1).inner_text() for row in table.locator("tbody tr").all()]

    head = table.locator("th", has_text="value")
    assert shown() == ["10", "9", "–", "100.5"] and head.get_attribute("aria-sort") == "none"
    head.locator("button").focus()
    page.keyboard.press("Enter")
    assert shown() == ["9", "10", "100.5", "–"] and head.get_attribute("aria-sort") == "ascending", "as numbers; what is unknown last"
    page.keyboard.press("Space")
    assert shown() == ["100.5", "10", "9", "–"] and head.get_attribute("aria-sort") == "descending"
    table.locator("th", has_text="period").locator("button").click()
    assert shown() == ["10", "9", "–", "100.5"] and head.get_attribute("aria-sort") == "none"


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_reads_in_both_themes_narrow_and_on_paper(browser: Any, tmp_path: Path, theme: str) -> None:
    page, _, said = opened(browser, written(hostile(), "html"), tmp_path, color_scheme=theme, viewport={"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "no sideways scrolling"
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert ground == {"light": "rgb(252, 251, 248)", "dark": "rgb(20, 23, 28)"}[theme]
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    paper = page.pdf(format="A4")
    assert paper.startswith(b"%PDF") and said == []
