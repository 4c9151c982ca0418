"""A nine-month review of Hà Giang, executed, as the exporters meet it: every kind of block, real unit names.

The numbers are made up; only their sizes are lifelike.
"""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path
from typing import Any

import nbformat
from matplotlib import font_manager, rc_context
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from hoso.delivery.export.document import MIME, Document, document
from hoso.presentation.letters import FONTS
from hoso.presentation.markdown import blocks, placeholder

_UNITS = Path(__file__).parents[3] / "data" / "reference" / "units_63.tsv"
_FONT = FONTS / "Tinos_400Regular.ttf"
_RC = {"svg.fonttype": "none", "font.family": "Tinos", "svg.hashsalt": "hoso", "text.parse_math": False}

PERIOD = "9 tháng đầu năm 2024, từ ngày 15/12/2023 đến ngày 14/9/2024 (Điều 12 Nghị định 09/2019/NĐ-CP)"
SOURCE = "Hệ thống thông tin giải quyết TTHC tỉnh Hà Giang, phiên bản dữ liệu 12"
TITLES = {
    "on_time_rate": "Tỷ lệ hồ sơ giải quyết đúng hạn và trước hạn",
    "online_rate": "Tỷ lệ hồ sơ tiếp nhận trực tuyến",
    "received": "Số hồ sơ tiếp nhận",
    "resolved": "Số hồ sơ đã giải quyết",
    "late": "Số hồ sơ đã giải quyết quá hạn",
    "pending": "Số hồ sơ đang giải quyết",
}
DEFINITION = (
    "Số hồ sơ giải quyết trước hạn và đúng hạn chia cho tổng số hồ sơ đã giải quyết trong kỳ; so theo ngày; "
    "thời gian chờ bổ sung hồ sơ được trừ."
)


def number(value: int) -> str:
    return f"{value:,}".replace(",", ".")


class Figures:
    """Hands out figure records f1, f2 …, as the notebook's registry does; `after` goes on counting."""

    def __init__(self, after: Figures | None = None) -> None:
        self.made: dict[str, dict[str, Any]] = {}
        self.used: int = after.used if after else 0

    def rate(self, indicator: str, top: int, bottom: int) -> dict[str, Any]:
        printed = f"{round(top / bottom * 1000) / 10:.1f}%".replace(".", ",")
        return self._add(
            indicator, printed, top / bottom, top, bottom, f"{number(top)}/{number(bottom)} hồ sơ"
        )

    def count(self, indicator: str, value: int) -> dict[str, Any]:
        return self._add(indicator, number(value), value, value, None, None)

    def _add(
        self, indicator: str, printed: str, value: float, top: int, bottom: int | None, fraction: str | None
    ) -> dict[str, Any]:
        self.used += 1
        name = f"f{self.used}"
        self.made[name] = {
            "id": name, "indicator": indicator, "variant": "06a", "title": TITLES[indicator], "province": "63-02",
            "unit": None, "level": "province", "period": "2024-9M", "numerator": top, "denominator": bottom,
            "value": value, "measure": "rate" if bottom else "count", "printed": printed, "fraction": fraction,
            "definition": DEFINITION if bottom else f"{TITLES[indicator]} trong kỳ báo cáo.",
            "legal_basis": "Biểu II.06a/VPCP/KSTT, Thông tư 01/2020/TT-VPCP", "period_text": PERIOD,
            "source": SOURCE, "source_kind": "facts", "notes": [],
        }  # fmt: skip
        return {"t": "fig", "id": name}


def narrative(source: str, *runs: dict[str, Any]) -> list[dict[str, Any]]:
    """Blocks of Markdown in which {0}, {1} … are the runs, as the narrative magic makes them."""
    marks = [placeholder(i) for i in range(len(runs))]
    return blocks(source.format(*marks), dict(zip(marks, runs, strict=True)))


def letterhead() -> dict[str, Any]:
    return {
        "type": "letterhead",
        "parent": None,
        "body": "Ủy ban nhân dân tỉnh Hà Giang",
        "number": "Số:        /BC-UBND",
        "place": "Hà Giang",
        "date_line": "Hà Giang, ngày       tháng 9 năm 2024",
        "kind": "BÁO CÁO",
        "subject": "Kết quả cải cách hành chính, chuyển đổi số và thực hiện Đề án 06 9 tháng đầu năm 2024; "
        "nhiệm vụ trọng tâm 3 tháng cuối năm",
        "draft": True,
    }


