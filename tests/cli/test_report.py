"""`kpi report` and `kpi verify`: what is written and sent, and the exit codes a scheduler can rely on. Weeks known by construction."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from kpi.report import KINDS
from tests.cli.conftest import OFFICE, Ran
from tests.report.test_mail import Inbox, free_port

pytestmark = pytest.mark.slow

Kpi = Callable[..., Ran]
HEAD = "ticket_id,created_at,first_reply_at,solved_at,status,channel\n"
FIRST = dt.datetime(2026, 1, 5, 8)
TARGETS = '[[target]]\nmetric = "first_reply_time"\nto = "20m"\nstart = 2026-01-12\ndeadline = 2026-04-30\nowner = "Ana"\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three whole weeks from Monday 5 January 2026, and the Monday after: 10 tickets a day, replied to after half an hour."""
    place = tmp_path_factory.mktemp("export")
    rows = []
    for number in range(220):
        at = FIRST + dt.timedelta(days=number // 10, minutes=30 * (number % 10))
        reply = at + dt.timedelta(minutes=30)
        rows.append(f"{number},{at:%Y-%m-%dT%H:%M:%SZ},{reply:%Y-%m-%dT%H:%M:%SZ},{reply:%Y-%m-%dT%H:%M:%SZ},solved,email\n")
    (place / "tickets.csv").write_text(HEAD + "".join(rows), "utf-8")
    (place / "calendar.toml").write_text(OFFICE, "utf-8")
    (place / "targets.toml").write_text(TARGETS, "utf-8")
    (place / "events.csv").write_text("no,table\n", "utf-8")
    return place


def test_a_folder_of_an_export_becomes_a_digest_and_is_verified(kpi: Kpi, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "week.html"
    ran = kpi("report", folder, "-o", out)
    assert ran.json == {"week": ["2026-01-19", "2026-01-25"], "file": str(out), "mailed_to": [], "numbers": ran.json["numbers"]}
    assert ran.err.splitlines()[-1] == "Written to week.html." and "is complete since Mon 26 Jan 2026, 00:00 UTC" in ran.err
    assert "Targets" in out.read_text("utf-8"), "those beside the data are judged"
    verified = kpi("verify", out, folder)
    assert verified.json["equal"] and verified.json["same_data"] and verified.json["numbers"] > 20
    assert verified.err.startswith(f"Equal: all {verified.json['numbers']:,} numbers.")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("png", "html")])
def test_every_kind_is_written_by_its_ending_and_can_be_verified(kpi: Kpi, folder: Path, tmp_path: Path, kind: str) -> None:
    out = tmp_path / f"week.{kind}"
    assert kpi("report", folder, "-o", out, "--zone", "America/New_York").code == 0
    ran = kpi("verify", out, folder)
    assert ran.json["equal"], ran.err


def test_other_data_differ_and_the_exit_code_says_so(kpi: Kpi, folder: Path, tmp_path: Path) -> None:
    kpi("report", folder, "-o", tmp_path / "week.md")
    other = tmp_path / "other.csv"
    lines = (folder / "tickets.csv").read_text("utf-8").splitlines(keepends=True)
    other.write_text("".join([*lines[:200], *lines[210:]]), "utf-8")  # ten tickets of the week are gone
    ran = kpi("verify", tmp_path / "week.md", other, "--calendar", folder / "calendar.toml")
    told = json.loads(ran.out)
    assert ran.code == 1 and not told["equal"] and not told["same_data"]
    created = next(one for one in told["differences"] if (one["metric"], one["period"]) == ("tickets_created", "all"))
    assert (created["then"]["value"], created["now"]["value"]) == (70, 60) and "The data are others" in ran.err
    assert "Tickets created: value 70 then, 60 now." in ran.err


@pytest.mark.parametrize(("now", "code"), [("2026-01-26T06:00:00Z", 0), ("2026-02-02T06:00:00Z", 3), ("2026-01-25", 0)])
def test_a_scheduler_waits_until_last_week_is_complete(kpi: Kpi, folder: Path, tmp_path: Path, now: str, code: int) -> None:
    out = tmp_path / "week.md"
    ran = kpi("report", folder, "-o", out, "--wait-complete", "--as-of", now)
    assert ran.code == code and out.exists() == (code == 0)
    if code:
        assert (
            "The week of 26 Jan – 1 Feb 2026 is not complete: the data end on Mon 26 Jan 2026, 13:00 UTC. Nothing was written." in ran.err
        )


@pytest.fixture
def inbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    found = Inbox()
    controller = Controller(found, hostname="localhost", port=free_port())
    controller.start()
    given = {"HOST": "localhost", "PORT": str(controller.port), "FROM": "kpi@example.org", "STARTTLS": "0"}
    for name, value in given.items():
        monkeypatch.setenv(f"KPI_SMTP_{name}", value)
    yield found
    controller.stop()


def test_it_is_sent_with_the_file(kpi: Kpi, folder: Path, tmp_path: Path, inbox: Inbox) -> None:
    ran = kpi("report", folder, "-o", tmp_path / "week.pdf", "--mail-to", "ana@example.org", "--mail-to", "ben@example.org")
    assert ran.json["mailed_to"] == ["ana@example.org", "ben@example.org"] and "Sent to ana@example.org, ben@example.org." in ran.err
    (envelope,) = inbox.kept
    assert envelope.rcpt_tos == ["ana@example.org", "ben@example.org"] and b"support-week-2026-01-19.pdf" in bytes(envelope.content or b"")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["report", "{folder}"], "A report goes to a file or by mail."),
        (["report", "{folder}", "-o", "x.docx"], "cannot be a .docx file"),
        (["report", "{folder}", "-o", "x.md", "--mail-to", "ana"], "KPI_SMTP_HOST"),
        (["report", "{folder}/tickets.csv", "-o", "x.md", "--targets", "{folder}/none.toml"], "none.toml"),
        (["report", "{empty}", "-o", "x.md"], "no table in the folder"),
        (["report", "{folder}", "-o", "x.md", "--clock", "moon"], "clock cannot be 'moon'"),
        (["report", "{folder}", "-o", "x.md", "--as-of", "2026-01-07"], "no complete week"),
        (["verify"], "No report was given."),
        (["verify", "{folder}/tickets.csv", "{folder}"], "carries no numbers"),
        (["verify", "{folder}/nothing.html", "{folder}"], "no file 'nothing.html'"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(
    kpi: Kpi, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KPI_SMTP_HOST", raising=False)
    (tmp_path / "empty").mkdir()
    ran = kpi(*(one.format(folder=folder, empty=tmp_path / "empty") for one in arguments))
    assert ran.code == 2 and said in ran.err and len(ran.err.strip().splitlines()) == 1 and "Traceback" not in ran.err
    assert not (tmp_path / "x.md").exists()
