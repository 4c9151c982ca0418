"""Every count and indicator, by every grouping, equals a second computation in plain Python, on every engine."""

from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hoso.statistics.counting import Grouping, count, from_facts, from_ledger, keys_of
from hoso.statistics.counts import COUNTS
from hoso.statistics.definitions import definitions
from hoso.statistics.identities import apart, broken, differences
from hoso.statistics.procedures import PROCEDURE_COUNTS, countable, names
from hoso.statistics.results import recomputed, results, wide
from hoso.vocabulary.errors import UsageError
from hoso.vocabulary.periods import Period
from tests.statistics import drawn, oracle

# Each example builds a store, so a failure is reported as found: shrinking it would take minutes.
EXPENSIVE = settings(
    deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate)
)
COLUMN = {"unit": "unit", "level": "tier", "field": "field", "procedure": "procedure", "channel": "channel"}
GROUPINGS: tuple[Grouping, ...] = (
    "province", "level", "unit", "field", "procedure", "channel", ("unit", "field"), ("channel", "level"),
    ("field", "procedure"),
)  # fmt: skip
PERIOD = Period.parse("2024-02")
# Time goes into stores and queries, not rows: few examples of many dossiers.
many = st.lists(drawn.dossiers(), min_size=10, max_size=60)
windows = st.sampled_from(drawn.WINDOWS).map(Period.parse)


def group_of(rows: list[dict[str, Any]], key: tuple[Any, ...], names: list[str]) -> list[dict[str, Any]]:
    return [d for d in rows if all(d[COLUMN[name]] == value for name, value in zip(names, key, strict=True))]


def plain(value: Any) -> Any:
    return None if pd.isna(value) else value


def expected(rows: list[dict[str, Any]], period: Period, by: Grouping) -> dict[str, float | None]:
    """All counts of one group, by the oracle."""
    counted = oracle.counts(rows, period.start, period.end)
    found: dict[str, float | None] = {name: counted[name] for name in COUNTS}
    days = oracle.median_days(rows, period.start, period.end)
    found["handling_median"] = None if days is None else round(days * 960) / 2  # half minutes, exactly
    if countable(by):
        found |= oracle.procedures(rows, drawn.CATALOGUE, period.start, period.end, by == "province")
    return found


@settings(EXPENSIVE, max_examples=14)
@given(many, windows, st.sampled_from(GROUPINGS))
def test_every_count_is_that_of_the_oracle(rows: list[dict[str, Any]], period: Period, by: Grouping) -> None:
    """Each of the counts, of dossiers and of procedures, in every group of every grouping; no group is missing."""
    keys = keys_of(by)
    table = wide(drawn.data(rows), period, by)
    seen = set()
    for row in table.to_dict("records"):
        key = tuple(plain(row[name]) for name in keys)
        seen.add(key)
        found = {name: plain(value) for name, value in row.items() if name not in keys}
        assert found == expected(group_of(rows, key, keys), period, by), key
    assert {tuple(d[COLUMN[name]] for name in keys) for d in rows} <= seen


@settings(EXPENSIVE, max_examples=2)
@given(many)
def test_dossiers_without_a_field_are_a_group(rows: list[dict[str, Any]]) -> None:
    """Exports that name no field at all: one group without a name, with its procedures counted."""
    unnamed = [d | {"field": None} for d in rows]
    table = wide(drawn.data(unnamed), PERIOD, "field")
    assert [plain(name) for name in table["field"].unique()] == [None]
    assert table["received"].sum() == oracle.counts(unnamed, PERIOD.start, PERIOD.end)["received"]


