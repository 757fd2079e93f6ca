"""Downloads: the file holds the rows of the screen, all of them; nobody gets more than his key opens; nothing is left behind."""

from __future__ import annotations

import asyncio
import csv
import io
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pandas as pd
import pytest
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest

import kpi
from kpi import store
from kpi.quality import concerned, quality
from pages.parts import downloads

ALL = {"by": "all", "zone": "UTC", "clock": "calendar"}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def rows(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.content.decode("utf-8"))))


def get(address: str, method: str = "GET", hang_up: bool = False) -> Answer:
    """Ask our routes over ASGI, in this process. With `hang_up` the client is gone when the first piece of the body comes."""
    path, _, query = address.partition("?")
    path = f"/{path.lstrip('/')}"
    scope = {
        "type": "http", "http_version": "1.1", "method": method, "scheme": "http", "path": path, "raw_path": path.encode(),
        "query_string": query.encode(), "headers": [], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        "asgi": {"version": "3.0", "spec_version": "2.4"},
    }  # fmt: skip
    said: list[dict] = []

    async def receive() -> dict:
        await asyncio.sleep(3600)
        return {"type": "http.disconnect"}

    async def send(message: dict) -> None:
        if hang_up and message["type"] == "http.response.body":
            raise OSError("the client has gone")
        said.append(message)

    async def ask() -> None:
        await Starlette(routes=downloads.routes)(scope, receive, send)

    try:
        with ThreadPoolExecutor(1) as apart:  # a browser test before this one leaves an event loop running in this thread
            apart.submit(asyncio.run, ask()).result()
    except Exception:
        if not hang_up:
            raise
    start = next(m for m in said if m["type"] == "http.response.start")
    body = b"".join(m.get("body", b"") for m in said if m["type"] == "http.response.body")
    return Answer(start["status"], {k.decode().lower(): v.decode() for k, v in start["headers"]}, body)


