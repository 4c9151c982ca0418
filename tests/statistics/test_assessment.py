"""The assessment: each result against its target, its past and its level; missing stays missing."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoso.statistics.assessment import COLUMNS, Clock, assess, assessed
from hoso.statistics.results import COLUMNS as RESULTS
from hoso.statistics.results import results
from hoso.statistics.targets import Target
from hoso.statistics.verdicts import (
    LIGHTS,
    STANDINGS,
    VERDICTS,
    below,
    deadline_text,
    lacking_text,
    light,
    tally,
    verdict,
)
from hoso.vocabulary.calendar import working_days_between
from hoso.vocabulary.errors import InputError
from hoso.vocabulary.periods import Period
from tests.stores import data as open_data
from tests.stores import load

PERIOD = Period.parse("2023-01-01..2023-11-15")
END = PERIOD.end
HALF = Target(
    "half", "63", "kon-tum", (), None, "online_rate", "resolved", Fraction(1, 2), "above", date(2023, 1, 1),
    date(2023, 12, 31), date(2023, 12, 25), None, "Quyết định số 17/QĐ-UBQGCĐS", date(2023, 4, 4), "",
)  # fmt: skip


def row(
    top: Any, bottom: Any, unit: str | None = "so-y-te", level: str | None = "department", **change: Any
) -> dict[str, Any]:
    value = top / bottom if bottom else math.nan
    return dict.fromkeys(RESULTS) | {
        "indicator": "online_rate", "variant": "resolved", "province": "kon-tum", "unit": unit, "level": level,
        "period": PERIOD.id, "numerator": top, "denominator": bottom, "value": value, "source": "facts@1",
    } | change  # fmt: skip


def table(*rows: dict[str, Any], period: Period = PERIOD) -> pd.DataFrame:
    return pd.DataFrame([r | {"period": period.id} for r in rows], columns=list(RESULTS))


def one(*rows: dict[str, Any], targets: Sequence[Target] = (HALF,), **more: Any) -> dict[str, Any]:
    """The first row of an assessment."""
    arguments: dict[str, Any] = {"period": PERIOD, "data_date": END} | more
    found = assess(table(*rows), targets, **arguments)
    assert list(found.columns) == list(COLUMNS)
    return {str(name): value for name, value in found.iloc[0].items()}


# numerator/denominator against "above 50%": met, lacking held, lacking growing
DRAWN = """
51/100 | yes | 0  | 0
50/100 | no  | 1  | 1
49/100 | no  | 2  | 3
 0/100 | no  | 51 | 101
 1/3   | no  | 1  | 2
 0/1   | no  | 1  | 2
 2/3   | yes | 0  | 0
 0/0   | -   | -  | -
""".strip().splitlines()


@pytest.mark.parametrize("line", DRAWN)
def test_a_rate_against_above_half(line: str) -> None:
    """Met by the exact fraction; lacking dossiers of these, and where further ones also count below the line."""
    share, met, held, growing = (cell.strip() for cell in line.split("|"))
    top, bottom = map(int, share.split("/"))
    found = one(row(top, bottom))
    assert found["met"] is {"yes": True, "no": False, "-": None}[met]
    assert [found["lacking"], found["lacking_growing"]] == [
        None if n == "-" else int(n) for n in (held, growing)
    ]
    if bottom:
        assert found["gap_rate"] == pytest.approx(top / bottom - 0.5)
    else:
        assert math.isnan(found["gap_rate"])
        assert verdict(found) == "no_data"


def test_what_a_target_brings_along() -> None:
    """Its ground as an office cites it, its deadline, and the head of the unit; the target's own head goes first."""
    heads = {("department", "so-y-te"): "Giám đốc Sở Y tế", ("department", None): "Giám đốc các sở"}
    found = one(row(1, 100), heads=heads)
    assert found["legal_basis"] == "Quyết định số 17/QĐ-UBQGCĐS ngày 04/4/2023"
    assert (found["head"], found["deadline"], found["target"]) == (
        "Giám đốc Sở Y tế",
        date(2023, 12, 25),
        0.5,
    )
    own = replace(HALF, head="Chánh Văn phòng UBND tỉnh")
    assert one(row(1, 100), targets=[own], heads=heads)["head"] == "Chánh Văn phòng UBND tỉnh"
    assert one(row(1, 100, unit=None), heads=heads)["head"] == "Giám đốc các sở"


