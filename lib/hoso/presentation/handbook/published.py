"""What others measure and publish (số liệu công bố), as the handbook tells it: nothing here is counted from dossiers."""

from __future__ import annotations

from ...statistics.definitions import Definitions, PublishedWords
from ..figured_table import Row
from .book import Book
from .words import MEASURES, validity


def write(book: Book, known: Definitions) -> None:
    """Every figure that others publish: its measure, meaning and ground."""
    book.say(
        "Các số liệu dưới đây do cơ quan khác đo lường, công bố. Báo cáo in lại đúng số đã công bố, kèm nguồn và ngày; "
        "chương trình không tính lại, không ước lượng khi thiếu. Cơ quan công bố được ghi ở nguồn của từng số liệu "
        "trong báo cáo."
    )
    columns = [
        ("title", "Số liệu", "left", 4.2), ("measure", "Đơn vị", "left", 1.8), ("definition", "Nội dung", "left", 6.2),
        ("basis", "Căn cứ, hiệu lực", "left", 4.4),
    ]  # fmt: skip
    rows = [_row(words) for words in known.published.values()]
    book.table("cong-bo-bang", "Số liệu do cơ quan khác công bố", columns, rows)


def _row(words: PublishedWords) -> Row:
    unit = words.measured_in if words.measure == "count" else MEASURES[words.measure]
    return "normal", [words.title, unit, words.definition, f"{words.legal_basis} ({validity(words)})"]
