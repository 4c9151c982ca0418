"""Reads the dossier sheets of an Excel workbook (.xlsx, .xls) as text cells (đọc bảng tính)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import fastexcel
import polars as pl

from hoso.records.intake.batch import BATCH_ROWS, Cells
from hoso.records.intake.columns import Columns
from hoso.records.intake.dates import ISO, PLAIN
from hoso.records.intake.extent import refuse_stray_cells
from hoso.records.intake.files import damaged, protected
from hoso.records.intake.header import HEAD_ROWS, Header, Near, Row, find_header, no_header, where_is
from hoso.records.intake.peek import NoPeekError, first_rows
from hoso.vocabulary.errors import InputError

# A cell formatted as a date arrives as ISO text.
_PLAIN_DATES = frozenset({PLAIN, ISO})


def read_workbook(path: Path, columns: Columns) -> Iterator[Cells]:
    """Pieces of at most `BATCH_ROWS` rows of every sheet with a complete header; others are passed over.

    InputError when no sheet has one. `line` is the row number Excel shows.
    """
    book = _open(path)
    heads = {sheet: _head(book, path, sheet) for sheet in book.sheet_names}
    found = {sheet: find_header(rows, columns) for sheet, rows in heads.items()}
    tables = {sheet: header for sheet, header in found.items() if isinstance(header, Header)}
    if not tables:
        raise _no_table(path, heads, found, columns)
    for sheet in tables:
        refuse_stray_cells(path, sheet)
    for place, (sheet, header) in enumerate(tables.items()):
        for piece in _pieces(_load(book, path, sheet, header), header, sheet):
            yield replace(piece, share=(place + (piece.share or 0)) / len(tables))


def _open(path: Path) -> fastexcel.ExcelReader:
    try:
        return fastexcel.read_excel(path)
    except fastexcel.FastExcelError as fault:
        raise protected(path) if "assword" in str(fault) else damaged(path) from None


def _head(book: fastexcel.ExcelReader, path: Path, sheet: str) -> list[Row]:
    try:
        return list(first_rows(path, sheet, HEAD_ROWS))
    except NoPeekError:
        # An .xls, or a package laid out in another way, of which nothing is believed.
        refuse_stray_cells(path, sheet, believe=False)
    try:
        head = book.load_sheet(sheet, header_row=None, skip_rows=0, n_rows=HEAD_ROWS, dtypes="string")
        return list(head.to_polars().iter_rows())
    except fastexcel.FastExcelError:
        return []  # a sheet without cells, such as a chart


def _load(book: fastexcel.ExcelReader, path: Path, sheet: str, header: Header) -> pl.DataFrame:
    """The allow-listed columns below the header, all as text; the other cells never become a frame."""
    wanted = sorted(set(header.positions.values()))
    try:
        body = book.load_sheet(
            sheet, header_row=None, skip_rows=header.end, use_columns=wanted, dtypes="string"
        ).to_polars()
    except fastexcel.FastExcelError:
        raise damaged(path) from None
    names = {position: name for name, position in header.positions.items()}
    body.columns = [names[position] for position in wanted]
    return body.with_row_index("line", offset=header.end + 1).cast({"line": pl.Int32})


def _pieces(body: pl.DataFrame, header: Header, sheet: str) -> Iterator[Cells]:
    for start in range(0, max(body.height, 1), BATCH_ROWS):
        yield Cells(
            kind=header.kind,
            frame=body[start : start + BATCH_ROWS],
            titles=header.titles,
            plain_dates=_PLAIN_DATES,
            sheet=sheet,
            personal_columns=header.personal,
            share=min(start + BATCH_ROWS, body.height) / max(body.height, 1),
        )


def _no_table(
    path: Path, heads: dict[str, list[Row]], found: dict[str, Header | Near | None], columns: Columns
) -> InputError:
    """Tells of the sheet that comes nearest to a table, or of all of them."""
    near = {sheet: header for sheet, header in found.items() if isinstance(header, Near)}
    if near:
        sheet = max(near, key=lambda name: near[name].score)
        return no_header(near[sheet], heads[sheet], columns, where_is(path, sheet))
    return no_header(None, [row for rows in heads.values() for row in rows], columns, where_is(path))
