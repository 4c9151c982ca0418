"""Tells the rows of a table that are no records (dòng trống, dòng tổng, tiêu đề lặp)."""

from collections.abc import Mapping

import polars as pl

from hoso.records.intake.columns import Table

BLANK, TOTAL, HEADER = "blank_row", "total_row", "repeated_header"

_TOTAL = r"(?i)^(?:tổng cộng|tổng số|tổng|cộng)(?:\s*[:.]|\s+(?:cộng|số|hồ sơ|chung)\b.*|\s*\(.*|\s*\d.*)?$"
_AMOUNT = r"^[\d.,\s]+(?:đ|đồng|VNĐ|VND)?$"
# "(1)", "2", "(A)", "(7)=(8)+(9)": the row of column numbers under a header.
_COLUMN_NUMBER = r"^\(?(?:\d{1,2}|[A-Z])\)?(?:\s*=.*)?$"


def not_records(frame: pl.DataFrame, table: Table, titles: Mapping[str, str]) -> pl.Series:
    """Per row the reason to skip it, or null. `frame` holds tidy text columns and `line`."""
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    fields = [name for name in texts if name != "ordinal"]
    required = [name for name in table.required if name in fields]
    spellings = {name: _spellings(name, table, titles) for name in fields}
    # A row with every required cell and a plain identifier is a record; few rows need a closer look.
    odd = frame.select(_odd(required, spellings[required[0]])).to_series().arg_true()
    kinds = frame[odd].select(
        pl.coalesce(
            pl.when(_blank(fields) & ~_says_total(texts)).then(pl.lit(BLANK)),
            pl.when(_total(texts, fields, required)).then(pl.lit(TOTAL)),
            pl.when(_header(spellings, required[0]) | _numbers(fields)).then(pl.lit(HEADER)),
        )
    )
    return pl.repeat(None, frame.height, dtype=pl.String, eager=True).scatter(odd, kinds.to_series())


def _odd(required: list[str], header: set[str]) -> pl.Expr:
    first = pl.col(required[0])
    incomplete = pl.any_horizontal(pl.col(name).is_null() for name in required)
    return (incomplete | _says(first, header) | first.str.contains(_COLUMN_NUMBER)).fill_null(True)


def _blank(fields: list[str]) -> pl.Expr:
    return pl.all_horizontal(pl.col(name).is_null() for name in fields)


def _total(texts: list[str], fields: list[str], required: list[str]) -> pl.Expr:
    """It says so and has at most one required cell, or it holds amounts only (its label was not read)."""
    filled = pl.sum_horizontal(pl.col(name).is_not_null() for name in required)
    amounts = pl.all_horizontal(pl.col(name).str.contains(_AMOUNT).fill_null(True) for name in fields)
    return (_says_total(texts) & (filled <= 1)) | ((filled == 0) & amounts & ~_blank(fields))


def _says_total(texts: list[str]) -> pl.Expr:
    return pl.any_horizontal(pl.col(name).str.contains(_TOTAL).fill_null(False) for name in texts)


def _header(spellings: Mapping[str, set[str]], first: str) -> pl.Expr:
    """A cell says its own column's name, and where the identifier belongs there is a name or nothing."""
    said = {name: _says(pl.col(name), own).fill_null(False) for name, own in spellings.items()}
    return pl.any_horizontal(said.values()) & (said[first] | pl.col(first).is_null())


def _says(cell: pl.Expr, spellings: set[str]) -> pl.Expr:
    return cell.str.to_lowercase().is_in(sorted(spellings))


def _spellings(name: str, table: Table, titles: Mapping[str, str]) -> set[str]:
    return {title.lower() for title in (*table.headers.get(name, ()), titles.get(name, name))}


def _numbers(fields: list[str]) -> pl.Expr:
    hits = [pl.col(name).str.contains(_COLUMN_NUMBER) for name in fields]
    return pl.all_horizontal(hit.fill_null(True) for hit in hits) & (pl.sum_horizontal(hits) >= 3)
