from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from hoso.vocabulary import calendar, places
from hoso.vocabulary.errors import InputError, UsageError
from hoso.vocabulary.text import slug, sort_key

ERAS = [("63", 63), ("34", 34)]


@pytest.mark.parametrize(("era", "count"), ERAS)
def test_each_era_has_its_provinces_once(era, count):
    """63 and 34, with one code, one slug and one H code each, slugs made from names."""
    listed = places.provinces(era)
    for distinct in ("code", "slug", "h_code", "id"):
        assert len({getattr(p, distinct) for p in listed}) == count
    assert all(p.slug == slug(p.name) for p in listed)


@pytest.mark.parametrize(("era", "count"), ERAS)
@pytest.mark.parametrize("day", [date(2022, 1, 1), date(2024, 12, 31), date(2025, 1, 1), date(2026, 10, 10)])
def test_on_any_day_there_are_as_many(era, count, day):
    """A change of name or kind leaves neither a gap nor a double."""
    assert len({p.id for p in places.provinces(era, day)}) == len(places.provinces(era, day)) == count


def test_era_63_codes_reach_every_province_of_era_34():
    """The merge map is whole: 63 rows onto 34 provinces, each old one in just one new one."""
    gathered = [old for new in places.provinces("34") for old in places.predecessors(new)]
    assert sorted(p.code for p in gathered) == [p.code for p in places.provinces("63")]


MERGED = """
    2025-07-01      made of
    tuyen-quang     ha-giang tuyen-quang
    quang-ngai      quang-ngai kon-tum
    thai-nguyen     bac-kan thai-nguyen
    ha-tinh         ha-tinh
    ho-chi-minh     binh-duong ba-ria-vung-tau ho-chi-minh
    hue             hue
"""


@pytest.mark.parametrize("row", MERGED.strip().splitlines()[1:])
def test_mergers_go_both_ways(row):
    """NQ 202/2025/QH15 for the provinces of the reports."""
    new, *old = row.split()
    province = places.find_province(new, "34")
    assert [p.slug for p in places.predecessors(province)] == old
    assert {places.successor(places.find_province(o, "63")) for o in old} == {province}


def test_a_province_of_era_34_succeeds_itself_and_one_of_63_has_no_predecessor():
    """The chain ends where the map ends."""
    new, old = places.find_province("hue", "34"), places.find_province("ha-giang", "63")
    assert (places.successor(new), places.predecessors(old)) == (new, [])


def test_seven_codes_mean_another_province_after_the_border():
    """Why the key is era and code."""
    old = {p.code: p.name for p in places.provinces("63")}
    changed = [p.code for p in places.provinces("34") if old[p.code] != p.name]
    assert changed == ["15", "24", "44", "52", "80", "82", "91"]


@pytest.mark.parametrize("text", ["ha-giang", "02", "63-02", "H22", "Hà Giang", "tỉnh Hà Giang", "HA-GIANG"])
def test_a_province_is_found_by_slug_code_or_name(text):
    """What an analyst may type, and nothing that needs guessing."""
    assert places.find_province(text, "63").id == "63-02"


def test_a_province_knows_its_title_and_committee():
    """As a letterhead prints them."""
    province = places.find_province("ha-giang", "63")
    assert (province.title, province.committee) == ("tỉnh Hà Giang", "Ủy ban nhân dân tỉnh Hà Giang")


HUE = """
    asked            on           title
    thua-thien-hue   -            tỉnh Thừa Thiên Huế
    hue              -            thành phố Huế
    46               -            thành phố Huế
    hue              2024-12-31   tỉnh Thừa Thiên Huế
    thua-thien-hue   2025-01-01   thành phố Huế
"""


@pytest.mark.parametrize("row", HUE.strip().splitlines()[1:])
def test_hue_was_a_province_of_another_name_to_the_end_of_2024(row):
    """A report of 2024 names it as it was; both names are one place."""
    asked, on, *title = row.split()
    found = places.find_province(asked, "63", None if on == "-" else date.fromisoformat(on))
    assert (found.title, found.id) == (" ".join(title), "63-46")


def test_dong_nai_became_a_city_in_2026():
    """Kinds are dated in era 34 as well."""
    kinds = [places.find_province("dong-nai", "34", date(2026, 4, day)).kind for day in (29, 30)]
    assert kinds == ["tinh", "thanh-pho"]


def test_a_mistyped_province_is_met_with_the_nearest_names():
    """Did you mean …"""
    with pytest.raises(UsageError, match="ha-giang"):
        places.find_province("ha-giamg", "63")


