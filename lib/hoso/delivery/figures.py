"""`hoso figures`: the results table of a province, its levels or units, and the figures others published."""

from __future__ import annotations

import json
from typing import Any, Final

import pandas as pd

from ..records.store import Store
from ..statistics import published
from ..statistics.data import Data
from ..statistics.results import results
from ..vocabulary.errors import UsageError
from ..vocabulary.periods import Period
from ..vocabulary.places import find_province
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


def table(
    workbook: Workbook, province: str, period: str, unit: str | None = None, level: str | None = None
) -> pd.DataFrame:
    """Results in the columns of the contract; with `level` each unit of it, with `unit` that unit, else the province."""
    chosen = Period.parse(period)
    place = find_province(province, chosen.era, chosen.end)
    data = Data(Store.open(workbook.store), place)
    if not unit and level in (None, "province"):
        rows = published.read(workbook.reference / "published.csv")
        return _joined(results(data, chosen), published.results(rows, place, chosen))
    by_unit = results(data, chosen, "unit")
    wanted = by_unit["unit"] == unit if unit else by_unit["level"] == level
    if not wanted.any():
        raise UsageError(
            f"không có đơn vị {unit or level}",
            expected="một mã đơn vị của tỉnh",
            remedy=f"xem: hoso figures --province {place.slug} --period {chosen.id} --level department",
        )
    return by_unit[wanted].loc[:, list(COLUMNS)]


def _joined(counted: pd.DataFrame, entered: pd.DataFrame) -> pd.DataFrame:
    parts = [part.loc[:, list(COLUMNS)].astype("object") for part in (counted, entered) if len(part)]
    return pd.concat(parts, ignore_index=True)


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
