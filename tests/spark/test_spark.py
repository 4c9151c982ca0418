"""Spark counts as this process does: every count, every dossier, every figure of a report, to the last digit.

On a real standalone cluster (a master, two workers in another time zone) and on a real Connect server.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

import narwhals as nw
import pandas as pd
import pytest

from hoso.records import engine, spark
from hoso.statistics.counting import Grouping
from hoso.statistics.data import Data, frame
from hoso.statistics.drill import dossiers
from hoso.statistics.quality import missing_due
from hoso.statistics.results import recomputed
from hoso.vocabulary.errors import EngineError, UsageError
from hoso.vocabulary.periods import Period
from tests.statistics import drawn
from tests.stores import HA_GIANG

ROOT = Path(__file__).parents[2]
GROUPINGS: tuple[Grouping, ...] = (
    "province", "level", "field", "procedure", "channel", ("unit", "field"),
)  # fmt: skip
# All counts make a query of thousands of calls to the driver: of one grouping all, of each some of every kind.
WHOLE: tuple[Grouping, ...] = ("unit",)
FEW = ("received", "overdue", "late_6_10", "on_time_rate", "handling_time", "online_service_rate")
PERIOD = Period.parse("2024-02")
SHEET = ("--province", "kon-tum", "--period", "2023-10")
UNIT = "phuong-quang-trung--thanh-pho-kon-tum"


def dossier(chance: Random) -> dict[str, Any]:
    """One with everything a source may say or leave out, as drawn.dossiers has it; fixed, for a query costs seconds."""
    received = drawn.FIRST + timedelta(days=chance.randint(0, 70), minutes=chance.randint(0, 500))
    ends = [received + timedelta(chance.randint(0, 60), minutes=chance.randint(0, 600)) for _ in range(2)]
    day = received.date() + timedelta(chance.randint(-2, 25))
    due = datetime.combine(day, chance.choice([time(11, 30), time(17), time(23, 59, 59)]))
    unit = chance.choice(sorted(drawn.UNITS))
    row = {
        "unit": unit, "tier": drawn.UNITS[unit], "procedure": chance.choice(drawn.PROCEDURES),
        "field": chance.choice(["Hộ tịch", "Đất đai", None]), "channel": chance.choice(["direct", "online", "postal"]),
        "level": chance.choice(["full", "partial", "information", None]),
        "status": chance.choice([1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 10, 10, 10]), "received": received,
        "due": chance.choice([None, due, due, due]), "finished": chance.choice([None, ends[0]]),
        "returned": chance.choice([None, ends[1]]), "supplements": chance.choice([None, 0, 1, 2, 3]),
        "fee": chance.choice(drawn.MISSING), "paid": chance.choice(drawn.MISSING),
        **{flag: chance.choice(drawn.MISSING) for flag in drawn.FLAGS},
    }  # fmt: skip
    return row | {"minutes": chance.choice([None, chance.randint(0, 9000)]) if drawn.closed(row) else None}


@pytest.fixture(scope="module")
def data() -> Data:
    """A store of 300 dossiers, read by the engine that the test chooses."""
    chance = Random(766)
    return drawn.data([dossier(chance) for _ in range(300)])


@pytest.fixture
def on_spark(
    master: str, spark_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[pytest.MonkeyPatch]:
    """What is read from here on is read by the cluster, until the variable is taken away."""
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    monkeypatch.setenv("SPARK_LOCAL_DIRS", str(spark_folder / "driver"))
    monkeypatch.setenv(engine.VARIABLE, master)
    yield monkeypatch


def in_seconds(table: pd.DataFrame) -> pd.DataFrame:
    """A day is a day, whether an engine gives it in seconds or in microseconds."""
    return table.astype(dict.fromkeys(table.select_dtypes("datetime").columns, "datetime64[s]"))


def again(data: Data) -> Data:
    """The same province at the same version, with nothing read yet."""
    return Data(data.store, HA_GIANG)


def test_every_count_and_indicator_by_every_grouping(data: Data, on_spark: pytest.MonkeyPatch) -> None:
    """Each numerator, denominator and value of the results, counted dossier by dossier: equal to the last digit."""
    asked = [(by, FEW) for by in GROUPINGS] + [(by, None) for by in WHOLE]
    theirs = [recomputed(again(data), PERIOD, by, names) for by, names in asked]
    on_spark.delenv(engine.VARIABLE)
    ours = [recomputed(again(data), PERIOD, by, names) for by, names in asked]
    for (by, _), found, expected in zip(asked, theirs, ours, strict=True):
        assert expected["denominator"].sum() > 0, by
        pd.testing.assert_frame_equal(found, expected, check_exact=True, obj=str(by))


def test_it_is_spark_that_counts(data: Data, on_spark: pytest.MonkeyPatch) -> None:
    """A guard for the test above: both ways to the facts lead to the cluster, and without its name to neither."""
    assert data.facts().implementation.is_pyspark()
    assert data.scan().implementation.is_pyspark()
    on_spark.delenv(engine.VARIABLE)
    assert data.scan().implementation.is_polars()


def test_days_and_times_stay_where_they_are(data: Data, on_spark: pytest.MonkeyPatch) -> None:
    """Every column of every dossier, times without a zone among them, though each process lives in a zone of its own."""
    theirs = frame(again(data).facts()).sort_values("dossier", ignore_index=True)
    on_spark.delenv(engine.VARIABLE)
    ours = frame(again(data).scan()).sort_values("dossier", ignore_index=True)
    assert ours["received_at"].notna().all()
    pd.testing.assert_frame_equal(theirs[ours.columns.to_list()], ours, check_exact=True)


def test_the_dossiers_behind_a_figure(data: Data, on_spark: pytest.MonkeyPatch) -> None:
    """A figure opens to the same dossiers, with the same reasons; so do the tables of data quality."""
    key = dict.fromkeys(("unit", "level", "field", "procedure", "channel")) | {
        "kind": "result", "part": "value", "indicator": "on_time_rate", "variant": "06a", "period": PERIOD.id,
        "province": "ha-giang",
    }  # fmt: skip
    theirs = dossiers(again(data), key), missing_due(again(data))
    on_spark.delenv(engine.VARIABLE)
    ours = dossiers(again(data), key), missing_due(again(data))
    for found, expected in zip(theirs, ours, strict=True):
        assert len(expected)
        pd.testing.assert_frame_equal(in_seconds(found), in_seconds(expected), check_exact=True)


def test_a_file_that_is_gone_is_one_line(data: Data, on_spark: pytest.MonkeyPatch) -> None:
    """What Spark says of a failure comes as one error of ours, naming the file."""
    rows = again(data)
    rows.__dict__["_facts_files"] = [file.replace("part-", "gone-") for file in data._facts_files]
    with pytest.raises(EngineError, match="gone-") as caught:
        frame(rows.scan().select(nw.len()))
    assert "\n" not in str(caught.value)


# ── the command line ─────────────────────────────────────────────────────────────────────────────


def hoso(sample: Path, *words: str, code: str = "") -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, on the sample."""
    places = {"HOSO_ROOT": str(ROOT), "HOSO_STORE": str(sample / "store"), "HOSO_KEY": str(sample / "key")}
    program = f"{code}\nfrom hoso.delivery.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        env=os.environ | places | {"SPARK_LOCAL_IP": "127.0.0.1", "TZ": "Asia/Ho_Chi_Minh"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def figures_of(sample: Path, out: Path, *words: str) -> bytes:
    made = hoso(sample, "report", *words, "--formats", "html", "--out", str(out))
    assert made.returncode == 0, made.stdout + made.stderr
    (found,) = out.rglob("figures.json")
    return found.read_bytes()


