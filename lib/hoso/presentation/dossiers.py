"""The dossiers behind a figure as a notebook shows them (danh sách hồ sơ): for the analyst's eyes, never in a report."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from ..statistics import drill
from ..statistics.data import Data
from ..vocabulary import numbers
from .figures import DOSSIERS

SHOWN: Final = 100


class Dossiers(pd.DataFrame):
    """A frame of dossiers (statistics.drill): any frame, but it prints as an office does and its output is marked.

    What is taken from it (head, query, a few columns) is marked too.
    """

    @property
    def _constructor(self) -> type[Dossiers]:
        return Dossiers

    def _repr_mimebundle_(self, **_options: object) -> dict[str, Any]:
        head = printed(self.head(SHOWN))
        more = f"{numbers.number(min(SHOWN, len(self)))} trong {numbers.number(len(self))} dòng"
        note = f"<p>{more}; danh sách nội bộ, đã thay mã hồ sơ.</p>"
        return {
            DOSSIERS: {"rows": len(self)},
            "text/html": head.to_html(index=False, border=0) + note,
            "text/plain": f"{head.to_string(index=False)}\n{more}",
        }


def opened(data: Data, key: dict[str, Any], uncounted: bool = False) -> Dossiers:
    """The dossiers behind a figure's key (statistics.drill.dossiers)."""
    return Dossiers(drill.dossiers(data, key, uncounted))


def printed(rows: pd.DataFrame) -> pd.DataFrame:
    """The cells as texts: days as 14/9/2024, numbers with their comma, a dash where nothing was given."""
    return pd.DataFrame(
        {name: [cell(value) for value in rows[name]] for name in rows.columns}, dtype="object"
    )


def cell(value: Any) -> str:
    """One value as text."""
    if pd.isna(value):
        return "–"
    if isinstance(value, pd.Timestamp):
        return numbers.date(value.date())
    if isinstance(value, float):
        return numbers.decimal(value, 1, trim=True)
    return str(value) if isinstance(value, str) else numbers.number(value)
