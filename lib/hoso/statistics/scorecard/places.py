"""The scorecard of a province or a unit: each criterion from the best source there is, which it names.

Dossiers and catalogue where they suffice, else entered counts, else what the portal printed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd

from ...records.store import Store
from ...vocabulary.errors import NoDataError, UsageError
from ...vocabulary.periods import Period
from ...vocabulary.places import Province
from .. import entered, snapshots
from ..counting import Grouping
from ..data import Data, dossiers
from ..definitions import definitions
from ..results import results
from .definitions import Level, Scorecard, in_force
from .scored import Given, Scored
from .scoring import score

# Districts (to 30/6/2025) have no published table of points.
_LEVELS: Final[dict[str, Level]] = {"province": "province", "department": "agency", "commune": "commune"}
IMPOSSIBLE: Final = "Cổng cho tử số {top:g} lớn hơn mẫu số {bottom:g}: lấy điểm công bố"
Count = Callable[[Data, Period, Grouping], pd.DataFrame]
"""How dossiers are counted: statistics.results.results, or recomputed."""
DOSSIERS: Final = "Dữ liệu hồ sơ ({version})"


def of_place(
    store: Store,
    reference: Path,
    place: Province,
    period: Period,
    unit: str | None = None,
    on: date | None = None,
    data: Data | None = None,
    count: Count = results,
) -> Scored:
    """The scorecard of a province or unit from the store: dossiers where they suffice, entered counts, the newest snapshot.

    `on`: the snapshot taken last up to that day; `data`, `count`: other dossiers, counted otherwise (`hoso verify`).
    NoDataError when there is none of the three.
    """
    typed = entered.read(reference / entered.FILE)
    printed = snapshots.raw(store, place, period, on, unit)
    known = data or dossiers(store, place)
    if known is None or (unit is not None and not printed.empty and unit not in set(known.units["unit"])):
        return _without_dossiers(place, period, unit, typed, printed)
    if unit is None:
        return of_province(known, period, typed, printed, count)
    return of_unit(known, period, unit, typed, printed, count)


def _without_dossiers(
    place: Province, period: Period, unit: str | None, typed: pd.DataFrame, printed: pd.DataFrame
) -> Scored:
    own = entered.of(typed, place, period, unit)
    if printed.empty and not own:
        raise NoDataError(
            f"chưa có số liệu bộ chỉ số {period.label} của {place.title}",
            where=unit,
            expected="hồ sơ, số đếm nhập tay hoặc phản hồi của Cổng Dịch vụ công quốc gia",
            remedy=f"chạy: hoso import TỆP --province {place.slug}",
        )
    return without_dossiers(period, _printed_level(unit, printed), own, printed)


def _printed_level(unit: str | None, printed: pd.DataFrame) -> Level:
    if unit is None:
        return "province"
    return "commune" if (printed["level"] == "commune").any() else "agency"


def of_province(
    data: Data,
    period: Period,
    entered_rows: pd.DataFrame,
    snapshot_rows: pd.DataFrame | None = None,
    count: Count = results,
) -> Scored:
    """The scorecard of a province and period, under the version in force on the period's last day.

    `entered_rows`: entered.read; `snapshot_rows`: the rows of one portal snapshot for this province (records.schema.SCORES).
    """
    card = in_force(period.end)
    table = count(data, period, "province")
    return _scored(
        card,
        "province",
        _counted(card, table, data),
        entered.of(entered_rows, data.province, period),
        snapshot_rows,
    )


def of_unit(
    data: Data,
    period: Period,
    unit: str,
    entered_rows: pd.DataFrame,
    snapshot_rows: pd.DataFrame | None = None,
    count: Count = results,
) -> Scored:
    """The same of one department or commune. Procedures are not counted by unit: those criteria need entered counts or a
    snapshot. Criteria that are the province's own take the province's entered counts. UsageError for an unknown unit or a
    district.
    """
    card, level = in_force(period.end), _level(data, unit)
    table = count(data, period, "unit")
    own = entered.of(entered_rows, data.province, period, unit)
    shared = {c.id for c in card.criteria if c.province_wide}
    copied = {n: g for n, g in entered.of(entered_rows, data.province, period).items() if n in shared}
    counted = _counted(card, table[table["unit"] == unit], data)
    counted = {name: row for name, row in counted.items() if not _of_procedures(card, name)}
    return _scored(card, level, counted, copied | own, snapshot_rows)


def without_dossiers(
    period: Period, level: Level, typed: dict[str, Given], snapshot_rows: pd.DataFrame | None
) -> Scored:
    """The same where no dossier was imported: entered counts (entered.of), else what the portal printed."""
    return _scored(in_force(period.end), level, {}, typed, snapshot_rows)


def _of_procedures(card: Scorecard, name: str) -> bool:
    """A unit's own procedures are those it handled, which is not the list the portal divides by."""
    return any(count.startswith("procedures") for count in card.criterion(name).counts)


