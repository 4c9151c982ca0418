"""Tells what a file is from its first bytes, whatever its name says (nhận dạng tệp)."""

import codecs
import zipfile
from enum import Enum
from pathlib import Path

from hoso.records.intake.header import where_is
from hoso.vocabulary.errors import InputError

KNOWN = "tệp .xlsx, .xls, .csv hoặc JSON đồng bộ"

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LOOK = 4096
_ZEROS = 0.01  # more zero bytes than a few damaged cells have: no text


class Form(Enum):
    """The three ways a table comes in."""

    WORKBOOK = "workbook"
    DELIMITED = "delimited"
    JSON = "json"


def form_of(path: Path) -> Form:
    """The form of a file; InputError when it is missing, empty, damaged, protected or unknown."""
    look = _first_bytes(path)
    if look.startswith(_ZIP):
        return _zip(path)
    if look.startswith(_OLE2):
        return _ole2(path)
    return _text(path, look)


def protected(path: Path) -> InputError:
    """The fault of a workbook that asks for a password."""
    return InputError(
        "tệp Excel đặt mật khẩu",
        where=where_is(path),
        remedy="mở bằng Excel, bỏ mật khẩu (File › Info › Protect Workbook) rồi lưu lại",
    )


def damaged(path: Path) -> InputError:
    """The fault of a workbook that breaks off or cannot be unpacked."""
    return InputError(
        "tệp Excel hỏng hoặc tải về chưa trọn",
        where=where_is(path),
        remedy="tải hoặc kết xuất lại từ hệ thống một cửa",
    )


def _first_bytes(path: Path) -> bytes:
    if not path.is_file():
        raise InputError("không có tệp này", where=where_is(path), expected=KNOWN)
    with path.open("rb") as file:
        look = file.read(_LOOK)
    if not look.strip(b"\x00\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise InputError("tệp rỗng", where=where_is(path), remedy="kết xuất lại từ hệ thống một cửa")
    return look


def _zip(path: Path) -> Form:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        raise damaged(path) from None
    if not any(name.startswith("xl/workbook") for name in names):
        raise _unknown(path)
    return Form.WORKBOOK


def _ole2(path: Path) -> Form:
    # The names of an OLE2 file's streams are UTF-16 text in its directory.
    content = path.read_bytes()
    if _named("EncryptedPackage") in content:
        raise protected(path)
    if _named("Workbook") in content or _named("Book") in content:
        return Form.WORKBOOK
    raise _unknown(path)


def _named(stream: str) -> bytes:
    return stream.encode("utf-16-le") + b"\x00\x00"


def _text(path: Path, look: bytes) -> Form:
    if look.startswith(_UTF16):
        return Form.DELIMITED
    if look.count(0) > _ZEROS * len(look) or look.startswith(
        (b"%PDF", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"{\\rtf")
    ):
        raise _unknown(path)
    start = look.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    if start == b"<":
        raise InputError(
            "tệp là trang HTML/XML, không phải bảng tính dù mang đuôi Excel",
            where=where_is(path),
            expected=KNOWN,
            remedy="mở bằng Excel rồi lưu lại dạng .xlsx",
        )
    return Form.JSON if start in (b"{", b"[") else Form.DELIMITED


def _unknown(path: Path) -> InputError:
    return InputError("không nhận ra dạng tệp", where=where_is(path), expected=KNOWN)
