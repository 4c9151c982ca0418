"""The web page in a real browser: rules of accessibility, tooltips, policy, print."""

import io

import pytest
from pypdf import PdfReader

from hoso.delivery.export.html import page as html_page
from tests.data.hostile import HOSTILE
from tests.delivery.export.sample_document import (
    Figures,
    cell,
    column,
    letterhead,
    narrative,
    report_of,
    table,
)

pytestmark = pytest.mark.browser

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def small():
    """A short report: figures in the text and in a wide table."""
    figures = Figures()
    runs = [figures.rate("on_time_rate", 195_800, 200_000), figures.count("late", 4_200)]
    columns = [column("u", "Đơn vị", "left"), *(column(f"c{i}", f"Cột số {i}") for i in range(9))]
    row = {
        "role": "normal",
        "cells": [cell("Sở Tư pháp"), *(cell(figures.count("received", i)) for i in range(9))],
    }
    blocks = [
        *narrative("# I. KẾT QUẢ\n\nĐạt {0}; quá hạn {1}.", *runs),
        table("t", "Bảng rộng", columns, [row]),
    ]
    return html_page(report_of(letterhead(), *blocks, figures=figures, synthetic=True))


@pytest.fixture
def visit(browser, tmp_path):
    """Opens a page; gives it with everything it asked for and every complaint."""
    contexts = []

    def open_(html, viewport=WIDE, **options):
        (tmp_path / "r.html").write_text(html, encoding="utf-8")
        context = browser.new_context(viewport=viewport, **options)
        contexts.append(context)
        page = context.new_page()
        page.asked, page.complaints = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto((tmp_path / "r.html").as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()


def tip_of(figure):
    return figure.locator("[role=tooltip]")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_axe_finds_nothing(visit, small, scheme, viewport):
    from axe_playwright_python.sync_playwright import Axe

    page = visit(small, viewport, color_scheme=scheme)
    page.locator(".f").first.focus()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_axe_finds_nothing_in_the_whole_review(visit, review_html):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(visit(review_html))
    assert found.violations_count == 0, found.generate_report()


def test_the_page_asks_no_host_and_the_console_stays_silent(visit, review_html):
    page = visit(review_html)
    page.locator(".f").nth(3).hover()
    page.wait_for_timeout(200)
    outside = [url for url in page.asked[1:] if not url.startswith("data:")]
    assert (outside, page.complaints) == ([], [])


def test_every_figure_is_reached_by_tab(visit, small):
    page = visit(small)
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.matches('.f') ? document.activeElement.id : ''"))
    assert reached - {""} == {f"f{i}" for i in range(1, 12)}


def test_all_figures_of_the_review_are_in_the_tab_order(visit, review, review_html):
    count = visit(review_html).evaluate(
        "[...document.querySelectorAll('data.f')].filter(f => f.tabIndex === 0).length"
    )
    assert count >= len(review["figures"])


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_tooltip_is_whole_inside_the_window(visit, small, viewport):
    page = visit(small, viewport)
    for figure in page.locator(".f").all():
        figure.focus()
        tip_of(figure).wait_for(state="visible")
        box = tip_of(figure).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= viewport["width"]
        assert box["y"] >= 0 and box["y"] + box["height"] <= viewport["height"]


@pytest.mark.parametrize("how", ["hover", "focus"])
def test_a_tooltip_tells_everything_and_escape_hides_it(visit, small, how):
    page = visit(small)
    figure = page.locator(".f").first
    getattr(figure, how)()
    tip_of(figure).wait_for(state="visible")
    for words in ("195.800/200.000 hồ sơ", "Cách tính:", "Căn cứ:", "Kỳ số liệu:", "Nguồn:"):
        assert words in tip_of(figure).inner_text()
    page.keyboard.press("Escape")
    tip_of(figure).wait_for(state="hidden")
    other = page.locator(".f").nth(1)
    getattr(other, how)()
    tip_of(other).wait_for(state="visible")


def test_the_pointer_may_rest_on_the_tooltip(visit, small):
    """WCAG 1.4.13: what hovering brings up can itself be hovered."""
    page = visit(small)
    figure = page.locator(".f").first
    figure.hover()
    tip_of(figure).wait_for(state="visible")
    tip_of(figure).hover()
    page.wait_for_timeout(300)
    assert tip_of(figure).is_visible()


@pytest.mark.parametrize("place", ["p .f", "td .f"])
def test_without_scripts_style_alone_tells_everything(visit, small, place):
    page = visit(small, java_script_enabled=False)
    figure = page.locator(place).first
    figure.focus()
    described = figure.get_attribute("aria-describedby").split()
    said = ""
    for name in described:
        page.locator(f"#{name}").wait_for(state="visible")
        said += page.locator(f"#{name}").inner_text()
    for words in (
        "Số hồ sơ tiếp nhận" if place == "td .f" else "195.800/200.000",
        "Cách tính:",
        "Kỳ số liệu:",
        "Nguồn:",
    ):
        assert words in said


def test_nothing_but_tables_and_charts_scrolls_sideways_on_a_phone(visit, review_html):
    page = visit(review_html, PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate("document.querySelector('#form-06a .scroll').scrollWidth") > 360


def test_hostile_names_run_nothing_and_are_all_to_be_read(visit):
    figures = Figures()
    columns = [column("u", "Đơn vị", "left"), column("n", "Số")]
    rows = [
        {"role": "normal", "cells": [cell(name), cell(figures.count("late", i))]}
        for i, name in enumerate(HOSTILE)
    ]
    told = [block for name in HOSTILE for block in narrative("{0}", {"t": "text", "s": name})]
    document = report_of(*told, table("t", HOSTILE[0], columns, rows), figures=figures, title=HOSTILE[0])
    page = visit(html_page(document))
    for name in HOSTILE[:6]:
        page.get_by_text(name, exact=True).first.hover()
    assert page.evaluate("window.__x") is None
    assert page.complaints == [] and page.asked[1:] == [
        url for url in page.asked[1:] if url.startswith("data:")
    ]
    assert page.title() == HOSTILE[0]
    names = page.locator("tbody th").all_text_contents()
    expected = [row["cells"][0]["runs"][0]["s"] for row in document["blocks"][-1]["rows"]]
    assert names == expected and page.locator("main p").count() == len(HOSTILE)


def test_print_is_the_document_without_screen_helps(visit, review_html):
    page = visit(review_html)
    sheets = [
        sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    ]
    assert len(sheets) > 5
    for text in sheets:
        assert "DỮ LIỆU MÔ PHỎNG" in text and "số liệu tạm thời đến 10/9/2024" in text
    everything = "".join(sheets)
    for screen_only in ("Mục lục", "Cách tính:", "phím Tab", "Đến nội dung"):
        assert screen_only not in everything
    assert "Số hồ sơ nhận giải quyết" in sheets[-2]  # the header repeats
