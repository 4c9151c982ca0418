"""The points of a scorecard in a report (điểm bộ chỉ số): total, grade, groups and criteria as figures with keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from ..statistics.score_keys import TOTAL, ScoreKeys
from ..statistics.scorecard.definitions import in_force
from ..statistics.scorecard.places import DOSSIERS
from ..statistics.scorecard.scored import Given, Scored, ScoredCriterion, ScoredGroup
from .figures import Figure, Key, Phrase
from .narrative import Note
from .report import Report
from .score_lines import GROUP, PRINTED, SUM, Line, given_source, rule_text


@dataclass
class Points:
    """The scorecard of the report's province, or of one unit of it, with its points.

    NoDataError, where it is first read, when nothing is known of the place and period.
    """

    report: Report
    keys: ScoreKeys
    unit: str | None = None  # whose scorecard; None: the province's

    @cached_property
    def on(self) -> date | None:
        """The day the portal's numbers were taken; None where the store has none of the period."""
        found = self.keys.chosen("province", self.report.period.id)
        return found.captured_on if found else None

    @cached_property
    def scored(self) -> Scored:
        """The points, as statistics.scorecard has them."""
        return self.keys.scored(self.on, self.unit)

    @property
    def last_day(self) -> date:
        """How far the numbers reach: the day of the snapshot, or the period's end where someone typed them in."""
        return self.on or self.report.period.end

    @property
    def synthetic(self) -> bool:
        """Whether any count behind the score is synthetic (mô phỏng)."""
        return self.scored.synthetic

    # ── points ───────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def total(self) -> Figure:
        """The total: 49,84 of 100."""
        return self._score(TOTAL, "Tổng điểm Bộ chỉ số", "score", SUM.format(most=self.scored.max))

    @cached_property
    def lost(self) -> Figure:
        """What the total lacks of 100."""
        return self._score(TOTAL, "Tổng điểm còn thiếu", "lost", "Điểm tối đa trừ tổng điểm.")

    @cached_property
    def grade(self) -> Figure:
        """The grade (xếp loại); a dash while it hangs on criteria that are missing."""
        key = self.key("score") | {"of": TOTAL, "as": "grade", "part": "value"}
        words = "; ".join(f"{g.title} từ {g.at_least:g} điểm" for g in self.scored.card.grades)
        figure = self.figure(
            key, "Xếp loại theo tổng điểm", "grade", f"{words}. {self.scored.card.grade_note}."
        )
        return replace(figure, text=self.scored.grade)

    @cached_property
    def groups(self) -> list[Line]:
        """The groups in the order of the scorecard."""
        return [self._group(group) for group in self.scored.groups]

    @cached_property
    def criteria(self) -> list[Line]:
        """The criteria in the order of the scorecard."""
        return [self._criterion(row) for row in self.scored.criteria]

    @cached_property
    def losing(self) -> list[Line]:
        """The criteria that are known to lose points, the greatest loss first."""
        by_id = {line.id: line for line in self.criteria}
        return [by_id[row.id] for row in self.scored.lost()]

    @property
    def weakest(self) -> list[Line]:
        """The three groups with the smallest part of their points, the smallest first."""
        known = [g for g in self.groups if g.score.value is not None]
        return sorted(known, key=lambda g: (g.score.value or 0) / g.scored.max)[:3]

    @property
    def strongest(self) -> Line | None:
        """The group with the greatest part of its points."""
        known = [g for g in self.groups if g.score.value is not None]
        return max(known, key=lambda g: (g.score.value or 0) / g.scored.max, default=None)

    @property
    def unexplained(self) -> list[Line]:
        """Groups that stand on their printed score alone: what they lose cannot be told by criterion."""
        return [g for g in self.groups if g.scored.basis == "printed" and g.lost.value]

    @property
    def missing(self) -> list[Phrase]:
        """The titles of criteria without counts or score; what they are worth is neither won nor lost."""
        return [Phrase((line.title,)) for line in self.criteria if line.id in self.scored.missing]

    @staticmethod
    def told(lines: Sequence[Line]) -> list[Phrase]:
        """Each line with its points, for a sentence."""
        return [line.told for line in lines]

    @staticmethod
    def shortfalls(lines: Sequence[Line]) -> list[Phrase]:
        """Each line with what it loses, for a sentence."""
        return [line.shortfall for line in lines]

    @property
    def bars(self) -> list[tuple[str, Figure]]:
        """Groups and their points, for the chart."""
        return [(group.title, group.score) for group in self.groups]

    def _group(self, group: ScoredGroup) -> Line:
        words = (PRINTED if group.basis == "printed" else GROUP).format(most=group.max)
        title = group.group.title
        sources = self._sources(group.criteria) if group.basis == "counts" else [given_source(group)]
        score = self._score(group.id, f"Điểm nhóm: {title}", "score", words, sources)
        lost = self._score(
            group.id, f"Điểm mất của nhóm: {title}", "lost", "Điểm tối đa trừ điểm đạt.", sources
        )
        return Line(group.id, title, score, lost, None, group)

    def _criterion(self, row: ScoredCriterion) -> Line:
        title, words, sources = row.criterion.title, rule_text(row.criterion), self._sources([row])
        score = self._score(row.id, f"Điểm: {title}", "score", words, sources)
        lost = self._score(row.id, f"Điểm mất: {title}", "lost", "Điểm tối đa trừ điểm đạt.", sources)
        key = self.key("score") | {"of": row.id, "as": "rate", "part": "value"}
        rate = self.figure(key, title, "rate", words, sources) if row.given.denominator else None
        return Line(row.id, title, score, lost, rate, row)

    def _sources(self, rows: Sequence[ScoredCriterion]) -> list[str]:
        """Where the counts of criteria come from, each source once."""
        return list(
            dict.fromkeys(self._source(r.given) for r in rows if r.basis != "missing" and r.given.source)
        )

    @property
    def _all_sources(self) -> list[str]:
        """Those of the criteria, and of groups that stand on their printed scores."""
        printed = [given_source(g) for g in self.scored.groups if g.basis == "printed"]
        return list(dict.fromkeys((*self._sources(self.scored.criteria), *filter(None, printed))))

    def _source(self, given: Given) -> str:
        """A source in the words a reader knows: dossiers as the whole report names them."""
        source = given.source or ""
        if source.startswith(DOSSIERS.partition("{")[0]):
            return self.report.source_text
        return f"{source} (mô phỏng)" if given.synthetic and "mô phỏng" not in source.casefold() else source

    def _score(self, of: str, title: str, shown: str, words: str, sources: list[str] | None = None) -> Figure:
        key = self.key("score") | {"of": of, "as": shown, "part": "value"}
        given = self._all_sources if sources is None else sources
        figure = self.figure(key, title, "points", words, given)
        return replace(figure, decimals=2, measured_in="điểm")

    def key(self, kind: str) -> Key:
        """The parts every key of this scorecard has."""
        day = self.on.isoformat() if self.on else None
        return {
            "kind": kind, "province": self.report.place.slug, "period": self.report.period.id, "unit": self.unit, "on": day,
        }  # fmt: skip

    def figure(
        self, key: Key, title: str, measure: Any, words: str, sources: list[str] | None = None
    ) -> Figure:
        """The figure of a key, with its value read and, where it has one, its fraction."""
        read = self.keys.readers[key["kind"]]
        parted = measure in ("points", "rate", "rank") and "part" in key
        top, bottom = (
            _plain(read(key | {"part": part})) if parted else None for part in ("numerator", "denominator")
        )
        window = self.report.period
        told = window.label if window.rule == "explicit" else f"{window.label}, {window.window}"
        return Figure(
            key, title, measure, _plain(read(key)), top, bottom, definition=words,
            legal_basis=in_force(window.end).legal_basis, period_text=told,
            source="; ".join(sources or ()) or "Không có nguồn", source_kind="derived",
        )  # fmt: skip

    def guidance(self, line: Line) -> Note:
        """What one criterion measures, what to check, who does what: data/reference/guidance/<criterion>.md, for editing."""
        file = self.report.workbook.reference / "guidance" / f"{line.id}.md"
        if file.is_file():
            return Note(file.read_text("utf-8"), file.name)
        return Note(f"**[Đơn vị soạn thảo bổ sung hướng dẫn tại tệp guidance/{line.id}.md]**", "")

    def costliest(self, count: int = 5) -> list[Line]:
        """The criteria that lose most; then those without counts, of the groups whose printed score loses most.

        Of a unit only what the unit itself can win: not the criteria every unit takes over from the province.
        """
        known = [line for line in self.losing if line.scored.basis != "constant" and self._own(line)]
        hidden: list[Line] = []
        for group in sorted(self.unexplained, key=lambda g: -(g.lost.value or 0)):
            own = [
                c for c in self.criteria if c.score.value is None and c.id in _members(group) and self._own(c)
            ]
            hidden += sorted(own, key=lambda c: -c.scored.max)
        return [*known, *hidden][:count]

    def _own(self, line: Line) -> bool:
        """Whether the criterion is the place's own to win."""
        card = self.scored.card.criterion(line.id)
        return self.unit is None or not (card.province_wide or card.blank == "full")


def _members(group: Line) -> set[str]:
    assert isinstance(group.scored, ScoredGroup)
    return {c.id for c in group.scored.criteria}


def _plain(value: Any) -> float | None:
    return value if isinstance(value, int | float) else None
