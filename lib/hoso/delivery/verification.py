"""`hoso verify`: a report's figures against the facts, its print against its figures, its files against its manifest."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..presentation.figures import Figure
from ..records.store import Store
from ..statistics import claims, contradictions
from ..statistics.data import Data, Rederived
from ..statistics.results import recomputed
from ..statistics.score_keys import ScoreKeys
from ..statistics.verify import Checked, Difference, Readers, verify
from ..vocabulary.errors import InputError
from ..vocabulary.periods import Period
from ..vocabulary.places import find_province
from ..vocabulary.workbook import Workbook
from .outputs import sha256


def figures_files(paths: Sequence[Path]) -> Iterator[Path]:
    """The figures.json behind reports: of a folder all below it, of review.html or review.pdf its own.

    Raises InputError for a path that leads to none.
    """
    for path in paths:
        found = _behind(path)
        if not found or not all(file.is_file() for file in found):
            raise InputError(
                "no report here",
                where=str(path),
                expected="a folder of reports, a report's document or its figures.json",
                remedy="run: hoso report",
            )
        yield from found


def _behind(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(path.rglob("figures.json"))
    return [path if path.suffix == ".json" else path.with_suffix("") / "figures.json"]


def verify_file(workbook: Workbook, file: Path) -> Checked:
    """Checks one report on the workbook's store."""
    store = Store.open(workbook.store)

    def open_data(province: str, period: str, version: int | None) -> Data | None:
        chosen = Period.parse(period)
        newest = store.version("facts")  # also what came into the facts by another way than an import
        wanted, place = (
            newest if version is None else version,
            find_province(province, chosen.era, chosen.end),
        )
        if wanted is None or not store.files("facts", place.id, wanted):
            return None
        return Rederived(store, place, wanted)

    def open_readers(province: str, period: str, data: Data | None) -> Readers:
        chosen = Period.parse(period)
        place = find_province(province, chosen.era, chosen.end)
        return ScoreKeys(store, workbook.reference, place, chosen, data, recomputed).readers

    checked = verify(file, open_data, workbook.reference, open_readers)
    return replace(checked, differences=(*checked.differences, *_misprinted(file), *_altered(file)))


def _misprinted(file: Path) -> Iterator[Difference]:
    """Figures whose printed text is not what their value prints as."""
    for record in json.loads(file.read_text("utf-8"))["figures"]:
        printed = Figure.of(record).printed
        if printed != record["printed"]:
            yield Difference(record["id"], record["title"], record["printed"], printed, "in sai giá trị")


def _altered(file: Path) -> Iterator[Difference]:
    """Published files that are missing or no longer what the manifest says."""
    manifest: dict[str, Any] = json.loads((file.parent / "manifest.json").read_text("utf-8"))
    for name, digest in manifest["files"].items():
        path = file.parent.parent / name
        now = sha256(path) if path.is_file() else None
        if now != digest:
            yield Difference(
                name, "tệp đã phát hành", digest[:12], now and now[:12], "khác với bản ghi phát hành"
            )


@dataclass(frozen=True)
class ClaimsChecked:
    """A table of published claims, recomputed: rows by outcome, and one line a contradiction."""

    rows: int
    single: int
    bounded: int
    known: tuple[str, ...]
    new: tuple[str, ...]

    def __str__(self) -> str:
        contradictions = len(self.known) + len(self.new)
        return (
            f"{self.rows} dòng: {self.rows - self.single - self.bounded - contradictions} khớp, "
            f"{self.bounded} trong khoảng, {self.single} không có gì để tính lại, "
            f"{contradictions} mâu thuẫn ({len(self.known)} đã biết, {len(self.new)} mới)"
        )


def verify_claims(file: Path) -> ClaimsChecked | None:
    """Recomputes a table of published claims (số liệu đã công bố); None for a path that is none, by its header."""
    if not file.is_file() or not claims.is_claims_file(file):
        return None
    found = contradictions.check(claims.read(file))
    counted = Counter(finding.status for finding in found)
    told = {s: tuple(str(f) for f in found if f.status == s) for s in ("known", "contradiction")}
    return ClaimsChecked(
        len(found), counted["single"], counted["bounded"], told["known"], told["contradiction"]
    )
