"""A store in an object store (kho đối tượng), and its working copy on this machine, which all reading is done from.

The objects are the store's Delta tables as they lie on a disk. The copy's logs are brought up to them whenever the store is
opened; a data file comes when it is first read and is good for ever, for its name is never used again. A commit is made in
the copy, its data files are sent, then its entry of the log with a conditional put: of two machines that make the same
version one is refused, and its commit is taken back. What of the copy holds is what `sums` has noted: an entry of the log
beyond that was never put, or is brought again. Nothing but tables and the store's note is ever sent: no dossier id, no key.
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from ..vocabulary import addresses
from ..vocabulary.errors import StoreBusyError, StoreError, UsageError
from . import bucket, damage, disk, forgotten, sums, turns
from .objects import Object, Objects

NOTE: Final = "store.json"
LEDGER: Final = "ledger"
_ENTRY: Final = re.compile(r"([0-9]{20})\.json")
_CHECKPOINT: Final = re.compile(r"[0-9]{20}\.checkpoint\.parquet")
_DATA: Final = re.compile(r"([A-Za-z0-9_]+=[A-Za-z0-9_%-]+/)*[A-Za-z0-9][A-Za-z0-9._-]*\.parquet")
_MANY: Final = 512  # entries of a log are noted by so many: a first copy that breaks off goes on there


def of(root: Path) -> Mirror | None:
    """What a folder is the working copy of, None for a store of its own."""
    address = bucket.address_of(root)
    return None if address is None else Mirror(root, address)


def prepared(root: Path) -> Mirror | None:
    """The same; the folder is made when it is to be the working copy of the address in HOSO_STORE.

    UsageError when it is another's copy, or a store of its own.
    """
    found, uri = of(root), os.environ.get("HOSO_STORE", "")
    if not addresses.is_address(uri) or addresses.store_copy(url := addresses.checked(uri)) != root:
        return found
    if (found is None and (root / NOTE).exists()) or (found is not None and found.url != url):
        raise UsageError(
            "thư mục không phải bản làm việc của kho này",
            where=f"{root} ({url})",
            expected="thư mục mới, hoặc bản làm việc của chính kho đó",
            remedy=f"đặt {addresses.STORE_COPY} là thư mục khác",
        )
    bucket.connected(url)  # refused before a folder is made
    if found is None:
        bucket.note_copy(root, url)
    return Mirror(root, url)


@dataclass(frozen=True)
class Mirror:
    """The working copy in the folder `root` of the store at the address `url`.

    StoreError in one line for what the object store refuses, lacks or holds damaged; StoreBusyError for a version that
    another machine made first.
    """

    root: Path
    url: str

    @property
    def objects(self) -> Objects:
        """What lies in the object store."""
        return Objects(self.url, self.root)

    def version(self, table: str) -> int | None:
        """The newest version of a table that the copy knows to lie in the object store."""
        last = sums.last_entry(self.root, table)
        return None if last is None else int(Path(last).stem)

    def knows(self, table: str, version: int) -> bool:
        """Whether the copy's log reaches as far as a version."""
        known = self.version(table)
        return known is not None and known >= version

    # ── from the object store ───────────────────────────────────────────────────────────────────

    def refresh(self, tables: Sequence[str]) -> None:
        """Brings the logs up to date, one command of this machine after the other.

        While one of them writes, the others read what it found when it began and what it has put since.
        """
        with (
            turns.locked(self.objects.own / "refresh.lock"),
            suppress(StoreBusyError),
            turns.locked(self.root / ".write.lock", 0),
        ):
            self._bring_logs(tables)

    @contextmanager
    def writing(self, tables: Sequence[str], seconds: float) -> Iterator[None]:
        """Holds the lease of all machines, the logs brought up to date; the caller holds this machine's lock."""
        with turns.leased(self.url, self._id, seconds):
            self._bring_logs(tables)
            yield

    def _bring_logs(self, tables: Sequence[str]) -> None:
        """The ledger is looked up first and noted last, so that the facts it was built from are always there."""
        self.objects.clear()
        for table in tables:
            self._take_back(table)
        built, others = self._listed(LEDGER), [table for table in tables if table != LEDGER]
        if not (self.root / NOTE).exists() and not self._bring_beside(NOTE):
            return
        if not self._bring_beside(forgotten.FILE):
            (self.root / forgotten.FILE).unlink(missing_ok=True)
        for table, there in zip(others, bucket.each(self.url, self._listed, others), strict=True):
            self._bring_log(table, there)
        self._bring_log(LEDGER, built)

    def _bring_beside(self, name: str) -> bool:
        """Brings what stands beside the tables; whether it is there."""
        there = self.objects.is_there(name)
        if there:
            self.objects.fetch(name)
        return there

    def _listed(self, table: str) -> dict[str, str]:
        """The files of a table's log from the newest that is noted on, that one included, each with its tag."""
        folder, version = f"{table}/{sums.LOG}", self.version(table)
        after = f"{folder}/{version - 1:020}.json" if version else None
        return {Path(one.path).name: one.tag for one in self.objects.listed(f"{folder}/", after)}

    def _bring_log(self, table: str, there: Mapping[str, str]) -> None:
        """What is new of a log, noted in its order; and the newest checkpoint, which spares Delta the entries before."""
        known = self.version(table)
        if known is not None:
            self._refuse_other(table, f"{known:020}.json", there)
        first = -1 if known is None else known
        new = sorted(name for name in there if (found := _ENTRY.fullmatch(name)) and int(found[1]) > first)
        self._refuse_gap(table, first, new)
        for at in range(0, len(new), _MANY):
            names = new[at : at + _MANY]
            arrived = self.objects.fetch_all([f"{table}/{sums.LOG}/{name}" for name in names])
            for name, own in zip(names, arrived, strict=True):
                sums.add(self.root, table, self._told_by(table, name) | {f"{sums.LOG}/{name}": own})
            self._mark(table, names[-1], there[names[-1]])
        if new and (marks := sorted(name for name in there if _CHECKPOINT.fullmatch(name))):
            self.objects.fetch(f"{table}/{sums.LOG}/{marks[-1]}")

    def _refuse_other(self, table: str, newest: str, there: Mapping[str, str]) -> None:
        """StoreError unless the object store still holds the newest entry that the copy knows; a damaged one comes again."""
        tag = there.get(newest)
        if tag is None or self._marked(table, newest) not in (None, tag):
            raise StoreError(
                "kho đối tượng không còn phần đã đọc trước đây: kho đã được khôi phục hoặc lập lại",
                where=f"{self.url}/{table}/{sums.LOG}/{newest}",
                expected=f"kho mà {self.root} là bản làm việc",
                remedy=f"giữ private/ của thư mục đó, xóa mọi thứ khác (cả {bucket.OWN}) rồi chạy lại lệnh",
            )
        if damage.of_entry(self.root / table, newest) is not None:
            self._bring_again(table, f"{sums.LOG}/{newest}")

    def _refuse_gap(self, table: str, first: int, new: Sequence[str]) -> None:
        wanted = (f"{version:020}.json" for version in range(first + 1, first + 1 + len(new)))
        for name, there in zip(wanted, new, strict=True):
            if name != there:
                raise self.objects.lost(f"{table}/{sums.LOG}/{name}")

    def _told_by(self, table: str, entry: str) -> dict[str, sums.Sum]:
        """The sums that an entry tells of the files it adds. StoreError for one that names files elsewhere."""
        file = self.root / table / sums.LOG / entry
        try:
            found = sums.tagged(file)
            sound = all(_DATA.fullmatch(name) for name in found)
        except (ValueError, KeyError, TypeError, AttributeError):
            sound = False
        if not sound:
            raise self.objects.damaged(f"{table}/{sums.LOG}/{entry}")
        return {name: own for name, own in found.items() if own is not None}

    def bring(self, table: str, files: Sequence[str]) -> None:
        """Sees to it that data files of a table, as its log names them, lie whole in the copy."""
        here = (self.root / table).resolve()
        names = [Path(file).relative_to(here).as_posix() for file in files]
        lacking = [name for name in names if damage.of_file(self.root / table, name) is not None]
        if lacking:
            sizes = (sums.noted(self.root, table, name) for name in lacking)
            disk.require_room(self.root, sum(own[1] for own in sizes if own))
            bucket.each(self.url, partial(self._bring_again, table), lacking)

    def _bring_again(self, table: str, name: str) -> None:
        wanted = sums.noted(self.root, table, name)
        own = self.objects.fetch(f"{table}/{name}", wanted)
        if wanted is None:  # another tool's: from now on it is to stay as it came
            sums.add(self.root, table, {name: own})

    def faults(self, table: str, names: Sequence[str]) -> list[StoreError]:
        """What the object store lacks of files of a table or has in another size; one damaged in the copy comes again."""
        there = {one.path.removeprefix(f"{table}/"): one.size for one in self.objects.listed(f"{table}/")}
        known = {name: sums.noted(self.root, table, name) for name in names}
        lost = [self.objects.lost(f"{table}/{name}") for name in names if name not in there]
        other = [
            self.objects.damaged(f"{table}/{name}")
            for name, own in known.items()
            if own and there.get(name, own[1]) != own[1]
        ]
        again = [name for name in names if damage.of_file(self.root / table, name) and name in there]
        return [*lost, *other, *filter(None, bucket.each(self.url, partial(self._fault, table), again))]

    def _fault(self, table: str, name: str) -> StoreError | None:
        try:
            self._bring_again(table, name)
        except StoreError as wrong:
            return wrong
        return None

    # ── to the object store ─────────────────────────────────────────────────────────────────────

    def begin(self, note: str) -> None:
        """Makes the store with a note, unless another machine was first: then its note counts."""
        if self.objects.put_new(NOTE, note.encode()) is None:
            self._bring_beside(NOTE)
            return
        beside = self.objects.own / f"incoming-{uuid.uuid4().hex}"
        beside.write_text(note, "utf-8")
        beside.replace(self.root / NOTE)

    def push(self, table: str) -> None:
        """Sends the commit just made in the copy: its data files, then its entry. Whatever fails, it is taken back."""
        try:
            for entry in self._beyond(table):
                if _ENTRY.fullmatch(entry.name):
                    self._push(table, entry)
        except BaseException:
            self._take_back(table)
            raise

    def _push(self, table: str, entry: Path) -> None:
        folder = self.root / table
        known = {name: sums.of(folder / name) for name in sums.added(entry)}
        sums.tag(entry, known)
        self.objects.send(*(f"{table}/{name}" for name in known))
        name = f"{sums.LOG}/{entry.name}"
        tag = self.objects.put_new(f"{table}/{name}", entry.read_bytes())
        if tag is None:
            raise StoreBusyError(
                "một máy khác vừa ghi vào kho dữ liệu",
                where=f"{self.url}/{table}",
                expected=f"chưa có phiên bản {int(entry.stem)}",
                remedy="chạy lại lệnh; phần chưa xong không để lại gì",
            )
        sums.add(self.root, table, known | {name: sums.of(entry)})
        self._mark(table, entry.name, tag)
        checkpoint = entry.with_suffix(".checkpoint.parquet")
        if checkpoint.exists():
            self.objects.send(f"{table}/{sums.LOG}/{checkpoint.name}")

    def needless(self, table: str, needed: Collection[str], before: datetime) -> list[Object]:
        """The data files of a table put there before a moment that are not among the needed."""
        found = [one for one in self.objects.listed(f"{table}/") if one.made < before]
        named = ((one, one.path.removeprefix(f"{table}/")) for one in found)
        return [one for one, name in named if _DATA.fullmatch(name) and name not in needed]

    def _take_back(self, table: str) -> None:
        """Removes from the copy's log what lies beyond the noted: a commit that was not put, or not known to be."""
        for file in self._beyond(table):
            file.unlink(missing_ok=True)
            if "checkpoint" in file.name:
                file.with_name("_last_checkpoint").unlink(missing_ok=True)

    def _beyond(self, table: str) -> list[Path]:
        """The files of a log whose version is beyond the newest noted one, in order."""
        log, known = self.root / table / sums.LOG, self.version(table)
        numbered = (file for file in log.iterdir() if file.name[:20].isdigit()) if log.is_dir() else ()
        return sorted(file for file in numbered if known is None or int(file.name[:20]) > known)

    # ── what the copy notes for itself ──────────────────────────────────────────────────────────

    @property
    def _id(self) -> str:
        """What tells this copy from that of another machine."""
        file = self.objects.own / "id"
        if not file.exists():
            file.write_text(uuid.uuid4().hex, "utf-8")
        return file.read_text("utf-8")

    def _mark(self, table: str, entry: str, tag: str) -> None:
        """Notes the entity tag of the newest entry: should another lie there one day, it is another store."""
        beside = self.objects.own / f"{table}.{uuid.uuid4().hex}"
        beside.write_text(f"{entry} {tag}", "utf-8")
        beside.replace(self.objects.own / f"{table}.tag")

    def _marked(self, table: str, entry: str) -> str | None:
        """The tag noted of an entry; None where a process died before it did."""
        with suppress(OSError):
            name, _, tag = (self.objects.own / f"{table}.tag").read_text("utf-8").partition(" ")
            return tag if name == entry else None
        return None
