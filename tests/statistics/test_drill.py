"""Drill-down: the dossiers behind every count and rate are as many as it says, each with the reason why it counts."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hoso.records.keys import SHORT
from hoso.statistics.counting import Grouping
from hoso.statistics.counts import COUNTS
from hoso.statistics.data import Data
from hoso.statistics.definitions import definitions
from hoso.statistics.drill import BOTTOM, COUNTED, SIDE, TOP, WHY, counts_of, dossiers
from hoso.statistics.procedures import PROCEDURE_COUNTS
from hoso.statistics.reasons import CLAUSES
from hoso.statistics.results import MINUTES_A_DAY, results
from hoso.vocabulary.errors import UsageError
from hoso.vocabulary.periods import Period
from tests import stores
from tests.statistics import drawn

# Each example builds a store, so a failure is reported as found: shrinking it would take minutes.
EXPENSIVE = settings(
    deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate)
)
GROUPINGS: tuple[Grouping, ...] = ("province", "unit", "field", ("unit", "field"), "channel", "procedure")
many = st.lists(drawn.dossiers(), min_size=10, max_size=50)
windows = st.sampled_from(drawn.WINDOWS).map(Period.parse)
PERIOD = "2024-02"  # 15/01 to 14/02
PARTS = ("indicator", "variant", "province", "unit", "level", "field", "procedure", "channel", "period")


def key(row: "pd.Series[Any]", part: str = "value") -> dict[str, Any]:
    """The key of a figure made from a row of the results table."""
    plain = {name: None if pd.isna(row[name]) else row[name] for name in PARTS}
    return {"kind": "result", "part": part} | plain


def asked(indicator: str, variant: str | None = None, part: str = "value", **more: str) -> dict[str, Any]:
    blank = dict.fromkeys(PARTS)
    return (
        blank
        | {"kind": "result", "part": part, "indicator": indicator, "variant": variant, "period": PERIOD}
        | more
    )


def holds(data: Data, row: "pd.Series[Any]", by_parts: bool) -> None:
    """The rows add up to the row's numerator, denominator and value; `by_parts`: each part asked for by itself too."""
    rows = dossiers(data, key(row))
    if pd.isna(row["variant"]):
        if row["indicator"] not in PROCEDURE_COUNTS or not pd.isna(row["value"]):
            assert rows[COUNTED].sum() == row["value"]
        assert (rows[COUNTED] > 0).all()
        return
    assert rows[BOTTOM].sum() == (0 if pd.isna(row["denominator"]) else row["denominator"])
    if pd.isna(row["numerator"]):
        median = rows.loc[rows[BOTTOM] > 0, TOP].median() / MINUTES_A_DAY
        assert median == pytest.approx(row["value"], nan_ok=True)
    else:
        assert rows[TOP].sum() == row["numerator"]
        for part, name in (("numerator", TOP), ("denominator", BOTTOM)) if by_parts else ():
            assert dossiers(data, key(row, part))[COUNTED].sum() == rows[name].sum()


@settings(EXPENSIVE, max_examples=4)
@given(many, windows, st.sampled_from(GROUPINGS), st.randoms(use_true_random=False))
def test_the_dossiers_are_as_many_as_the_figure_says(
    rows: list[dict[str, Any]], period: Period, by: Grouping, chance: Any
) -> None:
    """Every count and rate of the province, and those of a group of each grouping: the rows add up to its parts."""
    data = drawn.data(rows)
    table = results(data, period, by)
    groups = table.drop_duplicates(
        "unit" if by == "unit" else list({"field", "channel", "procedure", "unit"})
    )
    chosen = groups.iloc[chance.randrange(len(groups))]
    same = [name for name in ("unit", "level", "field", "procedure", "channel") if not pd.isna(chosen[name])]
    for _, row in table[(table[same] == chosen[same]).all(axis=1)].iterrows():
        if not any(pd.isna(row[n]) for n in _told(by)):  # what has no field cannot be asked for by field
            holds(data, row, by_parts=chance.random() < 0.25)


def _told(by: Grouping) -> tuple[str, ...]:
    names = (by,) if isinstance(by, str) else by
    return tuple(name for name in names if name != "province")


