"""What became of a batch, told to whoever answers for it (thông báo kết quả): a mail, or JSON to a web address.

Nobody watches a timer at night, and silence says nothing; but a batch is as good as it is whether or not the mail
server answers. So what cannot be sent is one line on standard error, after a few tries, and never a failure.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from ..vocabulary.errors import HosoError, UsageError
from . import mail, notice
from .mail import NotSentError, is_loopback
from .terminal import OUT, say_error

FORMS: Final = "https://…, mailto:van-phong@tinh.example hoặc env:TÊN_BIẾN"
SECONDS: Final = 20.0  # for an answer of the other side
_PAUSES: Final = [2.0, 15.0]  # before another try: a server that restarts is back by then
_ADDRESS: Final = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_BUSY: Final = (408, 425, 429, 500, 502, 503, 504)  # answers that another try may change


@dataclass(frozen=True)
class Target:
    """Where a notification goes: the addresses of a mail, or a web address."""

    url: str = ""
    addresses: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str) -> Target:
        """`mailto:a@x,b@x`, `https://…`, or `http://` on this machine itself; `env:NAME` for what that variable holds,
        which keeps the address of a web hook, its password, off the command line. UsageError for anything else, before
        a batch starts: http would show figures of an office to everybody on the way."""
        if text.startswith("env:"):
            text = _of_environment(text.removeprefix("env:"))
        if text.startswith("mailto:"):
            return cls(addresses=tuple(_address(part) for part in text.removeprefix("mailto:").split(",")))
        scheme, host = _parts(text)
        if host and (scheme == "https" or (scheme == "http" and is_loopback(host))):
            return cls(url=text)
        raise _refused(expected=FORMS)

    @property
    def shown(self) -> str:
        """How it is named in a line or a log: of a web address the host alone, since its path is often the password."""
        return ", ".join(self.addresses) or f"{urlsplit(self.url).scheme}://{urlsplit(self.url).hostname}"


def notify(summary: Mapping[str, Any], target: str) -> None:
    """Tells what became of a batch; `summary` is what the batch's `Summary.as_dict()` gives.

    A web address gets every batch, so that whoever waits for it can miss one. A mail is sent when anything was made or
    went wrong: a batch in which every report was unchanged is no news. Never raises for what the other side does or what
    stands in `target` and the environment.
    """
    try:
        chosen = Target.of(target)
        if chosen.addresses and not notice.is_news(summary):
            return
        told = _without_secret(summary, chosen)
        _tried(lambda: _send(chosen, told))
    except HosoError as error:
        say_error(error)
    else:
        OUT.print(f"notified: {chosen.shown}", markup=False, highlight=False, soft_wrap=True)


def _of_environment(name: str) -> str:
    if named := os.environ.get(name):
        return named
    raise UsageError(
        "không hiểu nơi nhận thông báo", where="--notify", expected=f"biến môi trường {name} có giá trị"
    )


def _address(text: str) -> str:
    address = unquote(text)
    if not _ADDRESS.fullmatch(address):  # also keeps line breaks and ?subject=… out of the head of a mail
        raise _refused(expected="mailto: và địa chỉ thư, ví dụ mailto:van-phong@tinh.example")
    return address


def _parts(text: str) -> tuple[str, str]:
    """Scheme and host of a web address without spaces, control characters or a password before the host."""
    try:
        parts = urlsplit(text)
        port_is_read = parts.port is None or parts.port > 0
    except ValueError:
        raise _refused(expected=FORMS) from None
    if not (text.isascii() and text.isprintable()) or " " in text or "@" in parts.netloc or not port_is_read:
        raise _refused(expected=FORMS)
    return parts.scheme, parts.hostname or ""


def _refused(expected: str) -> UsageError:
    # The target itself is not repeated: a web hook's address is its password.
    return UsageError("không hiểu nơi nhận thông báo", where="--notify", expected=expected)


def _without_secret(summary: Mapping[str, Any], target: Target) -> Mapping[str, Any]:
    """The summary whose command does not repeat a web hook's address."""
    command = str(summary.get("command", ""))
    return {**summary, "command": command.replace(target.url, "…") if target.url else command}


def _tried(send: Callable[[], None]) -> None:
    """Sends, and again after a pause where that may help."""
    for pause in _PAUSES:
        try:
            return send()
        except NotSentError as error:
            if not error.heals:
                raise
        time.sleep(pause)
    return send()


def _send(target: Target, summary: Mapping[str, Any]) -> None:
    try:
        if target.url:
            _post(target, notice.payload(summary))
        else:
            mail.send(target.addresses, summary, SECONDS)
    except NotSentError as error:
        error.where = target.shown
        raise


# ── a web address ────────────────────────────────────────────────────────────────────────────────


class _NoRedirects(HTTPRedirectHandler):
    """An answer that sends elsewhere is a failure: urllib would go there without the body, and over plain http too."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _post(target: Target, body: bytes) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "hoso"}
    host = urlsplit(target.url).hostname or ""
    # A proxy of the office is for other machines.
    proxies = [ProxyHandler({})] if is_loopback(host) else []
    try:
        opener = build_opener(_NoRedirects(), *proxies)
        opener.open(Request(target.url, body, headers, method="POST"), timeout=SECONDS).close()
    except HTTPError as error:
        error.close()
        raise _unsent(target, f"máy nhận trả lời {error.code}", heals=error.code in _BUSY) from error
    except URLError as error:
        raise _unsent(target, str(error.reason), heals=True) from error
    except (OSError, HTTPException, ValueError) as error:
        raise _unsent(target, f"{type(error).__name__}: {error}", heals=isinstance(error, OSError)) from error


def _unsent(target: Target, why: str, heals: bool) -> NotSentError:
    return NotSentError(why.replace(target.url, "…"), "kiểm tra địa chỉ và đường mạng", heals)
