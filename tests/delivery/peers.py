"""The other side of a notification, real and on the loopback: a mail server, a web server, and a certificate for them."""

from __future__ import annotations

import base64
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

WRONG_PASSWORD = "khong-dung"


@dataclass
class Web:
    """What a web server got, and the answers it gives in turn (the last one again and again)."""

    answers: list[int] = field(default_factory=lambda: [204])
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.got]


@contextmanager
def web(*answers: int) -> Iterator[Web]:
    """A web server that takes any POST; ended when the block is left."""
    peer = Web(list(answers) or [204])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            peer.got.append((self.path, dict(self.headers), body))
            code = peer.answers.pop(0) if len(peer.answers) > 1 else peer.answers[0]
            self.send_response(code)
            if code in (301, 302, 307):
                self.send_header("Location", peer.url + "elsewhere")
            self.end_headers()

        do_GET = do_POST  # noqa: N815 - the name the handler is found by

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal of a test."""

    with _served(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        peer.url = f"http://127.0.0.1:{port}/hook/s3cret"
        yield peer


@dataclass
class Post:
    """A mail server: what it got, who logged in, and how it answers."""

    recipient_answers: list[str] = field(default_factory=lambda: ["250 ok"])
    certificate: Path | None = None  # with its key: STARTTLS is offered, or spoken from the first byte
    from_the_start: bool = False
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    port: int = 0

    def context(self) -> ssl.SSLContext:
        assert self.certificate is not None
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.certificate)
        return made


@contextmanager
def post(**how: Any) -> Iterator[Post]:
    """A mail server that keeps what it gets; ended when the block is left."""
    peer = Post(**how)

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            with suppress(ssl.SSLError, ConnectionError):
                _Talk(peer, self.request).run()

    with _served(ThreadingTCPServer(("127.0.0.1", 0), Handler)) as port:
        peer.port = port
        yield peer


class _Talk:
    """One connection to the mail server (RFC 5321, with AUTH PLAIN and STARTTLS)."""

    def __init__(self, peer: Post, connection: Any) -> None:
        self.peer, self.sender, self.recipients = peer, "", []  # type: ignore[var-annotated]
        self.connection, self.tls = connection, False
        if peer.from_the_start:
            self.encrypt()
        self.file = self.connection.makefile("rb")

    def encrypt(self) -> None:
        self.connection = self.peer.context().wrap_socket(self.connection, server_side=True)
        self.tls = True

    def say(self, *lines: str) -> None:
        self.connection.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def run(self) -> None:
        self.say("220 peer")
        while line := self.file.readline().decode().strip():
            word, _, rest = line.partition(" ")
            if getattr(self, f"on_{word.lower()}")(rest) is False:
                self.connection.close()
                return

    def on_ehlo(self, _: str) -> None:
        offered = self.peer.certificate is not None and not self.tls
        self.say("250-peer", *(["250-STARTTLS"] if offered else []), "250 AUTH PLAIN")

    def on_starttls(self, _: str) -> None:
        self.say("220 go on")
        self.encrypt()
        self.file = self.connection.makefile("rb")

    def on_auth(self, rest: str) -> None:
        _, _, given = rest.partition(" ")
        if not given:  # the client waits to be asked
            self.say("334 ")
            given = self.file.readline().decode().strip()
        _, user, password = base64.b64decode(given).decode().split("\0")
        self.peer.logins.append((user, password))
        self.say("535 wrong password" if password == WRONG_PASSWORD else "235 welcome")

    def on_mail(self, rest: str) -> None:
        self.sender, self.recipients = rest, []
        self.say("250 ok")

    def on_rcpt(self, rest: str) -> None:
        answers = self.peer.recipient_answers
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        self.recipients += [rest] if answer.startswith("250") else []
        self.say(answer)

    def on_data(self, _: str) -> None:
        self.say("354 go on")
        lines = iter(self.file.readline, b".\r\n")
        raw = b"".join(line.removeprefix(b".") if line.startswith(b"..") else line for line in lines)
        read = message_from_bytes(raw, policy=policy.default)
        assert isinstance(read, EmailMessage)
        self.peer.mails.append(read)
        self.peer.envelopes.append((self.sender, self.recipients))
        self.peer.encrypted.append(self.tls)
        self.say("250 kept")

    def on_rset(self, _: str) -> None:
        self.say("250 ok")

    def on_quit(self, _: str) -> bool:
        self.say("221 bye")
        return False


@contextmanager
def _served(server: Any) -> Iterator[int]:
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certificate(folder: Path) -> Path:
    """A certificate of 127.0.0.1 that nobody else signed, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "peer")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "peer.pem"
    file.write_bytes(built.public_bytes(serialization.Encoding.PEM) + secret)
    return file
