"""Which characters the vendored Tinos can draw, and what stands in for the others in the PDF.

PDF/A forbids the empty box of a missing glyph, and no other font may be picked up from the machine, so each
character is checked before the page is set. The table is the character map of the four faces (they agree; a
test compares it with the files).
"""

from __future__ import annotations

import unicodedata

BOX = "□"

_RANGES = """
20-7E A0-FF 102-103 110-111 128-129 168-169 1A0-1A1 1AF-1B0 300-303 306 309 31B 323 1EA0-1EF9 2010-2015
2018-201E 2020-2022 2026 202F-2030 2032-2033 20AB-20AC 2116 2190-2193 2212 2248 2260 2264-2265 25A0-25A1
25AA-25AC 25B2 25BA 25BC 25C4 25CA-25CC 25CF 25D8-25D9 25E6
"""


def _codes(ranges: str) -> frozenset[int]:
    bounds = (part.partition("-") for part in ranges.split())
    return frozenset(
        code for low, _, high in bounds for code in range(int(low, 16), int(high or low, 16) + 1)
    )


COVERED = _codes(_RANGES)


class _Substitutes(dict[int, str]):
    """Fills itself: character code to what is drawn for it."""

    def __missing__(self, code: int) -> str:
        self[code] = _substitute(chr(code))
        return self[code]


def _substitute(character: str) -> str:
    if ord(character) in COVERED:
        return character
    same = unicodedata.normalize("NFKC", character)  # a full-width "＝" is an equals sign
    return same if all(ord(c) in COVERED for c in same) else BOX


_SUBSTITUTES = _Substitutes()


def drawable(text: str) -> str:
    """`text` with each character outside the font replaced by its plain form, or by a visible □."""
    return text if text.isascii() else text.translate(_SUBSTITUTES)
