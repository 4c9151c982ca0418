"""The versions of a report (lịch sử phát hành): what was published before, kept when its figures are superseded.

The live set of a report lies in its machine folder; an earlier version in history/<n>/ below it, its figures.json
compressed and its manifest beside. A version comes there by one rename, so it is there whole or not at all, and before
the set that supersedes it goes live: whenever a run is killed, every version that was ever published can be found.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..records.disk import to_disk
from .changes import NO_FIGURES, changes
from .outputs import FIGURES, MANIFEST, sha256

FOLDER: Final = "history"
KEPT: Final = "figures.json.gz"
# not there, cut off, or not what it should be
_UNREADABLE: Final = (OSError, EOFError, ValueError, RecursionError, zlib.error)


@dataclass(frozen=True)
class Version:
    """A published version: its number, its manifest (empty when damaged) and where its figures lie."""

    revision: int
    manifest: dict[str, Any]
    figures: Path
    live: bool = False

    def read(self) -> dict[str, Any] | None:
        """Its figures.json; None when it cannot be read."""
        return _object(self.figures)


def versions(live: Path) -> list[Version]:
    """The versions of a machine folder, newest first; half a version, which only a copy can leave, is none."""
    found = [Version(n, _object(folder / MANIFEST) or {}, folder / KEPT) for n, folder in _kept(live).items()]
    manifest = _object(live / MANIFEST)
    if manifest is None:
        return sorted(found, key=_number, reverse=True)
    now = Version(revision(manifest, len(found) + 1), manifest, live / FIGURES, live=True)
    # where a run was killed between keeping and publishing, the live version lies in the history as well
    earlier = [version for version in found if not _again(version, now)]
    return [now, *sorted(earlier, key=_number, reverse=True)]


def _again(kept: Version, live: Version) -> bool:
    told = [(version.revision, version.manifest.get("made_at")) for version in (kept, live)]
    return told[0] == told[1]


def _number(version: Version) -> int:
    return version.revision


def revision(manifest: dict[str, Any], unless: int = 1) -> int:
    """The number a manifest says it is of; `unless` it says none."""
    told = manifest.get("revision")
    return told if isinstance(told, int) and not isinstance(told, bool) and told > 0 else unless


def keep(live: Path, staged: Path) -> int:
    """The number of the version staged; when its figures differ from the live ones, those are kept first.

    Both are machine folders: `live` where it will lie, `staged` where its figures.json does already. Damaged live files are
    kept as they are, since nobody else has them.
    """
    last = max(_kept(live), default=0)
    if not (live / MANIFEST).is_file():
        return last + 1  # nothing was published, or only half of a first set
    manifest = _object(live / MANIFEST) or {}
    now, kept_as = revision(manifest, last + 1), _kept_as(live)
    if _same(_published(live, manifest, kept_as), _object(staged / FIGURES)):
        return now
    if kept_as is None:
        last = max(last, _archive(live, staged, now if now > last else last + 1))
    return max(now, last) + 1


def _kept_as(live: Path) -> Path | None:
    """Where the live version lies in the history already, put there by a run that was killed before its own went live."""
    manifest = (live / MANIFEST).read_bytes()
    folders = _kept(live).values()
    return next((folder for folder in folders if (folder / MANIFEST).read_bytes() == manifest), None)


def _published(live: Path, manifest: dict[str, Any], kept_as: Path | None) -> dict[str, Any] | None:
    """The figures of the live version: the kept ones where a killed run had replaced figures.json, not yet the manifest."""
    digest = _digests(manifest).get(f"{live.name}/{FIGURES}")
    whole = (live / FIGURES).is_file() and digest in (None, sha256(live / FIGURES))
    return _object(live / FIGURES) if whole or kept_as is None else _object(kept_as / KEPT)


def _digests(manifest: dict[str, Any]) -> dict[str, Any]:
    files = manifest.get("files")
    return files if isinstance(files, dict) else {}


def _same(before: dict[str, Any] | None, after: dict[str, Any] | None) -> bool:
    if before is None or after is None:
        return False
    try:
        return not changes(before, after, final=True)
    except NO_FIGURES:
        return before == after


def _archive(live: Path, staged: Path, number: int) -> int:
    """Keeps the live version under this number, or the next that is free; complete before it has its name."""
    made = staged.parent / f"{FOLDER}-{staged.name}"
    made.mkdir()
    if (live / FIGURES).is_file():
        # no name and no time in it: the same figures are the same bytes
        _write(made / KEPT, gzip.compress((live / FIGURES).read_bytes(), mtime=0))
    _write(made / MANIFEST, (live / MANIFEST).read_bytes())
    target = live / FOLDER / str(number)
    while target.exists():  # a half version from elsewhere keeps its place
        number += 1
        target = live / FOLDER / str(number)
    target.parent.mkdir(exist_ok=True)
    to_disk(made)
    made.rename(target)
    to_disk(target.parent)
    return number


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    to_disk(path)


def _kept(live: Path) -> dict[int, Path]:
    """The folders of complete versions by number."""
    return dict(sorted(_complete(live)))


def _complete(live: Path) -> Iterator[tuple[int, Path]]:
    folder = live / FOLDER
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name.isascii() and path.name.isdecimal() and (path / MANIFEST).is_file():
            yield int(path.name), path


def _object(path: Path) -> dict[str, Any] | None:
    """The JSON object of a file, compressed or not; None when there is none."""
    try:
        content = path.read_bytes()
        loaded = json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)
    except _UNREADABLE:
        return None
    return loaded if isinstance(loaded, dict) else None
