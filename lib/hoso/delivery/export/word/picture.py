"""Charts for Word: the drawing as SVG, and beside it a picture of dots for a Word that draws no SVG (before 2016)."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import typst

from hoso.delivery.export.glyphs import drawable
from hoso.delivery.export.word.styles import FONT
from hoso.delivery.export.word.xml import EMU_OF_TWIP, Xml, safe
from hoso.presentation.letters import FONTS
from hoso.presentation.markdown import Block
from hoso.presentation.svg import clean_svg
from hoso.vocabulary.errors import HosoError

_HERE = Path(__file__).parent
_DOTS = 144  # an inch: sharp enough in print, a third of the time of 300
_TINOS = re.compile(r"""font-family="[^"]*Tinos[^"]*\"""")
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_SVG_EXTENSION = "{96DAC541-7B7A-43D3-8B79-37D633B846F1}"
_SVG_NAMESPACE = "http://schemas.microsoft.com/office/drawing/2016/SVG/main"


@dataclass(frozen=True)
class Picture:
    """A drawing and its picture of dots, both without any reference to the outside."""

    svg: str
    png: bytes

    @property
    def shape(self) -> tuple[int, int]:
        """Width and height in dots."""
        wide, high = struct.unpack(">II", self.png[16:24])
        return wide, high


def pictures(charts: Sequence[Block]) -> list[Picture]:
    """A picture for each chart. HosoError when one cannot be drawn."""
    drawings = [clean_svg(chart["svg"], chart.get("id") or "hinh") for chart in charts]
    dots = _dots(drawings) if drawings else []
    named = (_TINOS.sub(f'font-family="{FONT}"', drawing) for drawing in drawings)
    return [Picture(svg, png) for svg, png in zip(named, dots, strict=True)]


def _dots(drawings: Sequence[str]) -> list[bytes]:
    """All in one call of typst, a page each; letters outside its font are boxes, as in the PDF."""
    compiler = typst.Compiler(_HERE / "picture.typ", root=_HERE, font_paths=_fonts())
    inputs = {"drawings": json.dumps([drawable(drawing) for drawing in drawings])}
    try:
        made = compiler.compile(format="png", ppi=_DOTS, sys_inputs=inputs)
    except typst.TypstError as error:
        raise HosoError("không vẽ được biểu đồ cho tệp Word", where=error.message.splitlines()[0]) from error
    found = made if isinstance(made, list) else [made]
    return [png for png in found if png is not None]


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


def inline(picture: Picture, number: int, alt: str, links: tuple[str, str], room: tuple[int, int]) -> Xml:
    """The run that shows a picture in the line of text: as wide as `room` (twips), unless that would run off the page.

    `links` are the relationships of its dots and of its drawing.
    """
    wide, high = _fitted(picture.shape, room)
    png, svg = links
    named = f'id="{number}" name="Biểu đồ {number}" descr="{safe(alt)}"'
    extent = f'cx="{wide}" cy="{high}"'
    return Xml(
        '<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent {extent}/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:docPr {named}/>'
        f'<wp:cNvGraphicFramePr><a:graphicFrameLocks xmlns:a="{_DRAWING}/main" noChangeAspect="1"/></wp:cNvGraphicFramePr>'
        f'<a:graphic xmlns:a="{_DRAWING}/main"><a:graphicData uri="{_DRAWING}/picture">'
        f'<pic:pic xmlns:pic="{_DRAWING}/picture"><pic:nvPicPr><pic:cNvPr {named}/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="{png}"><a:extLst><a:ext uri="{_SVG_EXTENSION}">'
        f'<asvg:svgBlip xmlns:asvg="{_SVG_NAMESPACE}" r:embed="{svg}"/></a:ext></a:extLst></a:blip>'
        "<a:stretch><a:fillRect/></a:stretch></pic:blipFill>"
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {extent}/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r>"
    )


def _fitted(shape: tuple[int, int], room: tuple[int, int]) -> tuple[int, int]:
    scale = min(room[0] / shape[0], room[1] / shape[1]) * EMU_OF_TWIP
    return round(shape[0] * scale), round(shape[1] * scale)
