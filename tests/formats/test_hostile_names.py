"""Hostile names the whole way: import, store, report, every format and the site; printed as they are, obeyed nowhere, none lost."""

from __future__ import annotations

import csv
import io
import re
import shutil
import sys
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import openpyxl
import polars as pl
import pytest

from hoso.delivery import cli
from hoso.delivery.export.formats import FORMATS, exported
from hoso.delivery.export.glyphs import drawable
from hoso.presentation.letters import printable
from hoso.records.store import Store
from hoso.vocabulary.text import clean
from tests import stores
from tests.data.hostile import HOSTILE
from tests.delivery.export.sample_document import (
    Figures,
    cell,
    chart,
    column,
    letterhead,
    narrative,
    notice,
    report_of,
    table,
)  # fmt: skip
from tests.formats.figures import docx_text

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]
PLACE = ("--province", "ha-giang", "--period", "2024-Q1@calendar")
# An analyst's own cell: the names of the procedures, as another library shows them.
PROCEDURES = """import pandas as pd
pd.set_option("display.max_colwidth", None)
report.data.procedures(report.period.end)[["procedure_id", "name"]]"""
CATALOGUE = "Mã TTHC,Tên thủ tục hành chính,Mức độ DVC,Ngày hiệu lực"
# Many of the names differ in signs only, and a unit is known by its letters and digits; a number tells them apart.
NAMES = [f"{name} {i}" for i, name in enumerate(HOSTILE, 1)]


def squeezed(text: str) -> str:
    """Without spaces: where a line ends is the format's affair."""
    return re.sub(r"\s+", "", text)


def lost(names: list[str], text: str) -> list[str]:
    """The names that a text does not have."""
    return [name for name in names if squeezed(name) not in text]


@dataclass(frozen=True)
class Way:
    """A workbook into which hostile names were imported, and what was made of them."""

    folder: Path

    @property
    def reports(self) -> Path:
        return self.folder / "reports" / "ha-giang" / "2024-Q1@calendar"

    def file(self, suffix: str) -> Path:
        """The review in one of the formats."""
        return self.reports / f"review.{suffix}"

    @property
    def stored(self) -> list[str]:
        """The names as the store keeps them: of units, of fields and of procedures."""
        store = Store.open(self.folder / "store")
        units = set(store.frame("units")["name"])
        facts = pl.read_parquet(store.files("facts"), columns=["field"], hive_partitioning=False)
        fields = set(facts["field"].drop_nulls())
        procedures = set(store.frame("procedures")["name"].drop_nulls())
        return sorted(units & fields & procedures)


def hoso(*words: object) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["hoso", *map(str, words)])
        try:
            cli.main()
        except SystemExit as error:
            return int(error.code or 0)
    return 0


def dossiers() -> Iterator[dict[str, object]]:
    """One dossier a name, which is that of its unit and of its field."""
    for i, name in enumerate(NAMES, 1):
        yield {
            "id": f"H22-{i}", "unit": name, "field": name, "procedure": f"1.{i:06d}", "received": "08/01/2024 08:00",
            "due": "19/01/2024", "finished": f"{22 if i % 5 == 0 else 16}/01/2024 09:00",
        }  # fmt: skip


