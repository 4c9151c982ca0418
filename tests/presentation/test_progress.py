"""Progress on a small store: months, laggards, few dossiers, before and after a measure; verify recounts each number."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from hoso.delivery import outputs
from hoso.presentation import progress_tables
from hoso.presentation.figures import Figure, Registry
from hoso.presentation.progress import Progress, progress
from hoso.presentation.report import Report
from hoso.statistics import measures, targets
from hoso.statistics.data import Data
from hoso.statistics.verify import Checked, verify
from hoso.vocabulary.errors import UsageError
from hoso.vocabulary.periods import Period
from hoso.vocabulary.workbook import Workbook
from tests import stores

ROOT = Path(__file__).parents[2]
PERIOD = "2024-01-01..2024-02-29"
TARGET = "t,63,ha-giang,,,online_rate,received,0.5,at_least,2024-01-01,2024-12-31,2024-12-31,,Kế hoạch số 1,2024-01-01,"
MEASURE = "m,63,ha-giang,Giảm {quantity} lệ phí,%s,online_rate,50,%%,2024-03-01,Báo,Nguồn nêu tháng"
# unit → of ten dossiers a day, how many online in January and in February
UNITS = {"Sở Tư pháp": (8, 10), "Sở Y tế": (2, 4), "UBND huyện Đồng Văn": (5, 5)}
FEW = {"unit": "Sở Nội vụ", "channel": "Trực tiếp"}


def rows() -> Iterator[dict[str, object]]:
    first = date(2024, 1, 1)
    for day in (first + timedelta(i) for i in range(60)):
        for unit, online in UNITS.items():
            for i in range(10):
                channel = "Trực tuyến" if i < online[day.month - 1] else "Trực tiếp"
                times = {
                    "received": f"{day:%d/%m/%Y} 08:00",
                    "due": "",
                    "finished": "",
                    "status": "Đang xử lý",
                }
                yield times | {"id": f"{unit}-{day}-{i}", "unit": unit, "channel": channel}
    for i in range(3):
        yield FEW | {
            "id": f"few-{i}",
            "received": "05/01/2024 08:00",
            "due": "",
            "finished": "",
            "status": "Đang xử lý",
        }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of two months, thirty dossiers a day and three of a unit with hardly any."""
    made = tmp_path_factory.mktemp("progress")
    stores.load(made, rows())
    return made


Set = Callable[..., Progress]


@pytest.fixture
def course(folder: Path, tmp_path: Path) -> Set:
    """The progress of the online rate in a workbook with one target and one measure."""

    def made(target: str = TARGET, starts: str = "2024-02-01", period: str = PERIOD) -> Progress:
        reference = tmp_path / "data" / "reference"
        reference.mkdir(parents=True, exist_ok=True)
        for name in ("heads.csv", "published.csv", "entered_counts.csv"):
            (reference / name).write_bytes((ROOT / "data" / "reference" / name).read_bytes())
        (reference / "targets.csv").write_text(f"{','.join(targets.COLUMNS)}\n{target}\n", "utf-8")
        (reference / "measures.csv").write_text(
            f"{','.join(measures.COLUMNS)}\n{MEASURE % starts}\n", "utf-8"
        )
        data, chosen = stores.data(folder), Period.parse(period)
        report = Report("progress", Workbook(tmp_path), stores.HA_GIANG, chosen, data, registry=Registry())
        return progress(report, "online_rate")

    return made


def recounted(found: Progress, folder: Path, blocks: list[dict[str, Any]], *more: Figure) -> Checked:
    report = found.report
    for figure in more:
        report.registry.add(figure)
    about = report.open("tiến độ").document or {}
    file = report.workbook.root / "figures.json"
    outputs.write_json(file, outputs.figures(about | {"blocks": blocks, "figures": report.registry.records}))

    def open_data(province: str, period: str, version: int | None) -> Data:
        return Data(stores.data(folder).store, stores.HA_GIANG, version)

    return verify(file, open_data, report.workbook.reference)


