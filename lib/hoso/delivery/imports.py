"""What the command line shows of imports, and which province a command means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from rich.table import Table
from rich.text import Text

from ..records.importer import dossiers_given
from ..records.imports import Import
from ..records.intake.portal import is_portal
from ..records.store import Store
from ..vocabulary.calendar import clock
from ..vocabulary.errors import NoDataError, UsageError
from ..vocabulary.numbers import date as print_date
from ..vocabulary.numbers import number
from ..vocabulary.periods import Period
from ..vocabulary.places import Era, Province, era_on, find_province, names_of, provinces

_COUNTS = ("read", "accepted", "replaced", "rejected", "skipped")
_REJECTED = ("file", "sheet", "line", "column", "value_class", "reason")
_LISTED = 5
_ASSUMED = {"period": "kỳ đánh giá", "captured": "thời điểm lấy số liệu"}
_OPTIONS = {"period": "--period KỲ", "captured": "--captured NGÀY"}
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


def portal_only(files: Sequence[Path]) -> None:
    """UsageError unless all files hold portal responses: of dossiers nobody states a period."""
    for file in files:
        if file.is_file() and not is_portal(file):
            raise dossiers_given(file)


def _find(text: str, era: Era) -> Province | None:
    try:
        return find_province(text, era)
    except UsageError:
        return None


def provinces_with_data(store: Store, period: str) -> list[str]:
    """Slugs of the provinces of the period's era that have dossiers."""
    chosen = Period.parse(period)
    imports = store.frame("imports")
    known = set(
        imports.filter(imports["kind"] != "scores")["province_id"].to_list()
    )  # portal scores are no dossiers
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
    caption = Text(f"into {_into(done)}{_new_units(done)}{_unit_rows(done)}")
    grid = Table("file", *_COUNTS, caption=caption, caption_justify="left")
    grid.columns[0].overflow = "fold"  # a name that is cut names no file
    for column in grid.columns[1:]:
        column.justify, column.no_wrap = "right", True
    for one in done:
        grid.add_row(*_cells(one.file, *(number(getattr(one, name)) for name in _COUNTS)))
    return grid


def _into(done: Sequence[Import]) -> str:
    """The provinces rows went to; a response for the whole country goes to each of its provinces."""
    found = sorted({own for one in done for own in one.details.get("provinces") or [one.province_id]})
    return ", ".join(found) if len(found) <= _LISTED else f"{len(found)} provinces"


def _unit_rows(done: Sequence[Import]) -> str:
    """What the rows of portal responses are."""
    return "; portal responses counted in unit rows" if any(one.kind == "scores" for one in done) else ""


def notices(store: Store, done: Sequence[Import]) -> list[str]:
    """What a person must know of portal responses just imported, a line each: what was assumed, restated or is missing."""
    scores = [one for one in done if one.kind == "scores"]
    return [line for one in scores for line in (*_assumed(one), *_restated(one), *_incomplete(store, one))]


def _assumed(one: Import) -> Iterator[str]:
    for basis in one.details["basis"]:
        lacking = [name for name in ("period", "captured") if name in basis["assumed"]]
        if lacking:
            words = " và ".join(_ASSUMED[name] for name in lacking)
            day, period = date.fromisoformat(basis["day"]), Period.parse(basis["period"])
            yield (
                f"{one.file}: tệp không nêu {words}; tạm coi là số liệu {period.label}, lấy ngày {print_date(day)}, và "
                f"không so sánh với lần lấy khác. Để nêu rõ, nạp lại với {' '.join(_OPTIONS[name] for name in lacking)}"
            )


def _restated(one: Import) -> Iterator[str]:
    if one.details["restated"]:
        yield f"{one.file}: có số khác với bản đã nạp của cùng ngày lấy; giữ cả hai bản"


def _incomplete(store: Store, one: Import) -> Iterator[str]:
    """Pages that the pagination or the crawler's count announced and the store does not hold."""
    from ..statistics.snapshots import listing  # with pandas, which an import of dossiers does without

    scopes = {announced["province_id"] for announced in one.details["announced"]}
    for scope in sorted(scopes):
        table = listing(store, next(iter(names_of(scope)), None))
        for row in table[~table["complete"].astype(bool)].to_dict("records"):
            own = [
                b
                for b in one.details["basis"]
                if (b["period"], b["day"]) == (row["period"], str(row["captured_on"]))
            ]
            if own:
                day = print_date(row["captured_on"])
                yield f"{one.file}: số liệu lấy ngày {day} còn thiếu đơn vị: {row['incomplete']}; nạp tiếp các trang còn lại"


def _new_units(done: Sequence[Import]) -> str:
    """Units met for the first time, to be looked through."""
    names = [name for one in done for name in one.details["units_found"]]
    listed = ", ".join(names[:5]) + ("…" if len(names) > 5 else "")
    return f"; {number(len(names))} units not known before: {listed}" if names else ""


def import_table(store: Store) -> Table:
    """All imports of the store, oldest first."""
    grid = Table("imported (UTC+7)", "province", "file", *_COUNTS, "version")
    for row in store.frame("imports").sort("imported_at").iter_rows(named=True):
        counts = (number(row[name]) for name in _COUNTS)
        when = f"{clock(row['imported_at']):%Y-%m-%d %H:%M}"
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
