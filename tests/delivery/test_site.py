"""The index of reports: states, order, links, and a page that is safe and accessible whatever the names in it."""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from hoso.delivery import runs
from hoso.delivery.outputs import write_json
from hoso.delivery.site import STATES, Entry, roster, write
from hoso.vocabulary.periods import Period
from hoso.vocabulary.places import find_province
from hoso.vocabulary.workbook import Workbook
from tests.data.hostile import HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
FAULT = "ô dossiers: ZeroDivisionError: division by zero"


def publish(reports: Path, province: str, period: str, notebook: str = "review", **more: Any) -> Path:
    """What a finished run leaves; its machine folder."""
    folder = reports / province / period / notebook
    folder.mkdir(parents=True)
    files = [f"{notebook}.html", f"{notebook}.pdf", f"{notebook}/figures.json"]
    for name in files:
        (folder.parent / name).write_text(name, "utf-8")
    place = find_province(province, Period.parse(period).era)
    manifest = {
        "notebook": notebook, "province": province, "province_name": place.title, "period": period,
        "title": "Kết quả cải cách hành chính", "status": "done", "warnings": [], "synthetic": False,
        "data_date": "2024-09-13", "files": dict.fromkeys(files, "0" * 64),
    }  # fmt: skip
    write_json(folder / "manifest.json", manifest | more)
    return folder


def fail(reports: Path, province: str, period: str) -> None:
    """What a failed run leaves, written by the run's own hand."""
    reports.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=reports.parent) as stage:
        runs._failed(runs.Run.of(Workbook(ROOT), "review", province, period), reports, Path(stage), [FAULT])


class Words(HTMLParser):
    """The words, links, headings and elements of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.links: list[str] = []
        self.headings: list[str] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1] == "h2" and data.strip():
            self.headings.append(data)
        self.words.append(data)


def index_of(reports: Path) -> Words:
    return Words(write(reports).read_text("utf-8"))


def only(reports: Path) -> Entry:
    (entry,) = roster(reports)
    return entry


# ── states ───────────────────────────────────────────────────────────────────────────────────────


def done(reports: Path) -> None:
    publish(reports, "ha-giang", "2024-9M")


def warned(reports: Path) -> None:
    publish(
        reports, "ha-giang", "2024-9M", status="warnings", warnings=["Số liệu tạm thời đến ngày 11/01/2024"]
    )


def failed(reports: Path) -> None:
    fail(reports, "ha-giang", "2024-9M")


def stale(reports: Path) -> None:
    publish(reports, "ha-giang", "2024-9M")
    fail(reports, "ha-giang", "2024-9M")


def file_deleted(reports: Path) -> None:
    folder = publish(reports, "ha-giang", "2024-9M")
    (folder.parent / "review.pdf").unlink()


@pytest.mark.parametrize(
    ("make", "state", "said", "linked"),
    [
        (done, "done", "Hoàn thành", ["HTML", "PDF"]),
        (warned, "warnings", "Số liệu tạm thời đến ngày 11/01/2024", ["HTML", "PDF"]),
        (failed, "failed", FAULT, []),
        (stale, "stale", FAULT, ["HTML", "PDF"]),
        (file_deleted, "broken", "Tệp không khớp với bản ghi", ["HTML"]),
    ],
)
def test_every_state_is_told(
    tmp_path: Path, make: Callable[[Path], None], state: str, said: str, linked: list[str]
) -> None:
    """Done, done with a warning, failed, failed after a good one, damaged: the state in words, the reason, what to open."""
    make(tmp_path)
    words = index_of(tmp_path)
    assert only(tmp_path).state == state
    assert STATES[state] in words.words
    assert said in words.words
    assert [name for name, _ in only(tmp_path).links] == linked


def test_every_link_of_the_index_leads_to_a_file(tmp_path: Path) -> None:
    """Links are relative, so the folder can be copied; none leads nowhere, not even where a file was deleted."""
    done(tmp_path)
    publish(tmp_path, "ha-giang", "2023-01-01..2023-11-15")
    publish(tmp_path, "ha-giang", "2024-09@calendar")
    deleted = publish(tmp_path, "kon-tum", "2024-9M")
    (deleted.parent / "review.html").unlink()
    links = index_of(tmp_path).links
    assert len(links) == 7
    assert [link for link in links if not (tmp_path / unquote(link)).is_file()] == []


def test_a_torn_manifest_is_a_damaged_report(tmp_path: Path) -> None:
    """A manifest cut off by a full disk damages its own report only: the index is still made and says so."""
    publish(tmp_path, "kon-tum", "2024-9M")
    folder = publish(tmp_path, "ha-giang", "2024-9M")
    manifest = folder / "manifest.json"
    manifest.write_bytes(manifest.read_bytes()[:40])
    states = {entry.province: entry.state for entry in roster(tmp_path)}
    assert states == {"ha-giang": "broken", "kon-tum": "done"}


def test_no_report_is_said_in_words(tmp_path: Path) -> None:
    """An empty output folder, or none yet, gives a page that says there is nothing."""
    assert "Chưa có báo cáo nào." in index_of(tmp_path / "reports").words
    assert roster(tmp_path / "reports") == []


def test_synthetic_reports_are_marked(tmp_path: Path) -> None:
    """One report on made-up data: its row says so, and the head of the page; without one neither does."""
    done(tmp_path)
    assert "mô phỏng" not in " ".join(index_of(tmp_path).words).casefold()
    publish(tmp_path, "kon-tum", "2024-9M", synthetic=True)
    text = " ".join(index_of(tmp_path).words)
    assert text.count("DỮ LIỆU MÔ PHỎNG") == 1
    assert text.count("(dữ liệu mô phỏng)") == 1


# ── order ────────────────────────────────────────────────────────────────────────────────────────


def test_provinces_stand_in_vietnamese_order(tmp_path: Path) -> None:
    """Đ after D, Ă after A, tones after letters; each province has one heading with its reports below it."""
    slugs = [
        "dong-thap",
        "dien-bien",
        "dak-nong",
        "dak-lak",
        "ca-mau",
        "ha-tinh",
        "ha-giang",
        "hai-duong",
        "an-giang",
    ]
    for slug in slugs:
        publish(tmp_path, slug, "2024-9M")
        publish(tmp_path, slug, "2024-6M")
    assert index_of(tmp_path).headings == [
        "Tỉnh An Giang", "Tỉnh Cà Mau", "Tỉnh Đắk Lắk", "Tỉnh Đắk Nông", "Tỉnh Điện Biên", "Tỉnh Đồng Tháp",
        "Tỉnh Hà Giang", "Tỉnh Hà Tĩnh", "Tỉnh Hải Dương",
    ]  # fmt: skip


def test_the_newest_period_comes_first(tmp_path: Path) -> None:
    """Within a province by the period's last day, whatever kind of period it is."""
    periods = ["2023", "2024-Q1", "2024-9M", "2024-02", "2023-01-01..2023-11-15", "2024-10"]
    for period in periods:
        publish(tmp_path, "ha-giang", period)
    assert [entry.period for entry in roster(tmp_path)] == [
        "2024-10", "2024-9M", "2024-Q1", "2024-02", "2023", "2023-01-01..2023-11-15",
    ]  # fmt: skip
    said = [
        word
        for word in index_of(tmp_path).words
        if word in ("Tháng 10 năm 2024", "Năm 2023", "Quý I năm 2024")
    ]
    assert said == ["Tháng 10 năm 2024", "Quý I năm 2024", "Năm 2023"]


