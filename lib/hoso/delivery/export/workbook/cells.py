"""Cells with a type (ô có kiểu): the number, date or words of a report's cell, and the format that shows them as printed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, Final, TypeGuard

from hoso.presentation.figures import MISSING
from hoso.presentation.letters import printable
from hoso.presentation.markdown import Run

Figures = Mapping[str, Mapping[str, Any]]

_PRINTED: Final = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,15})(?:,(?P<part>[0-9]{1,15}))?(?P<percent>%?)"
    r"(?P<unit>(?: [^\W\d_]+){0,4})"  # letters only: they go into a number format, between quotes
)
_DAY: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_LARGEST: Final = 1e300  # beyond it a spreadsheet shows an error; also False for what is no number (NaN)
_FIRST_YEAR: Final = 1901  # Excel counts days from 1900, and counts that year's wrong


@dataclass(frozen=True)
class Typed:
    """What stands in a cell (None: nothing) and the number format that shows it; words have none."""

    value: float | date | str | None
    shown: str = ""


BLANK: Final = Typed(None)


@dataclass(frozen=True)
class _Number:
    """A printed number: its amount as read (97,9% is 97.9), and how it was written."""

    amount: Decimal
    decimals: int
    percent: bool
    shown: str
    plain: bool  # nobody can read it as another number: no dot, no three digits behind a comma

    def value(self, *known: Any) -> float:
        """The first of the known unrounded values that shows as this number; else the number as printed."""
        for value in known:
            if isinstance(value, int | float) and self._shows(value):
                return value
        return float(self.amount.scaleb(-2) if self.percent else self.amount)

    def _shows(self, value: float) -> bool:
        """Whether a spreadsheet prints the value like this: half up, of the 15 digits it knows of a number."""
        if not self.decimals and not self.percent and float(value).is_integer():
            return value == self.amount
        read = Decimal(format(value, ".15g"))
        read = read.scaleb(2) if self.percent else read
        return read.quantize(Decimal(1).scaleb(-self.decimals), ROUND_HALF_UP) == self.amount


def typed(cell: Mapping[str, Any], figures: Figures, counted: bool = True) -> Typed:
    """A table's cell: the value of its figure, else its `value`, else what its words say; a dash is a blank.

    Without figure or `value` words are a number only in a column of numbers (`counted`), and only where they cannot be
    read otherwise: another library's 1.234 stays words. Whatever is withheld prints as a sign, and is only that sign here.
    """
    printed = words(cell["runs"], figures).strip()
    if printed in ("", MISSING):
        return BLANK
    number = _number(printed)
    if number is None:
        return _day(printed) or Typed(printed)
    known = [*_values(cell, figures)]
    if known or (counted and number.plain):
        return Typed(number.value(*known), number.shown)
    return Typed(printed)


def _values(cell: Mapping[str, Any], figures: Figures) -> Iterator[float]:
    """The unrounded value behind the cell, and with the other sign: "tăng" and "-" are words before a figure's size."""
    named = [figures[run["id"]] for run in cell["runs"] if run["t"] == "fig"]
    value = named[0].get("value") if len(named) == 1 else cell.get("value")
    if len(named) < 2 and is_number(value):
        yield value
        yield -value


def is_number(value: Any) -> TypeGuard[float]:
    """Whether a cell of a spreadsheet can hold it: no truth value, nothing infinite, nothing that is no number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST


def words(runs: list[Run], figures: Figures) -> str:
    """The printed words of inline runs, figures among them; a line break is a line end."""
    return "".join(_words(run, figures) for run in runs)


def _words(run: Run, figures: Figures) -> str:
    if run["t"] == "fig":
        return str(figures[run["id"]]["printed"])
    if "c" in run:
        return words(run["c"], figures)
    return "\n" if run["t"] == "br" else safe(run.get("s", ""))


def safe(text: str) -> str:
    """Words without what no file may hold, line ends kept."""
    return "\n".join(map(printable, text.split("\n"))) if "\n" in text else printable(text)


@lru_cache(maxsize=10_000)  # counts repeat: a form has hundreds of 0 and 1
def _number(printed: str) -> _Number | None:
    found = _PRINTED.fullmatch(printed)
    if not found:
        return None
    sign, whole, part, percent, unit = found.group("sign", "whole", "part", "percent", "unit")
    padded = len(whole) > 1 and whole.startswith("0")
    if padded and (part or percent or len(whole) > 2):  # a code, not the "06" of an office
        return None
    decimals = len(part or "")
    pattern = _pattern(whole, decimals, percent, unit)
    amount = Decimal(f"{sign}{whole.replace('.', '')}.{part or '0'}")
    plain = "." not in whole and decimals != 3 and not unit and not padded
    shown = f"+{pattern};-{pattern};{pattern}" if sign == "+" else pattern
    return _Number(amount, decimals, bool(percent), shown, plain)


def _pattern(whole: str, decimals: int, percent: str, unit: str) -> str:
    """Excel's own locale puts the Vietnamese signs: `#,##0.0` shows 1.234,5."""
    digits = "00" if whole.startswith("0") and len(whole) == 2 else "#,##0" if "." in whole else "0"
    digits = "#,##0" if digits == "0" and not decimals and not percent and len(whole) < 4 else digits
    return digits + ("." + "0" * decimals if decimals else "") + percent + (f'"{unit}"' if unit else "")


def _day(printed: str) -> Typed | None:
    """A date, shown with the zeros it was printed with: 05/02/2024, 14/9/2024."""
    found = _DAY.fullmatch(printed)
    if not found or int(found[3]) < _FIRST_YEAR:
        return None
    try:
        day = date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None
    shown = rf"{'d' * len(found[1])}\/{'m' * len(found[2])}\/yyyy"
    return Typed(day, shown) if _written(day, found) else None


def _written(day: date, found: re.Match[str]) -> bool:
    """Whether one letter for a day below 10, two otherwise, print it again."""
    return all(len(text) == 2 or number < 10 for text, number in ((found[1], day.day), (found[2], day.month)))
