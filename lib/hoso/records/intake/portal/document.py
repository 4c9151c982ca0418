"""A file of portal responses, read in two steps: what it speaks of, then its rows for the province it is of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import polars as pl

from hoso.records import schema
from hoso.records.intake.batch import REJECTS
from hoso.records.intake.header import where_is
from hoso.records.intake.portal import groups
from hoso.records.intake.portal.basis import Basis, Given, basis
from hoso.records.intake.portal.bodies import (
    Body,
    Directory,
    is_whole_country,
    province_of_code,
    province_of_name,
)
from hoso.records.intake.portal.cells import Cell, RefusedError, cells, radar
from hoso.records.intake.portal.shapes import SERVICE, SNAPSHOT, Response, load, responses
from hoso.records.intake.rejects import value_class
from hoso.vocabulary.errors import InputError, UsageError
from hoso.vocabulary.places import Era, Province, level_of

ROWS: Final = {
    name: kind for name, kind in schema.SCORES.items() if name not in ("snapshot", "import_id")
} | {"unit_row": pl.Int32}
"""The rows of a reading: those of the table `scores` without snapshot and import, and the unit row each came from."""

# What a response for the whole country says of a province is not the response of that province: it has other fields.
NATIONAL: Final = "-national"
_REJECTED: Final = REJECTS | {"sheet": pl.String()}
Found = tuple[Basis, Response, int, Mapping[str, Any], Body]


@dataclass(frozen=True)
class Announced:
    """How many units a response says there are, on all its pages."""

    province_id: str
    period: str
    captured_on: str
    endpoint: str
    units: int


@dataclass(frozen=True)
class Reading:
    """What a file gave: read unit rows = accepted + rejected + skipped; `rows` in the columns ROWS."""

    read: int
    rows: pl.DataFrame
    rejects: pl.DataFrame
    skipped: dict[str, int]
    announced: list[Announced]
    nationwide: bool


@dataclass
class Document:
    """The responses of a file, each with its basis."""

    path: Path
    parts: list[tuple[Basis, Response]] = field(default_factory=list)

    @property
    def bases(self) -> list[Basis]:
        """The different bases of its responses, in their order."""
        return list(dict.fromkeys(basis for basis, _ in self.parts))

    def read(self, place: Province, codes: Mapping[str, str]) -> Reading:
        """Its rows; `codes` are departmentCodes by departmentId that the store knows.

        Raises InputError where the file is of another province than `place`, UsageError where it is of another era.
        """
        _same_era(self, place)
        return _Pass(self, place, Directory(place.era, codes)).run()


def recognise(path: Path, given: Given) -> Document | None:
    """The document of a file of portal responses; None for any other file.

    Raises InputError, one line, where a response has another code than OK or no known shape.
    """
    value = load(path)
    if value is None:
        return None
    found = responses(value, path)
    return Document(path, [(basis(r.hints, r.captured, path, given), r) for r in found])


def is_portal(path: Path) -> bool:
    """Whether a file holds portal responses, readable or not."""
    return load(path) is not None


def _same_era(document: Document, place: Province) -> None:
    other = next((b.period for b in document.bases if b.period.era != place.era), None)
    if other:
        raise UsageError(
            f"{place.title} không thuộc hệ {other.era} tỉnh, thành phố của kỳ trong tệp",
            where=where_is(document.path),
            expected=f"tỉnh của hệ {other.era}",
        )


@dataclass
class _Pass:
    """One pass over the unit rows of a document."""

    document: Document
    place: Province
    directory: Directory
    rows: list[dict[str, Any]] = field(default_factory=list)
    rejects: list[dict[str, Any]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    seen: dict[tuple[object, ...], list[Cell]] = field(default_factory=dict)
    read: int = 0
    nationwide: dict[int, bool] = field(default_factory=dict)

    def run(self) -> Reading:
        self.nationwide = {id(r): _nationwide(r, self.place.era) for _, r in self.document.parts}
        for _, response in self.document.parts:
            self.directory.learn(_with_parent(response))
        bodies = [(b, r, line, row, self._body(r, line, row)) for b, r, line, row in self._lines()]
        found: list[Found] = [(b, r, line, row, body) for b, r, line, row, body in bodies if body]
        self._check_province(found)
        for _, _, _, _, body in found:
            self.directory.note(body)
        readers = {id(r): _reader(r, self.document.path) for _, r in self.document.parts}
        for number, (own, response, line, row, body) in enumerate(found):
            self._take(number, own, response, line, self.directory.apart(body), row, readers[id(response)])
        return Reading(
            read=self.read,
            rows=pl.DataFrame(self.rows, schema=ROWS),
            rejects=pl.DataFrame(self.rejects, schema=_REJECTED),
            skipped=dict(self.skipped),
            announced=self._announced(),
            nationwide=any(self.nationwide.values()),
        )

    def _lines(self) -> Iterator[tuple[Basis, Response, int, Mapping[str, Any]]]:
        """Every unit row that can be one; "Cả nước" is skipped, a value that is no object refused."""
        for own, response in self.document.parts:
            first = 0 if response.parent is not None else 1
            for line, row in enumerate(_with_parent(response), first):
                self.read += 1
                if not isinstance(row, dict):
                    self._refuse(response, line, RefusedError("", row, "không phải dòng đơn vị"))
                elif is_whole_country(row):
                    self.skipped["whole_country"] += 1
                else:
                    yield own, response, line, row

    def _body(self, response: Response, line: int, row: Mapping[str, Any]) -> Body | None:
        try:
            body = self.directory.body(
                row, None if self.nationwide[id(response)] else self._place_of(response)
            )
            if body.level == "province" and body.province is None:
                raise RefusedError("departmentName", body.name, "không rõ tỉnh, thành phố")
            return body
        except RefusedError as fault:
            self._refuse(response, line, fault)
            return None

    def _place_of(self, response: Response) -> Province:
        """The province a response is of: its parent's or metadata's; the command's where neither tells."""
        for row in (response.parent or {}, response.place):
            code, name = row.get("departmentCode"), row.get("departmentName")
            found = province_of_code(code if isinstance(code, str) else None, self.place.era)
            if found := found or province_of_name(name, self.place.era):
                return found
        return self.place

    def _check_province(self, found: list[Found]) -> None:
        """Units of another province than the command's refuse the file; nationwide rows go to their own provinces."""
        for _, response, _, _, body in found:
            other = body.province
            if (
                other
                and other.id != self.place.id
                and not (self.nationwide[id(response)] and body.level == "province")
            ):
                raise InputError(
                    f"tệp là số liệu của {other.title}, không phải của {self.place.title}",
                    where=where_is(self.document.path),
                    remedy=f"chạy lại với --province {other.slug}",
                )

    def _take(
        self,
        number: int,
        own: Basis,
        response: Response,
        line: int,
        body: Body,
        row: Mapping[str, Any],
        reader: Callable[[Mapping[str, Any]], list[Cell]],
    ) -> None:
        try:
            found = reader(row)
            if body.level == "province" and response.endpoint == SERVICE and line == 0:
                found += radar(response.radar)
            key = (response.endpoint, body.province, body.unit_id, own)
            earlier = self.seen.setdefault(key, found)
            if earlier is not found:
                if earlier != found:
                    raise RefusedError("departmentName", body.name, "đơn vị có hai dòng khác nhau trong tệp")
                self.skipped["duplicate"] += 1
                return
        except RefusedError as fault:
            self._refuse(response, line, fault)
            return
        self.rows += [self._row(own, response, line, body, cell) | {"unit_row": number} for cell in found]

    def _row(self, own: Basis, response: Response, line: int, body: Body, cell: Cell) -> dict[str, Any]:
        return asdict(cell) | {
            "province_id": (body.province or self.place).id,
            "captured_at": own.captured_at,
            "captured_on": own.captured_on,
            "stated": own.stated,
            "period": own.period.id,
            "time_type": own.time_type,
            "endpoint": self._endpoint(response),
            "unit_id": body.unit_id,
            "department_id": body.department_id,
            "department_code": body.department_code,
            "unit_name": body.name,
            "level": body.level,
            "line": line,
        }

    def _endpoint(self, response: Response) -> str:
        return response.endpoint + (NATIONAL if self.nationwide[id(response)] else "")

    def _refuse(self, response: Response, line: int, fault: RefusedError) -> None:
        self.rejects.append(
            {
                "line": line,
                "column": fault.column,
                "value_class": _value_class(fault.value),
                "reason": fault.reason,
                "sheet": response.endpoint,
            }
        )

    def _announced(self) -> list[Announced]:
        found: dict[tuple[str, str, str, str], int] = {}
        for own, response in self.document.parts:
            if response.announced is not None:
                scope = self.place.era if self.nationwide[id(response)] else self.place.id
                key = (scope, own.period.id, str(own.captured_on), self._endpoint(response))
                found[key] = max(found.get(key, 0), response.announced)
        return [Announced(*key, units) for key, units in found.items()]


