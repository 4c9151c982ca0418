"""What is to be known of the portal's numbers: each trap is told where it applies and nowhere else, its numbers figures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hoso.presentation import open_report
from hoso.presentation.figures import Figure, Phrase
from hoso.presentation.score_notes import NOTES, applying
from hoso.presentation.scores import Scores, open_scores
from hoso.records.sample import write as write_sample
from tests.records.intake.portal.responses import GIA_LAI, PHU_THO, take

Opened = Callable[..., Scores]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The snapshots of Gia Lai, Phú Thọ and the country."""
    target = tmp_path_factory.mktemp("notes")
    for file in write_sample(target / "exports", ["gia-lai", "phu-tho", "ca-nuoc"]):
        take(target, file, province=PHU_THO if file.parent.name == "phu-tho" else GIA_LAI)
    return target


@pytest.fixture
def opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """The scorecard of a province and period, or of one unit."""
    monkeypatch.setenv("HOSO_STORE", str(folder / "store"))

    def of(province: str, period: str, unit: str | None = None) -> Scores:
        whole = open_scores(open_report("scorecard", province, period))
        return whole if unit is None else Scores(whole.report, whole.keys, unit)

    return of


def figures(phrase: Phrase) -> list[Figure]:
    return [part for part in phrase if isinstance(part, Figure)]


def test_the_traps_of_gia_lai(opened: Opened) -> None:
    """All that a cumulative snapshot with units, a derived group before it and an idle inspectorate give occasion for."""
    found = applying(opened("gia-lai", "2026@calendar"))
    assert set(found) == {
        "cumulative", "derived", "ranks", "no_mean", "elsewhere", "copied", "given", "unpaid", "idle",
    }  # fmt: skip
    assert "lũy kế từ ngày 01/01/2026 đến ngày thu thập 10/10/2026" in str(found["cumulative"])
    assert "78 giá trị vượt điểm tối đa, 71 giá trị trong thang điểm" in str(found["derived"])
    assert str(found["idle"]).startswith("Có 1 cơ quan, đơn vị không phát sinh hồ sơ")


def test_a_month_of_three_endpoints(opened: Opened) -> None:
    """Phú Thọ, August 2026: no total, so no ranks; taken on a day nobody stated; closed, so not cumulative."""
    found = applying(opened("phu-tho", "2026-08@calendar"))
    assert {"unstated", "elsewhere"} <= set(found)
    assert not {"cumulative", "ranks", "no_mean", "copied", "given", "derived", "idle"} & set(found)


def test_the_country_has_its_own_line(opened: Opened) -> None:
    """The line “Cả nước” is a note of the snapshot of all provinces only."""
    scores = opened("gia-lai", "2026@calendar")
    assert set(applying(scores, "country")) == {"cumulative", "ranks", "country"}
    assert [str(note) for note in scores.country_notes] == [
        str(n) for n in applying(scores, "country").values()
    ]


@pytest.mark.parametrize(
    ("unit", "own"),
    [
        ("thanh-tra-tinh", {"idle", "unpaid"}),
        ("so-dan-toc-va-ton-giao", set()),
        ("xa-canh-lien", set()),
    ],
)
def test_a_unit_is_told_what_is_its_own(opened: Opened, unit: str, own: set[str]) -> None:
    """The inspectorate is idle, an agency and a commune at work are not; words, no counts of others."""
    found = applying(opened("gia-lai", "2026@calendar", unit))
    assert {"idle", "unpaid", "not_fetched", "without_fees"} & set(found) == own
    assert not [f for phrase in found.values() for f in figures(phrase)]


def test_every_number_of_a_note_can_be_read_again(opened: Opened) -> None:
    """The key of each figure gives its value through the readers `hoso verify` uses."""
    scores = opened("gia-lai", "2026@calendar")
    told = [figure for phrase in scores.notes for figure in figures(phrase)]
    assert len(told) >= 4
    assert all(scores.keys.readers[f.key["kind"]](f.key) == f.value for f in told)


def test_without_a_snapshot_there_is_nothing_to_note(opened: Opened) -> None:
    """No capture of March: no note, and no error."""
    assert applying(opened("gia-lai", "2026-03@calendar")) == {}
    assert list(NOTES) == list(dict.fromkeys(NOTES))


def test_a_unit_s_scorecard_is_the_portal_s(opened: Opened) -> None:
    """All 149 units of Gia Lai: the total of the rounded groups is the total printed, to the cent."""
    whole = opened("gia-lai", "2026@calendar")
    units = [unit for level in ("department", "commune") for unit, _ in whole.named_units(level)]
    assert len(units) == 149
    for unit in units[::7]:
        own, printed = Scores(whole.report, whole.keys, unit), whole.unit_figure(unit, "TOTAL")
        assert printed is not None
        assert own.total.value == pytest.approx(printed.value, abs=1e-9)


def test_the_middle_is_a_unit_s_own_score(opened: Opened) -> None:
    """Of 135 communes the 68th; of 14 agencies the lower of the two in the middle: no score is averaged."""
    scores = opened("gia-lai", "2026@calendar")
    for level, place in (("commune", 68), ("department", 8)):
        ordered = sorted(scores.level_scores(level, "TOTAL"), reverse=True)
        assert scores.middle(level, "TOTAL").value == ordered[place - 1]


def test_ranks_among_all_units(opened: Opened) -> None:
    """The best agency is first of 14 and of 149."""
    scores = opened("gia-lai", "2026@calendar")
    ranks = [
        scores.unit_figure("so-van-hoa-the-thao-va-du-lich", "TOTAL", shown) for shown in ("rank", "rank_all")
    ]
    assert [(f.value, f.denominator) for f in ranks if f] == [(1, 14), (1, 149)]


def test_a_zero_that_was_never_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A commune whose total is 6,47 points more than its groups: its zero is no result, and the note counts it."""
    names = ("CKMB", "TDGQ", "ONLINE", "TTTT", "MDSH", "MDHL")
    unit = {
        "departmentName": "UBND xã Số 3", "departmentCode": "H21.3", "childGroup": "COMMUNE", "totalScore": 67.55,
        "ratio": 67.55, "groupScores": dict(zip(names, (11.79, 13.68, 0.0, 6.47, 12.61, 16.53), strict=True)),
    }  # fmt: skip
    about = {
        "province": "UBND tỉnh Gia Lai", "provinceCode": "H21", "runDateStr": "24092026", "timeType": "year", "year": 2026,
        "period": None, "extractedAt": "2026-09-23T22:44:58Z",
    }  # fmt: skip
    take(tmp_path, {"metadata": about, "count": 1, "units": [unit]})
    monkeypatch.setenv("HOSO_STORE", str(tmp_path / "store"))
    found = applying(open_scores(open_report("scorecard", "gia-lai", "2026@calendar")))
    assert str(found["not_fetched"]).startswith(
        "Điểm không của nhóm Cung cấp dịch vụ công trực tuyến tại lần thu thập ngày 24/9/2026 (1 giá trị) là do"
    )
