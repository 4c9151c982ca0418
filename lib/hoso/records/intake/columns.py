"""The words of an export (từ điển cột): what columns.toml says, read strictly.

A misspelt key in that file would silently lose a column, so an unknown key, an unknown field or a word that
stands for two things is an error that names all faults at once and lists what is known.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from hoso.vocabulary.errors import HosoError
from hoso.vocabulary.text import fold
from hoso.vocabulary.workbook import Edition, edition

COLUMNS_FILE = Path(__file__).parent.parent / "columns.toml"

DATE_FIELDS = ("submitted_at", "received_at", "due_at", "finished_at", "returned_at")
FLAG_FIELDS = (
    "digitised",
    "reused",
    "electronic_result",
    "synced",
    "authenticated",
    "citizen_data",
    "synthetic",
)
TEXT_FIELDS = ("dossier_id", "unit_name", "unit_parent", "procedure_id", "procedure_name", "field")

_FIELDS: Mapping[str, tuple[str, ...]] = {
    "dossiers": (
        *TEXT_FIELDS,
        *("channel", "service_level", "status"),
        *DATE_FIELDS,
        *("supplements", "waiting_days", "fee_amount", "payment"),
        *FLAG_FIELDS,
    ),
    "procedures": (
        *("procedure_id", "name", "field", "service_level", "level"),
        *("fee", "online_payment", "limit", "online_limit", "valid_from", "valid_to", "synthetic"),
    ),
}
_CODES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "dossiers": {
        "status": tuple(str(n) for n in range(1, 11)),
        "channel": ("direct", "online", "postal"),
        "service_level": ("full", "partial", "information"),
        "payment": ("online", "other"),
        "flag": ("yes", "no"),
    },
    "procedures": {"level": ("department", "district", "commune")},
}


@dataclass(frozen=True)
class Table:
    """One kind of table: its fields, the headers each may have, and those it cannot do without."""

    kind: str
    required: tuple[str, ...]
    headers: Mapping[str, tuple[str, ...]]
    keys: Mapping[
        str, tuple[str, int]
    ]  # match key of a header → field, place in its list (first is preferred)


@dataclass(frozen=True)
class Columns:
    """columns.toml as values. `words[list][match key]` is the code a cell's word stands for."""

    dossiers: Table
    procedures: Table
    personal: frozenset[str]
    words: Mapping[str, Mapping[str, str]]

    @property
    def tables(self) -> tuple[Table, Table]:
        """In the order in which a header is tried."""
        return self.dossiers, self.procedures

    def spellings(self) -> frozenset[str]:
        """Every header and word as written, to look for them in another code page."""
        headers = (name for table in self.tables for names in table.headers.values() for name in names)
        return frozenset(headers) | {key for words in self.words.values() for key in words}


def load_columns(path: Path = COLUMNS_FILE) -> Columns:
    """The columns and words of `path`; HosoError with every fault of the file. An edition of it is read once."""
    return _loaded(path, edition(path))


@lru_cache(maxsize=8)
def _loaded(path: Path, _edition: Edition | None) -> Columns:
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    faults = _faults(document)
    if faults:
        raise HosoError("; ".join(faults), where=path.name, remedy="sửa tệp; chưa đọc gì")
    lists = {name: document[kind][name] for kind, names in _CODES.items() for name in names}
    return Columns(
        dossiers=_table("dossiers", document),
        procedures=_table("procedures", document),
        personal=frozenset(fold(name) for name in document["dossiers"]["personal"]["headers"]),
        words={name: _by_key(words) for name, words in lists.items()},
    )


def _by_key(words: Mapping[str, list[str]]) -> dict[str, str]:
    return {fold(word): code for code, spellings in words.items() for word in spellings}


def _table(kind: str, document: Mapping[str, Any]) -> Table:
    section = document[kind]
    headers = {field: tuple(names) for field, names in section["headers"].items()}
    keys = {fold(name): (field, i) for field, names in headers.items() for i, name in enumerate(names)}
    return Table(kind, tuple(section["required"]), headers, keys)


def _faults(document: Mapping[str, Any]) -> list[str]:
    faults = _keys("tệp", document, tuple(_FIELDS))
    for kind in _FIELDS:
        faults += _section_faults(kind, document.get(kind, {}))
    return faults


def _section_faults(kind: str, section: Mapping[str, Any]) -> list[str]:
    fields, codes = _FIELDS[kind], _CODES[kind]
    personal = ("personal",) if kind == "dossiers" else ()
    faults = _keys(f"[{kind}]", section, ("required", "headers", *personal, *codes))
    if faults:
        return faults
    faults += _keys(f"[{kind}.headers]", section["headers"], fields)
    faults += [
        f"[{kind}] required: không có trường {name!r}" for name in section["required"] if name not in fields
    ]
    faults += _twice(f"[{kind}.headers]", section["headers"])
    for name, known in codes.items():
        faults += _keys(f"[{kind}.{name}]", section[name], known) + _twice(f"[{kind}.{name}]", section[name])
    if personal:
        faults += _keys(f"[{kind}.personal]", section["personal"], ("headers",))
    return faults


def _keys(where: str, section: Mapping[str, Any], known: tuple[str, ...]) -> list[str]:
    unknown = [name for name in section if name not in known]
    missing = [name for name in known if name not in section]
    faults = [f"{where}: khóa lạ {name!r}, các khóa đã biết: {', '.join(known)}" for name in unknown]
    return faults + [f"{where}: thiếu khóa {name!r}" for name in missing]


def _twice(where: str, lists: Mapping[str, Any]) -> list[str]:
    seen: dict[str, str] = {}
    faults = []
    for name, words in lists.items():
        if not isinstance(words, list) or not all(isinstance(word, str) and fold(word) for word in words):
            faults.append(f"{where}: {name!r} phải là một danh sách từ")
            continue
        faults += [f"{where}: {w!r} vừa chỉ {seen[fold(w)]} vừa chỉ {name}" for w in words if fold(w) in seen]
        seen |= {fold(word): name for word in words}
    return faults
