"""Turns the text cells of dossiers into clean rows, refusing and repairing by rule (làm sạch hồ sơ).

Every rule works on whole columns; words are looked up by distinct value. A line with a fault is refused with
all its reasons; what can be mended without guessing is mended and counted.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from hoso.records.intake import guards
from hoso.records.intake.batch import BATCH_ROWS, CLEAN, Batch, Cells
from hoso.records.intake.columns import DATE_FIELDS, FLAG_FIELDS, TEXT_FIELDS, Columns
from hoso.records.intake.dates import IMPOSSIBLE, SERIAL, UNREADABLE, read_dates
from hoso.records.intake.rejects import Fault, refused, rejects, unreadable
from hoso.records.intake.rows import not_records
from hoso.records.intake.tidy import tidy, undress
from hoso.records.intake.units import split_units
from hoso.records.intake.words import codes, count_unknown, counts, fees, flags, waiting_minutes
from hoso.records.schema import CLOSING, NOT_RECEIVED

_NAMES = {
    "submitted_at": "ngày nộp",
    "received_at": "ngày tiếp nhận",
    "due_at": "ngày hẹn trả",
    "finished_at": "ngày kết thúc xử lý",
    "returned_at": "ngày trả kết quả",
}
_UNFIT = {UNREADABLE: "không đọc được", IMPOSSIBLE: "không có trên lịch"}
_CODES = ("dossier_id", "procedure_id")
# Clocks of an office and its server may differ by some hours, never by a day.
_AHEAD = timedelta(days=1)
_GUARDED = ("unit_name", "unit_parent", "procedure_name", "field")
_PERSONAL = "có dạng số điện thoại, số định danh hoặc thư điện tử"
_END_OF_DAY = pl.duration(hours=23, minutes=59, seconds=59)
# "1.012760" that a spreadsheet took for a number and printed as 1.01276; a code has six decimals.
_SHORT_CODE = r"^\d\.\d{1,5}$"


def clean_dossiers(cells: Cells, columns: Columns, today: date) -> Batch:
    """The batch of one piece of a dossier table (at most `BATCH_ROWS` rows), as read on `today`."""
    repairs: Counter[str] = Counter(cells.repairs)
    frame, skipped = records(cells, columns, repairs)
    frame = _with_all_fields(frame)
    dates = _dates(frame, cells.plain_dates, repairs)
    values = _values(frame, columns, repairs)
    values |= {"line": frame["line"]} | _moments(dates, values["status"], repairs)
    faults = [*_faults(frame, values, dates), *_order_faults(frame, values, today), *_text_faults(values)]
    bad = refused(faults, frame.height)
    repairs["closed_without_date"] += int((_closed(values) & _ended(values).is_null() & ~bad).sum())
    rows = pl.DataFrame({name: values[name].cast(kind) for name, kind in CLEAN.items()})
    return batch(cells, rows.filter(~bad), rejects(frame, faults, bad, cells.titles), skipped, repairs)


def records(cells: Cells, columns: Columns, repairs: Counter[str]) -> tuple[pl.DataFrame, dict[str, int]]:
    """The tidy rows that are records, and the number of others by reason. Broken lines are in neither."""
    if cells.frame.height > BATCH_ROWS:
        raise ValueError(f"a piece holds {cells.frame.height} rows, at most {BATCH_ROWS} are allowed")
    table = columns.dossiers if cells.kind == "dossiers" else columns.procedures
    whole = cells.frame.filter(~pl.col("line").is_in(list(cells.broken))) if cells.broken else cells.frame
    frame = tidy(whole, repairs)
    frame = undress(frame, _CODES, repairs)
    reasons = not_records(frame, table, cells.titles)
    if reasons.null_count() == len(reasons):
        return frame, {}
    skipped = {str(reason): count for reason, count in reasons.drop_nulls().value_counts().iter_rows()}
    return frame.filter(reasons.is_null()), skipped


def batch(
    cells: Cells, rows: pl.DataFrame, refusals: pl.DataFrame, skipped: dict[str, int], repairs: Counter[str]
) -> Batch:
    """The batch of a piece, with the lines the reader itself refused."""
    return Batch(
        kind=cells.kind,
        sheet=cells.sheet,
        read=cells.frame.height,
        rows=rows,
        rejects=pl.concat([unreadable(cells.broken), refusals]).sort("line"),
        skipped=skipped,
        repairs={key: count for key, count in sorted(repairs.items()) if count},
        personal_columns=cells.personal_columns,
        share=cells.share,
    )


def count_forms(dates: pl.DataFrame, plain: frozenset[str], repairs: Counter[str]) -> None:
    """Counts the dates read from a spelling this kind of file does not use by itself."""
    read = dates.filter(pl.col("at").is_not_null() & ~pl.col("form").is_in(list(plain)))
    serials = int((read["form"] == SERIAL).sum())
    repairs["excel_serial"] += serials
    repairs["date_form"] += read.height - serials


def date_faults(field: str, name: str, dates: pl.DataFrame) -> list[Fault]:
    return [Fault(field, f"{name} {told}", dates["fault"] == fault) for fault, told in _UNFIT.items()]


def full_codes(cells: pl.Series, repairs: Counter[str]) -> pl.Series:
    """Procedure codes with the zeros a spreadsheet dropped put back (counted as procedure_code)."""
    short = cells.str.contains(_SHORT_CODE).fill_null(False)
    repairs["procedure_code"] += int(short.sum())
    return cells.to_frame("code").select(
        pl.when(short).then(pl.col("code").str.pad_end(8, "0")).otherwise("code")
    )["code"]


def _with_all_fields(frame: pl.DataFrame) -> pl.DataFrame:
    wanted = (*TEXT_FIELDS, *DATE_FIELDS, *FLAG_FIELDS, *_OTHER_FIELDS)
    absent = [name for name in wanted if name not in frame.columns]
    return frame.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)


_OTHER_FIELDS = ("channel", "service_level", "status", "supplements", "waiting_days", "fee_amount", "payment")


def _dates(frame: pl.DataFrame, plain: frozenset[str], repairs: Counter[str]) -> dict[str, pl.DataFrame]:
    dates = {name: read_dates(frame[name]) for name in DATE_FIELDS}
    for read in dates.values():
        count_forms(read, plain, repairs)
    return dates


def _moments(
    dates: Mapping[str, pl.DataFrame], status: pl.Series, repairs: Counter[str]
) -> dict[str, pl.Series]:
    """The dates as they count: a due date lasts to the end of its day; a dossier never taken in has been
    received on the day it was submitted."""
    at = {name: read["at"] for name, read in dates.items()}
    frame = pl.DataFrame(at).with_columns(status=status, untimed=~dates["due_at"]["timed"])
    stand_in = frame.select(
        pl.col("status").is_in(NOT_RECEIVED)
        & pl.col("received_at").is_null()
        & pl.col("submitted_at").is_not_null()
    ).to_series()
    repairs["received_from_submitted"] += int(stand_in.sum())
    moved = frame.select(
        received_at=pl.when(stand_in).then("submitted_at").otherwise("received_at"),
        due_at=pl.when("untimed").then(pl.col("due_at") + _END_OF_DAY).otherwise("due_at"),
    )
    return at | dict(zip(moved.columns, moved.get_columns(), strict=True))


def _values(frame: pl.DataFrame, columns: Columns, repairs: Counter[str]) -> dict[str, pl.Series]:
    words = columns.words
    units, parents = split_units(frame["unit_name"], frame["unit_parent"])
    level = codes(frame["service_level"], words["service_level"])
    count_unknown(frame["service_level"], level, "service_level_unknown", repairs)
    return {
        **{name: frame[name] for name in TEXT_FIELDS},
        "unit_name": units,
        "unit_parent": parents,
        "procedure_id": full_codes(frame["procedure_id"], repairs),
        "channel": _channels(frame["channel"], words["channel"], repairs),
        "service_level": level,
        "status": codes(frame["status"], _with_codes(words["status"])).cast(pl.Int8),
        "supplements": counts(frame["supplements"], repairs),
        "waiting_minutes": waiting_minutes(frame["waiting_days"], repairs),
        "fee": fees(frame["fee_amount"], repairs),
        "paid_online": flags(frame["payment"], words["payment"], "online", repairs),
        **{name: flags(frame[name], words["flag"], "yes", repairs) for name in FLAG_FIELDS},
    }


def _with_codes(status: Mapping[str, str]) -> dict[str, str]:
    """Status words and the national numbers themselves, which the sync records carry ("4", "04")."""
    numbers = {form: str(n) for n in range(1, 11) for form in (str(n), f"{n:02d}")}
    return numbers | dict(status)


def _channels(cells: pl.Series, words: Mapping[str, str], repairs: Counter[str]) -> pl.Series:
    # A null channel counts as direct on the national portal too (operator's description of QĐ 766).
    found = codes(cells, words)
    count_unknown(cells, found, "channel_unknown", repairs)
    repairs["channel_missing"] += cells.null_count()
    return found.fill_null("direct")


def _faults(
    frame: pl.DataFrame, values: Mapping[str, pl.Series], dates: Mapping[str, pl.DataFrame]
) -> list[Fault]:
    """What is missing, unreadable or unknown, in the order a clerk would look."""
    status = values["status"]
    no_date = values["received_at"].is_null() & dates["received_at"]["fault"].is_null()
    return [
        Fault("dossier_id", "thiếu mã hồ sơ", frame["dossier_id"].is_null()),
        Fault("unit_name", "thiếu đơn vị giải quyết", frame["unit_name"].is_null()),
        Fault("received_at", "thiếu ngày tiếp nhận", no_date),
        *(fault for name in DATE_FIELDS for fault in date_faults(name, _NAMES[name], dates[name])),
        Fault("status", "thiếu trạng thái", frame["status"].is_null()),
        Fault("status", "trạng thái ngoài danh mục", frame["status"].is_not_null() & status.is_null()),
        Fault("unit_name", "chữ ở bảng mã cũ TCVN3 (ABC)", guards.old_page(frame["unit_name"])),
        *(Fault(name, "ký tự hỏng, không phải UTF-8", _damaged(frame[name])) for name in TEXT_FIELDS),
    ]


def _order_faults(frame: pl.DataFrame, values: Mapping[str, pl.Series], today: date) -> list[Fault]:
    """Days that cannot follow each other. By day: a dossier handed in after hours is written into the
    register the next morning."""
    received, finished = values["received_at"].dt.date(), values["finished_at"].dt.date()
    # Without an end of processing, a dossier closes on the day its result is returned.
    returned = values["returned_at"].dt.date().set(finished.is_not_null() | ~_closed(values), None)
    ahead, stand_in = received > today + _AHEAD, frame["received_at"].is_null()
    return [
        Fault("finished_at", "kết thúc xử lý trước ngày tiếp nhận", finished < received),
        Fault("returned_at", "trả kết quả trước ngày tiếp nhận", returned < received),
        Fault("finished_at", "kết thúc xử lý ở tương lai", finished > today + _AHEAD),
        Fault("returned_at", "trả kết quả ở tương lai", returned > today + _AHEAD),
        Fault("received_at", "ngày tiếp nhận ở tương lai", ahead & ~stand_in),
        Fault("submitted_at", "ngày nộp ở tương lai", ahead & stand_in),
    ]


def _closed(values: Mapping[str, pl.Series]) -> pl.Series:
    return values["status"].is_in(CLOSING).fill_null(False)


def _ended(values: Mapping[str, pl.Series]) -> pl.Series:
    return pl.select(pl.coalesce(values["finished_at"], values["returned_at"])).to_series()


def _text_faults(values: Mapping[str, pl.Series]) -> list[Fault]:
    """Personal values moved into a text column, and cells that are no unit's name."""
    told = {"unit_name": "tên đơn vị", "unit_parent": "tên đơn vị cấp trên"}
    return [
        *(Fault(name, _PERSONAL, guards.personal(values[name])) for name in _GUARDED),
        *(
            Fault(name, f"{words} không có chữ", guards.nameless(values[name]))
            for name, words in told.items()
        ),
        *(
            Fault(name, f"{words} dài quá {guards.LONGEST_UNIT} ký tự", guards.endless(values[name]))
            for name, words in told.items()
        ),
    ]


def _damaged(cells: pl.Series) -> pl.Series:
    return cells.str.contains("\ufffd", literal=True)
