"""Names of units in exports: one unit for all spellings of one name, and never one unit for two."""

import time
import unicodedata

import polars as pl
import pytest

from hoso.records import schema
from hoso.records.units import Registry, frame
from hoso.vocabulary.places import own_name, reference_units

FIVE = ["63-02", "63-08", "63-19", "63-42", "63-62"]
NOBODY = schema.empty(schema.UNITS)


def registry(province: str = "63-02") -> Registry:
    return Registry.load(province, NOBODY)


def drawn(table: str) -> list[list[str]]:
    """The rows of a table with columns parted by bars, without its header."""
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()[1:]]


def found(units: Registry, name: str, parent: str) -> tuple[str, str]:
    unit = units.find(name, None if parent == "-" else parent)
    return unit.id, unit.level


KNOWN = """
    printed                                    | above                | unit
    UBND xã Lũng Cú                            | UBND huyện Đồng Văn  | xa-lung-cu--huyen-dong-van
    UBND xã Lũng Cú                            | Đồng Văn             | xa-lung-cu--huyen-dong-van
    UBND xã Lũng Cú                            | huyện Đồng Văn, tỉnh Hà Giang | xa-lung-cu--huyen-dong-van
    UBND xã Lũng Cú                            | UBND tỉnh Hà Giang   | xa-lung-cu--huyen-dong-van
    UBND xã Lũng Cú                            | -                    | xa-lung-cu--huyen-dong-van
    UBND XÃ LŨNG CÚ, HUYỆN ĐỒNG VĂN            | -                    | xa-lung-cu--huyen-dong-van
    UBND xã Lũng Cú huyện Đồng Văn tỉnh Hà Giang | -                  | xa-lung-cu--huyen-dong-van
    ubnd xa lung cu                            | dong van             | xa-lung-cu--huyen-dong-van
    UBND xã Tả Lủng                            | Mèo Vạc              | xa-ta-lung--huyen-meo-vac
    UBND xã Tả Lủng                            | UBND huyện Mèo Vạc, tỉnh Hà Giang | xa-ta-lung--huyen-meo-vac
    UBND phường Minh Khai                      | TP. Hà Giang         | phuong-minh-khai--thanh-pho-ha-giang
    UBND phường Minh Khai                      | Hà Giang             | phuong-minh-khai--thanh-pho-ha-giang
    UBND phường Minh Khai thành phố Hà Giang   | -                    | phuong-minh-khai--thanh-pho-ha-giang
    TT Đồng Văn                                | -                    | thi-tran-dong-van--huyen-dong-van
    UBND TT. Đồng Văn                          | Đồng Văn             | thi-tran-dong-van--huyen-dong-van
    UBND thị trấn Đồng Văn                     | thị trấn Đồng Văn    | thi-tran-dong-van--huyen-dong-van
    TP Hà Giang                                | -                    | thanh-pho-ha-giang
    UBND TP. Hà Giang                          | Hà Giang             | thanh-pho-ha-giang
    UBND TP.Hà Giang                           | UBND tỉnh Hà Giang   | thanh-pho-ha-giang
    UBND thành phố Hà Giang                    | -                    | thanh-pho-ha-giang
    UBND thành phố Hà Giang, tỉnh Hà Giang     | -                    | thanh-pho-ha-giang
    UBND huyện Đồng Văn                        | Đồng Văn             | huyen-dong-van
    Huyện Đồng Văn                             | -                    | huyen-dong-van
    UBND huyện Quản Bạ                         | Quản Bạ              | huyen-quan-ba
    Sở Tư pháp tỉnh Hà Giang                   | -                    | so-tu-phap
    Sở Tư pháp - tỉnh Hà Giang                 | -                    | so-tu-phap
    Sở Tư pháp Hà Giang                        | -                    | so-tu-phap
    Sở Tư pháp                                 | UBND tỉnh Hà Giang   | so-tu-phap
    Sở Tư pháp                                 | huyện Đồng Văn       | so-tu-phap
    Thanh tra tỉnh Hà Giang                    | -                    | thanh-tra-tinh
    Ban Quản lý Khu kinh tế                    | -                    | ban-quan-ly-khu-kinh-te-tinh
"""


