"""The words of a notification: what a batch made, what it could not make and why, and how to go on (nội dung thông báo)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..vocabulary.numbers import number
from ..vocabulary.text import clean
from .runs import FAILURES, MADE, STATUSES

NAMED: Final = 100  # failures told one by one; a whole country's would be no mail
_IN_A_CHAT: Final = 10
_LONGEST: Final = 300  # letters of a failure's message


def is_news(summary: Mapping[str, Any]) -> bool:
    """Whether anything was made, failed, had no data or was stopped: more than that all is as it was."""
    return bool(summary.get("interrupted")) or not set(summary["counts"]) <= {"unchanged"}


def subject(summary: Mapping[str, Any]) -> str:
    """ "hoso: đã lập 3.312 báo cáo, 2 báo cáo chưa lập được"."""
    counts = summary["counts"]
    made, bad = (sum(counts.get(status, 0) for status in statuses) for statuses in (MADE, FAILURES))
    without = counts.get("no_data", 0)
    parts = ["đợt chạy bị dừng giữa chừng"] if summary.get("interrupted") else []
    parts += [f"đã lập {number(made)} báo cáo"] if made else []
    parts += [f"{number(bad)} báo cáo chưa lập được"] if bad else []
    parts += [f"chưa có dữ liệu cho {number(without)} báo cáo"] if without and not made and not bad else []
    return "hoso: " + (", ".join(parts) or "không có báo cáo mới")


def body(summary: Mapping[str, Any]) -> str:
    """The text of a mail: how many of each kind and in what time, each failure with its reason, the command to go on."""
    counts = {status: n for status, n in summary["counts"].items() if n}
    ended = "bị dừng giữa chừng" if summary.get("interrupted") else "đã kết thúc"
    lines = [f"Đợt lập báo cáo {clean(str(summary['batch']))} {ended} sau {_time(summary['seconds'])}.", ""]
    lines += [
        f"- {STATUSES.get(status, status).capitalize()}: {number(counts[status])}"
        for status in _in_order(counts)
    ]
    if summary["failed"]:
        lines += ["", "Chưa lập được (bản đã phát hành trước đó, nếu có, vẫn giữ nguyên):"]
        lines += [f"- {line}" for line in _failures(summary, NAMED)]
    if command := clean(str(summary.get("command", ""))):
        lines += [
            "",
            "Lệnh đã chạy; chạy lại thì chỉ lập những báo cáo còn thiếu hoặc đã thay đổi:",
            f"  {command}",
        ]
    return "\n".join(lines) + "\n"


def payload(summary: Mapping[str, Any]) -> bytes:
    """The summary as JSON, with `text`, the same in a few words as chat programs show it. At most NAMED failures."""
    text = "\n".join([subject(summary), *_failures(summary, _IN_A_CHAT)])
    failed = [
        {**dict(one), "messages": [_short(m) for m in one["messages"]]} for one in summary["failed"][:NAMED]
    ]
    told = {"text": text, **summary, "failed": failed}
    return json.dumps(told, ensure_ascii=False, default=str).encode()


def _in_order(counts: Mapping[str, int]) -> list[str]:
    return [
        *(status for status in STATUSES if status in counts),
        *(status for status in counts if status not in STATUSES),
    ]


def _failures(summary: Mapping[str, Any], most: int) -> Iterator[str]:
    failed = summary["failed"]
    for one in failed[:most]:
        kind = STATUSES.get(one["status"], one["status"])
        yield ": ".join([clean(str(one["run"])), kind, *(_short(message) for message in one["messages"][:1])])
    if len(failed) > most:
        yield f"… và {number(len(failed) - most)} báo cáo khác"


def _short(message: object) -> str:
    text = clean(str(message))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{number(hours)} giờ"] * bool(hours) + [f"{minutes} phút"] * bool(minutes)
    return " ".join([*parts, f"{rest} giây"])
