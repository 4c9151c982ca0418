"""Real runs of the review on a small store: what is published, what a failure leaves alone, what verify finds."""

import contextlib
import io
import json
import re
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import polars as pl
import pytest

from hoso.delivery import cli
from hoso.delivery.outputs import sha256, write_json
from hoso.delivery.signatures import signatures
from hoso.records.keys import SHORT
from hoso.records.store import Store
from tests import stores
from tests.formats.figures import docx_text, page_text
from tests.offices import OFFICE, PIN, pkcs12

ROOT = Path(__file__).parents[2]
ASKED = ("report", "review", "--province", "ha-giang", "--period", "2024-9M")
PERSONAL = {"owner": "Chủ hồ sơ", "identity": "Số CCCD", "phone": "Số điện thoại", "note": "Ghi chú"}
PERSON = {
    "owner": "Giàng Thị Mỷ",
    "identity": "002199000123",
    "phone": "0912345678",
    "note": "con bà Sùng Thị Dợ",
}
ROW = {"received": "02/01/2024 08:00", "due": "10/01/2024", "finished": "09/01/2024 10:00"}
LATE = {"finished": "11/01/2024 08:00"}
LAST_YEAR = {"received": "15/12/2022 08:00", "due": "22/12/2022", "finished": "20/12/2022 08:00"}
OPEN = {"received": "13/09/2024 08:00", "due": "30/09/2024", "finished": "", "status": "Đang xử lý"}
SHAPES = [*[ROW] * 23, ROW | LATE, *[LAST_YEAR] * 12, *[OPEN] * 4]
DOSSIERS = [shape | PERSON | {"id": f"H22.16-2024-{i:04}"} for i, shape in enumerate(SHAPES)]
NOT_A_TABLE = b"whoever opens this gets no table"


@dataclass(frozen=True)
class Said:
    """What a command said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Place:
    """A workbook of its own: notebooks and reference data copied, store, reports and key beside them."""

    folder: Path

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    @property
    def report(self) -> Path:
        return self.reports / "ha-giang" / "2024-9M"

    @property
    def notebook(self) -> Path:
        return self.folder / "notebooks" / "review.ipynb"

    @property
    def private(self) -> Path:
        (only,) = (self.folder / "store" / "private" / "ids").rglob("*.parquet")
        return only

    def hoso(self, *words: object) -> Said:
        """Runs a command on this workbook, whatever the environment says, and leaves the environment as it was."""
        out, err = io.StringIO(), io.StringIO()
        variables = {
            "ROOT": self.folder,
            "STORE": self.folder / "store",
            "REPORTS": self.reports,
            "KEY": self.folder / "key",
        }
        with pytest.MonkeyPatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(f"HOSO_{name}", str(value))
            patch.setenv("COLUMNS", "200")
            patch.setattr(sys, "argv", ["hoso", *map(str, words)])
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                try:
                    cli.main()
                    code = 0
                except SystemExit as error:
                    code = int(error.code or 0)
        return Said(code, out.getvalue(), err.getvalue())

    def files(self) -> dict[str, bytes]:
        """Every file under the reports folder."""
        found = sorted(file for file in self.reports.rglob("*") if file.is_file())
        return {file.relative_to(self.reports).as_posix(): file.read_bytes() for file in found}

    def index(self) -> str:
        return (self.reports / "index.html").read_text("utf-8")

    def copy(self, to: Path) -> "Place":
        shutil.copytree(self.folder, to)
        return Place(to)


@dataclass(frozen=True)
class Good:
    """A workbook with one finished review, a copy of it as it was then, and what the commands said."""

    place: Place
    then: Place
    first: Said
    second: Said
    verified: Said


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Good:
    """Imports, hides the private table, makes the review twice and verifies it."""
    place = Place(tmp_path_factory.mktemp("runs") / "workbook")
    shutil.copytree(ROOT / "data" / "reference", place.folder / "data" / "reference")
    shutil.copytree(ROOT / "notebooks", place.folder / "notebooks")
    with pytest.MonkeyPatch.context() as patch:
        for name, header in PERSONAL.items():
            patch.setitem(stores.HEADERS, name, header)
        stores.load(place.folder, DOSSIERS, "export-2024.csv")
    kept = place.private.read_bytes()
    place.private.write_bytes(NOT_A_TABLE)
    said = [place.hoso(*ASKED), place.hoso(*ASKED), place.hoso("verify", place.report)]
    assert place.private.read_bytes() == NOT_A_TABLE
    place.private.write_bytes(kept)
    return Good(place, place.copy(tmp_path_factory.mktemp("then") / "workbook"), *said)


@pytest.fixture
def copy(good: Good, tmp_path: Path) -> Place:
    """The workbook with its finished review, to be spoilt."""
    return good.then.copy(tmp_path / "workbook")


# ── a finished report ────────────────────────────────────────────────────────────────────────────


def test_a_run_publishes_five_files_and_the_index(good: Good) -> None:
    """Documents in reports/<province>/<period>, machine files in a folder beside them, nothing else."""
    assert (good.first.code, good.first.err) == (0, "")
    assert "review ha-giang 2024-9M: done" in good.first.out
    assert "index.html" in good.then.files()
    assert own(good.then.files()) == {
        "ha-giang/2024-9M/review.html", "ha-giang/2024-9M/review.pdf", "ha-giang/2024-9M/review/figures.json",
        "ha-giang/2024-9M/review/manifest.json", "ha-giang/2024-9M/review/review.ipynb",
    }  # fmt: skip
    assert (good.then.report / "review.pdf").read_bytes().startswith(b"%PDF-")


def own(files: Iterable[str]) -> set[str]:
    """The files of reports; the others are the site's, written anew after each run."""
    return {name for name in files if name.startswith("ha-giang/2024-9M/")}


