"""What a reader can reckon from printed counts: every linear identity and bound between them, derived from the ledger.

A count is a sum of ledger columns over days (`counts.COUNTS[…].terms`). The days between the first and last days of all
periods printed are cut into slots; a ledger column in a slot is an atom, a number nobody prints. Atoms are independent but
for three laws: received is online, direct and postal; closed is early, punctual and late; what waits is never closed. So
two counts, of whatever periods, are related exactly where their sums of atoms are linearly dependent, and a number follows
from printed ones exactly where its sum is a combination of theirs. No identity is listed.

Bounds are listed, as parts of the dossiers that contain each other (`_WITHIN`, `_CROSSED`), and hold of each view of a part:
received in some days, closed in them, pending at a day, considered in a period. A bound whose two sides follow from printed
counts is a number of its own that is never negative, and enters as a column that nobody prints.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, product
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..records.daily import BANDS, PARTS
from ..records.schema import CHANNELS, FLAGS
from .counts import COUNTS
from .definitions import definitions

Days = tuple[date, date]
Column = tuple[Days, str]  # a count of a period
Sum = Counter[tuple[str, int]]  # ledger column and slot
Ints = NDArray[np.int64]

_LAWS: Final[Mapping[str, tuple[str, ...]]] = {
    "received_all": tuple(f"received_{channel}" for channel in CHANNELS),
    "closed_all": ("early", "punctual", "late"),
    **{f"closed_{part}": () for part in ("waiting", "stopped", "awaiting_payment")},
}
_WITHIN: Final[Mapping[str, tuple[str, ...]]] = {
    **{part: ("all",) for part in PARTS if part != "all"},
    "eligible_online": ("eligible", "online"), "full": ("eligible",), "full_online": ("full", "eligible_online"),
    "fee": ("with_fee",), "fee_paid": ("fee",), "stopped": ("waiting",), "awaiting_payment": ("waiting",),
    **{f"true_{flag}": (f"known_{flag}",) for flag in FLAGS},
}  # fmt: skip
# A whole, two parts of it and what lies in both: no fewer are in the whole than in either.
_CROSSED: Final = (
    ("all", "online", "eligible", "eligible_online"), ("all", "online", "full", "full_online"),
    ("eligible", "full", "eligible_online", "full_online"),
)  # fmt: skip
_AGES: Final = BANDS[1:]
_EXACT: Final = 1e-7


@dataclass(frozen=True)
class Reckoning:
    """The printed columns and those that follow from them.

    `same`: what the printed make of themselves (printed × printed); numbers that it changes contradict each other.
    `of_printed`: each column as a combination of the printed ones (columns × printed); the printed come first. `atoms`: each
    as a sum of atoms (columns × atoms). `counted`: whether the column is a number of dossiers to be guarded when it is
    small, or a mere bound. `names` are for messages.
    """

    names: tuple[Column, ...]
    same: NDArray[np.float64]
    of_printed: NDArray[np.float64]
    atoms: Ints
    counted: NDArray[np.bool_]


def reckoned(printed: Sequence[Column], twins: Mapping[str, str] = MappingProxyType({})) -> Reckoning:
    """Everything that follows from printed counts of dossiers, none of them a sum of minutes or a median.

    `twins` are parts that a reader takes for another, since their counts are the same wherever both are printed.
    """
    periods = dict.fromkeys(days for days, _ in printed)
    slots = _Slots(sorted({day for start, end in periods for day in (start, end + timedelta(1))}), twins)
    given = [(column, slots.count(column[1], *slots.window(column[0]))) for column in printed]
    known = [*((c, s, True) for c, s in given), *_counts(slots), *_parts_of(slots)]
    found = [*known, *((c, s, False) for c, s in _bounds(slots, list(periods)))]
    atoms = {atom: i for i, atom in enumerate(dict.fromkeys(atom for _, s in given for atom in s))}
    inside = [(c, s, k) for c, s, k in found if all(atom in atoms for atom, n in s.items() if n)]
    vectors = np.zeros((len(inside), len(atoms)), dtype=np.int64)
    for row, (_, total, _) in enumerate(inside):
        for atom, n in total.items():
            if n:
                vectors[row, atoms[atom]] = n
    shown = vectors[: len(printed)].astype(float)
    by: NDArray[np.float64] = vectors.astype(float) @ np.linalg.pinv(shown)
    follows = np.abs(by @ shown - vectors).max(axis=1, initial=0) < _EXACT
    keep = [*range(len(printed)), *_new(vectors, follows, len(printed))]
    same, by[: len(printed)] = by[: len(printed)].copy(), np.eye(len(printed))
    return Reckoning(
        tuple(inside[i][0] for i in keep),
        same,
        by[keep],
        vectors[keep],
        np.array([inside[i][2] for i in keep]),
    )


def _new(vectors: Ints, follows: NDArray[np.bool_], printed: int) -> list[int]:
    """The columns that follow and stand there only once; what is no dossier at all is none."""
    seen = {vectors[i].tobytes(): i for i in range(printed)}
    for i in range(printed, len(vectors)):
        if follows[i] and vectors[i].any():
            seen.setdefault(vectors[i].tobytes(), i)  # counts come before bounds
    return [i for i in seen.values() if i >= printed]


class _Slots:
    """Days cut at the first days of periods and the days after their last; slot 0 is all before."""

    def __init__(self, cuts: Sequence[date], twins: Mapping[str, str]) -> None:
        self.cuts = cuts
        views = ("received", "closed")
        self.taken_for = {f"{view}_{part}": f"{view}_{of}" for part, of in twins.items() for view in views}
        self.windows = list(combinations(range(len(cuts)), 2))

    def window(self, days: Days) -> tuple[int, int]:
        return self.cuts.index(days[0]), self.cuts.index(days[1] + timedelta(1))

    def days(self, first: int, end: int) -> Days:
        return self.cuts[first], self.cuts[end] - timedelta(1)

    def flow(self, column: str, first: int, end: int) -> Sum:
        """A ledger column over the days from one cut to another."""
        column = self.taken_for.get(column, column)
        return _sum(
            *(
                {(name, slot): 1}
                for name in _LAWS.get(column, (column,))
                for slot in range(first + 1, end + 1)
            )
        )

    def through(self, column: str, end: int) -> Sum:
        return self.flow(column, -1, end)

    def count(self, name: str, first: int, end: int) -> Sum:
        spans = {"during": (first, end), "before": (-1, first), "through": (-1, end)}
        terms = COUNTS[name].terms
        return _sum(*(_times(sign, self.flow(column, *spans[window])) for sign, column, window in terms))

    def received(self, part: str, first: int, end: int) -> Sum:
        return self.flow(f"received_{part}", first, end)

    def closed(self, part: str, first: int, end: int) -> Sum:
        return self.flow(f"closed_{part}", first, end)

    def stock(self, part: str, end: int) -> Sum:
        return _minus(self.through(f"received_{part}", end), self.through(f"closed_{part}", end))

    def considered(self, part: str, first: int, end: int) -> Sum:
        return _sum(self.stock(part, first), self.received(part, first, end))


def _sum(*sums: Mapping[tuple[str, int], int]) -> Sum:
    total: Sum = Counter()
    for one in sums:
        for atom, n in one.items():
            total[atom] += n
    return total


def _times(factor: int, one: Sum) -> Sum:
    return Counter({atom: factor * n for atom, n in one.items()})


def _minus(more: Sum, *less: Sum) -> Sum:
    return _sum(more, *(_times(-1, one) for one in less))


def _counts(slots: _Slots) -> Iterator[tuple[Column, Sum, bool]]:
    """Every count of every span of days, and what a rate's numerator leaves of its denominator."""
    rates = {
        (i.denominator, i.numerator) for i in definitions().indicators
        if countable(i.numerator) and countable(i.denominator)
    }  # fmt: skip
    for first, end in slots.windows:
        of = {name: slots.count(name, first, end) for name in COUNTS if countable(name)}
        days = slots.days(first, end)
        yield from (((days, name), total, True) for name, total in of.items())
        for whole, part in sorted(rates):
            yield (days, f"{whole} − {part}"), _minus(of[whole], of[part]), True