def test_a_review_on_the_cluster(whole_sample: Path, master: str, tmp_path: Path) -> None:
    """`hoso report --engine spark://…`: figures.json as this machine makes it, to the byte."""
    spark.release()  # both cores are this process's by now, and its reports are other processes
    review = ("review", "--province", "ha-giang", "--period", "2024-9M")
    ours = figures_of(whole_sample, tmp_path / "ours", *review)
    theirs = figures_of(whole_sample, tmp_path / "theirs", *review, "--engine", master)
    assert len(json.loads(ours)["figures"]) > 50
    assert theirs == ours


def test_a_units_sheet_and_figures_by_connect(whole_sample: Path, connected: str, tmp_path: Path) -> None:
    """The same by sc://…, for a unit's sheet; and what `hoso figures` prints is the same text."""
    sheet = ("unit", *SHEET, "--unit", UNIT)
    ours = figures_of(whole_sample, tmp_path / "ours", *sheet)
    assert figures_of(whole_sample, tmp_path / "theirs", *sheet, "--engine", connected) == ours
    asked = ("figures", *SHEET, "--by", "field", "--format", "json")
    printed = hoso(whole_sample, *asked, "--engine", connected)
    assert printed.stdout == hoso(whole_sample, *asked).stdout
    assert len(json.loads(printed.stdout)) > 1000, printed.stderr


# ── what can be wrong ────────────────────────────────────────────────────────────────────────────


def test_nobody_there_is_told_at_once(spark_folder: Path) -> None:
    """Before any work, not after Spark's own minutes of trying; a token of the address is not repeated."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    with pytest.raises(EngineError, match=f"127.0.0.1:{port}") as caught:
        engine.choose(f"sc://127.0.0.1:{port}/;token=secret")
    assert "secret" not in str(caught.value)
    assert caught.value.exit_code == 1


def test_a_port_that_never_speaks_ends_in_one_line(spark_folder: Path, whole_sample: Path) -> None:
    """Something listens and is no master: the driver is given up after its time, with nothing of Java on the screen."""
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        address = f"spark://127.0.0.1:{mute.getsockname()[1]}"
        sooner = "from hoso.records import spark; spark.READY_SECONDS = 8"
        ended = hoso(whole_sample, "figures", *SHEET, "--engine", address, code=sooner)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert len(ended.stderr.splitlines()) == 1, ended.stderr
    assert address in ended.stderr


@pytest.mark.parametrize(
    "named", ["spark", "spark://host", "sc://host:", "local", "local[0]", "tcp://h:1", "local[2] x"]
)
def test_other_names_are_refused(named: str) -> None:
    """A slip in the address is wrong use, told with the forms there are."""
    with pytest.raises(UsageError, match="spark://MÁY:7077"):
        engine.choose(named)


@pytest.mark.parametrize("address", ["spark://localhost:7077", "sc://localhost:15002", "local[2]"])
def test_without_the_extra_it_says_what_to_install(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        sys.modules, "pyspark", None
    )  # as Python itself has a package that cannot be imported
    with pytest.raises(UsageError, match="hoso\\[spark\\]"):
        engine.choose(address)
