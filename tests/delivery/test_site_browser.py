"""The site in a real browser: found by search, offline from a folder and over http, accessible, silent."""

from __future__ import annotations

import functools
import http.server
import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hoso.delivery import history
from hoso.delivery.outputs import write_json
from hoso.delivery.site import STATES, roster, write
from hoso.presentation.letters import printable
from hoso.vocabulary.text import slug
from tests.data.hostile import HOSTILE
from tests.delivery.test_history import NEW, OLD
from tests.delivery.test_site import fail, hostile_reports, publish, publish_units

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
TODAY = date(2024, 9, 20)
HISTORY = "ha-giang/2024-9M/review/history/index.html"
PAGES = ["index.html", "kon-tum/index.html", HISTORY]
Visit = Callable[..., tuple["Page", list[str], list[str]]]


def republish(folder: Path, content: dict[str, Any], made_at: str) -> None:
    """A version of a report with other figures, kept and published as a run does it."""
    stage = folder.parent / ".stage" / folder.name
    stage.mkdir(parents=True)
    write_json(stage / "figures.json", content)
    number = history.keep(folder, stage)
    (stage / "figures.json").replace(folder / "figures.json")
    shutil.rmtree(stage.parent)
    told = json.loads((folder / "manifest.json").read_text("utf-8"))
    write_json(folder / "manifest.json", told | {"revision": number, "made_at": made_at})


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every state, both eras, units, missing ones, a report with three versions."""
    folder = tmp_path_factory.mktemp("site") / "reports"
    publish(folder, "an-giang", "2026-09", synthetic=True)
    told = publish(
        folder, "ha-giang", "2024-9M", status="warnings", warnings=["Số liệu tạm thời đến ngày 11/01/2024"]
    )
    early = OLD | {"document": OLD["document"] | {"provisional": "Số liệu tạm thời đến ngày 10/9/2024"}}
    write_json(told / "figures.json", early)
    republish(told, NEW, "2024-09-20T02:00:00+00:00")
    republish(told, OLD, "2024-09-21T02:00:00+00:00")
    fail(folder, "kon-tum", "2024-9M")
    publish(folder, "kon-tum", "2024-07", title="Đôn đốc <b>đậm</b> & “trích”")
    publish(folder, "kon-tum", "2024-Q3")
    fail(folder, "kon-tum", "2024-Q3")
    deleted = publish(folder, "tuyen-quang", "2024-9M")
    (deleted.parent / "review.pdf").unlink()
    publish_units(folder, ["xa-dak-to", "xa-po-ko"], status="warnings", warnings=["Số liệu tạm thời"])
    assert {entry.state for entry in roster(folder)} == set(STATES)
    write(folder, TODAY)
    return folder


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Opens an address; gives the page, everything it asked for and every complaint."""
    contexts = []

    def open_(address: str, **options: Any) -> tuple[Page, list[str], list[str]]:
        context = browser.new_context(**options)
        contexts.append(context)
        page, asked, complaints = context.new_page(), list[str](), list[str]()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        return page, asked, complaints

    yield open_
    for context in contexts:
        context.close()


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "dark"), (360, "light")]
)  # colours are the same at any width
def test_axe_finds_nothing(reports: Path, visit: Visit, width: int, scheme: str) -> None:
    """Index, place and history, on a screen and a phone, light and dark: no rule broken, no sideways scroll, no request."""
    from axe_playwright_python.sync_playwright import Axe

    for name in PAGES:
        address = (reports / name).as_uri()
        page, asked, complaints = visit(
            address, color_scheme=scheme, viewport={"width": width, "height": 800}
        )
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        if name == "index.html":
            page.get_by_role("searchbox").fill("kon tum")
        found = Axe().run(
            page,
            options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
        )
        assert found.violations_count == 0, (name, found.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert (asked, complaints) == ([address], []), name


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and prints nothing."""

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def served(reports: Path) -> Iterator[str]:
    """The folder behind a web server of this machine."""
    handler = functools.partial(Quiet, directory=str(reports))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("way", ["file", "http"])
def test_search_finds_with_and_without_tones(reports: Path, served: str, visit: Visit, way: str) -> None:
    """Any spelling of Hà Giang or Đăk Tô finds the same reports, from a folder and over http; a result opens the report."""
    root = reports.as_uri() if way == "file" else served
    page, _, complaints = visit(f"{root}/index.html")
    field, found = page.get_by_role("searchbox"), page.locator("#ket-qua li")
    said = page.get_by_role("status")
    for typed in (
        "ha giang",
        "hà giang",
        "Hà Giang",
        "HA  GIANG",
        "Ha\u0300 Giang",
        "giang 9 thang dau nam ha",
        "ha giang 2024-9M",
    ):
        field.fill(typed)
        assert (said.inner_text(), found.count()) == ("Tìm thấy 1 báo cáo.", 1), typed
    for typed in ("dak to", "xa đak tô", "ĐAK TO", "phieu dak-to 10/2023"):
        field.fill(typed)
        assert found.all_inner_texts() == [
            "xa-dak-to\n\nPhiếu đơn vị, tỉnh Kon Tum, tháng 10 năm 2023 · Hoàn thành, có lưu ý HTML PDF"
        ]
    field.fill("hạ long")
    assert said.inner_text() == "Không tìm thấy báo cáo nào."
    field.fill("don doc <b>")
    assert found.get_by_role("link").first.inner_text() == "Đôn đốc <b>đậm</b> & “trích”"
    field.fill("ha giang")
    assert complaints == []
    found.get_by_role(
        "link", name=re.compile("^HTML: Kết quả cải cách.*tỉnh Hà Giang, 9 tháng đầu năm 2024")
    ).click()
    page.wait_for_url("**/ha-giang/2024-9M/review.html")
    assert page.locator("body").inner_text() == "review.html"
    page.go_back()
    page.get_by_text(re.compile("^Tìm thấy")).wait_for()
    assert page.locator("#tu").input_value() == "ha giang"  # who comes back need not type again


def test_the_script_folds_as_the_library_does(tmp_path: Path, visit: Visit) -> None:
    """Typed as any title, with tones or as its slug, a search finds the report of that title, hostile ones too."""
    titles = [
        *(text for text in HOSTILE if slug(text)), "Ia H’Drai", "Đắk Lắk", "ĐẮK LẮK", "Ðà Nẵng", "hoà bình", "UỶ BAN", "Phường 2",
    ]  # fmt: skip
    for i, title in enumerate(titles):
        publish(tmp_path, "ha-giang", str(1950 + i), title=title)
    page, asked, complaints = visit(write(tmp_path, date(1950, 1, 1)).as_uri())
    find = """typed => { const field = document.getElementById('tu'); field.value = typed;
              field.dispatchEvent(new Event('input'));
              return [...document.querySelectorAll('#ket-qua a:nth-of-type(1)')].map(a => a.getAttribute('href')) }"""
    for i, title in enumerate(titles):
        wanted = f"ha-giang/{1950 + i}/review.html"
        plain = slug(printable(title))
        for typed in (printable(title), plain, plain.upper()):
            assert wanted in page.evaluate(find, typed), typed
    assert page.evaluate("window.__x") is None
    assert (len(asked), complaints) == (1, [])


def test_hostile_names_run_nothing_and_ask_no_host(tmp_path: Path, visit: Visit) -> None:
    """No request but the page itself, no script, no complaint, every report in the list of its place."""
    hostile_reports(tmp_path)
    write(tmp_path, date(1960, 1, 1))
    for name in ("index.html", "ha-giang/index.html"):
        address = (tmp_path / name).as_uri()
        page, asked, complaints = visit(address)
        page.wait_for_timeout(100)
        assert (asked, complaints) == ([address], [])
        assert page.evaluate("window.__x") is None
    assert page.locator(".list > li").count() == len(HOSTILE)


def test_without_scripts_every_report_is_two_links_away(reports: Path, visit: Visit) -> None:
    """No search field that does nothing; each place is a plain link, and its page has every report."""
    page, _, complaints = visit((reports / "index.html").as_uri(), java_script_enabled=False)
    assert page.get_by_role("searchbox").count() == 0
    assert page.locator("tbody th a").all_inner_texts() == [
        "Tỉnh An Giang",
        "Tỉnh Hà Giang",
        "Tỉnh Kon Tum",
        "Tỉnh Tuyên Quang",
    ]
    page.locator("tbody th a").nth(2).click()
    page.wait_for_url("**/kon-tum/index.html")
    assert page.locator("a[href='2023-10/unit/xa-dak-to.html']").count() == 2  # its title and its format
    assert complaints == []


def test_a_tile_leads_to_the_place(reports: Path, visit: Visit) -> None:
    """A tile is a link whose name says the place and how its reports stand; by keyboard as by pointer."""
    page, _, _ = visit((reports / "index.html").as_uri())
    page.get_by_text("63 tỉnh, thành phố").click()
    page.get_by_role("link", name="tỉnh Kon Tum lỗi 2").press("Enter")
    page.wait_for_url("**/kon-tum/index.html")


def test_the_history_tells_each_version(reports: Path, visit: Visit) -> None:
    """Three versions, each with its changes: moved against a provisional one, restated against a final one; all in a file."""
    page, _, _ = visit((reports / "ha-giang" / "index.html").as_uri())
    page.get_by_role("link", name=re.compile("^Thay đổi so với bản trước: Kết quả")).click()
    page.wait_for_url("**/history/index.html")
    assert page.get_by_role("heading", level=2).all_inner_texts() == ["Bản 3 (hiện hành)", "Bản 2", "Bản 1"]
    rows = page.locator("table.changes tbody tr").all_inner_texts()
    assert [row.split("\t") for row in rows] == [
        ["Điều chỉnh", "Tỷ lệ đúng hạn", "95,0% (95/100 hồ sơ)", "90,0% (90/100 hồ sơ)", "-5,0 điểm phần trăm"],
        ["Biến động", "Tỷ lệ đúng hạn", "90,0% (90/100 hồ sơ)", "95,0% (95/100 hồ sơ)", "+5,0 điểm phần trăm"],
    ]  # fmt: skip
    text = page.locator("main").inner_text()
    assert "09:00 ngày 21/9/2024" in text
    assert text.count("số liệu tạm thời") - text.count("bản trước là số liệu tạm thời") == 1
    told = json.loads((reports / HISTORY).with_name("changes-3.json").read_text("utf-8"))
    assert (told["from"], told["to"], [change["kind"] for change in told["changes"]]) == (2, 3, ["restated"])
    link = page.get_by_role("link", name="Toàn bộ thay đổi của bản 3")
    assert (link.get_attribute("href"), link.get_attribute("download")) == ("changes-3.json", "")
