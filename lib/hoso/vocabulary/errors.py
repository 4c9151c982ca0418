"""What can go wrong, by what the user must do about it (lỗi)."""

from hoso.vocabulary.text import clean


class HosoError(Exception):
    """A fault to be told in one line, without a traceback: what · where · what was expected · what to do.

    `exit_code` is what the command line returns for it.
    """

    exit_code = 1

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        expected: str | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.expected = expected
        self.remedy = remedy

    def __str__(self) -> str:
        expected = f"cần: {self.expected}" if self.expected else None
        # Cleaned, because file names and cells come from outside and may carry line breaks or terminal codes.
        return " · ".join(clean(part) for part in (self.what, self.where, expected, self.remedy) if part)


class InputError(HosoError):
    """A file or a value that cannot be read: mend the file."""


class StoreError(HosoError):
    """The store is missing, locked or of another shape: mend or wait for the store."""


class StoreBusyError(StoreError):
    """An import holds the store: wait for its end."""


class EngineError(HosoError):
    """The Spark that was to count is not there or failed: mend it, wait for it, or count without it."""


class UsageError(HosoError):
    """A wrong name, period or option: mend the command."""

    exit_code = 2


class NoDataError(HosoError):
    """Nothing to report on: import first."""

    exit_code = 3
