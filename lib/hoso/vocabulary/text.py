"""Vietnamese text: cleaning, match keys, slugs and alphabetical order (chuẩn hóa chữ, so khớp, sắp xếp)."""

import re
import unicodedata
from functools import lru_cache

SortKey = tuple[tuple[tuple[int, int], ...], tuple[int, ...], tuple[bool, ...]]

# Look-alikes of Đ/đ: the Icelandic eth of old keyboard drivers, and the African D.
_LOOKALIKES = str.maketrans({"Ð": "Đ", "ð": "đ", "\u0189": "Đ", "\u0256": "đ"})

# What no reader sees and what breaks files or reverses text: C0/C1 controls that are not white space,
# soft hyphen, zero-width and bidirectional controls, byte order marks, lone surrogates, noncharacters,
# tag characters.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_SPACES = re.compile(r"\s+")

# Tone marks in the order of the Vietnamese alphabet: huyền, hỏi, ngã, sắc, nặng.
_TONES = "\u0300\u0309\u0303\u0301\u0323"
_TONE = re.compile(f"[{_TONES}]")
_WORD = re.compile(r"(?:[^\W_]|[\u0300-\u036f])+")
_NOT_WORD = re.compile(r"(?:(?![\u0300-\u036f])[\W_])+")

_APOSTROPHES = re.compile("['\u2018\u2019\u02bc\u02b9`\u00b4]")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_PUNCTUATION = " _-–—,;:!?.'‘’\"“”()[]{}@*/\\&#%`^+<=>|~$"
_RANK = {sign: 1 + i for i, sign in enumerate(_PUNCTUATION)} | {c: 200 + i for i, c in enumerate(_ALPHABET)}
_DIGIT, _OTHER = 100, 300  # digits between punctuation and letters, every other script after


def nfc(text: str) -> str:
    """The composed form (dựng sẵn): what fonts, searches and PDF extraction agree on."""
    return unicodedata.normalize("NFC", text)


def clean(text: str) -> str:
    """The text as it should be printed and stored: NFC, single plain spaces, trimmed, Đ where Ð was
    typed, and no control, zero-width or bidirectional characters. Every letter stays, its tone where it
    was written.
    """
    visible = _INVISIBLE.sub("", text)
    return nfc(_SPACES.sub(" ", visible).strip().translate(_LOOKALIKES))


@lru_cache(maxsize=16_384)
def fold(text: str) -> str:
    """The match key of a name: two spellings of one name have one key (khóa so khớp); never printed.

    Case, spaces, punctuation, NFC/NFD and the place of the tone mark do not count (hoà = hòa, uỷ = ủy);
    letters and tones do (Bắc ≠ Bạc, Đ ≠ D).
    """
    decomposed = unicodedata.normalize("NFD", clean(text).casefold())
    return _WORD.sub(_tone_last, _NOT_WORD.sub(" ", decomposed).strip())


def _tone_last(word: re.Match[str]) -> str:
    # A syllable has one tone, so moving its mark to the end loses nothing but the place.
    letters = word.group()
    return _TONE.sub("", letters) + "".join(_TONE.findall(letters))


def slug(text: str) -> str:
    """A name for paths and addresses: only `a-z0-9-`, no tones.

    An apostrophe joins ("Ia H'Drai" → "ia-hdrai"). Empty when the text has no Latin letter or digit.
    """
    joined = _APOSTROPHES.sub("", clean(text))
    decomposed = unicodedata.normalize("NFKD", joined.casefold()).replace("đ", "d")
    ascii_only = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _NOT_SLUG.sub("-", ascii_only).strip("-")


def sort_key(text: str, numeric: bool = True) -> SortKey:
    """The key of Vietnamese alphabetical order, the order ICU gives for vi_VN.

    Letters first (a ă â b c d đ e ê …), then tones (ngang huyền hỏi ngã sắc nặng), then small before capital;
    with `numeric`, a run of digits counts as a number, so "Phường 2" comes before "Phường 10".
    """
    elements = [_element(part) for part in _parts(clean(text), numeric)]
    return (
        tuple(primary for primary, _, _ in elements),
        tuple(tone for _, tone, _ in elements),
        tuple(capital for _, _, capital in elements),
    )


def _parts(text: str, numeric: bool) -> list[str]:
    return re.findall(r"[0-9]+|.", text) if numeric else list(text)


@lru_cache(maxsize=4096)  # the same letters come again and again
def _element(part: str) -> tuple[tuple[int, int], int, bool]:
    """(primary weight, tone, capital) of one character or one run of digits."""
    if part.isascii() and part.isdigit():
        return (_DIGIT, int(part)), 0, False
    marks = unicodedata.normalize("NFD", part)
    tone = next((1 + _TONES.index(mark) for mark in marks if mark in _TONES), 0)
    letter = nfc(_TONE.sub("", marks))
    small = letter.lower()
    return _primary(small), tone, small != letter


def _primary(small: str) -> tuple[int, int]:
    if small in _RANK:
        return _RANK[small], 0
    base = unicodedata.normalize("NFD", small)[:1]  # č sorts with c, as in the root order
    return (_RANK[base], 0) if base in _RANK else (_OTHER, ord(base or "\0"))
