"""What a portal response speaks of, and when it was taken (kỳ đánh giá, thời điểm lấy số liệu).

The portal restates past periods and files are cumulative for the year, so a number means nothing without both. They are
taken from the request or the crawler's metadata, from the options of the command, from the file's name; what none of
these tells is assumed from the file's time, marked as not stated, and never compared with anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, Literal

from hoso.records.intake.header import where_is
from hoso.vocabulary.calendar import VIETNAM, clock
from hoso.vocabulary.errors import InputError, UsageError
from hoso.vocabulary.numbers import date as print_date
from hoso.vocabulary.periods import Period

TimeType = Literal["month", "quarter", "year"]
FORMS: Final = "2026-08, 2026-Q3, 2026, 2026-01-01..2026-10-10"

_NAMED = re.compile(r"(20\d\d)(?:-(0[1-9]|1[0-2]|Q[1-4]))?(?:@calendar)?")
_IN_NAME = re.compile(r"(?<![a-z])(month|quarter|year)_(20\d\d)(?:_(\d{1,2}))?(?!\d)")
_DAY_IN_NAME = re.compile(r"(?<!\d)(\d{8})(?!\d)")


@dataclass(frozen=True)
class Given:
    """What the command states of the files: `--period` and `--captured`; empty when it states nothing."""

    period: Period | None = None
    captured: datetime | None = None

    @classmethod
    def of(cls, period: str | None, captured: str | None) -> Given:
        """From the words of the command. UsageError for a period the portal has not, or no day or time."""
        return cls(
            period=None if period is None else _given_period(period),
            captured=None if captured is None else _given_moment(captured),
        )

    def __bool__(self) -> bool:
        return self.period is not None or self.captured is not None


@dataclass(frozen=True)
class Basis:
    """The period of a response and when it was captured; `stated` when neither had to be assumed."""

    period: Period
    captured_at: datetime  # UTC, naive
    stated: bool
    assumed: tuple[str, ...] = ()

    @property
    def captured_on(self) -> date:
        """The day in Việt Nam: 22:44 UTC of the 23rd is the 24th there."""
        return day_of(self.captured_at)

    @property
    def time_type(self) -> TimeType:
        return time_type_of(self.period)


def basis(hints: Mapping[str, Any], captured: object, path: Path, given: Given) -> Basis:
    """The basis of one response: `hints` are its request or metadata, `captured` its own word of when it was taken.

    Raises InputError where the file's own words are no period or no time, and UsageError where an option contradicts
    them.
    """
    said = None if captured is None else _moment(captured, UTC, where_is(path))
    if said and given.captured and day_of(said) != day_of(given.captured):
        raise _contradicted("--captured", print_date(day_of(said)), path)
    moment = said or given.captured or _day_in_name(path.stem)
    day = day_of(moment) if moment else None
    own = _hinted(hints, day, where_is(path))
    asked = None if given.period is None else _year_to_date(given.period, day)
    if own and asked and own.id != asked.id:
        raise _contradicted("--period", own.id, path)
    period = own or asked or _period_in_name(path.stem, day)
    assumed = tuple(name for name, known in (("period", period), ("captured", moment)) if not known)
    moment = moment or datetime.fromtimestamp(path.stat().st_mtime, UTC)
    period = period or Period.parse(f"{day_of(moment).year}@calendar")
    _check_order(period, day_of(moment), path)
    return Basis(period, moment.astimezone(UTC).replace(tzinfo=None, microsecond=0), not assumed, assumed)


def _check_order(period: Period, day: date, path: Path) -> None:
    """Nothing is captured tomorrow, and no figures before their period begins."""
    if day > day_of(datetime.now(UTC)):
        raise InputError(
            f"thời điểm lấy số liệu {print_date(day)} ở tương lai",
            where=where_is(path),
            expected="ngày đã qua",
        )
    if day < period.start:
        raise InputError(
            f"số liệu {period.label} lấy ngày {print_date(day)}, trước khi kỳ bắt đầu",
            where=where_is(path),
            expected=f"từ ngày {print_date(period.start)}",
        )


def day_of(moment: datetime) -> date:
    """The day in Việt Nam; a naive moment is UTC."""
    return clock(moment).date()


def time_type_of(period: Period) -> TimeType:
    """The portal's kind of period; explicit dates have that of the span they fit in."""
    named = _NAMED.fullmatch(period.id)
    if named:
        return "year" if named[2] is None else "quarter" if named[2].startswith("Q") else "month"
    return "month" if period.days <= 31 else "quarter" if period.days <= 92 else "year"


