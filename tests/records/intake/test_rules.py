"""What is refused, repaired and skipped, row by row."""

import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from hoso.records.intake import CLEAN, Batch, read
from tests.records.intake.exports import HEADERS, csv_text, rejects_of, row, rows_of

Reader = Callable[..., list[Batch]]


def test_a_good_row_is_kept_as_it_is(read_csv: Reader) -> None:
    """A plain row loses nothing; what the file does not say is null, and supplements are none."""
    (batch,) = read_csv([row()])
    assert batch.rows.schema == CLEAN
    expected = dict.fromkeys(CLEAN) | {
        "dossier_id": "H22-240105-0001",
        "unit_name": "Sở Tư pháp",
        "procedure_id": "1.012766",
        "procedure_name": "Cấp phiếu lý lịch tư pháp",
        "field": "Tư pháp",
        "channel": "online",
        "status": 10,
        "submitted_at": datetime(2024, 1, 5),
        "received_at": datetime(2024, 1, 5),
        "due_at": datetime(2024, 1, 15, 23, 59, 59),
        "finished_at": datetime(2024, 1, 10, 16),
        "supplements": 0,
        "waiting_minutes": 0,
        "line": 2,
    }
    assert batch.rows.row(0, named=True) == expected
    assert (batch.repairs, batch.skipped, batch.rejects.height) == ({}, {}, 0)


@pytest.mark.parametrize(
    ("changes", "column", "value_class", "reason"),
    [
        ({"Mã_hồ_sơ": ""}, "Mã hồ sơ", "trống", "thiếu mã hồ sơ"),
        ({"Đơn_vị_giải_quyết": "-"}, "Đơn vị giải quyết", "trống", "thiếu đơn vị giải quyết"),
        ({"Ngày_tiếp_nhận": " "}, "Ngày tiếp nhận", "trống", "thiếu ngày tiếp nhận"),
        ({"Ngày_tiếp_nhận": "hôm qua"}, "Ngày tiếp nhận", "chữ, 7 ký tự", "ngày tiếp nhận không đọc được"),
        (
            {"Ngày_tiếp_nhận": "31/02/2024"},
            "Ngày tiếp nhận",
            "dạng ngày dd/mm/yyyy",
            "ngày tiếp nhận không có trên lịch",
        ),
        (
            {"Ngày_hẹn_trả": "2024-02-31"},
            "Ngày hẹn trả",
            "dạng ngày yyyy-mm-dd",
            "ngày hẹn trả không có trên lịch",
        ),
        (
            {"Ngày_nộp_hồ_sơ": "5/1/24"},
            "Ngày nộp hồ sơ",
            "dạng ngày năm 2 chữ số",
            "ngày nộp không đọc được",
        ),
        (
            {"Ngày_kết_thúc_xử_lý": "123456"},
            "Ngày kết thúc xử lý",
            "số, 6 chữ số",
            "ngày kết thúc xử lý không đọc được",
        ),
        (
            {"Ngày_kết_thúc_xử_lý": "04/01/2024"},
            "Ngày kết thúc xử lý",
            "dạng ngày dd/mm/yyyy",
            "kết thúc xử lý trước ngày tiếp nhận",
        ),
        ({"Trạng_thái": ""}, "Trạng thái", "trống", "thiếu trạng thái"),
        ({"Trạng_thái": "Lạ 1"}, "Trạng thái", "chữ và số, 4 ký tự", "trạng thái ngoài danh mục"),
        (
            {"Đơn_vị_giải_quyết": "UBND x· Lòng Có"},
            "Đơn vị giải quyết",
            "chữ, 15 ký tự",
            "chữ ở bảng mã cũ TCVN3 (ABC)",
        ),
        *(
            (
                {"Đơn_vị_giải_quyết": cell},
                "Đơn vị giải quyết",
                f"chữ, {len(cell)} ký tự",
                "tên đơn vị không có chữ",
            )
            for cell in ("###", "UBND ...", "漢字")
        ),
        (
            {"Đơn_vị_giải_quyết": "..."},
            *("Đơn vị giải quyết", "số có dấu, 3 ký tự", "tên đơn vị không có chữ"),
        ),
        (
            {"Đơn_vị_giải_quyết": "UBND xã " + "A" * 293},
            "Đơn vị giải quyết",
            "chữ, 301 ký tự",
            "tên đơn vị dài quá 300 ký tự",
        ),
    ],
)
def test_a_fault_refuses_the_row_with_its_reason(
    read_csv: Reader, changes: dict[str, str], column: str, value_class: str, reason: str
) -> None:
    """Each rule refuses, names the column as printed and the kind of value, and lets the other rows in."""
    (batch,) = read_csv([row(), row(**changes), row()])
    assert batch.rejects.rows() == [(3, column, value_class, reason)]
    assert batch.rows["line"].to_list() == [2, 4]


