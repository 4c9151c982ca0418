"""Public tables (bảng công khai): results without the counts of 1–4 and without those that would give them away.

An explicit step for what the public reads; analysts' copies are not touched. Cells are the counts of dossiers behind the
table's rows, also numerators and denominators of its rates. Which counts follow from which is derived from the ledger
(`public_equations`), over one period and over several; which places add up to which, from their names: a province and its
levels, a level and its units. `disclosure` decides what is withheld, and says what is proved.

Refused with UsageError, since the guarantee would not hold: tables by channel (they repeat the columns by channel), a
table of several groupings at once, places that do not all have the same ids (earlier reports included), and ids that no
definition names. Amounts (handling minutes, their median) are never published by themselves.

Guarded are counts, printed or following from printed ones (of spans of days that nobody prints, of parts, what a rate's
numerator leaves of its denominator); other differences (received − known_digitised) keep their bounds but may be small.
With many rates in small units the search is coarse: it may withhold main totals, or after an earlier report leave counts
exposed that a longer search would guard.

Not covered: what two groupings tell together of their cross table (unit and field without unit by field), and sums of
minutes: what two average handling times tell of the dossiers between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..records.schema import FLAGS
from ..vocabulary.errors import UsageError
from ..vocabulary.periods import Period
from .counting import DIMENSIONS
from .counts import COUNTS
from .definitions import definitions
from .disclosure import CANDIDATES, IMPLIED, OPEN, PUBLISHED, WITHHELD, Ints, Leaf, Shape, protect
from .procedures import PROCEDURE_COUNTS
from .public_equations import Column, Days, Reckoning, countable, moves, reckoned

Place = tuple[
    str | None, ...
]  # the values of province and DIMENSIONS; None where a row is not told apart by it
Key = tuple[Place, Days, str]

REASON: Final = "Không công bố: số từ 1 đến 4, hoặc số có thể giúp tính ngược ra số đó"
ENOUGH: Final = 10
"""In so many places two columns have to be the same before anyone takes that for a rule."""
SIGN: Final = "…"
"""What a withheld count prints as, small or not: two signs would tell which counts guard which."""


@dataclass(frozen=True)
class Cell:
    """A count once its report is out: printed, or withheld and guarded still."""

    value: int
    published: bool


@dataclass(frozen=True)
class PublicTables:
    """Tables as the public may read them, and the state behind them, kept by the analysts for the next report.

    Each table has the columns given plus `mask` (None or "s") and `reason`; numerator, denominator and value are null
    where withheld. `exposed` names counts of 1–4, printed or following from printed ones, that earlier reports give away
    whatever is withheld now: then the tables must not be published.
    """

    tables: tuple[pd.DataFrame, ...]
    cells: Mapping[Key, Cell]
    exposed: Mapping[Key, tuple[int, ...]]


def public_tables(
    tables: Sequence[pd.DataFrame], earlier: Sequence[PublicTables] = (), candidates: int = CANDIDATES
) -> PublicTables:
    """Results tables (columns: results.COLUMNS) with every count of dossiers from 1 to 4 withheld, and guarded together.

    Tables published at once are given at once; `earlier` are the reports already out, which cannot be changed any more.
    Counts of procedures pass: they tell nothing of a person. A row whose rate or average rests on a withheld count has no
    value. Raises UsageError for tables that cannot be guarded, ValueError for counts that contradict each other.
    """
    before = {key: cell for report in earlier for key, cell in report.cells.items()}
    opened: dict[Key, int] = {}
    for table in tables:
        for key, value in _cells(table):
            if opened.setdefault(key, value) != value or (key in before and before[key].value != value):
                raise ValueError(f"two values for one count: {key}")
    withheld, exposed = _decided(opened, before, candidates) if opened else (set(), {})
    withheld |= {key for key, cell in before.items() if key in opened and not cell.published}
    kept = {key: Cell(value, key not in withheld) for key, value in opened.items()}
    return PublicTables(tuple(_masked(table, withheld) for table in tables), {**kept, **before}, exposed)


def _decided(
    opened: Mapping[Key, int], before: Mapping[Key, Cell], candidates: int
) -> tuple[set[Key], dict[Key, tuple[int, ...]]]:
    """The open cells to withhold, and the small counts that nothing guards."""
    known = {
        **{key: (value, OPEN) for key, value in opened.items()},
        **{key: (cell.value, PUBLISHED if cell.published else WITHHELD) for key, cell in before.items()},
    }
    columns = list(dict.fromkeys((days, name) for _, days, name in known))
    places, printed, states, leaves = _Grid(known, columns).whole()
    reckoning = reckoned(columns, _twins(columns, printed))
    values, states, reckoning = _reckoned_values(printed, states, reckoning)
    cost = np.where(states == OPEN, 1 + np.log1p(values), np.where(states == PUBLISHED, 50, 0)).mean(0)
    shape = Shape(moves(reckoning.atoms, cost), leaves, reckoning.counted)
    found = protect(values, states, shape, candidates)
    withheld = {(places[r], *reckoning.names[c]) for r, c in zip(*np.nonzero(found.withheld), strict=True)}
    return withheld, {(places[r], *reckoning.names[c]): told for (r, c), told in found.exposed.items()}


def _twins(columns: Sequence[Column], printed: Ints) -> dict[str, str]:
    """Parts whose counts are those of another in every place: a reader who sees it in ENOUGH places takes them for one.

    So what one column prints would tell what the other withholds. Only of what an export knows of a dossier: known of all
    of them (then it counts what was received), or of the same as another flag.
    """
    of: dict[str, list[int]] = {}
    for i, (_, name) in sorted(enumerate(columns), key=lambda column: column[1]):
        of.setdefault(name, []).append(i)
    whole = {"all": of["received"]} if "received" in of else {}
    parts = whole | {name: of[name] for name in (f"known_{flag}" for flag in FLAGS) if name in of}
    found: dict[str, str] = {}
    for part, at in list(parts.items()):
        for other, there in parts.items():
            if other == part:
                break
            same = len(at) == len(there) and bool((printed[:, at] == printed[:, there]).all())
            if same and other not in found and (printed[:, at] > 0).any(1).sum() >= ENOUGH:
                found[part] = other
                break
    return found


def _reckoned_values(printed: Ints, states: Ints, reckoning: Reckoning) -> tuple[Ints, Ints, Reckoning]:
    """The grid with the columns that follow; bounds that the data break tell a reader nothing and are left out."""
    off = np.abs(printed @ reckoning.same.T - printed).max(0) > 1e-3
    if off.any():
        raise ValueError(
            f"counts that contradict each other: {[reckoning.names[i] for i in np.flatnonzero(off)][:3]}"
        )
    values = np.rint(printed @ reckoning.of_printed.T).astype(np.int64)
    keep: NDArray[np.bool_] = (values >= 0).all(axis=0).reshape(-1)
    keep[: printed.shape[1]] = True
    following = np.full((len(values), values.shape[1] - printed.shape[1]), IMPLIED)
    return (
        values[:, keep],
        np.concatenate([states, following], axis=1)[:, keep],
        Reckoning(
            tuple(name for name, kept in zip(reckoning.names, keep, strict=True) if kept),
            reckoning.same, reckoning.of_printed[keep], reckoning.atoms[keep], reckoning.counted[keep],
        ),
    )  # fmt: skip


class _Grid:
    """Places as rows, counts as columns, and which places make up which."""

    def __init__(self, known: Mapping[Key, tuple[int, int]], columns: Sequence[Column]) -> None:
        self.known, self.columns = known, columns
        self.places = list(dict.fromkeys(place for place, _, _ in known))
        patterns = {_pattern(place) for place in self.places}
        self.finest = sorted((p for p in patterns if not any(p < q for q in patterns)), key=sorted)
        there = set(self.places)
        self.above = {
            place: [
                whole
                for pattern in sorted((p for p in patterns if p < _pattern(place)), key=sorted)
                if (whole := tuple(part if i in pattern else None for i, part in enumerate(place))) in there
            ]
            for place in self.places
        }

    def whole(self) -> tuple[list[Place], Ints, Ints, tuple[Leaf, ...]]:
        """The places (rests of what is printed only in part are further ones), values, states and leaves."""
        values = {
            place: [self.known.get((place, *c), (-1, IMPLIED)) for c in self.columns] for place in self.places
        }
        self._fill(values)
        number = {place: i for i, place in enumerate(self.places)}
        grid = np.array([[v for v, _ in values[p]] for p in self.places], dtype=np.int64)
        states = np.array([[s for _, s in values[p]] for p in self.places], dtype=np.int64)
        names, leaves = list(self.places), []
        for partition, pattern in enumerate(self.finest):
            own = [place for place in self.places if _pattern(place) == pattern]
            leaves += [Leaf(frozenset(number[q] for q in (*self.above[p], p)), partition) for p in own]
            for whole in sorted(
                (p for p in self.places if _pattern(p) < pattern), key=lambda p: -len(_pattern(p))
            ):
                at = number[whole]
                inside = [
                    min(leaf.rows, key=lambda r: self._order(r, names))
                    for leaf in leaves
                    if leaf.partition == partition and at in leaf.rows
                ]
                if not inside and not self._divided(whole, pattern):
                    continue
                rest = grid[at] - grid[inside].sum(0)
                if (rest < 0).any():
                    raise ValueError(f"parts are more than their whole: {whole}")
                if rest.any():
                    leaves.append(
                        Leaf(frozenset({len(names), at, *(number[q] for q in self.above[whole])}), partition)
                    )
                    names.append((*whole, "rest"))
                    grid = np.concatenate([grid, rest[None]])
                    states = np.concatenate([states, np.full((1, len(rest)), IMPLIED)])
        return names, grid, states, tuple(leaves)

    def _divided(self, whole: Place, pattern: frozenset[int]) -> bool:
        """Whether any place of the pattern lies in what contains the whole: then the whole is a part of it too."""
        tops = [whole, *self.above[whole]]
        return any(_pattern(p) == pattern and any(_contains(top, p) for top in tops) for p in self.places)

    def _order(self, row: int, names: Sequence[Place]) -> tuple[bool, int]:
        """Leaves' own rows come first among the rows of a leaf: rests, then the places told apart most."""
        return (len(names[row]) == len(self.places[0]), -len(_pattern(names[row])))

    def _fill(self, values: dict[Place, list[tuple[int, int]]]) -> None:
        """Counts not given: of a place whose siblings make up the whole, 0; of a whole, what its parts make."""
        for i, column in enumerate(self.columns):
            missing = [place for place in self.places if values[place][i][0] < 0]
            for place in sorted(missing, key=lambda p: -len(_pattern(p))):
                parts = self._next_finer(place)
                if parts and all(values[part][i][0] >= 0 for part in parts):
                    values[place][i] = (sum(values[part][i][0] for part in parts), IMPLIED)
                elif any(self._made_up(whole, place, i, values) for whole in self.above[place]):
                    values[place][i] = (0, PUBLISHED)
                else:
                    shown = " · ".join(part for part in place if part)
                    raise UsageError(f"bảng công khai: {shown} không có số liệu {column[1]} ({column[0][0]}–{column[0][1]})",
                                     expected="mọi bảng, mọi kỳ cùng chỉ tiêu, cùng đơn vị")  # fmt: skip

    def _next_finer(self, place: Place) -> list[Place]:
        inside = [p for p in self.places if _contains(place, p)]
        for pattern in sorted({_pattern(p) for p in inside}, key=lambda x: (len(x), sorted(x))):
            return [p for p in inside if _pattern(p) == pattern]
        return []

    def _made_up(
        self, whole: Place, place: Place, i: int, values: dict[Place, list[tuple[int, int]]]
    ) -> bool:
        parts = [p for p in self.places if _pattern(p) == _pattern(place) and _contains(whole, p)]
        return values[whole][i][0] == sum(max(values[p][i][0], 0) for p in parts)


