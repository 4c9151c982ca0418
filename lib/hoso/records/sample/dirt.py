"""What real exports suffer from, put into the sample on purpose: odd spellings, stray rows, rows to be refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import polars as pl

from .forms import Form

UNIT_SOURCES: Final = ("unit", "unit_comma", "unit_dash", "field", "parent")
STRAY_EVERY: Final = 4_000
MOMENT: Final = datetime(2020, 1, 2, 8, 0)  # before any dossier of the sample

_TONES: Final = {"òa": "oà", "óa": "oá", "ủy": "uỷ", "úy": "uý", "Ủy": "Uỷ"}


def soil(rows: pl.DataFrame, form: Form, kinds: Sequence[str]) -> pl.DataFrame:
    """Spells single cells as clerks and old systems do; nothing is lost by it."""
    columns = [str(i) for i, source in enumerate(form.sources) if source in UNIT_SOURCES]
    row = pl.int_range(pl.len())
    for kind in kinds:
        if kind in _SPELLINGS:
            every, spell = _SPELLINGS[kind]
            rows = rows.with_columns(
                pl.when(row % every == every // 2).then(spell(pl.col(c))).otherwise(pl.col(c)).alias(c)
                for c in columns
            )
    if "channel_missing" in kinds:
        channel = str(form.sources.index("channel"))
        direct = pl.col(channel) == form.words["channel"]["direct"]
        rows = rows.with_columns(pl.when(~direct | (row % 29 != 0)).then(channel))
    return rows


def _decomposed(cell: pl.Expr) -> pl.Expr:
    return cell.str.normalize("NFD")


def _tones_moved(cell: pl.Expr) -> pl.Expr:
    return cell.str.replace_many(list(_TONES), list(_TONES.values()))


_SPELLINGS: Final[dict[str, tuple[int, Callable[[pl.Expr], pl.Expr]]]] = {
    "tone": (37, _tones_moved),
    "eth": (43, lambda cell: cell.str.replace_all("Đ", "Ð", literal=True)),
    "committee": (41, lambda cell: cell.str.replace("^UBND ", "Ủy ban nhân dân ")),
    "spaces": (53, lambda cell: pl.lit(" ") + cell.str.replace(" ", "\u00a0", literal=True) + pl.lit("  ")),
    "nfd": (61, _decomposed),
}


def strays(rows: pl.DataFrame, form: Form, kinds: Sequence[str], refused: Sequence[str]) -> pl.DataFrame:
    """Adds the rows that are no dossiers (blank, repeated header, total), those seen twice and those to be refused."""
    extra = [_refused(rows, form, kind, i) for i, kind in enumerate(refused)] if rows.height else []
    if "twice" in kinds:
        extra += [rows.row(i) for i in range(0, min(rows.height, 300), 100)]
    if "blank_rows" in kinds:
        extra += [(None,) * rows.width] * (1 + rows.height // STRAY_EVERY)
    if "repeated_header" in kinds:
        extra.append(tuple(header for _, header, _ in form.columns))
    cut = rows.height // (len(extra) + 1)
    pieces = [
        piece for i, row in enumerate(extra) for piece in (rows[i * cut : (i + 1) * cut], _one(row, rows))
    ]
    ends = [rows[len(extra) * cut :]]
    if "column_numbers" in kinds:
        pieces.insert(0, _one(tuple(f"({i + 1})" for i in range(rows.width)), rows))
    if "total_row" in kinds:
        ends.append(_one(("Tổng cộng", None, str(rows.height), *[None] * (rows.width - 3)), rows))
    return pl.concat([*pieces, *ends])


def _one(row: Sequence[str | None], like: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame([row], schema=like.schema, orient="row")


def _refused(rows: pl.DataFrame, form: Form, kind: str, number: int) -> tuple[str | None, ...]:
    """A row that an import must refuse, under a dossier id that no other row has."""
    source, value = _REFUSED[kind]
    base = rows.row((number + 1) * rows.height // 20)
    cells = dict(zip(form.sources, base, strict=True))
    cells["dossier_id"] = f"{cells['dossier_id'][:-4]}9{number:03d}"
    cells[source] = _early(form) if value == "early" else value
    return tuple(cells[name] for name in form.sources)


def _early(form: Form) -> str:
    return "43832.33333333" if form.dates == "excel" else MOMENT.strftime(form.dates)


_REFUSED: Final = {
    "impossible_date": ("received_at", "31/02/2024 08:15:00"),
    "unreadable_date": ("received_at", "hôm qua"),
    "no_received": ("received_at", None),
    "no_id": ("dossier_id", None),
    "unknown_status": ("status", "Chuyển phòng khác"),
    "finished_before_received": ("finished_at", "early"),
}
