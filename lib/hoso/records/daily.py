"""What the ledger counts (nội dung sổ theo ngày): of which dossiers, and on which day; bound to no engine.

Stocks (pending, overdue) are what came in less what went out, through a day. `_events` is the one place that says what
is counted on which day; its expressions are Narwhals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import narwhals as nw
import polars as pl

from . import schema
from .schema import (
    AWAITING_PAYMENT,
    CHANNELS,
    FLAGS,
    NOT_RECEIVED,
    ONLINE_SERVICE,
    REFUSED,
    RESOLVED,
    STOPPED,
    WAITING,
    WITHDRAWN,
)

Test = Callable[[], nw.Expr]
KEY: Final = ("province_id", "received_month", "unit_id", "level", "day")
# What is summed and not only counted. A count is of ones and zeros, which need less room than their sum.
_AMOUNTS: Final = {"handling_minutes"}
# Calendar days past the due day at which a band of the ageing starts: 1–5, 6–10, 11–30, over 30. Stated once.
BANDS: Final = (1, 6, 11, 31)


def true(column: str) -> nw.Expr:
    """Where a flag is known and set."""
    return nw.col(column).fill_null(False)


def known(column: str) -> nw.Expr:
    """Where the source said anything of a flag: missing is not zero."""
    return ~nw.col(column).is_null()


def is_in(column: str, words: tuple[Any, ...]) -> nw.Expr:
    """Where a column holds one of the words; null is none of them."""
    if len(words) == 1:
        one: nw.Expr = nw.col(column) == words[0]
        return one.fill_null(False)
    return (~nw.col(column).is_null()) & nw.col(column).is_in(list(words))


def in_scope() -> nw.Expr:
    """Dossiers that were received: not 'mới đăng ký', not 'không được tiếp nhận'."""
    return ~is_in("status", NOT_RECEIVED)


def handled() -> nw.Expr:
    """Dossiers whose handling time counts: resolved by the office, not withdrawn, with both ends known."""
    return is_in("status", RESOLVED) & known("handling_minutes")


def late_by(days: int) -> nw.Expr:
    """Resolved at least so many calendar days after the due day."""
    overrun = nw.col("due_on").dt.offset_by(f"{days}d") <= nw.col("closed_on")
    return is_in("punctuality", ("late",)) & overrun.fill_null(False)


def _aged(days: int) -> nw.Expr:
    """The day on which a pending dossier is overdue for so many days."""
    return nw.col("overdue_on").dt.offset_by(f"{days - 1}d").cast(nw.Date)


def _ended_aged(days: int) -> nw.Expr:
    return (nw.col("closed_on") >= _aged(days)).fill_null(False)


def _reached(days: int) -> nw.Expr:
    """That day, where the dossier was still pending the day before."""
    gone = (nw.col("closed_on") < _aged(days)).fill_null(False)
    return nw.when(~gone).then(_aged(days))


# Parts of the dossiers whose number is kept as a flow (received, closed) and so as a stock too: of those that were received,
# as the argument tells. Who waits was received.
_PARTS: Final[dict[str, Callable[[nw.Expr], nw.Expr]]] = {
    "all": lambda scope: scope,
    **{channel: (lambda scope, c=channel: scope & is_in("channel", (c,))) for channel in CHANNELS},  # type: ignore[misc]
    "eligible": lambda scope: scope & is_in("service_level", ONLINE_SERVICE),
    "eligible_online": lambda scope: _PARTS["eligible"](scope) & is_in("channel", ("online",)),
    "full": lambda scope: scope & is_in("service_level", ("full",)),
    "full_online": lambda scope: _PARTS["full"](scope) & is_in("channel", ("online",)),
    "with_fee": lambda scope: scope & true("fee"),
    "fee": lambda scope: _PARTS["with_fee"](scope) & known("paid_online"),
    "fee_paid": lambda scope: _PARTS["fee"](scope) & true("paid_online"),
    "supplement": lambda scope: scope & (nw.col("supplements").fill_null(0) > 0),
    "stopped": lambda _: is_in("status", (STOPPED,)),
    "awaiting_payment": lambda _: is_in("status", (AWAITING_PAYMENT,)),
    "waiting": lambda _: is_in("status", WAITING),
    **{f"known_{flag}": (lambda scope, f=flag: scope & known(f)) for flag in FLAGS},  # type: ignore[misc]
    **{f"true_{flag}": (lambda scope, f=flag: scope & true(f)) for flag in FLAGS},  # type: ignore[misc]
}
PARTS: Final[dict[str, Test]] = {name: (lambda of=of: of(in_scope())) for name, of in _PARTS.items()}  # type: ignore[misc]


def _events() -> dict[str, dict[str, nw.Expr]]:
    """What is counted of the dossiers that have it beside their parts, by the DATE column that says on which day.

    `_marked` has said of each what it is, so closed and in scope is here who has a day of closing and is in scope.
    """
    scope = closed = _is("all")
    on_time = (nw.col("closed_on") <= nw.col("due_on")).fill_null(False)
    return {
        "received_on": {"refused": is_in("status", (REFUSED,))},
        "closed_on": {
            **{word: closed & is_in("punctuality", (word,)) for word in ("early", "punctual", "late")},
            "withdrawn": closed & is_in("status", (WITHDRAWN,)),
            "late_by_clock": closed & true("late_by_clock"),
            "early_by_clock": closed & is_in("punctuality", ("early",)) & ~true("late_by_clock"),
            **{f"late_{days}": closed & late_by(days) for days in BANDS[1:]},
            **{f"overdue_{days}_ended": closed & _ended_aged(days) for days in BANDS[1:]},
            "handled": closed & handled(),
            "handling_minutes": nw.when(closed & handled()).then(nw.col("handling_minutes")).otherwise(0),
            "overdue_ended": closed & (~nw.col("overdue_on").is_null()),
            "late_ended": closed & (~nw.col("late_on").is_null()),
        },
        "overdue_on": {"overdue_began": scope},
        **{f"overdue_{days}_on": {f"overdue_{days}_began": scope} for days in BANDS[1:]},
        "late_on": {"late_began": scope, "late_waiting_began": scope & _is("waiting")},
        "due_on": {"fell_due": scope, "fell_due_on_time": scope & on_time},
    }


def _is(part: str) -> nw.Expr:
    return nw.col(f"is_{part}")


def _marked(facts: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The facts with what each dossier is, asked once of each: several counts are made of it, on several days."""
    received = facts.with_columns(is_all=in_scope())
    parts = {f"is_{name}": of(_is("all")) for name, of in _PARTS.items() if name != "all"}
    reached = {f"overdue_{days}_on": _reached(days) for days in BANDS[1:]}
    return received.with_columns(**parts, **reached)


