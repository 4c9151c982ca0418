"""Form II.06a in full: numbered columns, blocks by level, identities between columns and rows."""

from typing import Any, Literal

from hypothesis import given
from hypothesis import strategies as st

from hoso.statistics.form_06a import NUMBERS, form_06a
from hoso.vocabulary.periods import Period
from tests.statistics import drawn
from tests.statistics.test_counting import EXPENSIVE, SAMPLE, settings

PERIOD = Period.parse("2024-02")


@settings(EXPENSIVE, max_examples=4)
@given(st.lists(drawn.dossiers(), min_size=10, max_size=50), st.sampled_from(["unit", "field"]))
def test_its_columns_and_rows_add_up(rows: list[dict[str, Any]], by: Literal["unit", "field"]) -> None:
    """3 = 4+5+6 = 7+11, 7 = 8+9+10, 11 = 12+13 in each line; blocks are the sum of their rows, the whole of its blocks."""
    form = form_06a(drawn.data(rows), PERIOD, by)
    numbers = form[list(NUMBERS)]
    assert list(NUMBERS) == list(range(3, 14))
    assert (numbers[3] == numbers[4] + numbers[5] + numbers[6]).all()
    assert (numbers[3] == numbers[7] + numbers[11]).all()
    assert (numbers[7] == numbers[8] + numbers[9] + numbers[10]).all()
    assert (numbers[11] == numbers[12] + numbers[13]).all()
    whole = form[form["role"] == "whole"]
    assert len(whole) == 1
    blocks = form[form["role"] == "block"][list(NUMBERS)].sum()
    assert (blocks == whole[list(NUMBERS)].iloc[0]).all()
    assert (form[form["role"] == "row"][list(NUMBERS)].sum() == blocks).all()


def test_blocks_names_and_order() -> None:
    """Provincial offices in block I, districts in II; units by name, a field that was not given under its own words."""
    rows = [
        SAMPLE, dict(SAMPLE, unit="so-y-te", field=None), dict(SAMPLE, unit="huyen-dong-van", tier="district", status=4),
    ]  # fmt: skip
    data = drawn.data(rows)
    by_field = form_06a(data, PERIOD, "field")
    assert by_field[["stt", "name", 3, 7, 11]].to_numpy().tolist() == [
        ["", "TỔNG SỐ", 3, 2, 1], ["I", "Cấp tỉnh", 2, 2, 0], ["1", "Hộ tịch", 1, 1, 0],
        ["2", "Không ghi lĩnh vực", 1, 1, 0], ["II", "Cấp huyện", 1, 0, 1], ["1", "Hộ tịch", 1, 0, 1],
    ]  # fmt: skip
    by_unit = form_06a(data, PERIOD, "unit")
    assert list(by_unit[by_unit["role"] == "block"]["name"]) == ["Cấp tỉnh", "Cấp huyện", "Cấp xã"]
    assert by_unit[by_unit["name"] == "Sở Y tế"][3].tolist() == [1]
    assert len(by_unit[by_unit["role"] == "row"]) == 19 + 11 + 193
