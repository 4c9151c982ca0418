"""The limit: the content of a notebook computed by plain functions in one warm process, page and PDF included.

Every cell is compiled once; a `%%narrative` cell is the call its magic makes. There is no kernel, no shell, no message,
no notebook file and no proof of the result, so nothing that runs notebooks can cost less than this.
"""

from __future__ import annotations

import ast
import gc
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import CodeType
from typing import Any

from hoso.delivery import outputs
from hoso.delivery.export.document import MIME, document
from hoso.delivery.export.html import page
from hoso.delivery.export.pdf import pdf
from hoso.presentation.display import Display
from hoso.presentation.narrative import render
from hoso.records import pinned
from hoso.records.store import Store
from hoso.vocabulary.workbook import Workbook

Names = dict[str, Any]
Report = Mapping[str, str]  # parameters of the notebook
_MAGIC = "%%narrative\n"


class Plain:
    """A notebook as functions. `report` makes its document, page and PDF for given parameters."""

    def __init__(self, notebook: Path) -> None:
        self.name = notebook.stem
        cells = json.loads(notebook.read_text("utf-8"))["cells"]
        code = [("".join(cell["source"]), cell) for cell in cells if cell["cell_type"] == "code"]
        self._steps = [_step(source, cell["id"]) for source, cell in code if not _is_parameters(cell)]

    def report(self, parameters: Report) -> tuple[dict[str, Any], str, bytes]:
        names: Names = dict(parameters)
        shown = [(step, step(names)) for step in self._steps]
        cells = [_cell(value, number) for number, (_, value) in enumerate(shown, 1)]
        made = document(_Attributes(cells=cells), self.name)
        return made, page(made), pdf(made)


def _is_parameters(cell: Mapping[str, Any]) -> bool:
    return "parameters" in cell["metadata"].get("tags", ())


def _step(source: str, where: str) -> Callable[[Names], object]:
    if source.startswith(_MAGIC):
        text = source.removeprefix(_MAGIC)
        return lambda names: render(text, names, names["report"].registry)
    kept = "\n".join(line for line in source.splitlines() if not line.startswith("%load_ext"))
    return _compiled(kept, where)


def _compiled(source: str, where: str) -> Callable[[Names], object]:
    """A code cell: its statements, then the value of its last line as a notebook shows it."""
    tree = ast.parse(source, where)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    body: CodeType = compile(tree, where, "exec")
    value = compile(ast.Expression(last.value), where, "eval") if isinstance(last, ast.Expr) else None

    def run(names: Names) -> object:
        exec(body, names)
        return eval(value, names) if value else None

    return run


class _Attributes(dict[str, Any]):
    """What an executed notebook is to the exporters: a mapping whose entries are attributes too."""

    __getattr__ = dict.__getitem__


def _cell(value: object, number: int) -> _Attributes:
    shown = [_output(value)] if isinstance(value, Display) else []
    return _Attributes(cell_type="code", id=f"cell-{number}", metadata={}, outputs=shown)


def _output(shown: Display) -> _Attributes:
    payload: dict[str, Any] = {"blocks": shown.blocks, "figures": list(shown.figures.values())}
    if shown.document is not None:
        payload["document"] = shown.document
    return _Attributes(output_type="display_data", data={MIME: payload}, metadata={})


# ── measuring ────────────────────────────────────────────────────────────────────────────────────


def measure(
    notebook: Path, reports: Sequence[Report], warming: Sequence[Report], folder: Path
) -> list[float]:
    """CPU seconds of each report in this process; page, PDF and figures of report n go to folder/n.html and so on.

    What can be computed once for all of them is, as in a batch: the store's versions are pinned in a folder of our own.
    The reports of `warming` are made before, unmeasured and unpinned: imports, fonts, templates, Typst's own memory.
    """
    plain = Plain(notebook)
    for parameters in warming:
        plain.report(parameters)
    store = Store.open(Workbook.find().store)
    with tempfile.TemporaryDirectory() as batch:
        pinned.write(Path(batch), store.root, pinned.versions(store))
        os.environ[pinned.VARIABLE] = batch
        gc.collect()
        return list(_each(plain, reports, folder))


def _each(plain: Plain, reports: Sequence[Report], folder: Path) -> Iterator[float]:
    for number, parameters in enumerate(reports):
        start = time.process_time()
        made, html, printed = plain.report(parameters)
        (folder / f"{number}.html").write_text(html, "utf-8")
        (folder / f"{number}.pdf").write_bytes(printed)
        taken = time.process_time() - start
        outputs.write_json(folder / f"{number}.json", outputs.figures(made))
        yield taken


def main() -> None:
    """A process of its own: the order comes as JSON on stdin, the seconds go to stdout."""
    order = json.load(sys.stdin)
    names = order["reports"], order["warming"]
    print(json.dumps(measure(Path(order["notebook"]), *names, Path(order["folder"]))))


if __name__ == "__main__":
    main()
