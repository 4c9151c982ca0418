"""Which words of a report are Vietnamese: a syllable without marks follows rules, and few foreign words are at home here.

Only tokens of plain letters are judged: a letter with a mark (ă, đ, ố) is Vietnamese by itself. The rules are those of the
script: what a syllable may begin and end with. A syllable that ends in c, ch, p or t always bears a tone, so none without a
mark does; that alone stops "report", "unit" and "data set".
"""

from __future__ import annotations

import re
from collections.abc import Collection

# Beginnings, by what they may stand before.
_BEFORE_FRONT = ("k", "gh", "ngh")  # before e, i, y
_BEFORE_BACK = ("c", "g", "ng")  # before a, o, u
_BEFORE_ANY = (
    "",
    "b",
    "ch",
    "d",
    "gi",
    "h",
    "kh",
    "l",
    "m",
    "n",
    "nh",
    "ph",
    "r",
    "s",
    "t",
    "th",
    "tr",
    "v",
    "x",
)

_FRONT = (
    "e",
    "em",
    "en",
    "eng",
    "eo",
    "i",
    "ia",
    "im",
    "in",
    "inh",
    "iu",
)  # ê, iê and their like bear a mark
_Y = ("y",)
_BACK = (
    "a", "ai", "am", "an", "ang", "anh", "ao", "au", "ay", "o", "oa", "oai", "oam", "oan", "oang", "oanh", "oao", "oay",
    "oe", "oem", "oen", "oeo", "oi", "om", "on", "ong", "oong", "u", "ua", "ui", "um", "un", "ung", "uy", "uya", "uyn",
    "uynh", "uyu",
)  # fmt: skip
_AFTER_QU = (
    "a", "ai", "am", "an", "ang", "anh", "ao", "au", "ay", "e", "en", "eo", "y", "yn", "ynh", "in",
)  # fmt: skip
_AFTER_GI = (
    "gi",
    "gin",
    "gie",
)  # gi itself, and what it makes of i: "gi", "gìn" without its mark does not occur

SYLLABLES = frozenset(
    [start + rime for start in _BEFORE_ANY for rime in (*_FRONT, *_BACK)]
    + [start + rime for start in _BEFORE_FRONT for rime in _FRONT]
    + [start + rime for start in ("h", "k", "l", "m", "s", "t", "v", "") for rime in _Y]
    + [start + rime for start in _BEFORE_BACK for rime in _BACK]
    + ["qu" + rime for rime in _AFTER_QU]
    + [*_AFTER_GI[:1]]
)
"""Every syllable without tone or letter mark."""

_AT_HOME = """
UBND HĐND TTHC TTPVHCC VPCP KSTT PDF CSDL TTTT TDGQ DVCTT MDHL MDSH CKMB CLGQ DVC CNTT VNeID VNPT GRIS BCQG STT TTg TTHCC
TPHS TTXVN
Tab Esc crawl
"""
AT_HOME = frozenset(re.findall(r"\S+", _AT_HOME))
"""Abbreviations of acts, bodies and groups of the scorecard and names of systems, as officials write them; the keys of a
keyboard in the page's help; and one word of the portal's own message, which is quoted as it came."""

_TOKEN = re.compile(r"[^\W\d_]+")
# Files, sites and the source of the portal's captures are called what they are called.
_NAMED = re.compile(r"tại tệp \S+|\S+\.(?:xlsx?|csv|jsonl?|tsv|vn)\b|\w+/Crawler-766")
_ROMAN = re.compile(r"[IVXLC]+")


def foreign(text: str, names: Collection[str] = ()) -> list[str]:
    """The tokens of three plain letters or more that are neither a Vietnamese syllable, nor at home, nor in `names`."""
    allowed = {token.casefold() for name in names for token in _TOKEN.findall(name)}
    tokens = dict.fromkeys(_TOKEN.findall(_NAMED.sub(" ", text)))
    return [token for token in tokens if len(token) >= 3 and token.isascii() and not _at_home(token, allowed)]


def _at_home(token: str, allowed: Collection[str]) -> bool:
    return (
        token.casefold() in SYLLABLES
        or token in AT_HOME
        or token.casefold() in allowed
        or bool(_ROMAN.fullmatch(token))
    )
