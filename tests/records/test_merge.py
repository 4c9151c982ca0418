"""Any exports one after the other, against a dictionary: what each row becomes, and what the facts hold afterwards."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoso.records import incoming, keys, ledger, schema
from hoso.records.intake import batch, clean, delimited
from tests import stores
from tests.records.test_importer import facts

# A dossier is its number, the day of receipt from 1/1/2024 on, and how often it was supplemented: another row where any of
# these is another. Few of each, so that files repeat, change and move dossiers.
_ROW = st.tuples(st.integers(0, 11), st.integers(0, 80), st.integers(0, 1))
_FILES = st.lists(st.lists(_ROW, min_size=1, max_size=25), min_size=1, max_size=4)
Row = tuple[int, int, int]


def printed(row: Row) -> dict[str, Any]:
    number, day, supplements = row
    received = pl.select(pl.date(2024, 1, 1) + pl.duration(days=day)).item()
    return {
        "id": f"H22-{number:02d}",
        "received": f"{received:%d/%m/%Y} 08:00:00",
        "supplements": str(supplements),
        "finished": "30/04/2024 10:00:00",
    }


def expected(known: dict[int, Row], file: list[Row]) -> Counter[str]:
    """What becomes of a file's rows; `known` is brought up to it."""
    last = {row[0]: row for row in file}
    times = Counter(row[0] for row in file)
    found = Counter[str]()
    for number, row in last.items():
        if number not in known:
            found += Counter(accepted=1, replaced=times[number] - 1)
        else:
            found["unchanged" if known[number] == row else "replaced"] += times[number]
    known |= last
    return found


def held(folder: Path) -> list[Row]:
    """The dossiers of the facts, in order."""
    names = {keys.pseudonym(keys.load(folder / "key"), f"H22-{number:02d}"): number for number in range(12)}
    first = pl.date(2024, 1, 1)
    rows = facts(folder).select("dossier", (pl.col("received_on") - first).dt.total_days(), "supplements")
    return sorted((names[dossier], day, supplements) for dossier, day, supplements in rows.iter_rows())


@pytest.fixture
def cut_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of five rows, and months that are large from seven on."""
    for module in (batch, clean, delimited):
        monkeypatch.setattr(module, "BATCH_ROWS", 5)
    monkeypatch.setattr(incoming, "AT_ONCE", 7)


def imported(folder: Path, files: list[list[Row]]) -> None:
    """Imports them one after the other, and holds what each is told and leaves against the dictionary."""
    known: dict[int, Row] = {}
    for turn, file in enumerate(files):
        wanted = expected(known, file)
        done = stores.load(folder, [printed(row) for row in file], f"{turn}.csv")
        told = Counter(accepted=done.accepted, replaced=done.replaced, unchanged=done.skipped)
        assert told == wanted and done.read == wanted.total() == len(file)
        assert held(folder) == sorted(known.values())
        assert ids(folder) == {f"H22-{number:02d}" for number in known}
        assert int(stores.data(folder).daily["received_all"].sum()) == len(known)


def ids(folder: Path) -> set[str]:
    """The private table, in which each dossier stands once."""
    files = (folder / "store" / "private" / "ids").rglob("*.parquet")
    kept = [name for file in files for name in pl.read_parquet(file)["dossier_id"]]
    assert len(kept) == len(set(kept))
    return set(kept)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_FILES)
def test_any_files_in_turn(files: list[list[Row]]) -> None:
    imported(stores.folder(), files)


@pytest.mark.usefixtures("cut_small")
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_FILES)
def test_any_files_in_small_pieces(files: list[list[Row]]) -> None:
    imported(stores.folder(), files)


@pytest.mark.usefixtures("cut_small")
def test_a_large_month_lies_in_files_of_some_days_each(tmp_path: Path) -> None:
    """None of them has more rows than are held at once, unless of one day; together they are the month in order."""
    file = [(number, day, 0) for number, day in enumerate([3, 3, 3, 4, 9, 9, 9, 9, 20, 21, 40])]
    imported(tmp_path, [file, [(number, day, 1) for number, day, _ in file]])
    store = stores.prepare(tmp_path)
    months = {str(month): store.files("facts", month=month) for month in store.months("facts")["63-02"]}
    assert {month: len(files) for month, files in months.items()} == {"2024-01-01": 2, "2024-02-01": 1}
    parts = [pl.read_parquet(one, hive_partitioning=False) for one in months["2024-01-01"]]
    assert sorted(part.height for part in parts) == [4, 6]
    for part in parts:
        assert part.equals(part.sort("received_on", "unit_id", "dossier"))
    first, second = sorted(parts, key=lambda part: part["received_on"].min())
    assert first["received_on"].max() < second["received_on"].min()
    assert set(first.columns) == set(schema.FACTS) - set(schema.PARTITIONS)


def test_a_day_that_is_too_large_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incoming, "AT_ONCE", 2)
    imported(tmp_path, [[(number, 5, 0) for number in range(5)]])
    (file,) = stores.prepare(tmp_path).files("facts")
    assert pl.read_parquet(file, hive_partitioning=False).height == 5
    assert ledger.is_whole(stores.prepare(tmp_path))
