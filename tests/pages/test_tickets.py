"""The tickets on the page: what is listed, searched, sorted and paged, what one ticket says, and what an address may ask."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

import kpi
from kpi import store

pytestmark = pytest.mark.slow

Open = Callable[..., AppTest]
ALL = {"by": "all", "zone": "UTC", "clock": "calendar"}


def sound(app: AppTest) -> AppTest:
    assert not app.exception and not app.error, [*app.exception, *app.error]
    return app


def ids(app: AppTest) -> list[str]:
    tables = [frame.value for frame in app.dataframe if "ticket_id" in frame.value]
    return tables[-1]["ticket_id"].tolist() if tables else []


def turned(app: AppTest, **query: str) -> AppTest:
    """The same page under another address."""
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def words(app: AppTest) -> str:
    parts = [*app.title, *app.caption, *app.markdown, *app.subheader]
    return " ".join(part.value for part in parts).replace("\\", "").replace("\u00a0", " ")


def test_without_data_there_are_the_ways_in(app: Open) -> None:
    page = sound(app(None, "tickets.py"))
    assert page.title[0].value == "Which tickets are they?"
    assert page.button(key="open_sample")


def test_every_ticket_of_the_dates_newest_first(app: Open, tiny_key: str) -> None:
    assert ids(sound(app(tiny_key, "tickets.py", **ALL))) == ["4", "3", "2", "1"]
    assert ids(app(tiny_key, "tickets.py", **{**ALL, "from": "2026-03-03", "to": "2026-03-03"})) == ["3"]
    assert ids(app(tiny_key, "tickets.py", **ALL, where="channel=chat")) == ["2"]


def test_the_rows_behind_a_number_and_those_left_out(app: Open, tiny_key: str) -> None:
    page = sound(app(tiny_key, "tickets.py", **ALL, metric="full_resolution_time"))
    assert ids(page) == ["3", "2", "1"]
    assert "3 tickets behind Full resolution." in words(page) and "4 h (n = 3)" in words(page)
    out = sound(app(tiny_key, "tickets.py", **ALL, metric="full_resolution_time", out="1"))
    assert ids(out) == ["4"]
    assert out.dataframe[-1].value["reason"].tolist() == ["not solved"]


def test_search_and_order(app: Open, tiny_key: str) -> None:
    assert ids(sound(app(tiny_key, "tickets.py", **ALL, find="3"))) == ["3"]
    assert ids(app(tiny_key, "tickets.py", **ALL, sort="ticket_id")) == ["1", "2", "3", "4"]
    assert ids(app(tiny_key, "tickets.py", **ALL, sort="-full_resolution_seconds")) == ["3", "2", "1", "4"]  # 24 h, 4 h, 2 h, open
    nothing = sound(app(tiny_key, "tickets.py", **ALL, find="'; DROP TABLE tickets; --"))
    assert not ids(nothing) and nothing.button(key="rows_clear")
    nothing.button(key="rows_clear").click().run()
    assert ids(sound(nothing)) == ["4", "3", "2", "1"]


def test_what_is_typed_stands_in_the_address(app: Open, tiny_key: str) -> None:
    page = app(tiny_key, "tickets.py", **ALL)
    page.text_input(key="rows_find").input("2").run()
    assert ids(sound(page)) == ["2"]
    assert page.query_params["find"] in ("2", ["2"])
    page.selectbox(key="rows_of").select("csat").run()
    assert page.query_params["metric"] in ("csat", ["csat"]) and ids(sound(page)) == ["2"]


def test_one_ticket_with_its_facts(app: Open, tiny_key: str) -> None:
    page = sound(app(tiny_key, "tickets.py", **ALL, ticket="3"))
    assert any("Ticket 3" in heading.value for heading in page.subheader)
    facts = {name: row.iloc[0] for table in page.table for name, row in table.value.iterrows()}
    assert facts["Full resolution"].replace("\u00a0", " ").replace("\\", "") == "24 h"
    assert facts["Created"].replace("\\", "") == "2026-03-03 09:00"
    page.button(key="ticket_close").click().run()
    assert "ticket" not in page.query_params


@pytest.mark.parametrize("ticket", ["nope", "3' OR '1'='1", "<script>"])
def test_a_ticket_that_is_not_there_is_said_and_the_list_stays(ticket: str, app: Open, tiny_key: str) -> None:
    page = app(tiny_key, "tickets.py", **ALL, ticket=ticket)
    assert not page.exception and "no ticket" in page.error[0].proto.title
    assert len(ids(page)) == 4


@pytest.mark.parametrize(
    "asked", [{"sort": "nope"}, {"find": "x" * 300}, {"page": "99999999999999"}, {"page": "-1"}, {"metric": "nope"}, {"column": "nope"}]
)
def test_an_address_that_asks_the_impossible_is_no_fault_of_ours(asked: dict[str, str], app: Open, tiny_key: str) -> None:
    page = turned(app(tiny_key, "tickets.py", **ALL), **asked)
    assert not page.exception
    assert not any("our side" in error.proto.title for error in page.error)


def test_the_tickets_of_a_finding_and_back_to_all(app: Open, dirty_key: str) -> None:
    page = sound(app(dirty_key, "tickets.py", **ALL, finding="not_counted"))
    assert ids(page) == ["4"], "the spam"
    assert "Every such ticket, whatever its dates" in words(page)
    page.selectbox(key="rows_of").select("").run()
    assert "finding" not in page.query_params and len(ids(sound(page))) > 1
    unknown = app(dirty_key, "tickets.py", **ALL, finding="nope")
    assert "finding “nope”" in sound(unknown).info[0].value.replace("\\", "") and len(ids(unknown)) > 1


@pytest.mark.slow
def test_pages_of_fifty(app: Open, sample_key: str) -> None:
    seen: list[str] = []
    for number in ("1", "2", "3"):
        page = sound(turned(app(sample_key, "tickets.py", **ALL), page=number))
        assert len(ids(page)) == 50
        seen += ids(page)
    assert len(set(seen)) == 150
    many = store.open_dataset(sample_key).rows["tickets"]
    assert f"All {many:,} tickets as" in words(page)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["tiny", "dirty", "lacking", "sample"])
@pytest.mark.parametrize("out", ["", "1"])
def test_every_number_of_every_kind_of_data(kind: str, out: str, app: Open, kept: dict[str, str]) -> None:
    page = app(kept[kind], "tickets.py", **ALL)
    lacks = store.open_dataset(kept[kind]).lacking()
    for name in ("csat", "first_reply_time", "backlog", "occupancy", "cost_per_ticket", "quality_score", "retention_rate", "reply_time"):
        page.query_params["metric"], page.query_params["out"] = name, out
        page.run()
        assert not page.exception, name
        if not lacks[name]:
            assert kpi.metrics()[name].label in page.title[0].value.replace("\\", "")
        else:
            assert page.error and "needs" in page.error[0].proto.title + page.error[0].value


def test_harmful_text_stays_in_its_cell(app: Open, dirty_key: str) -> None:
    page = sound(app(dirty_key, "tickets.py", **ALL, ticket="2"))
    assert "https" in str(page.dataframe[-1].value["channel"].tolist()), "the text is shown as it is, in a cell"
    for part in [*page.markdown, *page.caption, *page.title, *page.subheader]:
        assert "](https://evil" not in part.value
    cells = " ".join(str(cell) for table in page.table for cell in table.value.to_numpy().ravel())
    assert "](https://evil" not in cells and "evil" in cells


@pytest.mark.slow
def test_only_web_addresses_become_links(app: Open, kept: dict[str, str]) -> None:
    key = store.keep(
        {
            "tickets.csv": b"ticket_id,created_at,url\n1,2026-03-02T08:00:00Z,javascript:alert(1)\n2,2026-03-02T09:00:00Z,https://desk.example/2\n"
            b"3,2026-03-02T10:00:00Z,data:text/html;x\n"
        }
    )
    store.import_now(key)
    page = sound(app(key, "tickets.py", **ALL))
    shown = page.dataframe[-1].value.set_index("ticket_id")["url"]
    assert shown["2"] == "https://desk.example/2"
    assert shown[["1", "3"]].isna().all()
    assert not sound(app(key, "tickets.py", **ALL, ticket="1")).get("link_button")[0].proto.url.startswith("javascript")
