"""`hoso score`: counts in, points, total, grade and lost points out; faults are one line with an exit code."""

import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from hoso.statistics.scorecard import Given, scorecard
from tests.delivery.conftest import Command
from tests.statistics.scorecard.rows import NAMES, number, online, payment, table

HEAD = "criterion,numerator,denominator"
GROUPS = ["CKMB", "TDGQ", "DVCTT", "TTTT", "MDHL", "MDSH"]


@pytest.fixture
def counts(tmp_path: Path) -> Path:
    """The counts of Sở Văn hóa Gia Lai on 10/10/2026, 79,27 points; its online services have a printed score alone."""
    lines = [f"{HEAD},score"]
    for row in table("gialai_criteria_20261010.tsv"):
        if row["code"] == "H21.17" and row["criterion"] != "GROUP_TOTAL":
            cells = [NAMES.get(row["criterion"], row["criterion"]), row["numerator"], row["denominator"], ""]
            lines.append(",".join("" if cell == "null" else cell for cell in cells))
    (tmp_path / "counts.csv").write_text("\n".join([*lines, "DVCTT,,,6.72"]) + "\n", "utf-8")
    return tmp_path / "counts.csv"


def written(folder: Path, rows: list[Given], separator: str = ",") -> Path:
    lines = [HEAD.split(","), *([g.criterion, f"{g.numerator:.0f}", f"{g.denominator:.0f}"] for g in rows)]
    (folder / "rows.csv").write_text("\n".join(separator.join(line) for line in lines) + "\n", "utf-8")
    return folder / "rows.csv"


def scored(hoso: Command, *words: object) -> dict[str, Any]:
    code, out, err = hoso("score", *words, "--format", "json")
    assert (code, err.strip()) == (0, "")
    found: dict[str, Any] = json.loads(out)
    return found


def test_json_has_the_shape_of_the_contract(hoso: Command, counts: Path) -> None:
    """Criteria, groups, total and grade of a real unit, to the cent; the version and the level it was scored by."""
    found = scored(hoso, counts, "--level", "agency", "--scorecard", "qd766-2026")
    assert (found["total"], found["max"], found["grade"], found["missing"]) == (79.27, 100, "Khá", [])
    assert (found["scorecard"], found["level"]) == ("qd766-2026", "agency")
    assert [group["group"] for group in found["groups"]] == GROUPS
    assert [group["score"] for group in found["groups"]] == [11.79, 19.97, 6.72, 8.61, 18, 14.18]
    assert [group["ratio"] for group in found["groups"]] == [65.5, 99.85, 56, 86.1, 100, 64.45]
    assert len(found["criteria"]) == 21
    needed = {
        "criterion",
        "group",
        "title",
        "numerator",
        "denominator",
        "score",
        "max",
        "lost",
        "basis",
        "note",
    }
    assert all(needed <= set(row) for row in found["criteria"])
    by = {row["criterion"]: row for row in found["criteria"]}
    assert (by["PUBLISH_ON_TIME"]["score"], by["PUBLISH_ON_TIME"]["lost"]) == (0.13, 5.87)
    assert (by["ELECTRONIC_CERTIFIED_COPY"]["score"], by["ELECTRONIC_CERTIFIED_COPY"]["basis"]) == (
        2,
        "constant",
    )
    assert (by["ONLINE_USED"]["score"], by["ONLINE_USED"]["basis"]) == (None, "missing")
    assert "what_if" not in found
    assert "reach" not in found


def test_the_default_is_the_newest_in_force(hoso: Command, counts: Path) -> None:
    """Without an option the newest version counts at the province's level, and both formats say so."""
    assert scored(hoso, counts)["scorecard"] == scorecard().id
    _, out, _ = hoso("score", counts)
    assert f"{scorecard().id} · từ ngày {scorecard().valid_from:%d/%m/%Y}" in out
    assert "cấp tỉnh" in out


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_real_payment_and_online_rows(hoso: Command, tmp_path: Path, separator: str) -> None:
    """A real province through the command: 12 online points and the payment points of its row."""
    row = next(r for r in table("phutho_online_payment_2026-08.tsv") if r["fixture"] == "month-formality")
    found = scored(hoso, written(tmp_path, online(row) + payment(row), separator))
    groups = {group["group"]: group["score"] for group in found["groups"]}
    assert (groups["DVCTT"], groups["TTTT"]) == (12, number(row["pay_totalScore"]))
    assert groups["CKMB"] is groups["TDGQ"] is groups["MDHL"] is groups["MDSH"] is None
    assert found["grade"] is None
    assert found["grade_range"] == ["Yếu", "Xuất sắc"]


