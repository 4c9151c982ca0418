"""As of (số liệu tại thời điểm): the store as it was at a version of its facts, or at a moment, to make a report again from.

The ledger is written last of all an import writes, so one of its commits stands for a whole state of the store: the facts
it was built from, and every other table as it stood then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any, Final

from ..vocabulary.calendar import VIETNAM, clock
from ..vocabulary.errors import NoDataError, UsageError
from . import forgotten
from .store import TABLES, Commit, Store

_VERSION: Final = re.compile(r"[0-9]{1,9}")
_ONE_MOMENT: Final = timedelta(milliseconds=1)  # as precise as a commit says when it was made


def at(store: Store, asked: str) -> Store:
    """The store standing still: at a version of its facts ("12"), a day's end ("2026-11-20"), a moment ("2026-11-20T15:00").

    UsageError for what is neither, or a version that there is not yet; NoDataError for a moment before the first import.
    """
    return replace(store, pins=_versions(store, asked))


def _versions(store: Store, asked: str) -> dict[str, Any]:
    """What `pinned.versions` gives, of that state; and when it was made ("as_of"), unless it is the newest."""
    until = None if _VERSION.fullmatch(asked) else _moment(asked)
    state = _newest(store, int(asked)) if until is None else _before(store, until)
    facts = state.note["facts_version"]
    _refuse_forgotten(store, state, asked)
    if until is None:
        until = state.made + _ONE_MOMENT
    others = (name for name in TABLES if name not in ("ledger", "facts"))
    tables: dict[str, int | None] = {name: _standing(store, name, until) for name in others}
    pins = {"tables": tables | {"ledger": state.version, "facts": int(facts)}, "facts_version": facts}
    return pins | ({"as_of": state.made.isoformat()} if state.version != store.version("ledger") else {})


def _refuse_forgotten(store: Store, state: Commit, asked: str) -> None:
    if state.version in forgotten.read(store.root).get("ledger", ()):
        raise NoDataError(
            f"dữ liệu của {asked} đã được dọn khỏi kho",
            where=str(store.root),
            expected="phiên bản hoặc ngày còn giữ",
            remedy="khôi phục kho từ bản sao lưu cũ hơn (xem phiên bản: hoso status)",
        )


def _states(store: Store) -> Iterator[Commit]:
    """The commits of the ledger that name the facts they were built from, newest first."""
    return (commit for commit in store.history("ledger") if "facts_version" in commit.note)


def _newest(store: Store, version: int) -> Commit:
    """The state built from a version of the facts; where none was built from that very one, from the last before."""
    newest = store.version("facts")
    if newest is None or version > newest:
        there_are = "chưa có phiên bản nào" if newest is None else f"0 đến {newest}"
        raise UsageError(
            f"kho chưa có phiên bản dữ liệu {version}", expected=there_are, remedy="xem: hoso status"
        )
    for state in _states(store):
        if int(state.note["facts_version"]) <= version:
            return state
    raise NoDataError(
        f"không còn sổ theo ngày của phiên bản dữ liệu {version}",
        where=str(store.root),
        expected="một lần nạp trước đó",
        remedy="xem: hoso status",
    )


def _before(store: Store, until: datetime) -> Commit:
    first = None
    for state in _states(store):
        if state.made < until:
            return state
        first = state
    raise NoDataError(
        f"kho chưa có dữ liệu vào lúc {clock(until):%H:%M ngày %d/%m/%Y}",
        where=str(store.root),
        expected=f"từ {clock(first.made):%H:%M ngày %d/%m/%Y}" if first else "ít nhất một lần nạp",
        remedy="xem: hoso status",
    )


def _standing(store: Store, table: str, until: datetime) -> int | None:
    return next((commit.version for commit in store.history(table) if commit.made < until), None)


def _moment(asked: str) -> datetime:
    """The moment up to which, itself left out: of a day its end, of a minute its beginning."""
    try:
        found = datetime.fromisoformat(asked)
    except ValueError as error:
        raise UsageError(
            f"không hiểu --as-of {asked!r}",
            expected="số phiên bản (12), ngày (2026-11-20) hoặc giờ (2026-11-20T15:00)",
            remedy="xem các phiên bản: hoso status",
        ) from error
    if "T" not in asked and " " not in asked:
        found = datetime.combine(found, time()) + timedelta(days=1)
    return found if found.tzinfo else found.replace(tzinfo=VIETNAM)