@settings(EXPENSIVE, max_examples=4)
@given(many, windows)
def test_every_dossier_has_its_reason(rows: list[dict[str, Any]], period: Period) -> None:
    """No reason is blank, holds a word of the program, or is lacking for a count; what does not count says so."""
    data = drawn.data(rows)
    for name in COUNTS:
        table = dossiers(data, asked(name) | {"period": period.id}, uncounted=True)
        told = list(table[WHY])
        assert all(text and not {"None", "nan", "NaT", "True", "False"} & set(text.split()) for text in told)
        for text, counted in zip(told, table[COUNTED], strict=True):
            assert not counted or not text.startswith("không tính")


def test_every_count_has_what_decides_it() -> None:
    """The reasons know every count and no other."""
    assert set(CLAUSES) == set(COUNTS)


ROW = {"unit": "Sở Tư pháp", "received": "02/01/2024 08:00", "due": "25/01/2024", "finished": ""}
DRAWN = {
    "early": (ROW | {"finished": "23/01/2024 10:00"}, "giải quyết ngày 23/01/2024, trước hạn 2 ngày", 1, 1),
    "punctual": (ROW | {"finished": "25/01/2024 16:00"}, "giải quyết ngày 25/01/2024, đúng ngày hẹn trả", 1, 1),
    "late": (ROW | {"finished": "30/01/2024 08:00"}, "giải quyết ngày 30/01/2024, quá hạn 5 ngày", 0, 1),
    "withdrawn": (
        ROW | {"finished": "30/01/2024 08:00", "status": "Công dân yêu cầu rút"},
        "rút hồ sơ ngày 30/01/2024: tính là đúng hạn theo biểu II.06a", 1, 1,
    ),
    "no-due": (
        ROW | {"finished": "30/01/2024 08:00", "due": "", "procedure": "9.999999"},
        "giải quyết ngày 30/01/2024, không có ngày hẹn trả: tính là đúng hạn", 1, 1,
    ),
    "overdue": (
        ROW | {"status": "Đang xử lý"},
        "không tính: chưa giải quyết đến hết ngày 14/02/2024, quá hạn 20 ngày", 0, 0,
    ),
    "closed-after": (
        ROW | {"finished": "01/3/2024 08:00", "due": "29/02/2024"},
        "không tính: chưa giải quyết đến hết ngày 14/02/2024, còn hạn đến ngày 29/02/2024, sau đó giải quyết ngày 01/3/2024",
        0, 0,
    ),
    "waiting": (
        ROW | {"status": "Yêu cầu bổ sung"}, "không tính: chờ bổ sung: tính là đang giải quyết trong hạn", 0, 0,
    ),
    "refused": (
        ROW | {"received": "20/01/2024 08:00", "status": "Không được tiếp nhận"},
        "không tính: không được tiếp nhận, ngày 20/01/2024", 0, 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWN)
def test_reasons_of_drawn_dossiers(name: str, tmp_path: Path) -> None:
    """One dossier of each kind: in the numerator, in the denominator alone, or in neither, and why (form II.06a)."""
    row, reason, top, bottom = DRAWN[name]
    stores.load(tmp_path, [{"id": "H22-1"} | row])
    found = dossiers(stores.data(tmp_path), asked("on_time_rate", "06a"), uncounted=True)
    assert found[[WHY, TOP, BOTTOM]].to_numpy().tolist() == [[reason, top, bottom]]
    counted = dossiers(stores.data(tmp_path), asked("on_time_rate", "06a"))
    assert len(counted) == bottom


CLOCK = {
    "after-the-minute": (
        ROW | {"due": "25/01/2024 11:30", "finished": "25/01/2024 16:00"},
        "kết thúc 16:00 ngày 25/01/2024, sau giờ hẹn trả 11:30 ngày 25/01/2024", 0,
    ),
    "two-supplements": (
        ROW | {"finished": "23/01/2024 10:00", "supplements": "2"},
        "2 lần yêu cầu bổ sung: tính là quá hạn theo QĐ 766", 0,
    ),
    "in-time": (
        ROW | {"due": "25/01/2024 11:30", "finished": "25/01/2024 11:30"},
        "kết thúc 11:30 ngày 25/01/2024, không muộn hơn giờ hẹn trả 11:30 ngày 25/01/2024", 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CLOCK)
def test_reasons_by_the_clock(name: str, tmp_path: Path) -> None:
    """QĐ 766 compares the minute, and a second request for supplements is late: the reason says so."""
    row, reason, top = CLOCK[name]
    stores.load(tmp_path, [{"id": "H22-1"} | row])
    found = dossiers(stores.data(tmp_path), asked("on_time_rate", "766"))
    assert found[TOP].tolist() == [top]
    assert found[WHY].iloc[0].split("; ")[0] == reason


def test_what_decides_a_flag_or_a_channel(tmp_path: Path) -> None:
    """Online, digitised, paid: the reason names what the export said of the dossier, also that it said nothing."""
    row = ROW | {"received": "20/01/2024 08:00", "fee": "50000", "payment": "Trực tuyến"}
    stores.load(tmp_path, [row | {"id": "H22-1", "digitised": ""}])
    data = stores.data(tmp_path)
    said = {
        ("online_rate", "received"): "tiếp nhận trong kỳ, ngày 20/01/2024; nộp trực tuyến",
        (
            "digitised_rate",
            "received",
        ): "tiếp nhận trong kỳ, ngày 20/01/2024; nguồn không ghi số hóa thành phần hồ sơ",
        (
            "online_payment_rate",
            "with_fee",
        ): "tiếp nhận trong kỳ, ngày 20/01/2024; có phí, lệ phí, thanh toán trực tuyến",
    }
    for (name, variant), reason in said.items():
        known = {i.variant for i in definitions().indicators if i.id == name}
        chosen = variant if variant in known else sorted(known)[-1]
        assert dossiers(data, asked(name, chosen))[WHY].tolist() == [reason]


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Data:
    """Three closed dossiers of two units, one late; one of the year before."""
    folder = tmp_path_factory.mktemp("few")
    early = ROW | {"finished": "23/01/2024 10:00"}
    before = ROW | {"received": "02/01/2023 08:00", "due": "25/01/2023", "finished": "23/01/2023 10:00"}
    rows = [early, early | {"unit": "Sở Y tế"}, ROW | {"finished": "30/01/2024 08:00"}, before]
    stores.load(folder, [row | {"id": f"H22-{i}"} for i, row in enumerate(rows)])
    return stores.data(folder)


def test_what_is_left_of_a_denominator(few: Data) -> None:
    """Denominator less numerator opens to the dossiers that did not meet the indicator."""
    whole = asked("on_time_rate", "06a")
    difference = {
        "kind": "difference",
        "a": whole | {"part": "denominator"},
        "b": whole | {"part": "numerator"},
    }
    found = dossiers(few, difference)
    assert found[COUNTED].tolist() == [1]
    assert "quá hạn 5 ngày" in found[WHY].iloc[0]


def test_a_difference_of_two_counts_adds_up(few: Data) -> None:
    """This year's less last year's: both sides are there, and their column adds up to the difference."""
    found = dossiers(
        few, {"kind": "difference", "a": asked("resolved"), "b": asked("resolved", period="2023-02")}
    )
    assert found[SIDE].tolist() == ["số này"] * 3 + ["số so sánh"]
    assert found[COUNTED].sum() == 2


def test_a_unit_opens_its_own_dossiers(few: Data) -> None:
    """A unit's figure opens the dossiers of that unit alone, under its printed name."""
    found = dossiers(few, asked("resolved", unit="so-tu-phap", level="department"))
    assert set(found["đơn vị"]) == {"Sở Tư pháp"}
    assert len(found) == 2


def test_neither_ids_nor_personal_data_are_shown(few: Data, tmp_path: Path) -> None:
    """A dossier is the first digits of its keyed hash; the export's id is nowhere in the frame."""
    found = dossiers(few, asked("resolved"), uncounted=True)
    assert found["hồ sơ"].str.fullmatch(SHORT.pattern).all()
    assert "H22-" not in found.to_csv()
    assert found["hồ sơ"].is_unique


def test_days_are_days_and_numbers_numbers(few: Data) -> None:
    """An analyst can go on computing: days are timestamps, days of handling a number."""
    found = dossiers(few, asked("late"))
    assert found["kết thúc"].dt.date.tolist() == [date(2024, 1, 30)]
    assert pd.api.types.is_numeric_dtype(found["số ngày giải quyết"])
    assert found["tiếp nhận"].iloc[0] == datetime(2024, 1, 2)


def test_what_no_dossiers_stand_behind_is_said(few: Data) -> None:
    """A published figure, a score, a count of units: one line, no empty frame."""
    for kind in ("published", "score", "tally"):
        with pytest.raises(UsageError, match="hồ sơ"):
            dossiers(few, {"kind": kind})


def test_counts_of_a_key() -> None:
    """A rate's key names two counts, its part one, a count itself."""
    assert counts_of(asked("on_time_rate", "06a")) == ("on_time", "resolved")
    assert counts_of(asked("on_time_rate", "06a", "denominator")) == ("resolved",)
    assert counts_of(asked("late")) == ("late",)
