"""What a report costs: by the chain that comes with papermill and nbconvert, by hoso, and at the limit.

    .venv/bin/python benchmarks/batch.py [--quick] [review | unit]

On the same reports of one notebook, one after the other in one run: papermill, nbconvert to HTML and nbconvert to PDF, a
process each (naive.py); the same by `xargs -P`, one a core; `hoso report`, one command a report; `hoso report`, one
command for all; and the limit, the same content by plain functions in one warm process (plain.py). HTML and PDF are made
every time, and the figures of all ways are compared: a way that made something else is no measurement.

"Each further report" leaves out what a command costs once: it is the difference of a batch and one of its first two
reports, per report between. The limit leaves the same two out. Reads the store that HOSO_STORE names, else the sample's,
which is then made and imported into a temporary folder; needs chromium.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import nbformat
from machine import CORES, Cost, described, measured, own_group
from naive import BIN, Naive, Report

from hoso.delivery import outputs
from hoso.delivery.export.document import document
from hoso.records import keys, sample
from hoso.records.importer import import_file
from hoso.records.store import Store
from hoso.vocabulary.places import find_province, reference_units
from hoso.vocabulary.workbook import Workbook

REVIEW_OF, UNITS_OF, UNIT_PERIOD = "ha-giang", "kon-tum", "2023-10"
PERIODS: Final = (
    "2024-9M", "2024-6M", "2023-9M", "2024-Q3", "2024-Q2", "2024-Q1", "2023-Q4", "2023-Q3",
    "2024-09", "2024-08", "2024-07", "2024-06", "2024-05", "2024-04", "2024-03", "2024-02",
)  # fmt: skip
FIRST: Final = 2  # reports that a batch is measured without: what it costs once is in them
ROOT: Final = Workbook.find().root


@dataclass(frozen=True)
class Case:
    """One notebook and its reports. The naive chain makes every so many-th of them only, it takes long enough."""

    notebook: str
    reports: Sequence[Report]
    warming: Sequence[Report]
    naive: Sequence[int]

    @property
    def path(self) -> Path:
        return ROOT / "notebooks" / f"{self.notebook}.ipynb"

    def published(self, report: Report, folder: Path) -> Path:
        """Where hoso leaves the figures of a report."""
        where = folder / report["province"] / report["period"] / self.notebook
        return where / report.get("unit", "") / "figures.json"


def cases(quick: bool) -> list[Case]:
    periods = [{"province": REVIEW_OF, "period": period} for period in PERIODS[: 4 if quick else None]]
    others = [{"province": UNITS_OF, "period": period} for period in ("2023-9M", "2023-Q3")]
    place = find_province(UNITS_OF, "63")
    communes = [unit.id for unit in reference_units(place.id) if unit.level == "commune"]
    units = [
        {"province": UNITS_OF, "period": UNIT_PERIOD, "unit": unit}
        for unit in communes[: 12 if quick else None]
    ]
    month_before = [{**units[0], "period": "2023-09"}, {**units[1], "period": "2023-09"}]
    few = 2 if quick else 8
    return [
        Case("review", periods, others, range(0, len(periods), len(periods) // few)),
        Case("unit", units, month_before, range(0, len(units), len(units) // few)),
    ]


# ── the ways ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Row:
    """A way, how many reports it made, and what they cost together; `reports` of a limit are those that fit a minute."""

    way: str
    reports: int
    cost: Cost

    @property
    def each(self) -> float:
        return self.cost.cpu / self.reports

    @property
    def a_minute(self) -> float:
        return 60 * self.reports / self.cost.wall


def rows(case: Case, work: Path) -> Iterator[Row]:
    """Every way in turn. RuntimeError when one fails or makes other figures than the limit."""
    limit = _limit(case, work / "limit")
    chosen = [case.reports[i] for i in case.naive]
    chain = Naive(case.path, work / "naive", dict(os.environ))
    yield Row("naive chain, sequential", len(chosen), measured(lambda: chain.one_by_one(chosen, "seq")))
    yield Row(
        f"naive chain, xargs -P{CORES}",
        len(chosen),
        measured(lambda: chain.side_by_side(chosen, "par", CORES)),
    )
    _compare(case, work, chosen, lambda i, _: _figures(chain.folder / f"seq-{i}.ipynb", case))
    alone = chosen[: min(4, len(chosen))]
    yield Row("hoso, a command each", len(alone), measured(lambda: _each_alone(case, alone, work / "alone")))
    few = measured(lambda: _hoso(case, case.reports[:FIRST], work / "few"))
    whole = measured(lambda: _hoso(case, case.reports, work / "batch"))
    _compare(
        case,
        work,
        case.reports,
        lambda _, one: json.loads(case.published(one, work / "batch").read_text("utf-8")),
    )
    yield Row("hoso, one command for all", len(case.reports), whole)
    further = Cost(whole.wall - few.wall, whole.cpu - few.cpu, max(whole.foreign, few.foreign))
    yield Row("hoso, each further report", len(case.reports) - FIRST, further)
    yield limit


def _limit(case: Case, folder: Path) -> Row:
    """Plain functions in one process; its throughput is what all cores could do with that CPU time."""
    folder.mkdir(parents=True)
    order = {
        "notebook": str(case.path),
        "reports": list(case.reports),
        "warming": list(case.warming),
        "folder": str(folder),
    }
    command = [sys.executable, str(Path(__file__).with_name("plain.py"))]
    told: list[float] = []

    def run() -> None:
        done = subprocess.run(command, input=json.dumps(order), capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"the limit failed: {done.stderr[-2000:]}")
        told.extend(json.loads(done.stdout))

    foreign = measured(run).foreign
    taken = sum(told[FIRST:])
    return Row("limit: plain functions", len(told) - FIRST, Cost(taken / CORES, taken, foreign))


def _hoso(case: Case, reports: Sequence[Report], folder: Path) -> None:
    """One `hoso report` of all of them: they differ in period or unit, never in both."""
    options = [word for name in ("province", "period", "unit") for word in _option(name, reports)]
    command = [
        str(BIN / "hoso"),
        "report",
        case.notebook,
        *options,
        "--jobs",
        str(CORES),
        "--force",
        "--out",
        str(folder),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    missing = [str(one) for one in reports if not case.published(one, folder).is_file()]
    if done.returncode or missing:
        raise RuntimeError(f"hoso failed, {missing[:3]} lacking: {done.stdout[-500:]}{done.stderr[-1500:]}")


def _each_alone(case: Case, reports: Sequence[Report], folder: Path) -> None:
    for report in reports:
        _hoso(case, [report], folder)


def _option(name: str, reports: Sequence[Report]) -> list[str]:
    values = dict.fromkeys(report[name] for report in reports if name in report)
    return [word for value in values for word in (f"--{name}", value)]


# ── the same content ─────────────────────────────────────────────────────────────────────────────


def _figures(executed: Path, case: Case) -> dict[str, Any]:
    notebook = nbformat.read(executed, as_version=4)
    return outputs.figures(document(notebook, case.notebook))


def _compare(
    case: Case, work: Path, made: Sequence[Report], figures: Callable[[int, Report], dict[str, Any]]
) -> None:
    """RuntimeError unless a way's figures are those of the limit, to the last digit."""
    for i, report in enumerate(made):
        wanted = json.loads((work / "limit" / f"{case.reports.index(report)}.json").read_text("utf-8"))
        found = json.loads(json.dumps(figures(i, report)))
        differing = [part for part in wanted if wanted[part] != found.get(part)]
        if differing or not wanted["figures"]:
            raise RuntimeError(f"{dict(report)}: another content than the limit's in {differing}")


