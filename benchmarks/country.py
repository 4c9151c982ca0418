"""The whole country in a month: a sheet of each of 3.321 communes, HTML and PDF, and the same command once more.

    .venv/bin/python benchmarks/country.py [--provinces N] [--dossiers N] [--folder FOLDER]

Draws exports of 34 provinces for the days since 1/7/2025 (synthetic.py; everything made up), imports them with `hoso
import`, then runs `hoso report unit` for every commune of the month, again with nothing changed, and the review of every
province. `--dossiers` is how many a commune has in a month on average (100). What was drawn and imported stays in FOLDER
and is used again; without it all goes into a temporary folder. Memory is the proportional set size of all processes
together, sampled every second.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from machine import CORES, Memory, described, measured, own_group
from synthetic import COMMUNES, PERIOD, places, write

from hoso.vocabulary.places import Province
from hoso.vocabulary.workbook import Workbook

HOSO: Final = Path(sys.executable).with_name("hoso")
FINISHED: Final = ("done", "warnings")
TENTH: Final = 0.1


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--provinces", type=int, default=len(COMMUNES))
    parser.add_argument("--dossiers", type=int, default=100)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="hoso-country-") as made, own_group():
        folder = (asked.folder or Path(made)).resolve()
        chosen = places(asked.provinces)
        named = {"ROOT": Workbook.find().root, "STORE": folder / "store", "KEY": folder / "key"}
        os.environ.update({f"HOSO_{name}": str(value) for name, value in named.items()})
        print(described(), flush=True)
        fill(folder, chosen, asked.dossiers)
        with tempfile.TemporaryDirectory(prefix="reports-", dir=folder) as reports:
            publish(Path(reports), chosen)


# ── the store ────────────────────────────────────────────────────────────────────────────────────


def fill(folder: Path, chosen: Sequence[Province], dossiers: int) -> None:
    """The exports and the store of the provinces that the folder lacks; one made with another size is refused."""
    folder.mkdir(parents=True, exist_ok=True)
    note = folder / "country.json"
    held: dict[str, Any] = {"dossiers": dossiers, "provinces": {}}
    if note.exists():
        held = json.loads(note.read_text("utf-8"))
    if held["dossiers"] != dossiers:
        raise SystemExit(
            f"{folder} holds {held['dossiers']} dossiers a commune and month: name another folder"
        )
    for place in chosen:
        if place.slug not in held["provinces"]:
            held["provinces"][place.slug] = imported(folder / "exports", place, dossiers)
            note.write_text(json.dumps(held), "utf-8")
    rows, wall, cpu = (sum(held["provinces"][place.slug][i] for place in chosen) for i in range(3))
    print(
        f"import: {rows:,.0f} dossiers of {len(chosen)} provinces, {wall:.0f} s wall, {cpu:.0f} CPU s",
        flush=True,
    )


def imported(exports: Path, place: Province, dossiers: int) -> tuple[int, float, float]:
    """Rows, wall and CPU seconds of one province's import."""
    files = write(exports, place, dossiers)
    rows = sum(lines(file) - 1 for file in files[1:])  # the first is the catalogue
    cost = measured(lambda: hoso("import", *map(str, files), "--province", place.slug, "--era", "34"))
    for file in files:
        file.unlink()
    return rows, cost.wall, cost.cpu


def lines(file: Path) -> int:
    with file.open("rb") as opened:
        return sum(1 for _ in opened)


def hoso(*words: str) -> None:
    """One command. RuntimeError with its own words when it fails."""
    done = subprocess.run([str(HOSO), *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"hoso {words[0]} failed: {done.stdout[-1000:]}{done.stderr[-2000:]}")


# ── the reports ──────────────────────────────────────────────────────────────────────────────────


def publish(reports: Path, chosen: Sequence[Province]) -> None:
    """Every sheet, once more, and the reviews. RuntimeError when a sheet is missing or not finished."""
    where = [word for place in chosen for word in ("--province", place.slug)]
    common = ["--period", PERIOD, "--jobs", str(CORES), "--out", str(reports)]
    sheets = ["report", "unit", *where, "--every-unit", "--level", "commune", *common]
    wanted = sum(COMMUNES[place.slug] for place in chosen)
    with Memory() as memory:
        cost = measured(lambda: hoso(*sheets))
    made = finished(reports, "unit/*/manifest.json", wanted)
    print(f"{wanted} sheets, HTML and PDF: {cost}")
    print(
        f"  {60 * wanted / cost.wall:.0f} a minute, {1000 * cost.cpu / wanted:.0f} CPU ms each; {pace(made)}"
    )
    print(f"  memory: {told(memory)}")
    print(f"  on disk: {size(reports) / wanted / 1000:.0f} KB a sheet", flush=True)
    print(f"nothing changed: {measured(lambda: hoso(*sheets))}", flush=True)
    again = finished(reports, "unit/*/manifest.json", wanted)
    if changed := [name for name in made if again[name] != made[name]]:
        parts = {
            part
            for part, digest in made[changed[0]]["inputs"].items()
            if again[changed[0]]["inputs"][part] != digest
        }
        raise RuntimeError(
            f"{len(changed)} sheets were made again though nothing changed; other than before: {parts}"
        )
    reviews = measured(lambda: hoso("report", "review", *where, *common))
    finished(reports, "review/manifest.json", len(chosen))
    print(f"{len(chosen)} reviews: {reviews}; {60 * len(chosen) / reviews.wall:.0f} a minute", flush=True)


def finished(reports: Path, pattern: str, wanted: int) -> dict[str, Any]:
    """The manifest of each report, by its path. RuntimeError when one is missing, not finished or without documents."""
    files = sorted(reports.glob(f"*/{PERIOD}/{pattern}"))
    manifests = {str(file): json.loads(file.read_text("utf-8")) for file in files}
    states = {manifest["status"] for manifest in manifests.values()}
    printed = [
        file.parent.with_name(f"{file.parent.name}.{kind}") for file in files for kind in ("html", "pdf")
    ]
    documents = sum(file.stat().st_size > 1000 for file in printed)
    if len(files) != wanted or documents != 2 * wanted or not states <= set(FINISHED):
        raise RuntimeError(f"{wanted} reports wanted: {len(files)} made, {documents} documents, {states}")
    return manifests


def pace(made: Iterable[str]) -> str:
    """Sheets a minute in the first and the last tenth, start-up left out: by when their manifests were published."""
    moments = sorted(Path(file).stat().st_mtime for file in made)
    part = max(2, round(len(moments) * TENTH))
    first, last = (60 * (part - 1) / max(1e-3, end[-1] - end[0]) for end in (moments[:part], moments[-part:]))
    return f"{first:.0f} a minute in the first tenth, {last:.0f} in the last"


def told(memory: Memory) -> str:
    if not memory.samples:
        return "not sampled, the run was too short"
    parts = [memory.of(i * TENTH, (i + 1) * TENTH)[0] for i in (0, 1, 9)]
    return (
        f"{parts[0]:.0f} MiB in the first tenth, {parts[1]:.0f} in the second, {parts[2]:.0f} in the last, "
        f"{memory.of(0, 1)[1]:.0f} at most, "
        f"{max(count for *_, count in memory.samples)} processes at most"
    )


def size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


if __name__ == "__main__":
    main(sys.argv[1:])
