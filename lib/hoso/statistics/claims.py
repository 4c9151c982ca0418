"""Published claims (số liệu đã công bố): printed by portals, offices and the press, with their parts.

One row a printed value in data/reference/published_figures.tsv. Nothing in it is computed: `contradictions` recomputes
every row by the rule of its kind and tells where the sources contradict themselves.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal, get_args

from ..vocabulary.errors import HosoError, InputError, NoDataError
from ..vocabulary.periods import Period
from ..vocabulary.places import LEVELS, find_province

Kind = Literal["single", "rate", "sum", "score", "group", "total", "rank", "mean", "grade"]
COLUMNS: Final = (
    "id", "province", "era", "period", "stated_period", "level", "scope", "indicator", "kind", "criterion",
    "numerator", "denominator", "value", "decimals", "unit", "source", "known_gap", "note",
)  # fmt: skip
NATIONAL: Final = "toan-quoc"
_REQUIRED: Final = ("id", "province", "level", "indicator", "kind", "value", "unit", "source")
_LEVELS: Final = ("national", *LEVELS)


@dataclass(frozen=True)
class Claim:
    """One printed value and what its source gives beside it.

    `numerator` holds signed terms that add up (a sum's parts, 4561 less 12), or for a score one count a criterion;
    None where the source gives none. `value` is in the printed unit (percent as percent), a grade its word.
    `period` is empty where the source does not bound it; `known_gap` is the recomputed less the printed value of a
    contradiction on record, whose reason stands in `note`.
    """

    id: str
    province: str
    era: str
    period: str
    stated_period: str
    level: str
    scope: str
    indicator: str
    kind: Kind
    criteria: tuple[str, ...]
    numerator: tuple[Fraction | None, ...]
    denominator: tuple[Fraction | None, ...]
    value: Fraction | str
    decimals: int
    unit: str
    source: str
    known_gap: Fraction | None
    note: str

    @property
    def place(self) -> tuple[str, ...]:
        """What claims must share to be about the same thing: place, era, level, part of it, and period."""
        return (self.province, self.era, self.level, self.scope, self.period or self.stated_period)

    @property
    def title(self) -> str:
        """ "Tổng điểm, dong-thap, Năm 2026, lũy kế đến 10/10/2026"."""
        return ", ".join(
            part for part in (self.indicator, self.province, self.scope, self.stated_period) if part
        )


def is_claims_file(path: Path) -> bool:
    """Whether a file is a table of published claims, by its header alone."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            return tuple(file.readline().rstrip("\r\n").split("\t")) == COLUMNS
    except (OSError, UnicodeDecodeError):
        return False


def read(path: Path) -> list[Claim]:
    """All claims of a file, in its order.

    Raises InputError naming the line for another header, a missing source, an unknown kind, level, province or period,
    a number that is none, and an id or a claim given twice.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "không đọc được tệp số liệu công bố", where=str(path), expected="văn bản UTF-8"
        ) from error
    if not lines or tuple(lines[0]) != COLUMNS:
        raise InputError("số liệu công bố có cột khác", where=path.name, expected=", ".join(COLUMNS))
    claims = [_claim(row, f"{path.name}, dòng {number}") for number, row in enumerate(lines[1:], 2)]
    if not claims:
        raise NoDataError(
            "tệp không có số liệu công bố nào", where=path.name, expected="mỗi số công bố một dòng"
        )
    _refuse_twice(claims, path)
    return claims


def _refuse_twice(claims: Sequence[Claim], path: Path) -> None:
    twice = [name for name, count in Counter(claim.id for claim in claims).items() if count > 1]
    if twice:
        raise InputError("số liệu công bố trùng mã", where=path.name, expected=f"mỗi mã một dòng: {twice[0]}")


def _claim(row: list[str], where: str) -> Claim:
    if len(row) != len(COLUMNS):
        raise InputError(f"dòng có {len(row)} ô", where=where, expected=f"{len(COLUMNS)} ô")
    r = dict(zip(COLUMNS, row, strict=True))
    lacking = [name for name in _REQUIRED if not r[name].strip()]
    if lacking:
        raise InputError(f"thiếu {', '.join(lacking)}", where=where, expected=", ".join(_REQUIRED))
    if r["kind"] not in get_args(Kind):
        raise InputError(f"không có loại {r['kind']}", where=where, expected=", ".join(get_args(Kind)))
    if r["level"] not in _LEVELS:
        raise InputError(f"không có cấp {r['level']}", where=where, expected=", ".join(_LEVELS))
    _check_place(r, where)
    claim = _typed(r, where)
    _check_parts(claim, where)
    return claim


def _check_place(r: dict[str, str], where: str) -> None:
    """The province is one of its era (also under a former name) and the period one of ours."""
    try:
        if r["province"] != NATIONAL:
            find_province(r["province"], r["era"])  # type: ignore[arg-type]  # an unknown era is refused there
        if r["period"]:
            Period.parse(r["period"])
    except HosoError as error:
        raise InputError(
            f"{error.what}", where=where, expected=error.expected, remedy=error.remedy
        ) from error


def _typed(r: dict[str, str], where: str) -> Claim:
    numbers = _reader(where)
    graded = r["kind"] == "grade"
    return Claim(
        r["id"], r["province"], r["era"], r["period"], r["stated_period"], r["level"], r["scope"], r["indicator"],
        r["kind"],  # type: ignore[arg-type]  # checked by the caller
        tuple(part for part in r["criterion"].split(";") if part),
        _list(r["numerator"], numbers),
        _list(r["denominator"], numbers),
        r["value"] if graded else numbers(r["value"]),
        0 if graded else int(numbers(r["decimals"])),
        r["unit"], r["source"],
        numbers(r["known_gap"]) if r["known_gap"] else None,
        r["note"],
    )  # fmt: skip


def _reader(where: str) -> Callable[[str], Fraction]:
    def read_number(text: str) -> Fraction:
        try:
            return Fraction(text) if "/" in text else Fraction(Decimal(text))
        except (ValueError, ArithmeticError) as error:
            raise InputError(
                f"không phải số: “{text}”", where=where, expected="ví dụ 12 hoặc -4.41"
            ) from error

    return read_number


def _list(text: str, number: Callable[[str], Fraction]) -> tuple[Fraction | None, ...]:
    """ "227321;113;" → three values, the last not given."""
    return tuple(number(part) if part else None for part in text.split(";")) if text else ()


def _check_parts(claim: Claim, where: str) -> None:
    """What the rule of a kind needs is there; a gap on record has its reason."""
    fraction = len(claim.denominator) == 1 and bool(claim.denominator[0])
    counts = len(claim.criteria) == len(claim.numerator) == len(claim.denominator) > 0
    terms = len(claim.numerator) > 0 and None not in claim.numerator
    needed: dict[Kind, tuple[bool, str]] = {
        "rate": (fraction and terms, "tử số và mẫu số khác 0"),
        "sum": (terms, "các số hạng"),
        "score": (counts, "mỗi tiêu chí một tử số và một mẫu số"),
        "group": (len(claim.criteria) == 1 and fraction, "nhóm và điểm tối đa"),
        "rank": (fraction and len(claim.numerator) == 1 and terms, "hạng và tổng số được xếp hạng"),
        "mean": (fraction, "số đơn vị lấy bình quân"),
        "grade": (terms, "điểm được xếp loại"),
    }
    met, expected = needed.get(claim.kind, (True, ""))
    if not met:
        raise InputError(f"{claim.id}: thiếu số liệu của loại {claim.kind}", where=where, expected=expected)
    if claim.known_gap is not None and not claim.note:
        raise InputError(f"{claim.id}: mâu thuẫn đã biết không có lý do", where=where, expected="cột note")
