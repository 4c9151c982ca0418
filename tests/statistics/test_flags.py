"""Where a single dossier counts, by drawn tables: the progress table of QĐ 766, ageing, handling time, flags and channels."""

from datetime import datetime
from typing import Any

import pandas as pd
import pytest

from hoso.statistics.counting import count
from hoso.statistics.counts import COUNTS
from hoso.vocabulary.periods import Period
from tests.statistics import drawn
from tests.statistics.oracle import FLAGS

PERIOD = Period.parse("2024-02")  # 15/01/2024 to 14/02/2024
PLAIN: dict[str, Any] = {
    "unit": "so-tu-phap", "tier": "department", "procedure": "1.000002", "field": "Hộ tịch", "channel": "direct",
    "level": None, "status": 4, "received": datetime(2024, 1, 16, 8), "due": None, "finished": None, "returned": None,
    "supplements": 0, "fee": None, "paid": None, "minutes": None, **dict.fromkeys(FLAGS),
}  # fmt: skip


def counted(**changes: Any) -> set[str]:
    """The counts that one dossier is in."""
    row = count(drawn.facts([PLAIN | changes]), PERIOD).iloc[0]
    return {name for name in COUNTS if not pd.isna(row[name]) and row[name] and not COUNTS[name].median}


def moment(text: str) -> datetime | None:
    return datetime.strptime(text.strip(), "%d/%m/%Y %H:%M") if text.strip() else None


# status | due | finished | supplements → its place in the progress table, by date and by the clock
PROGRESS = """
10 | 25/01/2024 11:30 | 24/01/2024 16:00 | 0 | resolved early    | early_by_clock
10 | 25/01/2024 11:30 | 25/01/2024 11:30 | 0 | resolved punctual | punctual_by_clock
10 | 25/01/2024 11:30 | 25/01/2024 16:00 | 0 | resolved punctual | late_by_clock
10 | 25/01/2024 11:30 | 24/01/2024 16:00 | 2 | resolved early    | late_by_clock
 9 | 25/01/2024 11:30 | 29/01/2024 08:00 | 0 | resolved late     | late_by_clock
 9 |                  | 29/01/2024 08:00 | 0 | resolved punctual | punctual_by_clock
 7 | 25/01/2024 11:30 | 29/01/2024 08:00 | 0 | resolved punctual | punctual_by_clock
10 | 25/01/2024 11:30 | 15/02/2024 08:00 | 0 | pending overdue   | running running_late
10 | 20/02/2024 11:30 | 15/02/2024 08:00 | 0 | pending in_time   | running running_in_time
 4 | 14/02/2024 11:30 |                  | 0 | pending in_time   | running running_late
 4 | 20/02/2024 11:30 |                  | 1 | pending in_time   | running running_in_time
 4 | 20/02/2024 11:30 |                  | 2 | pending in_time   | running running_late
 5 | 25/01/2024 11:30 |                  | 1 | pending in_time   | waiting
 5 | 25/01/2024 11:30 |                  | 2 | pending in_time   | waiting
 6 | 25/01/2024 11:30 |                  | 0 | pending in_time   | waiting
 8 | 25/01/2024 11:30 |                  | 0 | pending in_time   | waiting
10 | 25/01/2024 11:30 |                  | 0 | pending in_time   | running running_in_time
 3 | 25/01/2024 11:30 |                  | 0 |                   |
 1 | 25/01/2024 11:30 |                  | 0 |                   |
""".strip().splitlines()
_BY_CLOCK = {
    "early_by_clock",
    "punctual_by_clock",
    "late_by_clock",
    "running",
    "running_in_time",
    "running_late",
    "waiting",
}
_BY_DATE = {"resolved", "early", "punctual", "late", "pending", "overdue", "pending_in_time"}


@pytest.mark.parametrize("line", PROGRESS, ids=lambda line: " ".join(line.split()))
def test_the_progress_table(line: str) -> None:
    """One dossier stands in one column by date (form II.06a) and in one by the clock (QĐ 766)."""
    status, due, finished, supplements, by_date, by_clock = (cell.strip() for cell in line.split("|"))
    found = counted(
        status=int(status), due=moment(due), finished=moment(finished), supplements=int(supplements)
    )
    assert found & _BY_CLOCK == set(by_clock.split())
    assert found & _BY_DATE == set(by_date.replace("in_time", "pending_in_time").split())
    assert ("awaiting_payment" in found) == (status == "6")
    assert ("refused" in found) == (status == "3")