# What the parts are called that are counted on a day.
_PARTS_ON: Final = {
    day: {f"is_{name}": f"{flow}_{name}" for name in PARTS}
    for day, flow in (("received_on", "received"), ("closed_on", "closed"))
}
COLUMNS: Final[tuple[str, ...]] = tuple(
    name for day, events in _events().items() for name in (*_PARTS_ON.get(day, {}).values(), *events)
)
SCHEMA: Final[schema.Columns] = {
    **dict(zip(KEY, (pl.String, pl.Date, pl.String, pl.String, pl.Date), strict=True)),
    **dict.fromkeys(COLUMNS, pl.Int64),
}


def build(facts: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The ledger of a frame of facts: columns KEY and COLUMNS (counts), one row a unit and day with any event."""
    marked = _marked(facts)
    # Each part has the columns of its own events; nothing of the others is 0 in the sums. Zeros spelled out would be most of
    # the plan's expressions, and an import of few dossiers spends most of its time on the plan.
    rows = nw.concat([_on_day(marked, day, events) for day, events in _events().items()], how="diagonal")
    return rows.group_by(*KEY).agg(_sums(COLUMNS)).select(*KEY, *COLUMNS)


def _on_day(facts: nw.LazyFrame[Any], day: str, events: dict[str, nw.Expr]) -> nw.LazyFrame[Any]:
    counted = [
        (event.cast(nw.Int64) if name in _AMOUNTS else _ones(facts, event)).alias(name)
        for name, event in events.items()
    ]
    if parts := _PARTS_ON.get(day, {}):
        counted.append(_ones(facts, nw.col(*parts)))  # one expression of all: each has its price
    keyed = facts.filter(~nw.col(day).is_null()).select(*KEY[:-1], nw.col(day).alias("day"), *counted)
    return keyed.group_by(*KEY).agg(_sums([*parts, *events])).rename(parts)


def _ones(facts: nw.LazyFrame[Any], events: nw.Expr) -> nw.Expr:
    """What is true, as it is added up: polars does it without numbers, in half the time."""
    return events if facts.implementation.is_polars() else events.cast(nw.Int8)


def _sums(names: Iterable[str]) -> nw.Expr:
    return nw.col(*names).sum().cast(nw.Int64)


def totals(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The ledger's rows of a province added up by level and day (columns level, day, COLUMNS), in that order."""
    return rows.group_by("level", "day").agg(_sums(COLUMNS)).sort("level", "day")
