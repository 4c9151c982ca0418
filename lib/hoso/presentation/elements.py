"""HTML elements, escaped as they are made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from markupsafe import Markup, escape

from hoso.presentation.letters import printable
from hoso.presentation.markdown import Block


def safe(content: str) -> Markup:
    """The one place where a string becomes HTML."""
    return content if isinstance(content, Markup) else escape(printable(content))


def tag(name: str, *content: str, **attributes: str | int | None) -> Markup:
    inner = "".join(map(safe, content))
    return Markup(f"<{name}{_attributes(attributes)}>{inner}</{name}>")  # every part is escaped by now


def _attributes(attributes: Mapping[str, str | int | None]) -> str:
    given = ((name.rstrip("_").replace("_", "-"), v) for name, v in attributes.items() if v is not None)
    return "".join(f' {name}="{safe(str(value))}"' for name, value in given)


def join(parts: Iterable[str]) -> Markup:
    return Markup("").join(parts)


def scroll(content: Markup, label: str) -> Markup:
    """What is wider than a phone scrolls sideways by itself; reachable by keyboard for that."""
    return tag("div", content, class_="scroll", tabindex=0, role="region", aria_label=label)


def notes(block: Block) -> Markup:
    return join(tag("p", note, class_="note") for note in block.get("notes") or ())
