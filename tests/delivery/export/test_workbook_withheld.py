"""Withheld counts of the public notice stay withheld in the workbook and in figures.json: dossiers drawn so that some must be."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from hoso.delivery import outputs
from hoso.delivery.export.document import Document, document
from hoso.delivery.export.workbook import xlsx
from hoso.delivery.export.workbook.cells import typed, words
from hoso.presentation.figures import MISSING
from hoso.statistics.public_tables import SIGN
from tests.delivery.export.workbook_documents import body, read
from tests.delivery.test_disclosure_report import PERIOD, SECRET
from tests.notebooks.runner import run
from tests.schema import check
from tests.statistics.test_board import rows
from tests.stores import load


@pytest.fixture(scope="module")
def notice(tmp_path_factory: pytest.TempPathFactory) -> Document:
    """The notice made from those dossiers: of 977 of one department three were late, so 974 and what follows is withheld."""
    folder = tmp_path_factory.mktemp("withheld")
    load(folder, [*rows(), *SECRET])
    return document(run("disclosure", folder / "store", province="ha-giang", period=PERIOD), "disclosure")


@pytest.fixture(scope="module")
def book(notice: Document) -> Any:
    return read(xlsx(notice))


def tables(notice: Document) -> list[Any]:
    return [block for block in notice["blocks"] if block["type"] == "table"]


def signs(notice: Document) -> Iterator[tuple[int, int, int]]:
    """The places of withheld cells: table, row, column."""
    for i, table in enumerate(tables(notice)):
        for j, row in enumerate(table["rows"]):
            for k, cell in enumerate(row["cells"]):
                if words(cell["runs"], notice["figures"]) == SIGN:
                    yield i, j, k


def test_a_withheld_cell_is_the_sign_and_nothing_else(notice: Document, book: Any) -> None:
    """The sign as words, told apart from a blank; null in figures.json; the first sheet says what it means."""
    found = list(signs(notice))
    assert len(found) > 10
    for i, j, k in found:
        sheet = book.worksheets[1 + i]
        cell = sheet.cell(body(sheet) + j, k + 1)
        assert (cell.value, cell.comment, cell.data_type) == (SIGN, None, "s")
    checked = [table["id"] for table in tables(notice) if "verify" in table]
    values = {table["id"]: table["rows"] for table in outputs.figures(notice)["tables"]}
    for i, j, k in found:
        name = tables(notice)[i]["id"]
        assert name in checked
        assert values[name][j]["values"][k] is None
    assert any(SIGN in str(cell.value) for row in book.worksheets[0] for cell in row)


def test_a_value_behind_the_sign_reaches_no_file(notice: Document) -> None:
    """Were a value left behind every withheld cell, the workbook and figures.json would be the same to the byte."""
    revealed = copy.deepcopy(notice)
    for n, (i, j, k) in enumerate(signs(notice)):
        tables(revealed)[i]["rows"][j]["cells"][k]["value"] = 974 + n
    assert revealed != notice
    assert xlsx(revealed) == xlsx(notice)
    assert json.dumps(outputs.figures(revealed)) == json.dumps(outputs.figures(notice))


def test_every_number_is_one_that_the_notice_prints(notice: Document, book: Any) -> None:
    """No number stands anywhere in the workbook but those of printed figures, printed cells, and counts of rows."""
    said = [figure for figure in notice["figures"].values() if figure["printed"] not in (MISSING, SIGN)]
    allowed = {figure[part] for figure in said for part in ("value", "numerator", "denominator")}
    allowed |= {
        typed(cell, notice["figures"]).value for t in tables(notice) for r in t["rows"] for cell in r["cells"]
    }
    about = book.worksheets[0]
    listed = {row[2].value for row in about.iter_rows()} | {notice["data_version"]}
    numbers = {
        cell.value
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, int | float)
    }
    assert numbers <= allowed | listed
    assert listed - {"Số dòng", None} <= {len(t["rows"]) for t in tables(notice)} | {
        len(notice["figures"]),
        notice["data_version"],
    }
    assert not any(isinstance(value, datetime) for value in numbers)


def test_the_drawn_secret_is_nowhere(notice: Document, book: Any) -> None:
    """Of 977 and 974 at most one stands on any sheet; never the points 19,94 nor the three that were late."""
    row: list[Any] = []
    for sheet in book.worksheets:
        values = [cell.value for row in sheet.iter_rows() for cell in row]
        assert not {974, 977} <= {value for value in values if isinstance(value, int | float)}, sheet.title
        assert not any(isinstance(v, float) and 19.93 <= v < 19.95 for v in values), sheet.title
        row += [[c.value for c in r] for r in sheet.iter_rows() if r[1].value == "Sở Công Thương"]
    assert row
    assert any(SIGN in cells for cells in row)


def test_the_notice_follows_the_schema(notice: Document) -> None:
    """With withheld values too."""
    check(notice)