def test_a_failed_report_stands_under_its_province(tmp_path: Path) -> None:
    """A report that was never finished is listed with its province's others, under the province's name."""
    publish(tmp_path, "ha-giang", "2024-9M")
    publish(tmp_path, "tuyen-quang", "2024-9M")
    fail(tmp_path, "ha-giang", "2024-10")
    fail(tmp_path, "kon-tum", "2024-9M")
    assert index_of(tmp_path).headings == ["Tỉnh Hà Giang", "Tỉnh Kon Tum", "Tỉnh Tuyên Quang"]
    assert [(e.province, e.state) for e in roster(tmp_path)][:2] == [
        ("ha-giang", "failed"),
        ("ha-giang", "done"),
    ]


# ── hostile names, and the page in a browser ─────────────────────────────────────────────────────


def hostile_reports(reports: Path) -> None:
    """A report for each string that has broken a page somewhere, in title, province and warning."""
    for i, text in enumerate(HOSTILE):
        names = {"title": text, "province_name": f"tỉnh {text}", "status": "warnings", "warnings": [text]}
        publish(reports, "ha-giang", f"{1960 + i}", **names)


def test_hostile_names_are_words(tmp_path: Path) -> None:
    """Markup in a title, a province's name or a warning is printed, and adds no element to the page."""
    hostile_reports(tmp_path)
    words = index_of(tmp_path)
    plain = [text for text in HOSTILE if text == " ".join(text.split()) and text.isprintable()]
    assert len(plain) > 20
    text = re.sub(r"\s+", " ", " ".join(words.words))
    assert [name for name in plain if text.count(name) < 3] == []
    assert set(words.elements) == {
        "html", "head", "meta", "title", "style", "body", "main", "h1", "p", "h2", "div", "table", "thead", "tr", "th",
        "tbody", "td", "span", "a",
    }  # fmt: skip


