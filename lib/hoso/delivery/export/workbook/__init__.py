"""The appendix of figures (phụ lục số liệu) as a workbook: a sheet a table, each number typed, no formula, no link out.

Same document, same bytes. Words reach the file as words only, whatever they begin with.
"""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any, Final

import xlsxwriter

from hoso.delivery.export.document import Document
from hoso.delivery.export.workbook import about, figures_grid, scored_grid
from hoso.delivery.export.workbook.cells import safe
from hoso.delivery.export.workbook.grid import Grid, grid
from hoso.delivery.export.workbook.names import sheet_names
from hoso.delivery.export.workbook.sheet import Sheet, write
from hoso.delivery.export.workbook.styles import FONT, SIZE, Styles
from hoso.presentation.markdown import Block
from hoso.presentation.structure import appendix_title

__all__ = ["xlsx"]

_OPTIONS: Final = {
    "in_memory": True,  # no file beside the one asked for
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_EPOCH: Final = "1970-01-01"  # without a date of the data, a plainly empty one, never the clock's
_LONGEST_TITLE: Final = 255

Place = tuple[Grid, tuple[str, str], str]
"""A grid, its caption and appendix number for the sheet's name, and the line that says where it belongs."""


def xlsx(document: Document) -> bytes:
    """The workbook of a document: about the report, a sheet a table, the scorecard by group, every figure."""
    buffer = BytesIO()
    # A new one each time: the library writes into what it is given.
    font = {"default_format_properties": {"font_name": FONT, "font_size": SIZE}}
    book = xlsxwriter.Workbook(buffer, {**_OPTIONS, **font})
    book.set_properties(_properties(document))
    _write(book, document)
    book.close()
    return buffer.getvalue()


def _properties(document: Document) -> dict[str, Any]:
    day = datetime.fromisoformat(document["date"] or _EPOCH)
    head: Block = next((block for block in document["blocks"] if block["type"] == "letterhead"), {})
    told = {
        "title": document["title"],
        "subject": document.get("period_text") or "",
        "company": head.get("body") or "",
        "keywords": document.get("province_name") or "",
        "status": document.get("provisional") or "",
    }
    return {"created": day, **{name: safe(text)[:_LONGEST_TITLE] for name, text in told.items()}}


def _write(book: Any, document: Document) -> None:
    styles, places = Styles(book), _places(document)
    names = sheet_names([named for _, named, _ in places])
    pages = [(name, one, where) for name, (one, _, where) in zip(names, places, strict=True)]
    if (scored := scored_grid.scored_grid(document)) is not None:
        pages.append((scored_grid.TITLE, scored, ""))
    pages.append((figures_grid.TITLE, figures_grid.figures_grid(document), ""))
    listed = [
        about.Listed(name, " – ".join(filter(None, (where, one.title))), len(one.rows))
        for name, one, where in pages
    ]
    about.write(Sheet(book.add_worksheet(about.TITLE), styles), document, listed)
    marks = about.marks(document)
    for name, one, where in pages:
        title = [where or safe(document["title"])]
        write(Sheet(book.add_worksheet(name), styles), one, title, marks)


def _places(document: Document) -> list[Place]:
    """The tables in the report's order."""
    number, where, found = "", "", list[Place]()
    for block in document["blocks"]:
        if block["type"] == "appendix":
            number, where = block["number"], safe(f"{appendix_title(block)}. {block['title']}")
        elif block["type"] == "table" and block["columns"]:
            named = (block.get("caption") or "", number)
            found.append((grid(block, document["figures"]), named, where))
    return found
