"""Reads exports of the one-stop systems into clean dossier rows (đọc tệp kết xuất).

`read` recognises a file by its content, takes the allow-listed columns only, and yields batches of clean rows
with every row read accounted for: accepted, refused with its reasons, or skipped.
"""

from collections.abc import Iterator
from pathlib import Path

from hoso.records.intake.batch import BATCH_ROWS, CLEAN, PROCEDURES, REJECTS, Batch
from hoso.records.intake.catalogue import clean_procedures
from hoso.records.intake.clean import clean_dossiers
from hoso.records.intake.columns import Columns, load_columns
from hoso.records.intake.delimited import read_delimited
from hoso.records.intake.files import Form, form_of
from hoso.records.intake.sync import read_sync
from hoso.records.intake.workbook import read_workbook

__all__ = ["BATCH_ROWS", "CLEAN", "PROCEDURES", "REJECTS", "Batch", "read"]

_READERS = {Form.WORKBOOK: read_workbook, Form.DELIMITED: read_delimited, Form.JSON: read_sync}


def read(path: Path, columns: Columns | None = None) -> Iterator[Batch]:
    """The batches of an export, a catalogue or national sync records, each of at most `BATCH_ROWS` rows.

    Raises InputError, one line in Vietnamese, for a file that cannot be read as a whole. A fault found while
    reading comes before the first batch, except in a text file or workbook damaged further down. `columns`
    defaults to the words of columns.toml.
    """
    columns = columns or load_columns()
    for cells in _READERS[form_of(path)](path, columns):
        yield clean_dossiers(cells, columns) if cells.kind == "dossiers" else clean_procedures(cells, columns)
