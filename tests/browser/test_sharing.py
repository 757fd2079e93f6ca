"""A link shows exactly that, to exactly them: the way of an honest reader, in real browsers. Those of a forger are in test_forging.py."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from kpi.store import links
from kpi.store.links import Told
from tests.browser.shared import DATES, PAGES, QUERY, WORD, World

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def heading(page, text: str) -> None:
    page.get_by_role("heading", level=1).get_by_text(text).wait_for(timeout=60_000)


def link_made(owner, settle) -> str:
    """What the owner does, on the page to be shared and on the page Sharing; the address that is shown once."""
    owner.get_by_role("button", name="Share", exact=True).click()
    heading(owner, "Who may see what?")
    settle(owner)
    assert parse_qs(urlsplit(owner.url).query)["of"][0].startswith("what_if")
    owner.locator(".st-key-share_kind").get_by_text("Frozen").click()
    settle(owner)
    owner.get_by_role("textbox", name="Title").fill("What Billing could do")
    owner.get_by_role("textbox", name="Passphrase").fill(WORD)
    owner.get_by_text("Fixed for good: Team: Billing").wait_for()
    owner.get_by_role("button", name="Make the link").click()
    owner.locator(".st-key-share_once code").wait_for(timeout=60_000)
    settle(owner)
    assert owner.get_by_text("Frozen on").count() == 1 and owner.get_by_text("It asks for the passphrase you gave").count() == 1
    return owner.locator(".st-key-share_once code").inner_text().strip()


def admitted(page) -> None:
    """What a reader does before the page is there."""
    heading(page, "This link asks for a passphrase")
    assert "Billing" not in page.content()
    page.get_by_label("Passphrase").fill("wrong")
    page.get_by_role("button", name="Open").click()
    page.get_by_text("That is not it").wait_for()
    page.get_by_label("Passphrase").fill(WORD)
    page.get_by_role("button", name="Open").click()
    heading(page, "What if?")


def taken(page, kind: str, place: Path) -> bytes:
    """The content of a file of the page."""
    page.get_by_role("button", name="Files").click()
    with page.expect_download(timeout=120_000) as found:
        page.locator(f".st-key-file_{kind} button").click()
    found.value.save_as(place)
    page.keyboard.press("Escape")
    return place.read_bytes()


def test_shared_by_one_browser_and_read_by_another(
    visit, serving, settle, world: World, server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner clicks together a frozen, filtered link with a passphrase; somebody else opens it cold, moves a slider and takes files away."""
    shutil.copytree(world.home, server.home, dirs_exist_ok=True)
    monkeypatch.setenv("KPI_HOME", str(server.home))
    links.revoke_all(world.key)  # those of other tests
    owner = visit(f"/what_if?data={world.key}&{urlencode(DATES)}&where=team%3DBilling")
    heading(owner, "What if?")
    settle(owner)
    address = link_made(owner, settle)
    assert address.startswith(f"{server.url}/?link=")
    path = address.removeprefix(server.url)
    heard: list[bytes] = []

    def listen(page) -> None:
        page.on(
            "websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(frame if isinstance(frame, bytes) else b""))
        )

    with serving(server.home, tmp_path / "second.log") as second:  # nobody has visited that server before
        page = visit(path, at=second.url, seen=listen)
        admitted(page)
        settle(page)
        page.get_by_text("Frozen on").first.wait_for()
        assert parse_qs(urlsplit(page.url).query)["where"] == ["team=Billing"]
        assert not page.get_by_text("Use other data").count() and not page.get_by_role("button", name="Share", exact=True).count()

        slider = page.get_by_role("slider").first
        slider.wait_for(timeout=60_000)
        slider.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_url(re.compile(r"[?&]set="))
        settle(page)

        report = taken(page, "html", tmp_path / "report.html")
        assert b"Billing" in report and world.leaks(report) == []
        with zipfile.ZipFile(io.BytesIO(taken(page, "xlsx", tmp_path / "book.xlsx"))) as packed:
            content = b"".join(packed.read(name) for name in packed.namelist())
        assert len(content) > 2_000 and world.leaks(content) == []

        page.goto(second.url)  # back to the app, without the link
        settle(page)
        page.locator("input[type=file]").first.wait_for(state="attached")
        assert not page.get_by_text("Billing").count() and "data=" not in page.url
        page.close()  # before its server ends
    assert len(b"".join(heard)) > 20_000 and world.leaks(b"".join(heard)) == []

    owner.get_by_role("button", name="Revoke", exact=True).click()
    owner.get_by_role("button", name="Revoke for good").click()
    settle(owner)
    owner.get_by_text("No link is open.").wait_for()
    heading(visit(path), "This link opens nothing")


@pytest.mark.parametrize("page", ["trends?metric=csat", "what_if", "number?metric=csat"])
def test_a_deep_link_opens_cold(visit, server, settle, world: World, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    shutil.copytree(world.home, server.home, dirs_exist_ok=True)
    monkeypatch.setenv("KPI_HOME", str(server.home))
    told = Told(title="x", query=QUERY, where=(("team", ("Billing",)),), pages=PAGES)
    token, _ = links.make(world.key, told, fingerprint="f", code="1", passphrase=WORD)
    tab = visit(f"/{page}{'&' if '?' in page else '?'}link={token}")
    heading(tab, "This link asks for a passphrase")
    tab.get_by_label("Passphrase").fill(WORD)
    tab.get_by_role("button", name="Open").click()
    tab.get_by_text("Live link").wait_for(timeout=60_000)
    settle(tab)
    assert urlsplit(tab.url).path == "/" + page.partition("?")[0] and page.partition("?")[2] in tab.url
