"""The objects of a store on their way into its working copy and out of it, by their paths, which are the same in both."""

from __future__ import annotations

import time
import uuid
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..vocabulary.errors import StoreError
from . import bucket, sums

if TYPE_CHECKING:
    from obstore import Bytes
    from obstore.store import ObjectStore

_CHUNK: Final = 1 << 20
_DAY: Final = 86_400.0
_REMEDY: Final = "lấy lại từ phiên bản trước của kho đối tượng, hoặc nạp lại các tệp kết xuất vào một kho mới"


@dataclass(frozen=True)
class Object:
    """What a listing says of an object."""

    path: str
    size: int
    tag: str  # changes with its content
    made: datetime


@dataclass(frozen=True)
class Objects:
    """The objects at an address and the folder they are copied to. StoreError in one line for all that goes wrong."""

    url: str
    copy: Path

    @property
    def _store(self) -> ObjectStore:
        return bucket.connected(self.url)

    @property
    def own(self) -> Path:
        """The folder of what the copy keeps for itself."""
        return self.copy / bucket.OWN

    def listed(self, prefix: str, after: str | None = None) -> list[Object]:
        """The objects below a prefix, those behind a path only if one is named."""
        import obstore

        with bucket.told(self.url):
            pages = obstore.list(self._store, prefix, offset=after, chunk_size=bucket.PAGE)
            found = [one for page in pages for one in page]
        return [Object(o["path"], o["size"], str(o["e_tag"]), o["last_modified"]) for o in found]

    def is_there(self, path: str) -> bool:
        """Whether there is such an object."""
        import obstore

        with bucket.told(self.url):
            try:
                obstore.head(self._store, path)
            except FileNotFoundError:
                return False
        return True

    # ── into the copy ───────────────────────────────────────────────────────────────────────────

    def fetch(self, path: str, wanted: sums.Sum | None = None) -> sums.Sum:
        """Brings an object into its place, whole or not at all; its sum. StoreError for another than is wanted."""
        beside, crc, size = self.own / f"incoming-{uuid.uuid4().hex}", 0, 0
        try:
            with bucket.told(self.url), beside.open("wb") as file:
                for chunk in self._got(path):
                    file.write(chunk)
                    crc, size = zlib.crc32(chunk, crc), size + len(chunk)
            came = f"{crc:08x}", size
            if wanted not in (None, came):
                raise self.damaged(path)
            (self.copy / path).parent.mkdir(parents=True, exist_ok=True)
            beside.replace(self.copy / path)
        finally:
            beside.unlink(missing_ok=True)
        return came

    def fetch_all(self, paths: Sequence[str]) -> list[sums.Sum]:
        """The same of many, several at once."""
        return bucket.each(self.url, self.fetch, paths)

    def _got(self, path: str) -> Iterable[Bytes]:
        import obstore

        try:
            got: Iterable[Bytes] = obstore.get(self._store, path).stream(_CHUNK)
        except FileNotFoundError as error:
            raise self.lost(path) from error
        return got

    def clear(self) -> None:
        """Removes what killed processes left half brought."""
        for file in self.own.glob("incoming-*"):
            with suppress(OSError):
                if file.stat().st_mtime < time.time() - _DAY:
                    file.unlink()

    # ── out of the copy ─────────────────────────────────────────────────────────────────────────

    def send(self, *paths: str) -> None:
        """Puts files of the copy, several at once."""
        bucket.each(self.url, self._send, paths)

    def _send(self, path: str) -> None:
        import obstore

        obstore.put(self._store, path, self.copy / path)

    def put_new(self, path: str, content: bytes) -> str | None:
        """The tag of an object that is ours now, by this put or one whose answer was lost; None when another was first."""
        import obstore
        from obstore.exceptions import AlreadyExistsError

        with bucket.told(self.url):
            try:
                made = obstore.put(self._store, path, content, mode="create", use_multipart=False)
                return str(made["e_tag"])
            except AlreadyExistsError:
                found = obstore.get(self._store, path)
                return str(found.meta["e_tag"]) if bytes(found.bytes()) == content else None

    def remove(self, paths: Sequence[str]) -> None:
        """Removes objects."""
        import obstore

        with bucket.told(self.url):
            for at in range(0, len(paths), bucket.PAGE):
                obstore.delete(self._store, list(paths[at : at + bucket.PAGE]))

    # ── faults ──────────────────────────────────────────────────────────────────────────────────

    def lost(self, path: str) -> StoreError:
        """That an object is not there which should be."""
        where = f"{self.url}/{path}"
        return StoreError("kho đối tượng thiếu một tệp", where=where, expected="tệp đó", remedy=_REMEDY)

    def damaged(self, path: str) -> StoreError:
        """That an object is not what was put there."""
        return StoreError(
            "một tệp trong kho đối tượng bị hỏng",
            where=f"{self.url}/{path}",
            expected="nội dung lần nạp đã ghi",
            remedy=_REMEDY,
        )
