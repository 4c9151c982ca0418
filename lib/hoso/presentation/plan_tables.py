"""Tables of a plan: the goals, how many units of each level stand how, each unit beside each goal, and each head."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ..vocabulary import numbers
from .display import Block, Display
from .figures import Figure
from .plan import Goal, Level, Plan
from .plan_tasks import UNMEASURED, Tasks
from .progress_cells import DASH, Cell, Column, Grid, Line
from .verdicts import Counted, Verdict

LEGEND: Final = (
    "● Đạt: đạt chỉ tiêu. ▲ Gần đạt: chưa đạt, chênh lệch không quá một phần mười mức chỉ tiêu (với chỉ tiêu 100% là từ "
    "90%), lấy theo ngưỡng xếp loại cao nhất, từ 90/100 điểm, của Bộ chỉ số theo Quyết định số 766/QĐ-TTg. ■ Chưa đạt: "
    "chênh lệch lớn hơn. ○ Chưa có số liệu: được giao chỉ tiêu, chưa có số liệu để đánh giá."
)
TASK_LEGEND: Final = (
    "● Hoàn thành; ► Đang thực hiện, còn trong hạn; ▲ Sắp đến hạn: thời hạn trong vòng một tháng tới, trước kỳ báo cáo "
    "tháng kế tiếp; ■ Quá hạn, chưa hoàn thành; ◊ Chưa đến ngày bắt đầu; ○ Chưa có số liệu của chỉ tiêu."
)
_BY_UNIT: Final = "Chỉ tiêu chỉ giao cho một số cấp thì không có kết quả chung, đánh giá theo từng đơn vị."
MOST_LISTED: Final = 200  # of a level the list of heads has so many, those first that missed most
_MOST_NAMED: Final = 30
_NUMBER: Final = Column("STT", "center", 0.9)
_LIGHTS: Final[tuple[Counted, ...]] = ("of", "met", "near", "far", "no_data")


def goals(plan: Plan, identifier: str, caption: str) -> Display:
    """One row a goal: the target, the province's result and light, what is lacking, per working day, until when."""
    columns = [
        _NUMBER, Column("Chỉ tiêu", "left", 4.6), Column("Mức giao", width=1.3),
        Column(f"Kết quả toàn {plan.report.kind}", width=1.5),
        Column("Đánh giá", "left", 2.0), Column("Còn thiếu (hồ sơ)", width=1.5),
        Column("Mỗi ngày làm việc (hồ sơ)", width=1.7), Column("Thời hạn", "center", 1.9),
    ]  # fmt: skip
    lines = [Line([str(n), *_goal(goal)]) for n, goal in enumerate(plan.goals, 1)]
    notes = [LEGEND, f"Số liệu {plan.report.period.window}. {DASH}", f"Nguồn: {plan.report.source_text}."]
    if any(not goal.whole for goal in plan.goals):
        notes.insert(1, _BY_UNIT)
    notes += [f"{goal.title}. {goal.note}." for goal in plan.unmeasured if goal.note]
    return Grid(identifier, caption, columns, lines, notes, explained=True).show(plan.report)


def _goal(goal: Goal) -> list[Cell]:
    one = goal.verdict
    if not goal.whole:
        light = UNMEASURED if goal.unmeasured else "Theo đơn vị"
        return [goal.title, goal.judged.target, None, light, None, None, goal.deadline or None]
    return [
        goal.title,
        one.target,
        one.value,
        one.lit,
        one.lacking,
        one.per_working_day,
        goal.deadline or None,
    ]


def matrix(plan: Plan, identifier: str, caption: str) -> Display:
    """How many units of each level stand how beside each goal; each goal with all its levels first."""
    titles = ("Được giao", "● Đạt", "▲ Gần đạt", "■ Chưa đạt", "○ Chưa có số liệu")
    columns = [
        _NUMBER,
        Column("Chỉ tiêu, cấp", "left", 6.0),
        *(Column(title, "right", 1.7) for title in titles),
    ]
    lines: list[Line] = []
    for number, goal in enumerate((goal for goal in plan.goals if goal.levels), 1):
        lines.append(Line([str(number), goal.title, *(_all(goal, name) for name in _LIGHTS)], "total"))
        lines += [
            Line(["", f"{level.title} ({level.units})", *(getattr(level, name) for name in _LIGHTS)])
            for level in goal.levels
        ]
    notes = [f"Đơn vị tính: cơ quan, đơn vị. {LEGEND}", f"Nguồn: {plan.report.source_text}."]
    return Grid(identifier, caption, columns, lines, notes, explained=True).show(plan.report)