# due | finished → band; the period ends on 14/02/2024
AGES = """
13/02/2024 | | overdue_1_5
14/02/2024 | |
09/02/2024 | | overdue_1_5
08/02/2024 | | overdue_6_10
04/02/2024 | | overdue_6_10
03/02/2024 | | overdue_11_30
16/01/2024 | | overdue_11_30
25/01/2024 | 15/02/2024 | overdue_11_30
25/01/2024 | 25/01/2024 |
25/01/2024 | 26/01/2024 | late_1_5
25/01/2024 | 30/01/2024 | late_1_5
25/01/2024 | 31/01/2024 | late_6_10
25/01/2024 | 04/02/2024 | late_6_10
25/01/2024 | 05/02/2024 | late_11_30
16/01/2024 | 14/02/2024 | late_11_30
""".strip().splitlines()


@pytest.mark.parametrize("line", AGES, ids=lambda line: " ".join(line.split()))
def test_ageing(line: str) -> None:
    """Days past the due day at the period's end while pending, or at the closing: 1–5, 6–10, 11–30 calendar days."""
    due, finished, band = (cell.strip() for cell in line.split("|"))
    found = counted(
        due=moment(f"{due} 17:00"), status=10 if finished else 4,
        finished=moment(f"{finished} 16:00") if finished else None,
    )  # fmt: skip
    assert {name for name in found if name.startswith(("overdue_", "late_")) and name != "late_by_clock"} == (
        {band} if band else set()
    )


def test_ageing_of_old_dossiers() -> None:
    """Thirty days past its due day is in the band before last, one more in the last."""
    old = {"received": datetime(2023, 12, 1, 8)}
    assert "overdue_11_30" in counted(**old, due=datetime(2024, 1, 15, 17))
    assert "overdue_over_30" in counted(**old, due=datetime(2024, 1, 14, 17))
    closed = {"status": 9, "finished": datetime(2024, 2, 1, 9)}
    assert "late_11_30" in counted(**old, **closed, due=datetime(2024, 1, 2, 17))
    assert "late_over_30" in counted(**old, **closed, due=datetime(2024, 1, 1, 17))


@pytest.mark.parametrize(
    ("changes", "handled"),
    [
        ({"status": 10, "finished": datetime(2024, 1, 18, 8), "minutes": 960}, True),
        ({"status": 10, "finished": datetime(2024, 1, 18, 8), "minutes": None}, False),
        ({"status": 7, "finished": datetime(2024, 1, 18, 8), "minutes": 960}, False),
        ({"status": 10, "finished": datetime(2024, 2, 15, 8), "minutes": 960}, False),
    ],
    ids=["resolved", "unknown", "withdrawn", "after the period"],
)
def test_handling_time_is_of_dossiers_the_office_resolved(changes: dict[str, Any], handled: bool) -> None:
    """Resolved in the period with known minutes; not withdrawn, not closed after it."""
    row = count(drawn.facts([PLAIN | changes]), PERIOD).iloc[0]
    assert (row["handled"], row["handling_minutes"]) == ((1, 960) if handled else (0, 0))
    assert pd.isna(row["handling_median"]) != handled


@pytest.mark.parametrize(
    ("changes", "inside", "outside"),
    [
        ({"fee": True, "paid": True}, {"received_fee", "received_fee_paid", "received_with_fee"}, set()),
        ({"fee": True, "paid": False}, {"received_fee", "received_with_fee"}, {"received_fee_paid"}),
        ({"fee": True, "paid": None}, {"received_with_fee"}, {"received_fee", "received_fee_paid"}),
        ({"fee": False, "paid": True}, set(), {"received_fee", "received_fee_paid", "received_with_fee"}),
        ({"level": "full", "channel": "online"}, {"received_full_online", "received_eligible_online"}, set()),
        ({"level": "partial", "channel": "online"}, {"received_eligible_online"}, {"received_full"}),
        ({"level": "information", "channel": "online"}, {"received_online"}, {"received_eligible"}),
        ({"digitised": True}, {"true_digitised", "known_digitised"}, set()),
        ({"digitised": False}, {"known_digitised"}, {"true_digitised"}),
        ({"digitised": None}, set(), {"known_digitised", "true_digitised"}),
    ],
)
def test_flags(changes: dict[str, Any], inside: set[str], outside: set[str]) -> None:
    """What a source did not say is in no known-only denominator, and in no numerator."""
    found = counted(**changes)
    assert inside <= found
    assert not outside & found
