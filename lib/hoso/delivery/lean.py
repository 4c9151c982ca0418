"""Lean imports (nạp gọn): what a library loads for others and no report needs stays unloaded."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without(name: str) -> Iterator[None]:
    """As if a module were not installed while others that can do without are imported; one that is loaded stays."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # what Python takes for "there is none"
    try:
        yield
    finally:
        del sys.modules[name]


def load_papermill() -> None:
    """Imports papermill without the check of web addresses that jsonschema would bring.

    No notebook's schema asks for it, and it compiles 38 grammars as it is imported: half of what making one report takes.
    """
    with without("rfc3987_syntax"):
        import papermill  # noqa: F401
