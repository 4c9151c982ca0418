"""Portal scores in the store: every number of the real rows, append-only, pages, and an import that died."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hoso.records import importer
from hoso.records.sample import write as write_sample
from hoso.records.store import Store
from hoso.statistics.snapshots import listing, snapshot
from hoso.vocabulary.workbook import Workbook
from tests.records.intake.portal.responses import (
    GIA_LAI,
    PHU_THO,
    asked,
    progress,
    published,
    scores,
    take,
    transparency,
    unit,
    write,
)
from tests.stores import prepare

ROWS = Workbook.find().sample / "portal"
GROUPS = {"CKMB": "CKMB", "TDGQ": "TDGQ", "ONLINE": "DVCTT", "TTTT": "TTTT", "MDSH": "MDSH", "MDHL": "MDHL"}
ZERO_UNPROVEN = {"H21.01", "H21.06", "H21.13", "H21.26"}  # TTTT 0.0 on 24/9, when the total proves nothing


def rows(name: str) -> list[dict[str, str]]:
    with (ROWS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def value(text: str) -> float | None:
    return None if text in ("", "null") else float(text)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with all the sample's portal responses."""
    target = tmp_path_factory.mktemp("portal")
    files = write_sample(target / "exports", ["gia-lai", "phu-tho", "ca-nuoc"])
    for file in files:
        done = take(target, file, province=PHU_THO if file.parent.name == "phu-tho" else GIA_LAI)
        assert (done.rejected, done.replaced) == (0, 0)
    return target


def cells(folder: Path, day: str, *endpoints: str, **more: Any) -> dict[tuple[Any, ...], dict[str, Any]]:
    """(departmentCode, criterion or group) → row of a day and endpoints."""
    found = scores(folder, None).filter(pl.col("captured_on").cast(pl.String) == day, **more)
    if endpoints:
        found = found.filter(pl.col("endpoint").is_in(endpoints))
    return {(r["department_code"], r["criterion"] or r["group"]): r for r in found.iter_rows(named=True)}


@pytest.mark.parametrize("day", ["2026-09-24", "2026-10-10"])
def test_every_group_and_total_of_149_units_comes_back(folder: Path, day: str) -> None:
    """Six groups and the total of each unit, to the cent; on 24/9 satisfaction is flagged."""
    found = cells(folder, day, "snapshot")
    printed = rows(f"gialai_units_{day.replace('-', '')}.tsv")
    assert len(printed) == 149
    for row in printed:
        assert found[row["code"], "TOTAL"]["score"] == float(row["total"])
        for name, group in GROUPS.items():
            kept = found[row["code"], group]
            assert kept["score"] == float(row[name])
    flagged = {code: row["quality_flag"] for (code, group), row in found.items() if group == "MDHL"}
    above = {row["code"] for row in printed if float(row["MDHL"]) > 18}
    assert {code for code, flag in flagged.items() if flag == "ABOVE_MAX"} == above
    assert len(above) == (78 if day == "2026-09-24" else 0)


def test_every_criterion_of_the_five_units_comes_back(folder: Path) -> None:
    """Numerator, denominator, ratio, score, maximum and flag of each criterion, nulls as nulls."""
    names = {"TDGQ_2_1": "PROCESSED_ON_TIME", "PAY_3_6_DOSSIERS": "PAYMENT_DOSSIER",
             "PAY_B_FORMALITIES": "PAYMENT_FORMALITY_USED", "PAY_C_FORMALITIES": "PAYMENT_FORMALITY_PROVIDED"}  # fmt: skip
    endpoints = ("transparency", "dossier-digitized", "handling-satisfaction", "dvc-progress-tree",
                 "provide-online-tree", "formality-online-payment-tree")  # fmt: skip
    found = cells(folder, "2026-10-10", *endpoints)
    printed = rows("gialai_criteria_20261010.tsv")
    assert len(printed) == 125
    for row in printed:
        total = row["criterion"] == "GROUP_TOTAL"
        name = GROUPS[row["score_group"]] if total else names.get(row["criterion"], row["criterion"])
        kept = found[row["code"], name]
        assert (kept["numerator"], kept["denominator"]) == (
            value(row["numerator"]),
            value(row["denominator"]),
        )
        if not row["criterion"].startswith(
            "PAY_"
        ):  # the portal prints no points of these; the rows' are computed
            assert (kept["ratio"], kept["score"]) == (value(row["ratio"]), value(row["score"]))
            assert kept["max"] == float(row["max_score"])
        if row["note"].isupper():
            assert kept["quality_flag"] == row["note"]


