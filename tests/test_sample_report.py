"""The main job on the whole sample: exports in, the articles' figures and Hà Giang's review out, every figure verified."""

import html
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from pypdf import PdfReader

from hoso.delivery import cli
from hoso.records.store import Store
from hoso.statistics.data import Data
from hoso.statistics.results import By, results
from hoso.vocabulary.numbers import percent
from hoso.vocabulary.periods import Period
from hoso.vocabulary.places import find_province
from tests.presentation.prose import bare_numbers


@pytest.fixture(scope="module")
def folder(whole_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for reports on the whole sample, imported as `make report` does; the store is shared and only read."""
    folder = tmp_path_factory.mktemp("sample")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HOSO_STORE", str(whole_sample / "store"))
        environment.setenv("HOSO_REPORTS", str(folder / "reports"))
        environment.setenv("HOSO_KEY", str(whole_sample / "key"))
        yield folder


@pytest.fixture(scope="module")
def store(whole_sample: Path) -> Store:
    """The store of the whole sample."""
    return Store.open(whole_sample / "store")


def hoso(*words: object) -> int:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "argv", ["hoso", *map(str, words)])
        try:
            cli.main()
        except SystemExit as error:
            return int(error.code or 0)
    return 0


@pytest.fixture(scope="module")
def review(folder: Path) -> Path:
    """The folder of Hà Giang's review of nine months of 2024."""
    assert hoso("report", "review", "--province", "ha-giang", "--period", "2024-9M") == 0
    return folder / "reports" / "ha-giang" / "2024-9M"


@pytest.fixture(scope="module")
def reminder(folder: Path) -> Path:
    """The folder of Kon Tum's dispatch of November 2023."""
    period = "2023-01-01..2023-11-15"
    assert hoso("report", "reminder", "--province", "kon-tum", "--period", period) == 0
    return folder / "reports" / "kon-tum" / period


@pytest.fixture(scope="module")
def figures(store: Store) -> Callable[[str, str], pd.DataFrame]:
    """Results of a province and period, by indicator and variant."""

    def table(slug: str, period: str, by: By = "province") -> pd.DataFrame:
        rows = results(Data(store, find_province(slug, "63")), Period.parse(period), by)
        return rows.set_index(["indicator", "variant"]).sort_index()

    return table


def printed(rows: pd.DataFrame, indicator: str, variant: str, digits: int = 1) -> str:
    row = rows.loc[[(indicator, variant)]].iloc[0]
    return percent(row["numerator"] / row["denominator"], digits)


def test_every_row_read_is_accounted_for(store: Store) -> None:
    """read = accepted + replaced + rejected + skipped for each of the 38 files, and Hà Giang has over 200.000 dossiers."""
    imports = pd.DataFrame(store.frame("imports").to_dict(as_series=False))
    assert (imports["kind"] != "scores").sum() == 38
    parts = imports[["accepted", "replaced", "rejected", "skipped"]].sum(axis=1)
    assert (imports["read"] == parts).all()
    dossiers = imports[imports["kind"] == "dossiers"].groupby("province_id")["accepted"].sum()
    assert dossiers["63-02"] >= 200_000
    rejects = store.frame("rejects")
    assert rejects.height == imports["rejected"].sum() > 0


def test_ha_giang(figures: Callable[..., pd.DataFrame]) -> None:
    """97,9% on time, 81,4% of procedures online, 89,5% of fee procedures payable online; 96,4% the year before."""
    now, before = figures("ha-giang", "2024-9M"), figures("ha-giang", "2023-9M")
    assert printed(now, "on_time_rate", "06a") == "97,9%"
    assert printed(now, "online_service_rate", "procedures") == "81,4%"
    assert printed(now, "online_payment_service_rate", "procedures") == "89,5%"
    assert printed(before, "on_time_rate", "06a") == "96,4%"


def test_kon_tum(figures: Callable[..., pd.DataFrame]) -> None:
    """26,77% of resolved dossiers online; above 50% in 10/17 departments, 4/10 districts, 6/102 communes."""
    period = "2023-01-01..2023-11-15"
    assert printed(figures("kon-tum", period), "online_rate", "resolved", 2) == "26,77%"
    units = figures("kon-tum", period, "unit").loc[("online_rate", "resolved")]
    above = units.assign(above=units["value"] > 0.5).groupby("level")["above"].agg(["sum", "count"])
    assert {level: tuple(row) for level, row in zip(above.index, above.to_numpy().tolist(), strict=True)} == {
        "department": (10, 17), "district": (4, 10), "commune": (6, 102),
    }  # fmt: skip


def test_thai_nguyen(figures: Callable[..., pd.DataFrame]) -> None:
    """67,8% online to the end of July 2022, in every variant."""
    rows = figures("thai-nguyen", "2022-01-01..2022-07-31")
    assert {printed(rows, "online_rate", variant) for variant in ("received", "resolved", "eligible")} == {
        "67,8%"
    }


def test_ha_tinh(figures: Callable[..., pd.DataFrame]) -> None:
    """The shares of 2022 behind 3,4/12, 2,4/10 and 9,1/22 points."""
    rows = figures("ha-tinh", "2022@calendar")
    shares = {
        ("online_rate", "eligible"): "12,5%", ("online_payment_rate", "766"): "10,0%", ("digitised_rate", "766"): "50,0%",
        ("electronic_result_rate", "766"): "62,0%", ("reuse_rate", "766"): "0,0%", ("sync_rate", "766"): "42,0%",
        ("citizen_data_rate", "766"): "35,0%", ("online_service_rate", "procedures"): "40,0%",
        ("online_payment_service_rate", "procedures"): "48,0%",
    }  # fmt: skip
    assert {key: printed(rows, *key) for key in shares} == shares


def test_tuyen_quang(figures: Callable[..., pd.DataFrame]) -> None:
    """June 2024 against four targets of 100%: units on both sides."""
    rows = figures("tuyen-quang", "2024-06")
    shares = {
        name: rows.loc[[(name, "766")], "value"].iloc[0]
        for name in ("authenticated_rate", "sync_rate", "electronic_result_rate")
    }
    assert shares == pytest.approx(
        {"authenticated_rate": 0.91, "sync_rate": 0.88, "electronic_result_rate": 0.83}, abs=0.002
    )
    units = figures("tuyen-quang", "2024-06", "unit").loc[("electronic_result_rate", "766"), "value"].dropna()
    assert (units == 1).any()
    assert (units < 1).any()


PRINTED = (
    "97,9%", "81,4%", "89,5%", "97,7%", "35", "41", "85,37%", "67", "83", "80,72%", "15", "20", "75%", "82,89", "10", "63",
    "Tốt", "C", "12", "48", "123", "13,7%",
)  # fmt: skip


@pytest.mark.parametrize("text", PRINTED)
def test_the_articles_figures_are_in_the_review(review: Path, text: str) -> None:
    """Each figure of the article is a <data> element of the page, explained, and stands in the PDF."""
    page = (review / "review.html").read_text("utf-8")
    shown = [
        html.unescape(re.sub(r"<.*", "", found))
        for found in re.findall(r"<data\b[^>]*>(.*?)</data>", page, re.DOTALL)
    ]
    assert text in shown
    records = [
        f
        for f in json.loads((review / "review" / "figures.json").read_text("utf-8"))["figures"]
        if f["printed"] == text
    ]
    assert records
    assert all(f["definition"] and f["source"] and f["period_text"] for f in records)
    pdf = " ".join(page.extract_text() for page in PdfReader(review / "review.pdf").pages)
    assert text in pdf


def test_the_review_is_a_document(review: Path) -> None:
    """National name, motto, draft mark, kind, three parts, comparison, appendices; synthetic on every page; no code."""
    pages = [page.extract_text() for page in PdfReader(review / "review.pdf").pages]
    text = re.sub(r"\s+", " ", " ".join(pages))
    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "DỰ THẢO", "BÁO CÁO", "I. KẾT QUẢ THỰC HIỆN",
        "II. TỒN TẠI, HẠN CHẾ VÀ NGUYÊN NHÂN", "III. NHIỆM VỤ TRỌNG TÂM 3 THÁNG CUỐI NĂM 2024", "so với cùng kỳ năm 2023",
        "Nơi nhận", "II.06a/VPCP/KSTT", "Phụ lục I",
    ):  # fmt: skip
        assert words in text, words
    assert [number for number, page in enumerate(pages, 1) if "DỮ LIỆU MÔ PHỎNG" not in page] == []
    for word in ("NaN", "None", "Traceback", "nan%", "report.", "{{", "-0,0"):
        assert word not in text, word
    html_text = (review / "review.html").read_text("utf-8")
    assert len(html_text.encode()) < 250_000
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", html_text)


