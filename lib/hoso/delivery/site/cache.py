"""What the last run of the site knew (site/.cache.json), so that the next one reads only what is new.

A damaged or strange cache is no cache: everything is made again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from .found import Found

FILE: Final = "site/.cache.json"
_HERE: Final = Path(__file__).parent
_MADE_OF: Final = (
    _HERE,
    _HERE.parent / "templates",
    _HERE.parent / "changes.py",
    _HERE.parent / "history.py",
)


@dataclass
class Cache:
    """What manifests said by folder and stamp, and the digests of what pages were made from, by address."""

    manifests: dict[str, list[Any]] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, reports: Path) -> Cache:
        """The cache of a folder, empty where there is none of this version of the site."""
        try:
            written = json.loads((reports / FILE).read_text("utf-8"))
            manifests, pages = written["manifests"], written["pages"]
            good = written["made_of"] == made_of() and isinstance(manifests, dict) and isinstance(pages, dict)
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return cls()
        return cls(manifests, pages) if good else cls()

    def save(self, reports: Path) -> None:
        content = {"made_of": made_of(), "manifests": self.manifests, "pages": self.pages}
        put(reports / FILE, json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())

    def raw(self, found: Found, read: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What a report's files say: as last time when their stamps are, else read."""
        stamp = json.dumps(found.stamps, sort_keys=True)
        known = self.manifests.get(found.path)
        if _usable(known) and known[0] == stamp:  # type: ignore[index]
            raw: dict[str, Any] = known[1]  # type: ignore[index]
            return raw
        raw = read()
        self.manifests[found.path] = [stamp, raw]
        return raw

    def keep_only(self, found: Iterable[Found]) -> None:
        """Forgets what is no longer there."""
        there = {one.path for one in found}
        self.manifests = {path: known for path, known in self.manifests.items() if path in there}


def _usable(known: Any) -> bool:
    """Whether something of the cache has the shape of a manifest's part."""
    if not (isinstance(known, list) and len(known) == 2 and isinstance(known[1], dict)):
        return False
    about = known[1].get("manifest", 0)
    return "failed" in known[1] and (
        about is None or (isinstance(about, dict) and _names(about.get("files")))
    )


def _names(files: Any) -> bool:
    return files is None or (isinstance(files, list) and all(isinstance(name, str) for name in files))


@cache
def made_of() -> str:
    """The digest of the code and templates that make the site: another version makes every page again."""
    files = [
        file
        for part in _MADE_OF
        for file in (sorted(part.iterdir()) if part.is_dir() else [part])
        if file.is_file()
    ]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def put(path: Path, content: bytes) -> None:
    """Writes a file by renaming it into its place: a reader finds the old one or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(
        f".{path.name.lstrip('.')}.{os.getpid()}"
    )  # two commands may write the site at once
    beside.write_bytes(content)
    beside.replace(path)
