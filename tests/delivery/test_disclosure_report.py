"""The public notice, made and verified: dossiers with withheld counts, and the real rows of Gia Lai and Phú Thọ."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from hoso.delivery.outputs import write_json
from tests.delivery.test_scorecard_report import hoso
from tests.presentation.prose import bare_numbers
from tests.statistics.test_board import rows
from tests.stores import load

PERIOD = "2024-01@calendar"
# 977 dossiers, three of them late: 974 in time, 19,94 points; numbers that stand nowhere else.
SECRET = [
    {
        "id": f"H22-9{i:04d}", "unit": "Sở Công Thương", "received": "05/01/2024 08:00:00", "due": "12/01/2024",
        "finished": f"{20 if i < 3 else 9:02d}/01/2024 09:00:00",
    }
    for i in range(977)
]  # fmt: skip


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a report made from drawn dossiers."""
    folder = tmp_path_factory.mktemp("disclosure")
    load(folder, [*rows(), *SECRET])
    assert hoso(folder, "report", "disclosure", "--province", "ha-giang", "--period", PERIOD) == 0
    return folder


@pytest.fixture(scope="module")
def portal(portal_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the reports of Gia Lai and Phú Thọ."""
    folder = tmp_path_factory.mktemp("portal")
    shutil.copytree(portal_sample, folder, dirs_exist_ok=True)
    asked = (("gia-lai", "2026@calendar"), ("phu-tho", "2026-08@calendar"))
    for slug, period in asked:
        assert hoso(folder, "report", "disclosure", "--province", slug, "--period", period) == 0
    return folder


def report(folder: Path, slug: str, period: str) -> Path:
    return folder / "reports" / slug / period / "disclosure"


def written(folder: Path, slug: str, period: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((report(folder, slug, period) / "figures.json").read_text("utf-8"))
    return found


def tables(folder: Path, slug: str, period: str) -> dict[str, Any]:
    return {table["id"]: table for table in written(folder, slug, period)["tables"]}


def test_every_number_is_found_again(drawn: Path, portal: Path) -> None:
    """`hoso verify` passes on all three, withheld cells included: they read as nothing there too."""
    assert hoso(drawn, "verify", drawn / "reports") == 0
    assert hoso(portal, "verify", portal / "reports") == 0


def test_withheld_numbers_are_in_no_file(drawn: Path) -> None:
    """Of 977 and 974 at most one is anywhere; the points 19,94 and what is left (3 late) are in no table, page or output."""
    folder = report(drawn, "ha-giang", PERIOD)
    files = [folder / "figures.json", folder / "disclosure.ipynb", folder.with_suffix(".html")]
    for file in files:
        text = file.read_text("utf-8")
        assert not (re.search(r"\b974\b", text) and re.search(r"\b977\b", text)), file.name
        assert not re.search(r"\b19[.,]9[34]\d*\b", text), file.name
    row = next(
        r
        for r in tables(drawn, "ha-giang", PERIOD)["units-department"]["rows"]
        if r["name"] == "Sở Công Thương"
    )
    assert row["values"][2] is row["values"][-3] is row["values"][-1] is None


def test_a_withheld_cell_carries_no_value_and_the_sign(drawn: Path) -> None:
    """Where the page prints "…" the output's cell has a null value; each such table says why."""
    notebook = nbformat.read(report(drawn, "ha-giang", PERIOD) / "disclosure.ipynb", as_version=4)
    shown = [
        block
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        for block in output.get("data", {}).get("application/vnd.hoso+json", {}).get("blocks", ())
        if block["type"] == "table"
    ]
    hidden = 0
    for table in shown:
        cells = [cell for row in table["rows"] for cell in row["cells"]]
        signs = [cell for cell in cells if cell["runs"][0].get("s") == "…"]
        assert all(cell["value"] is None for cell in signs)
        assert not signs or any("số từ 1 đến 4" in note for note in table["notes"])
        hidden += len(signs)
    assert hidden


@pytest.mark.parametrize("column", [-1, 2])
def test_verify_finds_an_altered_and_a_revealed_cell(
    drawn: Path, capfd: pytest.CaptureFixture[str], column: int
) -> None:
    """A rank that is another, and a number put where one is withheld: both are differences, exit code 1."""
    file = report(drawn, "ha-giang", PERIOD) / "figures.json"
    kept = file.read_text("utf-8")
    document = json.loads(kept)
    table = next(t for t in document["tables"] if t["id"] == "units-department")
    row = next(r for r in table["rows"] if r["name"] == ("Sở Xây dựng" if column == -1 else "Sở Công Thương"))
    row["values"][column] = 19.94
    write_json(file, document)
    try:
        assert hoso(drawn, "verify", file) == 1
    finally:
        file.write_text(kept, "utf-8")
    assert re.search(rf"{row['name']}.*19,94", capfd.readouterr().err)


def test_a_missing_unit_is_found(drawn: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A table of all units that lacks one."""
    file = report(drawn, "ha-giang", PERIOD) / "figures.json"
    kept = file.read_text("utf-8")
    document = json.loads(kept)
    table = next(t for t in document["tables"] if t["id"] == "units-district")
    table["rows"], table["verify"]["rows"] = table["rows"][:-1], table["verify"]["rows"][:-1]
    write_json(file, document)
    try:
        assert hoso(drawn, "verify", file) == 1
    finally:
        file.write_text(kept, "utf-8")
    assert "số dòng" in capfd.readouterr().err


def test_gia_lai(portal: Path, poppler: Callable[..., str]) -> None:
    """149 units in two blocks, grades of all, the one idle agency ranked as in every paper, movement since 24/9/2026."""
    found = tables(portal, "gia-lai", "2026@calendar")
    assert [len(found[f"units-{level}"]["rows"]) for level in ("department", "commune")] == [14, 135]
    idle = found["units-department"]["rows"][-1]
    assert (idle["name"], idle["values"][-3], idle["values"][-1]) == ("Thanh tra tỉnh", 19.79, 14)
    pdf = report(portal, "gia-lai", "2026@calendar").with_suffix(".pdf")
    text = " ".join(poppler("pdftotext", "-layout", pdf, "-").split())
    assert re.search(r"Khá 4 94 98 Trung bình 7 41 48 Yếu 3 0 3 Chưa xếp loại 0 0 0 Tổng số 14 135 149", text)
    assert "66,23/100 điểm" in text
    assert "Từ ngày 24/9/2026 đến ngày 10/10/2026: tăng nhiều nhất là UBND phường Hội Phú" in text
    assert "được nêu đúng như Cổng công bố, kể cả các số nhỏ" in text


def test_phu_tho_has_three_groups_and_no_grade(portal: Path, poppler: Callable[..., str]) -> None:
    """A sum of three groups is called that, out of 42, and grades nobody; no earlier snapshot, so no movement."""
    pdf = report(portal, "phu-tho", "2026-08@calendar").with_suffix(".pdf")
    text = " ".join(poppler("pdftotext", "-layout", pdf, "-").split())
    assert "30,76/42 điểm" in text
    assert "Chưa xếp loại 15 148 163" in text
    assert "không phải tổng điểm của bộ chỉ số" in text
    assert "lần thu thập đầu tiên của kỳ" in text


@pytest.mark.parametrize("asked", [("gia-lai", "2026@calendar"), ("phu-tho", "2026-08@calendar")])
def test_every_number_of_the_prose_is_a_figure(portal: Path, asked: tuple[str, str]) -> None:
    """Beside figures the paragraphs hold names of acts, dates and years only."""
    notebook = nbformat.read(report(portal, *asked) / "disclosure.ipynb", as_version=4)
    assert bare_numbers(notebook) == []


def test_dossiers_in_prose_are_figures_too(drawn: Path) -> None:
    """The same of a notice that stands on dossiers, which never claims the scorecard's total."""
    notebook = nbformat.read(report(drawn, "ha-giang", PERIOD) / "disclosure.ipynb", as_version=4)
    assert [text for text in bare_numbers(notebook) if "contact.md" not in text] == []
    page = report(drawn, "ha-giang", PERIOD).with_suffix(".html").read_text("utf-8")
    assert "tiêu chí tính được từ hồ sơ" in page
    assert not re.search(r"/100\b", page)
    assert not re.search(r"\b(NaN|None|inf)\b|-0,0|(?<!\d)0/0(?!\d)", page)


def test_a_province_without_units_or_dossiers_has_no_notice(portal: Path) -> None:
    """Nothing imported: exit code 3."""
    assert hoso(portal, "report", "disclosure", "--province", "an-giang", "--period", "2026@calendar") == 3


def test_verify_finds_an_altered_fraction(drawn: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A numerator behind a printed rate is computed anew too, though the rate itself stands as it was."""
    file = report(drawn, "ha-giang", PERIOD) / "figures.json"
    kept = file.read_text("utf-8")
    document = json.loads(kept)
    figure = next(f for f in document["figures"] if f["measure"] == "rate" and f["numerator"])
    figure["numerator"] += 1
    write_json(file, document)
    try:
        assert hoso(drawn, "verify", file) == 1
    finally:
        file.write_text(kept, "utf-8")
    assert "numerator" in capfd.readouterr().err


def test_the_notice_says_that_each_period_is_guarded_by_itself(drawn: Path) -> None:
    """Small counts may follow from two periods together: who signs and who reads is told so."""
    page = report(drawn, "ha-giang", PERIOD).with_suffix(".html").read_text("utf-8")
    assert "được xác định riêng cho kỳ này" in page
