"""The versions of a report: kept before they are superseded, whole or not at all, and compared number by number."""

import copy
import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hoso.delivery import history, outputs
from hoso.delivery.changes import NO_FIGURES, Change, changes
from hoso.presentation.figures import Figure

KEY = {"kind": "result", "part": "value", "indicator": "on_time_rate", "unit": None, "period": "2024-9M"}


def figure(identifier: str, numerator: float, denominator: float, **key: Any) -> dict[str, Any]:
    """A rate as a report records it."""
    made = Figure(
        key=KEY | key, title="Tỷ lệ đúng hạn", measure="rate", value=numerator / denominator,
        numerator=numerator, denominator=denominator, measured_in="hồ sơ",
    )  # fmt: skip
    return made.record(identifier)


def written(
    *figures: dict[str, Any], late: int = 3, rows: int = 2, data_date: str = "2024-09-13"
) -> dict[str, Any]:
    """A figures.json with one table of units."""
    units = [("xa-dak-to", "Xã Đăk Tô", late), ("xa-po-ko", "Xã Pô Kô", 7)][:rows]
    table = {
        "id": "by-unit", "caption": "Kết quả theo đơn vị", "columns": ["STT", "Đơn vị", "Quá hạn"],
        "rows": [{"name": name, "values": [None, None, count], "printed": ["1", name, str(count)]} for _, name, count in units],
        "verify": {"by": "unit", "period": "2024-9M", "columns": [None, None, ["late"]],
                   "rows": [{"unit": unit, "level": "commune"} for unit, _, _ in units]},
    }  # fmt: skip
    about = {"period": "2024-9M", "unit": None, "data_date": data_date, "provisional": None}
    return {"document": about, "figures": list(figures), "tables": [table]}


OLD = written(figure("f1", 90, 100))
NEW = written(figure("f1", 95, 100))


# ── what changed ─────────────────────────────────────────────────────────────────────────────────


def told(before: dict[str, Any], after: dict[str, Any], final: bool = True) -> list[tuple[str, ...]]:
    return [(c.kind, c.title, c.before, c.after, c.difference) for c in changes(before, after, final)]


def test_a_figure_that_moved_is_told_with_both_prints_and_the_difference() -> None:
    """Before and after as printed, with their fractions; the difference in points, signed, by the exact fractions."""
    assert told(OLD, NEW) == [
        ("restated", "Tỷ lệ đúng hạn", "90,0% (90/100 hồ sơ)", "95,0% (95/100 hồ sơ)", "+5,0 điểm phần trăm")
    ]
    assert told(NEW, OLD, final=False)[0][0::4] == ("moved", "-5,0 điểm phần trăm")


def test_a_change_too_small_for_the_print_is_still_seen() -> None:
    """97,9% twice, of other counts: the difference has as many decimals as it takes."""
    before, after = written(figure("f1", 160388, 163854)), written(figure("f1", 160425, 163854))
    ((_, _, then, now, difference),) = told(before, after)
    assert then.startswith("97,9%")
    assert now.startswith("97,9%")
    assert difference == "+0,02 điểm phần trăm"


def test_a_cell_is_known_by_its_table_unit_and_column() -> None:
    """A count of a unit changed: its row by the unit's id, so that a renamed unit is the same row."""
    after = copy.deepcopy(OLD)
    after["tables"][0]["rows"][0] = {
        "name": "Xã Đắk Tô", "values": [None, None, 1203], "printed": ["1", "Xã Đắk Tô", "1.203"],
    }  # fmt: skip
    (change,) = changes(OLD, after, final=True)
    assert change == Change("restated", "Kết quả theo đơn vị", "Xã Đắk Tô – Quá hạn", "3", "1.203", "+1.200")


def test_a_rate_of_a_table_is_told_in_percent() -> None:
    """Where the file has no print of its cells, their keys say which are rates; the difference is in points."""
    keys = [
        None,
        {"kind": "result", "part": "value", "indicator": "online_rate"},
        {"kind": "result", "part": "numerator"},
    ]
    before = copy.deepcopy(OLD)
    table = before["tables"][0]
    table |= {
        "columns": ["Đơn vị", "Tỷ lệ", "Hồ sơ"],
        "verify": {"kind": "keys", "columns": keys, "rows": table["verify"]["rows"]},
    }
    table["rows"] = [
        {"name": "Xã Đăk Tô", "values": [None, 0.17, 1470.0]},
        {"name": "Xã Pô Kô", "values": [None, 1.0, 7.0]},
    ]
    after = copy.deepcopy(before)
    after["tables"][0]["rows"][0]["values"] = [None, 0.1786, 1543.0]
    assert told(before, after) == [
        ("restated", "Xã Đăk Tô – Tỷ lệ", "17,0%", "17,9%", "+0,9 điểm phần trăm"),
        ("restated", "Xã Đăk Tô – Hồ sơ", "1.470", "1.543", "+73"),
    ]


