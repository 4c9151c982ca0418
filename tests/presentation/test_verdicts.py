"""Verdicts on a small store: figures, words and the table of units below a target; verify recounts each of them."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest

from hoso.delivery import outputs
from hoso.presentation import tables
from hoso.presentation.display import plain
from hoso.presentation.figures import Figure, Registry
from hoso.presentation.narrative import render
from hoso.presentation.phrases import tallied, versus_target
from hoso.presentation.report import Report
from hoso.statistics import targets
from hoso.statistics.data import Data
from hoso.statistics.targets import Comparison
from hoso.statistics.verify import Checked, verify
from hoso.vocabulary.errors import NoDataError, UsageError
from hoso.vocabulary.periods import Period
from hoso.vocabulary.workbook import Workbook
from tests import stores

ROOT = Path(__file__).parents[2]
PERIOD = Period.parse("2024-01-01..2024-01-31")
CLOSED = {"received": "02/01/2024 08:00", "due": "10/01/2024", "finished": "09/01/2024 10:00"}
# unit → dossiers online, on paper; the last day of the data is 31/01/2024, a Wednesday
UNITS = {"Sở Tư pháp": (8, 2), "Sở Y tế": (3, 9), "Sở Nội vụ": (6, 6), "UBND huyện Đồng Văn": (1, 11)}
COLUMNS = ",".join(targets.COLUMNS)


def rows() -> Iterator[dict[str, object]]:
    for unit, (online, paper) in UNITS.items():
        for i in range(online + paper):
            channel = "Trực tuyến" if i < online else "Trực tiếp"
            yield CLOSED | {"id": f"{unit}-{i}", "unit": unit, "channel": channel}
    yield CLOSED | {
        "id": "last",
        "received": "31/01/2024 08:00",
        "due": "",
        "finished": "",
        "status": "Đang xử lý",
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of 46 closed dossiers, 18 of them online."""
    made = tmp_path_factory.mktemp("verdicts")
    stores.load(made, rows())
    return made


Set = Callable[..., Report]


@pytest.fixture
def report_with(folder: Path, tmp_path: Path) -> Set:
    """A report in a workbook with one target: more than half online of the resolved, by 29/02/2024."""

    def made(value: str = "0.5", comparison: Comparison = "above", level: str = "", unit: str = "") -> Report:
        reference = tmp_path / "data" / "reference"
        reference.mkdir(parents=True, exist_ok=True)
        for name in ("heads.csv", "entered_counts.csv", "published.csv"):
            (reference / name).write_bytes((ROOT / "data" / "reference" / name).read_bytes())
        texts = "guidance-indicators"
        shutil.copytree(ROOT / "data" / "reference" / texts, reference / texts, dirs_exist_ok=True)
        line = f"t,63,ha-giang,{level},{unit},online_rate,resolved,{value},{comparison},2024-01-01,2024-12-31,2024-02-29,,Kế hoạch số 1,2024-01-01,"
        (reference / "targets.csv").write_text(f"{COLUMNS}\n{line if value else ''}\n", "utf-8")
        return Report(
            "reminder", Workbook(tmp_path), stores.HA_GIANG, PERIOD, stores.data(folder), registry=Registry()
        )

    return made


def recounted(report: Report, folder: Path, *shown: Figure, table: dict[str, Any] | None = None) -> Checked:
    for figure in shown:
        report.registry.add(figure)
    about = report.open("đôn đốc").document or {}
    blocks = [table] if table else []
    file = report.workbook.root / "figures.json"
    outputs.write_json(file, outputs.figures(about | {"blocks": blocks, "figures": report.registry.records}))

    def open_data(province: str, period: str, version: int | None) -> Data:
        return Data(stores.data(folder).store, stores.HA_GIANG, version)

    return verify(file, open_data, report.workbook.reference)


def test_the_figures_of_a_verdict(report_with: Set, folder: Path) -> None:
    """18 of 46 is 39,13%: 10,87 points and 11 further online dossiers short of more than half; 14 working days are left."""
    verdict = report_with().verdict("online_rate")
    assert (verdict.kind, str(verdict.aim), verdict.deadline) == ("not_met", "trên 50%", "29/02/2024")
    assert (verdict.legal_basis, verdict.head) == (
        "Kế hoạch số 1 ngày 01/01/2024",
        "Chủ tịch Ủy ban nhân dân tỉnh Hà Giang",
    )
    shown = (
        verdict.value,
        verdict.target,
        verdict.gap,
        verdict.lacking,
        verdict.working_days,
        verdict.per_working_day,
    )
    # 1/2 to 29/2/2024 has 21 weekdays, of which 8/2 to 14/2 are five days of Tết
    assert [f.printed for f in shown] == ["39,13%", "50%", "10,87", "11", "16", "1"]
    assert recounted(verdict.report, folder, *shown) == Checked(6, ())


