"""Movement between portal snapshots: points, shared ranks, and every reason why two do not compare."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoso.records.sample import write as write_sample
from hoso.statistics.movement import Movement, movement, restated
from hoso.statistics.snapshots import chosen, listing, raw, snapshot
from hoso.vocabulary.workbook import Workbook
from tests.records.intake.portal.responses import (
    GIA_LAI,
    PHU_THO,
    Json,
    asked,
    ok,
    progress,
    published,
    take,
    transparency,
    unit,
)
from tests.stores import prepare

ROWS = Workbook.find().sample / "portal"
GROUPS = {"CKMB": "CKMB", "TDGQ": "TDGQ", "ONLINE": "DVCTT", "TTTT": "TTTT", "MDSH": "MDSH"}
BEFORE, AFTER = date(2026, 9, 24), date(2026, 10, 10)


def rows(name: str, key: str = "code") -> dict[str, dict[str, str]]:
    with (ROWS / name).open(encoding="utf-8", newline="") as file:
        return {row[key]: row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("movement")
    for file in write_sample(target / "exports", ["gia-lai", "phu-tho", "ca-nuoc"]):
        take(target, file, province=PHU_THO if file.parent.name == "phu-tho" else GIA_LAI)
    return target


def places(values: dict[str, float]) -> dict[str, int]:
    """Shared ranks in plain Python: one more than the number of better values."""
    return {key: 1 + sum(other > value for other in values.values()) for key, value in values.items()}


def names(folder: Path) -> dict[str, str]:
    """The unit's id by its departmentCode."""
    found = chosen(prepare(folder), GIA_LAI)
    assert found is not None
    return dict(found.rows.select("department_code", "unit_id").drop_nulls().iter_rows())


def test_points_and_ranks_of_149_units_move_as_the_rows_say(folder: Path) -> None:
    """Totals and the five measured groups against the rows themselves; Phù Mỹ Bắc 32 → 131, Hoài Nhơn Bắc 84 → 5."""
    moved = movement(prepare(folder), GIA_LAI, BEFORE, AFTER)
    assert (moved.reason, moved.only_before, moved.only_after) == (None, (), ())
    first, last = rows("gialai_units_20260924.tsv"), rows("gialai_units_20261010.tsv")
    ranks = [places({code: float(row["total"]) for code, row in side.items()}) for side in (first, last)]
    unit_of, table = names(folder), moved.rows.set_index(["group", "unit"])
    for code, row in last.items():
        found = table.loc["TOTAL", unit_of[code]]
        assert (found["rank_all_before"], found["rank_all_after"]) == (ranks[0][code], ranks[1][code])
        assert found["change"] == pytest.approx(float(row["total"]) - float(first[code]["total"]), abs=1e-9)
        assert (found["of"], found["of_all"]) == (14 if row["group"] == "AGENCY" else 135, 149)
        for name, group in GROUPS.items():
            own = table.loc[group, unit_of[code]]
            assert own["after"] == float(row[name])
            assert own["before"] == float(first[code][name]) or (name == "TTTT" and own.isna()["before"])
    fallen, risen = table.loc["TOTAL", "xa-phu-my-bac"], table.loc["TOTAL", "phuong-hoai-nhon-bac"]
    assert (fallen["rank_all_before"], fallen["rank_all_after"], fallen["rank_all_change"]) == (32, 131, -99)
    assert (risen["rank_all_before"], risen["rank_all_after"], risen["rank_all_change"]) == (84, 5, 79)
    assert (fallen["rank_before"], fallen["rank_after"]) == (30, 122)


def test_a_value_that_was_not_measured_does_not_move(folder: Path) -> None:
    """Satisfaction of 24/9 is total less five groups: no unit has a change in it, none a rank."""
    moved = movement(prepare(folder), GIA_LAI, BEFORE, AFTER).rows
    satisfaction = moved[moved["group"] == "MDHL"]
    assert len(satisfaction) == 149
    assert satisfaction[["before", "change", "rank_before"]].isna().all().all()


def test_the_provinces_of_the_country_move(folder: Path) -> None:
    """34 provinces between 17/9 and 10/10, ranked among themselves."""
    moved = movement(prepare(folder), None, date(2026, 9, 17), AFTER)
    first, last = (rows(f"national_service_results_{day}.tsv", "name") for day in ("20260917", "20261010"))
    assert moved.reason is None
    totals = moved.rows[moved.rows["group"] == "TOTAL"].set_index("name")
    ranks = places({name: float(row["total"]) for name, row in last.items()})
    assert {name: int(row["rank_after"]) for name, row in totals.iterrows()} == ranks
    gia_lai = totals.loc["UBND tỉnh Gia Lai"]
    assert gia_lai["change"] == pytest.approx(
        float(last[gia_lai.name]["total"]) - float(first[gia_lai.name]["total"])
    )
    assert (gia_lai["rank_before"], gia_lai["rank_after"]) == (12, 4)


