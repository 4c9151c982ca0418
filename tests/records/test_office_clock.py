"""Working time of whole columns is working time of single moments."""

from datetime import datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from hoso.records.office_clock import OfficeClock
from hoso.vocabulary.working_time import LIMIT_KINDS, deadline, working_minutes_between

MOMENTS = st.datetimes(datetime(2022, 1, 1), datetime(2027, 12, 31)).map(lambda m: m.replace(microsecond=0))
EDGES = st.builds(  # the opening and closing minutes, where a second decides
    lambda day, minute, second: datetime(2024, 9, 1) + timedelta(day, 60 * minute + second),
    st.integers(0, 200),
    st.sampled_from((420, 690, 810, 900, 1020)),
    st.integers(-1, 1),
)
ROW = st.tuples(
    MOMENTS | EDGES,
    st.integers(1, 200).map(lambda quarters: quarters / 4),
    st.sampled_from(LIMIT_KINDS),
    st.integers(0, 6000) | st.integers(0, 10).map(lambda days: 480 * days),
)
SCHEMA = {
    "received_at": pl.Datetime("us"),
    "limit": pl.Float64,
    "limit_kind": pl.String,
    "waiting_minutes": pl.Int32,
}


@settings(deadline=None)  # the first year of a calendar is looked up once
@given(st.lists(ROW, min_size=1, max_size=60))
def test_deadlines_of_a_column_are_the_deadlines_of_its_rows(
    rows: list[tuple[datetime, float, str, int]],
) -> None:
    """Row by row the same as working_time.deadline, in the order given."""
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    found = OfficeClock.over(frame.select("received_at"), years=2).deadlines(frame)
    assert found.to_list() == [deadline(*row) for row in rows]


@settings(deadline=None)  # the first year of a calendar is looked up once
@given(st.lists(st.tuples(MOMENTS | EDGES, MOMENTS | EDGES), min_size=1, max_size=60))
def test_minutes_of_two_columns_are_the_minutes_of_their_rows(pairs: list[tuple[datetime, datetime]]) -> None:
    """Row by row the same as working_time.working_minutes_between, backwards too."""
    frame = pl.DataFrame(pairs, schema={"first": pl.Datetime("us"), "last": pl.Datetime("us")}, orient="row")
    found = OfficeClock.over(frame).minutes_between(frame["first"], frame["last"])
    assert found.to_list() == [working_minutes_between(*pair) for pair in pairs]


def test_a_wait_beyond_any_calendar_ends_on_its_last_day() -> None:
    """A waiting time typed with too many digits gives a far deadline, not an error."""
    row = (datetime(2024, 9, 13, 8), 1.0, "working_day", 2_000_000_000)
    frame = pl.DataFrame([row], schema=SCHEMA, orient="row")
    found = OfficeClock.over(frame.select("received_at"), years=1000).deadlines(frame)
    assert found.dt.year().to_list() == [2110]
