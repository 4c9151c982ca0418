"""A figure (số liệu): a printed number that carries its fraction, definition, period and source, and how to recompute it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from ..vocabulary import numbers
from ..vocabulary.errors import UsageError

if TYPE_CHECKING:
    from .dossiers import Dossiers

Measure = Literal["rate", "days", "count", "points", "score", "rank", "grade"]
Key = dict[str, Any]
MISSING = "–"
_PARTS = {"numerator": "tử số", "denominator": "mẫu số"}
DOSSIERS = "application/vnd.hoso.dossiers+json"
"""Marks an output that lists dossiers: whoever publishes a notebook refuses it."""
Open = Callable[[Key, bool], "Dossiers"]
"""What opens the dossiers behind a key; true adds those of the period that do not count."""


@dataclass(frozen=True)
class Figure:
    """One number as the report prints it.

    `key` says how `hoso verify` finds it again; `value` is unrounded, a rate in [0, 1]; null means the source gave none.
    """

    key: Key
    title: str
    measure: Measure
    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    text: str | None = None
    decimals: int = 1
    trim: bool = False
    measured_in: str = ""
    definition: str = ""
    legal_basis: str = ""
    period_text: str = ""
    source: str = ""
    source_kind: Literal["facts", "published", "derived"] = "facts"
    notes: tuple[str, ...] = ()
    year_ago: Figure | None = field(default=None, repr=False)
    year_ago_label: str = ""
    behind: Open | None = field(default=None, repr=False, compare=False)  # no part of what is printed or kept

    @property
    def printed(self) -> str:
        """The number in Vietnamese, rounded once, half up: 97,9%; 195.800; 82,89; a dash when missing."""
        if self.measure == "grade":
            return self.text or MISSING
        if self.value is None:
            return MISSING
        if self.measure == "rate":
            return numbers.percent(self._exact(), self.decimals, self.trim)
        if self.measure in ("points", "score", "days"):
            return numbers.decimal(self.value, self.decimals, self.trim)
        return numbers.number(round(self.value))

    def _exact(self) -> Fraction | float:
        if self.numerator is None or not self.denominator or self.key.get("kind") == "difference":
            assert self.value is not None
            return self.value
        return Fraction(self.numerator) / Fraction(self.denominator)

    @property
    def missing(self) -> bool:
        """Whether the source gave no value."""
        return self.printed == MISSING

    @property
    def top(self) -> Figure:
        """The numerator, as a figure of its own."""
        return self._part("numerator", self.numerator)

    @property
    def bottom(self) -> Figure:
        """The denominator, as a figure of its own."""
        return self._part("denominator", self.denominator)

    @property
    def rest(self) -> Figure:
        """What is left of the denominator: nhiệm vụ chưa hoàn thành, hồ sơ chưa đạt."""
        left = (
            None if self.numerator is None or self.denominator is None else self.denominator - self.numerator
        )
        key = {"kind": "difference", "a": self.bottom.key, "b": self.top.key}
        part = replace(self._part("denominator", left), key=key, source_kind="derived")
        return replace(part, title=f"{self.title}: phần còn lại")

    def _part(self, name: str, value: float | None) -> Figure:
        points = self.measure == "points"  # 49,84/100 điểm: neither part is a count
        parts = {"numerator": "điểm đạt", "denominator": "điểm tối đa"} if points else _PARTS
        words = parts[name]
        return replace(
            self, key=self.key | {"part": name}, value=value, measure="points" if points else "count", trim=points,
            numerator=None, denominator=None, title=f"{self.title} ({words})", year_ago=None,
        )  # fmt: skip

    @property
    def fraction(self) -> Phrase:
        """ "195.800/200.000 hồ sơ", both numbers figures."""
        return Phrase((self.top, "/", self.bottom, f" {self.measured_in}".rstrip()))

    def dossiers(self, uncounted: bool = False) -> Dossiers:
        """The pseudonymised dossiers the number is counted from, and why each counts (statistics.drill.dossiers).

        UsageError, which says where the number is from, when it is not counted from dossiers.
        """
        if self.behind is None:
            raise self._not_counted()
        try:
            return self.behind(self.key, uncounted)
        except UsageError as error:
            raise self._not_counted() from error

    def _not_counted(self) -> UsageError:
        return UsageError(
            f"“{self.title}” không đếm từ hồ sơ nên không mở được danh sách hồ sơ",
            where=f"nguồn: {self.source}" if self.source else None,
            expected="số đếm hoặc tỷ lệ tính từ hồ sơ",
        )

    def fraction_text(self) -> str | None:
        """The fraction as plain text, null when the source gave none."""
        if self.numerator is None or self.denominator is None or self.key.get("kind") == "difference":
            return None
        return "".join(part if isinstance(part, str) else part.printed for part in self.fraction.parts)

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Figure:
        """The figure of a record, to print it once more; a grade keeps its word."""
        return cls(
            key=record["key"],
            title=record["title"],
            measure=record["measure"],
            value=record["value"],
            numerator=record["numerator"],
            denominator=record["denominator"],
            text=record["printed"] if record["measure"] == "grade" else None,
            decimals=record["decimals"],
            trim=record["trim"],
        )

    def record(self, identifier: str) -> dict[str, Any]:
        """The figure as figures.json and the exporters have it."""
        key = self.key
        return {
            "id": identifier,
            "key": key,
            "indicator": key.get("indicator"),
            "variant": key.get("variant"),
            "province": key.get("province"),
            "unit": key.get("unit"),
            "level": key.get("level"),
            "period": key.get("period"),
            "title": self.title,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "value": self.value,
            "measure": self.measure,
            "decimals": self.decimals,
            "trim": self.trim,
            "printed": self.printed,
            "fraction": self.fraction_text(),
            "definition": self.definition,
            "legal_basis": self.legal_basis,
            "period_text": self.period_text,
            "source": self.source,
            "source_kind": self.source_kind,
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class Phrase:
    """Words and figures that belong together; the narrative prints them in order."""

    parts: tuple[str | Figure, ...]

    def __iter__(self) -> Iterator[str | Figure]:
        return iter(self.parts)

    def __str__(self) -> str:
        return "".join(part if isinstance(part, str) else part.printed for part in self.parts)


@dataclass
class Registry:
    """The figures one notebook printed, numbered in the order they appear."""

    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    _ids: dict[str, str] = field(default_factory=dict)

    def add(self, figure: Figure) -> str:
        """The id of a figure, new at its first appearance."""
        name = repr((sorted_key(figure.key), figure.printed))
        if name not in self._ids:
            identifier = f"f{len(self._ids) + 1}"
            self._ids[name] = identifier
            self.records[identifier] = figure.record(identifier)
        return self._ids[name]


def sorted_key(key: Key) -> Any:
    """A key as nested tuples, so that two spellings of the same figure are one."""
    return tuple(
        (name, sorted_key(value) if isinstance(value, dict) else value) for name, value in sorted(key.items())
    )
