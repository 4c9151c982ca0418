"""Entered counts (số liệu nhập): what dossiers cannot tell, typed in with its source (data/reference/entered_counts.csv)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd

from ..vocabulary.errors import HosoError, InputError
from ..vocabulary.periods import Period
from ..vocabulary.places import Province, find_province
from .scorecard.definitions import in_force
from .scorecard.given import number
from .scorecard.scored import Given
from .scorecard.scoring import score
from .sheets import remembered

COLUMNS: Final = (
    "province", "era", "unit", "period", "criterion", "numerator", "denominator", "as_of", "source", "note", "synthetic",
)  # fmt: skip
KEY: Final = ["province", "era", "unit", "period", "criterion"]
FILE: Final = "entered_counts.csv"


def read(path: Path) -> pd.DataFrame:
    """All entered counts: columns COLUMNS, counts as float or missing, `as_of` a date, `synthetic` bool.

    A blank unit is the province. InputError, one line, for other columns, an unknown province, period or criterion, counts
    that cannot be, a row without source or date, and one key given twice.
    """
    return _read(path).copy()


@remembered
def _read(path: Path) -> pd.DataFrame:
    try:
        rows = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError) as error:
        raise InputError(
            "không đọc được số liệu nhập", where=path.name, expected=", ".join(COLUMNS)
        ) from error
    if list(rows.columns) != list(COLUMNS):
        raise InputError("số liệu nhập có cột khác", where=path.name, expected=", ".join(COLUMNS))
    for line, row in enumerate(rows.to_dict("records"), 2):
        _check({str(key): str(value) for key, value in row.items()}, f"{path.name}, dòng {line}")
    twice = rows.index[rows.duplicated(KEY)]
    if len(twice):
        raise InputError(
            "số liệu nhập hai lần", where=f"{path.name}, dòng {twice[0] + 2}", expected="một dòng một khóa"
        )
    return rows.assign(
        numerator=_numbers(rows["numerator"], path.name),
        denominator=_numbers(rows["denominator"], path.name),
        as_of=[date.fromisoformat(text) for text in rows["as_of"]],
        synthetic=rows["synthetic"].eq("1"),
    )


def _numbers(texts: pd.Series[str], where: str) -> pd.Series[float]:
    return pd.Series([number(text, where) for text in texts], index=texts.index, dtype="float64")


def _check(row: dict[str, str], where: str) -> None:
    """Refuses a row with the line it stands on."""
    try:
        if row["era"] not in ("63", "34"):
            raise InputError(f"thời kỳ “{row['era']}”", expected="63 hoặc 34")
        place = find_province(row["province"], "63" if row["era"] == "63" else "34")
        if place.slug != row["province"]:
            raise InputError(f"tỉnh viết là “{row['province']}”", expected=place.slug)
        given = Given(row["criterion"], number(row["numerator"], where), number(row["denominator"], where))
        score(in_force(Period.parse(row["period"]).end), "province", [given])
    except HosoError as error:
        raise InputError(error.what, where=where, expected=error.expected, remedy=error.remedy) from error
    if not row["source"].strip() or not _is_date(row["as_of"]):
        raise InputError("thiếu nguồn hoặc ngày", where=where, expected="source và as_of (2023-03-15)")
    if row["synthetic"] not in ("0", "1"):
        raise InputError(f"synthetic là “{row['synthetic']}”", where=where, expected="1 (mô phỏng) hoặc 0")


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def of(rows: pd.DataFrame, province: Province, period: Period, unit: str | None = None) -> dict[str, Given]:
    """The entered counts of a province, or of one of its units, in a period: by criterion, each with its source."""
    chosen = rows[
        rows["province"].eq(province.slug)
        & rows["era"].eq(province.era)
        & rows["period"].eq(period.id)
        & rows["unit"].eq(unit or "")
    ]
    return {str(row["criterion"]): _given(row) for row in chosen.to_dict("records")}


def _given(row: Mapping[Any, Any]) -> Given:
    top, bottom = (None if pd.isna(row[name]) else float(row[name]) for name in ("numerator", "denominator"))
    note = str(row["note"]) or None
    return Given(str(row["criterion"]), top, bottom, None, str(row["source"]), note, bool(row["synthetic"]))