def _parts_of(slots: _Slots) -> Iterator[tuple[Column, Sum, bool]]:
    """What was received and closed of each part in every span of days, and pending after it."""
    for first, end in slots.windows:
        for part in PARTS:
            yield (slots.days(first, end), f"received {part}"), slots.received(part, first, end), True
            yield (slots.days(first, end), f"closed {part}"), slots.closed(part, first, end), True
            yield (slots.days(first, end), f"pending {part}"), slots.stock(part, end), True


def countable(name: str) -> bool:
    """Whether a name is a count of dossiers that the ledger gives."""
    return name in COUNTS and COUNTS[name].amount is None and bool(COUNTS[name].terms)


def _bounds(slots: _Slots, periods: Sequence[Days]) -> Iterator[tuple[Column, Sum]]:
    """Sums that are never negative."""
    for first, end in slots.windows:
        days = slots.days(first, end)
        for found in (*_parts(slots, first, end), *_clock(slots, first, end)):
            yield (days, "≥ 0"), found
    printed = [slots.window(days) for days in periods]
    for (i, j), (k, m) in product(printed, printed):
        if i <= k and j <= m:
            yield from ((((slots.days(i, m)), "≥ 0"), found) for found in _drift(slots, (i, j), (k, m)))


def _inside() -> list[tuple[str, str]]:
    """Parts and all that contain them."""
    pairs = {(part, whole) for part, wholes in _WITHIN.items() for whole in wholes}
    while more := {(a, d) for (a, b), (c, d) in product(pairs, pairs) if b == c} - pairs:
        pairs |= more
    return sorted(pairs)