# ── telling ──────────────────────────────────────────────────────────────────────────────────────


def table(found: Sequence[Row]) -> str:
    """Markdown, for README.md: ratios are over the sequential chain; the last column says how near the limit."""
    naive, limit = found[0], found[-1]
    lines = [
        "| way | reports | CPU s each | a minute | less CPU | more a minute | limit's CPU | limit's pace | foreign |",
        "| --- | --: | --: | --: | --: | --: | --: | --: | --: |",
    ]
    for row in found:
        lines.append(
            f"| {row.way} | {row.reports} | {row.each:.3f} | {row.a_minute:.1f} | {naive.each / row.each:.1f}× "
            f"| {row.a_minute / naive.a_minute:.1f}× | {limit.each / row.each:.0%} | {row.a_minute / limit.a_minute:.0%} "
            f"| {row.cost.foreign:.2f} |"
        )
    return "\n".join(lines)


def sample_store(folder: Path) -> None:
    """The sample's two provinces in a store of our own, which HOSO_STORE then names."""
    os.environ.update(HOSO_STORE=str(folder / "store"), HOSO_KEY=str(folder / "key"))
    made, key = Store.prepare(folder / "store", folder / "key"), keys.load(folder / "key")
    for slug in (REVIEW_OF, UNITS_OF):
        for file in sample.write(folder / "exports", [slug]):
            import_file(made, file, find_province(slug, "63"), key)


def main(words: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="hoso-bench-") as made, own_group():
        folder = Path(made)
        os.environ.update(HOSO_ROOT=str(ROOT), HOSO_REPORTS=str(folder / "reports"))
        if "HOSO_STORE" not in os.environ:
            sample_store(folder)
        print(described())
        for case in cases("--quick" in words):
            if {"review", "unit"}.isdisjoint(words) or case.notebook in words:
                print(f"\n{case.notebook}: {len(case.reports)} reports\n", flush=True)
                print(table(list(rows(case, folder / case.notebook))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
