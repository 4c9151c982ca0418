"""The scorecards (bộ chỉ số) as versioned data, read strictly from statistics/scorecards/*.toml (QĐ 766/QĐ-TTg)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, TypeVar, get_args

from ...vocabulary.errors import UsageError
from .rules import RULES

Level = Literal["province", "agency", "commune"]
LEVELS: Final[tuple[Level, ...]] = get_args(Level)
LEVEL_TITLES: Final[dict[Level, str]] = {
    "province": "cấp tỉnh",
    "agency": "cơ quan cấp tỉnh",
    "commune": "cấp xã",
}
T = TypeVar("T")


@dataclass(frozen=True)
class Grade:
    """A grade (xếp loại) and the points it begins at."""

    title: str
    at_least: float


@dataclass(frozen=True)
class Group:
    """A group of criteria (nhóm chỉ số) and its most points."""

    id: str
    title: str
    max: int


@dataclass(frozen=True)
class Criterion:
    """A criterion (tiêu chí): its words, its fraction and the named rule that gives its points.

    `zero`: what a denominator of 0 gives, no score, 0 points or full points. `blank`: what counts that are not given give.
    `levels`: where it is measured; elsewhere it brings 0 points and the group's most points stay. `province_wide`: every
    agency and commune carries the province's own counts. `may_exceed`: numerator and denominator are from two lists, so the
    first may be the greater. `inferred`: levels at which the rule was inferred from group scores. `counts`: numerator and
    denominator as the results table names them, where dossiers and catalogue give them.
    """

    id: str
    group: str
    title: str
    numerator: str
    denominator: str
    max: int
    rule: str
    zero: Literal["null", "zero", "full"]
    reported_by: str
    full_at: float = 100
    blank: Literal["missing", "full"] = "missing"
    levels: tuple[Level, ...] = LEVELS
    province_wide: bool = False
    may_exceed: bool = False
    inferred: tuple[Level, ...] = ()
    counts: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Scorecard:
    """One version of the scorecard with its validity; two versions are two series and do not compare."""

    id: str
    title: str
    valid_from: date
    legal_basis: str
    source: str
    note: str
    grade_note: str
    grades: tuple[Grade, ...]
    groups: tuple[Group, ...]
    criteria: tuple[Criterion, ...]
    valid_to: date | None = None
    unscored: tuple[str, ...] = ()

    @property
    def max(self) -> int:
        return sum(group.max for group in self.groups)

    def criterion(self, name: str) -> Criterion:
        """The criterion of an id. UsageError names the nearest ones."""
        found = next((c for c in self.criteria if c.id == name), None)
        if found is None:
            raise UsageError(f"không có tiêu chí {name}", where=self.id, expected=self.nearest(name))
        return found

    def nearest(self, name: str) -> str:
        """The ids nearest to a misspelt one; all of them when none is near."""
        known = [*(c.id for c in self.criteria), *(g.id for g in self.groups)]
        return ", ".join(get_close_matches(name.upper(), known, n=3, cutoff=0.5) or known)

    def of_group(self, name: str) -> tuple[Criterion, ...]:
        return tuple(c for c in self.criteria if c.group == name)

    def grade(self, total: float) -> str:
        """The grade of a total."""
        return next(grade.title for grade in self.grades if total >= grade.at_least)

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day <= (self.valid_to or date.max)


@cache
def scorecards() -> tuple[Scorecard, ...]:
    """The shipped versions, oldest first. ValueError lists every fault of a file at once."""
    folder = files("hoso.statistics") / "scorecards"
    read = [
        parse(tomllib.loads(file.read_text("utf-8")))
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    ]
    return tuple(sorted(read, key=lambda card: card.valid_from))


def scorecard(name: str | None = None) -> Scorecard:
    """The version of an id; without one the newest in force. UsageError names the known ones."""
    if name is None:
        return in_force(date.today())
    found = next((card for card in scorecards() if card.id == name), None)
    if found is None:
        raise UsageError(f"không có bộ chỉ số {name}", expected=", ".join(card.id for card in scorecards()))
    return found


def in_force(day: date) -> Scorecard:
    """The version in force on a day. UsageError before the first one (23/6/2022)."""
    found = [card for card in scorecards() if card.holds_on(day)]
    if not found:
        first = scorecards()[0]
        raise UsageError(
            f"ngày {day:%d/%m/%Y} chưa có bộ chỉ số",
            expected=f"từ ngày {first.valid_from:%d/%m/%Y} ({first.legal_basis})",
        )
    return found[-1]


def known_level(name: str) -> Level:
    """The level of a name. UsageError names the known ones."""
    found = next((level for level in LEVELS if level == name), None)
    if found is None:
        raise UsageError(f"không có cấp {name}", expected=", ".join(LEVELS))
    return found


def parse(document: Mapping[str, Any]) -> Scorecard:
    """A scorecard of a parsed TOML document; ValueError lists all faults, each with its entry's id."""
    faults: list[str] = []
    raw = dict(document)
    grades = _entries(Grade, raw.pop("grade", []), faults)
    groups = _entries(Group, raw.pop("group", []), faults)
    criteria = _entries(Criterion, raw.pop("criterion", []), faults)
    parts = {"grades": grades, "groups": groups, "criteria": criteria}
    faults += [f"{name} is written as [[{name.rstrip('s')}]]" for name in parts if name in raw]
    card = _entry(Scorecard, {**raw, **parts}, faults)
    faults += _group_faults(groups, criteria) + _rule_faults(criteria) + _grade_faults(grades)
    if faults or card is None:
        raise ValueError(f"scorecard {document.get('id', 'without id')}: " + "; ".join(faults))
    return card