def test_every_count_of_163_units_comes_back(folder: Path) -> None:
    """Progress, online services and payment of Phú Thọ in August 2026, the province with its own counts."""
    found = {(r["department_code"], r["criterion"] or r["group"]): r for r in scores(folder, PHU_THO).iter_rows(named=True)
             if r["time_type"] == "month"}  # fmt: skip
    printed = rows("phutho_progress_2026-08.tsv")
    assert len(printed) == 164
    for row in printed:
        done = found[row["code"], "PROCESSED_ON_TIME"]
        assert (done["numerator"], done["denominator"]) == (value(row["on_time"]), value(row["received"]))
        assert (done["ratio"], done["score"], done["max"]) == tuple(
            value(row[n]) for n in ("ratio", "score", "max_score")
        )
        assert found[row["code"], "AVERAGE_DAYS"]["numerator"] == value(row["avg_days"])
        side = (
            ("DOSSIER_COMPLETED", "completed") if row["level"] == "PARENT" else ("DOSSIER_OVERDUE", "overdue")
        )
        assert found[row["code"], side[0]]["numerator"] == value(row[side[1]])
    both = [r for r in rows("phutho_online_payment_2026-08.tsv") if r["fixture"] == "month-all"]
    assert len(both) == 164
    pairs = {
        "PAYMENT_DOSSIER": ("totalDossierOnlinePaymentSuccess", "totalDossierFinancialObligation"),
        "PAYMENT_FORMALITY_USED": ("totalDossierOnlineFormalityPaymentSuccess", "totalFeeFormality"),
        "PAYMENT_FORMALITY_PROVIDED": ("totalFeeDossierFormality", "totalFeeFormality"),
        "FEE_FORMALITY_DISTINCT": ("totalFeeDossierFormalityDistinct", "totalFeeFormality"),
    }
    for row in both:
        for prefix, group in (("online", "DVCTT"), ("pay", "TTTT")):
            kept = found[row["departmentCode"], group]
            printed_ = [value(row[f"{prefix}_{n}"]) for n in ("totalScore", "totalMaxScore", "ratio")]
            assert [kept["score"], kept["max"], kept["ratio"]] == printed_
        for name, (top, bottom) in pairs.items():
            kept = found[row["departmentCode"], name]
            assert (kept["numerator"], kept["denominator"]) == (value(row[top]), value(row[bottom]))
    assert found["H44", "ONLINE_DOSSIER"]["numerator"] == 150956
    assert found["H44", "ONLINE_PROVIDED"]["numerator"] == 31 + 21


@pytest.mark.parametrize("day", ["2026-09-17", "2026-10-10"])
def test_34_provinces_come_back_in_their_own_partitions(folder: Path, day: str) -> None:
    """Each province's total, change and six groups stand under the province itself."""
    found = cells(folder, day, "service-results-national")
    printed = rows(f"national_service_results_{day.replace('-', '')}.tsv")
    names = {
        "CKMB": "CKMB",
        "TDGQ": "TDGQ",
        "CLGQ_online12": "DVCTT",
        "TTTT_payment10": "TTTT",
        "MDHL": "MDHL",
        "MDSH": "MDSH",
    }
    assert len(printed) == 34
    assert len({row["province_id"] for row in found.values()}) == 34
    for row in printed:
        whole = found[row["code"], "TOTAL"]
        assert (whole["score"], whole["score_delta"], whole["unit_id"]) == (
            float(row["total"]),
            float(row["scoreDelta"]),
            None,
        )
        assert all(found[row["code"], group]["score"] == float(row[name]) for name, group in names.items())


