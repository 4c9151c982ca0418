"""Synthetic dossiers without a due date: the catalogue's limit gives back the day that was drawn."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from hoso.records import keys, schema
from hoso.records.importer import import_file
from hoso.records.sample import plan, write
from hoso.records.store import Store
from hoso.vocabulary.places import find_province

SLUG = "tuyen-quang"


def facts(folder: Path) -> pl.DataFrame:
    """The facts of the province's sample, imported in the order of its files."""
    store = Store.prepare(folder / "store", folder / "key")
    for file in write(folder / "exports", [SLUG], scale=0.02):
        import_file(store, file, find_province(SLUG, "63"), keys.load(folder / "key"))
    rows = pl.read_parquet(store.files("facts"), hive_partitioning=True)
    return rows.sort("received_at", "unit_id", "procedure_id", "finished_at", "submitted_at")


def test_limits_give_back_the_due_days_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With and without the due dates in the exports, every flag and every other day is the same; but a limit lasts to the end
    of its day, so by the clock of QĐ 766 a pending dossier is late the day after it."""
    (tmp_path / "as-it-is").mkdir()
    found = facts(tmp_path / "as-it-is")
    load = plan.load
    monkeypatch.setattr(plan, "load", lambda path: replace(load(path), undated=0))
    (tmp_path / "complete").mkdir()
    complete = facts(tmp_path / "complete")
    assert found["due_computed"].sum() > 20
    assert not complete["due_computed"].any()
    assert found["due_at"].null_count() == complete["due_at"].null_count() + found["due_computed"].sum()
    names = [name for name in schema.DERIVED if name not in ("deadline_at", "due_computed", "late_on")]
    assert found.select(names).equals(complete.select(names))
    given = ~found["due_computed"]
    assert found["late_on"].filter(given).equals(complete["late_on"].filter(given))
