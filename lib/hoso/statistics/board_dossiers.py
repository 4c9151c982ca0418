"""The board of units as dossiers give it (điểm tính từ hồ sơ), with small counts withheld and what would give them away.

Nobody has published these counts. The criteria whose fractions dossiers give are counted for the province, its levels and
its units, and all counts printed go through `public_tables` at once. Points are as telling as their fraction: 19,51 of 20
under 41 dossiers is 40/41, so one late dossier. Hence
- points of a criterion with a withheld numerator or denominator are withheld;
- the group it belongs to is withheld too, and the total: what is printed would give the rest by subtraction. Coarser totals
  are no way out: one dossier of eight moves the total by 2,5 points;
- a unit without a printed total has no rank and takes no place in one (the gap would bound it), stands in no list of highest
  and lowest, and is listed by its id, not by its points.
What is left tells nothing that the printed counts do not: points, groups, totals and ranks are computed from those alone.

Not covered: what the reports of several periods tell together. Each is guarded by itself; of two months in a row six further
counts follow that neither month gives (`public_tables` takes `earlier` reports, but nothing keeps what was published).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from ..vocabulary.errors import HosoError
from ..vocabulary.periods import Period
from .board import LEVELS, RECEIVED, TOTAL, Board, Cell, Listed, Place
from .counting import By
from .data import Data
from .definitions import Indicator, definitions
from .public_equations import countable
from .public_tables import PublicTables, public_tables
from .scorecard.definitions import Criterion, Scorecard, in_force
from .scorecard.places import Count
from .scorecard.scoring import points


def of_dossiers(data: Data, period: Period, count: Count, earlier: Sequence[PublicTables] = ()) -> Board:
    """The criteria that dossiers give, of the province, its levels and units, with small counts withheld.

    Districts have no published table of points; the criteria here have one formula at all levels. A denominator of 0 gives
    no points and takes none away from the maximum, as on the portal. HosoError where an `earlier` report leaves a small
    count exposed: then nothing may be published.
    """
    card = in_force(period.end)
    chosen = _counted_criteria(card, period)
    whole, levels, units = (_chosen(count(data, period, by), chosen) for by in _BY)
    told = set(whole.loc[whole["denominator"] > 0, "indicator"])  # the exports say nothing of the others
    chosen = {c: i for c, i in chosen.items() if i.id in told}
    tables = [table[table["indicator"].isin(told)] for table in (whole, levels, units)]
    public = public_tables(tables, earlier)
    if public.exposed:
        raise HosoError(
            f"không công bố: còn {len(public.exposed)} số từ 1 đến 4 mà người đọc tính ngược ra được",
            where=f"{data.province.slug} {period}",
            expected="mọi số từ 1 đến 4 đều giữ kín được",
            remedy="gộp đơn vị, hoặc công bố kỳ dài hơn",
        )
    cells: dict[tuple[Place, str], Cell] = {}
    for place, own in _by_place(public.tables, chosen).items():
        cells |= {(place, of): cell for of, cell in _summed(own, chosen).items()}
    listed = tuple(
        Listed(unit, unit, name, level, cells.get(((level, unit), RECEIVED), Cell()).denominator)
        for unit, name, level in _names(data.units)
        if level in LEVELS
    )
    groups = tuple(g for g in card.groups if any(c.group == g.id for c in chosen))
    return Board(card, None, False, tuple(chosen), groups, listed, cells)


_BY: Final[tuple[By, ...]] = ("province", "level", "unit")


def _names(units: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Id, name and level of units; those that share a name are told apart by the unit above them."""
    above = dict(zip(units["unit"], units["name"], strict=True))
    shared = units["name"].duplicated(keep=False)
    return [
        (unit, f"{name} ({above[parent]})" if twice and parent in above else name, level)
        for unit, name, level, parent, twice in zip(
            units["unit"], units["name"], units["level"], units["parent"], shared, strict=True
        )
    ]


def _counted_criteria(card: Scorecard, period: Period) -> dict[Criterion, Indicator]:
    """The criteria of units that are fractions of dossiers, with the indicator of the same fraction."""
    known = definitions().on(period.end).indicators
    fractions = {(i.numerator, i.denominator): i for i in reversed(known)}
    return {
        c: fractions[c.counts[0], c.counts[1]]
        for c in card.criteria
        if c.counts and all(map(countable, c.counts)) and {"agency", "commune"} <= set(c.levels)
    }


def _chosen(table: pd.DataFrame, wanted: Mapping[Criterion, Indicator]) -> pd.DataFrame:
    ids = {(i.id, i.variant) for i in wanted.values()}
    pairs = zip(table["indicator"], table["variant"], strict=True)
    return table[[pair in ids for pair in pairs]]


def _by_place(
    tables: Iterable[pd.DataFrame], chosen: Mapping[Criterion, Indicator]
) -> dict[Place, dict[str, Cell]]:
    """The criteria of every place, as the public may read them."""
    of = {indicator.id: criterion for criterion, indicator in chosen.items()}
    found: dict[Place, dict[str, Cell]] = {}
    for row in (row for table in tables for row in table.to_dict("records")):
        criterion = of[row["indicator"]]
        top, bottom = _number(row["numerator"]), _number(row["denominator"])
        known = row["mask"] is None and top is not None and bottom is not None
        worth = points(criterion, top or 0, bottom or 0) if known and bottom else None
        place = (_word(row["level"]), _word(row["unit"]))
        found.setdefault(place, {})[criterion.id] = Cell(top, bottom, worth, not known)
    return found


def _summed(own: Mapping[str, Cell], criteria: Iterable[Criterion]) -> dict[str, Cell]:
    """Criteria with their groups and the total; a sum over something withheld is withheld."""
    parts: dict[str, list[Cell]] = {}
    for criterion in criteria:
        parts.setdefault(criterion.group, []).append(own.get(criterion.id, Cell()))
    groups = {group: _sum(cells) for group, cells in parts.items()}
    return {**own, **groups, TOTAL: _sum(groups.values())}


def _sum(cells: Iterable[Cell]) -> Cell:
    parts = list(cells)
    if any(part.withheld for part in parts):
        return Cell(withheld=True)
    known = [part.points for part in parts if part.points is not None]
    return Cell(points=sum(known) if known else None)


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _word(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)
