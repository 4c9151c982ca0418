"""Servers for tests, as processes of their own on loopback: an S3 store, and a gate before it that can refuse or hold."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

BUCKET = "bao-cao"
SECRET = "khoa-bi-mat-0123456789"
_SECONDS = 60.0


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def until(what: str, true: Callable[[], Any], seconds: float = _SECONDS) -> Any:
    """Waits for something another process does; what it gave."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.05)
    raise AssertionError(f"never: {what}")


@contextmanager
def process(
    *words: str, log: Path, cwd: Path, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A Python module or program of this environment as a process in a session of its own, killed at the end."""
    with log.open("ab") as said:
        started = subprocess.Popen(
            [sys.executable, *words], stdout=said, stderr=said, cwd=cwd, env={**os.environ, **(env or {})}
        )
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(20)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def environment(endpoint: str) -> dict[str, str]:
    """Where a client finds the store, and its key: from the environment, as in an office."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "van-phong",
        "AWS_SECRET_ACCESS_KEY": SECRET,
    }


@contextmanager
def s3(folder: Path) -> Iterator[str]:
    """An S3 server with an empty bucket; its address."""
    endpoint = f"http://127.0.0.1:{(port := free_port())}"
    words = ("-m", "moto.server", "-H", "127.0.0.1", "-p", str(port))
    with process(*words, log=folder / "s3.log", cwd=folder):
        until("the S3 server", lambda: _answers(endpoint))
        urllib.request.urlopen(urllib.request.Request(f"{endpoint}/{BUCKET}", method="PUT")).close()
        yield endpoint


def _answers(endpoint: str) -> bool:
    try:
        urllib.request.urlopen(endpoint).close()
    except OSError:
        return False
    return True


class Gate:
    """Stands before a server: notes every request, and refuses or holds those that it is told to."""

    def __init__(self, port: int) -> None:
        self.seen: list[tuple[str, str]] = []
        self.refuses: Callable[[str, str], bool] = lambda method, path: False
        self.holds: Callable[[str, str], bool] = lambda method, path: False
        self.mutes: Callable[[str, str], bool] = lambda method, path: False  # done, and never answered
        self.held = threading.Event()
        self.freed = threading.Event()  # lets what is held go on
        self.port = port

    def paths(self, method: str) -> list[str]:
        """The objects that were asked for or written, in order."""
        start = f"/{BUCKET}/"
        return [
            path.removeprefix(start) for how, path in self.seen if how == method and path.startswith(start)
        ]


@contextmanager
def gate(endpoint: str) -> Iterator[tuple[str, Gate]]:
    """The address of a gate before a server, and the gate."""
    before = Gate(int(endpoint.rpartition(":")[2]))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(before))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", before
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(before: Gate) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = self.path.partition("?")[0].replace("%40", "@").replace("%3D", "=")
            before.seen.append((self.command, path))
            if before.holds(self.command, path):
                before.held.set()
                if not before.freed.wait(_SECONDS):
                    return
            if before.refuses(self.command, path):
                self._answer(403, {}, f"<Error><AWSAccessKeyId>{SECRET}</AWSAccessKeyId></Error>".encode())
                return
            onward = HTTPConnection("127.0.0.1", before.port, timeout=_SECONDS)
            onward.request(self.command, self.path, body, dict(self.headers))
            answer = onward.getresponse()
            if before.mutes(self.command, path):
                before.held.set()
                before.freed.wait(_SECONDS)
                return
            self._answer(answer.status, dict(answer.getheaders()), answer.read())
            onward.close()

        def _answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in (
                    "content-length",
                    "connection",
                    "date",
                    "server",
                    "transfer-encoding",
                ):
                    self.send_header(name, value)
            length = headers.get("Content-Length", "0") if self.command == "HEAD" else str(len(body))
            self.send_header("Content-Length", length)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    for method in ("GET", "PUT", "POST", "DELETE", "HEAD"):
        setattr(Handler, f"do_{method}", Handler._pass)
    return Handler


# ── a Dask cluster ───────────────────────────────────────────────────────────────────────────────


@contextmanager
def scheduler(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A scheduler's address and process. It gives a run up when two workers died under it; Dask's own number is four."""
    address = f"tcp://127.0.0.1:{(port := free_port())}"
    words = (
        "-m",
        "distributed.cli.dask_scheduler",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-dashboard",
    )
    few = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
    with process(*words, log=folder / "scheduler.log", cwd=folder, env=few) as started:
        until("the scheduler", lambda: _listens(port))
        yield address, started


@contextmanager
def worker(
    scheduler: str, folder: Path, name: str, threads: int = 1, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A nanny, which starts its worker again when that dies; its folder is where it runs."""
    words = [
        "-m",
        "distributed.cli.dask_worker",
        scheduler,
        "--name",
        name,
        "--nworkers",
        "1",
        "--host",
        "127.0.0.1",
    ]
    words += ["--nthreads", str(threads), "--no-dashboard", "--local-directory", str(folder / name)]
    with process(*words, log=folder / f"{name}.log", cwd=folder, env=env) as started:
        yield started


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
