"""What an import did, as a row of the table `imports` (lần nạp)."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from . import schema


@dataclass(frozen=True)
class Import:
    """What one import did: read = accepted + replaced + rejected + skipped."""

    import_id: str
    province_id: str
    file: str
    sha256: str
    kind: str
    imported_at: str  # UTC, ISO 8601
    read: int
    accepted: int
    replaced: int
    rejected: int
    skipped: int
    details: dict[str, Any]

    def __post_init__(self) -> None:
        if self.read != self.accepted + self.replaced + self.rejected + self.skipped:
            raise AssertionError(f"rows unaccounted for in {self.file}: {self}")

    def row(self, facts_version: int | None) -> pl.DataFrame:
        """The import as a row of the imports table."""
        values = asdict(self) | {
            "imported_at": datetime.fromisoformat(self.imported_at).replace(tzinfo=None),
            "details": json.dumps(self.details, ensure_ascii=False),
            "facts_version": facts_version,
        }
        return pl.DataFrame([values], schema=schema.IMPORTS)


def printed_name(path: Path) -> str:
    """A file's name; bytes of another code page, as old archives have them, become question marks."""
    return os.fsencode(path.name).decode("utf-8", "replace")


def sha256(path: Path) -> str:
    """The digest of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
