"""Columns computed once from a dossier's own content, before it enters the facts.

Every derived column is defined here and nowhere else. Legal source of the two clocks: form II.06a (TT 01/2020/TT-VPCP)
compares days, QĐ 766/QĐ-TTg compares the end of processing with the appointed minute.
"""

from __future__ import annotations

import polars as pl

from ..vocabulary.working_time import END_OF_DAY
from .deadlines import with_deadlines
from .office_clock import OfficeClock
from .schema import CLOSING, NOT_RECEIVED, RESOLVED, WAITING, WITHDRAWN

DAY = pl.duration(days=1)
LATE_SUPPLEMENTS = 1  # QĐ 766: more than one request for supplements makes a dossier late


def derive(rows: pl.DataFrame, limits: pl.DataFrame) -> pl.DataFrame:
    """Adds the derived columns of the facts to rows that hold the content columns.

    `limits`: the time limits of the province's catalogue (records.deadlines.LIMITS).
    """
    derived = (
        with_deadlines(rows, limits)
        .with_columns(
            received_on=pl.col("received_at").dt.date(),
            received_month=pl.col("received_at").dt.date().dt.truncate("1mo"),
            due_on=pl.col("deadline_at").dt.date(),
            ended_at=_ended_at(),
        )
        .with_columns(closed_on=pl.col("ended_at").dt.date())
        .with_columns(
            punctuality=_punctuality(),
            late_by_clock=_late_by_clock(),
            overdue_on=_runs_out(pl.col("due_on") + DAY),
            late_on=_late_on(),
        )
    )
    return _with_handling(derived).drop("ended_at")


def _with_handling(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds handling_minutes (thời gian giải quyết): office minutes from receipt to the end less waiting, never below 0."""
    numbered = rows.with_row_index("row")
    ended = numbered.select("row", "received_at", "ended_at", "waiting_minutes").drop_nulls(
        ["received_at", "ended_at"]
    )
    if ended.is_empty():
        return rows.with_columns(handling_minutes=pl.lit(None, pl.Int32))
    clock = OfficeClock.over(ended.select("received_at", "ended_at"))
    minutes = clock.minutes_between(ended["received_at"], ended["ended_at"])
    taken = ended.select("row", handling_minutes=(minutes - ended["waiting_minutes"].fill_null(0)).clip(0))
    return numbered.join(taken, on="row", how="left", maintain_order="left").drop("row")


def _ended_at() -> pl.Expr:
    """When the dossier stopped being pending: end of processing, else the return of the result.

    A status that does not close keeps the dossier pending whatever dates the export carries.
    """
    ended = pl.coalesce("finished_at", "returned_at")
    return pl.when(pl.col("status").is_in(CLOSING)).then(ended).otherwise(None)


def _punctuality() -> pl.Expr:
    """early, punctual or late by date; without a due date, and withdrawn, count as punctual (form II.06a)."""
    closed, due = pl.col("closed_on"), pl.col("due_on")
    return (
        pl.when(closed.is_null())
        .then(None)
        .when((pl.col("status") == WITHDRAWN) | due.is_null())
        .then(pl.lit("punctual"))
        .when(closed < due)
        .then(pl.lit("early"))
        .when(closed == due)
        .then(pl.lit("punctual"))
        .otherwise(pl.lit("late"))
    )


def _late_by_clock() -> pl.Expr:
    after_due = (pl.col("ended_at") > pl.col("deadline_at")).fill_null(False) & pl.col("status").is_in(
        RESOLVED
    )
    return after_due | (pl.col("supplements") > LATE_SUPPLEMENTS)


def _runs_out(day: pl.Expr) -> pl.Expr:
    """The day a dossier starts to be overdue: never while the clock stands still, never before its receipt."""
    dateless = (
        pl.col("status").is_in(CLOSING) & pl.col("closed_on").is_null()
    )  # ended, nobody knows when: accuses no unit
    waits = pl.col("status").is_in([*WAITING, *NOT_RECEIVED])
    counts = ~waits & ~dateless & pl.col("due_on").is_not_null()
    start = pl.max_horizontal(day, pl.col("received_on"))
    reached = pl.col("closed_on").is_null() | (pl.col("closed_on") >= start)
    return pl.when(counts & reached).then(start).otherwise(None)


def _late_on() -> pl.Expr:
    """The day a dossier starts to be late by QĐ 766: its due day, or its receipt after a second supplement request."""
    twice = (pl.col("supplements") > LATE_SUPPLEMENTS) & ~pl.col("status").is_in(NOT_RECEIVED)
    return pl.when(twice).then(pl.col("received_on")).otherwise(_late_pending())


def _late_pending() -> pl.Expr:
    # A dossier that is not finished is held against the period's end, the end of a day: late on its due day where it was
    # due before that, else the day after. One closed on that day was not pending then.
    lasts = pl.col("deadline_at").dt.time() == END_OF_DAY
    start = _runs_out(pl.col("due_on") + pl.when(lasts).then(DAY).otherwise(pl.duration(days=0)))
    closed_on_the_day = (pl.col("closed_on") == start).fill_null(False)
    return pl.when(closed_on_the_day).then(None).otherwise(start)
