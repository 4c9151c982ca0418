"""Tables of a progress report: the months, before and after a measure, the units that lag, the ways of counting."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ..statistics.definitions import definitions
from . import charts, count_words
from .display import Block, Display
from .figures import Figure
from .phrases import points
from .progress import Group, Month, Progress
from .progress_cells import DASH, Cell, Column, Grid, Line
from .progress_effects import Effect
from .verdicts import APPENDICES, Verdict

_NUMBER: Final = Column("STT", "center", 0.9)
_UNRANKED: Final = (
    "Dấu “–” ở cột Xếp thứ: đơn vị có dưới 10 hồ sơ hoặc là đơn vị duy nhất của cấp, không xếp hạng."
)


def months(progress: Progress, identifier: str, caption: str) -> Display:
    """One row a month: counts, rate, distance from the target, last year's month and the change; the period last."""
    aimed, compared = any(month.from_target for month in progress.months), progress.has_year_ago
    columns = [
        Column("Tháng", "center", 1.5), *_counted(progress.goal), Column("Tỷ lệ"),
        *([Column("So với chỉ tiêu (điểm %)", width=1.9)] if aimed else []),
        *([Column("Cùng kỳ năm trước", width=1.8), Column("Tăng, giảm (điểm %)", width=1.8)] if compared else []),
    ]  # fmt: skip
    whole = (
        replace(progress.months[0], value=progress.value, from_target=_distance(progress))
        if progress.months
        else None
    )
    lines = [Line([month.label, *_month(month, aimed, compared)]) for month in progress.months]
    lines += [Line(["Cả kỳ", *_month(whole, aimed, compared)], "total")] if whole else []
    report = progress.report
    notes = [f"Kỳ báo cáo {report.period.window}; tháng đầu và tháng cuối chỉ gồm các ngày thuộc kỳ."]
    if aimed and progress.target_is_newer:
        notes.append(
            "Mọi tháng so với mức chỉ tiêu áp dụng vào ngày cuối kỳ báo cáo, kể cả tháng mà mức đó chưa có hiệu lực."
        )
    notes += [f"Cách tính: {progress.value.definition}", DASH, f"Nguồn: {report.source_text}."]
    return Grid(
        identifier,
        caption,
        columns,
        lines if any(_known(m) for m in progress.months) else [],
        notes,
        explained=True,
    ).show(report)


def _known(month: Month) -> bool:
    return month.value.value is not None


def _distance(progress: Progress) -> Figure | None:
    value, target = progress.value, progress.goal.target
    return None if value.value is None or target.value is None else points(value, target)


def _month(month: Month, aimed: bool, compared: bool) -> list[Cell]:
    value, before = month.value, month.value.year_ago
    if value.value is None:
        return [None] * (3 + aimed + 2 * compared)
    distance: list[Cell] = [month.from_target] if aimed else []
    return [value.top, value.bottom, value, *distance, *(_against(value, before) if compared else [])]


def _against(value: Figure, before: Figure | None) -> list[Cell]:
    """Last year's value and the change since; two blanks without one."""
    return [None, None] if before is None or before.value is None else [before, points(value, before)]


def effect(found: Effect, identifier: str, caption: str) -> Display:
    """Before and after a measure, of the province and each level; nothing where nothing is compared."""
    if found.windows is None:
        return Display([])
    sides = [
        ("before", f"Trước: {found.windows.before.window}"),
        ("after", f"Sau: {found.windows.after.window}"),
    ]
    columns = [Column("STT", "center", 0.9), Column("Phạm vi", "left", 2.0)]
    for _, title in sides:
        columns += [
            Column(name, group=title[:1].upper() + title[1:]) for name in ("Tử số", "Mẫu số", "Tỷ lệ")
        ]
    columns.append(Column("Tăng, giảm (điểm %)", width=1.7))
    rows = [*found.by_level, (f"Toàn {found.report.kind}", found.before, found.after)]
    lines = [
        Line(_sides(number, *row), "total" if number == len(rows) else "normal")
        for number, row in enumerate(rows, 1)
    ]
    notes = [f"{found.measure.note}."] if found.measure.note else []
    notes.append(f"Nguồn về giải pháp: {found.measure.source}. Nguồn số liệu: {found.report.source_text}.")
    return Grid(identifier, caption, columns, lines, notes, explained=True).show(found.report)


def _sides(number: int, title: str, before: Figure, after: Figure) -> list[Cell]:
    parts: list[Cell] = [before.top, before.bottom, before, after.top, after.bottom, after]
    return [str(number), title, *parts, points(after, before)]


