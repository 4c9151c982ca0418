from pathlib import Path

import pytest

from hoso.vocabulary.errors import InputError, UsageError
from hoso.vocabulary.workbook import Workbook


@pytest.fixture
def book(tmp_path, monkeypatch):
    for variable in ("HOSO_ROOT", "HOSO_STORE", "HOSO_REPORTS", "HOSO_KEY", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(variable, raising=False)
    (tmp_path / "data" / "reference").mkdir(parents=True)
    return Workbook(tmp_path)


def test_it_is_found_from_any_folder_inside_it(book):
    """A notebook in a folder of its own finds the workbook above it."""
    deep = book.root / "notebooks" / "mine"
    deep.mkdir(parents=True)
    assert Workbook.find(deep) == book


def test_hoso_root_goes_before_the_current_folder(book, tmp_path_factory, monkeypatch):
    """The variable names the workbook wherever the command is started."""
    monkeypatch.setenv("HOSO_ROOT", str(book.root))
    assert Workbook.find(tmp_path_factory.mktemp("elsewhere")) == book


def test_a_hoso_root_that_does_not_exist_is_refused(book, monkeypatch):
    """A mistyped variable is told, not silently passed over."""
    monkeypatch.setenv("HOSO_ROOT", str(book.root / "none"))
    with pytest.raises(UsageError, match="HOSO_ROOT"):
        Workbook.find()


def test_outside_any_workbook_the_library_finds_its_own(book, tmp_path_factory):
    """Plain Jupyter started anywhere still has the reference data."""
    found = Workbook.find(tmp_path_factory.mktemp("elsewhere"))
    assert (found.reference / "provinces_63.tsv").is_file()


def test_the_usual_places_lie_under_the_root(book):
    """Without variables everything stays in the workbook, except the key."""
    places = (book.reference, book.sample, book.inbox, book.store, book.reports, book.notebooks)
    assert [str(p.relative_to(book.root)) for p in places] == [
        "data/reference", "data/sample", "data/inbox", "data/store", "reports", "notebooks",
    ]  # fmt: skip
    assert book.key_file == Path.home() / ".config" / "hoso" / "key"


def test_a_relative_store_counts_from_the_root_and_an_absolute_one_stands(book, monkeypatch):
    """A notebook that runs in a private folder opens the same store as the command."""
    monkeypatch.setenv("HOSO_STORE", "elsewhere/store")
    monkeypatch.setenv("HOSO_REPORTS", "/srv/reports")
    assert (book.store, book.reports) == (book.root / "elsewhere/store", Path("/srv/reports"))


def test_an_object_store_keeps_its_address(book, monkeypatch, tmp_path):
    """An address is not bent into a path; who needs a folder of the store has its working copy, of reports is told."""
    monkeypatch.setenv("HOSO_STORE", "s3://hoso/store")
    monkeypatch.setenv("HOSO_REPORTS", "s3://hoso/reports")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert book.store_uri == "s3://hoso/store"
    assert book.store.parent == tmp_path / "hoso" / "stores"
    assert not book.store.exists()
    with pytest.raises(UsageError, match="HOSO_REPORTS"):
        _ = book.reports
    monkeypatch.setenv("HOSO_STORE_COPY", str(tmp_path / "copy"))
    assert book.store == tmp_path / "copy"


@pytest.mark.parametrize(
    "address",
    ["s3://", "s3://a/../b", "http://kho/x", "s3://ten:khoa-bi-mat@kho/x", "s3://kho/x?key=khoa-bi-mat"],
)
def test_a_store_at_a_bad_address_is_refused_in_one_line(book, monkeypatch, address):
    """Another kind of address, a way out of the prefix, a key in it: one line that does not repeat the key."""
    monkeypatch.setenv("HOSO_STORE", address)
    with pytest.raises(UsageError) as refused:
        _ = book.store
    assert len(str(refused.value).splitlines()) == 1
    assert "khoa-bi-mat" not in str(refused.value)


def test_the_key_lies_where_it_is_told(book, monkeypatch, tmp_path):
    """HOSO_KEY goes before the XDG folder."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert book.key_file == tmp_path / "hoso" / "key"
    monkeypatch.setenv("HOSO_KEY", str(tmp_path / "secret"))
    assert book.key_file == tmp_path / "secret"


def test_a_workbook_without_a_reference_file_takes_the_librarys(book):
    """A province may keep only the reference files that it changes."""
    (book.reference / "holidays.csv").write_text("date,works,name,source\n", encoding="utf-8")
    assert book.reference_file("holidays.csv").parent == book.reference
    assert book.reference_file("merge_map.tsv").is_file()
    with pytest.raises(InputError, match=r"none\.tsv"):
        book.reference_file("none.tsv")
