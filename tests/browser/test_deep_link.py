"""A deep link on a server with a passphrase: past the login one stands exactly there."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from kpi import store

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WORD = "correct horse battery"


@pytest.fixture(scope="module")
def asking(serving: Callable, small_company: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    """A server that asks for a passphrase, with the small company."""
    place = tmp_path_factory.mktemp("asking")
    shutil.copytree(small_company, place / "home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KPI_PASSPHRASE", WORD)
        with serving(place / "home", place / "server.log") as made:
            yield made


@pytest.fixture
def visit(asking, visit_at: Callable) -> Callable:
    """That server is the only one."""
    return visit_at


def test_the_address_survives_the_login(asking, visit, settle) -> None:
    path = f"/trends?data={store.SAMPLE}&metric=csat&from=2026-09-05&to=2026-10-18&where=channel%3Demail"
    page = visit(path, at=asking.url)
    page.get_by_role("heading", name="Log in", level=1).wait_for()
    assert not page.get_by_text("CSAT").count() and not page.locator("[data-testid=stSidebarNavItems]").count()
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{asking.url}/login?**")
    assert len(page.context.pages) == 1, "the login opens in the same tab"
    page.get_by_label("Passphrase").fill(WORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", level=1).get_by_text("Is it getting better?").wait_for(timeout=60_000)
    settle(page)
    got, asked = urlsplit(page.url), urlsplit(path)
    assert got.path == asked.path and parse_qs(asked.query).items() <= parse_qs(got.query).items()
    page.locator("[data-testid=stMain]").get_by_text("Channel: email").first.wait_for()

    page.get_by_role("button", name="Log out").click()
    page.get_by_role("heading", name="Log in", level=1).wait_for()
    page.goto(asking.url + path)
    page.get_by_role("heading", name="Log in", level=1).wait_for()


def test_a_forged_wish_stays_on_this_server(asking, visit, settle) -> None:
    page = visit("/", at=asking.url)
    page.goto(f"{asking.url}/login?next=//localhost:1/trends")
    page.get_by_label("Passphrase").fill(WORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_text("Read before").or_(page.get_by_text("No data at hand?")).first.wait_for(timeout=60_000)
    settle(page)
    assert urlsplit(page.url).netloc == urlsplit(asking.url).netloc and urlsplit(page.url).path == "/"
