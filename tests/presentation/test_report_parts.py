"""The parts of a report on a small store: letterhead, notices, tables and charts; their numbers are counted by hand below."""

import hashlib
import json
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from matplotlib.ft2font import FT2Font, LoadFlags

from hoso.delivery import outputs
from hoso.presentation import charts, open_report, tables
from hoso.presentation.display import Display
from hoso.presentation.figures import Registry
from hoso.presentation.narrative import render
from hoso.presentation.report import Report
from hoso.statistics.data import Data
from hoso.statistics.verify import Checked, verify
from hoso.vocabulary.errors import UsageError
from hoso.vocabulary.periods import Period
from hoso.vocabulary.workbook import Workbook
from tests import stores

ROOT = Path(__file__).parents[2]
TINOS = ROOT / "lib" / "hoso" / "presentation" / "fonts" / "Tinos_400Regular.ttf"
PERIOD = Period.parse("2024-9M")  # 15/12/2023 to 14/9/2024, a Saturday: its last working day is 13/9/2024
EARLY = {"received": "02/01/2024 08:00", "due": "10/01/2024", "finished": "09/01/2024 10:00"}
PUNCTUAL = EARLY | {"finished": "10/01/2024 16:00"}
LATE = EARLY | {"finished": "11/01/2024 08:00"}
OPEN = {"status": "Đang xử lý", "finished": ""}
DONG_VAN = {"unit": "UBND huyện Đồng Văn", "field": "Đất đai", "channel": "Trực tiếp"}
LUNG_CU = {"unit": "UBND xã Lũng Cú", "parent": "UBND huyện Đồng Văn", "field": "", "channel": "BCCI"}
LAST_YEAR = {"received": "15/12/2022 08:00", "due": "22/12/2022"}
Row = dict[str, object]


def times(count: int, *parts: Row) -> list[Row]:
    row: Row = {}
    for part in parts:
        row |= part
    return [row] * count


DOSSIERS = [
    {**row, "id": f"H22-{i}"}
    for i, row in enumerate(
        [
            *times(11, EARLY),
            *times(1, LATE),
            *times(10, PUNCTUAL, DONG_VAN),
            *times(1, EARLY, LUNG_CU, OPEN),
            *times(2, {"received": "13/09/2024 08:00", "due": "30/09/2024"}, LUNG_CU, OPEN),
            *times(2, {"received": "01/12/2023 08:00", "due": "20/12/2023", "finished": "20/12/2023 09:00"}),
            *times(8, LAST_YEAR, {"finished": "20/12/2022 08:00"}),
            *times(2, LAST_YEAR, {"finished": "23/12/2022 08:00"}),
        ]
    )
]
# Columns (3) to (13) of form II.06a for the dossiers above.
WHOLE = [27, 12, 13, 2, 24, 11, 12, 1, 3, 2, 1]
TU_PHAP = [14, 12, 0, 2, 14, 11, 2, 1, 0, 0, 0]
HUYEN_DONG_VAN = [10, 0, 10, 0, 10, 0, 10, 0, 0, 0, 0]
XA_LUNG_CU = [3, 0, 3, 0, 0, 0, 0, 0, 3, 2, 1]


