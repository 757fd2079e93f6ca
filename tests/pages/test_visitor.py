"""A visitor with a link: sees its pages, in its scope, with its names, and nothing else, whatever the address says."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from kpi import store
from kpi.errors import BadValue
from kpi.store import links
from kpi.store.links import Told

pytestmark = pytest.mark.slow
FRAME_PAGES = "overview number trends benchmarks targets agents correlations why what_if workload feedback events definitions".split()
QUERY = {"by": ("all",), "from": ("2026-07-01",), "to": ("2026-09-30",), "compare": ("previous",), "where": ("team=Billing",)}
LOCKED = (("team", ("Billing",)),)
App = Callable[..., AppTest]


@pytest.fixture
def share(kept: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    monkeypatch.setenv("KPI_HOME", kept["home"])

    def made(passphrase: str = "", frozen: bool = False, **told: object) -> str:
        whole = {"title": "Billing, third quarter", "query": QUERY, "where": LOCKED, "pages": tuple(FRAME_PAGES)} | told
        key = kept["sample"]
        token, _ = links.make(
            key,
            Told(**whole),
            fingerprint="f",
            code="1",
            frozen=store.frozen(key) if frozen else None,
            passphrase=passphrase,  # type: ignore[arg-type]
        )
        return token

    return made


def texts(at: AppTest) -> str:
    """All that is sent to the browser, as far as a test in process can see."""
    return repr(at._tree) + repr([element.proto for element in at.main]) + repr([element.proto for element in at.sidebar])


def people(key: str) -> set[str]:
    data = store.open_dataset(key)
    return set(data.query("SELECT DISTINCT agent FROM tickets WHERE agent IS NOT NULL", data.canonical)["agent"])


@pytest.mark.parametrize("page", FRAME_PAGES)
def test_every_page_through_a_link(app: App, share: Callable[..., str], kept: dict[str, str], page: str) -> None:
    at = app(None, f"{page}.py", link=share(), metric="first_reply_time")
    assert not at.exception and not at.error, [e.value for e in at.error]
    told = texts(at)
    assert kept["sample"] not in told, "the key of the data opens all of them"
    assert "Billing" in told
    for name in people(kept["sample"]):
        assert not re.search(rf"\b{re.escape(name)}\b", told), name
    assert not at.get("file_uploader")
    assert at.query_params["link"] and "data" not in at.query_params


def test_the_numbers_are_those_of_the_fixed_filter(app: App, share: Callable[..., str], sample_key: str) -> None:
    own = app(sample_key, **{name: list(values) for name, values in QUERY.items()})
    theirs = app(None, link=share())
    assert [m.value for m in own.metric] == [m.value for m in theirs.metric] and len(own.metric) > 8


@pytest.mark.parametrize(
    "forged", [{"where": "team=Technical"}, {"from": "2025-01-01"}, {"names": "shown"}, {"as_of": "2026-01-01"}, {"clock": "business"}]
)
def test_an_address_cannot_widen_it(app: App, share: Callable[..., str], forged: dict[str, str]) -> None:
    token = share()
    plain, other = app(None, link=token), app(None, link=token, **forged)
    assert [m.value for m in plain.metric] == [m.value for m in other.metric]
    assert "names" in forged or any("does not leave" in str(info.proto) for info in other.info)


@pytest.mark.parametrize("page", ["tickets", "data"])
def test_other_pages_are_not_there(app: App, share: Callable[..., str], page: str) -> None:
    at = app(None, link=share())
    assert page not in at.session_state["open_pages"] and "overview" in at.session_state["open_pages"]
    with pytest.raises(BadValue, match="cannot show"):
        share(pages=("overview", page))


def test_data_of_the_address_are_not_opened_beside_a_link(app: App, share: Callable[..., str], tiny_key: str) -> None:
    plain, forged = app(None, link=share()), app(None, link=share(), data=tiny_key)
    assert [m.value for m in plain.metric] == [m.value for m in forged.metric]


@pytest.mark.parametrize("kind", ["wrong", "revoked"])
def test_every_link_that_opens_nothing_shows_the_same(app: App, share: Callable[..., str], sample_key: str, kind: str) -> None:
    token = share()
    if kind == "revoked":
        links.revoke(sample_key, links.of(sample_key)[0].id)
        links.revoke_all(sample_key)
    at = app(None, link=token if kind == "revoked" else token[:-2])
    assert [title.value for title in at.title] == ["This link opens nothing"] and not at.metric and len(at.markdown) == 1


def test_a_passphrase_is_asked_before_anything(app: App, share: Callable[..., str]) -> None:
    at = app(None, link=share(passphrase="open sesame"))  # noqa: S106  made for this test
    assert [title.value for title in at.title] == ["This link asks for a passphrase"] and not at.metric
    assert "Billing" not in texts(at)
    at.text_input[0].input("wrong")
    at.button[0].click().run()
    assert at.error and not at.metric
    at.text_input[0].input("open sesame")
    at.button[0].click().run()
    assert len(at.metric) > 8 and not at.error


def test_what_a_reader_says_stays_in_the_visit(app: App, share: Callable[..., str], sample_key: str) -> None:
    before = {name: store.text(sample_key, name) for name in store.TEXTS}
    for page in ("trends.py", "targets.py", "correlations.py"):
        app(None, page, link=share(pages=tuple(FRAME_PAGES), free=("dates", "filters", "counting")))
    assert {name: store.text(sample_key, name) for name in store.TEXTS} == before


def test_dates_can_be_left_free(app: App, share: Callable[..., str], sample_key: str) -> None:
    token = share(free=("dates",))
    moved = app(None, link=token, **{"from": "2026-04-01", "to": "2026-06-30"})
    own = app(sample_key, **{"from": "2026-04-01", "to": "2026-06-30", "compare": "previous", "where": "team=Billing"})
    assert [m.value for m in moved.metric] == [m.value for m in own.metric]


def test_a_view_is_counted_once_a_visit(app: App, share: Callable[..., str], sample_key: str) -> None:
    at = app(None, link=share(title="counted"))
    at.run()
    (link,) = [one for one in links.of(sample_key) if one.told.title == "counted"]
    assert link.views == 1
