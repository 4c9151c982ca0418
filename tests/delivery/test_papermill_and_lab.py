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
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import openpyxl
import pytest
from pypdf import PdfReader

from hoso.delivery import lab as labs
from hoso.presentation.display import MIME
from tests import stores
from tests.formats.figures import docx_text

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

ROOT = Path(__file__).parents[2]
ON_TIME, FRACTION = "95,8%", "23/24 hồ sơ"
ROW = {"received": "02/01/2024 08:00", "due": "10/01/2024", "finished": "09/01/2024 10:00"}
LATE = ROW | {"finished": "11/01/2024 08:00"}
OPEN = {"received": "13/09/2024 08:00", "due": "30/09/2024", "finished": "", "status": "Đang xử lý"}
DOSSIERS = [row | {"id": f"H22-{i}"} for i, row in enumerate([*[ROW] * 23, LATE, *[OPEN] * 4])]
START_SECONDS, RUN_SECONDS = 90, 180
EARLIER = {"received": "02/01/2023 08:00", "due": "10/01/2023", "finished": "09/01/2023 10:00"}
SPREAD = [
    *[ROW | {"unit": unit} for unit in ("Sở Tư pháp", "Sở Y tế", "UBND huyện Đồng Văn", "UBND huyện Mèo Vạc")]
    * 6,
    *[LATE | {"unit": unit} for unit in ("Sở Tư pháp", "UBND huyện Mèo Vạc", "UBND huyện Mèo Vạc")],
    *[EARLIER | {"unit": unit} for unit in ("Sở Tư pháp", "UBND huyện Đồng Văn", "UBND huyện Mèo Vạc")] * 5,
]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a shell has that points to a small store: 23 of its 24 closed dossiers on time."""
    return shell(tmp_path_factory.mktemp("lab"), DOSSIERS)


@pytest.fixture(scope="module")
def spread(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The same of a store with two offices, two districts and two years: three of its dossiers of 2024 were late."""
    return shell(
        tmp_path_factory.mktemp("spread"), [row | {"id": f"H22-{i}"} for i, row in enumerate(SPREAD)]
    )


def shell(folder: Path, dossiers: list[dict[str, str]]) -> dict[str, str]:
    """The environment of a shell on a store of these dossiers."""
    stores.load(folder, dossiers)
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
    """JupyterLab on the small store."""
    with serving(environment, tmp_path) as served:
        yield served


@pytest.fixture
def wide_lab(spread: dict[str, str], tmp_path: Path) -> Iterator[Lab]:
    """JupyterLab on the store of several units and years."""
    with serving(spread, tmp_path) as served:
        yield served


@contextmanager
def serving(environment: dict[str, str], tmp_path: Path) -> Iterator[Lab]:
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
        variables = environment | own | labs.menu() | {"JUPYTER_TOKEN": served.token}
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
    exports_from_the_menu(window)
    assert (ROOT / "notebooks" / "review.ipynb").read_bytes() == real


def exports_from_the_menu(page: "Page") -> None:
    """File → Save and Export Notebook As: four lines in Vietnamese, of which each gives the file it names."""
    begins = {
        "Báo cáo (HTML)": b"<!DOCTYPE",
        "Báo cáo (PDF)": b"%PDF",
        "Báo cáo (DOCX)": b"PK",
        "Phụ lục số liệu (XLSX)": b"PK",
    }
    for line, begin in begins.items():
        page.get_by_role("menuitem", name="File", exact=True).click()
        page.locator(".lm-Menu-item", has_text="Save and Export Notebook As").click()
        with page.context.expect_event("page") as opened, page.context.expect_event("download") as given:
            page.get_by_role("menuitem", name=line, exact=True).click()
        file = given.value
        assert file.suggested_filename == f"review.{line[-5:-1].strip('(').lower()}"
        assert Path(file.path()).read_bytes().startswith(begin)
        opened.value.close()


