"""Time limits in the words of catalogues."""

from collections import Counter

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.records.intake.limits import read_limits
from hoso.vocabulary.working_time import LIMIT_KINDS

TEXTS = """
    05 ngày làm việc                                                      | 5    | working_day
    05 NGÀY LÀM VIỆC                                                      | 5    | working_day
    10 (mười) ngày làm việc, kể từ ngày nhận đủ hồ sơ                     | 10   | working_day
    05 ngày (làm việc)                                                    | 5    | working_day
    Không quá 15 ngày làm việc                                            | 15   | working_day
    Trong thời hạn 03 ngày làm việc kể từ ngày nhận đủ hồ sơ              | 3    | working_day
    7 ngày                                                                | 7    | day
    30 ngày (kể từ ngày nhận đủ hồ sơ hợp lệ)                             | 30   | day
    20-30 ngày                                                            | 30   | day
    02 tuần                                                               | 14   | day
    1,5 ngày                                                              | 1.5  | working_day
    2.5 ngày làm việc                                                     | 2.5  | working_day
    0,5 ngày                                                              | 0.5  | working_day
    1/2 ngày làm việc                                                     | 0.5  | working_day
    nửa ngày                                                              | 0.5  | working_day
    08 giờ làm việc                                                       | 8    | working_hour
    24 giờ                                                                | 24   | working_hour
    Trong vòng 48 giờ kể từ khi nhận                                      | 48   | working_hour
    30 phút                                                               | 0.5  | working_hour
    Trong ngày làm việc                                                   | 0    | same_day
    Trong ngày                                                            | 0    | same_day
    Trong ngày tiếp nhận hồ sơ                                            | 0    | same_day
    Ngay khi nhận đủ hồ sơ                                                | 0    | same_day
    Giải quyết ngay                                                       | 0    | same_day
    Ngay trong ngày; nhận sau 15 giờ thì trả trong ngày làm việc tiếp theo | 0   | same_day
    03 ngày làm việc; phải xác minh thì không quá 08 ngày làm việc        | 8    | working_day
    10 ngày làm việc (cấp tỉnh 05 ngày, trung ương 5 ngày)                | 10   | working_day
"""


@pytest.mark.parametrize("row", TEXTS.strip().splitlines(), ids=str.strip)
def test_words_of_a_limit(row: str) -> None:
    """Calendar days unless the words say working; the longest of several; hours of work."""
    text, limit, kind = (cell.strip() for cell in row.rsplit("|", 2))
    repairs: Counter[str] = Counter()
    number, found = read_limits(pl.Series([text]), repairs)
    assert (number[0], found[0]) == (float(limit), kind)
    assert repairs["limit_unknown"] == 0


NOTHING = {None: 0, "Không quy định": 0, "KHÔNG CÓ": 0, "Theo quy định": 1, "7": 1, "01 tháng": 1, "99999 ngày": 1,
           "Theo khoản 5 Điều 12 Nghị định 61": 1}  # fmt: skip


@pytest.mark.parametrize(("text", "counted"), NOTHING.items())
def test_what_says_no_number_of_days_is_null(text: str | None, counted: int) -> None:
    """A limit that is not set is not counted; words nobody can read are."""
    repairs: Counter[str] = Counter()
    number, kind = read_limits(pl.Series([text], dtype=pl.String), repairs)
    assert (number[0], kind[0], repairs["limit_unknown"]) == (None, None, counted)


@given(st.lists(st.text(alphabet="0159/,.½ ()-ngàyiờtuầlmvệcphú", max_size=25) | st.none()))
def test_any_text_is_a_limit_or_null(texts: list[str | None]) -> None:
    """Whatever a cell holds: a number not below 0 with a known kind, or neither."""
    number, kind = read_limits(pl.Series(texts, dtype=pl.String), Counter())
    assert number.is_null().to_list() == kind.is_null().to_list()
    assert {*kind.drop_nulls()} <= {*LIMIT_KINDS}
    assert all(found >= 0 for found in number.drop_nulls())
    assert [k for n, k in zip(number, kind, strict=True) if n == 0] == [
        k for n, k in zip(number, kind, strict=True) if n == 0 and k == "same_day"
    ]