def notice(kind: str, words: str) -> dict[str, Any]:
    return {"type": "notice", "kind": kind, "runs": [{"t": "text", "s": words}]}


def column(key: str, title: str, align: str = "right", group: str | None = None) -> dict[str, Any]:
    return {"key": key, "title": title, "align": align, "width": None, "group": group}


def cell(content: str | int | dict[str, Any]) -> dict[str, Any]:
    if isinstance(content, dict):
        return {"runs": [content]}
    words = content if isinstance(content, str) else number(content)
    return {"runs": [{"t": "text", "s": words}]}


def table(
    name: str, caption: str, columns: list[dict[str, Any]], rows: list[Any], **more: Any
) -> dict[str, Any]:
    block = {
        "type": "table",
        "id": name,
        "caption": caption,
        "number": None,
        "columns": columns,
        "rows": rows,
    }
    return {**block, "notes": [], "numbering": False, **more}


def row_of(*contents: str | int | dict[str, Any]) -> dict[str, Any]:
    return {"role": "normal", "cells": [cell(content) for content in contents]}


def targets(figures: Figures) -> dict[str, Any]:
    columns = [
        column("n", "STT", "center"), column("title", "Chỉ tiêu", "left"), column("value", "Kết quả"),
        column("before", "Cùng kỳ"), column("change", "Tăng, giảm (điểm %)"),
    ]  # fmt: skip
    values = [
        ("on_time_rate", 195_800, 200_000, "96,2%", "+1,7"),
        ("online_rate", 120_431, 211_054, "48,1%", "+9,0"),
    ]
    rows = [
        row_of(str(i), TITLES[name], figures.rate(name, top, all_), before, change)
        for i, (name, top, all_, before, change) in enumerate(values, 1)
    ]  # fmt: skip
    notes = ["Dấu “–”: nguồn không có số liệu."]
    return table("overview", "Kết quả các chỉ tiêu chính", columns, rows, number="Bảng 1", notes=notes)


def units() -> list[dict[str, str]]:
    with _UNITS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["province_id"] == "63-02"]
    order = ["department", "district", "commune"]
    return sorted((row for row in rows if row["level"] in order), key=lambda row: order.index(row["level"]))


FORM = [
    ("Tổng số", "Số hồ sơ nhận giải quyết"), ("Trực tuyến", "Số hồ sơ nhận giải quyết"),
    ("Trực tiếp, bưu chính", "Số hồ sơ nhận giải quyết"), ("Từ kỳ trước", "Số hồ sơ nhận giải quyết"),
    ("Tổng số", "Đã giải quyết"), ("Trước hạn", "Đã giải quyết"), ("Đúng hạn", "Đã giải quyết"),
    ("Quá hạn", "Đã giải quyết"), ("Tổng số", "Đang giải quyết"), ("Trong hạn", "Đang giải quyết"),
    ("Quá hạn", "Đang giải quyết"),
]  # fmt: skip
_FIGURE_COLUMNS = {0: "received", 4: "resolved", 7: "late", 8: "pending"}


def form_06a(figures: Figures, names: list[dict[str, str]]) -> dict[str, Any]:
    """Form II.06a of all units: two header lines, groups, totals, four columns of figures."""
    dice = random.Random(6)
    columns = [column("n", "STT", "center"), column("unit", "Cơ quan, đơn vị", "left")]
    columns += [column(f"c{i}", title, "right", group) for i, (title, group) in enumerate(FORM, 3)]
    rows: list[dict[str, Any]] = [_form_row(figures, dice, "total", "", "TỔNG SỐ")]
    for roman, level, title in (
        ("I", "department", "Cấp tỉnh"),
        ("II", "district", "Cấp huyện"),
        ("III", "commune", "Cấp xã"),
    ):
        rows.append({"role": "group", "cells": [cell(f"{roman}. {title}")]})
        found = [row["name"] for row in names if row["level"] == level]
        rows += [_form_row(figures, dice, "normal", str(i), name) for i, name in enumerate(found, 1)]
    notes = ["Đơn vị tính: hồ sơ. Hồ sơ công dân rút tính là đúng hạn.", f"Nguồn: {SOURCE}."]
    caption = "Tình hình, kết quả giải quyết thủ tục hành chính (Biểu II.06a/VPCP/KSTT)"
    return table("form-06a", caption, columns, rows, notes=notes, numbering=True)


