"""Lean imports: papermill is loaded without what reports never use, and nobody else is kept from it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hoso.delivery.lean import without

LOADED = """
import sys
from hoso.delivery.lean import load_papermill
load_papermill()
print(*(name for name in ("papermill", "nbformat", "jsonschema", "rfc3987_syntax", "lark") if name in sys.modules))
import rfc3987_syntax
print(rfc3987_syntax.is_valid_syntax("iri", "https://example.gov.vn"))
"""


def test_papermill_comes_without_the_grammars() -> None:
    """In a process that has loaded nothing yet; who wants them afterwards gets them."""
    ran = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == ["papermill nbformat jsonschema", "True"]


def test_a_module_that_is_loaded_stays() -> None:
    before = sys.modules["json"]
    with without("json"):
        assert sys.modules["json"] is before
    assert sys.modules["json"] is before


def test_one_that_is_not_can_be_imported_afterwards() -> None:
    """Also when what was imported meanwhile fails."""
    name = "antigravity_of_nobody"
    with pytest.raises(ZeroDivisionError), without(name):
        with pytest.raises(ModuleNotFoundError):
            __import__(name)
        _ = 1 / 0
    assert name not in sys.modules
