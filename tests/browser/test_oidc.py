"""A login by OpenID Connect, from the button to the role and out again: real server, real browser, a provider of our own."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from kpi import store
from kpi.store import people

HERE = importlib.util.find_spec("authlib") is not None
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not HERE, reason="Authlib is not installed: pip install 'deskmeter[oidc]'"),
    *([pytest.mark.browser] if HERE else []),  # required where it can run; an extra nobody asked for is no missing browser
]
ANN, EVE, UNSURE, BOB = "ann@example.com", "eve@example.com", "unsure@example.com", "bob@example.com"
PATH = f"/trends?data={store.SAMPLE}&metric=csat&from=2026-09-05&to=2026-10-18&where=channel%3Demail"


@pytest.fixture(scope="module")
def provider() -> Iterator:
    from tests.browser.provider import providing  # it needs what the extra brings

    with providing({ANN: True, EVE: True, BOB: True, UNSURE: False}) as made:
        yield made
    assert not made.refused, f"the provider was asked for what it does not give: {made.refused}"


@pytest.fixture(scope="module")
def asking(provider, serving: Callable, small_company: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    """A server that sends people to the provider, with the small company; two own it, if they are who they say they are."""
    place = tmp_path_factory.mktemp("asking")
    said = place / "secrets.toml"
    said.write_text(provider.settings())
    shutil.copytree(small_company, place / "home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STREAMLIT_SECRETS_FILES", str(said))
        patch.setenv("KPI_OWNERS", f"{ANN},{UNSURE}")
        patch.setenv("KPI_HOME", str(place / "home"))
        with serving(place / "home", place / "server.log") as made:
            yield made


@pytest.fixture
def visit(asking, visit_at: Callable) -> Callable:
    """That server is the only one."""
    return visit_at


def log_in(page, email: str, settle) -> None:
    page.get_by_role("heading", name="Log in", level=1).wait_for()
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="Who are you?").wait_for(timeout=30_000)
    page.get_by_role("link", name=email or "Nobody").click()
    page.wait_for_selector("[data-testid='stApp']")
    settle(page)


def is_there(page) -> bool:
    """The page is the deep link's, with all it asked."""
    page.get_by_role("heading", level=1).get_by_text("Is it getting better?").wait_for(timeout=60_000)
    got, asked = urlsplit(page.url), urlsplit(PATH)
    return got.path == asked.path and parse_qs(asked.query).items() <= parse_qs(got.query).items()


def menu(page) -> list[str]:
    return [text.strip().splitlines()[-1] for text in page.locator("[data-testid=stSidebarNavItems] a").all_inner_texts()]


def test_an_owner_comes_in_lets_somebody_in_and_leaves(asking, visit, provider, settle) -> None:
    page = visit(PATH, at=asking.url)
    assert not menu(page) and "CSAT" not in page.locator("[data-testid=stMain]").inner_text()
    log_in(page, ANN, settle)
    assert is_there(page) and "Sharing" in menu(page)
    page.get_by_text(f"Logged in as {ANN}").wait_for()

    page.get_by_role("link", name="Sharing").click()
    page.get_by_role("heading", name="Who may come in").wait_for(timeout=60_000)
    settle(page)
    page.get_by_role("textbox", name="E-mail address").fill("Eve@Example.com")
    page.get_by_role("button", name="Let in").click()
    page.get_by_text(EVE, exact=True).first.wait_for()
    settle(page)
    assert people.members() == {EVE: "viewer"}

    page.get_by_role("button", name="Log out").click()
    page.get_by_role("heading", name="Log in", level=1).wait_for(timeout=30_000)
    assert len(provider.logouts) == 1 and provider.logouts[0]["client_id"] == "deskmeter", "the provider heard of it"
    page.goto(asking.url + PATH)
    page.get_by_role("heading", name="Log in", level=1).wait_for()

    other = visit(PATH, at=asking.url)  # whom she let in
    log_in(other, EVE, settle)
    assert is_there(other)
    assert not {"Sharing", "Data & quality"} & set(menu(other)) and "Overview" in menu(other)


@pytest.mark.parametrize("email", [BOB, UNSURE])
def test_a_stranger_gets_one_sentence(asking, visit, settle, email: str) -> None:
    """So does who says an owner's address and has not shown that it is theirs."""
    page = visit(PATH, at=asking.url)
    log_in(page, email, settle)
    page.get_by_role("heading", name="You are not a member yet").wait_for(timeout=30_000)
    page.get_by_text(f"You are logged in as {email}. Ask an owner of this workspace to add you.").wait_for()
    assert not menu(page) and "CSAT" not in page.content()
    people.add(email, "viewer", who=people.Person(ANN)) if email == BOB else None
    page.reload()
    settle(page)
    assert (email == BOB) == (page.get_by_role("heading", level=1).inner_text() == "Is it getting better?")
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("heading", name="Log in", level=1).wait_for(timeout=30_000)


def test_who_is_sent_back_by_the_provider_may_try_again(asking, visit, settle) -> None:
    page = visit(PATH, at=asking.url)
    log_in(page, "", settle)
    log_in(page, ANN, settle)
    assert is_there(page)


def test_a_callback_nobody_asked_for_lets_nobody_in(asking, visit, settle) -> None:
    page = visit(f"/oauth2callback?code=x&state=y&next=https%3A%2F%2F{'evil.example'}", at=asking.url)
    page.get_by_role("heading", name="Log in", level=1).wait_for()
    assert urlsplit(page.url)[:3] == urlsplit(f"{asking.url}/")[:3]
