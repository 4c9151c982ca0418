"""Phrases the narratives share (câu chữ dùng chung): up and down, against last year, ranks. Tested for agreement.

Every number in a phrase is a figure; words follow what an office writes: "tăng 1,5 điểm phần trăm so với cùng kỳ".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ..vocabulary import numbers
from .figures import Figure, Key, Phrase
from .verdicts import Tally, Verdict

if TYPE_CHECKING:
    from .report import Report

NO_YEAR_AGO = "chưa có số liệu cùng kỳ để so sánh"
NO_PREVIOUS = "chưa có số liệu kỳ trước để so sánh"
NO_PAST = "chưa có số liệu kỳ trước và cùng kỳ năm trước để so sánh"
_FEW: Final = 10  # below so many a change in percent says nothing: it is told in dossiers


def versus_year_ago(figure: Figure) -> Phrase:
    """ "tăng 1,5 điểm phần trăm so với cùng kỳ năm 2023 (96,4%)"; counts change in percent of last year's."""
    if figure.year_ago is None or figure.value is None:
        return Phrase((NO_YEAR_AGO,))
    return _versus(figure, figure.year_ago, figure.year_ago_label)


def versus_previous(figure: Figure, report: Report) -> Phrase:
    """ "giảm 0,3 điểm phần trăm so với tháng 8 năm 2024 (98,2%)": against the period before."""
    found = report.previous(figure)
    return (
        _versus(figure, found[1], found[0]) if found and figure.value is not None else Phrase((NO_PREVIOUS,))
    )


def versus_past(figure: Figure, report: Report) -> Phrase:
    """Against the period before and against last year, of the two what is known: "tăng … so với …, giảm … so với …"."""
    previous = report.previous(figure)
    known = [versus_previous(figure, report)] if previous and previous[1].value is not None else []
    known += [versus_year_ago(figure)] if figure.year_ago and figure.year_ago.value is not None else []
    if not known or figure.value is None:
        return Phrase((NO_PAST,))
    return listing(known, ", ")


def _versus(figure: Figure, before: Figure, label: str) -> Phrase:
    tail: tuple[str | Figure, ...] = (f" so với {label} (", before, ")")
    what = figure.measured_in or "hồ sơ"
    if before.value is None:
        return Phrase((f"{label} không có {what} để so sánh",))
    if figure.measure == "rate":
        return Phrase((*_moved(points(figure, before), " điểm phần trăm"), *tail))
    if not before.value:
        return Phrase((f"{label} không có {what}",))
    if before.value < _FEW:
        return Phrase((*_moved(more(figure, before), f" {what}"), *tail))
    return Phrase((*_moved(growth(figure, before), ""), *tail))


def _moved(change: Figure, unit: str) -> tuple[str | Figure, ...]:
    assert change.value is not None
    shown = change.value * 100 if change.measure == "rate" else change.value
    if numbers.round_half_up(shown, 0 if change.measure == "count" else change.decimals) == 0:
        return ("không thay đổi",)
    word = "tăng" if change.value > 0 else "giảm"
    magnitude = replace(change, value=abs(change.value), key=change.key | {"absolute": True})
    return (f"{word} ", magnitude, unit)


def points(now: Figure, before: Figure) -> Figure:
    """The difference of two rates in percentage points; printed without a percent sign."""
    assert now.value is not None and before.value is not None
    key = {"kind": "difference", "a": now.key, "b": before.key, "scale": 100}
    change = _derived(now, before, key, (now.value - before.value) * 100, "Chênh lệch so với kỳ so sánh")
    return replace(change, measure="points", trim=False)


def more(now: Figure, before: Figure) -> Figure:
    """How many more a count is than the one before."""
    assert now.value is not None and before.value is not None
    key = {"kind": "difference", "a": now.key, "b": before.key}
    return _derived(now, before, key, now.value - before.value, "Tăng, giảm so với kỳ so sánh")


