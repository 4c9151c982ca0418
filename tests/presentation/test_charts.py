"""Charts: read in five seconds by anyone, so no text covers another, no chart is empty, and the alt text says the finding."""

from __future__ import annotations

import importlib
import json
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from hoso.delivery import outputs
from hoso.presentation import charts
from hoso.presentation.charts import canvas, names
from hoso.presentation.display import Display
from hoso.presentation.figures import Figure, Registry
from hoso.presentation.report import Report
from hoso.statistics.data import Data
from hoso.statistics.verify import Checked, verify
from hoso.vocabulary.periods import Period
from hoso.vocabulary.places import Era, find_province, provinces
from hoso.vocabulary.workbook import Workbook
from tests import stores

ROOT = Path(__file__).parents[2]
A4_TEXT = 728.5  # points: 297 mm less the margins of NĐ 30/2020 (20 mm each)
COUNTS = (1, 2, 17, 40, 41, 63, 163, 200)
MODULES = ("ranked", "trend", "flow", "scores", "distribution", "tiles")
HOSTILE = [
    "Sở $x$ và $y$",
    r"Sở $\badcmd{",
    "Sở <script>window.__x=1</script>",
    "Sở &amp; ]]> Y tế",
    "Sở {{ 7*7 }} %s \\",
]
EARLY = {"received": "02/01/2024 08:00", "due": "10/01/2024", "finished": "09/01/2024 10:00"}
LATE = EARLY | {"finished": "11/01/2024 08:00"}
Box = tuple[float, ...]
OPEN = {"status": "Đang xử lý", "finished": ""}


def bare_report(place: str = "ha-giang", period: str = "2024-9M") -> Report:
    """A report without dossiers: charts of given figures need none."""
    chosen = Period.parse(period)
    return Report("review", Workbook(ROOT), find_province(place, chosen.era), chosen, None)


def rate(value: float | None, name: str = "x") -> Figure:
    return Figure({"kind": "result", "of": name}, "Tỷ lệ đúng hạn", "rate", value)


def points(value: float | None, name: str = "x") -> Figure:
    return Figure(
        {"kind": "score", "of": name},
        "Tổng điểm",
        "points",
        value,
        value,
        100,
        decimals=2,
        measured_in="điểm",
    )


def frame(
    values: Sequence[float | None], told: Sequence[str] | None = None, level: str = "commune"
) -> pd.DataFrame:
    own = told or [f"UBND xã Đơn vị hành chính số {i}" for i in range(len(values))]
    found = [
        (name, level, value, rate(value, str(i)))
        for i, (name, value) in enumerate(zip(own, values, strict=True))
    ]
    return pd.DataFrame(found, columns=["name", "level", "value", "figure"])


def long_names(count: int) -> list[str]:
    """Names as long as they come, of several kinds, many of them beginning or ending alike."""
    kinds = [
        "Ban Quản lý dự án đầu tư xây dựng các công trình giao thông số {}", "UBND xã Đắk Tờ Kan Rờ Kơi số {}",
        "Sở Nông nghiệp, Môi trường và Phát triển nông thôn khu vực {}", "UBND thị trấn Nông trường Việt Lâm {}",
        "UBND phường Số {}", "Trung tâm Phục vụ hành chính công số {} tỉnh",
    ]  # fmt: skip
    return [kinds[i % len(kinds)].format(i) for i in range(count)]


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[canvas.Sheet]:
    """The sheets that charts drew, kept when they are saved."""
    kept: list[canvas.Sheet] = []

    def keep(page: canvas.Sheet) -> str:
        kept.append(page)
        picture = canvas.svg(page)
        page.words = words_of(picture)  # type: ignore[attr-defined]  # for boxes()
        return picture

    for name in MODULES:
        monkeypatch.setattr(importlib.import_module(f"hoso.presentation.charts.{name}"), "svg", keep)
    return kept


def boxes(page: canvas.Sheet) -> list[tuple[str, Box]]:
    """Every text of a sheet with the box the renderer gives it: left, bottom, right, top in points."""
    drawn = getattr(page, "words", None)  # labels of ticks beyond the plot are not drawn
    page.canvas.dpi = 288  # fine enough that the renderer's grid moves no letter
    renderer = FigureCanvasAgg(page.canvas).get_renderer()
    found = [
        t
        for t in page.canvas.findobj(Text)
        if isinstance(t, Text)
        and t.get_visible()
        and t.get_text().strip()
        and (drawn is None or t.get_text() in drawn)
    ]
    assert found
    extents = [t.get_window_extent(renderer) for t in found]
    return [
        (t.get_text(), tuple(edge / 4 for edge in e.extents)) for t, e in zip(found, extents, strict=True)
    ]


