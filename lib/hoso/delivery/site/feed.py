"""The feed of new reports (reports/feed.xml): Atom, with addresses relative to the folder, so that it can lie anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import quote
from xml.etree import ElementTree as Xml

from .entries import STATES, Entry

NEWEST: Final = 50
_ATOM: Final = "http://www.w3.org/2005/Atom"  # the name of the vocabulary; nothing is fetched from it
_TYPES: Final = {
    "HTML": "text/html",
    "PDF": "application/pdf",
    "DOCX": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "XLSX": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_NEVER: Final = "1970-01-01T00:00:00+00:00"  # Atom wants a moment even of a feed without any entry


def feed(entries: Iterable[Entry]) -> bytes:
    """The newest reports that can be opened, the last made first. A version with other figures is an entry of its own."""
    told = [entry for entry in entries if entry.links and entry.made_at]
    newest = sorted(told, key=lambda entry: (entry.made_at, entry.path), reverse=True)[:NEWEST]
    root = Xml.Element("feed", {"xmlns": _ATOM, "xml:lang": "vi"})
    _add(root, "id", "urn:hoso:reports")
    _add(root, "title", "Báo cáo giải quyết thủ tục hành chính")
    _add(root, "updated", newest[0].made_at if newest else _NEVER)
    _add(_add(root, "author"), "name", "hoso")
    _add(root, "link", rel="self", type="application/atom+xml", href="feed.xml")
    _add(root, "link", rel="alternate", type="text/html", href="index.html")
    for entry in newest:
        _entry(root, entry)
    Xml.indent(root, " ")
    written: bytes = Xml.tostring(root, "utf-8", xml_declaration=True)
    return written + b"\n"


def _entry(root: Xml.Element, entry: Entry) -> None:
    own = _add(root, "entry")
    _add(own, "id", f"urn:hoso:{quote(entry.path, safe='').replace('%2F', ':')}:{entry.revision}")
    _add(own, "title", f"{entry.title} ({entry.place_and_period})")
    _add(own, "updated", entry.made_at)
    _add(own, "category", term=entry.notebook, label=entry.kind)
    _add(own, "summary", _summary(entry))
    for rel, (suffix, link) in zip(("alternate", *["enclosure"] * 9), entry.links, strict=False):
        _add(own, "link", rel=rel, type=_TYPES[suffix], href=quote(link), title=suffix)


def _summary(entry: Entry) -> str:
    parts = [f"{entry.kind}, {entry.place_and_period}", STATES[entry.state]]
    parts += ["Dữ liệu mô phỏng"] if entry.synthetic else []
    return ". ".join((*parts, *entry.details)) + "."


def _add(parent: Xml.Element, tag: str, text: str | None = None, **attributes: str) -> Xml.Element:
    child = Xml.SubElement(parent, tag, attributes)
    child.text = text
    return child
