"""Refused lines with their reasons, never their values (dòng bị loại)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from hoso.records.intake.batch import REJECTS


@dataclass(frozen=True)
class Fault:
    """Where a rule is broken: `mask` is true on the faulty rows (null is no fault)."""

    field: str
    reason: str
    mask: pl.Series


def refused(faults: Sequence[Fault], height: int) -> pl.Series:
    """Boolean per row: some rule is broken."""
    masks = {str(i): fault.mask.fill_null(False) for i, fault in enumerate(faults)}
    if not masks:
        return pl.repeat(False, height, eager=True)
    return pl.DataFrame(masks).select(pl.any_horizontal(pl.all())).to_series()


def rejects(
    cells: pl.DataFrame, faults: Sequence[Fault], bad: pl.Series, titles: Mapping[str, str]
) -> pl.DataFrame:
    """A row of `REJECTS` a refused line: column and kind of value of the first fault, all reasons."""
    if not bad.any():
        return pl.DataFrame(schema=REJECTS)
    masks = pl.DataFrame({f"?{i}": fault.mask.fill_null(False) for i, fault in enumerate(faults)})
    frame = pl.concat([cells, masks], how="horizontal").filter(bad)
    hits = [(pl.col(f"?{i}"), fault) for i, fault in enumerate(faults)]
    first = pl.coalesce(*(pl.when(hit).then(_cell(fault.field, cells)) for hit, fault in hits), pl.lit(""))
    columns = pl.coalesce(pl.when(hit).then(pl.lit(titles.get(f.field, f.field))) for hit, f in hits)
    reasons = pl.concat_str(
        [pl.when(hit).then(pl.lit(fault.reason)) for hit, fault in hits], separator="; ", ignore_nulls=True
    )
    return frame.select("line", column=columns, value_class=value_class(first), reason=reasons).cast(REJECTS)  # type: ignore[arg-type]


def unreadable(lines: Mapping[int, str]) -> pl.DataFrame:
    """Rejects for lines the reader could not take apart into cells."""
    count = len(lines)
    columns = [list(lines), [""] * count, ["không đọc được"] * count, list(lines.values())]
    return pl.DataFrame(dict(zip(REJECTS, columns, strict=True)), schema=REJECTS)


def value_class(text: pl.Expr) -> pl.Expr:
    """What kind of value a cell holds, without the value: "trống", "số, 6 chữ số", "dạng ngày dd/mm/yyyy"."""
    length = text.str.len_chars().cast(pl.String)
    return (
        pl.when(text == "")
        .then(pl.lit("trống"))
        .when(text.str.contains(r"^\d+$"))
        .then(pl.format("số, {} chữ số", length))
        .when(text.str.contains(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}"))
        .then(pl.lit("dạng ngày dd/mm/yyyy"))
        .when(text.str.contains(r"\d{4}[/.-]\d{1,2}[/.-]\d{1,2}"))
        .then(pl.lit("dạng ngày yyyy-mm-dd"))
        .when(text.str.contains(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2}"))
        .then(pl.lit("dạng ngày năm 2 chữ số"))
        .when(text.str.contains(r"^[+-]?[\d.,\s]+$"))
        .then(pl.format("số có dấu, {} ký tự", length))
        .when(text.str.contains(r"\d"))
        .then(pl.format("chữ và số, {} ký tự", length))
        .otherwise(pl.format("chữ, {} ký tự", length))
    )


def _cell(field: str, cells: pl.DataFrame) -> pl.Expr:
    return pl.col(field).fill_null("") if field in cells.columns else pl.lit("")
