"""Heads: the office that answers for a unit, as an office writes it; never a person's name."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from hoso.statistics import heads
from hoso.vocabulary.errors import InputError
from hoso.vocabulary.places import find_province, reference_units

SHIPPED = Path(__file__).parents[2] / "data" / "reference" / "heads.csv"
TUYEN_QUANG = find_province("tuyen-quang", "63")
MORE = [
    ("trung-tam-phuc-vu-hcc-tinh", "Trung tâm Phục vụ hành chính công tỉnh", "department"),
    ("bao-hiem-xa-hoi-tinh", "Bảo hiểm xã hội tỉnh", "department"),
    ("phong-tu-phap--huyen-ham-yen", "Phòng Tư pháp huyện Hàm Yên", "district"),
]


def units(province_id: str) -> pd.DataFrame:
    rows = [(u.id, u.name, u.level) for u in reference_units(province_id)]
    return pd.DataFrame(rows + MORE, columns=["unit", "name", "level"])


@pytest.mark.parametrize(
    ("level", "unit", "title"),
    [
        ("province", None, "Chủ tịch Ủy ban nhân dân tỉnh Tuyên Quang"),
        ("department", None, "Giám đốc các sở, Thủ trưởng các ban, ngành cấp tỉnh"),
        ("department", "so-tu-phap", "Giám đốc Sở Tư pháp"),
        ("department", "ban-dan-toc", "Trưởng Ban Dân tộc"),
        ("department", "thanh-tra-tinh", "Chánh Thanh tra tỉnh"),
        ("department", "trung-tam-phuc-vu-hcc-tinh", "Giám đốc Trung tâm Phục vụ hành chính công tỉnh"),
        ("department", "bao-hiem-xa-hoi-tinh", "Thủ trưởng Bảo hiểm xã hội tỉnh"),
        ("district", None, "Chủ tịch UBND các huyện, thành phố, thị xã"),
        ("district", "huyen-ham-yen", "Chủ tịch UBND huyện Hàm Yên"),
        ("district", "phong-tu-phap--huyen-ham-yen", "Trưởng Phòng Tư pháp huyện Hàm Yên"),
        ("commune", None, "Chủ tịch UBND các xã, phường, thị trấn"),
    ],
)
def test_the_title_of_a_head(level: str, unit: str | None, title: str) -> None:
    """By the unit's own kind, and together for a whole level."""
    found = heads.titles(heads.read(SHIPPED), TUYEN_QUANG, units("63-08"), date(2024, 6, 14))
    assert found[level, unit] == title


def test_every_unit_has_a_head() -> None:
    """All units of the five provinces, the levels and the province: no gap, no template left open."""
    rules = heads.read(SHIPPED)
    for slug in ("ha-giang", "tuyen-quang", "thai-nguyen", "ha-tinh", "kon-tum"):
        province = find_province(slug, "63")
        listed = units(province.id)
        found = heads.titles(rules, province, listed, date(2023, 6, 1))
        assert set(found) == {*zip(listed["level"], listed["unit"], strict=True)} | {
            (level, None) for level in ("province", "department", "district", "commune")
        }
        assert not [title for title in found.values() if "{" in title]


def test_the_eras_have_their_own_heads() -> None:
    """From 1/7/2025 no district has a head, and communes are "xã, phường, đặc khu"."""
    rules = heads.read(SHIPPED)
    none = pd.DataFrame(columns=["unit", "name", "level"])
    found = heads.titles(rules, find_province("tuyen-quang", "34"), none, date(2025, 7, 1))
    assert ("district", None) not in found
    assert found["commune", None] == "Chủ tịch UBND các xã, phường, đặc khu"


def test_the_narrowest_and_latest_rule_holds(tmp_path: Path) -> None:
    """A unit's own title goes before its kind's, a province's before the country's, a later before an earlier one."""
    text = SHIPPED.read_text("utf-8") + (
        "unit,63,tuyen-quang,department,so-y-te,,Phó Giám đốc phụ trách {unit},2024-03-01,2024-05-31,Quyết định,\n"
        "unit,63,tuyen-quang,department,,Sở,Giám đốc (tỉnh) {unit},2024-05-01,,Quyết định,\n"
    )
    file = tmp_path / "heads.csv"
    file.write_text(text, "utf-8")
    rules = heads.read(file)
    days = [date(2024, 2, 1), date(2024, 4, 1), date(2024, 6, 1)]
    titles = [heads.titles(rules, TUYEN_QUANG, units("63-08"), day)["department", "so-y-te"] for day in days]
    assert titles == ["Giám đốc Sở Y tế", "Phó Giám đốc phụ trách Sở Y tế", "Giám đốc (tỉnh) Sở Y tế"]


def test_faults_are_told_at_once(tmp_path: Path) -> None:
    """No title, no source, an unknown scope and level: one error with each line."""
    file = tmp_path / "heads.csv"
    file.write_text(
        ",".join(heads.COLUMNS)
        + "\nunit,63,,department,,,,,,x,\nwho,63,,ward,,,T,,,,\nlevel,63,,commune,,UBND,T,,,x,\n",
        "utf-8",
    )
    with pytest.raises(InputError) as caught:
        heads.read(file)
    for words in (
        "dòng 2: thiếu title",
        "dòng 3: thiếu source",
        "scope “who”",
        "level “ward”",
        "dòng 4: người đứng đầu của cả cấp",
    ):
        assert words in str(caught.value)
