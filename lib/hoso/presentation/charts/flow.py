"""How the dossiers of a period went through (dòng hồ sơ): what came in, what was resolved and how, what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from ..display import Display
from ..figures import Figure
from ..report import Report
from .block import chart, nothing
from .canvas import AMBER, BLUE, GREY, ORANGE, SKY, WIDTH, Sheet, sheet, svg, width

_ROW, _SIZE, _GAP, _RULE = 19.0, 10.0, 6.0, 7.0
_PALE: Final = "#BDBDBD"


@dataclass(frozen=True)
class Step:
    """One count of form II.06a: its words, and from where on the scale its bar begins."""

    words: str
    figure: Figure
    colour: str
    start: float = 0
    is_sum: bool = False

    @property
    def value(self) -> float:
        return self.figure.value or 0


def flow(report: Report, identifier: str, caption: str, *, unit: str | None = None) -> Display:
    """Carried over and received → resolved early, punctual, late → pending in time and overdue; of a province or a unit.

    Counts of form II.06a; each bar begins where the one before ended. A sentence stands in place of no dossier.
    """
    received = report.count("received", unit=unit)
    if not received.value:
        return nothing(caption)
    steps = _steps(report, received, unit)
    with sheet(_ROW * len(steps) + 2 * _RULE + 4) as page:
        draw(page, steps)
        picture = svg(page)
    note = "Mỗi thanh bắt đầu từ điểm cuối của thanh trước; tổng số hồ sơ tiếp nhận = đã giải quyết + đang giải quyết."
    return chart(report, identifier, caption, picture, _alt(steps), [step.figure for step in steps], [note])


def _steps(report: Report, received: Figure, unit: str | None) -> list[Step]:
    def count(name: str) -> Figure:
        return report.count(name, unit=unit)

    carried = count("carried_over")
    new = _rest(received, carried)
    came = _chained([("Kỳ trước chuyển qua", carried, GREY), ("Tiếp nhận trong kỳ", new, _PALE)])
    went = [
        ("Đã giải quyết: trước hạn", count("early"), BLUE), ("Đã giải quyết: đúng hạn", count("punctual"), SKY),
        ("Đã giải quyết: quá hạn", count("late"), ORANGE), ("Đang giải quyết: trong hạn", count("pending_in_time"), _PALE),
        ("Đang giải quyết: quá hạn", count("overdue"), AMBER),
    ]  # fmt: skip
    return [*came, Step("Tổng số tiếp nhận", received, "#4D4D4D", is_sum=True), *_chained(went)]


def _rest(received: Figure, carried: Figure) -> Figure:
    """What was received within the period: all less what was carried over."""
    value = None if received.value is None else received.value - (carried.value or 0)
    key = {"kind": "difference", "a": received.key, "b": carried.key}
    return replace(
        received, key=key, value=value, title="Số hồ sơ tiếp nhận trong kỳ", source_kind="derived", year_ago=None
    )  # fmt: skip


def _chained(parts: Sequence[tuple[str, Figure, str]]) -> list[Step]:
    """Steps that each begin where the one before ended."""
    steps: list[Step] = []
    for words, figure, colour in parts:
        start = steps[-1].start + steps[-1].value if steps else 0
        steps.append(Step(words, figure, colour, start))
    return steps


def draw(page: Sheet, steps: Sequence[Step]) -> None:
    """One row a count: its words, its bar, its number at the end of the row."""
    left = max(width(step.words, _SIZE, bold=step.is_sum) for step in steps) + _GAP + 2
    right = max(width(step.figure.printed, _SIZE, bold=step.is_sum) for step in steps) + _GAP
    scale = (WIDTH - left - right) / max(step.start + step.value for step in steps)
    middle = 2 - _ROW / 2
    for i, step in enumerate(steps):
        middle += _ROW + (_RULE if step.is_sum or (i and steps[i - 1].is_sum) else 0)
        weight = "bold" if step.is_sum else "normal"
        page.text(left - _GAP, middle, step.words, _SIZE, ha="right", weight=weight)
        x, end = left + step.start * scale, left + (step.start + step.value) * scale
        page.box(x, middle - 6.5, max(end - x, 0.8 if step.value else 0), 13, step.colour)
        page.text(WIDTH, middle, step.figure.printed, _SIZE, ha="right", weight=weight)
        if i + 1 < len(steps) and not step.is_sum and not steps[i + 1].is_sum:
            page.line((end, end), (middle + 6.5, middle + _ROW - 6.5), GREY, linewidth=0.8)


def _alt(steps: Sequence[Step]) -> str:
    """How many came, how many were resolved and are left, and how many of each too late."""
    carried, new, received, early, punctual, late, in_time, overdue = steps
    resolved, pending = early.value + punctual.value + late.value, in_time.value + overdue.value
    told = (
        f"Tiếp nhận {received.figure.printed} hồ sơ, gồm {carried.figure.printed} hồ sơ kỳ trước chuyển qua và "
        f"{new.figure.printed} hồ sơ trong kỳ"
    )
    return f"{told}; {_part('đã giải quyết', resolved, late)}; {_part('đang giải quyết', pending, overdue)}."


def _part(words: str, whole: float, behind: Step) -> str:
    if not whole:
        return f"không có hồ sơ {words}"
    counted = replace(behind.figure, value=whole).printed
    if not behind.value:
        return f"{words} {counted}, không có hồ sơ quá hạn"
    every = "đều" if behind.value == whole else f"trong đó {behind.figure.printed} hồ sơ"
    return f"{words} {counted}, {every} quá hạn"
