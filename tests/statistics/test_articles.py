"""The articles' figures against their targets, unit by unit, from the synthetic exports through the real import.

Of Tuyên Quang the source gives targets and no figures.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from hoso.records.store import Store
from hoso.statistics import assessment, entered, heads, targets
from hoso.statistics.data import Data
from hoso.statistics.verdicts import VERDICTS, below, deadline_text, tally, verdict
from hoso.vocabulary.numbers import decimal, percent
from hoso.vocabulary.periods import Period
from hoso.vocabulary.places import find_province

REFERENCE = Path(__file__).parents[2] / "data" / "reference"
TARGETS = targets.read(REFERENCE / "targets.csv")
CITED = {
    "authenticated_rate": "766", "sync_rate": "766", "electronic_result_rate": "766", "ELECTRONIC_CERTIFIED_COPY": "entered",
}  # fmt: skip
Judge = Callable[..., pd.DataFrame]


@pytest.fixture(scope="module")
def judge(whole_sample: Path) -> Judge:
    """Assesses a province and period by province or unit, with the shipped targets and heads."""
    store = Store.open(whole_sample / "store")

    def judged(slug: str, period: str, by: assessment.By = "unit", **more: pd.DataFrame) -> pd.DataFrame:
        data, chosen = Data(store, find_province(slug, "63")), Period.parse(period)
        titles = heads.titles(heads.read(REFERENCE / "heads.csv"), data.province, data.units, chosen.end)
        wanted = {t.indicator for t in TARGETS if t.province == slug}
        return assessment.assessed(data, TARGETS, chosen, by, titles, indicators=wanted, **more)

    return judged


def of(assessed: pd.DataFrame, indicator: str, variant: str) -> pd.DataFrame:
    chosen = (assessed["indicator"] == indicator) & (assessed["variant"] == variant)
    return assessed[chosen].reset_index(drop=True)


def test_kon_tum_counts_who_is_above_half(judge: Judge) -> None:
    """10/17, 4/10 and 06/102 are above 50%, and so 7, 6 and 96 are not; each of these lacks at least one dossier."""
    found = judge("kon-tum", "2023-01-01..2023-11-15")
    counts = tally(found, "online_rate", "resolved").set_index("level")
    assert counts[["met", "not_met", "no_data", "of"]].to_dict("index") == {
        "department": {"met": 10, "not_met": 7, "no_data": 0, "of": 17},
        "district": {"met": 4, "not_met": 6, "no_data": 0, "of": 10},
        "commune": {"met": 6, "not_met": 96, "no_data": 0, "of": 102},
    }
    short = below(found, "online_rate", "resolved")
    assert short["level"].value_counts().to_dict() == {"commune": 96, "department": 7, "district": 6}
    assert short["lacking"].is_monotonic_decreasing
    assert short["lacking"].min() >= 1
    assert short.loc[0, "head"] == "Chủ tịch UBND huyện Tu Mơ Rông"
    ranks = of(found, "online_rate", "resolved").groupby("level")["rank"].agg(["min", "max"])
    assert ranks.loc["commune"].tolist() == [1, 102]


def test_kon_tum_as_a_whole_falls_short(judge: Judge) -> None:
    """26,77% of 50%: 23,23 points, so many dossiers, so many a working day up to 25/12/2023."""
    whole = of(judge("kon-tum", "2023-01-01..2023-11-15", "province"), "online_rate", "resolved").iloc[0]
    assert percent(whole["value"], 2) == "26,77%"
    assert decimal(whole["gap_rate"] * 100, 2) == "-23,23"
    assert VERDICTS[verdict(whole)] == "Chưa đạt"
    top, bottom = int(whole["numerator"]), int(whole["denominator"])
    assert 2 * (top + whole["lacking"]) > bottom >= 2 * (top + whole["lacking"] - 1)
    assert 2 * (top + whole["lacking_growing"]) > bottom + whole["lacking_growing"]
    assert deadline_text(whole) == "còn 28 ngày làm việc đến thời hạn 25/12/2023"
    assert whole["per_working_day"] == -(-whole["lacking"] // 28)
    assert whole["legal_basis"] == "Quyết định số 17/QĐ-UBQGCĐS ngày 04/4/2023"
    assert whole["standing"] == "closed"


def test_kon_tum_before_the_dispatch_is_provisional(judge: Judge) -> None:
    """The year 2023 has not ended in data up to 15/11: provisional, the same target, the same deadline."""
    whole = of(judge("kon-tum", "2023@calendar", "province"), "online_rate", "resolved").iloc[0]
    assert (whole["standing"], whole["target_id"]) == ("provisional", "kon-tum-2023-online")
    assert whole["working_days_left"] == 28


def test_thai_nguyen_is_above_its_target(judge: Judge) -> None:
    """67,8% against 55%, 12,8 points more, however it is counted; laggards there are, and the lowest is named."""
    found = judge("thai-nguyen", "2022-01-01..2022-07-31", "province")
    for variant in ("received", "resolved", "eligible"):
        whole = of(found, "online_rate", variant).iloc[0]
        assert (percent(whole["value"]), percent(whole["target"])) == ("67,8%", "55,0%")
        assert decimal(whole["gap_rate"] * 100, 1) == "12,8"
        assert (whole["met"], whole["lacking"], whole["deadline"]) == (True, 0, date(2022, 12, 31))
    units = judge("thai-nguyen", "2022-01-01..2022-07-31")
    short = below(units, "online_rate", "resolved")
    assert {"thanh-tra-tinh", "ban-dan-toc", "so-noi-vu", "huyen-vo-nhai"} <= set(short["unit"])
    assert short["value"].lt(0.55).all()


def test_tuyen_quangs_four_targets_by_unit(judge: Judge) -> None:
    """Authenticated, synced and electronic results: units on both sides of 100%; certified copies: nobody has measured."""
    found = judge("tuyen-quang", "2024-06")
    for indicator, variant in list(CITED.items())[:3]:
        counts = tally(found, indicator, variant).set_index("level")
        assert counts["of"].to_dict() == {"department": 19, "district": 7, "commune": 137}
        assert counts["met"].sum() > 0
        assert counts["not_met"].sum() > 0
        rows = of(found, indicator, variant)
        assert (
            rows["lacking"].dropna() == (rows["denominator"] - rows["numerator"])[rows["lacking"].notna()]
        ).all()
        assert set(rows["deadline"]) == {date(2024, 12, 31)}
        assert rows["head"].notna().all()
    copies = tally(found, "ELECTRONIC_CERTIFIED_COPY").set_index("level")
    assert copies[["met", "not_met", "no_data"]].to_dict("index") == {
        "district": {"met": 0, "not_met": 0, "no_data": 7},
        "commune": {"met": 0, "not_met": 0, "no_data": 137},
    }
    whole = judge("tuyen-quang", "2024-06", "province")
    assert set(whole.loc[whole["target"].notna(), "indicator"]) == set(CITED) - {"ELECTRONIC_CERTIFIED_COPY"}


def test_certified_copies_are_assessed_once_entered(judge: Judge, tmp_path: Path) -> None:
    """Two communes enter their counts: one has met the target, one has not, and 135 still have no data."""
    file = tmp_path / entered.FILE
    communes = ("xa-thai-binh--huyen-yen-son", "xa-tan-thanh--huyen-ham-yen")
    lines = [
        f"tuyen-quang,63,{unit},2024-06,ELECTRONIC_CERTIFIED_COPY,{top},1,2024-06-14,Báo cáo,,0"
        for top, unit in enumerate(communes)
    ]
    file.write_text("\n".join([",".join(entered.COLUMNS), *lines]) + "\n", "utf-8")
    found = judge("tuyen-quang", "2024-06", entered=entered.read(file))
    counts = tally(found, "ELECTRONIC_CERTIFIED_COPY", "entered").set_index("level")
    assert counts.loc["commune", ["met", "not_met", "no_data"]].tolist() == [1, 1, 135]
    assert below(found, "ELECTRONIC_CERTIFIED_COPY")["unit"].tolist() == [communes[0]]
