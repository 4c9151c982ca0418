"""National synchronisation records."""

import json
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from hoso.records.intake import Batch, read, sync
from hoso.vocabulary.calendar import working_days_between

RECORD: dict[str, Any] = {
    "MaHoSo": "000.00.17.H22-240105-0001",
    "MaTTHC": "1.012766",
    "TenTTHC": "Cấp phiếu lý lịch tư pháp",
    "TenLinhVuc": "Tư pháp",
    "KenhThucHien": "2",
    "ChuHoSo": "(mô phỏng)",
    "TrangThaiHoSo": "10",
    "NgayNopHoSo": "20240105080000",
    "NgayTiepNhan": "20240105083000",
    "NgayHenTra": "20240115170000",
    "NgayKetThucXuLy": "20240110160000",
    "NgayTra": "20240111090000",
    "DonViXuLy": "Sở Tư pháp",
}

Reader = Callable[[str | bytes], list[Batch]]


@pytest.fixture
def read_json(tmp_path: Path) -> Reader:
    def write_and_read(content: str | bytes) -> list[Batch]:
        path = tmp_path / "đồng bộ.json"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return list(read(path))

    return write_and_read


def only(read_json: Reader, **changes: Any) -> dict[str, Any]:
    (batch,) = read_json(json.dumps(RECORD | changes))
    assert batch.rejects.is_empty()
    return batch.rows.row(0, named=True)


def test_a_record_gives_a_row(read_json: Reader) -> None:
    """Plain keys give the same columns as an export; what a record leaves out is null."""
    row = only(read_json)
    assert row["dossier_id"] == "000.00.17.H22-240105-0001"
    assert (row["channel"], row["status"], row["unit_name"]) == ("online", 10, "Sở Tư pháp")
    assert row["received_at"] == datetime(2024, 1, 5, 8, 30)
    assert row["due_at"] == datetime(2024, 1, 15, 17)
    assert (row["finished_at"], row["returned_at"]) == (datetime(2024, 1, 10, 16), datetime(2024, 1, 11, 9))
    flags = ("fee", "paid_online", "digitised", "reused", "electronic_result", "synced", "authenticated")
    assert [row[name] for name in (*flags, "citizen_data", "service_level")] == [None] * 9
    assert (row["supplements"], row["waiting_minutes"]) == (0, 0)


PAPER = {"DuocSoHoa": "0", "DuocTaiSuDung": "0"}


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"HoSoCoThanhPhanSoHoa": "1"}, "digitised", True),
        ({"HoSoCoThanhPhanSoHoa": "0"}, "digitised", False),
        ({"HoSoCoThanhPhanSoHoa": 0, "TaiLieuNop": [PAPER, PAPER | {"DuocSoHoa": 1}]}, "digitised", True),
        ({"TaiLieuNop": [PAPER]}, "digitised", False),
        ({"TaiLieuNop": [PAPER, PAPER | {"DuocTaiSuDung": "2"}]}, "reused", True),
        ({"TaiLieuNop": [PAPER]}, "reused", False),
        ({"DanhSachGiayToKetQua": [{"TenGiayTo": "x"}, {"MaGiayToKetQua": "KQ"}]}, "electronic_result", True),
        ({"DanhSachGiayToKetQua": [{"DuongDanTepTinKetQua": "/kq.pdf"}]}, "electronic_result", True),
        ({"DanhSachGiayToKetQua": [{"TenGiayTo": "x", "MaGiayToKetQua": ""}]}, "electronic_result", False),
        ({"DanhSachGiayToKetQua": []}, "electronic_result", False),
        ({"DanhSachLePhi": [{"Gia": "0"}, {"Gia": "50000"}]}, "fee", True),
        ({"DanhSachLePhi": [{"Gia": "0.0"}, {"Gia": 0}, {}]}, "fee", False),
        ({"DanhSachLePhi": []}, "fee", False),
        ({"DuocThanhToanTrucTuyen": "1"}, "paid_online", True),
        ({"DuocThanhToanTrucTuyen": "2"}, "paid_online", True),
        ({"DuocThanhToanTrucTuyen": "3"}, "paid_online", False),
        ({"DuocThanhToanTrucTuyen": 0}, "paid_online", False),
        ({"TaiKhoanDuocXacThucVoiVNeID": "1"}, "authenticated", True),
        ({"DSKetNoiCSDL": [{"MaCSDL": "X"}, {"MaCSDL": "CSDLDC"}]}, "citizen_data", True),
        ({"DSKetNoiCSDL": [{"MaCSDL": "X"}]}, "citizen_data", False),
        ({"DaDongBoKhoDLCN": "1"}, "synced", True),
        ({"MucDo": "4"}, "service_level", "full"),
        ({"MucDo": 3}, "service_level", "partial"),
        ({"MucDo": "2"}, "service_level", "information"),
        ({"KenhThucHien": "3"}, "channel", "postal"),
    ],
)
def test_what_a_record_says_of_a_flag(
    read_json: Reader, changes: dict[str, Any], field: str, value: object
) -> None:
    """Codes and lists give yes or no; an empty list says no, an absent one says nothing."""
    assert only(read_json, **changes)[field] == value