@pytest.fixture
def here(kept: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The home of the kept data, and a folder of our own for temporary files."""
    monkeypatch.setenv("KPI_HOME", kept["home"])
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def address(key: str, kind: str = "csv", **own: str) -> str:
    return downloads.url(kind, {"data": key, **ALL, **own})


def test_the_whole_list_as_csv_and_parquet(here: Path, tiny_key: str) -> None:
    answer = get(address(tiny_key))
    assert (answer.status, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert [row["ticket_id"] for row in answer.rows] == ["4", "3", "2", "1"]
    assert [row["full_resolution_seconds"] for row in answer.rows] == ["", "86400.0", "14400.0", "7200.0"]
    parquet = get(address(tiny_key, "parquet"))
    assert pd.read_parquet(io.BytesIO(parquet.content))["ticket_id"].tolist() == ["4", "3", "2", "1"]
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert not list(here.iterdir()), "nothing is left behind"


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"from": "2026-03-03", "to": "2026-03-04"},
        {"where": "channel=chat"},
        {"metric": "csat"},
        {"metric": "full_resolution_time", "out": "1"},
        {"find": "3"},
        {"sort": "-full_resolution_seconds"},
        pytest.param({"metric": "csat", "from": "2026-03-04", "zone": "Asia/Tokyo"}, marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_the_file_holds_the_rows_of_the_screen(asked: dict[str, str], app: Callable[..., AppTest], here: Path, tiny_key: str) -> None:
    """The very link the page shows, asked for: same rows, same order."""
    page = app(tiny_key, "tickets.py", **{**ALL, **asked})
    (link,) = [element.proto.url for element in page.get("link_button") if "tickets.csv" in element.proto.url]
    shown = page.dataframe[-1].value["ticket_id"].tolist()
    assert [row["ticket_id"] for row in get(link).rows] == shown != []


def test_the_links_of_a_number_hold_its_rows(app: Callable[..., AppTest], here: Path, tiny_key: str) -> None:
    page = app(tiny_key, "number.py", **ALL, metric="net_flow")
    files = {len(get(e.proto.url).rows): e.proto.url for e in page.get("link_button") if "tickets.csv" in e.proto.url}
    assert set(files) == {4, 1}, "four created; left out of those solved: the one not solved"
    assert "side=second" in files[1] and "out=1" in files[1]


@pytest.mark.slow
@pytest.mark.parametrize("out", ["", "1"])
def test_every_number_of_the_sample_as_a_file(out: str, here: Path, sample_key: str) -> None:
    data = store.open_dataset(sample_key)
    scope = kpi.Scope(start="2026-09-01", end="2026-10-15")
    for name, lacks in data.lacking().items():
        if not lacks:
            answer = get(address(sample_key, metric=name, out=out, **{"from": "2026-09-01", "to": "2026-10-15"}))
            assert answer.status == 200, (name, answer.content)
            assert len(answer.rows) == len(kpi.rows(name, scope, data, excluded=bool(out))), name
    assert not list(here.iterdir())


def test_the_name_says_what_it_holds_and_of_which_dates(here: Path, tiny_key: str) -> None:
    def name(**own: str) -> str:
        return get(address(tiny_key, **own), "HEAD").headers["content-disposition"]

    assert name() == 'attachment; filename="tickets-all-dates.csv"'
    assert name(metric="csat", **{"from": "2026-03-02", "to": "2026-03-04"}) == 'attachment; filename="csat-2026-03-02-to-2026-03-04.csv"'
    assert name(metric="csat", out="1", **{"to": "2026-03-04"}) == 'attachment; filename="csat-left-out-to-2026-03-04.csv"'


@pytest.mark.parametrize("key", ["", "nope", "0" * 32, "../../etc/passwd", "sample/..", "%00"])
def test_a_key_that_opens_nothing_is_not_found(key: str, here: Path, tiny_key: str) -> None:
    answer = get(f"/download/tickets.csv?data={key}")
    assert (answer.status, answer.content) == (404, b"There are no data under this address.")
    assert get("/download/tickets.csv").status == 404


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"by": "fortnight"}, "by cannot be 'fortnight'"),
        ({"from": "2026-13-01"}, "date cannot be '2026-13-01'"),
        ({"from": "2026-03-05", "to": "2026-03-01"}, "run backwards"),
        ({"zone": "Mars/Olympus"}, "no time zone"),
        ({"where": "nope=1"}, "no column 'nope'"),
        ({"where": '"; DROP TABLE tickets; --=1'}, "no column"),
        ({"metric": "nope"}, "no metric 'nope'"),
        ({"metric": "occupancy"}, "cannot be measured"),
        ({"sort": "nope"}, "no column 'nope'"),
        ({"find": "\0"}, "cannot be looked for"),
        ({"calendar": "0" * 12}, "working hours"),
        ({"param": "nope=1"}, "no parameter"),
    ],
)
def test_an_impossible_wish_is_said_in_a_sentence(asked: dict[str, str], sentence: str, here: Path, tiny_key: str) -> None:
    answer = get(f"/download/tickets.csv?{urlencode({'data': tiny_key, **asked})}")
    assert answer.status == 400
    assert sentence in answer.content.decode()
    assert answer.headers["content-type"].startswith("text/plain")
    assert not list(here.iterdir())


def test_our_own_faults_are_numbered_and_tell_nothing(
    here: Path, tiny_key: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> int:
        raise RuntimeError("secret detail of somebody's ticket")

    monkeypatch.setattr("kpi.export.listed", broken)
    answer = get(address(tiny_key))
    assert answer.status == 500
    assert b"secret" not in answer.content
    number = answer.content.decode().partition("quote error ")[2][:6]
    assert any(number in record.getMessage() for record in caplog.records)
    assert not list(here.iterdir())


def test_who_hangs_up_leaves_nothing_behind(here: Path, sample_key: str) -> None:
    get(address(sample_key), hang_up=True)
    assert not [path for path in here.rglob("*") if path.is_file()]


def test_only_the_keys_own_rows(here: Path, tiny_key: str, dirty_key: str) -> None:
    tiny, dirty = ({row["ticket_id"] for row in get(address(key)).rows} for key in (tiny_key, dirty_key))
    assert tiny == {"1", "2", "3", "4"} and "7" in dirty


def test_a_file_opens_in_a_spreadsheet_without_running_anything(here: Path, dirty_key: str) -> None:
    rows = get(address(dirty_key)).rows
    assert "'=1+1" in {row["topic"] for row in rows}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


def test_unknown_parameters_do_not_get_into_a_link() -> None:
    link = downloads.url("csv", {"data": "k", "evil": "1", "page": "3", "where": ["a=1", "a=2"]}, metric="csat", out="")
    assert link == "download/tickets.csv?data=k&where=a%3D1&where=a%3D2&metric=csat"


def test_the_tickets_of_a_finding_whatever_their_dates(app: Callable[..., AppTest], here: Path, dirty_key: str) -> None:
    """Data & quality links to the tickets behind an oddity: the list and the file hold those, and no other."""
    data = store.open_dataset(dirty_key)
    found = next(one for one in quality(data) if one.ids)
    expected = set(concerned(found, kpi.Scope(), data))
    answer = get(address(dirty_key, finding=found.name, **{"from": "2001-01-01", "to": "2001-01-02"}))
    assert {row["ticket_id"] for row in answer.rows} == expected != set()
    assert found.name.split(".")[0].replace("_", "-") in answer.headers["content-disposition"]
    assert get(address(dirty_key, finding="nope")).status == 400