def test_a_province_that_has_ended_is_met_with_what_it_became():
    """Hà Giang after 30/6/2025 is part of Tuyên Quang."""
    with pytest.raises(UsageError, match="nay thuộc tỉnh Tuyên Quang"):
        places.find_province("Hà Giang", "34")


def test_an_era_is_one_of_two():
    """A typing error in an era is told, not looked up."""
    with pytest.raises(UsageError, match="64"):
        places.provinces("64")


def test_the_border_of_the_eras():
    """30/6/2025 is the last day with districts."""
    assert [places.era_on(day) for day in (date(2025, 6, 30), date(2025, 7, 1))] == ["63", "34"]


LEVELS = """
    Sở Tư pháp                                        department
    Sở Lao động - Thương binh và Xã hội               department
    Ban Quản lý Khu kinh tế tỉnh                      department
    Bảo hiểm xã hội tỉnh                              department
    Văn phòng UBND tỉnh                               department
    Trung tâm Phục vụ hành chính công tỉnh            department
    UBND huyện Đồng Văn                               district
    Huyện Đồng Văn                                    district
    Ủy ban nhân dân thị xã Kỳ Anh                     district
    Uỷ ban nhân dân thành phố Kon Tum                 district
    UBND TP. Kon Tum                                  district
    UBND TP.Kon Tum                                   district
    UBND TX Kỳ Anh                                    district
    Văn phòng HĐND và UBND huyện Đồng Văn             district
    Phòng Tư pháp                                     district
    Phòng Lao động - Thương binh và Xã hội huyện Na Hang    district
    Phòng Quản lý đô thị thị xã Kỳ Anh                district
    UBND xã Lũng Cú                                   commune
    UBND xã Hội Sơn                                   commune
    xã Lũng Cú                                        commune
    UBND thị trấn Đồng Văn                            commune
    UBND TT Đồng Văn                                  commune
    UBND Phường 5                                     commune
    Bộ phận Một cửa UBND xã Lũng Cú                   commune
    Trung tâm Phục vụ hành chính công xã Lũng Cú      commune
    Phòng Văn hóa - Xã hội xã Hội Sơn                 commune
    UBND đặc khu Lý Sơn                               commune
    UBND TT. Đồng Văn                                 commune
    TT Phục vụ hành chính công                        department
    Trung tâm Bảo trợ xã hội tỉnh                     department
    Trung tâm Phục vụ hành chính công thành phố Hà Nội    department
    Phòng Công chứng số 1                             department
    UBND tỉnh Hà Giang                                province
    UBND tỉnh                                         province
    UBND thành phố Hà Nội                             province
    UBND TP Hồ Chí Minh                               province
"""


@pytest.mark.parametrize("row", LEVELS.strip().splitlines())
def test_a_units_name_tells_its_level(row):
    """A unit that no list knows is still counted at its level."""
    name, _, level = row.strip().rpartition(" ")
    assert places.level_of(name.strip()) == level


def test_a_city_of_era_34_is_a_province():
    """There are no district cities left; before 2025 the city of Huế was one."""
    assert places.level_of("UBND thành phố Huế") == "district"
    assert places.level_of("UBND thành phố Huế", "34") == "province"


ABOVE = """
    Phòng Tư pháp                   commune      commune
    Phòng Tư pháp                   department   department
    Bộ phận Một cửa                 district     district
    Bộ phận Một cửa                 commune      commune
    Bộ phận Một cửa                 province     department
    Bộ phận Một cửa xã Lũng Cú      district     commune
    Sở Tư pháp                      district     department
"""


@pytest.mark.parametrize("row", ABOVE.strip().splitlines())
def test_a_name_that_tells_nothing_counts_at_the_level_above(row):
    """An office of a district is the district's; a name's own words come first."""
    name, above, level = row.strip().rsplit(maxsplit=2)
    assert places.level_of(name, "63", above) == level


def test_an_office_of_era_34_is_a_communes():
    """There are no districts left for it to belong to."""
    assert places.level_of("Phòng Kinh tế", "34") == "commune"


def test_a_province_is_known_under_all_its_names():
    """Huế has two in era 63; an id nobody knows has none."""
    assert [p.title for p in places.names_of("63-46")] == ["tỉnh Thừa Thiên Huế", "thành phố Huế"]
    assert places.names_of("63-00") == []


