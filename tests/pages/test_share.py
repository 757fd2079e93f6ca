"""Sharing: what one makes there is what its readers get, what it must not say it does not say, and what ends, ends."""

from __future__ import annotations

import ast
import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from kpi import store
from kpi.explain.lines import code_version
from kpi.store import audit, links
from kpi.store.links import Link, Told
from pages.parts import visitor
from pages.parts.share_asked import PAGES

pytestmark = pytest.mark.slow
App = Callable[..., AppTest]
QUERY = {"by": "all", "from": "2026-07-01", "to": "2026-09-30", "compare": "previous", "where": "team=Billing"}
WORD = "open sesame"
TINY = b"ticket_id,created_at,status,team,agent\n" + b"".join(
    b"%d,2026-03-%02dT08:00:00Z,open,%s,%s\n" % (n, n, b"Billing" if n % 2 else b"Sales", b"Ann Noe" if n % 3 else b"Bob Roe")
    for n in range(1, 13)
)
"""Twelve tickets: six of Billing (1 3 5 7 9 11), of which 3 and 9 are Bob's and four are Ann's."""


@pytest.fixture
def key(kept: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """Data of one's own that a test may import anew and delete."""
    monkeypatch.setenv("KPI_HOME", kept["home"])
    key = store.keep({"tickets.csv": TINY})
    store.import_now(key)
    return key


def chosen(at: AppTest, **state: object) -> AppTest:
    """The choices of the page, as if clicked."""
    for name, value in state.items():
        at.session_state[f"share_{name}"] = value
    return at.run()


def made(at: AppTest, **words: str) -> str:
    """Fill in the words and press the button; the token of the address that is shown."""
    for name, text in words.items():
        field = at.text_area if name == "note" else at.text_input
        field(key=f"share_{name}").input(text)
    at.button(key="share_make").click().run()
    assert not at.error and not at.exception, [e.value for e in at.error]
    return re.fullmatch(r"/\?link=([\w-]{32,})", at.code[0].value)[1]


def found(token: str) -> Link:
    link = links.find(token)
    assert link is not None
    return link


def said(at: AppTest) -> str:
    """All that is sent to the browser, as far as a test in process can see."""
    return repr(at._tree) + repr([element.proto for element in at.main])


def values(at: AppTest) -> list[str]:
    return [metric.value for metric in at.metric]


def test_the_pages_offered_are_those_of_the_menu() -> None:
    tree = ast.parse((Path(__file__).parents[2] / "pages" / "frame.py").read_text("utf-8"))
    sections = next(n.value for n in tree.body if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "SECTIONS")
    menu = {name: title for listed in ast.literal_eval(sections).values() for name, title, *_ in listed}
    assert {name: title for name, title in menu.items() if name not in links.NEVER} == PAGES


def test_the_usual_link_shows_exactly_this(app: App, sample_key: str) -> None:
    at = app(sample_key, "share.py", of="trends?metric=csat", **QUERY)
    token = made(at)
    link = found(token)
    assert link.told.title == "Trends: CSAT" and link.told.pages == ("trends",) and not link.is_frozen and not link.has_passphrase
    assert link.told.query["metric"] == ("csat",) and link.told.where == (("team", ("Billing",)),)
    assert (link.told.names, link.told.rows, link.told.comments, link.told.programs) == ("pseudonyms", False, False, False)
    assert link.expires_at and round((link.expires_at - link.made_at) / dt.timedelta(days=1)) == 30
    theirs = app(None, "trends.py", link=token)
    assert not theirs.error and theirs.query_params["metric"] == "csat", "the short address has become whole"


def test_the_overview_is_shared_to_the_digit(app: App, sample_key: str) -> None:
    token = made(app(sample_key, "share.py", **QUERY))
    own, theirs = app(sample_key, **QUERY), app(None, link=token)
    assert values(theirs) == values(own) and len(values(own)) > 8


def test_words_and_passphrase_arrive(app: App, key: str) -> None:
    token = made(app(key, "share.py"), title="A  title", note="Look *here*", passphrase=WORD)
    link = found(token)
    assert (link.told.title, link.told.note) == ("A title", "Look *here*")
    assert link.has_passphrase and links.admit(link, WORD)


@pytest.mark.parametrize("names", ["pseudonyms", "hidden", "shown"])
@pytest.mark.parametrize("owner", ["shown", "pseudonyms"])
def test_a_filter_on_a_person_is_fixed_and_does_not_name_them(app: App, key: str, names: str, owner: str) -> None:
    """Ann's tickets of Billing are four, however she is called on either side."""
    pseudonym = store.open_dataset(key).as_seen(Told(names="pseudonyms", rows=True).seen(links.salt(key)))
    (ann,) = pseudonym.query("SELECT DISTINCT agent FROM tickets WHERE ticket_id = '1'", pseudonym.canonical)["agent"]
    called = "Ann Noe" if owner == "shown" else ann
    at = app(key, "share.py", of=f"overview?agent={called}&segment=agent={called}", where=["team=Billing", f"agent={called}"], names=owner)
    token = made(chosen(at, names=names, which="all"))
    told = found(token).told
    assert told.where == (("agent", ("Ann Noe",)), ("team", ("Billing",)))
    shown_as = {"pseudonyms": (f"agent={ann}",), "hidden": (), "shown": ("agent=Ann Noe",)}[names]
    assert told.query["where"] == (*shown_as, "team=Billing")
    assert told.query.get("agent", ()) == {"pseudonyms": (ann,), "hidden": (), "shown": ("Ann Noe",)}[names]
    assert told.query.get("segment", ()) == shown_as
    theirs = app(None, link=token)
    assert theirs.metric[[m.label for m in theirs.metric].index("Tickets created")].value == "4"
    assert names == "shown" or "Ann Noe" not in said(theirs) + str(theirs.query_params)


def test_what_the_note_gives_away_is_said(app: App, key: str) -> None:
    at = app(key, "share.py", where="team=Billing")
    made(at, note="As Bob Roe says")
    assert "Bob Roe" in at.warning[0].value
    made(at, title="Nothing of Sales")
    assert "Sales" in at.warning[0].value
    made(at, title="Billing")
    assert not at.warning


def test_single_tickets_are_asked_for(app: App, key: str) -> None:
    at = app(key, "share.py", of="tickets?ticket=3")
    assert "Tickets page" in at.info[0].value
    assert found(made(at)).told.pages == ("overview",), "not without single tickets"
    told = found(made(chosen(at, rows=True))).told
    assert told.pages == ("tickets",) and told.rows and told.query["ticket"] == ("3",)


def test_hours_and_weekdays_cannot_be_fixed_and_that_is_said(app: App, key: str) -> None:
    at = app(key, "share.py", where=["created_weekday=1", "team=Billing"])
    assert any("cannot be cut by hours and weekdays" in caption.value for caption in at.caption)
    told = found(made(at)).told
    assert told.where == (("team", ("Billing",)),) and "created_weekday=1" in told.query["where"]


def test_dates_of_a_live_link_move_on(app: App, key: str) -> None:
    preset = {"from": "2026-03-05", "to": "2026-03-11"}  # the seven days before the last
    moving, standing = (found(made(chosen(app(key, "share.py", **preset), moves=moves))) for moves in (True, False))
    assert (moving.told.preset, standing.told.preset) == ("7", "")
    (store.folder(key) / "0.csv").write_bytes(TINY + b"13,2026-03-20T08:00:00Z,open,Billing,Ann Noe\n")
    store.import_now(key)
    ends = [store.shared(link).opening.end for link in (moving, standing)]
    assert ends == [dt.date(2026, 3, 19), dt.date(2026, 3, 11)]
    at = app(None, link=links_token(key, moving))
    assert at.query_params["to"] == "2026-03-19" and not at.info


def links_token(key: str, like: Link) -> str:
    """The token of another link that shows the same: those of links that are made are told once."""
    return links.make(key, like.told, fingerprint="f", code="1")[0]


@pytest.mark.parametrize("state", [{"lasts": "never"}, {"lasts": "7"}, {"lasts": "day", "last_day": dt.date(2030, 12, 31)}])
def test_a_link_ends_when_it_was_said(app: App, key: str, state: dict[str, object]) -> None:
    at = chosen(app(key, "share.py"), lasts=state["lasts"])
    for day in at.date_input:
        day.set_value(state["last_day"])
    link = found(made(at))
    ends = {"never": None, "7": link.made_at + dt.timedelta(days=7), "day": dt.datetime(2031, 1, 1)}[str(state["lasts"])]
    assert link.expires_at == ends or abs(link.expires_at - ends) < dt.timedelta(minutes=2)  # type: ignore[operator]


def test_today_beside_what_was_frozen(app: App, key: str) -> None:
    """Six tickets of Billing then, seven now: the link says six, its owner is told seven."""
    at = app(key, "share.py", where="team=Billing")
    token = made(chosen(at, kind="frozen"))
    number = found(token).id
    (store.folder(key) / "0.csv").write_bytes(TINY + b"13,2026-03-20T08:00:00Z,open,Billing,Ann Noe\n")
    store.import_now(key)
    at = app(key, "share.py")
    at.session_state[f"share_now_{number}"] = True
    at.run()
    told = next(m.value for m in at.markdown if "Today’s value" in m.value)
    assert "Tickets created 7, not 6" in told
    theirs = app(None, link=token)
    assert theirs.metric[[m.label for m in theirs.metric].index("Tickets created")].value == "6"


def test_today_beside_each_week_of_what_was_frozen(app: App, key: str) -> None:
    """Billing had three tickets in the week of 2 March (3, 5, 7), two in the next (9, 11); a fourth of that first week comes later."""
    at = app(key, "share.py", where="team=Billing", by="week", split="team")
    number = found(made(chosen(at, kind="frozen"))).id
    (store.folder(key) / "0.csv").write_bytes(TINY + b"13,2026-03-04T08:00:00Z,open,Billing,Ann Noe\n")
    store.import_now(key)
    at = app(key, "share.py")
    at.session_state[f"share_now_{number}"] = True
    at.run()
    table = next(frame.value for frame in at.dataframe if "Frozen" in frame.value)
    rows = {row["Number"]: (row["Frozen"], row["Today"], row["Other"]) for row in table.to_dict("records")}
    assert rows["Tickets created"] == ("6", "7", "yes")
    assert rows["Tickets created, week of 2 Mar 2026, Billing"] == ("3", "4", "yes")
    assert rows["Tickets created, week of 9 Mar 2026, Billing"] == ("2", "2", "")


@pytest.mark.parametrize("is_same", [True, False])
def test_a_frozen_link_of_another_version_says_so(app: App, key: str, is_same: bool) -> None:
    token = made(chosen(app(key, "share.py"), kind="frozen"))
    link = found(token)
    assert link.code == code_version() and not any("Made with version" in caption.value for caption in app(None, link=token).caption)
    kept = links.kept(link)
    if not is_same:  # as if that version had counted otherwise
        kept["proof"]["numbers"][0]["rows"][-1][3] = 99.0
    with links.begin() as book:
        book.execute(links.LINKS.update().where(links.LINKS.c.id == link.id).values(code="0.0.9", kept=kept))
    (note,) = [c.value for c in app(None, link=token).caption if "Made with version" in c.value]
    assert "0.0.9" in note and code_version()[:5] in note
    assert ("are the same" in note) is is_same and ("1 of its" in note and "99.0 then" in note) is not is_same, note


def test_an_ended_link_is_told_and_its_end_is_on_record(app: App, key: str) -> None:
    at = app(key, "share.py")
    token = made(at, title="One of mine")
    number = found(token).id
    at.button(key=f"share_sure_{number}").click().run()
    assert links.find(token) is None and not at.code, "its address is shown no more"
    assert any("No link is open" in m.value for m in at.markdown)
    log = at.dataframe[-1].value
    assert list(log["What"]) == ["Link revoked", "Link made", "Imported"] and log["About"][0] == "One of mine"
    assert [deed.what for deed in audit.deeds(key)] == ["revoke", "share", "import"]


def test_an_owner_sees_what_readers_see(app: App, key: str) -> None:
    token = made(app(key, "share.py", where="team=Billing"), passphrase=WORD)
    link = found(token)
    preview = visitor.preview(link)
    at = app(None, link=preview)
    assert values(at) and "Billing" in str(at.query_params["where"]) and key not in said(at)
    assert links.one(key, link.id).views == 0, "looking is no view"
    for wrong in (
        preview[:-1] + ("0" if preview[-1] != "0" else "1"),
        preview.replace(link.id, "0" * 32),
        f"preview.{link.id}",
        f"preview.{link.id}.{visitor.passed(link)}",
    ):
        assert [title.value for title in app(None, link=wrong).title] == ["This link opens nothing"]
    links.revoke(key, link.id)
    assert [title.value for title in app(None, link=preview).title] == ["This link opens nothing"]


def test_a_pass_of_downloads_ends(app: App, key: str) -> None:
    link = found(made(app(key, "share.py")))
    assert visitor.is_passed(link, visitor.passed(link))
    assert not visitor.is_passed(link, visitor.passed(link, at=1_700_000_000))
    assert not visitor.is_passed(link, "") and not visitor.is_passed(link, "\ud800.x")


def test_links_to_the_sample_are_seen_by_who_made_them(app: App, kept: dict[str, str]) -> None:
    """The sample company is everybody's; what somebody shares of it is not."""
    place = store.folder(store.SAMPLE)
    place.mkdir(parents=True)
    (place / "tickets.csv").write_bytes(TINY)
    (place / "names.json").write_text('["tickets.csv"]', "utf-8")
    try:
        store.import_now(store.SAMPLE)
        first = app(store.SAMPLE, "share.py")
        made(first, title="Mine alone")
        assert "Mine alone" in said(first)
        second = app(store.SAMPLE, "share.py")
        assert "Mine alone" not in said(second) and any("No link has been made" in m.value for m in second.markdown)
    finally:
        store.discard(store.SAMPLE)


def test_deleting_says_which_links_die(app: App, key: str) -> None:
    assert any("No link to them is open" in caption.value for caption in app(key, "data.py").caption)
    made(app(key, "share.py"), title="Going")
    at = app(key, "data.py")
    assert any("1 open link ends with them: “Going”" in m.value for m in at.markdown)


@pytest.mark.parametrize(
    "of",
    ["share", "data?x=1", "../../etc/passwd", "overview?" + "&".join(f"a{n}=1" for n in range(5_000)), "?", "trends?%00=%ff&data=0&link=x"],
)
def test_a_hostile_origin_shares_a_page_and_nothing_odd(app: App, key: str, of: str) -> None:
    at = app(key, "share.py", of=of)
    told = found(made(at)).told
    assert told.page in ("overview", "trends") and not {"data", "link"} & set(told.query) and len(told.query) < 60


def test_readers_have_no_such_page(app: App, key: str) -> None:
    token = made(chosen(app(key, "share.py"), which="all"))
    at = app(None, link=token)
    assert "share" not in at.session_state["open_pages"] and not [b for b in at.button if b.key == "share_this"]
    assert [b for b in app(key).button if b.key == "share_this"]
