"""Heads (người đứng đầu): the office that answers for a unit, by title and never by name, dated rows of heads.csv."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import pandas as pd

from ..vocabulary.places import LEVELS, Province, era_on
from ..vocabulary.text import clean
from .sheets import Line, Sheet, remembered

FILE: Final = "heads.csv"
COLUMNS: Final = (
    "scope", "era", "province", "level", "unit", "name_starts", "title", "valid_from", "valid_to", "source", "note",
)  # fmt: skip
SCOPES: Final = ("unit", "level")
HeadKey = tuple[str, str | None]  # a level and a unit's id; None for the level's row or the province itself


@dataclass(frozen=True)
class Rule:
    """Which title the head of a unit (scope unit) has, or the heads of a level together (scope level).

    The most specific rule holds: for one unit, then for names that start with `name_starts` (the longest), then for the
    level. "{unit}" in the title stands for the unit's name: "Giám đốc {unit}" → "Giám đốc Sở Y tế".
    """

    scope: str
    era: str
    province: str | None
    level: str
    unit: str | None
    name_starts: str
    title: str
    valid_from: date | None
    valid_to: date | None

    def holds_on(self, day: date) -> bool:
        """Whether it is of that day's era and in force then."""
        return self.era == era_on(day) and (self.valid_from or day) <= day <= (self.valid_to or day)

    def answers(self, level: str, unit: str | None, name: str) -> bool:
        """Whether it is for this unit, by its id, name and level."""
        starts = clean(name).casefold().startswith(self.name_starts.casefold())
        return self.level == level and self.unit in (None, unit) and starts

    @property
    def precision(self) -> tuple[bool, int, bool, date]:
        """What goes first: the unit's own, the longest start of a name, the province's, the latest."""
        return (
            self.unit is not None,
            len(self.name_starts),
            self.province is not None,
            self.valid_from or date.min,
        )


@remembered
def read(path: Path) -> tuple[Rule, ...]:
    """The rules of a file with the columns COLUMNS; InputError tells all faults at once."""
    sheet = Sheet(path, COLUMNS)
    found = [_rule(sheet, line) for line in sheet.lines()]
    sheet.close()
    return tuple(found)


def _rule(sheet: Sheet, line: Line) -> Rule:
    sheet.required(line, "title", "source")
    province = sheet.province(line)
    first, last = sheet.day(line, "valid_from"), sheet.day(line, "valid_to")
    sheet.days_in_order(first, last)
    if sheet.known(line, "scope", SCOPES) == "level" and (line["unit"] or line["name_starts"]):
        sheet.fault("người đứng đầu của cả cấp mà có unit hoặc name_starts")
    return Rule(
        line["scope"], line["era"], line["province"] or None, sheet.known(line, "level", LEVELS),
        sheet.unit(line, province), line["name_starts"], line["title"], first, last,
    )  # fmt: skip


def titles(rules: Sequence[Rule], province: Province, units: pd.DataFrame, on: date) -> dict[HeadKey, str]:
    """The head of every unit (columns unit, name, level), of each level and of the province, on a day.

    A unit for which no rule speaks is left out.
    """
    known = [r for r in rules if r.holds_on(on) and r.province in (None, province.slug)]
    rows = [
        ("province", None, province.committee),
        *zip(units["level"], units["unit"], units["name"], strict=True),
    ]
    heads = {(level, unit): _title(known, level, unit, name) for level, unit, name in rows}
    heads |= {
        (r.level, None): r.title for r in sorted(known, key=lambda r: r.precision) if r.scope == "level"
    }
    return {key: title for key, title in heads.items() if title is not None}


def _title(rules: Sequence[Rule], level: str, unit: str | None, name: str) -> str | None:
    answering = [r for r in rules if r.scope == "unit" and r.answers(level, unit, name)]
    found = max(answering, key=lambda r: r.precision, default=None)
    return found.title.replace("{unit}", name) if found else None
