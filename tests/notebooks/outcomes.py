"""Whether a notebook makes of a case what was drawn: a report without fault, or the refusal that belongs to it, in one line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import pytest
from nbformat import NotebookNode

from hoso.vocabulary.errors import HosoError, NoDataError, UsageError
from tests.notebooks.reading import faults
from tests.notebooks.runner import run

REFUSALS: dict[str, type[HosoError]] = {"no data": NoDataError, "usage": UsageError}


def hold(
    outcome: str, name: str, store: Path, parameters: Mapping[str, str], names: Collection[str]
) -> NotebookNode | None:
    """Runs the notebook and holds it to the outcome; the executed notebook where a report was to be made."""
    if outcome == "made":
        notebook = run(name, store, **parameters)
        assert faults(notebook, name, names) == []
        return notebook
    with pytest.raises(REFUSALS[outcome]) as refused:
        run(name, store, **parameters)
    told = str(refused.value)
    assert told.strip()
    assert len(told.splitlines()) == 1
    return None
