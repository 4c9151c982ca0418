"""The page of a report that has earlier versions: what each was, and what changed from the one before it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from ...presentation.letters import printable
from ...vocabulary import numbers
from ..changes import KINDS, NO_FIGURES, Change, Kind, changes
from ..history import FOLDER, Version, versions
from .entries import Entry

SHOWN: Final = 100  # changes of one version on the page; the file beside it has all


@dataclass(frozen=True)
class Step:
    """A version with its changes against the one before; `changes` is None where one of the two cannot be read."""

    version: Version
    first: bool
    final: bool  # closed figures; else provisional, or of a period that had not ended
    changes: Sequence[Change] | None = None
    before: int = 0

    @property
    def manifest(self) -> dict[str, Any]:
        return self.version.manifest

    @property
    def readable(self) -> bool:
        """Whether its figures lie there to be opened."""
        return self.version.figures.is_file()

    @property
    def shown(self) -> Sequence[Change]:
        return (self.changes or ())[:SHOWN]

    @property
    def groups(self) -> list[tuple[str, list[Change]]]:
        """The changes shown, by the table they are in; those of the prose and charts first."""
        return [(where, list(found)) for where, found in groupby(self.shown, key=lambda change: change.where)]

    @property
    def counts(self) -> list[tuple[Kind, str]]:
        """How many of each kind, as printed, restated ones first."""
        found = Counter(change.kind for change in self.changes or ())
        return [(kind, numbers.number(found[kind])) for kind in KINDS if found[kind]]

    @property
    def file(self) -> str:
        """The file of all its changes, beside the page."""
        return f"changes-{self.version.revision}.json"


def steps(reports: Path, entry: Entry) -> list[Step]:
    """The versions of a report, newest first, each against its predecessor."""
    found = versions(reports / entry.path)
    written = [version.read() for version in found]
    last = len(found) - 1
    return [
        Step(version, True, _final(entry, version, written[i]))
        if i == last
        else _step(entry, (version, found[i + 1]), (written[i], written[i + 1]))
        for i, version in enumerate(found)
    ]


def _step(entry: Entry, pair: Sequence[Version], written: Sequence[dict[str, Any] | None]) -> Step:
    (now, before), (after, then) = pair, written
    found = None if after is None or then is None else _changes(then, after, _final(entry, before, then))
    return Step(now, False, _final(entry, now, after), found, before.revision)


def _changes(before: dict[str, Any], after: dict[str, Any], final: bool) -> list[Change] | None:
    try:
        return changes(before, after, final)
    except NO_FIGURES:
        return None


def _final(entry: Entry, version: Version, written: dict[str, Any] | None) -> bool:
    """Whether a version's figures were closed: not called provisional, and made after the last day of the period."""
    about = (written or {}).get("document")
    called = about.get("provisional") if isinstance(about, dict) else version.manifest.get("provisional")
    try:
        made = date.fromisoformat(str(version.manifest.get("made_at"))[:10])
    except ValueError:
        return not called
    return not called and made > entry.when.end


def files(entry: Entry, found: Sequence[Step]) -> dict[str, bytes]:
    """The changes of each version as JSON, by address from the reports' folder."""
    return {
        f"{entry.path}/{FOLDER}/{step.file}": _json(entry, step, step.changes)
        for step in found
        if step.changes is not None
    }


def _json(entry: Entry, step: Step, found: Sequence[Change]) -> bytes:
    content = {
        "report": entry.notebook,
        "province": entry.province,
        "period": entry.period,
        "unit": entry.unit or None,
        "from": step.before,
        "to": step.version.revision,
        "changes": [change.record() for change in found],
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def told(step: Step, name: str) -> str:
    """What a version's manifest says under a name, as words that can be printed."""
    value = step.manifest.get(name)
    return printable(str(value)) if isinstance(value, str | int) else ""
