"""Names the old code page of a text (bảng mã cũ: TCVN3, VNI, cp1258). Detects only; nothing is converted.

Converting by guess is not safe: the same bytes read as another page give another Vietnamese word. So known
words are written in each old page and looked for in the text.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable

TCVN3 = "TCVN3 (ABC)"
VNI = "VNI-Windows"
CP1258 = "cp1258 (Windows tiếng Việt)"
TWICE = "UTF-8 bị mã hóa hai lần"

_LETTERS = "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵ"
_TCVN3_BYTES = (
    "b5b6b7b8b9a8bbbcbdbec6a9c7c8c9cacbaecccecfd0d1aad2d3d4d5d6d7d8dcdddedf"
    "e1e2e3e4abe5e6e7e8e9aceaebecedeeeff1f2f3f4adf5f6f7f8f9fafbfcfdfe"
)
_TO_TCVN3 = str.maketrans(dict(zip(_LETTERS, bytes.fromhex(_TCVN3_BYTES).decode("latin-1"), strict=True)))

_TONES = "\u0301\u0300\u0309\u0303\u0323"  # sắc, huyền, hỏi, ngã, nặng
_CIRCUMFLEX, _BREVE, _HORN = "\u0302", "\u0306", "\u031b"
_VNI_WHOLE = str.maketrans(dict(zip("đíìỉĩịỵ", "ñíìæóòî", strict=True)))
_VNI_MARKS = {
    "": dict(zip(_TONES, "ùøûõï", strict=True)),
    _CIRCUMFLEX: {"": "â", **dict(zip(_TONES, "áàåãä", strict=True))},
    _BREVE: {"": "ê", **dict(zip(_TONES, "éèúüë", strict=True))},
}
_VNI_HORN = {"o": "ô", "u": "ö"}

# TCVN3 letters that no Unicode Vietnamese text has beside a Latin letter ("x·", "Tuyªn", "hå s¬").
_TELLTALE = "\u00a8-\u00ae\u00b5-\u00b9"
TELLTALE = rf"[A-Za-z][{_TELLTALE}]|[{_TELLTALE}][A-Za-z]"


def likely_code_page(text: str, words: Iterable[str]) -> str | None:
    """The old page in which `text` holds most of the Vietnamese `words`, or None.

    `text` is either an 8-bit file read as Latin-1 or good Unicode into which old text was saved ("M· hå s¬").
    """
    lowered = text.lower()
    telling = {w for w in (word.lower() for word in words) if sum(not c.isascii() for c in w) >= 2}
    hits = {
        page: sum(encode(word).lower() in lowered for word in telling) for page, encode in ENCODERS.items()
    }
    best = max(hits, key=lambda page: hits[page])
    return best if hits[best] else None


def looks_tcvn3(text: str) -> bool:
    """Whether one cell shows TCVN3 letters inside Unicode text."""
    return re.search(TELLTALE, text) is not None


def _tcvn3(word: str) -> str:
    return word.translate(_TO_TCVN3)


def _vni(word: str) -> str:
    return "".join(_vni_letter(letter) for letter in word.translate(_VNI_WHOLE))


def _vni_letter(letter: str) -> str:
    base, *marks = list(unicodedata.normalize("NFD", letter))
    if letter in "ñíìæóòî" or not marks:
        return letter
    tone = next((mark for mark in marks if mark in _TONES), "")
    if _HORN in marks:
        return _VNI_HORN[base] + _VNI_MARKS[""].get(tone, "")
    shape = next((mark for mark in marks if mark in (_CIRCUMFLEX, _BREVE)), "")
    return base + _VNI_MARKS[shape].get(tone, "")


def _cp1258(word: str) -> str:
    return "".join(map(_cp1258_letter, word))


def _cp1258_letter(letter: str) -> str:
    marks = unicodedata.normalize("NFD", letter)
    tone = "".join(mark for mark in marks if mark in _TONES)
    bare = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in _TONES))
    return (bare + tone).encode("cp1258", "replace").decode("latin-1")


def _twice(word: str) -> str:
    return "".join(_as_cp1252(byte) for byte in word.encode())


def _as_cp1252(byte: int) -> str:
    raw = bytes([byte])
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:  # five bytes that cp1252 leaves open
        return raw.decode("latin-1")


ENCODERS: dict[str, Callable[[str], str]] = {TCVN3: _tcvn3, VNI: _vni, CP1258: _cp1258, TWICE: _twice}
