"""Reporting periods (kỳ báo cáo): two dates, the rule that set them, an id to type and a label to print."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, islice
from typing import Final, Literal

from hoso.vocabulary.errors import UsageError
from hoso.vocabulary.numbers import date as print_date
from hoso.vocabulary.numbers import month_number
from hoso.vocabulary.places import LAST_DAY_OF_63, Era, era_on

Rule = Literal["administrative", "calendar", "explicit"]

FORMS = "2024-09, 2024-Q3, 2024-6M, 2024-9M, 2024 (thêm @calendar cho kỳ dương lịch), 2023-01-01..2023-11-15"

RELATIVE = "last-month, last-quarter, last-6M, last-9M, last-year (thêm @calendar cho kỳ dương lịch)"
MOST_TO_CATCH_UP: Final = 60  # five years of months: more is a slip of the hand, and a batch nobody waits for

_NAMED = re.compile(r"((?:19|20)[0-9]{2})(?:-(0[1-9]|1[0-2]|Q[1-4]|6M|9M))?(@calendar)?")
_EXPLICIT = re.compile(r"((?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2})\.\.((?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2})")
_RELATIVE = re.compile(r"last-(month|quarter|6M|9M|year)(@calendar)?")
_PARTS: Final[dict[str, tuple[str | None, ...]]] = {
    "month": tuple(f"{month:02d}" for month in range(1, 13)),
    "quarter": ("Q1", "Q2", "Q3", "Q4"),
    "6M": ("6M",),
    "9M": ("9M",),
    "year": (None,),
}
_ROMAN = ("I", "II", "III", "IV")

_RULE_TEXT: dict[Rule, str] = {
    "administrative": "kỳ báo cáo hành chính, từ ngày 15 của tháng liền trước kỳ"
    " đến ngày 14 của tháng cuối kỳ (Điều 12 Nghị định số 09/2019/NĐ-CP)",
    "calendar": "kỳ dương lịch, từ ngày đầu đến ngày cuối của tháng, quý, năm"
    " (cách tính của Cổng Dịch vụ công quốc gia theo Quyết định số 766/QĐ-TTg)",
    "explicit": "khoảng thời gian nêu tại văn bản",
}


@dataclass(frozen=True)
class Period:
    """A window of days, both ends inside, under the rule that set it; made by `Period.parse`.

    The administrative rule runs from the 15th to the 14th (NĐ 09/2019/NĐ-CP Điều 12: nine months of 2024 are
    15/12/2023–14/9/2024), the calendar rule over whole months, the explicit rule over any two dates.
    """

    id: str
    label: str
    start: date
    end: date
    rule: Rule

    @classmethod
    def parse(cls, text: str) -> "Period":
        """The period of an id: `2024-09`, `2024-Q3`, `2024-6M`, `2024-9M`, `2024`, each also with
        `@calendar`, or `2023-01-01..2023-11-15`. UsageError naming these forms for anything else.
        """
        if named := _NAMED.fullmatch(text):
            return _named(int(named[1]), named[2], "calendar" if named[3] else "administrative")
        if explicit := _EXPLICIT.fullmatch(text):
            return _explicit(*(_day(part, text) for part in explicit.groups()))
        raise UsageError(f"không hiểu kỳ báo cáo “{text}”", expected=FORMS)

    def __str__(self) -> str:
        return self.label

    def previous(self) -> "Period":
        """The period to compare with (kỳ trước): the month or quarter before; for six months, nine months and
        years the same a year before; for explicit dates as many days just before.
        """
        if self.rule == "explicit":
            return _explicit(self.start - timedelta(self.days), self.start - timedelta(1))
        year, part = self._parts()
        if part is None or part.endswith("M"):
            return self.year_ago()
        return _named(*_before(year, part), self.rule)

    def year_ago(self) -> "Period":
        """The same period of the year before (cùng kỳ năm trước); 29/2 becomes 28/2."""
        if self.rule == "explicit":
            return _explicit(_year_earlier(self.start), _year_earlier(self.end))
        year, part = self._parts()
        return _named(year - 1, part, self.rule)

    def months(self) -> list["Period"]:
        """Its months under the same rule; for explicit dates the calendar months, cut to fit at both ends."""
        if self.rule == "explicit":
            return _clipped_months(self.start, self.end)
        year, part = self._parts()
        first, last = _month_span(part)
        return [_named(year, f"{month:02d}", self.rule) for month in range(first, last + 1)]

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def window(self) -> str:
        """ "từ ngày 15/12/2023 đến ngày 14/9/2024"."""
        return f"từ ngày {print_date(self.start)} đến ngày {print_date(self.end)}"

    @property
    def rule_text(self) -> str:
        """How the window was set, with its legal source, for the notes of a report."""
        return _RULE_TEXT[self.rule]

    def is_closed(self, today: date) -> bool:
        """Whether the last day has passed; until then figures are provisional (số liệu tạm thời)."""
        return self.end < today

    @property
    def era(self) -> Era:
        """The era of its last day, on which the state of every dossier is taken."""
        return era_on(self.end)

    @property
    def crosses_eras(self) -> bool:
        return self.start <= LAST_DAY_OF_63 < self.end

    def within_one_era(self) -> "Period":
        """Itself. UsageError for a period over 1/7/2025, naming its two parts: units and ranks of both are not the same."""
        if self.crosses_eras:
            raise UsageError(
                "kỳ báo cáo qua ngày sắp xếp đơn vị hành chính 01/7/2025",
                where=self.id,
                expected="một kỳ trong một giai đoạn",
                remedy="làm từng phần: " + ", ".join(f"--period {part.id}" for part in self.parts_by_era()),
            )
        return self

    def parts_by_era(self) -> list["Period"]:
        """Its part to 30/6/2025 and its part from 1/7/2025, as explicit periods; itself when it lies in one era.

        The full year 2025 gives 15/12/2024–30/6/2025 of the 63 and 1/7–14/12/2025 of the 34.
        """
        if not self.crosses_eras:
            return [self]
        return [_explicit(self.start, LAST_DAY_OF_63), _explicit(LAST_DAY_OF_63 + timedelta(1), self.end)]

    def _parts(self) -> tuple[int, str | None]:
        named = _NAMED.fullmatch(self.id)
        return (int(named[1]), named[2]) if named else (0, None)


def resolve(text: str, today: date, catch_up: int = 0) -> list[str]:
    """The ids of the periods a command means (kỳ tương đối), oldest first; what a timer asks for without knowing the date.

    `last-month`, `last-quarter`, `last-6M`, `last-9M` and `last-year`, each also with `@calendar`, are the latest period
    of their kind whose last day lies before `today`: from the 15th of September on the administrative `last-month` is
    September (NĐ 09/2019/NĐ-CP Điều 12), until the 14th August. `catch_up` adds so many before it. A period over
    1/7/2025 gives its two parts, since no report is of both eras. Any other id is itself. UsageError for what is no
    period, and for a number to catch up that is out of range or beside an id that names its own days.
    """
    relative = _RELATIVE.fullmatch(text)
    if relative is None:
        return [_only(text, catch_up).id]
    if not 0 <= catch_up <= MOST_TO_CATCH_UP:
        raise UsageError(f"không làm bù được {catch_up} kỳ", expected=f"từ 0 đến {MOST_TO_CATCH_UP} kỳ")
    ended = _ended(relative[1], "calendar" if relative[2] else "administrative", today)
    latest = list(islice(ended, catch_up + 1))
    return [part.id for period in reversed(latest) for part in period.parts_by_era()]


def _only(text: str, catch_up: int) -> Period:
    if text.startswith("last"):
        raise UsageError(f"không hiểu kỳ báo cáo tương đối “{text}”", expected=RELATIVE)
    period = Period.parse(text)
    if catch_up:
        raise UsageError("chỉ làm bù được cho kỳ tương đối", where=text, expected=RELATIVE)
    return period


def _ended(kind: str, rule: Rule, today: date) -> Iterator[Period]:
    """The periods of a kind that have ended, latest first."""
    every = (_named(year, part, rule) for year in count(today.year, -1) for part in reversed(_PARTS[kind]))
    return (period for period in every if period.is_closed(today))


def _named(year: int, part: str | None, rule: Rule) -> Period:
    first, last = _month_span(part)
    name = (f"{year}-{part}" if part else str(year)) + ("@calendar" if rule == "calendar" else "")
    if rule == "calendar":
        start, end = date(year, first, 1), _first_of_next_month(date(year, last, 1)) - timedelta(1)
    else:
        start, end = (date(year, first, 1) - timedelta(1)).replace(day=15), date(year, last, 14)
    return Period(name, f"{_label(part)}năm {year}", start, end, rule)


def _month_span(part: str | None) -> tuple[int, int]:
    """The first and last month a part of a year stands for: "Q3" → 7, 9."""
    if part is None:
        return 1, 12
    if part.endswith("M"):
        return 1, int(part[0])
    if part.startswith("Q"):
        return 3 * int(part[1]) - 2, 3 * int(part[1])
    return int(part), int(part)


def _label(part: str | None) -> str:
    if part is None:
        return ""
    if part.endswith("M"):
        return f"{part[0]} tháng đầu "
    return f"quý {_ROMAN[int(part[1]) - 1]} " if part.startswith("Q") else f"tháng {month_number(int(part))} "


def _before(year: int, part: str) -> tuple[int, str]:
    """The month or quarter before."""
    if part in ("01", "Q1"):
        return year - 1, "12" if part == "01" else "Q4"
    return year, f"Q{int(part[1]) - 1}" if part.startswith("Q") else f"{int(part) - 1:02d}"


def _explicit(start: date, end: date) -> Period:
    name = f"{start}..{end}"
    if end < start:
        raise UsageError("kỳ báo cáo kết thúc trước khi bắt đầu", where=name, expected="ngày đầu..ngày cuối")
    window = f"từ ngày {print_date(start)} đến ngày {print_date(end)}"
    return Period(name, window, start, end, "explicit")


def _clipped_months(start: date, end: date) -> list[Period]:
    months, first = [], start
    while first <= end:
        last = min(end, _first_of_next_month(first) - timedelta(1))
        months.append(_explicit(first, last))
        first = last + timedelta(1)
    return months


def _first_of_next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(31)).replace(day=1)


def _year_earlier(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def _day(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"ngày {text} không có trong lịch", where=where, expected="năm-tháng-ngày, ví dụ 2024-02-29"
        ) from error
