"""From what is given to points: counts, printed scores, constants, and what is missing."""

import math
from functools import reduce
from operator import add

import pytest

from hoso.statistics.scorecard import Given, score, scorecard
from hoso.vocabulary.errors import InputError

CARD, OLD = scorecard("qd766-2026"), scorecard("qd766-2022")
CERTIFIED = "ELECTRONIC_CERTIFIED_COPY"


@pytest.mark.parametrize(
    # given                                              | version, level       | basis, score, lost
    ("given", "card", "level", "expected"),
    [
        (Given("PROCESSED_ON_TIME", 653, 654), CARD, "agency", ("counts", 19.97, 0.03)),
        (Given("PROCESSED_ON_TIME", 0, 10), CARD, "agency", ("counts", 0.0, 20.0)),
        (Given("PROCESSED_ON_TIME", None, None), CARD, "agency", ("missing", None, None)),
        (Given("PROCESSED_ON_TIME", None, None, 19.9), CARD, "agency", ("printed", 19.9, 0.1)),
        (Given("PROCESSED_ON_TIME", 653, 654, 19.9), CARD, "agency", ("counts", 19.97, 0.03)),
        (Given("DOSSIER_SYNC", 0, 0), CARD, "agency", ("counts", None, 6.0)),
        (Given(CERTIFIED), CARD, "commune", ("constant", 2.0, 0.0)),
        (Given(CERTIFIED, 54, 216), CARD, "province", ("counts", 0.5, 1.5)),
        (Given(CERTIFIED), OLD, "province", ("missing", None, None)),
        (Given(CERTIFIED, 54, 216), OLD, "province", ("counts", 0.5, 1.5)),
        (Given("ONLINE_PROVIDED", 9, 10), CARD, "province", ("counts", 2.0, 0.0)),
        (Given("ONLINE_PROVIDED", 9, 10), CARD, "agency", ("constant", 0.0, 2.0)),
        (Given("ONLINE_PROVIDED", 60, 56), CARD, "province", ("counts", 2.0, 0.0)),
        (Given("CITIZEN_DATA_CONNECTED_DOSSIER", 5, 10), OLD, "commune", ("constant", 0.0, 2.0)),
        (Given("CITIZEN_DATA_CONNECTED_DOSSIER", 5, 10), CARD, "commune", ("counts", 1.0, 1.0)),
    ],
)  # fmt: skip
def test_a_criterion(given: Given, card: object, level: str, expected: tuple[object, ...]) -> None:
    """Counts before printed scores before constants; null counts score null and add 0; nothing given is missing."""
    found = score(card, level, [given]).criterion(given.criterion)  # type: ignore[arg-type]
    assert (found.basis, found.score, found.lost) == expected


def test_nothing_given_is_nothing_scored() -> None:
    """Without a row every group and the total are null, every criterion is missing, and there is no grade."""
    scored = score(CARD, "province", [])
    assert {g.score for g in scored.groups} == {None}
    assert (scored.total, scored.grade, len(scored.missing)) == (None, None, 21)
    assert score(CARD, "commune", []).total is None  # a criterion not measured there does not make a group


def test_missing_adds_nothing_and_is_told() -> None:
    """A group half given is the sum of what is there; it has no ratio; what is unknown is not among the losses."""
    scored = score(CARD, "province", [Given("PAYMENT_DOSSIER", 1, 2), Given("PAYMENT_FORMALITY_USED")])
    group = next(g for g in scored.groups if g.id == "TTTT")
    assert (group.score, group.lost, group.ratio, group.max) == (3.0, 3.0, None, 10)
    assert group.missing == ("PAYMENT_FORMALITY_USED", "PAYMENT_FORMALITY_PROVIDED")
    assert scored.total == 3.0


def test_a_printed_group_stands_for_its_missing_criteria() -> None:
    """A group whose counts are not all there takes its printed score, and says so; a full one is computed."""
    counted = [Given("ONLINE_USED", 2, 7), Given("ONLINE_DOSSIER", 1, 2)]
    scored = score(CARD, "agency", [*counted, Given("DVCTT", score=6.72)])
    group = next(g for g in scored.groups if g.id == "DVCTT")
    assert (group.basis, group.score) == ("counts", 7.14)
    assert "6,72" in group.notes[0]
    partly = score(CARD, "agency", [counted[0], Given("DVCTT", score=6.72)])
    group = next(g for g in partly.groups if g.id == "DVCTT")
    assert (group.basis, group.score, group.lost, group.ratio) == ("printed", 6.72, 5.28, 56.0)
    assert "điểm công bố" in group.notes[0]
    assert not {"ONLINE_USED", "ONLINE_DOSSIER"} & set(partly.missing)


