"""Deadlines (hạn giải quyết): the due date an export gives, else one computed from the procedure's time limit.

An exported due date stays as it is: the one-stop system has already moved it with each supplement (NgayHenTraMoi of the
sync records). Where none is given, QĐ 766/QĐ-TTg measures end less receipt less waiting against the longest time the law
allows, which is the same as a deadline at the limit's end, moved by the waiting time.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import polars as pl

from .office_clock import OfficeClock
from .schema import NOT_RECEIVED

LIMITS: Final[dict[str, Any]] = {
    "procedure_id": pl.String,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
    "limit": pl.Float64,
    "limit_kind": pl.String,
    "online_limit": pl.Float64,
    "online_limit_kind": pl.String,
}
"""What a province's catalogue (records.schema.PROCEDURES) says of time limits; derive() takes it as an argument."""

NO_LIMITS: Final = pl.DataFrame(schema=LIMITS)
_WORKING_DAYS_A_YEAR: Final = 200  # at least; it has about 250


def limits(procedures: pl.DataFrame) -> pl.DataFrame:
    """The time limits of a catalogue (columns LIMITS), all rows: a row without one ends the limit of an earlier row."""
    return procedures.select(list(LIMITS))


def with_deadlines(rows: pl.DataFrame, limits: pl.DataFrame) -> pl.DataFrame:
    """Adds deadline_at and due_computed to dossiers: procedure_id, channel, status, received_at, due_at, waiting_minutes."""
    numbered = rows.with_row_index("row")
    asked = _in_force(numbered.filter(_lacks_due()), limits)
    if asked.is_empty():
        return rows.with_columns(deadline_at="due_at", due_computed=pl.lit(False))
    computed = asked.select("row", computed=_clock(asked).deadlines(asked))
    return (
        numbered.join(computed, on="row", how="left", maintain_order="left")
        .with_columns(
            deadline_at=pl.coalesce("due_at", "computed"), due_computed=pl.col("computed").is_not_null()
        )
        .drop("row", "computed")
    )


def _lacks_due() -> pl.Expr:
    """Without a due date, but received: what was never taken in has no deadline."""
    received = pl.col("received_at").is_not_null() & ~pl.col("status").is_in(NOT_RECEIVED)
    return pl.col("due_at").is_null() & received


def _in_force(rows: pl.DataFrame, limits: pl.DataFrame) -> pl.DataFrame:
    """The rows whose procedure had a time limit on the day of receipt, with limit and limit_kind of their channel."""
    dated = limits.with_columns(start=pl.col("valid_from").fill_null(date.min)).sort("start")
    found = (
        rows.with_columns(on=pl.col("received_at").dt.date())
        .sort("on")
        .join_asof(dated, left_on="on", right_on="start", by="procedure_id", check_sortedness=False)
        .filter(pl.col("valid_to").is_null() | (pl.col("valid_to") >= pl.col("on")))
    )
    online = (pl.col("channel") == "online") & pl.col("online_limit_kind").is_not_null()
    return found.select(
        "row",
        "received_at",
        pl.when(online).then("online_limit").otherwise("limit").alias("limit"),
        pl.when(online).then("online_limit_kind").otherwise("limit_kind").alias("limit_kind"),
        pl.col("waiting_minutes").fill_null(0),
    ).drop_nulls()


def _clock(rows: pl.DataFrame) -> OfficeClock:
    """A clock that reaches as far as the longest limit and the longest waiting take the last dossier."""
    days = rows.select(pl.col("limit").max() + pl.col("waiting_minutes").max() / 480).item()
    return OfficeClock.over(rows.select("received_at"), years=2 + int(days / _WORKING_DAYS_A_YEAR))
