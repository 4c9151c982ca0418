"""All provinces beside each other: the place "ca-nuoc", the numbers of the two real snapshots, and that each is found again."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from hoso.delivery import outputs
from hoso.delivery.export.document import document as assemble
from hoso.presentation import country_tables
from hoso.presentation.country import Country, open_country
from hoso.presentation.display import Display
from hoso.presentation.figures import Phrase, Registry
from hoso.presentation.report import Report
from hoso.records.sample import write as write_sample
from hoso.statistics.score_keys import ScoreKeys
from hoso.statistics.verify import Checked, verify
from hoso.vocabulary.errors import NoDataError
from hoso.vocabulary.periods import Period
from hoso.vocabulary.places import COUNTRY, find_province, provinces
from hoso.vocabulary.workbook import Workbook
from tests.presentation.prose import bare_numbers
from tests.records.intake.portal.responses import GIA_LAI, take
from tests.stores import prepare

ROOT = Path(__file__).parents[2]
PERIOD = "2026-01-01..2026-10-10"
LAST, FIRST = "national_service_results_20261010.tsv", "national_service_results_20260917.tsv"
PORTAL_GROUPS = ("CKMB", "TDGQ", "CLGQ", "TTTT", "MDHL", "MDSH")  # the portal's letters for the same six
GROUPS = ("CKMB", "TDGQ", "DVCTT", "TTTT", "MDHL", "MDSH")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the two real snapshots of all provinces."""
    target = tmp_path_factory.mktemp("country")
    for file in write_sample(target / "exports", ["ca-nuoc"]):
        take(target, file, province=GIA_LAI)
    return target