def test_a_snapshot_has_the_columns_of_results(folder: Path) -> None:
    """Totals as score_766, groups beside it, criteria with their fractions; the source names the day."""
    table = snapshot(prepare(folder), GIA_LAI, "2026-01-01..2026-10-10")
    own = table[table["unit"] == "so-van-hoa-the-thao-va-du-lich"].set_index("indicator")
    whole = own.loc["score_766"]
    assert (whole["value"], whole["denominator"], whole["source"]) == (79.27, 100, "portal@2026-10-10")
    assert (whole["rank"], whole["of"], whole["period"]) == (1, 14, "2026-01-01..2026-10-10")
    assert own.loc["score_766_DVCTT"]["value"] == 6.72
    done = own.loc["PROCESSED_ON_TIME"]
    assert (done["numerator"], done["denominator"], done["value"]) == (653, 654, pytest.approx(653 / 654))
    assert own.loc["AVERAGE_DAYS"]["value"] == 2.31
    idle = table[table["unit"] == "thanh-tra-tinh"].set_index("indicator").loc["DOSSIER_SYNC"]
    assert idle.isna()["value"]
    assert idle["quality_flag"] == "NO_NATIONAL_REPORT_DATA"
    province = table[table["unit"].isna()].set_index("indicator")
    assert province.loc["score_766"]["value"] == 66.23
    assert snapshot(prepare(folder), GIA_LAI, "2026-08@calendar").empty
    assert snapshot(prepare(folder), GIA_LAI, on=date(2026, 9, 30))["source"].unique().tolist() == [
        "portal@2026-09-24"
    ]


def test_what_the_scorecard_takes_is_measured(folder: Path) -> None:
    """Rows of one unit as the table `scores` has them, without values that nobody measured."""
    found = raw(prepare(folder), GIA_LAI, on=BEFORE, unit="xa-van-canh")
    assert set(found["group"]) == {"CKMB", "TDGQ", "DVCTT", "TTTT", "MDSH", "TOTAL"}
    assert raw(prepare(folder), GIA_LAI)["criterion"].dropna().isin(["ONLINE_PROVIDED"]).any()


YEAR: Json = {"timeType": "year", "year": 2026}
MONTH: Json = {"timeType": "month", "year": 2026, "month": 8}
OLD: Json = {"timeType": "year", "year": 2025}


def pair(folder: Path, first: Any, last: Any) -> Movement:
    """The movement from 20/9 to 30/9 after two imports."""
    take(folder, first, "first.json")
    take(folder, last, "last.json")
    return movement(prepare(folder), GIA_LAI, date(2026, 9, 20), date(2026, 9, 30))


def on(day: int, data: Any, request: Json | None = None) -> Json:
    return asked(data, YEAR if request is None else request, f"2026-09-{day}T03:00:00Z")


BOTH = progress(unit(101), unit(102))
REASONS: dict[str, tuple[Any, Any, str]] = {
    "other units": (
        on(20, BOTH),
        on(30, progress(unit(101), unit(103))),
        "không cùng các đơn vị: 1 đơn vị.*1 đơn vị",
    ),
    "other kind": (on(20, BOTH, MONTH), on(30, BOTH), r"hai loại kỳ khác nhau \(tháng và năm\)"),
    "other scorecard": (on(20, BOTH, OLD), on(30, BOTH), "hai bộ chỉ số khác nhau"),
    "not ended": (on(20, BOTH, MONTH), on(30, BOTH, MONTH | {"month": 9}), "lũy kế đến ngày lấy"),
    "other cumulation": (
        on(20, BOTH, {"timeType": "month", "year": 2026, "month": 9}),
        on(30, BOTH, {"fromDate": "2026-09-05", "toDate": "2026-10-03"}),
        "lũy kế của hai kỳ khác nhau",
    ),
    "page missing": (
        on(20, transparency(published(101), published(102))),
        on(30, transparency(published(101), published(102), total=3)),
        r"lấy ngày 30/9/2026 thiếu trang \(công khai, minh bạch 2/3",
    ),
    "nothing before": (on(28, BOTH), on(30, BOTH), "chưa có số liệu của Cổng lấy đến ngày 20/9/2026"),
}


