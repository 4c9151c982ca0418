"""Numbers and dates as Vietnamese offices print them (số, tỷ lệ, ngày tháng; NĐ 30/2020/NĐ-CP).

Everything is rounded here, once, half up, at the moment of printing. A `Fraction` or `Decimal` counts as
it is, a `float` as the shortest decimal that stands for it: 0.9785 is 97,85 % and prints 97,9 %, where
binary rounding would print 97,8 %.
"""

import datetime
import numbers
from decimal import Decimal, localcontext
from fractions import Fraction

Number = int | float | Decimal | Fraction

_VIETNAMESE = str.maketrans(",.", ".,")


def round_half_up(x: Number, digits: int = 0) -> Decimal:
    """`x` with `digits` decimals (at least 0), halves away from zero; never a negative zero.

    ValueError for what is not a finite number: a missing value has its own sign in a table, "–".
    """
    scaled = _exact(x) * 10**digits
    units = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)
    return _decimal(-units if scaled < 0 else units, digits)


def _exact(x: Number) -> Fraction:
    if isinstance(x, numbers.Rational):  # int, Fraction and the integers of numpy
        return Fraction(int(x.numerator), int(x.denominator))
    try:
        return Fraction(x) if isinstance(x, Decimal) else Fraction(repr(float(x)))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"không phải số: {x!r}") from error


def _decimal(units: int, digits: int) -> Decimal:
    with localcontext() as context:
        context.prec = max(1, len(str(units)))  # the default of 28 digits would round a second time
        return Decimal(units).scaleb(-digits)


def number(x: Number) -> str:
    """A whole number with dots between thousands: 1.234.567."""
    if type(x) is int:  # as nearly all counts are: nothing to round
        return f"{x:,}".replace(",", ".")
    return decimal(x, 0)


def decimal(x: Number, digits: int, trim: bool = False) -> str:
    """A number with a decimal comma: "82,89"; `trim` drops closing zeros ("82,50" → "82,5", "5,00" → "5")."""
    printed = f"{round_half_up(x, digits):,f}"
    if trim and digits > 0:
        printed = printed.rstrip("0").rstrip(".")
    return printed.translate(_VIETNAMESE)


def percent(rate: Number, digits: int = 1, trim: bool = False) -> str:
    """A rate in [0, 1] as a percentage (tỷ lệ): "97,9%"."""
    return f"{decimal(_exact(rate) * 100, digits, trim)}%"


def padded(n: int) -> str:
    """A count with the zero that offices put before one digit: "06", "10", "1.234"."""
    return f"{n:02d}" if 0 <= n < 10 else number(n)


def date(d: datetime.date) -> str:
    """A date with days below 10 and months 1 and 2 padded, as NĐ 30 has it: "14/9/2024", "05/02/2024"."""
    return f"{d.day:02d}/{month_number(d.month)}/{d.year}"


def long_date(d: datetime.date) -> str:
    """ "ngày 14 tháng 9 năm 2024"."""
    return f"ngày {d.day:02d} tháng {month_number(d.month)} năm {d.year}"


def month_number(month: int) -> str:
    """The number of a month in print: "01", "02", "3" … "12"; padded so that no pen makes 11 of 1."""
    return f"{month:02d}" if month <= 2 else str(month)
