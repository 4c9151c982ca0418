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
import stat
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

import polars as pl

from ..vocabulary.errors import StoreError
from .disk import to_disk

KEY_BYTES: Final = 32
DIGITS: Final = 24  # 96 bits: a collision within 50 million dossiers has a chance of about 10^-14
_OWNER_ONLY: Final = 0o600
_BLOCK: Final = 64  # bytes of a block of SHA-256
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
    to_disk(beside)
    try:
        os.link(beside, path)  # fails when another process was first: then its key counts
        to_disk(path.parent)
    finally:
        beside.unlink()
    return key


def _read(path: Path) -> bytes:
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise StoreError(
            "người khác đọc được khóa",
            where=str(path),
            expected="quyền 600",
            remedy=f"chạy: chmod 600 {path}",
        )
    key = path.read_bytes()
    if len(key) < KEY_BYTES:
        raise StoreError(
            f"khóa chỉ có {len(key)} byte",
            where=str(path),
            expected=f"{KEY_BYTES} byte",
            remedy="khôi phục tệp khóa từ bản sao lưu",
        )
    return key


def pseudonym(key: bytes, text: str) -> str:
    """The keyed hash of one dossier id: 24 hexadecimal digits."""
    return hmac.digest(key, text.encode(), "sha256").hex()[:DIGITS]


def pseudonyms(key: bytes, texts: Iterable[str]) -> list[str]:
    """The keyed hashes of many dossier ids, in their order: `pseudonym`, its two keyed beginnings reckoned once."""
    block = (key if len(key) <= _BLOCK else sha256(key).digest()).ljust(_BLOCK, b"\0")
    inner, outer = (sha256(bytes(byte ^ pad for byte in block)).copy for pad in (0x36, 0x5C))  # RFC 2104
    found = []
    for text in texts:
        inside, outside = inner(), outer()
        inside.update(text.encode())
        outside.update(inside.digest())
        found.append(outside.hexdigest()[:DIGITS])
    return found


def short(digest: str) -> str:
    """A pseudonym where an analyst reads it: "HS-3f9ac2017b4d"; `SHORT` finds it in what is to be published."""
    return f"HS-{digest[:SHORT_DIGITS]}"


def fingerprint(key: bytes) -> str:
    """Eight digits that tell one key from another and give nothing away."""
    return pseudonym(key, "hoso key fingerprint")[:8]


def create(path: Path) -> None:
    """An empty file that only its owner can open, to be written by an engine that knows nothing of modes."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY))


def remember(folder: Path, province_id: str, import_id: str, ids: Path) -> None:
    """Keeps the file `ids` (dossier, dossier_id), which id stands behind which pseudonym, below the private folder.

    Drill-down alone reads it. An import hands over the dossiers that are new to the store, so each is kept once.
    """
    place = folder / "ids" / province_id
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    to_disk(ids)
    ids.replace(place / f"{import_id}.parquet")
    to_disk(place)


def recall(folder: Path, province_id: str, hashes: Sequence[str]) -> dict[str, str]:
    """The dossier ids behind pseudonyms, for an analyst's drill-down. Raises StoreError when there are none kept."""
    files = sorted((folder / "ids" / province_id).glob("*.parquet"))
    if not files:
        raise StoreError(
            "không có bảng mã hồ sơ riêng",
            where=str(folder / "ids" / province_id),
            expected="các tệp lần nạp ghi",
            remedy="hỏi mã hồ sơ ở nơi đã nạp các tệp kết xuất",
        )
    asked = pl.Series(list(hashes), dtype=pl.String).implode()
    found = pl.scan_parquet(files).filter(pl.col("dossier").is_in(asked)).collect()
    return {str(dossier): str(text) for dossier, text in found.select("dossier", "dossier_id").iter_rows()}
