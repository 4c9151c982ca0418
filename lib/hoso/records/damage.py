"""Damage (hư hỏng) of a store, told in one line that names the file and the way back.

What can be made again decides the way: the ledger from the facts, a data file from any backup (a Delta file never changes
and its name is never used twice), all else from the exports.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from ..vocabulary.errors import StoreError
from . import sums

_FROM: Final = {
    "facts": "nạp lại các tệp kết xuất",
    "rejects": "nạp lại các tệp kết xuất",
    "imports": "nạp lại các tệp kết xuất",
    "units": "nạp lại các tệp kết xuất",
    "procedures": "nạp lại danh mục thủ tục và các tệp kết xuất",
    "scores": "nạp lại số liệu của Cổng",
}
READER: Final = 3  # the newest reader and writer version of Delta's protocol
WRITER: Final = 7


def way_back(table: str, log: bool = False) -> str:
    """What puts a table right, by what was lost of it: a data file, or its log."""
    if table == "ledger":
        return "chạy: hoso status --repair"
    whole = "khôi phục kho từ bản sao lưu" if log else "chép lại tệp cùng tên từ bản sao lưu"
    anew = _FROM.get(table, "nạp lại các tệp kết xuất")
    return f"{whole} (docs/backup.md); không có bản sao lưu thì {anew} vào một kho mới"


def error(what: str, file: Path, table: str, expected: str, log: bool = False) -> StoreError:
    """A fault of one file of a table."""
    return StoreError(what, where=str(file), expected=expected, remedy=way_back(table, log))


def sound(folder: Path, files: Sequence[str]) -> list[str]:
    """The same data files of a table, each as it was written. StoreError for the first that is not, or is gone."""
    here = folder.resolve()
    for file in files:
        wrong = of_file(folder, str(Path(file).relative_to(here)))
        if wrong is not None:
            raise wrong
    return list(files)


def of_file(folder: Path, name: str) -> StoreError | None:
    """What is wrong with a data file, named from the folder of its table."""
    try:
        if sums.is_sound(folder.parent, folder.name, name):
            return None
    except FileNotFoundError:
        return error("kho dữ liệu thiếu một tệp", folder / name, folder.name, "tệp có trong một phiên bản")
    except OSError as fault:
        reason = fault.strerror or str(fault)
        return error(
            f"không đọc được một tệp của kho dữ liệu: {reason}", folder / name, folder.name, "tệp đó"
        )
    return error("một tệp của kho dữ liệu bị hỏng", folder / name, folder.name, "nội dung lần nạp đã ghi")


def of_entry(folder: Path, entry: str) -> StoreError | None:
    """What is wrong with an entry of a table's log, by its name."""
    file, name = folder / sums.LOG / entry, f"{sums.LOG}/{entry}"
    try:
        whole = sums.is_sound(folder.parent, folder.name, name)
        if whole and sums.noted(folder.parent, folder.name, name) is None:
            sums.added(file)
    except FileNotFoundError:
        return error(
            "nhật ký của kho dữ liệu thiếu một bản ghi", file, folder.name, "bản ghi của mọi phiên bản", True
        )
    except (OSError, ValueError, KeyError, TypeError):
        whole = False
    if whole:
        return None
    return error(
        "một bản ghi nhật ký của kho dữ liệu bị hỏng", file, folder.name, "bản ghi lần nạp đã ghi", True
    )


def refuse_lost(folder: Path) -> None:
    """StoreError unless the newest entry that was noted of a log is there and whole.

    Delta takes a table whose last entry is gone or empty for one of an earlier day, and would write over the day between.
    """
    last = sums.last_entry(folder.parent, folder.name)
    if last is None:
        return
    with suppress(OSError):  # told below
        if sums.is_sound(folder.parent, folder.name, last):
            return
    if wrong := of_entry(folder, Path(last).name):
        raise wrong


def log_faults(folder: Path) -> list[StoreError]:
    """What is wrong with the log of a table, its oldest fault first."""
    names = set(sums.entries(folder))
    last = sums.last_entry(folder.parent, folder.name)
    newest = max([*names, *([Path(last).name] if last else [])], default=None)
    if newest is None:
        return []
    wanted = (f"{version:020}.json" for version in range(int(newest[:20]) + 1))
    return [wrong for name in wanted if (wrong := of_entry(folder, name)) is not None]


def unopened(folder: Path, fault: Exception) -> StoreError:
    """Why Delta could not open a table, as far as its log tells."""
    newer = _newer_protocol(folder)
    if newer is not None:
        return newer
    wrong = next(iter(log_faults(folder)), None)
    if wrong is not None:
        return wrong
    first = next(iter(str(fault).splitlines()), type(fault).__name__)
    return error(f"không mở được bảng: {first[:300]}", folder, folder.name, "bảng Delta", True)


def _newer_protocol(folder: Path) -> StoreError | None:
    for name in reversed(sums.entries(folder)):
        protocol = _protocol(folder / sums.LOG / name)
        if protocol is None:
            continue
        reader, writer = protocol.get("minReaderVersion", 0), protocol.get("minWriterVersion", 0)
        features = sorted({*protocol.get("readerFeatures", ()), *protocol.get("writerFeatures", ())})
        if reader <= READER and writer <= WRITER and set(features) <= {"timestampNtz"}:
            return None
        return StoreError(
            f"bảng do một chương trình mới hơn ghi (Delta reader {reader}, writer {writer}"
            + (f", {', '.join(features)})" if features else ")"),
            where=str(folder / sums.LOG / name),
            expected=f"cao nhất reader {READER}, writer {WRITER}",
            remedy="dùng chương trình đã ghi bảng, hoặc khôi phục kho từ bản sao lưu trước đó (docs/backup.md)",
        )
    return None


def _protocol(entry: Path) -> dict[str, Any] | None:
    """The protocol that an entry of a log asks for; None where it asks for none or cannot be read."""
    try:
        lines = [line for line in entry.read_text("utf-8").splitlines() if '"protocol"' in line]
        found = [json.loads(line).get("protocol") for line in lines]
    except (OSError, ValueError, AttributeError):
        return None
    return next((one for one in found if isinstance(one, dict)), None)
