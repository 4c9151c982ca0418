"""Figures made from rows: of the results table, and of what others published."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from ..statistics.definitions import definitions, definitions_on
from ..statistics.rows import Row
from ..vocabulary import numbers
from ..vocabulary.errors import UsageError
from ..vocabulary.periods import Period
from ..vocabulary.places import Province
from .figures import Figure, Key, Open

_KEY = ("indicator", "variant", "province", "unit", "level", "field", "period")
_ALSO = ("procedure", "channel")  # in the key only where a figure is counted by them


def counted(row: Row | pd.Series[Any], period: Period, source: str, behind: Open | None = None) -> Figure:
    """A count or rate of the results table as a figure; `behind` opens its dossiers."""
    key: Key = {"kind": "result", "part": "value"} | {name: _plain(row[name]) for name in _KEY}
    key |= {name: row[name] for name in _ALSO if not pd.isna(row.get(name))}
    if key["variant"] is None:
        words = definitions().count(key["indicator"])
        figure = Figure(key, words.title, "count", _number(row["value"]), measured_in=words.measured_in)
        figure = replace(figure, definition=words.definition, legal_basis=words.legal_basis)
    else:
        figure = _indicator(row, key, period)
    window = period.label if period.rule == "explicit" else f"{period.label}, {period.window}"
    return replace(figure, period_text=window, source=source, behind=behind)


def unknown(name: str, variant: str | None, place: Province, period: Period) -> Figure:
    """A count or rate of a period that the data do not reach: missing, which is not zero."""
    row = dict.fromkeys((*_KEY, *_ALSO, "value", "numerator", "denominator"))
    told = {"indicator": name, "variant": variant, "province": place.id, "field": None, "period": period.id}
    return counted(pd.Series(row | told, dtype="object"), period, "Chưa có dữ liệu hồ sơ của kỳ này")


def _indicator(row: Row | pd.Series[Any], key: Key, period: Period) -> Figure:
    words = definitions_on(period.end).indicator(key["indicator"], key["variant"])
    return Figure(
        key,
        words.title,
        words.measure,
        _number(row["value"]),
        _number(row["numerator"]),
        _number(row["denominator"]),
        decimals=words.decimals,
        measured_in=words.measured_in,
        definition=words.definition,
        legal_basis=words.legal_basis,
    )


def entered(rows: pd.DataFrame, name: str, place: Province, period: Period) -> Figure:
    """A published figure of a province and period; without a row, a dash that says nobody entered it.

    Raises UsageError for a name that indicators.toml does not list as published.
    """
    words = definitions().published.get(name)
    if words is None:
        raise UsageError(f"không có số liệu công bố {name}", expected=", ".join(definitions().published))
    key: Key = {
        "kind": "published",
        "indicator": name,
        "province": place.slug,
        "period": period.id,
        "part": "value",
    }
    figure = Figure(
        key,
        words.title,
        words.measure,
        None,
        decimals=words.decimals,
        trim=words.measure == "rate" and words.decimals == 2,  # 35/41 = 85,37%, but 15/20 = 75%
        measured_in=words.measured_in,
        definition=words.definition,
        legal_basis=words.legal_basis,
        period_text=period.label,
        source="Chưa nhập số liệu công bố",
        source_kind="published",
    )
    found = rows[rows["indicator"] == name]
    return _filled(figure, found.iloc[0]) if len(found) else figure


def _filled(figure: Figure, row: pd.Series[Any]) -> Figure:
    return replace(
        figure,
        value=_number(row["value"]),
        numerator=_number(row["numerator"]),
        denominator=_number(row["denominator"]),
        text=row["text"] or None,
        source=f"{row['source']}, số liệu ngày {numbers.date(date.fromisoformat(row['as_of']))}",
        notes=(row["note"],) if row["note"] else (),
    )


def _plain(value: Any) -> Any:
    return None if value is None or pd.isna(value) else value


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
