"""The key that turns a dossier id into the pseudonym the facts carry, and the private table that leads back.

A plain hash of a dossier id can be undone by trying all ids; a keyed one (HMAC-SHA256) cannot without the key. The key
lives outside the repository, made at first use and readable by its owner alone. Legal ground: Luật 91/2025/QH15,
NĐ 356/2025/NĐ-CP.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
import sqlite3
import stat
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from ..vocabulary.errors import StoreError

KEY_BYTES: Final = 32
DIGITS: Final = 24  # 96 bits: a collision within 50 million dossiers has a chance of about 10^-14
_OWNER_ONLY: Final = 0o600
SHORT_DIGITS: Final = 12  # two of a province's 400.000 dossiers look alike with a chance of about 3 in 10.000
SHORT: Final = re.compile(rf"\bHS-[0-9a-f]{{{SHORT_DIGITS}}}\b")


def load(path: Path) -> bytes:
    """The key in `path`, made with mode 600 at first use. Raises StoreError for a key others can read or a short one."""
    try:
        return _create(path)
    except FileExistsError:
        return _read(path)


def _create(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    if path.exists():
        raise FileExistsError(path)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        key = secrets.token_bytes(KEY_BYTES)
        file.write(key)
    try:
        os.link(beside, path)  # fails when another process was first: then its key counts
    finally:
        beside.unlink()
    return key


def _read(path: Path) -> bytes:
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise StoreError(
            "the key can be read by others", where=str(path), expected="mode 600", remedy=f"chmod 600 {path}"
        )
    key = path.read_bytes()
    if len(key) < KEY_BYTES:
        raise StoreError(
            f"the key has {len(key)} bytes",
            where=str(path),
            expected=f"{KEY_BYTES} bytes",
            remedy="restore the key file from its backup",
        )
    return key


def pseudonym(key: bytes, text: str) -> str:
    """The keyed hash of one dossier id: 24 hexadecimal digits."""
    return hmac.digest(key, text.encode(), "sha256").hex()[:DIGITS]


def pseudonyms(key: bytes, texts: Iterable[str]) -> list[str]:
    """The keyed hashes of many dossier ids, in their order."""
    return [pseudonym(key, text) for text in texts]


def short(digest: str) -> str:
    """A pseudonym where an analyst reads it: "HS-3f9ac2017b4d"; `SHORT` finds it in what is to be published."""
    return f"HS-{digest[:SHORT_DIGITS]}"


def fingerprint(key: bytes) -> str:
    """Eight digits that tell one key from another and give nothing away."""
    return pseudonym(key, "hoso key fingerprint")[:8]


def remember(path: Path, province_id: str, hashes: Sequence[str], ids: Sequence[str]) -> None:
    """Keeps which id stands behind which pseudonym, in a table only its owner can open (drill-down alone reads it)."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, _OWNER_ONLY))
    with closing(sqlite3.connect(path, timeout=60)) as connection, connection:
        connection.execute(
            "create table if not exists dossiers (province_id text, dossier text, dossier_id text,"
            " primary key (province_id, dossier)) without rowid"
        )
        rows = ((province_id, digest, text) for digest, text in zip(hashes, ids, strict=True))
        connection.executemany("insert or ignore into dossiers values (?, ?, ?)", rows)


def recall(path: Path, province_id: str, hashes: Sequence[str]) -> dict[str, str]:
    """The dossier ids behind pseudonyms, for an analyst's drill-down. Raises StoreError when the table is not there."""
    if not path.exists():
        raise StoreError(
            "no private table of dossier ids",
            where=str(path),
            expected="the table an import writes",
            remedy="ask for the ids where the exports were imported",
        )
    found: dict[str, str] = {}
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        for digest in hashes:
            row = connection.execute(
                "select dossier_id from dossiers where province_id = ? and dossier = ?", (province_id, digest)
            ).fetchone()
            if row:
                found[digest] = row[0]
    return found