@settings(EXPENSIVE, max_examples=8)
@given(many, windows, st.sampled_from(GROUPINGS))
def test_every_indicator_is_that_of_the_oracle(
    rows: list[dict[str, Any]], period: Period, by: Grouping
) -> None:
    """Each rate's numerator, denominator and value, the average and the median handling time, in every group."""
    keys = keys_of(by)
    table = results(drawn.data(rows), period, by)
    rates = oracle.RATES | (oracle.PROCEDURE_RATES if countable(by) else {})
    entries = table[table["variant"].notna()]
    assert set(zip(entries["indicator"], entries["variant"], strict=True)) == set(rates) | {
        ("handling_time", "average"),
        ("handling_time", "median"),
    }
    for row in entries.to_dict("records"):
        own = group_of(rows, tuple(plain(row[name]) for name in keys), keys)
        counted = expected(own, period, by)
        if row["indicator"] == "handling_time":
            assert row["denominator"] == counted["handled"]
            average = (
                (counted["handling_minutes"] or 0) / counted["handled"] / 480 if counted["handled"] else None
            )
            wanted = (
                average if row["variant"] == "average" else oracle.median_days(own, period.start, period.end)
            )
            assert plain(row["value"]) == (None if wanted is None else pytest.approx(wanted, rel=1e-12))
            continue
        top, bottom = (counted[name] for name in rates[row["indicator"], row["variant"]])
        assert (row["numerator"], row["denominator"]) == (top, bottom), row
        assert plain(row["value"]) == (None if not bottom else pytest.approx((top or 0) / bottom, rel=1e-12))


@settings(EXPENSIVE, max_examples=5)
@given(many, windows, st.sampled_from(("province", "level", "unit")))
def test_ledger_and_facts_agree(rows: list[dict[str, Any]], period: Period, by: Grouping) -> None:
    """For every count the ledger serves, the sum over days is the count dossier by dossier; so is the whole table."""
    data, keys = drawn.data(rows), keys_of(by)
    served = [name for name, one in COUNTS.items() if one.terms]
    assert set(COUNTS) - set(served) == {"handling_median"}
    daily = from_ledger(data, period, by, served)
    straight = from_facts(data, period, by, served)
    if keys:
        daily = daily[(daily[served] != 0).any(axis=1)].set_index(keys).sort_index()
        straight = straight[(straight[served] != 0).any(axis=1)].set_index(keys).sort_index()
    pd.testing.assert_frame_equal(daily, straight, check_dtype=False, check_index_type=False)
    pd.testing.assert_frame_equal(results(data, period, by), recomputed(data, period, by))


@settings(EXPENSIVE, max_examples=6)
@given(many, windows, st.sampled_from(GROUPINGS))
def test_all_engines_count_the_same(rows: list[dict[str, Any]], period: Period, by: Grouping) -> None:
    """The expressions, written once, give equal counts on DuckDB, polars and pandas."""
    data, keys = drawn.data(rows), keys_of(by)
    relation = data.facts().to_native()
    assert isinstance(relation, duckdb.DuckDBPyRelation)
    tables = [
        count(engine, period, by).sort_values(keys or ["received"], ignore_index=True)
        for engine in (relation, drawn.facts(rows), drawn.facts(rows).lazy(), relation.df())
    ]
    for table in tables[1:]:
        pd.testing.assert_frame_equal(tables[0], table, check_dtype=False)


@settings(EXPENSIVE, max_examples=2)
@given(many, windows)
def test_identities_and_additivity(rows: list[dict[str, Any]], period: Period) -> None:
    """All identities hold in every group; dossier counts of every grouping add up to the province."""
    data = drawn.data(rows)
    whole = results(data, period)
    for by in GROUPINGS:
        table = results(data, period, by)
        assert not len(differences(table)), by
        assert not len(apart(whole, table)), by


@settings(EXPENSIVE, max_examples=10)
@given(many, drawn.dossiers())
def test_one_more_dossier_lowers_no_count(rows: list[dict[str, Any]], more: dict[str, Any]) -> None:
    """Counts are monotonic: another dossier can only add."""
    before, after = (count(drawn.facts(listed), PERIOD) for listed in (rows, [*rows, more]))
    sums = [name for name, one in COUNTS.items() if not one.median]
    assert (after[sums].to_numpy() >= before[sums].to_numpy()).all()


