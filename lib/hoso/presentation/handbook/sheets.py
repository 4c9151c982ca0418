"""The sheets of the examples (bảng hồ sơ minh họa): what happened to each drawn dossier, and what each is counted in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from ...records.schema import FLAGS
from ...statistics.definitions import CountWords, Definitions, Indicator
from ...statistics.reasons import CHANNEL_WORDS, SERVICE_WORDS, STATUS_WORDS
from ...vocabulary import numbers
from ..figured_table import Cell, Column, Row
from ..figures import Figure, Phrase
from . import drawn
from .book import Book
from .examples import Examples
from .words import validity

_YES: Final = {True: "có", False: "không", None: "–"}
_FLAG_TITLES: Final = ("Số hóa", "Dùng lại", "Kết quả điện tử", "Đồng bộ", "Xác thực", "Dữ liệu dân cư")
_MARK: Final = "x"
# The counts beyond form II.06a that an official may ask for, by what they are counted for.
_GROUPS: Final[dict[str, Callable[[CountWords], bool]]] = {
    "Biểu số II.06a/VPCP/KSTT, so theo ngày": lambda w: w.origin == "facts" and "766" not in w.legal_basis,
    "Tiến độ theo Bộ chỉ số 766, so theo giờ phút": lambda w: w.origin == "facts" and "766" in w.legal_basis,
    "Đếm thủ tục hành chính": lambda w: w.origin == "procedures",
}


def write(book: Book, known: Definitions, made: Examples) -> None:
    """The drawn dossiers and procedures, then what each is counted in."""
    _what_happened(book)
    _what_they_carry(book)
    _procedures(book)
    _counts_ticked(book, known, made)
    _rates_ticked(book, known, made)


def _what_happened(book: Book) -> None:
    columns = [
        ("id", "Hồ sơ", "left", 1.5), ("channel", "Hình thức nộp", "left", 1.7), ("received", "Tiếp nhận", "center", 1.9),
        ("due", "Hẹn trả", "center", 1.9), ("finished", "Kết thúc", "center", 1.9), ("status", "Trạng thái", "left", 2.0),
        ("story", "Điều đã xảy ra", "left", 5.2),
    ]  # fmt: skip
    rows = [("normal", list(_dates(row))) for row in drawn.dossiers().iter_rows(named=True)]
    book.table(
        "ho-so", "Hồ sơ minh họa: ngày, giờ và điều đã xảy ra", columns, rows,
        f"Kỳ ví dụ: {drawn.PERIOD.label}, {drawn.PERIOD.window}. Dấu “–”: không có. Trạng thái là trạng thái khi kết "
        "xuất dữ liệu, sau ngày cuối kỳ.",
    )  # fmt: skip


def _dates(row: dict[str, Any]) -> Iterator[Cell]:
    yield f"HS{row['dossier']}"
    yield CHANNEL_WORDS[row["channel"]]
    for name in ("received_at", "due_at", "finished_at"):
        moment = row[name]
        yield f"{moment:%H:%M} {numbers.date(moment.date())}" if moment else None
    yield STATUS_WORDS[row["status"]]
    yield drawn.STORIES[row["dossier"]]


def _what_they_carry(book: Book) -> None:
    columns = [
        ("id", "Hồ sơ", "left", 1.4), ("procedure", "Thủ tục", "center", 1.3), ("supplements", "Lần bổ sung", "center", 1.2),
        ("fee", "Phí, lệ phí", "left", 1.2), ("paid", "Thanh toán trực tuyến", "left", 1.5),
        *((flag, title, "left", 1.4) for flag, title in zip(FLAGS, _FLAG_TITLES, strict=True)),
    ]  # fmt: skip
    rows = [
        (
            "normal",
            [
                f"HS{row['dossier']}", row["procedure_id"], str(row["supplements"]),
                *(_YES[row[name]] for name in ("fee", "paid_online", *FLAGS)),
            ],
        )
        for row in drawn.dossiers().iter_rows(named=True)
    ]  # fmt: skip
    book.table(
        "ho-so-thong-tin", "Hồ sơ minh họa: phí, thanh toán và số hóa", columns, rows,
        "Dấu “–”: nguồn không ghi. Không ghi khác với không có: hồ sơ không ghi thì chưa biết.",
        "HS11 có 3 ngày làm việc chờ công dân bổ sung, được trừ khi tính thời gian giải quyết.",
    )  # fmt: skip


def _procedures(book: Book) -> None:
    columns = [
        ("id", "Thủ tục", "left", 1.2), ("name", "Tên", "left", 4.5), ("service", "Mức độ dịch vụ", "left", 3.0),
        ("fee", "Phí, lệ phí", "center", 1.5), ("payable", "Cung cấp thanh toán trực tuyến", "center", 2.2),
        ("last", "Hết hiệu lực", "center", 2.0),
    ]  # fmt: skip
    rows = [
        (
            "normal",
            [
                row["procedure_id"], row["name"], SERVICE_WORDS[row["service_level"]], _YES[row["fee"]],
                _YES[row["online_payment"]], numbers.date(row["valid_to"]) if row["valid_to"] else None,
            ],
        )
        for row in drawn.catalogue().iter_rows(named=True)
    ]  # fmt: skip
    book.table("thu-tuc", "Thủ tục hành chính minh họa", columns, rows)


# ── tick marks ───────────────────────────────────────────────────────────────────────────────────


def _ticks(title: str, made: Examples) -> list[Column]:
    dossiers: list[Column] = [(name, name.removeprefix("HS"), "center", 0.62) for name in made.ids]
    return [("name", title, "left", 4.6), *dossiers, ("total", "Cộng", "right", 1.1)]


def _counts_ticked(book: Book, known: Definitions, made: Examples) -> None:
    rows: list[Row] = []
    width = len(made.ids) + 2
    for title, belongs in list(_GROUPS.items())[:2]:
        found = [w for w in known.counts.values() if belongs(w)]
        rows += [("group", [title, *[None] * (width - 1)]), *(_ticked(made, words) for words in found)]
    book.table(
        "dem-ho-so", "Mỗi hồ sơ được đếm vào số liệu nào", _ticks("Số liệu", made), rows,
        f"Dấu “{_MARK}”: hồ sơ được đếm. Số ở đầu cột là số của hồ sơ minh họa.",
    )  # fmt: skip


def _ticked(made: Examples, words: CountWords) -> Row:
    marks = [_MARK if marked else "" for marked in made.marks[words.id]]
    return "normal", [words.title, *marks, made.count(words.id)]


def _rates_ticked(book: Book, known: Definitions, made: Examples) -> None:
    found = [i for i in known.on(drawn.PERIOD.end).indicators if i.origin == "facts"]
    rows: list[Row] = [("normal", [i.title, *_sides(made, i), made.rate(i)]) for i in _ordered(found)]
    caption = "Mỗi hồ sơ nằm ở tử số hay mẫu số của chỉ tiêu nào"
    columns = [*_ticks("Chỉ tiêu", made)[:-1], ("value", "Kết quả", "right", 1.4)]
    book.table(
        "dem-chi-tieu", caption, columns, rows,
        "“T”: hồ sơ ở cả tử số và mẫu số. “M”: hồ sơ chỉ ở mẫu số. Để trống: hồ sơ không được tính vào chỉ tiêu.",
    )  # fmt: skip


def _ordered(found: Sequence[Indicator]) -> list[Indicator]:
    """Variants of one indicator below each other, indicators in the order of the definitions."""
    ids = list(dict.fromkeys(i.id for i in found))
    return sorted(found, key=lambda i: ids.index(i.id))


def _sides(made: Examples, indicator: Indicator) -> list[str]:
    told = made.told(indicator)
    top, bottom = set(told.top), set(told.bottom)
    return ["T" if name in top else "M" if name in bottom else "" for name in made.ids]


# ── the index and the counts ─────────────────────────────────────────────────────────────────────


def index(book: Book, numbered: Iterable[tuple[str, Sequence[Indicator]]], made: Examples) -> None:
    """Every indicator with its place in the handbook, its variants and the example's results."""
    columns = [
        ("n", "Mục", "center", 1.1), ("title", "Chỉ tiêu", "left", 5.2),
        ("results", "Kết quả trên hồ sơ minh họa", "right", 3.0), ("id", "Mã trong dữ liệu", "left", 5.8),
    ]  # fmt: skip
    rows: list[Row] = [
        ("normal", [n, found[0].title, _results(found, made), found[0].id]) for n, found in numbered
    ]
    book.table("danh-muc-bang", "Danh mục chỉ tiêu tính từ hồ sơ và thủ tục", columns, rows,
        "Chỉ tiêu có nhiều kết quả là chỉ tiêu có nhiều cách tính, theo thứ tự trong mục.",
    )  # fmt: skip


def _results(found: Sequence[Indicator], made: Examples) -> Phrase:
    parts: list[str | Figure] = []
    for indicator in found:
        parts += ["; " if parts else "", made.rate(indicator)]
    return Phrase(tuple(parts))


def counts(book: Book, known: Definitions, made: Examples) -> None:
    """Every count with words of its own: what it counts, its ground and the example's number."""
    columns = [
        ("title", "Số liệu", "left", 3.4), ("definition", "Đếm gì", "left", 5.6), ("basis", "Căn cứ, hiệu lực", "left", 4.2),
        ("value", "Ví dụ", "right", 0.9),
    ]  # fmt: skip
    rows: list[Row] = []
    for title, belongs in _GROUPS.items():
        rows.append(("group", [title, None, None, None]))
        rows += [_counted(words, made) for words in known.counts.values() if belongs(words)]
    book.table("so-lieu-bang", "Các số liệu đếm", columns, rows)


def _counted(words: CountWords, made: Examples) -> Row:
    return "normal", [
        words.title,
        words.definition,
        f"{words.legal_basis} ({validity(words)})",
        made.count(words.id),
    ]
