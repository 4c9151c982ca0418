"""Series across 1/7/2025 (chuỗi số liệu qua sắp xếp đơn vị hành chính): one indicator of a place over periods.

A province of the 34 has no past of its own: before 1/7/2025 its numerators and denominators are the sums of those of the
provinces it was made of (NQ 202/2025/QH15), each from its own dossiers; rates, scores and ranks are never averaged. A sum
that lacks one of them is no total and has no value. A period over the border is its part to 30/6/2025 from the old
provinces and its part from 1/7/2025 from the new one:

- what happens on a day (received, resolved, late …) adds up over both parts, each by its own days, so a dossier that an
  export of the new province repeats from before the border is not counted there again;
- the stock at the start (carried over) is that of the first part, the stock at the end (pending, overdue, waiting) that
  of the last part: a dossier pending on 30/6/2025 lives on in the new province and is pending there or nowhere;
- received as form II.06a has it (column 3) is the start's stock and what came in during both parts, so a dossier carried
  over the border is counted where it came in; so are its digitisation and its other flags, as the old province knew them.

Where the new province does not carry over what the old ones left pending, the point says by how much.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from ..vocabulary.errors import NoDataError
from ..vocabulary.numbers import date as print_date
from ..vocabulary.numbers import number
from ..vocabulary.periods import Period
from ..vocabulary.places import LAST_DAY_OF_63, Era, Level, Province, predecessors, successor
from .counts import COUNTS, Window
from .data import Data
from .definitions import Indicator, definitions
from .results import MINUTES_A_DAY, results

OpenData = Callable[[Province], Data]
"""Opens a province's data; raises NoDataError where there are none."""

COLUMNS: Final = (
    "province", "indicator", "variant", "level", "period", "era", "numerator", "denominator", "value", "basis",
    "provinces", "lacking", "reason",
)  # fmt: skip

OWN: Final = "số liệu của {place}"
SUMMED: Final = "cộng từ số liệu gốc của {n} tỉnh, thành phố trước sắp xếp: {names}"
BOTH: Final = "{first} (đến ngày {last_day}) và {second} (từ ngày {next_day})"
ENDED: Final = "{place} chỉ có đến ngày 30/6/2025, nay thuộc {successor}"
NO_DISTRICT: Final = "không còn cấp huyện từ ngày 01/7/2025"
LACKING: Final = "chưa có dữ liệu của {names}; tổng thiếu một địa phương không phải là tổng"
NOT_MEASURED: Final = "{name} không có trong kỳ này"
NOT_A_SUM: Final = "{name} không cộng được giữa các địa phương"
GAP: Final = "các tỉnh trước sắp xếp còn {left} hồ sơ đang giải quyết ngày 30/6/2025, {place} chuyển tiếp {taken} hồ sơ"

# States a dossier has at the end of the period: however the ledger counts them, only the last part knows them.
_END_STATES: Final = frozenset(
    {"stopped", "waiting", "awaiting_payment", "running", "running_in_time", "running_late"}
)


@dataclass(frozen=True)
class Point:
    """One period of a series. Without a value `reason` says why; with one it may hold a caution.

    `provinces` are those whose dossiers are in it, `lacking` those that should be and have none.
    """

    period: Period
    numerator: float | None
    denominator: float | None
    value: float | None
    basis: str
    provinces: tuple[Province, ...] = ()
    lacking: tuple[Province, ...] = ()
    reason: str | None = None

    @property
    def era(self) -> Era:
        return self.period.era


@dataclass(frozen=True)
class Source:
    """The data behind one part of a period: every province that makes up the place in that era."""

    part: Period
    data: tuple[Data, ...]
    lacking: tuple[Province, ...]

    @property
    def provinces(self) -> tuple[Province, ...]:
        return tuple(data.province for data in self.data)


