"""Results by time: parts of a period, flows that add up, stocks that are handed on."""

from itertools import pairwise
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.statistics.counting import from_ledger, units_in_parts
from hoso.statistics.counts import COUNTS
from hoso.statistics.definitions import definitions
from hoso.statistics.identities import differences, unchained
from hoso.statistics.results import results, tidy, wide
from hoso.statistics.timeline import Step, by_time, split
from hoso.vocabulary.errors import UsageError
from hoso.vocabulary.periods import Period
from tests.statistics import drawn
from tests.statistics.test_counting import EXPENSIVE, SAMPLE, settings

STEPS: tuple[Step, ...] = ("day", "week", "month", "quarter")
# Counts over the days of a period: what happened in it, not how things stood.
FLOWS = [
    name for name, count in COUNTS.items()
    if count.terms and all(window == "during" for _, _, window in count.terms)
]  # fmt: skip


@given(
    st.sampled_from([*drawn.WINDOWS, "2024", "2024-9M@calendar", "2023-11-03..2024-05-20"]),
    st.sampled_from(STEPS),
)
def test_parts_tile_the_period(window: str, step: Step) -> None:
    """Days, weeks, months and quarters follow each other without gap or overlap, from the first day to the last."""
    period = Period.parse(window)
    parts = split(period, step)
    assert (parts[0].start, parts[-1].end) == (period.start, period.end)
    assert all((after.start - before.end).days == 1 for before, after in pairwise(parts))
    assert len({part.id for part in parts}) == len(parts)


@pytest.mark.parametrize(
    ("window", "step", "ids"),
    [
        ("2024-9M", "quarter", ["2024-Q1", "2024-Q2", "2024-Q3"]),
        ("2024-6M@calendar", "quarter", ["2024-Q1@calendar", "2024-Q2@calendar"]),
        ("2024-Q1", "month", ["2024-01", "2024-02", "2024-03"]),
        ("2024-02-05..2024-05-02", "quarter", ["2024-02-05..2024-03-31", "2024-04-01..2024-05-02"]),
        ("2024-02-28..2024-03-06", "week", ["2024-02-28..2024-03-03", "2024-03-04..2024-03-06"]),
        (
            "2024-02-28..2024-03-01",
            "day",
            ["2024-02-28..2024-02-28", "2024-02-29..2024-02-29", "2024-03-01..2024-03-01"],
        ),
    ],
)
def test_the_ids_of_parts(window: str, step: Step, ids: list[str]) -> None:
    """Whole months and quarters keep their own ids and rule; cut ones, weeks and days are their dates."""
    assert [part.id for part in split(Period.parse(window), step)] == ids


@settings(EXPENSIVE, max_examples=4)
@given(st.lists(drawn.dossiers(), min_size=10, max_size=50), st.sampled_from(["week", "month"]))
def test_flows_add_up_and_stocks_are_handed_on(rows: list[dict[str, Any]], step: Step) -> None:
    """Flows of the parts add up to the period's; pending of each is carried over into the next; identities hold in all."""
    data, period = drawn.data(rows), Period.parse("2024-Q1")
    table = by_time(data, period, step)
    parts = split(period, step)
    assert list(table["period"].unique()) == [part.id for part in parts]
    assert not len(unchained(table))
    assert not len(differences(table))
    whole = results(data, period).set_index("indicator")["numerator"]
    sums = table[table["variant"].isna()].groupby("indicator")["numerator"].sum()
    shown = [name for name in FLOWS if name in sums.index]
    assert {"resolved", "received_in_period", "late", "late_1_5", "refused", "withdrawn"} <= set(shown)
    assert not {"pending", "carried_over", "overdue_1_5", "running"} & set(shown)
    assert sums[shown].to_dict() == whole[shown].to_dict()
    last = table[table["period"] == parts[-1].id].set_index("indicator")["numerator"]
    for stock in (
        "pending",
        "overdue",
        "pending_in_time",
        "overdue_1_5",
        "overdue_over_30",
        "running",
        "waiting",
    ):
        assert last[stock] == whole[stock], stock


