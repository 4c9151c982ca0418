"""Verification: a figure is proved from what the exports said, dossier by dossier."""

from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
from deltalake import DeltaTable

from hoso.records import delta
from hoso.records.store import Store
from hoso.statistics.counting import Grouping, keys_of
from hoso.statistics.data import Rederived
from hoso.statistics.results import recomputed, results
from hoso.statistics.verify import Recount, grouping, same
from hoso.vocabulary.periods import Period
from tests.stores import HA_GIANG, data, load

PERIOD = Period.parse("2024-01")
ROWS = [{"id": f"H22-{i}", "received": "02/01/2024 08:00", "finished": "09/01/2024 10:00"} for i in range(12)]


def resolved(data: Rederived) -> int:
    return int(
        recomputed(data, PERIOD, "province", {"resolved"}).set_index("indicator").loc["resolved", "numerator"]
    )


def test_a_status_changed_behind_the_columns_it_gave_is_found(tmp_path: Path) -> None:
    """Another tool changes one dossier's status and leaves its derived columns: counted again, one less is resolved."""
    load(tmp_path, ROWS)
    store = Store.open(tmp_path / "store")
    one = pl.read_parquet(store.files("facts", HA_GIANG.id))["dossier"][0]
    DeltaTable(delta.uri(store.path("facts"))).update(predicate=f"dossier = '{one}'", updates={"status": "4"})
    assert resolved(Rederived(store, HA_GIANG, 0)) == 12
    assert resolved(Rederived(store, HA_GIANG, store.version("facts"))) == 11


def test_some_indicators_are_recounted_as_all_are(tmp_path: Path) -> None:
    """Asked for one rate, the recount gives the same numbers as the whole table."""
    load(tmp_path, ROWS)
    whole = results(data(tmp_path), PERIOD, "unit")
    part = recomputed(Rederived(Store.open(tmp_path / "store"), HA_GIANG), PERIOD, "unit", {"on_time_rate"})
    names = ["indicator", "variant", "unit"]
    numbers = ["numerator", "denominator"]
    expected = whole[whole["indicator"] == "on_time_rate"].set_index(names)[numbers].sort_index()
    found = part[part["indicator"] == "on_time_rate"].set_index(names)[numbers].sort_index()
    assert len(found) == 5 * 223
    assert found.astype(float).equals(expected.astype(float))


def test_values_are_the_same_up_to_the_last_bits_only() -> None:
    """One dossier among a million is a difference; the order of a division's bits is none."""
    assert same(0.1 + 0.2, 0.3)
    assert not same(1_000_000, 999_999)
    assert not same(0.979, None)
    assert same("Tốt", "Tốt")


def test_a_key_is_counted_by_its_finest_part() -> None:
    """A unit's figure by unit, a field's (also the empty one) by field, a nested one by both, else by level or province."""
    assert grouping({"unit": "so-tu-phap", "level": "department"}) == "unit"
    assert grouping({"field": "", "level": "commune"}) == "field"
    assert grouping({"level": "commune"}) == "level"
    assert grouping({"procedure": "1.000001"}) == "procedure"
    assert grouping({"channel": "online", "level": "commune"}) == ("channel", "level")
    assert grouping({"unit": "so-tu-phap", "field": "", "level": "department"}) == ("unit", "field")
    assert grouping({"unit": None, "level": None, "field": None}) == "province"


@pytest.mark.parametrize("by", ["procedure", "channel", ("unit", "field"), ("channel", "level")])
def test_figures_of_every_grouping_are_found_again(tmp_path: Path, by: Grouping) -> None:
    """A key with a procedure, a channel or several dimensions recounts each count, rate and handling time."""
    load(tmp_path, ROWS)
    rows = results(data(tmp_path), PERIOD, by)
    keys = [
        {"kind": "result", "part": "value", **{name: none_for(row[name]) for name in ("indicator", "variant", "period")},
         **{name: none_for(row[name]) for name in keys_of(by)}}
        for row in rows.to_dict("records")
    ]  # fmt: skip
    needed = {(PERIOD.id, by): set(rows["indicator"])}
    assert {grouping(key) for key in keys} == {by}
    recount = Recount(Rederived(Store.open(tmp_path / "store"), HA_GIANG), tmp_path, needed)
    found = [recount.value(key) for key in keys]
    assert [none_for(value) for value in rows["value"]] == found
    days = rows.loc[rows["indicator"] == "handling_time", "value"]
    assert len(days) == 2
    assert (days > 0).all()


def none_for(value: object) -> Any:
    return None if pd.isna(value) else value  # type: ignore[call-overload]
