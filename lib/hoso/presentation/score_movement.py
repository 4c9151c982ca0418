"""Movement of points and ranks (biến động điểm, thứ hạng) since the snapshot before, as figures and phrases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Final

import pandas as pd

from ..statistics import snapshots
from ..statistics.score_keys import TOTAL, ScoreKeys
from ..statistics.scorecard.definitions import in_force
from ..vocabulary.numbers import date as print_date
from .figures import Figure, Key, Phrase
from .report import Report


@dataclass
class Moved:
    """What moved since the snapshot before on the same basis, or the sentence why the two do not compare."""

    report: Report
    keys: ScoreKeys
    scope: str

    @cached_property
    def days(self) -> tuple[date, date] | None:
        """The days of the newest snapshot of the report's period and of the one before it."""
        keys = self.keys
        last = keys.chosen(self.scope, self.report.period.id)
        if last is None:
            return None
        listed = snapshots.listing(keys.store, keys.scope(self.scope))
        same = listed[listed["stated"] & (listed["period"] == last.period.id)]
        if self.scope == "province":
            same = same[same["units"] > 0]  # what was said of the province alone tells nothing of its units
        earlier = [day for day in same["captured_on"] if day < last.captured_on]
        return (max(earlier), last.captured_on) if earlier else None

    @cached_property
    def period(self) -> str:
        """The period the snapshots tell of."""
        found = self.keys.chosen(self.scope, self.report.period.id)
        return found.period.id if found else self.report.period.id

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The moved units, as statistics.movement has them; empty where they do not compare."""
        if self.days is None:
            return pd.DataFrame()
        return self.keys.moved(self.scope, self.period, *self.days).rows

    @property
    def since(self) -> str:
        """ "từ ngày 17/9/2026 đến ngày 10/10/2026"."""
        return "" if self.days is None else "từ ngày {} đến ngày {}".format(*map(print_date, self.days))

    @property
    def reason(self) -> str | None:
        """Why there is no movement to tell, as a sentence; None where there is one."""
        if self.keys.chosen(self.scope, self.report.period.id) is None:
            return "Chưa có lần thu thập số liệu nào từ Cổng Dịch vụ công quốc gia trong kỳ nên không so sánh được."
        if self.days is None:
            return "Đây là lần thu thập đầu tiên của kỳ nên chưa có lần trước để so sánh."
        told = self.keys.moved(self.scope, self.period, *self.days).reason
        return None if told is None else f"Không so sánh {self.since}: {told}."

    @property
    def opening(self) -> str:
        """The same at the beginning of a sentence."""
        return self.since[:1].upper() + self.since[1:]

    def movers(self, count: int, falling: bool = False) -> list[Phrase]:
        """The units whose total rose most, or fell most: "UBND xã A (tăng 12,00 điểm, tăng 30 bậc)"."""
        rows = self.rows[(self.rows["group"] == TOTAL) & self.rows["unit"].notna()].dropna(subset="change")
        rows = rows[rows["change"] < 0] if falling else rows[rows["change"] > 0]
        chosen = rows.sort_values(["change", "unit"], ascending=[falling, True], kind="stable").head(count)
        return [
            Phrase((f"{name} (", *self.points(TOTAL, unit), ", ", *self.places(TOTAL, unit), ")"))
            for unit, name in zip(chosen["unit"], chosen["name"], strict=True)
        ]

    def key(self, shown: str, group: str = TOTAL, unit: str | None = None) -> Key | None:
        """The key of one number of the movement; None where the snapshots do not compare."""
        if self.days is None or self.reason is not None:
            return None
        before, after = (day.isoformat() for day in self.days)
        own = self.report.place.id if self.scope == "country" else unit
        return {
            "kind": "movement", "scope": self.scope, "province": self.report.place.slug, "period": self.period,
            "unit": own, "group": group, "before": before, "after": after, "as": shown,
        }  # fmt: skip

    def figure(self, shown: str, group: str = TOTAL, unit: str | None = None) -> Figure:
        """One number of the movement: change, before, after, or the same of the rank."""
        key = self.key(shown, group, unit)
        assert key is not None
        value = self.keys.movement(key)
        measure: Any = "count" if "rank" in shown else "points"
        words = "Hiệu của hai lần thu thập trên cùng bộ chỉ số, cùng loại kỳ, cùng tập hợp đơn vị."
        source = f"Cổng Dịch vụ công quốc gia, thu thập {self.since.replace('từ', '').replace('đến', 'và').strip()}"
        window = self.report.period
        return Figure(
            key, f"Biến động: {_SHOWN[shown]}", measure, _plain(value), decimals=2, definition=words,
            legal_basis=in_force(self.report.period.end).legal_basis, period_text=f"{window.label}, {self.since}",
            source=source, source_kind="derived",
        )  # fmt: skip

    def points(self, group: str = TOTAL, unit: str | None = None) -> Phrase:
        """ "tăng 12,50 điểm", "không thay đổi"."""
        return Phrase(tuple(_changed(self.figure("change", group, unit), " điểm", "không thay đổi")))

    def places(self, group: str = TOTAL, unit: str | None = None) -> Phrase:
        """ "tăng 3 bậc", "giữ nguyên thứ hạng"."""
        return Phrase(tuple(_changed(self.figure("rank_change", group, unit), " bậc", "giữ nguyên thứ hạng")))


_SHOWN: Final = {
    "change": "điểm", "before": "điểm lần trước", "after": "điểm lần sau", "rank_change": "thứ hạng",
    "rank_before": "thứ hạng lần trước", "rank_after": "thứ hạng lần sau",
}  # fmt: skip


def _changed(change: Figure, unit: str, still: str) -> Iterator[str | Figure]:
    if change.value is None:
        yield "chưa có số liệu để so sánh"
    elif change.value == 0:
        yield still
    else:
        yield "tăng " if change.value > 0 else "giảm "
        yield replace(change, value=abs(change.value), key=change.key | {"absolute": True})
        yield unit


def _plain(value: Any) -> float | None:
    return value if isinstance(value, int | float) else None