def test_a_group_says_what_it_stands_on() -> None:
    """Counts, printed scores, both, a constant, or nothing."""
    rows = [Given("PAYMENT_DOSSIER", 1, 2), Given("PAYMENT_FORMALITY_USED", score=1.5), Given("TDGQ", score=18),
            Given("PETITION_PROCESSING_ON_TIME", score=3), Given("DOSSIER_SYNC", 1, 2), Given(CERTIFIED)]  # fmt: skip
    stands = {group.id: group.stands_on for group in score(CARD, "province", rows).groups}
    assert stands == {
        "CKMB": "counts", "TDGQ": "printed", "DVCTT": "missing", "TTTT": "mixed", "MDHL": "printed", "MDSH": "constant",
    }  # fmt: skip


def test_counts_that_contradict_the_printed_score_say_so() -> None:
    """The computed score counts, the printed one is told beside it."""
    found = score(CARD, "province", [Given("PROCESSED_ON_TIME", 653, 654, 19.9)]).criterion(
        "PROCESSED_ON_TIME"
    )
    assert "19,90" in found.notes[0]
    assert "19,97" in found.notes[0]
    same = score(CARD, "province", [Given("PROCESSED_ON_TIME", 653, 654, 19.97)]).criterion(
        "PROCESSED_ON_TIME"
    )
    assert same.notes == ()


def test_the_grade_waits_for_what_is_missing() -> None:
    """A grade is given only when what is missing cannot change it."""
    full = [Given(c.id, 100, 100) for c in CARD.criteria]
    assert score(CARD, "province", full).grade == "Xuất sắc"
    assert score(CARD, "province", full[:-1]).grade == "Xuất sắc"  # 98 of 100 with 2 open
    lacking = score(CARD, "province", [g for g in full if g.criterion != "PROCESSED_ON_TIME"])
    assert (lacking.grade, lacking.grades) == (None, ("Tốt", "Xuất sắc"))


def test_sums_have_no_dust() -> None:
    """11,46 + 17,69 + 8,84 + 6,42 + 14,67 + 9,72 is 68,8 and not 68,80000000000001 (Đồng Tháp, 10/10/2026)."""
    parts = {"CKMB": 11.46, "TDGQ": 17.69, "DVCTT": 8.84, "TTTT": 6.42, "MDHL": 14.67, "MDSH": 9.72}
    assert repr(reduce(add, parts.values())) == "68.80000000000001"
    assert (
        repr(score(CARD, "province", [Given(name, score=value) for name, value in parts.items()]).total)
        == "68.8"
    )


def test_losses_are_sorted_by_what_would_win_most() -> None:
    """The greatest loss first; what nobody at this level can win comes last."""
    given = [
        Given("PROCESSED_ON_TIME", 1, 2),
        Given("PAYMENT_DOSSIER", 9, 10),
        Given("DOSSIER_SYNC", 1, 2),
        Given("ONLINE_USED", 7, 7),
    ]
    assert [(c.id, c.lost) for c in score(CARD, "agency", given).lost()] == [
        ("PROCESSED_ON_TIME", 10.0), ("DOSSIER_SYNC", 3.0), ("PAYMENT_DOSSIER", 0.6), ("ONLINE_PROVIDED", 2.0),
    ]  # fmt: skip


def test_display_metrics_are_not_scored() -> None:
    """The portal's two classification metrics are taken and left out."""
    scored = score(
        CARD,
        "commune",
        [Given("PETITION_CLASSIFICATION_TTHC", 0, 0), Given("PETITION_PROCESSING_ON_TIME", 0, 0)],
    )
    assert scored.total == 6.0


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([Given("PROCESED_ON_TIME", 1, 2)], "PROCESSED_ON_TIME"),
        ([Given("DOSSIER_SYNC", 1, 2), Given("DOSSIER_SYNC", 1, 2)], "hai dòng"),
        ([Given("DOSSIER_SYNC", 3, 2)], "lớn hơn mẫu số"),
        ([Given("DOSSIER_SYNC", -1, 2)], "-1/2"),
        ([Given("DOSSIER_SYNC", math.nan, 2)], "nan/2"),
        ([Given("DOSSIER_SYNC", 1, None)], "chỉ có tử số"),
        ([Given("DOSSIER_SYNC", None, 1)], "chỉ có mẫu số"),
        ([Given("DOSSIER_SYNC", score=6.01)], "từ 0 đến 6"),
        ([Given("MDHL", score=18.1)], "từ 0 đến 18"),
        ([Given("MDHL", 1, 2)], "là nhóm"),
    ],
)
def test_what_cannot_be_is_refused(rows: list[Given], words: str) -> None:
    """One line each: what, and what was expected."""
    with pytest.raises(InputError) as caught:
        score(CARD, "province", rows)
    assert words in str(caught.value)
