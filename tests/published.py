"""The sample's reports, each published once a session, in every format, as `hoso report` does; read by all tests, altered by none."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from filelock import FileLock
from nbformat import NotebookNode

from hoso.delivery.asked import Asked, runs_of
from hoso.delivery.export.document import document
from hoso.delivery.export.formats import FORMATS
from hoso.delivery.making import report
from hoso.delivery.runs import Outcome, Run
from hoso.records.store import Store
from hoso.vocabulary.text import slug
from hoso.vocabulary.workbook import Workbook
from tests.notebooks.runner import ROOT, parameters, published

Given = Mapping[str, str]
# Beside each notebook's own defaults, which are its article's run.
MORE = [
    ("scorecard", {"province": "gia-lai", "period": "2026@calendar"}),
    ("disclosure", {"province": "gia-lai", "period": "2026@calendar"}),
    ("unit", {"province": "gia-lai", "period": "2026@calendar", "unit": "xa-gao"}),
    ("review", {"province": "tuyen-quang", "period": "2024-06"}),
]
RUNS = [*((name, parameters(name)) for name in published()), *(run for run in MORE if run[0] in published())]


def stem_of(name: str, given: Given) -> str:
    """<notebook>-<place>-<period>[-<unit>]"""
    parts = [
        given.get("province", "ca-nuoc"),
        given["period"],
        *([given["unit"]] if given.get("unit") else []),
    ]
    return "-".join([name, *(slug(part) for part in parts)])


STEMS = [stem_of(*one) for one in RUNS]


def same_run(name: str, given: Given) -> Given | None:
    """The run of RUNS that these parameters mean, where there is one; what a notebook does not have is no difference."""
    own = parameters(name)
    asked = own | {key: value for key, value in given.items() if key in own}
    return next((known for other, known in RUNS if other == name and own | dict(known) == asked), None)


@dataclass(frozen=True)
class Published:
    """A report of the sample as it lies among the reports."""

    run: Run
    reports: Path

    @property
    def figures(self) -> Path:
        """Its figures.json."""
        return self.run.machine_folder(self.reports) / "figures.json"

    def file(self, suffix: str) -> Path:
        """Its document in one of the formats."""
        return self.run.folder(self.reports) / f"{self.run.stem}.{suffix}"

    @cached_property
    def notebook(self) -> NotebookNode:
        """Its executed notebook."""
        return nbformat.read(self.figures.with_name(f"{self.run.stem}.ipynb"), as_version=4)

    @cached_property
    def document(self) -> Any:
        """The document all its formats were made from."""
        return document(self.notebook, self.run.name)

    @property
    def manifest(self) -> dict[str, Any]:
        """What was published."""
        told: dict[str, Any] = json.loads(self.figures.with_name("manifest.json").read_text("utf-8"))
        return told


_KNOWN: dict[Path, Published] = {}


def report_of(sample: Path, name: str, given: Given) -> Published:
    """A report of RUNS on the whole sample, published by whoever asks first; a folder of reports each, for two may ask at once."""
    reports = sample / "published" / stem_of(name, given) / "reports"
    if reports not in _KNOWN:
        reports.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{reports}.lock"), _environment(sample, reports):
            _KNOWN[reports] = _made(sample, reports, name, given)
    return _KNOWN[reports]


def _made(sample: Path, reports: Path, name: str, given: Given) -> Published:
    workbook, store = Workbook.find(), Store.open(sample / "store")
    options = {key: value for key, value in given.items() if key in ("indicator", "deadline")}
    places = [given["province"]] if "province" in given else []
    units = [given["unit"]] if given.get("unit") else []
    (run,) = runs_of(workbook, store, Asked([name], given["period"], places, units=units, **options))
    made = Published(run, reports)
    if not made.figures.is_file():
        outcome: Outcome = report(run, workbook, store, FORMATS)
        assert outcome.status in ("done", "warnings"), outcome
    return made


@contextmanager
def _environment(sample: Path, reports: Path) -> Iterator[None]:
    """The variables a command has; as they were afterwards."""
    before = dict(os.environ)
    os.environ.update(
        HOSO_ROOT=str(ROOT),
        HOSO_STORE=str(sample / "store"),
        HOSO_KEY=str(sample / "key"),
        HOSO_REPORTS=str(reports),
    )
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
