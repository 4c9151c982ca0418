"""Tasks (nhiệm vụ) of plans: listed with owner and dates in data/reference/tasks.csv, their status computed for any day.

A plan whose tasks are listed is counted; of a plan that only published its sum ("35/41 nhiệm vụ") the published row is
taken, and nothing is made up behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

import pandas as pd

from ..vocabulary.periods import Period
from ..vocabulary.places import Province
from . import published
from .definitions import definitions
from .sheets import Line, Sheet, remembered

Status = Literal["done_early", "done_on_time", "done_late", "in_progress", "overdue", "not_started"]
STATUSES: Final[dict[Status, str]] = {
    "done_early": "Hoàn thành trước hạn",
    "done_on_time": "Hoàn thành đúng hạn",
    "done_late": "Hoàn thành quá hạn",
    "in_progress": "Đang thực hiện, còn trong hạn",
    "overdue": "Chưa hoàn thành, đã quá hạn",
    "not_started": "Chưa thực hiện",
}
IN_TIME: Final[tuple[Status, ...]] = ("done_early", "done_on_time")
DONE: Final[tuple[Status, ...]] = (*IN_TIME, "done_late")
LIGHTS: Final[dict[Status | Literal["due_soon"], str]] = {
    "done_early": "● Hoàn thành trước hạn", "done_on_time": "● Hoàn thành đúng hạn", "done_late": "● Hoàn thành quá hạn",
    "in_progress": "► Đang thực hiện", "due_soon": "▲ Sắp đến hạn", "overdue": "■ Quá hạn",
    "not_started": "◊ Chưa đến ngày bắt đầu",
}  # fmt: skip
"""What a status is printed as: a shape beside each word, told apart in black and white."""
PUBLISHED_PLANS: Final = ("tasks_reform", "tasks_project_06", "targets_digital")
"""The plans whose sums provinces publish; a plan listed under such an id is counted in its stead."""
DUE_SOON_DAYS: Final = 31
"""Sắp đến hạn: due within so many days, that is before the report of the next month can warn of it."""
FILE: Final = "tasks.csv"
COLUMNS: Final = (
    "plan", "plan_title", "era", "province", "id", "title", "owner", "target", "starts_on", "due_on", "done_on",
    "source", "synthetic", "note",
)  # fmt: skip
PROGRESS: Final = (
    "plan",
    "title",
    "done_in_time",
    "done",
    "of",
    "rate",
    "counted",
    "as_of",
    "source",
    "synthetic",
)


@dataclass(frozen=True)
class Task:
    """One task of a plan: who owns it (cơ quan chủ trì, an office), when it is due, when it was begun and done.

    `target` is the id of the target it is to reach, if it has one (statistics.targets).
    """

    plan: str
    plan_title: str
    era: str
    province: str
    id: str
    title: str
    owner: str
    target: str | None
    starts_on: date | None
    due_on: date | None
    done_on: date | None
    source: str
    synthetic: bool
    note: str

    def status(self, on: date) -> Status:
        """The status at the end of a day: what was done later is not done yet, and the due day itself is in time.

        A task without a day to begin on runs from the day its plan was given.
        """
        if self.done_on is not None and self.done_on <= on:
            return self._done(self.done_on)
        if self.due_on is not None and self.due_on < on:
            return "overdue"
        return "not_started" if self.starts_on is not None and self.starts_on > on else "in_progress"

    def due_soon(self, on: date) -> bool:
        """Whether it is under way at the end of a day and due within DUE_SOON_DAYS after it."""
        left = None if self.due_on is None else (self.due_on - on).days
        return self.status(on) == "in_progress" and left is not None and left <= DUE_SOON_DAYS

    def light(self, on: date) -> str:
        """The status at the end of a day as LIGHTS prints it."""
        return LIGHTS["due_soon" if self.due_soon(on) else self.status(on)]

    def _done(self, day: date) -> Status:
        if self.due_on is None or day == self.due_on:
            return "done_on_time"
        return "done_early" if day < self.due_on else "done_late"


@remembered
def read(path: Path) -> tuple[Task, ...]:
    """The tasks of a file with the columns COLUMNS; InputError tells all faults at once."""
    sheet = Sheet(path, COLUMNS)
    found = [_task(sheet, line) for line in sheet.lines()]
    keys = [(task.plan, task.id) for task in found]
    sheet.faults += [f"nhiệm vụ {plan}/{name} ghi hai lần" for plan, name in _twice(keys)]
    sheet.close()
    return tuple(found)


def _twice(keys: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted({key for key in keys if keys.count(key) > 1})


def _task(sheet: Sheet, line: Line) -> Task:
    sheet.required(line, "plan", "plan_title", "province", "id", "title", "owner", "source")
    sheet.province(line)
    starts, due, done = (sheet.day(line, name) for name in ("starts_on", "due_on", "done_on"))
    if starts and done and done < starts:
        sheet.fault(f"hoàn thành {done} trước khi bắt đầu {starts}")
    return Task(
        line["plan"], line["plan_title"], line["era"], line["province"], line["id"], line["title"], line["owner"],
        line["target"] or None, starts, due, done, line["source"], sheet.flag(line, "synthetic"), line["note"],
    )  # fmt: skip


def of(tasks: Sequence[Task], province: Province) -> tuple[Task, ...]:
    """The tasks of one province."""
    return tuple(task for task in tasks if (task.province, task.era) == (province.slug, province.era))


def listing(tasks: Sequence[Task], on: date) -> pd.DataFrame:
    """One row a task: plan, id, title, owner, target, due_on, done_on (None when later than `on`), status, status_title."""
    rows = [
        {
            "plan": t.plan, "id": t.id, "title": t.title, "owner": t.owner, "target": t.target, "due_on": t.due_on,
            "done_on": t.done_on if t.done_on and t.done_on <= on else None, "status": t.status(on),
            "status_title": STATUSES[t.status(on)], "synthetic": t.synthetic,
        }
        for t in tasks
    ]  # fmt: skip
    names = [
        *COLUMNS[:1],
        "id",
        "title",
        "owner",
        "target",
        "due_on",
        "done_on",
        "status",
        "status_title",
        "synthetic",
    ]
    return pd.DataFrame(rows, columns=names, dtype="object")


def progress(
    tasks: Sequence[Task], rows: pd.DataFrame, province: Province, period: Period, on: date | None = None
) -> pd.DataFrame:
    """How far each plan of a province is (columns PROGRESS): counted from its tasks on a day (the period's last) where
    they are listed, else from the published row (`rows`: statistics.published.read) of the period.

    `done_in_time`, `done` and `of` count tasks; what a published sum does not tell apart is None. `rate` is done in time
    over all for the plan of administrative reform, whose published sum counts so, and done over all for every other.
    """
    day = on or period.end
    listed: dict[str, list[Task]] = {}
    for task in of(tasks, province):
        listed.setdefault(task.plan, []).append(task)
    stated = {row["indicator"]: row for row in published.of(rows, province, period).to_dict("records")}
    plans = [_counted(plan, found, day) for plan, found in listed.items()]
    plans += [
        _stated(plan, stated[plan]) for plan in PUBLISHED_PLANS if plan in stated and plan not in listed
    ]
    return pd.DataFrame(plans, columns=list(PROGRESS), dtype="object").astype({"rate": "float64"})


def _counted(plan: str, tasks: Sequence[Task], day: date) -> dict[str, object]:
    statuses = [task.status(day) for task in tasks]
    in_time, done = (sum(status in kinds for status in statuses) for kinds in (IN_TIME, DONE))
    return {
        "plan": plan, "title": tasks[0].plan_title, "done_in_time": in_time, "done": done, "of": len(tasks),
        "rate": (in_time if plan == "tasks_reform" else done) / len(tasks), "counted": True, "as_of": day.isoformat(),
        "source": "; ".join(dict.fromkeys(task.source for task in tasks)),
        "synthetic": any(task.synthetic for task in tasks),
    }  # fmt: skip


def _stated(plan: str, row: Mapping[Any, Any]) -> dict[str, object]:
    top, of = (None if pd.isna(row[name]) else int(row[name]) for name in ("numerator", "denominator"))
    in_time = plan == "tasks_reform"
    return {
        "plan": plan, "title": definitions().published[plan].title, "done_in_time": top if in_time else None,
        "done": None if in_time else top, "of": of, "rate": row["value"], "counted": False, "as_of": row["as_of"],
        "source": row["source"], "synthetic": False,
    }  # fmt: skip