def _all(goal: Goal, name: Counted) -> Figure:
    """A count of the units of all levels."""
    figures: list[Figure] = [getattr(level, name) for level in goal.levels]
    title = figures[0].title.partition(", ")[2]
    return replace(
        figures[0], key=figures[0].key | {"level": None}, title=f"Các cấp, {title}", value=sum(f.value or 0 for f in figures)
    )  # fmt: skip


def tasks(found: Tasks, identifier: str, caption: str) -> Display:
    """One row a task: who does it, until when, done when, how it stands, and the result of the target it is to reach."""
    day = found.report.period.end
    columns = [
        _NUMBER, Column("Nhiệm vụ", "left", 5.2), Column("Cơ quan thực hiện", "left", 3.2),
        Column("Thời hạn", "center", 1.9), Column("Hoàn thành", "center", 1.9),
        Column("Tình trạng", "left", 2.4), Column("Kết quả chỉ tiêu", "right", 1.5),
    ]  # fmt: skip
    lines = []
    for number, task in enumerate(found.all, 1):
        goal = found.goal(task)
        done = numbers.date(task.done_on) if task.done_on and task.done_on <= day else None
        due = numbers.date(task.due_on) if task.due_on else None
        result = goal.verdict.value if goal and goal.whole and not goal.verdict.value.missing else None
        title = f"{task.title} (*)" if task.synthetic else task.title
        lines.append(Line([str(number), title, task.owner, due, done, found.light(task), result]))
    notes = [f"Tình trạng đến ngày {numbers.date(day)}. {TASK_LEGEND}"]
    if found.synthetic:
        notes.append(
            "(*) Nội dung theo nguồn; cơ quan chủ trì, ngày bắt đầu, thời hạn, ngày hoàn thành là mô phỏng."
        )
    notes.append(f"Nguồn: {'; '.join(dict.fromkeys(task.source for task in found.all))}.")
    return Grid(identifier, caption, columns, lines, notes, explained=True).show(found.report)


def unit_appendix(plan: Plan, identifier: str, title: str) -> Display:
    """An appendix with a table for each level: every unit with data beside every goal, value, light, what is lacking."""
    blocks: list[Block] = [_appendix(plan.appendices[0], title)] if plan.known else []
    for level in plan.levels:
        blocks += _units(plan, level, f"{identifier}-{level.level}").blocks
    return Display(blocks)


def _units(plan: Plan, level: Level, identifier: str) -> Display:
    asked = _asked(level)
    columns = [_NUMBER, Column("Cơ quan, đơn vị", "left", 3.6)]
    for _, goal, known in asked:
        title = f"{goal.title} (chỉ tiêu: {str(goal.aim).strip()})"
        widths = (("Kết quả", "right", 1.2), ("Đánh giá", "left", 1.7), ("Còn thiếu", "right", 1.2))
        columns += [Column(*one, group=title) for one in (widths if known else (("Đánh giá", "left", 2.6),))]
    lines = [
        Line(
            [
                str(n),
                place.name,
                *(cell for at, _, known in asked for cell in _standing(place.verdicts[at], known)),
            ]
        )
        for n, place in enumerate(level.places, 1)
    ]
    notes = [
        "Xếp trước là đơn vị còn nhiều chỉ tiêu chưa đạt, thiếu nhiều hồ sơ. Còn thiếu: số hồ sơ còn thiếu để đạt chỉ tiêu.",
        f"{LEGEND} {DASH}", *_blank(level),
    ]  # fmt: skip
    length = level.of.key
    return Grid(identifier, level.title, columns, lines, notes, length).show(plan.report)


