"""Faults of the system below, told as the library's own errors are: one line, an exit code, no traceback."""

from __future__ import annotations

import errno
import os
from typing import Final

from ..vocabulary.errors import HosoError, StoreError

# Packages that read and write the store; pyo3_runtime is what a panic of theirs is called.
_STORE: Final = {
    "deltalake",
    "_internal",
    "polars",
    "narwhals",
    "duckdb",
    "_duckdb",
    "sqlite3",
    "pyo3_runtime",
}
# As the engines below, which know no errno, print it.
_FULL: Final = (os.strerror(errno.ENOSPC), "disk is full")


def told_in_a_line(error: BaseException) -> HosoError | None:
    """The error as one line; None for one that is a defect of the program, whose traceback helps to mend it."""
    if isinstance(error, HosoError):
        return error
    if isinstance(error, OSError):
        if error.errno == errno.ENOSPC or _is_full(error):
            return _full(str(error.filename or "kho dữ liệu"))
        return StoreError(
            error.strerror or str(error),
            where=str(error.filename or ""),
            remedy="kiểm tra đĩa, đường dẫn và quyền truy cập",
        )
    if type(error).__module__.split(".")[0] in _STORE:
        if _is_full(error):
            return _full("kho dữ liệu")
        first = next(iter(str(error).splitlines()), type(error).__name__)
        return StoreError(
            f"không đọc hoặc ghi được kho dữ liệu: {first[:300]}",
            remedy="kiểm tra đĩa, rồi kiểm tra kho: hoso status --check",
        )
    return None


def _is_full(error: BaseException) -> bool:
    return any(words in str(error) for words in _FULL)


def _full(where: str) -> StoreError:
    """What was committed before stays; a commit is whole or not at all."""
    return StoreError(
        "đĩa hết chỗ trống",
        where=where,
        expected="đĩa còn chỗ trống",
        remedy="giải phóng bớt đĩa rồi chạy lại lệnh; kho dữ liệu không mất gì",
    )
