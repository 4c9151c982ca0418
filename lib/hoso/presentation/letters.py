"""What of a string can be printed: the last gate before any output format.

The intake has cleaned what came through it; names also arrive by other doors (a catalogue, a typed figure, an
analyst's own cell). Here nothing is repaired quietly that could change what a reader believes he reads.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

# Tinos: every Vietnamese letter, the widths of Times New Roman, and a licence that lets it travel with the reports.
FONTS = Path(__file__).with_name("fonts")

REPLACEMENT = "\ufffd"

# Line ends and tabs inside a name or sentence are spaces; they would otherwise break table rows apart.
_SPACES = re.compile("[\t\n\x0b\x0c\r\x1c-\x1f\x85\u2028\u2029]+")
# Zero-width characters print nothing wherever they stand: dropped, so that a search finds the word.
_INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad]")
# Control, bidirectional, private-use and half characters: shown as U+FFFD, because a name that reorders or
# hides its letters must look wrong on paper too.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f\ud800-\udfff\ue000-\uf8ff\ufff9-\uffff"
    "\U000e0000-\U0010ffff]"
)


@lru_cache(maxsize=10_000)  # hundreds of figures repeat one definition
def printable(text: str) -> str:
    """`text` in NFC, on one line, each character that cannot be printed replaced by U+FFFD."""
    text = _INVISIBLE.sub("", _SPACES.sub(" ", text))
    return unicodedata.normalize("NFC", _UNPRINTABLE.sub(REPLACEMENT, text))
