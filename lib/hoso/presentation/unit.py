"""The sheet of one unit (phiếu đánh giá): one page from its dossiers, the portal's scores of it, or both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from ..records.store import Store
from ..statistics import heads
from ..statistics.score_keys import TOTAL, ScoreKeys
from ..vocabulary.errors import NoDataError
from ..vocabulary.places import Unit
from . import bodies, unit_chart, unit_tasks
from .display import Display
from .figured_table import Cell
from .figures import Figure, Phrase
from .report import Report, known_unit
from .score_notes import applying
from .scores import Scores
from .unit_chart import Strip
from .unit_work import COUNTED, Measure, Work
from .verdicts import LEVEL_TITLES

KIND: Final = "PHIẾU ĐÁNH GIÁ"
_ITS_OWN: Final = (
    "unstated",
    "pages",
    "not_fetched",
    "without_fees",
    "unpaid",
    "idle",
    "elsewhere",
    "cumulative",
)
"""The notes (score_notes) that change how this unit's page is read; the rest stand in the province's scorecard."""
_NAMES: Final = {"department": "cơ quan cấp tỉnh", "district": "đơn vị cấp huyện", "commune": "đơn vị cấp xã"}


@dataclass
class Sheet:
    """A unit with what is known of it: its dossiers (`work`), its scorecard on the portal (`scores`); not both are None."""

    report: Report
    unit: Unit
    work: Work | None
    scores: Scores | None

    # ── who ──────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def name(self) -> str:
        """The unit's name, of a commune of the 63 with that of its district: "UBND phường Duy Tân (thành phố Kon Tum)"."""
        if self.unit.parent is None:
            return self.unit.name
        units = self.report.data.units
        above = units.loc[units["unit"] == self.unit.parent, "name"]
        return f"{self.unit.name} ({above.iloc[0].removeprefix('UBND ')})" if len(above) else self.unit.name

    @property
    def level_title(self) -> str:
        """ "Cấp xã"."""
        return LEVEL_TITLES[self.unit.level]

    @cached_property
    def peers(self) -> str:
        """What the units of its level are called here: "xã, phường, thị trấn"."""
        if self.work is not None:
            return self.report.called(self.unit.level)
        assert self.scores is not None
        return bodies.called(self.unit.level, [name for _, name in self.scores.named_units(self.unit.level)])

    @cached_property
    def head(self) -> str:
        """The office that answers for the unit, by title: "Chủ tịch UBND phường Duy Tân"; empty where no rule names one."""
        rules = heads.read(self.report.workbook.reference / heads.FILE)
        found = heads.titles(rules, self.report.place, _frame(self.unit), self.report.period.end)
        return found.get((self.unit.level, self.unit.id), "")

    @property
    def head_sentence(self) -> str:
        """ "Người đứng đầu chịu trách nhiệm: Chủ tịch …."; empty without a title."""
        return f"Người đứng đầu chịu trách nhiệm: {self.head}." if self.head else ""

    @property
    def recipients(self) -> list[str]:
        """Who gets the sheet: the unit, and the archive."""
        return [f"{self.unit.name} (để thực hiện)", "Lưu: VT, TTHCC"]

    def open(self) -> Display:
        """The head of the sheet, with the notices; set narrow, so that one page holds all."""
        subject = f"kết quả giải quyết thủ tục hành chính {self.report.period.label} của {self.name}"
        shown = self.report.open(subject, kind=KIND, symbol="PĐG")
        return replace(shown, blocks=[shown.blocks[0] | {"sheet": True}, *shown.blocks[1:]])

    @property
    def tasks(self) -> list[Phrase]:
        """The two or three things that matter most, each a sentence with its deadline."""
        found = unit_tasks.of_work(self.work) if self.work else []
        found += unit_tasks.of_scores(self.scores) if self.scores else []
        return found[: unit_tasks.MOST]

    @cached_property
    def alone(self) -> bool:
        """Whether no other unit is of its level."""
        if self.work is not None:
            return self.work.alone
        assert self.scores is not None
        return len(self.scores.named_units(self.unit.level)) == 1

    # ── dossiers ─────────────────────────────────────────────────────────────────────────────────

    @property
    def on_time(self) -> Measure | None:
        """The rate of dossiers finished in time."""
        return self.work.rate("on_time_rate") if self.work else None

    @property
    def online(self) -> Measure | None:
        """The rate of dossiers online."""
        return self.work.rate("online_rate") if self.work else None

    def standing_of(self, measure: Measure) -> Phrase:
        """ "15,7%, xếp thứ 88/102 xã, phường": the rate with its place where it has one."""
        value = measure.value
        told = value if isinstance(value, Phrase) else (measure.own,)
        if value is None:
            return Phrase(("không có hồ sơ để tính",))
        return Phrase((*told, *(" hồ sơ" for _ in range(measure.few)), *self._placed(measure)))

    def _placed(self, measure: Measure) -> tuple[str | Figure, ...]:
        place = measure.place
        return (", xếp thứ ", *place, f" {self.peers}") if place else ()

    @property
    def unranked(self) -> str:
        """Why the unit has no place: alone in its level, or too few dossiers; empty where it has one."""
        if self.alone:
            return "Đơn vị là đơn vị duy nhất của cấp nên không xếp hạng."
        few = [m for m in (self.on_time, self.online) if m is not None and m.few]
        return "Mẫu số dưới mười hồ sơ nên không tính tỷ lệ phần trăm, không xếp hạng." if few else ""

    def chart(self, identifier: str) -> Display:
        """Where the unit stands among those of its level, by rate or by group of the scorecard."""
        caption = f"Vị trí trong số các {_NAMES[self.unit.level]}"
        return unit_chart.places(self.report, identifier, caption, self._strips)

    @property
    def _strips(self) -> list[Strip]:
        if self.work is None or self.work.empty:
            return self._group_strips
        work = self.work
        shown = [m for m in work.rates if not m.few and m.own.value is not None]
        return [Strip(m.title, m.own, m.own.value or 0, work.peers(m)) for m in shown]

    # ── the scorecard ────────────────────────────────────────────────────────────────────────────

    @property
    def _group_strips(self) -> list[Strip]:
        scores = self.scores
        if scores is None:
            return []
        found = []
        for group, title in self.groups:
            figure = scores.unit_figure(self.unit.id, group)
            if figure is not None and figure.value is not None and figure.denominator:
                shares = [score / figure.denominator for score in scores.level_scores(self.unit.level, group)]
                found.append(Strip(title, figure, figure.value / figure.denominator, shares))
        return found

    @cached_property
    def total(self) -> Figure:
        """The total as the portal prints it; missing where the snapshot has none."""
        assert self.scores is not None
        return self.scores.unit_figure(self.unit.id, TOTAL) or replace(self.scores.total, value=None)

    @property
    def groups(self) -> list[tuple[str, str]]:
        """Id and title of the groups the snapshot has of the unit."""
        assert self.scores is not None
        titled = [(g.id, g.title) for g in self.scores.scored.card.groups]
        return [pair for pair in titled if self.scores.unit_key(self.unit.id, pair[0], "score") is not None]

    @property
    def moved(self) -> bool:
        """Whether there is a snapshot before on the same basis."""
        return self.scores is not None and self.scores.unit_movement.reason is None

    def standing(self, group: str) -> list[Cell]:
        """The cells of a group (or TOTAL): points, maximum, the unit in the middle, the place, and what moved."""
        scores = self.scores
        assert scores is not None
        own = scores.unit_figure(self.unit.id, group)
        middle = scores.middle(self.unit.level, group)
        cells: list[Cell] = [
            own if own and own.value is not None else None,
            own.bottom if own and own.denominator else None,
        ]
        cells += [middle if middle.value is not None else None, self.place(group)]
        return (
            [*cells, *(self._change(group, shown) for shown in ("change", "rank_change"))]
            if self.moved
            else cells
        )

    def place(self, group: str, shown: str = "rank") -> Phrase | None:
        """ "12/135"; None where the value is not ranked or nothing is beside it."""
        assert self.scores is not None
        rank = self.scores.unit_figure(self.unit.id, group, shown)
        if rank is None or rank.value is None or (rank.denominator or 0) < 2:
            return None
        return Phrase((replace(rank, denominator=None, numerator=None), "/", rank.bottom))

    def _change(self, group: str, shown: str) -> Cell:
        assert self.scores is not None
        change = self.scores.unit_movement.figure(shown, group, self.unit.id)
        if change.value is None:
            return None
        if not change.value:
            return "không đổi"
        sign = "+" if change.value > 0 else "-"
        return Phrase((sign, replace(change, value=abs(change.value), key=change.key | {"absolute": True})))

    @property
    def movement(self) -> Phrase:
        """ "tăng 3,20 điểm, tăng 12 bậc từ ngày … đến ngày …", or why that cannot be told."""
        assert self.scores is not None
        moved = self.scores.unit_movement
        if moved.reason is not None:
            return Phrase((moved.reason.rstrip("."),))
        own = self.unit.id
        return Phrase(
            (f"{moved.opening}, tổng điểm ", *moved.points(TOTAL, own), ", ", *moved.places(TOTAL, own))
        )

    @property
    def flags(self) -> list[Phrase]:
        """What is to be known of this unit's numbers: the portal's notes of quality, and the traps that apply to it."""
        if self.scores is None:
            return []
        told = applying(self.scores)
        return [*self.scores.unit_flags, *(told[name] for name in _ITS_OWN if name in told)]


