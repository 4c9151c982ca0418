"""Publishing by rename: all files of a report or none, whatever stops the process or the machine in between (phát hành).

A run works in a stage, a private folder of its own below reports/.hoso/stage. When all its files are there and on the disk,
`commit` writes one note of what goes where; from that moment the set is published, and only the renames are left to do.
Whoever finds a stage without a living owner carries a noted set out and takes an unfinished one away.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final, Literal

from filelock import FileLock, Timeout

from ..records.disk import to_disk
from ..vocabulary.errors import StoreError
from .outputs import write_json
from .runs import Run

PRIVATE: Final = ".hoso"
"""The folder of the program's own files below the reports: for its owner alone, and for no web server."""
NOTE: Final = "commit.json"
LOCK: Final = ".lock"  # what the lock of a stage's owner is called, after the stage
_POLL_SECONDS: Final = 0.1
Settled = Literal["published", "removed"]


@dataclass(frozen=True)
class Stage:
    """The folder in which a report is made, laid out as its files will lie in `place` below the reports."""

    folder: Path
    reports: Path
    place: str

    def commit(self, files: Sequence[str], gone: Sequence[str] = ()) -> None:
        """Publishes `files` over what lies there and takes the files `gone` away.

        The last file goes live after all else is done: a reader takes the manifest for the sign of a complete set. OSError
        before anything is published; after the first rename, what stops the rest is carried out by whoever finds the stage.
        """
        for path in dict.fromkeys(path for name in files for path in _with_parents(name)):
            to_disk(self.folder / path)
        beside = self.folder / f"{NOTE}.new"
        write_json(beside, {"place": self.place, "files": list(files), "gone": list(gone)})
        to_disk(beside)
        beside.replace(self.folder / NOTE)
        to_disk(self.folder)
        try:
            _carry_out(self.folder, self.reports)
        except OSError:
            if all((self.folder / name).exists() for name in files):
                (self.folder / NOTE).unlink()  # nothing is live yet: the set before stays the published one
            raise


def _with_parents(name: str) -> list[Path]:
    """A file of a stage and its folders below the stage, which have names to be kept as well."""
    path = Path(name)
    return [path, *[parent for parent in path.parents if parent != Path()]]


@contextmanager
def staged(run: Run, reports: Path, wait: float = 0) -> Iterator[Stage]:
    """The empty stage of a run, held by this process; gone afterwards unless its set is still to be carried out.

    StoreError when another process still makes the same report after `wait` seconds.
    """
    folder = _stage(run, reports)
    owner = _claimed(folder, reports, time.monotonic() + wait)
    try:
        folder.mkdir(mode=0o700)
        yield Stage(folder, reports, run.place)
    finally:
        if not (folder / NOTE).exists():
            with claiming(reports):
                shutil.rmtree(folder, ignore_errors=True)
                _lock_file(folder).unlink(missing_ok=True)
        owner.release()


def settle(run: Run, reports: Path) -> Settled | None:
    """What a killed process left of this very run, carried out or taken away."""
    folder = _stage(run, reports)
    return settled(folder, reports) if folder.exists() else None


def settled(folder: Path, reports: Path) -> Settled | None:
    """Carries a stage out or takes it away; None for one that a living process owns."""
    with claiming(reports):
        owner = _owned(folder)
        if owner is None:
            return None
        try:
            return _settled(folder, reports)
        finally:
            owner.release()


def stages(reports: Path) -> Path:
    """The folder of all stages."""
    return reports / PRIVATE / "stage"


@contextmanager
def claiming(reports: Path) -> Iterator[None]:
    """One process at a time takes or gives back a stage: no lock is ever of a folder that another has just removed."""
    folder = reports / PRIVATE
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    with FileLock(folder / "stage.lock", poll_interval=0.005):
        stages(reports).mkdir(mode=0o700, exist_ok=True)
        yield


def _stage(run: Run, reports: Path) -> Path:
    """The same report always in the same place, so that what it left is found before it runs again."""
    return stages(reports) / "~".join((*run.place.split("/"), run.stem))


def _lock_file(folder: Path) -> Path:
    return folder.with_name(folder.name + LOCK)


def _claimed(folder: Path, reports: Path, until: float) -> FileLock:
    """The lock of a stage that no living process owns, and whose place is free."""
    while True:
        with claiming(reports):
            owner = _owned(folder)
            if owner is not None:
                try:
                    if folder.exists():
                        _settled(folder, reports, keep_lock=True)
                except BaseException:
                    owner.release()
                    raise
                return owner
        if time.monotonic() >= until:
            raise StoreError(
                "báo cáo đang được một tiến trình khác lập", where=folder.name, remedy="chờ rồi chạy lại"
            )
        time.sleep(_POLL_SECONDS)


def _owned(folder: Path) -> FileLock | None:
    """The lock of a stage's owner, taken; None while its owner lives. The system frees it when the owner dies."""
    owner = FileLock(_lock_file(folder), timeout=0, is_singleton=False)
    try:
        owner.acquire()
    except Timeout:
        return None
    return owner


def _settled(folder: Path, reports: Path, keep_lock: bool = False) -> Settled:
    published = (folder / NOTE).exists()
    if published:
        _carry_out(folder, reports)
    shutil.rmtree(folder, ignore_errors=True)
    if not keep_lock:
        _lock_file(folder).unlink(missing_ok=True)
    return "published" if published else "removed"


def _carry_out(folder: Path, reports: Path) -> None:
    """The renames of a noted set; each may have been done before. The note goes when they are on the disk."""
    note = _read(folder / NOTE)
    target, last = reports / note["place"], note["files"][-1]
    for parent in {target / name for name in note["files"]}:
        parent.parent.mkdir(parents=True, exist_ok=True)
    for name in (name for name in note["files"] if name != last):
        _move(folder / name, target / name)
    for name in note["gone"]:
        (target / name).unlink(missing_ok=True)
    _move(folder / last, target / last)
    for changed in {(target / name).parent for name in note["files"]} | {target.parent}:
        to_disk(changed)
    (folder / NOTE).unlink()


def _move(source: Path, target: Path) -> None:
    if source.exists():
        source.replace(target)


def _read(file: Path) -> dict[str, Any]:
    """A note, whose paths stay below the reports: only this program writes there, but what is renamed cannot be had back."""
    note: dict[str, Any] = json.loads(file.read_bytes())
    for path in (note["place"], *note["files"], *note["gone"]):
        pure = PurePosixPath(path)
        if pure.is_absolute() or not pure.parts or ".." in pure.parts:
            raise StoreError("bản ghi phát hành dở dang bị hỏng", where=str(file), remedy="xóa thư mục ấy")
    return note
