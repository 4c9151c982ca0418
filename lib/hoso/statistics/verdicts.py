"""The verdicts (đạt, chưa đạt): what an assessed row comes to, in words, and who met a target and who did not."""

from __future__ import annotations

from typing import Any, Final, Literal

import pandas as pd

from ..vocabulary import numbers
from ..vocabulary.places import LEVELS
from .rows import Row, exact, fraction
from .targets import NEAR

Light = Literal["met", "near", "far", "no_data", "no_target"]

STANDINGS: Final[dict[str, str]] = {"provisional": "Số liệu tạm thời", "closed": "Số liệu chốt kỳ"}
VERDICTS: Final[dict[str, str]] = {
    "met": "Đạt", "not_met": "Chưa đạt", "no_data": "Chưa có số liệu", "no_target": "Không giao chỉ tiêu",
}  # fmt: skip

# A shape beside each word: the lights (đèn tín hiệu) tell apart in black and white; Tinos draws all of them.
LIGHTS: Final[dict[Light, str]] = {
    "met": "● Đạt", "near": "▲ Gần đạt", "far": "■ Chưa đạt", "no_data": "○ Chưa có số liệu", "no_target": "Không giao",
}  # fmt: skip

TALLIED: Final = ("level", "met", "not_met", "near", "far", "no_data", "of")

GROWING: Final = ("online_rate", "online_payment_rate", "on_time_rate")
"""What only further dossiers can mend: one handed in on paper, paid in cash or finished late stays so."""


_MEASURED: Final = ("variant", "numerator", "denominator", "value", "target")


def verdict(row: Row) -> str:
    """What a row comes to, a key of VERDICTS: met, not_met, no_data (of a target), no_target."""
    if _missing(row["target"]):
        return "no_target"
    return "no_data" if _missing(row["met"]) else "met" if row["met"] else "not_met"


def light(row: Row) -> Light:
    """What a row comes to, the targets missed told apart by how far: near (statistics.targets.NEAR) or far."""
    found = verdict(row)
    if found in ("met", "no_data", "no_target"):
        return next(name for name in LIGHTS if name == found)
    known = {name: None if _missing(row[name]) else row[name] for name in _MEASURED}
    value, target = exact(known), fraction(known["target"])
    assert value is not None
    assert target is not None
    return "near" if abs(value - target) <= target * NEAR else "far"


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
    """How many units of each level met their target: level, met, not_met (near and far together), near, far, no_data, of.

    `of` counts the units that have a target.
    """
    rows = _units(assessed, indicator, variant)
    known = rows.rename(columns=str).to_dict("records")
    lights = pd.Series([light({str(k): v for k, v in row.items()}) for row in known], rows.index, "object")
    counts = pd.crosstab(rows["level"], lights).reindex(
        index=[level for level in LEVELS if level in set(rows["level"])],
        columns=["met", "near", "far", "no_data"],
        fill_value=0,
    )
    missed = counts["near"] + counts["far"]
    counts = counts.assign(not_met=missed, of=counts.sum(axis=1))
    return counts.rename_axis(columns=None).reset_index()[list(TALLIED)]


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