def test_new_and_gone_numbers_are_told() -> None:
    """A figure of another unit, named as the tables name it, and a row that went."""
    after = written(figure("f1", 90, 100), figure("f2", 1, 4, unit="xa-dak-to"), rows=1)
    assert told(OLD, after) == [
        ("new", "Tỷ lệ đúng hạn, Xã Đăk Tô", "–", "25,0% (1/4 hồ sơ)", ""),
        ("gone", "Xã Pô Kô – Quá hạn", "7", "–", ""),
    ]


def test_a_count_has_no_decimals_and_a_difference_of_rates_its_unit() -> None:
    """What a count moved by is whole, whatever its record says of decimals; points are told; the same line stands once."""
    count = {"kind": "result", "part": "value", "indicator": "late", "unit": None, "period": "2024-9M"}
    between = {"kind": "difference", "scale": 100, "a": KEY, "b": KEY}

    def made(late: int, gained: float) -> dict[str, Any]:
        return written(
            Figure(key=count, title="Quá hạn", measure="count", value=late, decimals=1).record("f1"),
            Figure(key=between, title="Tăng", measure="points", value=gained).record("f2"),
            Figure(key=between | {"absolute": True}, title="Tăng", measure="points", value=gained).record(
                "f3"
            ),
        )

    assert told(made(3429, 1.5), made(3568, 1.4)) == [
        ("restated", "Quá hạn", "3.429", "3.568", "+139"),
        ("restated", "Tăng", "1,5 điểm phần trăm", "1,4 điểm phần trăm", "-0,1 điểm phần trăm"),
    ]


def test_a_version_of_before_reports_of_units_is_compared() -> None:
    """Its file does not say that it is of no unit; that is no damage."""
    before = copy.deepcopy(OLD)
    del before["document"]["unit"]
    before["figures"][0]["key"]["unit"] = "xa-dak-to"
    assert [change[1] for change in told(before, NEW)] == ["Tỷ lệ đúng hạn", "Tỷ lệ đúng hạn, Xã Đăk Tô"]


def test_a_value_that_was_missing_is_no_zero() -> None:
    """A dash that became a number has no difference: there was nothing to subtract from."""
    before = copy.deepcopy(OLD)
    before["tables"][0]["rows"][0] |= {"values": [None, None, None], "printed": ["1", "Xã Đăk Tô", "–"]}
    assert told(before, OLD) == [("restated", "Xã Đăk Tô – Quá hạn", "–", "3", "")]


def test_the_day_of_the_data_is_no_part_of_a_figure() -> None:
    """Scores are asked for "as on a day": on newer data it is another day and the same figure."""
    before = written(figure("f1", 90, 100, on="2024-09-13"))
    after = written(figure("f1", 91, 100, on="2024-09-20"), data_date="2024-09-20")
    assert [kind for kind, *_ in told(before, after)] == ["restated"]


def test_words_and_order_are_no_numbers() -> None:
    """A definition written anew, figures and rows in another order: nothing changed."""
    after = copy.deepcopy(written(figure("f9", 1, 2, unit="xa-po-ko"), figure("f1", 90, 100)))
    after["figures"].reverse()
    after["figures"][0] |= {"definition": "viết lại", "id": "f7"}
    after["tables"][0]["rows"].reverse()
    after["tables"][0]["verify"]["rows"].reverse()
    assert [change.kind for change in changes(OLD, after, final=True)] == ["new"]


@pytest.mark.parametrize("damaged", [{}, {"document": {}, "figures": [], "tables": [{}]}, {"document": 1}])
def test_what_is_no_figures_file_is_refused(damaged: dict[str, Any]) -> None:
    """Only the errors that readers expect."""
    with pytest.raises(NO_FIGURES):
        changes(OLD, damaged, final=True)


# ── keeping versions ─────────────────────────────────────────────────────────────────────────────


class Killed(BaseException):
    """The machine went down."""


def publish(
    reports: Path, content: dict[str, Any], made_at: str, killed: Callable[[], None] | None = None
) -> int:
    """What a run does, up to the moment it is killed."""
    live, stage = reports / "review", reports / f".stage-{made_at}"
    (stage / "review").mkdir(parents=True)
    outputs.write_json(stage / "review" / "figures.json", content)
    number = history.keep(live, stage / "review")
    digest = outputs.sha256(stage / "review" / "figures.json")
    manifest = {"made_at": made_at, "revision": number, "files": {"review/figures.json": digest}}
    outputs.write_json(stage / "review" / "manifest.json", manifest)
    live.mkdir(exist_ok=True)
    if killed:
        killed()
    outputs.publish(stage, reports, ["review/figures.json", "review/manifest.json"])
    return number