def effects(progress: Progress, identifier: str) -> Display:
    """The table of each measure that has one."""
    shown = [
        effect(one, f"{identifier}-{number}", f"Kết quả trước và sau khi áp dụng: {_small(str(one.title))}")
        for number, one in enumerate(progress.effects, 1)
    ]
    return Display(
        [block for display in shown for block in display.blocks],
        {name: record for display in shown for name, record in display.figures.items()},
    )


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def laggards(group: Group, identifier: str, caption: str) -> Display:
    """The units of a level that lag: ranked ones first, the lowest at the top, then those with too few dossiers."""
    progress, goal = group.progress, group.progress.goal
    columns = [
        _NUMBER,
        Column("Cơ quan, đơn vị", "left", 4.2),
        Column("Xếp thứ", width=1.2),
        *_counted(goal),
        Column("Tỷ lệ"),
    ]
    if progress.has_target:
        columns += [
            Column("Cao hơn (điểm %)" if goal.fewer else "Còn thiếu (điểm %)"),
            Column(_lacking(goal)),
        ]
    columns.append(Column("Người đứng đầu chịu trách nhiệm", "left", 3.8))
    found = [*group.lagging, *group.few]
    lines = [Line(_unit(number, one, progress.has_target)) for number, one in enumerate(found, 1)]
    length = goal.key | {"kind": "tally", "level": group.level, "unit": None, "verdict": "not_met"}
    return Grid(
        identifier, caption, columns, lines, _notes(progress), length if progress.has_target else None
    ).show(progress.report)


def _counted(goal: Verdict) -> list[Column]:
    words = definitions().on(goal.report.period.end)
    one = words.indicator(goal.row["indicator"], goal.row["variant"])
    return [
        Column(count_words.title(one.numerator), width=2.0),
        Column(count_words.title(one.denominator), width=1.8),
    ]


def _lacking(goal: Verdict) -> str:
    if goal.fewer:
        return "Vượt (hồ sơ)"
    return "Cần thêm (hồ sơ)" if goal.growing else "Còn thiếu (hồ sơ)"


def _unit(number: int, one: Verdict, aimed: bool) -> list[Cell]:
    gaps: list[Cell] = [one.gap, one.lacking] if aimed else []
    return [str(number), one.name, one.rank, one.value.top, one.value.bottom, one.value, *gaps, one.head]


def _notes(progress: Progress) -> list[str]:
    goal, report = progress.goal, progress.report
    aim = f"Chỉ tiêu: {goal.aim}. " if goal.target.value is not None else ""
    notes = [f"{aim}Số liệu {report.period.window}.", f"Cách tính: {progress.value.definition}", _UNRANKED]
    if goal.growing and progress.has_target:
        notes.append(
            f"Cần thêm: số {goal.dossiers} ít nhất phải phát sinh thêm để đạt chỉ tiêu; hồ sơ phát sinh thêm được cộng vào "
            "cả tổng số hồ sơ."
        )
    return [*notes, f"Nguồn: {report.source_text}."]


def laggard_appendices(progress: Progress, identifier: str) -> Display:
    """An appendix for each level where anyone lags; nothing where nobody does."""
    title = (
        "danh sách đơn vị chưa đạt chỉ tiêu"
        if progress.has_target
        else f"danh sách đơn vị thấp hơn mức chung của {progress.report.kind}"
    )
    blocks: list[Block] = []
    for number, group in zip(APPENDICES, progress.lagging, strict=False):
        blocks.append(
            {"type": "appendix", "number": number, "title": f"{group.title}: {title}", "landscape": False}
        )
        blocks += laggards(group, f"{identifier}-{group.level}", progress.value.title).blocks
    return Display(blocks)


def ways(progress: Progress, identifier: str, caption: str) -> Display:
    """The indicator in each way of counting that the acts know, so that a reader can compare with other reports."""
    report, name = progress.report, progress.value.key["indicator"]
    known = definitions().on(report.period.end).indicators
    found = [replace(report.rate(name, one.variant), year_ago=None) for one in known if one.id == name]
    columns = [
        _NUMBER, Column("Cách tính", "left", 6.5), Column("Tử số", width=1.7), Column("Mẫu số", width=1.7), Column("Tỷ lệ"),
        Column("Căn cứ", "left", 4.0),
    ]  # fmt: skip
    lines = [
        Line([str(number), one.definition, one.top, one.bottom, one, one.legal_basis])
        for number, one in enumerate((one for one in found if one.value is not None), 1)
    ]
    return Grid(identifier, caption, columns, lines, [DASH], explained=True).show(report)


def trend(progress: Progress, identifier: str, caption: str) -> Display:
    """The months as a line with the target and the measures; nothing where there is one month or none."""
    if not progress.by_month:
        return Display([])
    name = progress.value.key["indicator"]
    return charts.trend(
        progress.report,
        identifier,
        caption,
        name,
        progress.variant,
        target=progress.target,
        marks=progress.marks,
    )


def lowest(progress: Progress, identifier: str, caption: str) -> Display:
    """The lowest ranked units of the two upper levels as bars; nothing where fewer than two are ranked."""
    rows = progress.lowest_rows
    if len(rows) < 2:
        return Display([])
    return charts.ranked(progress.report, identifier, caption, rows, progress.value, progress.target)