def test_no_stage_folder_is_left_over(good: Good) -> None:
    """A run works in the program's private folder and takes its stage away."""
    assert [path.name for path in good.then.reports.iterdir() if path.name.startswith(".")] == [".hoso"]
    assert list((good.then.reports / ".hoso" / "stage").iterdir()) == []


def manifest_of(place: Place) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((place.report / "review" / "manifest.json").read_text("utf-8"))
    return manifest


def test_the_manifest_has_the_digest_of_every_file(good: Good) -> None:
    """What was published is known byte for byte, and from which data, notebook and period."""
    manifest = manifest_of(good.then)
    assert set(manifest["files"]) == {
        "review.html",
        "review.pdf",
        "review/figures.json",
        "review/review.ipynb",
    }
    assert {name: sha256(good.then.report / name) for name in manifest["files"]} == manifest["files"]
    assert (manifest["status"], manifest["province"], manifest["period"]) == ("done", "ha-giang", "2024-9M")
    assert manifest["inputs"]["notebook"] == sha256(good.then.notebook)
    assert manifest["data_version"] == Store.open(good.then.folder / "store").version("facts")


def figure_of(place: Place, **key: object) -> dict[str, Any]:
    figures = json.loads((place.report / "review" / "figures.json").read_text("utf-8"))["figures"]
    return next(figure for figure in figures if key.items() <= figure["key"].items())


ON_TIME = {"indicator": "on_time_rate", "variant": "06a", "period": "2024-9M", "part": "value", "unit": None}


def test_the_figures_are_those_of_the_store(good: Good) -> None:
    """23 of the 24 dossiers closed in the period were on time; 12 of 12 the year before."""
    now = figure_of(good.then, **ON_TIME)
    before = figure_of(good.then, **ON_TIME | {"period": "2023-9M"})
    assert (now["printed"], now["fraction"], before["printed"]) == ("95,8%", "23/24 hồ sơ", "100,0%")
    page = (good.then.report / "review.html").read_text("utf-8")
    assert re.search(r"<data\b[^>]*>95,8%", page)


def test_a_second_run_changes_nothing(good: Good) -> None:
    """With the same inputs the report is not made again."""
    assert (good.second.code, good.second.err) == (0, "")
    assert "review ha-giang 2024-9M: unchanged" in good.second.out


def test_a_run_needs_no_private_table(good: Good) -> None:
    """Report and verify ran while the table that leads back to dossier ids could not be read by anyone."""
    assert (good.first.code, good.verified.code) == (0, 0)


