"""The scorecard in a report (bộ chỉ số): its points, ranks, movement and plan as figures, each with its key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Final

from ..records.store import Store
from ..statistics.data import units_of
from ..statistics.score_keys import TOTAL, ScoreKeys, flagged
from ..statistics.scorecard.definitions import Criterion
from ..statistics.scorecard.places import DOSSIERS
from ..statistics.scorecard.scored import Given, Scored, ScoredCriterion, ScoredGroup
from ..vocabulary.numbers import date as print_date
from .figures import Figure, Key, Phrase
from .narrative import Note
from .report import Report
from .score_movement import Moved

_PORTAL: Final = "Cổng Dịch vụ công quốc gia, thu thập ngày {day}"
_SUM: Final = (
    "Tổng điểm các nhóm; điểm từng tiêu chí làm tròn hai chữ số thập phân trước khi cộng, thang điểm {most}."
)
_GROUP: Final = (
    "Tổng điểm các tiêu chí của nhóm, mỗi tiêu chí đã làm tròn hai chữ số thập phân; tối đa {most} điểm."
)
_PRINTED: Final = (
    "Điểm nhóm do Cổng Dịch vụ công quốc gia in, vì thiếu số đếm của tiêu chí; tối đa {most} điểm."
)
_RULES: Final = {
    "linear": "điểm theo tỷ lệ, tối đa {most} điểm",
    "threshold": "đủ {most} điểm khi tỷ lệ đạt từ {full}% trở lên, dưới mức đó theo tỷ lệ",
    "percent": "tỷ lệ phần trăm làm tròn hai chữ số; đủ {most} điểm khi đạt từ {full}% trở lên, dưới mức đó theo tỷ lệ",
}


@dataclass(frozen=True)
class Line:
    """A group or a criterion as a report tells of it: its points, what it lacks, the counts behind it."""

    id: str
    title: str
    score: Figure
    lost: Figure
    rate: Figure | None
    scored: ScoredGroup | ScoredCriterion

    @property
    def told(self) -> Phrase:
        """ "Thanh toán trực tuyến (2,4/10 điểm)"."""
        return Phrase((f"{self.title} (", *self.score.fraction, ")"))

    @property
    def shortfall(self) -> Phrase:
        """ "Thanh toán trực tuyến mất 7,60 điểm"."""
        return Phrase((f"{self.title} mất ", self.lost, " điểm"))


@dataclass
class Scores:
    """The scorecard behind a report. NoDataError, where it is first read, when nothing is known of the place and period."""

    report: Report
    keys: ScoreKeys

    @cached_property
    def on(self) -> date | None:
        """The day the portal's numbers were taken; None where the store has none of the period."""
        found = self.keys.chosen("province", self.report.period.id)
        return found.captured_on if found else None

    @cached_property
    def scored(self) -> Scored:
        """The points, as statistics.scorecard has them."""
        return self.keys.scored(self.on)

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
        return self._score(TOTAL, "Tổng điểm Bộ chỉ số", "score", _SUM.format(most=self.scored.max))

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
        words = (_PRINTED if group.basis == "printed" else _GROUP).format(most=group.max)
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

    def _source(self, given: Given) -> str:
        """A source in the words a reader knows: dossiers as the whole report names them."""
        source = given.source or ""
        if source.startswith(DOSSIERS.partition("{")[0]):
            return self.report.source_text
        return f"{source} (mô phỏng)" if given.synthetic and "mô phỏng" not in source.casefold() else source

    def _score(self, of: str, title: str, shown: str, words: str, sources: list[str] | None = None) -> Figure:
        key = self.key("score") | {"of": of, "as": shown, "part": "value"}
        given = self._sources(self.scored.criteria) if sources is None else sources
        figure = self.figure(key, title, "points", words, given)
        return replace(figure, decimals=2, measured_in="điểm")

    def key(self, kind: str) -> Key:
        """The parts every key of this scorecard has."""
        day = self.on.isoformat() if self.on else None
        return {
            "kind": kind, "province": self.report.place.slug, "period": self.report.period.id, "unit": None, "on": day,
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
        return Figure(
            key, title, measure, _plain(read(key)), top, bottom, definition=words,
            legal_basis=self.scored.card.legal_basis, period_text=f"{window.label}, {window.window}",
            source="; ".join(sources or ()) or "Không có nguồn", source_kind="derived",
        )  # fmt: skip

    @property
    def local_bodies(self) -> str:
        """The people's committees below the province, as a list of recipients names them."""
        districts = self.report.place.era == "63"
        return (
            "UBND các huyện, thành phố, thị xã; UBND cấp xã" if districts else "UBND các xã, phường, đặc khu"
        )

    # ── rank and movement ────────────────────────────────────────────────────────────────────────

    @cached_property
    def published(self) -> Figure:
        """The total that others published for the province and period; a dash where nobody entered it."""
        return self.report.published("score_766")

    @property
    def against_published(self) -> Phrase:
        """ "bằng tổng điểm đã công bố (49,84 điểm)", or both where they differ."""
        told, own = self.published, self.total.value
        if told.value is None or own is None:
            return Phrase(("chưa có tổng điểm công bố để đối chiếu",))
        same = abs(told.value - own) < 0.005
        return Phrase(("bằng" if same else "khác với", " tổng điểm đã công bố (", told, " điểm)"))

    @cached_property
    def rank(self) -> Figure:
        """The province's place among all: as published, else among the provinces of the portal's snapshot."""
        published, day = self.report.published("rank_766"), self.country_day
        return published if published.value is not None or day is None else self.country_rank(TOTAL, day)

    @cached_property
    def country_day(self) -> date | None:
        """The day of the newest snapshot of all provinces in the period."""
        found = self.keys.chosen("country", self.report.period.id)
        return found.captured_on if found else None

    def country_rank(self, group: str, day: date) -> Figure:
        """The province's rank in a total or group among the provinces, 1, 2, 2, 4."""
        key = self._portal_key("snapshot", "country", day) | {"group": group, "as": "rank", "part": "value"}
        words = "Thứ hạng trong các tỉnh, thành phố có số liệu tại lần thu thập; bằng điểm thì đồng hạng."
        title = "Thứ hạng theo tổng điểm" if group == TOTAL else f"Thứ hạng của nhóm {group}"
        return self.figure(key, title, "rank", words, [_PORTAL.format(day=print_date(day))])

    def _portal_key(self, kind: str, scope: str, day: date) -> Key:
        unit = self.report.place.id if scope == "country" else None
        return {
            "kind": kind, "scope": scope, "province": self.report.place.slug, "unit": unit,
            "period": self.report.period.id, "on": day.isoformat(),
        }  # fmt: skip

    @cached_property
    def movement(self) -> Moved:
        """The province among the provinces, since the snapshot before."""
        return Moved(self.report, self.keys, "country")

    @cached_property
    def unit_movement(self) -> Moved:
        """The province's units since the snapshot before."""
        return Moved(self.report, self.keys, "province")

    @cached_property
    def unit_names(self) -> dict[str, str]:
        """The names of the province's units by id."""
        units = units_of(self.keys.store, self.report.place)
        return dict(zip(units["unit"], units["name"], strict=True))

    def ranked_units(self, level: str) -> list[tuple[str, str]]:
        """Id and name of the units of a level in the portal's snapshot, by rank, then by id; empty without a snapshot."""
        if self.on is None:
            return []
        table = self.keys.table("province", self.report.period.id, self.on)
        rows = table[(table["group"] == TOTAL) & (table["level"] == level) & table["unit"].notna()]
        ordered = rows.sort_values(["rank", "unit"], na_position="last", kind="stable")
        return list(zip(ordered["unit"], ordered["unit_name"], strict=True))

    def unit_key(self, unit: str, group: str, shown: str) -> Key | None:
        """The key of a unit's score or rank in the snapshot; None where the snapshot has no row of it."""
        assert self.on is not None
        if self.keys.row("province", self.report.period.id, self.on, unit, group) is None:
            return None
        key = self._portal_key("snapshot", "province", self.on)
        return key | {"unit": unit, "group": group, "as": shown, "part": "value"}

    @property
    def unit_notes(self) -> list[str]:
        """What a reader of the units' table must know: since when they moved, or why that cannot be told."""
        return [self.unit_movement.reason or f"Biến động {self.unit_movement.since}."]

    @property
    def flags(self) -> list[Phrase]:
        """What the portal or the import noted of values, in the newest snapshot and in the one before."""
        moved = self.unit_movement.days
        days = [day for day in (self.on, moved[0] if moved else None) if day is not None]
        return [phrase for day in days for phrase in self._flags(day)]

    def _flags(self, day: date) -> Iterator[Phrase]:
        titles = {line.id: line.title for line in (*self.groups, *self.criteria)}
        found = self.keys.chosen("province", self.report.period.id, day)
        for (group, criterion, flag), (_, words) in flagged(found).items() if found else ():
            key = self._portal_key("flags", "province", day)
            key |= {"group": group, "criterion": criterion, "flag": flag}
            source = [_PORTAL.format(day=print_date(day))]
            count = self.figure(key, "Số giá trị có ghi chú chất lượng", "count", words, source)
            name = titles.get(criterion or group, criterion or group)
            yield Phrase(
                (
                    f"Lần thu thập ngày {print_date(day)}, {name}: ",
                    count,
                    f" giá trị được ghi chú “{words.strip(' .')}”",
                )
            )

    @property
    def moved_groups(self) -> list[Phrase]:
        """ "Công khai, minh bạch tăng 8,00 điểm" for each group."""
        return [Phrase((f"{group.title} ", *self.movement.points(group.id))) for group in self.groups]

    def guidance(self, line: Line) -> Note:
        """What one criterion measures, what to check, who does what: data/reference/guidance/<criterion>.md, for editing."""
        file = self.report.workbook.reference / "guidance" / f"{line.id}.md"
        if file.is_file():
            return Note(file.read_text("utf-8"), file.name)
        return Note(f"**[Đơn vị soạn thảo bổ sung hướng dẫn tại tệp guidance/{line.id}.md]**", "")

    def costliest(self, count: int = 5) -> list[Line]:
        """The criteria that lose most; then those without counts, of the groups whose printed score loses most."""
        known = [line for line in self.losing if line.scored.basis != "constant"]
        hidden: list[Line] = []
        for group in sorted(self.unexplained, key=lambda g: -(g.lost.value or 0)):
            own = [c for c in self.criteria if c.score.value is None and c.id in _members(group)]
            hidden += sorted(own, key=lambda c: -c.scored.max)
        return [*known, *hidden][:count]


def open_scores(report: Report) -> Scores:
    """The scorecard of a report's province and period; the report then stands on it too (synthetic, how far it reaches)."""
    store = Store.open(report.workbook.store)
    keys = ScoreKeys(store, report.workbook.reference, report.place, report.period, report.dossiers)
    scores = Scores(report, keys)
    report.scored = scores
    return scores


def rule_text(criterion: Criterion) -> str:
    """How a criterion is scored, in words: its fraction and its rule."""
    words = _RULES[criterion.rule].format(most=criterion.max, full=f"{criterion.full_at:g}")
    return f"Tử số: {criterion.numerator}; mẫu số: {criterion.denominator}; {words}."


def given_source(group: ScoredGroup) -> str:
    """Where a group's printed score is from."""
    return (group.given.source or "") if group.given else ""


def _members(group: Line) -> set[str]:
    assert isinstance(group.scored, ScoredGroup)
    return {c.id for c in group.scored.criteria}


def _plain(value: Any) -> float | None:
    return value if isinstance(value, int | float) else None
