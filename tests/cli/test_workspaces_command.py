"""`kpi workspaces`, in process: what it prints is what the server will know."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kpi.cli import main
from kpi.store import people, workspaces

MAIN = {"name": "main", "title": "Main", "datasets": 0}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KPI_HOME", str(tmp_path))
    monkeypatch.delenv("KPI_DATABASE", raising=False)
    monkeypatch.setattr(people, "_CHOSEN", people.LOOPBACK)
    return tmp_path


def test_make_rename_list_and_delete(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*words: str) -> list[dict[str, object]]:
        assert main(["workspaces", *words]) == 0
        said: list[dict[str, object]] = json.loads(capsys.readouterr().out)
        return said

    assert run() == run("list") == [MAIN] and not list(home.glob("book*")), "asking makes no book"
    north = {"name": "north-shop", "title": "North shop", "datasets": 0}
    assert run("make", "North shop") == [MAIN, north]
    people.register("a" * 32, "x.csv", workspace="north-shop")
    assert run("rename", "north-shop", "Far North") == [MAIN, {**north, "title": "Far North", "datasets": 1}]
    assert run("make", "East", "--name", "e") == [
        MAIN,
        {"name": "e", "title": "East", "datasets": 0},
        {**north, "title": "Far North", "datasets": 1},
    ]
    assert "e" not in [one["name"] for one in run("delete", "e")]
    assert [deed.what for deed in workspaces.deeds(who=people.Person())] == [
        f"{deed} workspace" for deed in ("delete", "make", "rename", "make")
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["make"], "takes TITLE"),
        (["make", "North", "shop"], "in quotes"),
        (["rename", "nowhere", "X"], "no workspace 'nowhere'"),
        (["delete", "main"], "cannot be deleted"),
        (["make", "main"], "already"),
        (["list", "--name", "x"], "--name is for"),
        (["drop"], "may be list, make"),
    ],
)
def test_what_cannot_be_done_is_said(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["workspaces", *words]) == 2
    assert said in capsys.readouterr().err
