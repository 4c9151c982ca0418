"""`hoso tidy`: what it says, what it leaves alone, and that no report is made again for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hoso.delivery import tidying
from hoso.delivery.batch import folders
from hoso.records import joined, pinned
from hoso.records.store import Store
from tests.delivery.conftest import Command
from tests.delivery.small import CELLS, DOSSIERS, Small
from tests.records.test_tidying import age
from tests.stores import write_csv

REPORT = ("report", "small", "--province", "ha-giang", "--period", "2024-9M", "--formats", "html")
FIGURES = Path("ha-giang", "2024-9M", "small", "figures.json")


@pytest.fixture
def hoso_of(hoso: Command, workbook: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command in a workbook of one small notebook."""
    monkeypatch.setenv("HOSO_ROOT", str(Small(workbook).write(CELLS).folder))
    (workbook / "data" / "reference").mkdir(parents=True)
    return hoso


def imported(hoso: Command, folder: Path, number: int) -> None:
    rows = [*DOSSIERS, DOSSIERS[0] | {"id": f"H05.00-2402-{number:04}"}]
    file = write_csv(folder / f"{number}.csv", rows[-1:] if number else rows)
    assert hoso("import", file, "--province", "ha-giang")[0] == 0


def test_reports_stay_what_they_are(hoso_of: Command, workbook: Path, tmp_path: Path) -> None:
    """After joining, the report is unchanged; the version it names outlives --forget-before, one that none names does not."""
    for number in range(joined.MANY):
        imported(hoso_of, tmp_path, number)
        age(Store.open(workbook / "store"), 10)
        if number == 2:
            assert hoso_of(*REPORT)[0] == 0
            then = (workbook / "reports" / FIGURES).read_bytes()
    assert hoso_of(*REPORT)[0] == 0
    today = (workbook / "reports" / FIGURES).read_bytes()
    assert today != then
    code, out, _ = hoso_of("tidy", "--dry-run")
    assert code == 0 and "imports: 8 files of 1 provinces would be joined into 1" in out
    code, out, _ = hoso_of("tidy", "--forget-before", "2100-01-01")
    assert (
        code == 0 and "versions of the facts given up: 6" in out
    )  # but 2, of a report in the history, and 7
    code, out, _ = hoso_of(*REPORT)
    assert code == 0 and "unchanged" in out
    code, _, _ = hoso_of(*REPORT, "--as-of", "2", "--out", tmp_path / "then")
    assert (code, (tmp_path / "then" / FIGURES).read_bytes()) == (0, then)
    code, _, err = hoso_of(*REPORT, "--as-of", "4", "--out", tmp_path / "gone")
    assert (code, err.count("\n")) == (3, 1) and "đã được dọn khỏi kho" in err


def test_a_living_batch_keeps_what_it_reads(hoso_of: Command, workbook: Path, tmp_path: Path) -> None:
    """As long as it lives, and on its own store alone."""
    imported(hoso_of, tmp_path, 0)
    store = Store.open(workbook / "store")
    pins = pinned.versions(store)
    with folders.private() as folder:
        assert tidying.kept(store.root, workbook / "reports").batches == ()
        pinned.write(folder, store.root, pins)
        assert tidying.kept(store.root, workbook / "reports").batches == (pins["tables"],)
        assert tidying.kept(tmp_path / "other", workbook / "reports").batches == ()
    assert tidying.kept(store.root, workbook / "reports").batches == ()


@pytest.mark.parametrize("day", ["", "hôm qua", "2026-13-01", "-1"])
def test_a_day_that_is_none(hoso_of: Command, tmp_path: Path, day: str) -> None:
    imported(hoso_of, tmp_path, 0)
    code, _, err = hoso_of("tidy", "--forget-before", day)
    assert (code, err.count("\n")) == (2, 1) and "không hiểu ngày" in err


@pytest.mark.parametrize("text", ["{", "[]", json.dumps({"data_version": "x"}), "{}"])
def test_a_manifest_that_cannot_be_read(hoso_of: Command, workbook: Path, tmp_path: Path, text: str) -> None:
    """It may name what would be given up, so nothing is."""
    imported(hoso_of, tmp_path, 0)
    manifest = workbook / "reports" / "x" / "manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(text, "utf-8")
    code, _, err = hoso_of("tidy", "--forget-before", "2026-01-01")
    assert (code, err.count("\n")) == (1, 1) and "manifest.json" in err


def test_without_a_store(hoso_of: Command) -> None:
    code, _, err = hoso_of("tidy")
    assert (code, err.count("\n")) == (3, 1) and "chưa có dữ liệu" in err