def growth(now: Figure, before: Figure) -> Figure:
    """The growth of a count in percent of the one before."""
    assert now.value is not None and before.value
    key = {"kind": "growth", "a": now.key, "b": before.key}
    return replace(
        _derived(now, before, key, now.value / before.value - 1, "Tăng, giảm so với kỳ so sánh"),
        measure="rate",
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


def portion(figure: Figure, what: str = "hồ sơ") -> Phrase:
    """The subject of a sentence on a rate: "97,9% hồ sơ", "toàn bộ hồ sơ", "không có hồ sơ nào", "hồ sơ duy nhất".

    What follows is said of it: "… được giải quyết đúng hạn". The rate itself must be known.
    """
    top, bottom = figure.numerator, figure.denominator
    if bottom is None or top is None or 0 < top < bottom:
        return Phrase((figure, f" {what}"))
    if not top:
        return Phrase((f"không có {what} nào",))
    return Phrase((f"{what} duy nhất" if bottom == 1 else f"toàn bộ {what}",))


def on_time_told(figure: Figure) -> Phrase:
    """How the dossiers resolved stand: the rate with its fraction; all, none, the only one and no dossier in own words."""
    top, bottom = figure.numerator, figure.denominator
    if not bottom or top is None:
        return Phrase(("chưa có hồ sơ giải quyết xong nên chưa tính tỷ lệ giải quyết đúng hạn và trước hạn",))
    if bottom == 1:
        return Phrase((f"hồ sơ duy nhất đã giải quyết {'đúng hạn' if top else 'bị quá hạn'}",))
    if top == bottom:
        return Phrase(("toàn bộ ", figure.bottom, " hồ sơ được giải quyết đúng hạn và trước hạn"))
    if not top:
        return Phrase(("toàn bộ ", figure.bottom, " hồ sơ đã giải quyết đều quá hạn"))
    return Phrase(("tỷ lệ giải quyết đúng hạn và trước hạn đạt ", figure, " (", *figure.fraction, ")"))


def still_open(pending: Figure, overdue: Figure) -> Phrase:
    """ "còn 1.095 hồ sơ đang giải quyết, trong đó 221 hồ sơ quá hạn"; none, all in time and all overdue too."""
    if pending.value is None:
        return Phrase(("chưa có số liệu hồ sơ đang giải quyết",))
    if not pending.value:
        return Phrase(("không còn hồ sơ đang giải quyết",))
    head: tuple[str | Figure, ...] = ("còn ", pending, " hồ sơ đang giải quyết, ")
    each = "" if pending.value == 1 else "đều "
    if not overdue.value:
        return Phrase((*head, f"{each}trong hạn"))
    if overdue.value == pending.value:
        return Phrase((*head, f"{each}đã quá hạn"))
    return Phrase((*head, "trong đó ", overdue, " hồ sơ quá hạn"))


def held(report: Report) -> Phrase:
    """What dossiers there are, where the period asked for has none: from when to when, how many, how they stand."""
    count = {
        name: report.count(name, period=report.span)
        for name in ("received", "resolved", "pending", "overdue")
    }
    return Phrase((
        f"dữ liệu hiện có {report.span.window}, gồm ", count["received"], " hồ sơ; đã giải quyết ", count["resolved"],
        " hồ sơ, ", *still_open(count["pending"], count["overdue"]),
    ))  # fmt: skip


def too_late(late: Figure, overdue: Figure) -> Phrase:
    """ "có 2.687 hồ sơ đã giải quyết quá hạn và 221 hồ sơ đang giải quyết quá hạn"; of the two what there is."""
    if late.value is None or overdue.value is None:
        return Phrase(("chưa có số liệu hồ sơ quá hạn",))
    if not late.value and not overdue.value:
        return Phrase(("không có hồ sơ giải quyết quá hạn và không còn hồ sơ đang giải quyết quá hạn",))
    if not late.value:
        return Phrase(
            ("không có hồ sơ giải quyết quá hạn, nhưng còn ", overdue, " hồ sơ đang giải quyết đã quá hạn")
        )
    if not overdue.value:
        return Phrase(("có ", late, " hồ sơ giải quyết quá hạn; không còn hồ sơ đang giải quyết quá hạn"))
    return Phrase(
        ("có ", late, " hồ sơ giải quyết quá hạn và ", overdue, " hồ sơ đang giải quyết đã quá hạn")
    )


def unfinished(items: Sequence[tuple[Figure, str]]) -> Phrase:
    """What is left of several fractions: "còn 6 nhiệm vụ cải cách hành chính và 16 nhiệm vụ Đề án 06 chưa hoàn thành"."""
    left = [Phrase((figure.rest, f" {what}")) for figure, what in items if figure.rest.value]
    if not left:
        return Phrase(())
    told = [*listing(left[:-1], ", "), " và ", *left[-1]] if left[1:] else left[0]
    return Phrase(("còn ", *told, " chưa hoàn thành"))


def places_moved(change: Figure) -> Phrase:
    """ "tăng 48 bậc", "giảm 3 bậc", "giữ nguyên thứ hạng": of a change of rank, up where positive."""
    if not change.value:
        return Phrase(
            ("giữ nguyên thứ hạng",) if change.value == 0 else ("chưa có số liệu để so sánh thứ hạng",)
        )
    shown = replace(change, value=abs(change.value), key=change.key | {"absolute": True})
    return Phrase(("tăng " if change.value > 0 else "giảm ", shown if change.value < 0 else change, " bậc"))


def sentence(phrase: Phrase) -> Phrase:
    """A phrase that begins a sentence: its first letter is a capital."""
    if not phrase.parts:
        return phrase
    first, *rest = phrase.parts
    return Phrase((first[:1].upper() + first[1:], *rest)) if isinstance(first, str) else phrase


def rank(figure: Figure) -> Phrase:
    """ "xếp thứ 10/63"."""
    return Phrase(("xếp thứ ", replace(figure, denominator=None), "/", figure.bottom))


def listing(items: Sequence[Phrase | str], between: str = "; ") -> Phrase:
    """Items joined as a sentence does: "A; B; C"."""
    parts: list[str | Figure] = []
    for item in items:
        parts += [between] if parts else []
        parts += [item] if isinstance(item, str) else list(item)
    return Phrase(tuple(parts))


FILTERS: dict[str, Callable[..., Phrase]] = {
    "versus_year_ago": versus_year_ago,
    "versus_previous": versus_previous,
    "versus_past": versus_past,
    "versus_target": versus_target,
    "portion": portion,
    "on_time_told": on_time_told,
    "still_open": still_open,
    "too_late": too_late,
    "held": held,
    "unfinished": unfinished,
    "places_moved": places_moved,
    "sentence": sentence,
    "tallied": tallied,
    "rank": rank,
    "listing": listing,
}
