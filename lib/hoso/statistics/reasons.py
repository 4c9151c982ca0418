"""Why a dossier counts (vì sao tính): one sentence a dossier, from the facts its count looks at.

`CLAUSES` names for every count of statistics.counts what decides it; the sentence only tells what the expressions there have
decided, it decides nothing itself. Days are calendar days, as the counts have them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any, Final

from ..records.schema import (
    CHANNELS,
    CLOSING,
    FLAGS,
    NOT_RECEIVED,
    REFUSED,
    WAITING,
    WITHDRAWN,
)
from ..vocabulary import numbers
from ..vocabulary.periods import Period
from .counts import COUNTS

Row = Any  # a named tuple of columns of the facts, missing values None
Clause = Callable[[Row, Period], str]

STATUS_WORDS: Final = {
    1: "mới đăng ký", 2: "được tiếp nhận", 3: "không được tiếp nhận", 4: "đang xử lý", 5: "chờ bổ sung",
    6: "chờ thực hiện nghĩa vụ tài chính", 7: "công dân rút", 8: "dừng xử lý", 9: "đã xử lý xong", 10: "đã trả kết quả",
}  # fmt: skip
CHANNEL_WORDS: Final = {"online": "trực tuyến", "direct": "trực tiếp", "postal": "bưu chính công ích"}
SERVICE_WORDS: Final = {
    "full": "dịch vụ toàn trình", "partial": "dịch vụ một phần", "information": "chỉ cung cấp thông tin",
}  # fmt: skip
FLAG_WORDS: Final = {
    "digitised": "số hóa thành phần hồ sơ", "reused": "tái sử dụng giấy tờ đã số hóa",
    "electronic_result": "kết quả điện tử", "synced": "đồng bộ kho dữ liệu cá nhân",
    "authenticated": "tài khoản xác thực điện tử", "citizen_data": "khai thác CSDL quốc gia về dân cư",
}  # fmt: skip


_on = cache(numbers.date)  # a period has few days and many dossiers


def why(row: Row, period: Period, counts: tuple[str, ...]) -> str:
    """What decides whether a dossier is in some counts of a period, each circumstance once."""
    if row.status in NOT_RECEIVED and "refused" not in counts:
        return receipt(row, period)
    return "; ".join(dict.fromkeys([clause(row, period) for clause in _clauses(counts)]))


@cache
def _clauses(counts: tuple[str, ...]) -> tuple[Clause, ...]:
    return tuple(dict.fromkeys(clause for name in counts for clause in CLAUSES[name]))


def receipt(row: Row, period: Period) -> str:
    """Whether the dossier belongs to the period by its day of receipt."""
    day = _on(row.received_on)
    if row.status == REFUSED:
        return f"không được tiếp nhận, ngày {day}"
    if row.status in NOT_RECEIVED:
        return f"mới đăng ký ngày {day}, chưa được tiếp nhận"
    if row.received_on > period.end:
        return f"tiếp nhận ngày {day}, sau kỳ báo cáo"
    if row.received_on >= period.start:
        return f"tiếp nhận trong kỳ, ngày {day}"
    if row.closed_on is not None and row.closed_on < period.start:
        return f"tiếp nhận ngày {day}, đã kết thúc trước kỳ, ngày {_on(row.closed_on)}"
    return f"kỳ trước chuyển qua, tiếp nhận ngày {day}"


def outcome(row: Row, period: Period) -> str:
    """How the dossier stands at the end of the period by form II.06a, which compares days."""
    if not _closed(row, period):
        return _pending(row, period)
    done = f"giải quyết ngày {_on(row.closed_on)}"
    if row.status == WITHDRAWN:
        return f"rút hồ sơ ngày {_on(row.closed_on)}: tính là đúng hạn theo biểu II.06a"
    if row.due_on is None:
        return f"{done}, không có ngày hẹn trả: tính là đúng hạn"
    return f"{done}, {_against(row.closed_on, row.due_on)}"


def processed(row: Row, period: Period) -> str:
    """The same where what citizens withdrew is no work of the office."""
    if row.status == WITHDRAWN and _closed(row, period):
        return f"rút hồ sơ ngày {_on(row.closed_on)}: không tính là hồ sơ cơ quan giải quyết"
    return outcome(row, period)


def clock(row: Row, period: Period) -> str:
    """How it stands by QĐ 766, which compares the minute and counts a second request for supplements as late."""
    if (row.supplements or 0) > 1:
        return f"{row.supplements} lần yêu cầu bổ sung: tính là quá hạn theo QĐ 766"
    if _closed(row, period):
        ended = row.finished_at or row.returned_at
        if row.status == WITHDRAWN:
            return f"rút hồ sơ ngày {_on(row.closed_on)}: không tính là quá hạn"
        if row.deadline_at is None:
            return f"kết thúc {_minute(ended)}, không có hẹn trả: không tính là quá hạn"
        word = "sau" if row.late_by_clock else "không muộn hơn"
        return f"kết thúc {_minute(ended)}, {word} giờ hẹn trả {_minute(row.deadline_at)}"
    if row.late_on is not None and row.late_on <= period.end:
        return f"chưa xong đến hết ngày {_on(period.end)}, đã qua giờ hẹn trả {_minute(row.deadline_at)}"
    return _pending(row, period)


def due(row: Row, _period: Period) -> str:
    """How the dossier stands against its due day, whenever it was closed."""
    if row.due_on is None:
        return "không có ngày hẹn trả: không đến hạn"
    told = f"hẹn trả ngày {_on(row.due_on)}"
    if row.closed_on is None:
        return f"{told}, chưa giải quyết"
    return f"{told}, giải quyết ngày {_on(row.closed_on)}, {_against(row.closed_on, row.due_on)}"


def state(row: Row, _period: Period) -> str:
    """The status the last export gave."""
    return f"trạng thái: {STATUS_WORDS[row.status]}"


def channel(row: Row, _period: Period) -> str:
    """How it was handed in."""
    return f"nộp {_word(CHANNEL_WORDS, row.channel)}"


def service(row: Row, _period: Period) -> str:
    """What kind of online service its procedure is."""
    return SERVICE_WORDS.get(row.service_level, "không ghi mức độ dịch vụ")


def fee(row: Row, _period: Period) -> str:
    """Whether a fee was due and how it was paid."""
    if not row.fee:
        return "không ghi có phí, lệ phí" if row.fee is None else "không thu phí, lệ phí"
    paid = {True: "thanh toán trực tuyến", False: "không thanh toán trực tuyến"}
    return f"có phí, lệ phí, {paid.get(row.paid_online, 'không ghi cách thanh toán')}"


def supplements(row: Row, _period: Period) -> str:
    """How often papers were asked for."""
    count = row.supplements
    return (
        "không ghi số lần bổ sung"
        if count is None
        else f"{count} lần yêu cầu bổ sung"
        if count
        else "không yêu cầu bổ sung"
    )


def handling(row: Row, period: Period) -> str:
    """How long the office took, in working days of eight hours."""
    if row.handling_minutes is None or not _closed(row, period):
        return outcome(row, period)
    days = numbers.decimal(row.handling_minutes / 480, 1, trim=True)
    return f"{processed(row, period)}; giải quyết trong {days} ngày làm việc"


def _flag(name: str) -> Clause:
    said = {True: f"có {FLAG_WORDS[name]}", False: f"không có {FLAG_WORDS[name]}"}
    return lambda row, _: said.get(getattr(row, name), f"nguồn không ghi {FLAG_WORDS[name]}")


def _closed(row: Row, period: Period) -> bool:
    return row.closed_on is not None and row.closed_on <= period.end


def _pending(row: Row, period: Period) -> str:
    end = _on(period.end)
    if row.status in WAITING:
        return f"{STATUS_WORDS[row.status]}: tính là đang giải quyết trong hạn"
    if row.status in CLOSING and row.closed_on is None:
        return f"{STATUS_WORDS[row.status]}, không ghi ngày kết thúc: tính là đang giải quyết trong hạn"
    after = f", sau đó giải quyết ngày {_on(row.closed_on)}" if row.closed_on is not None else ""
    if row.due_on is None:
        return f"chưa giải quyết đến hết ngày {end}, không có ngày hẹn trả: tính là trong hạn{after}"
    if row.overdue_on is not None and row.overdue_on <= period.end:
        over = (period.end - row.overdue_on).days + 1
        return f"chưa giải quyết đến hết ngày {end}, quá hạn {over} ngày{after}"
    return f"chưa giải quyết đến hết ngày {end}, còn hạn đến ngày {_on(row.due_on)}{after}"


def _against(closed: date, due_on: date) -> str:
    days = (closed - due_on).days
    if days == 0:
        return "đúng ngày hẹn trả"
    return f"quá hạn {days} ngày" if days > 0 else f"trước hạn {-days} ngày"


def _minute(moment: Any) -> str:
    return f"{moment:%H:%M} ngày {_on(moment.date())}"


def _word(words: dict[str, str], key: str | None) -> str:
    return words.get(key or "", "không rõ")


_BY_DAY = (
    "resolved", "early", "punctual", "late", "on_time", "pending", "pending_in_time", "overdue", "in_time", "withdrawn",
)  # fmt: skip
_BY_CLOCK = (
    "in_time_by_clock", "early_by_clock", "punctual_by_clock", "late_by_clock", "running", "running_in_time",
    "running_late",
)  # fmt: skip
CLAUSES: Final[dict[str, tuple[Clause, ...]]] = {
    **dict.fromkeys(("received", "received_in_period", "carried_over", "refused"), (receipt,)),
    **{f"received_{name}": (receipt, channel) for name in CHANNELS},
    **dict.fromkeys(_BY_DAY, (outcome,)),
    **{
        name: (outcome,)
        for name in COUNTS
        if name.startswith(("overdue_", "late_")) and name not in _BY_CLOCK
    },
    **dict.fromkeys(("processed", "processed_on_time"), (processed,)),
    **dict.fromkeys(_BY_CLOCK, (clock,)),
    **dict.fromkeys(("fell_due", "fell_due_on_time"), (due,)),
    **dict.fromkeys(("handled", "handling_minutes", "handling_median"), (handling,)),
    **dict.fromkeys(("stopped", "waiting", "awaiting_payment"), (receipt, state)),
    "supplement_requested": (receipt, supplements),
    "resolved_online": (outcome, channel),
    "resolved_electronic_result": (outcome, _flag("electronic_result")),
    **dict.fromkeys(("received_eligible", "received_full"), (receipt, service)),
    **dict.fromkeys(("received_eligible_online", "received_full_online"), (receipt, service, channel)),
    **dict.fromkeys(("received_with_fee", "received_fee", "received_fee_paid"), (receipt, fee)),
    **{f"{known}_{name}": (receipt, _flag(name)) for known in ("known", "true") for name in FLAGS},
}
