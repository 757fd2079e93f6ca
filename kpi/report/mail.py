"""A report by mail, through the user's own server: text, HTML with its charts, and the file attached. Settings come from the environment only.

KPI_SMTP_HOST        the server; nothing is sent without it
KPI_SMTP_PORT        587 unless said; on 465 the connection is encrypted from its first byte
KPI_SMTP_USER, KPI_SMTP_PASSWORD   for a server that asks who sends
KPI_SMTP_FROM        the sender's address; the user unless said
KPI_SMTP_STARTTLS    0 sends in the open, which is refused together with a password unless the server is this machine
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from kpi.errors import BadValue
from kpi.report import letter, markdown
from kpi.report.blocks import Report
from kpi.report.files import KINDS, can_write
from kpi.report.text import words

SUBMISSION, IMPLICIT_TLS = 587, 465
SECONDS = 30
HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Server:
    """Where mail is handed over, and as whom. The password is never shown."""

    host: str
    port: int = SUBMISSION
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""
    is_encrypted: bool = True


def server_of(environment: Mapping[str, str]) -> Server:
    """The server the environment names; BadValue where it names none, or one that cannot be used."""
    host, port = environment.get("KPI_SMTP_HOST", "").strip(), environment.get("KPI_SMTP_PORT", str(SUBMISSION)).strip()
    if not host:
        raise BadValue("No mail server is named.", "Set KPI_SMTP_HOST (docs/reports.md lists the settings).")
    if not port.isdigit() or not 1 <= int(port) <= 65_535:
        raise BadValue(f"KPI_SMTP_PORT cannot be {port!r}.", "Write a port, usually 587 or 465.")
    user, password = environment.get("KPI_SMTP_USER", ""), environment.get("KPI_SMTP_PASSWORD", "")
    is_encrypted = environment.get("KPI_SMTP_STARTTLS", "1").strip().lower() not in ("0", "no", "off", "false")
    if password and not is_encrypted and host not in HERE:
        raise BadValue("A password is not sent in the open.", "Leave KPI_SMTP_STARTTLS on, or send without a password.")
    sender = environment.get("KPI_SMTP_FROM", "").strip() or user
    return Server(host, int(port), user, password, address(sender, "KPI_SMTP_FROM"), is_encrypted)


def address(text: str, name: str) -> str:
    """A mail address; BadValue for anything else."""
    try:
        found = Address(addr_spec=text.strip())
    except (MessageError, ValueError, IndexError):
        found = Address()
    if not (found.username and found.domain) or any(letter.isspace() or not letter.isprintable() for letter in text.strip()):
        raise BadValue(f"{name} cannot be {text!r}.", "Write an address like team@example.com.")
    return found.addr_spec


def message(report: Report, to: Sequence[str], sender: str, attached: Mapping[str, bytes]) -> EmailMessage:
    """The mail: text, HTML beside it with the charts as pictures, and `attached` files by their name."""
    mail = EmailMessage()
    mail["Subject"] = " ".join(words(report.title).split())
    mail["From"], mail["To"] = sender, ", ".join(address(one, "--mail-to") for one in to)
    mail["Date"], mail["Message-ID"] = formatdate(localtime=False), make_msgid(domain=sender.rpartition("@")[2])
    mail.set_content(markdown.body(report))
    pictures = _pictures(report)
    ids = [make_msgid(domain="deskmeter.invalid")[1:-1] for _ in pictures]
    mail.add_alternative(letter.html(report, ids), subtype="html")
    body = mail.get_payload()[1]  # type: ignore[index]  # the alternative just added
    for content, name in zip(pictures, ids, strict=True):
        body.add_related(content, "image", "png", cid=f"<{name}>", disposition="inline")  # type: ignore[union-attr]  # it is a message
    for name, content in attached.items():
        kind = KINDS[name.rpartition(".")[2]].mime.partition(";")[0]
        mail.add_attachment(content, *kind.split("/"), filename=name)
    return mail


def _pictures(report: Report) -> list[bytes]:
    if not can_write("png"):
        return []
    from kpi.report import pictures  # noqa: PLC0415  draws

    return [pictures.png(chart, width=640, scale=1.5) for chart in report.charts]


def send(mail: EmailMessage, server: Server) -> None:
    """Hand it over. BadValue, in a sentence without the password, for whatever stands in the way."""
    context = ssl.create_default_context()
    try:
        if server.port == IMPLICIT_TLS:
            with smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=context) as connection:
                _hand_over(mail, server, connection)
        else:
            with smtplib.SMTP(server.host, server.port, timeout=SECONDS) as connection:
                if server.is_encrypted:
                    connection.starttls(context=context)
                _hand_over(mail, server, connection)
    except smtplib.SMTPAuthenticationError:
        raise BadValue(f"{server.host} does not take this user and password.", "Check KPI_SMTP_USER and KPI_SMTP_PASSWORD.") from None
    except smtplib.SMTPNotSupportedError as error:
        hint = "KPI_SMTP_STARTTLS=0 sends in the open." if "STARTTLS" in str(error) else "Leave KPI_SMTP_USER empty."
        raise BadValue(f"{server.host} cannot do what was asked ({error}).", hint) from None
    except smtplib.SMTPRecipientsRefused as error:
        raise BadValue(f"{server.host} takes no mail for {', '.join(error.recipients)}.", "Check --mail-to.") from None
    except ssl.SSLError as error:
        raise BadValue(
            f"{server.host} shows no certificate that can be trusted ({error.reason or error}).", "Check KPI_SMTP_HOST."
        ) from None
    except (OSError, smtplib.SMTPException) as error:
        said = getattr(error, "strerror", None) or type(error).__name__
        raise BadValue(f"{server.host} port {server.port} takes no mail ({said}).", "Check KPI_SMTP_HOST and KPI_SMTP_PORT.") from None


def _hand_over(mail: EmailMessage, server: Server, connection: smtplib.SMTP) -> None:
    if server.user and server.password:
        connection.login(server.user, server.password)
    connection.send_message(mail)
