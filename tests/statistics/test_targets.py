"""Targets: read strictly, the most specific holds, and what is lacking is the least number that would do."""

import csv
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoso.statistics.targets import COLUMNS, COMPARISONS, Comparison, Target, read, resolve
from hoso.vocabulary.errors import InputError

SHIPPED = Path(__file__).parents[2] / "data" / "reference" / "targets.csv"
GOOD = {
    "id": "a", "era": "63", "province": "kon-tum", "indicator": "online_rate", "variant": "resolved", "value": "0.5",
    "comparison": "above", "valid_from": "2023-01-01", "legal_source": "Quyết định",
}  # fmt: skip
PLAIN = Target(
    "t", "63", None, (), None, "online_rate", None, Fraction(1, 2), "at_least", date(2023, 1, 1), None, None, None,
    "Quyết định", None, "",
)  # fmt: skip
RATES = st.fractions(0, 1, max_denominator=20)
COMPARED = st.sampled_from(sorted(COMPARISONS))


def sheet(folder: Path, *rows: Mapping[str, str], columns: tuple[str, ...] = COLUMNS) -> Path:
    file = folder / "targets.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        writer.writerows([row.get(name, "") for name in columns] for row in rows)
    return file


def test_the_shipped_targets() -> None:
    """Kon Tum's 50%, Thái Nguyên's 55% and the four 100% of Tuyên Quang, each with source, days and deadline."""
    targets = read(SHIPPED)
    told = [(t.province, t.indicator, t.variant, t.value, t.comparison, t.deadline) for t in targets]
    assert told[:2] == [
        ("kon-tum", "online_rate", "resolved", Fraction(1, 2), "above", date(2023, 12, 25)),
        ("thai-nguyen", "online_rate", None, Fraction(55, 100), "at_least", date(2022, 12, 31)),
    ]
    assert {row[1:] for row in told[2:]} == {
        (name, variant, 1, "at_least", date(2024, 12, 31))
        for name, variant in [
            ("authenticated_rate", "766"), ("sync_rate", "766"), ("electronic_result_rate", "766"),
            ("ELECTRONIC_CERTIFIED_COPY", "entered"),
        ]
    }  # fmt: skip
    assert targets[0].legal_basis == "Quyết định số 17/QĐ-UBQGCĐS ngày 04/4/2023"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"indicator": "onlin_rate"}, "không có chỉ tiêu onlin_rate"),
        ({"variant": "solved"}, "online_rate không có cách tính solved; chỉ có: received, resolved"),
        ({"indicator": "overdue"}, "overdue không có cách tính resolved"),
        ({"unit": "so-tu-phep"}, "không có đơn vị so-tu-phep tại tỉnh Kon Tum"),
        ({"unit": "so-tu-phap", "province": ""}, "không có province"),
        ({"level": "department ward"}, "level “ward” không có"),
        ({"province": "kontumm"}, "không có tỉnh, thành phố “kontumm”"),
        ({"province": "Kon Tum"}, "province viết là “Kon Tum”; phải viết là kon-tum"),
        ({"era": "64"}, "era “64” không có"),
        ({"value": "50"}, "50 phải từ 0 đến 1"),
        ({"value": "-0.1"}, "-0.1 phải từ 0 đến 1"),
        ({"value": "50%"}, "value “50%” không phải số"),
        ({"value": "NaN"}, "value “NaN” không phải số"),
        ({"value": "inf"}, "value “inf” không phải số"),
        ({"value": ""}, "thiếu value"),
        ({"comparison": ">"}, "comparison “>” không có; chỉ có: at_least, above, at_most"),
        ({"legal_source": ""}, "thiếu legal_source"),
        ({"deadline": "2023-02-30"}, "deadline “2023-02-30” không phải ngày"),
        ({"valid_to": "2022-12-31"}, "hết hiệu lực 2022-12-31 trước khi có hiệu lực 2023-01-01"),
    ],
)
def test_a_fault_names_its_line_and_what_is_known(tmp_path: Path, change: dict[str, str], words: str) -> None:
    """A misspelt word, an impossible day or value, or a missing source stops the program with its line."""
    with pytest.raises(InputError) as caught:
        read(sheet(tmp_path, GOOD | change))
    assert f"dòng 2: {words}" in str(caught.value) or words in str(caught.value)
    assert "dòng 2" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Two bad lines and one cell too many give one error with all three; an unknown column one of its own."""
    with pytest.raises(InputError, match=r"dòng 2: .*dòng 3: .*dòng 4: "):
        file = sheet(tmp_path, GOOD | {"value": "2"}, GOOD | {"id": "b", "era": ""})
        file.write_text(file.read_text("utf-8") + "a,b\n", "utf-8")
        read(file)
    with pytest.raises(InputError, match=r"không có cột muc_tieu trong mẫu \(id, .*; thiếu cột value"):
        read(sheet(tmp_path, GOOD, columns=tuple("muc_tieu" if c == "value" else c for c in COLUMNS)))


def test_a_file_that_is_no_csv_is_told(tmp_path: Path) -> None:
    """A workbook under the name of a CSV, or no file, is one line and no traceback."""
    file = tmp_path / "targets.csv"
    with pytest.raises(InputError, match="không đọc được tệp"):
        read(file)
    file.write_bytes(b"PK\x03\x04\xff\xfe\x00")
    with pytest.raises(InputError, match=r"không đọc được tệp|thiếu cột id"):
        read(file)


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({}, True),
        ({"value": "0.6"}, True),
        ({"valid_from": "2023-06-01"}, False),
        ({"level": "commune"}, False),
        ({"province": ""}, False),
        ({"variant": ""}, False),
        ({"unit": "so-tu-phap"}, False),
    ],
)
def test_two_targets_for_one_figure_need_an_order(
    tmp_path: Path, change: dict[str, str], refused: bool
) -> None:
    """Equals from one day are refused, whatever their values; a narrower or a later one is not."""
    file = sheet(tmp_path, GOOD, GOOD | {"id": "b"} | change)
    if refused:
        with pytest.raises(InputError, match="a và b giao cùng một chỉ tiêu"):
            read(file)
    else:
        assert len(read(file)) == 2
    with pytest.raises(InputError, match="chỉ tiêu a ghi 2 lần"):
        read(sheet(tmp_path, GOOD, GOOD | {"level": "commune"}))


def test_levels_that_share_one_are_equals(tmp_path: Path) -> None:
    """ "district commune" and "commune" both speak for communes, and neither goes before the other."""
    both, one, other = (
        {"level": level, "id": level} for level in ("district commune", "commune", "department")
    )
    assert len(read(sheet(tmp_path, GOOD | both, GOOD | other))) == 2
    with pytest.raises(InputError, match="district commune và commune giao"):
        read(sheet(tmp_path, GOOD | both, GOOD | one))


# For whom a target is set, in the order in which it holds for Sở Tư pháp of Kon Tum on 01/7/2023; "-" does not hold.
SPECIFIC = """
1 | kon-tum | department | so-tu-phap | 2022-01-01
2 | kon-tum |            | so-tu-phap | 2023-05-01
3 | kon-tum |            | so-tu-phap | 2022-01-01
4 | kon-tum | department |            | 2022-01-01
5 |         | department |            | 2023-06-01
6 | kon-tum |            |            | 2023-06-01
7 | kon-tum |            |            | 2022-01-01
8 |         |            |            | 2023-06-30
- | kon-tum | commune    |            | 2023-01-01
- | gia-lai |            |            | 2023-01-01
- | kon-tum |            | so-y-te    | 2023-01-01
- | kon-tum |            | so-tu-phap | 2023-07-02
""".strip().splitlines()


def drawn(line: str) -> Target:
    _, province, level, unit, since = (cell.strip() for cell in line.split("|"))
    return replace(
        PLAIN, id=line, province=province or None, levels=tuple(level.split()), unit=unit or None,
        valid_from=date.fromisoformat(since),
    )  # fmt: skip


def test_unit_before_level_before_province_before_country_then_the_latest() -> None:
    """With the first taken away the next one holds, down to none."""
    targets = [drawn(line) for line in SPECIFIC][::-1]
    order = []
    while found := resolve(
        targets, date(2023, 7, 1), "kon-tum", "department", "so-tu-phap", "online_rate", "resolved"
    ):
        order.append(found.id[0])
        targets.remove(found)
    assert order == list("12345678")
    assert len(targets) == 4


@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            replace,
            st.just(PLAIN),
            province=st.sampled_from([None, "kon-tum", "gia-lai"]),
            levels=st.sampled_from([(), ("department",), ("commune", "district")]),
            unit=st.sampled_from([None, "so-tu-phap", "so-y-te"]),
            variant=st.sampled_from([None, "resolved", "received"]),
            era=st.sampled_from(["63", "34"]),
            valid_from=st.dates(date(2022, 1, 1), date(2023, 12, 31)),
            valid_to=st.none() | st.dates(date(2022, 6, 1), date(2024, 12, 31)),
        ),
        max_size=12,
    ),
    st.dates(date(2022, 1, 1), date(2024, 12, 31)),
)
def test_the_target_that_holds_is_the_one_an_oracle_finds(targets: list[Target], day: date) -> None:
    """A second rule, by elimination: keep those that match, then the narrowest by unit, level, province, variant, then day."""
    left = []
    for t in targets:
        says_other = [
            t.era != "63", t.province == "gia-lai", "commune" in t.levels, t.unit == "so-y-te", t.variant == "received",
            day < t.valid_from, t.valid_to is not None and t.valid_to < day,
        ]  # fmt: skip
        if not any(says_other):
            left.append(t)
    for narrow in ("unit", "levels", "province", "variant"):
        left = [t for t in left if getattr(t, narrow)] or left
    latest = max((t.valid_from for t in left), default=None)
    found = resolve(targets, day, "kon-tum", "department", "so-tu-phap", "online_rate", "resolved")
    assert (found is None) == (not left)
    if found:
        assert found in left
        assert found.valid_from == latest


def reached(value: Fraction, target: Fraction, comparison: str) -> bool:
    return {"at_least": value >= target, "above": value > target, "at_most": value <= target}[comparison]


@settings(deadline=None)
@given(RATES, COMPARED, st.integers(1, 60), st.data())
def test_lacking_is_the_least_number_that_would_do(
    value: Fraction, comparison: Comparison, denominator: int, data: st.DataObject
) -> None:
    """Stepping one dossier at a time: that many more (fewer, for at_most) meets the target and no smaller number does."""
    numerator = data.draw(st.integers(0, denominator))
    target = replace(PLAIN, value=value, comparison=comparison)
    step = -1 if comparison == "at_most" else 1
    least = next(
        (
            n
            for n in range(denominator + 1)
            if 0 <= numerator + step * n <= denominator
            and reached(Fraction(numerator + step * n, denominator), value, comparison)
        ),
        None,
    )
    assert target.lacking(numerator, denominator) == least
    assert target.met(Fraction(numerator, denominator)) == (least == 0)


@settings(deadline=None)
@given(RATES, COMPARED, st.integers(1, 30), st.data())
def test_lacking_where_each_dossier_also_adds_to_the_denominator(
    value: Fraction, comparison: Comparison, denominator: int, data: st.DataObject
) -> None:
    """The same oracle with a growing denominator; no number does for 100% or, of what should not be, for 0%."""
    numerator = data.draw(st.integers(0, denominator))
    target = replace(PLAIN, value=value, comparison=comparison)
    found = target.lacking_growing(numerator, denominator)
    step = 0 if comparison == "at_most" else 1
    least = next(
        (
            n
            for n in range(2000)
            if reached(Fraction(numerator + step * n, denominator + n), value, comparison)
        ),
        None,
    )
    assert found == least


def test_exactly_half_is_not_above_half() -> None:
    """1/2 meets "at least 50%", needs one more for "above 50%"; 1/3 is 1/3, whatever a float makes of it."""
    assert replace(PLAIN).lacking(50, 100) == 0
    assert replace(PLAIN, comparison="above").lacking(50, 100) == 1
    assert replace(PLAIN, value=Fraction(7, 10), comparison="above").met(Fraction(7, 10)) is False
    assert replace(PLAIN, value=Fraction(1), comparison="at_least").lacking_growing(99, 100) is None


def test_a_count_has_no_denominator() -> None:
    """At most 3 overdue dossiers: 5 are 2 too many; at least 1.000 accounts: 400 lack 600."""
    assert replace(PLAIN, value=Fraction(3), comparison="at_most").lacking(5, None) == 2
    assert replace(PLAIN, value=Fraction(1000)).lacking_growing(400, None) == 600
