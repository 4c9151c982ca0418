"""The note of a store (store.json): the layout it was made with, and the fingerprint of the key that hides its ids."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final

from ..vocabulary.errors import NoDataError, StoreError
from .mirror import NOTE, Mirror
from .turns import locked

LAYOUT: Final = 3


def check(root: Path, place: str) -> None:
    """NoDataError where no store is, StoreError where it has another layout."""
    note = root / NOTE
    if not note.exists():
        raise NoDataError(
            "chưa có dữ liệu",
            where=place,
            expected="kho dữ liệu",
            remedy="chạy: hoso import TỆP --province TỈNH",
        )
    layout = _read(note).get("layout")
    if layout != LAYOUT:
        raise StoreError(
            f"kho dữ liệu theo bố cục {layout}",
            where=str(note),
            expected=f"bố cục {LAYOUT}",
            remedy="dùng phiên bản hoso đã ghi kho này, hoặc nạp lại các tệp kết xuất vào một kho mới",
        )


def make(root: Path, fingerprint: str, copy: Mirror | None, key_file: Path) -> None:
    """The note at first use, in the object store too if there is one. StoreError when it names another key."""
    note, told = root / NOTE, json.dumps({"layout": LAYOUT, "key": fingerprint})
    with locked(root / ".prepare.lock"):
        if copy is not None and not note.exists():
            copy.begin(told)
        elif not note.exists():
            _write_atomically(note, told)
    made_with = _read(note).get("key")
    if made_with != fingerprint:
        raise StoreError(
            "khóa không phải khóa đã dùng khi lập kho",
            where=str(key_file),
            expected=f"khóa {made_with}",
            remedy="khôi phục tệp khóa đó (HOSO_KEY), hoặc nạp lại tất cả vào một kho mới",
        )


def _read(note: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(note.read_text("utf-8"))
        return found
    except ValueError as error:
        raise StoreError(
            "tệp ghi chú của kho dữ liệu bị hỏng",
            where=str(note),
            expected="JSON",
            remedy="khôi phục tệp từ bản sao lưu",
        ) from error


def _write_atomically(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, "utf-8")
    beside.replace(path)
