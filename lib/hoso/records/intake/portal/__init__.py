"""Reads portal snapshots (phản hồi đánh giá QĐ 766 của Cổng Dịch vụ công quốc gia) as they come.

`recognise` tells by a file's content whether it holds such responses; `Document.read` gives their numbers as rows of the
table `scores`, with every unit row accounted for: accepted, refused with its reason, or skipped.
"""

from hoso.records.intake.portal.basis import Basis, Given
from hoso.records.intake.portal.document import Announced, Document, Reading, is_portal, recognise

__all__ = ["Announced", "Basis", "Document", "Given", "Reading", "is_portal", "recognise"]