def _form_row(figures: Figures, dice: random.Random, role: str, ordinal: str, name: str) -> dict[str, Any]:
    online, direct, before, late, overdue = (dice.randrange(limit) for limit in (900, 1400, 60, 25, 6))
    received = online + direct + before
    resolved = received * 9 // 10
    punctual = resolved // 3
    early = max(resolved - punctual - late, 0)
    pending = received - resolved
    values = [
        received,
        online,
        direct,
        before,
        resolved,
        early,
        punctual,
        late,
        pending,
        max(pending - overdue, 0),
        overdue,
    ]
    contents = [
        figures.count(_FIGURE_COLUMNS[i], v) if i in _FIGURE_COLUMNS else v for i, v in enumerate(values)
    ]
    return {"role": role, "cells": [cell(ordinal), cell(name), *map(cell, contents)]}


def chart(name: str, caption: str, labels: list[str], values: list[float]) -> dict[str, Any]:
    font_manager.fontManager.addfont(_FONT)
    with rc_context(_RC):
        canvas = Canvas(figsize=(6.3, 0.5 + 0.3 * len(labels)), layout="constrained")
        FigureCanvasSVG(canvas)
        axes = canvas.add_subplot()
        axes.barh(labels, values, color="#0072B2", height=0.62)
        axes.axvline(90, color="#D55E00", linestyle="--")
        for position, value in enumerate(values):
            axes.annotate(
                f"{value}%".replace(".", ","),
                (value, position),
                xytext=(3, 0),
                textcoords="offset points",
                va="center",
            )
        axes.set_xlim(0, 112)
        axes.spines[["top", "right"]].set_visible(False)
        buffer = io.StringIO()
        canvas.savefig(buffer, format="svg", metadata={"Date": None})
    alt = f"{caption}: thấp nhất {labels[0]} {values[0]}%, cao nhất {labels[-1]} {values[-1]}%.".replace(
        ".", ",", 1
    )
    return {
        "type": "chart",
        "id": name,
        "caption": caption,
        "svg": buffer.getvalue(),
        "alt": alt,
        "notes": ["Đường đứt nét: chỉ tiêu 90%."],
    }


OPENING = """
Thực hiện chương trình công tác năm 2024, Ủy ban nhân dân tỉnh báo cáo kết quả {0} hồ sơ thủ tục hành chính như sau:

# I. KẾT QUẢ ĐẠT ĐƯỢC

## 1. Giải quyết thủ tục hành chính

### a) Kết quả chung

Trong kỳ, toàn tỉnh tiếp nhận {0} hồ sơ, trong đó **{1}** hồ sơ nộp trực tuyến, tăng 9,0 điểm phần trăm so với cùng kỳ.
Các cơ quan đã giải quyết {2} hồ sơ; tỷ lệ giải quyết đúng hạn và trước hạn đạt **{3}**, *vượt chỉ tiêu được giao 7,9 điểm
phần trăm*; còn {4} hồ sơ giải quyết quá hạn.
"""
AFTER = """
### b) Công khai, minh bạch

Các cơ quan, đơn vị đã thực hiện:

- Công bố, công khai đầy đủ thủ tục hành chính trên Cổng Dịch vụ công quốc gia;
- Rà soát, cắt giảm thời gian giải quyết, trong đó:
  1. cấp tỉnh: 35 thủ tục;
  2. cấp huyện: 12 thủ tục;
- Số hóa hồ sơ, kết quả giải quyết theo Thông tư 01/2023/TT-VPCP.

## 2. Chuyển đổi số và Đề án 06

Đến ngày 14/9/2024, tỉnh hoàn thành 67/83 nhiệm vụ của Đề án 06; 15/20 chỉ tiêu chuyển đổi số.
"""
LIMITS = """
# II. HẠN CHẾ, NGUYÊN NHÂN

Một số đơn vị có tỷ lệ hồ sơ trực tuyến thấp; việc số hóa hồ sơ ở cấp xã còn chậm do thiếu trang thiết bị, cán bộ kiêm nhiệm.

# III. NHIỆM VỤ TRỌNG TÂM 3 THÁNG CUỐI NĂM

1. Các sở, ban, ngành, Ủy ban nhân dân các huyện, thành phố giải quyết dứt điểm hồ sơ quá hạn trước ngày 15/12/2024.
2. Văn phòng Ủy ban nhân dân tỉnh theo dõi, đôn đốc, báo cáo hằng tháng.

Trên đây là báo cáo kết quả 9 tháng đầu năm 2024, Ủy ban nhân dân tỉnh trân trọng báo cáo./.
"""


