"""From the words of `hoso report` to runs: every name is checked against its closed list before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, get_args

import polars as pl

from ..presentation.report import known_unit
from ..records.store import Store
from ..statistics import snapshots
from ..statistics.data import dossiers
from ..statistics.results import results
from ..vocabulary.errors import NoDataError, UsageError
from ..vocabulary.periods import Period
from ..vocabulary.places import Level, Province
from ..vocabulary.workbook import Workbook
from . import notebooks, parameters
from .imports import provinces_with_data
from .notebooks import Notebook
from .runs import COUNTRY, Run

_HANDLED: Final = ("received", "resolved", "pending")  # what a unit with dossiers in a period has any of
_UNIT_LEVELS: Final = tuple(level for level in get_args(Level) if level != "province")


@dataclass(frozen=True)
class Asked:
    """What a command asks for: reports, places, a period, units, and the notebooks' further parameters."""

    names: Sequence[str]
    period: str
    provinces: Sequence[str] = ()
    every_province: bool = False
    units: Sequence[str] = ()
    every_unit: bool = False
    level: str | None = None
    indicator: str | None = None
    deadline: str | None = None
    more: Mapping[str, str] = field(default_factory=dict)  # parameters of an analyst's own notebook

    @property
    def options(self) -> dict[str, str]:
        """The further parameters that were given; a blank one means the notebook's own default."""
        given = {"indicator": self.indicator, "deadline": self.deadline, **self.more}
        return {name: value for name, value in given.items() if value}


def matrix(workbook: Workbook, store: Store, asked: Asked, periods: Sequence[str]) -> list[Run]:
    """The runs of a command for each of several periods, each run once. NoDataError when there is none for any of them."""
    found: list[Run] = []
    lacking: list[NoDataError] = []
    for period in dict.fromkeys(periods):
        try:
            found += runs_of(workbook, store, replace(asked, period=period))
        except NoDataError as error:
            lacking.append(error)
    if not found and lacking:
        raise lacking[0]
    return list({run.machine_folder(Path()): run for run in found}.values())


def runs_of(workbook: Workbook, store: Store, asked: Asked) -> list[Run]:
    """The runs a command means, in its order. UsageError for what does not exist or does not fit together; NoDataError
    when every unit was asked for and none has data."""
    chosen = [_published(notebooks.read(workbook.notebooks, name)) for name in asked.names]
    for notebook in chosen:
        _check_options(notebook, asked)
    _check_units(chosen, asked)
    _check_level(asked)
    runs = [run for notebook in chosen for run in _runs(workbook, store, notebook, asked)]
    if not runs:  # every unit of places where none has any
        raise NoDataError(
            f"chưa có đơn vị nào có dữ liệu {Period.parse(asked.period).window}",
            where=", ".join(asked.provinces),
            expected="ít nhất một hồ sơ hoặc một dòng số liệu của Cổng",
        )
    return runs


def _published(notebook: Notebook) -> Notebook:
    if not notebook.published:
        raise UsageError(
            f"{notebook.name} là sổ tay phân tích, không phát hành thành báo cáo", remedy="chạy: hoso lab"
        )
    return notebook


_OWN_OPTIONS: Final = ("province", "period", "unit")  # which decide where a report lies


def _check_options(notebook: Notebook, asked: Asked) -> None:
    """Refuses what the notebook has no parameter for or what is no value of it, and a report of a unit without one."""
    if misplaced := [name for name in _OWN_OPTIONS if name in asked.more]:
        raise UsageError(f"-p {misplaced[0]} có lựa chọn riêng", expected=f"--{misplaced[0]}")
    parameters.check(notebook.parameters, asked.options)
    if notebook.of_one_unit and not (asked.units or asked.every_unit):
        raise UsageError(f"báo cáo {notebook.name} là của một đơn vị", expected="--unit MÃ hoặc --every-unit")


def _check_units(chosen: Sequence[Notebook], asked: Asked) -> None:
    """Units are for the reports that have them; of several in one command those without are of the whole place."""
    if (asked.units or asked.every_unit) and not any(_has_units(notebook) for notebook in chosen):
        raise UsageError(
            f"báo cáo {chosen[0].name} không có tham số unit",
            expected=", ".join(f"--{name}" for name in chosen[0].parameters),
        )
    if asked.units and asked.every_unit:
        raise UsageError("--unit và --every-unit loại trừ nhau", expected="một trong hai")
    if asked.level is not None and not asked.every_unit:
        raise UsageError("--level chỉ đi cùng --every-unit", expected="--every-unit --level CẤP")


def _has_units(notebook: Notebook) -> bool:
    return "unit" in notebook.parameters


def _check_level(asked: Asked) -> None:
    if asked.level is not None and asked.level not in _UNIT_LEVELS:
        raise UsageError(f"không có cấp {asked.level}", expected=", ".join(_UNIT_LEVELS))


def _runs(workbook: Workbook, store: Store, notebook: Notebook, asked: Asked) -> Iterator[Run]:
    for place in _places(store, notebook, asked):
        run = Run.of(workbook, notebook.name, place, asked.period, options=asked.options)
        if not _has_units(notebook):
            yield run
        elif asked.every_unit:
            for unit in _units_with_data(store, run.province, run.period, asked.level):
                yield run.of_unit(unit)
        elif asked.units:
            for unit in asked.units:
                yield run.of_unit(known_unit(store, run.province, unit).id)
        else:
            yield run


def _places(store: Store, notebook: Notebook, asked: Asked) -> Sequence[str]:
    if notebook.national:
        others = [name for name in asked.provinces if name != COUNTRY]
        if others:
            raise UsageError(
                f"báo cáo {notebook.name} là của cả nước, không phải của {others[0]}",
                expected=f"không nêu --province, hoặc --province {COUNTRY}",
            )
        return [COUNTRY]
    if COUNTRY in asked.provinces:
        raise UsageError(f"báo cáo {notebook.name} là của một tỉnh", expected="--province SLUG")
    if not asked.provinces and not asked.every_province:
        raise UsageError("chưa chọn tỉnh", expected="--province SLUG hoặc --every-province")
    return asked.provinces or provinces_with_data(store, asked.period)


# ── units ────────────────────────────────────────────────────────────────────────────────────────


def _units_with_data(store: Store, place: Province, period: Period, level: str | None) -> list[str]:
    """The units that handled a dossier in the period or have a row on the portal; of one level where asked."""
    counted = _handling_units(store, place, period, level)
    return list(dict.fromkeys([*counted, *_portal_units(store, place, period, level)]))


def _handling_units(store: Store, place: Province, period: Period, level: str | None) -> list[str]:
    data = dossiers(store, place)
    if data is None:
        return []
    rows = results(data, period, "unit", _HANDLED)
    handled = rows["indicator"].isin(_HANDLED) & (rows["value"] > 0) & rows["unit"].notna()
    kept = rows[handled & (rows["level"] == level)] if level else rows[handled]
    return [str(unit) for unit in kept["unit"].unique()]


def _portal_units(store: Store, place: Province, period: Period, level: str | None) -> list[str]:
    found = snapshots.chosen(store, place, period)
    if found is None:
        return []
    rows = found.rows.filter(pl.col("unit_id").is_not_null())
    kept = rows.filter(pl.col("level") == level) if level else rows
    return [str(unit) for unit in kept["unit_id"].unique(maintain_order=True)]
