"""What a notebook may get as parameters: names it declares, values that are words, of closed lists and forms."""

import pytest

from hoso.delivery.parameters import LONGEST, check
from hoso.vocabulary.errors import UsageError

DECLARED = {
    "province": "ha-giang",
    "period": "2024-9M",
    "unit": "",
    "indicator": "online_rate",
    "deadline": "",
    "ma": "01",
    "import_": "",
}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"ma": "01"},
        {"ma": ""},
        {"ma": "Sở Tư pháp; DROP TABLE x"},
        {"import_": "một"},
        {"province": "ha-giang", "period": "2024-9M"},
        {"province": "02", "period": "2024-09"},
        {"province": "ca-nuoc"},
        {"province": "gia-lai", "period": "2026@calendar"},
        {"period": "2023-01-01..2023-11-15"},
        {"unit": "xa-lung-cu--huyen-dong-van"},
        {"indicator": "ELECTRONIC_CERTIFIED_COPY"},
        {"indicator": ""},
        {"deadline": "2024-12-25"},
        {"ma": "x" * LONGEST},
    ],
)
def test_what_is_declared_and_of_its_form_is_taken(given: dict[str, object]) -> None:
    """Text stays text; blank means the notebook's own default; a parameter of an analyst's own takes any words."""
    check(DECLARED, given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"ma": 1}, "-r"),
        ({"ma": None}, "chữ"),
        ({"ma": ["01"]}, "chữ"),
        ({"mã_khác": "01"}, "mã_khác"),
        ({"x": "01"}, "ma"),
        ({"ma = 1; import os #": "01"}, "không phải là tên"),
        ({"import": "01"}, "không phải là tên"),
        ({"": "01"}, "không phải là tên"),
        ({"__import__('os')": "1"}, "không phải là tên"),
        ({"ma": "../x"}, "đường dẫn"),
        ({"ma": "a/b"}, "đường dẫn"),
        ({"ma": "a\\b"}, "đường dẫn"),
        ({"ma": ".."}, "đường dẫn"),
        ({"ma": "a\nb"}, "không in được"),
        ({"ma": "a\x00b"}, "không in được"),
        ({"ma": "a\u202eb"}, "không in được"),
        ({"ma": "\ud800"}, "không in được"),
        ({"ma": "x" * (LONGEST + 1)}, "dài"),
        ({"province": "atlantis"}, "atlantis"),
        ({"province": "../../ca-nuoc"}, "đường dẫn"),
        ({"province": "ha-giang", "period": "2026-01"}, "ha-giang"),
        ({"period": "9T2024"}, "2024-9M"),
        ({"period": "../2024"}, "2024-9M"),
        ({"period": "2025"}, "--period"),
        ({"unit": "Xã Lũng Cú"}, "mã đơn vị"),
        ({"unit": "../xa-lung-cu"}, "mã đơn vị"),
        ({"indicator": "online_rat"}, "online_rate"),
        ({"deadline": "31/12/2023"}, "2023-12-25"),
        ({"deadline": "../2023-12-25"}, "2023-12-25"),
        ({"indicator": "../online_rate"}, "online_rate"),
        ({"deadline": "2023-02-30"}, "2023-12-25"),
    ],
)
def test_anything_else_is_refused_before_it_runs(given: dict[str, object], words: str) -> None:
    """In one line that says what there is instead."""
    with pytest.raises(UsageError) as found:
        check(DECLARED, given)
    assert words in str(found.value)
    assert "\n" not in str(found.value)


def test_a_notebook_without_parameters_takes_none() -> None:
    """Nothing is declared, so nothing can be given."""
    check({}, {})
    with pytest.raises(UsageError, match="không tham số nào"):
        check({}, {"province": "ha-giang"})
