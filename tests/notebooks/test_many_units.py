"""A province of 3.000 units: every notebook tells of it, in a page that a browser can open."""

from pathlib import Path

import pytest

from hoso.delivery.export.document import document
from hoso.delivery.export.html import page
from tests.notebooks.cases import MANY, THREE_THOUSAND
from tests.notebooks.outcomes import hold
from tests.notebooks.runner import parameters, published
from tests.samples import names

PROVINCIAL = [name for name in published() if "province" in parameters(name)]
LARGEST = 8_000_000  # bytes of a page with a line for each unit


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """3.000 communes in 30 districts, imported from one file."""
    store = THREE_THOUSAND.store(tmp_path_factory.mktemp("many"))
    assert len([name for name in names(store) if name.startswith("UBND xã Thử Nghiệm")]) == MANY
    return store


@pytest.mark.parametrize("name", PROVINCIAL)
def test_three_thousand_units(name: str, store: Path) -> None:
    """A report without fault, whose page stays within what a browser opens at once."""
    notebook = hold("made", name, store, THREE_THOUSAND.parameters, names(store))
    assert notebook is not None
    assert len(page(document(notebook, name)).encode()) < LARGEST
