"""Columns of words, flags and amounts as codes and numbers (mã hóa từ ngữ trong ô)."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import polars as pl

from hoso.vocabulary.text import fold

MINUTES_A_WORKING_DAY = 8 * 60
_DIGITS = frozenset("0123456789")
_NO_FEE = frozenset({fold(word) for word in ("Không", "Miễn phí", "Không thu", "Không có", "false")})
_A_FEE = frozenset({fold(word) for word in ("Có", "x", "true")})


def codes(cells: pl.Series, words: Mapping[str, str]) -> pl.Series:
    """The code of each word (String), null where blank or unknown. Folds the distinct words only."""
    distinct = cells.drop_nulls().unique()
    return looked_up(cells, {cell: words.get(fold(cell)) for cell in distinct}, pl.String)


def looked_up(cells: pl.Series, known: Mapping[str, Any], kind: type[pl.DataType]) -> pl.Series:
    """What each cell's word stands for; `known` has every word of the column. Half the time of `replace_strict`."""
    if not known:
        return pl.repeat(None, len(cells), dtype=kind, eager=True)
    places = cells.cast(pl.Enum(list(known))).to_physical()
    return pl.Series(list(known.values()), dtype=kind).gather(places).rename(cells.name)


def flags(cells: pl.Series, words: Mapping[str, str], yes: str, repairs: Counter[str]) -> pl.Series:
    """Boolean: whether the word's code is `yes`; null where blank, or unknown (counted as flag_unknown)."""
    found = codes(cells, words)
    count_unknown(cells, found, "flag_unknown", repairs)
    return found == yes


def fees(cells: pl.Series, repairs: Counter[str]) -> pl.Series:
    """Whether an amount ("50.000", "50000 đồng", "0") or word ("Miễn phí") means money is owed, else null."""
    distinct = cells.drop_nulls().unique()
    found = looked_up(cells, {cell: _has_fee(cell) for cell in distinct}, pl.Boolean)
    count_unknown(cells, found, "flag_unknown", repairs)
    return found


def counts(cells: pl.Series, repairs: Counter[str]) -> pl.Series:
    """Int16; 0 where blank, or unreadable (counted as number_unknown)."""
    found = cells.str.extract(r"^(\d+)(?:[.,]0*)?$").cast(pl.Int16, strict=False)
    count_unknown(cells, found, "number_unknown", repairs)
    return found.fill_null(0)


def waiting_minutes(days: pl.Series, repairs: Counter[str]) -> pl.Series:
    """Int32 working minutes of working days ("2,5"), 8 hours a day; 0 where blank or unreadable."""
    plain = days.str.extract(r"^(\d+(?:[.,]\d+)?)$").str.replace(",", ".", literal=True)
    minutes = plain.cast(pl.Float64, strict=False) * MINUTES_A_WORKING_DAY
    found = minutes.round().cast(pl.Int32, strict=False)
    count_unknown(days, found, "number_unknown", repairs)
    return found.fill_null(0)


def count_unknown(cells: pl.Series, found: pl.Series, key: str, repairs: Counter[str]) -> None:
    """Counts the filled cells nothing was found for."""
    repairs[key] += int((cells.is_not_null() & found.is_null()).sum())


def _has_fee(cell: str) -> bool | None:
    digits = _DIGITS.intersection(cell)  # ASCII only: the ² of "đ/m²" is no amount
    if digits:
        return digits != {"0"}
    return False if fold(cell) in _NO_FEE else True if fold(cell) in _A_FEE else None