def test_a_deadline_given_replaces_the_targets_own(report_with: Set, folder: Path) -> None:
    """A week earlier there are fewer working days, and verify knows the deadline that was given."""
    verdict = report_with().verdict("online_rate", deadline="2024-02-02")
    assert (verdict.deadline, verdict.working_days.printed, verdict.per_working_day.printed) == (
        "02/02/2024",
        "2",
        "6",
    )
    assert recounted(verdict.report, folder, verdict.working_days, verdict.per_working_day).differences == ()
    past = verdict.report.verdict("online_rate", deadline="2024-01-20")
    assert (past.deadline_passed, past.per_working_day.printed) == (True, "–")
    assert recounted(past.report, folder, past.per_working_day).differences == ()
    with pytest.raises(UsageError, match="30/2"):
        verdict.report.verdict("online_rate", deadline="30/2")


def test_the_tally_of_a_level(report_with: Set, folder: Path) -> None:
    """One department of three is above half, a unit of exactly half is not; the others have no dossier at all."""
    verdict = report_with().verdict("online_rate")
    departments, districts, communes = verdict.levels
    counts = [departments.met, departments.not_met, departments.no_data, departments.of]
    assert [f.value for f in counts[:2]] == [1, 2]
    assert counts[2].value == (counts[3].value or 0) - 3
    assert (districts.met.value, districts.not_met.value, communes.met.value) == (0, 1, 0)
    assert recounted(verdict.report, folder, *counts, communes.no_data).differences == ()
    assert verdict.appendices == "Phụ lục I, II"
    assert verdict.next_appendix == "III"
    assert str(tallied(departments)).startswith(
        f"1/{counts[3].printed} sở, ban, ngành đạt chỉ tiêu; còn 2 đơn vị chưa đạt; "
    )
    assert str(tallied(communes)) == f"chưa có số liệu của {communes.of.printed} xã, phường, thị trấn"


def test_the_units_below_a_target(report_with: Set, folder: Path) -> None:
    """Those first that lack most, each with what it lacks; every cell and the number of rows is recounted."""
    report = report_with()
    (block,) = tables.below_target(report.verdict("online_rate"), "below", "Chưa đạt", "department").blocks
    texts = [[cell["runs"][0]["s"] for cell in row["cells"]] for row in block["rows"]]
    assert texts == [
        ["1", "Sở Y tế", "3", "12", "25,00%", "25,00", "7", "Giám đốc Sở Y tế"],
        ["2", "Sở Nội vụ", "6", "12", "50,00%", "0,00", "1", "Giám đốc Sở Nội vụ"],
    ]
    checked = recounted(report, folder, table=block)
    assert checked == Checked(10, ())


def test_verify_finds_a_row_left_out_and_a_number_changed(report_with: Set, folder: Path) -> None:
    """A unit taken off the list and a number altered are told, each with the table it stands in."""
    report = report_with()
    (block,) = tables.below_target(report.verdict("online_rate"), "below", "Chưa đạt", "department").blocks
    block["rows"][0]["cells"][6]["value"] = 6
    del block["rows"][1], block["verify"]["rows"][1]
    told = [str(difference) for difference in recounted(report, folder, table=block).differences]
    assert ["below Sở Y tế" in told[0], "báo cáo ghi 6, nay là 7" in told[0]] == [True, True]
    assert "below số dòng: báo cáo ghi 1, nay là 2" in told[1]


def test_verify_finds_another_target_than_the_one_in_force(report_with: Set, folder: Path) -> None:
    """A target changed after the report, or never set, no longer gives the figures it printed."""
    verdict = report_with("0.5").verdict("online_rate")
    shown = (verdict.target, verdict.gap, verdict.lacking, verdict.levels[0].met)
    report_with("0.9")
    found = {d.title.split(":")[0] for d in recounted(verdict.report, folder, *shown).differences}
    assert found == {
        "Chỉ tiêu giao",
        "Chênh lệch so với chỉ tiêu",
        "Số hồ sơ còn thiếu để đạt chỉ tiêu",
        "Cấp tỉnh, số đơn vị đạt",
    }


def test_the_rank_among_the_units_of_a_level(report_with: Set, folder: Path) -> None:
    """Sở Nội vụ is second of three; recounted with the number of those ranked."""
    verdict = report_with().verdict("online_rate")
    second = next(one for one in verdict.below("department") if one.name == "Sở Nội vụ")
    assert (second.rank.printed, second.rank.bottom.printed) == ("2", "3")
    assert verdict.rank.missing
    assert (
        recounted(
            verdict.report, folder, replace(second.rank, denominator=None), second.rank.bottom
        ).differences
        == ()
    )


