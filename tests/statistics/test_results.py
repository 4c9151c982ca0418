"""The results: ledger, facts and a second computation agree; identities and additivity hold."""

import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hoso.statistics.data import Data
from hoso.statistics.identities import broken
from hoso.statistics.results import recomputed, results
from hoso.vocabulary.errors import NoDataError
from hoso.vocabulary.periods import Period
from tests import stores
from tests.statistics import oracle
from tests.stores import HA_GIANG, STATUS_WORDS, load, prepare, printed
from tests.stores import data as open_data

UNITS = ("Sở Tư pháp", "UBND huyện Đồng Văn", "UBND huyện Mèo Vạc", "Sở Y tế")
CHANNELS = {"online": "Trực tuyến", "direct": "Trực tiếp", "postal": "BCCI"}
LEVELS = {"full": "Toàn trình", "partial": "Một phần", "information": "Cung cấp thông tin", None: ""}
PERIOD = Period.parse("2024-02")
FIRST = datetime(2023, 12, 20, 8)
# Each example builds a store, so a failure is reported as found: shrinking it would take minutes.
EXPENSIVE = settings(
    deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate)
)
COUNTS = (
    "received", "received_in_period", "received_online", "received_direct", "received_postal", "carried_over", "resolved",
    "early", "punctual", "late", "on_time", "pending", "pending_in_time", "overdue", "supplement_requested", "refused",
    "withdrawn", "stopped",
)  # fmt: skip


@st.composite
def dossiers(draw: st.DrawFn) -> dict[str, Any]:
    received = FIRST + timedelta(days=draw(st.integers(0, 70)), minutes=draw(st.integers(0, 500)))
    due = draw(st.none() | st.integers(0, 25).map(lambda days: received.date() + timedelta(days=days)))
    status = draw(st.sampled_from([1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 10, 10, 10]))
    finished = None
    if status in (7, 9, 10):
        finished = received + timedelta(days=draw(st.integers(0, 30)), minutes=draw(st.integers(0, 600)))
    return {
        "unit": draw(st.sampled_from(UNITS)), "channel": draw(st.sampled_from(sorted(CHANNELS))),
        "level": draw(st.sampled_from(list(LEVELS))), "status": status, "received": received, "due": due,
        "finished": finished, "supplements": draw(st.integers(0, 3)),
    }  # fmt: skip


def store_of(rows: list[dict[str, Any]]) -> Data:
    folder = stores.folder()
    load(folder, [
        {
            "id": f"H22-{i}", "unit": row["unit"], "channel": CHANNELS[row["channel"]], "level": LEVELS[row["level"]],
            "status": STATUS_WORDS[row["status"]], "received": printed(row["received"]),
            "due": f"{row['due']:%d/%m/%Y}" if row["due"] else "", "finished": printed(row["finished"]),
            "supplements": row["supplements"],
        }
        for i, row in enumerate(rows)
    ])  # fmt: skip
    return open_data(folder)


def count_of(table: pd.DataFrame, **keys: object) -> dict[str, int]:
    chosen = table[table["variant"].isna() & table["numerator"].notna()]
    for key, value in keys.items():
        chosen = chosen[chosen[key] == value]
    return dict(zip(chosen["indicator"], chosen["numerator"], strict=True))


windows = st.sampled_from(
    ["2024-01", "2024-02", "2024-02@calendar", "2024-Q1", "2024-01-03..2024-01-03", "2023-12-21..2024-03-31"]
)


@settings(EXPENSIVE, max_examples=6)
@given(st.lists(dossiers(), min_size=1, max_size=40), windows)
def test_ledger_facts_and_a_second_computation_agree(rows: list[dict[str, Any]], window: str) -> None:
    """From the exported file on: the ledger's counts, the facts' and a plain Python count are the same."""
    period, data = Period.parse(window), store_of(rows)
    expected = oracle.counts(rows, period.start, period.end)
    from_ledger, from_facts = count_of(results(data, period)), count_of(recomputed(data, period))
    assert {name: from_facts[name] for name in COUNTS} == {name: expected[name] for name in COUNTS}
    assert from_ledger == from_facts
    rates = recomputed(data, period).set_index(["indicator", "variant"])[["numerator", "denominator"]]
    for rate, (top, bottom) in oracle.RATES.items():
        if not top.startswith("true_"):
            assert tuple(rates.loc[rate]) == (expected[top], expected[bottom]), rate


