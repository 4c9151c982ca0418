"""Each report on its article's province and period: its text as it was last agreed to (`pytest --update-golden` renews it),
and its page in a real browser."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hoso.delivery.export.document import document
from hoso.delivery.export.html import page
from hoso.vocabulary.text import slug
from tests.notebooks.golden import readable
from tests.notebooks.runner import parameters, published, run

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Made = Callable[[str, dict[str, str]], Any]
GOLDEN = Path(__file__).parents[1] / "golden"
LARGEST = 400_000  # bytes of all of them: they are read by people
ROWS = 6
# Beside each notebook's own defaults, which are its article's run.
MORE = [
    ("scorecard", {"province": "gia-lai", "period": "2026@calendar"}),
    ("disclosure", {"province": "gia-lai", "period": "2026@calendar"}),
    ("unit", {"province": "gia-lai", "period": "2026@calendar", "unit": "xa-gao"}),
    ("review", {"province": "tuyen-quang", "period": "2024-06"}),
]
RUNS = [*((name, parameters(name)) for name in published()), *(run for run in MORE if run[0] in published())]


def file_of(name: str, given: dict[str, str]) -> Path:
    """tests/golden/<notebook>-<place>-<period>[-<unit>].md"""
    parts = [
        given.get("province", "ca-nuoc"),
        given["period"],
        *([given["unit"]] if given.get("unit") else []),
    ]
    return GOLDEN / ("-".join([name, *(slug(part) for part in parts)]) + ".md")


@pytest.fixture(scope="module")
def made(whole_sample: Path) -> Made:
    """The document of a run, made once."""
    kept: dict[Path, Any] = {}

    def make(name: str, given: dict[str, str]) -> Any:
        file = file_of(name, given)
        if file not in kept:
            kept[file] = document(run(name, whole_sample / "store", **given), name)
        return kept[file]

    return make


@pytest.mark.parametrize(("name", "given"), RUNS, ids=[file_of(*one).stem for one in RUNS])
def test_the_text_is_the_one_agreed_to(
    name: str, given: dict[str, str], made: Made, request: pytest.FixtureRequest
) -> None:
    """Prose, heads and first rows of tables, notes and alternative texts, line by line."""
    text = readable(made(name, given))
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
@pytest.mark.parametrize(("name", "given"), RUNS, ids=[file_of(*one).stem for one in RUNS])
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
        found = Axe().run(opened)
        context.close()
        assert found.violations_count == 0, found.generate_report()
        assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
        assert complaints == []


def test_the_goldens_are_of_reports_and_small() -> None:
    """No text is left over from a report that is no longer made, and all can be read through."""
    files = sorted(GOLDEN.glob("*"))
    assert {file.name for file in files} - {file_of(*one).name for one in RUNS} == set()
    assert sum(file.stat().st_size for file in files) < LARGEST