def test_verify_recounts_the_review(review: Path) -> None:
    """`hoso verify` recomputes every printed number from the facts and finds them all."""
    assert hoso("verify", review) == 0
    checked = json.loads((review / "review" / "figures.json").read_text("utf-8"))
    assert len(checked["figures"]) > 50
    assert sum(len(table["rows"]) for table in checked["tables"]) > 230


def test_the_index_lists_the_review(review: Path) -> None:
    """The index links the page and the PDF."""
    index = (review.parents[1] / "index.html").read_text("utf-8")
    assert 'href="ha-giang/2024-9M/review.html"' in index
    assert 'href="ha-giang/2024-9M/review.pdf"' in index


# ── Kon Tum's dispatch ───────────────────────────────────────────────────────────────────────────

SAID = (
    "V/v đôn đốc hoàn thành chỉ tiêu tỷ lệ hồ sơ trực tuyến trên hồ sơ giải quyết năm 2023",
    "- Các sở, ban, ngành thuộc tỉnh; - Ủy ban nhân dân các huyện, thành phố; - Ủy ban nhân dân các xã, phường, thị trấn.",
    "Căn cứ Quyết định số 17/QĐ-UBQGCĐS ngày 04/4/2023",
    "từ ngày 01/01/2023 đến ngày 15/11/2023",
    "26,77% (33.899/126.629 hồ sơ), chưa đạt chỉ tiêu trên 50%, còn thiếu 23,23 điểm phần trăm",
    "thời hạn 25/12/2023 còn 28 ngày làm việc, bình quân mỗi ngày làm việc cần 2.102 hồ sơ",
    "Cấp tỉnh: 10/17 sở, ban, ngành đạt chỉ tiêu; còn 7 đơn vị chưa đạt.",
    "Cấp huyện: 4/10 huyện, thành phố đạt chỉ tiêu; còn 6 đơn vị chưa đạt.",
    "Cấp xã: 6/102 xã, phường, thị trấn đạt chỉ tiêu; còn 96 đơn vị chưa đạt.",
    "hoàn thành chỉ tiêu trước ngày 25/12/2023",
    "Phụ lục III CẤP XÃ: DANH SÁCH ĐƠN VỊ CHƯA ĐẠT CHỈ TIÊU (Kèm theo Công văn số",
)