# One dossier a line, in February 2024 (15/01 to 14/02): status, received, due, finished → where form II.06a and QĐ 766 put it.
DRAWN = """
10 | 20/01/2024 08:00 | 25/01/2024 11:30 | 24/01/2024 16:00 | resolved early    | in time
10 | 20/01/2024 08:00 | 25/01/2024 11:30 | 25/01/2024 11:30 | resolved punctual | in time
10 | 20/01/2024 08:00 | 25/01/2024 11:30 | 25/01/2024 16:00 | resolved punctual | late
10 | 20/01/2024 08:00 | 25/01/2024       | 25/01/2024 16:00 | resolved punctual | in time
 9 | 20/01/2024 08:00 | 25/01/2024 11:30 | 26/01/2024 07:30 | resolved late     | late
 9 | 20/01/2024 08:00 |                  | 26/01/2024 07:30 | resolved punctual | in time
10 | 20/01/2024 08:00 | 10/02/2024 17:00 | 15/02/2024 08:00 | pending overdue   | late
10 | 20/01/2024 08:00 | 20/02/2024 17:00 | 15/02/2024 08:00 | pending in_time   | in time
 4 | 20/01/2024 08:00 | 14/02/2024 17:00 |                  | pending in_time   | late
 4 | 20/01/2024 08:00 | 13/02/2024 17:00 |                  | pending overdue   | late
 2 | 20/01/2024 08:00 |                  |                  | pending in_time   | in time
 5 | 20/01/2024 08:00 | 01/02/2024 17:00 |                  | pending in_time   | in time
 6 | 20/01/2024 08:00 | 01/02/2024 17:00 |                  | pending in_time   | in time
 8 | 20/01/2024 08:00 | 01/02/2024 17:00 |                  | pending in_time   | in time
 7 | 20/01/2024 08:00 | 25/01/2024 17:00 | 30/01/2024 08:00 | resolved punctual | in time
 1 | 20/01/2024 08:00 | 25/01/2024 17:00 |                  | nowhere           | nowhere
 3 | 20/01/2024 08:00 | 25/01/2024 17:00 |                  | nowhere           | nowhere
10 | 05/01/2024 08:00 | 10/01/2024 17:00 | 10/01/2024 09:00 | nowhere           | nowhere
10 | 05/01/2024 08:00 | 10/01/2024 17:00 | 15/01/2024 09:00 | resolved late     | late
10 | 15/02/2024 08:00 | 20/02/2024 17:00 | 16/02/2024 09:00 | nowhere           | nowhere
""".strip().splitlines()
PLACES: Mapping[str, tuple[str, ...]] = {
    "resolved early": ("received", "resolved", "early", "on_time"),
    "resolved punctual": ("received", "resolved", "punctual", "on_time"),
    "resolved late": ("received", "resolved", "late"),
    "pending overdue": ("received", "pending", "overdue"),
    "pending in_time": ("received", "pending", "pending_in_time"),
    "nowhere": (),
}


@cache
def drawn() -> tuple[list[list[str]], pd.DataFrame]:
    """All drawn dossiers in one store, each with a field of its own."""
    lines = [[cell.strip() for cell in line.split("|")] for line in DRAWN]
    folder = stores.folder()
    load(folder, [
        {"id": f"d{i}", "field": f"Lĩnh vực {i}", "status": STATUS_WORDS[int(line[0])], "received": line[1], "due": line[2], "finished": line[3]}
        for i, line in enumerate(lines)
    ])  # fmt: skip
    return lines, results(open_data(folder), PERIOD, "field")


