"""Every real score of the portal whose raw counts are known comes out to the cent; every total is the sum of its groups."""

import pytest

from hoso.statistics.ranks import rank
from hoso.statistics.scorecard import Given, Scored, score, scorecard
from hoso.statistics.scorecard.rules import hundredths
from hoso.statistics.scorecard.totals import country, growth_percent
from hoso.vocabulary.errors import InputError
from tests.statistics.scorecard.rows import (
    NAMES,
    NATIONAL_COLUMNS,
    UNIT_COLUMNS,
    groups,
    level,
    number,
    online,
    payment,
    table,
)  # fmt: skip

CARD = scorecard("qd766-2026")
CRITERIA = table("gialai_criteria_20261010.tsv")
UNITS = {day: table(f"gialai_units_{day}.tsv") for day in ("20260924", "20261010")}
NATIONAL = {day: table(f"national_service_results_{day}.tsv") for day in ("20260917", "20261010")}
PAYMENT = [row for row in table("phutho_online_payment_2026-08.tsv") if row["pay_totalScore"]]
PROGRESS = table("phutho_progress_2026-08.tsv")
ONLINE = table("online_parents_all.tsv")


def whole(code: str) -> tuple[list[dict[str, str]], Scored]:
    """A Gia Lai unit's rows and its scorecard: counts, and the printed score of the group that has none."""
    rows = [row for row in CRITERIA if row["code"] == code]
    given = [
        Given(NAMES.get(r["criterion"], r["criterion"]), number(r["numerator"]), number(r["denominator"]))
        for r in rows
        if r["criterion"] != "GROUP_TOTAL"
    ]
    printed = [
        Given("DVCTT", score=number(r["score"]))
        for r in rows
        if (r["block"], r["criterion"]) == ("ONLINE", "GROUP_TOTAL")
    ]
    return rows, score(CARD, level(rows[0]), given + printed)


CODES = list(dict.fromkeys(row["code"] for row in CRITERIA))


def test_the_rows_are_all_there() -> None:
    """The real sample is complete: 125, 2 x 149, 2 x 34, 167, 164 and 11 rows."""
    assert len(CRITERIA) == 125
    assert len(CODES) == 5
    assert {len(rows) for rows in UNITS.values()} == {149}
    assert {len(rows) for rows in NATIONAL.values()} == {34}
    assert (len(PAYMENT), len(PROGRESS), len(ONLINE)) == (167, 164, 11)


@pytest.mark.parametrize("row", PAYMENT, ids=lambda row: f"{row['fixture']}-{row['departmentCode']}")
def test_payment(row: dict[str, str]) -> None:
    """Group 4 of 163 units and four readings of the province: percent rounded first, then points."""
    found = next(g for g in score(CARD, level(row), payment(row)).groups if g.id == "TTTT")
    assert found.score == number(row["pay_totalScore"])


@pytest.mark.parametrize("row", PROGRESS, ids=lambda row: row["code"])
def test_progress(row: dict[str, str]) -> None:
    """Group 2 of 163 units and the province: linear; a unit without dossiers has 0, not null; the ratio is the portal's."""
    counts = Given("PROCESSED_ON_TIME", number(row["on_time"]), number(row["received"]))
    found = next(g for g in score(CARD, level(row), [counts]).groups if g.id == "TDGQ")
    assert found.score == number(row["score"])
    assert found.ratio == pytest.approx(
        number(row["ratio"]), abs=0.03
    )  # the portal's is of the counts, not of the score


@pytest.mark.parametrize(
    "row", ONLINE, ids=lambda row: f"{row['departmentCode']}-{row['period']}-{row['formality_filter']}"
)
def test_online_services(row: dict[str, str]) -> None:
    """Group 3 of 11 readings of two provinces: 80 % threshold, linear, 50 % threshold; the group's ratio too."""
    found = next(g for g in score(CARD, "province", online(row)).groups if g.id == "DVCTT")
    assert found.score == number(row["online_totalScore"])
    assert found.ratio == number(row["online_ratio"])


@pytest.mark.parametrize("code", CODES)
def test_every_criterion_of_five_units(code: str) -> None:
    """Each criterion, each group with its ratio and the total of five units of Gia Lai, from raw counts."""
    rows, scored = whole(code)
    for row in rows:
        if row["criterion"] == "GROUP_TOTAL":
            found = next(g for g in scored.groups if g.id == row["block"].replace("ONLINE", "DVCTT"))
            assert (found.score, found.ratio) == (number(row["score"]), number(row["ratio"])), row
        elif number(row["max_score"]):
            assert scored.criterion(NAMES.get(row["criterion"], row["criterion"])).score == number(
                row["score"]
            ), row
    total = next(number(unit["total"]) for unit in UNITS["20261010"] if unit["code"] == code)
    assert (scored.total, scored.missing) == (total, ())


