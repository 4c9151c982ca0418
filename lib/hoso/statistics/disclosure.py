"""Disclosure control (kiểm soát lộ thông tin): which counts a public table withholds so that no count of 1–4 can be told.

A table has rows (places) and columns (counts of periods). Every row is a sum of leaves, the smallest places; within a row
the columns are related by whatever `Shape` says: `moves` are the changes that keep every identity, further columns that
nobody prints say which sums cannot be negative. Counts of 1–4 are withheld first, then others, until each count of 1–4 is
guarded: at least `CANDIDATES` tables exist that agree with everything printed and give it different values.

What is proved of every count not in `exposed`: those tables were found, each by one move times a small factor, taken from
one leaf and added to another (or added to one leaf and all that contains it). They keep every identity between columns and
between places, every bound of the shape, every number printed now or before, and what a withheld sign tells (not 0). So
no reasoning from these, by subtraction, bounds or trial, ends with one value or with two. One sign stands for every
withheld count, small or not: "<5" beside "…" would tell where a guard lies.

Not proved: anything about a reader who knows more (a unit knows its own dossiers), relations that the shape does not
state, bounds on numbers that do not follow from printed ones, the size of secondary cells, sums of several withheld
cells, and conclusions from why this cell and not another was withheld.

Zeros are shown: a 0 is no dossier. Without earlier reports nothing stays exposed: at worst all but the zeros is withheld,
and then the table times two or three agrees with what is printed as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

SMALL: Final = range(1, 5)
"""Counts that are withheld: 1 to 4 dossiers; fewer than five may be recognised."""
CANDIDATES: Final = 3
"""How many values every withheld count of 1–4 may have at least, for a reader who knows all that is printed."""
OPEN, PUBLISHED, WITHHELD, IMPLIED = range(4)
"""What the public knows of a cell: to be printed now, printed before, withheld before, never printed."""

_TOTAL: Final = (
    4.0  # a cell of a row that contains others costs four times as much, of one above those sixteen
)
_EACH: Final = 0.001  # of two moves that withhold as much, the one that changes less
_LEAVES: Final = 40  # leaves tried for a count of a row that contains many
_NEAR: Final = (
    300  # leaves before and after one that it may be exchanged with: all of them but in very long tables
)


@dataclass(frozen=True)
class Leaf:
    """A smallest place: the rows that contain it, itself among them, and the partition it is a part of."""

    rows: frozenset[int]
    partition: int


@dataclass(frozen=True)
class Shape:
    """How columns and rows are related: moves (moves × columns), leaves, and which columns are counts to be guarded."""

    moves: Ints
    leaves: tuple[Leaf, ...]
    counted: Bools


@dataclass(frozen=True)
class Protection:
    """Which cells to withhold, and the counts of 1–4 that stay exposed, with the values proved possible for them."""

    withheld: Bools
    exposed: dict[tuple[int, int], tuple[int, ...]]


def protect(values: Ints, states: Ints, shape: Shape, candidates: int = CANDIDATES) -> Protection:
    """Withholds counts of 1–4 and what guards them, totals last. `candidates` is at least 2.

    A count is exposed when earlier reports leave no way to guard it; then the table must not be published as it is.
    Raises ValueError for a negative number.
    """
    if (values < 0).any():
        raise ValueError(f"negative counts: {values[values < 0][:3].tolist()}")
    return _Search(values, states, shape, candidates - 1).run()


def small_cells(values: Ints, states: Ints, counted: Bools) -> Bools:
    """Counts of 1–4 that no earlier report printed."""
    found: Bools = (values >= SMALL.start) & (values < SMALL.stop) & (states != PUBLISHED) & counted
    return found


@dataclass(frozen=True)
class _Change:
    """Leaves that a move is added to, and taken from, the rows that change, and what it costs."""

    cost: float
    move: Ints
    rows: tuple[tuple[int, int], ...]  # with sign
    more: int
    less: int


@dataclass(frozen=True)
class _Taken:
    """Sets of rows a move may be taken from, also as one array: short sets repeat rows, `first` tells the others."""

    rows: list[list[int]]
    repeated: NDArray[np.intp] = field(init=False)
    first: Bools = field(init=False)

    def __post_init__(self) -> None:
        width = max(map(len, self.rows), default=0)
        repeated = [(rows * width)[:width] if rows else [0] * width for rows in self.rows]
        lengths = np.array([len(rows) for rows in self.rows])
        object.__setattr__(self, "repeated", np.array(repeated, dtype=np.intp))
        object.__setattr__(self, "first", np.arange(width) < lengths[:, None])


@dataclass
class _Search:
    values: Ints
    states: Ints
    shape: Shape
    wanted: int
    hidden: Bools = field(init=False)
    small: Bools = field(init=False)
    proved: dict[tuple[int, int], set[int]] = field(init=False)

    def __post_init__(self) -> None:
        small = small_cells(self.values, self.states, self.shape.counted)
        self.small = small
        self.hidden = (self.states >= WITHHELD) | small
        self.proved = {(int(r), int(c)): {0} for r, c in zip(*np.nonzero(small), strict=True)}
        self.inside: list[list[int]] = [[] for _ in self.values]  # the leaves of each row
        for i, leaf in enumerate(self.shape.leaves):
            for row in leaf.rows:
                self.inside[row].append(i)
        self.above = np.array([len(leaves) for leaves in self.inside])
        self.own = [min(leaf.rows, key=lambda r: self.above[r]) for leaf in self.shape.leaves]
        depth = [self._depth(row) for row in range(len(self.values))]
        weight = (1 + np.log1p(self.values)) * _TOTAL ** np.array(depth, dtype=float)[:, None]
        self.weight = np.where(self.states == OPEN, weight, 0.0)
        fixed = (self.states == PUBLISHED) | ((self.values == 0) & (self.states != IMPLIED))
        lowest = np.where(self.states == IMPLIED, 0, 1)
        down = np.where(fixed, 0, self.values - lowest)
        up = np.where(fixed, 0, 10**9)
        self.down, self.up = down, up
        everywhere = {leaf.partition for leaf in self.shape.leaves}
        self.made_of = {  # the rows that leaves of each partition make up
            p: frozenset[int]().union(*(leaf.rows for leaf in self.shape.leaves if leaf.partition == p))
            for p in everywhere
        }
        self.moves = self.shape.moves
        self.touched = self.moves != 0
        self.more, self.less = self._room(self.moves)
        self.cost = self.touched @ (self.weight * ~self.hidden).T + _EACH * self.touched.sum(1)[:, None]
        self.by_column = [np.flatnonzero(column) for column in self.touched.T]
        self.partners = lru_cache(_LEAVES)(
            self._partners
        )  # the cells of a row are guarded one after the other

    def _depth(self, row: int) -> int:
        """How many rows lie between the row and its leaves, itself counted."""
        inside = [self.shape.leaves[i].rows for i in self.inside[row]]
        return max((sum(self.above[r] < self.above[row] for r in rows) for rows in inside), default=0)

    def _room(self, moves: Ints) -> tuple[Ints, Ints]:
        """How many times (at most `wanted`) each move may be added to each row, and taken from it."""
        more = np.full((len(moves), len(self.values)), self.wanted)
        less = more.copy()
        for i, move in enumerate(moves):
            at = np.flatnonzero(move)
            size = np.abs(move[at])
            rising = move[at] > 0
            up, down = self.up[:, at] // size, self.down[:, at] // size
            more[i] = np.minimum(more[i], np.where(rising, up, down).min(1, initial=self.wanted))
            less[i] = np.minimum(less[i], np.where(rising, down, up).min(1, initial=self.wanted))
        return more, less

    def run(self) -> Protection:
        order = sorted(self.proved, key=lambda at: (-self.above[at[0]], at))
        for cell in order:
            if len(self.proved[cell]) <= self.wanted:
                self._guard(*cell)
        left = [cell for cell, found in self.proved.items() if len(found) <= self.wanted]
        if left and not ((self.states == PUBLISHED) & (self.values > 0)).any():
            self.hidden |= self.values > 0  # the table times two and three
            left = []
        exposed = {
            cell: tuple(int(self.values[cell]) + change for change in sorted(self.proved[cell]))
            for cell in left
        }
        return Protection(self.hidden & (self.states == OPEN), exposed)

    def _guard(self, row: int, column: int) -> None:
        """Withholds what the cheapest move that guards the cell needs, and notes what it proves of others."""
        moves = self.by_column[column]
        found = [change for leaf in self._leaves(row) for change in self._changes(leaf, row, moves)]
        found += [] if found else self._scaled(row, column)
        if not found:
            return
        best = min(found, key=lambda change: change.cost)
        changed = np.flatnonzero(best.move)
        for at, sign in best.rows:
            self.hidden[at, changed] = True
            for c in changed:
                if (at, int(c)) in self.proved:
                    steps = range(-best.less, best.more + 1)
                    self.proved[at, int(c)] |= {sign * step * int(best.move[c]) for step in steps}
        rows = [at for at, _ in best.rows]
        open_cost = self.weight[rows] * ~self.hidden[rows]
        self.cost[:, rows] = self.touched @ open_cost.T + _EACH * self.touched.sum(1)[:, None]

    def _leaves(self, row: int) -> list[int]:
        """The leaves of a row, those with most withheld first."""
        inside = self.inside[row]
        rows = [self.own[i] for i in inside]
        still_open = (self.weight[rows] * ~self.hidden[rows]).sum(1)
        return [inside[i] for i in np.argsort(still_open, kind="stable")[:_LEAVES]]

    def _changes(self, leaf: int, row: int, moves: NDArray[np.intp]) -> list[_Change]:
        """The cheapest exchange of the leaf with another that changes the row, and the cheapest change of it alone."""
        found = [change for pair in self.partners(leaf, row) for change in self._exchange(*pair, moves)]
        alone = self._alone(self.shape.leaves[leaf])
        found += self._exchange(sorted(alone), _Taken([]), moves) if alone else []
        return found

    def _partners(self, leaf: int, row: int) -> list[tuple[list[int], _Taken]]:
        """The rows of the leaf that an exchange which changes the row adds to, with those it can take from."""
        one = self.shape.leaves[leaf]
        groups: dict[frozenset[int], list[frozenset[int]]] = {}
        for other in self.shape.leaves[max(0, leaf - _NEAR) : leaf + _NEAR + 1]:
            if other is not one and other.partition == one.partition and row not in other.rows:
                shared = other.rows & one.rows
                groups.setdefault(shared, []).append(other.rows - shared)
        pairs = []
        for shared, members in groups.items():
            others = [rows for rows in members if not self._crosses(rows, one.partition)]
            if others and not self._crosses(one.rows - shared, one.partition):
                pairs.append((sorted(one.rows - shared), _Taken([sorted(rows) for rows in others])))
        return pairs

    def _crosses(self, rows: frozenset[int], partition: int) -> bool:
        """Whether rows are made up of leaves of another partition too, which would have to change as well."""
        return any(p != partition and not made.isdisjoint(rows) for p, made in self.made_of.items())

    def _alone(self, one: Leaf) -> frozenset[int]:
        """The rows that change with a leaf alone, with the cheapest leaf of every other partition of what contains it."""
        chosen = [one]
        for partition in self.made_of.keys() - {one.partition}:
            everywhere = [leaf for leaf in self.shape.leaves if leaf.partition == partition]
            of_both = self.made_of[partition] & one.rows
            fitting = [
                leaf for leaf in everywhere if of_both <= leaf.rows and self._own(leaf, one) == of_both
            ]
            if of_both and not fitting:
                return frozenset()
            if of_both:
                chosen.append(min(fitting, key=lambda leaf: float(self.cost[:, list(leaf.rows)].sum())))
        rows = frozenset[int]().union(*(leaf.rows for leaf in chosen))
        others = self.made_of.keys() - {leaf.partition for leaf in chosen}
        apart = not any(self.made_of[partition] & rows for partition in others)
        return (
            rows if apart and all(self._own(x, y) <= y.rows for x in chosen for y in chosen) else frozenset()
        )

    def _own(self, leaf: Leaf, one: Leaf) -> frozenset[int]:
        """The rows of a leaf that leaves of the other's partition make up as well."""
        return leaf.rows & self.made_of[one.partition]

    def _exchange(self, added: list[int], taken: _Taken, moves: NDArray[np.intp]) -> list[_Change]:
        """The cheapest move added to some rows and taken from one of the others' sets of rows, if any."""
        mine = np.array(added)
        more, less = self.more[np.ix_(moves, mine)].min(1), self.less[np.ix_(moves, mine)].min(1)
        cost = self.cost[np.ix_(moves, mine)].sum(1)
        useful = more + less >= self.wanted
        if not useful.any():
            return []
        moves, more, less, cost = moves[useful], more[useful, None], less[useful, None], cost[useful, None]
        if taken.first.size:
            theirs = taken.repeated
            more = np.minimum(more, self.less[moves][:, theirs].min(2))
            less = np.minimum(less, self.more[moves][:, theirs].min(2))
            cost = cost + (self.cost[moves][:, theirs] * taken.first).sum(2)
        cost = np.where(more + less >= self.wanted, cost, np.inf)
        at, other = np.unravel_index(int(cost.argmin()), cost.shape)
        if not np.isfinite(cost[at, other]):
            return []
        given = taken.rows[int(other)] if taken.rows else []
        rows = (*((r, 1) for r in added), *((r, -1) for r in given))
        return [
            _Change(
                float(cost[at, other]),
                self.moves[moves[at]],
                rows,
                int(more[at, other]),
                int(less[at, other]),
            )
        ]

    def _scaled(self, row: int, column: int) -> list[_Change]:
        """A leaf twice and three times as large, with all that contains it: keeps every identity and every bound."""
        found = []
        for leaf in self._leaves(row):
            rows = sorted(self._alone(self.shape.leaves[leaf]))
            own = min(self.shape.leaves[leaf].rows, key=lambda r: self.above[r])
            move = self.values[own]
            at = np.flatnonzero(move)
            there = np.ix_(np.array(rows, dtype=np.int64), at)
            if not rows or not move[column] or (self.up[there] == 0).any():
                continue
            cost = float((self.weight[there] * ~self.hidden[there]).sum())
            found.append(_Change(cost, move, tuple((r, 1) for r in rows), self.wanted, 0))
        return found
