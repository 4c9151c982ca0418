"""The file: parts in a zip, tied together by relationships that all stay inside it. Same parts, same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hoso.delivery.export.word.xml import HEAD, safe

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_THEN = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say: the clock leaves no trace
_TYPES = {
    "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    "docProps/app.xml": "application/vnd.openxmlformats-officedocument.extended-properties+xml",
    "word/document.xml": f"{_WORD}.document.main+xml",
    "word/styles.xml": f"{_WORD}.styles+xml",
    "word/settings.xml": f"{_WORD}.settings+xml",
    "word/numbering.xml": f"{_WORD}.numbering+xml",
    "word/fontTable.xml": f"{_WORD}.fontTable+xml",
}
_ROOT = (
    ("main", f"{_OFFICE}/officeDocument", "word/document.xml"),
    ("core", f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
    ("app", f"{_OFFICE}/extended-properties", "docProps/app.xml"),
)


@dataclass(frozen=True)
class Part:
    """A file inside the file; `link` is the relationship by which word/document.xml names it, where it does."""

    name: str
    content: str | bytes
    link: str | None = None


def packed(parts: Iterable[Part]) -> bytes:
    """The bytes of a .docx: content types first, then relationships, then the parts as given."""
    found = list(parts)
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": _types([part.name for part in found]),
        "_rels/.rels": _relationships(_ROOT),
        "word/_rels/document.xml.rels": _relationships(_linked(found)),
        **{part.name: part.content for part in found},
    }
    return _zipped(files)


def _linked(parts: Iterable[Part]) -> Iterable[tuple[str, str, str]]:
    for part in parts:
        if part.link:
            yield part.link, f"{_OFFICE}/{_kind(part.name)}", part.name.removeprefix("word/")


def _kind(name: str) -> str:
    """The kind of a relationship, which Word names as the part."""
    if name.startswith("word/media/"):
        return "image"
    return "header" if name.startswith("word/header") else name.removeprefix("word/").removesuffix(".xml")


def _types(names: Iterable[str]) -> str:
    heads = ((name, f"{_WORD}.header+xml") for name in names if name.startswith("word/header"))
    given = {**{name: _TYPES[name] for name in names if name in _TYPES}, **dict(heads)}
    defaults = {
        "rels": "application/vnd.openxmlformats-package.relationships+xml",
        "xml": "application/xml",
        "png": "image/png",
        "svg": "image/svg+xml",
    }
    inner = "".join(
        (
            *(f'<Default Extension="{end}" ContentType="{kind}"/>' for end, kind in defaults.items()),
            *(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in given.items()),
        )
    )
    return f'{HEAD}<Types xmlns="{_PACKAGE}/content-types">{inner}</Types>'


def _relationships(found: Iterable[tuple[str, str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="{name}" Type="{kind}" Target="{target}"/>' for name, kind, target in found
    )
    return f'{HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'


def _zipped(files: Mapping[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _THEN)
            entry.create_system = 3  # else it would tell the machine's kind
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            file.writestr(entry, content)
    return made.getvalue()


def core(facts: Mapping[str, str | None], day: str) -> str:
    """docProps/core.xml: what the document is, in which language, of which day (YYYY-MM-DD)."""
    given = "".join(f"<{name}>{safe(words)}</{name}>" for name, words in facts.items() if words)
    moments = "".join(
        f'<dcterms:{name} xsi:type="dcterms:W3CDTF">{day}T00:00:00Z</dcterms:{name}>'
        for name in ("created", "modified")
    )
    namespaces = (
        f'xmlns:cp="{_PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    )
    return f"{HEAD}<cp:coreProperties {namespaces}>{given}{moments}</cp:coreProperties>"