def write_catalogue(path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(CATALOGUE.split(","))
        writer.writerows([f"1.{i:06d}", name, "Toàn trình", "01/01/2020"] for i, name in enumerate(NAMES, 1))
    return path


@pytest.fixture(scope="module")
def way(tmp_path_factory: pytest.TempPathFactory) -> Way:
    """Imports catalogue and dossiers, then publishes a review with an analyst's cell, a notice, and one unit's sheet."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    shutil.copytree(ROOT / "data" / "reference", folder / "data" / "reference")
    file = folder / "notebooks" / "review.ipynb"
    notebook = nbformat.read(file, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(PROCEDURES, id="procedures"))
    nbformat.write(notebook, file)
    export, catalogue = stores.write_csv(folder / "a.csv", dossiers()), write_catalogue(folder / "b.csv")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("ROOT", "STORE", "KEY", "REPORTS"):
            patch.setenv(f"HOSO_{name}", str(folder if name == "ROOT" else folder / name.lower()))
        assert hoso("import", catalogue, export, "--province", "ha-giang") == 0
        formats = ("--formats", ",".join(FORMATS))
        assert hoso("report", "review", "disclosure", *PLACE, *formats) == 0
        unit = next(
            row["unit_id"]
            for row in Store.open(folder / "store").frame("units").to_dicts()
            if row["name"].startswith("<script")
        )
        assert hoso("report", "unit", *PLACE, "--unit", unit, *formats) == 0
    return Way(folder)


def test_the_store_keeps_every_name(way: Way) -> None:
    """As the intake cleans it: composed, in one line, without what nobody sees; nothing else is taken away."""
    assert way.stored == sorted({clean(name) for name in NAMES})
    assert len(way.stored) == len(HOSTILE)


def text_of(file: Path, poppler: Callable[..., str]) -> str:
    match file.suffix:
        case ".docx":
            return docx_text(file.read_bytes())
        case ".xlsx":
            return "\n".join(str(c.value) for c in cells(file) if c.value is not None)
        case _:
            return poppler("pdftotext", "-raw", file, "-")


def cells(file: Path) -> list[Any]:
    book = openpyxl.load_workbook(file)
    return [c for sheet in book.worksheets for row in sheet.iter_rows() for c in row]


@pytest.mark.parametrize("suffix", ["pdf", "docx", "xlsx"])
def test_no_name_is_lost_in_a_file(way: Way, suffix: str, poppler: Callable[..., str]) -> None:
    """Each in full, however long, as letters.printable says; in the PDF as the vendored font can draw it, in NFC."""
    text = text_of(way.file(suffix), poppler)
    assert unicodedata.is_normalized("NFC", text)
    names = [printable(name) for name in way.stored]
    assert lost([drawable(name) for name in names] if suffix == "pdf" else names, squeezed(text)) == []


def is_harmless_word(content: bytes) -> None:
    """No field but the page's number, no program, no object, nothing outside the file."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    parts = {
        name: archive.read(name).decode() for name in archive.namelist() if name.endswith((".xml", ".rels"))
    }
    everything = "".join(parts.values())
    fields = re.findall(r'<w:instrText[^>]*>([^<]*)|<w:fldSimple[^>]*w:instr="([^"]*)"', everything)
    assert {"".join(found).split()[0] for found in fields} <= {"PAGE"}
    assert "TargetMode" not in everything
    assert not re.search(r"<(?:w:altChunk|w:object|o:OLEObject|w:hyperlink|w:attachedTemplate)\b", everything)
    assert not [name for name in archive.namelist() if "vba" in name.lower() or name.endswith(".bin")]


