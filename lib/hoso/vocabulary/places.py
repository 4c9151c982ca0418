"""Administrative places of both eras: provinces, mergers, units (địa phương, đơn vị hành chính).

Era "63" ends on 30/6/2025: 63 provinces, with districts. Era "34" begins on 1/7/2025 (NQ 202/2025/QH15,
codes of QĐ 19/2025/QĐ-TTg): 34 provinces, no district. Seven official codes mean another province in
each, so the key is always era and code together.
"""

import csv
import difflib
import re
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal

from hoso.vocabulary.errors import InputError, UsageError
from hoso.vocabulary.text import clean, slug
from hoso.vocabulary.workbook import Edition, edition, reference_file

Era = Literal["63", "34"]
_ERAS: tuple[Era, ...] = ("63", "34")
Level = Literal["province", "department", "district", "commune"]
LEVELS: tuple[Level, ...] = ("province", "department", "district", "commune")
LAST_DAY_OF_63 = date(2025, 6, 30)

_KIND = {"tinh": "tỉnh", "thanh-pho": "thành phố"}
_WHOLE = "ca-nuoc"


@dataclass(frozen=True)
class Province:
    """A province or centrally run city under the name and kind it had from `valid_from` to `valid_to`;
    None means the border of the era. `h_code` is its number in dossier ids (QCVN 102, "H22").
    """

    era: Era
    code: str
    name: str
    kind: str
    slug: str
    h_code: str
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def id(self) -> str:
        return f"{self.era}-{self.code}"

    @property
    def title(self) -> str:
        """ "tỉnh Hà Giang", "thành phố Huế"; "cả nước"."""
        return self.name if self.kind == _WHOLE else f"{_KIND[self.kind]} {self.name}"

    @property
    def committee(self) -> str:
        """The body that signs: "Ủy ban nhân dân tỉnh Hà Giang"; left open where the place is the whole country."""
        return "[tên cơ quan ban hành]" if self.kind == _WHOLE else f"Ủy ban nhân dân {self.title}"

    def holds_on(self, day: date) -> bool:
        """Whether it had this name and kind on that day (of its era)."""
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)


COUNTRY = Province("34", "00", "cả nước", _WHOLE, _WHOLE, "")
"""The whole country (cả nước) as the place of a report on all provinces; it is none of them."""


@dataclass(frozen=True)
class Unit:
    """A unit that handles dossiers (cơ quan, đơn vị); `parent` is the id of the unit above it."""

    id: str
    name: str
    level: Level
    parent: str | None
    province_id: str


def era_on(day: date) -> Era:
    """The era a day belongs to."""
    return "63" if day <= LAST_DAY_OF_63 else "34"


def provinces(era: Era, on: date | None = None) -> list[Province]:
    """The 63 or 34 provinces by code, as named `on` a day (by default under their latest names)."""
    rows = [p for p in _dated_provinces(era) if (p.holds_on(on) if on else p.valid_to is None)]
    return sorted(rows, key=lambda p: p.code)


def find_province(text: str, era: Era, on: date | None = None) -> Province:
    """The province of a slug, name, official code, H code or id, as named `on` a day; "ca-nuoc" is the whole country.

    Without a day, a former name gives the province under that name ("thua-thien-hue" in era 63), anything
    else its latest. UsageError when no province of the era answers, with the nearest slugs or what it has
    become.
    """
    if slug(text) == COUNTRY.slug:
        return replace(COUNTRY, era=era)
    matches = [p for p in _dated_provinces(era) if _wanted(text) & _names(p)]
    if not matches:
        raise _unknown_province(text, era)
    latest = max(matches, key=lambda p: p.valid_to or date.max)
    return latest if on is None else next(p for p in provinces(era, on) if p.id == latest.id)


def successor(province: Province) -> Province:
    """The province of era 34 that took it in; itself when it is of era 34."""
    if province.era == "34":
        return province
    return find_province(_mergers()[province.code], "34")


