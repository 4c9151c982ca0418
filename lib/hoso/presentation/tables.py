"""Tables (bảng, phụ lục) as blocks: what is in each cell, and how `hoso verify` finds each number again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

import pandas as pd

from ..vocabulary import numbers
from ..vocabulary.text import sort_key
from .display import Block, Display, runs
from .figures import Figure
from .phrases import points
from .report import Report

# Blocks of form II.06a, in its order.
BLOCKS: Final = (
    ("I", ("province", "department"), "Cấp tỉnh"),
    ("II", ("district",), "Cấp huyện"),
    ("III", ("commune",), "Cấp xã"),
)
_RECEIVED, _DONE, _OPEN = "Số hồ sơ nhận giải quyết", "Đã giải quyết", "Đang giải quyết"
# Columns (3) to (13) of form II.06a: id, title, upper header, the counts it adds up.
FORM_06A: Final[tuple[tuple[str, str, str, tuple[str, ...]], ...]] = (
    ("received", "Tổng số", _RECEIVED, ("received",)),
    ("online", "Trong kỳ: trực tuyến", _RECEIVED, ("received_online",)),
    ("counter", "Trong kỳ: trực tiếp, bưu chính", _RECEIVED, ("received_direct", "received_postal")),
    ("carried_over", "Từ kỳ trước", _RECEIVED, ("carried_over",)),
    ("resolved", "Tổng số", _DONE, ("resolved",)),
    ("early", "Trước hạn", _DONE, ("early",)),
    ("punctual", "Đúng hạn", _DONE, ("punctual",)),
    ("late", "Quá hạn", _DONE, ("late",)),
    ("pending", "Tổng số", _OPEN, ("pending",)),
    ("in_time", "Trong hạn", _OPEN, ("pending_in_time",)),
    ("overdue", "Quá hạn", _OPEN, ("overdue",)),
)
_COUNTED: Final = tuple(dict.fromkeys(count for *_, counts in FORM_06A for count in counts))
_FIRST_COLUMN: Final = {"field": "Lĩnh vực", "unit": "Cơ quan, đơn vị"}


def overview(report: Report, identifier: str, caption: str, figures: Sequence[Figure]) -> Display:
    """One row an indicator: result, fraction, the year before, difference in points."""
    used: dict[str, dict[str, Any]] = {}

    def add(figure: Figure) -> str:
        name = report.registry.add(figure)
        used[name] = report.registry.records[name]
        return name

    columns = [
        _column("n", "STT", "center", width=1), _column("title", "Chỉ tiêu", "left", width=6),
        _column("value", "Kết quả", "right", width=1.7), _column("top", "Tử số", "right", width=1.8),
        _column("bottom", "Mẫu số", "right", width=1.8), _column("before", "Cùng kỳ", "right", width=1.7),
        _column("change", "Tăng, giảm (điểm phần trăm)", "right", width=2.6),
    ]  # fmt: skip
    rows = [
        {"role": "normal", "cells": [_text(str(i)), _text(f.title), *_overview_cells(f, add)]}
        for i, f in enumerate(figures, 1)
    ]
    notes = [
        "Dấu “–”: nguồn không có số liệu. Cách tính và căn cứ của từng chỉ tiêu: Phụ lục “Cách tính và nguồn số liệu”."
    ]
    return Display([_table(identifier, caption, columns, rows, notes)], used)


def _overview_cells(figure: Figure, add: Any) -> list[Block]:
    before = figure.year_ago
    change = (
        points(figure, before)
        if before is not None and before.value is not None and figure.value is not None
        else None
    )
    parts = [figure, *((figure.top, figure.bottom) if figure.denominator else (None, None)), before, change]
    return [
        _text("–") if part is None else {"runs": runs([part], add), "value": part.value} for part in parts
    ]


def form_06a(report: Report, identifier: str, caption: str, by: Literal["field", "unit"]) -> Display:
    """Form II.06a/VPCP/KSTT by field (lĩnh vực) or unit (cơ quan), in blocks by level, with the total of each block."""
    wide = _labelled(report, by)
    rows: list[Block] = [_row("total", "", "TỔNG SỐ", _wide(report.results("province"), []).iloc[0], [{}])]
    for roman, levels, title in BLOCKS:
        block = wide[wide["level"].isin(levels)]
        if len(block):
            keys = [{"level": level} for level in levels]
            rows.append(_row("total", roman, title, block[list(_COUNTED)].sum(), keys))
            rows += [
                _row("normal", str(i), row["label"], row, [{by: row[by], "level": row["level"]}])
                for i, (_, row) in enumerate(block.iterrows(), 1)
            ]
    titles = [_column("n", "STT", "center"), _column("name", _FIRST_COLUMN[by], "left")]
    columns = titles + [_column(name, title, "right", group) for name, title, group, _ in FORM_06A]
    check = {
        "period": report.period.id, "by": by, "columns": [None, None, *[list(counts) for *_, counts in FORM_06A]],
        "rows": [row.pop("key") for row in rows],
    }  # fmt: skip
    notes = [
        f"Đơn vị tính: hồ sơ. Kỳ báo cáo {report.period.label}, {report.period.window}; {report.period.rule_text}.",
        "Trước hạn, đúng hạn, quá hạn so theo ngày; hồ sơ công dân rút tính là đúng hạn; hồ sơ chờ bổ sung, "
        "chờ nghĩa vụ tài chính, dừng xử lý tính là trong hạn.",
        f"Nguồn: {report.source_text}.",
    ]
    table = _table(identifier, caption, columns, rows, notes) | {"numbering": True, "verify": check}
    return Display([table])


def _labelled(report: Report, by: Literal["field", "unit"]) -> pd.DataFrame:
    """The counts by field or unit with the name each prints under, in Vietnamese order; fields without dossiers left out."""
    wide = _wide(report.results(by), [by, "level"])
    names = dict(zip(report.data.units["unit"], report.data.units["name"], strict=True))
    if by == "field":
        wide = wide[wide["received"] > 0]
        names = {"": "Không ghi lĩnh vực"}
    labels = [names.get(value, value) for value in wide[by]]
    return wide.assign(label=labels).sort_values("label", key=lambda column: column.map(sort_key))


def _row(role: str, number: str, name: str, values: pd.Series[Any], key: list[dict[str, Any]]) -> Block:
    cells = [_text(number), _text(name)]
    for *_, counts in FORM_06A:
        value = int(sum(values[count] for count in counts))
        cells.append({"runs": [{"t": "text", "s": numbers.number(value)}], "value": value})
    return {"role": role, "cells": cells, "key": key}


def imports(report: Report, identifier: str, caption: str) -> Display:
    """The imports behind the report: rows read, and what became of them."""
    titles = {
        "read": "Dòng đọc",
        "accepted": "Nhận mới",
        "replaced": "Thay thế",
        "rejected": "Loại",
        "skipped": "Bỏ qua",
    }
    columns = [_column("n", "STT", "center"), _column("file", "Tệp kết xuất", "left")]
    columns += [_column(name, title, "right") for name, title in titles.items()]
    rows = []
    for i, (_, row) in enumerate(report.data.imports.iterrows(), 1):
        values = [
            {"runs": [{"t": "text", "s": numbers.number(row[name])}], "value": int(row[name])}
            for name in titles
        ]
        rows.append({"role": "normal", "cells": [_text(str(i)), _text(row["file"]), *values]})
    sums = report.data.imports[list(titles)].sum()
    total = [
        {"runs": [{"t": "text", "s": numbers.number(int(sums[name]))}], "value": int(sums[name])}
        for name in titles
    ]
    rows.append({"role": "total", "cells": [_text(""), _text("Tổng cộng"), *total]})
    notes = [
        "Dòng đọc = nhận mới + thay thế + loại + bỏ qua. Dòng bị loại được ghi lại kèm lý do để đơn vị sửa tại nguồn."
    ]
    check = {"kind": "imports", "columns": [None, None, *titles]}
    return Display([_table(identifier, caption, columns, rows, notes) | {"verify": check}])


def methods(identifier: str, caption: str, figures: Sequence[Figure]) -> Display:
    """How each indicator is computed: definition, legal basis, source."""
    columns = [
        _column("n", "STT", "center", width=1),
        _column("title", "Chỉ tiêu", "left", width=5),
        _column("definition", "Cách tính", "left", width=9),
        _column("basis", "Căn cứ", "left", width=5),
    ]
    rows = [
        {
            "role": "normal",
            "cells": [_text(str(i)), _text(f.title), _text(f.definition), _text(f.legal_basis)],
        }
        for i, f in enumerate(figures, 1)
    ]
    return Display([_table(identifier, caption, columns, rows, [])])


def _wide(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Counts of a results table, one column each; rows in the table's own order, fields that are not given kept."""
    counts = table[table["variant"].isna()]
    if not keys:
        return counts.set_index("indicator")["numerator"].to_frame().T
    filled = counts.assign(**{key: counts[key].fillna("") for key in keys})
    return filled.pivot(index=keys, columns="indicator", values="numerator").reset_index()


def _table(identifier: str, caption: str, columns: list[Block], rows: list[Block], notes: list[str]) -> Block:
    return {
        "type": "table",
        "id": identifier,
        "caption": caption,
        "number": None,
        "columns": columns,
        "rows": rows,
        "notes": notes,
        "numbering": False,
    }


def _column(key: str, title: str, align: str, group: str | None = None, width: float | None = None) -> Block:
    return {"key": key, "title": title, "align": align, "width": width, "group": group}


def _text(text: str) -> Block:
    return {"runs": [{"t": "text", "s": text}]}
