"""What a notebook says of itself: its parameters with their defaults, what it can stand on, whether it is published.

Read from the file, never by running it: the parameters from the cell tagged `parameters`, the rest from the notebook's
metadata `hoso`. papermill only warns of a parameter that a notebook does not have; here it is refused before anything runs.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..vocabulary.errors import InputError, UsageError

FACTS: Final = "facts"


@dataclass(frozen=True)
class Notebook:
    """A notebook of the workbook (sổ tay báo cáo)."""

    name: str
    parameters: Mapping[str, str]  # name → default
    sources: tuple[str, ...] = (FACTS,)  # the tables it can stand on, one of which must hold the place
    published: bool = True

    @property
    def national(self) -> bool:
        """Whether it is of the whole country: then nobody chooses a province."""
        return "province" not in self.parameters

    @property
    def of_one_unit(self) -> bool:
        """Whether it is always of one unit: its default unit is one of the sample's, of no use to another province."""
        return bool(self.parameters.get("unit"))


def names(folder: Path) -> list[str]:
    """The notebooks of a folder."""
    return sorted(path.stem for path in folder.glob("*.ipynb"))


def read(folder: Path, name: str) -> Notebook:
    """A notebook by its name. UsageError names the ones that exist; InputError tells what is wrong with the file."""
    if name not in names(folder):
        raise UsageError(f"không có báo cáo {name}", expected=", ".join(names(folder)))
    file = folder / f"{name}.ipynb"
    try:
        written = json.loads(file.read_text("utf-8"))
        about = written["metadata"].get("hoso", {})
        given = dict(_parameters(written))
    except (ValueError, SyntaxError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            "không đọc được sổ tay",
            where=file.name,
            expected="tệp .ipynb có ô parameters gồm các dòng tên = giá trị",
            remedy="chép lại từ bản gốc của hoso",
        ) from error
    return Notebook(name, given, tuple(about.get("sources", (FACTS,))), bool(about.get("published", True)))


def _parameters(notebook: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The names and defaults of the parameters cell; all are words, so that the code "01" never becomes the number 1."""
    cells = [c for c in notebook["cells"] if "parameters" in c.get("metadata", {}).get("tags", ())]
    for cell in cells:
        source = cell["source"]
        for name, value in assigned(source if isinstance(source, str) else "".join(source)):
            yield name, str(ast.literal_eval(value))


def assigned(source: str) -> Iterator[tuple[str, ast.expr]]:
    """The names that a cell of parameters gives a value, with what stands there. SyntaxError for what is no Python."""
    for line in ast.parse(source).body:
        value = getattr(line, "value", None)
        targets = line.targets if isinstance(line, ast.Assign) else [getattr(line, "target", None)]
        yield from ((target.id, value) for target in targets if isinstance(target, ast.Name) and value)
