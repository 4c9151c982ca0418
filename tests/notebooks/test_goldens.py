"""Each report on its article's province and period: its text as it was last agreed to (`pytest --update-golden` renews it),
and its page in a real browser."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hoso.delivery.export.html import page
from tests.delivery.export.test_browser import WCAG
from tests.notebooks.golden import readable
from tests.published import RUNS, STEMS, report_of, stem_of
from tests.schema import check

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Made = Callable[[str, dict[str, str]], Any]
GOLDEN = Path(__file__).parents[1] / "golden"
LARGEST = 400_000  # bytes of all of them: they are read by people
LARGEST_PAGE = 250 * 1024  # bytes of a report's page
ROWS = 6


def file_of(name: str, given: dict[str, str]) -> Path:
    """tests/golden/<notebook>-<place>-<period>[-<unit>].md"""
    return GOLDEN / f"{stem_of(name, given)}.md"


@pytest.fixture
def made(whole_sample: Path) -> Made:
    """The document of a run, published once for all tests."""
    return lambda name, given: report_of(whole_sample, name, given).document


@pytest.mark.parametrize(("name", "given"), RUNS, ids=STEMS)
def test_the_text_is_the_one_agreed_to(
    name: str, given: dict[str, str], made: Made, request: pytest.FixtureRequest
) -> None:
    """Prose, heads and first rows of tables, notes and alternative texts, line by line; and figures.json as its schema says."""
    text = readable(made(name, given))
    check(made(name, given))
    file = file_of(name, given)
    if request.config.getoption("--update-golden"):
        GOLDEN.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
    kept = file.read_text("utf-8") if file.is_file() else ""
    changed = list(
        difflib.unified_diff(kept.splitlines(), text.splitlines(), file.name, "now", lineterm="", n=1)
    )
    if changed:
        pytest.fail(
            "the report's text changed; agree with --update-golden:\n" + "\n".join(changed), pytrace=False
        )


def shortened(document: Any) -> Any:
    """The document with the first rows of each table: axe looks at every cell, and a row is like the next."""
    blocks = [b | {"rows": b["rows"][:ROWS]} if b["type"] == "table" else b for b in document["blocks"]]
    return {**document, "blocks": blocks}


@pytest.mark.browser
@pytest.mark.parametrize(("name", "given"), RUNS, ids=STEMS)
def test_a_browser_finds_nothing_amiss(
    name: str, given: dict[str, str], made: Made, browser: Browser, tmp_path: Path
) -> None:
    """Light and dark: no rule of accessibility broken, no request but the page itself, no complaint in the console."""
    from axe_playwright_python.sync_playwright import Axe

    file = tmp_path / "report.html"
    file.write_text(page(shortened(made(name, given))), "utf-8")
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme, bypass_csp=True)  # axe is a script of its own
        opened, asked, complaints = context.new_page(), list[str](), list[str]()
        opened.on("request", lambda request, seen=asked: seen.append(request.url))
        opened.on("console", lambda message, seen=complaints: seen.append(message.text))
        opened.goto(file.as_uri())
        found = Axe().run(opened, options=WCAG)
        context.close()
        assert found.violations_count == 0, found.generate_report()
        assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
        assert complaints == []


@pytest.mark.parametrize(("name", "given"), RUNS, ids=STEMS)
def test_a_page_stays_light(name: str, given: dict[str, str], whole_sample: Path) -> None:
    """As published, every report opens at once on a phone."""
    assert report_of(whole_sample, name, given).file("html").stat().st_size < LARGEST_PAGE


def test_the_goldens_are_of_reports_and_small() -> None:
    """No text is left over from a report that is no longer made, and all can be read through."""
    files = sorted(GOLDEN.glob("*"))
    assert {file.name for file in files} - {file_of(*one).name for one in RUNS} == set()
    assert sum(file.stat().st_size for file in files) < LARGEST
