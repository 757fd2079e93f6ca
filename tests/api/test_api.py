"""The API: the digits of `kpi.measure`, the rights of a key or a link, and a problem document for everything else."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette

import kpi
from kpi import api, sample, store
from kpi.api import answers, description
from kpi.cli import main
from kpi.correlations import correlate, record, widened
from kpi.store import links
from kpi.store.links import Told

pytestmark = pytest.mark.slow
DOC = Path(__file__).parents[2] / "docs" / "openapi.json"
SCOPE = {"from": "2026-07-01", "to": "2026-09-30"}
SECRETS = ("traceback", 'File "', "site-packages")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


def ask(
    path: str, token: str | None = None, method: str = "GET", body: Any = None, headers: dict[str, str] | None = None, **query: Any
) -> Answer:
    """One request over ASGI, in this process."""
    sent = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    given = ({"authorization": f"Bearer {token}"} if token is not None else {}) | (headers or {})
    scope = {
        "type": "http", "http_version": "1.1", "method": method, "scheme": "http", "path": path, "raw_path": path.encode(),
        "query_string": urlencode(query, doseq=True).encode(), "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        "headers": [(k.encode(), v.encode("utf-8", "surrogatepass")) for k, v in given.items()],
        "asgi": {"version": "3.0", "spec_version": "2.4"},
    }  # fmt: skip
    said: list[dict[str, Any]] = []
    pieces = [{"type": "http.request", "body": sent, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if pieces:
            return pieces.pop()
        await asyncio.sleep(3600)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        said.append(message)

    def run() -> None:
        asyncio.run(Starlette(routes=api.routes)(scope, receive, send))

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result()
    content = b"".join(m.get("body", b"") for m in said[1:])
    answer = Answer(said[0]["status"], {k.decode(): v.decode() for k, v in said[0]["headers"]}, content)
    if answer.status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert set(answer.json) == {"type", "title", "status", "detail"} and answer.json["status"] == answer.status
        assert not any(word in content.decode() for word in SECRETS)
    return answer


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Any:
    home, place = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("sample")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KPI_HOME", str(home))
        sample.write(place, tickets=1_500, seed=3)
        key = store.keep({path.name: path for path in sorted(place.glob("*.csv")) if path.stem != "events"})
        store.import_now(key)
        yield key


def linked(key: str, passphrase: str = "", **told: Any) -> str:
    whole = {"query": {name: (value,) for name, value in SCOPE.items()}, "where": (("team", ("Billing",)),), "programs": True} | told
    return links.make(key, Told(**whole), fingerprint="f", code="1", passphrase=passphrase)[0]


def test_health_and_catalogue_need_no_token() -> None:
    assert ask("/api/health").json["status"] == "ok"
    names = [metric["name"] for metric in ask("/api/catalogue").json["metrics"]]
    assert names == list(kpi.metrics())


def test_measure_is_kpi_measure(key: str) -> None:
    found = ask("/api/measure", key, metric=["csat", "first_reply_time", "backlog"], by="month", split="channel", **SCOPE)
    scope = kpi.Scope(by="month", split=["channel"], start=SCOPE["from"], end=SCOPE["to"], calendar=store.default_calendar(key))
    result = kpi.measure(["csat", "first_reply_time", "backlog"], scope, store.open_dataset(key))
    assert found.status == 200 and found.json["results"] == json.loads(result.to_json()) and len(found.json["results"]) > 20
    assert found.headers["cache-control"] == "no-store"


def test_the_files_of_the_dataset_are_those_of_kpi_read(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each with the share of its rows that found their ticket; in shape as the OpenAPI file says. Not for who has only a link."""
    assert main(["read", *(str(path) for path in store.files(key).values())]) == 0
    read = {one["source"] + str(one["rows"]): one for one in json.loads(capsys.readouterr().out)["files"]}
    (told,) = ask("/api/datasets", key).json["datasets"]
    schema = description.DATASET["properties"]["files"]["items"]["properties"]
    rates = []
    for one in told["files"]:
        other = read[one["source"] + str(one["rows"])]
        assert one.keys() == schema.keys() and one["joins"] == other["joins"] and one["tables"] == other["tables"]
        assert all(join.keys() == description.JOIN["properties"].keys() for join in one["joins"])
        rates += [join["rate"] for join in one["joins"]]
    assert len(told["files"]) == len(read) == len(store.files(key)) and len(rates) >= 3 and all(0 < rate <= 1 for rate in rates)
    assert sorted(one["file"] for one in told["files"]) == sorted(store.names(key))
    assert "files" not in ask("/api/datasets", linked(key)).json["datasets"][0]
    masked = ask("/api/datasets", key, names="pseudonyms").json["datasets"][0]["files"]
    assert [join["rate"] for one in masked for join in one["joins"]] == rates and not any(j["here"] for o in masked for j in o["joins"])


def test_correlate_is_kpi_correlate(key: str) -> None:
    data = store.open_dataset(key)
    scope = widened(kpi.Scope(calendar=store.default_calendar(key)), data, "agents")
    assert ask("/api/correlate", key, unit="agents").json["pairs"] == json.loads(
        json.dumps(record.described(correlate("agents", scope, data))["pairs"])
    )


