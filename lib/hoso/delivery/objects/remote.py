"""The reports of an object store and their working copy on this machine: pulled before a batch, pushed as runs end.

The store is the truth and the copy a cache of it that may be empty. An object store has no rename, so a push that breaks
off leaves the old manifest, whose digests tell that the set is mixed: the next run makes that report again.
Keys come from the environment alone (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL …).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self
from uuid import uuid4

from filelock import FileLock, Timeout

from ...records import bucket
from ...vocabulary import addresses
from ...vocabulary.errors import StoreError, UsageError
from ..history import FOLDER
from ..outputs import FIGURES, sha256
from . import places
from .synced import Known, Synced, stamp

if TYPE_CHECKING:
    from ..runs import Outcome, Run

LOCK_SECONDS: Final = 6 * 3600.0  # the whole batch of another command on this machine
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".xml": "application/atom+xml",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".ipynb": "application/x-ipynb+json",
    ".gz": "application/gzip",
}  # a browser that opens the store as a web site shows pages instead of saving them


class Remote:
    """The reports at the address of an object store (s3://bucket/prefix), with their working copy in the folder `copy`.

    As a context it holds the copy: another command on the same store waits, and then finds the reports made; for at
    most `wait` seconds, after which it is told so (StoreError).
    UsageError for an address of another kind and where the extra `objects` is not installed; StoreError in one line for
    what the store refuses.
    """

    def __init__(self, url: str, copy: Path | None = None, wait: float | None = None) -> None:
        self.url, self._wait = addresses.checked(url), LOCK_SECONDS if wait is None else wait
        self._store = bucket.connected(self.url)
        self.copy = copy or addresses.reports_copy(self.url)
        bucket.note_copy(self.copy, self.url)
        self._synced = Synced(self.copy / bucket.OWN / "objects.sqlite")
        self._lock = FileLock(self.copy / bucket.OWN / "copy.lock")

    def __enter__(self) -> Self:
        try:
            self._lock.acquire(timeout=self._wait)
        except Timeout as error:
            raise StoreError(
                "một lệnh khác đang ghi báo cáo lên kho đối tượng này",
                where=self.url,
                remedy="chờ lệnh đó kết thúc rồi chạy lại",
            ) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()

    # ── from the store ──────────────────────────────────────────────────────────────────────────

    def pull(self, runs: Iterable[Run] = (), *, only: bool = False) -> int:
        """Brings the copy to the store's state and returns how many files came whole.

        Whole comes what the runs in `runs` published before, so that an unchanged report is known and a changed one keeps
        its earlier version; and what the site is made from, with its pages. The other files stand in the copy empty, by
        name only: the roster lists what is published.
        `only`: the files of these runs and nothing else, for a worker that makes no site.
        """
        wanted = places.Wanted(runs)
        there = self._listed(wanted, only)
        known = self._synced.all()
        if not only:
            self._forget(known.keys() - there.keys())
        versioned = {places.machine_folder(path) for path in there if f"/{FOLDER}/" in path}
        whole = {path for path in there if path in wanted or _for_the_site(path, versioned)}
        behind = [
            path
            for path in there
            if not self._is_here(path, there[path], known.get(path), whole=path in whole)
        ]
        for path in (path for path in behind if path not in whole):
            self._place(path, b"")
            self._synced.put(path, Known(there[path], None, stamp(self.copy / path)))
        came = [path for path in behind if path in whole]
        bucket.each(self.url, self._fetch, came)
        return len(came)

    def _listed(self, wanted: places.Wanted, only: bool) -> dict[str, str]:
        """The objects whose names are those of reports, each with what changes with its content."""
        import obstore

        found: dict[str, str] = {}
        with bucket.told(self.url):
            for prefix in sorted({folder for folder, _ in wanted.documents}) if only else [None]:
                for page in obstore.list(self._store, prefix, chunk_size=bucket.PAGE):
                    found |= {one["path"]: _content(one["e_tag"], one["size"]) for one in page}
        return {
            path: told for path, told in found.items() if places.ours(path) and (path in wanted or not only)
        }

    def _is_here(self, path: str, content: str, known: Known | None, *, whole: bool) -> bool:
        """Whether the copy has an object as it is; what is newer here than there, since a push failed, is kept."""
        same = known is not None and known.content == content and (self.copy / path).is_file()
        return same and not (whole and known is not None and known.stands_in(self.copy / path))

    def _fetch(self, path: str) -> None:
        import obstore

        got = obstore.get(self._store, path)
        content = bytes(got.bytes())
        self._place(path, content)
        told = _content(got.meta["e_tag"], got.meta["size"])  # of what came, should it have changed since
        self._synced.put(path, Known(told, hashlib.sha256(content).hexdigest(), stamp(self.copy / path)))

    def _place(self, path: str, content: bytes) -> None:
        """Writes a file of the copy by renaming it into its place."""
        target = self.copy / path
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = self.copy / bucket.OWN / f"incoming-{uuid4().hex}"
        beside.write_bytes(content)
        beside.replace(target)

    def _forget(self, gone: Iterable[str]) -> None:
        """Takes away what is in the store no more."""
        for path in gone:
            (self.copy / path).unlink(missing_ok=True)
            self._synced.drop(path)

    # ── to the store ────────────────────────────────────────────────────────────────────────────

    def push(self, reports: Path, files: Iterable[str] | None = None) -> list[str]:
        """Makes the store equal to the copy for these files, paths below `reports`, the copy (None: all of it).

        Earlier versions go first, then documents and figures, then manifests, then the site, its first page at the very
        end; when one of a kind fails, nothing of the later kinds is written. What already lies there is not sent again.
        Returns the paths written or removed.
        """
        if reports.resolve() != self.copy.resolve():
            raise UsageError("không phải bản làm việc của kho đối tượng", where=str(reports))
        known = self._synced.all()
        chosen = {*known, *places.files(self.copy)} if files is None else set(files)
        changed = sorted(path for path in chosen if self._differs(path, known.get(path)))
        here = [path for path in changed if (self.copy / path).is_file()]
        for _, kind in groupby(sorted(here, key=places.rank), key=places.rank):
            bucket.each(self.url, self._send, list(kind))
        bucket.each(self.url, self._remove, sorted(set(changed) - set(here)))
        return changed

    def publish(self, outcome: Outcome) -> Outcome:
        """Pushes what a run left in the copy. What cannot be pushed is that run's failure: the other runs go on."""
        try:
            self.push(self.copy, self.files(outcome.run))
        except StoreError as error:
            return replace(outcome, status="failed", messages=(*outcome.messages, str(error)))
        return outcome

    def push_site(self) -> list[str]:
        """Pushes the pages that list reports and compare their versions; what is pushed of reports is left to `publish`."""
        return self.push(self.copy, [path for path in places.files(self.copy) if places.of_site(path)])

    def files(self, run: Run) -> list[str]:
        """Everything a run publishes, here or in the store: documents, machine folder, earlier versions."""
        machine, documents = run.machine_folder(self.copy), run.folder(self.copy)
        here = [*documents.glob(f"{run.stem}.*"), *machine.glob("*"), *machine.glob(f"{FOLDER}/**/*")]
        wanted = places.Wanted([run])
        there = [path for path in self._synced.all() if path in wanted]
        return sorted({*there, *(f.relative_to(self.copy).as_posix() for f in here if f.is_file())})

    def _differs(self, path: str, known: Known | None) -> bool:
        """Whether a file is not the one last synchronised; of one with a new stamp the content decides."""
        file = self.copy / path
        if not file.is_file():
            return known is not None
        if known is None:
            return True
        now = stamp(file)
        if now == known.stamp or known.stands_in(file):
            return False
        if sha256(file) != known.digest:
            return True
        self._synced.put(path, Known(known.content, known.digest, now))
        return False

    def _send(self, path: str) -> None:
        import obstore

        file = self.copy / path
        now, content = stamp(file), file.read_bytes()
        kind = {"Content-Type": _TYPES.get(file.suffix, "application/octet-stream")}
        told = obstore.put(self._store, path, content, attributes=kind)
        digest = hashlib.sha256(content).hexdigest()
        self._synced.put(path, Known(_content(told["e_tag"], len(content)), digest, now))

    def _remove(self, path: str) -> None:
        import obstore

        obstore.delete(self._store, path)
        self._synced.drop(path)


def _content(etag: str | None, size: int) -> str:
    """What changes with an object's content: what the store calls it, and its size for stores that call it nothing."""
    return f"{etag}/{size}"


def _for_the_site(path: str, versioned: set[str]) -> bool:
    """Whether the site is made from a file: every manifest, and the figures of reports with earlier versions; or is it."""
    name = path.rpartition("/")[2]
    figures = name == FIGURES and places.machine_folder(path) in versioned
    return name in places.ROSTER or figures or f"/{FOLDER}/" in path or places.rank(path) >= places.SITE
