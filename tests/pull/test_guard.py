"""The key is nowhere but in the header of a request to the right place; what a server sends is bounded; a killed process goes on."""

from __future__ import annotations

import functools
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from kpi import pull as pulls
from kpi.cli import main
from kpi.errors import BadValue
from kpi.pull import APIS, PullError, book_of, pull, web
from tests.pull.conftest import ACCOUNTS, KEYS, Client
from tests.pull.server import KEY, NOW, World, serving
from tests.pull.test_pull import TOOLS, world

Make = Callable[[World], Client]


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("fault", ["401", "403", "404", "400", "418", "moved", "503", "half json", "drop"])
def test_no_error_says_the_key_and_nothing_on_disk_holds_it(tool: str, fault: str, client: Make, home: Path) -> None:
    here = world(tool)
    ours = client(here)
    here.faults = ["", "", "", *[fault] * 200]
    with pytest.raises(PullError) as failure:
        ours.pull()
    told = "".join(traceback.format_exception(failure.value)) + repr(failure.value.__dict__) + "".join(ours.said)
    assert KEY not in told
    assert failure.value.hint
    here.faults = []
    ours.pull(messages=True)
    ours.files()
    for path in [*home.rglob("*"), *ours.folder.rglob("*")]:
        content = path.read_bytes() if path.is_file() else b""
        assert KEY.encode() not in content, path
        assert not any(words in content for words in (b"private words", b"private@example.com", b"Private")), (
            f"{path} holds what is not to be kept"
        )
    assert book_of(ours.api, ours.account).stat().st_mode & 0o077 == 0, "others may read the tickets"


