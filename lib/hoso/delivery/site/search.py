"""What the search of the index knows (tìm kiếm): names in tables, each report a few numbers, so that one page holds it.

The script folds both what is typed and what is found as vocabulary.text.slug does: without tones, đ as d.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from markupsafe import Markup

from .entries import FORMATS, STATES, Entry

_STATES: Final = tuple(STATES)
_OF: Final = " của "


class _Table:
    """Values, each once, by their place."""

    def __init__(self) -> None:
        self.values: dict[Any, int] = {}

    def __call__(self, value: Any) -> int:
        return self.values.setdefault(value, len(self.values))


def data(entries: Iterable[Entry]) -> Markup:
    """JSON that can stand in a page. Of a unit only its newest report of each kind; the others are on its place's page."""
    places, periods, names, heads, titles = _Table(), _Table(), _Table(), _Table(), _Table()
    rows = [
        [
            places((entry.province, entry.province_name)),
            periods((entry.period, entry.period_text)),
            names((entry.notebook, entry.kind)),
            titles((heads(_head(entry.title)), entry.title.removeprefix(_head(entry.title)))),
            _STATES.index(entry.state),
            sum(1 << FORMATS.index(suffix.lower()) for suffix, _ in entry.links),
            *([entry.unit] if entry.unit else []),
        ]
        for entry in _newest_of_units(entries)
    ]
    tables = {"places": places, "periods": periods, "names": names, "heads": heads, "titles": titles}
    content = {name: list(table.values) for name, table in tables.items()}
    content |= {"states": list(STATES.values()), "formats": list(FORMATS), "rows": rows}
    written = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    # in a page "<" could end the element or begin a comment
    return Markup(written.replace("<", "\\u003c"))


def _head(title: str) -> str:
    """What titles of many units have in common: all before the name of the unit."""
    return title[: title.rfind(_OF) + len(_OF)] if _OF in title else ""


def _newest_of_units(entries: Iterable[Entry]) -> list[Entry]:
    """The roster's order with each unit once a kind of report."""
    seen: set[tuple[str, str, str]] = set()
    found = []
    for entry in sorted(entries, key=lambda entry: entry.when.end, reverse=True):
        key = (entry.province, entry.notebook, entry.unit)
        if not entry.unit or key not in seen:
            found.append(entry)
        seen.add(key)
    return found
