"""The parameters of a run (tham số): names that the notebook declares, values as words, each of a closed list or a form.

papermill only warns of a name that a notebook does not have, and its `-p ma 01` has become the number 1. Here both are
refused before anything runs, by the command line and by the engine alike.
"""

from __future__ import annotations

import difflib
import keyword
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Final

from ..vocabulary.errors import HosoError, UsageError
from ..vocabulary.periods import Period
from ..vocabulary.places import COUNTRY, Era, Province, find_province

LONGEST: Final = 200
"""Letters of a value: it becomes part of a file's name."""
_ERAS: Final[tuple[Era, ...]] = ("63", "34")
UNIT_ID: Final = re.compile(r"[a-z0-9]+(?:-+[a-z0-9]+)*")
"""A unit's id names files: a slug, so no dot, no separator, nothing a shell reads."""
# Controls, invisible marks, half characters, and what ends a line: none of them is a word.
_UNPRINTABLE: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})


def check(declared: Collection[str], given: Mapping[str, object]) -> None:
    """Refuses what a notebook must not get; `declared`: the names of its parameters, `given`: what it would get.

    UsageError for a name that is not declared or no identifier, a value that is no text, has unprintable characters or is
    made like a path, and for a province, period, unit, indicator or deadline (tỉnh, kỳ, đơn vị, chỉ tiêu, thời hạn) that
    is none. Blank values are left to the notebook.
    """
    for name, value in given.items():
        _check_name(declared, name)
        text = _text(name, value)
        if text:
            _CHECKS.get(name, _no_path)(text, given)


def _check_name(declared: Collection[str], name: str) -> None:
    if not name.isidentifier() or keyword.iskeyword(name):
        raise UsageError(f"“{name[:LONGEST]}” không phải là tên tham số", expected=_listed(declared))
    if name not in declared:
        raise UsageError(f"sổ tay không có tham số {name}", expected=_listed(declared))


def _listed(declared: Collection[str]) -> str:
    return ", ".join(declared) or "không tham số nào"


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise UsageError(
            f"giá trị của tham số {name} là {type(value).__name__}, không phải chữ",
            where=repr(value)[:LONGEST],
            expected="chữ, vì mã 01 không phải là số 1",
            remedy="với papermill: dùng -r thay cho -p",
        )
    if len(value) > LONGEST:
        raise UsageError(f"giá trị của tham số {name} quá dài", expected=f"không quá {LONGEST} ký tự")
    if any(unicodedata.category(letter) in _UNPRINTABLE for letter in value):
        raise UsageError(f"giá trị của tham số {name} có ký tự không in được", where=value)
    return value


# ── values ───────────────────────────────────────────────────────────────────────────────────────


def _no_path(text: str, _given: Mapping[str, object]) -> None:
    """A parameter of an analyst's own has no list; what others have, none of their values is made like a path."""
    if ".." in text or "/" in text or "\\" in text:
        raise UsageError(
            "giá trị của tham số không được giống đường dẫn", where=text, expected="không có .. / \\"
        )


def _period(text: str, _given: Mapping[str, object]) -> None:
    Period.parse(text).within_one_era()


def _province(text: str, given: Mapping[str, object]) -> None:
    """Of the period's era; of any era, where the period is the notebook's own."""
    _no_path(text, given)  # a name is found by its letters alone, whatever stands between them
    period = given.get("period")
    if text == COUNTRY.slug:
        return
    if isinstance(period, str) and period:
        chosen = Period.parse(period)
        find_province(text, chosen.era, chosen.end)
    elif not any(_found(text, era) for era in _ERAS):
        find_province(text, _ERAS[0])  # raises, with the nearest names


def _found(text: str, era: Era) -> Province | None:
    try:
        return find_province(text, era)
    except HosoError:
        return None


def _unit(text: str, _given: Mapping[str, object]) -> None:
    if not UNIT_ID.fullmatch(text):
        raise UsageError(f"“{text}” không phải là mã đơn vị", expected="chữ thường, số và gạch nối")


def _indicator(text: str, _given: Mapping[str, object]) -> None:
    from ..statistics import targets
    from ..statistics.definitions import definitions

    known = sorted({*(i.id for i in definitions().indicators), *targets.criteria()})
    if text not in known:
        near = difflib.get_close_matches(text, known, 3, 0.5) or known
        raise UsageError(f"không có chỉ tiêu {text}", expected=", ".join(near))


def _deadline(text: str, _given: Mapping[str, object]) -> None:
    try:
        date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"không hiểu thời hạn “{text}”", expected="năm-tháng-ngày, ví dụ 2023-12-25"
        ) from error


_CHECKS: Final[Mapping[str, Callable[[str, Mapping[str, object]], None]]] = {
    "period": _period,
    "province": _province,
    "unit": _unit,
    "indicator": _indicator,
    "deadline": _deadline,
}
