"""Names of sheets (tên trang tính) under Excel's rules: 31 characters, some signs forbidden, no two alike."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from hoso.presentation.letters import printable

LONGEST: Final = 31
_FORBIDDEN: Final = str.maketrans(
    {"[": "(", "]": ")", ":": "-", "/": "-", "\\": "-", "*": "", "?": "", "'": "’"}
)
_ESCAPE: Final = re.compile(r"_(?=x[0-9a-fA-F]{4}_)")  # Excel reads _x0041_ in a name as the letter A
_LONGEST_PLACE: Final = 6


def sheet_names(titles: Sequence[tuple[str, str]]) -> list[str]:
    """A name for each table of (caption, number of its appendix): its own number, as many words as fit, the appendix."""
    return [_name(i, caption, place) for i, (caption, place) in enumerate(titles, 1)]


def _name(number: int, caption: str, place: str) -> str:
    # The number makes each name its own, whatever the captions are; it also keeps "=…" from standing first.
    head, place = f"{number}. ", _clean(place)
    tail = f" (PL {place})" if place and len(place) <= _LONGEST_PLACE else ""
    return head + shortened(_clean(caption) or "Bảng", LONGEST - len(head) - len(tail)) + tail


def _clean(text: str) -> str:
    return " ".join(_ESCAPE.sub("-", printable(text).translate(_FORBIDDEN)).split())


def shortened(text: str, most: int) -> str:
    """`text` in at most so many UTF-16 units, which Excel counts, cut between words with an ellipsis."""
    if _units(text) <= most:
        return text
    while _units(text) > most - 1:
        text = text[:-1]
    whole = text.rpartition(" ")[0]
    return (whole if len(whole) > len(text) // 2 else text).rstrip(" ,;.(-") + "…"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