def _asked(level: Level) -> list[tuple[int, Goal, bool]]:
    """The goals that are set for a level, each with its place and whether any unit of the level has data of it."""
    found = []
    for at, goal in enumerate(level.plan.goals):
        tally = goal.at(level.level)
        if tally is not None:
            found.append((at, goal, tally.no_data.value != tally.of.value))
    return found


def _standing(one: Verdict | None, known: bool) -> list[Cell]:
    if one is None:
        return ["", "Không giao", ""] if known else ["Không giao"]
    if not known:
        return [one.lit]
    return [one.value, one.lit, one.lacking]


def _blank(level: Level) -> list[str]:
    """Who of a level is in no table, for lack of data."""
    names = level.blank
    if not names:
        return []
    if len(names) > _MOST_NAMED:
        return [
            "Không liệt kê các đơn vị chưa có số liệu của chỉ tiêu nào; số lượng tại bảng tổng hợp theo cấp."
        ]
    return [f"Chưa có số liệu của chỉ tiêu nào: {'; '.join(names)}."]


def _appendix(number: str, title: str) -> Block:
    return {"type": "appendix", "number": number, "title": title, "landscape": True}


def methods(plan: Plan, identifier: str, caption: str) -> Display:
    """How each goal is measured, with the act that sets it; nothing without goals."""
    columns = [
        _NUMBER,
        Column("Chỉ tiêu", "left", 5.0),
        Column("Cách tính", "left", 7.0),
        Column("Căn cứ", "left", 6.0),
    ]
    lines = [
        Line([str(n), goal.title, goal.verdict.value.definition, f"Cách tính: {goal.verdict.value.legal_basis}. "
              f"Giao chỉ tiêu: {goal.judged.legal_basis}."])
        for n, goal in enumerate(plan.goals, 1)
    ]  # fmt: skip
    return Grid(identifier, caption, columns, lines).show(plan.report)


def head_appendix(plan: Plan, identifier: str, title: str) -> Display:
    """An appendix with a table for each level: each head with every target missed, what is lacking, until when."""
    blocks: list[Block] = [_appendix(plan.appendices[1], title)] if plan.behind else []
    for level in plan.behind:
        blocks += _heads(plan, level, f"{identifier}-{level.level}").blocks
    return Display(blocks)


def _heads(plan: Plan, level: Level, identifier: str) -> Display:
    asked = [(at, goal) for at, goal, known in _asked(level) if known]
    columns = [_NUMBER, Column("Người đứng đầu chịu trách nhiệm", "left", 5.0)]
    for _, goal in asked:
        title = f"{goal.title}{f', hạn {goal.deadline}' if goal.deadline else ''}"
        columns += [Column(name, width=1.5, group=title) for name in ("Còn thiếu", "Mỗi ngày làm việc")]
    shown = level.behind[:MOST_LISTED]
    lines = [
        Line([str(n), place.answers, *(cell for at, _ in asked for cell in _due(place.verdicts[at]))])
        for n, place in enumerate(shown, 1)
    ]
    notes = [
        "Đơn vị tính: hồ sơ. Mỗi ngày làm việc: số hồ sơ cần làm thêm bình quân từ ngày chốt số liệu đến thời hạn, làm tròn "
        "lên. “Đạt”: đã đạt chỉ tiêu. Dấu “–”: chưa có số liệu hoặc không tính được.",
        *(f"{goal.title}: chưa có số liệu, người đứng đầu báo cáo kết quả thực hiện." for _, goal, known in _asked(level)
          if not known),
    ]  # fmt: skip
    if len(level.behind) > len(shown):
        notes.insert(
            0, f"Liệt kê {len(shown)} đơn vị còn thiếu nhiều nhất; kết quả của các đơn vị khác tại Phụ lục I."
        )
    return Grid(identifier, level.title, columns, lines, notes).show(plan.report)


def _due(one: Verdict | None) -> list[Cell]:
    if one is None or one.kind == "met":
        return ["Đạt" if one else "Không giao", ""]
    return [one.lacking, one.per_working_day]
