"""Finds the rows of a delimited file with more cells than its header (số ô nhiều hơn tiêu đề).

A separator that nobody quoted, most often the comma of an address, moves every cell after it one column to the
right: a person's name may come to stand under a column that is read. Such a row is never read.
"""

import numpy as np

from hoso.records.intake.columns import TEXT_FIELDS
from hoso.records.intake.header import Header
from hoso.records.intake.quoting import Block, Places

TOO_MANY_CELLS = "số ô nhiều hơn tiêu đề"
_NOTHING = b' "\r\t'


def overfull(block: Block, separator: bytes, header: Header) -> list[int]:
    """The places in `block` of records with filled cells beyond the header.

    Empty cells there are only the separators some systems end a line with. But a moved row whose last cell is
    empty looks the same; so where a column that is not read stands before a text that is, a row may only end
    with as many as most rows do.
    """
    excess = block.separators - (header.width - 1)
    usual = _usual(excess, block.separators) if _exposed(header) else None
    return [
        place
        for place in np.flatnonzero(excess > 0).tolist()
        if usual not in (None, excess[place]) or _filled(_record(block, place), separator, int(excess[place]))
    ]


def _usual(excess: Places, separators: Places) -> int:
    """The number of cells too many that more than half of the rows have, else 0."""
    rows = excess[separators > 0]
    middle = int(np.median(rows)) if len(rows) else 0
    return middle if 2 * int((rows == middle).sum()) > len(rows) else 0


def _exposed(header: Header) -> bool:
    read = set(header.positions.values())
    texts = [header.positions[field] for field in TEXT_FIELDS if field in header.positions]
    return any(position not in read for position in range(max(texts, default=0)))


def _record(block: Block, place: int) -> bytes:
    following = block.starts[place + 1] if place + 1 < len(block.starts) else len(block.data)
    return block.data[block.starts[place] : following].rstrip(b"\r\n")


def _filled(record: bytes, separator: bytes, excess: int) -> bool:
    """Whether one of the last `excess` cells holds anything."""
    return any(cell.strip(_NOTHING) for cell in record.rsplit(separator, excess)[1:])