def report_on(folder: Path, workbook: Path = ROOT, period: Period = PERIOD) -> Report:
    return Report("review", Workbook(workbook), stores.HA_GIANG, period, stores.data(folder))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store of the dossiers above."""
    made = tmp_path_factory.mktemp("parts")
    stores.load(made, DOSSIERS)
    return made


@pytest.fixture(scope="module")
def counted(folder: Path) -> Report:
    return report_on(folder)


@pytest.fixture
def report(counted: Report) -> Report:
    """A report that has printed no figure yet; what was counted once is not counted again."""
    return replace(counted, registry=Registry())


def block_of(display: Display) -> dict[str, Any]:
    (block,) = display.blocks
    return block


def words(cell: dict[str, Any], display: Display) -> str:
    return "".join(
        run["s"] if run["t"] == "text" else display.figures[run["id"]]["printed"] for run in cell["runs"]
    )


def values(row: dict[str, Any]) -> list[int]:
    return [cell["value"] for cell in row["cells"][2:]]


def rows_by_name(display: Display) -> dict[str, dict[str, Any]]:
    return {words(row["cells"][1], display): row for row in block_of(display)["rows"]}


# ── form II.06a ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("by", "department", "district", "commune"),
    [
        ("unit", "Sở Tư pháp", "UBND huyện Đồng Văn", "UBND xã Lũng Cú"),
        ("field", "Hộ tịch", "Đất đai", "Không ghi lĩnh vực"),
    ],
)
def test_form_06a_shows_the_counts_of_each_row(
    report: Report, by: Any, department: str, district: str, commune: str
) -> None:
    """Columns (3) to (13) of the whole, of a department, a district and a commune are those counted by hand."""
    found = rows_by_name(tables.form_06a(report, "t", "Biểu", by))
    names = {name: name.removeprefix("UBND ") for name in (department, district, commune)}
    chosen = {
        name: next(row for key, row in found.items() if key.endswith(short)) for name, short in names.items()
    }
    assert values(found["TỔNG SỐ"]) == WHOLE
    assert [values(chosen[name]) for name in (department, district, commune)] == [
        TU_PHAP,
        HUYEN_DONG_VAN,
        XA_LUNG_CU,
    ]


@pytest.mark.parametrize("by", ["unit", "field"])
def test_form_06a_adds_up(report: Report, by: Any) -> None:
    """Rows add up to the total of their level, and the levels (cấp tỉnh, cấp huyện, cấp xã) to the whole."""
    whole, *rest = block_of(tables.form_06a(report, "t", "Biểu", by))["rows"]
    levels: list[tuple[list[int], list[list[int]]]] = []
    for row in rest:
        if row["role"] == "total":
            levels.append((values(row), []))
        else:
            levels[-1][1].append(values(row))
    assert len(levels) == 3
    assert all([sum(column) for column in zip(*rows, strict=True)] == total for total, rows in levels)
    assert (
        [sum(column) for column in zip(*(total for total, _ in levels), strict=True)]
        == values(whole)
        == WHOLE
    )


def test_form_06a_lists_every_unit_in_vietnamese_order(report: Report) -> None:
    """Units without dossiers are there with zeros, numbered, Đ after D and before E; printed numbers are the values."""
    display = tables.form_06a(report, "t", "Biểu", "unit")
    rows = block_of(display)["rows"]
    heads = [i for i, row in enumerate(rows) if row["role"] == "total"]
    districts = rows[heads[2] + 1 : heads[3]]
    names = [words(row["cells"][1], display).split(" ", 1)[1].removeprefix("huyện ") for row in districts]
    assert len(districts) == 11
    assert [name for name in names if not name.endswith("Hà Giang")][:3] == [
        "Bắc Mê",
        "Bắc Quang",
        "Đồng Văn",
    ]
    assert [words(row["cells"][0], display) for row in districts] == [str(i) for i in range(1, 12)]
    assert sum(values(row) == [0] * 11 for row in districts) == 10
    assert all(
        words(cell, display).replace(".", "") == str(cell["value"])
        for row in rows
        for cell in row["cells"][2:]
    )


def test_fields_without_dossiers_are_left_out(report: Report) -> None:
    """By field a row stands only where the period had dossiers."""
    display = tables.form_06a(report, "t", "Biểu", "field")
    assert list(rows_by_name(display)) == [
        "TỔNG SỐ", "Cấp tỉnh", "Hộ tịch", "Cấp huyện", "Đất đai", "Cấp xã", "Không ghi lĩnh vực",
    ]  # fmt: skip


def figures_file(report: Report, folder: Path, *displays: Display) -> Path:
    """What a run writes for these displays."""
    about = report.open("kết quả").document or {}
    blocks = [block for display in displays for block in display.blocks]
    file = folder / "figures.json"
    outputs.write_json(file, outputs.figures(about | {"blocks": blocks, "figures": report.registry.records}))
    return file


def checked(file: Path, folder: Path) -> Checked:
    def open_data(province: str, period: str, version: int | None) -> Data:
        assert (province, period) == ("ha-giang", "2024-9M")
        return Data(stores.data(folder).store, stores.HA_GIANG, version)

    return verify(file, open_data, ROOT / "data" / "reference")


def test_all_parts_can_be_recomputed_from_the_facts(report: Report, folder: Path, tmp_path: Path) -> None:
    """verify counts every cell of the forms and every figure of tables and charts again and finds no difference."""
    forms = [tables.form_06a(report, f"form-{by}", "Biểu", by) for by in ("unit", "field")]
    rate = report.rate("on_time_rate", "06a")
    others = [
        tables.overview(report, "o", "Kết quả", [rate, report.published("satisfaction_rate")]),
        charts.trend(report, "m", "Theo tháng", "on_time_rate", "06a"),
        charts.ranked(report, "u", "Đơn vị", report.lowest("on_time_rate", "06a"), rate),
    ]
    result = checked(figures_file(report, tmp_path, *forms, *others), folder)
    rows = sum(len(block_of(form)["rows"]) for form in forms)
    assert result.differences == ()
    assert result.numbers == 11 * rows + len(report.registry.records)


def test_verify_names_the_cell_that_differs(report: Report, folder: Path, tmp_path: Path) -> None:
    """One number changed in a table, one in a figure: two differences that say where, what was printed, what is true."""
    form = tables.form_06a(report, "form", "Biểu", "field")
    overview = tables.overview(report, "o", "Kết quả", [report.rate("on_time_rate", "06a")])
    file = figures_file(report, tmp_path, form, overview)
    written = json.loads(file.read_text("utf-8"))
    row = next(row for row in written["tables"][0]["rows"] if row["name"] == "Đất đai")
    row["values"][4] = 11
    written["figures"][0]["value"] = 0.96
    outputs.write_json(file, written)
    found = {(d.where, d.title): (d.printed, d.computed) for d in checked(file, folder).differences}
    assert found == {
        ("form Đất đai", "Số hồ sơ nhận giải quyết: Trong kỳ: trực tiếp, bưu chính"): (11, 10),
        ("f1", "Tỷ lệ hồ sơ giải quyết đúng hạn và trước hạn"): (0.96, pytest.approx(23 / 24)),
    }


# ── other tables ─────────────────────────────────────────────────────────────────────────────────


def cells_of(display: Display) -> list[list[str]]:
    return [[words(cell, display) for cell in row["cells"]] for row in block_of(display)["rows"]]


def test_overview_cells(report: Report) -> None:
    """Result, fraction, the year before and the change in points; what has no value is named below, not drawn as dashes."""
    rate, unknown = report.rate("on_time_rate", "06a"), report.rate("reuse_rate", "766")
    display = tables.overview(report, "o", "Kết quả", [rate, unknown, report.published("satisfaction_rate")])
    printed = cells_of(display)
    assert [row[2:] for row in printed] == [
        ["95,8%", "23", "24", "80,0%", "15,8"],
        ["97,7%", "–", "–", "–", "–"],
    ]
    assert block_of(display)["rows"][0]["cells"][2]["value"] == pytest.approx(23 / 24)
    assert block_of(display)["notes"][1:] == [
        f"Chưa có số liệu: {unknown.title}.", "Dấu “–”: nguồn không có số liệu."
    ]  # fmt: skip


def test_an_overview_without_last_year_has_no_columns_for_it(report: Report) -> None:
    """In a first period neither last year nor a change is promised."""
    display = tables.overview(
        report, "o", "Kết quả", [replace(report.rate("on_time_rate", "06a"), year_ago=None)]
    )
    assert [column["title"] for column in block_of(display)["columns"]][-2:] == ["Số lượng đạt", "Tổng số"]


def test_an_overview_of_several_measures_says_the_unit_of_each_change(report: Report) -> None:
    """Days differ in days and rates in points: each change says in what, and minutes are no fraction of dossiers."""
    shown = [report.rate("on_time_rate", "06a"), report.rate("handling_time", "average")]
    display = tables.overview(report, "o", "Kết quả", shown)
    by_rate, by_days = cells_of(display)
    assert block_of(display)["columns"][-1]["title"] == "Tăng, giảm"
    assert by_rate[-1] == "15,8 điểm phần trăm"
    assert by_days[-1].endswith(" ngày")
    assert by_days[3:5] == ["–", "–"]


def test_a_table_without_rows_is_a_sentence(report: Report, folder: Path) -> None:
    """Where there is nothing to list a paragraph says so; no heads stand over nothing."""
    nothing = report_on(folder, period=Period.parse("2021-Q1"))
    made = [
        tables.overview(report, "o", "Kết quả", [report.rate("reuse_rate", "766")]),
        tables.form_06a(nothing, "f", "Biểu", "unit"),
        tables.methods("m", "Cách tính", [report.rate("reuse_rate", "766")]),
    ]
    assert [block_of(display)["type"] for display in made] == ["paragraph"] * 3


def test_the_forms_are_appendices_where_there_are_dossiers(report: Report, folder: Path) -> None:
    """Two appendices, by field and by unit, and the next one is the third; without dossiers the next is the first."""
    forms, none = (tables.Forms(r) for r in (report, report_on(folder, period=Period.parse("2021-Q1"))))
    assert [block["type"] for block in forms.appendices().blocks] == ["appendix", "table"] * 2
    assert (forms.next_appendix, none.next_appendix, none.appendices().blocks) == ("III", "I", [])


def test_methods_print_definition_and_legal_basis(report: Report) -> None:
    """One row an indicator: what it is, how it is computed, on what legal ground."""
    figures = [report.count("received"), report.rate("on_time_rate", "06a")]
    rows = rows_by_name(tables.methods("m", "Cách tính", figures))
    assert len(rows) == 2
    for figure in figures:
        cells = rows[figure.title]["cells"]
        assert figure.definition and figure.legal_basis
        assert [cell["runs"][0]["s"] for cell in cells[2:]] == [figure.definition, figure.legal_basis]


def test_imports_table_adds_up(tmp_path: Path) -> None:
    """Each import's rows read = accepted + replaced + rejected + skipped; the last row is their sum."""
    stores.load(tmp_path, DOSSIERS[:20], "mot.csv")
    changed = DOSSIERS[18] | {"finished": "12/01/2024 08:00"}
    unreadable = DOSSIERS[0] | {"id": "H22-x", "received": "31/02/2024"}
    stores.load(tmp_path, [changed, DOSSIERS[19], *DOSSIERS[20:25], unreadable], "hai.csv")
    display = tables.imports(report_on(tmp_path), "i", "Các lần nạp")
    found = {name: values(row) for name, row in rows_by_name(display).items()}
    assert found == {"mot.csv": [20, 20, 0, 0, 0], "hai.csv": [8, 5, 1, 1, 1], "Tổng cộng": [28, 25, 1, 1, 1]}
    assert all(read == sum(parts) for read, *parts in found.values())


