"""What a province and a period are called inside a sentence: toàn tỉnh or toàn thành phố; trong tháng 9 năm 2024."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Final

from ..statistics.data import Data
from ..vocabulary import numbers
from ..vocabulary.numbers import month_number
from ..vocabulary.periods import Period
from ..vocabulary.places import Era, Level, Province
from . import bodies
from .figures import Figure

_ROMAN: Final = ("I", "II", "III", "IV")
_UPPER: Final[dict[Era, tuple[Level, ...]]] = {
    "63": ("department", "district"),
    "34": ("department", "commune"),
}
_BELOW: Final[dict[Era, str]] = {"63": "huyện, thành phố", "34": "xã, phường"}
_LEVELS: Final = {"department": "cấp tỉnh", "district": "cấp huyện", "commune": "cấp xã"}


def kind(place: Province) -> str:
    """ "tỉnh" or "thành phố"."""
    return place.title.removesuffix(f" {place.name}")


def party(place: Province) -> str:
    """The Party committee of the place: "Tỉnh ủy", in a city "Thành ủy"."""
    return "Tỉnh ủy" if kind(place) == "tỉnh" else "Thành ủy"


def upper_levels(place: Province) -> tuple[Level, ...]:
    """The levels a review names units of: departments and what is just below the province."""
    return _UPPER[place.era]


def levels_told(place: Province) -> str:
    """ "cấp tỉnh, cấp huyện"."""
    return ", ".join(_LEVELS[level] for level in upper_levels(place))


def opening(period: Period) -> str:
    """How a report begins: "Trong quý III năm 2024 (từ ngày … đến ngày …)"; given dates stand for themselves."""
    if period.rule == "explicit":
        return period.window[:1].upper() + period.window[1:]
    return f"Trong {period.label} ({period.window})"


def ahead(period: Period) -> str:
    """What lies ahead: the month or quarter after, what is left of the year, the next year; else "thời gian tới"."""
    months, last, year = len(period.months()), period.end.month, period.end.year
    if period.rule == "explicit":
        return "thời gian tới"
    if months in (6, 9):
        return f"{12 - last} tháng cuối năm {year}"
    following, year = (1, year + 1) if last == 12 else (last + 1, year)
    if months == 12:
        return f"năm {year}"
    span = f"quý {_ROMAN[following // 3]}" if months == 3 else f"tháng {month_number(following)}"
    return f"{span} năm {year}"


def before(period: Period) -> str:
    """What the period before is called: "tháng 8 năm 2024"; given dates are said whole."""
    earlier = period.previous()
    return f"khoảng thời gian liền trước {earlier.window}" if earlier.rule == "explicit" else earlier.label


class Words:
    """What a report calls its place, its period and its units; the report itself has what is named here."""

    place: Province
    period: Period

    if TYPE_CHECKING:  # the report's own

        @property
        def data(self) -> Data: ...
        @property
        def last_day(self) -> date: ...
        @property
        def provisional(self) -> str | None: ...

    @property
    def year(self) -> str:
        """The year the period ends in, for a sentence."""
        return str(self.period.end.year)

    def called(self, level: str) -> str:
        """What the units of a level are called here: "sở, ban, ngành"; "huyện, thành phố"; "xã, phường, thị trấn"."""
        units = self.data.units
        return bodies.called(level, units.loc[units["level"] == level, "name"])

    @property
    def addressees(self) -> list[str]:
        """All units of the province by level, as a dispatch addresses them."""
        return bodies.addressees(self.place, self.data.units)

    @property
    def local_bodies(self) -> str:
        """The province's bodies as Nơi nhận names them: "Các sở, ban, ngành; UBND các huyện, thành phố"."""
        level = upper_levels(self.place)[-1]
        known = (self.data.units["level"] == level).any()
        return f"Các sở, ban, ngành; UBND các {self.called(level) if known else _BELOW[self.place.era]}"

    @property
    def kind(self) -> str:
        """ "tỉnh" or "thành phố", for a sentence."""
        return kind(self.place)

    @property
    def chair(self) -> str:
        """Who asks and orders in a dispatch: "Chủ tịch Ủy ban nhân dân tỉnh"."""
        return f"Chủ tịch Ủy ban nhân dân {self.kind}"

    @property
    def party(self) -> str:
        """ "Tỉnh ủy" or "Thành ủy"."""
        return party(self.place)

    @property
    def levels_told(self) -> str:
        """The levels whose units a review names: "cấp tỉnh, cấp huyện"; from 1/7/2025 "cấp tỉnh, cấp xã"."""
        return levels_told(self.place)

    @property
    def opening(self) -> str:
        """How a report begins: "Trong quý III năm 2024 (từ ngày … đến ngày …)"."""
        return opening(self.period)

    @property
    def during(self) -> str:
        """The period inside a title: "trong 9 tháng đầu năm 2024"; "từ ngày … đến ngày …"."""
        return self.period.label if self.period.rule == "explicit" else f"trong {self.period.label}"

    @property
    def at_end(self) -> str:
        """When the stocks stand: "Đến hết kỳ báo cáo", while figures are provisional "Đến ngày 15/11/2023"."""
        day = min(self.last_day, self.period.end)
        return f"Đến ngày {numbers.date(day)}" if self.provisional else "Đến hết kỳ báo cáo"

    @property
    def by_month(self) -> bool:
        """Whether the period has several months to draw beside each other."""
        return len(self.period.months()) > 1

    @property
    def next_label(self) -> str:
        """What lies ahead of the period: "3 tháng cuối năm 2024", "tháng 10 năm 2024", "năm 2025", "thời gian tới"."""
        return ahead(self.period)

    @staticmethod
    def numbered(**shown: object) -> dict[str, str]:
        """The numbers of the sections that are shown, in their order: {"dossiers": "2"}; "" of one that is left out."""
        names = [name for name, there in shown.items() if there]
        return {name: str(names.index(name) + 1) if name in names else "" for name in shown}

    @staticmethod
    def absent(figures: Mapping[str, Figure]) -> list[str]:
        """The names of the figures that nobody gave."""
        return [name for name, figure in figures.items() if figure.missing]