_INSIDE: Final = _inside()


def _parts(slots: _Slots, first: int, end: int) -> Iterator[Sum]:
    """A part is no larger than what contains it, in each view of it."""

    def stock_first(part: str, first: int, _: int) -> Sum:
        return slots.stock(part, first)

    def stock_end(part: str, _: int, end: int) -> Sum:
        return slots.stock(part, end)

    views: tuple[Any, ...] = (slots.received, slots.closed, stock_first, stock_end, slots.considered)
    for view in views:
        of = {part: view(part, first, end) for part in PARTS}
        yield from of.values()
        yield from (_minus(of[whole], of[part]) for part, whole in _INSIDE)
        yield from (_minus(_sum(of[y], of[both]), of[a], of[b]) for y, a, b, both in _CROSSED)
        yield _minus(of["waiting"], of["stopped"], of["awaiting_payment"])
    carried, received, closed = slots.stock("all", first), slots.received, slots.closed
    for part in PARTS:  # what was closed had been received or carried over
        rest = _minus(received("all", first, end), received(part, first, end))
        yield _minus(_sum(carried, received(part, first, end)), closed(part, first, end))
        yield _sum(_minus(_sum(carried, rest), closed("all", first, end)), closed(part, first, end))


def _clock(slots: _Slots, first: int, end: int) -> Iterator[Sum]:
    """What closes and what grows late: by the day, by the clock, by age, and while nothing runs."""

    def flow(name: str) -> Sum:
        return slots.flow(name, first, end)

    def stock(word: str, at: int = end) -> Sum:
        return _minus(slots.through(f"{word}_began", at), slots.through(f"{word}_ended", at))

    closed, early, punctual, late = (flow(name) for name in ("closed_all", "early", "punctual", "late"))
    withdrawn, by_clock, early_by_clock = (
        flow(name) for name in ("withdrawn", "late_by_clock", "early_by_clock")
    )
    ages = [late, *(flow(f"late_{age}") for age in _AGES), Counter()]
    yield from (early, punctual, late, withdrawn, by_clock, early_by_clock, flow("refused"), flow("handled"))
    yield from (_minus(a, b) for a, b in combinations(ages, 2))
    yield from (
        _minus(punctual, withdrawn),
        _minus(closed, withdrawn),
        _minus(_sum(early, punctual), withdrawn),
    )
    yield from (_minus(closed, withdrawn, flow("handled")), _minus(closed, flow("handled")))
    yield from (_minus(by_clock, late), _minus(closed, by_clock), _minus(early, early_by_clock))
    yield from (_minus(_sum(by_clock, early_by_clock), late, early), _minus(closed, by_clock, early_by_clock))
    yield _minus(_sum(early, punctual), early_by_clock)
    due, due_on_time = flow("fell_due"), flow("fell_due_on_time")
    yield from (due, due_on_time, _minus(due, due_on_time))
    pending, waiting = slots.stock("all", end), slots.stock("waiting", end)
    yield from (_sum(pending, late, done, due_on_time, _times(-1, due)) for done in (withdrawn, punctual))
    overdue, gone_by, still = stock("overdue"), stock("late"), slots.through("late_waiting_began", end)
    aged = [overdue, *(stock(f"overdue_{age}") for age in _AGES), Counter()]
    yield from (_minus(a, b) for a, b in combinations(aged, 2))
    yield from (_minus(pending, overdue), _minus(pending, overdue, waiting), _minus(pending, gone_by))
    yield from (
        gone_by,
        still,
        _minus(waiting, still),
        _minus(gone_by, still),
        _minus(gone_by, still, overdue),
    )
    yield from (_minus(gone_by, overdue), _minus(_sum(pending, still), waiting, gone_by))
    bad = _sum(by_clock, gone_by)
    smaller = ((), (late,), (overdue,), (late, overdue), (by_clock,), (by_clock, overdue))
    yield from (_minus(bad, *less) for less in smaller)
    yield _minus(_sum(closed, pending), bad)
    for done in (withdrawn, punctual):  # what was overdue is so still, or was closed late, or was withdrawn
        yield _minus(_sum(overdue, late, done), stock("overdue", first))


