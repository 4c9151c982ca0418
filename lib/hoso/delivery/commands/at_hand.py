"""The reports at hand of a command: the folder of the workbook, or the working copy of an object store (bản làm việc)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ...vocabulary.workbook import Workbook

if TYPE_CHECKING:
    from ..objects import Remote
    from ..runs import Run

_PATIENCE: Final = 20.0  # seconds that a command which only reads waits for a batch on the same store


@contextmanager
def copy_of(address: str, runs: Sequence[Run] = (), wait: float | None = None) -> Iterator[Remote]:
    """The working copy of an object store, which is the folder of reports meanwhile; its own command's for that long.

    StoreError when another command has it for more than `wait` seconds; without them a whole batch is waited for.
    """
    from ..objects import Remote

    with Remote(address, wait=wait) as remote:
        remote.pull(runs)
        os.environ["HOSO_REPORTS"] = str(remote.copy)
        try:
            yield remote
        finally:
            os.environ["HOSO_REPORTS"] = address


def shown(file: Path, remote: Remote | None) -> str:
    """A file as a person finds it: by its address where it lies in an object store."""
    if remote is None or not file.is_relative_to(remote.copy):
        return str(file)
    return f"{remote.url}/{file.relative_to(remote.copy).as_posix()}"


@contextmanager
def reports_at_hand(workbook: Workbook) -> Iterator[Remote | None]:
    """Lets a command that reads reports find them in `workbook.reports`, wherever they are published; None on a disk."""
    address = workbook.reports_uri
    if "://" not in address:
        yield None
        return
    with copy_of(address, wait=_PATIENCE) as remote:
        yield remote
