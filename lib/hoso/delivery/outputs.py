"""The files of one finished report as bytes on the disk: figures.json, digests, JSON."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from ..presentation.structure import row_header
from ..records.disk import to_disk

FIGURES: Final = "figures.json"
MANIFEST: Final = "manifest.json"
FAILED: Final = "failed.json"
"""What lies in the machine folder of every report that was published, or could not be made."""
SCHEMA: Final = Path(__file__).with_name("figures.schema.json")
"""The schema of figures.json (JSON Schema 2020-12), published beside the reports."""
SCHEMA_VERSION: Final = 1
"""Rises with every change that a reader of the version before would misread."""
WITHHELD: Final = "…"
"""What prints in place of a withheld number (statistics.public_tables.SIGN): no value stands behind it in any file."""


def figures(document: Mapping[str, Any]) -> dict[str, Any]:
    """Every number a report prints: the figures of its prose and charts, and the cells of its tables.

    Follows the schema of `SCHEMA`. Of a cell that prints as withheld it has no value.
    """
    records = document["figures"]
    found = [block for block in document["blocks"] if block["type"] == "table" and "verify" in block]
    return {
        "$schema": SCHEMA.name,
        "schema_version": SCHEMA_VERSION,
        "document": {key: document[key] for key in ABOUT},
        "figures": list(records.values()),
        "tables": [_table(block, records) for block in found],
    }


ABOUT = (
    "notebook",
    "title",
    "province",
    "province_name",
    "period",
    "period_text",
    "unit",
    "options",
    "data_version",
    "data_date",
    "synthetic",
    "provisional",
    "identities",
    "command",
)


def _table(block: Mapping[str, Any], records: Mapping[str, Any]) -> dict[str, Any]:
    names = [": ".join(filter(None, (column.get("group"), column["title"]))) for column in block["columns"]]
    named = row_header(block["columns"])
    return {
        "id": block["id"],
        "caption": block["caption"],
        "columns": names,
        "rows": [_row(row["cells"], records, named) for row in block["rows"]],
        "verify": block["verify"],
    }


def _row(cells: Sequence[Mapping[str, Any]], records: Mapping[str, Any], named: int) -> dict[str, Any]:
    printed = [_printed(cell, records) for cell in cells]
    values = [
        None if words.strip() == WITHHELD else cell.get("value")
        for words, cell in zip(printed, cells, strict=True)
    ]
    return {
        "name": printed[named] if named < len(cells) else printed[0],
        "values": values,
        "printed": printed,
    }


def _printed(cell: Mapping[str, Any], records: Mapping[str, Any]) -> str:
    return _words(cell["runs"], records)


def _words(runs: Sequence[Mapping[str, Any]], records: Mapping[str, Any]) -> str:
    """What runs print, emphasis and its contents among them; a line break is a space."""
    return "".join(_spoken(run, records) for run in runs)


def _spoken(run: Mapping[str, Any], records: Mapping[str, Any]) -> str:
    if run["t"] == "fig":
        return str(records[run["id"]]["printed"])
    if "c" in run:
        return _words(run["c"], records)
    return " " if run["t"] == "br" else str(run.get("s", ""))


def sha256(path: Path | str) -> str:
    """The digest of a file's bytes."""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - thousands a run, and a Path costs more than the digest
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_json(path: Path, value: Any) -> None:
    """JSON with Vietnamese letters as they are, keys in the order given; what is no number is null."""
    path.write_bytes(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def publish(stage: Path, folder: Path, names: list[str]) -> None:
    """Moves staged files over the last published ones, one after the other, and takes the stage away.

    For sets that are made anew when they are found mixed; a report's own are published by `publishing`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        to_disk(stage / name)
    for name in names:
        (stage / name).replace(folder / name)
    shutil.rmtree(stage)