def series(
    open_data: OpenData,
    province: Province,
    indicator: str,
    periods: Sequence[Period],
    variant: str | None = None,
    level: Level | None = None,
) -> list[Point]:
    """A count or rate of a province (or of one level in it) over periods, one point each; see the module for the border.

    Raises UsageError for an indicator nobody knows.
    """
    asked = (
        definitions().count(indicator) if indicator in COUNTS else definitions().indicator(indicator, variant)
    )
    parts = (asked.numerator, asked.denominator) if isinstance(asked, Indicator) else (asked.id, None)
    chosen = variant or (asked.variant if isinstance(asked, Indicator) else None)
    return [_point(open_data, province, indicator, chosen, parts, period, level) for period in periods]


def _point(
    open_data: OpenData,
    province: Province,
    indicator: str,
    variant: str | None,
    counts: tuple[str, str | None],
    period: Period,
    level: Level | None,
) -> Point:
    if ended := _ended(province, period, level):
        return Point(period, None, None, None, "", reason=ended)
    sources = [_source(open_data, province, part) for part in period.parts_by_era()]
    included = tuple(dict.fromkeys(place for source in sources for place in source.provinces))
    lacking = tuple(dict.fromkeys(place for source in sources for place in source.lacking))
    basis = _basis(sources)
    if lacking:
        told = LACKING.format(names=", ".join(place.title for place in lacking))
        return Point(period, None, None, None, basis, included, lacking, told)
    if len(sources) == 1 and len(sources[0].data) == 1:
        top, bottom, value = _own(sources[0].data[0], period, indicator, variant, level)
        unmeasured = None if any(x is not None for x in (top, bottom, value)) else _title(indicator)
        reason = NOT_MEASURED.format(name=unmeasured) if unmeasured else None
        return Point(period, top, bottom, value, basis, included, reason=reason)
    unsummed = [name for name in counts if name is not None and not _adds_up(name)]
    if unsummed:
        told = NOT_A_SUM.format(name=_title(unsummed[0]))
        return Point(period, None, None, None, basis, included, reason=told)
    top, bottom = (None if name is None else _sum(name, sources, level) for name in counts)
    value = _value(indicator, variant, top, bottom)
    return Point(period, top, bottom, value, basis, included, reason=_gap(province, sources, level))


def _ended(province: Province, period: Period, level: Level | None) -> str | None:
    """Why a place has no such figure at all: it ended on 30/6/2025."""
    if period.end <= LAST_DAY_OF_63:
        return None
    if province.era == "63":
        return ENDED.format(place=province.title, successor=successor(province).title)
    return NO_DISTRICT if level == "district" else None


def _source(open_data: OpenData, province: Province, part: Period) -> Source:
    """The places that make up the province in the era of a part, and which of them have data for it."""
    places = predecessors(province) if province.era == "34" and part.era == "63" else [province]
    found, lacking = [], []
    for place in places:
        data = _reaching(open_data, place, part)
        found.append(data) if data else lacking.append(place)
    return Source(part, tuple(found), tuple(lacking))


def _reaching(open_data: OpenData, place: Province, part: Period) -> Data | None:
    """A province's data, where they have any day of the part: zeros from other years are not figures of this one."""
    try:
        data = open_data(place)
    except NoDataError:
        return None
    return data if data.first_day <= part.end and data.last_day >= part.start else None


def _own(
    data: Data, period: Period, indicator: str, variant: str | None, level: Level | None
) -> tuple[float | None, float | None, float | None]:
    """The figure of one province in one era, from its results."""
    table = results(data, period, "level" if level else "province", [indicator])
    row = table[(table["indicator"] == indicator) & (table["variant"].fillna("") == (variant or ""))]
    row = row[row["level"] == level] if level else row
    if row.empty:
        return None, None, None
    top, bottom, value = (
        None if pd.isna(x) else float(x) for x in row[["numerator", "denominator", "value"]].iloc[0]
    )
    return top, bottom, value


def _adds_up(name: str) -> bool:
    """Counts of dossiers add up over provinces and days; procedures are the same in several, a median is no sum."""
    return name in COUNTS and bool(COUNTS[name].terms)


def _title(name: str) -> str:
    words = definitions().counts.get(name)
    return words.title if words else name


