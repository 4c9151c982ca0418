"""Synthetic exports (dữ liệu mô phỏng) of all 34 provinces and their 3.321 communes, drawn by the sample's own generator.

How many communes, wards and special zones a province has is what the Standing Committee of the National Assembly resolved
on 16/6/2025 (nghị quyết sắp xếp các đơn vị hành chính cấp xã of each province). Their names are made up and say so; those
of Gia Lai and Phú Thọ are read from the portal's responses in data/sample/portal. All dossiers are made up.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from hoso.records.sample import bodies, catalogue, draw, exports, flags, forms, frame, plan
from hoso.vocabulary.places import LAST_DAY_OF_63, Level, Province, Unit, level_of, provinces, unit_id
from hoso.vocabulary.workbook import Workbook

FIRST_DAY: Final = LAST_DAY_OF_63 + timedelta(1)
PERIOD: Final = "2025-11"
LAST_DAY: Final = date(2025, 11, 14)
MONTHS: Final = (LAST_DAY - FIRST_DAY).days / 30
DEPARTMENTS_SHARE: Final = 0.2  # of a province's dossiers
COMMUNES: Final = {
    "ha-noi": 126, "cao-bang": 56, "tuyen-quang": 124, "dien-bien": 45, "lai-chau": 38, "son-la": 75, "lao-cai": 99,
    "thai-nguyen": 92, "lang-son": 65, "quang-ninh": 54, "bac-ninh": 99, "phu-tho": 148, "hai-phong": 114, "hung-yen": 104,
    "ninh-binh": 129, "thanh-hoa": 166, "nghe-an": 130, "ha-tinh": 69, "quang-tri": 78, "hue": 40, "da-nang": 94,
    "quang-ngai": 96, "gia-lai": 135, "khanh-hoa": 65, "dak-lak": 102, "lam-dong": 124, "dong-nai": 95, "ho-chi-minh": 168,
    "tay-ninh": 96, "dong-thap": 102, "vinh-long": 124, "an-giang": 102, "can-tho": 103, "ca-mau": 64,
}  # fmt: skip
assert sum(COMMUNES.values()) == 3321
_PORTAL: Final = {
    "gia-lai": ("gialai_units_20261010.tsv", "group"),
    "phu-tho": ("phutho_progress_2026-08.tsv", "level"),
}
_DEPARTMENTS: Final = (
    "Sở Nội vụ", "Sở Tư pháp", "Sở Tài chính", "Sở Công Thương", "Sở Nông nghiệp và Môi trường", "Sở Xây dựng", "Sở Y tế",
    "Sở Khoa học và Công nghệ", "Sở Văn hóa, Thể thao và Du lịch", "Sở Giáo dục và Đào tạo", "Sở Dân tộc và Tôn giáo",
)  # fmt: skip
_BASE: Final = "tuyen-quang.toml"  # whose habits all share: how late, how much online, which flags


def places(number: int | None = None) -> list[Province]:
    """The provinces by code, the first so many where asked."""
    return provinces("34", LAST_DAY)[:number]


@dataclass(frozen=True)
class Drawn:
    """One province's made-up dossiers (columns: records.sample.frame), its catalogue, and the plan they follow."""

    place: Province
    wanted: plan.Plan
    rows: pl.DataFrame
    procedures: pl.DataFrame


def drawn(place: Province, dossiers: int, first: date = FIRST_DAY, last: date = LAST_DAY) -> Drawn:
    """So many dossiers of a province received from one day to another, both inside; the same call draws the same."""
    rng = np.random.default_rng(int(place.code))
    own = _bodies(place, rng)
    return _made(place, _plan(place, dossiers, first, last), own, rng)


def _made(place: Province, wanted: plan.Plan, own: bodies.Bodies, rng: np.random.Generator) -> Drawn:
    work = bodies.read_fields(_sample() / "fields.toml")
    procedures = catalogue.catalogue(wanted.catalogue, own, work, rng)
    basis = flags.ground(draw.draw(wanted, own, procedures, 1.0, rng), own, procedures)
    channels = flags.channel(basis, wanted.online, rng)
    marks = {name: flags.flag(basis, wish, rng) for name, wish in wanted.flags.items()}
    return Drawn(place, wanted, frame.frame(basis, procedures, channels, marks, rng), procedures.rows)


def write(folder: Path, place: Province, a_month: int) -> list[Path]:
    """Writes a province's exports: its catalogue, its departments' dossiers, its communes' by month of receipt.

    `a_month` is how many dossiers a commune has in a month on average; every commune has some in every month.
    """
    made = drawn(place, round(a_month * MONTHS * COMMUNES[place.slug] / (1 - DEPARTMENTS_SHARE)))
    return sorted([write_catalogue(folder, made), *write_exports(folder, made)])


