"""Reads a delimited text export (.csv, separators , ; tab or |) block by block (đọc tệp CSV).

A block is parsed and cleaned before the next is read, so memory does not grow with the file.
"""

import codecs
import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import polars as pl

from hoso.records.intake import ragged
from hoso.records.intake.batch import BATCH_ROWS, Cells
from hoso.records.intake.columns import Columns
from hoso.records.intake.dates import PLAIN
from hoso.records.intake.header import (
    HEAD_ROWS,
    Header,
    Near,
    Row,
    find_header,
    legacy_page,
    no_header,
    where_is,
)
from hoso.records.intake.legacy import TWICE, likely_code_page
from hoso.records.intake.quoting import Block, blocks
from hoso.vocabulary.errors import InputError

_SEPARATORS = (",", ";", "\t", "|")
_HEAD_BYTES = 256 * 1024
_BLOCK_BYTES = 16 * 1024 * 1024
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# In an 8-bit page nearly every letter with a mark is an invalid byte; in damaged UTF-8 only a few are.
_LEGACY_SHARE = 0.1


@dataclass(frozen=True)
class _Layout:
    encoding: str
    bom: int
    separator: str
    header: Header
    lines: int  # lines of the file down to the end of the header


@dataclass(frozen=True)
class _Piece:
    """Parsed rows, the lines given up, and the misplaced quotes taken as plain signs."""

    frame: pl.DataFrame
    broken: dict[int, str]
    stray_quotes: int


def read_delimited(path: Path, columns: Columns) -> Iterator[Cells]:
    """Pieces of at most `BATCH_ROWS` rows. InputError for an old code page, no header or a missing column.

    `line` is the line of the file at which the row begins, also where cells hold line breaks.
    """
    layout = _layout(path, columns)
    size = path.stat().st_size
    with path.open("rb") as file:
        reads = _below(_utf8(file, layout), layout.lines)
        parsed = (
            _parse(block, layout) for block in blocks(reads, layout.separator.encode(), layout.lines + 1)
        )
        for piece in _gathered(parsed):
            yield from _cells(piece, layout.header, file.tell() / max(size, 1))


def _layout(path: Path, columns: Columns) -> _Layout:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    bom, encoding = next(((bom, name) for bom, name in _BOMS if head.startswith(bom)), (b"", "utf-8"))
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head[len(bom) :])
    if encoding == "utf-8":
        _refuse_legacy(path, head[len(bom) :], text, columns)
    found = {separator: _try(text, separator, columns) for separator in _SEPARATORS}
    complete = [(s, header, lines) for s, (_, header, lines) in found.items() if isinstance(header, Header)]
    if not complete:
        raise _no_table(path, found, columns)
    separator, header, lines = max(complete, key=lambda item: len(item[1].positions))
    return _Layout(encoding, len(bom), separator, header, lines)


def _refuse_legacy(path: Path, head: bytes, text: str, columns: Columns) -> None:
    marked = len(text) - len(text.encode("ascii", "ignore"))
    lost = text.count("\ufffd") - head.count("\ufffd".encode())
    if lost > _LEGACY_SHARE * marked:
        page = likely_code_page(head.decode("latin-1"), columns.spellings())
        # Good UTF-8 read as Latin-1 looks encoded twice: then the file mixes UTF-8 with another page.
        raise legacy_page(None if page == TWICE else page, where_is(path))


def _try(text: str, separator: str, columns: Columns) -> tuple[list[Row], Header | Near | None, int]:
    """The first rows under a separator, the header in them, and the lines down to its end."""
    reader = csv.reader((line + "\n" for line in text.split("\n")), delimiter=separator)
    rows: list[Row] = []
    ends: list[int] = []
    try:
        for row in islice(reader, HEAD_ROWS):
            rows.append(row)
            ends.append(reader.line_num)
    except csv.Error:
        pass  # a stray return or an endless cell: the rows so far must do
    header = find_header(rows, columns)
    return rows, header, ends[header.end - 1] if isinstance(header, Header) else 0


