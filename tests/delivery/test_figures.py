"""`hoso figures --by`: the results of a province or its units, broken down."""

import json
from pathlib import Path

import pandas as pd
import pytest

from hoso.delivery.figures import ASSESSED, COLUMNS, Breakdown, as_json, table
from hoso.records import keys, sample
from hoso.records.importer import import_file
from hoso.vocabulary.errors import NoDataError, UsageError
from hoso.vocabulary.places import find_province
from hoso.vocabulary.workbook import Workbook
from tests.stores import load, prepare, write_csv

DONG_VAN = {
    "unit": "UBND huyện Đồng Văn",
    "field": "Đất đai",
    "channel": "Trực tiếp",
    "procedure": "1.000002",
}
ROW = {"received": "20/01/2024 08:00", "due": "25/01/2024", "finished": "22/01/2024 10:00"}


@pytest.fixture
def workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbook:
    load(
        tmp_path,
        [
            ROW | {"id": "a"},
            ROW | {"id": "b"},
            ROW | DONG_VAN | {"id": "c", "received": "20/02/2024", "finished": "22/02/2024"},
        ],
    )
    monkeypatch.setenv("HOSO_STORE", str(tmp_path / "store"))
    return Workbook.find()


@pytest.mark.parametrize(
    ("by", "column", "found"),
    [
        ("field", "field", {"Hộ tịch": 2, "Đất đai": 0}),
        ("procedure", "procedure", {"1.012760": 2, "1.000002": 0}),
        ("channel", "channel", {"online": 2, "direct": 0}),
        ("month", "period", {"2024-01": 0, "2024-02": 2, "2024-03": 0}),
    ],
)
def test_a_province_broken_down(
    workbook: Workbook, by: Breakdown, column: str, found: dict[str, int]
) -> None:
    """Received dossiers by field, procedure, channel and month; the JSON is valid and holds the contract's columns."""
    period = "2024-Q1" if by == "month" else "2024-02"
    rows = json.loads(as_json(table(workbook, "ha-giang", period, by=by)))
    assert all(set(COLUMNS) <= set(row) for row in rows)
    counted = {row[column]: row["value"] for row in rows if row["indicator"] == "received_in_period"}
    assert counted == (found | {"2024-03": 1} if by == "month" else found)


def test_units_broken_down(workbook: Workbook) -> None:
    """With a level, each of its units by channel; with a unit, that unit alone; identical sums to the province."""
    rows = table(workbook, "ha-giang", "2024-Q1", level="district", by="channel")
    assert set(rows["unit"]) == {"huyen-dong-van"}
    one = table(workbook, "ha-giang", "2024-Q1", unit="so-tu-phap", by="month")
    assert isinstance(one, pd.DataFrame)
    received = one[one["indicator"] == "received_in_period"]
    assert received["value"].tolist() == [0, 2, 0]


def test_figures_beside_targets(workbook: Workbook) -> None:
    """With assess: met or not, what is lacking, who answers; online dossiers of 2023 against the country's 50%."""
    rows = json.loads(as_json(table(workbook, "ha-giang", "2024-Q1", level="department", assess=True)))
    assert all(set(ASSESSED) == set(row) for row in rows)
    own = next(
        r for r in rows if (r["unit"], r["indicator"], r["variant"]) == ("so-tu-phap", "on_time_rate", "06a")
    )
    assert (own["value"], own["direction"], own["ranked"]) == (
        1,
        "up",
        False,
    )  # two dossiers: shown, not ranked
    assert own["head"] == "Giám đốc Sở Tư pháp"
    assert own["standing"] == "provisional"
    with pytest.raises(UsageError, match="không có đơn vị"):
        table(workbook, "ha-giang", "2024-Q1", unit="so-khong-co", assess=True)


def test_the_portal_beside_no_dossier(workbook: Workbook, tmp_path: Path) -> None:
    """A province of which only portal responses were imported has their figures, each with the day it was taken."""
    store, key = prepare(tmp_path), keys.load(tmp_path / "key")
    for file in sample.write(tmp_path / "exports", ["gia-lai"]):
        import_file(store, file, find_province("gia-lai", "34"), key)
    whole = table(workbook, "gia-lai", "2026@calendar").set_index("indicator")
    assert (whole.loc["score_766", "value"], whole.loc["score_766", "source"]) == (66.23, "portal@2026-10-10")
    units = table(workbook, "gia-lai", "2026@calendar", level="commune")
    assert units.loc[units["indicator"] == "score_766", "unit"].nunique() == 135
    with pytest.raises(NoDataError):
        table(workbook, "phu-tho", "2026@calendar")


def test_a_period_over_the_border_adds_up_the_old_provinces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tuyên Quang 2025: what both old provinces did to 30/6 and the new one since; a part that lacks gives no total."""
    store, key = prepare(tmp_path), keys.load(tmp_path / "key")
    monkeypatch.setenv("HOSO_STORE", str(tmp_path / "store"))
    days = {
        ("ha-giang", "63"): "20/03/2025",
        ("tuyen-quang", "34"): "20/08/2025",
        ("tuyen-quang", "63"): "21/03/2025",
    }
    for (slug, era), day in days.items():
        file = write_csv(tmp_path / f"{slug}-{era}.csv", [{"id": "a", "received": f"{day} 08:00"}])
        import_file(store, file, find_province(slug, "63" if era == "63" else "34"), key)
        found = table(Workbook.find(), "tuyen-quang", "2025@calendar").set_index(["indicator", "variant"])
        value = found.loc[[("received_in_period", None)], "value"].iloc[0]
        if (slug, era) == ("tuyen-quang", "63"):
            assert value == 3
        else:
            assert pd.isna(value)
    assert "tỉnh Hà Giang" in str(found["source"].iloc[0]) or "Hà Giang" in str(found["source"].iloc[0])
    with pytest.raises(UsageError, match="01/7/2025"):
        table(Workbook.find(), "tuyen-quang", "2025@calendar", level="commune")


def test_satisfaction_nobody_published_has_no_value(workbook: Workbook) -> None:
    """The row is there, null, with the reason; of the province and of each unit."""
    rows = json.loads(as_json(table(workbook, "ha-giang", "2024-Q1")))
    (own,) = (row for row in rows if row["indicator"] == "satisfaction_rate")
    assert (own["value"], own["source"]) == (None, "chưa có số liệu công bố")
