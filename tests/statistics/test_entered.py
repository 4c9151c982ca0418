"""Entered counts: typed in with their source, refused with their line."""

from pathlib import Path

import pytest

from hoso.statistics import entered
from hoso.vocabulary.errors import InputError
from hoso.vocabulary.periods import Period
from hoso.vocabulary.places import find_province
from hoso.vocabulary.workbook import Workbook

ROW = "ha-tinh,63,,2022@calendar,DOSSIER_SYNC,1,2,2022-12-31,Báo cáo số 1,ghi chú,0"


def read(folder: Path, *rows: str) -> dict[str, object]:
    file = folder / "entered_counts.csv"
    file.write_text("\n".join([",".join(entered.COLUMNS), *rows]) + "\n", "utf-8")
    found = entered.of(entered.read(file), find_province("ha-tinh", "63"), Period.parse("2022@calendar"))
    return {name: (g.numerator, g.denominator, g.source, g.note, g.synthetic) for name, g in found.items()}


def test_the_shipped_rows() -> None:
    """Every row has a source and a date; what is synthetic says so in its source."""
    rows = entered.read(Workbook.find().reference / entered.FILE)
    assert len(rows)
    assert rows.loc[rows["synthetic"], "source"].str.contains("mô phỏng").all()
    assert not rows.loc[~rows["synthetic"], "source"].str.contains("mô phỏng").any()


def test_rows_are_found_by_province_period_and_unit(tmp_path: Path) -> None:
    """Only the rows of the province, its era and the period; a unit's rows are its own; blank counts stay missing."""
    others = (
        ROW.replace("2022@calendar", "2022"),
        ROW.replace(",63,,", ",63,so-tu-phap,"),
        ROW.replace("DOSSIER_SYNC,1,2", "PUBLISH_ON_TIME,,"),
    )
    assert read(tmp_path, ROW, *others) == {
        "DOSSIER_SYNC": (1.0, 2.0, "Báo cáo số 1", "ghi chú", False),
        "PUBLISH_ON_TIME": (None, None, "Báo cáo số 1", "ghi chú", False),
    }


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("ha-tinh", "ha-tinhh", "ha-tinh"),
        ("ha-tinh", "Hà Tĩnh", "ha-tinh"),
        (",63,", ",64,", "63 hoặc 34"),
        ("2022@calendar", "2022-13", "kỳ báo cáo"),
        ("2022@calendar", "2021@calendar", "chưa có bộ chỉ số"),
        ("DOSSIER_SYNC", "DOSIER_SYNC", "DOSSIER_SYNC"),
        (",1,2,", ",3,2,", "lớn hơn mẫu số"),
        (",1,2,", ",1,,", "chỉ có tử số"),
        (",1,2,", ",một,2,", "không phải số"),
        ("2022-12-31", "31/12/2022", "as_of"),
        ("Báo cáo số 1", "", "nguồn"),
        (",ghi chú,0", ",ghi chú,không", "synthetic"),
    ],
)
def test_a_fault_is_one_line_with_its_place(tmp_path: Path, old: str, new: str, words: str) -> None:
    """What, the file and its line, what was expected."""
    with pytest.raises(InputError) as caught:
        read(tmp_path, ROW.replace("DOSSIER_SYNC", "PUBLISH_ON_TIME"), ROW.replace(old, new))
    assert words in str(caught.value)
    assert "entered_counts.csv, dòng 3" in str(caught.value)


def test_the_same_twice_and_other_columns(tmp_path: Path) -> None:
    """One row a key; the columns are fixed."""
    with pytest.raises(InputError, match="dòng 3"):
        read(tmp_path, ROW, ROW)
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(InputError, match="criterion"):
        entered.read(tmp_path / "other.csv")
    (tmp_path / "empty.csv").write_text("", "utf-8")
    with pytest.raises(InputError, match=r"empty\.csv"):
        entered.read(tmp_path / "empty.csv")
