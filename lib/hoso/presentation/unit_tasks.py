"""What a unit has to do next (việc cần làm): the few things that matter most, chosen by rule from its figures.

From dossiers: those overdue now, then targets not met (the widest gap first), then the rate with the lowest place among the
units of the level, then those finished late. From the portal: the criteria, or groups, that lose most of what the unit
itself can win.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from ..vocabulary.numbers import date as print_date
from ..vocabulary.periods import Period
from .figures import Figure, Phrase
from .phrases import rank
from .score_lines import Line
from .scores import Scores
from .unit_work import Measure, Work
from .verdicts import Verdict

MOST: Final = 3
"""Tasks a leader can keep in mind from one page."""
_NAMED: Final = 3  # criteria named of a group


def next_cutoff(period: Period, seen: date | None = None) -> date:
    """The monthly cut-off after a period, or after a later day its figures were seen on: the 14th (NĐ 09/2019/NĐ-CP
    Điều 12), or the end of the month by the calendar."""
    after = max(period.end, seen or period.end) + timedelta(1)
    if period.rule == "administrative":
        return (
            after.replace(day=14)
            if after.day <= 14
            else (after.replace(day=1) + timedelta(31)).replace(day=14)
        )
    return (after.replace(day=1) + timedelta(31)).replace(day=1) - timedelta(1)


def of_work(work: Work) -> list[Phrase]:
    """The tasks from dossiers, each a sentence with its deadline; the most important first."""
    until = f"trước ngày chốt số liệu {print_date(next_cutoff(work.report.period))}"
    if work.empty:
        return [Phrase((_NOTHING.format(until=until),))]
    missed = [m.verdict for m in work.rates if m.verdict and m.verdict.kind == "not_met"]
    found = [_overdue(work.count("overdue"), until)] if work.count("overdue").value else []
    found += [_target(v) for v in sorted(missed, key=lambda v: -(v.gap.value or 0))]
    asked = {v.row["indicator"] for v in missed}
    if lowest := _lowest([m for m in work.rates if m.own.key["indicator"] not in asked]):
        found.append(_raise(work, lowest, until))
    if work.count("late").value:
        found.append(_late(work.count("late"), until))
    return found[:MOST] or [Phrase((_KEEP.format(until=until),))]


_NOTHING: Final = (
    "Rà soát việc tiếp nhận, cập nhật hồ sơ trên Hệ thống thông tin giải quyết thủ tục hành chính; nếu kỳ này "
    "thực sự không phát sinh hồ sơ thì báo cáo rõ, nếu có hồ sơ tiếp nhận ngoài hệ thống thì cập nhật đầy đủ {until}."
)
_KEEP: Final = (
    "Không có hồ sơ quá hạn, không có chỉ tiêu chưa đạt: duy trì kết quả, không để phát sinh hồ sơ quá hạn {until}."
)  # fmt: skip


def _overdue(count: Figure, until: str) -> Phrase:
    return Phrase(
        (
            "Giải quyết dứt điểm ", count, " hồ sơ đang quá hạn; có văn bản xin lỗi đối với từng hồ sơ, nêu rõ lý do và "
            f"hẹn lại ngày trả kết quả, hoàn thành {until}.",
        )
    )  # fmt: skip


def _late(count: Figure, until: str) -> Phrase:
    return Phrase(
        (
            "Làm rõ khâu chậm và trách nhiệm đối với ", count, f" hồ sơ đã giải quyết quá hạn trong kỳ, báo cáo {until}.",
        )
    )  # fmt: skip


def _target(verdict: Verdict) -> Phrase:
    """ "Đưa tỷ lệ … đạt chỉ tiêu trên 50%: cần thêm ít nhất 62 hồ sơ trực tuyến trước ngày 25/12/2023, …"."""
    return Phrase(
        (f"Đưa {verdict.title} đạt chỉ tiêu ", *verdict.aim, ": ", *_lacking(verdict), *_until(verdict), ".")
    )


def _lacking(verdict: Verdict) -> tuple[str | Figure, ...]:
    if verdict.lacking.value is None:
        return (
            "chỉ tiêu không còn đạt được bằng hồ sơ phát sinh thêm, phải báo cáo nguyên nhân, trách nhiệm",
        )
    if verdict.fewer:
        return ("phải giảm ", verdict.lacking, " hồ sơ")
    tail = f" {verdict.dossiers}"
    return ("cần thêm ít nhất " if verdict.growing else "còn thiếu ", verdict.lacking, tail)


def _until(verdict: Verdict) -> tuple[str | Figure, ...]:
    if not verdict.deadline:
        return (", thực hiện ngay trong kỳ sau",)
    if verdict.deadline_passed:
        return (f"; thời hạn {verdict.deadline} đã qua, thực hiện ngay và báo cáo nguyên nhân",)
    if verdict.per_working_day.value is None:
        return (f", thời hạn ngày {verdict.deadline}",)
    if verdict.per_working_day.value <= 1:  # rounded up: "1 a day" would ask for more than are lacking
        return (f" trước ngày {verdict.deadline}, trong ", verdict.working_days, " ngày làm việc còn lại")
    return (
        f" trước ngày {verdict.deadline}, bình quân mỗi ngày làm việc ", verdict.per_working_day, " hồ sơ trong ",
        verdict.working_days, " ngày làm việc còn lại",
    )  # fmt: skip


def _lowest(rates: list[Measure]) -> Measure | None:
    """The rate with the lowest place, of those in the lower half of the level and below its whole."""
    low = [m for m in rates if m.behind > 0.5 and (m.own.value or 0) < (m.level.value or 0)]
    return max(low, key=lambda m: m.behind, default=None)


def _raise(work: Work, measure: Measure, until: str) -> Phrase:
    assert measure.verdict is not None
    title = measure.title[:1].lower() + measure.title[1:]
    return Phrase(
        (
            f"Nâng {title} (", measure.own, ", ", *rank(measure.verdict.rank), f" {work.report.called(work.level)}) "
            "ít nhất bằng mức chung của cấp (", measure.level, f") {until}.",
        )
    )  # fmt: skip


def of_scores(scores: Scores) -> list[Phrase]:
    """The tasks from the portal: what loses most of what the unit can win, and what to check there first."""
    last, on = scores.report.period.end, scores.on
    day = last if on is not None and last > on else next_cutoff(scores.report.period, on)
    until = f"trước ngày {print_date(day)}"
    if scores.idle:
        return [Phrase((_IDLE.format(until=until),))]
    lines = sorted(_winnable(scores), key=lambda line: -(line.lost.value or 0))[:MOST]
    return [_win(scores, line, until) for line in lines]


_IDLE: Final = (
    "Xác nhận việc không phát sinh hồ sơ trong kỳ {until}: nếu có hồ sơ tiếp nhận ngoài hệ thống thì cập nhật đầy đủ; "
    "nếu thực sự không có thì báo cáo để không so sánh điểm của đơn vị với các đơn vị có hồ sơ."
)


def _winnable(scores: Scores) -> list[Line]:
    """Criteria with counts, and groups known by their printed score alone; not what is taken over from the province, nor
    what had nothing to count."""
    known = [
        line
        for line in scores.costliest(len(scores.criteria))
        if line.lost.value and line.score.value is not None
    ]
    counted = [line for line in known if line.rate is not None]
    copied = {c.group for c in scores.scored.card.criteria if c.province_wide}
    return counted + [group for group in scores.unexplained if group.id not in copied]


def _win(scores: Scores, line: Line, until: str) -> Phrase:
    if line.id in {group.id for group in scores.groups}:
        head = (
            f"Nhóm {line.title} mất ",
            line.lost,
            " điểm (đạt ",
            *line.score.fraction,
            "; chưa có số đếm theo tiêu chí)",
        )
        return Phrase((*head, f": rà soát trước hết {_criteria(scores, line)}, {until}."))
    counts: tuple[str | Figure, ...] = ("; ", *line.rate.fraction) if line.rate else ()
    head = (f"{line.title} mất ", line.lost, " điểm (đạt ", *line.score.fraction, *counts, ")")
    return Phrase((*head, f": {_check(scores, line)}, {until}."))


def _criteria(scores: Scores, group: Line) -> str:
    """The criteria of a group that weigh most of those measured at the unit's level."""
    card, level = scores.scored.card, scores.scored.level
    own = [c for c in card.of_group(group.id) if level in c.levels and c.blank != "full"]
    weighty = sorted(own, key=lambda c: -c.max)[:_NAMED]
    return "; ".join(c.title[:1].lower() + c.title[1:] for c in weighty)


def _check(scores: Scores, line: Line) -> str:
    """What the guidance of the criterion says to check."""
    found = scores.guidance(line).source.partition("**Kiểm tra:**")[2].partition("\n")[0].strip(" .;")
    return f"kiểm tra {found}" if found else "rà soát theo hướng dẫn của tiêu chí"
