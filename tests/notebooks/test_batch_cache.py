"""A report in a batch is the report made alone: what other processes of the batch left is only ever read instead of made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hoso.presentation.display import MIME
from hoso.records import pinned
from hoso.records.store import Store
from tests.notebooks.runner import parameters, run

PORTAL_UNIT = {"province": "gia-lai", "period": "2026@calendar", "unit": "xa-gao"}
RUNS = [
    ("unit", parameters("unit")),
    ("unit", PORTAL_UNIT),
    ("review", parameters("review") | {"period": "2024-09"}),
]


def shown(name: str, store: Path, given: dict[str, str]) -> list[Any]:
    """All that a notebook shows, figures with their keys and fractions included."""
    outputs = [
        out.data
        for cell in run(name, store, **given).cells
        if cell.cell_type == "code"
        for out in cell.outputs
    ]
    assert sum(len(data[MIME]["figures"]) for data in outputs if MIME in data) > 10
    return list(json.loads(json.dumps(outputs)))


@pytest.mark.parametrize(("name", "given"), RUNS, ids=["unit", "portal", "review"])
def test_alone_first_and_second_in_a_batch_it_is_the_same(
    name: str, given: dict[str, str], whole_sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the last digit, with an empty cache and with a full one; the second asks the store for nothing it has not kept."""
    store = whole_sample / "store"
    alone = shown(name, store, given)
    pinned.write(tmp_path / "batch", store, pinned.versions(Store.open(store)))
    monkeypatch.setenv(pinned.VARIABLE, str(tmp_path / "batch"))
    assert shown(name, store, given) == alone
    kept = sorted(file.name for file in (tmp_path / "batch" / "kept").iterdir())
    assert len(kept) > 5
    assert shown(name, store, given) == alone
    assert sorted(file.name for file in (tmp_path / "batch" / "kept").iterdir()) == kept