def _no_table(
    path: Path, found: dict[str, tuple[list[Row], Header | Near | None, int]], columns: Columns
) -> InputError:
    near = {separator: header for separator, (_, header, _) in found.items() if isinstance(header, Near)}
    best = max(near, key=lambda separator: near[separator].score, default=_SEPARATORS[0])
    return no_header(near.get(best), found[best][0], columns, where_is(path))


def _utf8(file: BinaryIO, layout: _Layout) -> Iterator[bytes]:
    """The file's text as UTF-8 without its mark, in reads of a bounded size."""
    file.seek(layout.bom)
    reads = iter(lambda: file.read(_BLOCK_BYTES), b"")
    if layout.encoding == "utf-8":
        return reads
    decoder = codecs.getincrementaldecoder(layout.encoding)("replace")
    return (decoder.decode(data).encode() for data in reads)


def _below(reads: Iterator[bytes], lines: int) -> Iterator[bytes]:
    """The reads without their first `lines` lines."""
    for data in reads:
        parts = data.split(b"\n", lines)
        lines -= len(parts) - 1
        if not lines:
            yield parts[-1]
            break
    yield from reads


def _parse(block: Block, layout: _Layout) -> _Piece:
    """The allow-listed columns of a block as text, with `line`; nothing else is taken out of the bytes."""
    names = [f"c{i}" for i in range(layout.header.width)]
    wanted = {names[position]: field for field, position in layout.header.positions.items()}
    source = layout.separator.join(names).encode() + b"\n" + block.data
    try:
        frame = _read_csv(source, list(wanted), layout.separator, "utf8")
    except pl.exceptions.ComputeError:  # bytes that are no UTF-8: their rows are refused later
        frame = _read_csv(source, list(wanted), layout.separator, "utf8-lossy")
    overfull = ragged.overfull(block, layout.separator.encode(), layout.header)
    frame = _emptied(frame.rename(wanted), overfull).with_columns(line=pl.Series(block.lines))
    broken = block.broken | {int(block.lines[place]): ragged.TOO_MANY_CELLS for place in overfull}
    return _Piece(frame, broken, block.stray_quotes)


def _emptied(frame: pl.DataFrame, places: list[int]) -> pl.DataFrame:
    """`frame` without the cells of some rows, which may stand under the wrong column."""
    if not places:
        return frame
    return frame.with_columns(cells.scatter(places, None) for cells in frame.get_columns())


def _read_csv(source: bytes, wanted: list[str], separator: str, encoding: str) -> pl.DataFrame:
    return pl.read_csv(
        source,
        columns=wanted,
        separator=separator,
        infer_schema=False,
        truncate_ragged_lines=True,
        encoding=encoding,
    )


def _gathered(parsed: Iterable[_Piece]) -> Iterator[_Piece]:
    """Small blocks joined, because cleaning has a fixed cost a piece."""
    waiting: list[_Piece] = []
    for piece in parsed:
        if waiting and sum(p.frame.height for p in waiting) + piece.frame.height > BATCH_ROWS:
            yield _joined(waiting)
            waiting = []
        waiting.append(piece)
    if waiting:
        yield _joined(waiting)


def _joined(pieces: list[_Piece]) -> _Piece:
    broken = {line: reason for piece in pieces for line, reason in piece.broken.items()}
    frame = pl.concat([piece.frame for piece in pieces], rechunk=True)
    return _Piece(frame, broken, sum(piece.stray_quotes for piece in pieces))


def _cells(piece: _Piece, header: Header, share: float) -> Iterator[Cells]:
    for start in range(0, max(piece.frame.height, 1), BATCH_ROWS):
        frame = piece.frame[start : start + BATCH_ROWS]
        lines = set(frame["line"]) if piece.broken else set()
        yield Cells(
            kind=header.kind,
            frame=frame,
            titles=header.titles,
            plain_dates=frozenset({PLAIN}),
            broken={line: reason for line, reason in piece.broken.items() if line in lines},
            repairs={"stray_quote": 0 if start else piece.stray_quotes},
            personal_columns=header.personal,
            share=share,
        )
