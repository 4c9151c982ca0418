"""Derived columns of dossiers with and without a due date: tables drawn in text."""

from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

from hoso.records import schema
from hoso.records.deadlines import LIMITS, NO_LIMITS, limits
from hoso.records.derive import derive

STATUS = {"open": 4, "waits": 5, "fee": 6, "withdrawn": 7, "stopped": 8, "done": 9, "new": 1, "refused": 3}


def at(text: str) -> datetime | None:
    """ "16/1 16:00" of 2024."""
    return datetime.strptime(f"2024 {text}", "%Y %d/%m %H:%M") if text else None


def day(text: str) -> date | None:
    moment = at(f"{text} 00:00") if text else None
    return moment.date() if moment else None


def dossier(**given: Any) -> dict[str, Any]:
    plain: dict[str, Any] = dict.fromkeys(schema.CONTENT)
    return (
        plain
        | {"procedure_id": "1.000001", "channel": "direct", "waiting_minutes": 0, "supplements": 0}
        | given
    )


def derived(rows: list[dict[str, Any]], catalogue: pl.DataFrame = NO_LIMITS) -> pl.DataFrame:
    return derive(pl.DataFrame(rows, schema=schema.CONTENT), catalogue)


def catalogue(*rows: tuple[Any, ...]) -> pl.DataFrame:
    """Rows of procedure, valid from, valid to, limit, kind, online limit, online kind."""
    return pl.DataFrame(list(rows), schema=LIMITS, orient="row")


FIVE_DAYS = catalogue(("1.000001", None, None, 5.0, "working_day", 2.0, "working_day"))

# Received on Monday 8/1/2024 at 8:00; five working days end on Monday 15/1. 'due' blank: the export gave none.
TABLE = """
    due          | limit | ended        | status    | asked | waited | deadline | 06a      | by clock | overdue on | late on | minutes
    16/1 11:30   | no    | 16/1 16:00   | done      | 0     | 0      | 16/1     | punctual | late     |            |         | 3240
    16/1 11:30   | yes   | 16/1 16:00   | done      | 0     | 0      | 16/1     | punctual | late     |            |         | 3240
    16/1 11:30   | no    | 16/1 11:30   | done      | 0     | 0      | 16/1     | punctual | in time  |            |         | 3090
    16/1 11:30   | yes   | 18/1 08:00   | done      | 1     | 480    | 16/1     | late     | late     | 17/1       | 16/1    | 3360
                 | no    | 30/1 16:00   | done      | 0     | 0      |          | punctual | in time  |            |         | 8040
                 | no    |              | open      | 0     | 0      |          |          | in time  |            |         |
                 | yes   | 12/1 16:00   | done      | 0     | 0      | 15/1     | early    | in time  |            |         | 2280
                 | yes   | 15/1 16:59   | done      | 0     | 0      | 15/1     | punctual | in time  |            |         | 2819
                 | yes   | 16/1 07:30   | done      | 0     | 0      | 15/1     | late     | late     | 16/1       |         | 2850
                 | yes   | 16/1 07:30   | done      | 1     | 480    | 16/1     | punctual | in time  |            |         | 2370
                 | yes   | 17/1 07:30   | done      | 1     | 480    | 16/1     | late     | late     | 17/1       |         | 2850
                 | yes   | 12/1 16:00   | done      | 2     | 960    | 17/1     | early    | late     |            | 8/1     | 1320
                 | yes   | 8/1 09:00    | done      | 1     | 960    | 17/1     | early    | in time  |            |         | 0
                 | yes   |              | open      | 0     | 0      | 15/1     |          | in time  | 16/1       | 16/1    |
                 | yes   |              | open      | 1     | 960    | 17/1     |          | in time  | 18/1       | 18/1    |
                 | yes   |              | waits     | 1     | 0      | 15/1     |          | in time  |            |         |
                 | yes   |              | fee       | 0     | 0      | 15/1     |          | in time  |            |         |
                 | yes   |              | stopped   | 0     | 0      | 15/1     |          | in time  |            |         |
                 | yes   | 30/1 16:00   | withdrawn | 0     | 0      | 15/1     | punctual | in time  | 16/1       | 16/1    | 8040
                 | yes   |              | new       | 0     | 0      |          |          | in time  |            |         |
                 | yes   | 8/1 08:20    | refused   | 0     | 0      |          |          | in time  |            |         |
                 | yes   |              | done      | 0     | 0      | 15/1     |          | in time  |            |         |
"""


def table(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in text.strip("\n").splitlines()[1:]]


