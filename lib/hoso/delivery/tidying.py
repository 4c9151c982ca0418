"""What tidying the store (dọn kho) must leave alone: versions that published reports name, and that batches read now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from ..records.tidying import Kept, Pins
from ..vocabulary.errors import InputError
from .batch import folders
from .outputs import MANIFEST


def kept(store: Path, reports: Path) -> Kept:
    """Of the reports below a folder, earlier ones in their history too, and of this user's living batches on a store.

    InputError for a manifest that cannot be read: it may name a version that would be given up.
    """
    return Kept(frozenset(_named(reports)), tuple(_read_now(store)))


def _named(reports: Path) -> Iterator[int]:
    for file in reports.rglob(MANIFEST):
        try:
            version = json.loads(file.read_bytes())["data_version"]
            if version is not None:
                yield int(version)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                "bản ghi phát hành không đọc được, nên không biết báo cáo cần phiên bản nào",
                where=str(file),
                expected="manifest.json có data_version",
                remedy="lập lại báo cáo đó (hoso report --force) hoặc xóa thư mục của nó",
            ) from error


def _read_now(store: Path) -> Iterator[Pins]:
    for root, pins in folders.pinned_now():
        if root == str(store.resolve()):
            yield pins["tables"]
