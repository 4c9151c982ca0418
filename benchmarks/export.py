"""What publishing a report costs beyond the run of its notebook: CPU milliseconds and size of every format.

    .venv/bin/python benchmarks/export.py [SAMPLES]

Runs Hà Giang's nine-month review once, on the store that HOSO_STORE names or on the sample, which is then made and
imported into a temporary folder. Each sample is a process of its own, forked with the modules imported: it makes the
document and each format of it twice. "First" is what a report costs in a batch, with none of its tables seen before;
"again" is the same call once more. nbconvert's own HTML page of the same notebook, in the same process, is the baseline.
"""

from __future__ import annotations

import gc
import json
import os
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook, new_output

from hoso.delivery.export.document import MIME, document
from hoso.delivery.export.html import page
from hoso.delivery.export.pdf import pdf
from hoso.delivery.export.word import docx
from hoso.delivery.export.workbook import xlsx
from hoso.records import keys, sample
from hoso.records.importer import import_file
from hoso.records.store import Store
from hoso.vocabulary.places import find_province
from hoso.vocabulary.workbook import Workbook

PROVINCE, PERIOD = "ha-giang", "2024-9M"
FORMATS: dict[str, Callable[[Any], str | bytes]] = {
    "page() HTML": page,
    "pdf()  PDF": pdf,
    "docx() Word": docx,
    "xlsx() Excel": xlsx,
}
BASELINE, DOCUMENT = "nbconvert HTML", "document()"
Measured = dict[str, tuple[float, float, int]]  # name → milliseconds first and again, bytes


@contextmanager
def store() -> Iterator[Path]:
    """The store to read: the one that is named, else the sample's in a temporary folder."""
    if named := os.environ.get("HOSO_STORE"):
        yield Path(named).resolve()
        return
    with tempfile.TemporaryDirectory() as folder:
        yield imported(Path(folder))


def imported(folder: Path) -> Path:
    made = Store.prepare(folder / "store", folder / "key")
    key, place = keys.load(folder / "key"), find_province(PROVINCE, "63")
    for file in sample.write(folder / "exports", [PROVINCE]):
        import_file(made, file, place, key)
    return folder / "store"


def executed(place: Path) -> nbformat.NotebookNode:
    """The review's notebook after papermill ran it."""
    root = Workbook.find().root
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(HOSO_ROOT=str(root), HOSO_STORE=str(place), HOSO_REPORTS=folder)
        papermill.execute_notebook(
            str(root / "notebooks" / "review.ipynb"),
            f"{folder}/executed.ipynb",
            parameters={"province": PROVINCE, "period": PERIOD},
            progress_bar=False,
            cwd=folder,
        )
        return nbformat.read(f"{folder}/executed.ipynb", as_version=4)


def measure(notebook: nbformat.NotebookNode) -> Measured:
    """Every step of one report, in this process; a report of one line has loaded templates, fonts and compilers before."""
    tiny = document(short(), "tiny")
    for make in FORMATS.values():
        make(tiny)
    stock = HTMLExporter()
    stock.from_notebook_node(short())
    found: Measured = {DOCUMENT: (*twice(lambda: document(notebook, "review")), 0)}
    made = document(notebook, "review")
    for name, make in FORMATS.items():
        found[name] = (*twice(lambda make=make: make(made)), size(make(made)))
    found[BASELINE] = (
        *twice(lambda: stock.from_notebook_node(notebook)),
        size(stock.from_notebook_node(notebook)[0]),
    )
    return found


def short() -> nbformat.NotebookNode:
    block = {"type": "paragraph", "runs": [{"t": "text", "s": "Một dòng."}]}
    output = new_output("display_data", data={MIME: {"blocks": [block], "figures": []}})
    return new_notebook(cells=[new_code_cell("1", id="one", outputs=[output])])


def twice(call: Callable[[], object]) -> tuple[float, float]:
    """CPU milliseconds of all threads, first and again."""
    times = []
    for _ in range(2):
        start = time.process_time()
        call()
        times.append((time.process_time() - start) * 1000)
    return times[0], times[1]


def size(made: str | bytes) -> int:
    return len(made.encode() if isinstance(made, str) else made)


def in_a_fork(notebook: nbformat.NotebookNode) -> Measured:
    """`measure` in a child that ends with it, so that no sample warms the next."""
    gc.freeze()  # else the child's first collection copies every page of the parent, and pays for it
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with os.fdopen(writing, "w") as file:
            json.dump(measure(notebook), file)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as file:
        told = file.read()
    _, status = os.waitpid(child, 0)
    if status or not told:
        raise SystemExit("a sample failed; its error stands above")
    return json.loads(told)


def table(samples: list[Measured]) -> str:
    base = statistics.median(one[BASELINE][0] for one in samples)
    lines = [
        f"{'CPU ms':16}{'first: min':>12}{'median':>10}{'again: min':>12}{'median':>10}{'of nbconvert':>14}{'KB':>8}"
    ]
    for name in samples[0]:
        first, again = ([one[name][i] for one in samples] for i in (0, 1))
        ratio = statistics.median(first) / base
        numbers = (min(first), statistics.median(first), min(again), statistics.median(again))
        cells = "".join(f"{n:>{width}.1f}" for n, width in zip(numbers, (12, 10, 12, 10), strict=True))
        lines.append(f"{name:16}{cells}{ratio:>14.2f}{samples[0][name][2] / 1000:>8.0f}")
    return "\n".join(lines)


def main() -> None:
    warnings.filterwarnings(
        "ignore", message="Your element with mimetype"
    )  # nbconvert, of our own representation
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with store() as place:
        notebook = executed(place)
    print(f"review {PROVINCE} {PERIOD}, {count} processes, load {os.getloadavg()[0]:.1f}")
    print(table([in_a_fork(notebook) for _ in range(count)]))


if __name__ == "__main__":
    main()
