"""columns.toml is read strictly."""

import tomllib
from pathlib import Path

import pytest

from hoso.records.intake.columns import COLUMNS_FILE, load_columns
from hoso.vocabulary.errors import HosoError
from hoso.vocabulary.text import fold


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = COLUMNS_FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "columns.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_files_words_are_found_by_match_key() -> None:
    """A header or word is found whatever its case, spaces, tone placement or composition."""
    columns = load_columns()
    assert columns.dossiers.keys[fold("  MÃ HỒ SƠ ")][0] == "dossier_id"
    assert columns.words["status"][fold("đã trả kết quả")] == "10"
    assert columns.words["flag"][fold("Đã số hoá")] == "yes"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("received_at =", "recieved_at =", "khóa lạ 'recieved_at', các khóa đã biết: dossier_id"),
        ("[dossiers.status]", "[dossiers.state]", "khóa lạ 'state'"),
        ('postal = ["3"', 'post = ["3"', "khóa lạ 'post', các khóa đã biết: direct, online, postal"),
        ('required = ["dossier_id"', 'required = ["dossier"', "không có trường 'dossier'"),
        ('"Mã biên nhận"', '"Trạng thái"', "'Trạng thái' vừa chỉ dossier_id vừa chỉ status"),
        ('digitised = ["Số hóa TPHS"', "digitised = [1", "'digitised' phải là một danh sách từ"),
    ],
)
def test_a_slip_in_the_file_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    """An unknown key, field or double meaning is an error that says where and what is known."""
    with pytest.raises(HosoError, match=r"columns\.toml") as fault:
        load_columns(changed(tmp_path, old, new))
    assert told in str(fault.value)


def test_all_slips_are_told_at_once(tmp_path: Path) -> None:
    """The whole file is checked before anything is said."""
    path = changed(tmp_path, "received_at =", "recieved_at =")
    path.write_text(
        path.read_text(encoding="utf-8").replace('postal = ["3"', 'post = ["3"'), encoding="utf-8"
    )
    with pytest.raises(HosoError) as fault:
        load_columns(path)
    assert "recieved_at" in str(fault.value) and "'post'" in str(fault.value)


def test_no_personal_header_is_on_the_allow_list() -> None:
    """A header known as personal belongs to no field."""
    columns = load_columns()
    assert not columns.personal & columns.dossiers.keys.keys()
    assert len(columns.personal) == len(
        tomllib.loads(COLUMNS_FILE.read_text())["dossiers"]["personal"]["headers"]
    )


def test_an_edited_file_is_read_again(tmp_path: Path) -> None:
    """Within the same process: whoever adds a word need not start anything again."""
    path = changed(tmp_path, '"Mã biên nhận"', '"Mã biên nhận lần đầu"')
    first = load_columns(path)
    assert load_columns(path) is first and fold("Số phiếu") not in first.dossiers.keys
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('"Mã biên nhận lần đầu"', '"Mã biên nhận lần đầu", "Số phiếu"'), encoding="utf-8"
    )
    assert load_columns(path).dossiers.keys[fold("Số phiếu")][0] == "dossier_id"
