"""A chart as a block of the report: its picture, alt text, notes, and the figures it draws."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ..display import Display
from ..figures import Figure
from ..report import Report


def chart(
    report: Report,
    identifier: str,
    caption: str,
    svg: str,
    alt: str,
    plotted: Sequence[Figure],
    notes: Sequence[str] = (),
) -> Display:
    """A chart with the figures it draws, which `hoso verify` recomputes like those of the prose."""
    ids = list(dict.fromkeys(report.registry.add(figure) for figure in plotted))
    block = {
        "type": "chart",
        "id": identifier,
        "caption": caption,
        "svg": svg,
        "alt": alt,
        "notes": list(notes),
        "plotted": ids,
    }
    return Display([block], {name: report.registry.records[name] for name in ids})


def nothing(caption: str) -> Display:
    """The sentence that stands where a chart would be empty."""
    words = f"Chưa có số liệu để vẽ biểu đồ “{caption}”."
    return Display([{"type": "paragraph", "runs": [{"t": "text", "s": words}]}])


def figures(report: Report, rows: pd.DataFrame) -> list[Figure]:
    """The figure of each row: of a column `figure` where there is one, else of the row of the results table."""
    if "figure" in rows.columns:
        return list(rows["figure"])
    return [report.figure(row) for _, row in rows.iterrows()]


def whole_name(report: Report) -> str:
    """What the place as a whole is called beside its parts: "toàn tỉnh", "toàn thành phố", "cả nước"."""
    return {"tinh": "toàn tỉnh", "thanh-pho": "toàn thành phố"}.get(report.place.kind, report.place.name)


def capital(words: str) -> str:
    """The words as a sentence begins."""
    return words[:1].upper() + words[1:]
