"""The nbconvert exporters: `jupyter nbconvert --to hoso-html`, and two lines in JupyterLab's export menu."""

from __future__ import annotations

from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode

from hoso.delivery.export.document import document
from hoso.delivery.export.html import page
from hoso.delivery.export.pdf import pdf

Resources = dict[str, Any]


class HosoHTMLExporter(Exporter):  # type: ignore[misc] # nbconvert ships no types
    """An executed notebook as one web page (trang web)."""

    export_from_notebook = "Báo cáo (HTML)"
    file_extension = ".html"
    output_mimetype = "text/html"

    def from_notebook_node(
        self, nb: NotebookNode, resources: Resources | None = None, **kw: Any
    ) -> tuple[str, Resources]:
        """The page and nbconvert's resources. HosoError when the notebook contradicts itself."""
        notebook, resources = super().from_notebook_node(nb, resources, **kw)
        return page(document(notebook, _name(resources))), resources


class HosoPDFExporter(Exporter):  # type: ignore[misc]
    """An executed notebook as the document to be signed (văn bản trình ký)."""

    export_from_notebook = "Báo cáo (PDF)"
    file_extension = ".pdf"
    output_mimetype = "application/pdf"

    def from_notebook_node(
        self, nb: NotebookNode, resources: Resources | None = None, **kw: Any
    ) -> tuple[bytes, Resources]:
        """The file's bytes and nbconvert's resources. HosoError when the notebook contradicts itself."""
        notebook, resources = super().from_notebook_node(nb, resources, **kw)
        return pdf(document(notebook, _name(resources))), resources


def _name(resources: Resources) -> str:
    return str(resources["metadata"]["name"])
