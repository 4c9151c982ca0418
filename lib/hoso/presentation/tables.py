"""Tables (bảng, phụ lục) as blocks: what is in each cell, and how `hoso verify` finds each number again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from ..statistics.definitions import definitions
from ..statistics.form_06a import COLUMNS, COUNTED, NUMBERS, arranged
from ..vocabulary import numbers
from .display import Block, Display, runs
from .figures import Figure
from .phrases import points
from .report import Report
from .verdicts import APPENDICES, LEVEL_TITLES, Verdict

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
    names = dict(zip(report.data.units["unit"], report.data.units["name"], strict=True))
    form = arranged(report.results(of=COUNTED), report.results(by, of=COUNTED), by, names)
    rows = [_row(line, by) for line in form.to_dict("records")]
    titles = [_column("n", "STT", "center"), _column("name", _FIRST_COLUMN[by], "left")]
    columns = titles + [_column(c.id, c.title, "right", c.group) for c in COLUMNS]
    check = {
        "period": report.period.id, "by": by, "columns": [None, None, *[list(c.counts) for c in COLUMNS]],
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


def _row(line: dict[Any, Any], by: Literal["field", "unit"]) -> Block:
    """A line of the form, and the keys by which its numbers are found again."""
    own = {by: line["key"]} if line["role"] == "row" else {}
    keys = [own | {"level": level} for level in line["levels"]] or [{}]
    cells = [_text(line["stt"]), _text(line["name"])]
    for number in NUMBERS:
        text = numbers.number(line[number])
        cells.append({"runs": [{"t": "text", "s": text}], "value": line[number]})
    return {"role": "normal" if line["role"] == "row" else "total", "cells": cells, "key": keys}


def below_target(verdict: Verdict, identifier: str, caption: str, level: str) -> Display:
    """The units of a level that did not meet their target, those first that lack most, each with what it lacks."""
    found = verdict.below(level)
    columns = _below_columns(verdict, len({one.target.value for one in found}) > 1)
    rows = [{"role": "normal", "cells": [c.cell(one, i) for c in columns]} for i, one in enumerate(found, 1)]
    check = {
        "kind": "keys",
        "columns": [c.key(found[0]) if found else None for c in columns],
        "rows": [{"unit": one.key["unit"], "level": level} for one in found],
        "length": verdict.key | {"kind": "tally", "level": level, "verdict": "not_met"},
    }
    table = _table(
        identifier, caption, [c.column() for c in columns], rows, _below_notes(verdict, found, level)
    )
    return Display([table | {"verify": check}])


def below_target_appendices(verdict: Verdict, identifier: str) -> Display:
    """An appendix for each level with units that did not meet their target; nothing where all did."""
    blocks: list[Block] = []
    for number, level in zip(APPENDICES, verdict.behind, strict=False):
        title = f"{LEVEL_TITLES[level.level]}: danh sách đơn vị chưa đạt chỉ tiêu"
        blocks.append({"type": "appendix", "number": number, "title": title, "landscape": False})
        caption = f"Kết quả thực hiện chỉ tiêu {verdict.title}"
        blocks += below_target(verdict, f"{identifier}-{level.level}", caption, level.level).blocks
    return Display(blocks)


@dataclass(frozen=True)
class _Below:
    """A column of the table of units below their target: its words, or the figure of a unit it prints."""

    title: str
    align: str
    width: float
    text: Callable[[Verdict, int], str] | None = None
    figure: Callable[[Verdict], Figure] | None = None

    def column(self) -> Block:
        return _column("", self.title, self.align, width=self.width)

    def cell(self, verdict: Verdict, number: int) -> Block:
        if self.text is not None:
            return _text(self.text(verdict, number))
        assert self.figure is not None
        figure = self.figure(verdict)
        return _text(figure.printed) | {"value": figure.value}

    def key(self, verdict: Verdict) -> dict[str, Any] | None:
        """The key of the column's numbers, without the unit each row names."""
        return None if self.figure is None else self.figure(verdict).key


def _below_columns(verdict: Verdict, several: bool) -> list[_Below]:
    words = (
        definitions()
        .on(verdict.report.period.end)
        .indicator(verdict.row["indicator"], verdict.row["variant"])
    )
    lacking = "Cần thêm (hồ sơ)" if verdict.growing else "Còn thiếu (hồ sơ)"
    aims = [_Below("Chỉ tiêu", "right", 1.5, figure=lambda one: one.target)] if several else []
    return [
        _Below("STT", "center", 0.9, text=lambda _, number: str(number)),
        _Below("Cơ quan, đơn vị", "left", 4.2, text=lambda one, _: one.name),
        _Below(_count_title(words.numerator, "Tử số"), "right", 2.0, figure=lambda one: one.value.top),
        _Below(_count_title(words.denominator, "Mẫu số"), "right", 1.7, figure=lambda one: one.value.bottom),
        _Below("Tỷ lệ", "right", 1.6, figure=lambda one: one.value),
        *aims,
        _Below("Cao hơn (điểm %)" if verdict.fewer else "Còn thiếu (điểm %)", "right", 1.6, figure=lambda one: one.gap),
        _Below("Vượt (hồ sơ)" if verdict.fewer else lacking, "right", 1.6, figure=lambda one: one.lacking),
        _Below("Người đứng đầu chịu trách nhiệm", "left", 3.8, text=lambda one, _: one.head),
    ]  # fmt: skip


def _count_title(name: str, other: str) -> str:
    """What a count is called; a count of procedures has no words of its own."""
    words = definitions().counts.get(name)
    return words.title if words else other


def _below_notes(verdict: Verdict, found: Sequence[Verdict], level: str) -> list[str]:
    report = verdict.report
    aims = {str(one.aim) for one in found}
    notes = [f"Chỉ tiêu: {aims.pop()}. Số liệu {report.period.window}."] if len(aims) == 1 else []
    notes.append(f"Cách tính: {verdict.value.definition}")
    if verdict.growing:
        notes.append(
            "Cần thêm: số hồ sơ phát sinh thêm ít nhất phải thuộc tử số để đạt chỉ tiêu, tính cả vào mẫu số; "
            "dấu “–”: không còn đạt được bằng hồ sơ phát sinh thêm."
        )
    if names := verdict.unmeasured(level):
        notes.append(f"Chưa có số liệu để đánh giá: {'; '.join(names)}.")
    return [*notes, f"Nguồn: {report.source_text}."]


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
