"""Tables (bảng, phụ lục) as blocks: what is in each cell, and how `hoso verify` finds each number again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from ..statistics.definitions import definitions
from ..statistics.form_06a import COLUMNS, COUNTED, NUMBERS, arranged
from ..vocabulary import numbers
from . import count_words
from .display import Block, Display, runs
from .figures import MISSING, Figure
from .phrases import more, points
from .report import Report
from .verdicts import APPENDICES, LEVEL_TITLES, Verdict

_FIRST_COLUMN: Final = {"field": "Lĩnh vực", "unit": "Cơ quan, đơn vị"}


def overview(report: Report, identifier: str, caption: str, figures: Sequence[Figure]) -> Display:
    """One row an indicator that has a value: result, fraction, and where last year is known, last year and the change.

    What has no value is named under the table; without any value there is a sentence in its place.
    """
    known = [figure for figure in figures if not figure.missing]
    absent = [figure.title for figure in figures if figure.missing]
    if not known:
        return said("Chưa có số liệu để tính các chỉ tiêu của kỳ báo cáo.")
    used: dict[str, dict[str, Any]] = {}

    def add(figure: Figure) -> str:
        name = report.registry.add(figure)
        used[name] = report.registry.records[name]
        return name

    rates = all(figure.measure == "rate" for figure in known)
    past = any(figure.year_ago is not None and figure.year_ago.value is not None for figure in known)
    rows: list[Block] = [
        {"role": "normal", "cells": [_text(str(i)), _text(f.title), *_overview_cells(f, add, rates, past)]}
        for i, f in enumerate(known, 1)
    ]
    notes = ["Cách tính và căn cứ của từng chỉ tiêu: Phụ lục “Cách tính và nguồn số liệu”."]
    notes += [f"Chưa có số liệu: {'; '.join(absent)}."] if absent else []
    dashes = any(run.get("s") == MISSING for row in rows for cell in row["cells"] for run in cell["runs"])
    notes += ["Dấu “–”: nguồn không có số liệu."] if dashes else []
    return Display([_table(identifier, caption, _overview_columns(rates, past), rows, notes)], used)


def _overview_columns(rates: bool, past: bool) -> list[Block]:
    compared = [
        _column("before", "Cùng kỳ năm trước", "right", width=1.9),
        _column("change", "Tăng, giảm (điểm phần trăm)" if rates else "Tăng, giảm", "right", width=2.6),
    ]
    return [
        _column("n", "STT", "center", width=1), _column("title", "Chỉ tiêu", "left", width=6),
        _column("value", "Kết quả", "right", width=1.7), _column("top", "Số lượng đạt", "right", width=1.8),
        _column("bottom", "Tổng số", "right", width=1.8), *(compared if past else []),
    ]  # fmt: skip


def _overview_cells(figure: Figure, add: Any, rates: bool, past: bool) -> list[Block]:
    whole = figure.measure == "rate" and bool(figure.denominator)  # of an average the parts are minutes
    cells = [_cell((figure,), add)]
    cells += [_cell((part,) if whole else (), add) for part in (figure.top, figure.bottom)]
    if past:
        before = figure.year_ago if figure.year_ago and figure.year_ago.value is not None else None
        cells += [_cell((before,) if before else (), add), _cell(_change(figure, before, rates), add)]
    return cells


def _change(figure: Figure, before: Figure | None, rates: bool) -> Sequence[Figure | str]:
    """The difference; with its unit where the table has measures of several kinds."""
    if before is None:
        return ()
    if figure.measure == "rate":
        return (points(figure, before),) if rates else (points(figure, before), " điểm phần trăm")
    unit = {"days": "ngày", "points": "điểm"}.get(figure.measure, figure.measured_in)
    return (more(figure, before), f" {unit}".rstrip())


def _cell(parts: Sequence[Figure | str], add: Any) -> Block:
    """A cell of figures and words; a dash without any."""
    values = [part.value for part in parts if isinstance(part, Figure)]
    return {"runs": runs(parts, add), "value": values[0]} if values else _text(MISSING)


@dataclass(frozen=True)
class Forms:
    """Form II.06a by field and by unit, the appendices of a report; none for a period without dossiers."""

    report: Report

    @property
    def shown(self) -> bool:
        """Whether there is any dossier to count."""
        return bool(self.report.count("received").value)

    @property
    def next_appendix(self) -> str:
        """The number of the appendix after them."""
        return APPENDICES[2 if self.shown else 0]

    def appendices(self) -> Display:
        """An appendix by field and one by unit; nothing without dossiers."""
        blocks: list[Block] = []
        ways: tuple[tuple[Literal["field", "unit"], str], ...] = (
            ("field", "lĩnh vực"),
            ("unit", "cơ quan, đơn vị"),
        )
        for number, (by, words) in zip(APPENDICES, ways if self.shown else (), strict=False):
            title = f"Kết quả giải quyết thủ tục hành chính theo {words}"
            blocks += self.report.appendix(
                number, f"{title} (Biểu số II.06a/VPCP/KSTT)", landscape=True
            ).blocks
            blocks += form_06a(self.report, f"form-06a-by-{by}", title, by).blocks
        return Display(blocks)


def form_06a(report: Report, identifier: str, caption: str, by: Literal["field", "unit"]) -> Display:
    """Form II.06a/VPCP/KSTT by field (lĩnh vực) or unit (cơ quan), in blocks by level, with the total of each block."""
    names = dict(zip(report.data.units["unit"], report.data.units["name"], strict=True))
    if not report.count("received").value:
        return said("Trong kỳ báo cáo không có hồ sơ để lập biểu.")
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
    if not found:
        return said("Không có đơn vị nào chưa đạt chỉ tiêu.")
    columns = _below_columns(verdict, len({one.target.value for one in found}) > 1)
    rows = [{"role": "normal", "cells": [c.cell(one, i) for c in columns]} for i, one in enumerate(found, 1)]
    check = {
        "kind": "keys",
        "columns": [c.key(found[0]) for c in columns],
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
        _Below(count_words.title(words.numerator), "right", 2.0, figure=lambda one: one.value.top),
        _Below(count_words.title(words.denominator), "right", 1.7, figure=lambda one: one.value.bottom),
        _Below("Tỷ lệ", "right", 1.6, figure=lambda one: one.value),
        *aims,
        _Below("Cao hơn (điểm %)" if verdict.fewer else "Còn thiếu (điểm %)", "right", 1.6, figure=lambda one: one.gap),
        _Below("Vượt (hồ sơ)" if verdict.fewer else lacking, "right", 1.6, figure=lambda one: one.lacking),
        _Below("Người đứng đầu chịu trách nhiệm", "left", 3.8, text=lambda one, _: one.head),
    ]  # fmt: skip


def _below_notes(verdict: Verdict, found: Sequence[Verdict], level: str) -> list[str]:
    report = verdict.report
    aims = {str(one.aim) for one in found}
    notes = [f"Chỉ tiêu: {aims.pop()}. Số liệu {report.period.window}."] if len(aims) == 1 else []
    notes.append(f"Cách tính: {verdict.value.definition}")
    if verdict.growing:
        notes.append(_growing_note(verdict, found))
    if names := verdict.unmeasured(level):
        notes.append(f"Chưa có số liệu để đánh giá: {'; '.join(names)}.")
    return [*notes, f"Nguồn: {report.source_text}."]


def _growing_note(verdict: Verdict, found: Sequence[Verdict]) -> str:
    beyond = any(one.lacking.missing for one in found)
    return (
        f"Cần thêm: số {verdict.dossiers} ít nhất phải phát sinh thêm để đạt chỉ tiêu; hồ sơ phát sinh thêm được cộng vào "
        f"cả tổng số hồ sơ{'. Dấu “–”: không thể đạt chỉ tiêu chỉ bằng hồ sơ phát sinh thêm' if beyond else ''}."
    )


def imports(report: Report, identifier: str, caption: str) -> Display:
    """The imports behind the report: rows read, and what became of them."""
    if report.data.imports.empty:
        return said("Chưa có lần nạp dữ liệu nào.")
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
    """How each indicator that has a value is computed: definition and legal basis."""
    figures = [figure for figure in figures if not figure.missing]
    if not figures:
        return said("Chưa có số liệu của chỉ tiêu nào trong báo cáo.")
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


def said(words: str) -> Display:
    """A sentence in the place of a table that would have no rows."""
    return Display([{"type": "paragraph", "runs": [{"t": "text", "s": words}]}])


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
