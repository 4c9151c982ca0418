"""The figures of the five articles, counted again from the written files by code that shares nothing with the writer."""

from __future__ import annotations

import functools
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from hoso.records.sample import write
from tests.records.sample.recount import OPEN, carried, catalogue, dossiers, received, resolved, share

FULL, PARTIAL = ["Toàn trình", "Mức độ 4"], ["Một phần", "Mức độ 3"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("full")
    write(target)
    return target


@functools.cache
def counted(province: Path) -> pl.DataFrame:
    return dossiers(province)


def percent(part: int, whole: int, digits: int = 1) -> str:
    """Half up, as it is printed."""
    scaled = (2 * 100 * 10**digits * part + whole) // (2 * whole)
    return f"{scaled // 10**digits},{scaled % 10**digits:0{digits}d}"


def online(rows: pl.DataFrame, digits: int = 1) -> str:
    return percent(rows["online"].sum(), rows.height, digits)


def on_time(rows: pl.DataFrame) -> str:
    late = rows.filter(pl.col("done"), pl.col("finished").dt.date() > pl.col("due").dt.date())
    return percent(rows.height - late.height, rows.height)


@pytest.mark.parametrize(
    ("first", "last", "figures"),
    [
        (date(2023, 12, 15), date(2024, 9, 14), ("97,9", "71,3", "81,4", "89,5")),
        (date(2022, 12, 15), date(2023, 9, 14), ("96,4", "54,8", "72,0", "64,0")),
    ],
)
def test_ha_giang(folder: Path, first: date, last: date, figures: tuple[str, str, str, str]) -> None:
    """On time of the resolved, online of the received, procedures online, fee procedures payable online."""
    rows, procedures = counted(folder / "ha-giang"), catalogue(folder / "ha-giang", last)
    with_fee = procedures.filter(fee="Có")
    printed = (
        on_time(resolved(rows, first, last)),
        online(received(rows, first, last)),
        percent(procedures.filter(pl.col("service").is_in(FULL + PARTIAL)).height, procedures.height),
        percent(with_fee.filter(payment="Có").height, with_fee.height),
    )
    assert printed == figures
    assert on_time(resolved(rows, first, last, withdrawn=False)) == figures[0]


def test_ha_giang_is_as_large_and_as_busy_as_planned(folder: Path) -> None:
    """All 19 + 11 + 193 units, 165.000 dossiers against 140.000, 1,2 % pending, some hundred overdue; the sum closes."""
    rows, first, last = counted(folder / "ha-giang"), date(2023, 12, 15), date(2024, 9, 14)
    came, before = received(rows, first, last), carried(rows, first)
    pending = carried(rows, date(2024, 9, 15))
    assert came.height + before.height == resolved(rows, first, last).height + pending.height
    assert rows["place"].n_unique() == 223
    assert (came.height // 1000, received(rows, date(2022, 12, 15), date(2023, 9, 14)).height // 1000) == (
        165,
        139,
    )
    assert percent(pending.height, came.height + before.height) == "1,2"
    overdue = pending.filter(pl.col("status").is_in(OPEN), pl.col("due").dt.date() < pl.lit(last))
    assert 200 < overdue.height < 600


@pytest.mark.parametrize("withdrawn", [True, False])
def test_kon_tum(folder: Path, withdrawn: bool) -> None:
    """26,77 % of the resolved came online; more than half in 10 of 17 departments, 4 of 10 districts, 6 of 102 communes."""
    rows = resolved(counted(folder / "kon-tum"), date(2023, 1, 1), date(2023, 11, 15), withdrawn)
    assert online(rows, digits=2) == "26,77"
    units = rows.group_by("place").agg(pl.len().alias("all"), pl.col("online").sum())
    code = pl.col("place").str
    level = pl.when(code.slice(4, 2) != "00").then(3).when(code.slice(7, 2) >= "30").then(2).otherwise(1)
    above = (units["online"] * 2 > units["all"]).alias("above")
    counts = (
        units.with_columns(above, level=level)
        .group_by("level")
        .agg(pl.len(), pl.col("above").sum())
        .sort("level")
    )
    assert counts.rows() == [(1, 17, 10), (2, 10, 4), (3, 102, 6)]
    assert units["all"].min() >= 10


def test_thai_nguyen(folder: Path) -> None:
    """67,8 % whichever way it is counted."""
    rows, first, last = counted(folder / "thai-nguyen"), date(2022, 1, 1), date(2022, 7, 31)
    came, done = received(rows, first, last), resolved(rows, first, last)
    full = came.filter(pl.col("service").is_in(FULL))
    partial = came.filter(pl.col("service").is_in(PARTIAL))
    assert {online(part) for part in (came, done, full, partial, pl.concat([full, partial]))} == {"67,8"}
    assert 0 < came.height - full.height - partial.height < 100


def test_thai_nguyen_rises_by_month_and_leaps_in_july(folder: Path) -> None:
    """From about 52 % to about 80 %; July, when the fees were halved, adds the most."""
    came = received(counted(folder / "thai-nguyen"), date(2022, 1, 1), date(2022, 7, 31))
    month = (
        came.group_by(pl.col("received").dt.month()).agg(pl.col("online").mean()).sort("received")["online"]
    )
    steps = month.diff().drop_nulls()
    assert steps.min() > 0  # type: ignore[operator]
    assert steps.arg_max() == 5
    assert 0.50 < month[0] < 0.55 and 0.78 < month[6] < 0.83


@pytest.mark.parametrize("with_carried", [False, True])
def test_ha_tinh(folder: Path, with_carried: bool) -> None:
    """The parts of 3,4/12, 2,4/10 and 9,1/22, over the received and over the received and carried alike."""
    rows, procedures = counted(folder / "ha-tinh"), catalogue(folder / "ha-tinh", date(2022, 12, 31))
    came = received(rows, date(2022, 1, 1), date(2022, 12, 31))
    came = pl.concat([came, carried(rows, date(2022, 1, 1))]) if with_carried else came
    offered = procedures.filter(pl.col("service").is_in(FULL + PARTIAL))
    with_fee = procedures.filter(fee="Có")
    eligible = came.filter(pl.col("procedure").is_in(offered["id"].to_list()))
    due = came.filter(pl.col("fee") != "0")
    paid = due.filter(payment="Trực tuyến")
    used = eligible.filter("online")["procedure"].n_unique()
    assert (offered.height, used, procedures.height) == (600, 135, 1500)
    assert (with_fee.height, with_fee.filter(payment="Có").height, paid["procedure"].n_unique()) == (
        500,
        240,
        120,
    )
    assert online(eligible, 2) == "12,50"
    assert percent(paid.height, due.height, 2) == "10,00"
    shares = {
        name: percent(*share(came, name), 2)
        for name in ("result", "digitised", "reused", "synced", "population")
    }
    assert shares == {
        "result": "62,00",
        "digitised": "50,00",
        "reused": "0,00",
        "synced": "42,00",
        "population": "35,00",
    }
    assert came.filter(population="Có")["procedure"].n_unique() == 375


def test_tuyen_quang(folder: Path) -> None:
    """91 %, 83 % and 88 % in the month, with complete units and wanting ones at every level."""
    rows = counted(folder / "tuyen-quang")
    came = received(rows, date(2024, 5, 15), date(2024, 6, 14))
    done = resolved(rows, date(2024, 5, 15), date(2024, 6, 14), withdrawn=False)
    basis = {"authenticated": came, "result": done, "synced": done}
    assert {name: percent(*share(part, name)) for name, part in basis.items()} == {
        "authenticated": "91,0",
        "result": "83,0",
        "synced": "88,0",
    }
    for name, part in basis.items():
        by_unit = part.group_by("place").agg((pl.col(name) == "Có").mean().alias("rate"))
        districts = by_unit.filter(pl.col("place").str.contains(r"^000\.00\.3"))["rate"]
        assert 0 < (districts == 1).sum() < len(districts)
