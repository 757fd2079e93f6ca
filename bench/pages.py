"""The Overview of the sample company with 200,000 tickets, beside an empty Streamlit page: server time, and what a person waits for.

    python bench/pages.py [tickets]

First by WebSocket without a browser, then in a real one (Chromium, where there is one): the first page after an import, the same page
again, and a change of filter that nobody asked for before, so that nothing is remembered. Medians of eleven; the ratio is to the empty page.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from _server import EMPTY, ROOT, Server, imported, rerun, serving, visiting

from kpi import store

ROUNDS = 11
IDLE = "[data-testid='stApp'][data-test-script-state='notRunning'][data-test-connection-state='CONNECTED']"


def filters(key: str) -> list[dict[str, str]]:
    """Addresses nobody has asked for: each keeps the tickets of one agent."""
    data = store.open_dataset(key)
    agents = data.query("SELECT agent FROM tickets WHERE agent IS NOT NULL GROUP BY agent ORDER BY count(*) DESC", data.stand(None, None))
    return [{"data": key, "where": f"agent={name}"} for name in agents["agent"][: 2 * ROUNDS]]


def told(name: str, seconds: list[float], empty: float, cpu: float | None = None) -> None:
    middle = statistics.median(seconds)
    beside = f"   server {cpu * 1000:4.0f} ms of processor" if cpu is not None else ""
    print(f"  {name:<34}{middle * 1000:7.0f} ms   worst {max(seconds) * 1000:6.0f} ms   {middle / empty:6.1f} × empty{beside}")


def by_websocket(ours: Server, empty: Server, key: str, others: list[dict[str, str]]) -> None:
    print("by WebSocket, until the server has sent everything")
    with visiting(empty) as visitor:
        rerun(visitor)
        nothing = [rerun(visitor) for _ in range(ROUNDS)]
    least = statistics.median(nothing)
    told("an empty page", nothing, least)
    with visiting(ours) as visitor:
        told("the first page after the import", [rerun(visitor, {"data": key})], least)
        dates = {"data": key}
        before = ours.cpu()
        again = [rerun(visitor, dates) for _ in range(ROUNDS)]
        told("the same again", again, least, (ours.cpu() - before) / ROUNDS)
        rerun(visitor, others[0])
        before = ours.cpu()
        changed = [rerun(visitor, query) for query in others[1:ROUNDS]]
        told("a filter not asked before", changed, least, (ours.cpu() - before) / len(changed))


def in_a_browser(ours: Server, empty: Server, key: str, others: list[dict[str, str]]) -> None:
    path = os.environ.get("KPI_CHROMIUM") or next(
        (p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None
    )
    if path is None:
        print("in a browser: left out, no Chromium on this machine")
        return
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  only where there is a browser

    print("in Chromium, from the address to a page at rest (painted, every script done)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])

        def painted(server: Server, query: dict[str, str]) -> float:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            begin = time.perf_counter()
            page.goto(f"{server.url}/?" + "&".join(f"{k}={v}" for k, v in query.items()))
            return at_rest(page, begin)

        def at_rest(page: Any, begin: float) -> float:
            page.wait_for_selector("h1")
            page.wait_for_selector(IDLE)
            page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            return time.perf_counter() - begin

        nothing = [painted(empty, {}) for _ in range(5)]
        least = statistics.median(nothing)
        told("an empty page", nothing, least)
        told("the Overview", [painted(ours, {"data": key}) for _ in range(5)], least)
        told("the Overview under a new filter", [painted(ours, query) for query in others[ROUNDS : ROUNDS + 5]], least)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{ours.url}/?data={key}")
        at_rest(page, time.perf_counter())
        waits = []
        for code in ("91", "28", "364", "28"):
            waits.append(_period(page, code))
        told("a click on another period", waits, least)
        browser.close()


def _period(page: Any, code: str) -> float:
    page.locator(".st-key-scope_bar button").first.click()
    choice = page.get_by_text({"28": "Last 28 days", "91": "Last 13 weeks", "364": "Last 52 weeks"}[code], exact=False).first
    choice.wait_for()
    begin = time.perf_counter()
    choice.click()
    page.wait_for_selector("[data-test-script-state='running']", timeout=5000)
    page.wait_for_selector(IDLE)
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    waited = time.perf_counter() - begin
    page.keyboard.press("Escape")
    return waited


def main() -> int:
    tickets = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        key = imported(home / "home", tickets)
        others = filters(key)
        (home / "empty.py").write_text(EMPTY)
        with serving(ROOT / "streamlit_app.py", home / "home") as ours, serving(home / "empty.py", home / "nobody") as empty:
            by_websocket(ours, empty, key, others)
            in_a_browser(ours, empty, key, others)
            print(
                f"memory of the server: {ours.memory():,.0f} MB now, {ours.memory('VmHWM'):,.0f} MB at its peak; an empty one: {empty.memory():,.0f} MB"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
