"""A block's runs to Word's: words with their emphasis, figures as they are printed.

Words are never instructions: no field, link or picture comes of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from hoso.delivery.export.word.xml import PLAIN, Letters, Xml, run, w
from hoso.presentation.markdown import Run
from hoso.vocabulary.errors import HosoError

Figures = Mapping[str, dict[str, Any]]
BREAK = w("r", w("br"))


def runs(found: Iterable[Run], figures: Figures, letters: Letters = PLAIN) -> Xml:
    """The runs in these letters; emphasis adds to them. HosoError when a figure has no record."""
    return Xml("".join(_run(one, figures, letters) for one in found))


def _run(one: Run, figures: Figures, letters: Letters) -> Xml:
    match one["t"]:
        case "strong":
            return runs(one["c"], figures, replace(letters, bold=True))
        case "em":
            return runs(one["c"], figures, replace(letters, italic=True))
        case "br":
            return BREAK
        case "fig":
            return run(_printed(one["id"], figures), letters)
        case _:
            return run(one["s"], letters)


def _printed(name: str, figures: Figures) -> str:
    if name not in figures:
        raise HosoError(f"số liệu {name} không có trong danh mục của báo cáo")
    return str(figures[name]["printed"])
