import pickle

import pytest

from hoso.vocabulary.errors import HosoError, InputError, NoDataError, StoreError, UsageError


def test_an_error_is_one_line_what_where_expected_remedy():
    """The four parts stand in this order on one line."""
    error = InputError("thiếu cột", where="a.xlsx", expected="Mã hồ sơ", remedy="thêm cột")
    assert str(error) == "thiếu cột · a.xlsx · cần: Mã hồ sơ · thêm cột"


def test_parts_that_are_not_given_leave_no_gap():
    """Only what is known is told."""
    assert str(HosoError("hỏng", remedy="thử lại")) == "hỏng · thử lại"


def test_a_hostile_file_name_cannot_break_the_line_or_colour_the_terminal():
    """Line breaks, terminal codes and text reversal in outside names do not reach the screen."""
    assert str(InputError("hỏng", where="a\n\x1b[31mb\u202ec\x00.csv")) == "hỏng · a [31mbc.csv"


@pytest.mark.parametrize(
    ("error", "code"), [(HosoError, 1), (InputError, 1), (StoreError, 1), (UsageError, 2), (NoDataError, 3)]
)
def test_exit_codes_tell_what_the_user_must_do(error, code):
    """1 mend the input or the store, 2 mend the command, 3 import first."""
    assert error("x").exit_code == code


def test_an_error_survives_the_way_back_from_another_process():
    """A report made in a child process tells its fault as if it had run here."""
    error = pickle.loads(pickle.dumps(UsageError("sai kỳ", where="9T2024", expected="2024-9M")))
    assert (type(error), str(error)) == (UsageError, "sai kỳ · 9T2024 · cần: 2024-9M")
