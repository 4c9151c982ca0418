"""How a report's blocks hang together: what every output format needs to know and none should decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hoso.presentation.markdown import Block
from hoso.vocabulary.text import slug


def sections(blocks: Sequence[Block]) -> list[list[Block]]:
    """The report proper and each appendix (phụ lục); an appendix begins with its own block."""
    cut = [i for i, block in enumerate(blocks) if block["type"] == "appendix"]
    bounds = zip([0, *cut], [*cut, len(blocks)], strict=True)
    return [list(blocks[start:end]) for start, end in bounds if end > start]


def steady_levels(blocks: Sequence[Block]) -> list[Block]:
    """Headings that never skip a level, as WCAG 2.2 and PDF/UA ask; an appendix counts as a first-level heading."""
    level, steady = 0, []
    for block in blocks:
        if block["type"] == "appendix":
            level = 1
        elif block["type"] == "heading":
            level = min(block["level"], level + 1)
        steady.append({**block, "level": level} if block["type"] == "heading" else block)
    return steady


def labelled(blocks: Sequence[Block]) -> list[Block]:
    """Tables and charts with a `label` each of its own: the caption, told apart by the appendix, then by a number."""
    where, taken, named = "", set[str](), []
    for block in blocks:
        if block["type"] == "appendix":
            where = f" ({appendix_title(block)})"
        if block["type"] not in ("table", "chart"):
            named.append(block)
            continue
        words = caption(block) or block.get("alt") or "số liệu"
        numbered = (f"{words}{where} {i}" for i in range(2, len(blocks) + 2))
        label = next(name for name in (words, f"{words}{where}", *numbered) if name not in taken)
        taken.add(label)
        named.append({**block, "label": label})
    return named


def appendix_id(block: Block) -> str:
    return f"phu-luc-{slug(block['number'])}"


def appendix_title(block: Block) -> str:
    return f"Phụ lục {block['number']}".strip()


def appendix_reference(letterhead: Block, province_name: str | None = None) -> str:
    """What an appendix goes with: "(Kèm theo Báo cáo số    /BC-UBND ngày    tháng    năm 2024 của …)".

    Legal source: Nghị định 30/2020/NĐ-CP, Phụ lục I; number and day stay as open as the letterhead leaves them.
    """
    kind = letterhead["kind"].capitalize() or "Công văn"
    number = letterhead["number"].replace("Số:", "số", 1)
    day = letterhead["date_line"].partition(", ")[2]
    return f"(Kèm theo {kind} {number} {day} của {_body(letterhead['body'], province_name or '')})"


def _body(capitals: str, province_name: str) -> str:
    """ỦY BAN NHÂN DÂN TỈNH HÀ GIANG in a sentence: Ủy ban nhân dân tỉnh Hà Giang; a name not of the place, as it is."""
    kind = capitals[: -len(province_name)]
    is_of_place = province_name and capitals.isupper() and capitals == kind + province_name.upper()
    return kind.capitalize() + province_name if is_of_place else capitals


def caption(block: Block) -> str:
    """What stands above a table: its number, ready to print, and its words."""
    return ". ".join(part for part in (block.get("number"), block.get("caption")) if part)


def column_numbers(table: Block) -> list[str]:
    """The last line of the header, "(1)" "(2)" …, for tables that follow a numbered form; else empty."""
    return [f"({i})" for i, _ in enumerate(table["columns"], 1)] if table.get("numbering") else []


def row_header(columns: list[dict[str, Any]]) -> int:
    """Which column names the row: the first one set to the left."""
    return next((i for i, column in enumerate(columns) if column["align"] == "left"), 0)
