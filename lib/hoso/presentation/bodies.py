"""What the units of a level are called together (các sở, ban, ngành; các huyện, thành phố): by the kinds there are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pandas as pd

from ..vocabulary.places import Province

_KINDS: Final = {
    "district": ("quận", "huyện", "thị xã", "thành phố"),
    "commune": ("xã", "phường", "thị trấn", "đặc khu"),
}
_DEPARTMENTS: Final = "sở, ban, ngành"


def called(level: str, names: Iterable[str]) -> str:
    """The kinds of units a level has, in the order offices write them; "đơn vị" where the names tell none."""
    if level == "department":
        return _DEPARTMENTS
    plain = [name.removeprefix("UBND ").removeprefix("Ủy ban nhân dân ").casefold() for name in names]
    found = [kind for kind in _KINDS[level] if any(name.startswith(f"{kind} ") for name in plain)]
    return ", ".join(found) or "đơn vị"


def addressees(place: Province, units: pd.DataFrame) -> list[str]:
    """Whom a dispatch of the province goes to: its departments and the committees of the levels below it."""
    below = [
        f"Ủy ban nhân dân các {called(level, units.loc[units['level'] == level, 'name'])}"
        for level in _KINDS
        if (units["level"] == level).any()
    ]
    return [
        f"Các {_DEPARTMENTS} thuộc {place.title.split()[0] if place.kind == 'tinh' else 'thành phố'}",
        *below,
    ]
