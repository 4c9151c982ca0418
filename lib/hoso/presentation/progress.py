"""Progress (tiến độ): one indicator on its way to its target, by month and unit, and what was done for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Final

import pandas as pd

from ..statistics import measures, targets
from ..statistics.ranks import RANKED_FROM
from ..vocabulary import numbers
from ..vocabulary.errors import UsageError
from ..vocabulary.periods import Period
from .figures import Figure, Phrase
from .phrases import points
from .progress_effects import Effect, moved
from .report import Report
from .verdicts import APPENDICES, LEVEL_TITLES, Verdict

_LEADING: Final = 3
_NAMED: Final = 5  # of a level a sentence names so many units
_CHARTED: Final = 12


@dataclass(frozen=True)
class Month:
    """A month of the period, the first and last cut to fit: its value, and how far that is from the target."""

    period: Period
    value: Figure
    from_target: Figure | None

    @property
    def label(self) -> str:
        """ "7/2022", with its days where it is no whole month of its kind."""
        return f"{numbers.month_number(self.period.end.month)}/{self.period.end.year}"


@dataclass(frozen=True)
class Group:
    """The units of a level, each with its verdict: who leads, who lags, who has too few dossiers to be ranked."""

    progress: Progress
    level: str
    units: tuple[Verdict, ...]

    @property
    def title(self) -> str:
        """ "Cấp tỉnh"."""
        return LEVEL_TITLES[self.level]

    @cached_property
    def lagging(self) -> tuple[Verdict, ...]:
        """Those ranked that did not meet their target, or without one are below the province; the lowest first."""
        found = [one for one in self.units if not one.rank.missing and self.progress.lags(one)]
        return tuple(sorted(found, key=lambda one: (-(one.rank.value or 0), -(one.lacking.value or 0))))

    @cached_property
    def few(self) -> tuple[Verdict, ...]:
        """Those that lag on fewer than RANKED_FROM dossiers, or stand alone: shown and not ranked."""
        return tuple(one for one in self.units if one.rank.missing and self.progress.lags(one))

    @cached_property
    def leading(self) -> tuple[Verdict, ...]:
        """Those ranked, the highest first, that do not lag."""
        found = [one for one in self.units if not one.rank.missing and not self.progress.lags(one)]
        return tuple(sorted(found, key=lambda one: one.rank.value or 0))

    @property
    def lowest(self) -> tuple[Verdict, ...]:
        """Of those that lag the few lowest."""
        return self.lagging[:_NAMED]

    @property
    def leaders(self) -> list[Phrase]:
        """The few highest: "Sở Y tế (98,2%)"."""
        return [_named(one) for one in self.leading[:_LEADING]]


@dataclass(frozen=True)
class Progress:
    """How far an indicator of the province is."""

    goal: Verdict

    @property
    def report(self) -> Report:
        return self.goal.report

    @property
    def value(self) -> Figure:
        return self.goal.value

    @property
    def target(self) -> Figure | None:
        """The province's target, for the charts; None without one."""
        return None if self.goal.target.value is None else self.goal.target

    @property
    def variant(self) -> str:
        """The way of counting of the indicator."""
        return str(self.goal.row["variant"])

    # ── in time ──────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def months(self) -> tuple[Month, ...]:
        """The months of the period that the data reach."""
        data = self.report.data
        reached = [
            m for m in self.report.period.months() if m.end >= data.first_day and m.start <= data.last_day
        ]
        return tuple(self._month(month) for month in reached)

    def _month(self, period: Period) -> Month:
        value = self.report.rate(self.value.key["indicator"], self.variant, period=period)
        target = self.goal.target
        gap = None if target.value is None or value.value is None else points(value, target)
        return Month(
            period, value, None if gap is None else replace(gap, title=f"So với chỉ tiêu: {value.title}")
        )

    @property
    def target_is_newer(self) -> bool:
        """Whether the target that the months are held against was not in force yet at the end of one of them."""
        rows = targets.read(self.report.workbook.reference / targets.FILE)
        own = next((target for target in rows if target.id == self.goal.row["target_id"]), None)
        return own is not None and any(not own.holds_on(month.period.end) for month in self.months)

    @property
    def moved(self) -> Phrase:
        """How the last month of the period that has a value stands against the first: "tăng 34,9 điểm phần trăm"."""
        known = [month.value for month in self.months if month.value.value is not None]
        return moved(known[-1], known[0]) if len(known) > 1 else Phrase(())

    @property
    def first_month(self) -> Figure:
        """The value of the first month that has one."""
        return next((month.value for month in self.months if month.value.value is not None), self.value)

    @property
    def last_month(self) -> Figure:
        """The value of the last month that has one."""
        return next(
            (month.value for month in reversed(self.months) if month.value.value is not None), self.value
        )

    @property
    def by_month(self) -> bool:
        """Whether there is more than one month to look at."""
        return sum(month.value.value is not None for month in self.months) > 1

    @property
    def has_year_ago(self) -> bool:
        """Whether any month has last year's beside it."""
        return any(m.value.year_ago is not None and m.value.year_ago.value is not None for m in self.months)

    # ── by unit ──────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def has_target(self) -> bool:
        """Whether anyone has a target: the province or its units."""
        return self.goal.kind != "no_target" or bool(self.goal.levels)

    def lags(self, unit: Verdict) -> bool:
        """Whether a unit missed its target; where nobody has one, whether it is below the province's own value."""
        if self.has_target:
            return unit.kind == "not_met"
        value, whole = unit.value.value, self.value.value
        return value is not None and whole is not None and value < whole

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The units of each level that has any with data."""
        rows = self.goal.units
        rows = rows[(rows["variant"] == self.variant) & rows["value"].notna()]
        found = [(level, rows[rows["level"] == level]) for level in LEVEL_TITLES]
        return tuple(
            Group(
                self,
                level,
                tuple(self.goal.of({str(k): v for k, v in row.items()}) for _, row in part.iterrows()),
            )
            for level, part in found
            if len(part)
        )

    @property
    def lagging(self) -> tuple[Group, ...]:
        """The levels where anyone lags, ranked or not."""
        return tuple(group for group in self.groups if group.lagging or group.few)

    @property
    def leading(self) -> tuple[Group, ...]:
        """The levels where anyone leads."""
        return tuple(group for group in self.groups if group.leading)

    @property
    def few(self) -> list[Phrase]:
        """All those that lag and are not ranked: "Thanh tra tỉnh (20,0%)"."""
        return [_named(one) for group in self.lagging for one in group.few[:_NAMED]]

    @property
    def lowest_rows(self) -> pd.DataFrame:
        """The ranked units of the two upper levels, lowest first, at most CHARTED of them, for the chart."""
        found = [
            one
            for group in self.groups
            if group.level != "commune"
            for one in group.units
            if not one.rank.missing
        ]
        low = sorted(found, key=lambda one: one.value.value or 0)[:_CHARTED]
        return pd.DataFrame([one.row for one in low], columns=list(self.goal.units.columns))

    @property
    def appendices(self) -> str:
        """ "Phụ lục I, II": the appendices that list who lags."""
        return f"Phụ lục {', '.join(APPENDICES[: len(self.lagging)])}"

    @property
    def next_appendix(self) -> str:
        """The number of the appendix after those."""
        return APPENDICES[len(self.lagging)]

    @property
    def ranked_from(self) -> str:
        """From how many dossiers a unit is ranked, in words."""
        return {10: "mười"}.get(RANKED_FROM, numbers.number(RANKED_FROM))

    # ── measures ─────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def effects(self) -> tuple[Effect, ...]:
        """The measures for the indicator, those with a day first."""
        report = self.report
        rows = measures.read(report.workbook.reference / measures.FILE)
        found = measures.of(rows, report.place, self.value.key["indicator"], report.period)
        return tuple(Effect(report, measure, self.value.key["indicator"], self.variant) for measure in found)

    @property
    def compared(self) -> bool:
        """Whether any measure has a comparison."""
        return any(effect.windows for effect in self.effects)

    @property
    def marks(self) -> list[tuple[date, str]]:
        """The first days of measures inside the period, for the chart."""
        days = [(e.measure.starts_on, e.title) for e in self.effects]
        span = self.report.period
        return [(day, str(title)) for day, title in days if day and span.start <= day <= span.end]


def _named(one: Verdict) -> Phrase:
    return Phrase((one.name, " (", one.value, ")"))


def progress(report: Report, indicator: str, deadline: str = "") -> Progress:
    """The progress of an indicator; `deadline` (2022-12-31) takes the place of the target's own.

    UsageError for an indicator nobody knows, and for one that is no rate: a report in points and dossiers tells nothing
    true of days. NoDataError for a period before or after all data.
    """
    goal = report.verdict(indicator, deadline=deadline)
    if goal.value.measure != "rate":
        rates = sorted({i.id for i in report.definitions.indicators if i.measure == "rate"})
        raise UsageError(
            f"báo cáo tiến độ chỉ theo dõi tỷ lệ; {indicator} không phải tỷ lệ", expected=", ".join(rates)
        )
    return Progress(goal)
