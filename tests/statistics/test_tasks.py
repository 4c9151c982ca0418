"""Tasks: the status of a day, plans counted where their tasks are listed and taken from print where only the sum is known."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoso.statistics import published, targets, tasks
from hoso.statistics.tasks import Task
from hoso.vocabulary.errors import InputError
from hoso.vocabulary.periods import Period
from hoso.vocabulary.places import find_province

REFERENCE = Path(__file__).parents[2] / "data" / "reference"
SHIPPED = tasks.read(REFERENCE / "tasks.csv")
PUBLISHED = published.read(REFERENCE / "published.csv")
TUYEN_QUANG = find_province("tuyen-quang", "63")
HA_GIANG = find_province("ha-giang", "63")
DAYS = st.none() | st.dates(date(2024, 1, 1), date(2024, 3, 1))


def task(starts: date | None, due: date | None, done: date | None, plan: str = "p", number: int = 1) -> Task:
    return Task(
        plan,
        "Kế hoạch",
        "63",
        "ha-giang",
        str(number),
        "Nhiệm vụ",
        "Sở Nội vụ",
        None,
        starts,
        due,
        done,
        "nguồn",
        False,
        "",
    )


# begun | due | done → status at the end of 15/02
DRAWN = """
01 | 20 | 14 | done_early
01 | 15 | 15 | done_on_time
01 | 10 | 15 | done_late
01 |    | 15 | done_on_time
01 | 20 | 16 | in_progress
01 | 15 | 16 | in_progress
01 | 14 | 16 | overdue
01 | 15 |    | in_progress
   | 15 |    | in_progress
   |    |    | in_progress
16 | 20 |    | not_started
   | 14 |    | overdue