def _with_parent(response: Response) -> list[Any]:
    return response.units if response.parent is None else [response.parent, *response.units]


def _nationwide(response: Response, era: Era) -> bool:
    """Whether the units of a response are provinces; nationally their codes may be null."""
    if is_whole_country(response.parent):
        return True
    rows = [row for row in response.units if isinstance(row, dict)]
    if codes := [code for row in rows if isinstance(code := row.get("departmentCode"), str)]:
        return all("." not in code for code in codes)
    names = [name for row in rows if isinstance(name := row.get("departmentName"), str)]
    return bool(names) and all(level_of(name, era) == "province" for name in names)


def _reader(response: Response, path: Path) -> Callable[[Mapping[str, Any]], list[Cell]]:
    """How the rows of a response are read."""
    if response.endpoint not in (SERVICE, SNAPSHOT):
        return lambda row: cells(response.endpoint, row)
    crawled = response.endpoint == SNAPSHOT
    keys = groups.keys_of(_with_parent(response), path)
    computed = crawled and groups.derived(response.units)
    paid = crawled and groups.payments_fetched(response.units)
    return lambda row: groups.group_cells(row, keys, crawled, computed and row is not response.parent, paid)


def _value_class(value: object) -> str:
    """The kind of a value, never the value."""
    if isinstance(value, bool):
        return "đúng/sai"
    if isinstance(value, list | dict):
        return "danh sách" if isinstance(value, list) else "nhóm trường"
    text = "" if value is None else str(value)
    return str(pl.select(value_class(pl.lit(text))).item())
