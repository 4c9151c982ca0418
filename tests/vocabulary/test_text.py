import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.vocabulary.text import clean, fold, nfc, slug, sort_key

SAME = [
    ("hoà", "hòa"),
    ("Uỷ ban", "Ủy ban"),
    ("thuỷ", "THỦY"),
    ("quý", "qúy"),
    ("khoẻ", "khỏe"),
    ("Ðắk Lắk", "Đắk Lắk"),
    ("ðồng", "Đồng"),
    ("Sở  Tư\u00a0pháp ", "Sở Tư pháp"),
    ("Lao động - Thương binh", "Lao động – Thương binh"),
    ("Ngày nhận (*):", "ngày nhận"),
    ("Ia H'Drai", "Ia H’Drai"),
    ("Nông\nnghiệp", "Nông nghiệp"),
    ("Mã\u200b hồ sơ", "Mã hồ sơ"),
    ("so_ho_so", "so ho so"),
    (unicodedata.normalize("NFD", "Thừa Thiên Huế"), "Thừa Thiên Huế"),
]
DIFFERENT = [("Bắc", "Bạc"), ("Đông", "Dong"), ("ma", "mà"), ("Phường 1", "Phường 10"), ("hoa", "hòa")]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_spellings_of_one_name_have_one_key(one, other):
    """Tone placement, case, Unicode form, Ð, spaces and punctuation do not part a name from itself."""
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_names_keep_two_keys(one, other):
    """Letters and tones are never folded away."""
    assert fold(one) != fold(other)


@given(st.text())
def test_a_key_and_a_cleaned_text_do_not_change_when_made_again(text):
    """Cleaning what is clean, or folding what is cleaned, changes nothing."""
    assert clean(clean(text)) == clean(text)
    assert fold(clean(text)) == fold(text)


@given(st.text())
def test_cleaned_text_is_safe_to_print_and_to_store(text):
    """No control, bidirectional or lone surrogate character is left, and nothing but plain single spaces."""
    cleaned = clean(text)
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in cleaned)
    assert not any("\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069" for c in cleaned)
    assert cleaned == cleaned.strip() and "  " not in cleaned and "\u00a0" not in cleaned


@given(st.text(st.characters(categories=["L"]), max_size=20))
def test_cleaning_keeps_every_letter(text):
    """Only the look-alikes of Đ are changed, to Đ."""
    assert clean(text) == nfc(text.translate({0xD0: "Đ", 0xF0: "đ", 0x189: "Đ", 0x256: "đ"}))


def test_cleaning_keeps_the_tone_where_it_was_written():
    """Folding is for matching; what is printed stays as the catalogue has it."""
    assert clean(" Hoà\u00a0 Bình\x00 ") == "Hoà Bình"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Đắk Lắk", "dak-lak"),
        ("Ia H'Drai", "ia-hdrai"),
        ("Ia H’Drai", "ia-hdrai"),
        ("Bà Rịa - Vũng Tàu", "ba-ria-vung-tau"),
        ("Sở Văn hóa, Thể thao và Du lịch", "so-van-hoa-the-thao-va-du-lich"),
        ("Thừa Thiên Huế", "thua-thien-hue"),
        ("../../etc/passwd", "etc-passwd"),
        ("‹‹–››", ""),
    ],
)
def test_slugs_are_plain_letters_and_hyphens(name, expected):
    """A slug is safe as a folder name and in an address."""
    assert slug(name) == expected


ORDERED = """
    Ba, Bà, Bả, Bã, Bá, Bạ, Bắc Giang, Bắc Kạn, Cà Mau, Dĩ An, Đà Nẵng, Đắk Lắk, Đắk Nông, Ea Kar, Hà Giang,
    Hà Nam, Hải Dương, Hậu Giang, Hòa Bình, Ia Grai, Kon Tum, Long An, Lý Sơn, Năm Căn, Ngọc Hồi, Ô Môn,
    Ơ Đăng, Tam Đảo, Tạm Đảo, Thái Bình, Tràng Bom, Tuyên Quang, Ứng Hòa, Vĩnh Phúc, Xín Mần, Yên Bái
"""


def test_names_stand_in_vietnamese_order():
    """a ă â, d before đ, o ô ơ; the tones ngang huyền hỏi ngã sắc nặng count after all letters."""
    names = [name.strip() for name in ORDERED.split(",")]
    backwards = names[::-1]
    assert sorted(backwards, key=sort_key) == names


def test_letters_count_before_tones_and_tones_before_case():
    """Bạc Liêu comes before Bắc Giang, for ă is a letter of its own; a small letter before its capital."""
    names = ["ba", "Ba", "bà", "Bà", "ba bể", "bà bể", "Bạc Liêu", "Bắc Giang", "Bình Dương", "Bình Định"]
    backwards = names[::-1]
    assert sorted(backwards, key=sort_key) == names


def test_numbers_in_names_count_as_numbers_unless_told_otherwise():
    """Phường 2 stands before Phường 10 in an appendix."""
    names = ["Phường 10", "Phường 2", "Phường 1"]
    assert sorted(names, key=sort_key) == ["Phường 1", "Phường 2", "Phường 10"]
    assert sorted(names, key=lambda n: sort_key(n, numeric=False)) == ["Phường 1", "Phường 10", "Phường 2"]


@given(st.text(), st.text())
def test_every_text_has_a_place_in_the_order(one, other):
    """Whatever a file holds can be sorted: any two keys compare, and just one way."""
    one_key, other_key = sort_key(one), sort_key(other)
    assert (one_key < other_key) + (other_key < one_key) + (one_key == other_key) == 1
