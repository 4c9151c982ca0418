"""What several rooms of tests need: the sample in a store, a real browser, poppler's readers, or a clear word why not."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Tests share their samples (tests.data, tests.delivery.export.sample_document) as plain modules.
sys.path.insert(0, str(Path(__file__).parents[1]))

from tests import samples, stores
from tests.offices import Token

# No test is timed; a machine under load must not fail one.
settings.register_profile("hoso", deadline=None)
settings.load_profile("hoso")

_OFFICE = {".docx": ("Writer", "libswlo.so"), ".xlsx": ("Calc", "libsclo.so")}  # what opens which file
CHROMIUM = os.environ.get("HOSO_CHROMIUM", "/usr/bin/chromium")
SOFTHSM = [Path("/usr/lib/softhsm/libsofthsm2.so"), *Path("/usr/lib").glob("*/softhsm/libsofthsm2.so")]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden` writes the golden texts anew instead of comparing."""
    parser.addoption(
        "--update-golden", action="store_true", help="write tests/golden anew from what is made now"
    )


@pytest.fixture(scope="session", autouse=True)
def scratch(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Drawn examples leave nothing outside the session's own folder."""
    stores.scratch = tmp_path_factory.mktemp("drawn")


@pytest.fixture(scope="session")
def whole_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the store and key of the whole sample (tests.samples), to be read only: one for all workers.

    xdist gives each worker a folder below the session's own; there, beside them, lies what they share.
    """
    return samples.built(_shared(tmp_path_factory))


@pytest.fixture(scope="session")
def portal_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the store and key of the portal's sample alone, for tests that copy it and write to the copy."""
    return samples.portal(_shared(tmp_path_factory))


def _shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


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


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Converts a document or workbook with LibreOffice; the PDF it made, in a folder of its own."""
    soffice = shutil.which("soffice")
    if soffice is None:
        missing("LibreOffice (soffice)", "HOSO_REQUIRE_OFFICE")
    program = Path(str(soffice)).resolve().parent
    profile = tmp_path_factory.mktemp("office")  # two workers cannot share one

    def convert(file: Path) -> Path:
        part, library = _OFFICE[file.suffix]
        if not (program / library).exists():
            missing(f"LibreOffice {part}", "HOSO_REQUIRE_OFFICE")
        made = tmp_path_factory.mktemp("converted")
        where = f"-env:UserInstallation={profile.as_uri()}"
        command = [str(soffice), where, "--headless", "--convert-to", "pdf", "--outdir", str(made), str(file)]
        said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=240)
        (found,) = made.glob("*.pdf")  # it also exits with 0 when it could not read the file
        assert found.stat().st_size, said.stderr
        return found

    return convert


@pytest.fixture(scope="session")
def verapdf() -> Callable[..., str]:
    """Validates PDFs with veraPDF in one call of the JVM; what does not conform, '' when all does.

    HOSO_VERAPDF names the command: it takes FILE@PROFILE and exits with 0 when all conform (tools/verapdf/verapdf does).
    """
    command = os.environ.get("HOSO_VERAPDF", "")
    if not command:
        missing("a PDF validator (HOSO_VERAPDF)", "HOSO_REQUIRE_VERAPDF")

    def validate(files: Iterable[Path], profiles: Iterable[str] = ("PDFA-2A", "PDFUA-1")) -> str:
        asked = [f"{file}@{profile}" for file in files for profile in profiles]
        assert asked, "no file to validate"
        ended = subprocess.run(
            [command, *asked], capture_output=True, text=True, encoding="utf-8", check=False
        )
        passed = len(re.findall(r"(?m)^PASS ", ended.stdout))
        told = [line for line in ended.stdout.splitlines() if not line.startswith("PASS ")]
        return (
            ""
            if ended.returncode == 0 and passed == len(asked)
            else "\n".join([*told, ended.stderr, "failed"])
        )

    return validate


@pytest.fixture(scope="session")
def token(tmp_path_factory: pytest.TempPathFactory) -> Token:
    """A real PKCS#11 token of SoftHSM's, with one office's key and certificate on it."""
    library = next((path for path in SOFTHSM if path.is_file()), None)
    if library is None or shutil.which("softhsm2-util") is None:
        missing("SoftHSM (softhsm2)", "HOSO_REQUIRE_TOKEN")
    return Token.made(Path(str(library)), tmp_path_factory.mktemp("token"))
