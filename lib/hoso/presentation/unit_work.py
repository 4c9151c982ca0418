"""What one unit did (kết quả của một đơn vị): counts and rates beside its level, the province, last year and target."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import pandas as pd

from ..statistics import heads, targets
from ..statistics.assessment import assess, comparable
from ..statistics.ranks import RANKED_FROM
from ..statistics.rows import opened, packed
from ..vocabulary.periods import Period
from .figures import Figure, Phrase
from .report import Report
from .verdicts import Verdict

COUNTED: Final = ("received", "resolved", "late", "pending", "overdue")
RATED: Final = {
    "on_time_rate": "06a", "online_rate": "received", "online_payment_rate": "766", "digitised_rate": "766",
    "electronic_result_rate": "766",
}  # fmt: skip
"""The rates of the sheet and how each is counted, unless the unit's target names another way."""
PRINTED: Final = (*COUNTED, *RATED)


@dataclass(frozen=True)
class Measure:
    """One line of the sheet: what it is of the unit, of all units of its level and of the province."""

    own: Figure
    level: Figure
    province: Figure
    verdict: Verdict | None = None  # of a rate: beside its target and the other units

    @property
    def title(self) -> str:
        return self.own.title

    @property
    def few(self) -> bool:
        """Whether a rate stands on too few dossiers to be told in percent."""
        return self.verdict is not None and (self.own.denominator or 0) < RANKED_FROM

    @property
    def value(self) -> Figure | Phrase | None:
        """The number of the unit; of few dossiers the fraction, without dossiers nothing."""
        if not self.few:
            return self.own
        return Phrase((self.own.top, "/", self.own.bottom)) if self.own.denominator else None

    @property
    def place(self) -> Phrase | None:
        """ "12/102"; None where it is not ranked."""
        rank = self.verdict.rank if self.verdict else None
        if rank is None or rank.value is None:
            return None
        return Phrase((replace(rank, denominator=None), "/", rank.bottom))

    @property
    def behind(self) -> float:
        """How far down the unit stands among those ranked, in (0, 1]; 0 where it is not ranked."""
        rank = self.verdict.rank if self.verdict else None
        return 0 if rank is None or rank.value is None else rank.value / (rank.denominator or 1)


