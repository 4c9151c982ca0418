"""The tasks of a plan (nhiệm vụ) in a report: how each stands at the period's end, and how many stand so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..statistics.tasks import DONE, Status, Task
from ..vocabulary import numbers
from .figures import Figure, Phrase
from .report import Report

if TYPE_CHECKING:
    from .plan import Goal

UNMEASURED: Final = "○ Chưa có số liệu"


@dataclass(frozen=True)
class Tasks:
    """The tasks of a province's plans; `goal` gives the target a task is to reach."""

    report: Report
    all: tuple[Task, ...]
    goal: Callable[[Task], Goal | None]

    @property
    def plans(self) -> tuple[str, ...]:
        """The titles of the plans the tasks are of."""
        return tuple(dict.fromkeys(task.plan_title for task in self.all))

    @property
    def synthetic(self) -> bool:
        """Whether any owner or day of a task is made up."""
        return any(task.synthetic for task in self.all)

    def _count(self, title: str, statuses: tuple[Status, ...] | None, due_soon: bool = False) -> Figure:
        day, place = self.report.period.end, self.report.place
        found = [
            t
            for t in self.all
            if (t.due_soon(day) if due_soon else statuses is None or t.status(day) in statuses)
        ]
        key = {
            "kind": "tasks", "province": place.slug, "period": self.report.period.id, "plan": None,
            "statuses": None if statuses is None else list(statuses), "due_soon": due_soon,
        }  # fmt: skip
        return Figure(
            key, title, "count", float(len(found)), source_kind="published", measured_in="nhiệm vụ",
            definition=f"Đếm theo tình trạng từng nhiệm vụ ngày {numbers.date(day)}.",
            source="; ".join(dict.fromkeys(task.source for task in self.all)),
            period_text=f"Đến ngày {numbers.date(day)}",
        )  # fmt: skip

    @property
    def of(self) -> Figure:
        return self._count("Số nhiệm vụ của kế hoạch", None)

    @property
    def done(self) -> Figure:
        return self._count("Số nhiệm vụ đã hoàn thành", DONE)

    @property
    def late(self) -> Figure:
        return self._count("Số nhiệm vụ hoàn thành quá hạn", ("done_late",))

    @property
    def under_way(self) -> Figure:
        return self._count("Số nhiệm vụ đang thực hiện, còn trong hạn", ("in_progress",))

    @property
    def soon(self) -> Figure:
        return self._count("Số nhiệm vụ sắp đến hạn", ("in_progress",), due_soon=True)

    @property
    def overdue(self) -> Figure:
        return self._count("Số nhiệm vụ chưa hoàn thành, đã quá hạn", ("overdue",))

    @property
    def to_come(self) -> Figure:
        return self._count("Số nhiệm vụ chưa đến ngày bắt đầu", ("not_started",))

    @property
    def overdue_named(self) -> list[Phrase]:
        """Those overdue, each with owner and day: "Rà soát … (Văn phòng UBND tỉnh, hạn 31/5/2024)"."""
        day = self.report.period.end
        return [
            Phrase((f"{t.title} ({t.owner}, hạn {numbers.date(t.due_on)})",))
            for t in self.all
            if t.status(day) == "overdue" and t.due_on
        ]

    def light(self, task: Task) -> Figure | str:
        """How a task stands: by its days, or that nobody has a number of the target it is to reach."""
        goal, day = self.goal(task), self.report.period.end
        if goal is not None and goal.unmeasured and task.status(day) not in DONE:
            return UNMEASURED
        key = {
            "kind": "task", "province": task.province, "period": self.report.period.id, "plan": task.plan, "id": task.id,
        }  # fmt: skip
        return Figure(
            key,
            "Tình trạng nhiệm vụ",
            "grade",
            None,
            text=task.light(day),
            source=task.source,
            source_kind="published",
        )
