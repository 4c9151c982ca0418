"""Tables of all provinces: the ranking with every group, and the groups with mean, highest and lowest."""

from __future__ import annotations

from ..statistics.nationwide import TOTAL
from ..vocabulary import numbers
from .country import Country, Placed
from .display import Block, Display
from .figured_table import Column, Row, column, figured, table, text
from .figures import Figure, Key

_SHARED = "Cổng không công bố thứ hạng; thứ hạng xếp theo tổng điểm, bằng điểm thì đồng hạng."
_DASH = "Dấu “–”: nguồn không có số liệu."


def ranking(country: Country, identifier: str, caption: str) -> Display:
    """Every province by rank: total, groups with their maxima in the header, grade, movement in points and places."""
    groups = [(line.id, f"{line.title} (tối đa {line.mean.bottom.printed})") for line in country.groups]
    columns = [column("rank", "Hạng", "center", 1.0), column("name", "Tỉnh, thành phố", "left", 3.2)]
    columns += [column("total", "Tổng điểm", "right", 1.5)]
    columns += [column(f"g{i}", title, "right", 1.8) for i, (_, title) in enumerate(groups)]
    columns += [
        column("grade", "Xếp loại", "left", 1.9), column("change", "Biến động điểm", "right", 1.5),
        column("places", "Biến động thứ hạng", "right", 1.5),
    ]  # fmt: skip
    made = [_line(country, place, [name for name, _ in groups]) for place in country.ranking]
    rows: list[Block] = [{"role": "normal", "cells": cells} for cells, _ in made]
    check = {"kind": "cells", "rows": [keys for _, keys in made]}
    notes = [
        _SHARED,
        country.moved.reason or f"Biến động {country.moved.since}; dấu + là tăng, dấu - là giảm.",
        _DASH,
    ]
    return Display([table(identifier, caption, columns, rows, notes) | {"verify": check}])


def _line(country: Country, place: Placed, groups: list[str]) -> tuple[list[Block], list[Key | None]]:
    """The cells of a province and the key of each number."""
    figures: list[Figure | None] = [place.total]
    figures += [country.of_province(place.id, group, "score") for group in groups]
    moved = [country.moved.change(shown, place.id) for shown in ("change", "rank_change")]
    cells = [_number(place.rank), text(place.name), *(_number(figure) for figure in figures)]
    cells += [text(place.grade.printed) | {"value": place.grade.text}, *(_signed(figure) for figure in moved)]
    told = [place.rank, None, *figures, place.grade, *moved]
    return cells, [None if figure is None or figure.missing else figure.key for figure in told]


def _number(figure: Figure | None) -> Block:
    return text("–") | {"value": None} if figure is None else text(figure.printed) | {"value": figure.value}


def _signed(figure: Figure | None) -> Block:
    """A change with its sign; none for no change."""
    if figure is None or figure.value is None:
        return text("–") | {"value": None}
    places = 2 if figure.measure == "points" else 0
    sign = "+" if figure.value > 0 else "-" if figure.value < 0 else ""
    return text(sign + numbers.decimal(abs(figure.value), places)) | {"value": figure.value}


def groups(country: Country, identifier: str, caption: str) -> Display:
    """One row a group: maximum, mean, what the mean lacks, highest, lowest; the total last."""
    columns: list[Column] = [
        ("n", "STT", "center", 1.0), ("title", "Nhóm chỉ số", "left", 5.2), ("most", "Tối đa", "right", 1.6),
        ("mean", "Trung bình", "right", 1.8), ("lost", "Thiếu bình quân", "right", 1.9),
        ("high", "Cao nhất", "right", 1.7), ("low", "Thấp nhất", "right", 1.7),
    ]  # fmt: skip
    rows: list[Row] = [
        ("normal", [str(i), g.title, g.mean.bottom, g.mean, g.lost, g.highest, g.lowest])
        for i, g in enumerate(country.groups, 1)
    ]
    whole = [country.figure(country.key(shown, TOTAL)) for shown in ("mean", "lost", "highest", "lowest")]
    rows.append(("total", ["", "Tổng điểm", whole[0].bottom, *whole]))
    notes = [
        "Trung bình cộng điểm của các tỉnh, thành phố có điểm; cao nhất, thấp nhất tính riêng từng nhóm.",
        _DASH,
    ]
    return figured(country.report.registry, identifier, caption, columns, rows, notes)


def methods(country: Country, identifier: str, caption: str) -> Display:
    """How each number of the report is counted, and where it is from."""
    columns: list[Column] = [
        ("n", "STT", "center", 1.0), ("title", "Số liệu", "left", 5.0), ("words", "Cách tính", "left", 8.0),
        ("source", "Nguồn", "left", 5.0),
    ]  # fmt: skip
    first = country.ranking[0]
    told = [
        first.total, first.rank, country.provinces, country.mean, country.spread, first.grade, country.groups[0].lost,
        country.printed(),
    ]  # fmt: skip
    rows: list[Row] = [
        ("normal", [str(i), figure.title.partition(":")[0], figure.definition, figure.source])
        for i, figure in enumerate(told, 1)
    ]
    basis = f"Căn cứ: {country.card.legal_basis}. Xếp loại: {country.grade_cuts}. {country.card.grade_note}."
    return figured(country.report.registry, identifier, caption, columns, rows, [basis])
