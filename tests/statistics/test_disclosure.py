"""Disclosure control against an attacker who tries every table of counts that agrees with what is printed."""

from collections.abc import Iterator, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoso.statistics.disclosure import CANDIDATES, SMALL, Cell, Equation, Protection, protect

Sums = Sequence[tuple[str, tuple[str, ...]]]  # total, parts


def attack(shown: Mapping[str, int], hidden: Mapping[str, str], sums: Sums, cap: int) -> dict[str, set[int]]:
    """The values every hidden cell takes in all tables of counts up to `cap` that agree with what is printed.

    `hidden`: what the reader knows of each cell: p (1 to 4), s (5 or more), x (withheld, so not 0), i (never printed). Cells
    are filled in one after the other; a sum with one unknown left gives it, a sum that fails ends the branch.
    """
    possible: dict[str, set[int]] = {name: set() for name in hidden}
    allowed = {"p": range(1, 5), "s": range(5, cap + 1), "x": range(1, cap + 1), "i": range(cap + 1)}

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


def assert_safe(cells: Mapping[str, Cell], sums: Sums, found: Protection, cap: int = 14) -> None:
    """No count of 1–4 that is withheld or only implied can be told; nothing but what was open is withheld."""
    shown, hidden = {}, {}
    for name, cell in cells.items():
        if cell.state == "implied":
            hidden[name] = "i"
        elif cell.state == "withheld":
            hidden[name] = "x" if not cell.told_apart else "p" if cell.value in SMALL else "s"
        elif name in found.marks:
            hidden[name] = found.marks[name] if found.told_apart else "x"
        else:
            shown[name] = cell.value
    assert {
        name for name, cell in cells.items() if cell.state == "open" and cell.value in SMALL
    } <= found.marks.keys()
    possible = attack(shown, hidden, sums, cap)
    for name, values in possible.items():
        assert cells[name].value in values
        if cells[name].value in SMALL and name not in found.exposed:
            assert len(values) >= CANDIDATES, (name, values, found)
    if found.exposed:  # only what nothing would guard, were every count but the zeros withheld
        rest = {name: "x" for name, cell in cells.items() if cell.state == "open" and cell.value}
        zeros = {name: value for name, value in shown.items() if name not in rest}
        possible = attack(zeros, hidden | rest, sums, cap)
        assert all(len(possible[name]) < CANDIDATES for name in found.exposed), found


def equations(sums: Sums) -> list[Equation]:
    return [Equation(total, parts) for total, parts in sums]


def opened(values: Mapping[str, int]) -> dict[str, Cell]:
    return {name: Cell(value) for name, value in values.items()}


ROW: Sums = [("3", ("4", "5", "6")), ("3", ("7", "11")), ("7", ("8", "9", "10")), ("11", ("12", "13"))]
counts = st.integers(0, 9) | st.integers(0, 4)


def two_way(rows: int, columns: int, inner: Sequence[int]) -> tuple[dict[str, int], Sums]:
    """A table with row sums, column sums and the sum of all."""
    values = {f"{r}{c}": inner[r * columns + c] for r in range(rows) for c in range(columns)}
    sums = [(f"{r}T", tuple(f"{r}{c}" for c in range(columns))) for r in range(rows)]
    sums += [(f"T{c}", tuple(f"{r}{c}" for r in range(rows))) for c in range(columns)]
    sums += [("TT", tuple(f"{r}T" for r in range(rows))), ("TT", tuple(f"T{c}" for c in range(columns)))]
    for total, parts in sums:
        values[total] = sum(values[part] for part in parts)
    return values, sums


@given(st.lists(counts, min_size=6, max_size=6))
@settings(deadline=None, max_examples=60)
def test_level_and_parts(inner: list[int]) -> None:
    """Two units by three columns with all sums: no count of 1–4 is left with fewer than three values."""
    values, sums = two_way(2, 3, inner)
    cells = opened(values)
    assert_safe(cells, sums, protect(cells, equations(sums)), cap=max(values.values()) + 4)


@given(st.tuples(*[counts] * 3, *[st.integers(0, 6)] * 3))
@settings(deadline=None, max_examples=100)
def test_a_row_of_form_06a(drawn: tuple[int, ...]) -> None:
    """3 = 4+5+6 = 7+11, 7 = 8+9+10, 11 = 12+13: one row alone keeps its small counts."""
    online, direct, carried, late, overdue, in_time = drawn
    total = online + direct + carried
    pending = min(total, overdue + in_time)
    overdue = min(overdue, pending)
    resolved = total - pending
    late = min(late, resolved)
    early = (resolved - late) // 2
    values = {
        "3": total, "4": online, "5": direct, "6": carried, "7": resolved, "8": early, "9": resolved - late - early,
        "10": late, "11": pending, "12": pending - overdue, "13": overdue,
    }  # fmt: skip
    cells = opened(values)
    found = protect(cells, equations(ROW))
    assert not found.exposed
    assert_safe(cells, ROW, found, cap=total + 4)


