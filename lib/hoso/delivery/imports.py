"""What the command line shows of imports, and which province a command means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl
from rich.table import Table

from ..records.importer import Import
from ..records.store import Store
from ..vocabulary.errors import NoDataError, UsageError
from ..vocabulary.numbers import number
from ..vocabulary.periods import Period
from ..vocabulary.places import Era, Province, era_on, find_province, provinces

_COUNTS = ("read", "accepted", "replaced", "rejected", "skipped")
ERAS: tuple[Era, ...] = ("63", "34")


def choose_province(text: str, era: str | None, newest: date | None = None) -> Province:
    """The province a name means for data whose newest receipt is `newest`.

    A name both eras know (gia-lai) is the one of that day; a name of one era is that one. UsageError for an unknown name.
    """
    if era is not None and era not in ERAS:
        raise UsageError(f"không có giai đoạn {era}", expected=", ".join(ERAS))
    eras = tuple(known for known in ERAS if era in (None, known))
    found = [place for known in eras if (place := _find(text, known)) is not None]
    if not found:
        return find_province(text, eras[0])  # raises, with the nearest names
    if len(found) == 1 or newest is None:
        return found[0]
    return next(place for place in found if place.era == era_on(newest))


def _find(text: str, era: Era) -> Province | None:
    try:
        return find_province(text, era)
    except UsageError:
        return None


def provinces_with_data(store: Store, period: str) -> list[str]:
    """Slugs of the provinces of the period's era that have dossiers."""
    chosen = Period.parse(period)
    known = set(store.frame("imports")["province_id"].to_list())
    found = [place.slug for place in provinces(chosen.era, chosen.end) if place.id in known]
    if not found:
        raise NoDataError(
            "chưa có tỉnh nào có dữ liệu của kỳ",
            where=period,
            expected="ít nhất một lần nạp",
            remedy="chạy: hoso import TỆP --province TỈNH",
        )
    return found


def show(done: Sequence[Import]) -> Table:
    """Imports as a table: read = accepted + replaced + rejected + skipped."""
    grid = Table("file", *_COUNTS, "new units")
    grid.columns[0].overflow = "fold"  # a name that is cut names no file
    for column in grid.columns[1:6]:
        column.justify, column.no_wrap = "right", True
    for one in done:
        found = one.details["units_found"]
        units = f"{len(found)}: {', '.join(found[:3])}{'…' if len(found) > 3 else ''}" if found else ""
        grid.add_row(one.file, *(number(getattr(one, name)) for name in _COUNTS), units)
    return grid


def import_table(store: Store) -> Table:
    """All imports of the store, oldest first."""
    grid = Table("imported (UTC)", "province", "file", *_COUNTS, "version")
    for row in store.frame("imports").sort("imported_at").iter_rows(named=True):
        counts = (number(row[name]) for name in _COUNTS)
        grid.add_row(
            f"{row['imported_at']:%Y-%m-%d %H:%M}",
            row["province_id"],
            row["file"],
            *counts,
            str(row["facts_version"]),
        )
    return grid


def reject_table(store: Store, most: int = 200) -> Table:
    """Refused rows: where, which column, what kind of value, why; never the value."""
    rejects = store.frame("rejects")
    grid = Table(
        "file",
        "sheet",
        "line",
        "column",
        "value",
        "reason",
        caption=f"{min(most, rejects.height)} of {rejects.height}",
    )
    for row in (
        rejects.sort("file", "line")
        .head(most)
        .select("file", pl.col("sheet").fill_null(""), "line", "column", "value_class", "reason")
        .iter_rows()
    ):
        grid.add_row(*(str(value) if value is not None else "" for value in row))
    return grid
