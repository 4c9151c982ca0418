"""The facts (dữ liệu hồ sơ): their columns, what each means, and the words they may hold.

One row a dossier, no personal data. Expressions over the facts use booleans, integers and DATE columns only:
a naive timestamp moves by the process's time zone on Spark.
"""

from __future__ import annotations

from typing import Any, Final, TypeVar

import polars as pl

Columns = dict[str, Any]  # name to polars type; polars takes its type classes and their instances alike

# National status codes (DongBoHoSoMC, TrangThaiHoSo).
NOT_RECEIVED: Final = (1, 3)  # mới đăng ký, không được tiếp nhận: in no denominator
REFUSED: Final = 3
WAITING: Final = (5, 6, 8)  # chờ bổ sung, chờ nghĩa vụ tài chính, dừng xử lý: the clock does not run
WITHDRAWN: Final = 7
AWAITING_PAYMENT: Final = 6
STOPPED: Final = 8
RESOLVED: Final = (9, 10)  # đã xử lý xong, đã trả kết quả
CLOSING: Final = (WITHDRAWN, *RESOLVED)

CHANNELS: Final = ("online", "direct", "postal")
ONLINE_SERVICE: Final = ("full", "partial")  # dịch vụ công trực tuyến toàn trình, một phần
FLAGS: Final = ("digitised", "reused", "electronic_result", "synced", "authenticated", "citizen_data")

_TIME = pl.Datetime("us")

# What an export says of a dossier, cleaned: a later export of the same dossier replaces all of it.
CONTENT: Final[Columns] = {
    "unit_id": pl.String,
    "level": pl.String,
    "procedure_id": pl.String,
    "field": pl.String,
    "channel": pl.String,
    "service_level": pl.String,
    "status": pl.Int8,
    "submitted_at": _TIME,
    "received_at": _TIME,
    "due_at": _TIME,
    "finished_at": _TIME,
    "returned_at": _TIME,
    "supplements": pl.Int16,
    "waiting_minutes": pl.Int32,
    "fee": pl.Boolean,
    "paid_online": pl.Boolean,
    **dict.fromkeys(FLAGS, pl.Boolean),
    "synthetic": pl.Boolean,
}

# Computed from the content once, at intake (records/derive.py), so that no expression repeats them.
DERIVED: Final[Columns] = {
    "received_on": pl.Date,
    "deadline_at": _TIME,  # the export's due_at, else computed from the procedure's limit (records/deadlines.py)
    "due_computed": pl.Boolean,  # whether the deadline was computed
    "due_on": pl.Date,  # the deadline's day
    "closed_on": pl.Date,  # the day the dossier stopped being pending
    "overdue_on": pl.Date,  # the first day it counts as overdue while pending (day after the due day)
    "late_on": pl.Date,  # the same by the clock of QĐ 766
    "punctuality": pl.String,  # early | punctual | late, by date; null while pending
    "late_by_clock": pl.Boolean,  # finished after the due minute, or more than one supplement request
    "handling_minutes": pl.Int32,  # office minutes from receipt to the end, less waiting; null while pending
}

FACTS: Final[Columns] = {
    "province_id": pl.String,
    "received_month": pl.Date,
    "dossier": pl.String,  # keyed hash of the dossier id
    **CONTENT,
    **DERIVED,
    "import_id": pl.String,
    "line": pl.Int32,
}

PARTITIONS: Final = ("province_id", "received_month")
LEDGER_PARTITIONS: Final = ("province_id", "grain")  # grain: unit-2026 | level (records.ledger)

PROCEDURES: Final[Columns] = {
    "province_id": pl.String,
    "procedure_id": pl.String,
    "name": pl.String,
    "field": pl.String,
    "service_level": pl.String,
    "level": pl.String,
    "fee": pl.Boolean,
    "online_payment": pl.Boolean,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
    "limit": pl.Float64,  # time limit (thời hạn giải quyết) in units of its kind; null where none was read
    "limit_kind": pl.String,  # working_day | day | working_hour | same_day
    "online_limit": pl.Float64,  # the limit of dossiers handed in online where the catalogue sets one
    "online_limit_kind": pl.String,
    "synthetic": pl.Boolean,
    "import_id": pl.String,
}

REJECTS: Final[Columns] = {
    "import_id": pl.String,
    "province_id": pl.String,
    "file": pl.String,
    "sheet": pl.String,
    "line": pl.Int32,
    "column": pl.String,
    "value_class": pl.String,  # never the value: it may be personal
    "reason": pl.String,
}

IMPORTS: Final[Columns] = {
    "import_id": pl.String,
    "province_id": pl.String,
    "file": pl.String,
    "sha256": pl.String,
    "kind": pl.String,
    "imported_at": _TIME,  # UTC
    "read": pl.Int64,
    "accepted": pl.Int64,
    "replaced": pl.Int64,
    "rejected": pl.Int64,
    "skipped": pl.Int64,
    "details": pl.String,  # JSON: skipped and repaired by kind, units not known before
    "facts_version": pl.Int64,
}

UNITS: Final[Columns] = {
    "province_id": pl.String,
    "unit_id": pl.String,
    "name": pl.String,
    "level": pl.String,
    "parent_id": pl.String,
    "import_id": pl.String,  # the import that met it first
}

# Portal snapshots (phản hồi đánh giá QĐ 766), never overwritten: one row a (snapshot, unit, criterion), a group's own row
# has no criterion, a unit's total has the group TOTAL; unit_id null is the province itself.
SCORES: Final[Columns] = {
    "province_id": pl.String,
    "snapshot": pl.String,
    "captured_at": _TIME,  # UTC
    "captured_on": pl.Date,  # the day in Việt Nam
    "stated": pl.Boolean,  # period and capture time stood in the file or were given, not assumed
    "period": pl.String,
    "time_type": pl.String,  # month | quarter | year
    "endpoint": pl.String,
    "unit_id": pl.String,
    "department_id": pl.String,
    "department_code": pl.String,
    "unit_name": pl.String,
    "level": pl.String,  # province | department | commune
    "group": pl.String,
    "criterion": pl.String,
    "numerator": pl.Float64,
    "denominator": pl.Float64,
    "ratio": pl.Float64,  # percent, as printed
    "score": pl.Float64,
    "max": pl.Float64,
    "score_delta": pl.Float64,
    "quality_flag": pl.String,
    "quality_message": pl.String,
    "import_id": pl.String,
    "line": pl.Int32,  # place of the unit in its response; 0 = the parent's or overview's
}


Rows = TypeVar("Rows", pl.DataFrame, pl.LazyFrame)


def conform(rows: Rows, columns: Columns) -> Rows:
    """The given columns of a frame, in their order and types; a value that does not fit its type is an error."""
    types: Any = columns
    return rows.select(list(columns)).cast(types)


def empty(columns: Columns) -> pl.DataFrame:
    """A frame of no rows with the given columns."""
    return pl.DataFrame(schema=columns)