# ── letterhead, notices, notes ───────────────────────────────────────────────────────────────────


def test_the_letterhead_leaves_number_and_day_open(report: Report) -> None:
    """Whose report, on what; number, day and signature are the office's own and stay blank; no notice when data are whole."""
    head, *notices = report.open("kết quả cải cách hành chính").blocks
    assert head["type"] == "letterhead"
    assert (head["body"], head["kind"]) == ("ỦY BAN NHÂN DÂN TỈNH HÀ GIANG", "BÁO CÁO")
    assert head["subject"] == "Kết quả cải cách hành chính"
    assert re.fullmatch(r"Số: {2,}/BC-UBND", head["number"])
    assert re.fullmatch(r"Hà Giang, ngày {2,}tháng {2,}năm 2024", head["date_line"])
    assert notices == []
    assert report.close(["Như trên", "Lưu: VT."], ["CHỦ TỊCH"]).blocks == [
        {"type": "closing", "recipients": ["Như trên;", "Lưu: VT."], "signer_lines": ["CHỦ TỊCH"]}
    ]


def notices_of(report: Report) -> dict[str, str]:
    return {
        block["kind"]: block["runs"][0]["s"] for block in report.open("x").blocks if block["type"] == "notice"
    }


def test_synthetic_dossiers_are_said_to_be_synthetic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One row marked "Dữ liệu mô phỏng" in the export is enough: page 1, the document and each source say so."""
    monkeypatch.setitem(stores.HEADERS, "origin", "Nguồn dữ liệu")
    stores.load(tmp_path, [*DOSSIERS[1:], DOSSIERS[0] | {"origin": "Dữ liệu mô phỏng"}])
    report = report_on(tmp_path)
    assert notices_of(report)["synthetic"].startswith("DỮ LIỆU MÔ PHỎNG")
    assert (report.open("x").document or {})["synthetic"] is True
    assert "dữ liệu mô phỏng" in report.rate("on_time_rate", "06a").source


def test_real_dossiers_are_not_called_synthetic(report: Report) -> None:
    """Without the mark neither page nor source speaks of made-up data."""
    assert "synthetic" not in notices_of(report)
    assert (report.open("x").document or {})["synthetic"] is False
    assert "mô phỏng" not in report.rate("on_time_rate", "06a").source


@pytest.mark.parametrize(
    ("last", "provisional"),
    [
        ("13/09/2024 08:00", None),  # the last working day of the period
        ("12/09/2024 08:00", "Số liệu tạm thời đến ngày 12/9/2024"),
        ("20/09/2024 08:00", None),  # data that go on after the period
    ],
)
def test_data_that_stop_before_the_last_working_day_are_provisional(
    tmp_path: Path, last: str, provisional: str | None
) -> None:
    """The period ends on a Saturday: data to Friday are whole, data to Thursday are provisional, with their last day."""
    newest = {"id": "H22-last", "received": last, "due": "30/09/2024"} | OPEN
    stores.load(tmp_path, [row for row in DOSSIERS if row["received"] != "13/09/2024 08:00"] + [newest])
    report = report_on(tmp_path)
    assert notices_of(report).get("provisional") == provisional
    assert (report.open("x").document or {})["provisional"] == provisional


def test_provisional_figures_date_the_report_in_the_year_they_reach(tmp_path: Path) -> None:
    """The whole of 2024 is reported in 2025; of data to September 2024 only, the report is of 2024."""
    stores.load(tmp_path, DOSSIERS)
    report = report_on(tmp_path, period=Period.parse("2024@calendar"))
    assert report.provisional
    assert report.open("x").blocks[0]["date_line"].endswith(" năm 2024")
    newest = {"id": "H22-last", "received": "31/12/2024 08:00", "due": "30/01/2025"} | OPEN
    stores.load(tmp_path, [newest], "het-nam.csv")
    whole = report_on(tmp_path, period=Period.parse("2024@calendar"))
    assert not whole.provisional
    assert whole.open("x").blocks[0]["date_line"].endswith(" năm 2025")


def test_data_that_begin_inside_the_period_are_said_to_be_partial(folder: Path) -> None:
    """The first dossier came on 15/12/2022: a period from 1/12 on says so, one from that day on does not."""
    early = report_on(folder, period=Period.parse("2022-12-01..2023-01-31"))
    assert "15/12/2022" in notices_of(early)["missing"]
    assert "missing" not in notices_of(report_on(folder, period=Period.parse("2022-12-15..2023-01-31")))


def test_a_period_without_data_knows_nothing(folder: Path) -> None:
    """Outside the data there is no number, not even a zero or a stock carried over; each page says so."""
    report = report_on(folder, period=Period.parse("2030-01"))
    assert not report.covers()
    assert [report.count(name).value for name in ("received", "pending")] == [None, None]
    assert report.rate("on_time_rate", "06a").missing
    assert notices_of(report)["provisional"] == "Chưa có dữ liệu hồ sơ của kỳ báo cáo"
    assert report.goals == []


@pytest.mark.parametrize(
    ("period", "year"),
    [("2024-9M", 2024), ("2024", 2024), ("2022@calendar", 2023), ("2024-12-31..2024-12-31", 2025)],
)
def test_a_document_is_not_dated_before_its_period_ends(folder: Path, period: str, year: int) -> None:
    """The year under the motto is that of the day after the period: a report on the whole of 2022 is written in 2023."""
    head = report_on(folder, period=Period.parse(period)).open("kết quả").blocks[0]
    assert head["date_line"].endswith(f"năm {year}")


def told(report: Report, name: str) -> Display:
    return render("{{ note(report.note(name)) }}", {"report": report, "name": name}, report.registry)


def test_a_note_people_wrote_is_printed(folder: Path, tmp_path: Path) -> None:
    """data/reference/notes/<province>/<period>/<name>.md becomes part of the report, its figures filled in."""
    notes = tmp_path / "data" / "reference" / "notes" / "ha-giang" / "2024-9M"
    notes.mkdir(parents=True)
    (notes / "causes.md").write_text(
        "Do **thiếu người**; đạt {{ report.rate('on_time_rate', '06a') }}.", "utf-8"
    )
    bundle = told(report_on(folder, tmp_path), "causes")._repr_mimebundle_()
    assert bundle["text/plain"] == "Do thiếu người; đạt 95,8%."
    assert "<strong>thiếu người</strong>" in bundle["text/html"]


def test_a_missing_note_is_asked_for_where_it_is_missing(folder: Path, tmp_path: Path) -> None:
    """The draft shows, in bold, that somebody has to write it and in which file."""
    html = told(report_on(folder, tmp_path), "causes")._repr_mimebundle_()["text/html"]
    asked = re.search(r"<strong>\[(.*?)\]</strong>", html)
    assert asked
    assert "bổ sung" in asked[1]
    assert "ha-giang/2024-9M/causes.md" in asked[1]


def test_every_indicator_that_can_be_chased_has_words_of_its_own(folder: Path, tmp_path: Path) -> None:
    """What a dispatch asks is a file per indicator; another takes default.md, and without any the draft asks for one."""
    report = report_on(folder)
    names = [f.stem for f in (ROOT / "data" / "reference" / "guidance-indicators").glob("*.md")]
    assert set(names) - {i.id for i in report.definitions.indicators} == {"default"}
    assert {"on_time_rate", "online_rate", "online_payment_rate", "digitised_rate"} <= set(names)
    assert report.guidance("clearance_rate").origin == "default.md"
    assert "guidance-indicators/online_rate.md" in report_on(folder, tmp_path).guidance("online_rate").source


def test_blank_options_are_no_part_of_a_report(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A parameter left blank takes its default: neither the document nor its command line names it."""
    monkeypatch.setenv("HOSO_ROOT", str(ROOT))
    monkeypatch.setenv("HOSO_STORE", str(folder / "store"))
    report = open_report("reminder", "ha-giang", "2024-9M", indicator="online_rate", deadline="")
    assert report.options == {"indicator": "online_rate"}
    assert (report.open("x").document or {})["command"].endswith("--period 2024-9M --indicator online_rate")


