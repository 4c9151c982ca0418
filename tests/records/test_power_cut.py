"""A power cut takes what was only in the system's memory: what a commit says must be on the disk before it says so."""

import errno
import os
from pathlib import Path

import pytest

from hoso.records import disk, sums
from tests.records.test_importer import rows
from tests.stores import load

LATER = {"received": "05/02/2024 08:00", "due": "", "finished": ""}


class Disk:
    """Watches what is written through, and which entries of logs there are at that moment."""

    def __init__(self, root: Path, patch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.seen: list[tuple[Path, frozenset[Path]]] = []
        self._real = os.fsync
        patch.setattr(os, "fsync", self._fsync)

    def _fsync(self, descriptor: int) -> None:
        there = Path(f"/proc/self/fd/{descriptor}").readlink()
        self.seen.append((there, self.entries()))
        self._real(descriptor)

    def entries(self) -> frozenset[Path]:
        return frozenset(self.root.glob(f"store/*/{sums.LOG}/*.json"))

    def through(self, path: Path, before: Path | None = None) -> bool:
        """Whether a file went through; before there was an entry, where one is named."""
        return any(seen == path and before not in entries for seen, entries in self.seen)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux to tell what a descriptor is")
def test_what_a_commit_lists_is_on_the_disk_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Facts and ledger, first made and later changed: data, then the log's entry; key and private ids before the facts."""
    disk = Disk(tmp_path, monkeypatch)
    load(tmp_path, rows(4), "first.csv")
    load(tmp_path, [*rows(2, 2, finished="20/01/2024 09:00"), *rows(2, 10, **LATER)], "second.csv")
    store = tmp_path / "store"
    for entry in disk.entries():
        assert disk.through(entry), entry
        assert disk.through(entry.parent), entry
        for name in sums.added(entry):
            assert disk.through(entry.parents[1] / name), name
    for table in ("facts", "ledger"):
        for entry in sorted((store / table / sums.LOG).glob("*.json")):
            added = [store / table / name for name in sums.added(entry)]
            assert added
            for file in added:
                assert disk.through(file, before=entry), file
                assert disk.through(file.parent, before=entry), file
    first, second = sorted((store / "facts" / sums.LOG).glob("*.json"))
    keys = [path for path, entries in disk.seen if first not in entries and path.name.startswith(".key")]
    assert keys and disk.through(tmp_path, before=first)
    ids = [(path, entries) for path, entries in disk.seen if path.name == "ids.parquet"]
    assert [(first in entries, second in entries) for _, entries in ids] == [(False, False), (True, False)]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux to tell what a descriptor is")
def test_a_file_system_that_knows_it_of_files_alone_is_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A share of another machine may refuse it for folders: an import goes on. A file that cannot go through is a fault."""
    real = os.fsync

    def of_files(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").readlink().is_dir():
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        real(descriptor)

    def of_nothing(_descriptor: int) -> None:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    monkeypatch.setattr(os, "fsync", of_files)
    assert load(tmp_path, rows(3), "first.csv").accepted == 3
    monkeypatch.setattr(os, "fsync", of_nothing)
    disk.to_disk(tmp_path)
    with pytest.raises(OSError, match=os.strerror(errno.EINVAL)):
        disk.to_disk(tmp_path / "first.csv")
