"""The public notice (công khai kết quả từng tiêu chí của từng cơ quan, đơn vị) as figures and phrases, each with its key.

What is printed and what is withheld is decided in statistics.disclosed; nothing here reads a count past it. A total of some
criteria is never called the score of the scorecard, and never graded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Final

import pandas as pd

from ..records.store import Store
from ..statistics import disclosed
from ..statistics.disclosed import TOTAL, Board, Listed
from ..statistics.score_keys import ScoreKeys
from ..vocabulary.numbers import date as print_date
from .disclosure_notes import dossier_notes, portal_notes
from .figures import Figure, Key, Phrase
from .report import Report
from .score_lines import PORTAL
from .scores import Scores, open_scores, rule_text

LEVEL_TITLES: Final = {"department": "Sở, ban, ngành", "district": "Cấp huyện", "commune": "Cấp xã"}
NO_GRADE: Final = "Chưa xếp loại"
_NAMED: Final = 5  # units named that share a place; more are counted
UNMOVED: Final = (
    "Không công bố biến động điểm của từng đơn vị giữa hai kỳ: chênh lệch giữa hai kỳ có thể làm lộ những số liệu "
    "không công bố."
)
_SUM: Final = "Tổng điểm các nhóm, mỗi tiêu chí làm tròn hai chữ số thập phân trước khi cộng"


@dataclass
class Disclosure:
    """The notice of one report: its board, and what the prose says of it."""

    report: Report
    keys: ScoreKeys
    on: date | None  # the day of the portal's snapshot; None: dossiers were counted
    scores: Scores | None  # the scorecard behind a snapshot

    @cached_property
    def board(self) -> Board:
        """Points, ranks and grades as they may be read."""
        return disclosed.board(self.keys, self.on)

    # ── figures ──────────────────────────────────────────────────────────────────────────────────

    def key(self, shown: str, of: str = TOTAL, level: str | None = None, unit: str | None = None) -> Key:
        """The key of a number of the board."""
        return {
            "kind": "disclosed", "province": self.report.place.slug, "period": self.report.period.id,
            "on": self.on.isoformat() if self.on else None, "unit": unit, "level": level, "of": of, "as": shown,
            "part": "value",
        }  # fmt: skip

    def score(self, of: str = TOTAL, level: str | None = None, unit: str | None = None) -> Figure:
        """Points of a criterion, group or the total, of the province, a level or a unit; a dash where there are none."""
        figure = self._figure(self.key("score", of, level, unit), self.title(of), "points", self._words(of))
        return replace(figure, decimals=2, measured_in="điểm")

    def rate(self, of: str, level: str | None = None, unit: str | None = None) -> Figure:
        """The fraction behind a criterion."""
        return self._figure(self.key("rate", of, level, unit), self.title(of), "rate", self._words(of))

    def tally(self, shown: str, level: str | None = None, of: str = TOTAL, **more: str | None) -> Figure:
        """How many units of a level (None: of all) there are of a kind, as statistics.disclosed counts them."""
        title = _TALLIED[shown]
        return self._figure(self.key(shown, of, level) | more, title, "count", f"{title}.")

    def _figure(self, key: Key, title: str, measure: Any, words: str) -> Figure:
        parted = measure in ("points", "rate")
        top, bottom = (
            disclosed.read(self.keys, key | {"part": part}) if parted else None
            for part in ("numerator", "denominator")
        )
        window = self.report.period
        return Figure(
            key, title, measure, disclosed.read(self.keys, key), top, bottom, definition=words,
            legal_basis=self.board.card.legal_basis, period_text=f"{window.label}, {window.window}",
            source=self.source, source_kind="derived",
        )  # fmt: skip

    def title(self, of: str) -> str:
        """What a criterion, a group or the total is called."""
        if of == TOTAL:
            return self.total_title
        named = next((g.title for g in self.board.groups if g.id == of), None)
        return named or self.board.card.criterion(of).title

    def _words(self, of: str) -> str:
        if of == TOTAL:
            return f"{_SUM}; {self.scope}."
        if any(group.id == of for group in self.board.groups):
            return f"{_SUM.replace('Tổng điểm các nhóm', 'Tổng điểm các tiêu chí của nhóm')}."
        return rule_text(self.board.card.criterion(of))

    # ── words ────────────────────────────────────────────────────────────────────────────────────

    @property
    def total_title(self) -> str:
        """What the sum of points is called: the scorecard's total, or that of a part of it."""
        if self.board.whole:
            return "Tổng điểm"
        return "Điểm các nhóm có số liệu" if self.on else "Điểm các tiêu chí tính được từ hồ sơ"

    @property
    def scope(self) -> str:
        """What the total is made of, for an explanation."""
        if self.board.whole:
            return "tổng điểm đủ các nhóm của bộ chỉ số"
        part = "nhóm có số liệu" if self.on else "tiêu chí tính được từ hồ sơ"
        return f"chỉ gồm các {part}, không phải tổng điểm của bộ chỉ số"

    @property
    def source(self) -> str:
        """Where the numbers come from."""
        return PORTAL.format(day=print_date(self.on)) if self.on else self.report.source_text

    @property
    def day(self) -> str:
        """How far the numbers reach: the day the snapshot was taken, or the end of the period."""
        return print_date(self.on or min(self.report.last_day, self.report.period.end))

    @property
    def window(self) -> str:
        """The days the numbers tell of: the period; while the portal still counts, its start to the day of the snapshot."""
        period = self.report.period
        if self.on is None or self.on >= period.end:
            return period.window
        return f"lũy kế từ ngày {print_date(period.start)} đến ngày {self.day}"

    @property
    def known(self) -> bool:
        """Whether any unit has points to publish."""
        return bool(self.board.groups) and any(
            self.board.cell((u.level, u.id), g.id).points is not None for u in self.board.units for g in self.board.groups
        )  # fmt: skip

    @property
    def withheld(self) -> Figure:
        """How many units have something withheld."""
        return self.tally("withheld")

    @property
    def counted_groups(self) -> list[str]:
        """Titles of the groups that the appendices break down by criterion."""
        return [g.title for g in self.board.groups if self.board.of_group(g.id)]

    @property
    def printed_groups(self) -> list[str]:
        """Titles of the groups of which the store has printed scores only."""
        return [g.title for g in self.board.groups if not self.board.of_group(g.id)]

    @property
    def absent(self) -> list[str]:
        """Titles of what is missing altogether: groups of the snapshot, or criteria that dossiers do not give."""
        card = self.board.card
        if self.on:
            return [g.title for g in card.groups if g not in self.board.groups]
        return [c.title for c in card.criteria if c not in self.board.criteria]

    @property
    def levels(self) -> list[tuple[str, str]]:
        """The levels with units, each with its title."""
        return [(level, LEVEL_TITLES[level]) for level in self.board.levels]

    @property
    def group_scores(self) -> list[Phrase]:
        """ "Tiến độ giải quyết 17,17/20 điểm" of the province, group by group."""
        found = [(g.title, self.score(g.id)) for g in self.board.groups]
        return [
            Phrase((f"{title} ", *figure.fraction)) for title, figure in found if figure.value is not None
        ]

    @property
    def level_scores(self) -> list[Phrase]:
        """ "sở, ban, ngành 40,57/48 điểm": the dossiers of each level counted together."""
        found = [(title, self.score(TOTAL, level)) for level, title in self.levels]
        return [
            Phrase((f"{_small(title)} ", *figure.fraction)) for title, figure in found if figure.value is not None
        ]  # fmt: skip

    @property
    def unit_counts(self) -> list[Phrase]:
        """ "19 sở, ban, ngành"; "137 đơn vị cấp xã"."""
        words = {
            "department": " sở, ban, ngành",
            "district": " đơn vị cấp huyện",
            "commune": " đơn vị cấp xã",
        }
        return [Phrase((self.tally("units", level), words[level])) for level, _ in self.levels]

    # ── highest, lowest, moved ───────────────────────────────────────────────────────────────────

    def places(self, level: str) -> list[tuple[int, list[Listed]]]:
        """The ranks of a level, each with the units that share it."""
        found: dict[int, list[Listed]] = {}
        for unit in self.board.of_level(level):
            if unit.id in self.board.ranks:
                found.setdefault(self.board.ranks[unit.id][0], []).append(unit)
        return sorted(found.items())

    def standing(self, level: str) -> Phrase:
        """Who stands highest and lowest in a level; in words of their own: nobody ranked, one unit, all equal."""
        places, ranked = self.places(level), self.tally("ranked", level)
        if not places:
            return Phrase(("không có đơn vị nào đủ điều kiện xếp hạng",))
        if ranked.value == 1:
            return Phrase(("chỉ một đơn vị được xếp hạng: ", *self._shared(level, *places[0])))
        if len(places) == 1:
            return Phrase(
                ("tất cả ", ranked, " đơn vị được xếp hạng cùng đạt ", *self._points(level, places[0][1][0]))
            )
        count = min(3, len(places) // 2)
        high = _joined(self._shared(level, *place) for place in places[:count])
        low = _joined(self._shared(level, *place) for place in reversed(places[-count:]))
        return Phrase(
            ("trong ", ranked, " đơn vị được xếp hạng, cao nhất là ", *high, "; thấp nhất là ", *low)
        )

    def _points(self, level: str, unit: Listed) -> Phrase:
        return self.score(TOTAL, level, unit.id).fraction

    def _shared(self, level: str, place: int, units: Sequence[Listed]) -> Phrase:
        """ "UBND xã A (36,60/48 điểm)"; units that share a place by name, or, where they are many, by number."""
        told = self._points(level, units[0])
        if len(units) > _NAMED:
            return Phrase((self.tally("sharing", level, rank=str(place)), " đơn vị cùng đạt ", *told))
        names = ", ".join(unit.name for unit in units)
        return Phrase((f"{names} (", "cùng " if len(units) > 1 else "", *told, ")"))

    @cached_property
    def unmoved(self) -> str | None:
        """Why no movement of units is told; None where there is one."""
        if self.scores is None:
            return UNMOVED
        if reason := self.scores.unit_movement.reason:
            return reason
        if not self.board.whole:
            return "Không so sánh: chưa có tổng điểm đủ các nhóm ở cả hai lần thu thập."
        return None

    @property
    def moved(self) -> Phrase:
        """The units that rose and fell most between the two snapshots."""
        assert self.scores is not None
        moved = self.scores.unit_movement
        up, down = moved.movers(3), moved.movers(3, falling=True)
        parts: list[str | Figure] = (
            ["tăng nhiều nhất là ", *_joined(up)] if up else ["không đơn vị nào tăng điểm"]
        )
        parts += ["; giảm nhiều nhất là ", *_joined(down)] if down else ["; không đơn vị nào giảm điểm"]
        return Phrase(tuple(parts if up or down else ["tổng điểm của tất cả các đơn vị không thay đổi"]))

    # ── what is to be known ──────────────────────────────────────────────────────────────────────

    @property
    def notes(self) -> list[Phrase]:
        """The traps of the numbers, each a sentence without its full stop."""
        return list(portal_notes(self, self.scores) if self.scores else dossier_notes(self))

    @property
    def heights(self) -> pd.DataFrame:
        """The printed totals of units, one row a unit: name, level, value, figure; for the chart."""
        rows = [
            (unit.name, unit.level, figure.value, figure)
            for unit in self.board.units
            if (figure := self.score(TOTAL, unit.level, unit.id)).value is not None
        ]
        return pd.DataFrame(rows, columns=["name", "level", "value", "figure"])

    @property
    def addressees(self) -> str:
        """The people's committees below the province, as a list of recipients names them."""
        return (
            "UBND các huyện, thành phố; UBND cấp xã" if self.report.place.era == "63" else "UBND các xã, phường, đặc khu"
        )  # fmt: skip


_TALLIED: Final = {
    "units": "Số cơ quan, đơn vị", "graded": "Số cơ quan, đơn vị theo xếp loại",
    "ranked": "Số cơ quan, đơn vị được xếp hạng",
    "withheld": "Số cơ quan, đơn vị có số liệu không công bố", "idle": "Số cơ quan, đơn vị không phát sinh hồ sơ",
    "few": "Số cơ quan, đơn vị có dưới 10 hồ sơ", "counted": "Số cơ quan, đơn vị có số đếm từng tiêu chí",
    "sharing": "Số cơ quan, đơn vị đồng hạng", "summed": "Số cơ quan, đơn vị có tổng điểm công bố và đủ điểm các nhóm",
    "unequal": "Số cơ quan, đơn vị có tổng điểm công bố khác tổng điểm các nhóm",
}  # fmt: skip


def open_disclosure(report: Report) -> Disclosure:
    """The notice of a report's province and period: on the newest snapshot of the portal with units, else on dossiers.

    NoDataError where there is neither; HosoError where small counts could not be kept from the reader.
    """
    store, place = Store.open(report.workbook.store), report.place
    keys = ScoreKeys(store, report.workbook.reference, place, report.period, report.dossiers)
    on = disclosed.basis(keys)
    if on is not None:
        report.dossiers = (
            None  # nothing printed comes from them: neither their notices nor their last day apply
        )
        scores = open_scores(report)
        return Disclosure(report, scores.keys, on, scores)
    return Disclosure(report, keys, on, None)


def _joined(phrases: Iterable[Phrase]) -> list[str | Figure]:
    parts: list[str | Figure] = []
    for phrase in phrases:
        parts += [", " if parts else "", *phrase]
    return [part for part in parts if part != ""]


def _small(title: str) -> str:
    return title[:1].lower() + title[1:]