def test_nothing_published_leads_back_to_a_dossier(good: Good) -> None:
    """No dossier id, no pseudonym, no name, number or word of a person, in no file that leaves the office."""
    facts = pl.read_parquet(Store.open(good.then.folder / "store").files("facts"))
    pseudonyms = facts["dossier"].to_list()
    assert len(pseudonyms) == len(DOSSIERS)
    secrets = [*PERSON.values(), "H22.16-2024", *pseudonyms]
    for name, content in good.then.files().items():
        if not name.endswith(".pdf"):
            assert [secret for secret in secrets if secret in content.decode()] == [], name


@pytest.mark.parametrize(
    "name", ["review.html", "review/review.ipynb", "review/figures.json", "review/manifest.json"]
)
def test_nothing_published_names_a_folder_of_this_machine(good: Good, name: str) -> None:
    """No path of the workbook, the store or the environment: a reader elsewhere learns nothing of the machine."""
    text = (good.then.report / name).read_text("utf-8")
    places = {
        str(path)
        for path in (ROOT, good.place.folder, Path.home(), Path(sys.prefix), good.place.folder.parents[1])
    }
    assert sorted(place for place in places if place in text) == []


# ── formats and signatures ───────────────────────────────────────────────────────────────────────


def test_formats_that_are_there_are_not_made_again(copy: Place) -> None:
    """Asked for one of the two it has, a report is unchanged and keeps both."""
    said = copy.hoso(*ASKED, "--formats", "html")
    assert (said.code, said.err) == (0, "")
    assert "review ha-giang 2024-9M: unchanged" in said.out
    assert (copy.report / "review.pdf").is_file()


def test_other_formats_come_from_the_same_document_and_no_old_one_stays(copy: Place) -> None:
    """Word and Excel with the same figures, so the same version; what the run did not make lies there no more."""
    said = copy.hoso(*ASKED, "--formats", "xlsx,docx")
    assert (said.code, said.err) == (0, "")
    assert {file.name for file in copy.report.iterdir()} == {"review", "review.docx", "review.xlsx"}
    manifest = manifest_of(copy)
    assert {name for name in manifest["files"] if "/" not in name} == {"review.docx", "review.xlsx"}
    assert {name: sha256(copy.report / name) for name in manifest["files"]} == manifest["files"]
    assert (manifest["revision"], manifest["provisional"]) == (1, None)
    assert "95,8%" in docx_text((copy.report / "review.docx").read_bytes())