def _drift(slots: _Slots, before: tuple[int, int], after: tuple[int, int]) -> Iterator[Sum]:
    """From one period to a later one a part loses no more than was closed and gains no more than was received."""
    lost = slots.closed("all", before[0], after[0])
    gained = slots.received("all", before[1], after[1])
    wholes = slots.considered("all", *before), slots.considered("all", *after)
    for part in PARTS:
        old, new = slots.considered(part, *before), slots.considered(part, *after)
        yield from (_minus(_sum(new, lost), old), _minus(_sum(old, gained), new))
        rest_old, rest_new = _minus(wholes[0], old), _minus(wholes[1], new)
        yield from (_minus(_sum(rest_new, lost), rest_old), _minus(_sum(rest_old, gained), rest_new))
    for word in ("late", "withdrawn"):
        yield slots.flow(word, before[1], after[1])


_KEPT, _PER_COLUMN, _DEEP, _BREADTH = 20, 100, 3, 500


def moves(atoms: Ints, weight: NDArray[np.float64]) -> Ints:
    """Changes of a row that keep every identity: small sums of atoms, for each column those that change least.

    Any sum of atoms does; which are tried decides only how much is withheld. `weight` is what a change of a column costs.
    """
    single = _unique(atoms.T)
    found = latest = single[np.argsort(_load(single, weight), kind="stable")]
    for _ in range(_DEEP):
        latest = _sums(latest[:_BREADTH], single, weight)
        found = _unique(np.concatenate([found, latest]))
        latest = latest[np.argsort(_load(latest, weight), kind="stable")]
    load = _load(found, weight)
    order = np.argsort(load, kind="stable")
    taken: set[int] = set()
    for column in range(atoms.shape[0]):
        fitting = [int(i) for i in order[found[order, column] != 0]]
        taken.update(fitting[: _PER_COLUMN if weight[column] else _KEPT])
    return found[sorted(taken)]


def _sums(some: Ints, single: Ints, weight: NDArray[np.float64]) -> Ints:
    """One move and one atom, added or taken away, where they have a column in common."""
    parts = []
    for sign in (1, -1):
        both = some[:, None, :] + sign * single[None, :, :]
        meet = ((some[:, None, :] != 0) & (single[None, :, :] != 0)).any(2)
        parts.append(both[meet & both.any(2)])
    found = _unique(np.concatenate(parts))
    load = _load(found, weight)
    return found[np.argsort(load, kind="stable")[: 8 * _BREADTH]]


def _load(some: Ints, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    load: NDArray[np.float64] = np.abs(some).astype(bool) @ (weight + 0.01)
    return load


def _unique(some: Ints) -> Ints:
    """Each move once, whichever way it goes, and none that changes nothing."""
    some = some[some.any(1)]
    first = some[np.arange(len(some)), (some != 0).argmax(1)]
    return np.unique(some * np.sign(first)[:, None], axis=0)
