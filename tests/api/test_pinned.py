"""A frozen link made over HTTP pins its numbers as one made on the page does: `kpi verify` measures them again."""

from __future__ import annotations

import json

import pytest

from kpi import cli, store
from kpi.store import links
from tests.api.test_api import ask, key  # noqa: F401  a fixture

pytestmark = pytest.mark.slow

WISH = {"title": "Week", "page": "trends", "where": {"team": ["Billing"]}, "frozen": True, "query": {"metric": ["tickets_created"]}}


def test_it_is_held_to_the_number_it_shows(key: str, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    token = ask("/api/share", key, "POST", WISH).json["token"]
    link = links.find(token)
    assert link is not None
    billing = store.open_dataset(key).query(
        "SELECT count(*) AS n FROM tickets WHERE team = 'Billing' AND status NOT IN ('deleted', 'spam', 'merged')", "kept.canonical"
    )
    (numbers,) = links.kept(link)[links.PROOF]["numbers"]
    assert [row[:4] for row in numbers["rows"]] == [["tickets_created", "all", [], int(billing["n"].iloc[0])]]
    capsys.readouterr()
    assert cli.main(["verify", token]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["equal"] and told["same_data"] and told["same_code"] and told["numbers"] == 1


def test_without_a_wish_it_is_held_to_the_headlines(key: str, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    token = ask("/api/share", key, "POST", {k: v for k, v in WISH.items() if k != "query"}).json["token"]
    capsys.readouterr()
    assert cli.main(["verify", token]) == 0
    assert json.loads(capsys.readouterr().out)["numbers"] > 5
