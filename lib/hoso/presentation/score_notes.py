"""What is to be known of a snapshot's numbers (lưu ý về số liệu): the portal's traps, each where it applies.

A note is a function of what is looked at: its phrase, or None where the snapshot gives no occasion for it. NOTES is their
table, in the order they are read; numbers in them are figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final, Literal

import polars as pl

from ..records.intake.portal.cells import ABOVE_MAX, DERIVED, NOT_FETCHED
from ..statistics.score_keys import TOTAL, flagged
from ..statistics.scorecard.definitions import Criterion, Scorecard, in_force
from ..statistics.snapshots import Snapshot, endpoint_title
from ..vocabulary.numbers import date as print_date
from .figures import Figure, Phrase
from .score_lines import PORTAL
from .score_places import Placed

Scope = Literal["province", "country"]
_FEES: Final = "PAYMENT_FORMALITY_USED"  # its denominator: the procedures for which something is to be paid
_PAYING: Final = "PAYMENT_DOSSIER"  # its denominator: the dossiers for which something is to be paid
_RECEIVED: Final = "PROCESSED_ON_TIME"  # its denominator: the dossiers received


@dataclass(frozen=True)
class Looked:
    """The snapshot that is looked at, and whose notes are asked: of the province, of one unit, or of all provinces."""

    scores: Placed
    snapshot: Snapshot
    scope: Scope

    @property
    def unit(self) -> str | None:
        return self.scores.unit

    @cached_property
    def rows(self) -> pl.DataFrame:
        """The rows of the units; of one unit its own."""
        rows = self.snapshot.rows.filter(pl.col("unit_id").is_not_null())
        return rows if self.unit is None else rows.filter(pl.col("unit_id") == self.unit)

    @property
    def card(self) -> Scorecard:
        return in_force(self.snapshot.period.end)

    @property
    def day(self) -> str:
        """When it was taken, "10/10/2026"."""
        return print_date(self.snapshot.captured_on)

    @cached_property
    def days(self) -> list[date]:
        """Its day and that of the snapshot it is compared with."""
        compared = self.scores.unit_movement.days
        return [self.snapshot.captured_on, *([compared[0]] if compared else [])]

    def flags(self, *names: str) -> Iterator[tuple[date, str, Phrase]]:
        """Day, group and "78 giá trị" (or nothing, of one unit) of the quality flags of these names."""
        for day in self.days:
            found = self.scores.keys.chosen(self.scope, self.scores.report.period.id, day)
            for (group, _, flag), _ in flagged(found, self.unit).items() if found else ():
                if flag in names:
                    yield day, group, self._flagged(day, group, flag)

    def _flagged(self, day: date, group: str, flag: str) -> Phrase:
        if self.unit is not None:
            return Phrase(())
        key = self._key("flags", day) | {"group": group, "criterion": None, "flag": flag}
        return Phrase((self._count(key, "Số giá trị có ghi chú chất lượng", day), " giá trị"))

    def zeros(self, criterion: str) -> Figure:
        """How many units have a denominator of 0 under a criterion."""
        day = self.snapshot.captured_on
        return self._count(
            self._key("zeros", day) | {"criterion": criterion}, "Số đơn vị có mẫu số bằng không", day
        )

    def restated(self) -> Figure:
        """How many numbers of a closed period were captured anew, and otherwise."""
        day = self.snapshot.captured_on
        return self._count(self._key("restated", day), "Số giá trị được điều chỉnh sau khi hết kỳ", day)

    def _key(self, kind: str, day: date) -> dict[str, object]:
        return self.scores.portal_key(kind, self.scope, day)

    def _count(self, key: dict[str, object], title: str, day: date) -> Figure:
        return self.scores.figure(key, title, "count", f"{title}.", [PORTAL.format(day=print_date(day))])

    def group(self, name: str) -> str:
        """The title of a group."""
        return next(group.title for group in self.card.groups if group.id == name)

    def has(self, group: str) -> bool:
        """Whether the units have this group (or TOTAL)."""
        return not self.rows.filter(pl.col("group") == group, pl.col("criterion").is_null()).is_empty()


def _plain(text: str) -> Phrase:
    return Phrase((text,))


def _cumulative(looked: Looked) -> Phrase | None:
    """The year to date: the portal restates the months before."""
    if looked.snapshot.closed:
        return None
    start = print_date(looked.snapshot.period.start)
    return _plain(
        f"Số liệu là lũy kế từ ngày {start} đến ngày thu thập {looked.day}; Cổng có thể điều chỉnh số của các tháng trước, "
        "nên chênh lệch giữa hai lần thu thập không hẳn là kết quả của những ngày ở giữa"
    )


def _restated(looked: Looked) -> Phrase | None:
    """A closed period that says something else now."""
    if not looked.snapshot.closed or looked.scope != "province" or looked.unit is not None:
        return None
    count = looked.restated()
    return (
        Phrase(("Sau khi kỳ kết thúc, Cổng đã điều chỉnh ", count, " giá trị của kỳ"))
        if count.value
        else None
    )


def _unstated(looked: Looked) -> Phrase | None:
    """Responses that did not say when they were taken."""
    if looked.snapshot.stated:
        return None
    return _plain(
        "Số liệu lấy từ Cổng không nêu kỳ hoặc thời điểm lấy; kỳ và ngày thu thập ghi theo người nạp số liệu, "
        "nên số liệu này không dùng để tính biến động"
    )


def _pages(looked: Looked) -> Phrase | None:
    """Pages that were announced and are not there."""
    if not looked.snapshot.lacking:
        return None
    told = "; ".join(endpoint_title(name) for name in sorted(looked.snapshot.lacking))
    return _plain(
        f"Lần thu thập ngày {looked.day} thiếu trang của: {told}; đơn vị ở các trang thiếu không có số liệu"
    )


def _derived(looked: Looked) -> Phrase | None:
    """A group that was made of the total less the others."""
    above, within = (list(looked.flags(name)) for name in (ABOVE_MAX, DERIVED))
    if not above + within:
        return None
    day, group, _ = (above + within)[0]
    told: list[str | Figure] = [part for _, _, count in above for part in (*count, " vượt điểm tối đa, ")]
    told += [part for _, _, count in within for part in (*count, " trong thang điểm, ")]
    own = (" (", *told[:-1], str(told[-1]).removesuffix(", "), ")") if looked.unit is None else ()
    return Phrase(
        (
            f"Điểm nhóm {looked.group(group)} tại lần thu thập ngày {print_date(day)}", *own,
            " do bên thu thập suy ra bằng cách lấy tổng điểm trừ các nhóm còn lại; không phải số đo nên không xếp hạng, "
            "không tính biến động",
        )
    )  # fmt: skip


def _not_fetched(looked: Looked) -> Phrase | None:
    """A zero that stands for an answer that never came."""
    found = list(looked.flags(NOT_FETCHED))
    if not found:
        return None
    day, group, told = found[0]
    own = (" (", *told, ")") if looked.unit is None else ()
    return Phrase(
        (
            f"Điểm không của nhóm {looked.group(group)} tại lần thu thập ngày {print_date(day)}", *own,
            " là do không lấy được số liệu, không phải kết quả bằng không; không xếp hạng, không so sánh",
        )
    )  # fmt: skip


def _ranks(looked: Looked) -> Phrase | None:
    """The portal returns no rank."""
    if looked.scope == "province" and not looked.has(TOTAL):
        return None
    return _plain("Cổng không công bố thứ hạng; thứ hạng trong báo cáo tính từ điểm, bằng điểm thì đồng hạng")


def _country(looked: Looked) -> Phrase | None:
    """The portal's own line of the country."""
    if looked.scope != "country":
        return None
    changed = (
        "; cách tính dòng này đã thay đổi giữa hai lần thu thập ngày 17/9/2026 và ngày 10/10/2026"
        if looked.snapshot.period.start.year == 2026
        else ""
    )
    return _plain(
        "Dòng “Cả nước” của Cổng là bình quân điểm của các tỉnh, thành phố, không tính từ số hồ sơ của cả nước"
        f"{changed}; báo cáo không dùng dòng này"
    )


