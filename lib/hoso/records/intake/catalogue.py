"""Cleans a catalogue of procedures (danh mục thủ tục hành chính)."""

import re
from collections import Counter
from collections.abc import Mapping

import polars as pl

from hoso.records.intake.batch import PROCEDURES, Batch, Cells
from hoso.records.intake.clean import batch, count_forms, date_faults, full_codes, records
from hoso.records.intake.columns import Columns
from hoso.records.intake.dates import read_dates
from hoso.records.intake.limits import read_limits
from hoso.records.intake.rejects import Fault, refused, rejects
from hoso.records.intake.words import codes, count_unknown, fees, flags
from hoso.vocabulary.text import fold

_LEVEL_ORDER = ("department", "district", "commune")
_BETWEEN_LEVELS = re.compile(r"[,;/+\n]|\bvà\b")
_DATES = {"valid_from": "ngày hiệu lực", "valid_to": "ngày hết hiệu lực"}


def clean_procedures(cells: Cells, columns: Columns) -> Batch:
    """The batch of one piece of a catalogue. Refused: no code, no name, a date that is none.

    An unknown service level or level of government and an unreadable time limit become null and are counted.
    """
    repairs: Counter[str] = Counter(cells.repairs)
    frame, skipped = records(cells, columns, repairs)
    absent = [name for name in PROCEDURES if name not in frame.columns]
    frame = frame.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
    dates = {name: read_dates(frame[name]) for name in _DATES}
    faults = _faults(frame, dates)
    bad = refused(faults, frame.height)
    values = _values(frame, columns, repairs)
    for name, read in dates.items():
        count_forms(read, cells.plain_dates, repairs)
        values[name] = read["at"].dt.date()
    rows = pl.DataFrame({name: values[name].cast(kind) for name, kind in PROCEDURES.items()})
    return batch(cells, rows.filter(~bad), rejects(frame, faults, bad, cells.titles), skipped, repairs)


def _values(frame: pl.DataFrame, columns: Columns, repairs: Counter[str]) -> dict[str, pl.Series]:
    words = columns.words
    service = codes(frame["service_level"], words["service_level"])
    count_unknown(frame["service_level"], service, "service_level_unknown", repairs)
    level = _levels(frame["level"], words["level"])
    count_unknown(frame["level"], level, "level_unknown", repairs)
    limit, limit_kind = read_limits(frame["limit"], repairs)
    online_limit, online_limit_kind = read_limits(frame["online_limit"], repairs)
    return {
        "procedure_id": full_codes(frame["procedure_id"], repairs),
        "name": frame["name"],
        "field": frame["field"],
        "service_level": service,
        "level": level,
        "fee": fees(frame["fee"], repairs),
        "online_payment": flags(frame["online_payment"], words["flag"], "yes", repairs),
        "limit": limit,
        "limit_kind": limit_kind,
        "online_limit": online_limit,
        "online_limit_kind": online_limit_kind,
        "synthetic": flags(frame["synthetic"], words["flag"], "yes", repairs),
        "line": frame["line"],
    }


def _faults(frame: pl.DataFrame, dates: Mapping[str, pl.DataFrame]) -> list[Fault]:
    return [
        Fault("procedure_id", "thiếu mã thủ tục", frame["procedure_id"].is_null()),
        Fault("name", "thiếu tên thủ tục", frame["name"].is_null()),
        *(fault for field, name in _DATES.items() for fault in date_faults(field, name, dates[field])),
    ]


def _levels(cells: pl.Series, words: Mapping[str, str]) -> pl.Series:
    """ "Cấp tỉnh, cấp xã" → "department,commune"; null where no level is known."""
    distinct = cells.drop_nulls().unique()
    known = {cell: _level_list(cell, words) for cell in distinct}
    return cells.replace_strict(known, default=None, return_dtype=pl.String)


def _level_list(cell: str, words: Mapping[str, str]) -> str | None:
    named = {words.get(fold(part)) for part in _BETWEEN_LEVELS.split(cell)}
    return ",".join(level for level in _LEVEL_ORDER if level in named) or None