def kept(reports: Path) -> list[tuple[int, float]]:
    """The versions, newest first, each with the value of its first figure."""
    found = [(version.revision, version.read()) for version in history.versions(reports / "review")]
    return [(number, content["figures"][0]["value"]) for number, content in found if content]


def test_a_superseded_version_is_kept(tmp_path: Path) -> None:
    """Three publications with other figures: three versions, the earlier ones compressed, the newest live."""
    numbers = [publish(tmp_path, written(figure("f1", n, 100)), f"t{n}") for n in (90, 91, 92)]
    assert numbers == [1, 2, 3]
    assert kept(tmp_path) == [(3, 0.92), (2, 0.91), (1, 0.9)]
    names = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert names == [
        "review/figures.json", "review/history/1/figures.json.gz", "review/history/1/manifest.json",
        "review/history/2/figures.json.gz", "review/history/2/manifest.json", "review/manifest.json",
    ]  # fmt: skip
    first = tmp_path / "review" / "history" / "1"
    assert (
        json.loads(gzip.decompress((first / "figures.json.gz").read_bytes()))["figures"][0]["numerator"] == 90
    )
    assert json.loads((first / "manifest.json").read_text("utf-8"))["made_at"] == "t90"


def test_the_same_figures_are_the_same_version(tmp_path: Path) -> None:
    """A report made again from a newer library with the same numbers keeps its number, and nothing is archived."""
    assert [publish(tmp_path, OLD, "a"), publish(tmp_path, copy.deepcopy(OLD), "b")] == [1, 1]
    assert kept(tmp_path) == [(1, 0.9)]
    assert not (tmp_path / "review" / "history").exists()


def die() -> None:
    raise Killed


def test_a_run_killed_before_it_went_live_loses_nothing(tmp_path: Path) -> None:
    """The live version stays, is listed once though it is kept already, and the next run numbers on from it."""
    publish(tmp_path, OLD, "a")
    with pytest.raises(Killed):
        publish(tmp_path, NEW, "b", killed=die)
    assert kept(tmp_path) == [(1, 0.9)]
    assert publish(tmp_path, written(figure("f1", 96, 100)), "c") == 2
    assert kept(tmp_path) == [(2, 0.96), (1, 0.9)]


def test_a_run_killed_between_two_files_loses_nothing(tmp_path: Path) -> None:
    """figures.json new, manifest old: no version that was published is lost, and the new one gets its own number."""
    publish(tmp_path, OLD, "a")

    def half() -> None:
        (tmp_path / ".stage-b" / "review" / "figures.json").replace(tmp_path / "review" / "figures.json")
        raise Killed

    with pytest.raises(Killed):
        publish(tmp_path, NEW, "b", killed=half)
    assert publish(tmp_path, NEW, "c") == 2
    assert kept(tmp_path) == [(2, 0.95), (1, 0.9)]


def test_a_run_killed_while_keeping_leaves_no_half_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed at any write or rename of the archive: the version has its name only when it is whole."""
    publish(tmp_path, OLD, "a")
    for n, (module, name) in enumerate([(gzip, "compress"), (os, "fsync"), (Path, "rename")]):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, lambda *_, **__: die())
            with pytest.raises(Killed):
                publish(tmp_path, NEW, f"killed-{n}")
        assert kept(tmp_path) == [(1, 0.9)]
        assert not list((tmp_path / "review").glob("history/*"))
    assert publish(tmp_path, NEW, "b") == 2
    assert kept(tmp_path) == [(2, 0.95), (1, 0.9)]


def test_half_a_version_from_elsewhere_is_ignored(tmp_path: Path) -> None:
    """A folder without a manifest, or with a torn archive, hides no other version and is not overwritten."""
    half = tmp_path / "review" / "history" / "1"
    half.mkdir(parents=True)
    (half / "figures.json.gz").write_bytes(b"\x1f\x8b torn")
    publish(tmp_path, OLD, "a")
    assert publish(tmp_path, NEW, "b") == 3
    assert kept(tmp_path) == [(3, 0.95), (2, 0.9)]
    assert (half / "figures.json.gz").read_bytes() == b"\x1f\x8b torn"


@pytest.mark.parametrize("name", ["manifest.json", "figures.json"])
def test_a_damaged_live_version_is_kept_as_it_is(tmp_path: Path, name: str) -> None:
    """Cut off by a full disk, it is still the only copy: kept byte for byte, and the report can be made again."""
    publish(tmp_path, OLD, "a")
    file = tmp_path / "review" / name
    torn = file.read_bytes()[:50]
    file.write_bytes(torn)
    assert publish(tmp_path, NEW, "b") == 2
    archived = tmp_path / "review" / "history" / "1"
    saved = (
        (archived / "manifest.json").read_bytes(),
        gzip.decompress((archived / "figures.json.gz").read_bytes()),
    )
    assert torn in saved
    assert [version.revision for version in history.versions(tmp_path / "review")] == [2, 1]
