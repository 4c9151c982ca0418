"""The forms of the exports (data/sample/forms.toml), and dossiers written out in their words as plain text."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import polars as pl

from .frame import FLAGS, TIMES

NUMBERS: Final = ("order", "fee_amount", "supplements", "waiting_days")
SYNTHETIC: Final = "Dữ liệu mô phỏng"
FLAG_WORDS: Final = {True: "Có", False: "Không"}
_EXCEL_DAY_0: Final = 25_569  # 1970-01-01 as an Excel serial
_DAY_US: Final = 86_400_000_000


@dataclass(frozen=True)
class Form:
    """One vendor's form. `columns`: (upper header or None, header, what it holds)."""

    kind: str
    columns: tuple[tuple[str | None, str, str], ...]
    dates: str
    separator: str = ","
    bom: bool = False
    title: tuple[str, ...] = ()
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def sources(self) -> list[str]:
        """What the columns hold, in order."""
        return [source for _, _, source in self.columns]

    @property
    def typed(self) -> list[int]:
        """The columns that a workbook holds as numbers or Excel dates."""
        numeric = NUMBERS + (TIMES if self.dates == "excel" else ())
        return [i for i, source in enumerate(self.sources) if source in numeric]


def read_forms(path: Path) -> dict[str, Form]:
    """All forms by name, each with the common words where it has none of its own."""
    table = tomllib.loads(path.read_text("utf-8"))
    return {name: _form(entry, table["words"]) for name, entry in table["forms"].items()}


def _form(entry: dict[str, Any], common: Mapping[str, Mapping[str, str]]) -> Form:
    own = entry.pop("words", {})
    words = {kind: {**usual, **own.get(kind, {})} for kind, usual in common.items()}
    columns = tuple((c[0] if len(c) == 3 else None, c[-2], c[-1]) for c in entry.pop("columns"))
    return Form(columns=columns, words=words, title=tuple(entry.pop("title", ())), **entry)


def as_text(rows: pl.DataFrame, form: Form) -> pl.DataFrame:
    """The rows in the form's columns, every cell a text; columns are numbered, because headers may repeat."""
    told = rows.with_columns(order=pl.int_range(1, pl.len() + 1))
    if "received_at" in form.sources and "submitted_at" not in form.sources:
        # Such systems show one date for what was sent in and never received.
        told = told.with_columns(received_at=pl.coalesce("received_at", "submitted_at"))
    return told.select(
        [_cell(source, form).cast(pl.String).alias(str(i)) for i, source in enumerate(form.sources)]
    )


def _cell(source: str, form: Form) -> pl.Expr:
    if source in _FIXED:
        return _FIXED[source]
    if source in TIMES:
        return _time(source, form.dates)
    if source in FLAGS or source in ("fee", "online_payment"):
        return pl.col(source).replace_strict(FLAG_WORDS, default=None, return_dtype=pl.String)
    if source in ("valid_from", "valid_to"):
        return pl.col(source).dt.strftime(form.dates)
    if source in form.words:
        return pl.col(source).cast(pl.String).replace(dict(form.words[source]))
    return pl.col(source)


def _time(source: str, dates: str) -> pl.Expr:
    if dates != "excel":
        return pl.col(source).dt.strftime(dates)
    return (pl.col(source).dt.timestamp("us") / _DAY_US + _EXCEL_DAY_0).round(8)


_BARE_PARENT: Final = pl.col("parent_name").str.strip_prefix("UBND ")
_UNITS: Final = {
    "unit": pl.col("unit_name"),
    "parent": pl.col("parent_name").fill_null(""),
    "unit_comma": pl.concat_str("unit_name", pl.lit(", ") + _BARE_PARENT, ignore_nulls=True),
    "unit_dash": pl.concat_str("unit_name", pl.lit(" - ") + _BARE_PARENT, ignore_nulls=True),
}

# Nobody's data: every personal column of the sample says that it is made up.
_NUMBER: Final = pl.col("number").cast(pl.String).str.zfill(6)
_MADE_UP: Final = {
    "applicant": pl.lit("Công dân mô phỏng ") + _NUMBER,
    "phone": pl.lit("0000000000"),
    "address": pl.lit("Địa chỉ mô phỏng"),
    "email": pl.lit("mo-phong@example.invalid"),
    "origin": pl.lit(SYNTHETIC),
}
_LIMIT: Final = {"limit": pl.col("days").cast(pl.String).str.zfill(2) + " ngày làm việc"}
_FIXED: Final = _UNITS | _MADE_UP | _LIMIT