def closing() -> dict[str, Any]:
    recipients = [
        "Văn phòng Chính phủ;",
        "Thường trực Tỉnh ủy;",
        "Chủ tịch, các PCT UBND tỉnh;",
        "Lưu: VT, KSTT.",
    ]
    return {
        "type": "closing",
        "recipients": recipients,
        "signer_lines": ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"],
    }


FACTS = {
    "title": "Báo cáo 9 tháng đầu năm 2024 tỉnh Hà Giang",
    "province": "63-02",
    "province_name": "tỉnh Hà Giang",
    "period": "2024-9M",
    "period_text": PERIOD,
    "data_version": 12,
    "data_date": "2024-09-14",
    "synthetic": True,
    "provisional": "số liệu tạm thời đến 10/9/2024",
    "command": "hoso report review --province ha-giang --period 2024-9M",
}


def display(
    found: list[dict[str, Any]], figures: Figures | None = None, **more: Any
) -> nbformat.NotebookNode:
    """The output of one of the library's display objects."""
    payload = {"blocks": found, "figures": list(figures.made.values()) if figures else [], **more}
    data = {MIME: payload, "text/html": "<b>của Jupyter</b>", "text/plain": "<hoso>"}
    return new_output("display_data", data=data)


def code(name: str, *outputs: nbformat.NotebookNode) -> nbformat.NotebookNode:
    return new_code_cell("print('mã nguồn')", id=name, outputs=list(outputs), execution_count=1)


METHODS = "Tỷ lệ đúng hạn tính theo Biểu II.06a."


def heading_of(number_: str, title: str, landscape: bool) -> dict[str, Any]:
    return {"type": "appendix", "number": number_, "title": title, "landscape": landscape}


def notebook() -> nbformat.NotebookNode:
    """The executed review."""
    first = Figures()
    received, resolved, late = (
        first.count("received", 211_054),
        first.count("resolved", 200_000),
        first.count("late", 4_200),
    )
    online, on_time = (
        first.rate("online_rate", 120_431, 211_054),
        first.rate("on_time_rate", 195_800, 200_000),
    )
    opening = narrative(OPENING, received, online, resolved, on_time, late)
    second = Figures(first)
    overview = targets(second)
    third = Figures(second)
    appendix = form_06a(third, units())
    lowest = chart(
        "by-unit",
        "Tỷ lệ đúng hạn của các đơn vị thấp nhất",
        ["Huyện Đồng Văn", "Sở Xây dựng", "Sở Tư pháp"],
        [81.4, 88.2, 97.9],
    )
    by_quarter = chart(
        "trend", "Tỷ lệ hồ sơ trực tuyến theo quý", ["Quý I", "Quý II", "Quý III"], [48.1, 52.5, 57.1]
    )
    cells = [
        code(
            "open",
            display([letterhead()], document=FACTS),
            new_output("stream", name="stdout", text="đọc kho\n"),
        ),
        code("headline", display(opening, first)),
        code("overview", display([overview], second)),
        code("by-unit", display([lowest])),
        code("after", display(narrative(AFTER))),
        code("trend", display([by_quarter])),
        new_markdown_cell(LIMITS, id="limits"),
        code("closing", display([closing()])),
        code(
            "appendix",
            display([heading_of("I", "Kết quả giải quyết TTHC theo đơn vị", True), appendix], third),
        ),
        code("methods", display([heading_of("II", "Cách tính các chỉ tiêu", False), *narrative(METHODS)])),
    ]
    return new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})


def sample() -> Document:
    return document(notebook(), "review")


def report_of(*found: dict[str, Any], figures: Figures | None = None, **facts: Any) -> Document:
    """A document of these blocks alone."""
    return document(new_notebook(cells=[code("only", display(list(found), figures, document=facts))]), "only")
