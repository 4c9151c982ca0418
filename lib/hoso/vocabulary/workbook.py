"""The workbook: one folder that holds notebooks, reference data, store and reports (thư mục làm việc)."""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

from hoso.vocabulary import addresses
from hoso.vocabulary.errors import InputError, UsageError

_HERE = Path(__file__).resolve().parents[3]  # lib/hoso/vocabulary/workbook.py → the folder above lib


@dataclass(frozen=True)
class Workbook:
    """The places of one workbook. Nothing is created here; who writes makes the folder.

    `HOSO_STORE` and `HOSO_REPORTS` move the store and the reports; a relative path there counts from the
    root, because notebooks run in private folders.
    """

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> Self:
        """The workbook of `$HOSO_ROOT`; else the nearest folder at or above `start` (the current folder) that
        holds `data/reference`; else the one this library lies in. UsageError when there is none.
        """
        if named := os.environ.get("HOSO_ROOT"):
            return cls(_folder(Path(named).expanduser(), "HOSO_ROOT"))
        begin = (start or Path.cwd()).resolve()
        for folder in (begin, *begin.parents, _HERE):
            if (folder / "data" / "reference").is_dir():
                return cls(folder)
        raise UsageError(
            "không tìm thấy thư mục làm việc",
            where=str(begin),
            expected="thư mục có data/reference",
            remedy="chuyển vào thư mục đó hoặc đặt biến HOSO_ROOT",
        )

    @property
    def reference(self) -> Path:
        return self.root / "data" / "reference"

    @property
    def sample(self) -> Path:
        return self.root / "data" / "sample"

    @property
    def inbox(self) -> Path:
        return self.root / "data" / "inbox"

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def store_uri(self) -> str:
        """Where the store is: an absolute path, or the address of an object store."""
        return self._moved("HOSO_STORE", "data/store")

    @property
    def store(self) -> Path:
        """The store's folder; of one in an object store its working copy on this machine. UsageError for a bad address."""
        uri = self.store_uri
        return addresses.store_copy(addresses.checked(uri)) if addresses.is_address(uri) else Path(uri)

    @property
    def reports_uri(self) -> str:
        """Where finished reports are published: an absolute path, or the address of an object store."""
        return self._moved("HOSO_REPORTS", "reports")

    @property
    def reports(self) -> Path:
        """The reports' folder. UsageError when it is in an object store (then take `reports_uri`)."""
        return _local(self.reports_uri, "HOSO_REPORTS")

    @property
    def key_file(self) -> Path:
        """The secret that makes dossier ids unlinkable in public copies; outside the workbook on purpose."""
        if named := os.environ.get("HOSO_KEY"):
            return Path(named).expanduser()
        config = os.environ.get("XDG_CONFIG_HOME")
        return (Path(config) if config else Path.home() / ".config") / "hoso" / "key"

    def reference_file(self, name: str) -> Path:
        """A file of `data/reference`; the library's own when this workbook keeps none; else InputError."""
        for folder in (self.reference, _HERE / "data" / "reference"):
            if (folder / name).is_file():
                return folder / name
        raise InputError(
            f"thiếu tệp danh mục {name}", where=str(self.reference), remedy="chép lại từ bản gốc của hoso"
        )

    def reference_files(self) -> dict[str, Path]:
        """All files of `data/reference` by their names below it, and those of the library that stand in for missing ones."""
        own, library = _below(self.reference), _below(_HERE / "data" / "reference")
        return own | {f"hoso: {name}": file for name, file in library.items() if name not in own}

    def _moved(self, variable: str, usual: str) -> str:
        value = os.environ.get(variable) or usual
        return value if addresses.is_address(value) else str(self.root.absolute() / Path(value).expanduser())


def reference_file(name: str) -> Path:
    """A reference file of the workbook at hand; looked up once for each place it is asked from."""
    return _reference_file(name, os.environ.get("HOSO_ROOT"), Path.cwd())


Edition = tuple[int, int, int]
"""What tells one state of a file from another: its time, size and inode."""


def edition(path: Path) -> Edition | None:
    """Which edition of a file lies there, None where there is none: who remembers what a file said asks this first.

    Processes live for days (JupyterLab, the workers of a cluster) while people edit the files they read.
    """
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


@cache
def _reference_file(name: str, _root: str | None, _folder: Path) -> Path:
    return Workbook.find().reference_file(name)


def _below(folder: Path) -> dict[str, Path]:
    return {f.relative_to(folder).as_posix(): f for f in folder.rglob("*") if f.is_file()}


def _folder(path: Path, variable: str) -> Path:
    if path.is_dir():
        return path.resolve()
    raise UsageError("thư mục không tồn tại", where=f"{variable}={path}", expected="một thư mục có sẵn")


def _local(uri: str, variable: str) -> Path:
    if addresses.is_address(uri):
        raise UsageError(
            "chỗ này cần một thư mục trên máy", where=f"{variable}={uri}", expected="đường dẫn thư mục"
        )
    return Path(uri)
