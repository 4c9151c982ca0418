"""Writes an executed notebook: the same JSON as nbformat's writer, which takes longer over a report than its messages do."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import nbformat
import orjson

_TRANSIENT: Final = {"orig_nbformat", "orig_nbformat_minor", "signature"}
_OPTIONS: Final = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE


def save(notebook: Any, path: Path) -> None:
    """Writes a notebook in memory to a file that nbformat, JupyterLab and papermill read; texts of many lines stay whole."""
    path.write_bytes(_encoded(notebook))


def _encoded(notebook: Any) -> bytes:
    cells = [_without(cell, "metadata", {"trusted"}) for cell in notebook["cells"]]
    whole = _without(notebook, "metadata", _TRANSIENT) | {"cells": cells}
    try:
        return bytes(orjson.dumps(whole, option=_OPTIONS))
    except TypeError:  # half a letter: the slow way has a word for it
        return str(nbformat.writes(notebook)).encode("utf-8", "replace")


def _without(node: Any, part: str, names: set[str]) -> dict[str, Any]:
    kept = {name: value for name, value in node[part].items() if name not in names}
    return {**node, part: kept}
