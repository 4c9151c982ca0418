"""Reference sheets (bảng danh mục): small CSV files that people keep, read strictly and with all their faults at once."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache, wraps
from pathlib import Path
from typing import TypeVar

from ..vocabulary.errors import InputError, UsageError
from ..vocabulary.places import LEVELS, Province, find_province, reference_units
from ..vocabulary.text import clean
from ..vocabulary.workbook import Edition, edition

Line = dict[str, str]
T = TypeVar("T")
ERAS = ("63", "34")


def remembered(read: Callable[[Path], T]) -> Callable[[Path], T]:
    """A reader of a sheet that reads a file once a process, and again when it has changed; for what cannot be altered."""

    @lru_cache(maxsize=8)
    def once(path: Path, _edition: Edition | None) -> T:
        return read(path)

    @wraps(read)
    def reader(path: Path) -> T:
        return once(path, edition(path))

    return reader


@dataclass
class Sheet:
    """One CSV file: its cells by column, and the faults its reader found so far.

    A reader looks at every line, notes faults instead of stopping, and calls `close`, which raises them together.
    """

    path: Path
    columns: Sequence[str]
    faults: list[str] = field(default_factory=list)
    _at: str = ""

    def lines(self) -> Iterator[Line]:
        """The rows, cleaned; none when the columns are not the ones expected (then `close` says so).

        InputError for a file that cannot be read at all.
        """
        try:
            yield from self._lines()
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise InputError(
                "không đọc được tệp", where=str(self.path), expected="tệp CSV mã UTF-8"
            ) from error

    def _lines(self) -> Iterator[Line]:
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="", restval=None)
            if list(reader.fieldnames or ()) != list(self.columns):
                self._columns(reader.fieldnames or ())
                return
            for row in reader:
                self._at = f"dòng {reader.line_num}"
                if "" in row or None in row.values():
                    self.fault("số ô không bằng số cột")
                    continue
                yield {name: clean(cell) for name, cell in row.items()}

    def _columns(self, found: Collection[str]) -> None:
        unknown, missing = set(found) - set(self.columns), set(self.columns) - set(found)
        self.faults += [
            f"không có cột {name} trong mẫu ({', '.join(self.columns)})" for name in sorted(unknown)
        ]
        self.faults += [f"thiếu cột {name}" for name in sorted(missing)]
        if not unknown | missing:
            self.faults.append("các cột không theo thứ tự của mẫu hoặc bị lặp")

    def fault(self, text: str) -> None:
        """Notes what is wrong on the current line."""
        self.faults.append(f"{self._at}: {text}")

    def close(self) -> None:
        """InputError with every fault found, one after another; nothing when there is none."""
        if self.faults:
            raise InputError("; ".join(self.faults), where=self.path.name)

    def required(self, line: Line, *names: str) -> None:
        """Notes each of these cells that is empty."""
        for name in names:
            if not line[name]:
                self.fault(f"thiếu {name}")

    def day(self, line: Line, name: str) -> date | None:
        """A cell that holds a date (2024-12-31) or nothing."""
        try:
            return date.fromisoformat(line[name]) if line[name] else None
        except ValueError:
            self.fault(f"{name} “{line[name]}” không phải ngày dạng 2024-12-31")
            return None

    def days_in_order(self, first: date | None, last: date | None) -> None:
        """Notes a validity that ends before it begins."""
        if first and last and last < first:
            self.fault(f"hết hiệu lực {last} trước khi có hiệu lực {first}")

    def number(self, line: Line, name: str) -> Fraction | None:
        """A cell that holds a plain decimal number (0.5), exactly, or nothing."""
        if not line[name]:
            return None
        try:
            return Fraction(Decimal(line[name]))
        except (InvalidOperation, ValueError, OverflowError):
            self.fault(f"{name} “{line[name]}” không phải số dạng 0.5")
            return None

    def count(self, line: Line, name: str) -> int | None:
        """A cell that holds a whole number from 0 up, or nothing: what was not given stays missing."""
        if not line[name]:
            return None
        if not (line[name].isascii() and line[name].isdigit()):
            self.fault(f"{name} “{line[name]}” không phải số nguyên không âm")
            return None
        return int(line[name])

    def flag(self, line: Line, name: str) -> bool:
        """A cell that holds 1 or 0."""
        if line[name] not in ("0", "1"):
            self.fault(f"{name} “{line[name]}” không phải 0 hoặc 1")
        return line[name] == "1"

    def known(self, line: Line, name: str, words: Collection[str]) -> str:
        """A cell that holds one of these words; notes which ones there are when it does not."""
        if line[name] not in words:
            self.fault(f"{name} “{line[name]}” không có; chỉ có: {', '.join(words)}")
        return line[name]

    def levels(self, line: Line, name: str = "level") -> tuple[str, ...]:
        """The levels a cell lists, apart by spaces; none means every level."""
        found = tuple(line[name].split())
        for level in set(found) - set(LEVELS):
            self.fault(f"{name} “{level}” không có; chỉ có: {', '.join(LEVELS)}")
        return found

    def province(self, line: Line) -> Province | None:
        """The province of the cells `province` (a slug) and `era`; None where the row is for the whole country."""
        era = next((era for era in ("63", "34") if era == line["era"]), None)
        if era is None:
            self.fault(f"era “{line['era']}” không có; chỉ có: {', '.join(ERAS)}")
            return None
        try:
            found = find_province(line["province"], era) if line["province"] else None
        except UsageError as error:
            self.fault(error.what)
            return None
        if found and found.slug != line["province"]:
            self.fault(f"province viết là “{line['province']}”; phải viết là {found.slug}")
        return found

    def unit(self, line: Line, province: Province | None, name: str = "unit") -> str | None:
        """A unit's id, known to the province's reference list where it has one; None for an empty cell."""
        if not line[name]:
            return None
        known = {unit.id for unit in reference_units(province.id)} if province else set()
        if province is None:
            self.fault(f"{name} “{line[name]}” mà không có province")
        elif known and line[name] not in known:
            self.fault(f"không có đơn vị {line[name]} tại {province.title}")
        return line[name]