def test_by_unit_and_time() -> None:
    """A grouping within each part, and only the indicators asked for."""
    data = drawn.data([SAMPLE])
    table = by_time(data, Period.parse("2024-Q1"), "month", "level", {"resolved"})
    assert set(table["indicator"]) == {"resolved"}
    found = table[table["level"] == "department"].set_index("period")["numerator"]
    assert found.to_dict() == {"2024-01": 0, "2024-02": 1, "2024-03": 0}


def test_a_chain_that_breaks_is_told() -> None:
    """A dossier lost between two months is named with both numbers."""
    table = by_time(drawn.data([dict(SAMPLE, status=4)]), Period.parse("2024-Q1"))
    assert not len(unchained(table))
    table.loc[(table["indicator"] == "carried_over") & (table["period"] == "2024-03"), "numerator"] = 0
    assert unchained(table)[["total", "sum"]].to_numpy().tolist() == [[1, 0]]


def test_an_unknown_step_names_the_known_ones() -> None:
    """A misspelt step is refused."""
    with pytest.raises(UsageError, match="quarter"):
        split(Period.parse("2024"), "year")  # type: ignore[arg-type]


@settings(EXPENSIVE, max_examples=5)
@given(
    st.lists(drawn.dossiers(), min_size=5, max_size=50),
    st.sampled_from(drawn.WINDOWS),
    st.sampled_from(STEPS[1:]),
)
def test_one_look_through_the_ledger_counts_as_a_look_for_each_part(
    rows: list[dict[str, Any]], window: str, step: Step
) -> None:
    """By unit all parts are counted at once: every count of every unit and part is that of the part asked for alone."""
    data, period, asked = drawn.data(rows), Period.parse(window), _of_the_ledger()
    parts = split(period, step)
    alone = [wide(data, part, "unit", asked).assign(period=part.id) for part in parts]
    expected = tidy(pd.concat(alone, ignore_index=True), data, period, "unit", asked)
    keys = ["indicator", "variant", "unit", "period"]
    found = by_time(data, period, step, "unit", asked)
    assert set(found["unit"]) >= set(drawn.UNITS) and {"pending", "on_time_rate"} <= set(found["indicator"])
    pd.testing.assert_frame_equal(_in_order(found, keys), _in_order(expected, keys), check_exact=True)


def test_a_unit_is_in_no_part_before_its_first_day() -> None:
    """As when each part is asked for alone, a unit enters the ledger's counts with its first event."""
    data, parts = drawn.data([SAMPLE]), split(Period.parse("2024-Q1"), "month")
    names = [name for name, count in COUNTS.items() if count.terms]
    together = units_in_parts(data, parts, names)
    alone = [from_ledger(data, part, "unit", names) for part in parts]
    assert [len(table) for table in together] == [len(table) for table in alone] == [0, 1, 1]
    for found, expected in zip(together, alone, strict=True):
        assert found[names].to_numpy().tolist() == expected[names].to_numpy().tolist()


def _of_the_ledger() -> set[str]:
    """All counts and indicators that the ledger gives; the others are counted part by part as before."""
    daily = {name for name, count in COUNTS.items() if count.terms}
    others = {i.id for i in definitions().indicators if not {i.numerator, i.denominator} <= daily}
    return daily | {i.id for i in definitions().indicators if i.id not in others}


def test_what_the_ledger_does_not_give_stands_beside_it() -> None:
    """Medians and procedures of units, counted part by part, lie in the same table as what was counted at once."""
    data, period = drawn.data([SAMPLE]), Period.parse("2024-01")
    found = by_time(data, period, "month", "unit")
    pd.testing.assert_frame_equal(found, results(data, period, "unit"), check_exact=True)
    assert {"handling_time", "received"} & set(found["indicator"])


def _in_order(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    return table.sort_values(keys, ignore_index=True)