@pytest.mark.parametrize(("printed", "above", "unit"), drawn(KNOWN))
def test_a_printed_name_finds_the_known_unit(printed: str, above: str, unit: str) -> None:
    """Short kinds, a bare district, the province's title: all lead to the unit on the list, and nothing is registered."""
    units = registry()
    assert found(units, printed, above)[0] == unit
    assert units.found == []


NEW = """
    printed                                    | above          | unit                                            | level
    Phòng Tư pháp                              | huyện Đồng Văn | phong-tu-phap--huyen-dong-van                   | district
    Phòng Tư pháp                              | Mèo Vạc        | phong-tu-phap--huyen-meo-vac                    | district
    Phòng Tư pháp                              | -              | phong-tu-phap                                   | district
    Phòng Tư pháp                              | Sở Tư pháp     | phong-tu-phap--so-tu-phap                       | department
    Bộ phận Một cửa                            | xã Lũng Cú     | bo-phan-mot-cua--xa-lung-cu--huyen-dong-van     | commune
    Bộ phận Một cửa                            | huyện Mèo Vạc  | bo-phan-mot-cua--huyen-meo-vac                  | district
    Bộ phận Một cửa                            | Mèo Vạc        | bo-phan-mot-cua--huyen-meo-vac                  | district
    Bộ phận Một cửa                            | -              | bo-phan-mot-cua                                 | department
    Bộ phận Một cửa UBND thị trấn Đồng Văn     | -              | bo-phan-mot-cua--thi-tran-dong-van--huyen-dong-van | commune
    Trung tâm Phục vụ hành chính công tỉnh     | -              | trung-tam-phuc-vu-hanh-chinh-cong               | department
    Trung tâm Phục vụ hành chính công          | Bắc Mê         | trung-tam-phuc-vu-hanh-chinh-cong--huyen-bac-me | district
    Thanh tra                                  | huyện Bắc Mê   | thanh-tra--huyen-bac-me                         | district
    Văn phòng UBND tỉnh                        | -              | van-phong-ubnd                                  | department
    Văn phòng UBND                             | huyện Bắc Mê   | van-phong-ubnd--huyen-bac-me                    | district
    UBND xã Lũng Cú                            | huyện Mèo Vạc  | xa-lung-cu--huyen-meo-vac                       | commune
    UBND xã Tả Lủng                            | Quang Bình     | xa-ta-lung--huyen-quang-binh                    | commune
    UBND xã Tả Lủng                            | -              | xa-ta-lung                                      | commune
    UBND xã Lạ                                 | huyện Mới      | xa-la--huyen-moi                                | commune
    UBND xã Hiếm                               | -              | xa-hiem                                         | commune
    UBND huyện Mới                             | tỉnh Hà Giang  | huyen-moi                                       | district
    Sở Không Có                                | huyện Bắc Mê   | so-khong-co                                     | department
    UBND tỉnh Hà Giang                         | -              | tinh-ha-giang                                   | province
"""


@pytest.mark.parametrize(("printed", "above", "unit", "level"), drawn(NEW))
def test_an_unknown_name_is_kept_apart_by_the_unit_above(
    printed: str, above: str, unit: str, level: str
) -> None:
    """A name that several units may bear has the unit above in its id, counts at its level, and is listed for review."""
    units = registry()
    assert found(units, printed, above) == (unit, level)
    assert [new.id for new in units.found] == [unit]
    assert units.found[0].parent in (None, unit.partition("--")[2])


