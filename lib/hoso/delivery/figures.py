"""`hoso figures`: the results table of a province, its levels or units, and the figures others published."""

from __future__ import annotations

import json
from functools import cache, partial
from typing import Any, Final, Literal

import pandas as pd

from ..records.store import Store
from ..statistics import accounts, assessment, entered, heads, published, series, snapshots, targets
from ..statistics import results as results_table
from ..statistics.counting import By
from ..statistics.counts import COUNTS
from ..statistics.data import Data, units_of
from ..statistics.definitions import definitions
from ..statistics.results import results
from ..statistics.timeline import by_time
from ..vocabulary.errors import NoDataError, UsageError
from ..vocabulary.periods import Period
from ..vocabulary.places import Province, find_province
from ..vocabulary.workbook import Workbook

COLUMNS: Final = (
    "indicator",
    "variant",
    "province",
    "unit",
    "level",
    "period",
    "numerator",
    "denominator",
    "value",
    "source",
)

# Beside these, with --assess: what a leader asks of a figure (statistics.assessment.COLUMNS).
ASSESSED: Final = (*COLUMNS, *(name for name in assessment.COLUMNS if name not in results_table.COLUMNS))

SATISFACTION: Final = "satisfaction_rate"

Breakdown = Literal["field", "procedure", "channel", "month"]


def table(
    workbook: Workbook,
    province: str,
    period: str,
    unit: str | None = None,
    level: str | None = None,
    by: Breakdown | None = None,
    assess: bool = False,
) -> pd.DataFrame:
    """Results in the columns of the contract; with `level` each unit of it, with `unit` that unit, else the province.

    What others published, reported or showed on the portal stands beside what was counted, each with its source; where no
    dossier was imported it stands alone. With `by` the province by field, procedure, channel (in a column of that name) or
    month (in `period`), or the unit or each unit of the level by the same. With `assess` each beside its target, its past
    and its rank. Over 1/7/2025 a province adds up its predecessors (statistics.series); what else is asked there is refused.
    """
    chosen = Period.parse(period)
    place = find_province(province, chosen.era, chosen.end)
    if unit or by or assess or level not in (None, "province"):
        chosen.within_one_era()
    if chosen.crosses_eras:
        return _across(Store.open(workbook.store), place, chosen)
    if by is not None:
        return _broken_down(Data(Store.open(workbook.store), place), chosen, by, unit, level)
    rows = _rows(
        workbook, place, chosen, "unit" if unit or level not in (None, "province") else "province", assess
    )
    chosen_rows = (
        _of_units(rows, place, chosen, unit, level) if unit or level not in (None, "province") else rows
    )
    return chosen_rows.loc[:, list(ASSESSED if assess else COLUMNS)]


def _rows(workbook: Workbook, place: Province, period: Period, by: By, assess: bool) -> pd.DataFrame:
    """What was counted and what others say; NoDataError when there is neither."""
    store = Store.open(workbook.store)
    try:
        data = Data(store, place)
    except NoDataError:
        told = _told(workbook, store, place, period, by, units_of(store, place))
        if told.empty:
            raise
        return told
    told = _told(workbook, store, place, period, by, data.units)
    counted = _assessed(workbook, data, period, by) if assess else results(data, period, by)
    parts = [part.astype("object") for part in (counted, _unpublished(counted, told), told) if len(part)]
    return pd.concat(parts, ignore_index=True).reindex(columns=list(ASSESSED if assess else COLUMNS))


