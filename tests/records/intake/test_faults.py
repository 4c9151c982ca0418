"""Files that cannot be read as a whole: one clear line each, in Vietnamese."""

import io
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from hoso.records.intake import read
from hoso.records.intake.legacy import CP1258, ENCODERS, TCVN3, TWICE, VNI, likely_code_page
from hoso.vocabulary.errors import InputError
from tests.records.intake.exports import HEADERS, csv_text, row

Writer = Callable[..., Path]
TABLE = csv_text([HEADERS, row()])


def told(path: Path) -> str:
    with pytest.raises(InputError) as fault:
        list(read(path))
    line = str(fault.value)
    assert "\n" not in line and path.name in line
    return line


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes, str], Path]:
    def write(content: bytes, name: str = "tệp.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """A path without a file, and a folder, are no exports."""
    assert told(tmp_path / "không có.csv").startswith("không có tệp này")
    assert told(tmp_path).startswith("không có tệp này")


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b" \r\n\t\n", b"\x00\x00"])
def test_an_empty_file_is_told(file: Callable[..., Path], content: bytes) -> None:
    """A file without a letter is empty, with or without a mark or spaces."""
    assert told(file(content)).startswith("tệp rỗng")


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"{\\rtf1", b"PK\x05\x06" + bytes(18)]
)
def test_an_unknown_form_is_told(file: Callable[..., Path], content: bytes) -> None:
    """Other kinds of files are named as such, with the kinds that are read."""
    line = told(file(content))
    assert line.startswith("không nhận ra dạng tệp") and ".xlsx" in line


def test_a_zip_that_is_no_workbook_is_told(file: Callable[..., Path]) -> None:
    """A ZIP, such as a .docx, is not taken for a damaged workbook."""
    import zipfile

    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert told(file(content.getvalue(), "tệp.xlsx")).startswith("không nhận ra dạng tệp")


def test_a_web_page_called_xls_is_told(file: Callable[..., Path]) -> None:
    """Some systems send an HTML table under the name of an Excel file."""
    line = told(file("<html><table><tr><td>Mã hồ sơ</td></tr></table></html>".encode(), "tệp.xls"))
    assert line.startswith("tệp là trang HTML/XML") and ".xlsx" in line


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_truncated_workbook_is_told(write_xlsx: Writer, file: Callable[..., Path], share: float) -> None:
    """A download that broke off is called that, wherever it broke."""
    content = write_xlsx({"A": [HEADERS, row()]}).read_bytes()
    line = told(file(content[: int(len(content) * share)], "cụt.xlsx"))
    assert line.startswith("tệp Excel hỏng hoặc tải về chưa trọn")


def test_a_workbook_with_a_password_is_told(write_xlsx: Writer, file: Callable[..., Path]) -> None:
    """A protected workbook is an OLE2 file; it is told from a true .xls, with what to do."""
    locked = io.BytesIO()
    with write_xlsx({"A": [HEADERS, row()]}).open("rb") as plain:
        OOXMLFile(plain).encrypt("mật khẩu", locked)
    line = told(file(locked.getvalue(), "khóa.xlsx"))
    assert line.startswith("tệp Excel đặt mật khẩu") and "bỏ mật khẩu" in line


def test_a_workbook_without_a_table_is_told(write_xlsx: Writer) -> None:
    """No sheet has a header: the line says which columns are looked for, and shows no cell."""
    line = told(write_xlsx({"A": [["Nguyễn Văn A", "012345678901"]], "B": []}))
    assert line.startswith("không thấy dòng tiêu đề cột")
    assert "Mã hồ sơ, Đơn vị giải quyết, Ngày tiếp nhận, Trạng thái" in line
    assert "Nguyễn" not in line and "0123" not in line


def test_missing_columns_are_named(write_xlsx: Writer, file: Callable[..., Path]) -> None:
    """The missing columns and the headers found are named, with file, sheet and row."""
    header = ["STT", "Mã hồ sơ", "Trạng thái", "Cột lạ"]
    line = told(
        write_xlsx({"Bìa": [["x"]], "Hồ sơ": [["Báo cáo"], header, ["1", "H22", "Đang xử lý", "bí mật"]]})
    )
    assert line.startswith("thiếu cột bắt buộc: Đơn vị giải quyết, Ngày tiếp nhận")
    assert "trang tính “Hồ sơ”, dòng 2" in line
    assert "các cột đọc được: STT, Mã hồ sơ, Trạng thái, Cột lạ;" in line
    assert "bí mật" not in line
    assert told(file("Mã hồ sơ;Trạng thái\n1;2\n".encode())).startswith("thiếu cột bắt buộc")


@pytest.mark.parametrize("page", [TCVN3, VNI, CP1258])
def test_a_csv_in_an_old_code_page_is_told_by_name(file: Callable[..., Path], page: str) -> None:
    """TCVN3, VNI and Windows 1258 are recognised by the words of a header; nothing is converted."""
    line = told(file(ENCODERS[page](TABLE.lower()).encode("latin-1")))
    assert line.startswith(f"chữ ở bảng mã {page}") and "UTF-8" in line and "UniKey" in line


def test_old_code_pages_are_written_as_they_were() -> None:
    """The three pages as the offices saw them, letter by letter."""
    assert ENCODERS[TCVN3]("mã hồ sơ, tuyên quang, đơn vị, ước") == "m· hå s¬, tuyªn quang, ®¬n vÞ, \xad\xedc"
    assert ENCODERS[VNI]("mã hồ sơ, ngày tiếp nhận, trạng thái, đơn vị, ước") == (
        "maõ hoà sô, ngaøy tieáp nhaän, traïng thaùi, ñôn vò, öôùc"
    )
    assert (
        unicodedata.normalize("NFC", ENCODERS[CP1258]("mã hồ sơ").encode("latin-1").decode("cp1258"))
        == "mã hồ sơ"
    )


def test_a_nameless_8_bit_page_is_told(file: Callable[..., Path]) -> None:
    """Bytes of no known page are still refused as an old page, not read as rubbish."""
    assert told(file(b"M\xe3 h\xf8;Tr\xe5ng\nx;y\n" * 5)).startswith("chữ ở bảng mã 8 bit cũ")


@pytest.mark.parametrize("page", [TCVN3, VNI, TWICE])
def test_old_text_saved_inside_unicode_is_told(
    file: Callable[..., Path], write_xlsx: Writer, page: str
) -> None:
    """ "M· hå s¬" in a UTF-8 file or a workbook is called an old page, not a missing column."""
    garbled = [[ENCODERS[page](cell.lower()) for cell in cells] for cells in (HEADERS, row())]
    assert page in told(file(csv_text(garbled).encode()))
    assert page in told(write_xlsx({"A": garbled}))


def test_good_unicode_is_no_old_page() -> None:
    """Vietnamese text, English text and numbers are not taken for an old page."""
    assert likely_code_page(TABLE, HEADERS) is None
    assert likely_code_page("Ma ho so, status, 12345, café, 5 m²", HEADERS) is None


def test_a_broken_json_array_is_told(file: Callable[..., Path]) -> None:
    """An array that breaks off is a damaged file; JSON without dossiers is another kind of file."""
    assert told(file(b'[{"MaHoSo": "1"}, {"Ma', "a.json")).startswith("tệp JSON hỏng")
    assert told(file(b'{"score": 62.59}', "a.json")).startswith("tệp JSON không có hồ sơ đồng bộ")


def test_a_file_without_a_dossier_is_told(write_xlsx: Writer, file: Callable[..., Path]) -> None:
    """A header alone, blank and total rows alone, and an empty list hold nothing to import: one line says so."""
    header = ",".join(HEADERS) + "\n"
    empty = [
        file(header.encode()),
        file((header + "," * (len(HEADERS) - 1) + "\nTổng cộng\n").encode(), "tổng.csv"),
        write_xlsx({"A": [HEADERS], "B": [["Báo cáo"]]}),
        file(b"[]", "a.json"),
        file(b'{"data": []}', "b.json"),
    ]
    assert all(told(path).startswith("tệp không có hồ sơ nào") for path in empty)


def test_a_catalogue_without_a_procedure_is_told(file: Callable[..., Path]) -> None:
    """An empty catalogue is named as one."""
    line = told(file("Mã TTHC,Tên thủ tục,Mức độ\n".encode()))
    assert line.startswith("tệp không có thủ tục nào")


def test_an_empty_sheet_beside_a_full_one_is_no_fault(write_xlsx: Writer) -> None:
    """A workbook with dossiers in another sheet is read; the empty sheet is a batch of none."""
    batches = list(read(write_xlsx({"Trống": [HEADERS], "Đủ": [HEADERS, row()]})))
    assert [(batch.sheet, batch.read) for batch in batches] == [("Trống", 0), ("Đủ", 1)]


def test_rows_that_are_all_refused_are_no_empty_file(file: Callable[..., Path]) -> None:
    """A file whose every row is refused tells the rows, not that it is empty."""
    (batch,) = read(file(csv_text([HEADERS, row(Mã_hồ_sơ="")]).encode()))
    assert batch.rejects.height == 1