def test_a_period_is_compared_with_the_one_before_once(folder: Path) -> None:
    """A month has a month before and a year ago; of nine months both are last year's, which is not told twice."""
    month, nine = (report_on(folder, period=Period.parse(p)) for p in ("2024-01", "2024-9M"))
    assert month.previous(month.count("received"))[0] == "tháng 12 năm 2023"  # type: ignore[index]
    assert nine.previous(nine.count("received")) is None
    assert (month.compares, month.uncompared) == (True, "")
    first = report_on(folder, period=Period.parse("2022-12-15..2023-01-31"))
    assert (first.compares, first.uncompared) == (
        False,
        "Chưa có số liệu kỳ trước và cùng kỳ năm trước để so sánh.",
    )


def test_an_unknown_unit_is_wrong_use(report: Report) -> None:
    """A unit id nobody knows is refused by name, not shown as nothing."""
    with pytest.raises(UsageError, match="so-khong-co"):
        report.rate("on_time_rate", "06a", unit="so-khong-co")


# ── charts ───────────────────────────────────────────────────────────────────────────────────────

Box = tuple[str, float, float, float, float]  # words, left, top, right, bottom; in points


@cache
def face() -> FT2Font:
    return FT2Font(str(TINOS))


def extent(text: str, size: float) -> tuple[float, float]:
    """Width and height of words in Tinos, from the font itself."""
    face().set_size(1000, 72)
    face().set_text(text, flags=LoadFlags.NO_HINTING)
    width, height = face().get_width_height()
    return width / 64 * size / 1000, height / 64 * size / 1000