def write_catalogue(folder: Path, made: Drawn) -> Path:
    """Writes a province's catalogue of procedures."""
    form = forms.read_forms(_sample() / "forms.toml")[made.wanted.procedures_form]
    return exports.write_catalogue(_of(folder, made), made.procedures, form, made.place.name)


def write_exports(folder: Path, made: Drawn) -> list[Path]:
    """Writes a province's dossiers."""
    known = forms.read_forms(_sample() / "forms.toml")
    return [
        exports.write_export(_of(folder, made), export, part, known[export.form], made.place.name)
        for export, part in exports.deal(made.rows, made.wanted)
    ]


def _of(folder: Path, made: Drawn) -> Path:
    target = folder / made.place.slug
    target.mkdir(parents=True, exist_ok=True)
    return target


def write_one(file: Path, place: Province, dossiers: int, form: str) -> Path:
    """Writes so many dossiers of a province into one export of a form of data/sample/forms.toml."""
    rng = np.random.default_rng(int(place.code))
    only = plan.Export(file.name, form, levels=("department", "commune"))
    wanted = replace(_plan(place, dossiers, FIRST_DAY, LAST_DAY), exports=(only,))
    own = _bodies(place, rng)
    made = _made(place, wanted, own, rng)
    known = forms.read_forms(_sample() / "forms.toml")
    ((export, part),) = exports.deal(made.rows, wanted)
    return exports.write_export(file.parent, export, part, known[form], place.name)


# ── units ────────────────────────────────────────────────────────────────────────────────────────


def _bodies(place: Province, rng: np.random.Generator) -> bodies.Bodies:
    """Departments and communes with their shares of the dossiers; no commune gets less than a fifth of its like."""
    units = (
        *_units(place, _DEPARTMENTS, "department"),
        *_units(place, _commune_names(place.slug), "commune"),
    )
    size = np.exp(rng.normal(0.0, 0.7, len(units))).clip(min=0.2)
    department = np.array([unit.level == "department" for unit in units])
    share = np.where(department, DEPARTMENTS_SHARE, 1 - DEPARTMENTS_SHARE) * size
    share /= np.where(department, size[department].sum(), size[~department].sum())
    return bodies.Bodies(
        units, share, tuple(f"000.00.{i:03d}.{place.h_code}" for i in range(1, len(units) + 1))
    )


def _units(place: Province, names: Iterator[str] | tuple[str, ...], level: Level) -> Iterator[Unit]:
    for name in names:
        yield Unit(unit_id(name), name, level, None, place.id)


def _commune_names(slug: str) -> tuple[str, ...]:
    """Real names where a source of the workbook has them, else numbered ones; a fifth are wards, as in the country."""
    if slug in _PORTAL:
        return _portal_names(*_PORTAL[slug])
    kinds = ("phường", "xã", "xã", "xã", "xã")
    return tuple(f"UBND {kinds[i % 5]} Mô Phỏng {i + 1}" for i in range(COMMUNES[slug]))


@cache
def _portal_names(file: str, column: str) -> tuple[str, ...]:
    with (_sample() / "portal" / file).open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source, delimiter="\t"))
    return tuple(
        row["name"] for row in rows if row[column] == "COMMUNE" and level_of(row["name"], "34") == "commune"
    )


# ── the plan ─────────────────────────────────────────────────────────────────────────────────────


def _sample() -> Path:
    return Workbook.find().sample


def _plan(place: Province, dossiers: int, first: date, last: date) -> plan.Plan:
    """The habits of the base plan in other days, without its aims and its units' own numbers."""
    base = plan.load(_sample() / _BASE)
    recent = last - timedelta(20)
    since = {"new": recent, "supplement": recent, "payment": recent, "stuck": first + timedelta(60)}
    return replace(
        base,
        province=place.slug,
        cutoff=last,
        spans=(plan.Span(first, last, dossiers),),
        late=replace(base.late, units={}, aims=()),
        status={name: replace(share, since=since.get(name, first)) for name, share in base.status.items()},
        flags={name: replace(flag, complete=0, aims=()) for name, flag in base.flags.items()},
        exports=tuple(_exports(first, last)),
        undated=0,
    )


def _exports(start: date, end: date) -> Iterator[plan.Export]:
    yield plan.Export("02-so-nganh.csv", "flags", levels=("department",))
    first, number = start, 3
    while first <= end:
        last = min(end, (first + timedelta(31)).replace(day=1) - timedelta(1))
        name = f"{number:02d}-cap-xa-{first:%Y-%m}.csv"
        yield plan.Export(name, "flags", levels=("commune",), received=(first, last))
        first, number = last + timedelta(1), number + 1