@pytest.mark.parametrize("suffix", ["docx", "xlsx"])
def test_nbconvert_makes_the_office_s_files(
    suffix: str, executed: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    """`jupyter nbconvert --to hoso-docx` and `hoso-xlsx`: the figure is in the text of one and in a cell of the other."""
    python(environment, tmp_path, "nbconvert", "--to", f"hoso-{suffix}", "--output-dir", tmp_path, executed)
    file = tmp_path / f"review.{suffix}"
    if suffix == "docx":
        assert ON_TIME in docx_text(file.read_bytes())
    else:
        sheets = openpyxl.load_workbook(file).worksheets
        assert any(c.value == ON_TIME for sheet in sheets for row in sheet.iter_rows() for c in row)


def opened(page: "Page", lab: Lab, name: str) -> None:
    """Opens a notebook and waits for its kernel."""
    page.goto(lab.notebook(name))
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    wait("kernel", lambda: kernel_is_ready(lab))


@pytest.mark.browser
def test_explore_in_jupyterlab(wide_lab: Lab, window: "Page") -> None:
    """A menu moved changes the table, a heading sorts it, a click on a unit opens its dossiers; no cell fails, no complaint."""
    complaints = complaints_of(window)
    opened(window, wide_lab, "explore.ipynb")
    run_all(window)
    assert window.locator(FAILURE).all_inner_texts() == []
    panel = window.locator(".hoso-explore")
    units = panel.locator(".hoso-grid").first
    lines = units.locator("tbody tr")
    lines.filter(has_text="UBND huyện Mèo Vạc").wait_for()
    assert "66,7%" not in units.inner_text() and "75,0%" in units.inner_text()  # 6 of 8
    menu(panel, "Cấp").select_option(label="Cấp tỉnh")
    lines.filter(has_text="Sở Tư pháp").wait_for()
    assert units.get_by_text("UBND huyện Mèo Vạc").count() == 0
    assert lines.first.inner_text().startswith("Sở Tư pháp")  # lowest first
    units.get_by_role("button", name="Giá trị").click()
    units.get_by_role("button", name="Giá trị").click()
    assert lines.first.inner_text().startswith("Sở Y tế")
    lines.filter(has_text="Sở Tư pháp").click()
    dossiers = panel.locator(".hoso-grid").nth(1).locator("tbody tr")
    dossiers.filter(has_text="quá hạn 1 ngày").wait_for()
    assert dossiers.count() == 7
    assert all(re.search(r"HS-[0-9a-f]{12}", text) for text in dossiers.all_inner_texts())
    menu(panel, "Kỳ").select_option(label="2023-9M · 9 tháng đầu năm 2023")
    units.get_by_text("9 tháng đầu năm 2023; toàn tỉnh 100,0%").wait_for()
    assert "Sở Tư pháp\t–\t5\t5\t100,0%" in units.inner_text()
    assert complaints == []


def menu(panel: "Locator", title: str) -> "Locator":
    """The menu of a title."""
    own = panel.page.locator("label", has_text=re.compile(f"^{title}$"))
    return panel.locator(".widget-dropdown").filter(has=own).locator("select")


@pytest.mark.browser
def test_review_in_jupyterlab_with_another_period(wide_lab: Lab, window: "Page") -> None:
    """The analyst changes the period in the first cell and runs all: the text changes; `on_time.dossiers()` opens the rows."""
    file = wide_lab.folder / "notebooks" / "review.ipynb"
    notebook = nbformat.read(file, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("on_time.dossiers()", id="drill"))
    nbformat.write(notebook, file)
    complaints = complaints_of(window)
    opened(window, wide_lab, "review.ipynb")
    run_all(window)
    assert window.locator(FAILURE).all_inner_texts() == []
    outputs = window.locator(".jp-OutputArea-output")
    assert outputs.filter(has_text="24/27 hồ sơ").count() >= 1
    rows = outputs.last.locator("tbody tr")
    assert rows.count() == 27
    assert "quá hạn 1 ngày" in rows.first.inner_text()
    window.locator(".jp-CodeCell .cm-content").first.click()
    window.keyboard.press("Control+A")
    window.keyboard.insert_text('province = "ha-giang"  # tỉnh\nperiod = "2023-9M"  # kỳ')
    run_all(window)
    outputs.filter(has_text="15/15 hồ sơ").first.wait_for()
    window.wait_for_function(
        "() => document.querySelectorAll('.jp-OutputArea-output:last-child tbody tr').length >= 15"
    )
    assert window.locator(FAILURE).all_inner_texts() == []
    assert complaints == []


def test_explore_without_a_page(spread: dict[str, str], tmp_path: Path) -> None:
    """`jupyter nbconvert --execute`: every cell runs, and tables and a chart stand there without any widget."""
    python(
        spread,
        tmp_path,
        "nbconvert",
        "--to",
        "notebook",
        "--execute",
        "--output-dir",
        tmp_path,
        ROOT / "notebooks" / "explore.ipynb",
    )
    notebook = nbformat.read(tmp_path / "explore.ipynb", as_version=4)
    cells = {cell.id: cell for cell in notebook.cells if cell.cell_type == "code"}
    assert all(cell.execution_count for cell in cells.values())
    data = {name: [output.get("data", {}) for output in cell.outputs] for name, cell in cells.items()}
    assert not [
        kind for outputs in data.values() for output in outputs for kind in output if "widget" in kind
    ]
    assert "UBND huyện Mèo Vạc" in data["units"][0]["text/html"]
    assert "<svg" in data["units"][1]["text/html"]
    assert "quá hạn 1 ngày" in data["dossiers"][0]["text/html"]
    assert all(output.get("data", {}).get("text/html") for output in cells["quality"].outputs)
    text = json.dumps(data, ensure_ascii=False)
    assert not re.search(r">(nan|NaN|NaT|None|inf)<|-0,0", text)
