"""The nbconvert exporters: `jupyter nbconvert --to hoso-pdf`, and four lines in JupyterLab's export menu."""

from __future__ import annotations

from typing import Any, ClassVar

from nbconvert.exporters import Exporter
from nbformat import NotebookNode

from hoso.delivery.export.document import document
from hoso.delivery.export.formats import exported

Resources = dict[str, Any]


class _HosoExporter(Exporter):  # type: ignore[misc] # nbconvert ships no types
    """An executed notebook as one of the formats; nbconvert is told what it is from the class that names it."""

    suffix: ClassVar[str]

    def from_notebook_node(
        self, nb: NotebookNode, resources: Resources | None = None, **kw: Any
    ) -> tuple[str | bytes, Resources]:
        """The file's content and nbconvert's resources. HosoError when the notebook contradicts itself."""
        notebook, resources = super().from_notebook_node(nb, resources, **kw)
        made = exported(document(notebook, str(resources["metadata"]["name"])), self.suffix)
        return (made.decode() if self.suffix == "html" else made), resources


class HosoHTMLExporter(_HosoExporter):
    """An executed notebook as one web page (trang web)."""

    suffix = "html"
    export_from_notebook = "Báo cáo (HTML)"
    file_extension = ".html"
    output_mimetype = "text/html"


class HosoPDFExporter(_HosoExporter):
    """An executed notebook as the document to be signed (văn bản trình ký)."""

    suffix = "pdf"
    export_from_notebook = "Báo cáo (PDF)"
    file_extension = ".pdf"
    output_mimetype = "application/pdf"


class HosoDOCXExporter(_HosoExporter):
    """An executed notebook as the document an office edits (văn bản soạn thảo)."""

    suffix = "docx"
    export_from_notebook = "Báo cáo (DOCX)"
    file_extension = ".docx"
    output_mimetype = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class HosoXLSXExporter(_HosoExporter):
    """The tables and figures of an executed notebook as a workbook (phụ lục số liệu)."""

    suffix = "xlsx"
    export_from_notebook = "Phụ lục số liệu (XLSX)"
    file_extension = ".xlsx"
    output_mimetype = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
