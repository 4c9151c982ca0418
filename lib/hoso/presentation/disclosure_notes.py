"""What a citizen must know to read the public notice (lưu ý khi đọc số liệu): each a sentence without its full stop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .figures import Phrase
from .scores import Scores

if TYPE_CHECKING:
    from .disclosure import Disclosure


def portal_notes(notice: Disclosure, scores: Scores) -> Iterator[Phrase]:
    """Of a snapshot: that it is public as it is, the scorecard's own notes, and what concerns names and sums."""
    yield _plain(
        "Số liệu đã được công khai trên Cổng Dịch vụ công quốc gia (dichvucong.gov.vn), nên được nêu đúng như Cổng công "
        "bố, kể cả các số nhỏ"
    )
    yield from scores.notes
    yield from _sums(notice)
    yield _plain(
        "Tên đơn vị trên Cổng viết không thống nhất (“UBND xã”, “UBND Xã”, có nơi kèm tên tỉnh) và nhiều xã trùng tên; "
        "các bảng phân biệt đơn vị theo mã đơn vị"
    )
    if {"DVCTT", "TTTT"} <= {group.id for group in notice.board.groups}:
        yield _plain(
            "Nhóm Cung cấp dịch vụ công trực tuyến và nhóm Thanh toán trực tuyến được nhận biết theo điểm tối đa của "
            "nhóm, vì tên gọi của hai nhóm trong số liệu của Cổng không thống nhất qua các lần thu thập"
        )


def _sums(notice: Disclosure) -> Iterator[Phrase]:
    """Whether the portal's totals are what its groups make."""
    summed, unequal = notice.tally("summed"), notice.tally("unequal")
    if unequal.value:
        yield Phrase(
            (
                "Tổng điểm Cổng công bố của ",
                unequal,
                " cơ quan, đơn vị khác tổng điểm các nhóm; thông báo này nêu cả hai như nguồn",
            )
        )
    elif summed.value:
        words = "Đã đối chiếu: tổng điểm Cổng công bố bằng tổng điểm các nhóm ở cả "
        yield Phrase((words, summed, " cơ quan, đơn vị có đủ điểm các nhóm"))


def dossier_notes(notice: Disclosure) -> Iterator[Phrase]:
    """Of dossiers: what they do not give, what is withheld and why, who is not ranked."""
    yield _plain(
        "Điểm tính từ hồ sơ trong hệ thống của địa phương theo công thức của bộ chỉ số, không phải điểm Cổng Dịch vụ công "
        "quốc gia công bố; không dùng để xếp loại"
    )
    if notice.absent:
        yield _plain(
            "Các tiêu chí sau không tính được từ hồ sơ nên chưa có điểm, không coi là không điểm: "
            + "; ".join(notice.absent)
        )
    yield from _left_out(notice)
    yield _plain(
        "[Đơn vị soạn thảo lưu ý, xóa dòng này trước khi công bố: những số không công bố được xác định riêng cho kỳ này; "
        "nếu thông báo của kỳ liền kề đã phát hành thì cần rà soát, vì ghép hai kỳ có thể tính ngược ra một vài số nhỏ]"
    )
    yield _plain(
        "Tiêu chí không phát sinh hồ sơ thuộc mẫu số thì không có điểm, thang điểm không giảm theo; đây là cách tính của "
        "bộ chỉ số, không phải thiếu sót của đơn vị"
    )
    if "district" in notice.board.levels:
        yield _plain(
            "Bộ chỉ số không có bảng điểm riêng của cấp huyện; các tiêu chí nêu trong thông báo có cùng công thức ở mọi "
            "cấp nên cấp huyện được tính theo công thức đó, trên hồ sơ do cấp huyện giải quyết"
        )


def _left_out(notice: Disclosure) -> Iterator[Phrase]:
    """The units that the tables show and do not rank."""
    if notice.withheld.value:
        yield Phrase(
            (
                "Có ",
                notice.withheld,
                " cơ quan, đơn vị không công bố một phần số liệu (dấu “…”) vì có số hồ sơ quá nhỏ, dễ nhận ra người nộp. "
                "Khi một tiêu chí không công bố thì điểm nhóm, tổng điểm và thứ hạng của đơn vị đó cũng không công bố, vì "
                "có thể tính ngược lại",
            )
        )
    if (idle := notice.tally("idle")).value:
        yield Phrase(("Có ", idle, " cơ quan, đơn vị không phát sinh hồ sơ trong kỳ nên không có điểm"))
    if (few := notice.tally("few")).value:
        yield Phrase(("Có ", few, " cơ quan, đơn vị có dưới mười hồ sơ trong kỳ nên không xếp hạng"))


def _plain(text: str) -> Phrase:
    return Phrase((text,))
