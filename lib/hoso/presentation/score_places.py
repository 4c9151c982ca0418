"""Where a scorecard stands (thứ hạng, biến động): among provinces and units, since the snapshot before; quality flags."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Final

from ..statistics.data import units_of
from ..statistics.score_keys import TOTAL, flagged
from ..vocabulary.numbers import date as print_date
from .figures import Figure, Key, Phrase
from .score_lines import PORTAL
from .score_movement import Moved
from .score_points import Points

_SHOWN: Final = {
    "score": "Điểm tại lần thu thập", "rank": "Thứ hạng trong cùng cấp", "rank_all": "Thứ hạng trong tất cả cơ quan, đơn vị",
}  # fmt: skip
_RANKED: Final = "Điểm do Cổng công bố; thứ hạng tính từ điểm, từ cao xuống thấp, bằng điểm thì đồng hạng."
_MIDDLE: Final = (
    "Điểm của đơn vị đứng giữa khi xếp các đơn vị cùng cấp theo điểm (hai đơn vị ở giữa thì lấy đơn vị thấp hơn); "
    "không phải điểm bình quân."
)


@dataclass
class Placed(Points):
    """The scorecard with its ranks, its movement and those of the province's units."""

    @cached_property
    def published(self) -> Figure:
        """The total that others published for the province and period; a dash where nobody entered it."""
        return self.report.published("score_766")

    @property
    def against_published(self) -> Phrase:
        """ "bằng tổng điểm đã công bố (49,84 điểm)", or both where they differ."""
        told, own = self.published, self.total.value
        if told.value is None or own is None:
            return Phrase(("chưa có tổng điểm công bố để đối chiếu",))
        same = abs(told.value - own) < 0.005
        return Phrase(("bằng" if same else "khác với", " tổng điểm đã công bố (", told, " điểm)"))

    @cached_property
    def rank(self) -> Figure:
        """The province's place among all: as published, else among the provinces of the portal's snapshot."""
        published, day = self.report.published("rank_766"), self.country_day
        return published if published.value is not None or day is None else self.country_rank(TOTAL, day)

    @cached_property
    def country_day(self) -> date | None:
        """The day of the newest snapshot of all provinces in the period."""
        found = self.keys.chosen("country", self.report.period.id)
        return found.captured_on if found else None

    def country_rank(self, group: str, day: date) -> Figure:
        """The province's rank in a total or group among the provinces, 1, 2, 2, 4."""
        key = self.portal_key("snapshot", "country", day) | {"group": group, "as": "rank", "part": "value"}
        words = "Thứ hạng trong các tỉnh, thành phố có số liệu tại lần thu thập; bằng điểm thì đồng hạng."
        title = "Thứ hạng theo tổng điểm" if group == TOTAL else f"Thứ hạng của nhóm {group}"
        return self.figure(key, title, "rank", words, [PORTAL.format(day=print_date(day))])

    def portal_key(self, kind: str, scope: str, day: date) -> Key:
        """The parts every key of a snapshot has; the country's are of this province among all."""
        unit = self.report.place.id if scope == "country" else None
        return {
            "kind": kind, "scope": scope, "province": self.report.place.slug, "unit": unit,
            "period": self.report.period.id, "on": day.isoformat(),
        }  # fmt: skip

    @cached_property
    def movement(self) -> Moved:
        """The province among the provinces, since the snapshot before."""
        return Moved(self.report, self.keys, "country")

    @cached_property
    def unit_movement(self) -> Moved:
        """The province's units since the snapshot before."""
        return Moved(self.report, self.keys, "province")

    @cached_property
    def unit_names(self) -> dict[str, str]:
        """The names of the province's units by id."""
        units = units_of(self.keys.store, self.report.place)
        return dict(zip(units["unit"], units["name"], strict=True))

    def named_units(self, level: str) -> list[tuple[str, str]]:
        """Id and name of the units of a level in the portal's snapshot, by id."""
        if self.on is None:
            return []
        table = self.keys.table("province", self.report.period.id, self.on)
        rows = table[(table["level"] == level) & table["unit"].notna()].drop_duplicates("unit")
        return sorted(zip(rows["unit"], rows["unit_name"], strict=True))

    def level_scores(self, level: str, group: str) -> list[float]:
        """The measured scores of the units of a level in a group, for a chart."""
        assert self.on is not None
        table = self.keys.table("province", self.report.period.id, self.on)
        own = (table["group"] == group) & (table["level"] == level) & table["unit"].notna()
        return list(table.loc[own & ~table["unmeasured"], "score"].dropna())

    def ranked_units(self, level: str) -> list[tuple[str, str]]:
        """Id and name of the units of a level in the portal's snapshot, by rank, then by id; empty without a snapshot."""
        if self.on is None:
            return []
        table = self.keys.table("province", self.report.period.id, self.on)
        rows = table[(table["group"] == TOTAL) & (table["level"] == level) & table["unit"].notna()]
        ordered = rows.sort_values(["rank", "unit"], na_position="last", kind="stable")
        return list(zip(ordered["unit"], ordered["unit_name"], strict=True))

    def unit_key(self, unit: str, group: str, shown: str) -> Key | None:
        """The key of a unit's score or rank in the snapshot; None where the snapshot has no row of it."""
        assert self.on is not None
        if self.keys.row("province", self.report.period.id, self.on, unit, group) is None:
            return None
        key = self.portal_key("snapshot", "province", self.on)
        return key | {"unit": unit, "group": group, "as": shown, "part": "value"}

    def unit_figure(self, unit: str, group: str, shown: str = "score") -> Figure | None:
        """A unit's `score` (TOTAL or a group), its `rank` in its level or `rank_all` among all units, by the snapshot."""
        key = self.unit_key(unit, group, shown)
        return (
            None
            if key is None
            else self._placed(key, _SHOWN[shown], "points" if shown == "score" else "rank")
        )

    def middle(self, level: str, group: str) -> Figure:
        """The score of the unit in the middle of its level: a place, so no score is averaged."""
        assert self.on is not None
        key = self.portal_key("middle", "province", self.on) | {"unit": None, "group": group, "level": level}
        return self._placed(key, "Điểm của đơn vị đứng giữa cùng cấp", "points", _MIDDLE)

    def _placed(self, key: Key, title: str, measure: str, words: str = _RANKED) -> Figure:
        assert self.on is not None
        figure = self.figure(key, title, measure, words, [PORTAL.format(day=print_date(self.on))])
        return replace(figure, decimals=2, measured_in="điểm" if measure == "points" else "")

    @property
    def unit_notes(self) -> list[str]:
        """What a reader of the units' table must know: since when they moved, or why that cannot be told."""
        return [self.unit_movement.reason or f"Biến động {self.unit_movement.since}."]

    @property
    def flags(self) -> list[Phrase]:
        """What the portal or the import noted of values, in the newest snapshot and in the one before."""
        moved = self.unit_movement.days
        days = [day for day in (self.on, moved[0] if moved else None) if day is not None]
        return [phrase for day in days for phrase in self._flags(day)]

    def _flags(self, day: date) -> Iterator[Phrase]:
        titles = {line.id: line.title for line in (*self.groups, *self.criteria)}
        found = self.keys.chosen("province", self.report.period.id, day)
        for (group, criterion, flag), (_, words) in flagged(found).items() if found else ():
            key = self.portal_key("flags", "province", day)
            key |= {"group": group, "criterion": criterion, "flag": flag}
            source = [PORTAL.format(day=print_date(day))]
            count = self.figure(key, "Số giá trị có ghi chú chất lượng", "count", words, source)
            name = titles.get(criterion or group, criterion or group)
            yield Phrase(
                (
                    f"Lần thu thập ngày {print_date(day)}, {name}: ",
                    count,
                    f" giá trị được ghi chú “{words.strip(' .')}”",
                )
            )

    @property
    def idle(self) -> bool:
        """Whether the scorecard's own unit had no dossier: the portal divides its work by 0."""
        given = self.scored.criterion("PROCESSED_ON_TIME").given
        return given.denominator == 0

    @property
    def unit_flags(self) -> list[Phrase]:
        """The same of the scorecard's own unit, in words."""
        found = self.keys.chosen("province", self.report.period.id)
        titles = {line.id: line.title for line in (*self.groups, *self.criteria)}
        flags = flagged(found, self.unit) if found and self.unit else {}
        return [
            Phrase((f"{titles.get(criterion or group, group)}: được ghi chú “{words.strip(' .')}”",))
            for (group, criterion, _), (_, words) in flags.items()
        ]

    @property
    def moved_groups(self) -> list[Phrase]:
        """ "Công khai, minh bạch tăng 8,00 điểm" for each group."""
        return [Phrase((f"{group.title} ", *self.movement.points(group.id))) for group in self.groups]

    @property
    def local_bodies(self) -> str:
        """The people's committees below the province, as a list of recipients names them."""
        districts = self.report.place.era == "63"
        return (
            "UBND các huyện, thành phố, thị xã; UBND cấp xã" if districts else "UBND các xã, phường, đặc khu"
        )
