"""What a report depends on: found unchanged without running anything, made again for its own reasons only, each told."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hoso.delivery.freshness import Inputs, common_to_all, reasons, unchanged
from hoso.delivery.outputs import sha256, write_json
from hoso.records import keys, pinned
from hoso.records.importer import import_file
from hoso.records.store import Store
from hoso.vocabulary.places import find_province
from tests import stores
from tests.delivery.small import CELLS, DOSSIERS, Small

FORMATS = ("html",)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return Small.filled(tmp_path_factory.mktemp("filled") / "workbook")


@pytest.fixture
def small(filled: Small, tmp_path: Path) -> Small:
    """A workbook whose report was published just now, to be spoilt."""
    copied = filled.copy(tmp_path / "workbook")
    copied.machine.mkdir(parents=True)
    document = copied.run.documents(copied.reports, FORMATS)[0]
    document.write_text("báo cáo", "utf-8")
    (copied.machine / "figures.json").write_text("{}", "utf-8")
    files = {"small.html": sha256(document), "small/figures.json": sha256(copied.machine / "figures.json")}
    write_json(copied.machine / "manifest.json", {"inputs": copied.inputs.of(copied.run), "files": files})
    return copied


def why(small: Small, formats: tuple[str, ...] = FORMATS) -> list[str]:
    """The reasons, held against the quick answer."""
    found = reasons(small.run, small.reports, formats, small.inputs.of(small.run))
    assert unchanged(small.run, small.reports, formats, small.inputs.of(small.run)) == (found == [])
    return found


def test_what_was_published_just_now_is_unchanged(small: Small) -> None:
    """No reason to make it again."""
    assert why(small) == []


def test_the_parts_have_names_a_person_reads(small: Small) -> None:
    """One digest for each table that holds something of the place, the notebook, the library, the reference data."""
    parts = small.inputs.of(small.run)
    assert list(parts) == ["facts", "imports", "notebook", "library", "reference", "parameters"]
    assert parts["parameters"] == "63-02 ha-giang 2024-9M"
    assert parts["notebook"] == sha256(small.workbook.notebooks / "small.ipynb")


def more_dossiers(small: Small) -> None:
    stores.load(small.folder / "data", [DOSSIERS[0] | {"finished": "11/01/2024"}], "late.csv")


def other_notebook(small: Small) -> None:
    small.write([*CELLS, ("more", "1")])


def other_targets(small: Small) -> None:
    (small.workbook.reference / "targets.csv").write_text("id\n", "utf-8")


def edited(small: Small) -> None:
    small.run.documents(small.reports, FORMATS)[0].write_text("số khác", "utf-8")


def lost(small: Small) -> None:
    (small.machine / "figures.json").unlink()


def damaged(small: Small) -> None:
    (small.machine / "manifest.json").write_text('{"inputs": ', "utf-8")


def never(small: Small) -> None:
    shutil.rmtree(small.reports)


def of_an_earlier_program(small: Small) -> None:
    told = small.manifest
    told["inputs"] = {"data": "1" * 64, **{k: v for k, v in told["inputs"].items() if k != "facts"}}
    write_json(small.machine / "manifest.json", told)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (more_dossiers, ["dữ liệu hồ sơ đã thay đổi", "các lần nạp dữ liệu đã thay đổi"]),
        (other_notebook, ["sổ tay báo cáo đã thay đổi"]),
        (other_targets, ["danh mục, chỉ tiêu dùng chung (data/reference) đã thay đổi"]),
        (edited, ["tệp small.html đã bị sửa sau khi phát hành"]),
        (lost, ["thiếu tệp small/figures.json"]),
        (damaged, ["bản ghi phát hành (manifest.json) không đọc được"]),
        (never, ["chưa phát hành lần nào"]),
        (of_an_earlier_program, ["có thêm dữ liệu hồ sơ", "data không còn"]),
    ],
)
def test_each_change_is_told(small: Small, change: Callable[[Small], None], told: list[str]) -> None:
    """Each part that differs is one line; nothing else is."""
    change(small)
    assert why(small) == told


def test_a_format_that_was_not_made_is_a_reason(small: Small) -> None:
    """Asked for the PDF as well, the report is made again."""
    assert why(small, ("html", "pdf")) == ["chưa có bản PDF"]


def test_another_unit_is_another_report(small: Small) -> None:
    """What a unit's sheet was made from is no word on the whole place's."""
    inputs = small.inputs.of(small.run)
    assert reasons(small.run.of_unit("so-tu-phap"), small.reports, FORMATS, inputs) == [
        "chưa phát hành lần nào"
    ]


def test_another_provinces_import_changes_nothing(small: Small) -> None:
    """Only the files of the place count: a country is not made again for one province's correction."""
    file = stores.write_csv(small.folder / "kon-tum.csv", DOSSIERS)
    data = small.folder / "data"
    import_file(stores.prepare(data), file, find_province("kon-tum", "63"), keys.load(data / "key"))
    assert why(small) == []


