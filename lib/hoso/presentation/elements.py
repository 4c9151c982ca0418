"""HTML elements, escaped as they are made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from html import escape

from markupsafe import Markup

from hoso.presentation.letters import printable
from hoso.presentation.markdown import Block


@lru_cache(maxsize=20_000)  # the cells of a table repeat few numbers and names
def escaped(text: str) -> str:
    """The one place where a string becomes HTML; what is HTML already is escaped once more."""
    return escape(printable(text))


def safe(content: str) -> Markup:
    """`content` as HTML: as it is when it is `Markup`, else escaped."""
    return content if isinstance(content, Markup) else Markup(escaped(content))


def tag(name: str, *content: str, **attributes: str | int | None) -> Markup:
    inner = "".join(part if isinstance(part, Markup) else escaped(part) for part in content)
    return Markup(f"<{name}{_attributes(attributes)}>{inner}</{name}>")  # every part is escaped by now


def _attributes(attributes: Mapping[str, str | int | None]) -> str:
    given = ((name.rstrip("_").replace("_", "-"), v) for name, v in attributes.items() if v is not None)
    return "".join(f' {name}="{escaped(str(value))}"' for name, value in given)


def join(parts: Iterable[Markup]) -> Markup:
    return Markup("".join(parts))


def scroll(content: Markup, label: str) -> Markup:
    """What is wider than a phone scrolls sideways by itself; reachable by keyboard for that."""
    return tag("div", content, class_="scroll", tabindex=0, role="region", aria_label=label)


def notes(block: Block) -> Markup:
    return join(tag("p", note, class_="note") for note in block.get("notes") or ())
