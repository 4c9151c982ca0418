"""A plan on a small store: goals, tasks, heads and lights; entered counts beside counted ones; verify recounts each."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hoso.delivery import outputs
from hoso.delivery.export.glyphs import COVERED
from hoso.presentation import plan_tables
from hoso.presentation.display import Display
from hoso.presentation.figures import Registry
from hoso.presentation.plan import OTHERWISE, Plan, plan
from hoso.presentation.report import Report
from hoso.statistics import entered, targets, tasks, verdicts
from hoso.statistics.data import Data
from hoso.statistics.verify import Checked, verify
from hoso.vocabulary.errors import NoDataError
from hoso.vocabulary.periods import Period
from hoso.vocabulary.workbook import Workbook
from tests import stores

ROOT = Path(__file__).parents[2]
PERIOD = "2024-01-01..2024-01-31"
CLOSED = {"received": "02/01/2024 08:00", "due": "10/01/2024", "finished": "09/01/2024 10:00"}
UNITS = {"Sở Tư pháp": (19, 1), "Sở Y tế": (3, 9), "Sở Nội vụ": (12, 0), "UBND huyện Đồng Văn": (1, 11)}
ONLINE = "t,63,ha-giang,,,online_rate,resolved,1,at_least,2024-01-01,2024-12-31,2024-02-29,,Kế hoạch số 1,2024-01-01,"
COPIES = (
    "c,63,ha-giang,district commune,,ELECTRONIC_CERTIFIED_COPY,entered,1,at_least,2024-01-01,2024-12-31,2024-02-29,,"
    "Kế hoạch số 1,2024-01-01,chỉ có số liệu nhập"
)
TASK = "p,Kế hoạch năm,63,ha-giang,{id},{title},Sở Nội vụ,{target},{starts},{due},{done},nguồn,0,"
TASKS = (
    TASK.format(id=1, title="Trực tuyến", target="t", starts="", due="2024-12-31", done=""),
    TASK.format(id=2, title="Chứng thực", target="c", starts="", due="2024-12-31", done=""),
    TASK.format(id=3, title="Tập huấn", target="", starts="", due="2024-01-20", done="2024-01-15"),
    TASK.format(id=4, title="Công khai", target="", starts="", due="2024-01-20", done=""),
)


def rows() -> Iterator[dict[str, object]]:
    for unit, (online, paper) in UNITS.items():
        for i in range(online + paper):
            channel = "Trực tuyến" if i < online else "Trực tiếp"
            yield CLOSED | {"id": f"{unit}-{i}", "unit": unit, "channel": channel}
    yield {"id": "last", "received": "31/01/2024 08:00", "due": "", "finished": "", "status": "Đang xử lý"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of 56 closed dossiers, 35 of them online."""
    made = tmp_path_factory.mktemp("plan")
    stores.load(made, rows())
    return made


Set = Callable[..., Plan]


@pytest.fixture
def plan_with(folder: Path, tmp_path: Path) -> Set:
    """The plan of a workbook with these lines in its targets, tasks and entered counts."""

    def made(
        *goals: str, listed: tuple[str, ...] = (), counts: tuple[str, ...] = (), period: str = PERIOD
    ) -> Plan:
        reference = tmp_path / "data" / "reference"
        reference.mkdir(parents=True, exist_ok=True)
        for name in ("heads.csv", "published.csv", "measures.csv"):
            (reference / name).write_bytes((ROOT / "data" / "reference" / name).read_bytes())
        sheets = {
            "targets.csv": (targets.COLUMNS, goals), "tasks.csv": (tasks.COLUMNS, listed),
            "entered_counts.csv": (entered.COLUMNS, counts),
        }  # fmt: skip
        for name, (columns, lines) in sheets.items():
            (reference / name).write_text("\n".join([",".join(columns), *lines, ""]), "utf-8")
        return plan(
            Report(
                "action_plan", Workbook(tmp_path), stores.HA_GIANG, Period.parse(period), stores.data(folder),
                registry=Registry(),
            )
        )  # fmt: skip

    return made


def copies(unit: str, top: int, bottom: int = 1) -> str:
    return f"ha-giang,63,{unit},{PERIOD},ELECTRONIC_CERTIFIED_COPY,{top},{bottom},2024-01-31,Báo cáo của đơn vị,,0"


