"""What changed between two versions of a report (thay đổi so với bản trước), number by number.

A figure is the same figure when its key is; a cell when its table, row and column are. The day the data reach to is no
part of either: a report on newer data asks for the same figures of a later day.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any, Final, Literal

from ..presentation.figures import MISSING, sorted_key
from ..vocabulary import numbers
from ..vocabulary.errors import HosoError
from ..vocabulary.periods import Period

Kind = Literal["new", "moved", "restated", "gone"]
KINDS: Final[dict[Kind, str]] = {
    "restated": "Điều chỉnh",
    "moved": "Biến động",
    "new": "Mới",
    "gone": "Không còn",
}
MEANINGS: Final[dict[Kind, str]] = {
    "restated": "bản trước là số liệu chốt kỳ, nay thay đổi",
    "moved": "bản trước là số liệu tạm thời hoặc lập khi kỳ chưa kết thúc",
    "new": "bản trước chưa có số liệu này",
    "gone": "bản trước có, bản này không còn",
}
_DECIMALS: Final = re.compile(r",([0-9]+)")
POINTS: Final = " điểm phần trăm"
_PERCENT: Final = 100  # the scale of a difference of two rates
_UNTOLD: Final = 4  # decimals of a cell whose print nobody kept
NO_FIGURES: Final = (LookupError, TypeError, AttributeError, ValueError, RecursionError)
Written = Mapping[str, Any]  # a figures.json


@dataclass(frozen=True)
class Change:
    """One number that is not what it was: printed before and after, and the signed difference where both are numbers."""

    kind: Kind
    where: str  # the caption of its table; blank for a figure of the prose and charts
    title: str
    before: str
    after: str
    difference: str = ""

    def record(self) -> dict[str, str]:
        """The change as the file beside the page has it."""
        return asdict(self)


def changes(before: Written, after: Written, final: bool) -> list[Change]:
    """Every change in the order of the later version, then what is gone; `final` when the earlier version was final.

    Figures of the prose whose change reads the same word for word, such as a difference printed with and without its
    sign, are told once.
    Raises one of NO_FIGURES for what is no figures.json.
    """
    found = _changes(_numbers(before), _numbers(after), "restated" if final else "moved")
    return list({(change, i if change.where else 0): change for i, change in enumerate(found)}.values())


@dataclass(frozen=True)
class _Number:
    where: str
    title: str
    value: float | str | None
    printed: str
    parts: tuple[float | None, float | None] = (None, None)
    fraction: str = ""
    decimals: int = 0
    rate: bool = False
    cell: bool = False

    @property
    def told(self) -> str:
        return f"{self.printed} ({self.fraction})" if self.fraction and self.rate else self.printed

    @property
    def exact(self) -> Fraction | None:
        """The number as it can be subtracted; None for words and for what is missing."""
        if isinstance(self.value, str) or self.value is None:
            return None
        top, bottom = self.parts
        if self.rate and top is not None and bottom:
            return Fraction(repr(top)) / Fraction(repr(bottom))
        return Fraction(repr(self.value))

    def differs(self, other: _Number) -> bool:
        if self.cell and self.value is None and other.value is None:
            return False  # words: a name or a note is no number
        return (self.value, self.parts, self.printed) != (other.value, other.parts, other.printed)


def _changes(old: dict[str, _Number], new: dict[str, _Number], changed: Kind) -> Iterator[Change]:
    for key, now in new.items():
        then = old.get(key)
        if then is None:
            if not (now.cell and now.value is None):
                yield Change("new", now.where, now.title, MISSING, now.told)
        elif now.differs(then):
            yield Change(changed, now.where, now.title, then.told, now.told, _difference(then, now))
    for key, then in old.items():
        if key not in new and not (then.cell and then.value is None):
            yield Change("gone", then.where, then.title, then.told, MISSING)


def _difference(then: _Number, now: _Number) -> str:
    """ "+1,2 điểm phần trăm", "-15"; with as many decimals as it takes to see it. Blank where one is no number."""
    first, second = then.exact, now.exact
    if first is None or second is None or first == second:
        return ""
    moved = (second - first) * (100 if now.rate else 1)
    digits = max(then.decimals, now.decimals)
    seen = next((n for n in range(digits, digits + 4) if numbers.round_half_up(moved, n)), digits)
    sign = "+" if moved > 0 else ""
    points = now.rate or now.printed.endswith(POINTS)
    return f"{sign}{numbers.decimal(moved, seen)}{POINTS if points else ''}"


# ── the numbers of a version ─────────────────────────────────────────────────────────────────────


def _numbers(written: Written) -> dict[str, _Number]:
    about, units = written["document"], _unit_names(written["tables"])
    found: dict[str, _Number] = {}
    seen: Counter[str] = Counter()
    for key, number in (*_figures(written, about, units), *_cells(written["tables"], about)):
        seen[key] += 1
        found[f"{key} {seen[key]}"] = number  # the same figure printed twice with other decimals stands twice
    return found


def _figures(written: Written, about: Written, units: Mapping[str, str]) -> Iterator[tuple[str, _Number]]:
    for record in written["figures"]:
        yield (
            repr(sorted_key(_dateless(record["key"], about["data_date"]))),
            _Number(
                "",
                _title(record, about, units),
                record["value"],
                f"{record['printed']}{_unit_of(record)}",
                (record["numerator"], record["denominator"]),
                record["fraction"] or "",
                _decimals(record["printed"]),
                record["measure"] == "rate",
            ),
        )


def _unit_of(record: Written) -> str:
    """What a report writes after the difference of two rates, and the figure itself does not say."""
    key = record["key"]
    between_rates = key.get("kind") == "difference" and key.get("scale") == _PERCENT
    return POINTS if between_rates and record["value"] is not None else ""


def _decimals(printed: str) -> int:
    """As many as were printed: a count has none, whatever its record says of decimals."""
    found = _DECIMALS.search(printed)
    return len(found[1]) if found else 0


def _title(record: Written, about: Written, units: Mapping[str, str]) -> str:
    """The figure's title, and of whom and when where that is not the report's own."""
    key = record["key"]
    unit, period = key.get("unit"), key.get("period")
    parts = [
        record["title"],
        units.get(unit, unit) if unit and unit != about.get("unit") else "",
        key.get("field") or "",
        _label(period) if period and period != about["period"] else "",
    ]
    return ", ".join(str(part) for part in parts if part)


def _label(period: str) -> str:
    try:
        return Period.parse(period).label
    except HosoError:
        return period


def _dateless(value: Any, data_date: str) -> Any:
    """A key in which the day the data reach to has no date."""
    if isinstance(value, Mapping):
        return {name: _dateless(part, data_date) for name, part in value.items()}
    if isinstance(value, list):
        return [_dateless(part, data_date) for part in value]
    return "data_date" if value == data_date else value


def _unit_names(tables: list[Any]) -> dict[str, str]:
    """What the tables call the units by whose ids their rows are counted."""
    named: dict[str, str] = {}
    for table in tables:
        for row, scope in zip(table["rows"], _scopes(table), strict=True):
            if isinstance(scope, Mapping) and scope.get("unit"):
                named.setdefault(scope["unit"], row["name"])
    return named


def _scopes(table: Written) -> list[Any]:
    """What each row is counted over, where the table tells it: a unit, or a field at a level."""
    rows = (table.get("verify") or {}).get("rows")
    if not isinstance(rows, list) or len(rows) != len(table["rows"]):
        return [None] * len(table["rows"])
    return [_scope(row) for row in rows]


def _scope(row: Any) -> Any:
    """One mapping for a row: of a list of keys what is of the row, not of a cell."""
    if isinstance(row, Mapping):
        return row
    keys = [key for key in row if isinstance(key, Mapping)]
    if len(keys) == 1 or not keys:
        return keys[0] if keys else None
    return {name: keys[0][name] for name in ("unit", "level", "field") if keys[0].get(name)} or None


def _cells(tables: list[Any], about: Written) -> Iterator[tuple[str, _Number]]:
    for table in tables:
        for i, (row, scope) in enumerate(zip(table["rows"], _scopes(table), strict=True)):
            values = row["values"]
            told = zip(values, _cell_keys(table, i), strict=True)
            printed = row.get("printed") or [_plain(value, _is_rate(key)) for value, key in told]
            name = row["name"] or next(
                (words for words in printed if words not in ("", MISSING)), f"dòng {i + 1}"
            )
            place = _place(scope, name, about["data_date"])
            for column, value, words in zip(table["columns"], values, printed, strict=True):
                yield f"{table['id']} {place} {column}", _cell(table, name, column, value, words)


def _cell_keys(table: Written, row: int) -> list[Any]:
    """How each cell of a row is found again, where the table tells it cell by cell or column by column."""
    verify = table.get("verify") or {}
    rows, columns = verify.get("rows"), verify.get("columns")
    found = rows[row] if isinstance(rows, list) and isinstance(rows[row], list) else columns
    width = len(table["columns"])
    return found if isinstance(found, list) and len(found) == width else [None] * width


def _is_rate(key: Any) -> bool:
    """Whether a key is of a rate in [0, 1]."""
    if not isinstance(key, Mapping) or key.get("part", "value") != "value":
        return False
    return key.get("kind") in ("result", "target") and str(key.get("indicator")).endswith("_rate")


def _place(scope: Any, name: str, data_date: str) -> str:
    """What a row is known by: the one unit it is of, whatever that is called now, or its name and what tells it apart."""
    known = repr(sorted_key(_dateless({"": scope}, data_date))) if scope else ""
    return known if scope and scope.get("unit") else f"{name} {known}"


def _cell(table: Written, name: str, column: str, value: float | str | None, words: str) -> _Number:
    words = words or MISSING
    return _Number(
        table["caption"],
        f"{name} – {column}",
        value,
        words,
        decimals=_decimals(words),
        rate=isinstance(value, int | float) and words.endswith("%"),
        cell=True,
    )


def _plain(value: float | str | None, rate: bool) -> str:
    """A cell whose print the file has not kept."""
    if value is None or isinstance(value, str):
        return value or MISSING
    return numbers.percent(value) if rate else numbers.decimal(value, _UNTOLD, trim=True)