IDS = """
    Sở Tư pháp                     -                      so-tu-phap
    UBND huyện Đồng Văn            -                      huyen-dong-van
    Ủy ban nhân dân huyện Đồng Văn -                      huyen-dong-van
    UBND TP. Kon Tum               -                      thanh-pho-kon-tum
    UBND xã Lũng Cú                UBND huyện Đồng Văn    xa-lung-cu--huyen-dong-van
    Xã Lũng Cú                     huyện Đồng Văn         xa-lung-cu--huyen-dong-van
    UỶ BAN NHÂN DÂN XÃ LŨNG CÚ     Huyện Đồng Văn         xa-lung-cu--huyen-dong-van
    UBND TT. Đồng Văn              UBND huyện Đồng Văn    thi-tran-dong-van--huyen-dong-van
    UBND xã Ia Dom                 UBND huyện Ia H’Drai   xa-ia-dom--huyen-ia-hdrai
"""


@pytest.mark.parametrize("row", IDS.strip().splitlines())
def test_one_unit_has_one_id_however_its_name_is_written(row):
    """The id follows from the name alone, and from the district's for a commune."""
    name, parent, expected = (part.strip() for part in _columns(row))
    assert places.unit_id(name, None if parent == "-" else parent) == expected


def _columns(row):
    row = row.strip()
    return row[:31], row[31:54], row[54:]


@pytest.mark.parametrize(("name", "parent"), [("???", None), ("", None), ("UBND xã A", "…")])
def test_a_name_without_letters_has_no_id(name, parent):
    """An empty id would put all such units into one."""
    with pytest.raises(InputError, match="tên đơn vị"):
        places.unit_id(name, parent)


UNITS = """
    province   department  district  commune
    63-02      19          11        193
    63-08      19          7         137
    63-19      19          9         172
    63-42      18          12        209
    63-62      17          10        102
"""


@pytest.mark.parametrize("row", UNITS.strip().splitlines()[1:])
def test_the_five_provinces_have_all_their_units(row):
    """The denominators of the articles: 10/17, 4/10 and 06/102 in Kon Tum."""
    province, *counts = row.split()
    by_level = Counter(unit.level for unit in places.reference_units(province))
    assert [by_level[level] for level in places.LEVELS[1:]] == [int(count) for count in counts]


@pytest.mark.parametrize("province", ["63-02", "63-08", "63-19", "63-42", "63-62"])
def test_the_unit_list_follows_its_own_rules(province):
    """Ids are unique and follow from the names, parents are districts of the list, levels and order hold."""
    units = places.reference_units(province)
    by_id = {unit.id: unit for unit in units}
    assert len(by_id) == len(units)
    for unit in units:
        parent = by_id[unit.parent] if unit.parent else None
        assert (parent is not None) == (unit.level == "commune")
        assert parent is None or parent.level == "district"
        assert unit.id == places.unit_id(unit.name, parent.name if parent else None)
        assert unit.level == places.level_of(unit.name)
    assert units == sorted(
        units, key=lambda u: (places.LEVELS.index(u.level), sort_key(u.name), sort_key(u.parent or ""))
    )


def test_a_province_without_a_list_has_no_reference_units():
    """Its units come from its exports, listed for review."""
    assert places.reference_units("34-08") == []


def test_edited_lists_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process lives for days, and a new unit, name or day off counts from the moment its file has it."""
    files = {
        name: places.reference_file(name) for name in ("units_63.tsv", "provinces_63.tsv", "holidays.csv")
    }
    own = tmp_path / "data" / "reference"
    own.mkdir(parents=True)
    for name, file in files.items():
        (own / name).write_bytes(file.read_bytes())
    monkeypatch.setenv("HOSO_ROOT", str(tmp_path))
    before, monday = len(places.reference_units("63-02")), date(2024, 9, 16)
    assert before > 100 and calendar.is_working_day(monday)
    head, *units = (own / "units_63.tsv").read_text("utf-8").splitlines()
    kept = [head, *(line for line in units if "63-02" not in line)]
    (own / "units_63.tsv").write_text("\n".join(kept) + "\n", "utf-8")
    listed = (own / "provinces_63.tsv").read_text("utf-8")
    (own / "provinces_63.tsv").write_text(listed.replace("Hà Giang", "Hà Tuyên"), "utf-8")
    header = (own / "holidays.csv").read_text("utf-8").splitlines()[0]
    row = dict.fromkeys(header.split(","), "") | {"date": "2024-09-16", "works": "0"}
    (own / "holidays.csv").write_text(f"{header}\n{','.join(row.values())}\n", "utf-8")
    assert places.reference_units("63-02") == []
    assert places.find_province("ha-giang", "63").name == "Hà Tuyên"
    assert not calendar.is_working_day(monday)
