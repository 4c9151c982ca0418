"""The formats a report is published in (định dạng), each made by its exporter from the one document.

An exporter is imported when its format is first made: a run that asks for a page and a PDF loads neither Word nor Excel.
"""

from __future__ import annotations

from typing import Final

from hoso.delivery.export.document import Document

FORMATS: Final = ("html", "pdf", "docx", "xlsx")
USUAL: Final = ("html", "pdf")  # what is read and what is signed; the others where an office asks for them


def exported(document: Document, suffix: str) -> bytes:
    """The bytes of a document in one of FORMATS. HosoError when it cannot be set."""
    match suffix:
        case "html":
            from hoso.delivery.export.html import page

            return page(document).encode()
        case "pdf":
            from hoso.delivery.export.pdf import pdf

            return pdf(document)
        case "docx":
            from hoso.delivery.export.word import docx

            return docx(document)
        case "xlsx":
            from hoso.delivery.export.workbook import xlsx

            return xlsx(document)
    raise ValueError(f"no such format: {suffix}")
