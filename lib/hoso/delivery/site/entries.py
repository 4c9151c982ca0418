"""The roster (danh mục): every report as its folder and its manifest tell it.

Manifests are files anyone may have changed: what they say is taken by type, printed as words, and never made a path.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from ...presentation.letters import printable
from ...vocabulary.periods import Period
from ...vocabulary.places import COUNTRY
from ...vocabulary.text import SortKey, sort_key
from ..history import revision
from ..outputs import FAILED, MANIFEST
from . import names
from .found import Found, scan

STATES = {
    "done": "Hoàn thành",
    "warnings": "Hoàn thành, có lưu ý",
    "failed": "Lỗi, chưa có báo cáo",
    "stale": "Lần chạy gần nhất lỗi; còn bản trước",
    "broken": "Tệp không khớp với bản ghi",
}
BAD: Final = ("failed", "stale", "broken")
_AFTER_FAULT: Final = "Cách xử lý: khắc phục lỗi nêu trên rồi lập lại bằng lệnh"
REMEDIES: Final = {
    "failed": _AFTER_FAULT,
    "stale": _AFTER_FAULT,
    "broken": "Cách xử lý: tệp bị thiếu hoặc đã bị sửa sau khi lập; lập lại bằng lệnh",
}
FORMATS: Final = ("html", "pdf", "docx", "xlsx")
# What the roster needs of a manifest and of the note of a failure; the rest is not kept between two runs.
_OF_MANIFEST: Final = (
    "notebook", "title", "status", "warnings", "synthetic", "provisional", "data_date", "data_version", "made_at",
    "revision", "options",
)  # fmt: skip
Raw = Mapping[str, Any]


@dataclass(frozen=True)
class Entry:
    """A report in the index."""

    notebook: str  # its name: reminder, reminder-sync-rate
    kind: str  # what reports of this notebook are called
    province: str
    province_name: str
    period: str
    period_text: str
    title: str
    state: str
    details: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    data_date: str
    synthetic: bool
    unit: str = ""  # the unit's id where it is the report of one
    made_at: str = ""  # UTC, ISO 8601; blank where no manifest tells
    data_version: str = ""
    revision: int = 1
    provisional: str = ""
    expected: bool = True  # whether later periods are expected to have it too
    path: str = ""  # its machine folder, from the reports' folder
    kept: tuple[str, ...] = ()  # the earlier versions in its history
    stamp: str = ""  # changes when its manifest does

    @property
    def when(self) -> Period:
        return parsed(self.period)

    @property
    def remedy(self) -> tuple[str, str]:
        """What to do about a report that is not there as it should be, and the command for it; blank where it is."""
        if self.state not in BAD:
            return "", ""
        unit = f" --unit {self.unit}" if self.unit else ""
        more = f"{unit} --force" if self.state == "broken" else unit
        return REMEDIES[self.state], names.command(self.notebook, self.province, self.period, more)

    @property
    def place_and_period(self) -> str:
        return f"{self.province_name}, {self.period_text}"


parsed = cache(Period.parse)


def roster(reports: Path) -> list[Entry]:
    """Every report under the output folder, done or failed, in Vietnamese order of places, newest period first."""
    return ordered([entry(found, read(reports, found)) for found in scan(reports)[0]])


def ordered(entries: list[Entry]) -> list[Entry]:
    """The roster's order; the whole country stands before its provinces."""
    newest = sorted(entries, key=lambda entry: entry.when.end, reverse=True)
    return sorted(newest, key=lambda entry: place_order(entry.province, entry.province_name))


@cache
def place_order(slug: str, title: str) -> tuple[bool, SortKey]:
    """Where a place stands among the others: by its name, not by what kind of place it is."""
    name = title.removeprefix("thành phố ").removeprefix("tỉnh ")
    return slug != COUNTRY.slug, sort_key(name)


# ── what a manifest says ─────────────────────────────────────────────────────────────────────────


def read(reports: Path, found: Found) -> dict[str, Any]:
    """What the roster needs of a report's files: `manifest` and `failed`, null where they cannot be read."""
    folder = reports / found.path
    manifest, failed = _load(folder / MANIFEST), _load(folder / FAILED)
    kept = {name: manifest[name] for name in _OF_MANIFEST if name in manifest} if manifest else None
    files = list(manifest["files"]) if manifest and isinstance(manifest.get("files"), dict) else None
    return {"manifest": kept and kept | {"files": files}, "failed": failed and failed.get("faults")}


def _load(path: Path) -> dict[str, Any] | None:
    try:
        loaded = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return loaded if isinstance(loaded, dict) else None


def entry(found: Found, raw: Raw) -> Entry:
    """A report as the roster has it, whatever became of its manifest."""
    about: Raw = raw["manifest"] or {}
    options = about.get("options")
    return Entry(
        notebook=found.name,
        kind=_kind(found, about),
        province=found.place.slug,
        province_name=found.place.title,
        period=found.period.id,
        period_text=found.period.label,
        title=_words(about.get("title")) or found.unit or _kind(found, about),
        state=_state(found, raw),
        details=_lines(raw["failed"]) or _lines(about.get("warnings")),
        links=tuple(
            (suffix.upper(), f"{found.documents}/{found.stem}.{suffix}")
            for suffix in FORMATS
            if _listed(about, f"{found.stem}.{suffix}") and f"{found.stem}.{suffix}" in found.beside
        ),
        data_date=_day(about.get("data_date")),
        synthetic=about.get("synthetic") is True,
        unit=found.unit,
        made_at=_moment(about.get("made_at")),
        data_version=_words(about.get("data_version")),
        revision=revision(dict(about), len(found.kept) + 1),
        provisional=_words(about.get("provisional")),
        expected=not (isinstance(options, dict) and options.get("deadline")),
        path=found.path,
        kept=found.kept,
        stamp=str(found.stamps.get(MANIFEST, "")),
    )


def _kind(found: Found, about: Raw) -> str:
    return names.kind(found.name, _words(about.get("notebook")))


def _listed(about: Raw, name: str) -> bool:
    return name in (about.get("files") or ())


def _state(found: Found, raw: Raw) -> str:
    about = raw["manifest"]
    if about is None:
        return "broken" if MANIFEST in found.stamps else "failed"
    if not about.get("files") or not all(_is_there(found, name) for name in about["files"]):
        return "broken"
    if FAILED in found.stamps:
        return "stale"
    return str(about["status"]) if about.get("status") in ("done", "warnings") else "broken"


def _is_there(found: Found, name: str) -> bool:
    """Whether a file of a manifest lies where a run puts it: a document, or a machine file in the folder of its name."""
    folder, _, own = name.rpartition("/")
    return own in (found.inside if folder == found.stem else found.beside if not folder else ())


def _words(value: Any) -> str:
    return printable(str(value)).strip() if isinstance(value, str | int) and value is not True else ""


def _lines(value: Any) -> tuple[str, ...]:
    return tuple(filter(None, map(_words, value))) if isinstance(value, list) else ()


def _day(value: Any) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        return ""


def _moment(value: Any) -> str:
    """A moment in UTC to the second; blank for what is none."""
    try:
        told = datetime.fromisoformat(value)
        return told.astimezone(UTC).isoformat(timespec="seconds") if told.tzinfo else ""
    except (TypeError, ValueError, OverflowError):
        return ""
