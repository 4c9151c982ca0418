"""Disclosure control (kiểm soát lộ thông tin): which counts a public table withholds so that no count of 1–4 can be told.

Cells are counts, equations say which of them add up to which. Counts of 1–4 are withheld first (primary); then others
(secondary) until for every count of 1–4 there are at least `CANDIDATES` values it may have. That is proved, not guessed: for
each of those values a whole table of counts is found that agrees with everything printed, so no way of reasoning from what
is printed, by subtraction, bounds or trial, can tell them apart. The reader is taken to know all equations, every earlier
report, and which cells are withheld for their own sake (they lie in 1–4) and which for others' (they are 5 or more).

Where that much knowledge leaves no way out (4 = 1 + 1 + 1 + 1, all five known to lie in 1–4), the table must not tell the
two apart: `told_apart` is False, one sign stands for both, and a reader knows of a withheld count only that it is not 0.

Not covered: what a reader knows from elsewhere (a unit knows its own dossiers), sums of several withheld cells, the
size of a secondary cell, and conclusions from why this cell and not another was withheld.

Zeros are shown: a 0 is no dossier, so nobody can be recognised, and withholding one would guard nothing, as a reader
knows that secondary cells are 5 or more. A 1–4 that stands alone between zeros and its total is guarded by withholding
the total, and the total's total.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from math import inf, log
from typing import Any, Final, Literal

Key = Any  # whatever hashable the caller names cells by
State = Literal["open", "published", "withheld", "implied"]
Mark = Literal["p", "s"]
Move = dict[int, int]

SMALL: Final = range(1, 5)
"""Counts that are withheld: 1 to 4 dossiers; fewer than five may be recognised."""
CANDIDATES: Final = 3
"""How many values every withheld count of 1–4 may have at least, for a reader who knows all that is printed."""

_TOTAL_WEIGHT: Final = 4.0  # a total costs four times a part, a total of totals sixteen times: totals go last
_OPEN_TRIED, _WITHHELD_TRIED = 8, 24  # cells of a long sum tried at each step, the cheapest first
_FEW: Final = 2
_OPEN_SUM, _CHANGE = 4.0, 0.3  # about what an equation still failing will cost, and a cell more in the move
_SEARCHES: Final = (
    (1.0, 600),
    (0.03, 3_000),
)  # how much the cost of a cell counts, and the steps before giving up


@dataclass(frozen=True)
class Cell:
    """One count and what the public knows of it.

    `open`: to be printed now, unless withheld. `published`: printed before. `withheld`: left out of an earlier report, and
    guarded still; `told_apart` as that report was. `implied`: never printed, but what printed cells may give by subtraction.
    """

    value: int
    state: State = "open"
    told_apart: bool = True

    @property
    def small(self) -> bool:
        return self.value in SMALL and self.state != "published"

    def room(self, told_apart: bool) -> tuple[int, float]:
        """By how much less and more a reader could take the cell to be, were it withheld."""
        if self.state == "implied":
            return self.value, inf
        if self.state == "published" or self.value == 0:
            return 0, 0
        if not (told_apart if self.state == "open" else self.told_apart):
            return self.value - 1, inf
        if self.small:
            return self.value - SMALL.start, SMALL.stop - 1 - self.value
        return self.value - SMALL.stop, inf


@dataclass(frozen=True)
class Equation:
    """A total and the parts it is the sum of (stock carried over: one part)."""

    total: Key
    parts: tuple[Key, ...]


@dataclass(frozen=True)
class Protection:
    """Which cells to withhold, and the counts of 1–4 that stay exposed, with the values proved possible for them.

    `told_apart`: whether the table may tell primary from secondary ("<5" and "…"); else one sign for both.
    """

    marks: Mapping[Key, Mark]
    exposed: Mapping[Key, tuple[int, ...]]
    told_apart: bool


def protect(
    cells: Mapping[Key, Cell], equations: Sequence[Equation], candidates: int = CANDIDATES
) -> Protection:
    """Withholds counts of 1–4 and what guards them, totals last. `candidates` is at least 2.

    Equations that do not hold are left out: they tell a reader nothing true. A count is exposed when earlier reports or the
    candidates wanted leave no way to guard it; then the table must not be published as it is.

    Raises ValueError for a negative count.
    """
    negative = [key for key, cell in cells.items() if cell.value < 0]
    if negative:
        raise ValueError(f"negative counts: {negative[:3]}")
    apart = _Search(cells, equations, told_apart=True).run(candidates)
    return apart if not apart.exposed else _Search(cells, equations, told_apart=False).run(candidates)


@dataclass
class _Search:
    """Cells by number, with the marks and the proofs found so far."""

    given: Mapping[Key, Cell]
    equations: Sequence[Equation]
    told_apart: bool
    keys: list[Key] = field(init=False)
    cells: list[Cell] = field(init=False)
    sums: list[list[tuple[int, int]]] = field(
        init=False
    )  # of each equation its cells with sign, +1 total and -1 parts
    of: dict[int, list[tuple[int, int]]] = field(init=False)  # of each cell its equations with sign
    weight: list[float] = field(init=False)
    room: list[tuple[int, float]] = field(init=False)  # of each cell by how much less and more it may be
    hidden: set[int] = field(init=False)
    proofs: dict[int, dict[int, Move]] = field(
        init=False
    )  # of each guarded cell the changes that prove a value possible

    def __post_init__(self) -> None:
        self.keys, self.cells = list(self.given), list(self.given.values())
        number = {key: i for i, key in enumerate(self.keys)}
        self.sums = [
            [(number[e.total], 1), *((number[part], -1) for part in e.parts)]
            for e in self.equations
            if sum(self.given[part].value for part in e.parts) == self.given[e.total].value
        ]
        self.of = defaultdict(list)
        for equation, terms in enumerate(self.sums):
            for cell, sign in terms:
                self.of[cell].append((equation, sign))
        self.weight = [self._weight(i) for i in range(len(self.cells))]
        self.sums_by_weight = [sorted(terms, key=lambda t: self.weight[t[0]]) for terms in self.sums]
        self.room = [cell.room(self.told_apart) for cell in self.cells]
        self.hidden = {
            i for i, cell in enumerate(self.cells) if cell.state in ("withheld", "implied") or cell.small
        }
        self.proofs = {i: {0: {}} for i, cell in enumerate(self.cells) if cell.small}

    def _weight(self, cell: int) -> float:
        """What withholding a cell loses: a little more for a large count, much more for each sum it is the total of."""
        totals = sum(1 for equation, sign in self.of[cell] if sign > 0 and len(self.sums[equation]) > 2)
        return float((1 + log(1 + self.cells[cell].value)) * _TOTAL_WEIGHT**totals)

    def run(self, candidates: int) -> Protection:
        for guarded, proved in self.proofs.items():
            self._guard(guarded, candidates)
            if self.told_apart and len(proved) < candidates:
                break  # no use going on: the table is made again without telling the two kinds apart
        marks: dict[Key, Mark] = {
            self.keys[i]: "p" if self.cells[i].small else "s"
            for i in sorted(self.hidden)
            if self.cells[i].state == "open"
        }
        exposed = {
            self.keys[i]: tuple(self.cells[i].value + change for change in sorted(proved))
            for i, proved in self.proofs.items()
            if len(proved) < candidates
        }
        return Protection(marks, exposed, self.told_apart)

    def _guard(self, guarded: int, candidates: int) -> None:
        """Finds tables that agree with all that is printed and give the cell other values."""
        proved = self.proofs[guarded]
        for change in (1, -1, 2, -2, 3, -3):
            if len(proved) >= candidates:
                return
            step = 1 if change > 0 else -1
            if change in proved or change - step not in proved or not self._fits(guarded, change):
                continue
            base = proved[change - step]
            moves = (self._cheapest(guarded, step, base, thrift, steps) for thrift, steps in _SEARCHES)
            move = next((move for move in moves if move is not None), None)
            if move is not None:
                self._withhold({c: base.get(c, 0) + move.get(c, 0) for c in base.keys() | move.keys()})

    def _fits(self, cell: int, change: int) -> bool:
        less, more = self.room[cell]
        return -less <= change <= more

    def _withhold(self, move: Move) -> None:
        """Withholds the cells of a move, and notes what it and its multiples prove of every guarded cell in it."""
        self.hidden.update(cell for cell, change in move.items() if change)
        guarded = [cell for cell, change in move.items() if change and cell in self.proofs]
        for times in (1, -1, 2, -2, 3, -3):
            if all(self._fits(cell, times * change) for cell, change in move.items()):
                for cell in guarded:
                    proof = {c: times * change for c, change in move.items()}
                    self.proofs[cell].setdefault(times * move[cell], proof)

    def _cheapest(self, guarded: int, change: int, base: Move, thrift: float, steps: int) -> Move | None:
        """The changes, on top of `base`, of `guarded` and other cells after which every equation holds, that withhold least.

        Best first: at each step one equation that no longer holds is put right by one of its cells. None when no
        such changes are found; then the cell counts as not guarded, so a search cut short never passes for a proof.
        """
        order = count()
        start = self._apply({}, {}, guarded, change)
        heap = [(0.0, next(order), 0.0, *start)]
        seen: set[frozenset[tuple[int, int]]] = set()
        for _ in range(steps):
            if not heap:
                return None
            _, _, cost, move, open_sums = heapq.heappop(heap)
            if not open_sums:
                return move
            state = frozenset(move.items())
            if state in seen:
                continue
            seen.add(state)
            for cell, by in self._remedies(open_sums, move, base):
                spent = cost + (0.0 if cell in self.hidden else thrift * self.weight[cell])
                after = self._apply(move, open_sums, cell, by)
                hint = _OPEN_SUM * sum(map(abs, after[1].values())) + _CHANGE * len(after[0])
                heapq.heappush(heap, (spent + hint, next(order), spent, *after))
        return None

    def _apply(
        self, move: Move, open_sums: dict[int, int], cell: int, by: int
    ) -> tuple[Move, dict[int, int]]:
        """The move with one more change, and by how much each equation now fails."""
        failing = dict(open_sums)
        for equation, sign in self.of[cell]:
            off = failing.pop(equation, 0) + sign * by
            if off:
                failing[equation] = off
        return {**move, cell: by}, failing

    def _remedies(self, open_sums: dict[int, int], move: Move, base: Move) -> list[tuple[int, int]]:
        """Changes that put an equation right, in whole or in part: of the one with fewest such changes.

        Of a long sum those that put another failing equation right as well come first, then withheld cells, then the
        cheapest of those still printed.
        """
        equation, fitting = -1, None
        for tried in sorted(open_sums, key=lambda e: len(self.sums[e])):
            if fitting is not None and len(fitting) <= _FEW:
                break  # a long sum is looked through only where the short ones leave much to try
            found = self._fitting(tried, open_sums[tried], move, base)
            if fitting is None or len(found) < len(fitting):
                equation, fitting = tried, found
        if fitting is None:
            return []
        if len(fitting) <= _OPEN_TRIED:
            return fitting
        others = open_sums.keys() - {equation}
        closing = [t for t in fitting if any(e in others for e, _ in self.of[t[0]])]
        withheld = [t for t in fitting if t[0] in self.hidden]
        printed = [t for t in fitting if t[0] not in self.hidden]
        return list(dict.fromkeys((*closing, *withheld[:_WITHHELD_TRIED], *printed[:_OPEN_TRIED])))

    def _fitting(self, equation: int, off: int, move: Move, base: Move) -> list[tuple[int, int]]:
        """Changes of one cell, in the room it has beside `base`, that take an equation back or nearer to holding."""
        found = []
        part = 1 if off > 0 else -1
        for by in range(off, 0, -part):
            for cell, sign in self.sums_by_weight[equation]:
                less, more = self.room[cell]
                change = base.get(cell, 0) - by * sign
                if -less <= change <= more and cell not in move:
                    found.append((cell, -by * sign))
        return found
