"""Public tables (bảng công khai): results without the counts of 1–4 and without those that would give them away.

An explicit step for what the public reads; analysts' copies are not touched. Cells are the counts behind the table's rows,
also numerators and denominators of its rates. Equations are the identities of form II.06a, a level and its parts, a
rate and its complement, and what two periods of one table have in common; `disclosure` decides what is withheld.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import product
from typing import Any, Final

import pandas as pd

from ..vocabulary.periods import Period
from .counting import DIMENSIONS
from .counts import COUNTS
from .definitions import definitions
from .disclosure import CANDIDATES, Cell, Equation, Mark, protect
from .identities import IDENTITIES

Place = tuple[
    str | None, ...
]  # the values of province and DIMENSIONS; None where the row is not told apart by it
Days = tuple[date, date]
Key = tuple[Place, Days, str]

PRIMARY: Final = "Số từ 1 đến 4: không công bố để không nhận ra được cá nhân, tổ chức"
SECONDARY: Final = "Không công bố để không tính ngược ra được số từ 1 đến 4"
HIDDEN: Final = "Không công bố: số từ 1 đến 4, hoặc số có thể giúp tính ngược ra số đó"
SIGNS: Final[Mapping[Mark, str]] = {"p": "<5", "s": "…"}
"""What a withheld count prints as; in a table that does not tell the two apart every mark is "s"."""

_MORE_IDENTITIES: Final = (
    ("received", ("received_in_period", "carried_over")),
    ("received_in_period", ("received_online", "received_direct", "received_postal")),
    ("on_time", ("early", "punctual")),
    ("in_time", ("on_time", "pending_in_time")),
)
_DAY: Final = timedelta(1)


@dataclass(frozen=True)
class PublicTables:
    """Tables as the public may read them, and the state behind them, kept by the analysts for the next report.

    Each table has the columns given plus `mask` (None, "p", "s") and `reason`; numerator, denominator and value are null
    where withheld. `exposed` names counts of 1–4 that earlier reports give away whatever is withheld now: then the tables
    must not be published.
    """

    tables: tuple[pd.DataFrame, ...]
    cells: Mapping[Key, Cell]
    told_apart: bool
    exposed: Mapping[Key, tuple[int, ...]]


def public_tables(
    tables: Sequence[pd.DataFrame], earlier: Sequence[PublicTables] = (), candidates: int = CANDIDATES
) -> PublicTables:
    """Results tables (columns: results.COLUMNS) with every count of dossiers from 1 to 4 withheld, and guarded together.

    Tables published at once are given at once; `earlier` are the reports already out, which cannot be changed any more.
    Counts of procedures pass: they tell nothing of a person. A row whose rate or average rests on a withheld count has no
    value.
    """
    before = {key: cell for report in earlier for key, cell in report.cells.items()}
    opened = {key: Cell(value) for table in tables for key, value in _cells(table)}
    cells: dict[Key, Cell] = {**opened, **before}
    equations = list(_equations(cells, tables))
    protection = protect(cells, equations, candidates)
    marks: dict[Key, Mark] = {}
    for key, mark in protection.marks.items():
        marks[key] = mark if protection.told_apart else "s"
    marks |= {key: "s" for key, cell in before.items() if cell.state == "withheld" and key in opened}
    shown = tuple(_masked(table, marks, protection.told_apart) for table in tables)
    kept = {
        key: _published(cell, key in protection.marks, protection.told_apart) for key, cell in cells.items()
        if cell.state != "implied"
    }  # fmt: skip
    return PublicTables(shown, kept, protection.told_apart, protection.exposed)


def _published(cell: Cell, withheld: bool, told_apart: bool) -> Cell:
    """What becomes of a cell once the report is out."""
    if cell.state != "open":
        return cell
    return Cell(cell.value, "withheld", told_apart) if withheld else Cell(cell.value, "published")


def _cells(table: pd.DataFrame) -> Iterator[tuple[Key, int]]:
    """The counts of dossiers that a table prints, as rows of their own or as parts of a rate."""
    for row in table.to_dict("records"):
        for part, name in _counts_of(row).items():
            if not pd.isna(row[part]):
                yield (_place(row), _days(row), name), int(row[part])


def _counts_of(row: Mapping[Any, Any]) -> dict[str, str]:
    """Which counts of dossiers stand in a row's numerator and denominator."""
    if pd.isna(row["variant"]):
        names = {"numerator": str(row["indicator"])}
    else:
        parts = _fractions().get((row["indicator"], row["variant"]), ("", ""))
        names = dict(zip(("numerator", "denominator"), parts, strict=True))
    return {part: name for part, name in names.items() if name in COUNTS and COUNTS[name].amount is None}