def test_all_reasons_of_a_row_are_told(read_csv: Reader) -> None:
    """A row with several faults is one reject that names the first column and every reason."""
    (batch,) = read_csv([row(Mã_hồ_sơ="", Ngày_hẹn_trả="x", Trạng_thái="y")])
    reasons = "thiếu mã hồ sơ; ngày hẹn trả không đọc được; trạng thái ngoài danh mục"
    assert batch.rejects.rows() == [(2, "Mã hồ sơ", "trống", reasons)]


def test_finishing_on_the_day_of_receipt_is_no_fault(read_csv: Reader) -> None:
    """Receipt after hours is registered later than the work: the two are compared by day."""
    changes = {"Ngày_tiếp_nhận": "05/01/2024 16:30:00", "Ngày_kết_thúc_xử_lý": "05/01/2024 08:00:00"}
    (batch,) = read_csv([row(**changes)])
    assert batch.rows.height == 1


@pytest.mark.parametrize(
    ("status", "accepted"), [("Mới đăng ký", 1), ("Từ chối tiếp nhận", 1), ("Đang xử lý", 0)]
)
def test_the_submitted_date_stands_in_where_nothing_was_received(
    read_csv: Reader, status: str, accepted: int
) -> None:
    """Status 1 and 3 have no receipt; their submission counts instead, and is told. No other status may."""
    (batch,) = read_csv([row(Ngày_tiếp_nhận="", Trạng_thái=status, Ngày_nộp_hồ_sơ="02/01/2024")])
    assert batch.rows["received_at"].to_list() == [datetime(2024, 1, 2)] * accepted
    assert batch.repairs.get("received_from_submitted", 0) == accepted


STATUSES = """
    1 Mới đăng ký|Chờ tiếp nhận      2 Được tiếp nhận|ĐÃ TIẾP NHẬN   3 Không được tiếp nhận|Từ chối
    4 Đang xử lý|đang giải quyết|4   5 Yêu cầu bổ sung|05            6 Chờ nghĩa vụ tài chính
    7 Công dân yêu cầu rút           8 Dừng xử lý|Tạm dừng           9 Đã xử lý xong|Đã giải quyết
    10 Đã trả kết quả|10
"""


def test_status_words_and_numbers_give_the_national_status(read_csv: Reader) -> None:
    """The words of the local systems, in any case, and the numbers themselves mean one of the ten states."""
    import re

    drawn = [
        (int(n), word)
        for n, words in re.findall(r"(\d+) (\S.*?)(?:\s{2,}|\n)", STATUSES)
        for word in words.split("|")
    ]
    assert len({n for n, _ in drawn}) == 10
    (batch,) = read_csv([row(Trạng_thái=word) for _, word in drawn])
    assert batch.rows["status"].to_list() == [n for n, _ in drawn]


@pytest.mark.parametrize(
    ("word", "channel", "repairs"),
    [
        ("Trực tiếp", "direct", {}),
        ("2", "online", {}),
        ("Qua mạng", "online", {}),
        ("BCCI", "postal", {}),
        ("Trực tuyến ", "online", {"spaces": 1}),
        ("", "direct", {"channel_missing": 1}),
        ("Điện tín", "direct", {"channel_unknown": 1}),
    ],
)
def test_channel_words(read_csv: Reader, word: str, channel: str, repairs: dict[str, int]) -> None:
    """A channel is one of three; missing and unknown count as direct, and are told apart."""
    (batch,) = read_csv([row(Hình_thức_nộp=word)])
    assert (batch.rows["channel"].to_list(), batch.repairs) == ([channel], repairs)