@pytest.mark.parametrize("row", UNITS["20261010"], ids=lambda row: row["code"])
def test_a_unit_total_is_the_sum_of_its_groups(row: dict[str, str]) -> None:
    """All 149 totals of 10/10/2026, without the dust of binary sums."""
    assert score(CARD, level(row), groups(row, UNIT_COLUMNS)).total == number(row["total"])


@pytest.mark.parametrize("day", NATIONAL)
def test_a_province_total_is_the_sum_of_its_groups(day: str) -> None:
    """34 of 34 totals on both days."""
    assert [score(CARD, "province", groups(r, NATIONAL_COLUMNS)).total for r in NATIONAL[day]] == [
        number(row["total"]) for row in NATIONAL[day]
    ]


def test_the_country_is_the_mean_of_the_axes() -> None:
    """Cả nước of 10/10: 10,46 + 17,56 + 14,72 + 10,24 + 9,61 = 62,59; the mean of the totals would be 62,58."""
    scored = [score(CARD, "province", groups(row, NATIONAL_COLUMNS)) for row in NATIONAL["20261010"]]
    found = country({g.id: g.score or 0 for g in s.groups} for s in scored)
    assert found == {
        "CKMB": 10.46,
        "TDGQ": 17.56,
        "ONLINE_SERVICE": 14.72,
        "MDHL": 10.24,
        "MDSH": 9.61,
        "TOTAL": 62.59,
    }
    totals = [s.points or 0 for s in scored]
    assert hundredths(sum(totals) / len(totals) / 100) == 6258


def test_the_country_of_nobody_is_refused() -> None:
    """There is no mean of no province."""
    with pytest.raises(ValueError, match="no province"):
        country([])


@pytest.mark.parametrize("day", UNITS)
def test_ranks_share_ties_where_the_crawler_does_not(day: str) -> None:
    """Our rank is the best of the crawler's ranks among equal totals, among all units and within agencies and communes."""
    parts = {
        "rank": [UNITS[day]],
        "group_rank": [[r for r in UNITS[day] if r["group"] == g] for g in ("AGENCY", "COMMUNE")],
    }
    for column, lists in parts.items():
        for rows in lists:
            for row, ours in zip(rows, rank([number(row["total"]) for row in rows]), strict=True):
                assert ours == min(int(other[column]) for other in rows if other["total"] == row["total"]), (
                    row
                )


def test_national_ranks() -> None:
    """The portal lists the provinces by total; 1, 2, 2, 4 for equal ones."""
    for rows in NATIONAL.values():
        ranks = rank([number(row["total"]) for row in rows])
        best = {row["total"]: int(row["order"]) for row in reversed(rows)}
        assert ranks == [best[row["total"]] for row in rows]


def test_a_crawled_satisfaction_above_18_is_refused() -> None:
    """On 24/9 the crawler wrote total - other groups as MDHL: 78 of 149 exceed 18 points and are refused as scores."""
    refused = 0
    for row in UNITS["20260924"]:
        try:
            scored = score(CARD, level(row), groups(row, UNIT_COLUMNS))
            assert scored.total == number(row["total"])
        except InputError as error:
            assert "MDHL" in error.what
            refused += 1
    assert refused == 78


def test_growth_is_in_percent_of_the_points_before() -> None:
    """66,23 after +12,5 is 23,26 percent; a fall is negative; from nothing there is no growth."""
    assert growth_percent(66.23, 12.5) == 23.26
    assert growth_percent(50.0, -50.0) == -50.0
    assert growth_percent(12.5, 12.5) is None


def test_the_only_agency_below_the_cap() -> None:
    """Sở Dân tộc Gia Lai: 3,08, 3,51, 3,71 = 12 x 10/39, 12/41, 13/42; the rule at this level is marked as inferred."""
    for top, bottom, printed in ((10, 39, 3.08), (12, 41, 3.51), (13, 42, 3.71)):
        scored = score(CARD, "agency", [Given("ONLINE_USED", 0, 7), Given("ONLINE_DOSSIER", top, bottom)])
        group = next(g for g in scored.groups if g.id == "DVCTT")
        assert (group.score, group.max) == (printed, 12)
        assert "suy ra" in scored.criterion("ONLINE_DOSSIER").notes[0]
