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
# axe leaves the rules of WCAG 2.2 out unless it is asked for them.
WCAG = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
}
# WCAG 1.4.12: what a reader may set for himself.
SPACING = "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}p{margin-bottom:2em!important}"


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


@pytest.fixture(scope="module")
def short_html(review):
    """The review with the first rows of its tables: a row is like the next, and axe looks at every cell."""
    blocks = [b | {"rows": b["rows"][:12]} if b["type"] == "table" else b for b in review["blocks"]]
    return html_page({**review, "blocks": blocks})


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
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()


def test_axe_finds_nothing_in_the_review(visit, short_html):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(visit(short_html), options=WCAG)
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


WALK = """() => {
  window.walked = [];
  document.addEventListener("focusin", ({ target }) => {
    if (!target.matches(".f")) return;
    const tip = target.querySelector("[role=tooltip]"), style = getComputedStyle(tip);
    const told = ["Cách tính:", "Căn cứ:", "Kỳ số liệu:", "Nguồn:"].filter((label) => tip.textContent.split(label).length === 2);
    window.walked.push([target.id, style.visibility, told.length, target.getAttribute("aria-describedby") === tip.id]);
  });
}"""


def test_the_keyboard_walks_through_the_figures_of_the_review_in_their_order(visit, short_html):
    """Each shows its explanation, once and whole, and is described by nothing else."""
    page = visit(short_html)
    page.evaluate(WALK)
    stops = page.evaluate("document.querySelectorAll('a, summary, button, [tabindex=\"0\"]').length")
    keys = page.context.new_cdp_session(page)
    for _ in range(stops):
        keys.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": "Tab", "windowsVirtualKeyCode": 9})
    figures = page.evaluate("[...document.querySelectorAll('data.f')].map((figure) => figure.id)")
    assert len(figures) > 50
    assert page.evaluate("walked") == [[name, "visible", 4, True] for name in figures]


def test_all_figures_of_the_review_are_in_the_tab_order(visit, review, review_html):
    """In the order of the page: nothing has a place of its own in it."""
    places = visit(review_html).evaluate(
        "[...document.querySelectorAll('data.f, [tabindex]:not(main)')].map((one) => one.tabIndex)"
    )
    assert len(places) >= len(review["figures"]) and set(places) == {0}


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


@pytest.fixture(scope="module")
def ranked():
    """A list of units with a total, two levels and every kind of cell."""
    figures = Figures()
    columns = [column("n", "STT", "center"), column("u", "Đơn vị", "left"), column("r", "Kết quả")]
    columns += [column("d", "Ngày", "center", "Chung"), column("v", "Điểm", "right", "Chung")]
    names = [
        "Sở Y tế",
        "Sở Đất đai",
        "Sở An ninh",
        "Sở Ân điển",
        "Phường 10",
        "Phường 2",
        "Sở Ăn uống",
        "Sở Ba",
    ]
    values = ["1.234", "-5", "97,5%", "–", "12", "9", "100,25", "…"]
    days = ["02/9/2024", "15/12/2023", "1/10/2024", "", "3/1/2024", "04/1/2024", "5/1/2024", "6/1/2024"]
    rows = [{"role": "total", "cells": [cell(""), cell("Toàn tỉnh"), cell(9_999), cell(""), cell(8)]}]
    rows += [
        {
            "role": "normal",
            "cells": [cell(str(i)), cell(name), cell(value), cell(day), cell(figures.count("late", i))],
        }
        for i, (name, value, day) in enumerate(zip(names, values, days, strict=True), 1)
    ]
    rows.append({"role": "group", "cells": [cell("II. Cấp xã")]})
    rows += [
        {"role": "normal", "cells": [cell("9"), cell(name), *[cell("1")] * 3]} for name in ("Xã B", "Xã A")
    ]
    short = table("short", "Ngắn", columns[:2], [{"role": "normal", "cells": [cell("1"), cell("a")]}] * 6)
    return html_page(report_of(table("t", "Xếp hạng", columns, rows), short, figures=figures))


def column_of(page, number):
    cells = page.locator(f"#t tbody tr > :nth-child({number})").all()
    return [one.evaluate("cell => cell.innerText.trim()") for one in cells]