def extra(read_csv: Reader, header: str, *cells: Any) -> Batch:
    (batch,) = read_csv(csv_text([[*HEADERS, header], *([*row(), cell] for cell in cells)]))
    return batch


@pytest.mark.parametrize(
    ("header", "field", "cells", "values", "repairs"),
    [
        (
            "Phí, lệ phí",
            "fee",
            "50.000|50000|0|0,0||Miễn phí|100.000 đồng|?|50.000 đ/m²|0 đ/m²|²",
            "TTFFNFTNTFN",
            {"flag_unknown": 2},
        ),
        ("Thanh toán", "paid_online", "Trực tuyến|1|2|0|3|Tiền mặt||tem", "TTTFFFNN", {"flag_unknown": 1}),
        (
            "Trạng thái thanh toán",
            "paid_online",
            "Chưa|Chờ|Hủy|Huỷ|Đã hoàn phí|Đã thanh toán",
            "FFFFFN",
            {"flag_unknown": 1},
        ),
        ("Số hóa TPHS", "digitised", "Có|x|1|true|Không|0||sắp", "TTTTFFNN", {"flag_unknown": 1}),
    ],
)
def test_flags_have_three_values(
    read_csv: Reader, header: str, field: str, cells: str, values: str, repairs: dict[str, int]
) -> None:
    """Yes, no, and not said: a blank or strange cell is null and never false."""
    batch = extra(read_csv, header, *cells.split("|"))
    meaning = {"T": True, "F": False, "N": None}
    assert batch.rows[field].to_list() == [meaning[value] for value in values]
    assert batch.repairs == repairs


def test_made_up_rows_are_marked(read_csv: Reader) -> None:
    """A row that says it is synthetic stays marked; a row that says nothing is not."""
    batch = extra(read_csv, "Nguồn dữ liệu", "Dữ liệu mô phỏng", "")
    assert batch.rows["synthetic"].to_list() == [True, None]


def test_an_amount_of_any_length_is_read(read_csv: Reader) -> None:
    """A cell of thousands of digits is an amount like any other, not the end of the import."""
    assert extra(read_csv, "Phí, lệ phí", "5" * 5000, "0" * 5000).rows["fee"].to_list() == [True, False]


def test_service_levels_of_both_eras(read_csv: Reader) -> None:
    """Toàn trình and mức độ 4 are full; an unknown level is null and counted."""
    batch = extra(read_csv, "Mức độ", "Toàn trình", "4", "Mức độ 3", "Một phần", "", "lạ")
    assert batch.rows["service_level"].to_list() == ["full", "full", "partial", "partial", None, None]
    assert batch.repairs == {"service_level_unknown": 1}


def test_waiting_days_are_working_days(read_csv: Reader) -> None:
    """A waiting day is 8 working hours; a decimal comma is read; a strange cell counts as none and is told."""
    batch = extra(read_csv, "Số ngày chờ bổ sung", "1", "2,5", "0.5", "", "vài")
    assert batch.rows["waiting_minutes"].to_list() == [480, 1200, 240, 0, 0]
    assert batch.repairs == {"number_unknown": 1}


def test_supplements_are_counted(read_csv: Reader) -> None:
    """The number of requests for supplements is a number, none where blank."""
    batch = extra(read_csv, "Số lần bổ sung", "2", "", "1.0", "99999")
    assert batch.rows["supplements"].to_list() == [2, 0, 1, 0]
    assert batch.repairs == {"number_unknown": 1}