def predecessors(province: Province) -> list[Province]:
    """The provinces of era 63 that a province of era 34 was made of, by code; none for one of era 63."""
    if province.era == "63":
        return []
    return [p for p in provinces("63") if _mergers()[p.code] == province.code]


# What stands before a unit's own name, and the short kinds that some systems print.
_COMMITTEE = re.compile(r"^(?:ubnd|(?:ủy|uỷ) ban nhân dân)\b\.? ?")
_SHORT = (
    (re.compile(r"\bt\.?p\b\.? ?"), "thành phố "),
    (re.compile(r"\bt\.?x\b\.? ?"), "thị xã "),
    # "TT" is short for two things; a centre is named by what it does.
    (re.compile(r"^tt\b\.? ?(?=phục vụ|hành chính|pvhcc|dịch vụ|y tế|phát triển)"), "trung tâm "),
    (re.compile(r"^tt\b\.? ?"), "thị trấn "),
)
DISTRICT_KINDS = ("huyện", "quận", "thị xã", "thành phố")
COMMUNE_KINDS = ("xã", "phường", "thị trấn", "đặc khu")
_DISTRICT = re.compile(rf"(?:{'|'.join(DISTRICT_KINDS)}) ")
_COMMUNE = re.compile(rf"(?:{'|'.join(COMMUNE_KINDS)}) ")
# Parts of a committee that sign for themselves in some exports.
_PART = re.compile(r"(?:phòng|bộ phận|trung tâm|văn phòng|công an|ban chỉ huy|trạm|trường|đội) ")
# The place a part belongs to is named last; "văn hóa - xã hội" and "bảo hiểm xã hội" name none.
_PLACE = re.compile(
    r".*\b(?:(?P<district>huyện|quận|thị xã|thành phố)"
    r"|(?P<commune>(?<!thị )(?<!và )(?<!- )(?<!– )(?<!hiểm )xã(?! hội(?: tỉnh|$))|phường|thị trấn|đặc khu)) "
)
_OF_PROVINCE = re.compile(r"sở |phòng công chứng |.* tỉnh(?: |$)")
CENTRAL_CITIES = ("hà nội", "hải phòng", "đà nẵng", "hồ chí minh", "cần thơ")


def level_of(name: str, era: Era | None = None, above: Level | None = None) -> Level:
    """The level a unit's name tells: "Sở Tư pháp" → department, "UBND huyện Đồng Văn" → district, "UBND
    xã Lũng Cú" and "Bộ phận Một cửa xã Lũng Cú" → commune, "UBND tỉnh Hà Giang" → province.

    A name that tells nothing has the level of the unit `above` it, without one a department's; "Phòng Tư
    pháp" alone is a district's. A "thành phố" is a district unless it is one of the five that were always
    centrally run; in era "34" it is a province ("thành phố Huế" was the one before 2025, the other since).
    """
    words = own_name(name)
    if told := _told(words, era):
        return told
    if above:
        return "department" if above == "province" else above
    if words.startswith("phòng "):
        return "commune" if era == "34" else "district"
    return "department"


def _told(words: str, era: Era | None) -> Level | None:
    """The level that the words of a name tell by themselves."""
    if words == "tỉnh" or words.startswith("tỉnh ") or _is_central(words, era):
        return "province"
    if _DISTRICT.match(words):
        return "district"
    if _COMMUNE.match(words):
        return "commune"
    if _PART.match(words) and (place := _PLACE.match(words)):
        named = words[place.start("district") :] if place["district"] else ""
        return "commune" if place["commune"] else "department" if _is_central(named, era) else "district"
    return "department" if _OF_PROVINCE.match(words) else None


def _is_central(words: str, era: Era | None) -> bool:
    city = words.removeprefix("thành phố ")
    return city in CENTRAL_CITIES or (city != words and era == "34")


def is_part(name: str) -> bool:
    """Whether a name begins as that of a part of a committee does ("Phòng …", "Bộ phận …")."""
    return bool(_PART.match(own_name(name)))


