"""Working days of Việt Nam (ngày làm việc): five days a week, without public holidays, with the Saturdays
worked in exchange for a day off.
"""

import csv
import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache, lru_cache
from importlib.util import module_from_spec, spec_from_file_location
from itertools import islice
from pathlib import Path
from typing import Final

import holidays

from hoso.vocabulary.workbook import Edition, reference_file
from hoso.vocabulary.workbook import edition as edition_of

LAST_DECIDED_YEAR = 2026
"""The last year whose holidays were decided when this was written; later years are the library's forecast."""

VIETNAM: Final = timezone(timedelta(hours=7))
"""The country's clock (Quyết định số 134/2002/QĐ-TTg): what a time without an offset is told in."""

_DAY = timedelta(days=1)


def clock(moment: datetime) -> datetime:
    """A moment as the country's clocks show it; without an offset it is UTC, as the store keeps it."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(VIETNAM)


def is_working_day(day: date) -> bool:
    """Whether offices work on that day: `data/reference/holidays.csv` first, then the `holidays` library."""
    return _works(*_decisions(), _date(day))


def is_forecast(day: date) -> bool:
    """Whether that year's calendar is a forecast (lịch nghỉ tạm tính), which a report then says."""
    return day.year > LAST_DECIDED_YEAR


def edition() -> str:
    """Which calendar this is: another one after a new row of holidays.csv or another version of the library."""
    digest = hashlib.sha256(reference_file("holidays.csv").read_bytes()).hexdigest()
    return f"{holidays.__version__}+{digest[:12]}"


def add_working_days(day: date, n: int) -> date:
    """The n-th working day after `day` (before it for a negative n): a time limit counts from the next
    working day.

    With 0, `day` itself, or the next working day when it is a day off: nothing falls due on a day off.
    """
    if n == 0 and is_working_day(day):
        return _date(day)
    decisions = _decisions()  # found once, not once a day
    working = (d for d in _days_from(_date(day), _DAY if n >= 0 else -_DAY) if _works(*decisions, d))
    return next(islice(working, max(1, abs(n)) - 1, None))


def last_working_day(day: date) -> date:
    """`day` itself when offices work on it, else the last working day before it."""
    return _date(day) if is_working_day(day) else add_working_days(day, -1)


def working_days_between(first: date, last: date) -> int:
    """The working days after `first` up to and with `last`; negative when `last` is the earlier of the two.

    `working_days_between(d, add_working_days(d, n)) == n` for every n from 1 on.
    """
    if last < first:
        return -working_days_between(last, first)
    decisions, start = _decisions(), _date(first)
    return sum(_works(*decisions, start + i * _DAY) for i in range(1, (_date(last) - start).days + 1))


def _date(day: date) -> date:
    # A datetime is a date to Python, but is never equal to one: a decided day would be missed.
    return day.date() if isinstance(day, datetime) else day


def _days_from(day: date, step: timedelta) -> Iterator[date]:
    while True:
        day += step
        yield day


def _decisions() -> tuple[Path, Edition | None]:
    """Where the decided days stand, and which edition of them."""
    file = reference_file("holidays.csv")
    return file, edition_of(file)


@lru_cache(maxsize=50_000)
def _works(decisions: Path, edited: Edition | None, day: date) -> bool:
    decided = _read_decisions(decisions, edited).get(day)
    return bool(_vietnam(day.year).is_working_day(day)) if decided is None else decided


@lru_cache(maxsize=8)
def _read_decisions(path: Path, _edition: Edition | None) -> dict[date, bool]:
    with path.open(encoding="utf-8", newline="") as file:
        return {date.fromisoformat(row["date"]): row["works"] == "1" for row in csv.DictReader(file)}


@cache
def _vietnam(year: int) -> holidays.HolidayBase:
    return _library()(years=year)


@cache
def _library() -> type[holidays.HolidayBase]:
    """The library's calendar of Việt Nam, by its own file: asked by name it loads 250 countries first (0,2 CPU seconds)."""
    file = Path(holidays.__file__).parent / "countries" / "vietnam.py"
    spec = spec_from_file_location(f"{__name__}_of_library", file) if file.is_file() else None
    if spec is None or spec.loader is None:  # another version's layout
        return type(holidays.country_holidays("VN"))
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    found: type[holidays.HolidayBase] = module.Vietnam
    return found
