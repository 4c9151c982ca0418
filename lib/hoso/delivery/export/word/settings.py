"""What Word needs to know of a document beside its text: settings, fonts, the program that made it."""

from __future__ import annotations

from hoso.delivery.export.word.styles import FONT
from hoso.delivery.export.word.xml import HEAD, NAMESPACES, Xml, value, w

_MICROSOFT = "http://schemas.microsoft.com/office/word"
_COMPATIBILITY = {
    "compatibilityMode": 15,  # Word 2013 and later: no banner, no old layout
    "overrideTableStyleFontSizeAndJustification": 1,
    "enableOpenTypeFeatures": 1,
    "doNotFlipMirrorIndents": 1,
    "differentiateMultirowTableHeaders": 1,
}


def settings() -> str:
    """word/settings.xml: Vietnamese, no hyphenation, decimal comma."""
    inner = (
        w("zoom", percent=100),
        w("defaultTabStop", val=720),
        w("autoHyphenation", val=0),
        w("characterSpacingControl", val="doNotCompress"),
        w("compat", *(_compatible(name, given) for name, given in _COMPATIBILITY.items())),
        w("themeFontLang", val="vi-VN"),
        w("decimalSymbol", val=","),
        w("listSeparator", val=";"),
    )
    return f"{HEAD}<w:settings {NAMESPACES}>{''.join(inner)}</w:settings>"


def _compatible(name: str, given: int) -> Xml:
    return w("compatSetting", name=name, uri=_MICROSOFT, val=given)


def fonts() -> str:
    """word/fontTable.xml: Times New Roman by name, and who may stand in for it with the same widths."""
    font = w(
        "font",
        value("altName", "Tinos,Liberation Serif"),
        value("panose1", "02020603050405020304"),
        value("charset", "00"),
        value("family", "roman"),
        value("pitch", "variable"),
        name=FONT,
    )
    return f"{HEAD}<w:fonts {NAMESPACES}>{font}</w:fonts>"


def program() -> str:
    """docProps/app.xml."""
    namespace = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
    return f'{HEAD}<Properties xmlns="{namespace}"><Application>hoso</Application></Properties>'
