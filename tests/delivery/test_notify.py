"""Notifications: they arrive at a real web and mail server, say what matters, keep secrets, and never break a batch."""

from __future__ import annotations

import os
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from hoso.delivery import notify as module
from hoso.delivery.notify import Target, notify
from hoso.vocabulary.errors import UsageError
from tests.delivery import peers

PASSWORD = "mat-khau-dung"
SUMMARY: dict[str, Any] = {
    "batch": "20240915T023000-1a2b",
    "started": "2024-09-15T02:30:00+07:00",
    "ended": "2024-09-15T02:38:12+07:00",
    "seconds": 492.4,
    "counts": {"done": 3300, "warnings": 12, "unchanged": 4, "failed": 1, "timed_out": 1},
    "failed": [
        {"run": "unit ha-giang 2024-09 so-y-te", "status": "failed", "messages": ["ô 3: ValueError: thiếu cột"]},
        {"run": "review kon-tum 2024-09", "status": "timed_out", "messages": ["quá 900 giây", "ô 7"]},
    ],
    "command": "hoso report review unit --every-province --period last-month",
}  # fmt: skip
Lines = Callable[[], tuple[list[str], list[str]]]


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause between two tries, no mail server of the machine the test runs on, no proxy."""
    monkeypatch.setattr(module, "_PAUSES", [0.0, 0.0])
    for name in ("HOSO_SMTP", "HOSO_MAIL_FROM", "SSL_CERT_FILE", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def lines(capfd: pytest.CaptureFixture[str]) -> Lines:
    """What stands on standard output and standard error, line by line."""

    def read() -> tuple[list[str], list[str]]:
        told = capfd.readouterr()
        return told.out.splitlines(), told.err.splitlines()

    return read


# ── a web address ────────────────────────────────────────────────────────────────────────────────


def test_a_web_address_gets_the_summary_as_json(lines: Lines) -> None:
    """One POST with every key of the summary and a text in words; the line on the terminal hides the address."""
    with peers.web() as peer:
        notify(SUMMARY, peer.url)
        ((path, headers, _),) = peer.got
        (body,) = peer.bodies
    assert path == "/hook/s3cret"
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert {key: body[key] for key in SUMMARY} == SUMMARY
    assert body["text"].splitlines() == [
        "hoso: đã lập 3.312 báo cáo, 2 báo cáo chưa lập được",
        "unit ha-giang 2024-09 so-y-te: lỗi: ô 3: ValueError: thiếu cột",
        "review kon-tum 2024-09: quá thời hạn: quá 900 giây",
    ]
    assert lines() == (["notified: http://127.0.0.1"], [])


def test_the_target_is_not_sent_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A web hook's address is its password: the command in the message does not repeat it; a variable's name may stay."""
    with peers.web() as peer:
        notify(SUMMARY | {"command": f"hoso report review --notify {peer.url}"}, peer.url)
        assert peer.bodies[0]["command"] == "hoso report review --notify …"
        assert "s3cret" not in peer.got[0][2].decode()
        named = SUMMARY | {"command": "hoso report review --notify env:HOOK"}
        monkeypatch.setenv("HOOK", peer.url)
        notify(named, "env:HOOK")
        assert peer.bodies[1]["command"] == named["command"]


def test_a_country_of_failures_stays_a_message() -> None:
    """At most a hundred failures go out, their messages cut; the counts still say how many there are."""
    failed = [{"run": f"unit x {i}", "status": "killed", "messages": ["a" * 5000]} for i in range(3321)]
    with peers.web() as peer:
        notify(SUMMARY | {"counts": {"killed": 3321}, "failed": failed}, peer.url)
        (body,) = peer.bodies
    assert body["counts"] == {"killed": 3321}
    assert len(body["failed"]) == 100
    assert body["text"].splitlines()[-1] == "… và 3.311 báo cáo khác"
    assert len(peer.got[0][2]) < 60_000


