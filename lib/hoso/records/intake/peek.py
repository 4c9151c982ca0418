"""The first rows of a sheet of an .xlsx, without unpacking the rest (xem trước trang tính).

The sheet reader parses a whole sheet however few rows are asked for; looking for the header with it would
double the time of an import.
"""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_LINK = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"

Cell = tuple[str, str]  # kind ("s" = number of a shared text), content


# What a package laid out in another way, or damaged, makes of the steps below.
UNLIKE = (
    *(LookupError, ValueError, StopIteration, EOFError, NotImplementedError),
    *(ElementTree.ParseError, zipfile.BadZipFile, zlib.error),
)
_LAST_COLUMN = 16_383  # XFD


class NoPeekError(Exception):
    """The package is not laid out as expected; the caller reads the sheet in full instead."""


def first_rows(path: Path, sheet: str, count: int) -> list[list[str | None]]:
    """The first `count` rows, by their true row and column numbers; NoPeekError when this way is closed."""
    try:
        with zipfile.ZipFile(path) as package:
            with package.open(sheet_part(package, sheet)) as part:
                rows = dict(_rows(part, count))
            shared = _shared(package, _wanted(rows))
        return [_filled(rows.get(number, {}), shared) for number in range(max(rows, default=-1) + 1)]
    except UNLIKE as fault:
        raise NoPeekError(str(fault)) from fault


def sheet_part(package: zipfile.ZipFile, sheet: str) -> str:
    """The name of a sheet's part in the package; one of `UNLIKE` when there is none."""
    book = ElementTree.fromstring(package.read("xl/workbook.xml"))
    links = ElementTree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
    wanted = next(item.attrib[_RELATION] for item in book.iter(f"{_MAIN}sheet") if item.get("name") == sheet)
    target = next(item.attrib["Target"] for item in links.iter(_LINK) if item.get("Id") == wanted)
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _rows(part: IO[bytes], count: int) -> Iterator[tuple[int, dict[int, Cell]]]:
    row = column = -1
    cells: dict[int, Cell] = {}
    for event, element in ElementTree.iterparse(part, ("start", "end")):
        if event == "start" and element.tag == f"{_MAIN}row":
            row, column, cells = int(element.get("r", row + 2)) - 1, -1, {}
            if row >= count:
                return
        elif event == "end" and element.tag == f"{_MAIN}c":
            column = column_of(element.get("r"), column + 1)
            if column > _LAST_COLUMN:
                raise ValueError(f"no column {column}")
            cells[column] = _cell(element)
        elif event == "end" and element.tag == f"{_MAIN}row":
            yield row, cells
            element.clear()


def column_of(reference: str | None, following: int = 0) -> int:
    """0-based column of "AB12"; cells without a reference follow each other."""
    letters = [ord(c) - 64 for c in reference or "" if c.isalpha()]
    number = 0
    for letter in letters:
        number = number * 26 + letter
    return number - 1 if letters else following


def _cell(element: ElementTree.Element) -> Cell:
    inline = element.find(f"{_MAIN}is")
    if inline is not None:
        return "inline", _text(inline)
    return element.get("t", "n"), element.findtext(f"{_MAIN}v", "")


def _wanted(rows: dict[int, dict[int, Cell]]) -> set[int]:
    return {int(text) for cells in rows.values() for kind, text in cells.values() if kind == "s" and text}


def _shared(package: zipfile.ZipFile, wanted: set[int]) -> dict[int, str]:
    """The shared texts asked for; those of the first rows stand near the start of the part."""
    if not wanted:
        return {}
    texts: dict[int, str] = {}
    with package.open("xl/sharedStrings.xml") as part:
        items = (e for _, e in ElementTree.iterparse(part) if e.tag == f"{_MAIN}si")
        for number, item in enumerate(items):
            if number in wanted:
                texts[number] = _text(item)
            item.clear()
            if number >= max(wanted):
                break
    return texts


def _text(element: ElementTree.Element) -> str:
    runs = [element, *element.findall(f"{_MAIN}r")]
    return "".join(run.findtext(f"{_MAIN}t", "") for run in runs)


def _filled(cells: dict[int, Cell], shared: dict[int, str]) -> list[str | None]:
    row: list[str | None] = [None] * (max(cells, default=-1) + 1)
    for column, (kind, text) in cells.items():
        row[column] = (shared[int(text)] if kind == "s" and text else text) or None
    return row
