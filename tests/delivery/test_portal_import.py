"""`hoso import` on portal responses: what it prints, what it assumes aloud, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from hoso.delivery.imports import provinces_with_data
from hoso.records.store import Store
from tests.delivery.conftest import Command
from tests.records.intake.portal.responses import asked, ok, progress, published, transparency, unit, write
from tests.stores import write_csv


def test_the_sample_is_imported_with_two_commands(hoso: Command, workbook: Path) -> None:
    """`hoso sample`, then the files of a province: every unit row accepted; nationwide ones go to 34 provinces."""
    hoso("sample", "--province", "gia-lai", "--province", "ca-nuoc", "--out", workbook / "exports")
    files = sorted((workbook / "exports" / "gia-lai").iterdir())
    code, out, _ = hoso("import", *files, "--province", "gia-lai")
    assert code == 0
    assert "into 34-52; portal responses counted in unit rows" in " ".join(out.split())
    code, out, _ = hoso(
        "import", *sorted((workbook / "exports" / "ca-nuoc").iterdir()), "--province", "gia-lai"
    )
    assert (code, "into 34 provinces" in out) == (0, True)


def test_what_was_assumed_is_said_with_its_remedy(hoso: Command, workbook: Path) -> None:
    """A line under the table: what the file does not state, what it was taken for, and the options that state it."""
    file = write(workbook / "response.json", ok(progress(unit(101))))
    code, out, _ = hoso("import", file, "--province", "gia-lai")
    assert code == 0
    assert "response.json: tệp không nêu kỳ đánh giá và thời điểm lấy số liệu" in out
    assert "--period KỲ --captured NGÀY" in out
    code, out, _ = hoso(
        "import", file, "--province", "gia-lai", "--period", "2026-08", "--captured", "2026-09-02"
    )
    assert (code, "không nêu" in out) == (0, False)


def test_a_missing_page_is_said(hoso: Command, workbook: Path) -> None:
    """How many units the store holds of those the pagination announced."""
    file = write(workbook / "p1.json", asked(transparency(published(101), published(102), total=3)))
    _, out, _ = hoso("import", file, "--province", "gia-lai")
    assert "còn thiếu đơn vị: transparency 2/3" in out
    second = write(workbook / "p2.json", asked(transparency(published(103), total=3)))
    _, out, _ = hoso("import", second, "--province", "gia-lai")
    assert "còn thiếu" not in out


def test_options_for_dossiers_are_wrong_use(hoso: Command, workbook: Path) -> None:
    """--captured on a dossier export: exit code 2, one line, nothing imported."""
    file = write_csv(workbook / "export.csv", [{"id": "H22-1", "received": "02/01/2024 08:00"}])
    code, _, err = hoso("import", file, "--province", "ha-giang", "--captured", "2026-10-10")
    assert (code, len(err.strip().splitlines())) == (2, 1)
    code, _, err = hoso("import", file, "--province", "ha-giang", "--period", "tháng 9")
    assert (code, len(err.strip().splitlines())) == (2, 1)


@pytest.mark.parametrize(
    "content",
    [{"code": "ERROR", "data": None, "message": ""}, ok({}), asked(progress(unit(1)), {"timeType": "week"})],
)
def test_a_refused_response_is_one_line(hoso: Command, workbook: Path, content: object) -> None:
    """Exit code 1 and one Vietnamese line on standard error."""
    code, _, err = hoso("import", write(workbook / "x.json", content), "--province", "gia-lai")
    assert (code, len(err.strip().splitlines())) == (1, 1)


def test_a_province_with_scores_only_has_no_dossiers(hoso: Command, workbook: Path) -> None:
    """`hoso report --every-province` takes provinces with dossiers; portal scores are none."""
    hoso("import", write(workbook / "x.json", asked(progress(unit(101)))), "--province", "gia-lai")
    with pytest.raises(Exception, match="chưa có tỉnh nào"):
        provinces_with_data(Store.open(workbook / "store"), "2026-08")