def open_unit(report: Report) -> Sheet:
    """The sheet of the report's unit; without one, of the first unit by id that has data.

    NoDataError when neither dossiers of the period nor a snapshot tell of the unit.
    """
    keys = ScoreKeys(
        Store.open(report.workbook.store),
        report.workbook.reference,
        report.place,
        report.period,
        report.dossiers,
    )
    own = report.unit or _first(report, keys)
    report.unit = own
    work, scores = _work(report, own), _scores(report, keys, own)
    if work is None and scores is None:
        raise NoDataError(
            f"chưa có dữ liệu hồ sơ, số liệu của Cổng về {own.name} {report.period.label}",
            expected="kỳ có hồ sơ đã nạp của tỉnh hoặc có lần thu thập của Cổng",
            remedy=f"chạy: hoso import TỆP --province {report.place.slug}",
        )
    return Sheet(report, own, work, scores)


def _work(report: Report, unit: Unit) -> Work | None:
    data = report.dossiers
    if data is None or unit.id not in set(data.units["unit"]):
        return None
    if report.period.end < data.first_day or report.period.start > data.last_day:
        return None
    return Work(report, unit.id, unit.level)


def _scores(report: Report, keys: ScoreKeys, unit: Unit) -> Scores | None:
    found = keys.chosen("province", report.period.id)
    if found is None or unit.id not in set(found.rows["unit_id"].drop_nulls()):
        return None
    scores = Scores(report, keys, unit.id)
    report.scored = scores
    return scores


def _first(report: Report, keys: ScoreKeys) -> Unit:
    """The first unit by id with a dossier in the period, else in the snapshot."""
    store = Store.open(report.workbook.store)
    if report.dossiers is not None:
        rows = report.results("unit", of=(COUNTED[0],))
        if busy := sorted(rows.loc[rows["value"] > 0, "unit"]):
            return known_unit(store, report.place, busy[0])
    found = keys.chosen("province", report.period.id)
    named = sorted(found.rows["unit_id"].drop_nulls().unique()) if found else []
    if not named:
        raise NoDataError(
            f"chưa có dữ liệu của cơ quan, đơn vị nào {report.period.label} tại {report.place.title}",
            expected="hồ sơ trong kỳ hoặc số liệu của Cổng",
            remedy=f"chạy: hoso import TỆP --province {report.place.slug}",
        )
    return known_unit(store, report.place, named[0])


def _frame(unit: Unit) -> Any:
    import pandas as pd

    return pd.DataFrame([{"unit": unit.id, "name": unit.name, "level": unit.level}])
