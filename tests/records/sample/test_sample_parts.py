"""The parts of the sample: exact shares, the working calendar, the strict plan."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.records.sample.clock import WorkingDays, day_number
from hoso.records.sample.plan import load
from hoso.records.sample.shares import goals, pick
from hoso.vocabulary.errors import InputError
from hoso.vocabulary.workbook import Workbook


@given(st.lists(st.floats(0.01, 0.99), min_size=1, max_size=200), st.data())
def test_pick_sets_exactly_the_goal(chances: list[float], data: st.DataObject) -> None:
    """However the chances fall, the count is the goal."""
    goal = data.draw(st.integers(0, len(chances)))
    flag, rows = np.zeros(len(chances), dtype=bool), np.arange(len(chances))
    pick(flag, rows, np.array(chances), goal, np.zeros(len(rows), dtype=bool), np.random.default_rng(1))
    assert flag.sum() == goal


def test_pick_leaves_the_impossible_out_and_the_kept_in() -> None:
    """A chance of 0 is never set; what must stay is never turned."""
    flag, p = np.zeros(6, dtype=bool), np.array([0.0, 0.0, 0.5, 0.5, 0.5, 0.5])
    keep = np.array([False, False, True, False, False, False])
    pick(flag, np.arange(6), p, 1, keep, np.random.default_rng(1))
    assert flag.tolist() == [False, False, True, False, False, False]


@given(st.lists(st.integers(0, 500), min_size=1, max_size=20), st.integers(0, 1000))
def test_goals_add_up_to_the_rate_of_the_whole(sizes: list[int], per_mille: int) -> None:
    """Rounding in the parts never moves the sum by more than the rounding of the whole."""
    rate = Fraction(per_mille, 1000)
    found = goals(sizes, rate)
    assert sum(found) == int(rate * sum(sizes) + Fraction(1, 2))
    assert all(abs(goal - rate * size) <= 1 for goal, size in zip(found, sizes, strict=True))


def test_working_days_skip_holidays() -> None:
    """2 and 3 September 2024 were off: from Friday 30/8 the next working day is Wednesday 4/9."""
    days = WorkingDays.between(date(2024, 8, 26), date(2024, 9, 10))
    friday = days.rank(np.array([day_number(date(2024, 8, 30))]))[0]
    assert days.days[friday + 1] == day_number(date(2024, 9, 4))
    assert len(days.ranks_within(date(2024, 8, 31), date(2024, 9, 4))) == 1


def test_a_misspelt_key_of_a_plan_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    """A plan that silently ignored a key would give other figures than it says."""
    text = (Workbook.find().sample / "tuyen-quang.toml").read_text("utf-8")
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(text.replace("smallest =", "smalest ="), "utf-8")
    with pytest.raises(InputError, match=r"smalest.*wrong\.toml.*smallest"):
        load(wrong)
    wrong.write_text("\n".join(x for x in text.split("\n") if not x.startswith("pace =")), "utf-8")
    with pytest.raises(InputError, match=r"thiếu khóa pace trong .*wrong\.toml"):
        load(wrong)


def test_a_missing_plan_is_refused(tmp_path: Path) -> None:
    """The error names the file."""
    with pytest.raises(InputError, match=r"no\.toml"):
        load(tmp_path / "no.toml")
