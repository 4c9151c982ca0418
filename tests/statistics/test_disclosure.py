"""Disclosure control against an attacker who tries every table of counts that agrees with what is printed."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoso.statistics.disclosure import (
    CANDIDATES,
    IMPLIED,
    OPEN,
    PUBLISHED,
    SMALL,
    WITHHELD,
    Ints,
    Leaf,
    Protection,
    Shape,
    protect,
)
from hoso.statistics.public_equations import moves

Sums = Sequence[tuple[str, tuple[str, ...]]]  # total, parts
counts = st.integers(0, 9) | st.integers(0, 4)


def attack(shown: Mapping[str, int], hidden: Mapping[str, str], sums: Sums, cap: int) -> dict[str, set[int]]:
    """The values every hidden cell takes in all tables of counts up to `cap` that agree with what is printed.

    `hidden`: what the reader knows of each cell: x (withheld, so not 0), i (never printed). Cells are filled in one after
    the other; a sum with one unknown left gives it, a sum that fails ends the branch.
    """
    possible: dict[str, set[int]] = {name: set() for name in hidden}
    allowed = {"x": range(1, cap + 1), "i": range(cap + 1)}

    def solve(known: dict[str, int]) -> Iterator[dict[str, int]]:
        known = dict(known)
        while forced := _forced(known, sums):
            name, value = forced
            if name is None or value not in allowed[hidden[name]]:
                return
            known[name] = value
        free = [name for name in hidden if name not in known]
        if not free:
            yield known
            return
        for value in allowed[hidden[free[0]]]:
            yield from solve(known | {free[0]: value})

    for table in solve(dict(shown)):
        for name in hidden:
            possible[name].add(table[name])
    return possible


def _forced(known: Mapping[str, int], sums: Sums) -> tuple[str | None, int] | None:
    """A cell that a sum determines; (None, 0) when a sum fails; None when there is nothing to conclude."""
    for total, parts in sums:
        unknown = [name for name in (total, *parts) if name not in known]
        rest = known.get(total, 0) - sum(known[part] for part in parts if part in known)
        if not unknown and rest != 0:
            return None, 0
        if len(unknown) == 1:
            return (unknown[0], rest) if unknown[0] != total else (total, -rest)
    return None


def table(inner: Sequence[Sequence[int]], parts: Sequence[Sequence[int]]) -> tuple[Ints, Shape]:
    """Leaves and, last, their sum; columns: those given and, after them, sums of some of them."""
    atoms = np.array(
        [*np.eye(len(inner[0]), dtype=int), *([int(i in p) for i in range(len(inner[0]))] for p in parts)]
    )
    values = np.array(inner) @ atoms.T
    values = np.concatenate([values, values.sum(0)[None]])
    leaves = tuple(Leaf(frozenset({i, len(inner)}), 0) for i in range(len(inner)))
    return values, Shape(moves(atoms, np.ones(len(atoms))), leaves, np.ones(len(atoms), dtype=bool))


def sums_of(rows: int, columns: int, parts: Sequence[Sequence[int]]) -> list[tuple[str, tuple[str, ...]]]:
    """The same relations for the attacker, in words."""
    sums = [
        (f"{r},{columns + i}", tuple(f"{r},{c}" for c in p))
        for r in range(rows + 1)
        for i, p in enumerate(parts)
    ]
    return sums + [
        (f"{rows},{c}", tuple(f"{r},{c}" for r in range(rows))) for c in range(columns + len(parts))
    ]


def assert_safe(values: Ints, states: Ints, found: Protection, sums: Sums) -> None:
    """Every count of 1–4 that no report printed may have three values at least; what is printed was open or is 0 or ≥ 5."""
    shown, hidden, small = {}, {}, set()
    for (row, column), value in np.ndenumerate(values):
        name, state = f"{row},{column}", states[row, column]
        if state == IMPLIED:
            hidden[name] = "i"
        elif state == WITHHELD or found.withheld[row, column]:
            hidden[name] = "x"
        else:
            shown[name] = int(value)
        if value in SMALL and state != PUBLISHED:
            small.add(name)
            assert name in hidden
    for name, told in attack(shown, hidden, sums, int(values.max()) * 3 + 3).items():
        row, column = map(int, name.split(","))
        assert values[row, column] in told
        if name in small and (row, column) not in found.exposed:
            assert len(told) >= CANDIDATES, (name, told, values, found)


@given(st.lists(counts, min_size=4, max_size=4))
@settings(deadline=None, max_examples=25)
def test_level_and_parts(drawn: list[int]) -> None:
    """Two units by two columns with all sums: no count of 1–4 is left with fewer than three values, none is exposed."""
    values, shape = table([drawn[:2], drawn[2:]], [(0, 1)])
    found = protect(values, np.full(values.shape, OPEN), shape)
    assert not found.exposed
    assert_safe(values, np.full(values.shape, OPEN), found, sums_of(2, 2, [(0, 1)]))


@given(st.lists(counts, min_size=9, max_size=9))
@settings(deadline=None, max_examples=50)
def test_nothing_is_exposed_without_earlier_reports(drawn: list[int]) -> None:
    """Three units by three columns with sums, as small as may be: something can always be withheld that guards."""
    values, shape = table([drawn[:3], drawn[3:6], drawn[6:]], [(0, 1, 2), (1, 2)])
    found = protect(values, np.full(values.shape, OPEN), shape)
    assert not found.exposed
    assert (values[found.withheld] > 0).all()


@given(st.lists(counts, min_size=3, max_size=3), st.lists(counts, min_size=3, max_size=3))
@settings(deadline=None, max_examples=25)
def test_a_row_is_published_first(early: list[int], late: list[int]) -> None:
    """One number of each of two units and of both: eight months are out, of the nine the month must not be told."""
    values = np.array([(a, b, a + b) for a, b in zip(early[:2], late[:2], strict=True)])
    values = np.concatenate([values, values.sum(0)[None]])
    atoms = np.array([[1, 0], [0, 1], [1, 1]])
    leaves = tuple(Leaf(frozenset({i, 2}), 0) for i in range(2))
    shape = Shape(moves(atoms, np.ones(3)), leaves, np.ones(3, dtype=bool))
    first = protect(
        values[:, :1], np.full((3, 1), OPEN), Shape(np.array([[1]]), leaves, np.ones(1, dtype=bool))
    )
    assert not first.exposed
    states = np.full(values.shape, OPEN)
    states[:, 0] = np.where(first.withheld[:, 0], WITHHELD, PUBLISHED)
    states[:, 1] = IMPLIED
    found = protect(values, states, shape)
    sums = [(f"{r},2", (f"{r},0", f"{r},1")) for r in range(3)] + [
        (f"2,{c}", (f"0,{c}", f"1,{c}")) for c in range(3)
    ]
    assert_safe(values, states, found, sums)
    if found.exposed:  # only what nothing guards, were all that is open withheld
        every = Protection((states == OPEN) & (values > 0), found.exposed)
        with pytest.raises(AssertionError):
            assert_safe(values, states, Protection(every.withheld, {}), sums)


def test_a_single_small_part_takes_two_cells_of_another_row_with_it() -> None:
    """A 3 among large counts: it, another of its row and both of another row are withheld, no total is."""
    values, shape = table([[3, 12, 15], [40, 20, 9], [30, 31, 32]], [(0, 1, 2)])
    found = protect(values, np.full(values.shape, OPEN), shape)
    assert found.withheld.sum() == 4
    assert not found.withheld[3].any()
    assert not found.withheld[:, 3].any()


def test_zeros_are_shown_and_the_total_goes_instead() -> None:
    """A 3 between zeros is its total: part and total are withheld, the zeros are not."""
    values, shape = table([[3, 0], [20, 17]], [(0, 1)])
    found = protect(values, np.full(values.shape, OPEN), shape)
    assert not found.exposed
    assert found.withheld[0].tolist() == [True, False, True]
    assert_safe(values, np.full(values.shape, OPEN), found, sums_of(2, 2, [(0, 1)]))


def test_a_bound_is_no_law() -> None:
    """All of the five that were received are eligible: that nobody else was is not taken for an identity."""
    atoms = np.array(
        [[1, 1], [1, 0], [0, 1]]
    )  # received, eligible, and received − eligible, which nobody prints
    values = np.array([[3, 3, 0]])
    shape = Shape(moves(atoms, np.ones(3)), (Leaf(frozenset({0}), 0),), np.array([True, True, False]))
    found = protect(values, np.array([[OPEN, OPEN, IMPLIED]]), shape)
    assert not found.exposed
    assert found.withheld.tolist() == [[True, True, False]]


def test_what_earlier_reports_give_away_is_told() -> None:
    """The total and the other part are out: nothing guards the 3 any more, and the result says so."""
    values, shape = table([[3], [17]], [])
    states = np.array([[OPEN], [PUBLISHED], [PUBLISHED]])
    assert protect(values, states, shape).exposed == {(0, 0): (3,)}


def test_two_partitions_of_one_whole() -> None:
    """A small whole that is a sum of units and of fields: both partitions change with it."""
    values = np.array([[3], [1], [2], [3], [0]])  # the whole, two units, two fields
    leaves = tuple(Leaf(frozenset({0, i}), (i - 1) // 2) for i in range(1, 5))
    found = protect(values, np.full((5, 1), OPEN), Shape(np.array([[1]]), leaves, np.ones(1, dtype=bool)))
    assert not found.exposed
    assert_safe(values, np.full((5, 1), OPEN), found, [("0,0", ("1,0", "2,0")), ("0,0", ("3,0", "4,0"))])


def test_nothing_small_withholds_nothing() -> None:
    """Counts of 0 and of 5 or more are printed as they are."""
    values, shape = table([[5, 10, 0], [7, 0, 9]], [(0, 1, 2)])
    assert not protect(values, np.full(values.shape, OPEN), shape).withheld.any()


def test_negative_counts_are_refused() -> None:
    """A negative count is a fault further up."""
    values, shape = table([[5, 10], [7, 6]], [])
    with pytest.raises(ValueError, match="negative"):
        protect(-values, np.full(values.shape, OPEN), shape)


def test_the_attacker_finds_what_is_not_guarded() -> None:
    """A guard for the tests above: without a second suppression the attacker has the value."""
    assert attack({"T": 20, "b": 17}, {"a": "x"}, [("T", ("a", "b"))], 25) == {"a": {3}}
    assert attack({"T": 4}, {"a": "x", "b": "x"}, [("T", ("a", "b"))], 12)["a"] == {1, 2, 3}
