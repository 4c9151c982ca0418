"""Working time for whole columns: what vocabulary/working_time.py says of one moment, for many at once.

A moment in office hours is the rank of its working day and the seconds worked on it; adding time is then arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

import polars as pl

from ..vocabulary.calendar import is_working_day
from ..vocabulary.workbook import Edition, edition, reference_file
from ..vocabulary.working_time import END_OF_DAY, OFFICE, OfficeHours, seconds

LAST_YEAR: Final = 2110  # beyond the years of any date; what would end later ends on its last working day
_CLOSED: Final = seconds(END_OF_DAY)


@dataclass(frozen=True)
class OfficeClock:
    """The working days of some years, in order, and the hours worked on each."""

    days: pl.Series
    hours: OfficeHours

    @classmethod
    def over(cls, moments: pl.DataFrame, years: int = 1, hours: OfficeHours = OFFICE) -> OfficeClock:
        """A clock for all moments of a frame (not empty) and some years after the last."""
        days = pl.concat(moments.select(pl.all().cast(pl.Date)).get_columns())
        first, last = days.dt.year().sort()[[0, -1]]
        decisions = reference_file("holidays.csv")
        edited = edition(decisions)
        reach = range(first, min(last + years, LAST_YEAR) + 1)
        return cls(pl.concat([_working_days(decisions, edited, year) for year in reach]), hours)

    def deadlines(self, rows: pl.DataFrame) -> pl.Series:
        """When each row falls due (Datetime us): columns received_at, limit, limit_kind, waiting_minutes, none null."""
        opened = self._opened(rows["received_at"]).hstack(rows.select("limit", "limit_kind"))
        ended = opened.with_columns(after_days=self._after_days(opened)).select(end=self._limit_end())
        wait = rows.select(wait=pl.col("waiting_minutes").cast(pl.Int64) * 60)
        return self._moments(ended.unnest("end").hstack(wait).select(end=self._postponed()).unnest("end"))

    def minutes_between(self, first: pl.Series, last: pl.Series) -> pl.Series:
        """Whole office minutes from the first to the last (Int32), 0 when it is not later; neither null."""
        work = self._position(last) - self._position(first)
        return (work.clip(0) // 60).cast(pl.Int32)

    def _rank(self, day: pl.Series) -> pl.Series:
        """The rank of a working day; of another day, that of the next working day."""
        return self._ranks.gather((day.to_physical() - self._first).clip(0, len(self._ranks) - 1))

    @cached_property
    def _first(self) -> int:
        return int(self.days.to_physical()[0])

    @cached_property
    def _ranks(self) -> pl.Series:
        """The rank of each day from the first working day to the day after the last: looked up, not searched for."""
        every = pl.Series(range(self._first, int(self.days.to_physical()[-1]) + 2), dtype=pl.Int32)
        return self.days.search_sorted(every.cast(pl.Date)).cast(pl.Int64)

    def _day(self, rank: pl.Series) -> pl.Series:
        return self.days.gather(rank.clip(0, len(self.days) - 1))

    def _worked(self, moments: pl.Series) -> pl.DataFrame:
        """rank, and second and worked of the day; both 0 on a day off, whose rank is that of the next working day."""
        day, at = moments.dt.date(), pl.col("at").dt
        rank = self._rank(day)
        frame = pl.DataFrame({"at": moments, "rank": rank, "works": self._day(rank) == day})
        since = at.hour().cast(pl.Int64) * 3600 + at.minute().cast(pl.Int64) * 60 + at.second()
        return frame.select("rank", second=pl.when("works").then(since).otherwise(0)).with_columns(
            worked=self._work_until(pl.col("second"))
        )

    def _position(self, moments: pl.Series) -> pl.Series:
        return self._worked(moments).select(pl.col("rank") * self.hours.day + pl.col("worked")).to_series()

    def _opened(self, moments: pl.Series) -> pl.DataFrame:
        """rank and worked of the first moment in office hours at or after each."""
        closed = pl.col("second") > self.hours.spans[-1][1]
        return self._worked(moments).select(
            rank=pl.col("rank") + closed, worked=pl.when(closed).then(0).otherwise("worked")
        )

    def _after_days(self, opened: pl.DataFrame) -> pl.Series:
        """The rank of the day on which so many calendar days end: of the next working day where that is a day off."""
        days = opened.select(pl.col("limit").ceil().cast(pl.Int64) * pl.duration(days=1)).to_series()
        return self._rank((self._day(opened["rank"]).cast(pl.Datetime("us")) + days).dt.date())

    def _limit_end(self) -> pl.Expr:
        """Where a limit ends; see working_time._limit_end."""
        kind, limit, rank, worked = (pl.col(c) for c in ("limit_kind", "limit", "rank", "worked"))
        too_late = worked > self.hours.worked(self.hours.same_day_until)
        whole = limit.floor().cast(pl.Int64)
        part = ((limit - whole) * self.hours.day).round().cast(pl.Int64)
        return (
            pl.when(kind == "same_day")
            .then(_at(rank + too_late, _CLOSED))
            .when(kind == "day")
            .then(_at(pl.col("after_days"), _CLOSED))
            .when(kind == "working_hour")
            .then(self._worked_off(rank, worked, (limit * 3600).round().cast(pl.Int64)))
            .when(part == 0)
            .then(_at(rank + whole, _CLOSED))
            .when(whole == 0)
            .then(self._worked_off(rank, worked, part))
            .otherwise(self._worked_off(rank + whole + 1, pl.lit(0), part))
        )

    def _postponed(self) -> pl.Expr:
        """Where a limit ends after the waiting (wait, in seconds of work); see working_time.postponed."""
        rest = pl.col("wait") % self.hours.day
        rank, second = pl.col("rank") + pl.col("wait") // self.hours.day, pl.col("second")
        closed = second == _CLOSED  # else it is a moment in office hours
        worked = pl.when(closed).then(0).otherwise(self._work_until(second))
        return (
            pl.when(rest == 0)
            .then(_at(rank, second))
            .otherwise(self._worked_off(rank + closed, worked, rest))
        )

    def _worked_off(self, rank: pl.Expr, worked: pl.Expr, work: pl.Expr) -> pl.Expr:
        """Where so many seconds of work are done: the close of a day, not the opening of the next."""
        total = worked + work
        days = (total - 1) // self.hours.day
        return _at(rank + days, self._time_after(total - days * self.hours.day))

    def _work_until(self, second: pl.Expr) -> pl.Expr:
        return pl.sum_horizontal((second - start).clip(0, end - start) for start, end in self.hours.spans)

    def _time_after(self, worked: pl.Expr) -> pl.Expr:
        times, before = [], 0
        for start, end in self.hours.spans:
            times.append(pl.when(worked - before <= end - start).then(worked - before + start))
            before += end - start
        return pl.coalesce(times)

    def _moments(self, ends: pl.DataFrame) -> pl.Series:
        frame = ends.with_columns(day=self._day(ends["rank"]).cast(pl.Datetime("us")))
        return frame.select(pl.col("day") + pl.duration(seconds="second")).to_series()


def _at(rank: pl.Expr, second: pl.Expr | int) -> pl.Expr:
    """A moment of a working day: its rank and the second since midnight."""
    moment = second if isinstance(second, pl.Expr) else pl.lit(second)
    return pl.struct(rank=rank.cast(pl.Int64), second=moment.cast(pl.Int64))


@lru_cache(maxsize=512)
def _working_days(_decisions: Path, _edition: Edition | None, year: int) -> pl.Series:
    every = (date(year, 1, 1) + timedelta(n) for n in range(366))
    return pl.Series([day for day in every if day.year == year and is_working_day(day)], dtype=pl.Date)
