"""What several rooms of tests need: the sample in a store, a real browser, poppler's readers, or a clear word why not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Tests share their samples (tests.data, tests.delivery.export.sample_document) as plain modules.
sys.path.insert(0, str(Path(__file__).parents[1]))

from tests import samples

# No test is timed; a machine under load must not fail one.
settings.register_profile("hoso", deadline=None)
settings.load_profile("hoso")

CHROMIUM = os.environ.get("HOSO_CHROMIUM", "/usr/bin/chromium")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden` writes the golden texts anew instead of comparing."""
    parser.addoption(
        "--update-golden", action="store_true", help="write tests/golden anew from what is made now"
    )


@pytest.fixture(scope="session")
def whole_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the store and key of the whole sample (tests.samples), to be read only: one for all workers.

    xdist gives each worker a folder below the session's own; there, beside them, lies what they share.
    """
    own = tmp_path_factory.getbasetemp()
    return samples.built(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


def missing(what: str, variable: str) -> None:
    """Skips the test, or fails it where the environment promised the tool."""
    reason = f"{what} is not installed; set {variable}=1 to make this a failure"
    if os.environ.get(variable) == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium, driven by playwright."""
    if find_spec("playwright") is None:
        missing("playwright", "HOSO_REQUIRE_BROWSER")
    if not os.access(CHROMIUM, os.X_OK):
        missing(f"chromium ({CHROMIUM})", "HOSO_REQUIRE_BROWSER")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        # chromium refuses its sandbox to root, and the pages are our own
        launched = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def poppler() -> Callable[..., str]:
    """Runs one of poppler's tools (pdftotext, pdftoppm, pdffonts) and gives what it printed."""
    if not (shutil.which("pdftotext") and shutil.which("pdftoppm")):
        missing("poppler (pdftotext, pdftoppm)", "HOSO_REQUIRE_POPPLER")

    def run(*command: str | Path) -> str:
        return subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout

    return run