def test_text_is_for_people(hoso: Command, counts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Vietnamese, decimal commas, the greatest loss first, the grade in words, footnotes."""
    monkeypatch.setattr("hoso.delivery.commands.numbers.OUT", Console(width=160))
    code, out, err = hoso("score", counts, "--level", "agency")
    assert (code, err.strip()) == (0, "")
    for words in (
        "Công khai, minh bạch", "Tổng điểm: 79,27/100 · Xếp loại: Khá", "cơ quan cấp tỉnh", "11,79", "1/47", "điểm công bố", "mốc 50",
        "Quyết định số 766/QĐ-TTg", "Không đo ở cơ quan cấp tỉnh",
    ):  # fmt: skip
        assert words in out, words
    order = ("PUBLISH_ON_TIME", "SYNCED_WITH_DVCQG_PERSONAL_STORAGE", "PAYMENT_DOSSIER", "PROCESSED_ON_TIME")
    assert sorted(order, key=out.index) == list(order)
    assert "79.27" not in out


def test_missing_is_told_and_is_not_zero(hoso: Command, tmp_path: Path) -> None:
    """Blank counts score null and are listed; a measured 0 scores 0."""
    (tmp_path / "a.csv").write_text(f"{HEAD}\nPROCESSED_ON_TIME,,\nDOSSIER_SYNC,0,9\n", "utf-8")
    found = scored(hoso, tmp_path / "a.csv")
    by = {row["criterion"]: (row["score"], row["lost"]) for row in found["criteria"]}
    assert (by["PROCESSED_ON_TIME"], by["DOSSIER_SYNC"]) == ((None, None), (0, 6))
    assert "PROCESSED_ON_TIME" in found["missing"]
    assert "DOSSIER_SYNC" not in found["missing"]
    _, out, _ = hoso("score", tmp_path / "a.csv")
    assert "Thiếu số liệu (không tính là 0)" in out


def test_what_if_and_reach(hoso: Command, counts: Path) -> None:
    """Other counts, and from there the fewest that reach a total; both formats tell both."""
    words = (
        "--level",
        "agency",
        "--what-if",
        "PAYMENT_FORMALITY_USED=12/12",
        "--what-if",
        "payment_dossier=165/165",
        "--reach",
        "80,5",
    )
    found = scored(hoso, counts, *words)
    assert (found["total"], found["what_if"]["total"], found["what_if"]["change"]) == (79.27, 80.33, 1.06)
    assert {row["criterion"] for row in found["what_if"]["criteria"]} == {
        "PAYMENT_FORMALITY_USED",
        "PAYMENT_DOSSIER",
    }
    assert (found["reach"]["reached"], found["reach"]["cost"], found["reach"]["total"]) == (True, 1, 80.54)
    assert [(s["criterion"], s["added"], s["numerator"]) for s in found["reach"]["added"]] == [
        ("PAYMENT_FORMALITY_PROVIDED", 1, 9)
    ]
    _, out, _ = hoso("score", counts, *words)
    for printed in ("Tổng điểm mới: 80,33 (+1,06)", "Muốn 80,50 điểm: đạt 80,54, thêm 1", "Xếp loại: Tốt"):
        assert printed in out, printed


def test_a_total_out_of_reach(hoso: Command, counts: Path) -> None:
    """It says so and gives the best there is."""
    found = scored(hoso, counts, "--level", "agency", "--reach", "99")
    assert not found["reach"]["reached"]
    assert 79.27 < found["reach"]["total"] < 99
    assert "PUBLISH_ON_TIME" in found["reach"]["fixed"]
    _, out, _ = hoso("score", counts, "--level", "agency", "--reach", "99")
    assert "không đạt được" in out


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--scorecard", "qd999"], 2, "qd766-2026"),
        (["--level", "district"], 2, "province, agency, commune"),
        (["--format", "xml"], 2, "text, json"),
        (["--what-if", "PAYMENT_DOSSIER"], 2, "--what-if"),
        (["--what-if", "PAYMENT_DOSSIER=a/b"], 2, "không phải số"),
        (["--what-if", "PAYMENT_DOSIER=1/2"], 2, "PAYMENT_DOSSIER"),
        (["--what-if", "PAYMENT_DOSSIER=3/2"], 2, "lớn hơn mẫu số"),
        (["--reach", "many"], 2, "không phải số"),
    ],
)
def test_wrong_use_is_one_line(hoso: Command, counts: Path, words: list[str], code: int, told: str) -> None:
    """The exit code of the contract and one line that names what is known."""
    found, out, err = hoso("score", counts, *words)
    assert (found, out) == (code, "")
    assert told in err
    assert len([line for line in err.splitlines() if line.strip()]) == 1


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("", 3, "tệp trống"),
        (f"{HEAD}\n", 3, "không có tiêu chí"),
        (f"{HEAD}\nPROCESED_ON_TIME,1,2\n", 1, "PROCESSED_ON_TIME"),
        (f"{HEAD}\nPROCESSED_ON_TIME,x,2\n", 1, "dòng 2"),
        (f"{HEAD}\nPROCESSED_ON_TIME,3,2\n", 1, "lớn hơn mẫu số"),
        (f"{HEAD}\nPROCESSED_ON_TIME,-3,2\n", 1, "-3/2"),
        (f"{HEAD}\nPROCESSED_ON_TIME,1,2\nPROCESSED_ON_TIME,1,2\n", 1, "dòng 3"),
    ],
)
def test_a_bad_file_is_one_line(hoso: Command, tmp_path: Path, text: str, code: int, told: str) -> None:
    """What, where, expected; 3 where there is nothing to score."""
    (tmp_path / "bad.csv").write_text(text, "utf-8")
    found, out, err = hoso("score", tmp_path / "bad.csv")
    assert (found, out) == (code, "")
    assert told in err
    assert "bad.csv" in err
    assert len([line for line in err.splitlines() if line.strip()]) == 1


def test_a_file_that_is_not_there(hoso: Command, tmp_path: Path) -> None:
    """One line, no traceback."""
    code, _, err = hoso("score", tmp_path / "nothing.csv")
    assert code == 1
    assert "nothing.csv" in err
    assert "Traceback" not in err


def test_a_province_in_the_store(hoso: Command, workbook: Path) -> None:
    """Gia Lai from the portal's responses alone: 66,23 in all; Vân Canh 75,34, and the counts that bring it 78."""
    hoso("sample", "--province", "gia-lai", "--out", workbook / "exports")
    files = sorted((workbook / "exports" / "gia-lai").iterdir())
    place = ("--province", "gia-lai", "--period", "2026@calendar")
    assert hoso("import", *files, "--province", "gia-lai")[0] == 0
    whole = scored(hoso, *place)
    assert (whole["total"], whole["grade"], whole["missing"]) == (66.23, "Trung bình", [])
    assert {row["basis"] for row in whole["groups"]} == {"counts", "printed"}
    own = scored(hoso, *place, "--unit", "xa-van-canh", "--reach", "78")
    assert (own["level"], own["total"], own["grade"]) == ("commune", 75.34, "Khá")
    assert own["reach"]["reached"]
    assert own["reach"]["total"] >= 78
    code, out, _ = hoso("score", *place)
    assert (code, "thu thập ngày 10/10/2026: PROCESSED_ON_TIME" in " ".join(out.split())) == (0, True)
    code, _, err = hoso("score", "--province", "gia-lai", "--period", "2026-03@calendar")
    assert (code, len(err.strip().splitlines())) == (3, 1)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--province", "gia-lai"),
        ("counts.csv", "--province", "gia-lai", "--period", "2026@calendar"),
        ("--province", "gia-lai", "--period", "2026@calendar", "--level", "commune"),
    ],
)
def test_one_source_of_counts(hoso: Command, workbook: Path, words: tuple[str, ...]) -> None:
    """A file, or a province with its period; anything else is wrong use, told in one line."""
    code, _, err = hoso("score", *words)
    assert (code, len(err.strip().splitlines())) == (2, 1)
