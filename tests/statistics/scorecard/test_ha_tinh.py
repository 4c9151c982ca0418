"""Hà Tĩnh 2022 from the sample: 49,84 points, 3,4/12, 2,4/10, 9,1/22 (dispatch 1138/UBND-NC1), each criterion with its source."""

from pathlib import Path

import pandas as pd
import pytest

from hoso.records.store import Store
from hoso.statistics import entered
from hoso.statistics.data import Data
from hoso.statistics.scorecard import Scored
from hoso.statistics.scorecard.places import of_province, of_unit
from hoso.vocabulary.errors import UsageError
from hoso.vocabulary.periods import Period
from hoso.vocabulary.places import find_province
from hoso.vocabulary.workbook import Workbook

PERIOD = Period.parse("2022@calendar")
PLACE = find_province("ha-tinh", "63")
ENTERED = entered.read(Workbook.find().reference / entered.FILE)


@pytest.fixture(scope="module")
def data(whole_sample: Path) -> Data:
    """The exports of Hà Tĩnh at full size."""
    return Data(Store.open(whole_sample / "store"), PLACE)


@pytest.fixture(scope="module")
def scored(data: Data) -> Scored:
    return of_province(data, PERIOD, ENTERED)


def test_the_dispatch(scored: Scored) -> None:
    """49,84 in all; 3,4/12 online, 2,4/10 payment, 9,1/22 digitised; the other three together 34,94 of 56; grade Yếu."""
    groups = {group.id: (group.score, group.max) for group in scored.groups}
    assert (scored.total, scored.missing, scored.grade, scored.card.id) == (49.84, (), "Yếu", "qd766-2022")
    assert (groups["DVCTT"], groups["TTTT"], groups["MDSH"]) == ((3.4, 12), (2.4, 10), (9.1, 22))
    rest = [groups[name] for name in ("CKMB", "TDGQ", "MDHL")]
    assert (round(sum(points or 0 for points, _ in rest), 2), sum(most for _, most in rest)) == (34.94, 56)


def test_each_criterion_says_where_it_is_from(scored: Scored) -> None:
    """Dossiers and catalogue where they suffice, entered counts elsewhere; all of it synthetic and marked so."""
    typed = {c.id for c in scored.criteria if not (c.given.source or "").startswith("Dữ liệu hồ sơ (facts@")}
    assert typed == set(ENTERED["criterion"])
    assert {c.basis for c in scored.criteria} == {"counts"}
    assert scored.synthetic
    assert scored.criterion("REUSED_DIGITIZED_DATA").score == 0.0  # nothing reused: measured, not missing
    assert scored.criterion("ELECTRONIC_CERTIFIED_COPY").score == 0.5


def test_without_entered_counts_they_are_missing(data: Data) -> None:
    """What nobody entered is missing, not 0, and the total waits for its grade."""
    found = of_province(data, PERIOD, ENTERED.iloc[:0])
    assert set(found.missing) == set(ENTERED["criterion"])
    assert found.groups[0].score is None
    assert found.grade is None


def test_a_snapshot_fills_what_is_left(data: Data) -> None:
    """A portal snapshot stands behind dossiers and entered counts: its counts, then its printed scores, by criterion and group."""
    rows = [("CKMB", None, None, None, 9.0), ("CKMB", "PUBLISH_ON_TIME", 1.0, 4.0, 1.5), ("TDGQ", None, None, None, 5.0),
            ("MDHL", "PETITION_PROCESSING_ON_TIME", None, None, 3.25), ("TOTAL", None, None, None, 40.0)]  # fmt: skip
    snapshot = pd.DataFrame(rows, columns=["group", "criterion", "numerator", "denominator", "score"])
    snapshot["captured_on"] = pd.Timestamp(2023, 1, 2).date()
    found = of_province(data, PERIOD, ENTERED.iloc[:0], snapshot)
    groups = {group.id: group for group in found.groups}
    assert (groups["CKMB"].score, groups["CKMB"].basis) == (9.0, "printed")
    assert found.criterion("PUBLISH_ON_TIME").score == 1.5
    assert groups["TDGQ"].basis == "counts"
    assert found.criterion("PETITION_PROCESSING_ON_TIME").basis == "printed"
    assert "02/01/2023" in (found.criterion("PETITION_PROCESSING_ON_TIME").given.source or "")


def test_a_department(data: Data) -> None:
    """An agency: its own dossiers, the province's publication of procedures, nothing from procedure lists it has not."""
    found = of_unit(data, PERIOD, "so-tu-phap", ENTERED)
    assert found.level == "agency"
    assert found.criterion("PUBLISH_ON_TIME").score == 1.2
    assert found.criterion("DOSSIER_SYNC").basis == "missing"
    assert found.criterion("PROCESSED_ON_TIME").basis == "counts"
    assert found.criterion("ONLINE_USED").basis == "missing"
    assert found.criterion("PAYMENT_FORMALITY_USED").basis == "missing"


@pytest.mark.parametrize(
    ("unit", "words"), [("thanh-pho-ha-tinh", "cấp huyện"), ("so-khong-co", "không có đơn vị")]
)
def test_units_without_a_scorecard(data: Data, unit: str, words: str) -> None:
    """Districts have no published table of points; an unknown unit is named."""
    with pytest.raises(UsageError, match=words):
        of_unit(data, PERIOD, unit, ENTERED)
