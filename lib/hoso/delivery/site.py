"""The index of all reports (reports/index.html): who has which report, in which state, and what is missing.

Reports of single units stand in a folded list for each period, so that the 149 of one province do not bury its others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, PackageLoader

from ..vocabulary import numbers
from ..vocabulary.periods import Period
from ..vocabulary.places import find_province
from ..vocabulary.text import sort_key

STATES = {
    "done": "Hoàn thành",
    "warnings": "Hoàn thành, có lưu ý",
    "failed": "Lỗi, chưa có báo cáo",
    "stale": "Lần chạy gần nhất lỗi; còn bản trước",
    "broken": "Tệp không khớp với bản ghi",
}


@dataclass(frozen=True)
class Entry:
    """A report in the index."""

    notebook: str
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


@dataclass(frozen=True)
class Group:
    """The reports of single units of one kind and period."""

    period_text: str
    entries: tuple[Entry, ...]

    @property
    def count(self) -> str:
        return numbers.number(len(self.entries))

    @property
    def failing(self) -> str:
        """How many are not there as they should be; blank when all are."""
        bad = sum(entry.state in ("failed", "broken", "stale") for entry in self.entries)
        return numbers.number(bad) if bad else ""


def roster(reports: Path) -> list[Entry]:
    """Every report under the output folder, done or failed, in Vietnamese order of provinces, newest period first."""
    found = (
        reports.glob(f"{folders}/{name}") for folders in _DEPTHS for name in ("manifest.json", "failed.json")
    )
    folders = sorted({path.parent for paths in found for path in paths})
    entries = [_entry(reports, folder) for folder in folders]
    newest = sorted(entries, key=lambda entry: _last_day(entry.period), reverse=True)
    return sorted(newest, key=lambda entry: sort_key(entry.province_name))


_DEPTHS: Final = ("*/*/*", "*/*/*/*")  # <province>/<period>/<report>, and a unit's below it


def _last_day(period: str) -> date:
    return Period.parse(period).end


def _entry(reports: Path, folder: Path) -> Entry:
    """A report's folder reports/<province>/<period>/<report>[/<unit>] says what it is, whatever became of its manifest."""
    manifest, failed = _load(folder / "manifest.json"), _load(folder / "failed.json")
    province, asked, name, *units = folder.relative_to(reports).parts
    period = Period.parse(asked)
    place = find_province(province, period.era, period.end)
    unknown = {
        "title": units[0] if units else name,
        "province_name": place.title,
        "data_date": "",
        "synthetic": False,
    }
    about: dict[str, Any] = unknown | (manifest or {})
    return Entry(
        notebook=name,
        province=province,
        province_name=str(about["province_name"]),
        period=period.id,
        period_text=period.label,
        title=str(about["title"]),
        state=_state(folder, manifest, failed),
        details=tuple((failed or {}).get("faults", ())) or tuple(about.get("warnings", ())),
        links=tuple(
            (file.suffix[1:].upper(), file.relative_to(reports).as_posix())
            for file in _documents(folder, about)
        ),
        data_date=str(about["data_date"]),
        synthetic=bool(about["synthetic"]),
        unit=units[0] if units else "",
    )


def _documents(folder: Path, about: dict[str, Any]) -> list[Path]:
    """The documents that are there to be opened."""
    files = [folder.parent / name for name in about.get("files", {}) if name.endswith((".html", ".pdf"))]
    return [file for file in files if file.is_file()]


def _state(folder: Path, manifest: dict[str, Any] | None, failed: dict[str, Any] | None) -> str:
    if manifest is None:
        return "broken" if (folder / "manifest.json").exists() else "failed"
    missing = [name for name in manifest["files"] if not (folder.parent / name).is_file()]
    return "broken" if missing else "stale" if failed else str(manifest["status"])


def _load(path: Path) -> dict[str, Any] | None:
    try:
        loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return loaded
    except (OSError, ValueError):
        return None


def write(reports: Path) -> Path:
    """Writes index.html again and returns its path."""
    entries = roster(reports)
    environment = Environment(
        loader=PackageLoader("hoso.delivery"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["day"] = lambda text: numbers.date(date.fromisoformat(text)) if text else "–"
    html = environment.get_template("index.html.j2").render(
        provinces=list(_by_province(entries)),
        states=STATES,
        total=numbers.number(len(entries)),
        synthetic=any(e.synthetic for e in entries),
    )
    reports.mkdir(parents=True, exist_ok=True)
    beside = reports / ".index.html"
    beside.write_text(html, "utf-8")
    return beside.replace(reports / "index.html")


def _by_province(entries: list[Entry]) -> Iterator[tuple[str, list[Entry], list[Group]]]:
    names = list(dict.fromkeys(entry.province_name for entry in entries))
    for name in names:
        own = [entry for entry in entries if entry.province_name == name]
        yield name, [entry for entry in own if not entry.unit], list(_groups(own))


def _groups(entries: list[Entry]) -> Iterator[Group]:
    """The reports of single units by period and kind, in Vietnamese order of their titles."""
    units = [entry for entry in entries if entry.unit]
    for period, kind in dict.fromkeys((entry.period, entry.notebook) for entry in units):
        own = [entry for entry in units if (entry.period, entry.notebook) == (period, kind)]
        ordered = sorted(own, key=lambda entry: sort_key(entry.title))
        yield Group(own[0].period_text, tuple(ordered))