def test_a_procedure_code_is_text_and_keeps_its_zeros(read_csv: Reader) -> None:
    """A code a spreadsheet took for a number gets its six decimals back; any other text stays."""
    (batch,) = read_csv([row(Mã_TTHC=code) for code in ("1.01276", "2.0008", "1.012760", "BTP-123", "")])
    assert batch.rows["procedure_id"].to_list() == ["1.012760", "2.000800", "1.012760", "BTP-123", None]
    assert batch.repairs == {"procedure_code": 2}


@pytest.mark.parametrize(
    ("cell", "name", "parent"),
    [
        ("UBND xã Lũng Cú, huyện Đồng Văn", "UBND xã Lũng Cú", "huyện Đồng Văn"),
        ("UBND xã Lũng Cú - huyện Đồng Văn", "UBND xã Lũng Cú", "huyện Đồng Văn"),
        ("UBND phường Trần Phú - TP. Hà Giang", "UBND phường Trần Phú", "TP. Hà Giang"),
        (
            "Ủy ban nhân dân thị trấn Vị Xuyên (huyện Vị Xuyên)",
            "Ủy ban nhân dân thị trấn Vị Xuyên",
            "huyện Vị Xuyên",
        ),
        ("UBND xã A, huyện B, tỉnh C", "UBND xã A", "huyện B"),
        ("UBND thị xã Kỳ Anh", "UBND thị xã Kỳ Anh", None),
        ("Sở Lao động - Thương binh và Xã hội", "Sở Lao động - Thương binh và Xã hội", None),
        ("Phòng Tư pháp, huyện Đồng Văn", "Phòng Tư pháp, huyện Đồng Văn", None),
    ],
)
def test_the_district_in_a_communes_cell_is_its_parent(
    read_csv: Reader, cell: str, name: str, parent: str | None
) -> None:
    """ "Xã, huyện" in one cell are two units; departments and districts keep their commas and dashes."""
    (batch,) = read_csv([row(Đơn_vị_giải_quyết=cell)])
    assert batch.rows.select("unit_name", "unit_parent").rows() == [(name, parent)]


def test_the_column_of_districts_wins(read_csv: Reader) -> None:
    """A district column is the parent; the district in the cell is taken off all the same."""
    rows = [[*HEADERS, "Huyện"], [*row(Đơn_vị_giải_quyết="UBND xã A, huyện B"), "Huyện Bê"]]
    assert rows_of(read_csv(csv_text(rows))).select("unit_name", "unit_parent").rows() == [
        ("UBND xã A", "Huyện Bê")
    ]


def test_text_is_repaired_and_counted(read_csv: Reader) -> None:
    """NFD is composed, stray, hard and invisible spaces go, Ð becomes Đ; each mended cell is counted."""
    nfd = unicodedata.normalize("NFD", "Cấp phiếu")
    (batch,) = read_csv(
        [row(Tên_thủ_tục_hành_chính=nfd, Lĩnh_vực=" Ðất\u00a0 đai\u200b ", Mã_hồ_sơ="H22-1 ")]
    )
    assert batch.rows.select("procedure_name", "field", "dossier_id").rows() == [
        ("Cấp phiếu", "Đất đai", "H22-1")
    ]
    assert batch.repairs == {"nfd": 1, "spaces": 2}


def test_the_tone_stays_where_it_was_written(read_csv: Reader) -> None:
    """Folding finds the word, it does not rewrite the name."""
    (batch,) = read_csv([row(Đơn_vị_giải_quyết="UBND xã Hoà Bình")])
    assert batch.rows["unit_name"].to_list() == ["UBND xã Hoà Bình"]


def test_other_spellings_of_a_date_are_counted(read_csv: Reader) -> None:
    """dd/MM/yyyy needs no repair; other spellings and Excel's serial numbers are counted each by its kind."""
    (batch,) = read_csv([row(Ngày_tiếp_nhận="5/1/2024", Ngày_hẹn_trả="2024-01-15", Ngày_nộp_hồ_sơ="45296")])
    assert batch.repairs == {"date_form": 2, "excel_serial": 1}
    assert batch.rows["submitted_at"].to_list() == [datetime(2024, 1, 5)]


