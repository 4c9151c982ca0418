"""Which unit a row is: its province by H code or name, its level, its id in our words (đơn vị trong phản hồi).

Two endpoints give no departmentCode; their rows are joined by departmentId to those that do, of the same file or kept
in the store. Names carry suffixes (" - tỉnh Gia Lai") and recur in several provinces, so the code decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

import polars as pl

from hoso.records.intake import guards
from hoso.records.intake.portal.cells import RefusedError
from hoso.vocabulary.errors import UsageError
from hoso.vocabulary.places import Era, Level, Province, find_province, level_of, own_name, provinces, unit_id
from hoso.vocabulary.text import clean, slug

WHOLE_COUNTRY: Final = "ca-nuoc"

_H_CODE: Final = re.compile(r"H\d{2}(?:\.[0-9A-Za-z]{1,12}){0,5}")
_DEPARTMENT_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")
_LEVELS: Final[dict[str, Level]] = {
    "PROVINCIAL_DEPARTMENT": "department",
    "COMMUNE_PEOPLE_COMMITTEE": "commune",
    "AGENCY": "department",
    "COMMUNE": "commune",
    "PROVINCE": "department",  # as a child's level the word means an agency of the province
}


@dataclass(frozen=True)
class Body:
    """The unit of a row. `province` is None where neither code nor name tells it, `unit_id` for the province itself."""

    name: str
    level: Level
    department_id: str | None
    department_code: str | None
    province: Province | None
    unit_id: str | None = None

    @property
    def key(self) -> str:
        """What tells it from another unit of the same name."""
        return self.department_id or self.department_code or self.name


@dataclass
class Directory:
    """The units of a file by departmentId, first those that carry a code, and what the store knows of them."""

    era: Era
    known: Mapping[str, str] = field(default_factory=dict)  # departmentId → departmentCode
    _codes: dict[str, str] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)
    _bearers: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def learn(self, rows: Iterable[Any]) -> None:
        """Takes codes and names of rows before any of them is read."""
        for row in rows:
            if not isinstance(row, dict):
                continue
            own, code, name = _id(row), _code(row), row.get("departmentName")
            if own and code:
                self._codes.setdefault(own, code)
            if own and isinstance(name, str) and clean(name):
                self._names.setdefault(own, clean(name))

    def note(self, body: Body) -> None:
        """Takes note of who bears a name, so that two units of one name are kept apart."""
        if body.unit_id and body.province:
            self._bearers.setdefault((body.province.id, body.unit_id), set()).add(body.key)

    def apart(self, body: Body) -> Body:
        """The body with its code after its id where another unit of the province bears the same name."""
        if body.unit_id is None or body.province is None:
            return body
        if len(self._bearers.get((body.province.id, body.unit_id), ())) < 2:
            return body
        return replace(body, unit_id=f"{body.unit_id}--{slug(body.department_code or body.key)}")

    def body(self, row: Mapping[str, Any], place: Province | None) -> Body:
        """The unit of a row, `place` being the province its response is of. RefusedError for one nobody could name."""
        own = _id(row)
        name = self._name(row, own)
        code = _code(row) or (self._codes.get(own) or self.known.get(own) if own else None)
        if code and province_of_code(code, self.era) is None:
            raise RefusedError("departmentCode", code, "mã không của tỉnh, thành phố nào")
        province = province_of_code(code, self.era) or province_of_suffix(name, self.era) or place
        level = _level(row, code, name, self.era)
        if level == "province":
            named = province_of_code(code, self.era) or province_of_name(name, self.era)
            return Body(name, level, own, code, named, None)
        plain = without_suffix(name, province)
        return Body(plain, level, own, code, province, unit_id(plain))

    def _name(self, row: Mapping[str, Any], own: str | None) -> str:
        printed = row.get("departmentName")
        name = clean(printed) if isinstance(printed, str) else ""
        name = name or (self._names.get(own, "") if own else "")
        if not name:
            raise RefusedError(
                "departmentName", printed, "thiếu mã và tên đơn vị" if not own else "thiếu tên đơn vị"
            )
        if reason := _fault_of(name):
            raise RefusedError("departmentName", name, reason)
        return name


def is_whole_country(row: Mapping[str, Any] | None) -> bool:
    """Whether a row is "Cả nước"."""
    name = row.get("departmentName") if row else None
    return isinstance(name, str) and slug(name) == WHOLE_COUNTRY


def province_of_code(code: str | None, era: Era) -> Province | None:
    """The province of "H21" or "H21.17"."""
    return _find(code.split(".")[0], era) if code else None


def province_of_name(name: object, era: Era) -> Province | None:
    """The province of "UBND tỉnh Gia Lai"."""
    return _find(own_name(name), era) if isinstance(name, str) and slug(name) else None


def province_of_suffix(name: str, era: Era) -> Province | None:
    """The province that " - tỉnh Gia Lai" at the end of a name tells."""
    _, dash, tail = name.rpartition(" - ")
    return next((p for p in provinces(era) if slug(tail) in _titles(p)), None) if dash else None


def without_suffix(name: str, province: Province | None) -> str:
    """The name without the province's at its end."""
    head, dash, tail = name.rpartition(" - ")
    return head.strip() if dash and head.strip() and province and slug(tail) in _titles(province) else name


def _titles(province: Province) -> set[str]:
    return {f"{kind}{province.slug}" for kind in ("", "tinh-", "thanh-pho-", "tp-")}


def _find(text: str, era: Era) -> Province | None:
    try:
        return find_province(text, era)
    except UsageError:
        return None


def _level(row: Mapping[str, Any], code: str | None, name: str, era: Era) -> Level:
    if (code and "." not in code) or row.get("departmentType") == "PROVINCE":
        return "province"
    for key in ("departmentType", "childGroup", "level", "departmentLevel"):
        if isinstance(word := row.get(key), str) and word.upper() in _LEVELS:
            return _LEVELS[word.upper()]
    told = level_of(name, era)
    return "department" if told == "district" else told


@cache
def _fault_of(name: str) -> str | None:
    """Why a name cannot be kept."""
    text = pl.Series([name])
    if guards.endless(text)[0]:
        return "tên đơn vị quá dài"
    if guards.personal(text)[0]:
        return "có dạng số điện thoại, số định danh hoặc thư điện tử"
    return "tên đơn vị không có chữ" if guards.nameless(text)[0] else None


def _id(row: Mapping[str, Any]) -> str | None:
    value = row.get("departmentId")
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if _DEPARTMENT_ID.fullmatch(text) else None


def _code(row: Mapping[str, Any]) -> str | None:
    value = row.get("departmentCode")
    return value if isinstance(value, str) and _H_CODE.fullmatch(value) else None