def _pattern(place: Place) -> frozenset[int]:
    return frozenset(i for i, part in enumerate(place) if part is not None)


def _contains(whole: Place, part: Place) -> bool:
    return whole != part and all(a is None or a == b for a, b in zip(whole, part, strict=True))


def _cells(table: pd.DataFrame) -> Iterator[tuple[Key, int]]:
    """The counts of dossiers that a table prints, as rows of their own or as parts of a rate."""
    for row, place in zip(table.to_dict("records"), _places(table), strict=True):
        for part, name in _counts_of(row).items():
            if not pd.isna(row[part]):
                yield (place, _window(str(row["period"])), name), int(row[part])


def _places(table: pd.DataFrame) -> list[Place]:
    """The place of each row; a field or procedure that is not given is "" where others of the table are."""
    names = [name for name in ("province", *DIMENSIONS) if name in table]
    by = {name for name in names if table[name].notna().any()}
    if "channel" in by:
        raise UsageError(
            "bảng công khai không chia theo kênh tiếp nhận",
            expected="province, level, unit, field, procedure",
        )
    if any(table[name].isna().any() for name in by - {"field", "procedure"}):
        raise UsageError("bảng công khai: một bảng chỉ có một cách chia nhóm")
    columns = [
        [("" if name in by else None) if pd.isna(value) else str(value) for value in table[name]]
        if name in names
        else [None] * len(table)
        for name in ("province", *DIMENSIONS)
    ]
    return list(zip(*columns, strict=True))


