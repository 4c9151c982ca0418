"""The counts (số hồ sơ): what each is, straight from the facts and from the ledger.

Every count is defined twice on purpose: `test` says which dossiers count in a period, as the law words it; `terms` says
how the ledger gives the same number as a sum over days. The reports use the ledger, `hoso verify` the facts, and tests
hold that both agree. Procedures (thủ tục) are counted in statistics.procedures.

Ageing (hồ sơ quá hạn theo thời gian) is in calendar days from the due day to the period's end, or to the day of closing:
no act sets bands, and calendar days can be checked from the two dates alone, whatever the year's holidays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

import narwhals as nw

from ..records import daily
from ..records.daily import BANDS, PARTS, in_scope, is_in, true
from ..records.schema import CHANNELS, FLAGS, REFUSED, RESOLVED, WITHDRAWN
from ..vocabulary.periods import Period

Window = Literal["during", "before", "through"]  # the period, the days before it, both
Term = tuple[int, str, Window]
Test = Callable[[Period], nw.Expr]


@dataclass(frozen=True)
class Count:
    """One count: which dossiers of the facts, and which sum of ledger columns (none: the facts alone give it)."""

    test: Test
    terms: tuple[Term, ...] = ()
    amount: str | None = None  # a column to add up instead of dossiers
    median: bool = False  # its median over the dossiers, which is no sum; null without dossiers

    def each(self, period: Period) -> nw.Expr:
        """What one dossier adds."""
        if self.amount is None:
            return self.test(period).cast(nw.Int64)
        counted = nw.when(self.test(period))
        return (
            counted.then(nw.col(self.amount))
            if self.median
            else counted.then(nw.col(self.amount))
            .otherwise(0)
            .cast(nw.Int64)  # polars adds up Int32 as Int32
        )


def received_in(period: Period) -> nw.Expr:
    """Tiếp nhận trong kỳ."""
    return in_scope() & between("received_on", period)


def carried_over(period: Period) -> nw.Expr:
    """Từ kỳ trước chuyển qua: received before the period and not closed before it."""
    return in_scope() & (nw.col("received_on") < period.start) & ~closed_before(period)


def considered(period: Period) -> nw.Expr:
    """Column (3) of form II.06a: received in the period or carried over into it."""
    return received_in(period) | carried_over(period)


def resolved(period: Period) -> nw.Expr:
    """Đã giải quyết: closed by the end of the period, not by today."""
    return considered(period) & closed_by_end(period)


def pending(period: Period) -> nw.Expr:
    """Đang giải quyết at the end of the period; a dossier closed after it is still pending in it."""
    return considered(period) & ~closed_by_end(period)


def overdue(period: Period) -> nw.Expr:
    """Đang giải quyết quá hạn: pending and its due day before the period's last day."""
    return pending(period) & (nw.col("overdue_on") <= period.end).fill_null(False)


def late_by_clock(period: Period) -> nw.Expr:
    """Late as QĐ 766 has it: closed after the due minute, or pending with the due time gone by at the period's end."""
    gone_by = (nw.col("late_on") <= period.end).fill_null(False)
    return (resolved(period) & true("late_by_clock")) | (pending(period) & gone_by)


def overdue_for(days: int, period: Period) -> nw.Expr:
    """Overdue at the end of the period for at least so many calendar days."""
    return overdue(period) & (nw.col("overdue_on") <= period.end - timedelta(days - 1)).fill_null(False)


def running(period: Period) -> nw.Expr:
    """Đang xử lý in the 766 progress table: pending without those whose clock stands still (tạm dừng)."""
    return pending(period) & ~PARTS["waiting"]()


def running_late(period: Period) -> nw.Expr:
    """Đang xử lý quá hạn by the clock at the end of the period's last day."""
    return running(period) & (nw.col("late_on") <= period.end).fill_null(False)


def processed(period: Period) -> nw.Expr:
    """Resolved by the office: without the dossiers that citizens withdrew."""
    return resolved(period) & is_in("status", RESOLVED)


