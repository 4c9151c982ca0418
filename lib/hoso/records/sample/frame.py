"""The dossiers as one frame, from which every export takes its rows and columns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .bodies import Bodies
from .catalogue import Catalogue
from .clock import DAY, OFFICE_MINUTES, clock_seconds, day_number
from .draw import DONE, NONE, OPEN, REFUSED, RETURNED, Dossiers
from .flags import ONLINE, UNKNOWN, Ground

Ints = NDArray[np.int64]

TIMES: Final = ("submitted_at", "received_at", "due_at", "finished_at", "returned_at")
FLAGS: Final = ("digitised", "reused", "electronic_result", "synced", "authenticated", "citizen_data")
CHANNELS: Final = ("direct", "online", "postal")
SERVICES: Final = ("information", "partial", "full")
_WITHOUT_RETURN: Final = 0.02


def frame(
    g: Ground,
    procedures: Catalogue,
    channel: Ints,
    flags: Mapping[str, Ints],
    rng: np.random.Generator,
    undated: int = 0,
) -> pl.DataFrame:
    """One row a dossier, in order of receipt.

    Columns: dossier_id, unit_name, parent_name, level (0–2), procedure_id, procedure_name, field, service_level,
    channel, status, the five times (Datetime, null), supplements, waiting_days, fee_amount (0 without a fee), payment
    (online | other | null), the six flags (Boolean, null), closed_day, received_day, number (from 1).
    """
    d, bodies = g.dossiers, g.bodies
    returned = _returned(d, rng)
    shown = procedures.rows
    submitted = _submitted(d, channel, rng)
    received = np.where(d.in_scope | ((d.status == REFUSED) & (d.received % 2 == 0)), d.received, NONE)
    due = np.where(d.in_scope & ~_undated(g, procedures, undated), d.due, NONE)
    unknown = np.full(len(d.unit), UNKNOWN)
    paid = flags.get("paid_online", unknown)
    names = pl.Series([unit.name for unit in bodies.units])
    parents = pl.Series([bodies.parent_name(unit) for unit in bodies.units], dtype=pl.String)
    return pl.DataFrame(
        {
            "dossier_id": _ids(d, bodies),
            "unit_name": names.gather(d.unit),
            "parent_name": parents.gather(d.unit),
            "level": bodies.level[d.unit],
            **{name: shown[source].gather(g.row) for name, source in _SHOWN.items()},
            "channel": pl.Series(CHANNELS).gather(channel),
            "status": d.status,
            "submitted_at": _times(submitted),
            "received_at": _times(received),
            "due_at": _times(due),
            "finished_at": _times(d.finished),
            "returned_at": _times(returned),
            "supplements": d.supplements,
            "waiting_days": d.waiting_days,
            "fee_amount": np.where(g.fee, procedures.amount[d.slot], 0),
            "payment": pl.Series(["other", "online", None], dtype=pl.String).gather(
                np.where(g.fee, paid, 2) % 3
            ),
            **{name: _flag(flags.get(name, unknown)) for name in FLAGS},
            "closed_day": d.closed_day,
            "received_day": d.received_day,
            "number": np.arange(1, len(d.unit) + 1),
        }
    )


def _undated(g: Ground, procedures: Catalogue, every: int) -> NDArray[np.bool_]:
    """Every so many-th dossier whose drawn due day is what its procedure's limit gives, and is not the day it ended on:
    the computed deadline lasts to the end of its day, the drawn one to a minute."""
    d = g.dossiers
    limit = procedures.rows["days"].to_numpy()[g.row]
    same = (limit == d.due_rank - d.rank) & (d.waiting_days == 0) & (d.finished // DAY != d.due // DAY)
    chosen: NDArray[np.bool_] = same & (np.arange(len(d.unit)) % max(1, every) == 0) & (every > 0)
    return chosen


_SHOWN: Final = {
    "procedure_id": "procedure_id",
    "procedure_name": "name",
    "field": "field",
    "service_level": "service_level",
}


def as_of(rows: pl.DataFrame, day: date) -> pl.DataFrame:
    """The dossiers as an export at the end of an earlier day showed them: what ended later was still open."""
    number = day_number(day)
    open_then = pl.col("closed_day") > number
    kept = pl.col("returned_at").dt.date() <= day
    status = (
        pl.when(open_then).then(OPEN).when((pl.col("status") == RETURNED) & ~kept.fill_null(True)).then(DONE)
    )
    return rows.with_columns(
        status=status.otherwise("status"),
        finished_at=pl.when(~open_then).then("finished_at"),
        returned_at=pl.when(~open_then & kept).then("returned_at"),
        supplements=pl.when(open_then).then(0).otherwise("supplements"),
        waiting_days=pl.when(open_then).then(0).otherwise("waiting_days"),
        electronic_result=pl.when(~open_then).then("electronic_result"),
    )


def _returned(d: Dossiers, rng: np.random.Generator) -> Ints:
    """When the result was handed over: mostly at once, at the latest three days later, some not yet."""
    wait = rng.choice(4, len(d.unit), p=[0.7, 0.15, 0.1, 0.05])
    later = clock_seconds(rng.integers(0, OFFICE_MINUTES, len(wait)))
    ended = np.where(d.finished == NONE, 0, d.finished)
    rank = (d.calendar.rank(ended // DAY) + wait).clip(max=len(d.calendar.days) - 1)
    returned: Ints = np.where(wait == 0, ended + 60, d.calendar.days[rank] * DAY + later)
    handed = d.handled & (returned <= d.cutoff) & (rng.random(len(wait)) >= _WITHOUT_RETURN)
    d.status[handed] = RETURNED
    return np.where(handed, returned, NONE)


def _submitted(d: Dossiers, channel: Ints, rng: np.random.Generator) -> Ints:
    """Minutes before receipt at the counter, up to a day and a half before it over the network."""
    minutes = np.where(
        channel == ONLINE, rng.integers(10, 36 * 60, len(channel)), rng.integers(0, 15, len(channel))
    )
    return np.asarray(d.received - 60 * minutes)


def _ids(d: Dossiers, bodies: Bodies) -> pl.Series:
    """QCVN 102 ids: unit, day, and a number that starts anew for each unit and day."""
    key = d.unit * 100_000 + d.received_day
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    serial = np.empty(len(key), dtype=np.int64)
    serial[order] = np.arange(len(key)) - np.repeat(starts, np.diff(np.append(starts, len(key)))) + 1
    parts = pl.DataFrame(
        {
            "code": pl.Series(bodies.codes).gather(d.unit),
            "day": pl.Series(d.received_day.astype(np.int32)).cast(pl.Date).dt.strftime("%y%m%d"),
            "serial": pl.Series(serial).cast(pl.String).str.zfill(4),
        }
    )
    return parts.select(pl.concat_str("code", "day", "serial", separator="-").alias("dossier_id"))[
        "dossier_id"
    ]


def _times(seconds: Ints) -> pl.Series:
    series = pl.Series(seconds * 1_000_000, dtype=pl.Int64)
    return series.set(series < 0, None).cast(pl.Datetime("us"))


def _flag(value: Ints) -> pl.Series:
    return pl.Series([False, True, None], dtype=pl.Boolean).gather(value % 3)