@cache
def _fractions() -> dict[tuple[str, str], tuple[str, str]]:
    return {(i.id, i.variant): (i.numerator, i.denominator) for i in definitions().indicators}


def _place(row: Mapping[Any, Any]) -> Place:
    return tuple(None if pd.isna(row.get(name)) else str(row[name]) for name in ("province", *DIMENSIONS))


def _days(row: Mapping[Any, Any]) -> Days:
    return _window(str(row["period"]))


@cache
def _window(period: str) -> Days:
    parsed = Period.parse(period)
    return parsed.start, parsed.end


def _equations(cells: dict[Key, Cell], tables: Sequence[pd.DataFrame]) -> Iterator[Equation]:
    """Every sum a reader can form; cells that nobody prints but a subtraction gives are added to `cells`."""
    yield from _within_rows(cells)
    yield from _complements(cells, tables)
    yield from _over_places(cells)
    yield from _over_periods(cells)


def _rest(cells: dict[Key, Cell], total: Key, parts: Sequence[Key], name: str) -> Iterator[Equation]:
    """Total = parts + what is left of it; what is left is known to whoever knows the others."""
    left = cells[total].value - sum(cells[part].value for part in parts)
    if left == 0:
        yield Equation(total, tuple(parts))
    elif left > 0:
        rest = (total[0], total[1], name)
        cells.setdefault(rest, Cell(left, "implied"))
        yield Equation(total, (*parts, rest))


def _within_rows(cells: dict[Key, Cell]) -> Iterator[Equation]:
    for place, days in dict.fromkeys((place, days) for place, days, _ in cells):
        for whole, names in (*IDENTITIES, *_MORE_IDENTITIES):
            total, parts = (place, days, whole), [(place, days, name) for name in names]
            there = [part for part in parts if part in cells]
            if total in cells and there:
                yield from _rest(cells, total, there, f"{whole} − {'/'.join(part[2] for part in there)}")


def _complements(cells: dict[Key, Cell], tables: Sequence[pd.DataFrame]) -> Iterator[Equation]:
    """99 % of 100 tells the one that is missing: a fraction's complement is a count as well."""
    for table in tables:
        for row in table[table["variant"].notna()].to_dict("records"):
            names = _counts_of(row)
            if len(names) == 2:
                top, bottom = (
                    (_place(row), _days(row), names[part]) for part in ("numerator", "denominator")
                )
                if top in cells and bottom in cells:
                    yield from _rest(cells, bottom, [top], f"{bottom[2]} − {top[2]}")


def _over_places(cells: dict[Key, Cell]) -> Iterator[Equation]:
    """A province and its levels, a level and its units or fields: sums over the next finer rows of the same days."""
    groups: dict[tuple[Days, str], list[Place]] = defaultdict(list)
    for place, days, name in list(cells):
        if name in COUNTS:
            groups[days, name].append(place)
    for (days, name), places in groups.items():
        patterns = {_pattern(place) for place in places}
        for coarse, fine in product(patterns, patterns):
            if coarse < fine and not any(coarse < other < fine for other in patterns):
                yield from _parts(cells, places, coarse, fine, days, name)


def _pattern(place: Place) -> frozenset[int]:
    return frozenset(i for i, part in enumerate(place) if part is not None)


