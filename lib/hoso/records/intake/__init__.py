"""Reads exports of the one-stop systems into clean dossier rows (đọc tệp kết xuất).

`read` recognises a file by its content, takes the allow-listed columns only, and yields batches of clean rows
with every row read accounted for: accepted, refused with its reasons, or skipped.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from hoso.records.intake.batch import BATCH_ROWS, CLEAN, PROCEDURES, REJECTS, Batch
from hoso.records.intake.catalogue import clean_procedures
from hoso.records.intake.clean import clean_dossiers
from hoso.records.intake.columns import Columns, load_columns
from hoso.records.intake.delimited import read_delimited
from hoso.records.intake.files import Form, form_of
from hoso.records.intake.header import where_is
from hoso.records.intake.sync import read_sync
from hoso.records.intake.workbook import read_workbook
from hoso.vocabulary.errors import InputError

__all__ = ["BATCH_ROWS", "CLEAN", "PROCEDURES", "REJECTS", "Batch", "read"]

_READERS = {Form.WORKBOOK: read_workbook, Form.DELIMITED: read_delimited, Form.JSON: read_sync}


def read(path: Path, columns: Columns | None = None, *, today: date | None = None) -> Iterator[Batch]:
    """The batches of an export, a catalogue or national sync records, each of at most `BATCH_ROWS` rows.

    Raises InputError, one line in Vietnamese, for a file that cannot be read as a whole. A fault found while
    reading comes before the first batch, except in a text file or workbook damaged further down. `columns`
    defaults to the words of columns.toml, `today` (no dossier is received after it) to the day it is.
    """
    columns, today = columns or load_columns(), today or date.today()
    cleaned = (
        clean_dossiers(cells, columns, today)
        if cells.kind == "dossiers"
        else clean_procedures(cells, columns)
        for cells in _READERS[form_of(path)](path, columns)
    )
    yield from _with_records(cleaned, path)


def _with_records(batches: Iterable[Batch], path: Path) -> Iterator[Batch]:
    """The batches unless none holds a record; those without one, which are small, wait for the first that
    does."""
    waiting: list[Batch] = []
    found = False
    for batch in batches:
        waiting.append(batch)
        found = found or batch.rows.height + batch.rejects.height > 0
        if found:
            yield from waiting
            waiting.clear()
    if not found:
        procedures = bool(waiting) and all(batch.kind == "procedures" for batch in waiting)
        what = "tệp không có thủ tục nào" if procedures else "tệp không có hồ sơ nào"
        raise InputError(what, where=where_is(path), remedy="kết xuất lại từ hệ thống một cửa")
