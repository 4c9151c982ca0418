"""The scorecard report of a province with portal snapshots and no dossier: real numbers of Gia Lai, made and verified."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest

from hoso.delivery import cli
from hoso.delivery.outputs import write_json
from hoso.presentation import open_report
from hoso.presentation.figures import Figure, Registry
from hoso.presentation.scores import Scores, open_scores
from hoso.vocabulary.errors import NoDataError
from hoso.vocabulary.workbook import Workbook
from tests.presentation.prose import bare_numbers

GUIDANCE = Workbook.find(Path(__file__).parents[2]).reference / "guidance"
ASKED = ("report", "scorecard", "--province", "gia-lai", "--period", "2026@calendar")


def hoso(folder: Path, *words: object) -> int:
    """Runs a command on the store and reports of a folder; its exit code."""
    with pytest.MonkeyPatch.context() as patched:
        for name in ("store", "reports", "key"):
            patched.setenv(f"HOSO_{name.upper()}", str(folder / name))
        patched.setattr("sys.argv", ["hoso", *map(str, words)])
        try:
            cli.main()
        except SystemExit as error:
            return int(error.code or 0)
    return 0


@dataclass(frozen=True)
class Made:
    """The folder with store and reports, and the exit codes of report and verify."""

    folder: Path
    codes: tuple[int, int]

    @property
    def report(self) -> Path:
        return self.folder / "reports" / "gia-lai" / "2026@calendar"

    @property
    def figures(self) -> dict[str, Any]:
        written: dict[str, Any] = json.loads((self.report / "scorecard" / "figures.json").read_text("utf-8"))
        return written


@pytest.fixture(scope="module")
def made(whole_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Makes the report on the whole sample, which has no dossier of Gia Lai, and verifies it."""
    folder = tmp_path_factory.mktemp("gia-lai")
    for name in ("store", "key"):  # read, never written
        (folder / name).symlink_to(whole_sample / name)
    report = folder / "reports" / "gia-lai"
    return Made(folder, (hoso(folder, *ASKED), hoso(folder, "verify", report)))


@pytest.fixture
def scores(made: Made, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Scores]:
    """The scorecard of Gia Lai in a period."""
    monkeypatch.setenv("HOSO_STORE", str(made.folder / "store"))
    return lambda period: open_scores(open_report("scorecard", "gia-lai", period))


def test_a_province_without_dossiers_has_its_report(made: Made) -> None:
    """Made from snapshots alone, and every number found again by `hoso verify`."""
    assert made.codes == (0, 0)
    about = made.figures["document"]
    assert (about["data_version"], about["synthetic"]) == (None, False)
    assert about["provisional"] == "Số liệu tạm thời đến ngày 10/10/2026"


PRINTED = (
    "66,23",
    "100",
    "4",
    "34",
    "Trung bình",
    "17,17",
    "2,86",
    "358.540",
    "417.669",
    "1.425",
    "3,77",
    "3,61",
    "62,62",
)


@pytest.mark.parametrize("text", PRINTED)
def test_the_page_prints_figures(made: Made, text: str) -> None:
    """Total, rank among 34 provinces, grade, groups, lost points, counts, the way to the next grade, the movement."""
    page = (made.report / "scorecard.html").read_text("utf-8")
    shown = [
        html.unescape(re.sub(r"<.*", "", d))
        for d in re.findall(r"<data\b[^>]*>(.*?)</data>", page, re.DOTALL)
    ]
    assert text in shown
    own = [f for f in made.figures["figures"] if f["printed"] == text]
    assert own
    assert all(f["definition"] and f["source"] and f["legal_basis"] and f["period_text"] for f in own)


def test_the_pdf_tells_the_same(made: Made, poppler: Callable[..., str]) -> None:
    """Total, rank and movement stand in the PDF as on the page."""
    text = " ".join(poppler("pdftotext", made.report / "scorecard.pdf", "-").split())
    assert "đạt 66,23/100 điểm, xếp thứ 4/34 tỉnh, thành phố" in text
    assert "tổng điểm của tỉnh tăng 3,61 điểm (từ 62,62 điểm đến 66,23 điểm), tăng 8 bậc" in text
    assert "không phải số đo" in text


def test_every_number_of_the_prose_is_a_figure(made: Made) -> None:
    """Beside figures the paragraphs hold names of acts, dates and years only."""
    notebook = nbformat.read(made.report / "scorecard" / "scorecard.ipynb", as_version=4)
    assert bare_numbers(notebook) == []


