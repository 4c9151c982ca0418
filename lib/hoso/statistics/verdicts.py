"""The verdicts (đạt, chưa đạt): what an assessed row comes to, in words, and who met a target and who did not."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from ..vocabulary import numbers
from ..vocabulary.places import LEVELS
from .rows import Row

STANDINGS: Final[dict[str, str]] = {"provisional": "Số liệu tạm thời", "closed": "Số liệu chốt kỳ"}
VERDICTS: Final[dict[str, str]] = {
    "met": "Đạt", "not_met": "Chưa đạt", "no_data": "Chưa có số liệu", "no_target": "Không giao chỉ tiêu",
}  # fmt: skip

GROWING: Final = ("online_rate", "online_payment_rate", "on_time_rate")
"""What only further dossiers can mend: one handed in on paper, paid in cash or finished late stays so."""


def verdict(row: Row) -> str:
    """What a row comes to, a key of VERDICTS: met, not_met, no_data (of a target), no_target."""
    if _missing(row["target"]):
        return "no_target"
    return "no_data" if _missing(row["met"]) else "met" if row["met"] else "not_met"


def lacking_text(row: Row, what: str = "hồ sơ") -> str:
    """What is lacking, for print: "còn thiếu 1.234 hồ sơ trực tuyến", "vượt 3 hồ sơ" of what should be few; else empty."""
    if _missing(row["lacking"]) or row["lacking"] == 0:
        return ""
    verb = "vượt" if row["comparison"] == "at_most" else "còn thiếu"
    return f"{verb} {numbers.number(row['lacking'])} {what}"


def deadline_text(row: Row) -> str:
    """How the deadline stands, for print: "còn 28 ngày làm việc đến thời hạn 25/12/2023"; empty without one."""
    if _missing(row["deadline"]):
        return ""
    day = numbers.date(row["deadline"])
    if _missing(row["working_days_left"]):
        return f"đã hết thời hạn {day}"
    return f"còn {numbers.padded(int(row['working_days_left']))} ngày làm việc đến thời hạn {day}"


def _missing(value: Any) -> bool:
    return bool(pd.isna(value))


def tally(assessed: pd.DataFrame, indicator: str, variant: str | None = None) -> pd.DataFrame:
    """How many units of each level met their target: level, met, not_met, no_data, of (with a target, all three)."""
    rows = _units(assessed, indicator, variant)
    verdicts = rows["met"].map({True: "met", False: "not_met"}).fillna("no_data")
    counts = pd.crosstab(rows["level"], verdicts).reindex(
        index=[level for level in LEVELS if level in set(rows["level"])],
        columns=["met", "not_met", "no_data"],
        fill_value=0,
    )
    return counts.assign(of=counts.sum(axis=1)).rename_axis(columns=None).reset_index()


def below(assessed: pd.DataFrame, indicator: str, variant: str | None = None) -> pd.DataFrame:
    """The units that did not meet their target, those first that lack most; at the same number the lower value first."""
    rows = _units(assessed, indicator, variant)
    rows = rows[rows["met"].eq(False)]
    order = rows.assign(lacking=pd.to_numeric(rows["lacking"])).sort_values(
        ["lacking", "value", "unit"], ascending=[False, True, True], na_position="last", kind="stable"
    )
    return rows.loc[order.index].reset_index(drop=True)


def _units(assessed: pd.DataFrame, indicator: str, variant: str | None) -> pd.DataFrame:
    chosen = (assessed["indicator"] == indicator) & assessed["unit"].notna() & assessed["target"].notna()
    return assessed[chosen & (assessed["variant"] == variant if variant else True)]
