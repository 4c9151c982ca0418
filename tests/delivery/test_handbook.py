"""The handbook's files: made once, complete or not at all, left alone while nothing changed."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from hoso.delivery import handbook
from hoso.delivery.outputs import sha256
from hoso.vocabulary.errors import InputError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder the handbook was written to; tests copy it before they touch it."""
    folder = tmp_path_factory.mktemp("reports")
    assert [file.name for file in handbook.write(folder)] == [
        f"so-tay-chi-tieu.{end}" for end in ("html", "pdf", "docx")
    ]
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "reports"))


def nothing_is_made() -> list[bytes]:
    raise AssertionError("made again")


def test_all_formats_say_the_same(made: Path) -> None:
    """The page and the PDF print the title, every indicator's heading and the result of the first example; Word is a package."""
    page = (made / "so-tay-chi-tieu.html").read_text("utf-8")
    said = subprocess.run(
        ["pdftotext", "-layout", str(made / "so-tay-chi-tieu.pdf"), "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    words = re.sub(r"\s+", " ", said)
    for sentence in (
        "SỔ TAY CHỈ TIÊU",
        "10. Tỷ lệ hồ sơ đã giải quyết trên tổng số hồ sơ",
        "5/7 hồ sơ, bằng 71,4%",
    ):
        assert sentence in words
    assert 'id="on_time_rate-06a"' in page
    assert "http://" not in page
    assert (made / "so-tay-chi-tieu.docx").read_bytes()[:2] == b"PK"


def test_nothing_is_made_while_nothing_changed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second call leaves every file as it is, without making any."""
    monkeypatch.setattr(handbook, "_made", nothing_is_made)
    before = {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}
    handbook.write(folder)
    assert {file.name: file.stat().st_mtime_ns for file in folder.iterdir()} == before


def test_a_lost_file_comes_back_the_same(folder: Path) -> None:
    """A file that was deleted, with another that was cut short, is made again byte by byte; no stage is left."""
    before = {file.name: sha256(file) for file in folder.iterdir()}
    (folder / "so-tay-chi-tieu.docx").unlink()
    (folder / "so-tay-chi-tieu.html").write_text("nửa trang", "utf-8")
    handbook.write(folder)
    assert {file.name: sha256(file) for file in folder.iterdir()} == before


def test_changed_targets_make_it_again(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another targets.csv is another handbook; while it is faulty the old one stays, whole."""
    reference = tmp_path / "workbook" / "data" / "reference"
    reference.mkdir(parents=True)
    known = (ROOT / "data" / "reference" / "targets.csv").read_text("utf-8")
    (reference / "targets.csv").write_text(known.replace("0.55", "1.55"), "utf-8")
    monkeypatch.setenv("HOSO_ROOT", str(tmp_path / "workbook"))
    before = {file.name: sha256(file) for file in folder.iterdir()}
    with pytest.raises(InputError, match="từ 0 đến 1"):
        handbook.write(folder)
    assert {file.name: sha256(file) for file in folder.iterdir()} == before


@pytest.mark.parametrize("note", ["", "{", "[]", json.dumps({"sources": 1, "files": None})])
def test_an_unreadable_note_means_making_it_again(
    folder: Path, note: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever became of the note beside the files, the handbook is made, not skipped."""
    (folder / ".so-tay-chi-tieu.json").write_text(note, "utf-8")
    monkeypatch.setattr(handbook, "_made", nothing_is_made)
    with pytest.raises(AssertionError, match="made again"):
        handbook.write(folder)
    assert sorted(file.name for file in folder.iterdir()) == [".so-tay-chi-tieu.json", *sorted(f"so-tay-chi-tieu.{end}" for end in ("docx", "html", "pdf"))]  # fmt: skip