@pytest.mark.parametrize(
    ("title", "first", "order"),
    [
        ("Đơn vị", 2, ["Phường 2", "Phường 10", "Sở An ninh", "Sở Ăn uống", "Sở Ân điển", "Sở Ba", "Sở Đất đai", "Sở Y tế"]),
        ("Kết quả", 3, ["-5", "9", "12", "97,5%", "100,25", "1.234", "–", "…"]),
        ("Ngày", 4, ["15/12/2023", "3/1/2024", "04/1/2024", "5/1/2024", "6/1/2024", "02/9/2024", "1/10/2024", ""]),
        ("Điểm", 5, ["1", "2", "3", "4", "5", "6", "7", "8"]),
    ],
)  # fmt: skip
def test_a_table_is_sorted_as_vietnamese_and_by_value(visit, ranked, title, first, order):
    """Up, down, and back; totals and groups stay, each group by itself, what is missing last, the focus where it was."""
    page = visit(ranked)
    before = column_of(page, first)
    button = page.locator("#t thead button", has_text=title)
    button.focus()
    page.keyboard.press("Enter")
    assert column_of(page, first)[1:9] == order
    assert page.locator("#t thead [aria-sort=ascending]").inner_text().strip() == title
    assert page.get_by_role("status").inner_text() == f"Đã sắp xếp theo “{title}”, tăng dần."
    page.keyboard.press("Enter")
    missing = [value for value in order if value in ("–", "…", "")]
    known = [value for value in order if value not in missing]
    assert column_of(page, first)[1:9] == known[::-1] + missing
    assert page.evaluate("document.activeElement.parentElement.getAttribute('aria-sort')") == "descending"
    page.keyboard.press("Enter")
    assert column_of(page, first) == before
    assert page.locator("#t [aria-sort]").count() == 0 and page.complaints == []


def test_groups_and_totals_stay_and_each_group_is_sorted_by_itself(visit, ranked):
    page = visit(ranked)
    page.locator("#t thead button", has_text="Đơn vị").click()
    roles = page.locator("#t tbody tr").evaluate_all("rows => rows.map((row) => row.className)")
    assert roles == ["total", *[""] * 8, "group", "", ""]
    names = page.locator("#t tbody th").all_inner_texts()
    assert [names[0], *names[9:]] == ["Toàn tỉnh", "II. Cấp xã", "Xã A", "Xã B"]


def test_only_long_tables_are_sorted_and_without_scripts_none_and_nothing_is_lost(visit, ranked):
    with_script, without = visit(ranked), visit(ranked, java_script_enabled=False)
    assert with_script.locator("#t thead button").all_inner_texts() == [
        "STT",
        "Đơn vị",
        "Kết quả",
        "Ngày",
        "Điểm",
    ]
    assert with_script.locator("#short button").count() == 0
    assert without.locator("button").count() == 0 and without.locator("#t tbody tr").count() == 12
    # A target is 24 px high and wide (WCAG 2.5.8).
    sizes = [one.bounding_box() for one in with_script.locator("#t :is(thead button, .f)").all()]
    assert min(min(box["width"], box["height"]) for box in sizes) >= 24


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_what_has_the_focus_is_never_covered(visit, ranked, scripts):
    """WCAG 2.4.11, on a low window: neither the explanations nor a sticky column lies over the figure."""
    page = visit(ranked, {"width": 360, "height": 500}, java_script_enabled=scripts)
    for figure in page.locator(".f").all():
        figure.focus()
        assert _soon(page, lambda figure=figure: figure.evaluate(ON_TOP)), figure.get_attribute("id")


ON_TOP = """f => {
    const b = f.getBoundingClientRect();
    return f.contains(document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2));
}"""


def _soon(page, holds):
    """Whether it holds once the page has moved: a busy machine scrolls late."""
    for _ in range(100):
        if holds():
            return True
        page.wait_for_timeout(30)
    return False


def test_own_spacing_and_a_width_of_320_px_lose_nothing(visit, review_html):
    """WCAG 1.4.10 and 1.4.12: tables and charts scroll by themselves, the rest flows."""
    page = visit(review_html, {"width": 320, "height": 600}, bypass_csp=True)
    for style in ("/* its own */", SPACING):
        page.add_style_tag(content=style)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        cut = page.evaluate(
            "[...document.querySelectorAll('.page *')].filter((e) => e.scrollWidth > e.clientWidth + 1 && "
            "getComputedStyle(e).overflowX !== 'visible' && !e.matches('.scroll, .unseen')).length"
        )
        assert cut == 0


def test_forced_colours_show_figures_and_leave_charts_alone(visit, review_html):
    page = visit(review_html, forced_colors="active", color_scheme="dark")
    figure = page.locator("td .f").first
    figure.focus()
    tip_of(figure).wait_for(state="visible")
    styles = figure.evaluate(
        "f => [getComputedStyle(f).outlineStyle, getComputedStyle(f).textDecorationLine]"
    )
    assert styles == ["solid", "underline"]
    colours = page.locator("figure svg").first.evaluate(
        "svg => [getComputedStyle(svg).backgroundColor, getComputedStyle(svg.querySelector('text')).fill]"
    )
    assert colours == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]


def test_on_a_phone_the_contents_wait_closed_and_open_by_keyboard(visit, small):
    page = visit(small, PHONE)
    entry = page.locator("nav a").first
    assert not entry.is_visible()
    page.locator("nav summary").press("Enter")
    entry.wait_for(state="visible")
    assert visit(small).locator("nav a").first.is_visible()
    assert visit(small, PHONE, java_script_enabled=False).locator("nav a").first.is_visible()


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
    for header in ("STT", "Cơ quan, đơn vị", "Số hồ sơ nhận giải quyết", "(13)"):
        assert header in sheets[-2]  # the whole header repeats, sorting buttons or not