def test_no_two_rows_of_the_tables_above_become_one_unit() -> None:
    """Read into one registry in either order, the unknown names stay as many units as there are ids."""
    for rows in (drawn(NEW), drawn(NEW)[::-1]):
        units = registry()
        got = {(printed, above): found(units, printed, above) for printed, above, *_ in rows}
        apart = {(p, a): (unit, level) for p, a, unit, level in rows}
        assert got == apart
        assert len({unit.id for unit in units.found}) == len(units.found)


SAME = """
    one                                 | above           | other                                   | above
    Phòng Tư pháp                       | Đồng Văn        | Phòng Tư pháp huyện Đồng Văn            | -
    Phòng Tư pháp, huyện Đồng Văn       | -               | PHÒNG TƯ PHÁP                           | UBND huyện Đồng Văn
    Bộ phận Một cửa UBND xã Lũng Cú     | -               | Bộ phận Một cửa                         | xã Lũng Cú
    Bộ phận Một cửa xã Lũng Cú          | Đồng Văn        | Bộ phận Một cửa                         | xã Lũng Cú, huyện Đồng Văn
    UBND xã Lạ                          | Mới             | UBND xã Lạ                              | huyện Mới
    UBND xã Lạ                          | huyện Mới       | xã Lạ                                   | Mới
    UBND xã Lạ                          | huyện Mới       | UBND xã Lạ                              | -
    Sở Không Có                         | -               | Sở Không Có - tỉnh Hà Giang             | -
    Bảo hiểm xã hội tỉnh                | -               | Bảo hiểm xã hội tỉnh Hà Giang           | -
    UBND tỉnh                           | -               | Ủy ban nhân dân tỉnh Hà Giang           | -
    UBND xã Hoà Thuỷ                    | -               | ỦY BAN NHÂN DÂN XÃ HÒA THỦY             | -
    UBND xã A                           | -               | UBND xã A                               | ---
"""


@pytest.mark.parametrize(("one", "above", "other", "above_other"), drawn(SAME))
def test_an_unknown_unit_stays_one_however_it_is_printed(
    one: str, above: str, other: str, above_other: str
) -> None:
    """The second spelling finds what the first one registered, now and in a later import."""
    units = registry()
    first = found(units, one, above)
    assert found(units, other, above_other) == first
    later = Registry.load("63-02", frame(units.found, "import"))
    assert found(later, one, above) == found(later, other, above_other) == first
    assert later.found == []


def test_a_name_that_two_districts_share_needs_its_kind() -> None:
    """Hà Tĩnh has a huyện and a thị xã Kỳ Anh: the commune decides, and one that neither has is of neither."""
    units = registry("63-42")
    assert found(units, "UBND phường Hưng Trí", "Kỳ Anh")[0] == "phuong-hung-tri--thi-xa-ky-anh"
    assert found(units, "UBND xã Kỳ Xuân", "Kỳ Anh")[0] == "xa-ky-xuan--huyen-ky-anh"
    assert found(units, "UBND xã Lạ", "TX. Kỳ Anh")[0] == "xa-la--thi-xa-ky-anh"
    assert found(units, "UBND xã Lạ", "huyện Kỳ Anh")[0] == "xa-la--huyen-ky-anh"
    assert found(units, "UBND xã Lạ", "Kỳ Anh")[0] == "xa-la--ky-anh"
    assert found(units, "UBND TP Hà Tĩnh", "tỉnh Hà Tĩnh") == ("thanh-pho-ha-tinh", "district")


def test_tones_tell_units_apart_where_no_list_is_known() -> None:
    """Tân Thạnh and Tân Thành are two communes of era 34 with an id each; on the list a wrong tone is a misspelling."""
    units = registry("34-82")
    ids = [found(units, f"UBND xã Tân {name}", "-")[0] for name in ("Thạnh", "Thành", "Thạnh")]
    assert ids == ["xa-tan-thanh", "xa-tan-thanh-2", "xa-tan-thanh"]
    later = Registry.load("34-82", frame(units.found, "import"))
    assert found(later, "UBND xã Tân Thành", "-")[0] == "xa-tan-thanh-2"
    assert found(registry("63-62"), "UBND huyện Đăk Tô", "-")[0] == "huyen-dak-to"


