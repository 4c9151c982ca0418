"""The data-quality page: each list names what an import refused, met, replaced or lacks, and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest

from hoso.records import keys
from hoso.records.importer import import_file
from hoso.statistics import quality
from hoso.statistics.data import Data
from tests import stores

ROW = {"received": "02/01/2024 08:00", "due": "10/01/2024", "finished": "09/01/2024 10:00"}

LAST = ROW | {
    "id": "H22-5",
    "received": "09/01/2024 08:00",
    "due": "20/01/2024",
    "finished": "10/01/2024 08:00",
}


def rows_of(table: Any) -> list[list[Any]]:
    return list(table.to_numpy().tolist())


def sync(folder: Path, *records: tuple[str, int], name: str = "dong-bo.jsonl") -> None:
    """Imports national records of dossiers, each with its state."""
    file = folder / name
    lines = [
        {
            "MaHoSo": dossier, "MaTTHC": "1.012760", "TenLinhVuc": "Hộ tịch", "KenhThucHien": "2", "MucDo": "4",
            "DonViXuLy": "Sở Tư pháp", "TrangThaiHoSo": str(state), "NgayTiepNhan": "20240102080000",
            "NgayHenTra": "20240110000000", "NgayKetThucXuLy": "20240109100000" if state in (7, 9, 10) else "",
        }
        for dossier, state in records
    ]  # fmt: skip
    file.write_text("\n".join(json.dumps(line) for line in lines) + "\n", "utf-8")
    import_file(stores.prepare(folder), file, stores.HA_GIANG, keys.load(folder / "key"))


@pytest.fixture
def dirty(tmp_path: Path) -> Data:
    """An export with a refused row, a unit nobody knows, a dossier without due date, one without an end, one twice."""
    stores.load(tmp_path, [
        ROW | {"id": "H22-1"},
        ROW | {"id": "H22-2", "unit": "Trung tâm Thử nghiệm", "due": "", "procedure": "9.999999"},
        ROW | {"id": "H22-3", "finished": ""},
        ROW | {"id": "H22-4", "received": "31/02/2024 08:00"},
        LAST,
    ])  # fmt: skip
    stores.load(
        tmp_path,
        [ROW | {"id": "H22-1"}, LAST | {"status": "Đang xử lý", "finished": ""}],
        "again.csv",
    )
    return stores.data(tmp_path)


def test_refused_rows_by_file_and_reason(dirty: Data) -> None:
    """A row with a day that does not exist is listed with its file and reason, once."""
    assert rows_of(quality.rejects(dirty)) == [["export.csv", "ngày tiếp nhận không có trên lịch", 1]]


def test_units_nobody_knew(dirty: Data) -> None:
    """A unit an export named and no list does: its level by name, its file, its dossiers."""
    found = rows_of(quality.unknown_units(dirty))
    assert [row for row in found if row[0] == "Trung tâm Thử nghiệm"] == [
        ["Trung tâm Thử nghiệm", "cấp tỉnh", "export.csv", 1]
    ]


def test_missing_due_dates(dirty: Data) -> None:
    """The unit whose dossier has no due date, none that the catalogue gives either; the others are not listed."""
    assert rows_of(quality.missing_due(dirty)) == [["Trung tâm Thử nghiệm", 1, 1, 0, 1]]


def test_ended_without_a_day(dirty: Data) -> None:
    """A dossier that was returned without a day of ending stands against its unit."""
    assert rows_of(quality.dateless(dirty)) == [["Sở Tư pháp", 3, 1]]


def test_working_days_without_data(dirty: Data) -> None:
    """Between 02/01 and the last receipt of 09/01: the working days 03, 04, 05 and 08/01/2024, not the week-end."""
    found = quality.silent_days(dirty)
    assert found["ngày làm việc không có hồ sơ"].tolist() == [4]
    assert [str(found.iloc[0][name].date()) for name in ("từ ngày", "đến ngày")] == [
        "2024-01-03",
        "2024-01-08",
    ]


def test_what_was_replaced_and_what_was_said_twice(dirty: Data) -> None:
    """The second file brings one row word for word as before and one in place of an earlier row."""
    found = quality.replaced(dirty)
    assert found["tệp"].tolist() == ["export.csv", "again.csv"]
    assert rows_of(found.drop(columns="tệp")) == [[5, 4, 0, 0, 1, 0], [2, 0, 1, 1, 0, 0]]
    assert (found["dòng đọc"] == found.drop(columns=["tệp", "dòng đọc"]).sum(axis=1)).all()


def test_national_records_after_the_export(tmp_path: Path) -> None:
    """The province calls a dossier waiting, the national copy done: one line by state; what only one side has says so."""
    waiting = ROW | {"finished": "", "status": "Yêu cầu bổ sung"}
    stores.load(tmp_path, [waiting | {"id": "H22-1"}, waiting | {"id": "H22-2"}, ROW | {"id": "H22-3"}])
    sync(tmp_path, ("H22-1", 9), ("H22-2", 9), ("H22-9", 10))
    assert rows_of(quality.national(stores.data(tmp_path))) == [
        ["đã xử lý xong", "chờ bổ sung", 2],
        ["đã trả kết quả", quality.ABSENT, 1],
    ]


def test_an_export_after_national_records(tmp_path: Path) -> None:
    """The other way round: the export that takes the place of a national row is compared with it, by the last of its states."""
    sync(tmp_path, ("H22-1", 9))
    stores.load(tmp_path, [ROW | {"id": "H22-1", "finished": "", "status": "Dừng xử lý"}])
    assert rows_of(quality.national(stores.data(tmp_path))) == [["đã xử lý xong", "dừng xử lý", 1]]
    stores.load(tmp_path, [ROW | {"id": "H22-1", "status": "Đang xử lý", "finished": ""}], "later.csv")
    assert rows_of(quality.national(stores.data(tmp_path))) == [["đã xử lý xong", "đang xử lý", 1]]


def test_without_national_records_there_is_nothing_to_compare(dirty: Data) -> None:
    """No line, and none that said the same."""
    assert quality.national(dirty).empty
    assert quality.national_same(dirty) == 0
