"""A table to look into (bảng tra cứu): what it says, as HTML without a page to run in, and as a widget to sort and click."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import anywidget
import pandas as pd
import traitlets

from ..dossiers import cell
from ..elements import join, tag
from ..figures import DOSSIERS, Figure

SHOWN: Final = 200  # rows of a list of dossiers that a page shows; the call gives all
_HERE = files("hoso.presentation.explore")
Cell = tuple[str, float | str | None]  # as printed, and by what it is sorted


def live() -> bool:
    """Whether a page with widgets shows the notebook: JupyterLab names the session, papermill and nbconvert do not."""
    return bool(os.environ.get("JPY_SESSION_NAME"))


@dataclass(frozen=True)
class Grid:
    """Titles and cells; `listing` marks a list of dossiers, which nobody may publish."""

    caption: str
    titles: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    listing: bool = False

    @classmethod
    def of(cls, caption: str, table: pd.DataFrame, listing: bool = False) -> Grid:
        """A frame, cell by cell; of a list of dossiers the first SHOWN rows."""
        shown = table.head(SHOWN) if listing else table
        rows = [
            [(cell(value), _order(value)) for value in row]
            for row in shown.itertuples(index=False, name=None)
        ]
        return cls(caption, [str(name) for name in table.columns], rows, listing)

    @property
    def columns(self) -> list[dict[str, str]]:
        """The columns as the page takes them: numbers stand to the right."""
        return [{"title": title, "align": self._align(place)} for place, title in enumerate(self.titles)]

    def _align(self, place: int) -> str:
        known = [row[place][1] for row in self.rows if row[place][1] is not None]
        return "right" if known and all(isinstance(value, int | float) for value in known) else "left"

    def _repr_mimebundle_(self, **_options: object) -> dict[str, Any]:
        columns = self.columns
        head = tag("tr", *(tag("th", column["title"], scope="col") for column in columns))
        lines = (
            tag(
                "tr",
                *(
                    tag("td", text, class_=column["align"])
                    for (text, _), column in zip(row, columns, strict=True)
                ),
            )
            for row in self.rows
        )
        table = tag("table", tag("caption", self.caption), tag("thead", head), tag("tbody", join(lines)))
        plain = "\n".join([self.caption, *("\t".join(text for text, _ in row) for row in self.rows)])
        marked: dict[str, Any] = {DOSSIERS: {"rows": len(self.rows)}} if self.listing else {}
        return marked | {"text/html": str(table), "text/plain": plain}


class GridWidget(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget ships types that mypy is told to skip
    """The table in a page: sorted by a click on a heading, a row chosen by a click or Enter."""

    _esm = (_HERE / "grid.js").read_text("utf-8")
    _css = (_HERE / "grid.css").read_text("utf-8")
    caption = traitlets.Unicode("").tag(sync=True)
    columns = traitlets.List([]).tag(sync=True)
    rows = traitlets.List([]).tag(sync=True)
    chosen = traitlets.Int(-1).tag(sync=True)
    choosable = traitlets.Bool(False).tag(sync=True)

    def show(self, grid: Grid) -> None:
        """Takes another table's place; no row is chosen then."""
        with self.hold_trait_notifications(), self.hold_sync():
            self.chosen, self.caption, self.columns = -1, grid.caption, grid.columns
            self.rows = [[list(cell) for cell in row] for row in grid.rows]

    def on_choice(self, act: Callable[[int], None]) -> None:
        """Calls `act` with the row an analyst chose."""
        self.observe(lambda change: act(change["new"]) if change["new"] >= 0 else None, "chosen")


def number(figure: Figure) -> Cell:
    """A figure as a cell: printed as in a report, sorted by its value."""
    return figure.printed, figure.value


def _order(value: Any) -> float | str | None:
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return value if isinstance(value, str) else float(value)
