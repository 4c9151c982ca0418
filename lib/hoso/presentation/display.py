"""What a notebook cell shows: report blocks for the exporters, HTML for JupyterLab, text for everything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .markup import fragment

MIME: Final = "application/vnd.hoso+json"
Block = dict[str, Any]


@dataclass(frozen=True)
class Display:
    """Blocks with the figures they print; `document` carries what the report as a whole is about."""

    blocks: list[Block]
    figures: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    document: dict[str, Any] | None = None

    def when(self, shown: object) -> Display:
        """Itself, or nothing where the report has no use for it: a notebook's code cells have no `if`."""
        return self if shown else Display([])

    def _repr_mimebundle_(self, **_options: object) -> dict[str, Any]:
        payload: dict[str, Any] = {"blocks": self.blocks, "figures": list(self.figures.values())}
        if self.document is not None:
            payload["document"] = self.document
        if not self.blocks:
            payload["omitted"] = (
                True  # a cell that says it has nothing to show is not one whose output was lost
            )
        text = "\n\n".join(filter(None, (plain(block, self.figures) for block in self.blocks)))
        return {
            MIME: payload,
            "text/html": fragment(self.blocks, self.figures),
            "text/markdown": text,
            "text/plain": text,
        }


def plain(block: Block, figures: Mapping[str, dict[str, Any]]) -> str:
    """A block as plain text: its words and printed numbers."""
    if block["type"] == "heading":
        return f"{'#' * block['level']} {words(block['runs'], figures)}"
    if block["type"] == "list":
        items = [" ".join(plain(inner, figures) for inner in item) for item in block["items"]]
        return "\n".join(f"- {item}" for item in items)
    if block["type"] in ("table", "chart"):
        return f"[{block.get('caption', '')}]"
    return words(block.get("runs", []), figures)


def words(runs: list[dict[str, Any]], figures: Mapping[str, dict[str, Any]]) -> str:
    """Inline runs as plain text."""
    pieces = []
    for run in runs:
        if run["t"] == "fig":
            pieces.append(figures[run["id"]]["printed"])
        elif "c" in run:
            pieces.append(words(run["c"], figures))
        else:
            pieces.append(run.get("s", " "))
    return "".join(pieces)


def runs(parts: Any, add: Any) -> list[dict[str, Any]]:
    """Inline runs of a phrase; `add` gives each figure its id."""
    return [
        {"t": "text", "s": part} if isinstance(part, str) else {"t": "fig", "id": add(part)} for part in parts
    ]
