"""Reads dates as the one-stop systems and Excel write them (ngày, giờ).

Day comes before month. A date is naive local time, whole seconds. Midnight counts as "no time": an Excel date
cell and a date without time look the same, and no office works at 00:00.
"""

from collections.abc import Callable

import polars as pl

FIRST_YEAR, LAST_YEAR = 1990, 2100

# Spellings of a date, as `read_dates` names them in `form`.
PLAIN, VARIANT, ISO, COMPACT, SERIAL = "dd/MM/yyyy", "variant", "iso", "compact", "excel_serial"
# Why a cell is no date, in `fault`.
UNREADABLE, IMPOSSIBLE = "unreadable", "impossible"

_CLOCK = r"(\d{1,2}):([0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,6})\d*)?)?"
_DAY_FIRST = rf"^(?:{_CLOCK}\s+)?(\d{{1,2}})[/.-](\d{{1,2}})[/.-](\d{{4}})(?:,?\s+{_CLOCK}(?:\s*(SA|CH))?)?$"
_YEAR_FIRST = rf"^(\d{{4}})[/.-](\d{{1,2}})[/.-](\d{{1,2}})(?:[T\s]+{_CLOCK}(?:\+07:?00)?)?$"
_RUN = r"^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?$"
_NUMBER = r"^([2-7]\d{4}|80000)(?:[.,](\d+))?$"
_TWO_DIGIT_DAY = r"^\d{2}/\d{2}/\d{4}(?:\s|$)"

# Day 0 of Excel's serial numbers, after its false 29/02/1900.
_EXCEL_DAY_0 = pl.datetime(1899, 12, 30)

_READ: dict[str, pl.DataType] = {"at": pl.Datetime("us"), "form": pl.String(), "fault": pl.String()}
_USUAL = (
    ("%d/%m/%Y %H:%M:%S", 19, PLAIN),
    ("%Y-%m-%d %H:%M:%S", 19, ISO),
    ("%Y%m%d%H%M%S", 14, COMPACT),
)


def read_dates(texts: pl.Series) -> pl.DataFrame:
    """One row a text: `at` (Datetime us), `form`, `fault`, `timed` (had a time of day); null where blank.

    Usual spellings are read straight; only the distinct other texts go through the patterns.
    """
    rest = texts.rename("text")
    found: list[pl.DataFrame] = []
    for pattern, length, form in _USUAL:
        if rest.null_count() < len(rest):
            at = _read_usual(rest, pattern, length)
            found.append(
                pl.DataFrame({"at": at, "form": pl.repeat(form, len(at), eager=True).set(at.is_null(), None)})
            )
            rest = rest.set(at.is_not_null(), None)
    others = _read_others(rest)
    return pl.DataFrame(
        {
            "at": _first([others["at"], *(read["at"] for read in found)]),
            "form": _first([others["form"], *(read["form"] for read in found)]),
            "fault": others["fault"],
        }
    ).with_columns(timed=pl.col("at").dt.time() != pl.time(0))


def _first(columns: list[pl.Series]) -> pl.Series:
    """The first value of each row that is not null."""
    return pl.select(pl.coalesce(columns)).to_series()


def _read_others(texts: pl.Series) -> pl.DataFrame:
    if texts.null_count() == len(texts):
        return pl.DataFrame(
            {name: pl.repeat(None, len(texts), dtype=kind, eager=True) for name, kind in _READ.items()}
        )
    read = _read_patterns(texts.drop_nulls().unique())
    return texts.to_frame().join(read, on="text", how="left", maintain_order="left").select(list(_READ))


def _read_usual(texts: pl.Series, pattern: str, length: int) -> pl.Series:
    """The moments of texts in exactly this spelling, null for all others."""
    found = texts.str.to_datetime(pattern, strict=False, time_unit="us", cache=False)
    exact = (texts.str.len_bytes() == length) & found.dt.year().is_between(FIRST_YEAR, LAST_YEAR)
    exact = exact & ~texts.str.ends_with("60")  # the parser lets a second 60 through
    return found.set(~exact.fill_null(False), None)


