"""Faults of the system below, told as the library's own errors are: one line, an exit code, no traceback."""

from __future__ import annotations

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


def told_in_a_line(error: BaseException) -> HosoError | None:
    """The error as one line; None for one that is a defect of the program, whose traceback helps to mend it."""
    if isinstance(error, HosoError):
        return error
    if isinstance(error, OSError):
        return StoreError(
            error.strerror or str(error),
            where=str(error.filename or ""),
            remedy="check the disk, the path and its rights",
        )
    if type(error).__module__.split(".")[0] in _STORE:
        first = next(iter(str(error).splitlines()), type(error).__name__)
        return StoreError(
            f"the store could not be read or written: {first[:300]}",
            remedy="check the disk and run the command again; if it fails again, restore the store from its backup",
        )
    return None