def test_a_batch_sees_the_data_as_they_were_when_it_began(
    small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import in the midst of a batch is the next batch's: the digests are those of the pinned versions."""
    store = small.store
    before, version = small.inputs.of(small.run), small.inputs.data_version
    pinned.write(tmp_path / "batch", store.root, pinned.versions(store))
    more_dossiers(small)
    with monkeypatch.context() as patch:
        patch.setenv(pinned.VARIABLE, str(tmp_path / "batch"))
        inside = Inputs(small.workbook, Store.open(small.workbook.store))
        assert (inside.of(small.run), inside.data_version, inside.pinned) == (before, version, True)
    assert small.inputs.of(small.run) != before
    assert version is not None and (small.inputs.data_version or 0) > version


def test_a_sheet_under_another_name_is_another(small: Small) -> None:
    """Nobody reads a sheet that was renamed: the same bytes are not the same reference data."""
    other_targets(small)
    write_json(small.machine / "manifest.json", small.manifest | {"inputs": small.inputs.of(small.run)})
    assert why(small) == []
    targets = small.workbook.reference / "targets.csv"
    targets.rename(targets.with_name("targets.csv.old"))
    assert why(small) == ["danh mục, chỉ tiêu dùng chung (data/reference) đã thay đổi"]


def test_options_are_told_apart_by_their_names(small: Small) -> None:
    """One value under two names, and two values that read alike side by side, are different reports."""
    names = dict.fromkeys(("province", "period", "first", "second"), "")
    notebook = replace(small.run.notebook, parameters=names)
    options = (
        {"first": "a"},
        {"second": "a"},
        {"first": "a b", "second": "c"},
        {"first": "a", "second": "b c"},
    )
    runs = [replace(small.run, notebook=notebook, options=tuple(given.items())) for given in options]
    assert len({small.inputs.of(run)["parameters"] for run in runs}) == len(runs)


def test_a_late_worker_records_what_the_batch_began_with(small: Small) -> None:
    """A sheet edited while the batch runs was perhaps not read: the next batch finds the report to be made again."""
    began = common_to_all(small.workbook)
    other_targets(small)
    late = Inputs(small.workbook, small.store, began).of(small.run)
    assert {part: late[part] for part in began} == began
    assert late["reference"] != small.inputs.of(small.run)["reference"]


def test_without_data_there_is_nothing_to_make(filled: Small) -> None:
    """What is lacking is told in the words of an office."""
    elsewhere = Small(filled.folder).run
    other = type(elsewhere)(elsewhere.notebook, find_province("kon-tum", "63"), elsewhere.period)
    assert filled.inputs.lacking(filled.run) is None
    assert filled.inputs.lacking(other) == "dữ liệu hồ sơ"


def test_inputs_are_read_once(small: Small) -> None:
    """A change while they live is for the next ones: all runs of a batch are judged by the same."""
    inputs = small.inputs
    before = inputs.of(small.run)
    other_notebook(small)
    more_dossiers(small)
    assert inputs.of(small.run) == before
    assert json.dumps(before)  # goes into the manifest as it is
