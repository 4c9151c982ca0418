"""Accounts: communes into districts into the province, staff apart from citizens, missing apart from zero."""

from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoso.statistics import accounts, assessment
from hoso.statistics.accounts import Reported
from hoso.vocabulary.errors import InputError
from hoso.vocabulary.periods import Period
from hoso.vocabulary.places import find_province, reference_units

SHIPPED = Path(__file__).parents[2] / "data" / "reference" / "accounts.csv"
HA_TINH = find_province("ha-tinh", "63")
YEAR = Period.parse("2022@calendar")
UNITS = pd.DataFrame(
    [(u.id, u.level, u.parent) for u in reference_units(HA_TINH.id)],
    columns=["unit", "level", "parent"],
    dtype="object",
)
SMALL = UNITS[
    UNITS["unit"].isin(["so-y-te", "huyen-vu-quang", "huyen-can-loc"])
    | UNITS["parent"].isin(["huyen-vu-quang", "huyen-can-loc"])
]


def reported(unit: str | None, staff: int | None, registered: int | None, total: int | None) -> Reported:
    return Reported("63", "ha-tinh", unit, YEAR.end, staff, registered, total, "nguồn", True, "")


def test_ha_tinhs_292404_accounts() -> None:
    """The published total is real, the split by commune is marked synthetic and adds up to it, district by district."""
    rows = accounts.of(accounts.read(SHIPPED), HA_TINH, YEAR.end)
    real = [r for r in rows if not r.synthetic]
    assert [(r.unit, r.accounts, r.staff) for r in real] == [(None, 292404, None)]
    sums = accounts.summed(rows, UNITS)
    whole = sums.iloc[0]
    assert (whole["unit"], whole["accounts"], whole["accounts_reported"]) == (None, 292404, 209)
    assert sums.loc[sums["level"] == "district", "accounts"].sum() == 292404
    assert sums.loc[sums["level"] == "commune", "accounts"].sum() == 292404
    assert accounts.contradictions(rows, UNITS) == []


def test_staff_registered_is_a_rate_of_those_who_reported() -> None:
    """A district is its own offices and its communes; who did not report is in neither number, and is counted as silent."""
    rows = [
        reported("huyen-vu-quang", 100, 60, None), reported("xa-an-phu--huyen-vu-quang", 20, 20, 900),
        reported("xa-duc-huong--huyen-vu-quang", None, None, 800), reported("so-y-te", 50, 0, None),
        reported("xa-duc-linh--huyen-vu-quang", 30, None, None),
    ]  # fmt: skip
    units = UNITS[UNITS["parent"].eq("huyen-vu-quang") | UNITS["unit"].isin(["huyen-vu-quang", "so-y-te"])]
    sums = accounts.summed(rows, units).set_index("unit", drop=False)
    district = sums.loc["huyen-vu-quang"]
    assert (district["staff"], district["staff_accounts"], district["accounts"]) == (120, 80, 1700)
    assert (district["reported"], district["units"]) == (2, len(units) - 1)
    assert pd.isna(sums.loc["xa-duc-huong--huyen-vu-quang", "staff"])
    assert (sums.loc["so-y-te", "staff"], sums.loc["so-y-te", "staff_accounts"]) == (50, 0)
    assert (sums.iloc[0]["staff"], sums.iloc[0]["staff_accounts"], sums.iloc[0]["reported"]) == (170, 80, 3)


numbers = st.none() | st.integers(0, 50)


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(st.sampled_from(sorted(SMALL["unit"])), st.tuples(numbers, numbers, numbers)))
def test_sums_are_those_of_an_oracle(given_rows: dict[str, Any]) -> None:
    """In plain Python: each unit's numbers once in itself, once in its district, once in the province."""
    rows = [reported(unit, *found) for unit, found in given_rows.items()]
    expected: dict[tuple[str | None, str], int] = defaultdict(int)
    for unit, (staff, registered, total) in given_rows.items():
        district = unit.split("--")[1] if "--" in unit else None
        for into in {unit, None, district or unit}:
            if staff is not None and registered is not None:
                expected[into, "staff"] += staff
                expected[into, "staff_accounts"] += registered
                expected[into, "reported"] += 1
            if total is not None:
                expected[into, "accounts"] += total
    sums = accounts.summed(rows, SMALL)
    assert len(sums) == len(SMALL) + 1
    for _, row in sums.iterrows():
        for name in ("staff", "staff_accounts", "accounts"):
            assert (None if pd.isna(row[name]) else row[name]) == expected.get((row["unit"], name))
        assert row["reported"] == expected.get((row["unit"], "reported"), 0)