def test_tickets_come_page_by_page(key: str) -> None:
    pages = [ask("/api/tickets", key, page=n, size=700).json["tickets"] for n in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [700, 700, 100, 0]
    assert len({row["ticket_id"] for page in pages for row in page}) == 1_500
    assert ask("/api/tickets", key, metric="csat", size=5, sort="-value").json["tickets"][0]["value"] is not None


@pytest.mark.parametrize("path", ["datasets", "measure", "correlate", "tickets", "share"])
@pytest.mark.parametrize("token", [None, "", "x", "0" * 32, "A" * 32, "../../etc/passwd", "' OR 1=1"])
def test_nothing_without_the_right_token(key: str, path: str, token: str | None) -> None:
    answer = ask(f"/api/{path}", token, metric="csat")
    assert answer.status == 401 and answer.headers["www-authenticate"] == "Bearer"
    assert answer.content == ask(f"/api/{path}", "y" * 32, metric="csat").content


def test_a_link_asks_within_its_view(key: str) -> None:
    token = linked(key)
    data = store.open_dataset(key)
    scope = kpi.Scope(start=SCOPE["from"], end=SCOPE["to"], where={"team": "Billing"}, calendar=store.default_calendar(key))
    inside = json.loads(kpi.measure(["csat", "tickets_created"], scope, data).to_json())
    found = ask("/api/measure", token, metric=["csat", "tickets_created"])
    assert [row["value"] for row in found.json["results"]] == [row["value"] for row in inside]
    for wish in ({"where": "team=Technical"}, {"from": "2025-01-01"}, {"split": "agent"}, {"as_of": "2026-01-01"}, {"clock": "business"}):
        assert ask("/api/measure", token, metric="csat", **wish).status == 403
    assert ask("/api/tickets", token).status == 403
    assert ask("/api/share", token).status == 403 and ask("/api/share", token, "POST", {}).status == 403
    assert ask("/api/share/x", token, "DELETE").status == 403
    told = ask("/api/datasets", token)
    assert key not in told.content.decode() and told.json["datasets"][0]["rows"]["tickets"] < 1_500


def test_what_a_link_leaves_free_may_be_asked(key: str) -> None:
    token = linked(key, free=("dates", "filters"))
    own = ask(
        "/api/measure", key, metric="tickets_created", where=["team=Billing", "channel=email"], **{"from": "2026-04-01", "to": "2026-05-31"}
    )
    found = ask("/api/measure", token, metric="tickets_created", where="channel=email", **{"from": "2026-04-01", "to": "2026-05-31"})
    assert found.json["results"][0]["value"] == own.json["results"][0]["value"] > 0
    assert ask("/api/measure", token, metric="tickets_created", where="team=Technical").json["results"][0]["value"] in (0, None)
    agents = ask("/api/measure", token, metric="csat", split="agent").json["results"]
    assert all(row["group"]["agent"].startswith(("Agent ", "(none)")) for row in agents)


def test_a_link_that_is_not_for_programs_opens_nothing(key: str) -> None:
    assert ask("/api/measure", linked(key, programs=False), metric="csat").status == 401


def test_the_passphrase_counts_here_too(key: str) -> None:
    token = linked(key, "open sesame")
    assert ask("/api/measure", token, metric="csat").status == 403
    assert ask("/api/measure", token, metric="csat", headers={"x-passphrase": "no"}).status == 403
    assert ask("/api/measure", token, metric="csat", headers={"x-passphrase": "open sesame"}).status == 200


def test_links_are_made_listed_and_closed(key: str) -> None:
    wish = {
        "title": "Week",
        "page": "trends",
        "where": {"team": ["Billing"]},
        "programs": True,
        "free": ["dates"],
        "days": 7,
        "frozen": True,
    }
    made = ask("/api/share", key, "POST", wish)
    assert made.status == 201 and made.json["address"] == f"/?link={made.json['token']}" and made.json["link"]["frozen"]
    assert ask("/api/measure", made.json["token"], metric="csat").status == 200
    listed = ask("/api/share", key).json["links"]
    own = made.json["link"]["id"]
    assert own in [link["id"] for link in listed] and made.json["token"] not in json.dumps(listed)
    assert ask(f"/api/share/{own}", key, "DELETE").status == 204
    assert ask("/api/measure", made.json["token"], metric="csat").status == 401
    assert ask("/api/share/nothing", key, "DELETE").status == 404


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"[" * 50_000, {"pages": 1}, {"query": []}, {"where": {"teem": ["x"]}}, {"token": "x"}, {"days": "7"}, {"days": 0}, {"names": "x"},
     {"pages": ["data"], "page": "data"}, {"where": {"created_hour": ["9"]}}, {"title": "x" * 300}],
)  # fmt: skip
def test_a_wish_that_is_none_is_said(key: str, body: Any) -> None:
    before = len(links.of(key))
    answer = ask("/api/share", key, "POST", body)
    if body == b"":  # nothing said: the Overview, as it is
        assert answer.status == 201
    else:
        assert 400 <= answer.status < 500 and len(links.of(key)) == before


def test_too_long_and_unknown(key: str) -> None:
    assert ask("/api/share", key, "POST", b"x" * (answers.LONGEST + 1)).status == 413
    assert ask("/api/nothing").status == 404 and ask("/api").status == 404
    assert ask("/api/measure", key).status == 400
    assert "Did you mean" in ask("/api/measure", key, metric="csatt").json["detail"]
    for wish in ({"page": "0"}, {"page": "x"}, {"size": "1001"}, {"sort": "nothing"}, {"metric": "nothing"}):
        assert ask("/api/tickets", key, **wish).status in (400, 404)


def test_the_description_is_whole_and_kept(key: str) -> None:
    told = ask("/api/openapi.json").json
    assert told == description.described() and told["openapi"].startswith("3.1")
    for path, methods in told["paths"].items():
        for method in methods:
            assert ask(path.replace("{id}", "x"), method=method.upper()).status != 404, path
    assert json.loads(DOC.read_text("utf-8")) == told, "run `make docs`"