def test_no_redirect_is_followed_and_no_address_of_an_answer(client: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page names https://elsewhere.example as the next one; nobody may be asked but the server on this machine."""
    looked_up = []
    real = socket.getaddrinfo

    def look_up(host: str, *rest: object, **more: object) -> object:
        looked_up.append(host)
        return real(host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    for tool in TOOLS:
        here = world(tool)
        ours = client(here)
        ours.pull()
        here.faults = ["moved"]
        with pytest.raises(PullError, match="another address"):
            ours.pull()
    assert set(looked_up) == {"127.0.0.1"}


@pytest.mark.parametrize(
    "address",
    [
        "http://acme.zendesk.com",
        "ftp://127.0.0.1",
        "https://",
        "https://key@acme.zendesk.com",
        "http://127.0.0.1.evil.example",
        "file:///etc/passwd",
    ],
)
def test_only_https_or_this_machine(address: str) -> None:
    with pytest.raises(BadValue, match="must begin with https"):
        pull(APIS["zendesk"], "acme", address=address, environ=KEYS["zendesk"])


@pytest.mark.parametrize("account", ["", "a/b", "acme.evil.example", "../x", "acme@evil", "ACME", "-a", "a" * 64])
def test_an_account_is_no_path_and_no_host(account: str) -> None:
    with pytest.raises(BadValue, match="is no account"):
        pull(APIS["zendesk"], account, environ=KEYS["zendesk"])


@pytest.mark.parametrize("key", [f"{KEY}\n", f"{KEY} x", f"{KEY}\x00", f"{KEY}é"])
def test_a_damaged_key_is_named_and_not_shown(key: str) -> None:
    with pytest.raises(BadValue, match="KPI_FRESHDESK_KEY holds") as failure:
        pull(APIS["freshdesk"], "acme", environ={"KPI_FRESHDESK_KEY": key})
    assert KEY not in str(failure.value)


@pytest.mark.parametrize("tool", TOOLS)
def test_without_a_key_the_variables_are_named(tool: str) -> None:
    with pytest.raises(BadValue) as failure:
        pull(APIS[tool], ACCOUNTS[tool], environ={})
    assert all(name in failure.value.hint for name in KEYS[tool])


def test_a_page_that_never_ends_is_cut(client: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "MOST_BYTES", 1000)
    with pytest.raises(PullError, match="a page of more than"):
        client(world("zendesk", tickets=50, size=50)).pull()


def test_a_wait_of_hours_is_not_waited(client: Make) -> None:
    here = world("freshdesk")
    here.faults = ["429"]
    ours = client(here)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(web, "MOST_WAIT", 30.0)
        with pytest.raises(PullError, match="asks to wait"):
            ours.pull()
    assert not ours.slept


def test_a_list_that_is_not_sorted_as_asked_is_not_trusted(client: Make) -> None:
    here = world("freshdesk")
    here.sorts = False
    with pytest.raises(PullError, match="does not sort"):
        client(here).pull()


def test_a_key_of_another_intercom_workspace_is_refused(client: Make) -> None:
    here = world("intercom")
    ours = client(here)
    ours.pull()
    here.owner = "somebody-else"
    with pytest.raises(BadValue, match="another Intercom workspace"):
        ours.pull()


@pytest.mark.parametrize(
    ("tool", "lacking"), [("zendesk", "satisfaction_ratings"), ("freshdesk", "satisfaction_ratings"), ("freshdesk", "products")]
)
def test_what_the_plan_lacks_is_left_out_and_said(tool: str, lacking: str, client: Make) -> None:
    here = world(tool)
    here.lacks = {lacking}
    ours = client(here)
    (note,) = ours.pull().notes
    assert "were left out" in note
    assert ours.tickets() == here.held()


def test_two_runs_at_once_do_not_mix(client: Make) -> None:
    ours = client(world("zendesk"))
    other: list[str] = []

    def word() -> None:
        ours.on_word = lambda: None
        with pytest.raises(BadValue) as failure:
            ours.pull()
        other.append(failure.value.what)

    ours.on_word = word
    ours.pull()
    assert other == ["This account is being pulled already."]


@pytest.mark.slow
def test_the_command(client: Make, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ours = client(world("zendesk"))
    for name, value in KEYS["zendesk"].items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(web.time, "sleep", ours.sleep)
    command = ["pull", "zendesk", "--subdomain", "acme", "--address", ours.address]
    assert main([*command, "-o", str(tmp_path / "out")]) == 0
    assert main(["compute", str(tmp_path / "out" / "zendesk_tickets.ndjson"), "--metric", "tickets_created", "--format", "csv"]) == 0
    assert ",23" in capsys.readouterr().out
    assert main([*command, "--name", "our-desk"]) == 0
    connection = str(home / "connections" / "our-desk.toml")
    assert main(["compute", connection, "--metric", "tickets_created", "--format", "csv"]) == 0
    assert ",23" in capsys.readouterr().out
    for wrong in (["-o", "x", "--name", "y"], [], ["-o", "x", "--since", "yesterday"], ["-o", "x", "--region", "eu"], ["--name", "../x"]):
        assert main([*command, *wrong]) == 2
    assert KEY not in "".join(capsys.readouterr())


def test_ctrl_c_says_that_it_goes_on(
    client: Make, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    here = world("zendesk")
    ours = client(here)
    for name, value in KEYS["zendesk"].items():
        monkeypatch.setenv(name, value)

    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    here.faults = [""] * 5 + ["503"]
    command = ["pull", "zendesk", "--subdomain", "acme", "--address", ours.address, "-o", str(tmp_path / "out")]
    monkeypatch.setattr(pulls, "pull", functools.partial(pulls.pull, sleep=interrupted))
    assert main(command) == 130
    assert "the same command goes on from there" in capsys.readouterr().err
    assert ours.pull() and ours.tickets() == here.held()


@pytest.mark.slow
def test_a_killed_process_goes_on_without_loss_or_repeat(home: Path, tmp_path: Path) -> None:
    """Six real processes, each killed (SIGKILL) in the midst of the first pages it writes; the last one is let be."""
    here = World("freshdesk", size=3)
    for n in range(1, 61):
        here.add(n, NOW - 864_000 + 600 * n)
    with serving(here) as address:
        environment = {**os.environ, **KEYS["freshdesk"], "KPI_HOME": str(home)}
        command = [sys.executable, "-c", "import sys; from kpi.cli import entry; entry()", "pull", "freshdesk", "--subdomain", "acme",
                   "--address", address, "-o", str(tmp_path / "out")]  # fmt: skip
        for turn in range(6):
            process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            seen = len(here.asked)

            def killing(process: subprocess.Popen[bytes] = process, seen: int = seen, turn: int = turn) -> None:
                if len(here.asked) >= seen + 5 + turn % 4:
                    process.send_signal(signal.SIGKILL)
                if len(here.asked) % 7 == 0:
                    here.change(1 + len(here.asked) % 60)

            here.mutate = killing
            process.wait(60)
        here.mutate = lambda: None
        here.now += 3600
        ours = Client(here, address, tmp_path / "out")
        ours.pull()
        assert ours.tickets() == here.held()
