"""The files of one finished report: figures.json, manifest.json and the documents, published together by rename."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def figures(document: Mapping[str, Any]) -> dict[str, Any]:
    """Every number a report prints: the figures of its prose and charts, and the cells of its tables."""
    tables = [_table(block) for block in document["blocks"] if block["type"] == "table" and "verify" in block]
    about = {key: document[key] for key in ABOUT}
    return {"document": about, "figures": list(document["figures"].values()), "tables": tables}


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


def _table(block: Mapping[str, Any]) -> dict[str, Any]:
    names = [": ".join(filter(None, (column.get("group"), column["title"]))) for column in block["columns"]]
    rows = [
        {
            "name": _words(row["cells"][1]) if len(row["cells"]) > 1 else "",
            "values": [cell.get("value") for cell in row["cells"]],
        }
        for row in block["rows"]
    ]
    return {
        "id": block["id"],
        "caption": block["caption"],
        "columns": names,
        "rows": rows,
        "verify": block["verify"],
    }


def _words(cell: Mapping[str, Any]) -> str:
    return "".join(run.get("s", "") for run in cell["runs"])


def sha256(path: Path) -> str:
    """The digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_json(path: Path, value: Any) -> None:
    """JSON with Vietnamese letters as they are, keys in the order given."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", "utf-8")


def publish(stage: Path, folder: Path, names: list[str]) -> None:
    """Moves staged files over the last published ones, the manifest last.

    Each move is atomic; the manifest carries the digests of the others, so a set that a power cut left mixed is known.
    Old files stay until their successor is complete.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        with (stage / name).open("rb") as file:
            os.fsync(file.fileno())
    for name in names:
        (stage / name).replace(folder / name)
    shutil.rmtree(stage)
