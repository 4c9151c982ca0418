"""Cleans an SVG picture so that it may stand inside a web page and inside a PDF.

An allow-list, not a block-list: drawing elements and drawing attributes stay, everything else goes. Style
attributes become presentation attributes because the page's content security policy refuses inline style.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from xml.etree import ElementTree as ET

from hoso.presentation.letters import printable
from hoso.vocabulary.errors import HosoError

_SVG = "http://www.w3.org/2000/svg"
_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ELEMENTS = _words("""
    svg g a defs path rect circle ellipse line polyline polygon text tspan use clipPath linearGradient
    radialGradient stop image
""")
_ATTRIBUTES = _words("""
    id d x y x1 y1 x2 y2 cx cy r rx ry width height points viewBox transform preserveAspectRatio offset
    gradientUnits gradientTransform clipPathUnits dx dy text-anchor dominant-baseline href
    font-family font-size font-weight font-style letter-spacing
    fill fill-opacity fill-rule clip-path clip-rule opacity visibility stroke stroke-width stroke-opacity
    stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stop-color
    stop-opacity
""")
_REFERENCE = re.compile(r"url\(\s*['\"]?#([^)'\"\s]+)['\"]?\s*\)")
_FOREIGN = re.compile(r"(?i)url\((?!\s*['\"]?#)|javascript:|expression|@import")
_PICTURE = re.compile(r"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/=\s]+")
# What matplotlib says for all elements in a style sheet that the policy would refuse.
_DEFAULTS = {"stroke-linejoin": "round", "stroke-linecap": "butt"}


@lru_cache(maxsize=32)  # each format of a report draws the same charts
def clean_svg(source: str, prefix: str) -> str:
    """A self-contained `<svg>` with the same drawing: no script, no link out, no style, ids under `prefix`.

    HosoError when `source` is not well-formed SVG or declares entities.
    """
    root = _parse(source)
    names = {name: f"{prefix}-{i}" for i, name in enumerate(_referenced(root), 1)}
    clean = _clean(root, names)
    clean.attrib = {**_DEFAULTS, **clean.attrib, "xmlns": _SVG}
    return ET.tostring(clean, encoding="unicode")


def titles(source: str) -> str:
    """The words of the picture's own `<title>` and `<desc>`; empty when it has none or is no SVG."""
    try:
        root = _parse(source)
    except HosoError:
        return ""
    found = (root.findtext(f"{{{_SVG}}}{name}") for name in ("title", "desc"))
    return printable(" ".join(" ".join(text.split()) for text in found if text and text.strip()))


def _parse(source: str) -> ET.Element:
    if "<!ENTITY" in source:
        raise HosoError("hình SVG khai báo thực thể", expected="SVG không có <!ENTITY>")
    try:
        root = ET.fromstring(source)
    except ET.ParseError as error:
        raise HosoError("hình SVG không đọc được", where=str(error), expected="một phần tử <svg>") from error
    if root.tag != f"{{{_SVG}}}svg":
        raise HosoError("hình SVG không đọc được", where=root.tag, expected="một phần tử <svg>")
    return root


def _referenced(root: ET.Element) -> list[str]:
    """Ids that something refers to, in order; the others go, and with them matplotlib's nested groups."""
    values = [value for element in root.iter() for value in element.attrib.values()]
    local = [value[1:] for value in values if value.startswith("#")]
    return list(dict.fromkeys(local + [hit[1] for value in values for hit in _REFERENCE.finditer(value)]))


def _clean(element: ET.Element, names: Mapping[str, str]) -> ET.Element:
    name = _local(element.tag)
    kept = ET.Element("g" if name == "a" else name, _attributes(element, names))  # a link keeps its drawing
    keeps_text = kept.tag in ("text", "tspan")
    kept.text = printable(element.text or "") if keeps_text else None
    for child in element:
        if _is_drawing(child):
            kept.extend(_unwrapped(_clean(child, names)))
        if keeps_text and child.tail:
            _append_text(kept, printable(child.tail))
    return kept


def _unwrapped(element: ET.Element) -> list[ET.Element]:
    """The children of a group that says nothing; matplotlib wraps every tick three times."""
    is_bare = element.tag == "g" and not element.attrib
    return list(element) if is_bare else [element]


def _append_text(element: ET.Element, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def _is_drawing(element: ET.Element) -> bool:
    # comments and processing instructions have a function for a tag
    if not isinstance(element.tag, str) or not element.tag.startswith(f"{{{_SVG}}}"):
        return False
    name = _local(element.tag)
    if name == "image":
        return _PICTURE.fullmatch(_href(element)) is not None
    return name in _ELEMENTS and (name != "use" or _href(element).startswith("#"))


def _href(element: ET.Element) -> str:
    return element.get("href") or element.get(_XLINK_HREF) or ""


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _attributes(element: ET.Element, names: Mapping[str, str]) -> dict[str, str]:
    given = {("href" if name == _XLINK_HREF else name): value for name, value in element.attrib.items()}
    given |= dict(_declarations(given.pop("style", "")))
    safe = {name: _value(name, value, names) for name, value in given.items() if _is_safe(name, value)}
    return {name: value for name, value in safe.items() if value}


def _declarations(style: str) -> Iterator[tuple[str, str]]:
    for declaration in style.split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            yield name.strip(), value.strip()


def _is_safe(name: str, value: str) -> bool:
    if name == "href":
        return value.startswith("#") or _PICTURE.fullmatch(value) is not None
    return name in _ATTRIBUTES and not _FOREIGN.search(value)


def _value(name: str, value: str, names: Mapping[str, str]) -> str:
    if name == "id":
        return names.get(value, "")
    if name == "href":
        return "#" + names[value[1:]] if value.startswith("#") else "".join(value.split())
    return _REFERENCE.sub(lambda hit: f"url(#{names[hit[1]]})", " ".join(printable(value).split()))