@pytest.fixture
def opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Opens the provinces of a period in that store."""
    monkeypatch.setenv("HOSO_STORE", str(folder / "store"))
    monkeypatch.setenv("HOSO_ROOT", str(ROOT))

    def at(period: str = PERIOD) -> Country:
        chosen = Period.parse(period)
        place = find_province("ca-nuoc", chosen.era, chosen.end)
        return open_country(Report("national", Workbook(ROOT), place, chosen, None))

    return at


def real(name: str) -> dict[str, dict[str, Decimal]]:
    """The rows of a snapshot as the portal gave them: total and groups by the code of the province's dossiers."""
    with (ROOT / "data" / "sample" / "portal" / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    columns = {
        key.partition("_")[0]: key for key in rows[0] if key == "total" or key.startswith(PORTAL_GROUPS)
    }
    return {
        row["code"]: {name: Decimal(row[key]) for name, key in columns.items()} for row in rows if row["code"]
    }


def test_the_whole_country_is_a_place_and_no_province() -> None:
    """ "ca-nuoc" and "Cả nước" give it in both eras; the provinces are 34 and 63 as ever; it signs with no invented name."""
    assert find_province("ca-nuoc", "34") is not None
    assert find_province("Cả nước", "34") == COUNTRY == find_province("ca-nuoc", "34")
    assert find_province("ca-nuoc", "63").era == "63"
    assert [len(provinces(era)) for era in ("34", "63")] == [34, 63]
    assert not {COUNTRY.slug, COUNTRY.code} & {part for p in provinces("34") for part in (p.slug, p.code)}
    assert (COUNTRY.title, COUNTRY.committee) == ("cả nước", "[tên cơ quan ban hành]")


def test_totals_ranks_and_mean_are_those_of_the_rows(opened: Any) -> None:
    """The 34 totals of 10/10/2026 counted again from the portal's rows: mean, spread, highest, lowest, every rank."""
    country, totals = opened(), [row["total"] for row in real(LAST).values()]
    assert len(totals) == 34
    assert (country.provinces.value, country.provinces.denominator) == (34, 34)
    assert country.mean.printed == str((sum(totals) / 34).quantize(Decimal("0.01"), ROUND_HALF_UP)).replace(
        ".", ","
    )
    assert country.mean.printed == "62,58"
    assert Decimal(str(country.spread.value)) == max(totals) - min(totals) == Decimal("13.57")
    assert [str(phrase) for phrase in country.first] == ["Đồng Tháp (68,80 điểm)"]
    assert [str(phrase) for phrase in country.last] == ["Hà Nội (55,23 điểm)"]
    expected = sorted(1 + sum(other > total for other in totals) for total in totals)
    assert [place.rank.value for place in country.ranking] == expected
    assert [Decimal(str(place.total.value)) for place in country.ranking] == sorted(totals, reverse=True)


def test_grades_and_groups(opened: Any) -> None:
    """All 34 lie between 50 and 70 points; digitising lacks most, processing is nearest to its maximum."""
    country = opened()
    assert [str(phrase) for phrase in country.grades] == ["tất cả 34 tỉnh, thành phố ở mức Trung bình"]
    assert [line.id for line in country.groups] == list(GROUPS)
    assert country.costliest[0].id == "MDSH"
    assert country.strongest.id == "TDGQ"
    for column, group in zip(PORTAL_GROUPS, GROUPS, strict=True):
        mean = sum(row[column] for row in real(LAST).values()) / 34
        assert Decimal(repr(country.group(group).mean.value)).quantize(Decimal("1e-9")) == mean.quantize(
            Decimal("1e-9")
        )
    assert sum(line.mean.denominator for line in country.groups) == 100


def test_the_portals_line_is_told_as_it_stood(opened: Any) -> None:
    """On 10/10 "Cả nước" equals the means of the groups, on 17/9 it did not (formulas.md §8)."""
    told = [str(phrase) for phrase in opened().line_notes]
    assert told == [
        "Ngày 10/10/2026, điểm “Cả nước” do Cổng công bố (62,59 điểm) bằng tổng điểm trung bình các nhóm của các tỉnh, thành phố",
        "Ngày 17/9/2026, điểm “Cả nước” do Cổng công bố (56,56 điểm) không bằng tổng điểm trung bình các nhóm của các tỉnh, "
        "thành phố (61,55 điểm)",
    ]
    assert [str(phrase) for phrase in opened("2026@calendar").line_notes] == told


def test_movement_is_that_between_the_two_snapshots(opened: Any) -> None:
    """Who rose and fell counted again from the rows; the one that rose most."""
    country, before, after = opened(), real(FIRST), real(LAST)
    changes = {code: after[code]["total"] - before[code]["total"] for code in after}
    told = [sum(c > 0 for c in changes.values()), sum(c < 0 for c in changes.values())]
    assert [str(phrase) for phrase in country.moved_counts] == [
        f"{told[0]} tỉnh, thành phố tăng điểm", f"{told[1]} tỉnh, thành phố giảm điểm",
    ]  # fmt: skip
    most = f"{max(changes.values())}".replace(".", ",")
    assert str(country.moved.movers(1)[0]).startswith(f"Khánh Hòa (tăng {most} điểm")
    assert all(" giảm " not in str(phrase) for phrase in country.moved.movers(5))
    assert all("(giảm " in str(phrase) for phrase in country.moved.movers(5, falling=True))
    assert country.moved.reason is None


def test_the_first_snapshot_has_nothing_to_compare_with(opened: Any) -> None:
    """A sentence instead of a movement, and dashes in its columns."""
    country = opened("2026-01-01..2026-09-17")
    assert country.moved.reason == "Đây là lần thu thập đầu tiên của kỳ nên chưa có lần trước để so sánh."
    assert country.moved_counts == []
    (table,) = country_tables.ranking(country, "r", "x").blocks
    assert {cell["runs"][0]["s"] for row in table["rows"] for cell in row["cells"][-2:]} == {"–"}
    assert country.moved.reason in table["notes"]


@pytest.mark.parametrize("period", ["2024-9M", "2025", "2026-08", "2026-01-01..2026-10-09"])
def test_a_period_without_snapshot_is_refused_in_one_line(opened: Any, period: str) -> None:
    """Era 63, a year before all data, a month, a day nobody captured: no data, with the periods there are."""
    with pytest.raises(NoDataError, match="không có số liệu đánh giá của các tỉnh, thành phố") as told:
        opened(period) if period != "2025" else opened("2025-Q4")
    assert "\n" not in str(told.value)
    assert PERIOD in str(told.value)


def test_ties_share_a_rank_and_are_all_named(opened: Any) -> None:
    """Where two provinces have one total, both stand at its place and the next place stays empty."""
    country = opened()
    table = country.table.copy()
    total = (table["group"] == "TOTAL") & (table["unit"].isin(["34-82", "34-75"]))  # the first two
    table.loc[total, ["score", "rank"]] = [68.8, 1]
    country.keys._read["table", "country", PERIOD, str(country.on)] = table
    country.keys._read.pop(("rows", "country", PERIOD, str(country.on)), None)
    tied = replace(country)
    assert [place.rank.value for place in tied.ranking][:3] == [1, 1, 3]
    assert [str(phrase) for phrase in tied.first] == ["Đồng Nai (68,80 điểm)", "Đồng Tháp (68,80 điểm)"]
    assert len(tied.best(1)) == 2


# ── the notebook, and what verify says of it ─────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def executed(folder: Path) -> Any:
    """The notebook, run by nbclient on the default period."""
    notebook = nbformat.read(ROOT / "notebooks" / "national.ipynb", as_version=4)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HOSO_STORE", str(folder / "store"))
        environment.setenv("HOSO_ROOT", str(ROOT))
        NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    return notebook


def checked(file: Path, folder: Path) -> Checked:
    chosen = Period.parse(PERIOD)
    keys = ScoreKeys(prepare(folder), ROOT / "data" / "reference", COUNTRY, chosen, None)
    return verify(file, lambda *_: None, ROOT / "data" / "reference", lambda *_: keys.readers)


def test_every_number_is_a_figure_and_is_found_again(executed: Any, folder: Path, tmp_path: Path) -> None:
    """No bare number in the prose; all figures and cells recomputed without difference."""
    made = assemble(executed, "national")
    outputs.write_json(tmp_path / "figures.json", outputs.figures(made))
    result = checked(tmp_path / "figures.json", folder)
    assert bare_numbers(executed) == []
    assert result.differences == ()
    assert result.numbers > 34 * 9


def test_an_altered_value_is_found(executed: Any, folder: Path, tmp_path: Path) -> None:
    """The mean, a count of provinces, a total in the table and a grade, each changed once, are each named."""
    written = outputs.figures(assemble(executed, "national"))
    by = {
        (f["key"]["kind"], f["key"].get("as")): f
        for f in written["figures"]
        if f["key"].get("part") == "value"
    }
    by["country", "mean"]["value"] += 0.01
    by["country", "rose"]["value"] += 1
    table = next(t for t in written["tables"] if t["id"].endswith("ranking"))
    table["rows"][0]["values"][2] += 0.01
    table["rows"][1]["values"][9] = "Khá"
    outputs.write_json(tmp_path / "figures.json", written)
    found = [(d.where, d.title) for d in checked(tmp_path / "figures.json", folder).differences]
    assert [where for where, _ in found if "Đồng Tháp" in where] == [f"{table['id']} Đồng Tháp"]
    assert len([where for where, _ in found if "Đồng Nai" in where]) == 1
    assert len(found) == 4


def test_the_report_has_its_parts_and_no_foreign_word(executed: Any) -> None:
    """Head with open places, map with both archipelagos, ranking of 34, no empty value in front of a reader."""
    made = assemble(executed, "national")
    kinds = [block["type"] for block in made["blocks"]]
    head = made["blocks"][kinds.index("letterhead")]
    assert (head["body"], head["number"]) == ("[TÊN CƠ QUAN BAN HÀNH]", "Số:        /BC-[ký hiệu]")
    svg = " ".join(block["svg"] for block in made["blocks"] if block["type"] == "chart")
    assert all(
        words in svg for words in ("Hoàng Sa (Đà Nẵng)", "Trường Sa (Khánh Hòa)", "không thể hiện địa giới")
    )
    tables = {block["id"]: block for block in made["blocks"] if block["type"] == "table"}
    assert len(next(table for name, table in tables.items() if name.endswith("ranking"))["rows"]) == 34
    text = json.dumps(made["blocks"], ensure_ascii=False)
    assert not [word for word in ("NaN", "None", "inf ", "-0,00", "growthPercent", "null%") if word in text]


def test_the_table_of_groups_prints_its_figures(opened: Any) -> None:
    """Six groups and the total, each with maximum, mean, lack, highest and lowest."""
    country = replace(opened())
    country.report.registry = Registry()
    display: Display = country_tables.groups(country, "g", "x")
    (table,) = display.blocks
    assert [row["role"] for row in table["rows"]] == ["normal"] * 6 + ["total"]
    printed = [display.figures[cell["runs"][0]["id"]]["printed"] for cell in table["rows"][-1]["cells"][2:]]
    assert printed == ["100", "62,58", "37,42", "68,80", "55,23"]
    assert isinstance(country.groups[0].told, Phrase)
