"""What the site costs for the whole country: 34 provinces × 24 months × 8 reports and a sheet of each of 3.321 communes.

    .venv/bin/python benchmarks/site.py [FOLDER]

Draws a tree of manifests of the shape real runs leave (documents are empty files: the site only looks whether they are
there), then prints the CPU seconds of a full run, of one that changes nothing and of one after a single new report, and the
sizes of what was written; with playwright and chromium also how long the index takes to open and a search to answer.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hoso.delivery.site import write
from hoso.vocabulary.periods import Period
from hoso.vocabulary.places import Province, provinces

MONTHS = [f"{year}-{month:02d}" for year in (2025, 2026, 2027) for month in range(1, 13)][6:30]
REPORTS = [
    "review",
    "reminder",
    "progress",
    "scorecard",
    "action_plan",
    "disclosure",
    "national",
    "reminder-sync-rate",
]
COMMUNES = 3321
TODAY = date(2027, 7, 1)
CHROMIUM = os.environ.get("HOSO_CHROMIUM", "/usr/bin/chromium")


def publish(reports: Path, place: Province, period: str, name: str, unit: str = "", minute: int = 0) -> None:
    """What a finished run leaves: two documents, the figures, the notebook and the manifest."""
    folder = reports / place.slug / period / (f"{name}/{unit}" if unit else name)
    folder.mkdir(parents=True)
    stem, label = folder.name, Period.parse(period).label
    of = f" của UBND xã số {unit.rpartition('-')[2]}, {place.title}" if unit else ""
    files = [f"{stem}.html", f"{stem}.pdf", f"{stem}/figures.json", f"{stem}/{stem}.ipynb"]
    for file in files:
        (folder.parent / file).touch()
    made = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    manifest = {
        "notebook": name.partition("-")[0], "name": name, "province": place.slug, "province_name": place.title,
        "period": period, "period_text": label, "unit": unit or None, "options": {}, "revision": 1,
        "title": f"Kết quả giải quyết thủ tục hành chính và Bộ chỉ số 766 {label} ({name}){of}",
        "status": "warnings" if minute % 7 == 0 else "done", "synthetic": True, "provisional": None,
        "warnings": [f"Số liệu tạm thời đến ngày {minute % 28 + 1}/7/2027"] if minute % 7 == 0 else [],
        "data_version": 32, "data_date": "2027-07-14", "figures": 96, "made_at": made.isoformat(), "seconds": 1.2,
        "hoso": "0.1.0", "inputs": dict.fromkeys(("data", "notebook", "library", "reference"), "0" * 64),
        "files": dict.fromkeys(files, "0" * 64),
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")


def asked() -> Iterator[tuple[Province, str, str, str]]:
    """Every report of every province and month, and the newest sheet of every commune."""
    places = provinces("34", TODAY)
    yield from ((place, month, name, "") for place in places for month in MONTHS for name in REPORTS)
    yield from ((places[i % len(places)], MONTHS[-1], "unit", f"xa-so-{i}") for i in range(COMMUNES))


def timed(what: str, reports: Path) -> None:
    start = time.process_time()
    write(reports, TODAY)
    print(f"{what}: {time.process_time() - start:.2f} CPU s")


def opened(index: Path) -> None:
    """How long a browser takes, where there is one."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(index.as_uri())
        loaded = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
        typed = """word => { const f = document.getElementById('tu'); f.value = word; const t = performance.now();
                   f.dispatchEvent(new Event('input')); return performance.now() - t }"""
        first, again = (page.evaluate(typed, word) for word in ("gia lai 2026", "xa so 33"))
        print(f"index opened in {loaded:.0f} ms; first search {first:.0f} ms, next {again:.0f} ms")
        browser.close()


def main(folder: Path) -> None:
    reports = folder / "reports"
    start = time.process_time()
    count = 0
    for count, one in enumerate(asked(), 1):
        publish(reports, *one, minute=count)
    print(f"{count} reports drawn in {time.process_time() - start:.1f} CPU s")
    timed("full run", reports)
    timed("nothing changed", reports)
    publish(reports, provinces("34", TODAY)[0], "2027-Q1", "review", minute=count + 1)
    timed("one new report", reports)
    pages = sorted(reports.glob("*/index.html"), key=lambda page: page.stat().st_size)
    for page in (reports / "index.html", pages[-1], reports / "feed.xml", reports / "site" / ".cache.json"):
        print(f"{page.relative_to(reports)}: {page.stat().st_size / 1000:.0f} KB")
    opened(reports / "index.html")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as made:
            main(Path(made))