def shown(found: Plan) -> list[Display]:
    """All tables of the report."""
    return [
        plan_tables.goals(found, "goals", "Chỉ tiêu"), plan_tables.matrix(found, "matrix", "Tổng hợp"),
        plan_tables.tasks(found.tasks, "tasks", "Nhiệm vụ"), plan_tables.unit_appendix(found, "units", "Đơn vị"),
        plan_tables.head_appendix(found, "heads", "Người đứng đầu"), plan_tables.methods(found, "methods", "Cách tính"),
    ]  # fmt: skip


def recounted(found: Plan, folder: Path, blocks: list[dict[str, Any]]) -> Checked:
    report = found.report
    about = report.open("kế hoạch").document or {}
    for level in found.levels:
        for figure in (level.met, level.missed, level.of):
            report.registry.add(figure)
    for figure in (found.tasks.of, found.tasks.done, found.tasks.overdue, found.tasks.soon):
        report.registry.add(figure)
    file = report.workbook.root / "figures.json"
    outputs.write_json(file, outputs.figures(about | {"blocks": blocks, "figures": report.registry.records}))

    def open_data(province: str, period: str, version: int | None) -> Data:
        return Data(stores.data(folder).store, stores.HA_GIANG, version)

    return verify(file, open_data, report.workbook.reference)


def blocks(displays: list[Display]) -> list[dict[str, Any]]:
    return [block for display in displays for block in display.blocks if block["type"] == "table"]


def cells(block: dict[str, Any], figures: dict[str, Any]) -> list[list[str]]:
    def text(run: dict[str, Any]) -> str:
        return str(figures[run["id"]]["printed"]) if run["t"] == "fig" else str(run["s"])

    return [["".join(map(text, cell["runs"])) for cell in row["cells"]] for row in block["rows"]]


def test_goals_tasks_and_heads_are_recounted(plan_with: Set, folder: Path) -> None:
    """Counted and entered goals, tasks, lights, heads: every number and every light is found again by verify."""
    found = plan_with(ONLINE, COPIES, listed=TASKS, counts=(copies("huyen-dong-van", 0),))
    checked = recounted(found, folder, blocks(shown(found)))
    assert checked.differences == ()
    assert checked.numbers > 60
    district = next(level for level in found.levels if level.level == "district")
    assert (district.met.printed, district.missed.printed, district.of.printed) == ("0", "1", "1")
    assert str(district.farthest[0]).startswith("Chủ tịch UBND huyện Đồng Văn: ")


def test_near_far_met_and_unknown_stand_beside_each_other(plan_with: Set) -> None:
    """19/20 is near, 3/12 far, 12/12 met; who has no dossier is named and has no row; a department has no copies to certify."""
    found = plan_with(ONLINE, COPIES)
    tables = {block["id"]: block for block in blocks([plan_tables.unit_appendix(found, "units", "Đơn vị")])}
    told = cells(tables["units-department"], found.report.registry.records)
    assert told == [
        ["1", "Sở Y tế", "25,00%", "■ Chưa đạt", "–"],
        ["2", "Sở Tư pháp", "95,00%", "▲ Gần đạt", "–"],
        ["3", "Sở Nội vụ", "100,00%", "● Đạt", "0"],
    ]
    assert any("Sở Xây dựng" in note for note in tables["units-department"]["notes"])
    assert "○ Chưa có số liệu" in cells(tables["units-district"], {})[0]


def test_entered_counts_make_a_verdict_like_any_other(plan_with: Set, folder: Path) -> None:
    """Certified copies: without counts "chưa có số liệu"; with them met or not, with title, definition, ground and source."""
    blank = plan_with(COPIES)
    (goal,) = blank.goals
    assert (goal.unmeasured, goal.whole, goal.verdict.value.printed) == (True, False, "–")
    assert str(goal.aim).strip() == "100%"
    assert goal.verdict.value.source == "Chưa nhập số liệu"
    verdict = (
        plan_with(COPIES, counts=(copies("huyen-dong-van", 1), copies("huyen-meo-vac", 0))).goals[0].verdict
    )
    tally = next(level for level in verdict.levels if level.level == "district")
    assert [tally.met.value, tally.not_met.value] == [1, 1]
    (missed,) = verdict.below("district")
    assert (missed.name, missed.value.printed, missed.lacking.printed) == ("UBND huyện Mèo Vạc", "0,0%", "1")
    assert missed.value.source == "Báo cáo của đơn vị"
    assert "766" in missed.value.legal_basis
    assert missed.value.definition
    report = verdict.report
    for figure in (
        missed.value,
        missed.gap,
        missed.lacking,
        missed.rank,
        tally.met,
        tally.no_data,
        missed.lit,
    ):
        report.registry.add(figure)
    file = report.workbook.root / "figures.json"
    about = report.open("kế hoạch").document or {}
    outputs.write_json(file, outputs.figures(about | {"blocks": [], "figures": report.registry.records}))
    assert verify(file, lambda *_: stores.data(folder), report.workbook.reference).differences == ()
    sheet = report.workbook.reference / "entered_counts.csv"
    sheet.write_text(sheet.read_text("utf-8").replace("huyen-meo-vac", "huyen-yen-minh"), "utf-8")
    told = {
        d.title.split(":")[0]
        for d in verify(file, lambda *_: stores.data(folder), report.workbook.reference).differences
    }
    assert "Đánh giá" in told
    assert "Số hồ sơ còn thiếu để đạt chỉ tiêu" in told