@pytest.fixture
def visit(browser: "Browser") -> Iterator[Callable[..., tuple["Page", list[str], list[str]]]]:
    """Opens a file; gives the page, everything it asked for and every complaint."""
    contexts = []

    def open_(file: Path, **options: Any) -> tuple["Page", list[str], list[str]]:
        context = browser.new_context(**options)
        contexts.append(context)
        page, asked, complaints = context.new_page(), list[str](), list[str]()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(file.as_uri())
        return page, asked, complaints

    yield open_
    for context in contexts:
        context.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing(tmp_path: Path, visit: Any, scheme: str, width: int) -> None:
    """Every state in one index, on a screen and a phone, light and dark: no rule of accessibility is broken."""
    from axe_playwright_python.sync_playwright import Axe

    publish(tmp_path, "an-giang", "2024-9M", synthetic=True)
    warned(tmp_path)
    fail(tmp_path, "kon-tum", "2024-9M")
    publish(tmp_path, "kon-tum", "2024-Q3")
    fail(tmp_path, "kon-tum", "2024-Q3")
    deleted = publish(tmp_path, "tuyen-quang", "2024-9M")
    (deleted.parent / "review.pdf").unlink()
    assert {entry.state for entry in roster(tmp_path)} == set(STATES)
    publish_units(tmp_path, ["xa-dak-to", "xa-po-ko"], status="warnings", warnings=["Số liệu tạm thời"])
    page, _, _ = visit(write(tmp_path), color_scheme=scheme, viewport={"width": width, "height": 800})
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.browser
def test_hostile_names_run_nothing_and_ask_no_host(tmp_path: Path, visit: Any) -> None:
    """In a real browser: no request but the page itself, no script, no complaint, every report in its row."""
    hostile_reports(tmp_path)
    file = write(tmp_path)
    page, asked, complaints = visit(file)
    page.wait_for_timeout(100)
    assert asked == [file.as_uri()]
    assert complaints == []
    assert page.evaluate("window.__x") is None
    assert page.locator("tbody tr").count() == len(HOSTILE)


@pytest.mark.browser
def test_a_report_opens_from_the_index(tmp_path: Path, visit: Any) -> None:
    """A link says which report of which province and period it opens, and opens it."""
    done(tmp_path)
    page, _, _ = visit(write(tmp_path))
    page.get_by_role("link", name=re.compile("9 tháng đầu năm 2024, tỉnh Hà Giang: tệp HTML")).click()
    page.wait_for_url("**/ha-giang/2024-9M/review.html")
    assert page.locator("body").inner_text() == "review.html"


# ── reports of single units ──────────────────────────────────────────────────────────────────────


def publish_units(reports: Path, names: list[str], **more: Any) -> None:
    """What finished runs of a notebook on units leave: documents in the report's folder, machine files beside them."""
    whole = reports / "kon-tum" / "2023-10"
    for name in names:
        folder = publish(reports, "kon-tum", "2023-10", **{"notebook": name, "title": name, **more})
        (whole / "unit").mkdir(exist_ok=True)
        for made in (folder, whole / f"{name}.html", whole / f"{name}.pdf"):
            made.rename(whole / "unit" / made.name)


def test_reports_of_units_are_folded(tmp_path: Path) -> None:
    """149 units of a province do not bury its other reports: one list for a period, folded, in Vietnamese order, counted."""
    publish(tmp_path, "kon-tum", "2024-9M")
    publish_units(tmp_path, [f"xa-{i}" for i in range(148)] + ["xa-dak-to"])
    entries = roster(tmp_path)
    assert sum(bool(entry.unit) for entry in entries) == 149
    assert {(entry.notebook, entry.state) for entry in entries if entry.unit} == {("unit", "done")}
    words = index_of(tmp_path)
    assert words.elements.count("details") == 1
    assert words.elements.count("tr") == 2
    assert "149 báo cáo" in " ".join(words.words)
    assert words.links[2:4] == ["kon-tum/2023-10/unit/xa-0.html", "kon-tum/2023-10/unit/xa-0.pdf"]
    assert [link for link in words.links if not (tmp_path / unquote(link)).is_file()] == []


def test_a_failed_unit_is_told(tmp_path: Path) -> None:
    """One unit of many whose run failed: the folded list says how many before it is opened."""
    publish_units(tmp_path, ["xa-dak-to", "xa-po-ko"])
    (tmp_path / "kon-tum" / "2023-10" / "unit" / "xa-po-ko" / "manifest.json").unlink()
    write_json(tmp_path / "kon-tum" / "2023-10" / "unit" / "xa-po-ko" / "failed.json", {"faults": [FAULT]})
    words = " ".join(index_of(tmp_path).words)
    assert "2 báo cáo (1 báo cáo lỗi)" in " ".join(words.split())
    assert FAULT in words