def test_the_dispatch_says_what_the_article_says(reminder: Path) -> None:
    """Ground, window, standing, levels, deadline and appendices stand in the PDF."""
    pages = " ".join(page.extract_text() for page in PdfReader(reminder / "reminder.pdf").pages)
    text = re.sub(r"\s+", " ", pages)
    assert [words for words in SAID if words not in text] == []


def test_the_dispatch_lists_every_unit_below_its_target(reminder: Path) -> None:
    """7 departments, 6 districts and 96 communes, each once, each lacking at least one dossier."""
    written = json.loads((reminder / "reminder" / "figures.json").read_text("utf-8"))
    rows = {table["id"]: table["rows"] for table in written["tables"] if table["id"].startswith("below")}
    assert {name: len(found) for name, found in rows.items()} == {
        "below-target-department": 7, "below-target-district": 6, "below-target-commune": 96,
    }  # fmt: skip
    for found in rows.values():
        lacking = [row["values"][6] for row in found]
        assert lacking == sorted(lacking, reverse=True)
        assert min(lacking) > 0
    named = [row["name"] for row in rows["below-target-commune"]]
    assert len(set(named)) == 96


def test_the_dispatch_prints_its_numbers_as_figures(reminder: Path) -> None:
    """Outside dates and acts, no number of the prose is loose text: what is left of it holds no digit."""
    page = (reminder / "reminder.html").read_text("utf-8")
    prose = page[page.index("Kính gửi") : page.index("Nơi nhận")]
    loose = re.sub(r"<data\b.*?</data>", " ", prose, flags=re.DOTALL)
    text = html.unescape(re.sub(r"<[^>]*>", " ", loose))
    text = re.sub(r"\d{2}/\d{1,2}/\d{4}|số 17/QĐ-UBQGCĐS|năm 2023|\b[12]\. ", " ", text)
    assert re.findall(r"\S*\d\S*", text) == []


