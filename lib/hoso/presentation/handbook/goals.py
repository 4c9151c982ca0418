"""The targets of the handbook (chỉ tiêu giao): every row of targets.csv with its place, days and act, whatever the day is.

Which of them is current depends on the day of reading, so each says when it holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ...statistics.definitions import definitions
from ...statistics.targets import COMPARISONS, NEAR, Target, criteria
from ...vocabulary import numbers
from ...vocabulary.places import find_province
from ..tables import said
from .book import Book, Part
from .words import validity

_LEVELS: Final = {
    "province": "cấp tỉnh",
    "department": "sở, ban, ngành",
    "district": "cấp huyện",
    "commune": "cấp xã",
}


@dataclass(frozen=True)
class Goals:
    """The targets that were set, newest first."""

    targets: Sequence[Target]

    def lines(self, indicator: str, variant: str | None) -> list[Sequence[Part]]:
        """What was set for an indicator counted this way, as an item of its list; nothing where nothing was."""
        found = [t for t in self.targets if t.measures(indicator, variant)]
        told = "; ".join(f"{place(t)} {aim(t)} ({validity(t)}; {t.legal_basis})" for t in found)
        return [(("Chỉ tiêu đã giao: ",), f"{told}.")] if told else []

    def write(self, book: Book) -> None:
        """All targets as a table, and what met, nearly met and not met mean."""
        book.say(
            "Chỉ tiêu giao là mức phải đạt do cơ quan có thẩm quyền giao. Báo cáo so sánh số liệu với chỉ tiêu có hiệu "
            "lực vào ngày cuối kỳ; nếu có nhiều chỉ tiêu thì lấy chỉ tiêu cụ thể nhất: của đơn vị, rồi của cấp, của "
            "tỉnh, của cả nước. So sánh đúng như văn bản viết: “trên 50%” thì đúng 50% là chưa đạt; “từ 50%” thì đúng "
            f"50% là đạt. Gần đạt là chưa đạt nhưng thiếu không quá {numbers.percent(NEAR, 0)} của chỉ tiêu."
        )
        if not self.targets:
            book.blocks += said("Chưa có chỉ tiêu giao nào trong danh mục.").blocks
            return
        columns = [
            ("place", "Nơi áp dụng", "left", 2.4), ("title", "Chỉ tiêu", "left", 4.0), ("aim", "Mức", "center", 1.6),
            ("days", "Áp dụng, thời hạn", "left", 2.8), ("basis", "Văn bản, ghi chú", "left", 6.0),
        ]  # fmt: skip
        rows = [("normal", [place(t), _title(t), aim(t), _days(t), _ground(t)]) for t in self.targets]
        book.table("chi-tieu-giao-bang", "Chỉ tiêu giao trong danh mục", columns, rows)


def place(target: Target) -> str:
    """For whom a target is: "tỉnh Tuyên Quang (cấp huyện, cấp xã)"."""
    where = find_province(target.province, target.era).title if target.province else "cả nước"
    narrowed = target.unit or ", ".join(_LEVELS[level] for level in target.levels)
    return f"{where} ({narrowed})" if narrowed else where


def aim(target: Target) -> str:
    """What is to be reached: "trên 50%"; of a count the number."""
    counted = target.indicator in definitions().counts
    value = (
        numbers.decimal(target.value, 2, trim=True)
        if counted
        else numbers.percent(target.value, 2, trim=True)
    )
    return f"{COMPARISONS[target.comparison]} {value}"


def _title(target: Target) -> str:
    known = definitions()
    for entry in known.indicators:
        if target.measures(entry.id, entry.variant):
            return entry.title + ("" if target.variant else " (mọi cách tính)")
    counted = {name: words.title for name, words in known.counts.items()}
    published = {name: words.title for name, words in known.published.items()}
    return (counted | published | criteria())[target.indicator]


def _days(target: Target) -> str:
    until = f"; thời hạn ngày {numbers.date(target.deadline)}" if target.deadline else ""
    return f"{validity(target)}{until}"


def _ground(target: Target) -> str:
    basis = target.legal_basis[:1].upper() + target.legal_basis[1:]
    return f"{basis}. {target.note}.".removesuffix(" .").replace("..", ".") if target.note else f"{basis}."
