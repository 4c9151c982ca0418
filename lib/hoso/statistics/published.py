"""Figures that others publish (số liệu công bố): dated, sourced rows of data/reference/published.csv."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from ..vocabulary.errors import InputError
from ..vocabulary.periods import Period
from ..vocabulary.places import Province
from .definitions import definitions
from .sheets import remembered

FILE: Final = "published.csv"
COLUMNS: Final = (
    "province", "era", "period", "indicator", "numerator", "denominator", "value", "text", "as_of", "source", "note",
)  # fmt: skip
_NUMBERS: Final = ["numerator", "denominator", "value"]


def read(path: Path) -> pd.DataFrame:
    """All published rows (columns COLUMNS; numbers as float, a rate's value from its fraction when the source gave one).

    Raises InputError for an unknown column or indicator, a row without source or date, and one key published twice.
    """
    return _read(path).copy()


@remembered
def _read(path: Path) -> pd.DataFrame:
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    if list(rows.columns) != list(COLUMNS):
        raise InputError("bảng số đã công bố có cột khác", where=path.name, expected=", ".join(COLUMNS))
    _check(rows, path)
    for column in _NUMBERS:
        rows[column] = pd.to_numeric(rows[column].replace("", None))
    fractions = rows["value"].isna() & rows["denominator"].gt(0)
    rows.loc[fractions, "value"] = rows["numerator"] / rows["denominator"]
    return rows


def _check(rows: pd.DataFrame, path: Path) -> None:
    unknown = sorted(set(rows["indicator"]) - set(definitions().published))
    if unknown:
        raise InputError(
            f"không có chỉ tiêu {', '.join(unknown)}",
            where=path.name,
            expected=", ".join(definitions().published),
        )
    unsourced = rows[(rows["source"] == "") | (rows["as_of"] == "")]
    if len(unsourced):
        raise InputError(
            "số đã công bố thiếu nguồn hoặc ngày",
            where=f"{path.name}, dòng {unsourced.index[0] + 2}",
            expected="cả nguồn (source) và ngày (as_of)",
        )
    key = ["province", "era", "period", "indicator"]
    twice = rows[rows.duplicated(key)]
    if len(twice):
        raise InputError(
            "số đã công bố ghi hai lần",
            where=f"{path.name}, dòng {twice.index[0] + 2}",
            expected=f"một dòng cho mỗi {', '.join(key)}",
        )


def of(rows: pd.DataFrame, province: Province, period: Period) -> pd.DataFrame:
    """The rows of one province and period."""
    chosen = (
        (rows["province"] == province.slug) & (rows["era"] == province.era) & (rows["period"] == period.id)
    )
    return rows[chosen].reset_index(drop=True)


def results(rows: pd.DataFrame, province: Province, period: Period) -> pd.DataFrame:
    """Published rows in the columns of the results table; a grade keeps its word in `text`."""
    found = of(rows, province, period)
    return found.assign(variant="published", unit=None, level=None, field=None)
