"""Excel workbooks, as messy as the offices send them."""

import shutil
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import fastexcel
import pytest
import xlsxwriter

from hoso.records.intake import read, workbook
from hoso.records.intake.peek import NoPeekError, first_rows
from hoso.vocabulary.errors import InputError
from tests.records.intake.exports import GOOD, HEADERS, csv_text, rejects_of, row, rows_of

Writer = Callable[..., Path]
XLS = Path(__file__).parents[2] / "data" / "one_stop.xls"


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    """Three sheets: a cover, an export with everything that goes wrong in one, and a summary."""
    path = tmp_path / "lộn xộn.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Bìa").write(0, 0, "ỦY BAN NHÂN DÂN TỈNH")
        _write_export(book, book.add_worksheet("Hồ sơ"))
        book.add_worksheet("Tổng hợp").write_row(0, 0, ["Đơn vị giải quyết", "Trạng thái", "Số lượng"])
    return path


def _write_export(book: xlsxwriter.Workbook, sheet: Any) -> None:
    moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    sheet.merge_range("B2:J2", "DANH SÁCH HỒ SƠ")
    for column, title in enumerate(["STT", "Mã hồ sơ", "Đơn vị giải quyết", "Trạng thái", "Người nộp"]):
        sheet.merge_range(3, 1 + column, 4, 1 + column, title)
    sheet.merge_range("G4:I4", "Thời gian")
    sheet.write_row(4, 6, ["Ngày tiếp nhận", "Ngày hẹn trả", "Ngày có kết quả"])
    sheet.write_row(5, 1, [f"({n})" for n in range(1, 9)])
    sheet.write_row(6, 1, [1, "H22-1", "Sở Tư pháp ", "Đã trả kết quả", "(mô phỏng)"])
    for column, day in enumerate(
        [datetime(2024, 1, 5, 8, 30), datetime(2024, 1, 15), datetime(2024, 1, 10, 16)]
    ):
        sheet.write_datetime(6, 6 + column, day, moment)
    sheet.write_row(7, 1, [2, 352112000539, unicodedata.normalize("NFD", "Sở Tư pháp"), "Đang xử lý", ""])
    sheet.write_row(7, 6, ["05/01/2024", 45306.5])
    sheet.write_row(9, 1, ["STT", "Mã hồ sơ", "Đơn vị giải quyết", "Trạng thái", "Người nộp"])
    sheet.write_row(10, 6, ["Ngày tiếp nhận", "Ngày hẹn trả", "Ngày có kết quả"])
    sheet.write_row(11, 1, [3, "H22-3", "Sở Tư pháp", "Đang xử lý", "", "30/02/2024"])
    sheet.merge_range("B13:F13", "Tổng cộng: 3 hồ sơ")


def test_a_messy_workbook_is_read_row_by_row(messy: Path) -> None:
    """Title rows, a merged two-row header, column numbers, a header again, blank and total rows, NFD, stray
    spaces, date cells and serial numbers, other sheets: what is a dossier comes in, the rest is accounted for."""
    (batch,) = read(messy)
    assert batch.sheet == "Hồ sơ"
    assert batch.rows.select("dossier_id", "unit_name", "status", "line").rows() == [
        ("H22-1", "Sở Tư pháp", 10, 7),
        ("352112000539", "Sở Tư pháp", 4, 8),
    ]
    assert batch.rows["received_at"].to_list() == [datetime(2024, 1, 5, 8, 30), datetime(2024, 1, 5)]
    assert batch.rows["due_at"].to_list() == [datetime(2024, 1, 15, 23, 59, 59), datetime(2024, 1, 15, 12)]
    assert batch.rows["finished_at"].to_list() == [datetime(2024, 1, 10, 16), None]
    assert batch.rejects.select("line", "column", "reason").rows() == [
        (12, "Ngày tiếp nhận", "ngày tiếp nhận không có trên lịch")
    ]
    assert batch.skipped == {"repeated_header": 3, "blank_row": 1, "total_row": 1}
    assert batch.repairs == {"channel_missing": 3, "excel_serial": 1, "nfd": 1, "spaces": 1}
    assert (batch.read, batch.personal_columns) == (8, 1)