def is_harmless_workbook(content: bytes) -> None:
    """Words and numbers only: no formula, no link but to a sheet of its own, nothing that runs."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book.worksheets:
        found = [c for row in sheet.iter_rows() for c in row]
        assert (sheet.title, [c.coordinate for c in found if c.data_type == "f"]) == (sheet.title, [])
        links = [c.hyperlink for c in found if c.hyperlink]
        assert all(link.target is None and link.id is None and "!" in link.location for link in links)
    archive = zipfile.ZipFile(io.BytesIO(content))
    text = "".join(archive.read(n).decode() for n in archive.namelist() if n.endswith((".xml", ".rels")))
    assert not re.search(r'<f[ >]|TargetMode="External"|externalLink|ddeLink', text)
    assert not [name for name in archive.namelist() if "vba" in name.lower() or name.endswith(".bin")]


HARMLESS = {"docx": is_harmless_word, "xlsx": is_harmless_workbook}


@pytest.mark.parametrize("name", ["review", "disclosure", "unit/script-window-x-1-script-1"])
@pytest.mark.parametrize("suffix", HARMLESS)
def test_an_office_file_has_nothing_to_run(way: Way, suffix: str, name: str) -> None:
    """What Word and Excel would obey is not in the file, whatever a unit is called."""
    HARMLESS[suffix]((way.reports / f"{name}.{suffix}").read_bytes())


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[[Path], Any]]:
    """Opens a page; whatever it asked for, asked the reader or complained of must be nothing."""
    context = browser.new_context()
    seen: list[str] = []

    def open_(file: Path) -> Any:
        page = context.new_page()
        page.on("dialog", lambda dialog: (seen.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on(
            "request",
            lambda r: None if r.url.startswith(("file:", "data:")) else seen.append(f"asked {r.url}"),
        )
        page.on("console", lambda message: seen.append(message.text))
        page.on("pageerror", lambda error: seen.append(str(error)))
        page.goto(file.as_uri())
        page.wait_for_timeout(100)
        assert page.evaluate("window.__x") is None
        assert page.locator("[onload],[onerror],[onmouseover],a[href^='javascript:'],img").count() == 0
        assert page.get_by_role("heading", name="INJ", exact=True).count() == 0
        return page

    yield open_
    context.close()
    assert seen == []


@pytest.mark.browser
def test_the_pages_run_nothing_and_lose_no_name(way: Way, visit: Callable[[Path], Any]) -> None:
    """Review, notice and sheet in a real browser: no dialog, no request, no script of a name; each name stands there."""
    text = squeezed(visit(way.file("html")).evaluate("document.querySelector('main').textContent"))
    assert lost([printable(name) for name in way.stored], text) == []
    for other in ("disclosure.html", "unit/script-window-x-1-script-1.html"):
        visit(way.reports / other)


@pytest.mark.browser
def test_the_site_runs_nothing(way: Way, visit: Callable[[Path], Any]) -> None:
    """Every page of the site; the unit's sheet is found under its name."""
    site = way.folder / "reports"
    pages = [file for file in sorted(site.rglob("*.html")) if way.reports not in file.parents]
    assert site / "index.html" in pages
    told = [visit(file).evaluate("document.documentElement.textContent") for file in pages]
    assert squeezed("<script>window.__x=1</script> 1") in squeezed("".join(told))


# ── strings that come by another door than the intake ────────────────────────────────────────────


@pytest.fixture(scope="module")
def everywhere() -> Any:
    """A document with the names, uncleaned, in every place a string can have."""
    figures = Figures()
    figure = figures.count("late", 1)
    blocks: list[Any] = [
        letterhead()
        | {"body": HOSTILE[0], "subject": HOSTILE[10], "number": HOSTILE[20], "date_line": HOSTILE[34]}
    ]
    for i, name in enumerate(HOSTILE):
        run = {"t": "text", "s": name}
        blocks += [
            notice("missing", name),
            *narrative("## {0}\n\n- {1}\n- **{2}** {3}", run, run, run, figure),
        ]
        blocks += (
            [{"type": "appendix", "number": str(i), "title": name, "landscape": False}] if i % 15 == 0 else []
        )
    groups = [column(f"c{i}", name, "left", HOSTILE[i - 1]) for i, name in enumerate(HOSTILE[:6])]
    rows = [{"role": "normal", "cells": [cell(name), *[cell("")] * 5]} for name in HOSTILE]
    groups_of_rows = [{"role": "group", "cells": [cell(name)]} for name in HOSTILE]
    blocks += [table("t", HOSTILE[16], groups, [*rows, *groups_of_rows], notes=HOSTILE)]
    blocks += [
        chart("b", HOSTILE[11], ["Một", "Hai"], [1.0, 2.0]) | {"alt": HOSTILE[1], "notes": HOSTILE[:3]}
    ]
    blocks += [{"type": "closing", "recipients": HOSTILE[:4], "signer_lines": HOSTILE[4:8]}]
    return report_of(*blocks, figures=figures, title=HOSTILE[2])


@pytest.mark.parametrize("suffix", ["pdf", "docx", "xlsx"])
def test_no_uncleaned_string_is_lost_or_obeyed(
    everywhere: Any, suffix: str, tmp_path: Path, poppler: Callable[..., str]
) -> None:
    """NUL, bidi overrides and line ends too, which a catalogue or a typed figure may bring: shown as U+FFFD or □, dropped nowhere."""
    file = tmp_path / f"r.{suffix}"
    file.write_bytes(exported(everywhere, suffix))
    names = [printable(name) for name in HOSTILE]
    assert "\ufffd" in "".join(names)
    text = squeezed(text_of(file, poppler))
    assert lost([drawable(name) for name in names] if suffix == "pdf" else names, text) == []
    if suffix in HARMLESS:
        HARMLESS[suffix](file.read_bytes())
