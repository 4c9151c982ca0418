"""The sheet of one unit: its place among its peers, what it lacks, and the two or three things to do, chosen by rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hoso.presentation import open_report, unit_tables
from hoso.presentation.display import Display, words
from hoso.presentation.unit import Sheet, open_unit
from hoso.presentation.unit_tasks import MOST, next_cutoff
from hoso.records import keys
from hoso.records.importer import import_file
from hoso.vocabulary.errors import NoDataError, UsageError
from hoso.vocabulary.periods import Period
from hoso.vocabulary.places import find_province
from tests.stores import load, prepare, write_csv

Rows = Iterable[Mapping[str, object]]
A, B, C = (
    {"unit": f"UBND xã {name}", "parent": "UBND huyện Đồng Văn"} for name in ("Lũng Cú", "Má Lé", "Sủng Là")
)
OF_A = "xa-lung-cu--huyen-dong-van"


def dossiers(count: int, **more: object) -> list[dict[str, object]]:
    """Dossiers received on 8/1/2024, due on 16/1, finished on 12/1 unless told otherwise."""
    made = {
        "received": "08/01/2024 09:00:00", "due": "16/01/2024 17:00:00", "finished": "12/01/2024 09:00:00",
        "status": "Đã trả kết quả",
    }  # fmt: skip
    return [made | more for _ in range(count)]


@pytest.fixture
def sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Sheet]:
    """The sheet of a unit in January 2024 (calendar) of a province with the dossiers given."""
    monkeypatch.setenv("HOSO_STORE", str(tmp_path / "store"))

    def of(rows: Rows, unit: str = OF_A, period: str = "2024-01@calendar") -> Sheet:
        load(tmp_path, ({"id": f"H22.1-240108-{i:04}", **row} for i, row in enumerate(rows)))
        return open_unit(open_report("unit", "ha-giang", period, unit=unit))

    return of


def printed(shown: Display) -> list[list[str]]:
    """The cells of the first table, as they print; none where there is no table."""
    if not shown.blocks:
        return []
    return [[words(cell["runs"], shown.figures) for cell in row["cells"]] for row in shown.blocks[0]["rows"]]


def row(found: Sheet, title: str) -> list[str]:
    """The row of an indicator."""
    return next(cells for cells in printed(unit_tables.indicators(found, "t", "T")) if cells[0] == title)


ON_TIME = "Tỷ lệ hồ sơ giải quyết đúng hạn và trước hạn"


def test_the_level_is_a_sum_of_dossiers_and_no_mean_of_rates(sheet: Callable[..., Sheet]) -> None:
    """10 of 20 and 40 of 40 on time are 50/60 = 83,3% of the level, not the mean of 50% and 100%."""
    late = dossiers(10, **A, finished="19/01/2024 09:00:00")
    found = sheet([*dossiers(10, **A), *late, *dossiers(40, **B)])
    assert row(found, ON_TIME) == [ON_TIME, "50,0%", "83,3%", "83,3%", "2/2"]
    assert row(found, "Tổng số hồ sơ tiếp nhận")[1:4] == ["20", "60", "60"]


def test_equal_rates_share_a_place(sheet: Callable[..., Sheet]) -> None:
    """Two communes at 100% are both first of three."""
    found = sheet(
        [*dossiers(12, **A), *dossiers(12, **B), *dossiers(12, **C, finished="19/01/2024 09:00:00")]
    )
    assert row(found, ON_TIME)[-1] == "1/3"


def test_one_dossier_is_told_as_a_fraction_and_not_ranked(sheet: Callable[..., Sheet]) -> None:
    """1/1, no percentage, no place, no mark in the chart."""
    found = sheet([*dossiers(1, **A), *dossiers(30, **B)])
    assert row(found, ON_TIME)[1] == "1/1"
    assert row(found, ON_TIME)[-1] == "–"
    assert found.unranked.startswith("Mẫu số dưới mười hồ sơ")
    assert found.chart("c").blocks == []


def test_a_unit_alone_in_its_level_says_so(sheet: Callable[..., Sheet]) -> None:
    """A place among one is no place."""
    found = sheet(dossiers(12, unit="Sở Tư pháp"), "so-tu-phap")
    units = found.report.data.units
    found.report.data.units = units[units["unit"] == "so-tu-phap"]  # the reference list has other departments
    assert found.unranked == "Đơn vị là đơn vị duy nhất của cấp nên không xếp hạng."


def test_a_unit_without_dossiers_in_the_period_is_told_so(sheet: Callable[..., Sheet]) -> None:
    """Its counts beside those of the others, no rate, no place, no chart; the one task is to see whether any were left out."""
    found = sheet(
        [
            *dossiers(12, **B),
            *dossiers(3, **A, received="08/02/2024 09:00:00", finished="", status="Đang xử lý"),
        ]
    )
    assert found.work is not None
    assert found.work.empty
    table = printed(unit_tables.indicators(found, "t", "T"))
    assert [cells[1:] for cells in table] == [["0", "12", "12"], ["0", "12", "12"], *[["0", "0", "0"]] * 3]
    assert found.chart("c").blocks == []
    assert [str(task).startswith("Rà soát việc tiếp nhận") for task in found.tasks] == [True]


def test_the_tasks_are_chosen_by_rule(sheet: Callable[..., Sheet]) -> None:
    """Overdue first, then the rate with the lowest place, then what was late; each with a day, at most three."""
    overdue = dossiers(2, **A, finished="", status="Đang xử lý", due="15/01/2024 17:00:00")
    late = dossiers(4, **A, finished="19/01/2024 09:00:00")
    found = sheet([*dossiers(16, **A), *late, *overdue, *dossiers(30, **B), *dossiers(30, **C)])
    told = [str(task) for task in found.tasks]
    assert len(told) == MOST
    assert told[0].startswith("Giải quyết dứt điểm 2 hồ sơ đang quá hạn")
    assert told[1].startswith(
        "Nâng tỷ lệ hồ sơ giải quyết đúng hạn và trước hạn (80,0%, xếp thứ 3/3 xã, phường, thị trấn)"
    )
    assert "(95,0%)" in told[1]
    assert told[2].startswith("Làm rõ khâu chậm và trách nhiệm đối với 4 hồ sơ")
    assert all("29/02/2024" in line for line in told)


@pytest.mark.parametrize(("online", "a_day"), [(50, False), (10, True)])
def test_one_a_working_day_is_not_asked_where_fewer_are_lacking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, online: int, a_day: bool
) -> None:
    """Of 100 dossiers more than half are to be online by the deadline: 1 lacks, or 81, in 48 working days."""
    place = find_province("kon-tum", "63", date(2023, 11, 14))
    monkeypatch.setenv("HOSO_STORE", str(tmp_path / "store"))
    dates = {"received": "16/10/2023 09:00:00", "due": "20/10/2023", "finished": "18/10/2023 09:00:00"}
    rows = [
        {"id": f"{i}", "unit": "Sở Tư pháp", "channel": "Trực tuyến" if i < online else "Trực tiếp"} | dates
        for i in range(100)
    ]
    import_file(prepare(tmp_path), write_csv(tmp_path / "e.csv", rows), place, keys.load(tmp_path / "key"))
    found = open_unit(open_report("unit", "kon-tum", "2023-11", unit="so-tu-phap"))
    told = str(found.tasks[0])
    assert f"cần thêm ít nhất {101 - 2 * online} hồ sơ" in told
    assert "ngày làm việc còn lại" in told
    assert ("mỗi ngày làm việc" in told) == a_day


def test_nothing_wrong_is_one_sentence(sheet: Callable[..., Sheet]) -> None:
    """All in time, nothing pending: keep it so."""
    found = sheet([*dossiers(12, **A), *dossiers(12, **B)])
    assert [str(task) for task in found.tasks] == [
        "Không có hồ sơ quá hạn, không có chỉ tiêu chưa đạt: duy trì kết quả, không để phát sinh hồ sơ quá hạn trước ngày "
        "chốt số liệu 29/02/2024."
    ]


def test_the_head_answers_by_title(sheet: Callable[..., Sheet]) -> None:
    """Never by name, from heads.csv; the commune is told with its district."""
    found = sheet(dossiers(12, **A))
    assert found.head_sentence == "Người đứng đầu chịu trách nhiệm: Chủ tịch UBND xã Lũng Cú."
    assert found.name == "UBND xã Lũng Cú (huyện Đồng Văn)"


def test_blank_takes_the_first_unit_with_data(sheet: Callable[..., Sheet]) -> None:
    """By id; the document then names it."""
    found = sheet([*dossiers(2, **B), *dossiers(2, **A)], unit="")
    assert found.unit.id == OF_A
    assert found.report.unit == found.unit


def test_an_unknown_unit_and_a_period_without_data_are_refused(sheet: Callable[..., Sheet]) -> None:
    """The nearest ids are named; before all data nobody can say that there were no dossiers."""
    with pytest.raises(UsageError, match=OF_A):
        sheet(dossiers(2, **A), unit="xa-lung-cu")
    with pytest.raises(NoDataError, match="UBND xã Lũng Cú"):
        sheet(dossiers(2, **A), period="2019-01")


@pytest.mark.parametrize(
    ("period", "seen", "day"),
    [
        ("2023-10", None, date(2023, 11, 14)),
        ("2023-12", None, date(2024, 1, 14)),
        ("2024-9M", None, date(2024, 10, 14)),
        ("2023-01-01..2023-11-15", None, date(2023, 11, 30)),
        ("2026-08@calendar", date(2026, 11, 22), date(2026, 11, 30)),
        ("2026-08", date(2026, 11, 22), date(2026, 12, 14)),
    ],
)
def test_the_next_cutoff(period: str, seen: date | None, day: date) -> None:
    """The 14th after an administrative period, the end of a month after others; never before the day of the figures."""
    assert next_cutoff(Period.parse(period), seen) == day


def test_the_chart_says_where_the_unit_stands(sheet: Callable[..., Sheet]) -> None:
    """The finding is in the alt text, a circle is the unit's, each rate has a line; the figures drawn are registered."""
    found = sheet([*dossiers(20, **A), *dossiers(20, **B, finished="19/01/2024 09:00:00")])
    block: dict[str, Any] = found.chart("c").blocks[0]
    assert f"{ON_TIME} 100,0%, cao hơn 1 trên 2 đơn vị cùng cấp được xếp hạng" in block["alt"]
    assert block["svg"].count("<circle") == len(block["plotted"])
