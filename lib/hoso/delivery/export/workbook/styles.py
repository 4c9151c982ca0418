"""Looks of cells (kiểu ô): one format for each set of properties, made when first asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

FONT: Final = "Times New Roman"  # what offices write in; Tinos and Liberation Serif have its widths
SIZE: Final = 12
LINE: Final = 16.5  # points of a line in that size
INK: Final = "#8A1C1C"
_EDGE: Final = {"border": 1, "border_color": "#8C8C8C", "valign": "vcenter"}
_ROLES: Final[dict[str, dict[str, Any]]] = {
    "normal": _EDGE,
    "total": {**_EDGE, "bold": True, "bg_color": "#F2F2F2"},
    "group": {**_EDGE, "bold": True, "bg_color": "#E4ECF5"},
    "head": {**_EDGE, "bold": True, "bg_color": "#D9E2EF", "align": "center", "text_wrap": True},
    "numbers": {**_EDGE, "italic": True, "align": "center"},
}


@dataclass
class Styles:
    """The formats of one workbook."""

    book: Any
    _made: dict[Any, Any] = field(default_factory=dict)

    def of(self, role: str = "", **properties: Any) -> Any:
        """The format of a role (normal, total, group, head, numbers) with further properties."""
        key = (role, *sorted(properties.items()))
        if key not in self._made:
            base = {"font_name": FONT, "font_size": SIZE, "valign": "top"}
            self._made[key] = self.book.add_format({**base, **_ROLES.get(role, {}), **properties})
        return self._made[key]