def boxes(svg: str) -> Iterator[Box]:
    """Where each text of a picture stands."""
    for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        style = dict(part.split(": ") for part in element.attrib["style"].split("; "))
        text = "".join(element.itertext())
        width, height = extent(text, float(style["font-size"].removesuffix("px")))
        x, y = float(element.attrib["x"]), float(element.attrib["y"])
        left = x - width * {"start": 0, "middle": 0.5, "end": 1}[style.get("text-anchor", "start")]
        yield text, left, y - height, left + width, y


def overlapping(svg: str, slack: float = 1.0) -> list[tuple[str, str]]:
    """Pairs of texts that cover each other by more than `slack` points."""
    found = list(boxes(svg))
    return [
        (a[0], b[0])
        for i, a in enumerate(found)
        for b in found[i + 1 :]
        if min(a[3], b[3]) - max(a[1], b[1]) > slack and min(a[4], b[4]) - max(a[2], b[2]) > slack
    ]


def outside(svg: str, slack: float = 1.0) -> list[str]:
    """Texts that stick out of the picture."""
    _, _, width, height = map(float, ET.fromstring(svg).attrib["viewBox"].split())
    return [
        b[0]
        for b in boxes(svg)
        if b[1] < -slack or b[2] < -slack or b[3] > width + slack or b[4] > height + slack
    ]


