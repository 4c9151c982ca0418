"""What several rooms of tests need: a real browser and poppler's readers, or a clear word why there is none."""

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

# No test is timed; a machine under load must not fail one.
settings.register_profile("hoso", deadline=None)
settings.load_profile("hoso")

CHROMIUM = os.environ.get("HOSO_CHROMIUM", "/usr/bin/chromium")


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