def test_the_same_content_again_changes_nothing(folder: Path) -> None:
    """Imported again, under its own or another name, every unit row is skipped and no table gets a version."""
    store = prepare(folder)
    before = {table: store.version(table) for table in ("scores", "imports", "rejects")}
    file = folder / "exports" / "gia-lai" / "scores_GiaLai_24092026.json"
    again = take(folder, file)
    assert (again.read, again.accepted, again.skipped) == (150, 0, 150)
    assert {table: store.version(table) for table in before} == before
    content = json.loads(file.read_text("utf-8"))
    other = take(folder, write(folder / "copy_24092026.json", content | {"note": 1}))
    assert (other.accepted, other.skipped, other.details["skipped"]) == (0, 150, {"unchanged": 150})
    assert store.version("scores") == before["scores"]


def test_facts_and_ledger_stay_untouched(folder: Path) -> None:
    """Scores are no dossiers: no facts, no ledger, no unit is written."""
    store = prepare(folder)
    assert [store.version(table) for table in ("facts", "ledger", "units", "procedures")] == [None] * 4


def test_other_numbers_of_a_day_are_kept_beside_the_older(tmp_path: Path) -> None:
    """A restated number makes a new snapshot; the older stays as it was, and the newest by time of capture counts."""
    late = asked(progress(unit(101, totalOnTime=96, score=19.2)), captured="2026-09-02T09:00:00Z")
    take(tmp_path, asked(progress(unit(101))), "a.json")
    done = take(tmp_path, late, "b.json")
    assert (done.accepted, done.skipped, done.details["restated"]) == (1, 1, 1)  # the province said the same
    points = scores(tmp_path).filter(unit_id="xa-so-101", criterion="PROCESSED_ON_TIME")
    assert sorted(points["score"]) == [19.0, 19.2]
    assert points["snapshot"].n_unique() == 2
    early = take(
        tmp_path,
        asked(progress(unit(101, totalOnTime=94, score=18.8)), captured="2026-09-02T01:00:00Z"),
        "c.json",
    )
    assert early.accepted == 2
    assert listing(prepare(tmp_path), GIA_LAI)["restated"].tolist() == [True]
    assert take(tmp_path, asked(progress(unit(101))) | {"x": 1}, "d.json").skipped == 2


def test_back_to_earlier_numbers_within_a_day(tmp_path: Path) -> None:
    """19,0 at three, 19,2 at five, 19,0 again at nine: all three are kept, and the day ends with 19,0."""
    said = (("03", 95, 19.0), ("05", 96, 19.2), ("09", 95, 19.0))
    for hour, on_time, score in said:
        content = progress(unit(101, totalOnTime=on_time, score=score))
        take(tmp_path, asked(content, captured=f"2026-09-02T{hour}:00:00Z"), f"{hour}.json")
    points = scores(tmp_path).filter(unit_id="xa-so-101", criterion="PROCESSED_ON_TIME")
    assert points.sort("captured_at")["score"].to_list() == [19.0, 19.2, 19.0]
    own = snapshot(prepare(tmp_path), GIA_LAI)
    assert own.loc[
        own["unit"].eq("xa-so-101") & own["indicator"].eq("PROCESSED_ON_TIME"), "score"
    ].tolist() == [19.0]


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1)])
def test_pages_fetched_again_with_one_number_changed(tmp_path: Path, order: tuple[int, ...]) -> None:
    """In whatever order the pages come, no unit is lost: the changed one is new, the others are as they were."""
    pages = {n: transparency(published(100 + n), total=3) for n in (1, 2, 3)}
    again = pages | {1: transparency(published(101, totalScore=11.0), total=3)}
    for n in (1, 2, 3):
        take(tmp_path, asked(pages[n]), f"{n}.json")
    done = [
        take(tmp_path, asked(again[n], captured="2026-09-02T09:00:00Z"), f"{n}-again.json") for n in order
    ]
    assert sum(one.accepted for one in done) == 1
    table = listing(prepare(tmp_path), GIA_LAI)
    assert table[["units", "complete", "restated"]].to_numpy().tolist() == [[3, True, True]]
    own = snapshot(prepare(tmp_path), GIA_LAI)
    groups = own[own["indicator"].eq("score_766_CKMB")].set_index("unit")["value"]
    assert (len(groups.drop(index=[None], errors="ignore")), groups["xa-so-101"]) == (3, 11.0)


