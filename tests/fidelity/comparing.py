"""Two executed notebooks side by side: what differs after taking out what differs from one run to the next by its nature.

Taken out: the run's own folder and temporary paths, addresses in memory, random ids, measured times, and how a stream was cut
into pieces. Everything else is compared: outputs with their metadata, execution counts, tracebacks with their colours, the
keys of the timing, papermill's record, the language and the state of widgets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from nbformat import NotebookNode

from tests.fidelity.running import Ran

ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}(?![0-9a-f])")
_TIME = r"[\d.]+(?:e[+-]\d+)? [nµμm]?s"  # "1e+03 ns" too
_VARYING = (
    (re.compile(r"/[^\s\"':]{0,200}/ipykernel_\d+/"), "TEMPORARY/ipykernel/"),
    (re.compile(r"\bipykernel_\d+/"), "ipykernel/"),
    (re.compile(r"\b0x[0-9a-f]{6,}"), "0xADDRESS"),
    (re.compile(r"(CPU times: |Wall time: )[^\n\\]+"), r"\1MEASURED"),
    (re.compile(rf"{_TIME} ± {_TIME} per loop"), "MEASURED per loop"),
)
_WIDGETS = "application/vnd.jupyter.widget-state+json"
_TIMES = ("start_time", "end_time", "duration")
_OUR_OWN = ("hoso_run",)  # what our engine adds: the costs of the run


def differences(
    one: Ran, other: Ran, folders: Iterable[str] = (), unordered: Iterable[str] = ()
) -> dict[str, tuple[str, str]]:
    """What differs, by cell id ("notebook" for the rest): the first place, as each of the two has it."""
    left, right = (parts(ran.notebook, folders, frozenset(unordered)) for ran in (one, other))
    names = [*left, *(name for name in right if name not in left)]
    found = {name: (left.get(name, "(no cell)"), right.get(name, "(no cell)")) for name in names}
    return {name: _first_place(*pair) for name, pair in found.items() if pair[0] != pair[1]}


def parts(
    notebook: NotebookNode, folders: Iterable[str] = (), unordered: frozenset[str] = frozenset()
) -> dict[str, str]:
    """A notebook as texts to compare: one of each cell by its id, and "notebook" for the rest."""
    named = [(_name(cell, number), cell) for number, cell in enumerate(notebook.cells)]
    cells = {name: _cell(cell, name in unordered) for name, cell in named}
    rest = {"metadata": _metadata(notebook.metadata), "cells": list(cells), "nbformat": notebook.nbformat}
    return {name: _text(value, folders) for name, value in [*cells.items(), ("notebook", rest)]}


def _name(cell: NotebookNode, number: int) -> str:
    """A cell's id; papermill draws those of the cells it adds by lot, so these go by their tags, and old ones by their place."""
    added = [tag for tag in cell.metadata.get("tags", ()) if tag.startswith(("injected-", "papermill-"))]
    told = added[0] if added else cell.get("id", "")
    return f"cell {number}" if re.fullmatch(r"[0-9a-f]{8}", told) or not told else str(told)


def _cell(cell: NotebookNode, unordered: bool) -> dict[str, Any]:
    made = {name: value for name, value in cell.items() if name not in ("id", "outputs", "metadata")}
    made["metadata"] = _metadata(cell.metadata)
    if cell.cell_type == "code":
        outputs = merged(cell.outputs)
        made["outputs"] = _sorted(outputs) if unordered else outputs
    return made


def merged(outputs: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Outputs with what follows on the same stream joined: where a stream is cut depends on the moment it is flushed."""
    joined: list[dict[str, Any]] = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if output["output_type"] == "stream" and last.get("name") == output["name"]:
            joined[-1] = {**last, "text": last["text"] + output["text"]}
        else:
            joined.append(dict(output))
    return joined


def _sorted(outputs: list[dict[str, Any]]) -> list[Any]:
    """Streams line by line in the order of the alphabet, then the rest."""
    lines = [
        (o["name"], line) for o in outputs if o["output_type"] == "stream" for line in o["text"].splitlines()
    ]
    return [*sorted(lines), *(o for o in outputs if o["output_type"] != "stream")]


def _metadata(given: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in given.items() if name not in _OUR_OWN}
    if "widgets" in kept:  # by random ids: their states, in an order of their own
        states = kept["widgets"][_WIDGETS]["state"].values()
        kept["widgets"] = sorted(ID.sub("ID", json.dumps(state, sort_keys=True)) for state in states)
    if "execution" in kept:  # the moments of each message: the same moments, each of them a moment
        kept["execution"] = {name: _is_moment(value) for name, value in kept["execution"].items()}
    if "papermill" in kept:
        told = {
            name: (value is not None) if name in _TIMES else value
            for name, value in kept["papermill"].items()
        }
        kept["papermill"] = {name: value for name, value in told.items() if name != "output_path"}
    return kept


def _is_moment(value: str) -> bool:
    return datetime.fromisoformat(value).tzinfo is not None


def _text(value: Any, folders: Iterable[str]) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1)
    for folder in folders:
        text = text.replace(folder, "FOLDER")
    for pattern, instead in _VARYING:
        text = pattern.sub(instead, text)
    return _numbered(text)


def _numbered(text: str) -> str:
    """Random ids by the order in which they first appear, so that references to one another stay."""
    seen: dict[str, str] = {}
    return ID.sub(lambda match: seen.setdefault(match[0], f"ID{len(seen)}"), text)


def _first_place(one: str, other: str, width: int = 160) -> tuple[str, str]:
    start = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    start = max(0, start - width // 4)
    return one[start : start + width], other[start : start + width]