@pytest.mark.parametrize(
    ("answers", "posts"), [((503, 429, 200), 3), ((500,), 3), ((404,), 1), ((302, 200), 1)]
)
def test_only_what_may_heal_is_tried_again(answers: tuple[int, ...], posts: int, lines: Lines) -> None:
    """A busy server gets three tries; a wrong address one; where it points to instead is not followed."""
    with peers.web(*answers) as peer:
        notify(SUMMARY, peer.url)
        assert len(peer.got) == posts
        assert all(path == "/hook/s3cret" for path, _, _ in peer.got)
    out, err = lines()
    assert (len(out), len(err)) == ((1, 0) if answers[-1] == 200 and posts > 1 else (0, 1))
    assert "s3cret" not in "".join(out + err)


def test_a_server_that_is_not_there_is_one_line(lines: Lines) -> None:
    """The batch goes on: nothing is raised, one line says what was not sent and where to."""
    with peers.web() as peer:
        gone = peer.url
    notify(SUMMARY, gone)
    out, (line,) = lines()
    assert out == []
    assert "chưa gửi được thông báo" in line
    assert "http://127.0.0.1" in line
    assert "s3cret" not in line


def test_a_proxy_is_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The office's proxy is for other machines."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with peers.web() as peer:
        notify(SUMMARY, peer.url)
        assert len(peer.got) == 1


# ── mail ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_mail_says_what_was_made_what_failed_and_how_to_go_on(
    monkeypatch: pytest.MonkeyPatch, lines: Lines
) -> None:
    """One mail to every address, in Vietnamese, with counts, failures, the command; marked as automatic."""
    monkeypatch.setenv("HOSO_MAIL_FROM", "hoso@tinh.example")
    with peers.post() as peer:
        monkeypatch.setenv("HOSO_SMTP", f"smtp://127.0.0.1:{peer.port}")
        notify(SUMMARY, "mailto:van-phong@tinh.example,it@tinh.example")
    (mail,) = peer.mails
    ((sender, recipients),) = peer.envelopes
    assert sender.startswith("FROM:<hoso@tinh.example>")
    assert recipients == ["TO:<van-phong@tinh.example>", "TO:<it@tinh.example>"]
    assert mail["Subject"] == "hoso: đã lập 3.312 báo cáo, 2 báo cáo chưa lập được"
    assert mail["Message-ID"] == "<hoso-20240915t023000-1a2b@tinh.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().splitlines() == [
        "Đợt lập báo cáo 20240915T023000-1a2b đã kết thúc sau 8 phút 12 giây.",
        "",
        "- Hoàn thành: 3.300",
        "- Hoàn thành, có lưu ý: 12",
        "- Không thay đổi, giữ bản đã phát hành: 4",
        "- Lỗi: 1",
        "- Quá thời hạn: 1",
        "",
        "Chưa lập được (bản đã phát hành trước đó, nếu có, vẫn giữ nguyên):",
        "- unit ha-giang 2024-09 so-y-te: lỗi: ô 3: ValueError: thiếu cột",
        "- review kon-tum 2024-09: quá thời hạn: quá 900 giây",
        "",
        "Lệnh đã chạy; chạy lại thì chỉ lập những báo cáo còn thiếu hoặc đã thay đổi:",
        "  hoso report review unit --every-province --period last-month",
    ]
    assert lines() == (["notified: van-phong@tinh.example, it@tinh.example"], [])


def test_a_batch_without_news_sends_no_mail(monkeypatch: pytest.MonkeyPatch, lines: Lines) -> None:
    """Nightly runs in which every report was unchanged stay silent; a web address still gets its sign of life."""
    quiet = SUMMARY | {"counts": {"unchanged": 3321}, "failed": []}
    with peers.post() as peer, peers.web() as page:
        monkeypatch.setenv("HOSO_SMTP", f"smtp://127.0.0.1:{peer.port}")
        notify(quiet, "mailto:van-phong@tinh.example")
        notify(quiet, page.url)
        assert (len(peer.mails), len(page.got)) == (0, 1)
        assert page.bodies[0]["text"] == "hoso: không có báo cáo mới"
    assert lines() == (["notified: http://127.0.0.1"], [])