def test_the_working_days_to_the_deadline() -> None:
    """From the day the figures stand at, or from today: the deadline day is one of them, weekends are none."""
    found = one(row(0, 100))
    assert found["working_days_left"] == 28
    assert found["per_working_day"] == 2  # 51 in 28 days
    assert found["per_working_day_growing"] == 4  # 101 in 28 days
    assert deadline_text(found) == "còn 28 ngày làm việc đến thời hạn 25/12/2023"
    later = one(row(0, 100), today=date(2023, 12, 21))
    assert (later["working_days_left"], later["per_working_day"]) == (2, 26)
    assert deadline_text(later) == "còn 02 ngày làm việc đến thời hạn 25/12/2023"


def test_a_deadline_that_has_passed_asks_for_nothing_more_a_day() -> None:
    """The number lacking stays, the number per working day is gone, and the words say the deadline is over."""
    found = one(row(0, 100), today=date(2023, 12, 26))
    assert (found["lacking"], found["working_days_left"], found["per_working_day"]) == (51, None, None)
    assert deadline_text(found) == "đã hết thời hạn 25/12/2023"
    last = one(row(0, 100), today=date(2023, 12, 25))
    assert (last["working_days_left"], last["per_working_day"]) == (0, None)
    assert deadline_text(one(row(0, 100), targets=[])) == ""


def test_figures_are_provisional_until_the_data_reach_the_last_working_day() -> None:
    """The period ends on a Wednesday: the day before is provisional; of one that ends on a Sunday, Friday is enough."""
    assert one(row(1, 2), data_date=date(2023, 11, 14))["standing"] == "provisional"
    assert one(row(1, 2))["standing"] == "closed"
    sunday = Period.parse("2023-11-01..2023-11-19")
    assert one(row(1, 2), period=sunday, data_date=date(2023, 11, 17))["standing"] == "closed"
    assert one(row(1, 2), period=sunday, data_date=date(2023, 11, 16))["standing"] == "provisional"
    assert one(row(0, 100), data_date=date(2023, 11, 14))["working_days_left"] == 29
    assert set(STANDINGS) == {"provisional", "closed"}


def test_the_change_since_the_period_before_and_the_year_before() -> None:
    """Exact differences of rates, unit by unit; one has no dossiers in the past, so it has no change."""
    before = table(row(25, 100), row(0, 0, "so-tu-phap"), period=PERIOD.previous())
    year_ago = table(row(3, 4), period=PERIOD.year_ago())
    found = assess(table(row(1, 2), row(1, 2, "so-tu-phap")), [], PERIOD, END, before, year_ago)
    assert found.loc[0, "previous"] == 0.25
    assert found.loc[0, "previous_change"] == 0.25
    assert found.loc[0, "year_ago_change"] == -0.25
    assert found.loc[1, ["previous", "previous_change", "year_ago"]].isna().all()


def test_there_is_no_past_across_the_eras_or_without_dossiers() -> None:
    """The units of 2024 are not those of 2025, and no table is no past."""
    now = Period.parse("2025-Q3@calendar")
    unit = row(1, 2, "xa-x", "commune")
    assert math.isnan(
        assess(table(unit, period=now), [], now, now.end, None, table(unit, period=now.year_ago())).loc[
            0, "year_ago"
        ]
    )
    count = row(7, None, indicator="received", variant=None, value=7.0)
    zero = table(count | {"numerator": 0, "value": 0.0}, period=PERIOD.year_ago())
    assert one(count, year_ago=zero)["year_ago_change"] == 7  # zero is a number like any other
    assert math.isnan(one(count, year_ago=zero.head(0))["year_ago"])
    assert one(count, year_ago=table(count, period=PERIOD.year_ago()))["year_ago_change"] == 0