def _group_faults(groups: Iterable[Group], criteria: tuple[Criterion, ...]) -> list[str]:
    sums = {group.id: group.max for group in groups}
    faults = [f"{c.id}: no group {c.group}" for c in criteria if c.group not in sums]
    faults += [
        f"{name}: its criteria have {found} points, the group {most}"
        for name, most in sums.items()
        if (found := sum(c.max for c in criteria if c.group == name)) != most
    ]
    names = [c.id for c in criteria]
    return faults + [f"{name}: there twice" for name in sorted({n for n in names if names.count(n) > 1})]


def _rule_faults(criteria: Iterable[Criterion]) -> list[str]:
    faults = []
    for c in criteria:
        known = {"rule": tuple(RULES), "zero": ("null", "zero", "full"), "blank": ("missing", "full")}
        faults += [
            f"{c.id}: {key} = {getattr(c, key)!r}; known: {', '.join(words)}"
            for key, words in known.items()
            if getattr(c, key) not in words
        ]
        faults += [
            f"{c.id}: no level {n!r}; known: {', '.join(LEVELS)}"
            for n in (*c.levels, *c.inferred)
            if n not in LEVELS
        ]
        faults += [f"{c.id}: full_at lies in (0, 100]"] if not 0 < c.full_at <= 100 else []
        faults += (
            [f"{c.id}: counts names a numerator and a denominator"] if len(c.counts) not in (0, 2) else []
        )
    return faults


def _grade_faults(grades: tuple[Grade, ...]) -> list[str]:
    cuts = [grade.at_least for grade in grades]
    return [] if cuts and cuts == sorted(set(cuts), reverse=True) and cuts[-1] == 0 else ["grades fall to 0"]


def _entries(kind: type[T], raws: Any, faults: list[str]) -> tuple[T, ...]:
    return tuple(entry for raw in raws if (entry := _entry(kind, dict(raw), faults)) is not None)


def _entry(kind: type[T], raw: dict[str, Any], faults: list[str]) -> T | None:
    """One entry; its faults are added to `faults`. Lists become tuples."""
    known = {f.name for f in fields(kind)}  # type: ignore[arg-type]
    needed = {f.name for f in fields(kind) if f.default is MISSING}  # type: ignore[arg-type]
    name = raw.get("id") or raw.get("title") or "an entry without id"
    problems = [
        f"{name}: unknown key {key}; known: {', '.join(sorted(known))}" for key in sorted(raw.keys() - known)
    ]
    problems += [f"{name}: {key} is missing" for key in sorted(needed - raw.keys())]
    problems += [
        f"{name}: {key} is not a number"
        for key in ("max", "at_least", "full_at")
        if not _number(raw.get(key, 0))
    ]
    faults += problems
    if problems:
        return None
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()})


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