def test_every_sheet_with_a_header_counts(write_xlsx: Writer) -> None:
    """An export split over sheets is read in their order; each batch names its sheet."""
    path = write_xlsx(
        {"Quý I": [HEADERS, row()], "Ghi chú": [["x"]], "Quý II": [["Báo cáo"], HEADERS, row()]}
    )
    batches = list(read(path))
    assert [(batch.sheet, batch.rows["line"].to_list()) for batch in batches] == [
        ("Quý I", [2]),
        ("Quý II", [3]),
    ]


def test_a_workbook_and_a_csv_of_the_same_cells_agree(write_xlsx: Writer, tmp_path: Path) -> None:
    """The form of the file does not change a row."""
    rows = [HEADERS, row(), row(Ngày_hẹn_trả="1/2/2024"), row(Trạng_thái="4", Hình_thức_nộp="")]
    path = tmp_path / "a.csv"
    path.write_text(csv_text(rows), encoding="utf-8")
    assert rows_of(list(read(write_xlsx({"A": rows})))).equals(rows_of(list(read(path))))


def test_a_code_in_a_number_cell_keeps_its_zeros(write_xlsx: Writer) -> None:
    """1.012760 typed as a number comes back as the code it was."""
    (batch,) = read(write_xlsx({"A": [HEADERS, row(Mã_TTHC=1.01276)]}))
    assert batch.rows["procedure_id"].to_list() == ["1.012760"]


def test_a_true_old_workbook_is_read() -> None:
    """An .xls that LibreOffice wrote gives its dossiers, like an .xlsx."""
    batches = list(read(XLS))
    assert rows_of(batches)["dossier_id"].to_list() == ["H22-240105-0001", "H22-240105-0002"]
    assert rows_of(batches)["finished_at"].to_list() == [datetime(2024, 1, 10, 16), None]
    assert rejects_of(batches)["line"].to_list() == [6]
    assert batches[0].skipped == {"total_row": 1}


def test_the_name_of_a_file_does_not_decide(write_xlsx: Writer, tmp_path: Path) -> None:
    """A workbook is known by its bytes, whatever it is called."""
    path = shutil.copy(write_xlsx({"A": [HEADERS, GOOD]}), tmp_path / "hồ sơ.csv")
    assert rows_of(list(read(Path(path)))).height == 1


