"""The web page: one file that asks no other host for anything."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import jinja2
from markupsafe import Markup

from hoso.delivery.export.document import SYNTHETIC, Document
from hoso.presentation.letters import FONTS
from hoso.presentation.markdown import Block, plain
from hoso.presentation.markup import compose, stylesheet
from hoso.presentation.structure import appendix_id, appendix_title, labelled, steady_levels

_HERE = Path(__file__).parent


class Entry(NamedTuple):
    """A line of the table of contents (mục lục)."""

    level: int
    id: str
    words: str


def page(document: Document) -> str:
    """The whole page of a document, UTF-8 text without any address to load from."""
    blocks = labelled(steady_levels(document["blocks"]))
    parts = compose(blocks, document["figures"])
    style, script = _style(document, parts.rules), _script()
    return _template().render(
        document=document,
        body=parts.body,
        explanations=parts.explanations,
        contents=contents(blocks),
        style=Markup(style),
        script=Markup(script),
        policy=_policy(style, script),
    )


def contents(blocks: list[Block]) -> list[Entry]:
    """First and second headings and the appendices; below that a table of contents is no help."""
    return list(_entries(blocks))


def _entries(blocks: list[Block]) -> Iterator[Entry]:
    for block in blocks:
        if block["type"] == "heading" and block["level"] <= 2:
            yield Entry(block["level"], block["id"], _words(block))
        elif block["type"] == "appendix":
            yield Entry(1, appendix_id(block), f"{appendix_title(block)}. {block['title']}")


def _words(heading: Block) -> str:
    return plain(heading["runs"]).strip() or "(không tiêu đề)"


def _policy(style: str, script: str) -> str:
    """Nothing may load or run but this style and this script, by their digests."""
    return (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; "
        "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _style(document: Document, rules: str) -> str:
    return "".join((_fonts(), stylesheet(), _read("page.css"), _running_mark(document), rules))


def _running_mark(document: Document) -> str:
    """What every printed page says at its top when the figures are synthetic or provisional."""
    marks = [SYNTHETIC if document["synthetic"] else None, document["provisional"]]
    words = " · ".join(mark for mark in marks if mark)
    return f"@page{{@top-left{{content:{_css_string(words)}}}}}" if words else ""


def _css_string(text: str) -> str:
    """A CSS string in which every letter but the plain ones is an escape: text cannot leave it."""
    letters = (c if c.isascii() and (c.isalnum() or c == " ") else f"\\{ord(c):x} " for c in text)
    return f'"{"".join(letters)}"'


@cache
def _fonts() -> str:
    return _face("Tinos_400Regular", 400) + _face("Tinos_700Bold", 700)


def _face(name: str, weight: int) -> str:
    data = base64.b64encode((FONTS / f"{name}.woff2").read_bytes()).decode()
    source = f"url(data:font/woff2;base64,{data}) format('woff2')"
    return f"@font-face{{font-family:Tinos;font-weight:{weight};src:{source}}}"


@cache
def _script() -> str:
    """The script without its margins, which only its writers need."""
    return "\n".join(line.strip() for line in _read("page.js").splitlines() if line.strip())


@cache
def _read(name: str) -> str:
    return (_HERE / name).read_text("utf-8").strip()


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_read("page.html.j2"))
