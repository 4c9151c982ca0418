"""Reads counts that someone typed in (số liệu nhập): criterion, numerator, denominator, and a printed score if any."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Final

from ...vocabulary.errors import InputError, NoDataError
from ...vocabulary.text import clean
from .definitions import Scorecard
from .scored import Given

COLUMNS: Final = ("criterion", "numerator", "denominator")
OPTIONAL: Final = ("score", "note")
BLANK: Final = frozenset({"", "-", "–", "null", "none", "n/a"})
_SEPARATORS: Final = (",", ";", "\t", "|")
_NUMBER: Final = re.compile(r"-?\d+(?:[.,]\d+)?")
# "1.234" is 1234 to a Vietnamese reader and 1,234 to a machine: it is asked for again, not guessed.
_GROUPED: Final = re.compile(r"-?[1-9]\d{0,2}(?:[.,\s]\d{3})+(?:[.,]\d+)?")


def read_counts(path: Path, card: Scorecard) -> tuple[Given, ...]:
    """The rows of a file, with commas, semicolons, tabs or bars; a decimal comma and a byte order mark are welcome.

    A blank numerator and denominator mean "not given". InputError for another header, an unknown criterion (with the
    nearest names), one given twice, or what is no number; NoDataError for a file without a row.
    """
    rows = _rows(path)
    if not rows:
        raise NoDataError("tệp trống", where=path.name, expected=",".join(COLUMNS))
    columns = _columns(path, rows[0][1])
    given: list[Given] = []
    for line, cells in rows[1:]:
        row = _given(
            f"{path.name}, dòng {line}", dict(zip(columns, cells, strict=False)), len(cells) - len(columns)
        )
        _known(card, row, given)
        given.append(row)
    if not given:
        raise NoDataError(
            "tệp không có tiêu chí nào", where=path.name, expected="ít nhất một dòng dưới dòng tiêu đề"
        )
    return tuple(given)


def number(text: str, where: str) -> float | None:
    """A number as people type it, None for a blank. InputError for what is no number or may be read in two ways."""
    plain = clean(text)
    if plain.casefold() in BLANK:
        return None
    if _GROUPED.fullmatch(plain):
        digits = re.sub(r"[.,\s]", "", plain)
        raise InputError(f"“{plain}” có dấu phân nhóm", where=where, expected=f"viết liền, như {digits}")
    if not _NUMBER.fullmatch(plain):
        raise InputError(f"“{plain}” không phải số", where=where, expected="số, như 653 hoặc 3,66")
    return float(plain.replace(",", "."))


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """The rows that are not blank, each with the line it ends on."""
    text = _text(path)
    head = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise InputError(
            f"tệp CSV hỏng: {error}", where=f"{path.name}, dòng {reader.line_num}", expected="CSV, mã UTF-8"
        ) from error


def _text(path: Path) -> str:
    data = path.read_bytes()
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError("không đọc được chữ trong tệp", where=path.name, expected="CSV, mã UTF-8") from error
    if "\0" in text:
        raise InputError("không phải tệp chữ", where=path.name, expected="CSV, mã UTF-8")
    return text


def _columns(path: Path, cells: list[str]) -> list[str]:
    names = [clean(cell).casefold() for cell in cells]
    unknown = [name for name in names if name not in COLUMNS + OPTIONAL]
    lacking = [name for name in COLUMNS if name not in names]
    if unknown or lacking or len(set(names)) < len(names):
        raise InputError(
            f"dòng tiêu đề là “{', '.join(names)}”",
            where=path.name,
            expected=f"{','.join(COLUMNS)} (có thể thêm {', '.join(OPTIONAL)})",
        )
    return names


def _given(where: str, cells: dict[str, str], surplus: int) -> Given:
    if surplus > 0:
        raise InputError(
            "dòng có nhiều ô hơn tiêu đề", where=where, remedy="đặt số thập phân trong dấu nháy kép"
        )
    name = clean(cells.get("criterion", "")).upper()
    if not name:
        raise InputError("thiếu mã tiêu chí", where=where, expected="cột criterion")
    top, bottom, printed = (
        number(cells.get(column, ""), f"{where}, cột {column}")
        for column in ("numerator", "denominator", "score")
    )
    return Given(name, top, bottom, printed, where, clean(cells.get("note", "")) or None)


def _known(card: Scorecard, row: Given, before: list[Given]) -> None:
    """Names are checked row by row, so that the error names the line; `score` checks the rest the same way."""
    known = {c.id for c in card.criteria} | {g.id for g in card.groups} | set(card.unscored)
    if row.criterion not in known:
        raise InputError(
            f"không có tiêu chí {row.criterion}", where=row.source, expected=card.nearest(row.criterion)
        )
    if any(row.criterion == other.criterion for other in before):
        raise InputError(
            f"tiêu chí {row.criterion} có hai dòng", where=row.source, expected="mỗi tiêu chí một dòng"
        )