def _no_mean(looked: Looked) -> Phrase | None:
    """The province's own total is counted anew, procedures once, petitions together."""
    whole = looked.snapshot.rows.filter(pl.col("unit_id").is_null(), pl.col("group") == TOTAL)
    if looked.unit is not None or whole.is_empty() or not looked.has(TOTAL):
        return None
    kind = looked.scores.report.kind if looked.scope == "province" else "tỉnh"
    return _plain(
        f"Tổng điểm của {kind} không phải bình quân điểm các cơ quan, đơn vị: cấp tỉnh đếm mỗi thủ tục một lần và gộp "
        "chung phản ánh, kiến nghị"
    )


def _elsewhere(looked: Looked) -> Phrase | None:
    """A criterion that agencies and communes cannot win."""
    lost = [
        c for c in looked.card.criteria if not {"agency", "commune"} & set(c.levels) and looked.has(c.group)
    ]
    if not lost:
        return None
    groups = "; ".join(dict.fromkeys(looked.group(c.group) for c in lost))
    return _plain(
        f"{_titled(lost)} chỉ đo ở cấp tỉnh: cơ quan, đơn vị không có điểm ở tiêu chí này trong khi điểm tối đa của nhóm "
        f"giữ nguyên, nên không đơn vị nào đạt điểm tối đa nhóm {groups}"
    )


