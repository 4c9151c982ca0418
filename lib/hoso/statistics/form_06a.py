"""Form II.06a/VPCP/KSTT (TT 01/2020/TT-VPCP): dossiers received, resolved and pending, columns (3) to (13).

By unit or by field, in blocks by level of government; from 1/7/2025 the block of districts is empty and left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import pandas as pd

from ..vocabulary.periods import Period
from ..vocabulary.text import sort_key
from .data import Data
from .results import results

Rows = Literal["field", "unit"]


@dataclass(frozen=True)
class Column:
    """A column of the form: its number, what it is called here and in the form, and the counts it adds up."""

    number: int
    id: str
    title: str
    group: str
    counts: tuple[str, ...]


_RECEIVED, _DONE, _OPEN = "Số hồ sơ nhận giải quyết", "Đã giải quyết", "Đang giải quyết"
COLUMNS: Final = (
    Column(3, "received", "Tổng số", _RECEIVED, ("received",)),
    Column(4, "online", "Trong kỳ: trực tuyến", _RECEIVED, ("received_online",)),
    Column(5, "counter", "Trong kỳ: trực tiếp, bưu chính", _RECEIVED, ("received_direct", "received_postal")),
    Column(6, "carried_over", "Từ kỳ trước", _RECEIVED, ("carried_over",)),
    Column(7, "resolved", "Tổng số", _DONE, ("resolved",)),
    Column(8, "early", "Trước hạn", _DONE, ("early",)),
    Column(9, "punctual", "Đúng hạn", _DONE, ("punctual",)),
    Column(10, "late", "Quá hạn", _DONE, ("late",)),
    Column(11, "pending", "Tổng số", _OPEN, ("pending",)),
    Column(12, "in_time", "Trong hạn", _OPEN, ("pending_in_time",)),
    Column(13, "overdue", "Quá hạn", _OPEN, ("overdue",)),
)
# Blocks in the form's order: number, levels, title.
BLOCKS: Final = (
    ("I", ("province", "department"), "Cấp tỉnh"),
    ("II", ("district",), "Cấp huyện"),
    ("III", ("commune",), "Cấp xã"),
)
COUNTED: Final = tuple(dict.fromkeys(count for column in COLUMNS for count in column.counts))
TOTAL, NO_FIELD = "TỔNG SỐ", "Không ghi lĩnh vực"
NUMBERS: Final = tuple(column.number for column in COLUMNS)


def form_06a(data: Data, period: Period, by: Rows) -> pd.DataFrame:
    """The form of a province, as `arranged` has it."""
    names = dict(zip(data.units["unit"], data.units["name"], strict=True))
    return arranged(results(data, period, indicators=COUNTED), results(data, period, by, COUNTED), by, names)


def arranged(whole: pd.DataFrame, parts: pd.DataFrame, by: Rows, names: Mapping[str, str]) -> pd.DataFrame:
    """The form from the results of the province and of its units or fields, by name in Vietnamese order.

    Columns: role (whole, block, row), stt (column 1), name (column 2), levels (tuple), key (the unit or field; "" where no
    field was given), and the integers 3 to 13. Fields without dossiers are left out; `names` are those of the units.
    """
    found = [_line("whole", "", TOTAL, (), None, _wide(whole, []).iloc[0])]
    labelled = _labelled(parts, by, names)
    for roman, levels, title in BLOCKS:
        block = labelled[labelled["level"].isin(levels)]
        if len(block):
            found.append(_line("block", roman, title, levels, None, block[list(COUNTED)].sum()))
            found += [
                _line("row", str(n), row["label"], (row["level"],), row[by], row)
                for n, row in enumerate(block.to_dict("records"), 1)
            ]
    return pd.DataFrame(found)


def _line(
    role: str, stt: str, name: str, levels: tuple[str, ...], key: str | None, values: Any
) -> dict[str | int, object]:
    line: dict[str | int, object] = {"role": role, "stt": stt, "name": name, "levels": levels, "key": key}
    return line | {c.number: int(sum(values[count] for count in c.counts)) for c in COLUMNS}


def _labelled(parts: pd.DataFrame, by: Rows, names: Mapping[str, str]) -> pd.DataFrame:
    """The counts by field or unit with the name each prints under, in Vietnamese order."""
    wide = _wide(parts, [by, "level"])
    known = {"": NO_FIELD} if by == "field" else names
    wide = wide[wide["received"] > 0] if by == "field" else wide
    labels = [known.get(value, value) for value in wide[by]]
    return wide.assign(label=labels).sort_values("label", key=lambda column: column.map(sort_key))


def _wide(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Counts of a results table, one column each; a field that was not given is ""."""
    counts = table[table["variant"].isna() & table["indicator"].isin(COUNTED)]
    if not keys:
        return counts.set_index("indicator")["numerator"].to_frame().T
    filled = counts.assign(**{key: counts[key].fillna("") for key in keys})
    return filled.pivot(index=keys, columns="indicator", values="numerator").reset_index()
