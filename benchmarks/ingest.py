"""What an import costs: rows a CPU second, and the most memory, for files of several sizes and for a month exported again.

    .venv/bin/python benchmarks/ingest.py [--rows N,N,…] [--workbook N,N,…] [--folder FOLDER]

Every import is the whole way of `hoso import` – read, cleaned by every rule, hashed, compared, committed, ledger built – in
a process of its own into a store of its own; CPU seconds are those of all its threads without its start, memory is the most
it ever had in RAM (VmHWM), libraries and all. "Again" is a file of one month whose dossiers the store holds already,
a tenth of them changed, beside all others of the largest file. The exports are made by the sample's own generator and say
that they are made up.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import machine
import synthetic

from hoso.records import keys
from hoso.records.importer import import_file
from hoso.records.store import Store

ROWS: Final = "100000,400000,800000"
WORKBOOKS: Final = "100000,200000"
RECEIVED, CHANGED = "Ngày tiếp nhận", "Số lần yêu cầu bổ sung"  # columns of the form "flags"
MONTH: Final = "/08/2025"  # of receipt, as the export prints it
_KB: Final = 1024


def main() -> None:
    options = _options()
    if options.child:
        print(json.dumps(_import(*map(Path, options.child))))
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        print(machine.described())
        print(
            f"{'file':24} {'rows':>9} {'CPU s':>7} {'rows/CPU s':>11} {'wall s':>7} {'MiB before':>11} {'MiB most':>9}"
        )
        _measure(Path(folder), _sizes(options.rows), _sizes(options.workbook))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", default=ROWS)
    parser.add_argument("--workbook", default=WORKBOOKS)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


def _sizes(text: str) -> list[int]:
    return [int(word) for word in text.split(",") if word]


def _measure(folder: Path, rows: Sequence[int], workbooks: Sequence[int]) -> None:
    place = synthetic.places(1)[0]
    for number in rows:
        file = synthetic.write_one(folder / f"{number}.csv", place, number, "flags")
        _show(f"CSV {number}", _apart(file, folder / str(number)))
    if rows:
        again = _changed_month(folder / f"{rows[-1]}.csv", folder / "month.csv")
        _show("CSV, a month again", _apart(again, folder / str(rows[-1])))
    for number in workbooks:
        file = synthetic.write_one(folder / f"{number}.xlsx", place, number, "workbook")
        _show(f"xlsx {number}", _apart(file, folder / f"{number}-xlsx"))


def _changed_month(source: Path, target: Path) -> Path:
    """The dossiers of a file that were received in MONTH; every tenth has been asked for supplements since."""
    with (
        source.open(encoding="utf-8-sig", newline="") as there,
        target.open("w", encoding="utf-8", newline="") as here,
    ):
        table = csv.DictReader(there)
        written = csv.DictWriter(here, list(table.fieldnames or ()))
        written.writeheader()
        for place, row in enumerate(row for row in table if MONTH in row[RECEIVED]):
            written.writerow(row if place % 10 else row | {CHANGED: "3"})
    return target


def _apart(file: Path, folder: Path) -> dict[str, float]:
    child = subprocess.run(
        [sys.executable, __file__, "--child", str(file), str(folder)], stdout=subprocess.PIPE, check=True
    )
    found: dict[str, float] = json.loads(child.stdout)
    return found


def _import(file: Path, folder: Path) -> dict[str, float]:
    """Imports a file into the store of a folder, made at first use, and tells what it took."""
    store, key = Store.prepare(folder / "store", folder / "key"), keys.load(folder / "key")
    before, busy, start = _most(), time.process_time(), time.perf_counter()
    done = import_file(store, file, synthetic.places(1)[0], key)
    return {
        "rows": done.read,
        "cpu": time.process_time() - busy,
        "wall": time.perf_counter() - start,
        "before": before,
        "most": _most(),
    }


def _most() -> float:
    """MiB: the most this process had in RAM since it began. (ru_maxrss would remember what its parent had.)"""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / _KB


def _show(name: str, took: dict[str, float]) -> None:
    speed = took["rows"] / took["cpu"]
    print(
        f"{name:24} {took['rows']:9,.0f} {took['cpu']:7.2f} {speed:11,.0f} {took['wall']:7.1f} "
        f"{took['before']:11.0f} {took['most']:9.0f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