def tables(found: Progress) -> list[dict[str, Any]]:
    """All tables of the report."""
    shown = [
        progress_tables.months(found, "by-month", "Theo tháng"), progress_tables.effects(found, "effects"),
        progress_tables.laggard_appendices(found, "behind"), progress_tables.ways(found, "ways", "Cách tính"),
    ]  # fmt: skip
    return [block for display in shown for block in display.blocks if block["type"] == "table"]


def test_the_months_against_the_target(course: Set) -> None:
    """January 465 of 933, February 551 of 870: below and above half; from the one to the other 13,5 points more."""
    found = course()
    january, february = found.months
    assert [january.value.fraction_text(), february.value.fraction_text()] == [
        "465/933 hồ sơ",
        "551/870 hồ sơ",
    ]
    assert january.from_target is not None
    assert february.from_target is not None
    assert [january.from_target.printed, february.from_target.printed] == ["-0,2", "13,3"]
    assert str(found.moved) == "tăng 13,5 điểm phần trăm"
    assert [month.label for month in found.months] == ["01/2024", "02/2024"]


def test_who_lags_who_leads_and_who_has_too_few(course: Set) -> None:
    """Three of ten is behind; three dossiers on paper are shown and not ranked; nine of ten leads."""
    departments, districts = course().groups
    assert [one.name for one in departments.lagging] == ["Sở Y tế"]
    assert [one.name for one in departments.few] == ["Sở Nội vụ"]
    assert [str(phrase) for phrase in departments.leaders] == ["Sở Tư pháp (89,7%)"]
    assert (departments.lagging[0].gap.printed, departments.lagging[0].lacking.printed) == ("20,3", "244")
    assert districts.lagging == ()


def test_every_number_is_recounted(course: Set, folder: Path) -> None:
    """Months, laggards, ways of counting, windows: all of them, and the length of the windows."""
    found = course()
    (effect,) = found.effects
    checked = recounted(found, folder, tables(found), effect.days, effect.quantity, found.goal.gap)
    assert checked.differences == ()
    assert checked.numbers > 40


def test_before_and_after_a_measure(course: Set) -> None:
    """29 days from 1/2 against the 29 before: 870 dossiers on each side, more and less, with the rates of both."""
    (effect,) = course().effects
    assert str(effect.title) == "Giảm 50% lệ phí"
    assert effect.windows is not None
    assert (effect.windows.before.id, effect.windows.after.id) == (
        "2024-01-03..2024-01-31",
        "2024-02-01..2024-02-29",
    )
    assert [effect.before.fraction_text(), effect.after.fraction_text()] == ["435/873 hồ sơ", "551/870 hồ sơ"]
    assert (effect.days.printed, str(effect.moved), effect.earlier) == (
        "29",
        "tăng 13,5 điểm phần trăm",
        None,
    )
    assert [title for title, *_ in effect.by_level] == ["Cấp tỉnh", "Cấp huyện"]


@pytest.mark.parametrize(
    ("starts", "period", "reason"),
    [
        ("2024-02-27", PERIOD, "số liệu đến ngày 29/02/2024 chưa đủ một tuần áp dụng để so sánh"),
        (
            "2024-03-15",
            "2024-01-01..2024-03-31",
            "số liệu mới có đến ngày 29/02/2024, chưa có số liệu sau khi áp dụng",
        ),
        ("2024-01-03", PERIOD, "số liệu chỉ có từ ngày 01/01/2024, không đủ một tuần trước khi áp dụng"),
        ("2023-06-01", PERIOD, "số liệu chỉ có từ ngày 01/01/2024"),
        ("", PERIOD, "nguồn không nêu ngày bắt đầu nên không so sánh trước, sau"),
    ],
)
def test_a_measure_without_days_on_both_sides_is_told_in_a_sentence(
    course: Set, starts: str, period: str, reason: str
) -> None:
    """Too new, after all data, before all data, without a day: the reason, and no table."""
    found = course(starts=starts, period=period)
    (effect,) = found.effects
    assert effect.windows is None
    assert effect.reason.startswith(reason)
    assert progress_tables.effects(found, "effects").blocks == []
    assert not found.compared


