"""Addresses of object stores (s3://bucket/prefix): what one looks like, and where this machine keeps its copy of one."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Final

from .errors import UsageError
from .text import slug

SCHEMES: Final = ("s3", "s3a", "gs", "az", "abfs", "abfss")
STORE_COPY: Final = "HOSO_STORE_COPY"
_ADDRESS: Final = re.compile(
    rf"({'|'.join(SCHEMES)})://[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*/?"
)


def is_address(text: str) -> bool:
    """Whether a place is meant to be an object store rather than a path."""
    return "://" in text


def checked(url: str) -> str:
    """The address without a slash at its end. UsageError for another kind of address, or one that carries a key."""
    if not _ADDRESS.fullmatch(url):
        shown = re.sub(r"//[^/@]*@", "//…@", url).split("?")[0]  # a key in it is not printed either
        raise UsageError(
            "địa chỉ kho đối tượng không dùng được",
            where=shown,
            expected=f"s3://tên-kho/thư-mục ({', '.join(SCHEMES)}), khóa đặt trong biến môi trường",
        )
    return url.rstrip("/")


def reports_copy(url: str) -> Path:
    """The working copy of published reports: a cache, one private folder for each address."""
    return _home("XDG_CACHE_HOME", ".cache") / "hoso" / "reports" / _folder(url)


def store_copy(url: str) -> Path:
    """The working copy of a store, one private folder for each address; `HOSO_STORE_COPY` names another.

    Among the user's data and not in the cache, which people empty: `private/` in it is nowhere else.
    """
    if named := os.environ.get(STORE_COPY):
        return Path(named).expanduser().absolute()
    return _home("XDG_DATA_HOME", ".local/share") / "hoso" / "stores" / _folder(url)


def _home(variable: str, usual: str) -> Path:
    named = os.environ.get(variable)
    return Path(named) if named else Path.home() / usual


def _folder(url: str) -> str:
    return f"{slug(url.split('://')[1])[:40]}-{hashlib.sha256(url.encode()).hexdigest()[:12]}"
