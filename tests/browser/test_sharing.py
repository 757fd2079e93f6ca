"""A link shows exactly that, to exactly them: the way of an honest reader in a real browser, and the ways of a forger, one by one."""

from __future__ import annotations

import csv
import io
import re
import shutil
import statistics
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest

from kpi import sample, store
from kpi.store import links
from kpi.store.links import Told
from tests.browser.reader import Reader, reading, said

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TEAMS = {"Billing": "Billing", "Technical": "Kestrelgroup", "VIP": "Ospreygroup", "Front line": "Heronguild"}
WORD = "open sesame"
DATES = {"by": "all", "zone": "UTC", "clock": "calendar", "from": "2026-07-01", "to": "2026-09-30", "compare": "previous"}
QUERY = {name: (value,) for name, value in DATES.items()} | {"where": ("team=Billing",)}
PAGES = tuple("overview number trends benchmarks targets agents correlations why what_if workload feedback events definitions".split())
EVENTS = """date,kind,title,note,where
2026-08-03,change,New macro for Billing,,team=Billing
2026-08-04,change,Kestrelgroup moves house,,
2026-08-05,change,New tool for one team,,team=Heronguild
2026-08-06,change,{agent} leaves,,
"""


@dataclass(frozen=True)
class World:
    """A home with the data of one owner, and what nobody with a link to the team Billing may ever be sent."""

    home: Path
    key: str
    secrets: tuple[str, ...]

    def leaks(self, content: bytes | str) -> list[str]:
        text = content.encode() if isinstance(content, str) else content
        return [secret for secret in self.secrets if secret.encode() in text]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The sample company under names that occur nowhere else: every one that is sent is a leak."""
    home, made = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("made")
    sample.write(made, tickets=2_000)
    files = {}
    agents: set[str] = set()
    comments: set[str] = set()
    for path in sorted(made.glob("*.csv")):
        rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
        for row in rows:
            for column, cell in row.items():
                if column in ("ticket_id", "requester") and cell:
                    row[column] = f"{'TKT' if column == 'ticket_id' else 'CUST'}-{cell}-X"
                elif cell in TEAMS:
                    row[column] = TEAMS[cell]
            agents |= {row["agent"]} if row.get("agent") else set()
            comments |= {row["comment"]} if len(row.get("comment") or "") > 30 else set()
        out = io.StringIO()
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        if path.stem != "events":
            files[path.name] = out.getvalue().encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KPI_HOME", str(home))
        key = store.keep(files)
        shutil.copy(made / "calendar.toml", store.folder(key))
        store.import_now(key)
        store.change(key, "events.csv", lambda _: EVENTS.format(agent=min(agents)))
    others = [team for team in TEAMS.values() if team != "Billing"]
    assert len(agents) > 10 and len(comments) > 5
    return World(home, key, (key, *others, *sorted(agents), *sorted(comments), "TKT-", "CUST-"))


@pytest.fixture(scope="module")
def opened(world: World, serving: Callable, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over that home."""
    with serving(world.home, tmp_path_factory.mktemp("log") / "server.log") as server:
        yield server.url


@pytest.fixture
def share(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """`share(rows=True)`: the token of a link to the team Billing in one quarter, with every page unless it is said otherwise."""
    monkeypatch.setenv("KPI_HOME", str(world.home))

    def made(passphrase: str = "", frozen: bool = False, **told: object) -> str:
        whole = {"title": "Billing", "query": QUERY, "where": (("team", ("Billing",)),), "pages": PAGES} | told
        kept = store.frozen(world.key) if frozen else None
        return links.make(world.key, Told(**whole), fingerprint="f", code="1", frozen=kept, passphrase=passphrase)[0]

    return made


@pytest.fixture
def reader(opened: str) -> Iterator[Reader]:
    with reading(opened) as one:
        yield one


def metrics(reader: Reader) -> list[str]:
    return [one.body for one in reader.elements("metric")]


def got(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


# The honest reader, in two real browsers.


def heading(page, text: str) -> None:
    page.get_by_role("heading", level=1).get_by_text(text).wait_for(timeout=15_000)


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
    owner.locator(".st-key-share_once code").wait_for(timeout=15_000)
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


def test_shared_by_one_browser_and_read_by_another(visit, serving, settle, world: World, server, tmp_path: Path) -> None:
    """The owner clicks together a frozen, filtered link with a passphrase; somebody else opens it cold, moves a slider and takes files away."""
    shutil.copytree(world.home, server.home, dirs_exist_ok=True)
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
        slider.wait_for(timeout=15_000)
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
    tab.get_by_text("Live link").wait_for(timeout=15_000)
    settle(tab)
    assert urlsplit(tab.url).path == "/" + page.partition("?")[0] and page.partition("?")[2] in tab.url


# The forger. Whatever is said to the server over the WebSocket or HTTP, nothing comes back that is outside the link.


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


def test_widgets_that_are_not_there_say_nothing(reader: Reader, world: World, share: Callable[..., str]) -> None:
    """States of widgets the page never drew, under every name the server's own state has, and of the owner's controls."""
    token = share(passphrase=WORD)
    everything = [
        said(name, value)
        for name in (
            "admitted",
            "links_seen",
            "mine",
            "asked",
            "data",
            "scope",
            "names",
            "names_switch",
            "share_make",
            "link",
            "open_pages",
            "person",
        )
        for number in (name, f"$$ID-{'0' * 32}-{name}", f"$$WIDGET_ID-{'0' * 32}-{name}")
        for name, value in ((number, b'["x"]'), (number, True), (number, "shown"))
    ]
    reader.ask(f"link={token}", widgets=everything)
    assert reader.title == "This link asks for a passphrase" and not metrics(reader)
    plain = share()
    reader.ask(f"link={plain}")
    honest = metrics(reader)
    reader.ask(f"link={plain}", widgets=everything)
    assert metrics(reader) == honest
    assert world.leaks(reader.heard) == []


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


def test_every_link_that_opens_nothing_is_the_same_page(opened: str, world: World, share: Callable[..., str], record_property) -> None:
    """Wrong, expired and revoked: not a byte differs. How long each takes is told, not asserted: clocks of tests lie."""
    expired, revoked = share(title="expired"), share(title="revoked", frozen=True)
    now = store.audit.now()
    with links.begin() as book:
        book.execute(links.LINKS.update().where(links.LINKS.c.id == links.find(expired).id).values(expires_at=now))
    links.revoke(world.key, links.find(revoked).id)
    tokens = {"wrong": "x" * 32, "short": "x", "expired": expired, "revoked": revoked, "no preview": f"preview.{'0' * 32}.0.0"}
    drawn: dict[str, set[tuple[bytes, ...]]] = {kind: set() for kind in tokens}
    took: dict[str, list[float]] = {kind: [] for kind in tokens}
    for _ in range(40):
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