def _given_period(text: str) -> Period:
    if named := _NAMED.fullmatch(text):
        # The portal knows calendar periods only.
        return Period.parse(f"{named[1]}{'-' + named[2] if named[2] else ''}@calendar")
    period = Period.parse(text)
    if period.rule != "explicit":
        raise UsageError("Cổng không có kỳ đánh giá này", where=f"--period {text}", expected=FORMS)
    return period


def _given_moment(text: str) -> datetime:
    try:
        return _moment(text, VIETNAM, "--captured")
    except InputError as fault:
        raise UsageError(fault.what, where=fault.where, expected=fault.expected) from fault


def _moment(value: object, naive: Any, where: str) -> datetime:
    """A time (without a zone: of `naive`), or a day, which begins at midnight in Việt Nam."""
    try:
        text = str(value).strip()
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)
        moment = datetime.fromisoformat(text.replace(" ", "T"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=naive)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InputError(
            "thời điểm lấy số liệu không đọc được",
            where=where,
            expected="2026-10-10 hoặc 2026-10-10T07:00:13Z",
        ) from error


def _hinted(hints: Mapping[str, Any], day: date | None, where: str) -> Period | None:
    """The period of a request {timeType, year, month | quarter} or {fromDate, toDate}; null when it names none."""
    try:
        if hints.get("timeType") is not None or hints.get("year") is not None:
            return _of_parts(str(hints.get("timeType") or "year").lower(), hints)
        if hints.get("fromDate") and hints.get("toDate"):
            return _year_to_date(_explicit(hints["fromDate"], hints["toDate"]), day)
    except (LookupError, TypeError, ValueError, UsageError) as error:
        raise InputError(
            "kỳ đánh giá trong tệp không đọc được",
            where=where,
            expected="timeType month, quarter hoặc year, kèm year và month hoặc quarter",
        ) from error
    return None


def _of_parts(kind: str, hints: Mapping[str, Any]) -> Period:
    year = int(hints["year"])
    part = next(
        (hints[key] for key in (kind, "period") if key != "year" and hints.get(key) is not None), None
    )
    match kind:
        case "year":
            return Period.parse(f"{year}@calendar")
        case "quarter":
            return Period.parse(f"{year}-Q{_number(part)}@calendar")
        case "month":
            return Period.parse(f"{year}-{_number(part):02d}@calendar")
    raise ValueError(kind)


def _number(part: object) -> int:
    """8, "08", "Q3", "2026-08" → the last number in it."""
    return int(re.findall(r"\d+", str(part))[-1])


def _explicit(first: object, last: object) -> Period:
    return Period.parse(f"{_plain_day(first)}..{_plain_day(last)}")


def _plain_day(value: object) -> date:
    text = str(value).strip()
    if found := re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", text):
        return date(int(found[3]), int(found[2]), int(found[1]))
    return date.fromisoformat(text[:10])


def _year_to_date(period: Period, day: date | None) -> Period:
    """Explicit dates under the portal's own name: a whole month, quarter or year; a year up to the day of capture."""
    if period.rule != "explicit":
        return period
    year = Period.parse(f"{period.start.year}@calendar")
    if period.start == year.start and period.end in (year.end, day):
        return year
    quarters = (Period.parse(f"{period.start.year}-Q{q}@calendar") for q in (1, 2, 3, 4))
    named = (other for other in (*quarters, *year.months()))
    return next((o for o in named if (o.start, o.end) == (period.start, period.end)), period)


def _day_in_name(stem: str) -> datetime | None:
    """…_10102026 (DDMMYYYY) or …_20261010."""
    for digits in reversed(_DAY_IN_NAME.findall(stem)):
        for form in ("%d%m%Y", "%Y%m%d"):
            try:
                day = datetime.strptime(digits, form)
            except ValueError:
                continue
            if 2000 <= day.year < 2100:
                return day.replace(tzinfo=VIETNAM)
    return None


def _period_in_name(stem: str, day: date | None) -> Period | None:
    """…_month_2026_8…, …_year_2026…; a name with a day only is the crawler's, cumulative for the year."""
    if found := _IN_NAME.search(stem.lower()):
        kind, year, part = found.groups()
        try:
            return _of_parts(kind, {"year": year, kind: part if kind != "year" else year})
        except (ValueError, IndexError, UsageError):
            return None
    return Period.parse(f"{day.year}@calendar") if day and _day_in_name(stem) else None


def _contradicted(option: str, own: str, path: Path) -> UsageError:
    return UsageError(
        f"{option} khác với điều tệp ghi",
        where=where_is(path),
        expected=own,
        remedy=f"bỏ {option} hoặc chọn đúng tệp",
    )
