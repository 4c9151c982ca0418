"""The notebook without `hoso report`: plain papermill, nbconvert, and JupyterLab in a real browser."""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from pypdf import PdfReader

from hoso.presentation.display import MIME
from tests import stores

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
ON_TIME, FRACTION = "95,8%", "23/24 hồ sơ"
ROW = {"received": "02/01/2024 08:00", "due": "10/01/2024", "finished": "09/01/2024 10:00"}
LATE = ROW | {"finished": "11/01/2024 08:00"}
OPEN = {"received": "13/09/2024 08:00", "due": "30/09/2024", "finished": "", "status": "Đang xử lý"}
DOSSIERS = [row | {"id": f"H22-{i}"} for i, row in enumerate([*[ROW] * 23, LATE, *[OPEN] * 4])]
START_SECONDS, RUN_SECONDS = 60, 90


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a shell has that points to a small store: 23 of its 24 closed dossiers on time."""
    folder = tmp_path_factory.mktemp("lab")
    stores.load(folder, DOSSIERS)
    variables = {
        "ROOT": ROOT,
        "STORE": folder / "store",
        "REPORTS": folder / "reports",
        "KEY": folder / "key",
    }
    return os.environ | {f"HOSO_{name}": str(value) for name, value in variables.items()}


def python(environment: dict[str, str], folder: Path, *words: object) -> None:
    """Runs a module as the shell would."""
    command = [sys.executable, "-m", *map(str, words)]
    done = subprocess.run(
        command, check=False, cwd=folder, env=environment, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.fixture(scope="module")
def executed(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `papermill notebooks/review.ipynb out.ipynb -p …` leaves, run from the repository's root."""
    out = tmp_path_factory.mktemp("papermill") / "review.ipynb"
    words = (
        "papermill",
        "notebooks/review.ipynb",
        out,
        "-p",
        "province",
        "ha-giang",
        "-p",
        "period",
        "2024-9M",
    )
    python(environment, ROOT, *words)
    return out


