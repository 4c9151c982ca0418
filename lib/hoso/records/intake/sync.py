"""Reads national synchronisation records (hồ sơ đồng bộ, DongBoHoSoMC) as the same text cells a table has.

JSON lines, a JSON array, or an object holding one. Of a record only the keys of columns.toml and the lists
below are looked at; everything else, personal data first of all, is left in the bytes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from hoso.records.intake.batch import Cells
from hoso.records.intake.columns import Columns
from hoso.records.intake.dates import COMPACT, FIRST_YEAR, LAST_YEAR, PLAIN
from hoso.records.intake.header import where_is
from hoso.vocabulary.calendar import working_days_between
from hoso.vocabulary.errors import InputError
from hoso.vocabulary.text import fold

Record = Mapping[str, Any]
Line = tuple[int, Record | None]  # 1-based line (place in an array); None when it is no record
Row = tuple[int, dict[str, str | None] | None]

_CHUNK = 20_000
_LISTS = ("data", "DanhSachHoSo")
_PLAIN_DATES = frozenset({COMPACT, PLAIN})
_BROKEN = "dòng không phải bản ghi JSON"
_POPULATION = "CSDLDC"  # mã của Cơ sở dữ liệu quốc gia về dân cư


def read_sync(path: Path, columns: Columns) -> Iterator[Cells]:
    """Pieces of records; a line that is no JSON object is refused, a blank line is a blank row.

    InputError when none of the first records has a dossier id. `line` is the line of a JSON-lines file, or
    the record's place in an array.
    """
    keys = {
        name: field for field, names in columns.dossiers.headers.items() for name in names if name.isascii()
    }
    lines = _lines(path)
    personal: set[str] = set()
    known = False
    while chunk := list(islice(_rows(lines, keys, columns.personal, personal), _CHUNK)):
        cells = _cells(chunk, keys, len(personal))
        known = known or cells.frame["dossier_id"].null_count() < cells.frame.height
        if not known:
            raise InputError(
                "tệp JSON không có hồ sơ đồng bộ", where=where_is(path), expected="bản ghi có MaHoSo"
            )
        yield cells


def _lines(path: Path) -> Iterator[Line]:
    with path.open("rb") as file:
        start = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
        file.seek(0)
        opening = file.readline().removeprefix(b"\xef\xbb\xbf")
        document = None if start == b"{" and _is_record(opening) else _document(path)
        if document is None and start == b"[":
            raise InputError(
                "tệp JSON hỏng hoặc tải về chưa trọn", where=where_is(path), remedy="kết xuất lại"
            )
        if document is not None:
            yield from enumerate((record if isinstance(record, dict) else None for record in document), 1)
            return
        file.seek(0)
        for number, line in enumerate(file, 1):
            yield number, _record(line.removeprefix(b"\xef\xbb\xbf"))


def _is_record(line: bytes) -> bool:
    record = _record(line)
    return record is not None and not any(isinstance(record.get(name), list) for name in _LISTS)


def _document(path: Path) -> list[Any] | None:
    """The records of a file that is one JSON value; None when it is not one."""
    try:
        value = orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        return None
    if isinstance(value, dict):
        value = next((value[name] for name in _LISTS if isinstance(value.get(name), list)), [value])
    return value if isinstance(value, list) else None


def _record(line: bytes) -> Record | None:
    if not line.strip():
        return {}
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def _rows(
    lines: Iterable[Line], keys: Mapping[str, str], personal: frozenset[str], met: set[str]
) -> Iterator[Row]:
    """The fields of each record. Adds the personal keys of the first one to `met`: a system sends all or
    none."""
    first = True
    for number, record in lines:
        if first and record:
            first = False
            met |= {key for key in record if fold(key) in personal}
        yield number, None if record is None else _row(record, keys)


def _row(record: Record, keys: Mapping[str, str]) -> dict[str, str | None]:
    """The fields of a record as text: plain keys as they are, lists by what they say."""
    row = {field: _text(record.get(key)) for key, field in keys.items()}
    for field, read in _FROM_LISTS.items():
        found = read(record)
        row[field] = row.get(field) if found is None else found
    return row


def _cells(chunk: list[Row], keys: Mapping[str, str], personal: int) -> Cells:
    fields = [*dict.fromkeys([*keys.values(), *_FROM_LISTS])]
    empty: dict[str, str | None] = {}
    rows = [row or empty for _, row in chunk]
    lines = [number for number, _ in chunk]
    frame = pl.DataFrame(
        {field: pl.Series([row.get(field) for row in rows], dtype=pl.String) for field in fields}
        | {"line": pl.Series(lines, dtype=pl.Int32)}
    )
    return Cells(
        kind="dossiers",
        frame=frame,
        titles=_TITLES | {field: key for key, field in keys.items()},
        plain_dates=_PLAIN_DATES,
        broken={number: _BROKEN for number, row in chunk if row is None},
        personal_columns=personal,
    )


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, list | dict):
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _items(record: Record, name: str) -> list[Record] | None:
    """The records of a list, or None when the source did not send it."""
    value = record.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else None


def _any(items: list[Record] | None, holds: Callable[[Record], bool]) -> str | None:
    return None if items is None else "1" if any(map(holds, items)) else "0"


def _is(item: Record, key: str, *values: str) -> bool:
    return _text(item.get(key)) in values


def _digitised(record: Record) -> str | None:
    """HoSoCoThanhPhanSoHoa, or any paper handed in that was digitised."""
    said, papers = _text(record.get("HoSoCoThanhPhanSoHoa")), _items(record, "TaiLieuNop")
    found = _any(papers, lambda paper: _is(paper, "DuocSoHoa", "1", "true"))
    return found if found == "1" or not said else said


def _reused(record: Record) -> str | None:
    """Any paper taken again from an earlier paper (1) or result (2)."""
    return _any(_items(record, "TaiLieuNop"), lambda paper: _is(paper, "DuocTaiSuDung", "1", "2"))


def _electronic_result(record: Record) -> str | None:
    papers = _items(record, "DanhSachGiayToKetQua")
    return _any(papers, lambda p: bool(p.get("MaGiayToKetQua") or p.get("DuongDanTepTinKetQua")))


def _fee(record: Record) -> str | None:
    return _any(_items(record, "DanhSachLePhi"), lambda fee: _positive(_text(fee.get("Gia"))))


def _positive(amount: str | None) -> bool:
    return any(digit in "123456789" for digit in amount or "")


def _citizen_data(record: Record) -> str | None:
    """Whether the population database is among those the dossier drew on; a list of codes or of objects."""
    value = record.get("DSKetNoiCSDL")
    if not isinstance(value, list):
        return None
    codes = (item.get("MaCSDL") if isinstance(item, dict) else item for item in value)
    return "1" if any(_text(code) == _POPULATION for code in codes) else "0"


def _supplements(record: Record) -> str | None:
    requests = _items(record, "DanhSachHoSoBoSung")
    return None if requests is None else str(len(requests))


def _waiting_days(record: Record) -> str | None:
    """Working days between each request for supplements and their receipt; an open request has no end yet."""
    requests = _items(record, "DanhSachHoSoBoSung")
    if requests is None:
        return None
    spans = ((_day(r.get("NgayBoSung")), _day(r.get("NgayTiepNhanBoSung"))) for r in requests)
    return str(sum(_working_days(a, b) for a, b in spans if a and b and a < b))


def _working_days(first: date, last: date) -> int:
    """`working_days_between` with whole years counted once only: a mistyped year would cost seconds a
    record."""
    whole = range(first.year + 1, last.year)
    if first.year == last.year:
        return working_days_between(first, last)
    ends = (
        working_days_between(first, _last_day(first.year)),
        working_days_between(_last_day(whole.stop - 1), last),
    )
    return sum(ends) + sum(map(_working_days_in, whole))


@cache
def _working_days_in(year: int) -> int:
    return working_days_between(_last_day(year - 1), _last_day(year))


def _last_day(year: int) -> date:
    return date(year, 12, 31)


def _day(value: object) -> date | None:
    """The day of "20240115080000"; None for anything else, and for a year no dossier can have."""
    try:
        day = datetime.strptime((_text(value) or "")[:8], "%Y%m%d").date()
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


_FROM_LISTS: dict[str, Callable[[Record], str | None]] = {
    "digitised": _digitised,
    "reused": _reused,
    "electronic_result": _electronic_result,
    "fee_amount": _fee,
    "citizen_data": _citizen_data,
    "supplements": _supplements,
    "waiting_days": _waiting_days,
}
_TITLES = {"fee_amount": "DanhSachLePhi", "supplements": "DanhSachHoSoBoSung"}
