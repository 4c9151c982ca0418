"""The words check itself: it lets Vietnamese pass and stops English, wherever it stands."""

import pytest

from tests.notebooks.reading import text_faults, visible
from tests.notebooks.words import SYLLABLES, foreign


@pytest.mark.parametrize(
    "text",
    [
        "Theo quy trình, công tác giao ban trong thi hành; khai thác trang tin, kho, sai sót, ngoan, khuya, quanh, nghi ngang",
        "UBND tỉnh, Trung tâm PVHCC".replace("PVHCC", "Phục vụ hành chính công"),
        "VNeID và PDF; quyết định số 766/QĐ-TTg; biểu II.06a/VPCP/KSTT; phụ lục XVIII",
        "[bổ sung tại tệp ha-giang/2024-9M/causes.md]; tệp 01-danh-muc-tthc.xlsx; hatinh.gov.vn",
    ],
)
def test_vietnamese_passes(text: str) -> None:
    """Syllables without a mark, abbreviations officials use, names of files and sites."""
    assert foreign(text) == []


@pytest.mark.parametrize(
    "word",
    [
        "report",
        "data",
        "unit",
        "total",
        "score",
        "rank",
        "Error",
        "false",
        "district",
        "met",
        "overdue",
        "deadline",
        "month",
        "value",
    ],
)
def test_english_is_found(word: str) -> None:
    """Words of the program in a reader's text."""
    assert foreign(f"Kết quả {word} của tỉnh") == [word]


def test_names_are_data() -> None:
    """A commune's name in another language passes where it is known as a name, and nowhere else."""
    assert foreign("UBND xã Ia Rsai đạt chỉ tiêu") == ["Rsai"]
    assert foreign("UBND xã Ia Rsai đạt chỉ tiêu", ["xã Ia Rsai"]) == []


def test_no_syllable_ends_in_a_stop() -> None:
    """Such a syllable bears a tone; and the list is one of hundreds, not of every string."""
    assert not [word for word in SYLLABLES if word.endswith(("c", "p", "t", "ch"))]
    assert 800 < len(SYLLABLES) < 1800


@pytest.mark.parametrize(
    "text",
    [
        "đạt NaN%",
        "tăng None",
        "giảm -0,0 điểm",
        "0/0 hồ sơ",
        "đạt nan%",
        "[]",
        "{{ total }}",
        "inf",
        "−0,00%",
        "null",
        "<NA>",
    ],
)
def test_signs_of_the_program_are_found(text: str) -> None:
    """What a missing value, an empty list or a template looks like when it slips through."""
    assert text_faults(f"Tỷ lệ {text} trong kỳ") != []


@pytest.mark.parametrize("text", ["giảm 0,05 điểm", "10/0,5", "từ -0,5 điểm", "đạt 20/05/2024", "nan giải"])
def test_honest_numbers_pass(text: str) -> None:
    """Numbers that hold the same signs within them."""
    assert text_faults(text) == []


def test_alternative_texts_are_read_and_scripts_are_not() -> None:
    """Attributes that are read out count as text; the page's own program does not."""
    page = (
        '<p aria-label="report">Kết quả</p><script>null</script><style>.total{}</style><img alt="undefined">'
    )
    assert visible(page).split() == ["report", "Kết", "quả", "undefined"]
