"""Cleans text column by column (làm sạch ô chữ) as `hoso.vocabulary.text.clean` cleans one text."""

from collections import Counter
from collections.abc import Iterable

import polars as pl

_INVISIBLE = (
    r"[\x00-\x08\x0e-\x1b\x7f-\x{84}\x{86}-\x{9f}\x{ad}\x{61c}\x{180e}\x{200b}-\x{200f}\x{202a}-\x{202e}"
    r"\x{2060}-\x{206f}\x{feff}\x{fff9}-\x{fffb}\x{fffe}\x{ffff}\x{e0000}-\x{e007f}]"
)
_SPACES = r"[\s\x1c-\x1f]+"
# Anything that `clean` might change. Few cells have it, and only they pay for the rest.
_UNTIDY = r"^\s|\s$|\s\s|[^\S ]|[\x1c-\x1f]|\p{M}|[ÐðƉɖ]|" + _INVISIBLE
_NFD = r"[\x{300}-\x{36f}]"

# What systems write into an empty cell.
_BLANKS = ("", "-", "--", "–", "—", "null", "none", "nan", "nat", "n/a", "#n/a")
# ="0035", also with the quotes a misquoted text file had turned into apostrophes; '0035.
_DRESSING = r"""^(?:=\s*"([^"]*)"|=\s*'([^']*)'|['’]([^'’]*)['’]?)$"""
# A column's words are few when each of its first cells stands there twice on average: of all its cells more often.
_LOOK, _OFTEN = 4000, 2
_LONGEST_BLANK = max(len(blank.encode()) for blank in _BLANKS)


def tidy(frame: pl.DataFrame, repairs: Counter[str]) -> pl.DataFrame:
    """`frame` with every String column cleaned and blank cells null.

    Counts into `repairs`, by cell: nfd (decomposed letters composed), spaces (stray spaces or invisible signs
    removed).
    """
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    return frame.with_columns(_tidy_column(frame[name], repairs) for name in texts)


def undress(frame: pl.DataFrame, names: Iterable[str], repairs: Counter[str]) -> pl.DataFrame:
    """Columns of codes without what keeps a spreadsheet from taking them for numbers: ="0035", '0035.

    Counted as code_dressing; the zeros stay.
    """
    return frame.with_columns(_undressed(frame[name], repairs) for name in names if name in frame.columns)


def _undressed(cells: pl.Series, repairs: Counter[str]) -> pl.Series:
    dressed = cells.str.contains(_DRESSING).fill_null(False)
    if not dressed.any():
        return cells
    repairs["code_dressing"] += int(dressed.sum())
    bare = cells.filter(dressed).str.replace(_DRESSING, "$1$2$3").str.strip_chars(" ")
    return _without_blanks(cells.scatter(dressed.arg_true(), bare))


def _tidy_column(cells: pl.Series, repairs: Counter[str]) -> pl.Series:
    if _has_few_words(cells):  # then each is looked at once
        words = cells.unique()
        if not words.str.contains(_UNTIDY).any():
            return _blanked(cells, words)
    untidy = cells.str.contains(_UNTIDY).fill_null(False)
    if untidy.any():
        cells = _mended(cells, untidy, repairs)
    return _without_blanks(cells)


def _has_few_words(cells: pl.Series) -> bool:
    words = cells.head(_LOOK)
    return words.n_unique() * _OFTEN <= len(words)


def _mended(cells: pl.Series, untidy: pl.Series, repairs: Counter[str]) -> pl.Series:
    before = cells.filter(untidy)
    spaced = before.str.replace_all(_INVISIBLE, "").str.replace_all(_SPACES, " ").str.strip_chars(" ")
    after = spaced.str.replace_all("[ÐƉ]", "Đ").str.replace_all("[ðɖ]", "đ").str.normalize("NFC")
    filled = after != ""
    repairs["nfd"] += int((before.str.contains(_NFD) & filled).sum())
    repairs["spaces"] += int(((spaced != before) & filled).sum())
    return cells.scatter(untidy.arg_true(), after)


def _without_blanks(cells: pl.Series) -> pl.Series:
    short = cells.str.len_bytes() <= _LONGEST_BLANK
    return _blanked(cells, cells.filter(short).unique()) if short.any() else cells


def _blanked(cells: pl.Series, words: pl.Series) -> pl.Series:
    """The cells, null where one of their words is blank."""
    blanks = words.filter(words.str.to_lowercase().is_in(_BLANKS))
    return cells.set(cells.is_in(blanks.implode()).fill_null(False), None) if len(blanks) else cells
