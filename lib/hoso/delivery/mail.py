"""A mail of the batch's result (thư thông báo): through the office's mail server, or the sendmail of the machine.

`HOSO_SMTP` names the server: `smtp://relay.tinh.example`, `smtp://user:password@mail.tinh.example:587`,
`smtps://user:password@mail.tinh.example`; `HOSO_MAIL_FROM` who sends. A password goes over TLS only, and the server's
certificate is always checked (`SSL_CERT_FILE` names an authority of the office's own).
"""

from __future__ import annotations

import os
import re
import shutil
import smtplib
import socket
import ssl
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from ..vocabulary.errors import HosoError
from ..vocabulary.text import slug
from .notice import body, subject

_PORTS: Final = {"smtp": 25, "smtps": 465}
_SERVER: Final = (
    "smtp://máy-chủ, smtp://tài-khoản:mật-khẩu@máy-chủ:587 hoặc smtps://tài-khoản:mật-khẩu@máy-chủ"
)
_SENDER: Final = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+")
_SENDMAIL: Final = ("/usr/sbin", "/usr/lib")  # where it lies; a timer's search path often lacks them


class NotSentError(HosoError):
    """A notification that did not arrive; `heals` when another try may do."""

    def __init__(self, why: str, remedy: str | None = None, heals: bool = False) -> None:
        super().__init__(f"chưa gửi được thông báo: {why}", remedy=remedy)
        self.heals = heals


@dataclass(frozen=True)
class Server:
    """A mail server and how to speak to it."""

    host: str
    port: int
    tls: bool  # from the first byte; otherwise by STARTTLS where the server offers it
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def of(cls, text: str) -> Server:
        """The server of `HOSO_SMTP`. NotSentError for another form, without repeating it: it may hold a password."""
        try:
            parts = urlsplit(text)
            port = parts.port or _PORTS[parts.scheme]
        except (ValueError, KeyError):
            raise NotSentError("không hiểu HOSO_SMTP", f"đặt HOSO_SMTP là {_SERVER}") from None
        if not parts.hostname or parts.path.strip("/") or parts.query:
            raise NotSentError("không hiểu HOSO_SMTP", f"đặt HOSO_SMTP là {_SERVER}")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(parts.hostname, port, parts.scheme == "smtps", user, password)


def send(addresses: Sequence[str], summary: Mapping[str, Any], seconds: float) -> None:
    """Sends what became of a batch to the addresses; `seconds` is how long each answer may take. NotSentError otherwise."""
    named = os.environ.get("HOSO_SMTP")
    server = Server.of(named) if named else None
    message = letter(addresses, summary, _sender(server))
    try:
        if server:
            _over_smtp(server, message, seconds)
        else:
            _by_sendmail(message, seconds)
    except ssl.SSLCertVerificationError as error:
        raise NotSentError(
            f"chứng thư của máy chủ không tin được ({error.verify_message})", "đặt SSL_CERT_FILE"
        ) from error
    except smtplib.SMTPException as error:
        raise NotSentError(_said(error), heals=_heals(error)) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotSentError(str(error), "kiểm tra HOSO_SMTP và đường mạng", heals=True) from error
    except (
        ValueError
    ):  # a host or a password that its protocol has no letters for; not shown, and not its context
        raise NotSentError("tên máy chủ hoặc mật khẩu trong HOSO_SMTP có chữ không gửi được") from None


def letter(addresses: Sequence[str], summary: Mapping[str, Any], sender: str) -> EmailMessage:
    """The mail itself. Its id follows from the batch's, so that a second try of one mail is seen as the same."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, ", ".join(addresses), subject(summary)
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = f"<hoso-{slug(str(summary['batch']))}@{sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # no answer from somebody on holiday
    message.set_content(body(summary), cte="base64")
    return message


def _sender(server: Server | None) -> str:
    for sender in (os.environ.get("HOSO_MAIL_FROM", ""), server.user if server else ""):
        if _SENDER.fullmatch(sender):
            return sender
    host = re.sub(r"[^A-Za-z0-9.-]", "", socket.getfqdn())
    return f"hoso@{host or 'localhost'}"


def _over_smtp(server: Server, message: EmailMessage, seconds: float) -> None:
    trusted = ssl.create_default_context()
    with _connected(server, trusted, seconds) as connection:
        connection.ehlo()
        # A relay on this machine often has a certificate nobody signed, and nothing leaves the machine.
        if (
            not server.tls
            and (server.user or not is_loopback(server.host))
            and connection.has_extn("starttls")
        ):
            connection.starttls(context=trusted)
        if server.user:
            _log_in(connection, server)
        if refused := connection.send_message(message):
            raise NotSentError(f"máy chủ thư từ chối {', '.join(refused)}")


def _connected(server: Server, trusted: ssl.SSLContext, seconds: float) -> smtplib.SMTP:
    if server.tls:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=seconds, context=trusted)
    return smtplib.SMTP(server.host, server.port, timeout=seconds)


def _log_in(connection: smtplib.SMTP, server: Server) -> None:
    if not isinstance(connection.sock, ssl.SSLSocket):
        raise NotSentError(
            "máy chủ thư không mã hóa đường truyền nên không gửi mật khẩu", "dùng smtps:// hoặc cổng 587"
        )
    connection.login(server.user, server.password)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _by_sendmail(message: EmailMessage, seconds: float) -> None:
    places = os.pathsep.join([os.environ.get("PATH", ""), *_SENDMAIL])
    command = shutil.which("sendmail", path=places)
    if command is None:
        raise NotSentError("máy này không có sendmail", f"đặt HOSO_SMTP là {_SERVER}")
    ended = subprocess.run(
        [command, "-t", "-oi"], input=message.as_bytes(), capture_output=True, timeout=seconds, check=False
    )
    if ended.returncode:
        said = ended.stderr.decode("utf-8", "replace")[:200]
        raise NotSentError(f"sendmail trả về {ended.returncode} {said}".strip())


def _heals(error: smtplib.SMTPException) -> bool:
    """A server that is busy says so with 4xx; one that hung up may be back."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(400 <= code < 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return 400 <= error.smtp_code < 500
    return isinstance(error, smtplib.SMTPServerDisconnected)


def _said(error: smtplib.SMTPException) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"máy chủ thư từ chối {', '.join(error.recipients)}"
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return f"máy chủ thư trả lời {error.smtp_code} {words}"[:300]
    return f"{type(error).__name__}: {error}"[:300]
