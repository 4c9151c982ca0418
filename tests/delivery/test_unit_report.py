"""The sheets of units as they are published: one page, every number found again, an altered one found out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from hoso.delivery.outputs import write_json
from tests.delivery.test_scorecard_report import hoso
from tests.presentation.prose import bare_numbers
from tests.stores import HA_GIANG, load

GIA_LAI = ("xa-canh-lien", "so-van-hoa-the-thao-va-du-lich", "thanh-tra-tinh")
HERE = "xa-lung-cu--huyen-dong-van"
COMMUNES = ("Lũng Cú", "Má Lé", "Sủng Là")


def _dossiers() -> list[dict[str, object]]:
    """36 dossiers of three communes: all online but those of the first, two of which are overdue."""
    made: list[dict[str, object]] = []
    for i in range(36):
        own = i % 3 == 0
        made.append(
            {
                "id": f"H22.1-240108-{i:04}", "unit": f"UBND xã {COMMUNES[i % 3]}", "parent": "UBND huyện Đồng Văn",
                "received": "08/01/2024 09:00:00", "due": "16/01/2024 17:00:00",
                "finished": "" if i in (0, 3) else "12/01/2024 09:00:00",
                "status": "Đang xử lý" if i in (0, 3) else "Đã trả kết quả",
                "channel": "Trực tiếp" if own else "Trực tuyến",
            }
        )  # fmt: skip
    return made


@pytest.fixture(scope="module")
def made(portal_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three sheets of Gia Lai from its snapshots, one of Hà Giang from dossiers, in one workbook."""
    folder = tmp_path_factory.mktemp("units")
    shutil.copytree(portal_sample, folder, dirs_exist_ok=True)
    load(folder, _dossiers())
    units = [word for unit in GIA_LAI for word in ("--unit", unit)]
    assert hoso(folder, "report", "unit", "--province", "gia-lai", "--period", "2026@calendar", *units) == 0
    asked = ("--province", HA_GIANG.slug, "--period", "2024-01@calendar", "--unit", HERE)
    assert hoso(folder, "report", "unit", *asked) == 0
    return folder


def _sheets(made: Path) -> list[Path]:
    return sorted(made.glob("reports/*/*/unit/*.pdf"))


def test_a_sheet_is_one_page(made: Path, poppler: Callable[..., str]) -> None:
    """A4, one page, whatever the unit: an agency, a commune, an idle one, one from dossiers."""
    assert len(_sheets(made)) == 4
    for file in _sheets(made):
        told = poppler("pdfinfo", file)
        assert "Pages:           1\n" in told, file.name
        assert "A4" in told


def test_the_page_says_what_is_to_be_done(made: Path, poppler: Callable[..., str]) -> None:
    """The unit, its head, its place, the task with its day."""
    text = " ".join(poppler("pdftotext", *made.glob(f"reports/ha-giang/*/unit/{HERE}.pdf"), "-").split())
    assert "PHIẾU ĐÁNH GIÁ" in text
    assert "Chủ tịch UBND xã Lũng Cú" in text
    assert "Giải quyết dứt điểm 2 hồ sơ đang quá hạn" in text
    assert "xếp thứ 3/3 xã, phường, thị trấn" in text
    assert "trước ngày chốt số liệu 29/02/2024" in text


def test_every_number_is_found_again(made: Path) -> None:
    """From the facts and from the snapshots."""
    assert hoso(made, "verify", made / "reports") == 0


def test_every_number_of_the_prose_is_a_figure(made: Path) -> None:
    """Days and legal references aside."""
    for file in made.glob("reports/*/*/unit/*/*.ipynb"):
        assert bare_numbers(nbformat.read(file, as_version=4)) == [], file.name


def _altered(file: Path, choose: Callable[[dict[str, Any]], bool]) -> str:
    """Adds one to a figure of a figures.json; what the file was before."""
    kept = file.read_text("utf-8")
    written = json.loads(kept)
    figure = next(f for f in written["figures"] if f["value"] is not None and choose(f))
    figure["value"] += 1
    write_json(file, written)
    return kept


KINDS = [
    ("gia-lai", lambda f: f["key"]["kind"] == "snapshot" and f["key"]["as"] == "rank" and "part" in f["key"]),
    ("gia-lai", lambda f: f["key"]["kind"] == "middle"),
    ("gia-lai", lambda f: f["key"]["kind"] == "score"),
    ("ha-giang", lambda f: f["key"]["kind"] == "place"),
    (
        "ha-giang",
        lambda f: f["key"].get("level") == "commune" and f["key"]["unit"] is None and f["measure"] == "count",
    ),
]


@pytest.mark.parametrize(("place", "choose"), KINDS, ids=["rank", "middle", "score", "place", "level"])
def test_an_altered_number_is_found(
    made: Path, place: str, choose: Callable[[dict[str, Any]], bool], capfd: pytest.CaptureFixture[str]
) -> None:
    """A rank, the score in the middle, a lost point, a place among peers, a sum of the level."""
    file = sorted(made.glob(f"reports/{place}/*/unit/*/figures.json"))[-1]
    kept = _altered(file, choose)
    try:
        assert hoso(made, "verify", file) == 1
    finally:
        file.write_text(kept, "utf-8")
    assert "báo cáo ghi" in capfd.readouterr().err