@pytest.mark.parametrize("row", table(TABLE.strip(" \n")), ids=" | ".join)
def test_what_follows_from_a_dossier_and_its_limit(row: list[str]) -> None:
    """The export's due date stands as it is; without one the limit counts, moved by the waiting; without both, no due day."""
    due, limit, ended, status, asked, waited, *expected = row
    one = dossier(
        received_at=at("8/1 08:00"), due_at=at(due), finished_at=at(ended), status=STATUS[status],
        supplements=int(asked), waiting_minutes=int(waited),
    )  # fmt: skip
    found = derived([one], FIVE_DAYS if limit == "yes" else NO_LIMITS).row(0, named=True)
    deadline, punctuality, clock, overdue, late, minutes = expected
    assert found["due_on"] == day(deadline)
    assert found["due_computed"] == (not due and deadline != "")
    assert found["punctuality"] == (punctuality or None)
    assert found["late_by_clock"] == (clock == "late")
    assert (found["overdue_on"], found["late_on"]) == (day(overdue), day(late))
    assert found["handling_minutes"] == (int(minutes) if minutes else None)


def test_an_exported_due_minute_is_the_deadline() -> None:
    """Content due_at stays what the export said; the deadline is the same minute, or the computed end of a day."""
    rows = [dossier(received_at=at("8/1 08:00"), due_at=due, status=4) for due in (at("16/1 11:30"), None)]
    found = derived(rows, FIVE_DAYS)
    assert found["due_at"].to_list() == [at("16/1 11:30"), None]
    assert found["deadline_at"].to_list() == [at("16/1 11:30"), datetime(2024, 1, 15, 23, 59, 59)]


CHANNELS = """
    channel | due
    direct  | 15/1
    postal  | 15/1
    online  | 10/1
"""


@pytest.mark.parametrize("row", table(CHANNELS.strip(" \n")), ids=" ".join)
def test_an_online_limit_may_be_shorter(row: list[str]) -> None:
    """The online limit is for dossiers handed in online; where there is none, the counter's limit is."""
    channel, due = row
    one = dossier(received_at=at("8/1 08:00"), status=4, channel=channel)
    assert derived([one], FIVE_DAYS)["due_on"].to_list() == [day(due)]
    only = FIVE_DAYS.with_columns(online_limit=None, online_limit_kind=None).cast(LIMITS)
    assert derived([one], only)["due_on"].to_list() == [day("15/1")]


CHANGED = catalogue(
    ("1.000001", None, None, 5.0, "working_day", None, None),
    ("1.000001", date(2024, 1, 10), date(2024, 6, 30), 3.0, "working_day", None, None),
    ("1.000002", date(2024, 1, 10), None, 4.0, "working_hour", None, None),
    ("1.000003", None, None, None, None, 2.0, "working_day"),
    ("1.000004", None, None, 5.0, "working_day", None, None),
    ("1.000004", date(2024, 1, 10), None, None, None, None, None),
)
IN_FORCE = """
    procedure | received    | due
    1.000001  | 9/1 08:00   | 16/1
    1.000001  | 10/1 08:00  | 15/1
    1.000001  | 28/6 17:30  | 4/7
    1.000001  | 1/7 08:00   |
    1.000002  | 9/1 08:00   |
    1.000002  | 10/1 08:00  | 10/1
    1.000003  | 10/1 08:00  |
    1.000004  | 9/1 08:00   | 16/1
    1.000004  | 10/1 08:00  |
    1.999999  | 10/1 08:00  |
              | 10/1 08:00  |
"""


@pytest.mark.parametrize("row", table(IN_FORCE.strip(" \n")), ids=" | ".join)
def test_the_limit_is_that_of_the_day_of_receipt(row: list[str]) -> None:
    """A later row supersedes from its first day on; after its last day no earlier one comes back; none before the first."""
    procedure, received, due = row
    one = dossier(procedure_id=procedure or None, received_at=at(received), status=4)
    assert derived([one], CHANGED)["due_on"].to_list() == [day(due)]


def test_rows_keep_their_order() -> None:
    """The limits are joined by day, and every row comes out where it went in."""
    days = ("10/1", "9/1", "30/6", "9/1", "2/1")
    rows = [dossier(received_at=at(f"{d} 08:00"), status=4, field=str(i)) for i, d in enumerate(days)]
    assert derived(rows, CHANGED)["field"].to_list() == ["0", "1", "2", "3", "4"]


def test_no_dossiers_are_no_error() -> None:
    """An empty frame has the derived columns too."""
    found = derived([], FIVE_DAYS)
    assert found.height == 0
    assert {*schema.DERIVED} <= {*found.columns}


def test_limits_are_the_catalogues_columns() -> None:
    """The argument of derive comes from the catalogue as stored."""
    assert limits(schema.empty(schema.PROCEDURES)).schema == NO_LIMITS.schema
