"""Recomputing published claims (kiểm tra số liệu công bố), by the rule of their kind, and telling contradictions.

A rate comes again from its fraction, a score from raw counts by the scorecard, a group from its criteria, a total from
its groups, a rank from the totals of its period, the national mean from the provinces. Rows are also held against each
other: one criterion has one fraction, one figure one value. A contradiction is never hidden; one on record is told with
its explanation and only if both values are still the ones on record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, Literal

from ..vocabulary.numbers import decimal, round_half_up
from . import claims_scoring as scoring
from .claims import Claim, Kind
from .ranks import rank

Status = Literal["verified", "bounded", "single", "known", "contradiction"]
Value = Fraction | str

TOTAL_TOLERANCE: Final = Fraction(3, 100)
"""A printed total may lie this far from the sum of its printed groups: six roundings of at most half a cent."""

# The five groups of QĐ 766 as the portal averages them: online services and payment are one of 22 points.
LEGAL_GROUPS: Final = (("CKMB",), ("TDGQ",), ("DVCTT", "TTTT"), ("MDHL",), ("MDSH",))


@dataclass(frozen=True)
class Range:
    """What a value may be by recomputation: one value, or bounds where counts are lacking."""

    low: Value
    high: Value
    how: str
    tolerance: Fraction = Fraction(0)

    @classmethod
    def of(cls, value: Value, how: str, tolerance: Fraction = Fraction(0)) -> Range:
        return cls(value, value, how, tolerance)

    @property
    def exact(self) -> bool:
        return self.low == self.high

    def holds(self, value: Value) -> bool:
        """Whether the printed value agrees; a word only with itself."""
        if isinstance(value, str) or isinstance(self.low, str) or isinstance(self.high, str):
            return value == self.low
        return self.low - self.tolerance <= value <= self.high + self.tolerance


@dataclass(frozen=True)
class Finding:
    """What recomputing one claim gave: its status and the ranges it was held against, the failing first."""

    claim: Claim
    status: Status
    ranges: tuple[Range, ...] = ()

    def __str__(self) -> str:
        claim = self.claim
        told = f"{claim.id}: {claim.title}: công bố {_told(claim.value, claim, trim=True)}"
        if self.ranges:
            told += f", {self.ranges[0].how} {_told_range(self.ranges[0], claim)}"
        if self.status == "known":
            told += f" (đã biết: {claim.note})"
        elif self.status == "contradiction" and claim.known_gap is not None:
            told += f" (khác với mâu thuẫn đã ghi: {claim.note})"
        return f"{told} – {claim.source}"


def check(claims: Sequence[Claim]) -> list[Finding]:
    """One finding a claim, in their order; every contradiction within a row and between rows."""
    book = Book.of(claims)
    return [_finding(claim, [*_recomputed(claim, book), *book.against(claim)]) for claim in claims]


def _finding(claim: Claim, ranges: Sequence[Range]) -> Finding:
    failing = [found for found in ranges if not found.holds(claim.value)]
    if failing:
        gap = _gap(claim, failing[0]) if len(failing) == 1 else None
        known = gap is not None and gap == claim.known_gap
        return Finding(claim, "known" if known else "contradiction", tuple(failing))
    if claim.known_gap is not None:  # on record as contradictory, yet it agrees: one of the two was altered
        return Finding(claim, "contradiction", tuple(ranges))
    if not ranges:
        return Finding(claim, "single")
    return Finding(claim, "verified" if any(found.exact for found in ranges) else "bounded", tuple(ranges))


def _gap(claim: Claim, found: Range) -> Fraction | None:
    """The recomputed less the printed value."""
    if isinstance(claim.value, str) or isinstance(found.low, str) or not found.exact:
        return None
    return found.low - claim.value


@dataclass(frozen=True)
class Book:
    """The claims by what other claims are recomputed from."""

    groups: Mapping[tuple[str, ...], Mapping[str, Fraction]]
    counts: Mapping[tuple[str, ...], Mapping[str, scoring.Counts]]
    totals: Mapping[tuple[str, ...], Mapping[str, Fraction]]
    _first: Mapping[tuple[object, ...], Claim] = field(repr=False)
    _fractions: Mapping[tuple[object, ...], Claim] = field(repr=False)

    @classmethod
    def of(cls, claims: Sequence[Claim]) -> Book:
        groups: dict[tuple[str, ...], dict[str, Fraction]] = defaultdict(dict)
        counts: dict[tuple[str, ...], dict[str, scoring.Counts]] = defaultdict(dict)
        totals: dict[tuple[str, ...], dict[str, Fraction]] = defaultdict(dict)
        first: dict[tuple[object, ...], Claim] = {}
        fractions: dict[tuple[object, ...], Claim] = {}
        for claim in claims:
            if claim.kind == "group":
                groups[claim.place].setdefault(claim.criteria[0], _number(claim))
            if claim.kind == "total":
                totals[_peers(claim)].setdefault(claim.province, _number(claim))
            if claim.kind == "score":
                counts[claim.place].update(scoring.counts(claim))
            first.setdefault(_same_figure(claim), claim)
            for criterion, fraction in _criterion_fractions(claim):
                fractions.setdefault((*claim.place, criterion, fraction is None), claim)
        return cls(groups, counts, totals, first, fractions)

    def against(self, claim: Claim) -> Iterator[Range]:
        """What the first row about the same figure says, where this one differs from it."""
        first = self._first[_same_figure(claim)]
        if first is not claim and first.value != claim.value:
            yield Range.of(first.value, f"dòng {first.id} ghi")
        for criterion, fraction in _criterion_fractions(claim):
            other = self._fractions[(*claim.place, criterion, fraction is None)]
            theirs = dict(_criterion_fractions(other))[criterion]
            if fraction is not None and theirs is not None and theirs != fraction:
                percent = theirs[0] / theirs[1] * 100 if theirs[1] else Fraction(0)
                told = f"số liệu gốc {criterion} khác dòng {other.id}:"
                yield Range.of(f"{theirs[0]}/{theirs[1]} ({decimal(percent, 2)}%)", told)


def _same_figure(claim: Claim) -> tuple[object, ...]:
    return (*claim.place, claim.kind, claim.criteria or claim.indicator)


def _criterion_fractions(claim: Claim) -> list[tuple[str, tuple[Fraction, Fraction] | None]]:
    """The raw counts of each criterion a rate or score names."""
    if claim.kind not in ("rate", "score"):
        return []
    pairs = zip(claim.criteria, claim.numerator, claim.denominator, strict=False)
    return [(name, None if n is None or d is None else (n, d)) for name, n, d in pairs]


def _peers(claim: Claim) -> tuple[str, ...]:
    """What is ranked together: one period, level and era."""
    return claim.place[1:]


def _recomputed(claim: Claim, book: Book) -> Iterable[Range]:
    return _RULES[claim.kind](claim, book)


def _rate(claim: Claim, _: Book) -> list[Range]:
    value = _terms(claim) / _denominator(claim) * (100 if claim.unit == "%" else 1)
    return [Range.of(value, "tử số trên mẫu số cho", _half_digit(claim))]


def _sum(claim: Claim, _: Book) -> list[Range]:
    return [Range.of(_terms(claim), "tổng các phần là", _half_digit(claim))]


def _score(claim: Claim, _: Book) -> list[Range]:
    if above := scoring.impossible(claim):
        return [Range.of(above, "tử số lớn hơn mẫu số:")]
    low, high = scoring.bounds(claim, scoring.counts(claim), claim.criteria)
    return [Range(low, high, "chấm lại từ số liệu gốc được")]


def _group(claim: Claim, book: Book) -> list[Range]:
    """Its criteria with raw counts, each of the others between nothing and its maximum."""
    known = book.counts.get(claim.place, {})
    criteria = scoring.criteria(claim, claim.criteria[0])
    most = scoring.most(claim, claim.criteria[0])
    if _denominator(claim) != most:
        return [Range.of(f"{_denominator(claim)} thay vì {most}", "điểm tối đa của nhóm ghi")]
    if not any(name in known for name in criteria):
        return _within(claim, most)
    low, high = scoring.bounds(claim, known, criteria)
    return [Range(low, high, "cộng các tiêu chí chấm lại được")]


def _total(claim: Claim, book: Book) -> Iterator[Range]:
    if claim.denominator and _denominator(claim) != scoring.most(claim):
        yield Range.of(f"{_denominator(claim)} thay vì {scoring.most(claim)}", "điểm tối đa ghi")
    yield from _within(claim, scoring.most(claim))
    groups = book.groups.get(claim.place, {})
    terms = [term for term in claim.numerator if term is not None]
    if terms:
        yield Range.of(sum(terms, Fraction(0)), "tổng các nhóm là", TOTAL_TOLERANCE)
    if terms and len(groups) == len(terms) and sorted(terms) != sorted(groups.values()):
        told = " + ".join(decimal(points, claim.decimals) for points in groups.values())
        yield Range.of(told, "các nhóm in riêng khác với các phần của tổng:")  # even where the sums agree
    if groups:
        low, high = scoring.total_bounds(claim, groups)
        yield Range(low, high, "cộng điểm các nhóm được", TOTAL_TOLERANCE)


def _within(claim: Claim, most: Fraction) -> list[Range]:
    """Only where it is not: a value beyond what can be reached."""
    within = Range(Fraction(0), most, "phải nằm trong khoảng")
    return [] if within.holds(claim.value) else [within]


def _rank(claim: Claim, book: Book) -> list[Range]:
    """Its place among the totals of the period (1, 2, 2, 4), where all of them are known."""
    stated = Range.of(_terms(claim), "hạng ghi ở tử số là")
    totals = book.totals.get(_peers(claim), {})
    if "TOTAL" in claim.criteria and len(totals) > 1 and len(totals) != _denominator(claim):
        return [Range.of(f"{_denominator(claim)} thay vì {len(totals)}", "số được xếp hạng ghi"), stated]
    if "TOTAL" not in claim.criteria or len(totals) != _denominator(claim) or claim.province not in totals:
        return [] if stated.holds(claim.value) else [stated]
    places = dict(zip(totals, rank(list(totals.values())), strict=True))
    return [Range.of(Fraction(places[claim.province] or 0), "xếp lại theo tổng điểm là"), stated]


def _mean(claim: Claim, book: Book) -> list[Range]:
    """The mean of each legal group over the provinces, rounded, then added, as the portal does it."""
    places = [
        g for place, g in book.groups.items() if place[4] == claim.place[4] and place[2:4] == ("province", "")
    ]
    full = [
        groups for groups in places if {name for legal in LEGAL_GROUPS for name in legal} <= groups.keys()
    ]
    if full and len(full) != _denominator(claim):
        return [Range.of(f"{_denominator(claim)} thay vì {len(full)}", "số địa phương lấy bình quân ghi")]
    if not full:
        return []
    sums = (sum((g[name] for g in full for name in legal), Fraction(0)) for legal in LEGAL_GROUPS)
    total = sum((Fraction(round_half_up(s / len(full), 2)) for s in sums), Fraction(0))
    return [Range.of(total, "bình quân từng nhóm rồi cộng được")]


def _grade(claim: Claim, _: Book) -> list[Range]:
    return [Range.of(scoring.grade(claim, _terms(claim)), "theo điểm phải xếp loại")]


_RULES: Final[Mapping[Kind, Callable[[Claim, Book], Iterable[Range]]]] = {
    "single": lambda _claim, _book: (),
    "rate": _rate,
    "sum": _sum,
    "score": _score,
    "group": _group,
    "total": _total,
    "rank": _rank,
    "mean": _mean,
    "grade": _grade,
}


def _terms(claim: Claim) -> Fraction:
    return sum((term for term in claim.numerator if term is not None), Fraction(0))


def _denominator(claim: Claim) -> Fraction:
    return claim.denominator[0] or Fraction(0)  # the loader has refused an empty one


def _number(claim: Claim) -> Fraction:
    return claim.value if isinstance(claim.value, Fraction) else Fraction(0)


def _half_digit(claim: Claim) -> Fraction:
    return Fraction(1, 2 * 10**claim.decimals)


def _told(value: Value, claim: Claim, extra: int = 0, trim: bool = False) -> str:
    unit = claim.unit if claim.unit == "%" else f" {claim.unit}"
    return value if isinstance(value, str) else decimal(value, claim.decimals + extra, trim) + unit


def _told_range(found: Range, claim: Claim) -> str:
    extra = 0 if claim.decimals == 0 and claim.unit != "%" else 1  # one digit more shows what rounding hides
    low = _told(found.low, claim, extra)
    return low if found.exact else f"từ {low} đến {_told(found.high, claim, extra)}"
