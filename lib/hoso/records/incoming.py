"""Facts of one file on their way into the store (hồ sơ đang nạp): Arrow files below a private folder, one a piece.

Each is read where it lies, a month of receipt at a time, so that memory is that of a month and not of the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from . import disk, schema

AT_ONCE: Final = 250_000
"""Rows of a month that are compared or written at once."""

_NAMED: Final[schema.Columns] = {"place": pl.UInt32, "dossier": pl.String, "received_month": pl.Date}
_Extent = tuple[Path, int, int]  # a piece, and from which of its rows how many


@dataclass
class Incoming:
    """The facts of a file; `rows`: how many. Each has its `place` (0, 1, 2 …) in the file and its dossier_id beside it."""

    folder: Path
    rows: int = 0
    _files: list[Path] = field(default_factory=list)
    _months: dict[date, list[_Extent]] = field(default_factory=dict)
    _names: list[pl.Series] = field(default_factory=list)

    def add(self, facts: pl.DataFrame) -> None:
        """One more piece (columns FACTS, dossier_id) behind the others: of a dossier twice in a file the last row counts."""
        file = self.folder / f"facts-{len(self._files):05d}.arrow"
        numbered = facts.with_row_index("place", offset=self.rows).cast({"place": _NAMED["place"]})
        if not numbered["received_month"].is_sorted():
            numbered = numbered.sort("received_month", maintain_order=True)
        disk.require_room(self.folder, int(numbered.estimated_size()))
        numbered.write_ipc(file)  # packing it costs more than the disk it fills for a moment
        start = 0
        for run in numbered["received_month"].rle().struct.unnest().iter_rows(named=True):
            self._months.setdefault(run["value"], []).append((file, start, run["len"]))
            start += run["len"]
        self._names.append(facts["dossier"].hash())
        self._files.append(file)
        self.rows += facts.height

    @property
    def months(self) -> list[date]:
        """The months of receipt, in order."""
        return sorted(self._months)

    def height(self, month: date) -> int:
        """How many rows a month has."""
        return sum(length for _, _, length in self._months.get(month, ()))

    def of(self, month: date, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Columns of a month's rows, AT_ONCE of them or fewer at a time; a piece has no more."""
        waiting: list[pl.DataFrame] = []
        for file, start, length in self._months.get(month, ()):
            rows = pl.scan_ipc(file).slice(start, length).select(columns).collect()
            if waiting and sum(part.height for part in waiting) + length > AT_ONCE:
                yield pl.concat(waiting)
                waiting = []
            waiting.append(rows)
        if waiting:
            yield pl.concat(waiting)

    def scan(self, month: date | None = None) -> pl.LazyFrame:
        """All rows, or those of a month that has some, lazily."""
        if month is None:
            return pl.scan_ipc(self._files)
        return pl.concat(
            pl.scan_ipc(file).slice(start, length) for file, start, length in self._months[month]
        )

    def superseded(self) -> pl.DataFrame:
        """The rows of a dossier that a later row of it replaces (columns place, dossier, received_month)."""
        if not self._files or pl.concat(self._names).n_unique() == self.rows:
            return schema.empty(_NAMED)
        earlier = pl.col("place") < pl.col("place").max().over("dossier")
        return self.scan().select(list(_NAMED)).filter(earlier).collect()