def _read_patterns(texts: pl.Series) -> pl.DataFrame:
    """`text`, `at`, `form` and `fault` for distinct texts."""
    frame = pl.DataFrame({"text": texts})
    text = pl.col("text")
    forms = pl.coalesce(
        pl.when(text.str.contains(_NUMBER)).then(pl.lit(SERIAL)),
        pl.when(text.str.contains(_RUN)).then(pl.lit(COMPACT)),
        pl.when(text.str.contains(_YEAR_FIRST)).then(pl.lit(ISO)),
        pl.when(text.str.contains(_DAY_FIRST) & text.str.contains(_TWO_DIGIT_DAY)).then(pl.lit(PLAIN)),
        pl.when(text.str.contains(_DAY_FIRST)).then(pl.lit(VARIANT)),
    )
    spelled = pl.coalesce(_day_first(), _year_first(), _run())
    moment = spelled.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us")
    at = pl.when(pl.col("form") == SERIAL).then(_serial()).otherwise(moment).dt.round("1s")
    frame = frame.with_columns(form=forms).with_columns(at=at)
    unreadable = pl.col("form").is_null() | ~_year_in_range(pl.col("at"))
    return frame.select(
        "text",
        at=pl.when(~unreadable).then("at"),
        form="form",
        fault=pl.when(unreadable)
        .then(pl.lit(UNREADABLE))
        .when(pl.col("at").is_null())
        .then(pl.lit(IMPOSSIBLE)),
    )


def _day_first() -> pl.Expr:
    """yyyy-MM-dd HH:mm:ss.f of a day-first text, else null. SA and CH are sáng and chiều."""
    part = _groups(_DAY_FIRST)
    date = _joined("-", part(7), part(6), part(5))
    before = _clock(part(1), part(2), part(3), part(4))
    hour = part(8).cast(pl.Int32, strict=False)
    shifted = (
        pl.when(part(12) == "CH").then(hour % 12 + 12).when(part(12) == "SA").then(hour % 12).otherwise(hour)
    )
    after = _clock(shifted.cast(pl.String), part(9), part(10), part(11))
    # A time on both sides is no date at all; joined, it reads as none.
    both = part(1).is_not_null() & part(8).is_not_null()
    return pl.when(~both).then(_joined(" ", date, pl.coalesce(before, after, pl.lit("00:00:00.0"))))


def _year_first() -> pl.Expr:
    part = _groups(_YEAR_FIRST)
    clock = pl.coalesce(_clock(part(4), part(5), part(6), part(7)), pl.lit("00:00:00.0"))
    return _joined(" ", _joined("-", part(1), part(2), part(3)), clock)


def _run() -> pl.Expr:
    part = _groups(_RUN)
    clock = pl.coalesce(_clock(part(4), part(5), part(6), pl.lit(None, pl.String)), pl.lit("00:00:00.0"))
    return _joined(" ", _joined("-", part(1), part(2), part(3)), clock)


def _serial() -> pl.Expr:
    days = pl.col("text").str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    return _EXCEL_DAY_0 + pl.duration(milliseconds=(days * 86_400_000).round().cast(pl.Int64))


def _groups(pattern: str) -> Callable[[int], pl.Expr]:
    found = pl.col("text").str.extract_groups(pattern)
    return lambda number: found.struct[number - 1]


def _clock(hour: pl.Expr, minute: pl.Expr, second: pl.Expr, fraction: pl.Expr) -> pl.Expr:
    tail = _joined(".", second.fill_null("00"), fraction.fill_null("0"))
    return _joined(":", hour, minute, tail)


def _joined(separator: str, *parts: pl.Expr) -> pl.Expr:
    return pl.concat_str(parts, separator=separator)


def _year_in_range(at: pl.Expr) -> pl.Expr:
    return at.dt.year().is_between(FIRST_YEAR, LAST_YEAR).fill_null(True)
