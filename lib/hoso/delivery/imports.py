"""What the command line shows of imports, and which province a command means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rich.table import Table
from rich.text import Text

from ..records.importer import Import
from ..records.store import Store
from ..vocabulary.errors import NoDataError, UsageError
from ..vocabulary.numbers import number
from ..vocabulary.periods import Period
from ..vocabulary.places import Era, Province, era_on, find_province, provinces

_COUNTS = ("read", "accepted", "replaced", "rejected", "skipped")
_REJECTED = ("file", "sheet", "line", "column", "value_class", "reason")
ERAS: tuple[Era, ...] = ("63", "34")


def choose_province(
    text: str, era: str | None, first: date | None = None, last: date | None = None
) -> Province:
    """The province a name means for data received between two days.

    A name both eras know (gia-lai) is the one of those days; a name of one era is that one. UsageError for an unknown
    name, and where the data do not tell the era: receipts on both sides of 1/7/2025, or no day at all.
    """
    if era is not None and era not in ERAS:
        raise UsageError(f"không có giai đoạn {era}", expected=", ".join(ERAS))
    eras = tuple(known for known in ERAS if era in (None, known))
    found = [place for known in eras if (place := _find(text, known)) is not None]
    if not found:
        return find_province(text, eras[0])  # raises, with the nearest names
    if len(found) == 1:
        return found[0]
    if first is None or last is None or era_on(first) != era_on(last):
        raise UsageError(
            "dữ liệu không cho biết tỉnh trước hay sau ngày 01/7/2025",
            where=text,
            expected="--era 63 hoặc --era 34",
            remedy="tách tệp theo ngày tiếp nhận, hoặc nêu --era",
        )
    return next(place for place in found if place.era == era_on(last))


def known_province(text: str, era: str | None) -> None:
    """UsageError unless some era knows the name."""
    if not any(_find(text, known) for known in ERAS if era in (None, known)):
        choose_province(text, era)


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


def _cells(*values: object) -> list[Text]:
    """Cells as plain text: a bracket in a file's or unit's name is no markup."""
    return [Text("" if value is None else str(value)) for value in values]


def show(done: Sequence[Import]) -> Table:
    """Imports as a table: read = accepted + replaced + rejected + skipped; below, where they went and what was new."""
    into = ", ".join(sorted({one.province_id for one in done}))
    grid = Table("file", *_COUNTS, caption=Text(f"into {into}{_new_units(done)}"), caption_justify="left")
    grid.columns[0].overflow = "fold"  # a name that is cut names no file
    for column in grid.columns[1:]:
        column.justify, column.no_wrap = "right", True
    for one in done:
        grid.add_row(*_cells(one.file, *(number(getattr(one, name)) for name in _COUNTS)))
    return grid


def _new_units(done: Sequence[Import]) -> str:
    """Units met for the first time, to be looked through."""
    names = [name for one in done for name in one.details["units_found"]]
    listed = ", ".join(names[:5]) + ("…" if len(names) > 5 else "")
    return f"; {number(len(names))} units not known before: {listed}" if names else ""


def import_table(store: Store) -> Table:
    """All imports of the store, oldest first."""
    grid = Table("imported (UTC)", "province", "file", *_COUNTS, "version")
    for row in store.frame("imports").sort("imported_at").iter_rows(named=True):
        counts = (number(row[name]) for name in _COUNTS)
        when = f"{row['imported_at']:%Y-%m-%d %H:%M}"
        grid.add_row(*_cells(when, row["province_id"], row["file"], *counts, row["facts_version"]))
    return grid


def reject_table(store: Store, most: int = 200) -> Table:
    """Refused rows: where, which column, what kind of value, why; never the value. Of a file read again, the last time."""
    last = store.frame("imports").sort("imported_at").unique(["province_id", "sha256"], keep="last")
    rejects = store.frame("rejects").join(last, on="import_id", how="semi").sort("file", "line")
    grid = Table(*_REJECTED, caption=f"{min(most, rejects.height)} of {rejects.height}")
    for row in rejects.head(most).select(_REJECTED).iter_rows():
        grid.add_row(*_cells(*row))
    return grid