@pytest.mark.parametrize("case", REASONS)
def test_other_bases_do_not_compare(tmp_path: Path, case: str) -> None:
    """The answer is a Vietnamese reason and no row; units of one side only are named."""
    first, last, reason = REASONS[case]
    moved = pair(tmp_path, first, last)
    assert moved.rows.empty
    assert moved.reason is not None
    assert re.search(reason, moved.reason)
    if case == "other units":
        assert (moved.only_before, moved.only_after) == (("UBND xã Số 102",), ("UBND xã Số 103",))


def test_one_capture_is_not_two(tmp_path: Path) -> None:
    """Both days find the same snapshot: nothing to compare."""
    take(tmp_path, on(20, BOTH))
    moved = movement(prepare(tmp_path), GIA_LAI, date(2026, 9, 21), date(2026, 9, 22))
    assert moved.reason == "hai ngày cùng một lần lấy số liệu (20/9/2026)"


def test_assumed_times_never_compare(tmp_path: Path) -> None:
    """Of two snapshots without a stated time neither is an earlier one; a stated one is taken before them."""
    take(tmp_path, ok(BOTH), "a.json")
    take(tmp_path, ok(progress(unit(101, score=18), unit(102))), "b.json")
    day = listing(prepare(tmp_path), GIA_LAI)["captured_on"].max()
    take(tmp_path, on(20, BOTH), "c.json")
    found = chosen(prepare(tmp_path), GIA_LAI, on=day)
    assert found is not None
    assert (found.stated, found.captured_on) == (True, date(2026, 9, 20))
    other = movement(prepare(tmp_path), GIA_LAI, date(2026, 9, 20), day)
    assert other.reason is not None


def test_two_closed_months_compare(tmp_path: Path) -> None:
    """July as captured in August and August as captured in September: the same kind of period, both ended."""
    take(
        tmp_path,
        asked(progress(unit(101, score=18), unit(102)), MONTH | {"month": 7}, "2026-08-05T03:00:00Z"),
        "7.json",
    )
    take(tmp_path, asked(progress(unit(101), unit(102, score=18.5)), MONTH, "2026-09-05T03:00:00Z"), "8.json")
    moved = movement(
        prepare(tmp_path),
        GIA_LAI,
        date(2026, 8, 31),
        date(2026, 9, 30),
        "2026-08@calendar",
        "2026-07@calendar",
    )
    assert moved.reason is None
    table = moved.rows.set_index("unit")
    assert table.loc["xa-so-101", ["before", "after", "change", "rank_change"]].tolist() == [18, 19, 1, 1]


def test_numbers_of_a_closed_month_that_changed_are_listed(tmp_path: Path) -> None:
    """Between captures after its end; what was captured while it ran is no restatement."""
    for day, done in ((20, 10), (3, 60), (9, 95)):
        month = 8 if day == 20 else 9
        take(
            tmp_path,
            asked(
                progress(unit(101, totalOnTime=done, totalOverdue=5), unit(102)),
                MONTH,
                f"2026-{month:02d}-{day:02d}T03:00:00Z",
            ),
            f"{day}.json",
        )
    found = restated(prepare(tmp_path), GIA_LAI, "2026-08@calendar")
    assert found["criterion"].tolist() == ["PROCESSED_ON_TIME"]
    assert found[["unit", "numerator_before", "numerator_after"]].to_numpy().tolist() == [
        ["xa-so-101", 60, 95]
    ]


@settings(deadline=None, max_examples=6)
@given(st.lists(st.integers(0, 2000), min_size=2, max_size=6), st.data())
def test_ranks_are_shared_and_changes_add_up(
    tmp_path_factory: pytest.TempPathFactory, points: list[int], data: st.DataObject
) -> None:
    """1, 2, 2, 4 on both sides; a change is after less before; the ranks are those of plain Python."""
    later = data.draw(st.lists(st.integers(0, 2000), min_size=len(points), max_size=len(points)))
    folder = tmp_path_factory.mktemp("ranks")
    sides = [
        {f"xa-so-{number}": value / 100 for number, value in enumerate(side)} for side in (points, later)
    ]
    for day, side in zip((20, 30), sides, strict=True):
        units = (unit(number, score=value) for number, value in enumerate(side.values()))
        take(folder, on(day, progress(*units)), f"{day}.json")
    moved = movement(prepare(folder), GIA_LAI, date(2026, 9, 20), date(2026, 9, 30)).rows
    table = moved[moved["unit"].notna()].set_index("unit")
    for when, side in zip(("before", "after"), sides, strict=True):
        assert table[when].to_dict() == side
        assert table[f"rank_{when}"].to_dict() == places(side)
    for own, row in table.iterrows():
        assert row["change"] == pytest.approx(sides[1][own] - sides[0][own], abs=1e-9)
