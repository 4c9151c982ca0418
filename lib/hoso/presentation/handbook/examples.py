"""Worked examples (ví dụ): the drawn dossiers counted by the functions that count every report.

A figure here has a key of the kind "example": `hoso verify` reads stores and has none of these dossiers, so the examples
are proved by a test that counts them a second time without this code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from types import SimpleNamespace
from typing import Any, Final

import pandas as pd

from ...statistics.counts import COUNTS, between, considered
from ...statistics.data import Data, frame
from ...statistics.definitions import Indicator
from ...statistics.procedures import PROCEDURE_COUNTS, listed
from ...statistics.reasons import why
from ...statistics.results import results, wide
from .. import count_words, readings
from ..figures import Figure
from . import drawn

SOURCE: Final = "Hồ sơ minh họa của sổ tay, không phải số liệu thật"
_SHARED: Final = "tiếp nhận trong kỳ"
Reasons = list[tuple[str, str]]
"""Dossiers ("HS02, HS06") and what is true of them."""


@dataclass(frozen=True)
class Told:
    """What a fraction's example says: who is in it, and why the others are not."""

    top: list[str]
    bottom: list[str]
    missed: Reasons  # in the denominator alone
    left_out: Reasons  # of the period, in neither
    rest: list[str]  # not even of the period


@dataclass
class Examples:
    """All counts and indicators of the drawn dossiers."""

    data: Data

    @cached_property
    def table(self) -> pd.DataFrame:
        """The results table (statistics.results) of the drawn month."""
        return results(self.data, drawn.PERIOD)

    @cached_property
    def counts(self) -> dict[str, float]:
        """Every count behind the results, those of procedures too."""
        return {str(name): float(value) for name, value in wide(self.data, drawn.PERIOD).iloc[0].items()}

    @cached_property
    def marks(self) -> dict[str, list[bool]]:
        """Which dossiers, in the order of `ids`, or which procedures are in each count."""
        tests = {name: count.test(drawn.PERIOD).fill_null(False) for name, count in COUNTS.items()}
        tests["touched"] = considered(drawn.PERIOD) | between("received_on", drawn.PERIOD)
        rows = frame(self.data.facts().select(**tests))
        procedures = {name: test(self._procedures) for name, test in PROCEDURE_COUNTS.items()}
        return {name: [bool(value) for value in column] for name, column in {**rows, **procedures}.items()}

    @cached_property
    def _procedures(self) -> pd.DataFrame:
        return listed(self.data, drawn.PERIOD, [])

    @cached_property
    def ids(self) -> list[str]:
        """The dossiers, "HS01" first."""
        return [f"HS{row.dossier}" for row in self._rows]

    @cached_property
    def minutes(self) -> dict[str, int]:
        """The handling time of each dossier that has ended, in office minutes."""
        known = zip(self.ids, (row.handling_minutes for row in self._rows), strict=True)
        return {name: minutes for name, minutes in known if minutes is not None}

    @cached_property
    def _rows(self) -> list[Any]:
        """The dossiers as statistics.reasons reads them: Python's own values, None where nothing was said."""
        return [SimpleNamespace(**row) for row in drawn.dossiers().iter_rows(named=True)]

    @cached_property
    def _results(self) -> dict[tuple[str, str | None], Any]:
        rows = self.table.to_dict("records")
        return {(r["indicator"], None if pd.isna(r["variant"]) else r["variant"]): pd.Series(r) for r in rows}

    def rate(self, indicator: Indicator) -> Figure:
        """A rate or average of the example."""
        return self._figure(indicator.id, indicator.variant)

    def count(self, name: str) -> Figure:
        """A count of the example, whether it has words of its own or serves fractions only."""
        if (name, None) in self._results:
            return self._figure(name, None)
        key = {"kind": "example", "indicator": name, "variant": None, "part": "value"}
        title = count_words.title(name)
        return Figure(
            key, title, "count", self.counts[name], definition=f"{title}; chỉ dùng làm tử số, mẫu số của chỉ tiêu.",
            legal_basis="Căn cứ của chỉ tiêu dùng số này", period_text=drawn.PERIOD.window, source=SOURCE,
        )  # fmt: skip

    def _figure(self, name: str, variant: str | None) -> Figure:
        figure = readings.counted(self._results[name, variant], drawn.PERIOD, SOURCE)
        key = figure.key | {"kind": "example"}
        return replace(figure, key=key, period_text=drawn.PERIOD.window)

    def told(self, indicator: Indicator) -> Told:
        """Who is in an indicator's fraction, and why the others are not, as the drill-down of any report says it."""
        top, bottom = self.marks[indicator.numerator], self.marks[indicator.denominator]
        if indicator.origin == "procedures":
            names = [str(name) for name in drawn.catalogue()["procedure_id"]]
            known = [str(name) for name in self._procedures["procedure_id"]]
            chosen, of = _chosen(known, top), _chosen(known, bottom)
            return Told(chosen, of, [], [], [name for name in names if name not in of])
        touched = self.marks["touched"]
        outside = [not (t or b) for t, b in zip(top, bottom, strict=True)]
        return Told(
            _chosen(self.ids, top),
            _chosen(self.ids, bottom),
            self._reasons(indicator, [b and not t for t, b in zip(top, bottom, strict=True)]),
            self._reasons(indicator, [o and t for o, t in zip(outside, touched, strict=True)]),
            _chosen(self.ids, [o and not t for o, t in zip(outside, touched, strict=True)]),
        )

    def _reasons(self, indicator: Indicator, chosen: Iterable[bool]) -> Reasons:
        """Each reason once, with the dossiers it is true of."""
        found: dict[str, list[str]] = {}
        for row, name, isin in zip(self._rows, self.ids, chosen, strict=True):
            if isin:
                reason = why(row, drawn.PERIOD, (indicator.numerator, indicator.denominator))
                found.setdefault(_decisive(reason), []).append(name)
        return [(", ".join(names), reason) for reason, names in found.items()]


def _chosen(names: list[str], marks: list[bool]) -> list[str]:
    return [name for name, marked in zip(names, marks, strict=True) if marked]


def _decisive(reason: str) -> str:
    """A reason without the clause that most dossiers share, where it says something else too."""
    clauses = reason.split("; ")
    return "; ".join([clause for clause in clauses if not clause.startswith(_SHARED)] or clauses)


def examples() -> Examples:
    """The examples of the handbook."""
    return Examples(drawn.drawn())
