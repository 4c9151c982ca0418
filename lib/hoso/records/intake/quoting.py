"""Cuts delimited text into blocks of whole records (cắt tệp CSV thành khối), whatever stands between quotes.

A record may hold line breaks inside quotes. A quote in the wrong place (5" ống) would swallow the rows after
it, so such quotes are taken as plain signs, and a quote that never closes costs its own line only.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# A record over more lines than this has lost its closing quote.
_LINES_A_RECORD = 50
_QUOTE, _NEWLINE, _RETURN, _APOSTROPHE = b"\"\n\r'"
_SIGN = re.compile(rb"[^\n]")
_UNCLOSED = "dấu nháy kép mở ra không đóng lại"


Places = NDArray[np.int64]


@dataclass(frozen=True)
class Block:
    """Whole records: their bytes, where each begins, its first line (Int32, 1-based), the separators between
    its cells, lines given up with the reason, and the number of misplaced quotes taken as plain signs."""

    data: bytes
    starts: Places
    lines: NDArray[np.int32]
    separators: Places
    broken: dict[int, str]
    stray_quotes: int


def blocks(reads: Iterable[bytes], separator: bytes, first_line: int) -> Iterator[Block]:
    """The records of `reads` in blocks about as long as the reads; lines are counted from `first_line`."""
    rest, line = b"", first_line
    for data, last in _with_last(reads):
        block, rest, line = _cut(rest + data, separator, line, last)
        yield block


def _with_last(reads: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    following = iter(reads)
    held = next(following, b"")
    for data in following:
        yield held, False
        held = data
    yield held, True


def _cut(data: bytes, separator: bytes, line: int, last: bool) -> tuple[Block, bytes, int]:
    """The whole records of `data`, what is left over, and the line that starts at."""
    if last and data and not data.endswith(b"\n"):
        data += b"\n"
    broken: list[int] = []
    strays = 0
    quotes, newlines = _where(data, _QUOTE), _where(data, _NEWLINE)
    if not _in_place(data, separator, quotes, newlines, last):
        whole = int(newlines[-1]) + 1 if len(newlines) else 0
        mended, broken, strays = _mended(data[:whole], separator, last)
        data = mended + data[whole:]
        quotes = _where(data, _QUOTE)
    ends = _record_ends(quotes, newlines)
    stop = int(ends[-1]) + 1 if len(ends) else 0
    starts = np.concatenate(([0], ends + 1))[: len(ends)]
    lines = (np.searchsorted(newlines, starts) + line).astype(np.int32)
    given_up = {int(np.searchsorted(newlines, at)) + line: _UNCLOSED for at in broken if at < stop}
    following = line + int(np.searchsorted(newlines, stop))
    between = _separators(data, separator, quotes, ends)
    return Block(data[:stop], starts, lines, between, given_up, strays), data[stop:], following


def _where(data: bytes, sign: int) -> Places:
    if sign not in data:
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.frombuffer(data, np.uint8) == sign)


def _separators(data: bytes, separator: bytes, quotes: Places, ends: Places) -> Places:
    """How many separators each record has outside quotes."""
    if not len(ends):
        return np.zeros(0, np.int64)
    hits = np.frombuffer(data, np.uint8)[: ends[-1] + 1] == separator[0]
    counts = _sums(hits, np.concatenate(([0], ends[:-1] + 1)))
    within = quotes[quotes < ends[-1]]
    if len(within):
        quoted = _sums(hits, within)[0::2]
        counts -= np.bincount(np.searchsorted(ends, within[0::2]), quoted, len(ends)).astype(np.int64)
    return counts


def _sums(hits: NDArray[np.bool_], starts: Places) -> Places:
    """The hits from each start to the next."""
    few = np.add.reduceat(hits.view(np.uint8), starts, dtype=np.uint8)
    if int(few.sum(dtype=np.int64)) == np.count_nonzero(hits[starts[0] :]):
        return few.astype(np.int64)
    return np.add.reduceat(hits, starts, dtype=np.int64)  # some 256 or more: twenty times slower


def _record_ends(quotes: Places, newlines: Places) -> Places:
    """The line breaks outside quotes: those with an even number of quotes before them."""
    inside = np.searchsorted(quotes, newlines) % 2 == 1
    return np.asarray(newlines[~inside])


def _in_place(data: bytes, separator: bytes, quotes: Places, newlines: Places, last: bool) -> bool:
    """Whether every quote opens a cell, closes one or is doubled, and none stays open too long."""
    if not len(quotes):
        return True
    text = np.frombuffer(data, np.uint8)
    opening, closing = quotes[0::2], quotes[1::2]
    opens = np.isin(text[np.maximum(opening - 1, 0)], [*separator, _NEWLINE, _QUOTE]) | (opening == 0)
    after, beyond = (text[np.minimum(closing + step, len(text) - 1)] for step in (1, 2))
    closes = np.isin(after, [*separator, _NEWLINE, _QUOTE]) | ((after == _RETURN) & (beyond == _NEWLINE))
    even = len(quotes) % 2 == 0 or not last
    return bool(opens.all() and closes.all() and even) and _short(_record_ends(quotes, newlines), newlines)


def _short(ends: Places, newlines: Places) -> bool:
    reached = np.concatenate(([0], np.searchsorted(newlines, ends) + 1, [len(newlines)]))
    return bool(np.diff(reached).max() <= _LINES_A_RECORD)


def _mended(data: bytes, separator: bytes, last: bool) -> tuple[bytes, list[int], int]:
    """Whole lines with misplaced quotes as apostrophes and records with an unclosed quote blanked, where these
    records begin, and the number of quotes replaced. Lengths and line breaks stay."""
    text, borders = bytearray(data), frozenset({*separator, _NEWLINE})
    broken: list[int] = []
    strays, record, closed, opened, at = 0, 0, 0, -1, text.find(_QUOTE)
    while at >= 0 or opened >= 0:
        if opened >= 0 and _never_closes(text, opened, at, borders, last):
            broken.append(record)
            record = closed = _blank(text, record, opened)
            opened, at = -1, text.find(_QUOTE, record)
        elif at < 0:
            break  # it may close in the next block
        elif opened >= 0 and _at(text, at + 1) == _QUOTE:
            at = text.find(_QUOTE, at + 2)
        elif opened >= 0 and _ends_cell(text, at + 1, borders):
            closed, opened, at = at, -1, text.find(_QUOTE, at + 1)
        elif opened < 0 and _at(text, at - 1) in borders:
            record = max(record, text.rfind(b"\n", closed, at) + 1)
            opened, at = at, text.find(_QUOTE, at + 1)
        else:
            text[at], strays = _APOSTROPHE, strays + 1
            at = text.find(_QUOTE, at + 1)
    return bytes(text), broken, strays


def _never_closes(text: bytearray, opened: int, at: int, borders: frozenset[int], last: bool) -> bool:
    """Whether the quote at `opened`, the next being at `at`, has no partner: the text ends, too many lines
    follow, or the next quote itself opens a cell."""
    if at < 0:
        return last or text.count(b"\n", opened) > _LINES_A_RECORD
    begins = at > opened + 1 and _at(text, at - 1) in borders
    opens = begins and _at(text, at + 1) != _QUOTE and not _ends_cell(text, at + 1, borders)
    return opens or text.count(b"\n", opened, at) > _LINES_A_RECORD


def _ends_cell(text: bytearray, place: int, borders: frozenset[int]) -> bool:
    return _at(text, place) in borders or (_at(text, place) == _RETURN and _at(text, place + 1) == _NEWLINE)


def _at(text: bytearray, place: int) -> int:
    """The byte there; beyond either end, a line break."""
    return text[place] if 0 <= place < len(text) else _NEWLINE


def _blank(text: bytearray, record: int, opened: int) -> int:
    """Blanks a record down to the end of the line of its unclosed quote; returns where the next line begins."""
    end = text.find(b"\n", opened) + 1
    text[record:end] = _SIGN.sub(b" ", text[record:end])
    return end
