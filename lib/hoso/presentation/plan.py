"""A plan (kế hoạch hành động): the targets set for a province and its units, the tasks listed, and who answers for each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from ..statistics import heads, tasks
from ..statistics.tasks import Task
from .figures import Figure, Key, Phrase
from .plan_tasks import Tasks
from .report import Report
from .verdicts import APPENDICES, LEVEL_TITLES, Tally, Verdict, judged_by

OTHERWISE: Final = "các chỉ tiêu, nhiệm vụ được giao"
_NAMED: Final = 5  # of a level a sentence names so many heads
_NEXT: Final = ("1", "2", "3")


@dataclass(frozen=True)
class Goal:
    """A target of the plan: how the province stands, and how many units of each level."""

    verdict: Verdict

    @cached_property
    def judged(self) -> Verdict:
        """Where the target is read: at the province, or at a unit where it is set for units only."""
        if self.verdict.kind != "no_target":
            return self.verdict
        rows = self.verdict.units
        rows = rows[rows["target"].notna()]
        return self.verdict.of({str(k): v for k, v in rows.iloc[0].items()}) if len(rows) else self.verdict

    @property
    def whole(self) -> bool:
        """Whether the target is the province's own, beside those of its units."""
        return self.verdict.kind != "no_target"

    @property
    def title(self) -> str:
        """ "Tỷ lệ giao dịch xác thực điện tử"."""
        return self.verdict.value.title

    @property
    def aim(self) -> Phrase:
        return self.judged.aim

    @property
    def deadline(self) -> str:
        return self.judged.deadline

    @property
    def levels(self) -> tuple[Tally, ...]:
        return self.verdict.levels

    @property
    def key(self) -> Key:
        """Of what indicator, for figures that join several goals."""
        return {name: self.verdict.key[name] for name in ("indicator", "variant")}

    @property
    def note(self) -> str:
        """What targets.csv notes of the target; empty without a note."""
        ids = {target.id: target.note for target in self.verdict.report.held_targets}
        return ids.get(str(self.judged.row.get("target_id")), "")

    @property
    def unmeasured(self) -> bool:
        """Whether nobody has any number for it: neither the province nor a unit."""
        return self.verdict.value.missing and all(
            level.no_data.value == level.of.value for level in self.levels
        )

    @property
    def met(self) -> bool:
        """Whether the province, and each of its units that has data, met it."""
        return not self.unmeasured and self.verdict.kind != "not_met" and not self.verdict.behind

    def at(self, level: str) -> Tally | None:
        """How the units of a level stand; None where it has no target there."""
        return next((one for one in self.levels if one.level == level), None)


@dataclass(frozen=True)
class Place:
    """A unit with what it has of each goal (None: no target for it)."""

    unit: str
    name: str  # the same with its district, of a commune
    head: str
    verdicts: tuple[Verdict | None, ...]

    @property
    def known(self) -> bool:
        """Whether any of its targets has data."""
        return any(one is not None and one.kind in ("met", "not_met") for one in self.verdicts)

    @property
    def missed(self) -> tuple[Verdict, ...]:
        """The targets it did not meet, the one first that is farthest."""
        found = [one for one in self.verdicts if one is not None and one.kind == "not_met"]
        return tuple(sorted(found, key=lambda one: -(one.gap.value or 0)))

    @property
    def answers(self) -> str:
        """Who answers for it, with the district of a commune: two of them may share a name."""
        head = f"Người đứng đầu {self.unit}" if self.head == "–" else self.head
        return f"{head}{self.name.removeprefix(self.unit)}"

    @property
    def order(self) -> tuple[Any, ...]:
        """Those first that missed most targets, then those that lack most dossiers, then those that are farthest."""
        lacking, gaps = (
            [getattr(one, name).value or 0 for one in self.missed] for name in ("lacking", "gap")
        )
        return -len(self.missed), -sum(lacking), -sum(gaps), self.name

    @property
    def told(self) -> Phrase:
        """ "Giám đốc Sở Y tế: tỷ lệ … 83,0%, còn thiếu 12 hồ sơ; …"."""
        parts: list[str | Figure] = [f"{self.answers}: "]
        for one in self.missed:
            parts += ["; "] if len(parts) > 1 else []
            parts += [f"{one.title} ", one.value]
            parts += [] if one.lacking.missing else [_lacks(one), one.lacking, " hồ sơ"]
        return Phrase(tuple(parts))