def test_a_report_is_signed_once_and_stays_as_published(copy: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """--sign: the signed copy begins with the published bytes, and is no part of what verify holds to its digest."""
    monkeypatch.setenv("HOSO_SIGN_PASSWORD", PIN)
    key_file = pkcs12(copy.folder / "office.p12", PIN)
    published = (copy.report / "review.pdf").read_bytes()
    said = [copy.hoso(*ASKED, "--sign", key_file) for _ in range(2)]
    signed = (copy.report / "review.signed.pdf").read_bytes()
    assert [one.code for one in said] == [0, 0]
    assert (OFFICE in said[0].out, OFFICE in said[1].out) == (True, False)  # the second found it signed
    assert signed.startswith(published)
    assert signatures(signed)[0].intact
    assert (copy.report / "review.pdf").read_bytes() == published
    assert copy.hoso("verify", copy.report).code == 0


@pytest.mark.parametrize("words", [("--formats", "html"), ()])
def test_what_cannot_be_signed_is_said_before_anything_runs(
    copy: Place, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No PDF asked for, or no such certificate: one line, nothing made."""
    monkeypatch.setenv("HOSO_SIGN_PASSWORD", PIN)
    said = copy.hoso(*ASKED, *words, "--force", "--sign", copy.folder / "none.p12")
    assert said.code in (1, 2)
    assert len(said.err.strip().splitlines()) == 1
    assert copy.files().keys() == Place(copy.folder).files().keys()


# ── verify ───────────────────────────────────────────────────────────────────────────────────────


def test_verify_finds_all_figures_of_an_honest_report(good: Good) -> None:
    """Exit code 0, how many numbers were recounted, no complaint."""
    assert (good.verified.code, good.verified.err) == (0, "")
    counted = re.search(r"(\d+) numbers, verified", good.verified.out)
    assert counted
    assert int(counted[1]) > 2000


def test_verify_finds_a_changed_number(copy: Place) -> None:
    """A number altered in figures.json, with a manifest made to match, still differs from the facts."""
    file = copy.report / "review" / "figures.json"
    written = json.loads(file.read_text("utf-8"))
    figure = next(f for f in written["figures"] if f["id"] == figure_of(copy, **ON_TIME)["id"])
    figure |= {"value": 0.99, "numerator": 99.0, "denominator": 100.0, "printed": "99,0%"}
    row = next(row for row in written["tables"][0]["rows"] if row["name"] == "Hộ tịch")
    row["values"][2] += 1
    write_json(file, written)
    manifest = manifest_of(copy)
    manifest["files"]["review/figures.json"] = sha256(file)
    write_json(copy.report / "review" / "manifest.json", manifest)
    said = copy.hoso("verify", copy.report)
    assert said.code == 1
    assert "differs" in said.out
    lines = said.err.splitlines()
    assert any(figure["title"] in line and "0,99" in line and "0,958" in line for line in lines)
    assert any("Hộ tịch" in line and "29" in line and "28" in line for line in lines)
    assert "dữ liệu đã thay đổi" not in said.err


def test_verify_finds_a_changed_byte(copy: Place) -> None:
    """One letter altered in the page is enough: the file is no longer the published one."""
    page = copy.report / "review.html"
    page.write_text(page.read_text("utf-8").replace("95,8%", "98,5%", 1), "utf-8")
    said = copy.hoso("verify", page)
    assert said.code == 1
    assert [line.split()[0] for line in said.err.splitlines()] == ["review.html"]


# ── failure ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Broken:
    """The reports before, after a run of a notebook with a cell that fails, and after one of the notebook put right."""

    before: dict[str, bytes]
    place: Place
    said: Said
    mended: Place
    again: Said


@pytest.fixture(scope="module")
def broken(good: Good, tmp_path_factory: pytest.TempPathFactory) -> Broken:
    place, copies = good.place, tmp_path_factory.mktemp("broken")
    before, source = place.files(), place.notebook.read_bytes()
    notebook = nbformat.reads(source.decode(), as_version=4)
    next(cell for cell in notebook.cells if cell.id == "published").source = "1 / 0"
    nbformat.write(notebook, place.notebook)
    said = place.hoso(*ASKED)
    failed = place.copy(copies / "failed")
    place.notebook.write_bytes(source)
    again = place.hoso(*ASKED)
    return Broken(before, failed, said, place.copy(copies / "mended"), again)


def test_a_failed_run_leaves_the_last_report_alone(broken: Broken) -> None:
    """Exit code 1; every file of the last good report is there, byte for byte, and no stage folder."""
    after = broken.place.files()
    assert broken.said.code == 1
    assert "review ha-giang 2024-9M: failed" in broken.said.err
    assert "ZeroDivisionError" in broken.said.err
    assert "Traceback" not in broken.said.err
    kept = own(broken.before)
    assert len(kept) == 5
    assert {name for name in kept if after[name] != broken.before[name]} == set()
    folder = "ha-giang/2024-9M/review"
    assert own(after) - kept == {f"{folder}/failed.json", f"{folder}/failed.ipynb"}
    assert list((broken.place.reports / ".hoso" / "stage").iterdir()) == []


def test_a_failure_names_the_cell(broken: Broken) -> None:
    """failed.json says which cell stopped and why; failed.ipynb shows it; the cells after it did not run."""
    folder = broken.place.report / "review"
    faults = json.loads((folder / "failed.json").read_text("utf-8"))["faults"]
    notebook = nbformat.read(folder / "failed.ipynb", as_version=4)
    stopped = next(cell for cell in notebook.cells if cell.id == "published")
    assert len(faults) == 1
    assert faults[0].startswith(f"ô thứ 4 (mã published, lần chạy In [{stopped.execution_count}]): ")
    assert "division by zero" in faults[0]
    assert [output.ename for output in stopped.outputs if output.output_type == "error"] == [
        "ZeroDivisionError"
    ]
    assert all(cell.execution_count is None for cell in notebook.cells if cell.id in ("head", "imports"))


@pytest.mark.parametrize("then", ["", "1 / 0"], ids=["refused", "crashed"])
def test_a_failure_keeps_no_dossier(copy: Place, then: str) -> None:
    """A report that lists dossiers is not published, and what is kept of it, error or not, shows none of them either."""
    notebook = nbformat.read(copy.notebook, as_version=4)
    cells = {cell.id: cell for cell in notebook.cells}
    cells["figures"].source += '\nreport.rate("on_time_rate", "06a").dossiers()'
    cells["published"].source = then or cells["published"].source
    nbformat.write(notebook, copy.notebook)
    said = copy.hoso(*ASKED)
    kept = (copy.report / "review" / "failed.ipynb").read_text("utf-8")
    assert said.code == 1
    assert ("ZeroDivisionError" in said.err, "từng hồ sơ" in said.err) == (bool(then), not then)
    assert not SHORT.search(kept)
    assert not SHORT.search((copy.report / "review" / "failed.json").read_text("utf-8"))


def test_the_index_shows_the_failure_and_links_the_last_report(broken: Broken) -> None:
    """A reader sees that the last run failed, why, and that the report before it is still there."""
    index = broken.place.index()
    assert "Lần chạy gần nhất lỗi; còn bản trước" in page_text(index)
    assert "division by zero" in index
    assert 'href="ha-giang/2024-9M/review.pdf"' in index


def test_a_notebook_put_right_finds_its_report_unchanged(broken: Broken) -> None:
    """Nothing is made again, since the published report is the one of this notebook and these data."""
    assert (broken.again.code, broken.again.err) == (0, "")
    assert "review ha-giang 2024-9M: unchanged" in broken.again.out


def test_a_notebook_put_right_ends_the_failure(broken: Broken) -> None:
    """After a run that found all in order, neither the index nor the folder speaks of the failure any more."""
    assert "Lần chạy gần nhất lỗi" not in page_text(broken.mended.index())
    assert own(broken.mended.files()) == own(broken.before)


# ── new data ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Changed:
    """The workbook after one dossier turned out late: what verify and the next run said."""

    place: Place
    version: int
    verified: Said
    again: Said


@pytest.fixture(scope="module")
def changed(good: Good, broken: Broken) -> Changed:
    # after the broken notebook: both work on the one store whose path the manifest knows
    version = manifest_of(good.place)["data_version"]
    stores.load(good.place.folder, [DOSSIERS[0] | LATE], "correction.csv")
    return Changed(good.place, version, good.place.hoso("verify", good.place.report), good.place.hoso(*ASKED))


def test_verify_tells_restated_figures_from_a_wrong_report(changed: Changed) -> None:
    """The report is right by the version it was made from; what a late correction changed is named, with both values and
    since when."""
    title = "Tỷ lệ hồ sơ giải quyết đúng hạn và trước hạn"
    lines = [line for line in changed.verified.out.splitlines() if "báo cáo ghi" in line]
    rate = [line for line in lines if f"{title}: " in line and "0,958" in line]
    assert (changed.verified.code, changed.verified.err) == (0, "")
    assert f"verified, {len(lines)} restated since" in changed.verified.out
    assert rate
    assert "0,916" in rate[0]
    since = f"đúng với phiên bản {changed.version}; điều chỉnh từ phiên bản {changed.version + 1}, nạp ngày "
    assert all(since in line for line in lines)


def test_a_changed_dossier_makes_the_report_again(changed: Changed) -> None:
    """The next run sees that the data changed and prints the new figure, from the new version."""
    assert (changed.again.code, changed.again.err) == (0, "")
    assert "review ha-giang 2024-9M: done" in changed.again.out
    assert figure_of(changed.place, **ON_TIME)["fraction"] == "22/24 hồ sơ"
    assert manifest_of(changed.place)["data_version"] > changed.version