def test_verify_recounts_the_dispatch(reminder: Path) -> None:
    """Targets, gaps, what is lacking, tallies and the appendices are recomputed from the facts and targets.csv."""
    assert hoso("verify", reminder) == 0


def test_a_dispatch_without_data_is_not_made(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A period before all dossiers: exit code 3, one line that says which days there are, nothing published."""
    assert hoso("report", "reminder", "--province", "kon-tum", "--period", "2010-01") == 3
    assert "từ ngày 01/11/2022 đến ngày 15/11/2023" in " ".join(capsys.readouterr().err.split())
    assert not (folder / "reports" / "kon-tum" / "2010-01").exists()


# ── Hà Tĩnh's scorecard ─────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def scorecard(folder: Path) -> Path:
    """The folder of Hà Tĩnh's scorecard of 2022."""
    assert hoso("report", "scorecard", "--province", "ha-tinh", "--period", "2022@calendar") == 0
    return folder / "reports" / "ha-tinh" / "2022@calendar"


def test_ha_tinhs_scorecard_tells_what_its_dispatch_tells(
    scorecard: Path, poppler: Callable[..., str]
) -> None:
    """49,84 points, rank 46 of 63, 3,4/12, 2,4/10, 9,1/22, 292.404 accounts; what would win most; nothing typed in prose."""
    text = " ".join(poppler("pdftotext", scorecard / "scorecard.pdf", "-").split())
    for words in (
        "đạt 49,84/100 điểm, xếp thứ 46/63 tỉnh, thành phố", "xếp loại theo mức điểm: Yếu", "3,4/12", "2,4/10", "9,1/22",
        "bằng tổng điểm đã công bố (49,84 điểm)", "Hồ sơ thanh toán trực tuyến mất 5,40 điểm", "292.404 tài khoản",
        "tỉnh còn thiếu 0,16 điểm", "thêm 2 quyết định công bố đúng hạn", "DỮ LIỆU MÔ PHỎNG",
    ):  # fmt: skip
        assert words in text, words
    assert bare_numbers(nbformat.read(scorecard / "scorecard" / "scorecard.ipynb", as_version=4)) == []


def test_ha_tinhs_scorecard_is_verified_dossier_by_dossier(scorecard: Path) -> None:
    """Points, plans and accounts again from the facts, the entered rows and what the units reported."""
    assert hoso("verify", scorecard) == 0
    figures = json.loads((scorecard / "scorecard" / "figures.json").read_text("utf-8"))["figures"]
    assert {f["key"]["kind"] for f in figures} >= {"score", "reach", "accounts", "published"}
