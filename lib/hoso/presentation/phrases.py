"""Phrases the narratives share (câu chữ dùng chung): up and down, against last year, ranks. Tested for agreement.

Every number in a phrase is a figure; words follow what an office writes: "tăng 1,5 điểm phần trăm so với cùng kỳ".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..vocabulary import numbers
from .figures import Figure, Key, Phrase
from .verdicts import Tally, Verdict

NO_YEAR_AGO = "chưa có số liệu cùng kỳ để so sánh"


def versus_year_ago(figure: Figure) -> Phrase:
    """ "tăng 1,5 điểm phần trăm so với cùng kỳ năm 2023 (96,4%)"; counts change in percent of last year's."""
    before = figure.year_ago
    if before is None or before.value is None or figure.value is None:
        return Phrase((NO_YEAR_AGO,))
    tail: tuple[str | Figure, ...] = (f" so với {figure.year_ago_label} (", before, ")")
    if figure.measure == "rate":
        return Phrase((*_moved(points(figure, before), " điểm phần trăm"), *tail))
    if not before.value:
        return Phrase((f"{figure.year_ago_label} không có hồ sơ",))
    return Phrase((*_moved(growth(figure, before), ""), *tail))


def _moved(change: Figure, unit: str) -> tuple[str | Figure, ...]:
    assert change.value is not None
    shown = change.value * 100 if change.measure == "rate" else change.value
    if numbers.round_half_up(shown, change.decimals) == 0:
        return ("không thay đổi",)
    word = "tăng" if change.value > 0 else "giảm"
    magnitude = replace(change, value=abs(change.value), key=change.key | {"absolute": True})
    return (f"{word} ", magnitude, unit)


def points(now: Figure, before: Figure) -> Figure:
    """The difference of two rates in percentage points; printed without a percent sign."""
    assert now.value is not None and before.value is not None
    key = {"kind": "difference", "a": now.key, "b": before.key, "scale": 100}
    change = _derived(now, before, key, (now.value - before.value) * 100, "Chênh lệch so với cùng kỳ")
    return replace(change, measure="points", trim=False)


def growth(now: Figure, before: Figure) -> Figure:
    """The growth of a count in percent of the one before."""
    assert now.value is not None and before.value
    key = {"kind": "growth", "a": now.key, "b": before.key}
    return replace(
        _derived(now, before, key, now.value / before.value - 1, "Tăng, giảm so với cùng kỳ"), measure="rate"
    )


def _derived(now: Figure, before: Figure, key: Key, value: float, title: str) -> Figure:
    return replace(
        now,
        key=key,
        value=value,
        title=f"{title}: {now.title}",
        source_kind="derived",
        numerator=None,
        denominator=None,
        year_ago=None,
        notes=(f"{now.printed} so với {before.printed}",),
    )


def versus_target(verdict: Verdict) -> Phrase:
    """ "chưa đạt chỉ tiêu trên 50%, còn thiếu 23,23 điểm phần trăm"; "đạt …, vượt …"; no data and no target too."""
    if verdict.kind == "no_target":
        return Phrase(("chưa được giao chỉ tiêu",))
    if verdict.kind == "no_data":
        return Phrase(("chưa có số liệu để so với chỉ tiêu ", *verdict.aim))
    word = "đạt" if verdict.kind == "met" else "chưa đạt"
    return Phrase((f"{word} chỉ tiêu ", *verdict.aim, *_by_how_much(verdict)))


def _by_how_much(verdict: Verdict) -> tuple[str | Figure, ...]:
    """How far from the target, in points; nothing where that rounds to nothing."""
    gap = verdict.gap
    if gap.value is None or numbers.round_half_up(gap.value, gap.decimals) == 0:
        return ()
    words = {
        ("met", False): "vượt", ("not_met", False): "còn thiếu", ("met", True): "thấp hơn", ("not_met", True): "cao hơn",
    }  # fmt: skip
    return (
        f", {words[verdict.kind, verdict.fewer]} ",
        gap,
        " điểm phần trăm" if gap.measure == "points" else "",
    )


def tallied(level: Tally) -> Phrase:
    """ "10/17 sở, ban, ngành đạt chỉ tiêu; còn 7 đơn vị chưa đạt"; all, none, one unit and no data in their own words."""
    met, not_met, no_data, of = level.met, level.not_met, level.no_data, level.of
    if of.value == 1:
        return Phrase((f"đơn vị duy nhất được giao chỉ tiêu {_ONE[level.verdict_of_one]}",))
    if no_data.value == of.value:
        return Phrase(("chưa có số liệu của ", of, f" {level.units}"))
    if met.value == of.value:
        return Phrase(("tất cả ", of, f" {level.units} đạt chỉ tiêu"))
    blank: tuple[str | Figure, ...] = ("; ", no_data, " đơn vị chưa có số liệu") if no_data.value else ()
    if not met.value:
        return Phrase(("chưa có đơn vị nào trong ", of, f" {level.units} đạt chỉ tiêu", *blank))
    behind: tuple[str | Figure, ...] = ("; còn ", not_met, " đơn vị chưa đạt") if not_met.value else ()
    return Phrase((met, "/", of, f" {level.units} đạt chỉ tiêu", *behind, *blank))


_ONE = {"met": "đã đạt", "not_met": "chưa đạt", "no_data": "chưa có số liệu"}


def rank(figure: Figure) -> Phrase:
    """ "xếp thứ 10/63"."""
    return Phrase(("xếp thứ ", replace(figure, denominator=None), "/", figure.bottom))


def listing(items: Sequence[Phrase | str]) -> Phrase:
    """Items joined as a sentence does: "A; B; C"."""
    parts: list[str | Figure] = []
    for item in items:
        parts += ["; "] if parts else []
        parts += [item] if isinstance(item, str) else list(item)
    return Phrase(tuple(parts))


FILTERS: dict[str, Callable[..., Phrase]] = {
    "versus_year_ago": versus_year_ago,
    "versus_target": versus_target,
    "tallied": tallied,
    "rank": rank,
    "listing": listing,
}
