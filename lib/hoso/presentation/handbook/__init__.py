"""The indicator handbook (sổ tay chỉ tiêu): what every number of a report means, made from the definitions themselves.

It needs no store and is of no province: definitions and scorecards are the library's, targets those of data/reference, and
every number of an example is counted from drawn dossiers by the functions that count the reports.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Final

from ...statistics import targets
from ...statistics.definitions import Dated, Definitions, Indicator, definitions
from ...statistics.scorecard import scorecards
from ...vocabulary import numbers
from ...vocabulary.workbook import reference_file
from . import cards, drawn, published, rates, sheets, terms
from .book import Book
from .cards import Cards
from .examples import Examples, examples
from .goals import Goals
from .words import newest

Document = dict[str, Any]
TITLE: Final = "Sổ tay chỉ tiêu giải quyết thủ tục hành chính"
SLUG: Final = "so-tay-chi-tieu"
_ORIGIN_TITLES: Final = {
    "facts": "CHỈ TIÊU TÍNH TỪ HỒ SƠ",
    "procedures": "CHỈ TIÊU TÍNH TỪ THỦ TỤC HÀNH CHÍNH",
}


def handbook(targets_file: Path | None = None) -> Document:
    """The handbook as a document every exporter takes: blocks, figures, title, and its date, that of the newest definition.

    `targets_file`: the targets to list, by default those of the workbook's data/reference. InputError when they are faulty.
    """
    known, made = definitions(), examples()
    aims = targets.read(targets_file or reference_file(targets.FILE))
    goals = Goals(sorted(aims, key=lambda t: t.valid_from, reverse=True))
    book = Book()
    _opening(book, known)
    _index(book, known, made)
    _examples(book, known, made)
    _indicators(book, known, made, goals)
    _others(book, known, made, goals)
    return {
        "title": TITLE, "lang": "vi", "province": None, "period": None, "slug": SLUG, "subject": "",
        "date": _date(known).isoformat(), "synthetic": False, "provisional": None, "blocks": book.blocks,
        "figures": book.registry.records,
    }  # fmt: skip


def _date(known: Definitions) -> date:
    """The day the newest definition came into force: the clock leaves no trace in the file."""
    entries: list[Dated] = [*known.indicators, *known.counts.values(), *known.published.values()]
    return newest([*(entry.valid_from for entry in entries), *(card.valid_from for card in scorecards())])


def _opening(book: Book, known: Definitions) -> None:
    book.blocks.append({"type": "title", "words": TITLE})
    book.say(
        "Sổ tay này giải thích từng con số trong các báo cáo của hoso: đếm cái gì, chia cho cái gì, theo văn bản nào, "
        "và cho một ví dụ tính được bằng tay. Sổ tay dành cho người đọc báo cáo và người kiểm tra số liệu; không cần "
        "biết chương trình."
    )
    book.say(
        f"Nội dung theo các định nghĩa đang dùng để lập báo cáo; định nghĩa mới nhất có hiệu lực từ ngày "
        f"{numbers.date(_date(known))}."
    )
    book.heading(1, "I. CÁCH ĐỌC SỔ TAY", "cach-doc")
    book.items(
        [("Chỉ tiêu ",), "là một tỷ lệ hoặc một số trung bình. Tỷ lệ bằng ", ("tử số",), " (số đạt) chia cho ", ("mẫu số",),
         " (tổng số được xét). Mẫu số bằng 0 thì không có tỷ lệ, báo cáo in dấu “–”, không in 0%."],
        [("Cách tính. ",), "Cùng một tên chỉ tiêu có thể có nhiều cách chọn tử số và mẫu số. Mục IV và V xếp các cách "
         "tính cạnh "
         "nhau để thấy chúng khác nhau ở đâu; nêu kết quả thì phải nêu cách tính."],
        [("Ví dụ. ",), "Mục III có một số hồ sơ minh họa, đủ ít để đếm bằng tay. Ví dụ của mọi chỉ tiêu đều đếm trên "
         "các hồ sơ "
         "đó, nên so sánh được với nhau."],
        [("Số trong ví dụ ",), "do chính các hàm đếm của báo cáo tính ra, không phải gõ tay. Bộ kiểm thử của chương "
         "trình đếm "
         "lại các hồ sơ minh họa bằng một cách khác, không dùng chung mã, và hai kết quả phải bằng nhau."],
        [("Số trong báo cáo ",), "kiểm tra được bằng lệnh hoso verify: lệnh này tính lại từng số từ hồ sơ."],
        [("Chỗ dùng. ",), "Mọi chỉ tiêu đều xem được ở sổ khám phá số liệu (mở bằng lệnh hoso lab). Chỉ tiêu nào có "
         "chỉ tiêu giao thì còn được in ở báo cáo tiến độ, công văn đôn đốc và kế hoạch hành động. Chỗ dùng khác được "
         "ghi ở từng cách tính."],
        [("Thuật ngữ ",), "được giải thích ở mục IX."],
    )  # fmt: skip


def _index(book: Book, known: Definitions, made: Examples) -> None:
    book.heading(1, "II. DANH MỤC CHỈ TIÊU", "danh-muc")
    sheets.index(book, _numbered(known), made)
    book.say(
        "Các số liệu đếm ở mục VI; chỉ tiêu do cơ quan khác công bố và chỉ tiêu giao ở mục VII; Bộ chỉ số 766 ở mục "
        "VIII, Phụ lục I và Phụ lục II."
    )


def _numbered(known: Definitions) -> list[tuple[str, list[Indicator]]]:
    return [
        (f"{roman}.{number}", [entries[0] for entries in variants])
        for roman, (_, found) in zip(("IV", "V"), rates.by_origin(known), strict=True)
        for number, variants in enumerate(found, 1)
    ]


def _examples(book: Book, known: Definitions, made: Examples) -> None:
    book.heading(1, "III. HỒ SƠ MINH HỌA", "ho-so-minh-hoa")
    book.notice("synthetic", "Hồ sơ, thủ tục trong mục này được đặt ra để minh họa, không phải số liệu thật.")
    book.say(
        f"Giả sử một đơn vị có {len(made.ids)} hồ sơ dưới đây và lập báo cáo {drawn.PERIOD.label} "
        f"({drawn.PERIOD.window}). Mỗi hồ sơ là một tình huống hay gặp."
    )
    sheets.write(book, known, made)


def _indicators(book: Book, known: Definitions, made: Examples, goals: Goals) -> None:
    for roman, (origin, found) in zip(("IV", "V"), rates.by_origin(known), strict=True):
        book.heading(1, f"{roman}. {_ORIGIN_TITLES[origin]}", f"chi-tieu-{origin}")
        for number, variants in enumerate(found, 1):
            rates.write(book, str(number), variants, made, goals)


def _others(book: Book, known: Definitions, made: Examples, goals: Goals) -> None:
    book.heading(1, "VI. CÁC SỐ LIỆU ĐẾM", "so-lieu")
    book.say("Chỉ tiêu được tính từ các số liệu đếm sau. Cột cuối là số đếm được trên hồ sơ minh họa.")
    sheets.counts(book, known, made)
    book.heading(1, "VII. SỐ LIỆU CÔNG BỐ VÀ CHỈ TIÊU GIAO", "cong-bo")
    book.heading(2, "1. Số liệu do cơ quan khác công bố", "so-lieu-cong-bo")
    published.write(book, known)
    book.heading(2, "2. Chỉ tiêu giao", "chi-tieu-giao")
    goals.write(book)
    book.heading(1, "VIII. BỘ CHỈ SỐ 766", "bo-chi-so-766")
    scored = Cards(made)
    book.heading(2, "1. Các bản, nhóm và xếp loại", "cac-ban")
    cards.versions(book, scored)
    cards.criteria(book, scored, goals)
    book.heading(1, "IX. THUẬT NGỮ", "thuat-ngu")
    terms.write(book)
    cards.tables(book, scored)