def test_verify_finds_what_was_altered(course: Set, folder: Path) -> None:
    """A rate after the measure, a month's count, a laggard left out, another first day of the measure: each is told."""
    found = course()
    made = {block["id"]: block for block in tables(found)}
    made["effects-1"]["rows"][0]["cells"][7]["value"] = 0.99
    made["by-month"]["rows"][0]["cells"][1]["value"] = 466
    del made["behind-department"]["rows"][1], made["behind-department"]["verify"]["rows"][1]
    (effect,) = found.effects
    course(starts="2024-02-05")
    told = [str(d) for d in recounted(found, folder, list(made.values()), effect.days).differences]
    assert any("effects-1 Cấp tỉnh" in line for line in told)
    assert any("by-month" in line and "báo cáo ghi 466, nay là 465" in line for line in told)
    assert any("behind-department số dòng: báo cáo ghi 1, nay là 2" in line for line in told)
    assert any("Số ngày của mỗi khoảng so sánh: báo cáo ghi 29, nay là không có" in line for line in told)


def test_without_a_target_units_are_held_against_the_province(course: Set, folder: Path) -> None:
    """Nobody was given one: those below the province's own rate are listed, and nothing speaks of a gap."""
    found = course(target="")
    assert (found.has_target, found.goal.kind, found.target) == (False, "no_target", None)
    assert [one.name for group in found.lagging for one in (*group.lagging, *group.few)] == [
        "Sở Y tế", "Sở Nội vụ", "UBND huyện Đồng Văn",
    ]  # fmt: skip
    columns = [column["title"] for column in tables(found)[2]["columns"]]
    assert not [title for title in columns if "thiếu" in title]
    assert recounted(found, folder, tables(found)).differences == ()


@pytest.mark.parametrize(("value", "lagging", "leading"), [("0", 0, 2), ("1", 2, 0)])
def test_all_met_and_none_met(course: Set, value: str, lagging: int, leading: int) -> None:
    """At 0% nobody lags and no appendix is printed; at 100% nobody leads."""
    found = course(target=TARGET.replace("0.5", value))
    assert (len(found.lagging), len(found.leading)) == (lagging, leading)
    assert found.next_appendix == ("I", "II", "III")[lagging]


def test_an_unknown_indicator_is_refused(course: Set) -> None:
    """A misspelt indicator is one line that names those there are."""
    with pytest.raises(UsageError, match="không có chỉ tiêu onlin_rate"):
        progress(course().report, "onlin_rate")


@pytest.mark.parametrize(("since", "told"), [("2024-01-01", False), ("2024-02-01", True)])
def test_a_target_set_within_the_period_is_said(course: Set, since: str, told: bool) -> None:
    """January is held against a target of February too, and the table says so; one of the whole period needs no word."""
    found = course(target=TARGET.replace("2024-01-01,2024-12-31", f"{since},2024-12-31"))
    shown = progress_tables.months(found, "t", "T")
    notes = str(shown.blocks[0]["notes"])
    assert all(month.from_target for month in found.months)
    assert ("chưa có hiệu lực" in notes) == told


def test_what_is_no_rate_is_refused(course: Set) -> None:
    """Minutes over dossiers are neither dossiers nor points, and a lower value is no failing: the rates are named instead."""
    with pytest.raises(UsageError, match="handling_time không phải tỷ lệ") as told:
        progress(course().report, "handling_time")
    assert "online_rate" in str(told.value)
    assert "handling_time" not in (told.value.expected or "")
