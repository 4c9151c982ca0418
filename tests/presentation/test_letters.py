"""What of a string can be printed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.presentation.letters import printable


@pytest.mark.parametrize(
    ("given_", "printed"),
    [
        ("Ho\u0300a Bi\u0300nh", "Hòa Bình"),
        ("Phường 1\nPhường 2", "Phường 1 Phường 2"),
        ("\r\n\t=1+1", " =1+1"),
        ("Sở\u0000Nội vụ", "Sở\ufffdNội vụ"),
        ("UBND\u202exã\u202c", "UBND\ufffdxã\ufffd"),
        ("Đồng\u200b Văn\ufeff", "Đồng Văn"),
        ("\ud800", "\ufffd"),
        ("\ue0001\ue001", "\ufffd1\ufffd"),
        ("a  b", "a  b"),
    ],
)
def test_control_and_direction_characters_show_zero_width_ones_go(given_, printed):
    assert printable(given_) == printed


@given(st.text())
def test_what_is_printable_stays_so_and_can_be_written(text):
    once = printable(text)
    assert printable(once) == once == unicodedata.normalize("NFC", once)
    once.encode("utf-8")


@given(st.text(alphabet="aăâđêôơưáàảãạốờựỷ -–“”%.,0123456789/()"))
def test_vietnamese_text_is_left_alone(text):
    assert printable(unicodedata.normalize("NFC", text)) == unicodedata.normalize("NFC", text)