@pytest.mark.parametrize(
    ("value", "comparison", "words"),
    [
        ("0.5", "above", "chưa đạt chỉ tiêu trên 50%, còn thiếu 10,87 điểm phần trăm"),
        ("0.3", "at_least", "đạt chỉ tiêu từ 30% trở lên, vượt 9,13 điểm phần trăm"),
        ("1", "at_least", "chưa đạt chỉ tiêu 100%, còn thiếu 60,87 điểm phần trăm"),
        ("0.3", "at_most", "chưa đạt chỉ tiêu không quá 30%, cao hơn 9,13 điểm phần trăm"),
        ("0.5", "at_most", "đạt chỉ tiêu không quá 50%, thấp hơn 10,87 điểm phần trăm"),
        ("0.3913", "at_least", "đạt chỉ tiêu từ 39,13% trở lên"),
        ("", "above", "chưa được giao chỉ tiêu"),
    ],
)  # fmt: skip
def test_a_value_against_its_target_in_words(
    report_with: Set, value: str, comparison: Comparison, words: str
) -> None:
    """Met, exceeded and not met agree with the comparison of the source; a gap that rounds to nothing is not told."""
    assert str(versus_target(report_with(value, comparison).verdict("online_rate"))) == words


def test_all_none_and_one_unit_in_words(report_with: Set) -> None:
    """A level whose units all met it, one without any, one unit alone: each in its own words."""
    alone = report_with("0.5", unit="so-y-te").verdict("online_rate")
    assert [str(tallied(level)) for level in alone.levels] == ["đơn vị duy nhất được giao chỉ tiêu chưa đạt"]
    assert alone.kind == "no_target"
    none = report_with("0.9", "at_least", level="department").verdict("online_rate").levels[0]
    assert str(tallied(none)).startswith(
        f"chưa có đơn vị nào trong {none.of.printed} sở, ban, ngành đạt chỉ tiêu; "
    )
    everyone = replace(none, row=none.row | {"met": 3, "not_met": 0, "no_data": 0, "of": 3})
    assert str(tallied(everyone)) == "tất cả 3 sở, ban, ngành đạt chỉ tiêu"


def test_a_period_outside_the_data_is_no_report(report_with: Set) -> None:
    """Before the first dossier and after the last there is nothing to judge."""
    for text in ("2022-01-01..2022-12-31", "2025-01-01..2025-03-31"):
        report = replace(report_with(), period=Period.parse(text))
        with pytest.raises(NoDataError, match="chưa có dữ liệu"):
            report.verdict("online_rate")


# ── the dispatch's prose ─────────────────────────────────────────────────────────────────────────


def dispatch(report: Report) -> str:
    """The prose of notebooks/reminder.ipynb on a report, as plain text."""
    notebook = nbformat.read(ROOT / "notebooks" / "reminder.ipynb", as_version=4)
    names = {"report": report, "goal": report.verdict("online_rate"), "indicator": "online_rate"}
    sources = [
        cell.source.removeprefix("%%narrative\n") for cell in notebook.cells if "%%narrative" in cell.source
    ]
    shown = [render(source, names, report.registry) for source in sources]
    return " ".join(" ".join(plain(block, display.figures) for block in display.blocks) for display in shown)


@pytest.mark.parametrize(
    ("target", "said", "unsaid"),
    [
        ({}, "tại Phụ lục I, II) tập trung nguồn lực", "ghi nhận"),
        ({"value": ""}, "chưa được giao chỉ tiêu tỷ lệ hồ sơ", "Phụ lục"),
        (
            {"value": "0.05"},
            "tất cả cơ quan, đơn vị, địa phương có số liệu đều đạt chỉ tiêu",
            "tập trung nguồn lực",
        ),
        ({"value": "1", "comparison": "at_least"}, "1. Kết quả thực hiện", "phải có thêm ít nhất"),
        ({"unit": "so-y-te"}, "đơn vị duy nhất được giao chỉ tiêu chưa đạt", "ghi nhận"),
        ({"level": "commune"}, "Chưa có đơn vị nào có số liệu để đánh giá", "tập trung nguồn lực"),
    ],
)
def test_the_dispatch_fits_every_outcome(
    report_with: Set, target: dict[str, Any], said: str, unsaid: str
) -> None:
    """Not met, no target, all met, out of reach, one unit, no data: a sentence of its own, and never a word of code."""
    text = dispatch(report_with(**target))
    assert said in text
    assert unsaid not in text
    assert not re.search(r"\b(None|nan|NaN|inf)\b|\{\{|-0,0|  , | \.", text)