@dataclass
class Work:
    """The dossiers of a unit in the report's period. One grouped count serves the unit and all it is compared with."""

    report: Report
    unit: str
    level: str

    @cached_property
    def has_past(self) -> bool:
        """Whether the data reach back to the whole of the same period last year."""
        return comparable(self.report.data, self.report.period.year_ago())

    @cached_property
    def measures(self) -> list[Measure]:
        """The lines: the counts, then the rates that the province's dossiers tell of."""
        found = [self._measure(name) for name in COUNTED]
        return found + [m for m in map(self._rate, RATED) if m.province.value is not None]

    @property
    def counts(self) -> list[Measure]:
        return [m for m in self.measures if m.verdict is None]

    @property
    def rates(self) -> list[Measure]:
        return [m for m in self.measures if m.verdict is not None]

    def count(self, name: str) -> Figure:
        """A count of the unit: received, resolved, late, pending, overdue."""
        return self.counts[COUNTED.index(name)].own

    def rate(self, name: str) -> Measure | None:
        """A rate of the unit; None where no dossier of the province tells of it."""
        return next((m for m in self.rates if m.own.key["indicator"] == name), None)

    @property
    def empty(self) -> bool:
        """Whether the unit had no dossier at all in the period."""
        return not self.count("received").value

    @cached_property
    def alone(self) -> bool:
        """Whether no other unit is of its level."""
        units = self.report.data.units
        return int((units["level"] == self.level).sum()) == 1

    @cached_property
    def head(self) -> str:
        """The office that answers for the unit; empty where no rule names one."""
        return self._heads.get((self.level, self.unit), "")

    @property
    def any_target(self) -> bool:
        """Whether any rate has a target."""
        return any(m.verdict.kind != "no_target" for m in self.rates if m.verdict)

    def peers(self, measure: Measure) -> list[float]:
        """The rates of the ranked units of the level, for the chart; they are counted as the unit's own."""
        return self._compared[0][measure.own.key["indicator"]]

    def _measure(self, name: str, variant: str | None = None) -> Measure:
        own = self._figure("unit", name, variant, self.report.period)
        if self.has_past:
            before = self.report.period.year_ago()
            earlier = self._figure("unit", name, variant, before)
            own = replace(own, year_ago=earlier, year_ago_label=f"cùng kỳ năm {before.end.year}")
        level, province = (
            self._figure(by, name, variant, self.report.period) for by in ("level", "province")
        )
        return Measure(own, level, province)

    def _rate(self, name: str) -> Measure:
        measure = self._measure(name, self._variant(name))
        row = self._assessed[name]
        return replace(measure, verdict=Verdict(self.report, row, measure.own))

    def _figure(self, by: Any, name: str, variant: str | None, period: Period) -> Figure:
        group = {"unit": self.unit, "level": self.level}.get(by)
        return self.report.figure(self.report.row(by, name, variant, group, period, PRINTED), period)

    def _of(self, name: str, variant: str | None) -> pd.DataFrame:
        """An indicator of all units of the level."""
        rows = self.report.results("unit", of=PRINTED)
        return rows[
            (rows["indicator"] == name) & (rows["variant"] == variant) & (rows["level"] == self.level)
        ]

    @cached_property
    def _targets(self) -> list[targets.Target]:
        file = self.report.workbook.reference / targets.FILE
        return [t for t in targets.read(file) if t.indicator in RATED]

    def _variant(self, name: str) -> str:
        """How a rate is counted: as the target that holds for the unit says."""
        day, place = self.report.period.end, self.report.place.slug
        own = [t for t in self._targets if t.indicator == name and t.variant is not None]
        variants = dict.fromkeys(t.variant for t in own if t.variant)
        held = (
            targets.resolve(own, day, place, self.level, self.unit, name, variant) for variant in variants
        )
        return next((t.variant for t in held if t is not None and t.variant), RATED[name])

    @cached_property
    def _assessed(self) -> dict[str, dict[str, Any]]:
        """The unit's rates beside target and level, by indicator."""
        own = {row["indicator"]: dict(row) for row in opened(self._compared[1].get(self.unit))}
        for row in own.values():
            row["head"] = row["head"] or self.head or None
        return own

    @cached_property
    def _compared(self) -> tuple[dict[str, list[float]], dict[str, bytes]]:
        """What all units of the level share that count their rates alike: the ranked values, each unit's assessed rows."""
        data, period = self.report.data, self.report.period
        variants = {name: self._variant(name) for name in RATED}
        key = ("compared", period.id, self.level, tuple(variants.items()), tuple(self._targets))
        return data.kept(key, lambda: self._compare(variants))

    def _compare(self, variants: dict[str, str]) -> tuple[dict[str, list[float]], dict[str, bytes]]:
        rows = {name: self._of(name, variant) for name, variant in variants.items()}
        ranked = {
            name: own.loc[own["denominator"] >= RANKED_FROM, "value"].dropna().tolist()
            for name, own in rows.items()
        }
        data = self.report.data
        judged = assess(pd.concat(list(rows.values())), self._targets, self.report.period, data.last_day)
        first = judged.drop_duplicates(["unit", "indicator"]).to_dict("records")
        return ranked, packed(({str(name): value for name, value in row.items()} for row in first), "unit")

    @cached_property
    def _heads(self) -> dict[heads.HeadKey, str]:
        report = self.report
        units = report.data.units
        rules = heads.read(report.workbook.reference / heads.FILE)
        return heads.titles(rules, report.place, units[units["unit"] == self.unit], report.period.end)
