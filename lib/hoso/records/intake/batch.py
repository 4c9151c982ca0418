"""What intake hands on: batches of clean rows, with every row read accounted for (lô dữ liệu)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from hoso.records.intake.columns import DATE_FIELDS, FLAG_FIELDS, TEXT_FIELDS

# Bounds the memory of a large file: cleaning takes about 300 MB for so many rows of 24 columns.
BATCH_ROWS = 100_000

Kind = Literal["dossiers", "procedures"]

CLEAN: dict[str, pl.DataType] = {
    **{name: pl.String() for name in TEXT_FIELDS},
    "channel": pl.String(),
    "service_level": pl.String(),
    "status": pl.Int8(),
    **{name: pl.Datetime("us") for name in DATE_FIELDS},
    "supplements": pl.Int16(),
    "waiting_minutes": pl.Int32(),
    "fee": pl.Boolean(),
    "paid_online": pl.Boolean(),
    **{name: pl.Boolean() for name in FLAG_FIELDS},
    "line": pl.Int32(),
}
"""A clean dossier row (dòng hồ sơ sạch). Times are naive local time; a flag the source did not give is
null."""

PROCEDURES: dict[str, pl.DataType] = {
    "procedure_id": pl.String(),
    "name": pl.String(),
    "field": pl.String(),
    "service_level": pl.String(),
    "level": pl.String(),  # department|district|commune, comma list
    "fee": pl.Boolean(),
    "online_payment": pl.Boolean(),
    "valid_from": pl.Date(),
    "valid_to": pl.Date(),
    "limit": pl.Float64(),
    "limit_kind": pl.String(),  # working_day|day|working_hour|same_day
    "online_limit": pl.Float64(),
    "online_limit_kind": pl.String(),
    "synthetic": pl.Boolean(),
    "line": pl.Int32(),
}
"""A row of the catalogue of procedures (danh mục thủ tục hành chính)."""

REJECTS: dict[str, pl.DataType] = {
    "line": pl.Int32(),
    "column": pl.String(),
    "value_class": pl.String(),
    "reason": pl.String(),
}
"""A refused line (dòng bị loại): its first faulty column, the kind of value there, all reasons; no value."""


@dataclass(frozen=True)
class Cells:
    """Text cells of a piece of one table as the reader took them, allow-listed columns only.

    `frame` has a String column per field of columns.toml found in the file, `ordinal` where the table numbers
    its rows, and `line` (Int32, 1-based row or line a person sees in the file).
    """

    kind: Kind
    frame: pl.DataFrame
    titles: Mapping[str, str]  # field → header as printed
    plain_dates: frozenset[str]  # spellings of a date that need no repair in this kind of file
    sheet: str | None = None
    broken: Mapping[int, str] = field(default_factory=dict)  # line the reader could not take apart → reason
    repairs: Mapping[str, int] = field(default_factory=dict)
    personal_columns: int = 0
    share: float | None = None  # of the file that is read with this piece; null where it cannot be told


@dataclass(frozen=True, repr=False)
class Batch:
    """At most `BATCH_ROWS` rows of one table: read = accepted + rejected + skipped, checked here.

    `skipped` counts rows by reason (blank_row, total_row, repeated_header); `repairs` counts mended cells by
    kind. `personal_columns` is how many known personal columns of the file were left unread; `share` how much of
    the file has been read, 0 to 1, where that is known.
    """

    kind: Kind
    sheet: str | None
    read: int
    rows: pl.DataFrame
    rejects: pl.DataFrame
    skipped: dict[str, int]
    repairs: dict[str, int]
    personal_columns: int = 0
    share: float | None = None

    def __post_init__(self) -> None:
        accounted = self.rows.height + self.rejects.height + sum(self.skipped.values())
        if self.read != accounted:
            raise ValueError(f"{self.read} rows read but {accounted} accounted for")

    def __repr__(self) -> str:
        # Counts only: a dossier's row has no place in a log.
        return (
            f"Batch({self.kind}, sheet={self.sheet!r}, read={self.read}, accepted={self.rows.height}, "
            f"rejected={self.rejects.height}, skipped={self.skipped}, repairs={self.repairs})"
        )