def test_a_sheet_laid_out_in_another_way_is_read_in_full(
    write_xlsx: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the first rows cannot be peeked at, the sheet reader finds the header."""
    path = write_xlsx({"A": [["Báo cáo"], [], HEADERS, row()]})
    expected = rows_of(list(read(path)))

    def closed(*_: object) -> list[list[str | None]]:
        raise NoPeekError

    monkeypatch.setattr(workbook, "first_rows", closed)
    assert rows_of(list(read(path))).equals(expected)


def test_peeking_sees_what_the_sheet_reader_sees(messy: Path) -> None:
    """Texts keep their true rows and columns, with blank rows and merged cells above them."""
    seen = fastexcel.read_excel(messy).load_sheet("Hồ sơ", header_row=None, skip_rows=0, dtypes="string")
    expected = [[cell for cell in cells if cell] for cells in seen.to_polars().head(6).iter_rows()]
    rows = first_rows(messy, "Hồ sơ", 6)
    assert [[cell for cell in cells if cell] for cells in rows] == expected
    assert (rows[1][1], rows[3][2], rows[4][6:]) == (
        *("DANH SÁCH HỒ SƠ", "Mã hồ sơ"),
        ["Ngày tiếp nhận", "Ngày hẹn trả", "Ngày có kết quả"],
    )


def test_peeking_reads_inline_text_and_cells_without_references(tmp_path: Path) -> None:
    """Some systems write text into the cell and leave out the cell's address."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    cells = '<c t="inlineStr"><is><r><t>Mã </t></r><r><t>hồ sơ</t></r></is></c><c><v>5</v></c><c r="E1" t="str"><v>x</v></c>'
    path = tmp_path / "tay.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        sheet = '<sheet name="A" sheetId="1" r:id="r1"/>'
        archive.writestr(
            "xl/workbook.xml", f'<workbook {main} xmlns:r="{office}"><sheets>{sheet}</sheets></workbook>'
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f"<worksheet {main}><sheetData><row>{cells}</row></sheetData></worksheet>",
        )
    assert first_rows(path, "A", 5) == [["Mã hồ sơ", "5", None, None, "x"]]


def _rewritten(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """A copy of a workbook with one part changed."""
    target = path.with_name("sửa.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return target


@pytest.mark.parametrize("dimension", [b"A1:XFD1048576", b"A1", b""])
def test_a_stray_cell_is_told_before_the_sheet_is_loaded(tmp_path: Path, dimension: bytes) -> None:
    """One cell at the far corner would take the memory of the whole sheet; the line names it and what to do,
    also where the sheet declares no size or a wrong one."""
    path = tmp_path / "lạc.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Hồ sơ")
        sheet.write_row(0, 0, HEADERS)
        sheet.write_row(1, 0, row())
        sheet.write(1_048_575, 16_383, "lạc")
    declared = b'<dimension ref="A1:XFD1048576"/>'
    changed = b'<dimension ref="' + dimension + b'"/>' if dimension else b""
    path = _rewritten(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(declared, changed))
    with pytest.raises(InputError) as fault:
        list(read(path))
    assert str(fault.value) == (
        "trang tính có ô lạc ở XFD1048576 · tệp sửa.xlsx, trang tính “Hồ sơ” · "
        "xóa các cột, dòng thừa rồi lưu lại"
    )


def test_formats_painted_to_the_last_row_are_no_stray_cells(tmp_path: Path) -> None:
    """Empty cells with a border take no memory, whatever size the sheet declares."""
    path = tmp_path / "viền.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("A")
        sheet.write_row(0, 0, HEADERS)
        sheet.write_row(1, 0, row())
        sheet.write_blank(1_048_575, 16_383, None, book.add_format({"border": 1}))
    assert rows_of(list(read(path)))["line"].to_list() == [2]


def test_a_shared_text_that_does_not_exist_closes_the_peek(write_xlsx: Writer) -> None:
    """A cell that points beyond the shared texts is a sheet laid out in another way, not a crash."""
    path = write_xlsx({"A": [HEADERS, row()]})
    broken = _rewritten(
        path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<v>3</v>", b"<v>99999</v>", 1)
    )
    with pytest.raises(NoPeekError):
        first_rows(broken, "A", 5)
    with pytest.raises(InputError):
        list(read(broken))


def test_a_column_beyond_the_last_closes_the_peek(write_xlsx: Writer) -> None:
    """An address no sheet has makes no row of millions of cells."""
    path = write_xlsx({"A": [HEADERS, row()]})
    broken = _rewritten(
        path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'r="C1"', b'r="ZZZZZZ1"', 1)
    )
    with pytest.raises(NoPeekError):
        first_rows(broken, "A", 5)
    with pytest.raises(InputError, match="ô lạc ở ZZZZZZ1"):
        list(read(broken))


def test_a_sheet_that_declares_no_size_is_read(write_xlsx: Writer) -> None:
    """A size left out, as some systems do, refuses no sheet that is small."""
    path = write_xlsx({"A": [HEADERS, *[row()] * 3]})
    declared = b'<dimension ref="A1:L4"/>'
    for instead in (b"", b'<dimension ref="A1"/>'):
        changed = _rewritten(
            path, "xl/worksheets/sheet1.xml", lambda xml, new=instead: xml.replace(declared, new)
        )
        assert rows_of(list(read(changed)))["line"].to_list() == [2, 3, 4]
