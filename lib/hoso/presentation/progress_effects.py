"""The effect (kết quả trước, sau) of a measure: the indicator in two windows of one length, before its day and after."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import pandas as pd

from ..statistics.measures import Measure, Windows, windows
from ..vocabulary import numbers
from ..vocabulary.periods import Period
from .figures import Figure, Phrase
from .phrases import points
from .report import Report
from .verdicts import LEVEL_TITLES

_REASONS: Final = {
    "not_dated": "nguồn không nêu ngày bắt đầu nên không so sánh trước, sau",
    "not_begun": "số liệu mới có đến ngày {last}, chưa có số liệu sau khi áp dụng để so sánh",
    "no_past": "số liệu chỉ có từ ngày {first}, không đủ một tuần trước khi áp dụng để so sánh",
    "too_new": "số liệu đến ngày {last} chưa đủ một tuần áp dụng để so sánh",
    "no_dossiers": "không có hồ sơ trong một trong hai khoảng thời gian trước, sau nên không so sánh",
}


@dataclass(frozen=True)
class Effect:
    """A measure and the indicator beside it."""

    report: Report
    measure: Measure
    indicator: str
    variant: str

    @property
    def title(self) -> Phrase:
        """What the measure is, its number a figure: "Giảm 50% lệ phí …"."""
        before, _, after = self.measure.title.partition("{quantity}")
        return (
            Phrase((before, self.quantity, after))
            if "{quantity}" in self.measure.title
            else Phrase((before,))
        )

    @property
    def quantity(self) -> Figure:
        """How much of it."""
        value, percent = self.measure.value, self.measure.measured_in == "%"
        return Figure(
            {"kind": "measure", "measure": self.measure.id}, "Quy mô của giải pháp", "rate" if percent else "count",
            None if value is None else float(value), trim=True, measured_in=self.measure.measured_in,
            definition="Số nêu tại nguồn.", source=self.measure.source, source_kind="published",
            period_text=f"Nguồn ngày {numbers.date(self.measure.as_of)}",
        )  # fmt: skip

    @property
    def begun(self) -> str:
        """Its first day, "01/7/2022"; empty where the source names none."""
        return numbers.date(self.measure.starts_on) if self.measure.starts_on else ""

    @cached_property
    def windows(self) -> Windows | None:
        """The days compared; None where there is nothing to compare, for the reason `reason` gives."""
        return self._windows if isinstance(self._windows, Windows) else None

    @cached_property
    def _windows(self) -> Windows | str:
        data = self.report.data
        found = windows(self.measure, self.report.period, data.first_day, data.last_day)
        if isinstance(found, Windows) and None in (
            self._rate(found.before).value,
            self._rate(found.after).value,
        ):
            return "no_dossiers"
        return found

    @property
    def reason(self) -> str:
        """Why nothing is compared; empty where something is."""
        if isinstance(self._windows, Windows):
            return ""
        data = self.report.data
        last = min(data.last_day, self.report.period.end)
        return _REASONS[self._windows].format(first=numbers.date(data.first_day), last=numbers.date(last))

    def _rate(self, window: Period) -> Figure:
        return self.report.rate(self.indicator, self.variant, period=window)

    @property
    def before(self) -> Figure:
        """The indicator in the days right before."""
        assert self.windows
        return self._rate(self.windows.before)

    @property
    def after(self) -> Figure:
        """The indicator in as many days from the first one on."""
        assert self.windows
        return self._rate(self.windows.after)

    @property
    def earlier(self) -> Figure | None:
        """The indicator in as many days before those before; None where no data reach so far back."""
        window = self.windows.earlier if self.windows else None
        found = self._rate(window) if window else None
        return found if found is not None and found.value is not None else None

    @property
    def moved(self) -> Phrase:
        """ "tăng 8,9 điểm phần trăm": after against before."""
        return moved(self.after, self.before)

    @property
    def moved_before(self) -> Phrase:
        """How it moved before the measure: "tăng 2,1 điểm phần trăm"."""
        return moved(self.before, self.earlier) if self.earlier else Phrase(())

    @property
    def days(self) -> Figure:
        """How many days each window has."""
        assert self.windows
        key = {
            "kind": "measure_days", "measure": self.measure.id, "period": self.report.period.id,
            "before": self.windows.before.id, "after": self.windows.after.id,
        }  # fmt: skip
        return Figure(
            key, "Số ngày của mỗi khoảng so sánh", "count", float(self.windows.days), source_kind="derived",
            definition="Số ngày áp dụng đến ngày sau cùng có số liệu trong kỳ, không hơn số ngày có số liệu trước đó.",
            source=self.measure.source, period_text=self.report.period.window,
        )  # fmt: skip

    @property
    def by_level(self) -> list[tuple[str, Figure, Figure]]:
        """Before and after in each level with dossiers in both: title, before, after."""
        assert self.windows
        sides = [self._levels(window) for window in (self.windows.before, self.windows.after)]
        return [
            (title, sides[0][level], sides[1][level])
            for level, title in LEVEL_TITLES.items()
            if all(level in side for side in sides)
        ]

    def _levels(self, window: Period) -> dict[str, Figure]:
        rows = self.report.results("level", window, (self.indicator,))
        rows = rows[
            (rows["indicator"] == self.indicator) & (rows["variant"] == self.variant) & rows["value"].notna()
        ]
        return {str(row["level"]): self._figure(row, window) for _, row in rows.iterrows()}

    def _figure(self, row: pd.Series, window: Period) -> Figure:
        return replace(self.report.figure(row, window), year_ago=None)


def moved(now: Figure, before: Figure) -> Phrase:
    """ "tăng 8,9 điểm phần trăm", "giảm …", "không thay đổi" between two values of a rate."""
    change = replace(points(now, before), title=f"Tăng, giảm: {now.title}")
    assert change.value is not None
    if numbers.round_half_up(change.value, change.decimals) == 0:
        return Phrase(("không thay đổi",))
    size = replace(change, value=abs(change.value), key=change.key | {"absolute": True})
    return Phrase((f"{'tăng' if change.value > 0 else 'giảm'} ", size, " điểm phần trăm"))
