"""figures.json against its published schema, for any test that has a document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from hoso.delivery import outputs

_UNIT = re.compile(r'"unit": "[^"]+"')


@cache
def schema() -> dict[str, Any]:
    """The published schema."""
    read: dict[str, Any] = json.loads(outputs.SCHEMA.read_text("utf-8"))
    return read


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema())


def faults(file: Mapping[str, Any]) -> list[str]:
    """What the schema finds amiss in a figures.json, each with its place."""
    return [f"{error.json_path}: {error.message[:300]}" for error in _validator().iter_errors(file)]


def check(document: Mapping[str, Any]) -> None:
    """Asserts that the figures.json of a document follows the schema, and each row of its tables has a value a column.

    Of rows whose keys differ in nothing but the unit one is validated: a table of 3.000 units takes no longer than one of 10.
    """
    file = json.loads(json.dumps(outputs.figures(document), allow_nan=False))
    for table in file["tables"]:
        assert {len(row["values"]) for row in table["rows"]} <= {len(table["columns"])}, table["id"]
        if table["verify"].get("kind") == "cells":
            table["verify"]["rows"] = list(_different(table["verify"]["rows"]))
    assert faults(file) == []


def _different(rows: list[Any]) -> Iterator[Any]:
    seen: set[str] = set()
    for row in rows:
        shape = _UNIT.sub("unit", json.dumps(row))
        if shape not in seen:
            seen.add(shape)
            yield row