def _parts(
    cells: dict[Key, Cell],
    places: Sequence[Place],
    coarse: frozenset[int],
    fine: frozenset[int],
    days: Days,
    name: str,
) -> Iterator[Equation]:
    below: dict[Place, list[Key]] = defaultdict(list)
    for place in places:
        if _pattern(place) == fine:
            above = tuple(part if i in coarse else None for i, part in enumerate(place))
            below[above].append((place, days, name))
    for above, parts in below.items():
        if (above, days, name) in cells:
            yield from _rest(cells, (above, days, name), parts, f"{name} − {sorted(fine)}")


def _over_periods(cells: dict[Key, Cell]) -> Iterator[Equation]:
    """Nine months less eight are one month; what is pending on a day is carried over to the next."""
    groups: dict[tuple[Place, str], list[Days]] = defaultdict(list)
    for place, days, name in list(cells):
        if name in COUNTS:
            groups[place, name].append(days)
    for (place, name), windows in groups.items():
        if relate := _RELATIONS.get(_kind(name)):
            yield from relate(cells, place, name, windows)
        if name == "pending":
            following = groups.get((place, "carried_over"), [])
            for (first, last), later in product(windows, following):
                if later[0] == last + _DAY:
                    yield Equation((place, (first, last), name), ((place, later, "carried_over"),))


def _kind(name: str) -> str:
    """Whether a count happens on days (during), or stands at the start (before) or the end (through) of a period."""
    windows = {window for _, _, window in COUNTS[name].terms}
    return windows.pop() if len(windows) == 1 else "made of several"


def _flows(cells: dict[Key, Cell], place: Place, name: str, windows: Sequence[Days]) -> Iterator[Equation]:
    known = set(windows)
    for (a, b), (c, d) in product(windows, windows):
        if (a == c and b < d) or (b == d and a > c):
            rest = (b + _DAY, d) if a == c else (c, a - _DAY)
            left = cells[place, (c, d), name].value - cells[place, (a, b), name].value
            if left >= 0:
                cells.setdefault((place, rest, name), Cell(left, "implied"))
                known.add(rest)
    for (a, b), (c, d) in product(known, known):
        if c == b + _DAY and (a, d) in known:
            yield Equation((place, (a, d), name), ((place, (a, b), name), (place, (c, d), name)))


def _same(end: int) -> Callable[[dict[Key, Cell], Place, str, Sequence[Days]], Iterator[Equation]]:
    def equal(_: dict[Key, Cell], place: Place, name: str, windows: Sequence[Days]) -> Iterator[Equation]:
        """A stock on one day is one number, whatever periods begin or end there."""
        first: dict[date, Days] = {}
        for days in sorted(windows):
            if first.setdefault(days[end], days) != days:
                yield Equation((place, first[days[end]], name), ((place, days, name),))

    return equal


_RELATIONS: Final = {"during": _flows, "before": _same(0), "through": _same(1)}


def _masked(table: pd.DataFrame, marks: Mapping[Key, Mark], told_apart: bool) -> pd.DataFrame:
    """The table with what is withheld taken out."""
    shown = table.copy()
    masks: list[Mark | None] = []
    for i, row in enumerate(table.to_dict("records")):
        counts = {part: (_place(row), _days(row), name) for part, name in _counts_of(row).items()}
        hit = {part: marks[key] for part, key in counts.items() if key in marks}
        masks.append("p" if "p" in hit.values() else "s" if hit else None)
        for part in ("value", *hit) if hit else ():
            shown.iloc[i, shown.columns.get_loc(part)] = None  # type: ignore[index]
        if (
            hit and "numerator" not in hit and "numerator" not in _counts_of(row)
        ):  # an amount, such as minutes
            shown.iloc[i, shown.columns.get_loc("numerator")] = None  # type: ignore[index]
    reasons = {"p": PRIMARY, "s": SECONDARY} if told_apart else {"s": HIDDEN}
    return shown.assign(
        mask=pd.Series(masks, index=table.index, dtype="object"),
        reason=pd.Series(
            [reasons[mask] if mask else None for mask in masks], index=table.index, dtype="object"
        ),
    )
