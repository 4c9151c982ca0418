"""Finding the header."""

import pytest

from hoso.records.intake.columns import load_columns
from hoso.records.intake.header import Header, Near, find_header

COLUMNS = load_columns()
PLAIN = ["STT", "Mã hồ sơ", "Đơn vị giải quyết", "Trạng thái", "Ngày tiếp nhận"]


def found(*rows: list[str | None]) -> Header:
    header = find_header(rows, COLUMNS)
    assert isinstance(header, Header)
    return header


def test_titles_above_the_header_are_passed_over() -> None:
    """The first complete header counts, however many title rows stand above it."""
    header = found(["UBND TỈNH"], [], ["Đơn vị: Sở Tư pháp", "Lĩnh vực"], PLAIN)
    assert header.end == 4
    assert header.positions == {"dossier_id": 1, "unit_name": 2, "status": 3, "received_at": 4, "ordinal": 0}


def test_a_second_header_row_completes_the_first() -> None:
    """Under a merged cell the lower row names the columns, alone or together with the cell above."""
    upper = ["Mã hồ sơ", "Đơn vị giải quyết", "Trạng thái", "Ngày", None, "Thời gian", None]
    lower = [None, None, None, "tiếp nhận", "hẹn trả", "Ngày có kết quả", "Ngày trả"]
    header = found(upper, lower)
    assert header.end == 2
    assert {
        "received_at": 3,
        "due_at": 4,
        "finished_at": 5,
        "returned_at": 6,
    }.items() <= header.positions.items()
    assert header.titles["received_at"] == "tiếp nhận"


def test_data_below_are_no_header() -> None:
    """A row with a dossier in it is not taken for a second header row."""
    header = found(PLAIN, ["1", "H22-1", "Thủ tục", "Lĩnh vực", "05/01/2024"])
    assert header.end == 1


def test_the_giving_unit_wins_over_the_receiving_one() -> None:
    """Where two columns could be one field, the synonym named first in columns.toml is taken."""
    header = found(["Mã hồ sơ", "Đơn vị tiếp nhận", "Đơn vị giải quyết", "Trạng thái", "Ngày nhận"])
    assert header.positions["unit_name"] == 2


def test_personal_columns_are_counted_not_mapped() -> None:
    """Known personal columns have no field; the header tells how many there are."""
    header = found([*PLAIN, "Chủ hồ sơ", "Số điện thoại", "Cột lạ"])
    assert header.personal == 2
    assert set(header.positions.values()) == {0, 1, 2, 3, 4}


@pytest.mark.parametrize("spelling", ["MÃ HỒ SƠ", " Mã  hồ\nsơ ", "Mã hồ sơ", "Mã hồ sơ:", "Mã\u00a0hồ sơ"])
def test_spelling_of_a_header_does_not_count(spelling: str) -> None:
    """Case, spaces, line breaks, NFD and punctuation do not keep a header from being found."""
    assert found([spelling, *PLAIN[2:]]).positions["dossier_id"] == 0


def test_the_nearest_row_is_told_when_none_is_complete() -> None:
    """Two known headers make a row a header that lacks something; one could be data."""
    near = find_header([["Tên", "A"], ["Mã hồ sơ", "Trạng thái", "X"]], COLUMNS)
    assert near == Near(1, ("Đơn vị giải quyết", "Ngày tiếp nhận"), ("Mã hồ sơ", "Trạng thái", "X"), 2)
    assert find_header([["Nguyễn Văn A", "Trạng thái"]], COLUMNS) is None


def test_a_catalogue_is_told_by_its_columns() -> None:
    """Code, name and service level without dossiers make a catalogue of procedures."""
    assert found(["Mã TTHC", "Tên TTHC", "Lĩnh vực", "Mức độ", "Cấp thực hiện"]).kind == "procedures"