def test_all_149_units_are_in_the_appendix(made: Made) -> None:
    """14 agencies and 135 communes with a key a number, ranks shared, movement since 24/9/2026."""
    tables = {table["id"]: table for table in made.figures["tables"]}
    assert [len(tables[name]["rows"]) for name in ("agencies", "communes")] == [14, 135]
    first = tables["agencies"]["rows"][0]
    assert (first["name"], first["values"][0], first["values"][2]) == (
        "Sở Văn hóa, Thể thao và Du lịch",
        1,
        79.27,
    )
    assert made.figures["tables"][0]["verify"]["rows"][0][-1]["before"] == "2026-09-24"


def test_verify_finds_an_altered_unit_and_an_altered_figure(
    made: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    """A rank of a table and a score of the prose that no snapshot gives: both are named, exit code 1."""
    file = made.report / "scorecard" / "figures.json"
    kept = file.read_text("utf-8")
    written = json.loads(kept)
    written["tables"][0]["rows"][0]["values"][2] = 81.5
    figure = next(f for f in written["figures"] if f["printed"] == "66,23")
    figure |= {"value": 67.23, "printed": "67,23"}
    write_json(file, written)
    try:
        assert hoso(made.folder, "verify", made.report) == 1
    finally:
        file.write_text(kept, "utf-8")
    said = capfd.readouterr().err
    assert re.search(r"Sở Văn hóa.*81,5.*79,27", said)
    assert re.search(r"67,23.*66,23", said)


def test_the_first_snapshot_says_so(scores: Callable[[str], Scores]) -> None:
    """17/9/2026 is the first of the country; 24/9/2026 the first of the units, and then the country has none."""
    assert scores("2026-01-01..2026-09-17").movement.reason == (
        "Đây là lần thu thập đầu tiên của kỳ nên chưa có lần trước để so sánh."
    )
    september = scores("2026-01-01..2026-09-24")
    assert (september.unit_movement.reason or "").startswith("Đây là lần thu thập đầu tiên")
    assert (september.movement.reason or "").startswith("Chưa có lần thu thập số liệu nào")
    assert (september.total.printed, september.rank.printed, september.grade.printed) == ("–", "–", "–")


def test_the_flags_of_both_snapshots_are_told(scores: Callable[[str], Scores]) -> None:
    """78 satisfaction scores above their maximum on 24/9/2026, 4 denominators of the portal's own on 10/10/2026."""
    told = [str(flag) for flag in scores("2026@calendar").flags]
    assert any(line.startswith("Lần thu thập ngày 24/9/2026, Mức độ hài lòng: 78 giá trị") for line in told)
    assert any("10/10/2026, Đồng bộ hồ sơ lên Cổng Dịch vụ công quốc gia: 4 giá trị" in line for line in told)


def test_a_lost_point_that_no_criterion_explains_is_the_group_s(scores: Callable[[str], Scores]) -> None:
    """Four groups stand on printed scores; the costliest criteria are those with counts, then those of the worst group."""
    found = scores("2026@calendar")
    assert [line.id for line in found.unexplained] == ["CKMB", "TTTT", "MDHL", "MDSH"]
    assert [line.id for line in found.costliest(3)] == [
        "ONLINE_USED",
        "PROCESSED_ON_TIME",
        "ORIGINAL_RESULT_AVAILABLE",
    ]


def test_a_province_without_anything_is_refused(scores: Callable[[str], Scores]) -> None:
    """No dossier, no entered count, no snapshot of the period: the error names the import."""
    with pytest.raises(NoDataError, match="hoso import"):
        _ = scores("2026-03@calendar").total
    with pytest.raises(NoDataError):
        _ = scores("2026@calendar").report.data


def test_other_reports_still_need_dossiers(made: Made) -> None:
    """The review of a province that has scores only: no data, exit code 3."""
    assert hoso(made.folder, "report", "review", "--province", "gia-lai", "--period", "2026@calendar") == 3


def test_every_criterion_has_guidance(scores: Callable[[str], Scores]) -> None:
    """A file a criterion, with what it measures, what to check and who does what; no number that would need a source."""
    names = {c.id for c in scores("2026@calendar").scored.card.criteria}
    assert {file.stem for file in GUIDANCE.glob("*.md")} == names
    for file in GUIDANCE.glob("*.md"):
        text = file.read_text("utf-8")
        assert text.startswith("Đo "), file.name
        assert "**Kiểm tra:**" in text, file.name
        assert "**Phân công:**" in text, file.name
        assert not re.search(r"\d", text), file.name


def test_points_print_their_fraction_as_the_article_does() -> None:
    """3,4/12: neither part is a count to be rounded."""
    figure = Figure(
        {"kind": "score", "part": "value"}, "Điểm", "points", 3.4, 3.4, 12, decimals=2, measured_in="điểm"
    )
    assert (figure.printed, str(figure.fraction)) == ("3,40", "3,4/12 điểm")
    assert Registry().add(figure.bottom) == "f1"