def _counts_of(row: Mapping[Any, Any]) -> dict[str, str]:
    """Which counts of dossiers stand in a row's numerator and denominator."""
    name = str(row["indicator"])
    if pd.isna(row["variant"]):
        parts = {"numerator": name}
    else:
        fraction = _fractions().get((name, str(row["variant"])), ("", ""))
        parts = dict(zip(("numerator", "denominator"), fraction, strict=True))
    known = {*COUNTS, *PROCEDURE_COUNTS}
    if not set(parts.values()) <= known and name not in definitions().published:
        raise UsageError(
            f"bảng công khai: không rõ {name} ({row['variant']}) đếm gì", expected=", ".join(COUNTS)
        )
    return {part: count for part, count in parts.items() if countable(count)}


@cache
def _fractions() -> dict[tuple[str, str], tuple[str, str]]:
    return {(i.id, i.variant): (i.numerator, i.denominator) for i in definitions().indicators}


@cache
def _window(period: str) -> Days:
    parsed = Period.parse(period)
    return parsed.start, parsed.end


def _without(column: pd.Series[Any], rows: list[int]) -> pd.Series[Any]:
    blanked = column.copy()
    blanked.iloc[rows] = None
    return blanked


def _masked(table: pd.DataFrame, withheld: set[Key]) -> pd.DataFrame:
    """The table with what is withheld taken out."""
    masks: list[str | None] = []
    hidden: dict[str, list[int]] = {}  # by column, which rows: set at once, a cell at a time takes seconds
    for i, (row, place) in enumerate(zip(table.to_dict("records"), _places(table), strict=True)):
        counts = _counts_of(row)
        hit = [
            part for part, name in counts.items() if (place, _window(str(row["period"])), name) in withheld
        ]
        amount = str(row["indicator"]) in COUNTS and not counts
        masks.append("s" if hit or amount else None)
        if amount or (hit and "numerator" not in counts):  # minutes
            hit.append("numerator")
        for part in ("value", *hit) if hit else ():
            hidden.setdefault(part, []).append(i)
    shown = table.assign(**{part: _without(table[part], rows) for part, rows in hidden.items()})
    return shown.assign(
        mask=pd.Series(masks, index=table.index, dtype="object"),
        reason=pd.Series([REASON if mask else None for mask in masks], index=table.index, dtype="object"),
    )
