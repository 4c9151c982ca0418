"""Exporters: one executed notebook to the formats that are signed, read and published.

A batch run takes `document` and `formats.exported` from their modules; the nbconvert classes are loaded when Jupyter asks
for them, because importing nbconvert takes longer than making ten reports.
"""

from __future__ import annotations

from typing import Any

__all__ = ["HosoDOCXExporter", "HosoHTMLExporter", "HosoPDFExporter", "HosoXLSXExporter"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from hoso.delivery.export import exporters

    return getattr(exporters, name)