ERA_34 = """
    printed                               | above             | unit                              | level
    UBND thành phố Huế                    | -                 | thanh-pho-hue                     | province
    Sở Y tế thành phố Huế                 | -                 | so-y-te                           | department
    UBND phường Thuận Hóa, thành phố Huế  | -                 | phuong-thuan-hoa                  | commune
    Phòng Văn hóa - Xã hội                | phường Thuận Hóa  | phong-van-hoa-xa-hoi--phuong-thuan-hoa | commune
    Phòng Kinh tế phường Thuận Hóa        | -                 | phong-kinh-te-phuong-thuan-hoa    | commune
"""


@pytest.mark.parametrize(("printed", "above", "unit", "level"), drawn(ERA_34))
def test_era_34_has_no_districts(printed: str, above: str, unit: str, level: str) -> None:
    """Since 1/7/2025 a city of that name is the province, and offices are the communes'."""
    assert found(registry("34-46"), printed, above) == (unit, level)


@pytest.mark.parametrize("province", FIVE)
def test_every_listed_unit_is_found_in_every_spelling(province: str) -> None:
    """All 955 units: capitals, NFD, old tone placement, "Ủy ban nhân dân", the district with and without its kind."""
    units = registry(province)
    names = {unit.id: unit.name for unit in reference_units(province)}
    for unit in reference_units(province):
        full = names.get(unit.parent or "")
        bare = (
            own_name(full).replace("thành phố", "").replace("thị xã", "").replace("huyện", "")
            if full
            else None
        )
        for name in (unit.name, unit.name.upper(), unicodedata.normalize("NFD", unit.name),
                     unit.name.replace("UBND", "Uỷ ban  nhân dân")):  # fmt: skip
            assert units.find(name, full).id == unit.id
            assert units.find(name, bare).id == unit.id
    assert units.found == []


@pytest.mark.parametrize("name", ["???", "…", "\u200b", "文"])
def test_a_name_without_letters_is_no_reason_to_refuse(name: str) -> None:
    """What has no letters is one unit of its own, listed for review; nothing is raised, whatever stands above."""
    units = registry()
    assert found(units, name, "-")[0] == "khong-ro-don-vi"
    assert found(units, name, "??")[0] == "khong-ro-don-vi"


def test_resolving_adds_unit_and_level_to_every_row_in_order() -> None:
    """Rows keep their order and number; a district met in the same file is the parent of its communes."""
    rows = pl.DataFrame(
        {
            "unit_name": ["UBND xã Lạ", "Sở Tư pháp", "UBND huyện Mới", "UBND xã Lạ", "Sở Tư pháp"],
            "unit_parent": ["Mới", None, None, "huyện Mới", None],
        }
    )
    units = registry()
    done = units.resolve(rows)
    assert done["unit_id"].to_list() == [
        "xa-la--huyen-moi", "so-tu-phap", "huyen-moi", "xa-la--huyen-moi", "so-tu-phap",
    ]  # fmt: skip
    assert done["level"].to_list() == ["commune", "department", "district", "commune", "department"]
    assert [(unit.id, unit.parent) for unit in units.found] == [
        ("huyen-moi", None), ("xa-la--huyen-moi", "huyen-moi"),
    ]  # fmt: skip


def test_thousands_of_names_take_no_time() -> None:
    """3,000 pairs in a second, and time grows with the length of a name, not with the places it could hold."""
    units = registry()
    start = time.process_time()
    for i in range(3000):
        units.find(f"UBND xã Thử {i}", f"huyện {i % 50}")
    assert time.process_time() - start < 1
    start = time.process_time()
    for i in range(50):
        units.find(f"Phòng {i} " + "xã " * 95, "Đồng Văn")
    assert time.process_time() - start < 1