def test_another_day_is_another_snapshot(tmp_path: Path) -> None:
    """The same numbers on a later day are kept too: that nothing moved is a fact."""
    take(tmp_path, asked(progress(unit(101))), "a.json")
    later = take(tmp_path, asked(progress(unit(101)), captured="2026-09-03T03:00:00Z"), "b.json")
    assert later.accepted == 2
    assert scores(tmp_path)["captured_on"].n_unique() == 2


def test_pages_in_several_files_are_one_snapshot(tmp_path: Path) -> None:
    """Until the last page is there the snapshot is incomplete, and says of what it lacks."""
    take(tmp_path, asked(transparency(published(101), published(102), total=3)), "1.json")
    table = listing(prepare(tmp_path), GIA_LAI)
    assert table[["complete", "incomplete"]].to_numpy().tolist() == [[False, "transparency 2/3"]]
    take(tmp_path, asked(transparency(published(103), total=3), captured="2026-09-02T03:01:00Z"), "2.json")
    table = listing(prepare(tmp_path), GIA_LAI)
    assert table[["units", "complete", "incomplete", "restated"]].to_numpy().tolist() == [
        [3, True, "", False]
    ]
    assert scores(tmp_path)["snapshot"].n_unique() == 1


def test_what_nothing_states_is_marked_and_stated_later(tmp_path: Path) -> None:
    """Without a word of period and time the snapshot is not stated; the same file with options is one that is."""
    content = progress(unit(101))
    first = take(tmp_path, {"code": "OK", "data": content, "message": "OK"})
    assert first.details["basis"][0]["assumed"] == ["period", "captured"]
    assert scores(tmp_path)["stated"].unique().to_list() == [False]
    told = take(tmp_path, tmp_path / "response.json", period="2026-08", captured="2026-09-02")
    assert told.accepted == 2
    assert set(scores(tmp_path).filter("stated")["period"]) == {"2026-08@calendar"}


def test_an_import_that_died_is_listed_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scores are one commit: a process that dies after it leaves them whole, and the next import lists it."""
    whole = Store.write

    def dies(self: Store, table: str, *args: Any, **more: Any) -> int:
        if table == "imports":
            raise KeyboardInterrupt
        return whole(self, table, *args, **more)

    monkeypatch.setattr(Store, "write", dies)
    with pytest.raises(KeyboardInterrupt):
        take(tmp_path, asked(progress(unit(101))))
    monkeypatch.undo()
    store = prepare(tmp_path)
    assert store.frame("imports").is_empty()
    assert take(tmp_path, tmp_path / "response.json").skipped == 2
    assert store.frame("imports")["accepted"].to_list() == [2]
    importer.heal(store)
    assert store.frame("imports").height == 1
    assert scores(tmp_path)["unit_id"].n_unique() == 2


def test_no_personal_data_enters(tmp_path: Path) -> None:
    """Fields that no table knows, and messages that hold a number of a person, are in no file of the store."""
    row = published(101) | {"leaderName": "Zyxwvut Qponml", "phone": "0987654321"}
    row["metrics"][1]["dataQualityMessage"] = "Gọi 0987654321"
    take(tmp_path, asked(transparency(row)) | {"token": "Zyxwvut"})
    texts = [pl.read_parquet(f).write_json() for f in (tmp_path / "store").rglob("*.parquet")]
    texts += [f.read_text("utf-8") for f in (tmp_path / "store").rglob("*.json")]
    assert not [text for text in texts if "Zyxwvut" in text or "0987654321" in text]