def test_a_total_that_its_parts_do_not_give_is_told() -> None:
    """The province says 2.000, its units 1.700: a line for the report, and the published total stands."""
    rows = [reported(None, None, None, 2000), reported("xa-an-phu--huyen-vu-quang", 20, 20, 1700)]
    assert accounts.contradictions(rows, UNITS) == [
        "Số tài khoản đã xác thực: tỉnh báo cáo 2.000, cộng các đơn vị được 1.700"
    ]
    table = accounts.results(rows, UNITS, HA_TINH, YEAR.id)
    assert table.loc[table["unit"].isna() & (table["indicator"] == "accounts"), "value"].tolist() == [2000]


def test_the_rate_is_assessed_and_ranked_like_any_other() -> None:
    """Staff accounts by unit: a value for each that reported, ranks within a level, the province's fraction from sums."""
    rows = accounts.of(accounts.read(SHIPPED), HA_TINH, YEAR.end)
    table = accounts.results(rows, UNITS, HA_TINH, YEAR.id)
    found = assessment.assess(table, [], YEAR, YEAR.end)
    rate = found[found["indicator"] == "staff_account_rate"]
    districts = rate[rate["level"] == "district"]
    assert sorted(districts["rank"]) == list(range(1, 13))
    best = districts.loc[districts["value"].idxmax()]
    assert (best["rank"], best["of"]) == (1, 12)
    whole = rate[rate["unit"].isna()].iloc[0]
    parts = rate[rate["level"].isin(["department", "district"])]
    assert (whole["numerator"], whole["denominator"]) == (
        parts["numerator"].sum(),
        parts["denominator"].sum(),
    )
    silent = set(UNITS["unit"]) - set(rate["unit"].dropna())
    assert len(silent) == 7


def test_the_newest_day_is_taken() -> None:
    """Rows of a later day are not there yet; before the first day there is nothing."""
    rows = accounts.read(SHIPPED)
    assert accounts.of(rows, HA_TINH, date(2022, 12, 30)) == ()
    later = Reported("63", "ha-tinh", "so-y-te", date(2023, 3, 25), 10, 9, None, "nguồn", True, "")
    assert accounts.of((*rows, later), HA_TINH, date(2023, 3, 25)) == (later,)
    assert len(accounts.of((*rows, later), HA_TINH, date(2023, 3, 24))) == len(rows)


def test_nobody_reported() -> None:
    """No row gives no number anywhere, and no zero."""
    sums = accounts.summed([], SMALL)
    assert sums[["staff", "staff_accounts", "accounts"]].isna().all(axis=None)
    assert sums.iloc[0]["reported"] == 0
    assert accounts.results([], SMALL, HA_TINH, YEAR.id).empty


def test_a_unit_nobody_knows_is_not_dropped() -> None:
    """Its numbers would be missing from every sum, so the sums are refused."""
    with pytest.raises(InputError, match="xa-la"):
        accounts.summed([reported("xa-la", 1, 1, 1)], SMALL)


def test_faults_are_told_at_once(tmp_path: Path) -> None:
    """More accounts than staff, a number that is none, an unknown unit, no source, one unit twice."""
    file = tmp_path / "accounts.csv"
    good = "63,ha-tinh,so-y-te,2022-12-31,10,9,,nguồn,1,"
    bad = [
        good, good.replace(",9,", ",11,"), good.replace("10", "mười"), good.replace("so-y-te", "so-y"),
        good.replace("nguồn", ""),
    ]  # fmt: skip
    file.write_text("\n".join([",".join(accounts.COLUMNS), good, *bad]) + "\n", "utf-8")
    with pytest.raises(InputError) as caught:
        accounts.read(file)
    for words in (
        "so-y-te ghi hai lần",
        "11 người có tài khoản trên 10",
        "staff “mười”",
        "không có đơn vị so-y",
        "dòng 7: thiếu source",
    ):
        assert words in str(caught.value)