def own_name(name: str) -> str:
    """The name in small letters without its "UBND", short kinds spelt out: "UBND TP. Kon Tum" → "thành phố
    kon tum".
    """
    words = _COMMITTEE.sub("", clean(name).casefold())
    for short, kind in _SHORT:
        words = short.sub(kind, words)
    return words


def names_of(province_id: str) -> list[Province]:
    """A province under every name and kind it had in its era; none for an id nobody knows."""
    return [p for era in _ERAS for p in _dated_provinces(era) if p.id == province_id]


def unit_id(name: str, parent_name: str | None = None) -> str:
    """The id of a unit within its province: its slug without "UBND", and after a commune's its district's.

    "UBND xã Lũng Cú", "UBND huyện Đồng Văn" → "xa-lung-cu--huyen-dong-van". InputError for a name without
    letters.
    """
    parts = [slug(own_name(part)) for part in (name, parent_name) if part is not None]
    if not all(parts):
        raise InputError("tên đơn vị không có chữ", where=repr(name), expected="tên cơ quan, đơn vị")
    return "--".join(parts)


def reference_units(province_id: str) -> list[Unit]:
    """The departments, districts and communes on record for a province ("63-62"), by level and alphabet;
    empty for a province without a list.
    """
    file = reference_file("units_63.tsv")
    return list(_units(file, edition(file)).get(province_id, ()))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _dated_provinces(era: Era) -> tuple[Province, ...]:
    if era not in ("63", "34"):
        raise UsageError(
            f"không có hệ đơn vị hành chính {era}", expected="63 (đến 30/6/2025) hoặc 34 (từ 01/7/2025)"
        )
    file = reference_file(f"provinces_{era}.tsv")
    return _read_provinces(file, edition(file), era)


@lru_cache(maxsize=16)
def _read_provinces(path: Path, _edition: Edition | None, era: Era) -> tuple[Province, ...]:
    return tuple(
        Province(
            era,
            r["code"],
            r["name"],
            r["kind"],
            r["slug"],
            r["h_code"],
            _day(r["valid_from"]),
            _day(r["valid_to"]),
        )
        for r in _rows(path)
    )


def _mergers() -> dict[str, str]:
    file = reference_file("merge_map.tsv")
    return _read_mergers(file, edition(file))


@lru_cache(maxsize=8)
def _read_mergers(path: Path, _edition: Edition | None) -> dict[str, str]:
    return {r["old_code"]: r["new_code"] for r in _rows(path)}


@lru_cache(maxsize=8)
def _units(path: Path, _edition: Edition | None) -> dict[str, tuple[Unit, ...]]:
    by_province: dict[str, list[Unit]] = {}
    for r in _rows(path):
        level = next(level for level in LEVELS if level == r["level"])
        unit = Unit(r["unit_id"], r["name"], level, r["parent_id"] or None, r["province_id"])
        by_province.setdefault(unit.province_id, []).append(unit)
    return {province: tuple(units) for province, units in by_province.items()}


def _names(province: Province) -> set[str]:
    return {province.slug, province.code, province.id, province.h_code.lower()}


def _wanted(text: str) -> set[str]:
    plain = slug(text)
    return {plain, re.sub("^(?:tinh|thanh-pho|tp)-", "", plain)}


def _unknown_province(text: str, era: Era) -> UsageError:
    known = {p.slug for p in _dated_provinces(era)}
    near = difflib.get_close_matches(slug(text), sorted(known), n=3, cutoff=0.6)
    former = [p for p in _dated_provinces("63") if era == "34" and _wanted(text) & {p.slug, p.id}]
    remedy = f"có phải {', '.join(near)}?" if near else None
    if former:
        became = successor(former[0])
        remedy = f"{former[0].title} chỉ có đến 30/6/2025, nay thuộc {became.title} ({became.slug})"
    return UsageError(
        f"không có tỉnh, thành phố “{text}”",
        where=f"hệ {era} tỉnh, thành phố",
        expected="tên không dấu (ha-giang) hoặc mã (02)",
        remedy=remedy,
    )