@pytest.mark.parametrize("number", range(len(DRAWN)), ids=lambda i: " ".join(DRAWN[i].split()))
def test_where_a_dossier_counts(number: int) -> None:
    """Each drawn dossier is counted where form II.06a (by date) and QĐ 766 (by the clock) put it, and nowhere else."""
    lines, table = drawn()
    counted = {name for name, value in count_of(table, field=f"Lĩnh vực {number}").items() if value}
    of_interest = {
        "received",
        "resolved",
        "early",
        "punctual",
        "late",
        "on_time",
        "pending",
        "pending_in_time",
        "overdue",
    }
    assert counted & of_interest == set(PLACES[lines[number][4]])
    rate = table[
        (table["field"] == f"Lĩnh vực {number}")
        & (table["variant"] == "766")
        & (table["indicator"] == "on_time_rate")
    ]
    seen = (
        {0: "late", 1: "in time"}[int(rate["numerator"].iloc[0])]
        if rate["denominator"].iloc[0]
        else "nowhere"
    )
    assert seen == lines[number][5]


def test_more_than_one_supplement_request_is_late_by_the_clock(tmp_path: Path) -> None:
    """QĐ 766: two requests for supplements make a dossier late, finished or not; form II.06a does not care."""
    row = {"received": "20/01/2024 08:00", "due": "20/02/2024", "supplements": 2}
    load(
        tmp_path,
        [
            row | {"id": "a", "finished": "25/01/2024"},
            row | {"id": "b", "status": "Đang xử lý"},
            row | {"id": "c", "supplements": 1, "status": "Đang xử lý"},
        ],
    )
    table = results(open_data(tmp_path), PERIOD).set_index(["indicator", "variant"])
    assert tuple(table.loc[("on_time_rate", "766"), ["numerator", "denominator"]]) == (1, 3)
    assert tuple(table.loc[("on_time_rate", "06a"), ["numerator", "denominator"]]) == (1, 1)


def test_missing_is_not_zero(tmp_path: Path) -> None:
    """A flag the source did not give counts neither above nor below; a rate without a denominator has no value."""
    row = {"received": "20/01/2024 08:00", "due": "25/01/2024", "finished": "22/01/2024"}
    load(
        tmp_path,
        [
            row | {"id": "a", "digitised": "Có"},
            row | {"id": "b", "digitised": "Không"},
            row | {"id": "c", "digitised": ""},
        ],
    )
    table = results(open_data(tmp_path), PERIOD).set_index(["indicator", "variant"])
    assert tuple(table.loc[("digitised_rate", "766"), ["numerator", "denominator"]]) == (1, 2)
    assert math.isnan(table.loc[("reuse_rate", "766"), "value"])
    assert math.isnan(table.loc[("online_service_rate", "procedures"), "value"])


def test_units_without_dossiers_are_there_with_zeros(tmp_path: Path) -> None:
    """Each of the 223 known units of Hà Giang is in the table, and one that received nothing has no rate."""
    load(tmp_path, [{"id": "a", "received": "20/01/2024 08:00"}])
    table = results(open_data(tmp_path), PERIOD, "unit")
    assert table["unit"].nunique() == 19 + 11 + 193
    idle = table[
        (table["unit"] == "huyen-dong-van")
        & (table["indicator"] == "on_time_rate")
        & (table["variant"] == "06a")
    ]
    assert idle["numerator"].iloc[0] == 0
    assert idle["value"].isna().all()


def test_a_province_without_data_is_said_so(tmp_path: Path) -> None:
    """Nothing to count is exit code 3 with the command that helps, not a table of zeros."""
    prepare(tmp_path)
    with pytest.raises(NoDataError, match="hoso import"):
        open_data(tmp_path)


def test_broken_identities_are_told(tmp_path: Path) -> None:
    """A table whose parts do not add up gives a line for page 1."""
    load(tmp_path, [{"id": "a", "received": "20/01/2024 08:00"}])
    table = results(open_data(tmp_path), PERIOD)
    assert broken(table, PERIOD) == []
    table.loc[table["indicator"] == "pending", "numerator"] += 1
    assert len(broken(table, PERIOD)) == 2


def test_the_province_is_the_fixture_of_these_tests() -> None:
    """Hà Giang belongs to the era of 63 provinces."""
    assert HA_GIANG.id == "63-02"
    assert PERIOD.start == date(2024, 1, 15)
