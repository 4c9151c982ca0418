"""The versions of the scorecard: what they hold, when they hold, and how strictly they are read."""

import tomllib
from copy import deepcopy
from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from hoso.statistics.counts import COUNTS
from hoso.statistics.scorecard import in_force, known_level, scorecard, scorecards
from hoso.statistics.scorecard.definitions import parse
from hoso.vocabulary.errors import UsageError

GROUPS = {"CKMB": 18, "TDGQ": 20, "DVCTT": 12, "TTTT": 10, "MDHL": 18, "MDSH": 22}


@pytest.mark.parametrize("card", scorecards(), ids=lambda card: card.id)
def test_six_groups_of_a_hundred_points(card: Any) -> None:
    """QĐ 766: 18 + 20 + 12 + 10 + 18 + 22 = 100 points, 21 criteria with Vietnamese words and who reports them."""
    assert {group.id: group.max for group in card.groups} == GROUPS
    assert card.max == 100
    assert len(card.criteria) == 21
    assert all(c.title and c.numerator and c.denominator and c.reported_by for c in card.criteria)
    assert "766/QĐ-TTg" in card.legal_basis
    assert "mốc 50" in card.grade_note
    assert "chưa xác nhận" in card.grade_note


def test_versions_by_day() -> None:
    """2022–2025 and 2026 are two versions that follow one another; before 23/6/2022 there is none."""
    assert in_force(date(2022, 12, 31)).id == "qd766-2022"
    assert in_force(date(2025, 12, 31)).id == "qd766-2022"
    assert in_force(date(2026, 1, 1)).id == "qd766-2026"
    assert scorecard().id == in_force(date.today()).id
    with pytest.raises(UsageError, match="23/06/2022"):
        in_force(date(2022, 6, 22))


def test_what_the_versions_differ_in() -> None:
    """Population data are the province's alone in 2022 and everyone's in 2026; certified copies are given away in 2026."""
    old, new = scorecard("qd766-2022"), scorecard("qd766-2026")
    for name in ("CITIZEN_DATA_CONNECTED_DOSSIER", "CITIZEN_DATA_CONNECTED_FORMALITY"):
        assert old.criterion(name).levels == ("province",)
        assert new.criterion(name).levels == ("province", "agency", "commune")
    assert old.criterion("ELECTRONIC_CERTIFIED_COPY").blank == "missing"
    assert new.criterion("ELECTRONIC_CERTIFIED_COPY").blank == "full"
    assert "điểm công bố" in old.note


def test_counts_named_are_counts() -> None:
    """Each pair of counts names a count of dossiers or of procedures."""
    names = {name for card in scorecards() for c in card.criteria for name in c.counts}
    assert {name for name in names if name not in COUNTS and not name.startswith("procedures")} == set()


@pytest.mark.parametrize(
    ("total", "grade"),
    [
        (100, "Xuất sắc"), (90.29, "Xuất sắc"), (90, "Xuất sắc"), (89.99, "Tốt"), (82.89, "Tốt"), (80.21, "Tốt"), (79.99, "Khá"),
        (70, "Khá"), (69.63, "Trung bình"), (50, "Trung bình"), (49.99, "Yếu"), (49.84, "Yếu"), (0, "Yếu"),
    ],
)  # fmt: skip
def test_grades(total: float, grade: str) -> None:
    """The published cases and both sides of each cut-off."""
    assert {card.grade(total) for card in scorecards()} == {grade}


def test_unknown_names_are_told_with_the_known_ones() -> None:
    """A wrong version, level or criterion is a line that names what there is."""
    with pytest.raises(UsageError, match="qd766-2022, qd766-2026"):
        scorecard("qd999")
    with pytest.raises(UsageError, match="province, agency, commune"):
        known_level("district")
    with pytest.raises(UsageError, match="PROCESSED_ON_TIME"):
        scorecard().criterion("PROCESED_ON_TIME")


@pytest.fixture
def document() -> dict[str, Any]:
    text = (files("hoso.statistics") / "scorecards" / "qd766-2026.toml").read_text("utf-8")
    return deepcopy(tomllib.loads(text))


def test_all_faults_are_listed_at_once(document: dict[str, Any]) -> None:
    """Unknown keys, missing keys, wrong words, points that do not add up: one error names every one of them."""
    first, second, third, fourth = document["criterion"][:4]
    first["colour"] = "red"
    del second["title"]
    third["rule"] = "square"
    fourth["max"] = "6"
    document["criterion"][5]["levels"] = ["district"]
    document["criterion"][6]["zero"] = "half"
    document["grade"][0]["at_least"] = 60
    document["groups"] = 6
    with pytest.raises(ValueError, match="qd766-2026") as caught:
        parse(document)
    told = str(caught.value)
    for words in (
        "PUBLISH_ON_TIME: unknown key colour", "PUBLIC_UPDATE_ON_TIME: title is missing", "PUBLIC_CONTENT_FULL: rule = 'square'",
        "DOSSIER_SYNC: max is not a number", "ONLINE_PROVIDED: no level 'district'", "ONLINE_USED: zero = 'half'", "grades fall",
        "CKMB: its criteria have 2 points", "groups is written as [[group]]",
    ):  # fmt: skip
        assert words in told, words


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [("group", "XYZ", "no group XYZ"), ("full_at", 0, "full_at"), ("counts", ["a"], "numerator and a denominator"), ("id", "PUBLISH_ON_TIME", "there twice")],
)  # fmt: skip
def test_a_fault_of_a_criterion(document: dict[str, Any], key: str, value: Any, words: str) -> None:
    """Each fault alone is refused by name."""
    document["criterion"][-1][key] = value
    with pytest.raises(ValueError, match=words):
        parse(document)