def _sum(name: str, sources: Sequence[Source], level: Level | None) -> int:
    """A count over all parts: days of each, the start's stock from the first, the end's from the last."""
    last = len(sources) - 1
    total = 0
    for i, source in enumerate(sources):
        if name in _END_STATES and i < last:
            continue
        alone = name in _END_STATES
        kept: dict[Window, bool] = {"during": True, "before": alone or i == 0, "through": i == last}
        terms = [term for term in COUNTS[name].terms if kept[term[2]]]
        total += sum(
            sign * _days(data, source.part, column, window, level)
            for sign, column, window in terms
            for data in source.data
        )
    return total


def _days(data: Data, part: Period, column: str, window: Window, level: Level | None) -> int:
    """A ledger column over the days of a window, of one level or of the whole province."""
    daily = data.daily if level is None else data.daily[data.daily["level"] == level]
    start, end = pd.Timestamp(part.start), pd.Timestamp(part.end)
    tests = {
        "before": daily["day"] < start,
        "during": daily["day"].between(start, end),
        "through": daily["day"] <= end,
    }
    return int(daily.loc[tests[window], column].sum())


def _value(indicator: str, variant: str | None, top: float | None, bottom: float | None) -> float | None:
    if indicator in COUNTS:
        return top
    if top is None or not bottom:
        return None
    days = definitions().indicator(indicator, variant).measure == "days"
    return top / bottom / (MINUTES_A_DAY if days else 1)


def _gap(province: Province, sources: Sequence[Source], level: Level | None) -> str | None:
    """What the new province did not take over, or took over and nobody had left pending."""
    if len(sources) < 2:
        return None
    left, taken = _sum("pending", sources[:1], level), _sum("carried_over", sources[1:], level)
    return GAP.format(left=number(left), taken=number(taken), place=province.title) if left != taken else None


def _basis(sources: Sequence[Source]) -> str:
    told = [_basis_of(source) for source in sources]
    if len(told) == 1:
        return told[0]
    border = {"last_day": print_date(sources[0].part.end), "next_day": print_date(sources[1].part.start)}
    return BOTH.format(first=told[0], second=told[1], **border)


def _basis_of(source: Source) -> str:
    places = source.provinces + source.lacking
    if len(places) == 1:
        return OWN.format(place=places[0].title)
    names = ", ".join(place.name for place in sorted(places, key=lambda place: place.code))
    return SUMMED.format(n=len(places), names=names)


def frame(province: Province, indicator: str, variant: str | None, points: Sequence[Point]) -> pd.DataFrame:
    """Points as a table (columns COLUMNS but level), provinces by slug, for print and export."""
    rows = [
        {
            "province": province.slug, "indicator": indicator, "variant": variant, "period": p.period.id, "era": p.era,
            "numerator": p.numerator, "denominator": p.denominator, "value": p.value, "basis": p.basis,
            "provinces": ", ".join(place.id for place in p.provinces),
            "lacking": ", ".join(place.id for place in p.lacking), "reason": p.reason,
        }
        for p in points
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[name for name in COLUMNS if name != "level"])


@dataclass(frozen=True)
class EraTable:
    """The results of one part of a period, every province of that era on its own rows."""

    title: str
    part: Period
    table: pd.DataFrame
    lacking: tuple[Province, ...]


def tables_by_era(open_data: OpenData, province: Province, period: Period) -> list[EraTable]:
    """A period over the border as two tables, "6 tháng đầu năm 2025 (63 …)" and "6 tháng cuối năm 2025 (34 …)".

    Nothing is added up over the border: what each province of each era did, under its own name.
    """
    found = []
    for part in period.parts_by_era():
        source = _source(open_data, province, part)
        tables = [results(data, part) for data in source.data]
        table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
        found.append(EraTable(part_title(part), part, table, source.lacking))
    return found


def part_title(part: Period) -> str:
    """What a part of a period is called: its half of the year where it is one, else its days."""
    halves = {
        "2025-01-01..2025-06-30": "6 tháng đầu năm 2025",
        "2025-07-01..2025-12-31": "6 tháng cuối năm 2025",
    }
    return f"{halves.get(part.id, part.label)} ({part.era} tỉnh, thành phố)"
