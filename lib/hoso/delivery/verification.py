"""`hoso verify`: a report's figures against the facts, its print against its figures, its files against its manifest."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from ..presentation.figures import Figure
from ..records.as_of import at
from ..records.store import Store
from ..statistics import claims, contradictions
from ..statistics.data import Data, Rederived
from ..statistics.results import recomputed
from ..statistics.score_keys import ScoreKeys
from ..statistics.verify import Checked, Difference, Readers, verify
from ..vocabulary.calendar import clock
from ..vocabulary.errors import HosoError, InputError
from ..vocabulary.numbers import date as print_date
from ..vocabulary.periods import Period
from ..vocabulary.places import Province, find_province
from ..vocabulary.workbook import Workbook
from .outputs import FIGURES, MANIFEST, SCHEMA_VERSION, sha256
from .signing import document_of, signed_name


def figures_files(paths: Sequence[Path]) -> Iterator[Path]:
    """The figures.json behind reports: of a folder all below it, of review.html, .pdf or .signed.pdf its own.

    Raises InputError for a path that leads to none.
    """
    for path in paths:
        found = _behind(path)
        if not found or not all(file.is_file() for file in found):
            raise InputError(
                "không có báo cáo ở đây",
                where=str(path),
                expected="thư mục báo cáo, văn bản của báo cáo hoặc figures.json",
                remedy="chạy: hoso report",
            )
        yield from found


def _behind(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(path.rglob(FIGURES))
    return [path if path.suffix == ".json" else document_of(path).with_suffix("") / FIGURES]


def verify_file(workbook: Workbook, file: Path) -> Checked:
    """Checks one report on the workbook's store. InputError for a file of a later schema than this program knows."""
    _refuse_newer(file)
    store = Store(Store.open(workbook.store).root)  # nothing pinned, nothing kept: a proof counts for itself

    def open_data(province: str, period: str, version: int | None) -> Data | None:
        chosen = Period.parse(period)
        state = store if version is None else _when_made(store, file, version)
        # the newest: also what came into the facts by another way than an import
        wanted = store.version("facts") if version is None else version
        place = find_province(province, chosen.era, chosen.end)
        if wanted is None or not state.listed("facts", place.id, wanted):
            return None
        return Rederived(state, place, wanted)

    def open_readers(province: str, period: str, data: Data | None) -> Readers:
        chosen = Period.parse(period)
        place = find_province(province, chosen.era, chosen.end)
        state = data.store if data else store
        return ScoreKeys(state, workbook.reference, place, chosen, data, recomputed).readers

    def later(province: str, period: str, version: int) -> list[tuple[int, str]]:
        chosen = Period.parse(period)
        return _imports_after(store, find_province(province, chosen.era, chosen.end), version)

    checked = verify(file, open_data, workbook.reference, open_readers, later)
    return replace(checked, differences=(*checked.differences, *_misprinted(file), *altered(file)))


def _when_made(store: Store, file: Path, version: int) -> Store:
    """The store at a version of the facts: as it was when the report was made, where that was the version then.

    Itself when it never had the version: one restored from an older copy.
    """
    newest = store.version("facts")
    if newest is None or version > newest:
        return store  # where asking for the version says so
    with suppress(HosoError, OSError, ValueError, KeyError, TypeError):
        then = at(store, json.loads((file.parent / MANIFEST).read_text("utf-8"))["made_at"])
        if then.version("facts") == version:
            return then
    return at(store, str(version))


def _imports_after(store: Store, place: Province, version: int) -> list[tuple[int, str]]:
    """The imports of a province that came after a version of the facts and changed them, each told by version and day."""
    rows = store.frame("imports", place.id).filter(pl.col("facts_version") > version)
    first = rows.sort("facts_version", "imported_at").unique(
        "facts_version", keep="first", maintain_order=True
    )
    told = first.select("facts_version", "imported_at").iter_rows()
    return [
        (number, f"phiên bản {number}, nạp ngày {print_date(clock(when).date())}") for number, when in told
    ]


def _refuse_newer(file: Path) -> None:
    """A newer schema may say something else in the same words; files without a version are from before there was one."""
    try:
        found = json.loads(file.read_text("utf-8"))["schema_version"]
    except (OSError, ValueError, KeyError, TypeError):
        return  # no report at all is told by whoever reads it
    if not isinstance(found, int) or found > SCHEMA_VERSION:
        raise InputError(
            f"figures.json theo phiên bản cấu trúc {found}, hoso này không biết",
            where=str(file),
            expected=f"phiên bản {SCHEMA_VERSION} trở xuống",
            remedy="kiểm tra bằng hoso đã lập báo cáo, hoặc bản mới hơn",
        )


def _misprinted(file: Path) -> Iterator[Difference]:
    """Figures whose printed text is not what their value prints as."""
    for record in json.loads(file.read_text("utf-8"))["figures"]:
        printed = Figure.of(record).printed
        if printed != record["printed"]:
            yield Difference(record["id"], record["title"], record["printed"], printed, "in sai giá trị")


def altered(file: Path) -> Iterator[Difference]:
    """Published files that are missing or no longer what the manifest says, and signed copies of other bytes than those."""
    manifest: dict[str, Any] = json.loads((file.parent / MANIFEST).read_text("utf-8"))
    for name, digest in manifest["files"].items():
        path = file.parent.parent / name
        now = sha256(path) if path.is_file() else None
        if now != digest:
            yield Difference(
                name, "tệp đã phát hành", digest[:12], now and now[:12], "khác với bản ghi phát hành"
            )
        if now and path.suffix == ".pdf":
            yield from _signed_of_another(path)


def _signed_of_another(document: Path) -> Iterator[Difference]:
    """A signed copy (bản ký số) beside the document that does not begin with its bytes: of an earlier state, or altered."""
    copy = signed_name(document)
    if not copy.is_file():
        return
    with document.open("rb") as published, copy.open("rb") as signed:
        bytes_of = published.read()
        first = signed.read(len(bytes_of))
    if first != bytes_of:
        found, wanted = (hashlib.sha256(content).hexdigest()[:12] for content in (first, bytes_of))
        yield Difference(copy.name, "bản ký số", found, wanted, "không phải bản ký của tệp đang phát hành")


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
