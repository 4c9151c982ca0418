"""Catalogues of procedures."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from hoso.records.intake import PROCEDURES, Batch, read
from tests.records.intake.exports import csv_text

HEADER = [
    *("STT", "Mã TTHC", "Tên TTHC", "Lĩnh vực", "Mức độ", "Cấp thực hiện", "Phí, lệ phí"),
    *("Thanh toán trực tuyến", "Áp dụng từ ngày", "Hết hiệu lực"),
]


def test_a_catalogue_is_read(read_csv: Callable[..., list[Batch]]) -> None:
    """Code, name, field, service level, levels of government, fee, online payment and validity, by content."""
    rows = [
        [
            "1",
            "1.012766",
            "Cấp phiếu",
            "Tư pháp",
            "Toàn trình",
            "Cấp tỉnh",
            "200.000",
            "Có",
            "01/07/2024",
            "",
        ],
        [
            "2",
            "2.000815",
            "Chứng thực bản sao",
            "Tư pháp",
            "Một phần",
            "Cấp huyện, Cấp xã",
            "0",
            "",
            "",
            "1/7/2025",
        ],
        ["3", "1.001", "Khác", "", "", "", "", "", "", ""],
        ["4", "", "Không mã", "", "", "", "", "", "", ""],
        ["5", "1.000001", "Sai ngày", "", "", "", "", "", "31/02/2024", ""],
        ["", "", "", "", "", "", "", "", "", ""],
    ]
    (batch,) = read_csv(csv_text([["DANH MỤC THỦ TỤC"], HEADER, *rows]))
    assert (batch.kind, batch.rows.schema) == ("procedures", PROCEDURES)
    limits = ("limit", "limit_kind", "online_limit", "online_limit_kind")
    assert batch.rows.select(limits).unique().rows() == [(None,) * 4]  # older catalogues have no time limits
    assert batch.rows.drop("synthetic", *limits).rows() == [
        *[("1.012766", "Cấp phiếu", "Tư pháp", "full", "department", True, True, date(2024, 7, 1), None, 3)],
        *[
            (
                "2.000815",
                "Chứng thực bản sao",
                "Tư pháp",
                "partial",
                "district,commune",
                False,
                None,
                None,
                date(2025, 7, 1),
                4,
            )
        ],
        *[("1.001000", "Khác", None, None, None, None, None, None, None, 5)],
    ]
    assert batch.rejects.select("line", "reason").rows() == [
        (6, "thiếu mã thủ tục"),
        (7, "ngày hiệu lực không có trên lịch"),
    ]
    assert batch.skipped == {"blank_row": 1}
    assert batch.repairs == {"date_form": 1, "procedure_code": 1}


def test_unknown_words_are_null_and_counted(read_csv: Callable[..., list[Batch]]) -> None:
    """A level nobody knows is not guessed."""
    text = csv_text([HEADER, ["1", "1.012766", "A", "", "lạ", "Cấp lạ", "?", "?", "", ""]])
    (batch,) = read_csv(text)
    assert batch.rows.select("service_level", "level", "fee", "online_payment").row(0) == (None,) * 4
    assert batch.repairs == {"service_level_unknown": 1, "level_unknown": 1, "flag_unknown": 2}


def test_a_workbook_may_hold_a_catalogue(write_xlsx: Callable[..., Path]) -> None:
    """The same columns in a sheet give the same kind of batch."""
    path = write_xlsx(
        {"DM": [HEADER, ["1", 1.01276, "A", "B", "Toàn trình", "Cấp xã", None, "x", None, None]]}
    )
    (batch,) = read(path)
    assert batch.rows.select("procedure_id", "level", "online_payment").rows() == [
        ("1.012760", "commune", True)
    ]


LIMITED = ["Mã TTHC", "Tên TTHC", "Mức độ", "Thời hạn giải quyết", "Thời hạn giải quyết trực tuyến"]


def test_time_limits_are_read(read_csv: Callable[..., list[Batch]]) -> None:
    """The counter's limit and the online one; a text nobody can read is null and counted, never a refusal."""
    rows = [
        ["1.000001", "A", "Toàn trình", "05 ngày làm việc", "03 ngày làm việc"],
        ["1.000002", "B", "Toàn trình", "30 ngày (kể từ ngày nhận đủ hồ sơ hợp lệ)", ""],
        ["1.000003", "C", "Toàn trình", "Không quy định", "theo quy định"],
        ["1.000004", "D", "Toàn trình", "theo quy định", "08 giờ làm việc"],
    ]
    (batch,) = read_csv(csv_text([LIMITED, *rows]))
    assert batch.rows.select("limit", "limit_kind", "online_limit", "online_limit_kind").rows() == [
        (5.0, "working_day", 3.0, "working_day"),
        (30.0, "day", None, None),
        (None, None, None, None),
        (None, None, 8.0, "working_hour"),
    ]
    assert batch.rejects.height == 0
    assert batch.repairs == {"limit_unknown": 2}


def test_other_names_of_the_limit(read_csv: Callable[..., list[Batch]]) -> None:
    """ "Thời gian giải quyết" is the same column."""
    header = ["Mã TTHC", "Tên TTHC", "Mức độ", "Thời gian giải quyết"]
    (batch,) = read_csv(csv_text([header, ["1.000001", "A", "Toàn trình", "Trong ngày làm việc"]]))
    assert batch.rows.select("limit", "limit_kind").rows() == [(0.0, "same_day")]