def test_supplements_and_waiting_come_from_the_requests(read_json: Reader) -> None:
    """Every request counts; the wait is the working days to its receipt at 8 hours, an open request adds none."""
    requests = [
        {"NgayBoSung": "20240112160000", "NgayTiepNhanBoSung": "20240115080000"},  # Friday to Monday
        {"NgayBoSung": "20240116080000", "NgayTiepNhanBoSung": "20240118080000"},
        {"NgayBoSung": "20240119080000", "NgayTiepNhanBoSung": None},
    ]
    row = only(read_json, DanhSachHoSoBoSung=requests)
    assert (row["supplements"], row["waiting_minutes"]) == (3, 3 * 480)


@pytest.mark.parametrize(
    "content",
    [
        "\n".join([json.dumps(RECORD)] * 2),
        "\ufeff" + "\r\n".join([json.dumps(RECORD)] * 2) + "\r\n",
        json.dumps([RECORD] * 2, indent=1),
        json.dumps({"data": [RECORD] * 2}),
        json.dumps({"error_code": "0", "DanhSachHoSo": [RECORD] * 2}, indent=2),
    ],
    ids=["lines", "lines with mark", "array", "data", "DanhSachHoSo"],
)
def test_every_wrapping_gives_the_records(read_json: Reader, content: str) -> None:
    """Lines, an array and an object around one hold the same records, numbered from 1."""
    (batch,) = read_json(content)
    assert batch.rows["line"].to_list() == [1, 2]
    assert batch.rows["dossier_id"].to_list() == [RECORD["MaHoSo"]] * 2


def test_broken_lines_are_refused_not_fatal(read_json: Reader) -> None:
    """A line that is no record is refused at its line; blank lines are skipped; the others are read."""
    good = json.dumps(RECORD)
    (batch,) = read_json("\n".join([good, good[:40], "", "[1, 2]", good, '"x"']))
    assert batch.rows["line"].to_list() == [1, 5]
    assert batch.rejects["line"].to_list() == [2, 4, 6]
    assert set(batch.rejects["reason"]) == {"dòng không phải bản ghi JSON"}
    assert (batch.read, batch.skipped, batch.personal_columns) == (6, {"blank_row": 1}, 1)


def test_a_record_is_refused_by_the_same_rules(read_json: Reader) -> None:
    """A date that does not exist and a status outside the list are refused with the key's name."""
    bad = RECORD | {"NgayHenTra": "20240231080000", "TrangThaiHoSo": "11"}
    (batch,) = read_json("\n".join([json.dumps(RECORD), json.dumps(bad)]))
    assert batch.rejects.rows() == [
        (2, "NgayHenTra", "số, 14 chữ số", "ngày hẹn trả không có trên lịch; trạng thái ngoài danh mục")
    ]


