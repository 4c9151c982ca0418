"""Accounts on the National Public Service Portal (tài khoản trên Cổng Dịch vụ công quốc gia), by unit and day.

Two different counts, never mixed. Of the people who work in a unit (cán bộ, công chức, viên chức, người lao động): how
many have an account of their own, over how many there are; every head had to report it, a district with its communes
(Công văn 1138/UBND-NC1 of Hà Tĩnh, point 3). And the accounts of citizens verified against the population database, by
commune. Communes are summed into districts and all into the province; what a unit did not report is missing, not zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd

from ..vocabulary.errors import InputError
from ..vocabulary.numbers import number
from ..vocabulary.places import Province
from .results import COLUMNS as RESULTS
from .sheets import Line, Sheet, remembered

FILE: Final = "accounts.csv"
COLUMNS: Final = (
    "era", "province", "unit", "as_of", "staff", "staff_accounts", "accounts", "source", "synthetic", "note",
)  # fmt: skip
SUMS: Final = ("staff", "staff_accounts", "reported", "units", "accounts", "accounts_reported")


@dataclass(frozen=True)
class Reported:
    """What one unit reported for a day; the row without a unit is the province's own total, to check the sum by."""

    era: str
    province: str
    unit: str | None
    as_of: date
    staff: int | None
    staff_accounts: int | None
    accounts: int | None
    source: str
    synthetic: bool
    note: str


@remembered
def read(path: Path) -> tuple[Reported, ...]:
    """The rows of a file with the columns COLUMNS; InputError tells all faults at once."""
    sheet = Sheet(path, COLUMNS)
    found = [row for line in sheet.lines() if (row := _row(sheet, line))]
    keys = pd.Series([(r.era, r.province, r.unit, r.as_of) for r in found], dtype="object")
    sheet.faults += [f"{key[2] or key[1]} ghi hai lần cho ngày {key[3]}" for key in keys[keys.duplicated()]]
    sheet.close()
    return tuple(found)


def _row(sheet: Sheet, line: Line) -> Reported | None:
    sheet.required(line, "province", "as_of", "source")
    province, day = sheet.province(line), sheet.day(line, "as_of")
    staff, registered, accounts = (
        sheet.count(line, name) for name in ("staff", "staff_accounts", "accounts")
    )
    if staff is not None and registered is not None and registered > staff:
        sheet.fault(f"{registered} người có tài khoản trên {staff} người")
    unit, synthetic = sheet.unit(line, province), sheet.flag(line, "synthetic")
    if day is None:
        return None
    return Reported(
        line["era"], line["province"], unit, day, staff, registered, accounts, line["source"], synthetic, line["note"]
    )  # fmt: skip


def of(rows: Sequence[Reported], province: Province, on: date) -> tuple[Reported, ...]:
    """The province's rows of the newest day up to `on`; none before the first."""
    mine = [r for r in rows if (r.province, r.era) == (province.slug, province.era) and r.as_of <= on]
    newest = max((r.as_of for r in mine), default=None)
    return tuple(r for r in mine if r.as_of == newest)


def summed(rows: Sequence[Reported], units: pd.DataFrame) -> pd.DataFrame:
    """The sums of one province and day: one row a unit, and the province's with `unit` and `level` None first.

    `units` has the columns unit, level, parent (statistics.data.Data.units). A district's row is its own offices and its
    communes. Columns: unit, level, SUMS. Only a unit that reported both numbers counts into staff and staff_accounts;
    `reported` of `units` did. Where none reported, a sum is None. InputError for a row of a unit that is not among them.
    """
    if unknown := sorted({r.unit for r in rows if r.unit} - set(units["unit"])):
        raise InputError(
            f"số tài khoản của đơn vị không có trong danh mục: {', '.join(unknown)}",
            where="accounts.csv",
            expected="mã đơn vị của tỉnh",
        )
    own = _own(rows, units)
    own = own[own["level"] != "province"]
    communes = own[own["level"].eq("commune") & own["parent"].notna()]
    parts = [
        own.assign(into=own["unit"]),
        communes.assign(into=communes["parent"]),
        own.assign(into=""),
    ]
    sums = pd.concat(parts).groupby("into", sort=False)[list(SUMS)].sum(min_count=1)
    found = units[["unit", "level"]].merge(sums, left_on="unit", right_index=True)
    whole = sums.loc[sums.index == ""].assign(unit=None, level=None)
    return pd.concat([whole, found], ignore_index=True).reindex(columns=["unit", "level", *SUMS])


def _own(rows: Sequence[Reported], units: pd.DataFrame) -> pd.DataFrame:
    """What each unit reported of itself, nullable whole numbers by the columns of SUMS; silent units are there too."""
    given: dict[str, Any] = {}
    for r in rows:
        both = r.staff is not None and r.staff_accounts is not None
        given[r.unit or ""] = {
            "staff": r.staff if both else None, "staff_accounts": r.staff_accounts if both else None,
            "reported": int(both), "accounts": r.accounts, "accounts_reported": int(r.accounts is not None),
        }  # fmt: skip
    told = pd.DataFrame.from_dict(given, orient="index", columns=[n for n in SUMS if n != "units"])
    own = units[["unit", "level", "parent"]].merge(told, left_on="unit", right_index=True, how="left")
    own["units"] = 1
    return own.astype(dict.fromkeys(SUMS, "Int64")).fillna({"reported": 0, "accounts_reported": 0})


def contradictions(rows: Sequence[Reported], units: pd.DataFrame) -> list[str]:
    """A Vietnamese line for each total the province stated that the sum over its units does not give."""
    whole = summed(rows, units).iloc[0]
    lines = []
    for stated in (r for r in rows if r.unit is None):
        for name, title in _TITLES.items():
            told, found = getattr(stated, name), whole[name]
            if told is not None and not pd.isna(found) and told != found:
                lines.append(
                    f"{title}: tỉnh báo cáo {number(told)}, cộng các đơn vị được {number(int(found))}"
                )
    return lines


_TITLES: Final = {
    "staff": "Số người làm việc",
    "staff_accounts": "Số người làm việc đã đăng ký tài khoản",
    "accounts": "Số tài khoản đã xác thực",
}


def results(rows: Sequence[Reported], units: pd.DataFrame, province: Province, period: str) -> pd.DataFrame:
    """The same as rows of the results table: the rate "staff_account_rate" (variant "reported") and the count "accounts".

    A stated total of the province stands before the sum of its units, where both are given.
    """
    sums = summed(rows, units)
    stated = next((r for r in rows if r.unit is None and r.accounts is not None), None)
    if stated is not None:
        sums.loc[0, "accounts"] = stated.accounts
    source = "; ".join(dict.fromkeys(r.source for r in rows))
    rate = sums.assign(
        indicator="staff_account_rate", variant="reported", numerator=sums["staff_accounts"], denominator=sums["staff"],
        value=(sums["staff_accounts"] / sums["staff"].where(sums["staff"] > 0)).astype("Float64"),
    )  # fmt: skip
    count = sums.assign(
        indicator="accounts", variant="published", numerator=sums["accounts"], value=sums["accounts"]
    )
    count = count[count["accounts"].notna()]
    table = pd.concat([rate[rate["reported"].gt(0)], count], ignore_index=True)
    table = table.assign(province=province.slug, period=period, source=source).reindex(columns=list(RESULTS))
    return table.astype({"value": "float64"}).sort_values(["indicator"], kind="stable", ignore_index=True)
