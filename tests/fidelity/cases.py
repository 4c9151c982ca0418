"""The tricky cells of cells/*.txt, read into notebooks: `# %% name | flags`, then the source as an analyst would type it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

FOLDER = Path(__file__).parent / "cells"
THEMES = tuple(sorted(path.stem for path in FOLDER.glob("*.txt")))
_HEAD = re.compile(r"(?m)^# %% (?P<name>[a-z0-9-]+)(?: \| (?P<flags>[a-z ]+))?\n")
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


@dataclass(frozen=True)
class Cell:
    """One tricky cell (ô mẹo): what it is called, what it runs, what is known of its outputs."""

    name: str
    source: str
    flags: frozenset[str]

    @property
    def silent(self) -> bool:
        """Whether nbclient itself shows nothing after it; any other cell must have outputs there."""
        return "silent" in self.flags

    @property
    def unordered(self) -> bool:
        """Whether two descriptors are written at once, so that even nbclient gives now one first, now the other."""
        return "unordered" in self.flags

    @property
    def late(self) -> bool:
        """Whether it writes past Python's streams, which nbclient sometimes reads only after the cell, and then drops."""
        return "late" in self.flags


@cache
def cells(theme: str) -> tuple[Cell, ...]:
    """The cells of a theme, in the order in which they run."""
    _, *parts = _HEAD.split((FOLDER / f"{theme}.txt").read_text("utf-8"))
    found = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    return tuple(
        Cell(name, source.strip("\n"), frozenset((flags or "").split())) for name, flags, source in found
    )


def notebook(theme: str) -> NotebookNode:
    """A theme as a notebook in which an error stops nothing."""
    made = [_code(cell.name, cell.source, "raises-exception") for cell in cells(theme)]
    return nbformat.v4.new_notebook(cells=made, metadata=KERNEL)


def small(*sources: str) -> NotebookNode:
    """A notebook of a few cells, named c1, c2 …, in which an error stops the run."""
    made = [_code(f"c{number}", source) for number, source in enumerate(sources, 1)]
    return nbformat.v4.new_notebook(cells=made, metadata=KERNEL)


def _code(name: str, source: str, *tags: str) -> NotebookNode:
    return nbformat.v4.new_code_cell(source, id=name, metadata={"tags": list(tags)} if tags else {})
