"""The sample's files at a small scale: the same bytes each time, every dirt of real exports, nobody's data."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from hoso.records import intake
from hoso.records.sample import PROVINCES, write
from hoso.records.sample.plan import load
from hoso.vocabulary.errors import UsageError
from hoso.vocabulary.workbook import Workbook
from tests.records.sample.recount import OPEN, dossiers, read

SCALE = 0.02


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("sample")
    write(target, scale=SCALE)
    return target


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in files(folder) if path.suffix in (".csv", ".jsonl")}


def sheet(path: Path) -> list[tuple[str | None, ...]]:
    return fastexcel.read_excel(path).load_sheet(0, header_row=None, dtypes="string").to_polars().rows()


def test_two_runs_write_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """Nothing depends on the time, the machine or the order of a set: CSV, JSON and workbooks alike."""
    write(tmp_path, scale=SCALE)
    assert [p.relative_to(tmp_path) for p in files(tmp_path)] == [
        p.relative_to(folder) for p in files(folder)
    ]
    assert [
        p.name for p in files(folder) if p.read_bytes() != (tmp_path / p.relative_to(folder)).read_bytes()
    ] == []


def test_write_returns_the_files_in_the_order_of_import(folder: Path, tmp_path: Path) -> None:
    """Province by province, numbered files in their order; the README is not one of them."""
    written = write(tmp_path, ["tuyen-quang", "ha-tinh"], scale=SCALE)
    assert [p.parent.name for p in written] == ["tuyen-quang"] * 5 + ["ha-tinh"] * 5
    assert [p.name[:2] for p in written] == ["01", "02", "03", "04", "05"] * 2


def test_progress_names_each_file(tmp_path: Path) -> None:
    """One call a dossier file, before it is written."""
    told: list[str] = []
    write(tmp_path, ["ha-tinh"], scale=SCALE, progress=told.append)
    assert told[0] == "ha-tinh/02-so-nganh-2022.csv"
    assert len(told) == 4


def test_the_readme_says_that_all_is_synthetic(folder: Path) -> None:
    """Whoever finds the folder learns it before anything else."""
    assert (folder / "README.txt").read_text("utf-8").startswith("DỮ LIỆU MÔ PHỎNG")


@pytest.mark.parametrize("province", PROVINCES)
def test_intake_refuses_exactly_what_was_put_in_to_be_refused(folder: Path, province: str) -> None:
    """Every other row is read, and everything read is accounted for."""
    plan = load(Workbook.find().sample / f"{province}.toml")
    planned = {export.name: len(export.refused) for export in plan.exports if export.refused}
    refused = {}
    for path in files(folder / province):
        for batch in intake.read(path):
            assert batch.read == batch.rows.height + batch.rejects.height + sum(batch.skipped.values()), (
                path.name
            )
            if batch.rejects.height:
                refused[path.name] = refused.get(path.name, 0) + batch.rejects.height
    assert refused == planned


@pytest.mark.parametrize("province", PROVINCES)
def test_every_planned_dossier_is_in_some_export(folder: Path, province: str) -> None:
    """The files share the dossiers out without losing any."""
    plan = load(Workbook.find().sample / f"{province}.toml")
    planned = sum(round(span.dossiers * SCALE) for span in plan.spans)
    rows = dossiers(folder / province)
    assert rows["id"].n_unique() == rows.height == planned


def test_a_later_export_shows_the_end_of_what_an_earlier_one_showed_open(folder: Path) -> None:
    """The same ids, open at first and ended later, so that an import has something to replace."""
    early = read(folder / "ha-giang" / "09-cap-huyen-2024-den-14-8.csv")
    later = read(folder / "ha-giang" / "11-cap-huyen-2024-cap-nhat.csv")
    both = early.join(later, on="id", suffix="_later")
    assert both.height == later.height > 0
    assert set(both["status"]) <= set(OPEN)
    assert both["finished"].drop_nulls().str.len_chars().sum() == 0
    assert both["finished_later"].null_count() == 0


@pytest.mark.parametrize(
    ("what", "name", "pattern"),
    [
        ("decomposed letters", "02-so-nganh-2022-2023.csv", "[a-z][\u0300-\u0323]"),
        ("no-break and trailing spaces", "13-cap-xa-2024-6-thang.csv", ", UBND\u00a0|UBND\u00a0.* {2}"),
        ("tone on the other vowel", "12-cap-xa-2022-2023.csv", "oà|oá|uỷ"),
        ("Ð for Đ", "09-cap-huyen-2024-den-14-8.csv", "\u00d0"),
        ("the committee in full", "08-cap-huyen-2022-2023.csv", ";Ủy ban nhân dân huyện "),
        ("a blank row", "08-cap-huyen-2022-2023.csv", r"\n;+\n"),
        ("a total row", "08-cap-huyen-2022-2023.csv", r"\nTổng cộng;;\d+;"),
        ("a repeated header", "12-cap-xa-2022-2023.csv", r"\nSTT,Mã hồ sơ,"),
        ("a byte-order mark", "12-cap-xa-2022-2023.csv", "^\ufeffSTT"),
        ("semicolons", "08-cap-huyen-2022-2023.csv", "^Số biên nhận;"),
        ("the time before the day", "13-cap-xa-2024-6-thang.csv", r",\d\d:\d\d \d\d/\d\d/2024,"),
        ("the year first", "02-cap-huyen-2024.csv", r",2024-\d\d-\d\d \d\d:\d\d:\d\d,"),
        ("a missing channel", "14-cap-xa-2024-quy-3.csv", ",Công dân mô phỏng \\d+,,"),
        ("the commune and district in one cell", "13-cap-xa-2024-6-thang.csv", '"UBND xã [^",]+, huyện '),
        ("the same with a dash", "06-cap-xa-den-30-9-2023.csv", ";UBND xã [^;]+ - huyện "),
        ("a day that does not exist", "02-so-nganh-2022-2023.csv", "31/02/2024"),
        ("a date in words", "13-cap-xa-2024-6-thang.csv", "hôm qua"),
        ("a missing id", "12-cap-xa-2022-2023.csv", r"\n\d+,,UBND"),
        ("a broken record", "05-dong-bo-quoc-gia-so-nganh-2024.jsonl", r'"TrangThaiHoSo": \n'),
        ("a code that a number would shorten", "08-cap-huyen-2022-2023.csv", r";\d\.\d{5}0;"),
        ("old names of the service levels", "06-cap-xa-den-30-9-2023.csv", ";Mức độ 4;"),
    ],
)
def test_the_files_have_the_dirt_of_real_exports(folder: Path, what: str, name: str, pattern: str) -> None:
    """Each kind of it, where the plan puts it."""
    assert re.search(pattern, texts(folder)[name]), what


def test_a_row_seen_twice(folder: Path) -> None:
    """A re-sync leaves the same dossier twice in one file."""
    assert read(folder / "ha-giang" / "10-cap-huyen-2024-thang-9.csv")["id"].is_duplicated().any()


def test_the_workbooks_have_titles_two_header_rows_and_a_total(folder: Path) -> None:
    """Title rows with the province and "dữ liệu mô phỏng", merged cells over a second row, column numbers, a total."""
    rows = sheet(folder / "ha-giang" / "04-so-nganh-2024-quy-1.xlsx")
    assert rows[0][0] == "ỦY BAN NHÂN DÂN TỈNH HÀ GIANG"
    assert "dữ liệu mô phỏng" in (rows[1][0] or "")
    top = next(i for i, row in enumerate(rows) if row[0] == "STT")
    assert [rows[top][10:14], rows[top + 1][10:14]] == [
        ("Thời gian", None, None, None),
        ("Ngày nộp hồ sơ", "Ngày nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý"),
    ]
    assert rows[top + 2][:3] == ("(1)", "(2)", "(3)")
    assert rows[-1][0] == "Tổng cộng"
    assert any(cell and not unicodedata.is_normalized("NFC", cell) for row in rows for cell in row)


def test_dates_are_cells_in_some_workbooks_and_text_in_others(folder: Path) -> None:
    """An Excel date comes back as a date, a text as it was typed."""
    spelled = [
        read(folder / "ha-giang" / f"{name}.xlsx")["received"]
        for name in ("07-so-nganh-2024-quy-3", "06-so-nganh-2024-quy-2-phan-2")
    ]
    assert spelled[0].str.contains(r"^2024-\d\d-\d\d ").any()
    assert spelled[1].str.contains(r"^\d\d/\d\d/2024 ").any()


def test_no_cell_could_be_a_persons(folder: Path) -> None:
    """Personal columns say that they are made up; no other phone, e-mail or identity number is in any file."""
    for name, text in texts(folder).items():
        assert not re.search(r"(?<![\d.])0[1-9]\d{8}(?!\d)|\b\d{12}\b", text), name
        assert set(re.findall(r"[\w.-]+@[\w.-]+", text)) <= {"mo-phong@example.invalid"}, name
    people = sheet(folder / "ha-giang" / "07-so-nganh-2024-quy-3.xlsx")
    top = next(i for i, row in enumerate(people) if row[0] == "STT")
    names = pl.Series([row[6] for row in people[top + 2 : -1]]).drop_nulls()
    assert names.str.starts_with("Công dân mô phỏng ").all()


def test_an_unknown_province_or_scale_is_refused(tmp_path: Path) -> None:
    """Before anything is written, naming what there is."""
    with pytest.raises(UsageError, match="kon-tum"):
        write(tmp_path / "a", ["sao-hoa"])
    with pytest.raises(UsageError, match="scale"):
        write(tmp_path / "b", scale=0)
    assert list(tmp_path.iterdir()) == []