def test_ranks_within_a_level() -> None:
    """1, 2, 2, 4 among the departments; nine dossiers are shown and not ranked; a district alone has no rank."""
    shares = [(9, 10), (1, 2), (10, 20), (1, 10), (9, 9), (0, 0)]
    rows = [row(top, bottom, f"so-{i}") for i, (top, bottom) in enumerate(shares)]
    rows[1] |= {"numerator": 50, "denominator": 100}
    found = assess(table(*rows, row(50, 100, "huyen-a", "district")), [HALF], PERIOD, END)
    assert list(found["rank"]) == [1, 2, 2, 4, None, None, None]
    assert list(found["of"]) == [4] * 6 + [None]
    assert list(found["ranked"]) == [True] * 4 + [False] * 3
    assert found["met"].tolist()[4:6] == [True, None]


def test_provinces_are_ranked_among_themselves() -> None:
    """A table of several provinces ranks them; a level's own row, alone in its table, has no rank."""
    rows = [row(n, 100, None, None, province=f"p{n}") for n in (20, 40, 40)]
    found = assess(table(*rows, row(99, 100, None, "commune")), [], PERIOD, END)
    assert found["rank"].tolist() == [3, 1, 1, None]


def test_what_is_lacking_in_words() -> None:
    """ "còn thiếu" what should be more, "vượt" what should be less, nothing where nothing is lacking or known."""
    assert lacking_text(one(row(0, 2466)), "hồ sơ trực tuyến") == "còn thiếu 1.234 hồ sơ trực tuyến"
    few = replace(HALF, comparison="at_most", value=Fraction(1, 20))
    assert lacking_text(one(row(8, 100), targets=[few])) == "vượt 3 hồ sơ"
    assert lacking_text(one(row(51, 100))) == lacking_text(one(row(0, 0))) == ""


def test_where_less_is_better_the_least_is_first() -> None:
    """A target of at most 5% late turns the order round, and lacking tells how many are too many."""
    few = replace(HALF, comparison="at_most", value=Fraction(1, 20))
    found = assess(table(row(1, 100, "so-a"), row(5, 100, "so-b"), row(8, 100, "so-c")), [few], PERIOD, END)
    assert list(found["rank"]) == [1, 2, 3]
    assert found["met"].tolist() == [True, True, False]
    assert found["lacking"].tolist() == [0, 0, 3]
    assert found["lacking_growing"].tolist() == [0, 0, 60]
    assert set(found["direction"]) == {"down"}


def test_counts_are_ranked_only_where_a_direction_is_known() -> None:
    """More dossiers received are neither better nor worse; fewer overdue ones are better."""
    received = [row(n, None, f"so-{n}", indicator="received", variant=None, value=float(n)) for n in (30, 20)]
    assert assess(table(*received), [], PERIOD, END)["rank"].tolist() == [None, None]
    overdue = [r | {"indicator": "overdue"} for r in received]
    none = replace(HALF, indicator="overdue", variant=None, value=Fraction(0), comparison="at_most")
    found = assess(table(*overdue), [none], PERIOD, END)
    assert found["rank"].tolist() == [2, 1]
    assert found["lacking"].tolist() == [30, 20]
    assert found["gap_rate"].tolist() == [30.0, 20.0]


def test_a_published_score_is_no_fraction_of_dossiers() -> None:
    """82,89 of 100 points are 82,89: against a target of 80 the gap is 2,89 points and no dossier is lacking."""
    eighty = replace(
        HALF, indicator="score_766", variant="published", value=Fraction(80), comparison="at_least"
    )
    score = row(82.89, 100.0, None, None, indicator="score_766", variant="published", value=82.89)
    found = one(score, targets=[eighty])
    assert (found["met"], found["lacking"]) == (True, None)
    assert found["gap_rate"] == pytest.approx(2.89)


