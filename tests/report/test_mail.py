"""Mail through a real SMTP server on this machine: what arrives, encrypted and not, and what is said where it cannot."""

from __future__ import annotations

import email
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from kpi.errors import BadValue
from kpi.report import mail, written
from kpi.report.blocks import Title
from tests.report.conftest import hostile

PASSWORD = "s3cret-horse"  # noqa: S105  of a server that lives for one test


class Inbox:
    """Keeps what is handed over; refuses one address."""

    def __init__(self) -> None:
        self.kept: list[Envelope] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802  its name there
        if address.startswith("nobody"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802  its name there
        self.kept.append(envelope)
        return "250 OK"


def knows(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"kim@example.org", PASSWORD.encode())
    return AuthResult(success=known, handled=known)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for this machine, made for this run."""
    folder = tmp_path_factory.mktemp("tls")
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
    ]
    try:
        subprocess.run([*command, "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("openssl is not there to make a certificate")
    return folder


Post = Callable[..., tuple[Inbox, dict[str, str]]]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port: int = free.getsockname()[1]
        return port


@pytest.fixture
def post() -> Iterator[Post]:
    """`post(**how)` starts a server: its inbox, and the environment that names it."""
    started: list[Controller] = []

    def start(**how: Any) -> tuple[Inbox, dict[str, str]]:
        inbox = Inbox()
        port = free_port()
        controller = Controller(inbox, hostname="localhost", port=port, **how)
        controller.start()
        started.append(controller)
        return inbox, {
            "KPI_SMTP_HOST": "localhost",
            "KPI_SMTP_PORT": str(port),
            "KPI_SMTP_FROM": "kpi@example.org",
            "KPI_SMTP_STARTTLS": "0",
        }

    yield start
    for controller in started:
        controller.stop()


def letter(to: list[str] | None = None) -> EmailMessage:
    return mail.message(hostile(), to or ["ana@example.org"], "kpi@example.org", {"week.html": written(hostile(), "html")})


def test_text_html_with_its_chart_and_the_file_arrive(post: Post) -> None:
    inbox, environment = post()
    mail.send(letter(["ana@example.org", "ben@example.org"]), mail.server_of(environment))
    (envelope,) = inbox.kept
    assert envelope.mail_from == "kpi@example.org" and envelope.rcpt_tos == ["ana@example.org", "ben@example.org"]
    got = email.message_from_bytes(bytes(envelope.content or b""), policy=default)
    assert (
        got["Subject"].startswith("How is")
        and got["From"] == "kpi@example.org"
        and got["Message-ID"].endswith("@example.org>")
        and got["Date"]
    )
    text, html = got.get_body(("plain",)), got.get_body(("html",))
    assert text is not None and html is not None
    assert "| CSAT | 83.4 % |" in text.get_content()
    page = html.get_content()
    assert (
        "83.4 %" in page
        and "<script" not in page
        and "<img src=x" not in page
        and "http://" not in page
        and "javascript:" not in page.replace("(javascript:", "")
    )
    related = [part for part in got.walk() if part.get_content_type() == "image/png"]
    assert len(related) == 1 and related[0].get_content().startswith(b"\x89PNG") and f"cid:{related[0]['Content-ID'].strip('<>')}" in page
    (attached,) = got.iter_attachments()
    assert attached.get_filename() == "week.html" and attached.get_content().encode().count(b"<!doctype html>") == 1


def test_the_connection_is_encrypted_and_the_user_known(post: Post, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    inbox, environment = post(tls_context=context, require_starttls=True, authenticator=knows, auth_required=True)
    given = environment | {"KPI_SMTP_STARTTLS": "1", "KPI_SMTP_USER": "kim@example.org", "KPI_SMTP_PASSWORD": PASSWORD}
    with pytest.raises(BadValue, match="certificate"):
        mail.send(letter(), mail.server_of(given))
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    mail.send(letter(), mail.server_of(given))
    assert len(inbox.kept) == 1
    with pytest.raises(BadValue, match="user and password") as refused:
        mail.send(letter(), mail.server_of(given | {"KPI_SMTP_PASSWORD": "wrong-horse"}))
    assert "horse" not in str(refused.value) and "horse" not in repr(mail.server_of(given))


def test_a_server_that_cannot_encrypt_gets_nothing_unless_that_is_wanted(post: Post) -> None:
    inbox, environment = post()
    with pytest.raises(BadValue, match="KPI_SMTP_STARTTLS=0"):
        mail.send(letter(), mail.server_of(environment | {"KPI_SMTP_STARTTLS": "1"}))
    assert inbox.kept == []


def test_what_stands_in_the_way_is_said(post: Post) -> None:
    _, environment = post()
    with pytest.raises(BadValue, match="no mail for nobody@example"):
        mail.send(letter(["nobody@example.org"]), mail.server_of(environment))
    with pytest.raises(BadValue, match="takes no mail"):
        mail.send(letter(), mail.server_of(environment | {"KPI_SMTP_PORT": "9"}))


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "KPI_SMTP_HOST"),
        ({"KPI_SMTP_HOST": "mail.example", "KPI_SMTP_FROM": "a@b.c", "KPI_SMTP_PORT": "99999"}, "KPI_SMTP_PORT"),
        ({"KPI_SMTP_HOST": "mail.example"}, "KPI_SMTP_FROM"),
        ({"KPI_SMTP_HOST": "mail.example", "KPI_SMTP_FROM": "a@b.c\r\nBcc: evil@example.org"}, "KPI_SMTP_FROM"),
        ({"KPI_SMTP_HOST": "mail.example", "KPI_SMTP_USER": "a@b.c", "KPI_SMTP_PASSWORD": "x", "KPI_SMTP_STARTTLS": "no"}, "in the open"),
    ],
)
def test_settings_that_cannot_be(environment: dict[str, str], said: str) -> None:
    with pytest.raises(BadValue, match=said):
        mail.server_of(environment)


@pytest.mark.parametrize("to", ["", "ana", "ana@", "@example.org", "a@b.c, d@e.f", "a@b.c\nBcc: x@y.z", "Ana <a@b.c>", "a@b.c\x00"])
def test_addresses_that_are_none(to: str) -> None:
    with pytest.raises(BadValue, match="--mail-to"):
        mail.address(to, "--mail-to")


def test_no_text_of_a_report_becomes_a_header() -> None:
    report = replace(hostile(), blocks=(Title("Week\r\nBcc: evil@example.org\r\n\r\nx"),))
    got = mail.message(report, ["ana@example.org"], "kpi@example.org", {})
    assert got["Bcc"] is None and "\n" not in got["Subject"]
