"""Reads time limits as catalogues word them (thời hạn giải quyết): "05 ngày làm việc", "Trong ngày", "1,5 ngày".

What the words leave open is read so that no unit is accused wrongly:
- "ngày" alone is a calendar day (Bộ luật Dân sự 2015, Điều 147–148: the first day left out, a day off at the end gives way
  to the next working day); half a day alone can only be half a working day; a week is seven days (Điều 146);
- hours, whatever the words, run while the office is open, as the one-stop systems count them;
- of several limits in one cell ("… phải xác minh: 8 ngày") the longest counts, as in QĐ 766/QĐ-TTg: "tối đa";
- months are no number of days, so they are not read.
"""

import re
from collections import Counter
from collections.abc import Iterator

import polars as pl

from hoso.vocabulary.text import clean, fold
from hoso.vocabulary.working_time import LimitKind

Limit = tuple[float, LimitKind]

LONGEST_DAYS = 3650  # beyond it the number is a mistake
_UNLIMITED = {fold(words) for words in ("Không quy định", "Không có", "Chưa quy định", "Không")}
_AT_ONCE = re.compile(
    r"\bngay (?:khi|sau khi|trong|lúc)\b|\b(?:giải quyết|trả|trả kết quả|cấp) ngay\b|^ngay$"
    r"|\btrong (?:buổi|ngày)\b(?! kể từ)"
)
_AMOUNT = re.compile(
    r"(?<![\d.,/])(?P<number>\d+(?:[.,]\d+)?|1/2|½|nửa)\s*(?:\([^)\d]*\)\s*)?(?P<unit>ngày|giờ|phút|tuần)"
    r"(?P<work>\s*\(?(?:làm việc|hành chính))?"
)
_CLOCK_TIME = re.compile(
    r"(?:sau|trước|lúc|từ|đến) \d{1,2} giờ(?: \d{2}(?: phút)?)?"
)  # "nhận hồ sơ sau 15 giờ"
_HALVES = {"1/2": 0.5, "½": 0.5, "nửa": 0.5}
_A_DAY = {
    "working_day": 1.0,
    "day": 5 / 7,
    "working_hour": 1 / 8,
    "same_day": 0.0,
}  # of work, to compare kinds


def read_limits(cells: pl.Series, repairs: Counter[str]) -> tuple[pl.Series, pl.Series]:
    """limit (Float64, in units of its kind) and limit_kind of each cell; null where blank or "không quy định".

    Null too where nothing can be read, counted as limit_unknown: no reason to refuse a procedure.
    """
    distinct = cells.drop_nulls().unique()
    known = {cell: _longest(cell) for cell in distinct}
    unread = [
        cell for cell, limit in known.items() if limit is None and fold(cell) not in _UNLIMITED and fold(cell)
    ]
    repairs["limit_unknown"] += int(cells.is_in(unread).sum())
    numbers = {cell: limit[0] for cell, limit in known.items() if limit}
    kinds = {cell: limit[1] for cell, limit in known.items() if limit}
    return (
        cells.replace_strict(numbers, default=None, return_dtype=pl.Float64),
        cells.replace_strict(kinds, default=None, return_dtype=pl.String),
    )


def _longest(cell: str) -> Limit | None:
    return max(_limits(clean(cell).lower()), key=lambda limit: limit[0] * _A_DAY[limit[1]], default=None)


def _limits(text: str) -> Iterator[Limit]:
    text = _CLOCK_TIME.sub(" ", text)
    if _AT_ONCE.search(text):
        yield 0.0, "same_day"
    for match in _AMOUNT.finditer(text):
        number = _number(match["number"])
        limit = _limit(number, match["unit"], match["work"] is not None)
        if number == 0:
            yield 0.0, "same_day"
        elif limit[0] * _A_DAY[limit[1]] <= LONGEST_DAYS:
            yield limit


def _number(text: str) -> float:
    return _HALVES.get(text) or float(text.replace(",", "."))


def _limit(number: float, unit: str, of_work: bool) -> Limit:
    if unit in ("giờ", "phút"):
        return number / (1 if unit == "giờ" else 60), "working_hour"
    if unit == "tuần":
        return 7 * number, "day"
    return number, "working_day" if of_work or number % 1 else "day"