def _unpublished(counted: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """A row without a value for each place whose satisfaction nobody published: it is not in the dossiers."""
    places = counted.drop_duplicates(["unit", "level"])
    known = set(told.loc[told["indicator"] == SATISFACTION, "unit"].fillna(""))
    lacking = places[~places["unit"].fillna("").isin(known)]
    return lacking.reindex(columns=["province", "unit", "level", "period"]).assign(
        indicator=SATISFACTION, variant="published", source="chưa có số liệu công bố"
    )


def _across(store: Store, place: Province, period: Period) -> pd.DataFrame:
    """Every count and rate of a period over 1/7/2025, in `source` what it was added up from, or why it has no value."""
    open_data = cache(partial(Data, store))
    known = definitions()
    asked: list[tuple[str, str | None]] = [(name, None) for name in known.counts if name in COUNTS]
    asked += [(i.id, i.variant) for i in known.on(period.end).indicators]
    tables = [
        series.frame(place, name, variant, series.series(open_data, place, name, [period], variant))
        for name, variant in asked
    ]
    rows = pd.concat(tables, ignore_index=True)
    told = rows["reason"].fillna("").map(lambda reason: f"; {reason}" if reason else "")
    return rows.assign(source=rows["basis"] + told, unit=None, level=None).reindex(columns=list(COLUMNS))


def _assessed(workbook: Workbook, data: Data, period: Period, by: By) -> pd.DataFrame:
    """The counted rows and entered counts with their targets, heads, past and rank."""
    reference = workbook.reference
    titles = heads.titles(heads.read(reference / heads.FILE), data.province, data.units, period.end)
    return assessment.assessed(
        data,
        targets.read(reference / targets.FILE),
        period,
        by,
        titles,
        entered=entered.read(reference / entered.FILE),
    )


def _told(
    workbook: Workbook, store: Store, place: Province, period: Period, by: By, units: pd.DataFrame
) -> pd.DataFrame:
    """What others published, reported or showed: of the province, or of its units."""
    rows = accounts.of(accounts.read(workbook.reference / accounts.FILE), place, period.end)
    parts = [
        published.results(published.read(workbook.reference / "published.csv"), place, period),
        snapshots.snapshot(store, place, period),
        accounts.results(rows, units, place, period.id),
    ]
    found = pd.concat(
        [part.reindex(columns=list(COLUMNS)).astype("object") for part in parts], ignore_index=True
    )
    return found[found["unit"].isna() == (by == "province")]


def _broken_down(
    data: Data, period: Period, by: Breakdown, unit: str | None, level: str | None
) -> pd.DataFrame:
    whole: By = "unit" if unit or level not in (None, "province") else "province"
    if by == "month":
        rows, columns = by_time(data, period, "month", whole), list(COLUMNS)
    else:
        rows, columns = results(data, period, (whole, by)), [*COLUMNS[:5], by, *COLUMNS[5:]]
    chosen = rows if whole == "province" else _of_units(rows, data.province, period, unit, level)
    return chosen.loc[:, columns]


def _of_units(
    rows: pd.DataFrame, place: Province, period: Period, unit: str | None, level: str | None
) -> pd.DataFrame:
    """The rows of one unit, or of each unit of a level; UsageError when there is none."""
    wanted = rows["unit"] == unit if unit else rows["level"] == level
    if not wanted.any():
        raise UsageError(
            f"không có đơn vị {unit or level}",
            expected="một mã đơn vị của tỉnh",
            remedy=f"xem: hoso figures --province {place.slug} --period {period.id} --level department",
        )
    return rows[wanted]


def as_json(rows: pd.DataFrame) -> str:
    """A JSON list, one object a result; missing values are null, whole numbers are written whole."""
    records = [{name: _plain(value) for name, value in row.items()} for row in rows.to_dict("records")]
    return json.dumps(records, ensure_ascii=False, indent=1) + "\n"


def as_csv(rows: pd.DataFrame) -> str:
    """CSV with a header line; missing values are empty."""
    plain = [[_plain(value) for value in row] for row in rows.itertuples(index=False)]
    return pd.DataFrame(plain, columns=rows.columns, dtype="object").to_csv(index=False)


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    return (
        int(value)
        if isinstance(value, float) and value.is_integer()
        else getattr(value, "item", lambda: value)()
    )
