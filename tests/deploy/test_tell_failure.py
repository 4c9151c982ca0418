"""The script that speaks when hoso could not: to a real web server, a real mail server and sendmail; never twice."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.delivery import peers
from tests.deploy.jobs import DEPLOY

SCRIPT = DEPLOY / "systemd" / "tell-failure"
UNIT = "hoso@reports.service"


@pytest.fixture(scope="module", autouse=True)
def curl() -> None:
    """The script's way out."""
    if shutil.which("curl") is None:
        missing("curl", "HOSO_REQUIRE_SYSTEMD")


def told(tmp_path: Path, journal: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the script as systemd would, with a journal that says these lines."""
    (tmp_path / "journal").write_text(journal)
    for name, lines in {
        "journalctl": f"cat {tmp_path}/journal",
        "sendmail": f"cat > {tmp_path}/mail",
    }.items():
        (tmp_path / name).write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/{name}-words\n{lines}\n')
        (tmp_path / name).chmod(0o755)
    (tmp_path / "tmp").mkdir(exist_ok=True)
    usual = {
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "TMPDIR": str(tmp_path / "tmp"),
        "MONITOR_SERVICE_RESULT": "oom-kill",
        "MONITOR_EXIT_STATUS": "KILL",
        "MONITOR_INVOCATION_ID": "0f1e",
    }
    return subprocess.run(
        [SCRIPT, UNIT], capture_output=True, text=True, check=False, timeout=60, env={**usual, **environment}
    )


def test_a_web_address_is_told(tmp_path: Path) -> None:
    """One POST with the unit, how it ended and where to look; nothing of the log, and no file left behind."""
    with peers.web() as peer:
        ended = told(tmp_path, "ô 3: KeyError: 'H22-1'\n", HOSO_NOTIFY=peer.url)
        (body,) = peer.bodies
    assert (ended.returncode, ended.stderr) == (0, "")
    assert (body["unit"], body["result"]) == (UNIT, "oom-kill KILL")
    assert f"journalctl -u {UNIT}" in body["text"]
    assert "H22" not in str(body)
    assert (tmp_path / "journalctl-words").read_text().split()[-1] == "_SYSTEMD_INVOCATION_ID=0f1e"
    assert list((tmp_path / "tmp").iterdir()) == []


def test_what_hoso_told_itself_is_not_told_twice(tmp_path: Path) -> None:
    """The line that notify prints after sending is the sign."""
    with peers.web() as peer:
        ended = told(tmp_path, "2 failed\nnotified: van-phong@tinh.example\n", HOSO_NOTIFY=peer.url)
        assert (ended.returncode, peer.got) == (0, [])
        told(tmp_path, "chưa gửi được thông báo: notified: no\n", HOSO_NOTIFY=peer.url)
        assert len(peer.got) == 1


def test_a_mail_goes_over_the_offices_server(tmp_path: Path) -> None:
    """To every address, readable, from the sender that is set."""
    with peers.post() as peer:
        ended = told(
            tmp_path,
            HOSO_NOTIFY="mailto:a@tinh.example,b@tinh.example",
            HOSO_SMTP=f"smtp://127.0.0.1:{peer.port}",
            HOSO_MAIL_FROM="hoso@tinh.example",
        )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert peer.envelopes == [("FROM:<hoso@tinh.example>", ["TO:<a@tinh.example>", "TO:<b@tinh.example>"])]
    (mail,) = peer.mails
    assert mail["Subject"] == f"hoso: {UNIT} failed"
    assert "không chạy xong (oom-kill KILL)" in mail.get_content()


def test_a_password_is_not_sent_in_the_clear(tmp_path: Path) -> None:
    """A server without TLS gets neither the password nor the mail, and the unit shows as failed."""
    with peers.post() as peer:
        ended = told(
            tmp_path, HOSO_NOTIFY="mailto:a@tinh.example", HOSO_SMTP=f"smtp://may%40x:s3cret@127.0.0.1:{peer.port}"
        )  # fmt: skip
        assert (peer.logins, peer.mails) == ([], [])
    assert ended.returncode != 0
    assert "s3cret" not in ended.stderr


@pytest.mark.parametrize("trusted", [True, False])
def test_a_password_goes_over_tls_to_a_trusted_server(trusted: bool, tmp_path: Path) -> None:
    """STARTTLS with the authority that SSL_CERT_FILE names; without it neither login nor mail."""
    file = peers.certificate(tmp_path)
    authority = {"SSL_CERT_FILE": str(file), "CURL_CA_BUNDLE": str(file)} if trusted else {}
    with peers.post(certificate=file) as peer:
        server = f"smtp://may%40tinh.example:s3cret@127.0.0.1:{peer.port}"
        ended = told(tmp_path, HOSO_NOTIFY="mailto:a@tinh.example", HOSO_SMTP=server, **authority)
    assert (ended.returncode == 0) is trusted
    assert peer.logins == [("may@tinh.example", "s3cret")] * trusted
    assert peer.encrypted == [True] * trusted


def test_without_a_server_sendmail_is_asked(tmp_path: Path) -> None:
    """The whole mail on its standard input."""
    assert told(tmp_path, HOSO_NOTIFY="mailto:a@tinh.example").returncode == 0
    mail = (tmp_path / "mail").read_text("utf-8")
    assert mail.startswith("From: hoso@")
    assert "\nTo: a@tinh.example\n" in mail
    assert (tmp_path / "sendmail-words").read_text() == "-t -oi\n"


def test_nobody_to_tell_is_said(tmp_path: Path) -> None:
    """Without HOSO_NOTIFY the journal says that nobody was told."""
    ended = told(tmp_path)
    assert ended.returncode == 0
    assert "HOSO_NOTIFY" in ended.stdout


def test_a_server_that_refuses_shows_as_a_failed_unit(tmp_path: Path) -> None:
    """systemctl --failed then lists the messenger too."""
    with peers.web(404) as peer:
        ended = told(tmp_path, HOSO_NOTIFY=peer.url)
        assert len(peer.got) == 1
    assert ended.returncode != 0
    assert "s3cret" not in ended.stderr