""".strip().splitlines()


@pytest.mark.parametrize("line", DRAWN)
def test_the_status_of_a_day(line: str) -> None:
    """The due day itself is in time; what is done a day later is in progress today."""
    *days, status = (cell.strip() for cell in line.split("|"))
    starts, due, done = (date(2024, 2, int(day)) if day else None for day in days)
    assert task(starts, due, done).status(date(2024, 2, 15)) == status
    assert status in tasks.STATUSES


@settings(deadline=None)
@given(DAYS, DAYS, DAYS, st.dates(date(2024, 1, 1), date(2024, 3, 1)))
def test_what_is_done_stays_done(starts: date | None, due: date | None, done: date | None, on: date) -> None:
    """From the day a task is done its status is one of the done and never changes; before it is none of them."""
    one = task(starts, due, done)
    assert (one.status(on) in tasks.DONE) == (done is not None and done <= on)
    if done is not None and done <= on:
        assert one.status(on) == one.status(date(2024, 3, 1))


def test_tuyen_quangs_four_targets_are_tasks_with_owners() -> None:
    """Each leads to a target of the same plan; owners are offices; what is made up says so and the rest does not."""
    known = {t.id: t for t in targets.read(REFERENCE / "targets.csv")}
    leading = [t for t in SHIPPED if t.target]
    assert [known[t.target or ""].indicator for t in leading] == [
        "authenticated_rate", "sync_rate", "ELECTRONIC_CERTIFIED_COPY", "electronic_result_rate",
    ]  # fmt: skip
    assert all(t.due_on == known[t.target or ""].deadline and t.owner and not t.synthetic for t in leading)
    assert all(t.synthetic and "mô phỏng" in t.note for t in SHIPPED if not t.target)


def test_a_listed_plan_is_counted() -> None:
    """Tuyên Quang on 14/6/2024 and at the end of the year: the rest of the list has moved on."""
    june = tasks.progress(SHIPPED, PUBLISHED, TUYEN_QUANG, Period.parse("2024-06")).iloc[0]
    assert (june["done_in_time"], june["done"], june["of"], june["counted"]) == (2, 3, 9, True)
    assert june["synthetic"]
    later = tasks.listing(tasks.of(SHIPPED, TUYEN_QUANG), date(2025, 1, 1)).set_index("id")
    assert later.loc["9", "status"] == "done_late"
    assert later.loc["1", "status_title"] == "Chưa hoàn thành, đã quá hạn"
    assert tasks.listing(SHIPPED, date(2024, 6, 14)).set_index("id").loc["9", "done_on"] is None


def test_a_sum_that_was_only_published_is_taken_as_it_is() -> None:
    """Hà Giang: 35/41, 67/83 and 15/20 with their source, and no task behind them."""
    found = tasks.progress(SHIPPED, PUBLISHED, HA_GIANG, Period.parse("2024-9M")).set_index("plan")
    told = {plan: (row["done_in_time"], row["done"], row["of"]) for plan, row in found.iterrows()}
    assert told == {
        "tasks_reform": (35, None, 41),
        "tasks_project_06": (None, 67, 83),
        "targets_digital": (None, 15, 20),
    }
    assert not found["counted"].any()
    assert found["rate"].tolist() == pytest.approx([35 / 41, 67 / 83, 0.75])
    assert found["source"].str.contains("18/9/2024").all()


def test_a_plan_listed_under_a_published_name_is_counted_in_its_stead() -> None:
    """Three tasks of the reform plan, one done in time and one late: 1/3, not 35/41."""
    listed = [
        task(None, date(2024, 9, 1), done, "tasks_reform", i)
        for i, done in enumerate((date(2024, 8, 1), date(2024, 9, 10), None))
    ]
    found = tasks.progress(listed, PUBLISHED, HA_GIANG, Period.parse("2024-9M")).set_index("plan")
    row = found.loc["tasks_reform"]
    assert (row["done_in_time"], row["done"], row["of"], row["rate"]) == (1, 2, 3, pytest.approx(1 / 3))
    assert found.loc["tasks_project_06", "done"] == 67


def test_faults_are_told_at_once(tmp_path: Path) -> None:
    """A task without owner, done before it began, twice, and a mark that is none."""
    file = tmp_path / "tasks.csv"
    good = "p,K,63,ha-giang,1,Việc,Sở Nội vụ,,2024-02-01,,2024-03-01,nguồn,0,"
    bad = [
        good.replace("Sở Nội vụ", ""),
        good.replace("2024-03-01", "2024-01-01"),
        good.replace(",0,", ",có,"),
    ]
    file.write_text("\n".join([",".join(tasks.COLUMNS), good, *bad]) + "\n", "utf-8")
    with pytest.raises(InputError) as caught:
        tasks.read(file)
    for words in (
        "dòng 3: thiếu owner",
        "dòng 4: hoàn thành 2024-01-01 trước khi bắt đầu",
        "synthetic “có”",
        "p/1 ghi hai lần",
    ):
        assert words in str(caught.value)


# begun | due | done → light at the end of 15/02/2024; a month ahead is 17/03
LIT = """
02-01 | 02-20 | 02-14 | ● Hoàn thành trước hạn
02-01 | 02-10 | 02-15 | ● Hoàn thành quá hạn
02-01 | 03-17 |       | ▲ Sắp đến hạn
02-01 | 03-18 |       | ► Đang thực hiện
02-01 | 02-15 |       | ▲ Sắp đến hạn
02-01 | 02-14 |       | ■ Quá hạn
02-01 |       |       | ► Đang thực hiện
02-16 | 02-20 |       | ◊ Chưa đến ngày bắt đầu
""".strip().splitlines()


@pytest.mark.parametrize("line", LIT)
def test_a_task_is_lit_by_its_days(line: str) -> None:
    """A shape and a word for each status; what is due before the next month's report is told apart."""
    *days, wanted = (cell.strip() for cell in line.split("|"))
    starts, due, done = (date.fromisoformat(f"2024-{day}") if day else None for day in days)
    assert task(starts, due, done).light(date(2024, 2, 15)) == wanted


def test_the_lights_differ_by_shape() -> None:
    """In black and white: what is done, under way, due soon, overdue and to come have five different shapes."""
    shapes = {light[0]: name for name, light in tasks.LIGHTS.items()}
    assert set(shapes) == set("●►▲■◊")