def test_rows_that_are_no_dossiers_are_skipped_by_reason(read_csv: Reader) -> None:
    """Blank rows, totals, column numbers and headers again are read and skipped; dossiers around them stay."""
    width = len(HEADERS)
    numbers = [f"({n})" for n in range(1, width + 1)]
    total = ["Tổng cộng", *[""] * (width - 1)]
    beside = ["", "Tổng số: 2 hồ sơ", *[""] * (width - 2)]
    rows = [numbers, row(), [""] * width, [" "] * width, HEADERS, row(), total, beside]
    (batch,) = read_csv(rows)
    assert batch.skipped == {"blank_row": 2, "total_row": 2, "repeated_header": 2}
    assert (batch.read, batch.rows["line"].to_list(), batch.rejects.height) == (8, [3, 7], 0)


def test_a_row_of_sums_without_a_label_is_a_total(read_csv: Reader) -> None:
    """Where the word "Tổng" stands in a column that is not read, the sums tell."""
    batch = extra(read_csv, "Phí, lệ phí", "50.000")
    assert batch.skipped == {}
    text = csv_text(
        [
            [*HEADERS, "Phí, lệ phí", "Chủ hồ sơ"],
            [*row(), "1", "A"],
            *[[""] * 12 + ["1.250.000", "Tổng cộng"]],
        ]
    )
    assert read_csv(text)[0].skipped == {"total_row": 1}


def test_a_dossier_of_a_unit_named_like_a_total_stays(read_csv: Reader) -> None:
    """Only a row that lacks a dossier's cells can be a total."""
    (batch,) = read_csv([row(Lĩnh_vực="Tổng cộng", Tên_thủ_tục_hành_chính="Cộng: 1")])
    assert batch.rows.height == 1


def test_a_batch_that_does_not_add_up_cannot_be_made(read_csv: Reader) -> None:
    """read = accepted + rejected + skipped is checked where a batch is made."""
    (batch,) = read_csv([row()])
    with pytest.raises(ValueError, match="2 rows read but 1 accounted for"):
        Batch("dossiers", None, 2, batch.rows, batch.rejects, {}, {})


def test_rejects_name_the_line_of_the_file(read_csv: Reader) -> None:
    """Title rows count in the line a clerk sees, though they are not read."""
    text = "BÁO CÁO\n\n" + csv_text([HEADERS, row(), row(Mã_hồ_sơ="")])
    batches = read_csv(text)
    assert rejects_of(batches)["line"].to_list() == [5]
    assert batches[0].read == 2


@pytest.mark.parametrize(
    ("status", "finished", "returned", "column"),
    [
        ("Đã trả kết quả", "", "04/01/2024", "Ngày trả kết quả"),
        ("Rút hồ sơ", "", "04/01/2024 23:59:59", "Ngày trả kết quả"),
        ("Đã xử lý xong", "04/01/2024", "04/01/2024", "Ngày kết thúc xử lý"),
        ("Đang xử lý", "04/01/2024", "", "Ngày kết thúc xử lý"),
        ("Đã trả kết quả", "08/01/2024", "04/01/2024", None),
        ("Đang xử lý", "", "04/01/2024", None),
        ("Đã trả kết quả", "", "05/01/2024", None),
    ],
)
def test_no_dossier_closes_before_its_receipt(
    read_csv: Reader, status: str, finished: str, returned: str, column: str | None
) -> None:
    """The day a dossier closes by, which is the return where no end of processing is given, follows its receipt;
    a return that closes nothing is left alone."""
    cells = [*row(Trạng_thái=status, Ngày_kết_thúc_xử_lý=finished), returned]
    (batch,) = read_csv(csv_text([[*HEADERS, "Ngày trả kết quả"], cells]))
    assert batch.rejects["column"].to_list() == ([column] if column else [])


