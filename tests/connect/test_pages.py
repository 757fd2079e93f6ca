"""Connections in the app: offered by name, read with a click, read again under the same address, and kept when that fails."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from kpi import sample, store
from kpi.store import people

pytestmark = pytest.mark.slow
FRAME = Path(__file__).parents[2] / "pages" / "frame.py"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KPI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("KPI_CONNECTIONS", raising=False)
    monkeypatch.setattr(people, "_CHOSEN", people.LOOPBACK)
    sample.write(tmp_path / "desk", tickets=120, seed=4, format="parquet")
    (tmp_path / "home" / "connections").mkdir(parents=True)
    return tmp_path / "home"


def declare(home: Path, name: str = "desk", text: str = 'label = "The desk"\nkind = "folder"\nplace = "../../desk/*.parquet"\n') -> None:
    (home / "connections" / f"{name}.toml").write_text(text, "utf-8")


def words(at: AppTest) -> str:
    assert not at.exception, at.exception
    return " ".join(element.value for element in [*at.title, *at.subheader, *at.markdown, *at.caption, *at.code, *at.error]).replace(
        "\\", ""
    )


def settled(at: AppTest, key: str) -> AppTest:
    until = time.monotonic() + 120
    while store.state(key).name in ("running", "absent") and time.monotonic() < until:
        time.sleep(0.1)
    return at.run()


def test_who_has_none_is_told_how(home: Path) -> None:
    at = AppTest.from_file(FRAME, default_timeout=60).run()
    assert str(home / "connections") in words(at)
    assert "Connect a database" not in [one.value for one in at.subheader]


def test_a_click_reads_a_connection_and_another_reads_it_again(home: Path, tmp_path: Path) -> None:
    declare(home)
    declare(home, "broken", "kind = 1\n")
    at = AppTest.from_file(FRAME, default_timeout=60).run()
    assert "Connect a database" in words(at) and "In the connection “broken”: kind must be a text." in words(at)
    at.button(key="connect_desk").click().run()
    key = at.session_state["data"]
    assert "The desk. You may leave this page open" in words(at)
    at = settled(at, key)
    at.switch_page("data.py").run()
    first = store.open_dataset(key).fingerprint
    assert "Read from The desk on" in words(at)

    (tmp_path / "desk" / "reviews.parquet").unlink()
    at.button(key="read_again").click().run()
    at = settled(at, key)
    assert store.open_dataset(key).fingerprint != first and store.open_dataset(key).rows["reviews"] == 0
    assert at.session_state["data"] == key

    second = store.open_dataset(key).fingerprint
    (tmp_path / "desk").rename(tmp_path / "away")
    at.button(key="read_again").click().run()
    at = settled(at, key)
    assert [one.value for one in at.error] == ["Correct its place in the declaration."]
    at.button(key="keep_reading").click().run()
    assert not at.error and store.open_dataset(key).fingerprint == second and "Read from The desk on" in words(at)

    (home / "connections" / "desk.toml").unlink()
    at.run()
    assert "not declared here any more" in words(at)
    assert "read_again" not in [button.key for button in at.button]


def test_a_server_without_a_login_offers_none(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(home)
    monkeypatch.setattr(people, "_CHOSEN", people.OPEN)
    at = AppTest.from_file(FRAME, default_timeout=60).run()
    assert "Connect a database" not in words(at)
    assert not [button.key for button in at.button if str(button.key).startswith("connect_")]