def test_long_files_come_in_pieces(read_json: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records are read a chunk at a time, none lost."""
    monkeypatch.setattr(sync, "_CHUNK", 3)
    batches = read_json("\n".join(json.dumps(RECORD | {"MaHoSo": f"H22-{n}"}) for n in range(8)))
    assert [batch.read for batch in batches] == [3, 3, 2]
    assert [row for batch in batches for row in batch.rows["line"]] == list(range(1, 9))


WRONG: list[Any] = [None, True, 7, 1.5, "x", [], ["x"], [["CSDLDC"]], {}, {"a": {}}, [{}], [None, 3]]
NESTED = {
    "TaiLieuNop": ("DuocSoHoa", "DuocTaiSuDung"),
    "DanhSachGiayToKetQua": ("MaGiayToKetQua",),
    "DanhSachLePhi": ("Gia",),
    "DSKetNoiCSDL": ("MaCSDL",),
    "DanhSachHoSoBoSung": ("NgayBoSung", "NgayTiepNhanBoSung"),
}


@pytest.mark.parametrize(
    "name", [*RECORD, *NESTED, "MucDo", "HoSoCoThanhPhanSoHoa", "DuocThanhToanTrucTuyen"]
)
def test_a_value_of_another_type_costs_at_most_its_record(read_json: Reader, name: str) -> None:
    """Whatever type a value has, and a value inside a list, the record is read or refused and the next is read."""
    inner: list[Any] = [[{key: value}] for key in NESTED.get(name, ()) for value in WRONG]
    records = [RECORD | {name: value} for value in [*WRONG, *inner]] + [RECORD]
    (batch,) = read_json("\n".join(map(json.dumps, records)))
    assert batch.read == len(records)
    assert batch.rows["line"][-1] == len(records)


@pytest.mark.parametrize("value", [[["CSDLDC"]], [{"MaCSDL": {}}], [{"MaCSDL": ["CSDLDC"]}], [None]])
def test_a_database_code_of_another_type_is_no_code(read_json: Reader, value: object) -> None:
    """A list sent in another shape names no database; the record stays."""
    assert only(read_json, DSKetNoiCSDL=value)["citizen_data"] is False


def test_a_fee_that_is_no_amount_is_no_fee(read_json: Reader) -> None:
    """Digits inside a nested value are not an amount."""
    assert only(read_json, DanhSachLePhi=[{"Gia": {"x": 5}}, {"Gia": [5]}])["fee"] is False


def test_mistyped_years_of_a_request_cost_no_time(read_json: Reader) -> None:
    """A request from the year 1 to 9999 counts as one without dates; a long wait is counted once a year."""
    first, last = "20000103080000", "20991231080000"
    requests = [
        {"NgayBoSung": "00010101000000", "NgayTiepNhanBoSung": "99991231000000"},
        *({"NgayBoSung": first, "NgayTiepNhanBoSung": last} for _ in range(100)),
    ]
    start = time.process_time()
    row = only(read_json, DanhSachHoSoBoSung=requests)
    assert time.process_time() - start < 5
    assert row["supplements"] == 101
    assert row["waiting_minutes"] == 100 * 480 * working_days_between(date(2000, 1, 3), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("first", "last"), [("20231229", "20240103"), ("20211230", "20240205"), ("20240105", "20240105")]
)
def test_a_wait_over_the_new_year_is_counted_whole(read_json: Reader, first: str, last: str) -> None:
    """Counting by years gives the working days of the calendar."""
    row = only(read_json, DanhSachHoSoBoSung=[{"NgayBoSung": first, "NgayTiepNhanBoSung": last}])
    expected = working_days_between(*(datetime.strptime(day, "%Y%m%d").date() for day in (first, last)))
    assert row["waiting_minutes"] == 480 * expected