def _level(data: Data, unit: str) -> Level:
    found = data.units.loc[data.units["unit"] == unit, "level"]
    if found.empty:
        raise UsageError(
            f"không có đơn vị {unit}", where=data.province.slug, expected="một mã đơn vị của tỉnh"
        )
    level = str(found.iloc[0])
    if level not in _LEVELS:
        raise UsageError(
            "bộ chỉ số không có bảng điểm cấp huyện", where=unit, expected="cơ quan cấp tỉnh hoặc cấp xã"
        )
    return _LEVELS[level]


def _scored(
    card: Scorecard,
    level: Level,
    counted: dict[str, Given],
    typed: dict[str, Given],
    snapshot_rows: pd.DataFrame | None,
) -> Scored:
    printed = {} if snapshot_rows is None else _printed(card, snapshot_rows)
    chosen = printed | typed | counted
    return score(card, level, chosen.values())


def _counted(card: Scorecard, table: pd.DataFrame, data: Data) -> dict[str, Given]:
    """Criteria whose counts the results hold, with a denominator above 0: none means the exports do not tell."""
    values = _values(table)
    found = {}
    for criterion in card.criteria:
        top, bottom = (values.get(name) for name in criterion.counts or ("", ""))
        if top is not None and bottom:
            source = DOSSIERS.format(version=f"facts@{data.version}")
            found[criterion.id] = Given(criterion.id, top, bottom, source=source, synthetic=data.synthetic)
    return found


def _values(table: pd.DataFrame) -> dict[str, float]:
    """Every count of the results by name: count rows, and the numerators and denominators of rates."""
    parts = {(i.id, i.variant): (i.numerator, i.denominator) for i in definitions().indicators}
    values: dict[str, float] = {}
    for row in table.to_dict("records"):
        top, bottom = parts.get((row["indicator"], row["variant"]), (str(row["indicator"]), None))
        pairs = ((top, row["numerator"]), (bottom, row["denominator"]))
        values |= {name: float(value) for name, value in pairs if name and not pd.isna(value)}
    return values


def _printed(card: Scorecard, rows: pd.DataFrame) -> dict[str, Given]:
    """A portal snapshot's rows as given: counts where it has them, its printed scores besides; totals are not taken over."""
    known = {c.id for c in card.criteria}
    given = (_snapshot_row(row) for row in rows.to_dict("records") if row["group"] != "TOTAL")
    return {
        g.criterion: g for g in given if g.criterion in known or g.criterion in {x.id for x in card.groups}
    }


def _snapshot_row(row: dict[Any, Any]) -> Given:
    def plain(name: str) -> Any:
        value = row.get(name)
        return None if value is None or pd.isna(value) else value

    top, bottom = plain("numerator"), plain("denominator")
    both = top is not None and bottom is not None and plain("criterion") is not None
    impossible = (
        both and top > bottom and plain("score") is not None
    )  # then what the portal made of it stands
    day = plain("captured_on")
    return Given(
        str(plain("criterion") or row["group"]),
        float(top) if both and not impossible else None,
        float(bottom) if both and not impossible else None,
        plain("score"),
        source="Cổng Dịch vụ công quốc gia"
        + (f", thu thập ngày {pd.Timestamp(day):%d/%m/%Y}" if day else ""),
        note=IMPOSSIBLE.format(top=top, bottom=bottom)
        if impossible
        else plain("quality_message") or plain("quality_flag"),
    )
