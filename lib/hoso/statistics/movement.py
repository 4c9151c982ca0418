"""Movement of points and ranks between two portal snapshots (biến động điểm, thứ hạng), on the same basis only.

The same version of the scorecard, the same kind of period, the same set of units, both stated and complete; otherwise the
answer is the reason why the two do not compare. What a closed period said before and says now is in `restated`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd
import polars as pl

from ..records.store import Store
from ..vocabulary.numbers import date as print_date
from ..vocabulary.periods import Period
from ..vocabulary.places import Province
from .scorecard.definitions import in_force
from .snapshots import NOT_MEASURED, Snapshot, chosen, endpoint_title, pandas, ranked

COLUMNS: Final = (
    "unit", "name", "level", "group", "before", "after", "change", "rank_before", "rank_after", "rank_change", "of",
    "rank_all_before", "rank_all_after", "rank_all_change", "of_all",
)  # fmt: skip
RESTATED: Final = (
    "unit", "name", "level", "endpoint", "group", "criterion", "captured_before", "captured_after",
    "numerator_before", "numerator_after", "denominator_before", "denominator_after", "score_before", "score_after",
)  # fmt: skip

_NUMBERS: Final = ["numerator", "denominator", "score"]
_KINDS: Final = {"month": "tháng", "quarter": "quý", "year": "năm"}


@dataclass(frozen=True)
class Movement:
    """What moved between two snapshots: `rows` in COLUMNS, one a unit and group (TOTAL is the total), empty where `reason`
    says why they do not compare. A positive rank change is a place gained. Units of one side only are named besides."""

    rows: pd.DataFrame
    reason: str | None = None
    before: Snapshot | None = None
    after: Snapshot | None = None
    only_before: tuple[str, ...] = ()
    only_after: tuple[str, ...] = ()


def movement(
    store: Store,
    province: Province | None,
    before: date,
    after: date,
    period: Period | str | None = None,
    period_before: Period | str | None = None,
) -> Movement:
    """The movement between the snapshots at or before two days (of a period; `period_before` where the earlier one's is
    another). `province` None: the provinces of the country."""
    asked = tuple(p.id if isinstance(p, Period) else p for p in (period, period_before))
    key = ("movement", None if province is None else province.id, str(before), str(after), *asked)
    return store.kept(key, lambda: _movement(store, province, before, after, period, period_before))


def _movement(
    store: Store,
    province: Province | None,
    before: date,
    after: date,
    period: Period | str | None,
    period_before: Period | str | None,
) -> Movement:
    first = chosen(store, province, period_before or period, before)
    last = chosen(store, province, period, after)
    nothing = pd.DataFrame(columns=list(COLUMNS))
    if first is None or last is None:
        day = print_date(before if first is None else after)
        return Movement(nothing, f"chưa có số liệu của Cổng lấy đến ngày {day}", first, last)
    gone, new = (
        _units(first, province) - _units(last, province),
        _units(last, province) - _units(first, province),
    )
    only = tuple(sorted(name for _, name in gone)), tuple(sorted(name for _, name in new))
    reason = _basis(first, last) or _difference(*only)
    rows = nothing if reason else _rows(first, last, province)
    return Movement(rows, reason, first, last, *only)


def restated(store: Store, province: Province, period: Period | str) -> pd.DataFrame:
    """The numbers of one closed period that changed between captures after its end: the first and the last, in RESTATED."""
    own = Period.parse(period) if isinstance(period, str) else period
    rows = store.frame("scores", province.id).filter(
        pl.col("period") == own.id, pl.col("captured_on") > own.end, pl.col("stated")
    )
    keys = ["unit_id", "level", "endpoint", "group", "criterion"]
    ends = (
        rows.sort("captured_at", "import_id")
        .group_by(keys, maintain_order=True)
        .agg(
            pl.col("unit_name").last().alias("name"),
            pl.col("captured_at").first().alias("captured_before"),
            pl.col("captured_at").last().alias("captured_after"),
            *(pl.col(name).first().alias(f"{name}_before") for name in _NUMBERS),
            *(pl.col(name).last().alias(f"{name}_after") for name in _NUMBERS),
        )
    )
    changed = [pl.col(f"{name}_before").ne_missing(pl.col(f"{name}_after")) for name in _NUMBERS]
    found = ends.filter(pl.any_horizontal(changed)).rename({"unit_id": "unit"})
    return pandas(found.select(list(RESTATED)).sort("unit", "endpoint", "group", "criterion"))


def _units(snapshot: Snapshot, province: Province | None) -> set[tuple[str, str]]:
    """Id and name of the units with a total or a group; a name alone that changed makes no other unit."""
    column = "province_id" if province is None else "unit_id"
    rows = snapshot.rows.filter(pl.col("criterion").is_null(), pl.col(column).is_not_null())
    return {_Unit(*pair) for pair in rows.select(column, "unit_name").unique(column).iter_rows()}


class _Unit(tuple[str, str]):
    """A unit, equal to another by its id."""

    def __new__(cls, own: str, name: str) -> _Unit:
        return super().__new__(cls, (own, name))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Unit) and self[0] == other[0]

    def __hash__(self) -> int:
        return hash(self[0])


def _basis(first: Snapshot, last: Snapshot) -> str | None:
    """Why two snapshots are on different bases."""
    for why in (_same_capture, _unstated, _other_kind, _other_window, _pages_missing):
        if reason := why(first, last):
            return reason
    return None


def _same_capture(first: Snapshot, last: Snapshot) -> str | None:
    if (first.period, first.captured_on) != (last.period, last.captured_on):
        return None
    return f"hai ngày cùng một lần lấy số liệu ({print_date(first.captured_on)})"


def _unstated(*both: Snapshot) -> str | None:
    days = [print_date(snapshot.captured_on) for snapshot in both if not snapshot.stated]
    return f"số liệu lấy ngày {days[0]} không nêu kỳ hoặc thời điểm lấy, chỉ là giả định" if days else None


def _other_kind(first: Snapshot, last: Snapshot) -> str | None:
    cards = [in_force(snapshot.period.end).id for snapshot in (first, last)]
    if cards[0] != cards[1]:
        return f"hai bộ chỉ số khác nhau ({cards[0]} và {cards[1]})"
    if first.time_type != last.time_type:
        return f"hai loại kỳ khác nhau ({_KINDS[first.time_type]} và {_KINDS[last.time_type]})"
    return None


def _other_window(first: Snapshot, last: Snapshot) -> str | None:
    if first.closed != last.closed:
        return "một bên là số lũy kế đến ngày lấy, một bên là số của kỳ đã kết thúc"
    if not first.closed and first.period != last.period:
        return f"số lũy kế của hai kỳ khác nhau ({first.period} và {last.period})"
    return None


def _pages_missing(*both: Snapshot) -> str | None:
    for snapshot in both:
        used = set(snapshot.rows["endpoint"])
        told = [
            f"{endpoint_title(name)} {count} đơn vị"
            for name, count in sorted(snapshot.lacking.items())
            if name in used
        ]
        if told:
            return f"số liệu lấy ngày {print_date(snapshot.captured_on)} thiếu trang ({', '.join(told)})"
    return None


def _difference(gone: tuple[str, ...], new: tuple[str, ...]) -> str | None:
    if not gone and not new:
        return None
    return f"hai bên không cùng các đơn vị: {len(gone)} đơn vị chỉ có lần trước, {len(new)} đơn vị chỉ có lần sau"


def _rows(first: Snapshot, last: Snapshot, province: Province | None) -> pd.DataFrame:
    own = "province_id" if province is None else "unit_id"
    sides = [_side(first, province, own, "before"), _side(last, province, own, "after")]
    both = sides[1].join(sides[0], on=["unit", "group"], how="inner", nulls_equal=True)
    moved = both.with_columns(
        change=(pl.col("after") - pl.col("before")).round(
            2
        ),  # scores have two decimals, their doubles have not
        rank_change=pl.col("rank_before") - pl.col("rank_after"),
        rank_all_change=pl.col("rank_all_before") - pl.col("rank_all_after"),
    )
    return pandas(moved.select(list(COLUMNS)).sort("group", "rank_all_after", "unit", nulls_last=True))


def _side(snapshot: Snapshot, province: Province | None, own: str, when: str) -> pl.DataFrame:
    """Totals and groups of one side; a value that was not measured is null."""
    rows = ranked(snapshot.rows, province).filter(pl.col("criterion").is_null())
    unmeasured = pl.col("quality_flag").is_in(list(NOT_MEASURED)).fill_null(False)
    kept = ["name", "level", "of", "of_all"] if when == "after" else []
    return rows.with_columns(score=pl.when(~unmeasured).then("score")).select(
        pl.col(own).alias("unit"),
        "group",
        pl.col("score").alias(when),
        pl.col("rank").alias(f"rank_{when}"),
        pl.col("rank_all").alias(f"rank_all_{when}"),
        *(pl.col("unit_name" if name == "name" else name).alias(name) for name in kept),
    )