@pytest.mark.parametrize(
    ("changes", "subject"),
    [
        ({"counts": {"no_data": 34}}, "chưa có dữ liệu cho 34 báo cáo"),
        ({"counts": {"unchanged": 7}, "interrupted": True}, "đợt chạy bị dừng giữa chừng"),
        ({"counts": {"done": 1, "no_data": 2}}, "đã lập 1 báo cáo"),
    ],
)
def test_the_subject_says_what_a_reader_must_know(
    changes: dict[str, Any], subject: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No data at all, or a batch that was stopped, is news too."""
    with peers.post() as peer:
        monkeypatch.setenv("HOSO_SMTP", f"smtp://127.0.0.1:{peer.port}")
        notify(SUMMARY | {"failed": []} | changes, "mailto:van-phong@tinh.example")
    assert [mail["Subject"] for mail in peer.mails] == [f"hoso: {subject}"]
    stopped = "bị dừng giữa chừng" in peer.mails[0].get_content().splitlines()[0]
    assert stopped is ("interrupted" in changes)


@pytest.mark.parametrize("from_the_start", [True, False], ids=["smtps", "starttls"])
def test_a_password_goes_over_tls_to_a_trusted_server(
    from_the_start: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: Lines
) -> None:
    """With TLS from the first byte or by STARTTLS; the sender is the account."""
    file = peers.certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with peers.post(certificate=file, from_the_start=from_the_start) as peer:
        scheme = "smtps" if from_the_start else "smtp"
        monkeypatch.setenv("HOSO_SMTP", f"{scheme}://may%40tinh.example:{PASSWORD}@127.0.0.1:{peer.port}")
        notify(SUMMARY, "mailto:van-phong@tinh.example")
    assert (peer.logins, peer.encrypted) == ([("may@tinh.example", PASSWORD)], [True])
    assert peer.envelopes[0][0].startswith("FROM:<may@tinh.example>")
    assert lines()[1] == []


@pytest.mark.parametrize("offers_tls", [True, False])
def test_a_password_is_not_sent_to_a_server_that_cannot_be_trusted(
    offers_tls: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: Lines
) -> None:
    """A certificate nobody signed, or no TLS at all: one line, no login, the password nowhere."""
    with peers.post(certificate=peers.certificate(tmp_path) if offers_tls else None) as peer:
        monkeypatch.setenv("HOSO_SMTP", f"smtp://may:{PASSWORD}@127.0.0.1:{peer.port}")
        notify(SUMMARY, "mailto:van-phong@tinh.example")
    out, (line,) = lines()
    assert (peer.logins, peer.mails, out) == ([], [], [])
    assert ("chứng thư" if offers_tls else "mã hóa") in line
    assert PASSWORD not in line


def test_a_wrong_password_is_told_without_the_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: Lines
) -> None:
    """One login, one line."""
    file = peers.certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with peers.post(certificate=file, from_the_start=True) as peer:
        monkeypatch.setenv("HOSO_SMTP", f"smtps://may:{peers.WRONG_PASSWORD}@127.0.0.1:{peer.port}")
        notify(SUMMARY, "mailto:van-phong@tinh.example")
    _, (line,) = lines()
    assert (len(peer.logins), peer.mails) == (1, [])
    assert "535" in line
    assert peers.WRONG_PASSWORD not in line


@pytest.mark.parametrize(
    ("answers", "mails", "told"),
    [(["451 later", "250 ok"], 1, ""), (["550 no such user"], 0, "từ chối van-phong@tinh.example")],
)
def test_a_mail_server_that_is_busy_is_asked_again(
    answers: list[str], mails: int, told: str, monkeypatch: pytest.MonkeyPatch, lines: Lines
) -> None:
    """Greylisting (451) heals, an unknown address does not."""
    with peers.post(recipient_answers=list(answers)) as peer:
        monkeypatch.setenv("HOSO_SMTP", f"smtp://127.0.0.1:{peer.port}")
        notify(SUMMARY, "mailto:van-phong@tinh.example")
    _, err = lines()
    assert len(peer.mails) == mails
    assert told in "".join(err)
    assert len(err) == 1 - mails


@pytest.mark.parametrize(
    "server", ["127.0.0.1:25", "http://127.0.0.1", "smtp://", "smtp://a:99999", "smtp://[", "smtp://h/x", "smtps://ê…:1"]
)  # fmt: skip
def test_a_server_that_cannot_be_meant_is_one_line(
    server: str, monkeypatch: pytest.MonkeyPatch, lines: Lines
) -> None:
    """A slip in HOSO_SMTP costs the mail, not the batch."""
    monkeypatch.setenv("HOSO_SMTP", server)
    notify(SUMMARY, "mailto:van-phong@tinh.example")
    out, err = lines()
    assert (out, len(err)) == ([], 1)


@pytest.mark.parametrize("code", [0, 75])
def test_without_a_server_the_machines_sendmail_is_asked(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: Lines
) -> None:
    """The whole mail goes to the standard input of a real process; what it says when it fails is told."""
    script = tmp_path / "sendmail"
    script.write_text(
        f'#!/bin/sh\necho "$@" > {tmp_path}/words\ncat > {tmp_path}/mail\necho full >&2\nexit {code}\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    notify(SUMMARY, "mailto:van-phong@tinh.example")
    mail = message_from_bytes((tmp_path / "mail").read_bytes(), policy=policy.default)
    assert (tmp_path / "words").read_text() == "-t -oi\n"
    assert (mail["To"], "Đợt lập báo cáo" in mail.get_content()) == ("van-phong@tinh.example", True)  # type: ignore[attr-defined]
    _, err = lines()
    assert [("75 full" in line) for line in err] == [True] * bool(code)


def test_a_machine_without_any_way_to_send_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: Lines
) -> None:
    """The line names the setting that is missing."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("hoso.delivery.mail._SENDMAIL", ())
    notify(SUMMARY, "mailto:van-phong@tinh.example")
    _, (line,) = lines()
    assert "HOSO_SMTP" in line


# ── targets ──────────────────────────────────────────────────────────────────────────────────────

REFUSED = [
    "", "van-phong@tinh.example", "mailto:", "mailto:a", "mailto:a@b", "mailto:a@tinh.example?subject=x",
    "mailto:a@tinh.example,", "mailto:a@tinh.example%0aBcc:b@x.example", "mailto:a b@tinh.example",
    "http://tinh.example/hook", "http://127.0.0.1.tinh.example/", "http://localhost.tinh.example/",
    "http://user@127.0.0.1/", "https://user:pw@tinh.example/", "https:///x", "https://a b/", "https://tinh.example/\n",
    "env:", "env:HOSO_NO_SUCH", "env:PATH", "https://tinh.example:99999/", "https://[", "file:///etc/passwd", "ftp://tinh.example/", "https://tỉnh.example/",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_other_targets_are_refused_before_a_batch_and_harmless_after_it(text: str, lines: Lines) -> None:
    """Only https, http on this machine, and addresses; nothing that adds a head to the mail or reads a file."""
    with pytest.raises(UsageError, match="--notify"):
        Target.of(text)
    notify(SUMMARY, text)
    out, err = lines()
    assert (out, len(err)) == ([], 1)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://chat.tinh.example/hooks/s3cret?key=s3cret", "https://chat.tinh.example"),
        ("http://localhost:8080/s3cret", "http://localhost"),
        ("http://[::1]:8080/s3cret", "http://::1"),
        ("mailto:a.b+c@so-y-te.tinh.example,d@tinh.example", "a.b+c@so-y-te.tinh.example, d@tinh.example"),
    ],
)
def test_a_target_is_shown_without_its_secret(text: str, shown: str) -> None:
    """Logs name the host or the addresses."""
    assert Target.of(text).shown == shown


def test_a_target_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A timer names the variable, so that no list of processes shows the address; a variable names no other."""
    monkeypatch.setenv("HOSO_NOTIFY", "mailto:van-phong@tinh.example")
    assert Target.of("env:HOSO_NOTIFY").addresses == ("van-phong@tinh.example",)
    monkeypatch.setenv("HOSO_NOTIFY", "env:HOSO_NOTIFY")
    with pytest.raises(UsageError):
        Target.of("env:HOSO_NOTIFY")
