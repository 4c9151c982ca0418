"""`hoso report --as-of`: a report made again from the data as they were is the report that was made then."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

from hoso.records import delta
from tests.delivery.conftest import Command
from tests.delivery.small import CELLS, DOSSIERS, Small
from tests.stores import write_csv

REPORT = ("report", "small", "--province", "ha-giang", "--period", "2024-9M", "--formats", "html")
PLACE = Path("ha-giang", "2024-9M")


@pytest.fixture
def hoso_of(hoso: Command, workbook: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command in a workbook of one small notebook, whose dossiers are imported by it."""
    monkeypatch.setenv("HOSO_ROOT", str(Small(workbook).write(CELLS).folder))
    (workbook / "data" / "reference").mkdir(parents=True)
    return hoso


def imported(hoso: Command, folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    assert hoso("import", write_csv(folder / name, rows), "--province", "ha-giang")[0] == 0


def figures(reports: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((reports / PLACE / "small" / "figures.json").read_text("utf-8"))
    return found


def test_the_report_of_then(hoso_of: Command, workbook: Path, tmp_path: Path) -> None:
    """The same figures.json as then, to the byte; the report of today stays where and what it is."""
    imported(hoso_of, tmp_path, "a.csv", DOSSIERS)
    assert hoso_of(*REPORT)[0] == 0
    published = workbook / "reports" / PLACE / "small" / "figures.json"
    then = published.read_bytes()
    imported(hoso_of, tmp_path, "b.csv", [DOSSIERS[0] | {"id": "H05.00-2402-0001"}])
    assert hoso_of(*REPORT)[0] == 0
    today = published.read_bytes()
    assert figures(workbook / "reports")["document"]["data_version"] == 1
    assert today != then

    code, out, _ = hoso_of(*REPORT, "--as-of", "0", "--out", tmp_path / "then")
    assert code == 0, out
    assert (tmp_path / "then" / PLACE / "small" / "figures.json").read_bytes() == then
    assert published.read_bytes() == today
    pages = [
        (reports / PLACE / "small.html").read_text("utf-8")
        for reports in (tmp_path / "then", workbook / "reports")
    ]
    assert ["Lập lại theo số liệu trong kho lúc" in page for page in pages] == [True, False]


def test_it_is_found_unchanged_the_second_time(
    hoso_of: Command, workbook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(hoso_of, tmp_path, "a.csv", DOSSIERS)
    imported(hoso_of, tmp_path, "b.csv", [DOSSIERS[0] | {"id": "H05.00-2402-0001"}])
    again = (*REPORT, "--as-of", "0", "--out", tmp_path / "then")
    assert hoso_of(*again)[0] == 0
    manifest = tmp_path / "then" / PLACE / "small" / "manifest.json"
    made = manifest.read_bytes()
    monkeypatch.setenv("HOSO_REPORTS", str(workbook / "reports"))  # --out has set it in this process
    code, out, _ = hoso_of(*again)
    assert (code, manifest.read_bytes()) == (0, made)
    assert "unchanged" in out


@pytest.mark.parametrize("out", [(), ("--out", "{reports}"), ("--out", "{reports}/../reports/")])
def test_it_never_takes_the_place_of_todays(
    hoso_of: Command, workbook: Path, tmp_path: Path, out: tuple[str, ...]
) -> None:
    """Without a folder of its own it is refused, in one line, before anything runs."""
    imported(hoso_of, tmp_path, "a.csv", DOSSIERS)
    words = [word.format(reports=workbook / "reports") for word in out]
    code, _, err = hoso_of(*REPORT, "--as-of", "0", *words)
    assert (code, err.count("\n")) == (2, 1)
    assert "không ghi đè báo cáo hiện hành" in err and "--out" in err
    assert not (workbook / "reports").exists()


@pytest.mark.parametrize(
    ("asked", "code", "told"),
    [
        ("7", 2, "kho chưa có phiên bản dữ liệu 7"),
        ("2020-01-01", 3, "kho chưa có dữ liệu"),
        ("../1", 2, "--as-of"),
    ],
)
def test_what_the_store_never_was(
    hoso_of: Command, workbook: Path, tmp_path: Path, asked: str, code: int, told: str
) -> None:
    imported(hoso_of, tmp_path, "a.csv", DOSSIERS)
    found, _, err = hoso_of(*REPORT, "--as-of", asked, "--out", tmp_path / "then")
    assert (found, err.count("\n")) == (code, 1)
    assert told in err
    assert not (tmp_path / "then").exists()


LATE = "09/02/2024 10:00"


def test_what_was_restated_is_told_since_when(hoso_of: Command, workbook: Path, tmp_path: Path) -> None:
    """The report is held against the data it was made from. What later imports restated is told with both values, and since
    which import: the one before changed another figure, the one after the same again."""
    imported(hoso_of, tmp_path, "a.csv", DOSSIERS)
    assert hoso_of(*REPORT)[0] == 0
    for number, name in enumerate(("b.csv", "c.csv", "d.csv")):
        more = DOSSIERS[0] | {"id": f"H05.00-2402-{number:04}"}
        imported(hoso_of, tmp_path, name, [DOSSIERS[1] | {"finished": LATE}] if name == "b.csv" else [more])

    code, out, err = hoso_of("verify", workbook / "reports")
    assert (code, err) == (0, "")
    (line,) = [line for line in out.splitlines() if "báo cáo ghi" in line]
    assert "báo cáo ghi 3, nay là 5 (đúng với phiên bản 0; điều chỉnh từ phiên bản 2, nạp ngày " in line
    assert "1 restated since" in out


def test_a_change_that_no_import_made(hoso_of: Command, workbook: Path, tmp_path: Path) -> None:
    """Exit code 1: another tool took a dossier out of the facts."""
    imported(hoso_of, tmp_path, "a.csv", DOSSIERS)
    assert hoso_of(*REPORT)[0] == 0
    DeltaTable(delta.uri(workbook / "store" / "facts")).delete("received_on = '2024-09-13'")
    code, out, err = hoso_of("verify", workbook / "reports")
    assert code == 1
    assert "báo cáo ghi 3, nay là 2 (đúng với phiên bản 0; sau đó dữ liệu bị sửa ngoài các lần nạp)" in err
    assert "restated" not in out
