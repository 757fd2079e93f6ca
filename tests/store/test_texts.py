"""What people said beside their data: kept whole, one writer at a time, and under no name but ours."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from kpi import store
from kpi.errors import BadValue, UnknownName


@pytest.fixture
def key() -> str:
    return store.keep({"tickets.csv": b"ticket_id,created_at\n1,2026-01-05T09:00:00Z\n"})


def test_a_text_is_kept_changed_and_deleted(key: str) -> None:
    assert store.text(key, "events.csv") == ""
    assert store.change(key, "events.csv", lambda now: now + "one\n") == "one\n"
    store.change(key, "events.csv", lambda now: now + "two\n")
    assert store.text(key, "events.csv") == "one\ntwo\n"
    assert store.change(key, "events.csv", lambda now: "") == ""
    assert store.text(key, "events.csv") == "" and not (store.folder(key) / "events.csv").exists()


def test_two_writers_at_once_lose_nothing(key: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: store.change(key, "calls.csv", lambda now: f"{now}{n}\n"), range(80)))
    assert sorted(int(line) for line in store.text(key, "calls.csv").split()) == list(range(80))


def test_a_change_that_fails_changes_nothing(key: str) -> None:
    store.change(key, "targets.toml", lambda now: "kept")
    with pytest.raises(BadValue):
        store.change(key, "targets.toml", lambda now: "x" * 5_000_001)
    assert store.text(key, "targets.toml") == "kept"
    assert not list(store.folder(key).glob("half-*"))


@pytest.mark.parametrize("name", ["../events.csv", "names.json", "", "events.csv\x00"])
def test_no_other_name_is_a_file(key: str, name: str) -> None:
    with pytest.raises(UnknownName):
        store.text(key, name)


def test_texts_do_not_ask_for_a_new_import(key: str) -> None:
    store.import_now(key)
    store.change(key, "events.csv", lambda now: "date,title\n2026-01-06,Release\n")
    assert store.state(key).name == "ready"
