"""Texts that must not enter the facts: personal values in the wrong column, names that name no unit.

Each rule looks at the distinct texts of a column only.
"""

from collections.abc import Callable

import polars as pl

from hoso.records.intake.legacy import TELLTALE
from hoso.vocabulary.errors import InputError
from hoso.vocabulary.places import unit_id

LONGEST_UNIT = 300

_PHONE = r"(?:\+?84|0)[ .()-]{0,2}[235789](?:[ .()-]{0,2}\d){7,9}"
_IDENTITY = r"\d{3}[ .]?\d{3}[ .]?\d{3}(?:[ .]?\d{3})?"  # CMND has 9 digits, CCCD 12
_MAIL = r"[^\s@]+@[^\s@]+\.[^\s@]+"
_PERSONAL = rf"(?:^|\D)(?:{_PHONE}|{_IDENTITY})(?:\D|$)|{_MAIL}"


def personal(texts: pl.Series) -> pl.Series:
    """Boolean: the text holds what looks like a telephone number, an identity number or a mail address."""
    return _by_distinct(texts, lambda distinct: distinct.str.contains(_PERSONAL))


def old_page(texts: pl.Series) -> pl.Series:
    """Boolean: the text holds letters of TCVN3, saved inside Unicode."""
    return _by_distinct(texts, lambda distinct: distinct.str.contains(TELLTALE))


def nameless(units: pl.Series) -> pl.Series:
    """Boolean: the name of a unit has no letter an identifier could be made of ("###", "UBND ...")."""
    return _by_distinct(units, lambda distinct: distinct.map_elements(_is_nameless, return_dtype=pl.Boolean))


def endless(units: pl.Series) -> pl.Series:
    """Boolean: the name of a unit is longer than any unit's."""
    return units.str.len_chars() > LONGEST_UNIT


def _is_nameless(name: str) -> bool:
    try:
        unit_id(name)
    except InputError:
        return True
    return False


def _by_distinct(texts: pl.Series, rule: Callable[[pl.Series], pl.Series]) -> pl.Series:
    distinct = texts.drop_nulls().unique()
    hits = distinct.filter(rule(distinct))
    return texts.is_in(hits.implode()) if len(hits) else pl.repeat(False, len(texts), eager=True)
