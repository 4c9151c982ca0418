"""How the blocks of a report hang together: heading levels and the names of tables and charts."""

from __future__ import annotations

from typing import Any

from hoso.presentation.structure import labelled, steady_levels


def heading(level: int) -> dict[str, Any]:
    return {"type": "heading", "level": level, "runs": []}


def appendix(number: str) -> dict[str, Any]:
    return {"type": "appendix", "number": number, "title": "Danh sách"}


def table(caption: str) -> dict[str, Any]:
    return {"type": "table", "caption": caption, "number": None}


def test_no_heading_skips_a_level() -> None:
    """A dispatch begins with "1."; below an appendix the first heading is of the second level at most."""
    blocks = [heading(2), heading(2), heading(1), heading(3), appendix("I"), heading(3)]
    assert [b["level"] for b in steady_levels(blocks) if b["type"] == "heading"] == [1, 2, 1, 2, 2]


def test_each_table_has_a_label_of_its_own() -> None:
    """Told apart by the appendix, then by a number; the caption itself stays."""
    blocks = [
        table("Cấp xã"),
        appendix("I"),
        table("Cấp xã"),
        table("Cấp xã"),
        appendix("II"),
        table("Cấp xã"),
    ]
    found = [b for b in labelled(blocks) if b["type"] == "table"]
    assert [b["label"] for b in found] == [
        "Cấp xã",
        "Cấp xã (Phụ lục I)",
        "Cấp xã (Phụ lục I) 2",
        "Cấp xã (Phụ lục II)",
    ]
    assert {b["caption"] for b in found} == {"Cấp xã"}
