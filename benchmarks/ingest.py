"""What an import costs: rows a CPU second, and the most memory, for files of several sizes and for a month exported again.

    .venv/bin/python benchmarks/ingest.py [--rows N,N,…] [--workbook N,N,…] [--folder FOLDER]

Every import is the whole way of `hoso import` – read, cleaned by every rule, hashed, compared, committed, ledger built – in
a process of its own into a store of its own; CPU seconds are those of all its threads without its start, memory is the most
it ever had in RAM (VmHWM), libraries and all. "Again" is a file of one month whose dossiers the store holds already,
a tenth of them changed, beside all others of the largest file. The exports are made by the sample's own generator and say
that they are made up.

"Bare" is what no import can do without, by the same libraries and nothing else: the columns that are read taken out of the
file as text (polars, calamine), each dossier id hashed with the key, the columns written as packed Parquet. No cell is
looked at, nothing is sorted or compared, no day is a date.
"""

from __future__ import annotations

import argparse
import csv
import gc
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import fastexcel
import machine
import polars as pl
import synthetic

from hoso.records import keys
from hoso.records.importer import import_file
from hoso.records.intake.columns import load_columns
from hoso.records.intake.peek import first_rows
from hoso.records.store import Store
from hoso.vocabulary.text import fold

ROWS: Final = "100000,400000,800000"
WORKBOOKS: Final = "100000,200000"
RECEIVED, CHANGED = "Ngày tiếp nhận", "Số lần yêu cầu bổ sung"  # columns of the form "flags"
MONTH: Final = "/08/2025"  # of receipt, as the export prints it
_KB: Final = 1024
Took = dict[str, float]


def main() -> None:
    options = _options()
    if options.child:
        print(json.dumps(_import(*map(Path, options.child))))
        return
    if options.bare:
        print(json.dumps(_bare(*map(Path, options.bare))))
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
    parser.add_argument("--bare", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


def _sizes(text: str) -> list[int]:
    return [int(word) for word in text.split(",") if word]


def _measure(folder: Path, rows: Sequence[int], workbooks: Sequence[int]) -> None:
    place = synthetic.places(1)[0]
    for number in rows:
        file = synthetic.write_one(folder / f"{number}.csv", place, number, "flags")
        _show(f"CSV {number}", _apart(file, folder / str(number)))
        _show("  bare", _apart(file, folder / "bare", "--bare"))
    if rows:
        again = _changed_month(folder / f"{rows[-1]}.csv", folder / "month.csv")
        _show("CSV, a month again", _apart(again, folder / str(rows[-1])))
    for number in workbooks:
        file = synthetic.write_one(folder / f"{number}.xlsx", place, number, "workbook")
        _show(f"xlsx {number}", _apart(file, folder / f"{number}-xlsx"))
        _show("  bare", _apart(file, folder / "bare", "--bare"))


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


def _apart(file: Path, folder: Path, what: str = "--child") -> Took:
    child = subprocess.run(
        [sys.executable, __file__, what, str(file), str(folder)], stdout=subprocess.PIPE, check=True
    )
    found: Took = json.loads(child.stdout)
    return found


def _import(file: Path, folder: Path) -> Took:
    """Imports a file into the store of a folder, made at first use, and tells what it took."""
    store, key = Store.prepare(folder / "store", folder / "key"), keys.load(folder / "key")
    with _taken() as took:
        took["rows"] = import_file(store, file, synthetic.places(1)[0], key).read
    return took


def _bare(file: Path, folder: Path) -> Took:
    """What no import can do without."""
    key, known = keys.load(folder / "key"), load_columns().dossiers.keys
    with _taken() as took:
        if file.suffix == ".csv":
            wanted = [name for name in pl.read_csv(file, n_rows=0).columns if fold(name) in known]
            rows = pl.read_csv(file, columns=wanted, infer_schema=False)
        else:
            rows = _sheet(file, known)
        ids = next(name for name in rows.columns if known[fold(name)][0] == "dossier_id")
        hashed = pl.Series(ids, keys.pseudonyms(key, rows[ids].fill_null("").to_list()))
        rows.with_columns(hashed).write_parquet(
            folder / "bare.parquet", compression_level=1, statistics=False
        )
        took["rows"] = rows.height
    return took


def _sheet(file: Path, known: Collection[str]) -> pl.DataFrame:
    """The known columns of a workbook's first sheet, below the row that names most of them."""
    book = fastexcel.read_excel(file)
    head = list(first_rows(file, book.sheet_names[0], 10))  # calamine would read the whole sheet for them
    named = [[place for place, cell in enumerate(row) if cell and fold(cell) in known] for row in head]
    header = max(range(len(head)), key=lambda place: len(named[place]))
    wanted = named[header]
    rows = book.load_sheet(
        0, header_row=None, skip_rows=header + 1, use_columns=wanted, dtypes="string"
    ).to_polars()
    rows.columns = [str(head[header][place]) for place in wanted]
    return rows


@contextmanager
def _taken() -> Iterator[Took]:
    """CPU and wall seconds of what is done within, and the most memory before and after."""
    took: Took = {"before": _most()}
    gc.collect()
    gc.freeze()  # as the command does
    busy, start = time.process_time(), time.perf_counter()
    try:
        yield took
        took |= {"cpu": time.process_time() - busy, "wall": time.perf_counter() - start, "most": _most()}
    finally:
        gc.unfreeze()


def _most() -> float:
    """MiB: the most this process had in RAM since it began. (ru_maxrss would remember what its parent had.)"""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / _KB


def _show(name: str, took: Took) -> None:
    speed = took["rows"] / took["cpu"]
    print(
        f"{name:24} {took['rows']:9,.0f} {took['cpu']:7.2f} {speed:11,.0f} {took['wall']:7.1f} "
        f"{took['before']:11.0f} {took['most']:9.0f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