def handled(period: Period) -> nw.Expr:
    """Resolved by the office with a known handling time (thời gian giải quyết)."""
    return resolved(period) & daily.handled()


def between(column: str, period: Period) -> nw.Expr:
    """Where a DATE column falls into the period."""
    return ((nw.col(column) >= period.start) & (nw.col(column) <= period.end)).fill_null(False)


def closed_before(period: Period) -> nw.Expr:
    """Closed before the first day of the period."""
    return (nw.col("closed_on") < period.start).fill_null(False)


def closed_by_end(period: Period) -> nw.Expr:
    """Closed on or before the last day of the period."""
    return (nw.col("closed_on") <= period.end).fill_null(False)


def _punctuality(word: str) -> Count:
    return Count(lambda p: resolved(p) & is_in("punctuality", (word,)), ((1, word, "during"),))


def _received(part: str) -> Count:
    """A part of what was received in the period."""
    return Count(lambda p: received_in(p) & PARTS[part](), ((1, f"received_{part}", "during"),))


def _considered(part: str) -> Count:
    """A part of what was received in the period or carried over into it."""
    stock: tuple[Term, ...] = ((1, f"received_{part}", "before"), (-1, f"closed_{part}", "before"))
    return Count(lambda p: considered(p) & PARTS[part](), ((1, f"received_{part}", "during"), *stock))


def _resolved(part: str) -> Count:
    return Count(lambda p: resolved(p) & PARTS[part](), ((1, f"closed_{part}", "during"),))


_PENDING: Final[tuple[Term, ...]] = ((1, "received_all", "through"), (-1, "closed_all", "through"))
_OVERDUE: Final[tuple[Term, ...]] = ((1, "overdue_began", "through"), (-1, "overdue_ended", "through"))
_LATE: Final[tuple[Term, ...]] = (
    (1, "late_by_clock", "during"),
    (1, "late_began", "through"),
    (-1, "late_ended", "through"),
)


_RUNNING_LATE: Final[tuple[Term, ...]] = (
    *_LATE[1:],
    (-1, "late_waiting_began", "through"),
)


