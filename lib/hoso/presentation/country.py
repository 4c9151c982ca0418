"""All provinces beside each other (cả nước): totals, grades, groups and movement of a portal snapshot, as figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Final

import pandas as pd

from ..records.store import Store
from ..statistics import nationwide, published, snapshots
from ..statistics.nationwide import TOTAL
from ..statistics.score_keys import ScoreKeys
from ..statistics.scorecard.definitions import Scorecard, in_force
from ..vocabulary import numbers
from ..vocabulary.errors import NoDataError
from ..vocabulary.periods import Period
from ..vocabulary.places import names_of
from . import readings
from .country_movement import CountryMoved
from .display import Display
from .figures import Figure, Key, Measure, Phrase
from .report import Report

PORTAL: Final = "Cổng Dịch vụ công quốc gia, thu thập ngày {day}"
_WORDS: Final[dict[str, tuple[str, Measure, str]]] = {
    "provinces": ("Số tỉnh, thành phố có tổng điểm", "count", "Tỉnh, thành phố có tổng điểm tại lần thu thập."),
    "mean": ("Điểm trung bình của các tỉnh, thành phố", "points", "Trung bình cộng điểm của các tỉnh, thành phố có điểm."),
    "highest": ("Điểm cao nhất", "points", "Điểm của tỉnh, thành phố cao nhất."),
    "lowest": ("Điểm thấp nhất", "points", "Điểm của tỉnh, thành phố thấp nhất."),
    "spread": ("Chênh lệch cao nhất, thấp nhất", "points", "Điểm cao nhất trừ điểm thấp nhất."),
    "lost": ("Điểm còn thiếu bình quân", "points", "Điểm tối đa trừ điểm trung bình của các tỉnh, thành phố."),
    "line": ("Điểm “Cả nước” tính lại", "points", "Điểm trung bình từng nhóm của các tỉnh, thành phố, làm tròn rồi cộng."),
    "graded": ("Số tỉnh, thành phố xếp loại {grade}", "count", "Xếp loại theo mức tổng điểm của bộ chỉ số."),
    "grade": ("Xếp loại theo tổng điểm", "grade", "Xếp loại theo mức tổng điểm của bộ chỉ số."),
    "flags": ("Số giá trị có ghi chú chất lượng", "count", "Giá trị có ghi chú của Cổng hoặc của lần nạp."),
    "rose": ("Số tỉnh, thành phố tăng điểm", "count", "So hai lần thu thập trên cùng cơ sở."),
    "fell": ("Số tỉnh, thành phố giảm điểm", "count", "So hai lần thu thập trên cùng cơ sở."),
    "still": ("Số tỉnh, thành phố không thay đổi điểm", "count", "So hai lần thu thập trên cùng cơ sở."),
}  # fmt: skip


@dataclass(frozen=True)
class Placed:
    """A province in the ranking: its name, total, rank and grade; `moved` tells of it since the snapshot before."""

    id: str
    name: str
    slug: str
    total: Figure
    rank: Figure
    grade: Figure

    @property
    def told(self) -> Phrase:
        """ "Đồng Tháp (68,80 điểm)"."""
        return Phrase((f"{self.name} (", self.total, " điểm)"))


@dataclass(frozen=True)
class GroupLine:
    """A group of the scorecard over all provinces: its mean, what that lacks of the maximum, highest and lowest."""

    id: str
    title: str
    mean: Figure
    lost: Figure
    highest: Figure
    lowest: Figure

    @property
    def told(self) -> Phrase:
        """ "Thanh toán trực tuyến (trung bình 5,9/10 điểm)"."""
        return Phrase((f"{self.title} (trung bình ", self.mean, "/", self.mean.bottom, " điểm)"))

    @property
    def shortfall(self) -> Phrase:
        """ "Số hóa hồ sơ thiếu bình quân 12,39 điểm (tối đa 22)"."""
        return Phrase((f"{self.title} thiếu bình quân ", self.lost, " điểm (tối đa ", self.mean.bottom, ")"))


@dataclass
class Country:
    """The newest portal snapshot of all provinces in the report's period."""

    report: Report
    keys: ScoreKeys
    on: date

    synthetic = False  # only what the portal said of all provinces stands here

    @property
    def last_day(self) -> date:
        """The day the snapshot was taken."""
        return self.on

    @property
    def day(self) -> str:
        """The same in print."""
        return numbers.date(self.on)

    @cached_property
    def card(self) -> Scorecard:
        """The scorecard in force."""
        return in_force(self.on)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Totals and groups of all provinces with their ranks (statistics.score_keys)."""
        return self.keys.table("country", self.report.period.id, self.on)

    # ── figures ──────────────────────────────────────────────────────────────────────────────────

    def key(self, shown: str, group: str = TOTAL, on: date | None = None, **more: str) -> Key:
        """The key of a number of all provinces."""
        return {
            "kind": "country", "province": self.report.place.slug, "period": self.report.period.id, "unit": None,
            "on": (on or self.on).isoformat(), "group": group, "as": shown, "part": "value", **more,
        }  # fmt: skip

    def figure(self, key: Key) -> Figure:
        """The figure of such a key."""
        title, measure, words = _WORDS[key["as"]]
        group = "" if key["group"] == TOTAL else f": {self.titles[key['group']]}"
        value, bottom = nationwide.read(self.keys, key), None
        if key["as"] in ("mean", "provinces", "graded"):
            bottom = nationwide.read(self.keys, key | {"part": "denominator"})
        return Figure(
            key, title.format(**key) + group, measure, _number(value), _number(value) if bottom else None, _number(bottom),
            text=value if isinstance(value, str) else None, decimals=2 if measure == "points" else 1, definition=words,
            legal_basis=self.card.legal_basis, period_text=f"{self.report.period.label}, {self.report.period.window}",
            source=PORTAL.format(day=numbers.date(date.fromisoformat(key["on"]))), source_kind="derived",
            measured_in={"points": "điểm", "count": "tỉnh, thành phố"}.get(measure, ""),
        )  # fmt: skip

    @cached_property
    def titles(self) -> dict[str, str]:
        """The titles of the groups by id."""
        return {group.id: group.title for group in self.card.groups}

    @cached_property
    def provinces(self) -> Figure:
        """How many provinces have a total, of all there are."""
        return self.figure(self.key("provinces"))

    @cached_property
    def mean(self) -> Figure:
        """The mean of their totals."""
        return self.figure(self.key("mean"))

    @cached_property
    def spread(self) -> Figure:
        """What the highest is above the lowest."""
        return self.figure(self.key("spread"))

    @cached_property
    def grades(self) -> list[Phrase]:
        """ "Trung bình: 34 tỉnh, thành phố", from the best grade; grades nobody has are left out."""
        counts = [
            (grade.title, self.figure(self.key("graded", grade=grade.title))) for grade in self.card.grades
        ]
        told = [Phrase((f"{title}: ", count, " tỉnh, thành phố")) for title, count in counts if count.value]
        return told if len(told) != 1 else [self._all(next(pair for pair in counts if pair[1].value))]

    @staticmethod
    def _all(pair: tuple[str, Figure]) -> Phrase:
        return Phrase(("tất cả ", pair[1], f" tỉnh, thành phố ở mức {pair[0]}"))

    @property
    def grade_cuts(self) -> str:
        """From how many points each grade is given, for a note."""
        return "; ".join(f"{grade.title} từ {grade.at_least:g} điểm" for grade in self.card.grades)

    # ── the portal's own line ────────────────────────────────────────────────────────────────────

    def printed(self, on: date | None = None) -> Figure:
        """The total of the portal's line "Cả nước" on a day, as entered in published.csv; a dash where nobody did."""
        day = on or self.on
        period = Period.parse(f"{day.year}-01-01..{day.isoformat()}")
        rows = published.of(
            published.read(self.report.workbook.reference / published.FILE), self.report.place, period
        )
        return replace(
            readings.entered(rows, "score_766", self.report.place, period),
            title="Điểm “Cả nước” do Cổng công bố",
        )

    @property
    def line_notes(self) -> list[Phrase]:
        """How the portal's line stands to the provinces, of the snapshot and of the one before."""
        days = [self.on, *([self.moved.days[0]] if self.moved.days else [])]
        return [phrase for day in days for phrase in self._line_note(day)]

    def _line_note(self, day: date) -> Iterator[Phrase]:
        printed, counted = (
            self.printed(day),
            self.figure(self.key("line", on=day) | {"period": self.moved.period}),
        )
        if printed.value is None or counted.value is None:
            return
        same = numbers.round_half_up(printed.value, 2) == numbers.round_half_up(counted.value, 2)
        told = "bằng" if same else "không bằng"
        begin = f"Ngày {numbers.date(day)}, điểm “Cả nước” do Cổng công bố ("
        middle = f" điểm) {told} tổng điểm trung bình các nhóm của các tỉnh, thành phố"
        yield Phrase((begin, printed, middle, *(() if same else (" (", counted, " điểm)"))))

    # ── provinces ────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def ranking(self) -> list[Placed]:
        """The provinces with a total by rank, those of one rank by name."""
        known = nationwide.scores(self.table, TOTAL)
        own = {unit: names_of(unit)[-1] for unit in known}
        order = sorted(known, key=lambda unit: (-known[unit], own[unit].slug))
        return [self._placed(unit, own[unit].name, own[unit].slug) for unit in order]

    def _placed(self, unit: str, name: str, slug: str) -> Placed:
        total, rank = (self.of_province(unit, TOTAL, shown) for shown in ("score", "rank"))
        return Placed(unit, name, slug, total, rank, self.figure(self.key("grade") | {"unit": unit}))

    def of_province(self, unit: str, group: str, shown: str) -> Figure:
        """The score of a province in the total or a group, or its rank among the provinces."""
        key: Key = {
            "kind": "snapshot", "scope": "country", "province": self.report.place.slug, "unit": unit,
            "period": self.report.period.id, "on": self.on.isoformat(), "group": group, "as": shown, "part": "value",
        }  # fmt: skip
        bottom = self.keys.snapshot(key | {"part": "denominator"})
        value = self.keys.snapshot(key)
        name = names_of(unit)[-1].title
        what = "Tổng điểm" if group == TOTAL else f"Điểm nhóm {self.titles[group]}"
        rank = shown == "rank"
        return Figure(
            key, f"{'Thứ hạng' if rank else what}: {name}", "rank" if rank else "points", _number(value), _number(value),
            _number(bottom), decimals=2, measured_in="" if rank else "điểm", legal_basis=self.card.legal_basis,
            definition="Bằng điểm thì đồng hạng." if rank else "Điểm do Cổng Dịch vụ công quốc gia công bố.",
            period_text=f"{self.report.period.label}, {self.report.period.window}", source=PORTAL.format(day=self.day),
            source_kind="derived",
        )  # fmt: skip

    @property
    def first(self) -> list[Phrase]:
        """Whoever is first, with the points."""
        return [place.told for place in self.ranking if place.rank.value == 1]

    @property
    def last(self) -> list[Phrase]:
        """Whoever has the lowest total, with the points."""
        low = self.ranking[-1].total.value
        return [place.told for place in self.ranking if place.total.value == low]

    def best(self, count: int) -> list[Phrase]:
        """The provinces with the highest totals; those that share the last of these places all count."""
        bar = self.ranking[min(count, len(self.ranking)) - 1].total.value or 0
        return [place.told for place in self.ranking if (place.total.value or 0) >= bar]

    def worst(self, count: int) -> list[Phrase]:
        """The provinces with the lowest totals, the lowest first."""
        lowest = self.ranking[::-1]
        bar = lowest[min(count, len(lowest)) - 1].total.value or 0
        return [place.told for place in lowest if (place.total.value or 0) <= bar]

    @property
    def by_slug(self) -> dict[str, Figure]:
        """The totals for the tile map."""
        return {place.slug: place.total for place in self.ranking}

    @property
    def rows(self) -> pd.DataFrame:
        """The totals for charts of units: unit, name, level, value, figure."""
        found = [(place.id, place.name, "province", place.total.value, place.total) for place in self.ranking]
        return pd.DataFrame(found, columns=["unit", "name", "level", "value", "figure"])

    # ── groups ───────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def groups(self) -> list[GroupLine]:
        """The groups in the scorecard's order, those without any score left out."""
        lines = [self.group(group.id) for group in self.card.groups]
        return [line for line in lines if line.mean.value is not None]

    def group(self, name: str) -> GroupLine:
        """A group over all provinces."""
        told = ("mean", "lost", "highest", "lowest")
        return GroupLine(name, self.titles[name], *(self.figure(self.key(shown, name)) for shown in told))

    @property
    def costliest(self) -> list[GroupLine]:
        """The groups by what their means lack, most first."""
        return sorted(self.groups, key=lambda line: -(line.lost.value or 0))

    @property
    def strongest(self) -> GroupLine | None:
        """The group whose mean is nearest to its maximum."""
        return max(
            self.groups, key=lambda line: (line.mean.value or 0) / (line.mean.denominator or 1), default=None
        )

    @property
    def bars(self) -> list[tuple[str, Figure]]:
        """Groups with their means, for the chart."""
        return [(line.title, line.mean) for line in self.groups]

    @staticmethod
    def shortfalls(lines: Sequence[GroupLine]) -> list[Phrase]:
        """Each group with what it lacks, for a sentence."""
        return [line.shortfall for line in lines]

    # ── movement and notes ───────────────────────────────────────────────────────────────────────

    @cached_property
    def moved(self) -> CountryMoved:
        """The provinces since the snapshot before."""
        return CountryMoved(self.report, self.keys, "country")

    @property
    def moved_counts(self) -> list[Phrase]:
        """ "20 tỉnh, thành phố tăng điểm" and the like; what nobody did is left out."""
        days = self.moved.days
        if days is None:
            return []
        sides = {"before": days[0].isoformat(), "after": days[1].isoformat(), "period": self.moved.period}
        words = {"rose": "tăng điểm", "fell": "giảm điểm", "still": "không thay đổi"}
        counts = {shown: self.figure(self.key(shown) | sides) for shown in words}
        return [
            Phrase((count, f" tỉnh, thành phố {words[shown]}"))
            for shown, count in counts.items()
            if count.value
        ]

    @property
    def flags(self) -> list[Phrase]:
        """What the portal or the import noted of the snapshot's values."""
        found = self.keys.chosen("country", self.report.period.id, self.on)
        rows = found.rows.drop_nulls("quality_flag") if found else None
        kinds = (
            []
            if rows is None
            else rows.select("quality_flag", "quality_message").unique("quality_flag").rows()
        )
        return [
            Phrase((self.figure(self.key("flags", flag=flag)), f" giá trị được ghi chú “{(words or flag).strip(' .')}”"))
            for flag, words in sorted(kinds)
        ]  # fmt: skip

    def head(self, subject: str) -> Display:
        """The document's head; who issues it and where is left open, for no office is at home in all provinces."""
        shown = self.report.open(subject)
        open_parts = {
            "place": "", "number": "Số:        /BC-[ký hiệu]",
            "date_line": f"[địa danh], ngày      tháng      năm {self.on.year}",
        }  # fmt: skip
        return replace(shown, blocks=[shown.blocks[0] | open_parts, *shown.blocks[1:]])


def open_country(report: Report) -> Country:
    """The provinces in the report's period; the report then stands on their snapshot.

    NoDataError, with the periods there are, where the store has no snapshot of all provinces.
    """
    store = Store.open(report.workbook.store)
    keys = ScoreKeys(store, report.workbook.reference, report.place, report.period, report.dossiers)
    found = keys.chosen("country", report.period.id)
    if found is None:
        raise NoDataError(
            f"không có số liệu đánh giá của các tỉnh, thành phố {report.period.window}",
            where="kho dữ liệu",
            expected=_listed(store),
            remedy="nạp phản hồi của Cổng cho cả nước: hoso import",
        )
    country = Country(report, keys, found.captured_on)
    report.scored = country
    return country


def _listed(store: Store) -> str:
    """The periods with a snapshot of all provinces."""
    rows = snapshots.listing(store, None)
    days = [
        f"{day.year}-01-01..{day.isoformat()}" for day in rows.loc[rows["time_type"] == "year", "captured_on"]
    ]
    return ", ".join(dict.fromkeys([*rows["period"], *days])) or "một lần thu thập của cả nước"


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) else None
