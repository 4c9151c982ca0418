"""The handbook being written (trang sổ tay): blocks in reading order, and the figures they print."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..display import Block
from ..figured_table import Column, Row, figured
from ..figures import Figure, Phrase, Registry

Part = str | Figure | Phrase | tuple[str]
"""Words, figures, or words in bold (a tuple of one)."""


@dataclass
class Book:
    """Blocks of the same kinds as a report's, so that the same exporters print them."""

    blocks: list[Block] = field(default_factory=list)
    registry: Registry = field(default_factory=Registry)

    def heading(self, level: int, words: str, identifier: str) -> None:
        """A heading whose id stays the same from one edition to the next: reports may link to it."""
        runs = [{"t": "text", "s": words}]
        self.blocks.append({"type": "heading", "level": level, "id": identifier, "runs": runs})

    def say(self, *parts: Part) -> None:
        """A paragraph."""
        self.blocks.append(self._paragraph(parts))

    def notice(self, kind: str, words: str) -> None:
        """What changes how the figures below are read."""
        self.blocks.append({"type": "notice", "kind": kind, "runs": [{"t": "text", "s": words}]})

    def items(self, *lines: Sequence[Part], ordered: bool = False) -> None:
        """A list, a line an item."""
        items = [[self._paragraph(line)] for line in lines]
        self.blocks.append({"type": "list", "ordered": ordered, "items": items})

    def table(
        self, identifier: str, caption: str, columns: Sequence[Column], rows: Iterable[Row], *notes: str
    ) -> Block:
        """A table; its block, so that a two-line header can be added to it."""
        shown = figured(self.registry, identifier, caption, columns, list(rows), list(notes))
        self.blocks += shown.blocks
        return shown.blocks[0]

    def appendix(self, number: str, title: str) -> None:
        """An appendix on pages of its own, turned to the side for a wide table."""
        self.blocks.append({"type": "appendix", "number": number, "title": title, "landscape": True})

    def _paragraph(self, parts: Iterable[Part]) -> Block:
        return {"type": "paragraph", "runs": [run for part in parts for run in self._runs(part)]}

    def _runs(self, part: Part) -> list[dict[str, Any]]:
        if isinstance(part, tuple):
            return [{"t": "strong", "c": [{"t": "text", "s": part[0]}]}]
        if isinstance(part, Figure):
            return [{"t": "fig", "id": self.registry.add(part)}]
        if isinstance(part, Phrase):
            return [run for inner in part for run in self._runs(inner)]
        return [{"t": "text", "s": part}]


def listed(names: Sequence[str], none: str = "không có") -> str:
    """Names in a sentence: "HS01, HS02"."""
    return ", ".join(names) or none