def test_what_nobody_measured_is_told() -> None:
    """Certified copies: a row for each commune and no department, without numbers, until someone enters them."""
    copies = replace(
        HALF, indicator="ELECTRONIC_CERTIFIED_COPY", variant="entered", levels=("commune",), value=Fraction(1),
        comparison="at_least",
    )  # fmt: skip
    rows = [row(9, 10, "xa-a", "commune"), row(9, 10, "xa-b", "commune"), row(9, 10)]
    found = assess(table(*rows), [copies], PERIOD, END)
    blank = found[found["indicator"] == "ELECTRONIC_CERTIFIED_COPY"]
    assert blank["unit"].tolist() == ["xa-a", "xa-b"]
    assert [VERDICTS[verdict(r)] for _, r in blank.iterrows()] == ["Chưa có số liệu"] * 2
    assert blank[["value", "gap_rate"]].isna().all(axis=None)
    assert blank["lacking"].tolist() == [None, None]
    entered = row(1, 1, "xa-a", "commune", indicator="ELECTRONIC_CERTIFIED_COPY", variant="entered")
    found = assess(table(*rows, entered), [copies], PERIOD, END)
    assert tally(found, "ELECTRONIC_CERTIFIED_COPY").to_dict("records") == [
        {"level": "commune", "met": 1, "not_met": 0, "near": 0, "far": 0, "no_data": 1, "of": 2}
    ]


def test_targets_are_for_units_and_not_for_parts_of_their_dossiers() -> None:
    """A field of a level has its rate and no target of its own."""
    found = assess(table(row(1, 100, None, field="Hộ tịch"), row(1, 100, None)), [HALF], PERIOD, END)
    assert [verdict(r) for _, r in found.iterrows()] == ["no_target", "not_met"]
    assert len(found) == 2


def test_who_is_below_and_by_how_many() -> None:
    """Those who lack most come first; at the same number the lower rate; the tally counts the rest."""
    rows = [
        row(10, 100, "a"),
        row(1, 3, "b"),
        row(0, 1, "c"),
        row(60, 100, "d"),
        row(0, 0, "e"),
        row(3, 80, "f", "district"),
    ]
    found = assess(table(*rows, row(74, 284, None, None)), [HALF], PERIOD, END)
    assert below(found, "online_rate", "resolved")["unit"].tolist() == ["a", "f", "c", "b"]
    assert tally(found, "online_rate", "resolved").to_dict("records") == [
        {"level": "department", "met": 1, "not_met": 3, "near": 0, "far": 3, "no_data": 1, "of": 5},
        {"level": "district", "met": 0, "not_met": 1, "near": 0, "far": 1, "no_data": 0, "of": 1},
    ]


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)).map(sorted), min_size=1, max_size=12),
    st.fractions(0, 1, max_denominator=12),
    st.sampled_from(["at_least", "above"]),
    st.dates(date(2023, 11, 15), date(2024, 1, 5)),
)
def test_what_a_day_has_to_bring_is_enough_and_no_more(
    shares: list[list[int]], value: Fraction, comparison: Any, today: date
) -> None:
    """That many on each working day left reach what is lacking, one a day less does not; the tally covers every unit."""
    target = replace(HALF, value=value, comparison=comparison)
    rows = [row(top, bottom, f"so-{i}") for i, (top, bottom) in enumerate(shares)]
    found = assess(table(*rows), [target], PERIOD, END, today=today)
    days = working_days_between(today, date(2023, 12, 25)) if today <= date(2023, 12, 25) else None
    for _, r in found.iterrows():
        assert r["working_days_left"] == days
        for lacking, pace in (("lacking", "per_working_day"), ("lacking_growing", "per_working_day_growing")):
            if r[lacking] and days:
                assert r[pace] * days >= r[lacking] > (r[pace] - 1) * days
            else:
                assert r[pace] == (0 if r[lacking] == 0 else None)
    counts = tally(found, "online_rate", "resolved").iloc[0]
    assert counts["met"] + counts["not_met"] + counts["no_data"] == counts["of"] == len(shares)
    assert found[["numerator", "denominator"]].sum().tolist() == [
        sum(s[0] for s in shares),
        sum(s[1] for s in shares),
    ]