@pytest.mark.parametrize(
    ("received", "submitted", "status", "told"),
    [
        ("11/03/2024 08:00:00", "05/01/2024", "Đang xử lý", None),
        ("12/03/2024", "05/01/2024", "Đang xử lý", ("Ngày tiếp nhận", "ngày tiếp nhận ở tương lai")),
        ("05/01/2052", "05/01/2024", "Đang xử lý", ("Ngày tiếp nhận", "ngày tiếp nhận ở tương lai")),
        ("", "05/01/2052", "Mới đăng ký", ("Ngày nộp hồ sơ", "ngày nộp ở tương lai")),
    ],
)
def test_nothing_is_received_in_the_future(
    tmp_path: Path, received: str, submitted: str, status: str, told: tuple[str, str] | None
) -> None:
    """A receipt later than tomorrow is a mistyped date; a day ahead is a clock that differs."""
    cells = row(Ngày_tiếp_nhận=received, Ngày_nộp_hồ_sơ=submitted, Trạng_thái=status, Ngày_kết_thúc_xử_lý="")
    path = tmp_path / "a.csv"
    path.write_text(csv_text([HEADERS, cells]), encoding="utf-8")
    (batch,) = read(path, today=date(2024, 3, 10))
    assert batch.rejects.select("column", "reason").rows() == ([told] if told else [])


def test_closed_dossiers_without_an_end_are_told(read_csv: Reader) -> None:
    """A dossier closed on no known day is kept and counted; an open one, or one with either date, is not counted."""
    ends = [("Đã trả kết quả", ""), ("9", ""), ("7", ""), ("Đang xử lý", ""), ("10", "06/01/2024")]
    rows = [[*row(Trạng_thái=status, Ngày_kết_thúc_xử_lý=""), returned] for status, returned in ends]
    refused = [*row(Trạng_thái="9", Ngày_kết_thúc_xử_lý="", Mã_hồ_sơ=""), ""]
    (batch,) = read_csv(csv_text([[*HEADERS, "Ngày trả"], *rows, refused]))
    assert (batch.rows.height, batch.repairs) == (5, {"closed_without_date": 3})


def test_a_parent_without_letters_refuses_the_row(read_csv: Reader) -> None:
    """A district cell that names nothing cannot place a commune, and stops no other row."""
    rows = [[*row(Đơn_vị_giải_quyết="UBND xã A"), district] for district in ("###", "Huyện B", "")]
    (batch,) = read_csv(csv_text([[*HEADERS, "Huyện"], *rows]))
    assert batch.rejects.select("line", "column", "reason").rows() == [
        (2, "Huyện", "tên đơn vị cấp trên không có chữ")
    ]


@pytest.mark.parametrize(
    "cell", ['="00352112000540"', "'00352112000540", "’00352112000540", "='00352112000540'"]
)
def test_codes_lose_the_dressing_of_a_spreadsheet(read_csv: Reader, cell: str) -> None:
    """What keeps a spreadsheet from taking a code for a number is no part of it; its zeros are."""
    (batch,) = read_csv([row(Mã_hồ_sơ=cell, Mã_TTHC=cell.replace("00352112000540", "1.012760"))])
    assert batch.rows.select("dossier_id", "procedure_id").rows() == [("00352112000540", "1.012760")]
    assert batch.repairs == {"code_dressing": 2}


def test_an_undressed_code_stays_and_an_empty_dress_is_no_code(read_csv: Reader) -> None:
    """Plain zeros hold and count as no repair; ="" is a missing code."""
    (batch,) = read_csv([row(Mã_hồ_sơ="00352112000540"), row(Mã_hồ_sơ='=""')])
    assert batch.rows["dossier_id"].to_list() == ["00352112000540"]
    assert batch.rejects["reason"].to_list() == ["thiếu mã hồ sơ"]


def test_dressing_without_quotes_around_it_is_taken_off(read_csv: Reader) -> None:
    """Some systems write ="0035" into a text file without quoting the cell."""
    (batch,) = read_csv(",".join(HEADERS) + "\n" + ",".join(row(Mã_hồ_sơ='="0035"')) + "\n")
    assert batch.rows["dossier_id"].to_list() == ["0035"]
    assert batch.repairs == {"code_dressing": 1, "stray_quote": 2}
