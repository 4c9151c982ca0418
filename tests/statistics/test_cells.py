"""Single cells of the results are those of the table, and sums over windows are those of the days."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoso.statistics.cells import rows_of
from hoso.statistics.counting import By, count, from_ledger
from hoso.statistics.definitions import definitions
from hoso.statistics.results import results
from hoso.statistics.rows import by_name, opened, packed, records
from hoso.vocabulary.errors import UsageError
from hoso.vocabulary.periods import Period
from tests.statistics import drawn
from tests.statistics.oracle import FLAGS

EVERY = (*definitions().counts, *dict.fromkeys(entry.id for entry in definitions().indicators))
many = st.lists(drawn.dossiers(), min_size=1, max_size=25)


def sorted_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["level"] or "", row["indicator"], row["variant"] or ""))


@settings(max_examples=4)
@given(many, st.sampled_from(drawn.WINDOWS), st.sampled_from(("province", "level")))
def test_cells_equal_the_table_to_the_last_digit(rows: list[dict[str, Any]], period: str, by: By) -> None:
    """For every count and indicator, also those the ledger does not serve, in windows with and without dossiers."""
    data, chosen = drawn.data(rows), Period.parse(period)
    table = records(results(data, chosen, by))
    cells = [row for name in EVERY for row in rows_of(data, chosen, by, (name,))]
    assert len(table) > 70
    assert sorted_rows(cells) == sorted_rows(table)


@settings(max_examples=3)
@given(many, st.sampled_from(drawn.WINDOWS))
def test_windows_are_sums_of_their_days(rows: list[dict[str, Any]], period: str) -> None:
    """Before, during and through a period, level by level; a period outside all days gives zeros or everything."""
    data, asked = drawn.data(rows), Period.parse(period)
    daily = data.daily
    days = daily["day"].dt.date
    tests = {
        "before": days < asked.start,
        "during": (days >= asked.start) & (days <= asked.end),
        "through": days <= asked.end,
    }
    names = [name for name in daily.columns if name not in ("level", "day")]
    sums = data.days.sums(asked, [(name, window) for window in tests for name in names])
    assert set(sums) == set(daily["level"])
    for level, found in sums.items():
        own = daily["level"] == level
        assert found == [int(daily.loc[own & test, name].sum()) for test in tests.values() for name in names]


def one(**said: Any) -> dict[str, Any]:
    """A dossier closed on the day after its receipt, of which nothing else is known but what is said."""
    days = {"received": datetime(2024, 1, 31, 23, 59), "finished": datetime(2024, 2, 1)}
    blank = dict.fromkeys(
        ("procedure", "field", "level", "due", "returned", "supplements", "fee", "paid", "minutes", *FLAGS)
    )
    return {
        **blank,
        "unit": "so-y-te",
        "tier": "department",
        "channel": "online",
        "status": 10,
        **days,
        **said,
    }


def test_without_any_event_the_cells_of_the_province_are_zeros() -> None:
    """Dossiers that nobody received yet leave a ledger without a row: zeros then, and no rate."""
    data, chosen = drawn.data([one(status=1, finished=None)]), Period.parse("2024-02")
    names = ("received", "overdue", "on_time_rate")
    cells = [row for name in names for row in rows_of(data, chosen, "province", (name,))]
    assert [row["value"] for row in cells if row["variant"] is None] == [0, 0]
    assert {row["value"] for row in cells if row["variant"]} == {None}
    assert sorted_rows(cells) == sorted_rows(records(results(data, chosen, "province", names)))


def test_sums_are_larger_than_a_column_holds() -> None:
    """The handling time of a province passes 2³¹ office minutes, counted dossier by dossier as in the ledger."""
    minutes, chosen = 2**31 - 1, Period.parse("2024-02@calendar")
    data = drawn.data([one(minutes=minutes, field="Đất đai") for _ in range(3)])
    for rows in (data.scan(), data.facts()):
        assert count(rows, chosen, "field", ["handling_minutes"])["handling_minutes"].tolist() == [
            3 * minutes
        ]
    assert from_ledger(data, chosen, "unit", ["handling_minutes"])["handling_minutes"].tolist() == [
        3 * minutes
    ]


def test_a_unit_with_two_rows_is_no_figure() -> None:
    """Dossiers of one unit under two levels: each row is a part, so none is printed as the whole."""
    data = drawn.data([one(unit="so-y-te"), one(unit="so-y-te", tier="district")])
    table = results(data, Period.parse("2024-02@calendar"), "unit", ("resolved",))
    rows = records(table[table["unit"] == "so-y-te"])
    assert len(rows) == 2
    with pytest.raises(UsageError, match="hơn một cấp"):
        by_name(rows, "so-y-te")


@pytest.mark.parametrize("by", [None, "unit"])
def test_packed_rows_come_out_as_they_went_in(by: str | None) -> None:
    """Each group by itself, in order; no group, no rows."""
    rows = [{"unit": unit, "value": value} for value in (1.5, None) for unit in ("a", "b")]
    groups = packed(rows, by)
    assert opened(groups[by and "a"]) == [row for row in rows if by is None or row["unit"] == "a"]
    assert opened(groups.get("none")) == []