def overlapping(page: canvas.Sheet, slack: float = 0.6) -> list[tuple[str, str]]:
    """Pairs of texts that cover each other by more than `slack` points both ways."""
    return [
        (a, b)
        for (a, x), (b, y) in combinations(boxes(page), 2)
        if min(x[2], y[2]) - max(x[0], y[0]) > slack and min(x[3], y[3]) - max(x[1], y[1]) > slack
    ]


def outside(page: canvas.Sheet, slack: float = 1.0) -> list[str]:
    """Texts that stick out of the sheet."""
    edges = (
        (words, box[0], box[1], canvas.WIDTH - box[2], page.height - box[3]) for words, box in boxes(page)
    )
    return [words for words, *rooms in edges if min(rooms) < -slack]


def chart_of(display: Display) -> dict[str, Any]:
    (block,) = display.blocks
    assert block["type"] == "chart"
    return block


def words_of(svg: str) -> list[str]:
    return ["".join(e.itertext()) for e in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def sentence(display: Display) -> str:
    (block,) = display.blocks
    assert block["type"] == "paragraph"
    return str(block["runs"][0]["s"])


def test_the_measure_sees_overlap_and_overhang() -> None:
    """A guard for the tests below: texts on one another and over the edge are found, texts beside one another are not."""
    with canvas.sheet(40) as page:
        page.text(99, 10, "Sở Y tế", 10, ha="right")
        page.text(101, 10, "95,8%", 10)
        assert (overlapping(page), outside(page)) == ([], [])
        page.text(80, 12, "giữa", 10)
        page.text(canvas.WIDTH - 5, 30, "quá dài", 10)
        assert overlapping(page) == [("Sở Y tế", "giữa")]
        assert outside(page) == ["quá dài"]


# ── ranked ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("lines", [False, True], ids=["bars", "lines"])
def test_one_to_two_hundred_units_fit_a_page_without_overlap(
    pages: list[canvas.Sheet], count: int, lines: bool
) -> None:
    """However many units and however long their names: each value printed, no text on another, one page."""
    values = [(i * 37 % 101) / 100 for i in range(count)]
    whole, target = (rate(0.62, "whole"), rate(0.65, "target")) if lines else (None, None)
    block = chart_of(
        charts.ranked(bare_report(), "r", "Đơn vị", frame(values, long_names(count)), whole, target)
    )
    (page,) = pages
    assert overlapping(page) == []
    assert outside(page) == []
    assert page.height <= A4_TEXT - 50  # the caption and the notes stand below
    assert len(block["plotted"]) == count + 2 * lines
    assert len([word for word in words_of(block["svg"]) if word.endswith("%")]) == count + 2 * lines


@pytest.mark.parametrize("pair", [(0.98, 0.979), (0.979, 0.98), (0.01, 0.0), (0.0, 1.0), (1.0, 1.0)])
def test_labels_of_lines_stand_apart_wherever_the_lines_are(
    pages: list[canvas.Sheet], pair: tuple[float, float]
) -> None:
    """The province's own line and the target may lie on one another or at either end; both labels can be read."""
    charts.ranked(
        bare_report(), "r", "Đơn vị", frame([0.2, 1.0], ["A", "B"]), rate(pair[0], "w"), rate(pair[1], "t")
    )
    (page,) = pages
    assert (overlapping(page), outside(page)) == ([], [])
    assert sum(words.startswith(("Toàn tỉnh", "Chỉ tiêu")) for words, _ in boxes(page)) == 2


def test_lines_are_told_apart_without_colour() -> None:
    """The own line is dashed, the target is not; a bar that misses the target is far lighter than one that meets it."""
    svg = chart_of(charts.ranked(bare_report(), "r", "x", frame([0.2, 0.9]), rate(0.5, "w"), rate(0.6, "t")))[
        "svg"
    ]
    dashed = [part for part in svg.split("<path") if "stroke-dasharray" in part]
    assert dashed
    assert all(canvas.ORANGE.lower() in part.lower() for part in dashed)
    assert canvas.AMBER.lower() in svg.lower()
    assert luminance(canvas.AMBER) > 2 * luminance(canvas.BLUE)


def test_the_lowest_stands_first() -> None:
    """Lowest first, from the top, whatever the order of the rows."""
    svg = chart_of(charts.ranked(bare_report(), "r", "x", frame([0.9, 0.1, 0.5], ["Cao", "Thấp", "Giữa"])))[
        "svg"
    ]
    assert [word for word in words_of(svg) if "%" not in word] == ["Thấp", "Giữa", "Cao"]


def test_beyond_two_hundred_units_the_lowest_are_drawn() -> None:
    """Three thousand units give a chart of the lowest two hundred, which says so."""
    block = chart_of(charts.ranked(bare_report(), "r", "x", frame([(i + 1) / 3000 for i in range(3000)])))
    assert len(block["plotted"]) == 200
    assert block["notes"] == ["Chỉ vẽ các đơn vị thấp nhất; đầy đủ tại bảng của báo cáo."]
    assert "0,0%" in words_of(block["svg"])


RANKED_ALTS: list[tuple[list[float | None], float | None, str]] = [
    ([0.9], None, "A 90,0%."),
    ([0.9], 0.8, "A 90,0%. Đơn vị đạt chỉ tiêu 80,0%."),
    ([0.9], 0.95, "A 90,0%. Đơn vị chưa đạt chỉ tiêu 95,0%."),
    ([0.9, 0.9], None, "Cả 2 đơn vị cùng mức 90,0%."),
    ([0.9, None], None, "A 90,0%."),
    ([0.9, 0.7, 0.8], 0.7, "Thấp nhất: B 70,0%; C 80,0%; A 90,0%. Tất cả 3 đơn vị đạt chỉ tiêu 70,0%."),
    ([0.9, 0.7, 0.8], 0.95, "Thấp nhất: B 70,0%; C 80,0%; A 90,0%. Chưa đơn vị nào đạt chỉ tiêu 95,0%."),
    ([0.9, 0.7, 0.8], 0.8, "Thấp nhất: B 70,0%; C 80,0%; A 90,0%. 2/3 đơn vị đạt chỉ tiêu 80,0%."),
]


@pytest.mark.parametrize(("values", "target", "told"), RANKED_ALTS)
def test_the_alt_text_of_a_ranking_tells_the_finding(
    values: list[float | None], target: float | None, told: str
) -> None:
    """One unit, all alike, all, none or some at the target: each in its own words."""
    rows = frame(values, ["A", "B", "C"][: len(values)])
    aim = None if target is None else rate(target, "t")
    assert chart_of(charts.ranked(bare_report(), "r", "x", rows, target=aim))["alt"] == told


def test_a_target_of_its_own_for_each_unit() -> None:
    """Where rows say who met the target, that counts and no comparison is made anew."""
    rows = frame([0.9, 0.7], ["A", "B"]).assign(met=[False, True])
    told = chart_of(charts.ranked(bare_report(), "r", "x", rows, target=rate(0.8, "t")))["alt"]
    assert told.endswith("1/2 đơn vị đạt chỉ tiêu 80,0%.")


def test_values_that_are_no_rates_print_as_their_measure(pages: list[canvas.Sheet]) -> None:
    """Points keep their two decimals and no percent sign."""
    rows = pd.DataFrame(
        {"name": ["A", "B"], "value": [55.23, 68.8], "figure": [points(55.23, "a"), points(68.8, "b")]}
    )
    block = chart_of(
        charts.ranked(bare_report(), "r", "x", rows, points(62.58, "m"), whole_title="trung bình")
    )
    assert {"55,23", "68,80", "Trung bình 62,58"} <= set(words_of(block["svg"]))
    assert block["alt"] == "Thấp nhất: A 55,23; B 68,80. Trung bình 62,58."


def test_units_of_one_name_are_told_apart_by_the_unit_above(tmp_path: Path) -> None:
    """Two communes called alike carry the names of their districts."""
    rows = [
        EARLY | {"id": f"H22-{i}", "unit": "UBND xã Tân Tiến", "parent": f"UBND huyện {own}"}
        for i, own in enumerate(["Bắc Quang"] * 12 + ["Vị Xuyên"] * 12)
    ]
    stores.load(tmp_path, rows)
    report = stored_report(tmp_path)
    found = report.units("on_time_rate", "06a", levels=("commune",)).dropna(subset="value")
    svg = chart_of(charts.ranked(report, "r", "x", found))["svg"]
    assert {"UBND xã Tân Tiến (Bắc Quang)", "UBND xã Tân Tiến (Vị Xuyên)"} <= set(words_of(svg))


# ── names ────────────────────────────────────────────────────────────────────────────────────────

SHORTENED = """
    200 | UBND xã A; Sở Y tế                        | UBND xã A; Sở Y tế
    45  | UBND xã Lũng Cú; UBND xã Đồng Văn         | Lũng Cú; Đồng Văn
    62  | UBND xã Lũng Cú; UBND phường Minh Khai    | Xã Lũng Cú; Phường Minh…
    60  | UBND xã Lũng Cú                           | Xã Lũng Cú
    90  | Sở Văn hóa, Thể thao và Du lịch; Sở Y tế  | Sở Văn hóa, Thể thao…; Sở Y tế
    75  | Chi nhánh văn phòng đăng ký số 1; Chi nhánh văn phòng đăng ký số 2 | Chi nhánh văn … 1; Chi nhánh văn … 2
    200 | Sở A; Sở A                                | Sở A (1); Sở A (2)
"""


@pytest.mark.parametrize("row", SHORTENED.strip().splitlines())
def test_names_are_shortened_by_what_they_share(row: str) -> None:
    """room in points | names | what the chart prints."""
    room, given_names, told = (part.strip() for part in row.split("|"))
    assert names.shortened(given_names.split("; "), float(room), 9) == told.split("; ")


WORDS = st.lists(
    st.sampled_from(["Sở", "Ban", "Chi", "nhánh", "Văn", "hóa", "Tài", "chính", "Tơ", "Kan"]),
    min_size=1,
    max_size=9,
)


@given(
    st.lists(WORDS.map(" ".join), min_size=2, max_size=30, unique=True), st.sampled_from([55.0, 80.0, 160.0])
)
def test_different_names_stay_different_in_any_room(given_names: list[str], room: float) -> None:
    """No two units print alike, and every name fits its room."""
    told = names.shortened(given_names, room, 8)
    assert len(set(told)) == len(given_names)
    assert all(canvas.width(name, 8) <= room + 0.1 for name in told)


# ── trend and flow ───────────────────────────────────────────────────────────────────────────────


def stored_report(folder: Path, period: str = "2024-9M") -> Report:
    return Report("review", Workbook(ROOT), stores.HA_GIANG, Period.parse(period), stores.data(folder))


def monthly(year: int, late: Sequence[int]) -> list[dict[str, object]]:
    """Fifty dossiers a month, so many of them late."""
    return [
        {
            "id": f"H22-{year}-{month}-{i}", "received": f"02/{month:02}/{year} 08:00", "due": f"06/{month:02}/{year}",
            "finished": f"{'07' if i < count else '05'}/{month:02}/{year} 08:00",
        }
        for month, count in enumerate(late, 1)
        for i in range(50)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two years of Sở Tư pháp, from December 2022 on."""
    folder = tmp_path_factory.mktemp("charts")
    first = {
        "id": "H22-0",
        "received": "14/12/2022 08:00",
        "due": "16/12/2022",
        "finished": "15/12/2022 08:00",
    }
    stores.load(
        folder,
        [first, *monthly(2023, [25, 10, 4, 3, 2, 2, 1, 1, 1, 5, 5, 5]), *monthly(2024, [5] * 11 + [0])],
    )
    return folder


@pytest.mark.parametrize("period", ["2024", "2024-9M", "2024-Q1", "2024-01", "2023-06-15..2024-11-20"])
@pytest.mark.parametrize("more", [False, True], ids=["bare", "target-and-marks"])
def test_a_trend_of_any_length_can_be_read(
    pages: list[canvas.Sheet], year: Path, period: str, more: bool
) -> None:
    """One month to a year and a half, with a target and marked days or without: no text on another or cut off."""
    marks = [
        (date(2024, 1, 5), "Giảm 50% phí"), (date(2024, 1, 9), "Thành lập tổ công nghệ số cộng đồng tại tất cả các thôn"),
        (date(2030, 1, 1), "ngoài kỳ"),
    ]  # fmt: skip
    target = rate(0.95, "t") if more else None
    report = stored_report(year, period)
    block = chart_of(
        charts.trend(report, "t", "x", "on_time_rate", "06a", target=target, marks=marks if more else ())
    )
    (page,) = pages
    assert (overlapping(page), outside(page)) == ([], [])
    assert ("Chỉ tiêu 95,0%" in words_of(block["svg"])) is more
    assert not any("ngoài kỳ" in words for words in [*words_of(block["svg"]), *block["notes"]])
    assert more == (block["notes"] != [])


def test_the_alt_text_of_a_trend_tells_target_and_last_year(year: Path) -> None:
    """Worst and best month, months above last year, months at the target."""
    # 2024: 45 of 50 on time each month; 2023: 25, 40 and 46 of 50; December's one dossier stands in January 2023
    report = stored_report(year, "2024-Q1")
    told = chart_of(charts.trend(report, "t", "x", "on_time_rate", "06a", target=rate(0.9, "t")))["alt"]
    assert told.startswith("Tỷ lệ hồ sơ giải quyết đúng hạn và trước hạn theo tháng năm 2024: ")
    assert told.endswith("2/3 tháng cao hơn cùng kỳ năm 2023; 3/3 tháng từ 90,0% (chỉ tiêu) trở lên.")
    none = chart_of(charts.trend(report, "t", "x", "on_time_rate", "06a", target=rate(0.99, "t")))["alt"]
    assert none.endswith("chưa tháng nào từ 99,0% (chỉ tiêu) trở lên.")


def test_a_trend_of_a_unit_is_that_units(year: Path) -> None:
    """With one unit in the province, its trend plots the same values under its own keys."""
    report = stored_report(year, "2024-Q1")
    display = charts.trend(report, "t", "x", "on_time_rate", "06a", unit="so-tu-phap")
    keys = [display.figures[name]["key"] for name in chart_of(display)["plotted"]]
    assert {key["unit"] for key in keys} == {"so-tu-phap"}


FLOW = [
    *([EARLY] * 11), *([LATE] * 2), EARLY | OPEN,
    *([{"received": "13/09/2024 08:00", "due": "30/09/2024"} | OPEN] * 3),
    *([{"received": "01/12/2023 08:00", "due": "20/12/2023", "finished": "20/12/2023 09:00"}] * 4),
]  # fmt: skip


@pytest.fixture
def flowing(tmp_path: Path) -> Report:
    stores.load(tmp_path, [{**row, "id": f"H22-{i}"} for i, row in enumerate(FLOW)])
    return stored_report(tmp_path)


def test_the_flow_adds_up(pages: list[canvas.Sheet], flowing: Report) -> None:
    """4 carried over and 17 new are 21: 17 resolved (11 early, 4 punctual, 2 late) and 4 pending (3 in time, 1 overdue)."""
    display = charts.flow(flowing, "f", "Dòng hồ sơ")
    printed = [display.figures[name]["printed"] for name in chart_of(display)["plotted"]]
    assert printed == ["4", "17", "21", "11", "4", "2", "3", "1"]
    assert chart_of(display)["alt"] == (
        "Tiếp nhận 21 hồ sơ, gồm 4 hồ sơ kỳ trước chuyển qua và 17 hồ sơ trong kỳ; đã giải quyết 17, trong đó 2 hồ sơ "
        "quá hạn; đang giải quyết 4, trong đó 1 hồ sơ quá hạn."
    )
    assert (overlapping(pages[0]), outside(pages[0])) == ([], [])


def test_every_number_of_the_flow_is_found_again_and_an_altered_one_too(
    flowing: Report, tmp_path: Path
) -> None:
    """verify recounts all of them, what was received within the period as the difference it is."""
    display = charts.flow(flowing, "f", "Dòng hồ sơ", unit="so-tu-phap")
    assert checked(display, flowing, tmp_path).differences == ()
    altered = checked(display, flowing, tmp_path, {"Số hồ sơ tiếp nhận trong kỳ": 18})
    assert [(d.title, d.printed, d.computed) for d in altered.differences] == [
        ("Số hồ sơ tiếp nhận trong kỳ", 18, 17)
    ]


FLOW_ALTS = [
    (["E"], "Tiếp nhận 1 hồ sơ, gồm 0 hồ sơ kỳ trước chuyển qua và 1 hồ sơ trong kỳ; đã giải quyết 1, không có hồ sơ quá "
     "hạn; không có hồ sơ đang giải quyết."),
    (["L", "L"], "Tiếp nhận 2 hồ sơ, gồm 0 hồ sơ kỳ trước chuyển qua và 2 hồ sơ trong kỳ; đã giải quyết 2, đều quá hạn; "
     "không có hồ sơ đang giải quyết."),
    (["O"], "Tiếp nhận 1 hồ sơ, gồm 0 hồ sơ kỳ trước chuyển qua và 1 hồ sơ trong kỳ; không có hồ sơ đã giải quyết; đang "
     "giải quyết 1, đều quá hạn."),
]  # fmt: skip


@pytest.mark.parametrize(("kinds", "told"), FLOW_ALTS)
def test_the_alt_text_of_a_flow_has_words_for_all_and_none(
    tmp_path: Path, kinds: list[str], told: str
) -> None:
    """One dossier on time, all late, nothing resolved."""
    rows = {"E": EARLY, "L": LATE, "O": EARLY | OPEN}
    stores.load(tmp_path, [rows[kind] | {"id": f"H22-{i}"} for i, kind in enumerate(kinds)])
    assert chart_of(charts.flow(stored_report(tmp_path), "f", "x"))["alt"] == told


def checked(
    display: Display, report: Report, folder: Path, changed: dict[str, float] | None = None
) -> Checked:
    """What verify says of the figures of a chart, some of them changed by title."""
    about = dict.fromkeys(outputs.ABOUT) | {
        "province": "ha-giang",
        "period": report.period.id,
        "data_version": 0,
    }
    figures = [
        record | ({"value": (changed or {})[record["title"]]} if record["title"] in (changed or {}) else {})
        for record in display.figures.values()
    ]
    file = folder / "figures.json"
    outputs.write_json(file, {"document": about, "figures": figures, "tables": []})
    store = report.data.store

    def open_data(province: str, period: str, version: int | None) -> Data:
        return Data(store, stores.HA_GIANG, version)

    assert json.loads(file.read_text("utf-8"))["figures"]
    return verify(file, open_data, ROOT / "data" / "reference")


# ── tiles ────────────────────────────────────────────────────────────────────────────────────────

PERIODS: dict[Era, str] = {"34": "2026@calendar", "63": "2025-Q1"}


def tile_map(
    era: Era, measure: Callable[[float, str], Figure], left_out: Sequence[str] = ()
) -> dict[str, Any]:
    own = {
        p.slug: measure(0.5 + i / 100, p.slug) for i, p in enumerate(provinces(era)) if p.slug not in left_out
    }
    return chart_of(charts.tiles(bare_report("gia-lai", PERIODS[era]), "m", "Bản đồ", own))


@pytest.mark.parametrize("era", ["34", "63"])
@pytest.mark.parametrize("measure", [rate, points])
def test_a_tile_map_shows_every_province_and_the_two_archipelagos(
    pages: list[canvas.Sheet], era: Era, measure: Callable[[float, str], Figure]
) -> None:
    """Each province by name with its value, Hoàng Sa and Trường Sa with whose they are, and what kind of map it is."""
    block = tile_map(era, measure)
    told = words_of(block["svg"])
    named = {"Bà Rịa - Vũng Tàu": "BR - VT", "Thừa Thiên Huế": "Huế"}
    assert {named.get(p.name, p.name) for p in provinces(era)} <= set(told)
    assert {"Hoàng Sa (Đà Nẵng)", "Trường Sa (Khánh Hòa)", "BIỂN ĐÔNG"} <= set(told)
    assert "Bản đồ ô, không theo tỷ lệ, không thể hiện địa giới." in told
    assert told.count("đặc khu" if era == "34" else "huyện đảo") == 2
    assert block["notes"][0].startswith(
        "Bản đồ ô, không theo tỷ lệ, không thể hiện địa giới. Quần đảo Hoàng Sa ("
    )
    assert len(block["plotted"]) == len(provinces(era))
    (page,) = pages
    assert (overlapping(page), outside(page)) == ([], [])
    assert page.height <= A4_TEXT - 50


@pytest.mark.parametrize("era", ["34", "63"])
def test_the_grid_has_one_place_for_each_province(era: Era) -> None:
    """The codes of the file are those of the era and two archipelagos; no two tiles lie on each other."""
    from hoso.vocabulary.tile_grid import read

    found = read(ROOT / "data" / "reference" / f"tiles_{era}.tsv")
    assert {tile.code for tile in found} == {p.code for p in provinces(era)} | {"HS", "TS"}
    assert len({(tile.row, tile.column) for tile in found}) == len(found) == int(era) + 2


def test_an_archipelago_has_the_shade_of_its_province() -> None:
    """Hoàng Sa belongs to Đà Nẵng, Trường Sa to Khánh Hòa: alike, whatever their values."""
    from hoso.presentation.charts.tiles import _SHADES

    own = {p.slug: points(60, p.slug) for p in provinces("34")} | {
        "da-nang": points(10, "d"),
        "khanh-hoa": points(99, "k"),
    }
    svg = chart_of(charts.tiles(bare_report("gia-lai", PERIODS["34"]), "m", "x", own))["svg"].lower()
    lowest, highest = _SHADES[0].lower(), _SHADES[-1].lower()
    assert svg.count(f"fill: {lowest}") == 3  # the province, its islands, the legend
    assert svg.count(f"fill: {highest}") == 3


def test_a_province_without_value_is_seen_as_such() -> None:
    """Missing is not zero: a dashed white tile with a dash, a line in the legend and the count in the alt text."""
    block = tile_map("34", points, left_out=["ha-noi", "hue"])
    told = words_of(block["svg"])
    assert (told.count("–"), told.count("chưa có số liệu")) == (2, 1)
    assert block["alt"].endswith("32/34 tỉnh, thành phố có số liệu.")
    assert "chưa có số liệu" not in words_of(tile_map("34", points)["svg"])


TILE_ALTS = [
    ([60.0], "Hà Nội 60,00; 1/34 tỉnh, thành phố có số liệu."),
    ([60.0, 60.0], "Tất cả cùng mức 60,00; 2/34 tỉnh, thành phố có số liệu."),
    ([60.0, 70.0], "Cao nhất: Cao Bằng 70,00. Thấp nhất: Hà Nội 60,00. 2/34 tỉnh, thành phố có số liệu."),
]  # fmt: skip


@pytest.mark.parametrize(("values", "told"), TILE_ALTS)
def test_the_alt_text_of_a_map_tells_highest_and_lowest(values: list[float], told: str) -> None:
    """One province, all alike, several."""
    own = {slug: points(value, slug) for slug, value in zip(["ha-noi", "cao-bang"], values, strict=False)}
    assert chart_of(charts.tiles(bare_report("gia-lai", PERIODS["34"]), "m", "x", own))["alt"] == told


def luminance(colour: str) -> float:
    """The relative luminance of a colour (WCAG 2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_shades_survive_a_grey_copier_and_their_letters_can_be_read() -> None:
    """Each class is clearly darker than the one before; letters on each have 4,5:1 at least (WCAG AA)."""
    from hoso.presentation.charts.tiles import _BRIGHT, _SHADES

    assert all(contrast(a, b) >= 1.3 for a, b in pairwise(_SHADES))
    inks = [contrast(shade, "#FFFFFF" if i >= _BRIGHT else canvas.INK) for i, shade in enumerate(_SHADES)]
    assert min(inks) >= 4.5
    assert contrast(canvas.GREY, "#FFFFFF") >= 4.5


# ── distribution, scores ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("count", [1, 2, 17, 163, 3000])
@pytest.mark.parametrize("levels", [("commune",), ("department", "district", "commune")])
def test_a_distribution_counts_every_unit_once(
    pages: list[canvas.Sheet], count: int, levels: tuple[str, ...]
) -> None:
    """The numbers on the bars of a level add up to its units; no text on another."""
    rows = pd.concat(
        [frame([(i * 37 % 101) / 100 for i in range(count)], long_names(count), level) for level in levels]
    )
    block = chart_of(charts.distribution(bare_report(), "d", "x", rows))
    told = words_of(block["svg"])
    counted = [int(word.replace(".", "")) for word in told if word.replace(".", "").isdigit()]
    assert sum(counted) == count * len(levels)
    assert len([word for word in told if word.endswith(" đơn vị")]) == len(levels)
    (page,) = pages
    assert (overlapping(page), outside(page)) == ([], [])


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([0.5], "Cấp xã: một đơn vị, A 50,0%."),
        ([0.5, 0.5], "Cấp xã: cả 2 đơn vị cùng mức 50,0%."),
        ([1.0, 1.0, 1.0], "Cấp xã: cả 3 đơn vị cùng mức 100,0%."),
        ([0.2, 0.9, 0.5], "Cấp xã: thấp nhất A 20,0%, cao nhất B 90,0%; một nửa số đơn vị không quá 50,0%."),
    ],
)
def test_the_alt_text_of_a_distribution(values: list[float], told: str) -> None:
    """One unit, all alike, several."""
    rows = frame(values, ["A", "B", "C"][: len(values)])
    assert chart_of(charts.distribution(bare_report(), "d", "x", rows))["alt"] == told


def test_no_axis_goes_beyond_all(pages: list[canvas.Sheet]) -> None:
    """Rates end at 100%, whatever the width of the ranges."""
    for low in (0.0, 0.55, 0.86, 0.984, 1.0):
        told = words_of(chart_of(charts.distribution(bare_report(), "d", "x", frame([low, 1.0])))["svg"])
        ends = [float(word.rstrip("%").replace(",", ".")) for word in told if word.endswith("%")]
        assert max(ends) == 100


@pytest.mark.parametrize("count", [1, 6])
def test_points_of_groups_can_be_read(pages: list[canvas.Sheet], count: int) -> None:
    """Each group with its points of its maximum."""
    given_points = [
        (f"Nhóm chỉ số có tên rất dài để thử chỗ viết {i}", points(10.5 * i, str(i))) for i in range(count)
    ]
    block = chart_of(charts.scores(bare_report(), "s", "x", given_points))
    assert (overlapping(pages[0]), outside(pages[0])) == ([], [])
    assert len([word for word in words_of(block["svg"]) if word.endswith("/100")]) == count


# ── all ──────────────────────────────────────────────────────────────────────────────────────────


def empty_charts(folder: Path) -> Iterator[Display]:
    report = replace(stored_report(folder, "2021-Q1"), registry=Registry())
    nobody = frame([None, None], ["A", "B"])
    yield charts.ranked(report, "c", "Biểu đồ", nobody, rate(0.5, "w"), rate(0.6, "t"))
    yield charts.ranked(report, "c", "Biểu đồ", nobody.head(0))
    yield charts.distribution(report, "c", "Biểu đồ", nobody)
    yield charts.tiles(report, "c", "Biểu đồ", {"ha-giang": rate(None)})
    yield charts.tiles(report, "c", "Biểu đồ", {})
    yield charts.trend(report, "c", "Biểu đồ", "on_time_rate", "06a", target=rate(0.6, "t"))
    yield charts.flow(report, "c", "Biểu đồ")


def test_no_chart_is_ever_empty(year: Path) -> None:
    """Without any value a sentence names what is missing; the points of a scorecard show nothing. Nobody is warned."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        assert {sentence(shown) for shown in empty_charts(year)} == {
            "Chưa có số liệu để vẽ biểu đồ “Biểu đồ”."
        }
        assert charts.scores(bare_report(), "s", "x", [("A", points(None))]).blocks == []


def test_hostile_names_are_drawn_as_text() -> None:
    """Formulas, markup and templates in names stay letters in every chart, and in the page that shows it."""
    report, rows = bare_report(), frame([0.1, 0.2, 0.3, 0.4, 0.5], HOSTILE, "department")
    shown = [charts.ranked(report, "r", HOSTILE[2], rows), charts.distribution(report, "d", HOSTILE[2], rows)]
    shown.append(charts.scores(report, "s", HOSTILE[2], [(name, points(5.0, name)) for name in HOSTILE]))
    for display in shown:
        assert "<script" not in display._repr_mimebundle_()["text/html"]
    assert set(HOSTILE) <= set(words_of(chart_of(shown[0])["svg"]))
    assert set(HOSTILE) <= set(words_of(chart_of(shown[2])["svg"]))
    assert HOSTILE[0] in chart_of(shown[1])["alt"]


def test_text_stays_text_in_tinos() -> None:
    """Every letter of every kind of chart can be searched, copied and read aloud."""
    rows = frame([0.1, 0.9])
    for block in (
        chart_of(charts.ranked(bare_report(), "r", "x", rows, rate(0.5, "w"))),
        chart_of(charts.distribution(bare_report(), "d", "x", rows)),
        tile_map("34", points),
    ):
        styles = [
            e.attrib["style"] for e in ET.fromstring(block["svg"]).iter("{http://www.w3.org/2000/svg}text")
        ]
        assert len(styles) > 3
        assert all("Tinos" in style for style in styles)
        assert "glyph" not in block["svg"].casefold()