def test_plain_papermill_gives_a_notebook_with_the_figures(executed: Path) -> None:
    """Every code cell ran without error and the outputs carry the figures, for programs and for readers."""
    notebook = nbformat.read(executed, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    outputs = [output for cell in cells for output in cell.outputs]
    assert len(cells) > 20
    assert all(cell.execution_count for cell in cells)
    assert [output for output in outputs if output.output_type in ("error", "stream")] == []
    figures = [figure for output in outputs for figure in output.data.get(MIME, {}).get("figures", ())]
    assert {"printed": ON_TIME, "fraction": FRACTION}.items() <= next(
        figure.items()
        for figure in figures
        if figure["indicator"] == "on_time_rate" and figure["measure"] == "rate"
    )
    assert any(ON_TIME in output.data["text/html"] for output in outputs)
    assert any(ON_TIME in output.data["text/plain"] for output in outputs)


def test_nbconvert_makes_the_page(executed: Path, environment: dict[str, str], tmp_path: Path) -> None:
    """`jupyter nbconvert --to hoso-html` on the executed notebook: the report with its figures, without its code."""
    python(environment, tmp_path, "nbconvert", "--to", "hoso-html", "--output-dir", tmp_path, executed)
    page = (tmp_path / "review.html").read_text("utf-8")
    assert re.search(rf"<data\b[^>]*>{ON_TIME}", page)
    assert "ỦY BAN NHÂN DÂN TỈNH HÀ GIANG" in page
    assert "open_report" not in page


def test_nbconvert_makes_the_document_to_sign(
    executed: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    """`jupyter nbconvert --to hoso-pdf` on the executed notebook: the same figures, in a PDF."""
    python(environment, tmp_path, "nbconvert", "--to", "hoso-pdf", "--output-dir", tmp_path, executed)
    text = " ".join(page.extract_text() for page in PdfReader(tmp_path / "review.pdf").pages)
    assert ON_TIME in text
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    assert "open_report" not in text


# ── JupyterLab ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab and the folder it shows, a copy of the notebooks."""

    address: str
    token: str
    folder: Path

    def notebook(self, name: str) -> str:
        """The address that opens a notebook."""
        return f"{self.address}/lab/tree/notebooks/{name}?token={self.token}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(lab: Lab, what: str) -> Any:
    """What the server says over its interface, None while it does not answer."""
    request = urllib.request.Request(
        f"{lab.address}/api/{what}", headers={"Authorization": f"token {lab.token}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)
    except (urllib.error.URLError, TimeoutError):
        return None


def wait(for_what: str, ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            pytest.fail(f"no {for_what} within {START_SECONDS} s")
        time.sleep(0.2)


def kernel_is_ready(lab: Lab) -> bool:
    """Whether the notebook's kernel is idle and the page has joined it: before, Lab would ask which kernel to take."""
    kernels = ask(lab, "kernels") or [{}]
    return kernels[0].get("execution_state") == "idle" and kernels[0].get("connections", 0) > 0


def settle(folder: Path) -> None:
    """Settings: cells out of sight keep their outputs in the page, and nothing is asked of the Internet."""
    chosen = {
        "notebook-extension/tracker": {"windowingMode": "none"},
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    }
    for name, values in chosen.items():
        file = folder / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(values), "utf-8")


@pytest.fixture
def lab(environment: dict[str, str], tmp_path: Path) -> Iterator[Lab]:
    """JupyterLab on loopback with settings, data and a token of its own; ended by its process id."""
    served = Lab(f"http://127.0.0.1:{free_port()}", secrets.token_hex(16), tmp_path / "served")
    shutil.copytree(ROOT / "notebooks", served.folder / "notebooks")
    own = {
        name: str(tmp_path / name.lower())
        for name in (
            "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR",
            "JUPYTERLAB_WORKSPACES_DIR", "IPYTHONDIR",
        )
    }  # fmt: skip
    settle(Path(own["JUPYTERLAB_SETTINGS_DIR"]))
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--ServerApp.ip=127.0.0.1", "--ServerApp.port_retries=0",
        f"--ServerApp.port={served.address.rpartition(':')[2]}", f"--ServerApp.root_dir={served.folder}",
    ]  # fmt: skip
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    log = tmp_path / "lab.log"
    with log.open("wb") as stream:
        variables = environment | own | {"JUPYTER_TOKEN": served.token}
        process = subprocess.Popen(command, cwd=served.folder, env=variables, stdout=stream, stderr=stream)
        try:
            wait("JupyterLab", lambda: process.poll() is not None or ask(served, "status") is not None)
            assert process.poll() is None, log.read_text("utf-8")[-2000:]
            yield served
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture
def window(browser: "Browser") -> Iterator["Page"]:
    """A page that keeps what the console complained of."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(RUN_SECONDS * 1000)
    yield page
    context.close()


def complaints_of(page: "Page") -> list[str]:
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


ENDED = """() => {
  const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map(prompt => prompt.textContent)
  return /\\[\\d+\\]/.test(prompts.at(-1)) || document.querySelector('%s') !== null
}"""
FAILURE = '[data-mime-type="application/vnd.jupyter.stderr"]'  # a traceback, or a warning


def run_all(page: "Page") -> None:
    """Run → Run All Cells, and waits until the last cell has its number, or one failed, and the kernel is idle."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.locator('[data-command="runmenu:run-all"]').click()
    page.wait_for_function(ENDED % FAILURE)
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()


@pytest.mark.browser
def test_the_notebook_runs_in_jupyterlab(lab: Lab, window: "Page") -> None:
    """Opened and run as an analyst does: the report is in the outputs, no cell failed, the console has no complaint."""
    real = (ROOT / "notebooks" / "review.ipynb").read_bytes()
    complaints = complaints_of(window)
    window.goto(lab.notebook("review.ipynb"))
    window.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    wait("kernel", lambda: kernel_is_ready(lab))
    run_all(window)
    assert window.locator(FAILURE).all_inner_texts() == []
    outputs = window.locator(".jp-OutputArea-output")
    assert outputs.filter(has_text=ON_TIME).count() >= 2  # the summary and the text
    assert outputs.locator(f"data.f:has-text('{ON_TIME}')").first.is_visible()
    assert outputs.locator("svg").count() == 2
    assert complaints == []
    assert (ROOT / "notebooks" / "review.ipynb").read_bytes() == real
