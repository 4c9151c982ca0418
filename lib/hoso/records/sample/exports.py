"""Deals the dossiers of a province out to its export files, in the order of the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from . import plan
from .bodies import LEVELS
from .clock import EPOCH, day_number
from .dirt import soil, strays
from .files import period_words, write_csv, write_xlsx
from .forms import Form, as_text
from .frame import as_of
from .sync import write_sync

Bools = NDArray[np.bool_]


def deal(rows: pl.DataFrame, wanted: plan.Plan) -> Iterator[tuple[plan.Export, pl.DataFrame]]:
    """Each export with its dossiers as they stood on its day. A dossier goes to the first export that takes it."""
    free = np.ones(rows.height, dtype=bool)
    shown_early: dict[date, Bools] = {}
    for export in wanted.exports:
        if export.open_on:
            taken = _takes(rows, export) & shown_early[export.open_on] & _open_on(rows, export.open_on)
        else:
            taken = _part(free & _takes(rows, export), export.of)
            free &= ~taken
            if export.as_of:
                seen = shown_early.get(export.as_of, np.zeros(rows.height, dtype=bool))
                shown_early[export.as_of] = seen | taken
        chosen = rows.filter(pl.Series(taken))
        yield export, as_of(chosen, export.as_of) if export.as_of else chosen


def _takes(rows: pl.DataFrame, export: plan.Export) -> Bools:
    fit = pl.col("level").is_in([LEVELS.index(level) for level in export.levels])
    if export.received:
        first, last = (day_number(day) for day in export.received)
        fit &= pl.col("received_day").is_between(first, last)
    if export.channel:
        fit &= pl.col("channel") == export.channel
    return rows.select(fit.alias("fit"))["fit"].to_numpy()


def _open_on(rows: pl.DataFrame, day: date) -> Bools:
    """Dossiers that an export of that day showed as pending and that have ended since."""
    return np.asarray(rows["closed_day"].to_numpy() > day_number(day))


def _part(taken: Bools, of: tuple[int, int]) -> Bools:
    """The first n-th of what is left for the parts of a split export."""
    part, parts = of
    positions = np.flatnonzero(taken)
    kept = np.zeros(len(taken), dtype=bool)
    kept[positions[: -(-len(positions) // (parts - part + 1))]] = True
    return kept


def write_export(folder: Path, export: plan.Export, rows: pl.DataFrame, form: Form, province: str) -> Path:
    """Writes one file of dossiers."""
    path = folder / export.name
    if form.kind == "jsonl":
        write_sync(path, rows, export.refused)
        return path
    text = strays(soil(as_text(rows, form), form, export.dirt), form, export.dirt, export.refused)
    _write(path, text, form, _facts(rows, province))
    return path


def write_catalogue(folder: Path, procedures: pl.DataFrame, form: Form, province: str) -> Path:
    """Writes the catalogue of procedures."""
    path = folder / f"01-danh-muc-tthc.{form.kind}"
    _write(path, as_text(procedures, form), form, {"PROVINCE": province.upper()})
    return path


def _write(path: Path, text: pl.DataFrame, form: Form, facts: Mapping[str, Any]) -> None:
    if form.kind == "xlsx":
        write_xlsx(path, text, form, dict(facts))
    else:
        write_csv(path, text, form)


def _facts(rows: pl.DataFrame, province: str) -> dict[str, str]:
    days = rows["received_day"]
    first, last = (date.fromordinal(EPOCH.toordinal() + int(x)) for x in (days.min() or 0, days.max() or 0))  # type: ignore[arg-type]
    return {"PROVINCE": province.upper(), **period_words(first, last)}
