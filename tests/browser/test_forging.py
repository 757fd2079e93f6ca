"""Whatever a forger says to the server, over the WebSocket or over HTTP, nothing comes back that is outside their link."""

from __future__ import annotations

import csv
import re
import statistics
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest

from kpi import store
from kpi.store import links
from tests.browser.reader import Reader, reading, said
from tests.browser.shared import PAGES, TEAMS, WORD, World

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def server(world: World, serving: Callable, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    """A server over that home, for all the forgers."""
    with serving(world.home, tmp_path_factory.mktemp("log") / "server.log") as made:
        yield made


@pytest.fixture
def opened(server) -> str:
    """Its address."""
    return server.url


@pytest.fixture
def reader(opened: str) -> Iterator[Reader]:
    with reading(opened) as one:
        yield one


def metrics(reader: Reader) -> list[str]:
    return [one.body for one in reader.elements("metric")]


def got(url: str, token: str = "") -> tuple[int, bytes]:
    """The status and content of an address; `token` is borne as the API asks."""
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.mark.parametrize("page", PAGES)
def test_nothing_outside_is_sent_on_any_page(reader: Reader, world: World, share: Callable[..., str], page: str) -> None:
    reader.ask(f"link={share()}&metric=first_reply_time", page)
    assert reader.title and not reader.elements("exception")
    assert world.leaks(reader.heard) == []
    assert b"Billing" in reader.heard


def test_notes_that_name_what_is_left_out_are_left_out(reader: Reader, share: Callable[..., str]) -> None:
    reader.ask(f"link={share()}", "events")
    assert b"New macro for Billing" in reader.heard
    for other in (b"moves house", b"New tool for one team", b" leaves"):
        assert other not in reader.heard, other


FORGED = {
    "where": "where=team%3DKestrelgroup",
    "where_many": "where=team%3DKestrelgroup&where=team%3DBilling&where=channel%3Demail",
    "from": "from=2024-01-01",
    "to": "to=2026-12-31",
    "names": "names=shown",
    "as_of": "as_of=2026-03-01T00:00:00",
    "split": "split=agent",
    "param": "param=statuses%3Dall",
    "calendar": "calendar=9e98bd2801ab",
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_forged_address_shows_what_the_link_shows(reader: Reader, world: World, share: Callable[..., str], forged: str) -> None:
    token = share()
    reader.ask(f"link={token}")
    honest = metrics(reader)
    reader.ask(f"link={token}&{forged}")
    assert metrics(reader) == honest and len(honest) > 8
    assert world.leaks(reader.heard) == []


@pytest.mark.parametrize(
    "forged", ["where=team%3DKestrelgroup", "where=agent%3D*", "split=agent", "split=team", "split=requester", "from=2020-01-01"]
)
def test_free_filters_are_free_inside_what_is_fixed(reader: Reader, world: World, share: Callable[..., str], forged: str) -> None:
    token = share(free=links.FREE)
    for page in ("overview", "trends", "agents", "correlations"):
        reader.ask(f"link={token}&metric=csat&{forged}", page if page != "overview" else "")
        assert set(world.leaks(reader.heard)) <= {word for word in TEAMS.values() if word in forged}
    reader.ask(f"link={token}&where=team%3DKestrelgroup")
    assert not metrics(reader), "a filter on another team finds nothing"


@pytest.mark.parametrize("page", ["tickets", "data", "share", "trends"])
@pytest.mark.parametrize("how", ["name", "hash", "hash_of_the_owner"])
def test_another_page_is_not_there(opened: str, reader: Reader, world: World, share: Callable[..., str], page: str, how: str) -> None:
    """By its name, by the id Streamlit gives pages, by the id it has for the owner of these data."""
    token = share(pages=("overview", "number"))
    number = ""
    if how != "name":
        with reading(opened) as owner:
            owner.ask(f"data={world.key}")
            known = {
                p.page_name: p.page_script_hash
                for m in owner.messages
                if m.WhichOneof("type") == "navigation"
                for p in m.navigation.app_pages
            }
            titles = {"tickets": "Tickets", "data": "Data & quality", "share": "Sharing", "trends": "Trends"}
            number = known[titles[page]] if how == "hash_of_the_owner" else known[titles[page]][::-1]
    reader.ask(f"link={token}")
    reader.ask(f"link={token}", page if how == "name" else "", number)
    assert reader.title in ("", "How support is doing") and page not in reader.pages
    assert world.leaks(reader.heard) == []


def test_the_key_of_other_data_beside_a_link_opens_nothing_more(reader: Reader, world: World, share: Callable[..., str]) -> None:
    token = share()
    reader.ask(f"link={token}")
    honest = metrics(reader)
    for query in (f"link={token}&data=sample", f"data=sample&link={token}", f"link={token}&data={'0' * 32}", f"link={token}&link=x"):
        reader.ask(query)
        assert metrics(reader) in (honest, []), query
        assert b"made-up company" not in reader.heard
    assert world.leaks(reader.heard) == []


@pytest.mark.parametrize("query", ["", "link=", "where=team%3DKestrelgroup", "data=", f"data={'0' * 32}", "names=shown&page=tickets"])
def test_without_the_link_the_visit_has_nothing(reader: Reader, world: World, share: Callable[..., str], query: str) -> None:
    """The same visit, its link taken away: the start page, as for anybody."""
    reader.ask(f"link={share()}")
    before = len(reader.heard)
    for page in ("", "tickets", "data"):
        reader.ask(query, page)
        assert not metrics(reader) and not reader.elements("arrow_data_frame")
        assert reader.elements("file_uploader") or b"not here any more" in reader.heard[before:]
    assert world.leaks(reader.heard.replace(b"Kestrelgroup", b"") if "Kestrel" in query else reader.heard) == []
    assert b"Billing" not in reader.heard[before:]


NAMES = "admitted links_seen mine asked data scope names names_switch share_make link open_pages person".split()
"""What the server's own state holds, and controls of an owner."""


@pytest.mark.parametrize("number", ["{}", f"$$ID-{'0' * 32}-{{}}", f"$$WIDGET_ID-{'0' * 32}-{{}}"], ids=["name", "id", "old_id"])
def test_widgets_that_are_not_there_say_nothing(server, world: World, share: Callable[..., str], number: str) -> None:
    """States of widgets the page never drew: nothing comes of them, and the log has a line and no traceback."""
    forged = [said(number.format(name), value) for name in NAMES for value in (b'["x"]', True, "shown")]
    token, plain = share(passphrase=WORD), share()

    def told() -> int:
        return server.log.read_text("utf-8").count("controls that no page has")

    before = told()
    with reading(server.url) as reader:
        reader.ask(f"link={token}", widgets=forged)
        assert reader.title == "This link asks for a passphrase" and not metrics(reader)
        reader.ask(f"link={plain}")
        honest = metrics(reader)
        reader.ask(f"link={plain}", widgets=forged)
        assert metrics(reader) == honest and len(honest) > 8
        assert world.leaks(reader.heard) == []
    assert told() - before == (0 if number.startswith("$$ID") else 2), "a line for each message that was forged"


def test_the_passphrase_opens_one_visit_only(opened: str, reader: Reader, world: World, share: Callable[..., str]) -> None:
    token = share(passphrase=WORD)
    reader.ask(f"link={token}")
    assert b"Billing" not in reader.heard
    field = reader.elements("text_input")[0]
    press = next(one for one in reader.elements("button") if one.form_id == field.form_id)
    reader.ask(f"link={token}", widgets=[said(field.id, "wrong"), said(press.id, True)])
    assert not metrics(reader)
    reader.ask(f"link={token}", widgets=[said(field.id, WORD), said(press.id, True)])
    assert len(metrics(reader)) > 8
    with reading(opened) as other:
        other.ask(f"link={token}", widgets=[said(field.id, "")])
        assert not metrics(other) and other.title == "This link asks for a passphrase"
    other_link = share(passphrase=WORD + "!")
    reader.ask(f"link={other_link}")
    assert not metrics(reader), "a passphrase opens its own link"


def test_guessing_is_slowed(opened: str, share: Callable[..., str]) -> None:
    token = share(passphrase=WORD)
    with reading(opened) as one:
        one.ask(f"link={token}")
        field = one.elements("text_input")[0]
        press = next(button for button in one.elements("button") if button.form_id == field.form_id)
        for guess in range(links.PATIENCE + 1):
            one.ask(f"link={token}", widgets=[said(field.id, f"guess {guess}"), said(press.id, True)])
        one.ask(f"link={token}", widgets=[said(field.id, WORD), said(press.id, True)])
        assert b"Too many wrong passphrases" in one.heard and not metrics(one), "even the right one has to wait now"


@pytest.mark.parametrize(
    "more", ["", "&admitted=1", "&admitted=ffffffff.0", "&admitted=" + "f" * 12 + "." + "0" * 64, "&data=sample", "&names=shown"]
)
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_list_of_tickets_is_no_way_round(opened: str, world: World, share: Callable[..., str], kind: str, more: str) -> None:
    token = share(names="shown")
    status, content = got(f"{opened}/download/tickets.{kind}?link={token}{more}&metric=csat")
    assert status == 404 and world.leaks(content) == []


def test_a_pass_lists_what_its_link_shows_and_opens_no_other(opened: str, reader: Reader, world: World, share: Callable[..., str]) -> None:
    token, other = share(rows=True, pages=("tickets",), page="tickets"), share(rows=True, pages=("tickets",), page="tickets")
    reader.ask(f"link={token}")
    given = re.search(rb"admitted=([0-9a-f]+\.[0-9a-f]{64})", reader.heard)[1].decode()
    status, content = got(
        f"{opened}/download/tickets.csv?link={token}&admitted={given}&where=team%3DKestrelgroup&from=2020-01-01&names=shown"
    )
    rows = list(csv.DictReader(content.decode().splitlines()))
    assert status == 200 and len(rows) > 50 and {row["team"] for row in rows} == {"Billing"}
    assert all(row["created_at"] < "2026-10-01" for row in rows) and all(row["agent"].startswith("Agent ") for row in rows if row["agent"])
    assert [leak for leak in world.leaks(content) if leak not in ("TKT-", "CUST-")] == []
    assert got(f"{opened}/download/tickets.csv?link={other}&admitted={given}")[0] == 404
    until, _, sign = given.partition(".")
    later = f"{int(until, 16) + 1:x}.{sign}"
    assert got(f"{opened}/download/tickets.csv?link={token}&admitted={later}")[0] == 404, "a pass cannot be made to last"
    number = links.find(token).id
    reader.ask(f"link={quote(f'preview.{number}.{given}')}")
    assert reader.title == "This link opens nothing", "a pass of downloads is no owner's preview"


ASKED = ("datasets", "measure?metric=csat&split=agent", "measure?metric=csat&where=team%3DKestrelgroup", "correlate", "tickets", "share")


@pytest.mark.parametrize("asked", ASKED)
def test_the_api_is_no_way_round(opened: str, world: World, share: Callable[..., str], asked: str) -> None:
    status, content = got(f"{opened}/api/{asked}", share(names="shown"))
    assert status == 401 and world.leaks(content) == [], "programs may not use it"
    status, content = got(f"{opened}/api/{asked}", share(programs=True, pages=("overview",)))
    assert status == (200 if asked in ("datasets", "correlate") else 403) and world.leaks(content) == [], "nothing may be changed"
    status, content = got(f"{opened}/api/{asked}", share(programs=True, free=links.FREE))
    assert status == (403 if asked in ("tickets", "share") else 200), content
    assert [leak for leak in world.leaks(content) if leak not in asked] == []


@pytest.mark.parametrize("times", [8, pytest.param(40, marks=pytest.mark.simulation)])
def test_every_link_that_opens_nothing_is_the_same_page(
    opened, world: World, share: Callable[..., str], times: int, record_property
) -> None:
    """Wrong, expired and revoked: not a byte differs. How long each takes is told, not asserted: clocks of tests lie."""
    expired, revoked = share(title="expired"), share(title="revoked", frozen=True)
    now = store.audit.now()
    with links.begin() as book:
        book.execute(links.LINKS.update().where(links.LINKS.c.id == links.find(expired).id).values(expires_at=now))
    links.revoke(world.key, links.find(revoked).id)
    tokens = {"wrong": "x" * 32, "short": "x", "expired": expired, "revoked": revoked, "no preview": f"preview.{'0' * 32}.0.0"}
    drawn: dict[str, set[tuple[bytes, ...]]] = {kind: set() for kind in tokens}
    took: dict[str, list[float]] = {kind: [] for kind in tokens}
    for _ in range(times):
        for kind, token in tokens.items():
            with reading(opened) as one:
                begin = time.perf_counter()
                one.ask(f"link={quote(token)}", "trends")
                took[kind].append(time.perf_counter() - begin)
                drawn[kind].add(tuple(one.drawn))
                assert one.title == "This link opens nothing" and not one.pages
    assert len(set().union(*drawn.values())) == 1
    medians = {kind: statistics.median(times) for kind, times in took.items()}
    record_property("medians", {kind: f"{1000 * median:.1f} ms" for kind, median in medians.items()})