def test_the_measure_of_overlap_sees_overlap() -> None:
    """A guard for the tests below: texts on one another are found, texts beside one another are not."""
    text = '<text style="font-size: 10px; text-anchor: {}" x="{}" y="{}">{}</text>'
    picture = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 50">{}</svg>'
    beside = text.format("end", 99, 20, "Sở Y tế") + text.format("start", 101, 20, "95,8%")
    assert overlapping(picture.format(beside)) == []
    assert overlapping(picture.format(beside + text.format("middle", 85, 22, "giữa"))) == [
        ("Sở Y tế", "giữa")
    ]
    assert outside(picture.format(beside + text.format("end", 5, 20, "quá dài"))) == ["quá dài"]


def ranked_chart(report: Report, count: int = 40) -> dict[str, Any]:
    rows = report.lowest("on_time_rate", "06a", count)
    return block_of(charts.ranked(report, "u", "Đơn vị", rows, report.rate("on_time_rate", "06a")))


def trend_chart(report: Report) -> dict[str, Any]:
    return block_of(charts.trend(report, "m", "Theo tháng", "on_time_rate", "06a"))


def test_the_alt_text_of_a_ranking_says_who_is_lowest(report: Report) -> None:
    """The finding in words: the lowest units with their rates and the province's own."""
    assert (
        ranked_chart(report)["alt"]
        == "Thấp nhất: Sở Tư pháp 92,9%; UBND huyện Đồng Văn 100,0%. Toàn tỉnh 95,8%."
    )