def _lacks(one: Verdict) -> str:
    return ", vượt " if one.fewer else ", cần thêm " if one.growing else ", còn thiếu "


@dataclass(frozen=True)
class Level:
    """The units of a level together, and who answers for them."""

    plan: Plan
    level: str

    @property
    def title(self) -> str:
        """ "Cấp tỉnh"."""
        return LEVEL_TITLES[self.level]

    @property
    def numbered(self) -> str:
        """The heads of the level as a section's title: "1. Giám đốc các sở, Thủ trưởng các ban, ngành cấp tỉnh"."""
        return f"{_NEXT[self.plan.levels.index(self)]}. {self.heads}"

    @property
    def heads(self) -> str:
        """Who answers: the level's heads together, by title."""
        own = self.plan.heads.get((self.level, None))
        return own or f"Người đứng đầu các {self.plan.report.called(self.level)}"

    @property
    def units(self) -> str:
        """What the units of the level are called here: "sở, ban, ngành"."""
        return self.plan.report.called(self.level)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Its units with data of any goal, those first that missed most."""
        return tuple(sorted((place for place in self._all if place.known), key=lambda place: place.order))

    @cached_property
    def _all(self) -> tuple[Place, ...]:
        """Its units with a target."""
        found: dict[str, list[Verdict | None]] = {}
        for at, goal in enumerate(self.plan.goals):
            rows = goal.verdict.units
            rows = rows[(rows["level"] == self.level) & (rows["variant"] == goal.verdict.row["variant"])]
            for row in rows[rows["target"].notna()].to_dict("records"):
                one = goal.verdict.of({str(k): v for k, v in row.items()})
                found.setdefault(row["unit"], [None] * len(self.plan.goals))[at] = one
        return tuple(self._place(tuple(verdicts)) for verdicts in found.values())

    def _place(self, verdicts: tuple[Verdict | None, ...]) -> Place:
        first = next(one for one in verdicts if one is not None)
        return Place(str(first.row["name"]), first.name, first.head, verdicts)

    @property
    def blank(self) -> list[str]:
        """The names of its units with a target and without any data."""
        return [place.name for place in self._all if not place.known]

    @property
    def behind(self) -> tuple[Place, ...]:
        """Those that missed any."""
        return tuple(place for place in self.places if place.missed)

    @property
    def farthest(self) -> list[Phrase]:
        """The heads of the few that missed most, each with what is lacking."""
        return [place.told for place in self.behind[:_NAMED]]

    @property
    def more(self) -> bool:
        """Whether more missed than are named."""
        return len(self.behind) > _NAMED

    def _figure(self, verdict: str, value: int, title: str) -> Figure:
        report = self.plan.report
        key = {
            "kind": "plan", "province": report.place.slug, "period": report.period.id, "level": self.level, "unit": None,
            "verdict": verdict, "goals": [goal.key for goal in self.plan.goals],
        }  # fmt: skip
        return Figure(
            key, f"{self.title}: {title}", "count", float(value), source=report.source_text, source_kind="derived",
            definition="Số đơn vị đếm theo các chỉ tiêu của kế hoạch mà đơn vị có số liệu trong kỳ.",
            period_text=f"{report.period.label}, {report.period.window}",
        )  # fmt: skip

    @property
    def met(self) -> Figure:
        """How many met each target they have data of."""
        return self._figure(
            "met", len(self.places) - len(self.behind), "số đơn vị đạt mọi chỉ tiêu có số liệu"
        )

    @property
    def met_all(self) -> Phrase:
        """ "Tất cả 5 sở, ban, ngành có số liệu đều đạt các chỉ tiêu được giao"; one unit in its own words."""
        if len(self.places) == 1:
            return Phrase((f"{self.places[0].name}, đơn vị duy nhất có số liệu, đạt các chỉ tiêu được giao",))
        return Phrase(("Tất cả ", self.of, f" {self.units} có số liệu đều đạt các chỉ tiêu được giao"))

    @property
    def standing(self) -> Phrase:
        """ "Có 3/19 sở, ban, ngành đạt mọi chỉ tiêu có số liệu; còn 16 đơn vị có chỉ tiêu chưa đạt"; none, one too."""
        if self.alone:
            return Phrase((f"{self.places[0].name}, đơn vị duy nhất có số liệu, còn chỉ tiêu chưa đạt",))
        if len(self.behind) == len(self.places):
            return Phrase(("Cả ", self.of, f" {self.units} có số liệu đều còn chỉ tiêu chưa đạt"))
        tail = (
            f" {self.units} đạt mọi chỉ tiêu có số liệu; còn ",
            self.missed,
            " đơn vị có chỉ tiêu chưa đạt",
        )
        return Phrase(("Có ", self.met, "/", self.of, *tail))

    @property
    def alone(self) -> bool:
        """Whether only one unit has data."""
        return len(self.places) == 1

    @property
    def missed(self) -> Figure:
        """How many missed any."""
        return self._figure("missed", len(self.behind), "số đơn vị còn chỉ tiêu chưa đạt")

    @property
    def of(self) -> Figure:
        """How many have data of any."""
        return self._figure("of", len(self.places), "số đơn vị có số liệu")


@dataclass(frozen=True)
class Plan:
    """The targets and tasks of a province in a period."""

    report: Report
    goals: tuple[Goal, ...]

    @cached_property
    def tasks(self) -> Tasks:
        """The tasks listed in tasks.csv, as at the period's end."""
        rows = tasks.read(self.report.workbook.reference / tasks.FILE)
        return Tasks(self.report, tasks.of(rows, self.report.place), self.measured)

    def measured(self, task: Task) -> Goal | None:
        """The goal that a task is to reach; None where it has none."""
        ids = {t.id: t.indicator for t in self.report.held_targets}
        return next((g for g in self.goals if g.key["indicator"] == ids.get(task.target or "")), None)

    @cached_property
    def heads(self) -> dict[heads.HeadKey, str]:
        """The heads of units and levels by title."""
        rules = heads.read(self.report.workbook.reference / heads.FILE)
        return heads.titles(rules, self.report.place, self.report.data.units, self.report.period.end)

    @property
    def name(self) -> str:
        """What the plan is called inside a sentence."""
        names = self.tasks.plans or tuple(dict.fromkeys(g.judged.legal_basis for g in self.goals))
        return names[0] if len(names) == 1 and names[0] else OTHERWISE

    @property
    def empty(self) -> bool:
        """Whether there is neither target nor task."""
        return not self.goals and not self.tasks.all

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """The levels where a target is set for units."""
        return tuple(Level(self, name) for name in LEVEL_TITLES if any(goal.at(name) for goal in self.goals))

    @property
    def behind(self) -> tuple[Level, ...]:
        """The levels where a unit missed a target."""
        return tuple(level for level in self.levels if level.behind)

    @property
    def known(self) -> bool:
        """Whether any unit has data of a target."""
        return any(level.places for level in self.levels)

    @property
    def missed(self) -> tuple[Goal, ...]:
        """The goals that the province, or any unit of it, did not meet."""
        return tuple(goal for goal in self.goals if not goal.unmeasured and not goal.met)

    @property
    def unmeasured(self) -> tuple[Goal, ...]:
        """The goals nobody has a number for."""
        return tuple(goal for goal in self.goals if goal.unmeasured)

    @property
    def deadline(self) -> str:
        """The day all goals are due, "31/12/2024"; empty where they have several or none."""
        days = {goal.deadline for goal in self.goals}
        return days.pop() if len(days) == 1 else ""

    @property
    def appendices(self) -> tuple[str, ...]:
        """The numbers of the appendices with each unit and with each head; those that would list nobody are left out."""
        return APPENDICES[: (1 if self.known else 0) + (1 if self.behind else 0)]

    @property
    def next_appendix(self) -> str:
        """The number of the appendix after those."""
        return APPENDICES[len(self.appendices)]

    @property
    def leader(self) -> str:
        """Who asks: the head of the province."""
        return self.heads.get(("province", None), f"Chủ tịch {self.report.place.committee}")


def plan(report: Report) -> Plan:
    """The plan of a report's province: each indicator that a target of the day is set for is a goal.

    NoDataError for a period before or after all data.
    """
    names = tuple(dict.fromkeys(target.indicator for target in report.held_targets))
    whole, units = report.assessed("province", *names), report.assessed("unit", *names)
    return Plan(report, tuple(Goal(judged_by(report, name, whole, units)) for name in names))