def test_parts_that_do_not_add_up_are_told() -> None:
    """A unit's dossier that the province lacks gives a line for page 1, with both numbers; counts of procedures none."""
    data = drawn.data([SAMPLE])
    whole, units = results(data, PERIOD), results(data, PERIOD, "unit")
    assert broken(whole, PERIOD, [units]) == []
    at = (units["indicator"] == "refused") & (units["unit"] == "so-y-te")
    units.loc[at, "numerator"] = 2
    assert broken(whole, PERIOD, [units]) == [
        "Số liệu tháng 02 năm 2024 không khớp: refused là 0, cộng các đơn vị, lĩnh vực là 2"
    ]


def test_a_name_counts_only_what_it_needs() -> None:
    """Asked for one indicator, the table holds its variants alone, equal to those of the whole table."""
    data = drawn.data([dict(SAMPLE, status=10)])
    some = results(data, PERIOD, "unit", {"online_rate"})
    whole = results(data, PERIOD, "unit")
    kept = whole[whole["indicator"] == "online_rate"].reset_index(drop=True)
    pd.testing.assert_frame_equal(some, kept)
    assert set(some["variant"]) == {"received", "resolved", "eligible", "full"}


def test_procedures_are_counted_once_for_the_province() -> None:
    """Two units with dossiers of one procedure: one for each of them, one for the province."""
    rows = [dict(SAMPLE, unit="so-tu-phap"), dict(SAMPLE, unit="so-y-te")]
    data = drawn.data(rows)
    units = results(data, PERIOD, "unit")
    used = units[units["indicator"] == "procedures_with_dossiers"].set_index("unit")["numerator"]
    assert (used["so-tu-phap"], used["so-y-te"], used["huyen-dong-van"]) == (1, 1, 0)
    whole = results(data, PERIOD).set_index("indicator")["numerator"]
    assert (whole["procedures_with_dossiers"], whole["procedures"]) == (1, len(drawn.CATALOGUE))
    assert set(PROCEDURE_COUNTS) <= set(whole.index)
    assert names(data, PERIOD)["1.000002"] == "Thủ tục 1.000002"


def test_a_province_without_a_catalogue_has_no_number_of_procedures(tmp_path: Any) -> None:
    """No catalogue was imported: the counts of procedures are missing, not zero, for the province and its units."""
    data = drawn.data([SAMPLE])
    data.store.write("procedures", drawn.catalogue().head(0), replace="province_id = '63-02'")
    for by in ("province", "unit"):
        table = results(data, PERIOD, by)  # type: ignore[arg-type]
        values = table.loc[table["indicator"].isin(PROCEDURE_COUNTS), "value"]
        assert len(values)
        assert values.isna().all()


def test_an_unknown_grouping_names_the_known_ones() -> None:
    """A misspelt grouping is refused with the list."""
    with pytest.raises(UsageError, match="channel"):
        keys_of("chanel")  # type: ignore[arg-type]


def test_every_count_behind_a_word_is_tested() -> None:
    """A guard: the oracle knows each indicator of the definitions, in each variant."""
    known = {(i.id, i.variant) for i in definitions().indicators} - {
        ("handling_time", "average"),
        ("handling_time", "median"),
    }
    assert known == set(oracle.RATES) | set(oracle.PROCEDURE_RATES)


SAMPLE: dict[str, Any] = {
    "unit": "so-tu-phap", "tier": "department", "procedure": "1.000002", "field": "Hộ tịch", "channel": "online",
    "level": "full", "status": 10, "received": drawn.datetime(2024, 1, 20, 8), "due": drawn.datetime(2024, 1, 25, 11, 30),
    "finished": drawn.datetime(2024, 1, 25, 16), "returned": None, "supplements": 0, "fee": True, "paid": True,
    "minutes": 1920, **dict.fromkeys(oracle.FLAGS, True),
}  # fmt: skip
