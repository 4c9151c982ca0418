"""Versions that were given up (phiên bản đã dọn): which they are, and a clear word for who asks for one."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ..vocabulary.errors import NoDataError, StoreError

FILE: Final = "forgotten.json"
Versions = Mapping[str, frozenset[int]]
"""By table."""


def read(root: Path) -> Versions:
    """The versions of each table that a store has given up. StoreError when the list is damaged."""
    try:
        found = json.loads((root / FILE).read_bytes())
        return {str(table): frozenset(map(int, versions)) for table, versions in found.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, AttributeError) as error:
        raise StoreError(
            "danh sách phiên bản đã dọn bị hỏng",
            where=str(root / FILE),
            expected="JSON",
            remedy="khôi phục tệp từ bản sao lưu",
        ) from error


def write(root: Path, versions: Versions) -> None:
    """Sets the list down for good, before any file of them goes."""
    told = {table: sorted(own) for table, own in sorted(versions.items()) if own}
    beside = root / f".{FILE}.{os.getpid()}"
    with beside.open("w", encoding="utf-8") as file:
        json.dump(told, file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(root / FILE)


def refuse(root: Path, table: str, version: int) -> None:
    """NoDataError for a version that was given up."""
    if (root / FILE).exists() and version in read(root).get(table, ()):
        raise NoDataError(
            f"phiên bản {version} của bảng {table} đã được dọn khỏi kho",
            where=str(root),
            expected="phiên bản còn giữ",
            remedy="khôi phục kho từ bản sao lưu cũ hơn (xem phiên bản: hoso status)",
        )