def test_the_alt_text_of_a_trend_says_lowest_and_highest_month(report: Report) -> None:
    """The finding in words: the worst and the best month, and how many months are better than a year before."""
    # December 2023's two and January 2024's 21 of 22; the year before closed all of its ten in December 2022
    assert trend_chart(report)["alt"] == (
        "Tỷ lệ hồ sơ giải quyết đúng hạn và trước hạn theo tháng năm 2024: "
        "thấp nhất 95,8% (tháng 1), cao nhất 95,8% (tháng 1); 1/1 tháng cao hơn cùng kỳ năm 2023."
    )


@pytest.mark.parametrize("make", [ranked_chart, trend_chart])
def test_text_of_a_chart_stays_text(report: Report, make: Any) -> None:
    """Every letter is text in Tinos, none is an outline; each unit and rate can be searched for."""
    svg = make(report)["svg"]
    styles = [e.attrib["style"] for e in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    assert len(styles) > 3
    assert all("font-family: 'Tinos'" in style for style in styles)
    assert "95,8%" in svg or "Sở Tư pháp" in svg
    assert "glyph" not in svg.casefold()


def unit_rows(names: list[str]) -> list[Row]:
    """Twelve dossiers of each unit, the more of them late the later the unit stands."""
    share = {name: round(12 * i / len(names)) for i, name in enumerate(names)}
    return [
        {"id": f"H22-{name}-{j}", "unit": name} | (LATE if j < share[name] else EARLY)
        for name in names
        for j in range(12)
    ]


@pytest.mark.parametrize("count", [1, 40])
def test_a_ranking_of_any_length_can_be_read(tmp_path: Path, count: int) -> None:
    """One unit or forty with names as long as they come: each is named once and no text covers another or is cut off."""
    names = [f"Ban Quản lý dự án đầu tư xây dựng công trình số {i}" for i in range(1, count + 1)]
    stores.load(tmp_path, unit_rows(names))
    svg = ranked_chart(report_on(tmp_path))["svg"]
    assert len([b for b in boxes(svg) if b[0].startswith("Ban Quản lý dự án")]) == count
    assert overlapping(svg) == []
    assert outside(svg) == []


def test_a_ranking_of_no_unit_is_a_sentence(report: Report) -> None:
    """Where no unit has enough dossiers a sentence stands in the picture's place."""
    block = block_of(charts.ranked(report, "u", "Đơn vị", report.lowest("on_time_rate", "06a", 0)))
    assert block["type"] == "paragraph"


def months_of(year: int, late: list[int]) -> list[Row]:
    """A hundred dossiers a month from January on, so many of them late."""
    due, early, after = (f"{day:02}/{{month:02}}/{year}" for day in (6, 5, 7))
    return [
        {
            "id": f"H22-{year}-{month}-{i}",
            "received": f"02/{month:02}/{year} 08:00",
            "due": due.format(month=month),
            "finished": f"{(after if i < count else early).format(month=month)} 08:00",
        }
        for month, count in enumerate(late, 1)
        for i in range(100)
    ]


@pytest.mark.parametrize("gap", [0, 1, 40])
def test_labels_of_a_trend_do_not_overlap(tmp_path: Path, gap: int) -> None:
    """This year's and last year's last value stand apart, be the two the same, close to each other or far apart."""
    first = {
        "id": "H22-0",
        "received": "14/12/2022 08:00",
        "due": "16/12/2022",
        "finished": "15/12/2022 08:00",
    }
    stores.load(tmp_path, [first, *months_of(2023, [50, 10, 4]), *months_of(2024, [45, 12, 4 + gap])])
    svg = trend_chart(report_on(tmp_path, period=Period.parse("2024-Q1")))["svg"]
    assert {"96,0%", f"{96 - gap},0%"} <= {b[0] for b in boxes(svg)}
    assert overlapping(svg) == []
    assert outside(svg) == []


def test_a_trend_without_data_warns_nobody(folder: Path) -> None:
    """A period before all data gives a sentence and no warning in the notebook."""
    report = report_on(folder, period=Period.parse("2021-Q1"))
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        assert trend_chart(report)["type"] == "paragraph"


HOSTILE = [
    "Sở $x$ và $y$",
    r"Sở $\badcmd{",
    "Sở <script>window.__x=1</script>",
    "Sở &amp; ]]> Y tế",
    "Sở {{ 7*7 }} %s \\",
    "Sở “A” & 'B' \"C\"",
]


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    """Formulas, markup and templates in a unit's name are printed as they are, in the picture and in its alt text."""
    stores.load(tmp_path, unit_rows(HOSTILE))
    report = report_on(tmp_path)
    rows = report.lowest("on_time_rate", "06a", 40)
    display = charts.ranked(report, "u", HOSTILE[2], rows)
    printed = {b[0] for b in boxes(block_of(display)["svg"])}
    html = display._repr_mimebundle_()["text/html"]
    assert set(HOSTILE) <= printed
    assert all(name in block_of(display)["alt"] for name in rows["name"][:3])
    assert "<script" not in html
    assert "&lt;script&gt;" in html


ALONE = """
import hashlib, sys
from pathlib import Path
from hoso.presentation import charts, open_report, tables
report = open_report("review", "ha-giang", "2024-9M")
chart = charts.ranked(report, "u", "Đơn vị", report.lowest("on_time_rate", "06a", 40), report.rate("on_time_rate", "06a"))
print(hashlib.sha256(chart.blocks[0]["svg"].encode()).hexdigest(), "matplotlib.pyplot" in sys.modules)
"""


def test_another_process_draws_the_same_picture_without_pyplot(report: Report, folder: Path) -> None:
    """A chart is the same bytes in every process, and drawing it leaves pyplot and its global state unloaded."""
    environment = os.environ | {
        "HOSO_ROOT": str(ROOT),
        "HOSO_STORE": str(folder / "store"),
        "PYTHONHASHSEED": "7",
    }
    done = subprocess.run(
        [sys.executable, "-c", ALONE],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    digest, pyplot = done.stdout.split()
    assert digest == hashlib.sha256(ranked_chart(report)["svg"].encode()).hexdigest()
    assert pyplot == "False"
    assert done.stderr == ""
