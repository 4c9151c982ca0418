"""The working copy of an object store, and which files of it belong where and when."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..history import FOLDER
from ..outputs import FAILED, MANIFEST

if TYPE_CHECKING:
    from ..runs import Run

ROSTER: Final = (MANIFEST, FAILED)  # what the site reads of every report
SITE, INDEX = 5, 6
_PART: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]*")  # no hidden name, no "..", no separator


# ── files ────────────────────────────────────────────────────────────────────────────────────────


class Wanted:
    """The files that belong to some runs, by path from the folder of reports."""

    def __init__(self, runs: Iterable[Run]) -> None:
        chosen, here = list(runs), Path()
        self.folders = {run.machine_folder(here).as_posix() for run in chosen}
        self.documents = {(run.folder(here).as_posix(), run.stem) for run in chosen}

    def __contains__(self, path: str) -> bool:
        folder, _, name = path.rpartition("/")
        return machine_folder(path) in self.folders or (folder, name.partition(".")[0]) in self.documents


def ours(path: str) -> bool:
    """Whether an object's name is one that a report or the site can have: what others keep there is left alone."""
    return all(map(_PART.fullmatch, path.split("/")))


def machine_folder(path: str) -> str:
    """The folder of a machine file; an earlier version's files belong to the folder whose history they lie in."""
    before, past, _ = path.partition(f"/{FOLDER}/")
    return before if past else path.rpartition("/")[0]


def rank(path: str) -> int:
    """When a file is pushed: whatever a manifest speaks of is there before it, and the site before its first page."""
    parts = path.split("/")
    if len(parts) < 3 or parts[0] == "site":
        return INDEX if path == "index.html" else SITE
    past, roster = FOLDER in parts[3:-1], parts[-1] in ROSTER
    return (1 if roster else 0) if past else (3 if roster else 2)


def of_site(path: str) -> bool:
    """Whether a file is a page of the site, or one of a report's page of versions: made from manifests, not by a run."""
    folder, _, name = path.rpartition("/")
    return rank(path) >= SITE or (folder.endswith(f"/{FOLDER}") and name not in ROSTER)


def files(copy: Path) -> Iterator[str]:
    """Every file of a copy that is to be published: none that is hidden, no link."""
    for folder, below, names in os.walk(copy):
        below[:] = [name for name in below if not name.startswith(".")]
        for name in names:
            file = Path(folder) / name
            if not name.startswith(".") and not file.is_symlink():
                yield file.relative_to(copy).as_posix()
