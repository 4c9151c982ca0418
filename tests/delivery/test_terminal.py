"""What a batch writes while it runs and when it ends: little, and what a person must look at."""

from pathlib import Path

import pytest

from hoso.delivery import terminal
from hoso.delivery.batch import Summary
from hoso.delivery.notebooks import Notebook
from hoso.delivery.runs import Outcome, Run, Status
from hoso.delivery.terminal import Reading, Watch, show_summary
from hoso.vocabulary.periods import Period
from hoso.vocabulary.places import find_province

RUN = Run(Notebook("review", {}), find_province("ha-giang", "63"), Period.parse("2024-9M"))


def outcome(status: Status) -> Outcome:
    return Outcome(RUN, status, messages=("vì sao",) if status == "failed" else ())


def test_on_a_pipe_there_is_a_line_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    """With the rate and the time left; of many reports only what failed is told one by one."""
    now = [0.0]
    with Watch(600, lambda: now[0]) as watch:
        for done in range(200):
            now[0] = done + 1.0
            watch.tell(outcome("failed" if done == 10 else "done"))
    out, err = capsys.readouterr()
    assert out == ""
    lines = err.splitlines()
    assert lines[:2] == ["review ha-giang 2024-9M: failed", "  vì sao"]
    assert lines[2:] == [
        "60/600 báo cáo, 60 báo cáo/phút, còn khoảng 9 phút",
        "120/600 báo cáo, 60 báo cáo/phút, còn khoảng 8 phút",
        "180/600 báo cáo, 60 báo cáo/phút, còn khoảng 7 phút",
    ]


def test_a_reading_says_rows_a_second_and_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """The line of a terminal is renewed with each piece; a log has one a minute, and none of what is read sooner."""
    now, shown = [0.0], []
    told = Reading(shown.append, Path("tháng 8.csv"), lambda: now[0])
    for second, rows, share in ((10, 200_000, 0.25), (70, 700_000, 0.875), (80, 800_000, 1.0)):
        now[0] = second
        told(rows, share)
    assert shown == [
        "tháng 8.csv: 200,000 rows · 20,000 rows/s · 25% of the file",
        "tháng 8.csv: 700,000 rows · 10,000 rows/s · 88% of the file",
        "tháng 8.csv: 800,000 rows · 10,000 rows/s · all read, writing",
    ]
    assert capsys.readouterr() == ("", shown[1] + "\n")


def test_of_a_stream_only_rows_and_their_pace_are_told() -> None:
    """Where the share of the file is unknown none is made up."""
    now, shown = [0.0], []
    told = Reading(shown.append, Path("a.jsonl"), lambda: now[0])
    now[0] = 4.0
    told(20_000, None)
    assert shown == ["a.jsonl: 20,000 rows · 5,000 rows/s"]


def test_few_reports_are_told_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Good ones on standard output, others on standard error."""
    with Watch(2) as watch:
        watch.tell(outcome("done"))
        watch.tell(outcome("killed"))
    assert capsys.readouterr() == ("review ha-giang 2024-9M: done\n", "review ha-giang 2024-9M: killed\n")


@pytest.mark.parametrize(
    ("seconds", "words"), [(4, "4 giây"), (119, "119 giây"), (600, "10 phút"), (7800, "2 giờ 10 phút")]
)
def test_durations_are_told_as_people_tell_them(seconds: float, words: str) -> None:
    """In seconds, minutes or hours."""
    assert terminal._duration(seconds) == words


def test_a_summary_counts_by_what_became_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    """Of one report none is needed; one that was stopped says how to go on."""
    show_summary(Summary("b", 1, outcomes=[outcome("done")]))
    assert capsys.readouterr() == ("", "")
    show_summary(Summary("b", 30, outcomes=[outcome("done"), outcome("failed")], interrupted=True))
    out, err = capsys.readouterr()
    assert "hoàn thành" in out and "lỗi" in out
    assert "review ha-giang 2024-9M: lỗi" in err
    assert "xong 2/30; chạy lại lệnh này để làm tiếp" in err