def test_the_same_by_unit_level_and_province_from_a_store(tmp_path: Path) -> None:
    """Straight from the data: nothing of the results is changed, numerators add up, and the year before has its numbers."""
    load(tmp_path, [
        {"id": f"H22-{year}-{i}", "received": f"0{1 + i % 9}/02/{year} 08:00", "finished": f"10/02/{year} 09:00",
         "channel": "Trực tuyến" if i < online else "Trực tiếp", "unit": ("Sở Y tế", "UBND huyện Đồng Văn")[i % 2]}
        for year, online in ((2022, 0), (2023, 4), (2024, 15)) for i in range(30)
    ])  # fmt: skip
    period = Period.parse("2024-02@calendar")
    data = open_data(tmp_path)
    target = replace(HALF, province="ha-giang", valid_from=date(2024, 1, 1), valid_to=None, deadline=None)
    sums = {}
    for by in ("unit", "level", "province"):
        found = assessed(data, [target], period, by)
        plain = results(data, period, by)
        assert found.loc[: len(plain) - 1, ["indicator", "unit", "level"]].equals(
            plain[["indicator", "unit", "level"]]
            .astype("object")
            .where(plain[["indicator", "unit", "level"]].notna(), None)
        )
        rate = found[(found["indicator"] == "online_rate") & (found["variant"] == "resolved")]
        sums[by] = (rate["numerator"].sum(), rate["denominator"].sum())
        if by == "province":
            whole = rate.iloc[0]
    assert sums == {"unit": (15, 30), "level": (15, 30), "province": (15, 30)}
    assert (whole["met"], whole["lacking"], whole["year_ago"]) == (False, 1, pytest.approx(4 / 30))
    assert math.isnan(whole["previous"])
    assert whole["standing"] == "provisional"
    with pytest.raises(InputError, match="xa-la"):
        assessed(data, [replace(target, unit="xa-la")], period)
    first = assessed(data, [], Period.parse("2022-02@calendar"), "province")
    assert first[["previous", "year_ago"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("data_date", "today", "expected"),
    [
        ("2024-06-28", None, "closed"),  # Friday, the last working day of a month that ends on a Sunday
        ("2024-06-28", "2024-06-28", "provisional"),
        ("2024-06-28", "2024-06-30", "provisional"),
        ("2024-06-28", "2024-07-01", "closed"),
        ("2024-06-27", "2024-07-01", "provisional"),
    ],
)
def test_figures_are_closed_only_after_the_end(data_date: str, today: str | None, expected: str) -> None:
    """The data reach the last working day, and the period has ended on the day they are looked at."""
    days = date.fromisoformat(data_date), date.fromisoformat(today) if today else None
    assert Clock(Period.parse("2024-06@calendar"), *days).standing == expected
    taken = Clock(Period.parse("2024-06@calendar"), days[0], taken_on=days[1])
    assert taken.standing == expected


# numerator/denominator, target, comparison → light; near is short of the target by a tenth of it at most
LIT = """
90/100  | 1    | at_least | near
89/100  | 1    | at_least | far
100/100 | 1    | at_least | met
899/1000| 1    | at_least | far
45/100  | 0.5  | above    | near
44/100  | 0.5  | above    | far
50/100  | 0.5  | above    | near
51/100  | 0.5  | above    | met
11/100  | 0.1  | at_most  | near
12/100  | 0.1  | at_most  | far
10/100  | 0.1  | at_most  | met
0/0     | 1    | at_least | no_data
""".strip().splitlines()


@pytest.mark.parametrize("line", LIT)
def test_a_target_missed_is_near_or_far(line: str) -> None:
    """By the exact fraction, and the target itself agrees with the assessed row."""
    share, value, comparison, wanted = (cell.strip() for cell in line.split("|"))
    top, bottom = map(int, share.split("/"))
    target = replace(HALF, value=Fraction(value), comparison=comparison)
    found = one(row(top, bottom), targets=[target])
    assert light(found) == wanted
    if bottom:
        assert target.near(Fraction(top, bottom)) == (wanted == "near")
    assert light(one(row(top, bottom), targets=[])) == "no_target"


def test_the_lights_differ_by_shape() -> None:
    """In black and white four shapes: met, near, far and unknown."""
    assert [LIGHTS[name][0] for name in ("met", "near", "far", "no_data")] == list("●▲■○")