def _minus(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    return tuple((-sign, column, window) for sign, column, window in terms)


def _difference(more: Count, less: Count | None) -> Count:
    """What one count has and another, which is part of it, has not."""
    if less is None:
        return more
    return Count(lambda p: more.test(p) & ~less.test(p), (*more.terms, *_minus(less.terms)))


def _overdue_for(days: int) -> Count:
    word = "overdue" if days == BANDS[0] else f"overdue_{days}"
    began: Term = (1, f"{word}_began", "through")
    return Count(lambda p: overdue_for(days, p), (began, (-1, f"{word}_ended", "through")))


def _late_for(days: int) -> Count:
    word = "late" if days == BANDS[0] else f"late_{days}"
    return Count(lambda p: resolved(p) & daily.late_by(days), ((1, word, "during"),))


def _bands(name: str, at_least: Callable[[int], Count]) -> dict[str, Count]:
    """One count a band of days: overdue_1_5, overdue_6_10, overdue_11_30, overdue_over_30."""
    ends = (*BANDS[1:], None)
    return {
        f"{name}_{first}_{end - 1}" if end else f"{name}_over_{first - 1}": _difference(
            at_least(first), at_least(end) if end else None
        )
        for first, end in zip(BANDS, ends, strict=True)
    }


COUNTS: Final[dict[str, Count]] = {
    "received": _considered("all"),
    "received_in_period": _received("all"),
    **{f"received_{channel}": _received(channel) for channel in CHANNELS},
    "carried_over": Count(carried_over, ((1, "received_all", "before"), (-1, "closed_all", "before"))),
    "resolved": Count(resolved, ((1, "closed_all", "during"),)),
    "early": _punctuality("early"),
    "punctual": _punctuality("punctual"),
    "late": _punctuality("late"),
    "on_time": Count(
        lambda p: resolved(p) & is_in("punctuality", ("early", "punctual")),
        ((1, "early", "during"), (1, "punctual", "during")),
    ),
    "pending": Count(pending, _PENDING),
    "pending_in_time": Count(lambda p: pending(p) & ~overdue(p), (*_PENDING, *_minus(_OVERDUE))),
    "overdue": Count(overdue, _OVERDUE),
    "supplement_requested": _considered("supplement"),
    "refused": Count(
        lambda p: is_in("status", (REFUSED,)) & between("received_on", p), ((1, "refused", "during"),)
    ),
    "withdrawn": Count(lambda p: resolved(p) & is_in("status", (WITHDRAWN,)), ((1, "withdrawn", "during"),)),
    "stopped": _considered("stopped"),
    "in_time_by_clock": Count(
        lambda p: considered(p) & ~late_by_clock(p), (*_considered("all").terms, *_minus(_LATE))
    ),
    "fell_due": Count(lambda p: in_scope() & between("due_on", p), ((1, "fell_due", "during"),)),
    "fell_due_on_time": Count(
        lambda p: (
            in_scope() & between("due_on", p) & (nw.col("closed_on") <= nw.col("due_on")).fill_null(False)
        ),
        ((1, "fell_due_on_time", "during"),),
    ),
    "in_time": Count(
        lambda p: considered(p) & ~(resolved(p) & is_in("punctuality", ("late",))) & ~overdue(p),
        (*_considered("all").terms, (-1, "late", "during"), *_minus(_OVERDUE)),
    ),
    "processed": Count(processed, ((1, "closed_all", "during"), (-1, "withdrawn", "during"))),
    "processed_on_time": Count(
        lambda p: processed(p) & is_in("punctuality", ("early", "punctual")),
        ((1, "early", "during"), (1, "punctual", "during"), (-1, "withdrawn", "during")),
    ),
    **_bands("overdue", _overdue_for),
    **_bands("late", _late_for),
    # The progress table of QĐ 766: by the clock, with a column of its own for dossiers whose clock stands still.
    "early_by_clock": Count(
        lambda p: resolved(p) & is_in("punctuality", ("early",)) & ~true("late_by_clock"),
        ((1, "early_by_clock", "during"),),
    ),
    "punctual_by_clock": Count(
        lambda p: resolved(p) & ~is_in("punctuality", ("early",)) & ~true("late_by_clock"),
        ((1, "closed_all", "during"), (-1, "early_by_clock", "during"), (-1, "late_by_clock", "during")),
    ),
    "late_by_clock": Count(lambda p: resolved(p) & true("late_by_clock"), ((1, "late_by_clock", "during"),)),
    "running": Count(running, (*_PENDING, *_minus(_considered("waiting").terms))),
    "running_in_time": Count(
        lambda p: running(p) & ~running_late(p),
        (*_PENDING, *_minus(_considered("waiting").terms), *_minus(_RUNNING_LATE)),
    ),
    "running_late": Count(running_late, _RUNNING_LATE),
    "waiting": _considered("waiting"),
    "awaiting_payment": _considered("awaiting_payment"),
    "handled": Count(handled, ((1, "handled", "during"),)),
    "handling_minutes": Count(handled, ((1, "handling_minutes", "during"),), amount="handling_minutes"),
    "handling_median": Count(handled, amount="handling_minutes", median=True),
    "resolved_online": _resolved("online"),
    "resolved_electronic_result": _resolved("true_electronic_result"),
    "received_eligible": _received("eligible"),
    "received_eligible_online": _received("eligible_online"),
    "received_full": _received("full"),
    "received_full_online": _received("full_online"),
    "received_with_fee": _received("with_fee"),
    "received_fee": _received("fee"),
    "received_fee_paid": _received("fee_paid"),
    **{f"known_{flag}": _considered(f"known_{flag}") for flag in FLAGS},
    **{f"true_{flag}": _considered(f"true_{flag}") for flag in FLAGS},
}
