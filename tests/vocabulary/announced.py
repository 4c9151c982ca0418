"""The days off of offices with a five-day week, as announced year by year, typed by hand: an oracle for the calendar.

Sources: Bộ luật Lao động 2019, Điều 112, with days in lieu of weekends; Tết 2022: công văn 245/VPCP of 11/1/2022; Tết 2023:
20/1–26/1/2023; exchanged days of 2024: công văn 2450/VPCP-KGVX of 12/4/2024; 2025: công văn 8726/VPCP-KGVX of 26/11/2024 and
thông báo 6150/TB-BLĐTBXH; 2026: thông báo 9441/TB-BNV of 2025, công văn 12729/VPCP-KGVX of 25/12/2025, nghị quyết
28/2026/QH16 (24/11). Not decided when this was typed: an exchange around 24/11/2026, out for comment in September 2026.
"""

from datetime import date, timedelta

_OFF = """
    2022: 3/1  31/1 1/2 2/2 3/2 4/2  11/4  2/5 3/5  1/9 2/9
    2023: 2/1  20/1 23/1 24/1 25/1 26/1  1/5 2/5 3/5  1/9 4/9
    2024: 1/1  8/2 9/2 12/2 13/2 14/2  18/4  29/4 30/4 1/5  2/9 3/9
    2025: 1/1  27/1 28/1 29/1 30/1 31/1  7/4  30/4 1/5 2/5  1/9 2/9
    2026: 1/1 2/1  16/2 17/2 18/2 19/2 20/2  27/4  30/4 1/5  31/8 1/9 2/9  24/11
"""
_WORKED = """
    2024: 4/5
    2025: 26/4
    2026: 10/1 22/8
"""


def _days(text: str) -> frozenset[date]:
    found = set()
    for line in text.strip().splitlines():
        year, days = line.split(":")
        found |= {date(int(year), int(d.split("/")[1]), int(d.split("/")[0])) for d in days.split()}
    return frozenset(found)


OFF, WORKED = _days(_OFF), _days(_WORKED)


def works(day: date) -> bool:
    """Whether offices work on a day of 2022–2026."""
    return day in WORKED or (day.weekday() < 5 and day not in OFF)


def days(first: date, last: date) -> list[date]:
    """All days from one to another, both inside."""
    return [first + timedelta(n) for n in range((last - first).days + 1)]