def test_verify_finds_a_light_a_task_and_a_head_that_were_altered(plan_with: Set, folder: Path) -> None:
    """A light made better, a task called done, a unit left out, a count of heads changed: each is told."""
    found = plan_with(ONLINE, COPIES, listed=TASKS)
    tables = {block["id"]: block for block in blocks(shown(found))}
    tables["units-department"]["rows"][0]["cells"][3]["value"] = "● Đạt"
    tables["tasks"]["rows"][3]["cells"][5]["value"] = "● Hoàn thành đúng hạn"
    tables["heads-department"]["rows"][1]["cells"][2]["value"] = 99
    del tables["units-district"]["rows"][0], tables["units-district"]["verify"]["rows"][0]
    told = [str(d) for d in recounted(found, folder, list(tables.values())).differences]
    assert any("Sở Y tế" in line and "● Đạt, nay là ■ Chưa đạt" in line for line in told)
    assert any("Công khai" in line and "nay là ■ Quá hạn" in line for line in told)
    assert any("heads-department" in line for line in told)
    assert any("units-district số dòng: báo cáo ghi 0, nay là 1" in line for line in told)
    assert len(told) == 4


def test_tasks_by_status(plan_with: Set) -> None:
    """A task whose target nobody measured is no progress; what is overdue is named with its owner and day."""
    found = plan_with(ONLINE, COPIES, listed=TASKS)
    lights = [found.tasks.light(task) for task in found.tasks.all]
    assert [light if isinstance(light, str) else light.printed for light in lights] == [
        "► Đang thực hiện", "○ Chưa có số liệu", "● Hoàn thành trước hạn", "■ Quá hạn",
    ]  # fmt: skip
    counts = (
        found.tasks.of,
        found.tasks.done,
        found.tasks.under_way,
        found.tasks.overdue,
        found.tasks.to_come,
    )
    assert [figure.printed for figure in counts] == ["4", "1", "2", "1", "0"]
    assert [str(phrase) for phrase in found.tasks.overdue_named] == ["Công khai (Sở Nội vụ, hạn 20/01/2024)"]
    assert found.name == "Kế hoạch năm"


def test_nothing_given_shows_nothing(plan_with: Set) -> None:
    """Without targets and tasks no table is printed, and the report has a name all the same."""
    found = plan_with()
    assert found.empty
    assert [display.blocks for display in shown(found)] == [[]] * 6
    assert (found.name, found.appendices, found.next_appendix, found.known) == (OTHERWISE, (), "I", False)
    with pytest.raises(NoDataError, match="chưa có dữ liệu"):
        plan_with(period="2022-01-01..2022-12-31")


@pytest.mark.parametrize(
    ("value", "words"), [("0.05", "Tất cả 3 sở, ban, ngành có số liệu đều đạt"), ("1", "Có 1/3 sở")]
)
def test_all_met_and_some(plan_with: Set, value: str, words: str) -> None:
    """All units that have data met every goal, or some did not: each in its own words."""
    found = plan_with(ONLINE.replace(",1,at_least", f",{value},at_least"))
    level = found.levels[0]
    assert str(level.standing if level.behind else level.met_all).startswith(words)
    if value == "0.05":
        assert (found.missed, found.behind, found.appendices) == ((), (), ("I",))


def test_every_shape_is_in_the_font() -> None:
    """What tells the lights apart is drawn by the vendored font, on paper and on the page."""
    text = "".join(
        [*verdicts.LIGHTS.values(), *tasks.LIGHTS.values(), plan_tables.LEGEND, plan_tables.TASK_LEGEND]
    )
    assert {char for char in text if ord(char) not in COVERED} == set()
    assert set(re.findall(r"[■-◿]", text)) == set("●▲■○►◊")