@given(
    st.lists(st.integers(0, 9), min_size=2, max_size=2), st.lists(st.integers(0, 5), min_size=2, max_size=2)
)
@settings(deadline=None, max_examples=60)
def test_two_months(earlier: list[int], month: list[int]) -> None:
    """Nine months less the eight already published are one month: it is guarded by what is withheld of the nine."""
    sums: list[tuple[str, tuple[str, ...]]] = [(f"9{u}", (f"8{u}", f"m{u}")) for u in "abT"]
    sums += [(f"{p}T", (f"{p}a", f"{p}b")) for p in "89m"]
    eight = {"8a": earlier[0], "8b": earlier[1], "8T": sum(earlier)}
    first_sums = [s for s in sums if s[0] == "8T"]
    first = protect(opened(eight), equations(first_sums))
    before = {
        name: Cell(value, "withheld" if name in first.marks else "published", first.told_apart)
        for name, value in eight.items()
    }
    implied = {"ma": month[0], "mb": month[1], "mT": sum(month)}
    nine = {f"9{u}": eight[f"8{u}"] + implied[f"m{u}"] for u in "abT"}
    cells = {**before, **opened(nine), **{name: Cell(value, "implied") for name, value in implied.items()}}
    found = protect(cells, equations(sums))
    assert_safe(cells, sums, found, cap=max(nine.values()) + 4)


def test_a_single_small_part_takes_another_with_it() -> None:
    """30 = 3 + 12 + 15: the 3 and the cheapest other part are withheld, the total is not."""
    cells = opened({"T": 30, "a": 3, "b": 12, "c": 15})
    found = protect(cells, [Equation("T", ("a", "b", "c"))])
    assert found.marks == {"a": "p", "b": "s"}
    assert found.told_apart


def test_zeros_are_shown_and_the_total_goes_instead() -> None:
    """A 3 between zeros is its total: part and total are withheld, up to where another part takes the change."""
    values = {"T": 40, "x": 3, "x1": 3, "x2": 0, "y": 37, "y1": 20, "y2": 17, "T1": 23, "T2": 17}
    sums: Sums = [
        ("x", ("x1", "x2")), ("y", ("y1", "y2")), ("T", ("x", "y")), ("T", ("T1", "T2")), ("T1", ("x1", "y1")), ("T2", ("x2", "y2")),
    ]  # fmt: skip
    cells = opened(values)
    found = protect(cells, equations(sums))
    assert not found.exposed
    assert "x2" not in found.marks
    assert {"x", "x1"} <= found.marks.keys()
    assert_safe(cells, sums, found, cap=45)


def test_four_ones_and_their_total_are_not_told_apart() -> None:
    """4 = 1+1+1+1 with all five known to lie in 1–4 could only be that: then one sign stands for every withheld count."""
    values = {"t": 4, "a": 1, "b": 1, "c": 1, "d": 1}
    sums: Sums = [("t", ("a", "b", "c", "d"))]
    found = protect(opened(values), equations(sums))
    assert not found.told_apart
    assert not found.exposed
    assert_safe(opened(values), sums, found)


def test_a_complement_is_guarded() -> None:
    """99 of 100 with the fraction printed tells the one that is missing: the numerator goes."""
    cells = {**opened({"top": 99, "bottom": 100}), "rest": Cell(1, "implied")}
    found = protect(cells, [Equation("bottom", ("top", "rest"))])
    assert found.marks.keys() & {"top", "bottom"}
    assert found.marks == {"top": "s"}
    assert not found.exposed


def test_what_earlier_reports_give_away_is_told() -> None:
    """The total and the other part are out: nothing guards the 3 any more, and the result says so."""
    cells = {"T": Cell(20, "published"), "a": Cell(17, "published"), "b": Cell(3)}
    found = protect(cells, [Equation("T", ("a", "b"))])
    assert found.exposed == {"b": (3,)}


def test_an_equation_that_does_not_hold_tells_nothing() -> None:
    """Parts that do not add up give a reader no true conclusion."""
    found = protect(opened({"T": 50, "a": 3, "b": 40}), [Equation("T", ("a", "b"))])
    assert found.marks == {"a": "p"}


def test_nothing_small_withholds_nothing() -> None:
    """Counts of 0 and of 5 or more are printed as they are."""
    assert protect(opened({"T": 15, "a": 5, "b": 10, "c": 0}), [Equation("T", ("a", "b", "c"))]).marks == {}


def test_negative_counts_are_refused() -> None:
    """A negative count is a fault further up."""
    with pytest.raises(ValueError, match="negative"):
        protect(opened({"a": -1}), [])


def test_the_attacker_finds_what_is_not_guarded() -> None:
    """A guard for the tests above: without a second suppression the attacker has the value."""
    assert attack({"T": 20, "b": 17}, {"a": "p"}, [("T", ("a", "b"))], 25) == {"a": {3}}
    assert attack({"T": 9}, {"a": "p", "b": "s"}, [("T", ("a", "b"))], 12)["a"] == {1, 2, 3, 4}