def _copied(looked: Looked) -> Phrase | None:
    """What every unit takes over from the province."""
    copied = [c for c in looked.card.criteria if c.province_wide and looked.has(c.group)]
    if not copied:
        return None
    return _plain(
        f"{_titled(copied)} lấy số liệu chung của địa phương cho mọi cơ quan, đơn vị, không phản ánh kết quả của từng đơn vị"
    )


def _given(looked: Looked) -> Phrase | None:
    """Full points for everybody, without counts."""
    full = [c for c in looked.card.criteria if c.blank == "full" and _full(looked.snapshot.rows, c)]
    if not full or not looked.has(full[0].group):
        return None
    return _plain(
        f"{_titled(full)}: Cổng cho mọi cơ quan, đơn vị điểm tối đa mà không có số đếm, kể cả nơi không có đơn vị cấp xã"
    )


def _full(rows: pl.DataFrame, criterion: Criterion) -> bool:
    own = rows.filter(pl.col("criterion") == criterion.id)
    blank = pl.col("numerator").is_null() & (pl.col("score") == criterion.max)
    return bool(not own.is_empty() and own.select(blank.all()).item())


def _titled(criteria: list[Criterion]) -> str:
    word = "Tiêu chí" if len(criteria) == 1 else "Các tiêu chí"
    return f"{word} {'; '.join(f'“{c.title}”' for c in criteria)}"


def _without_fees(looked: Looked) -> Phrase | None:
    """No fee, no points: the maximum is not lowered for them."""
    tail = " không có thủ tục hành chính phải nộp phí, lệ phí nên không thể có điểm thanh toán trực tuyến; "
    return _idle_units(looked, _FEES, f"{tail}thang điểm không giảm theo")


def _unpaid(looked: Looked) -> Phrase | None:
    """The same where nobody had to pay in the period."""
    tail = " không phát sinh hồ sơ phải nộp phí, lệ phí nên không có điểm ở tiêu chí hồ sơ thanh toán trực tuyến; "
    return _idle_units(looked, _PAYING, f"{tail}thang điểm không giảm theo")


def _idle(looked: Looked) -> Phrase | None:
    """Units without dossiers still have what a denominator of 0 gives in full."""
    full = [c for c in looked.card.criteria if "full" in (c.zero, c.blank) and looked.has(c.group)]
    titles = _titled(full)
    tail = f" không phát sinh hồ sơ nhưng vẫn được điểm tối đa ở {titles[:1].lower()}{titles[1:]}"
    return (
        _idle_units(looked, _RECEIVED, f"{tail}; điểm này không phải kết quả giải quyết hồ sơ")
        if full
        else None
    )


def _idle_units(looked: Looked, criterion: str, tail: str) -> Phrase | None:
    own = looked.rows.filter(pl.col("criterion") == criterion, pl.col("denominator") == 0)
    if own.is_empty():
        return None
    if looked.unit is not None:
        return _plain(f"Đơn vị{tail}")
    return Phrase(("Có ", looked.zeros(criterion), f" cơ quan, đơn vị{tail}"))


NOTES: Final[Mapping[str, Callable[[Looked], Phrase | None]]] = {
    "cumulative": _cumulative, "restated": _restated, "unstated": _unstated, "pages": _pages, "derived": _derived,
    "not_fetched": _not_fetched, "ranks": _ranks, "country": _country, "no_mean": _no_mean, "elsewhere": _elsewhere,
    "copied": _copied, "given": _given, "without_fees": _without_fees, "unpaid": _unpaid, "idle": _idle,
}  # fmt: skip


def applying(scores: Placed, scope: Scope = "province") -> dict[str, Phrase]:
    """The notes that apply, by name: to the newest snapshot of the report's period, of a scorecard's province (or its unit),
    or (scope "country") of all provinces. Empty where the store has no snapshot."""
    found = scores.keys.chosen(scope, scores.report.period.id)
    if found is None:
        return {}
    looked = Looked(scores, found, scope)
    return {name: told for name, note in NOTES.items() if (told := note(looked)) is not None}


def notes(scores: Placed, scope: Scope = "province") -> list[Phrase]:
    """The same as sentences without their full stop, in reading order."""
    return list(applying(scores, scope).values())
