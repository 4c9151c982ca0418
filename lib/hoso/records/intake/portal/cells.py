"""The numbers of one unit's row as score rows: its group, its criteria, its total (dòng điểm của một đơn vị).

A number must be a JSON number: null stays null, a text in its place, a negative count or a score above its maximum
refuses the unit with the reason, never the value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import polars as pl

from hoso.records.intake import guards
from hoso.records.intake.portal.shapes import (
    GROUP_OF,
    METRICS,
    ONLINE,
    PAYMENT,
    PROGRESS,
    SATISFACTION,
)
from hoso.vocabulary.text import clean

Counts = Mapping[str, tuple[tuple[str, ...], str | None]]

TOTAL: Final = "TOTAL"
MAXIMA: Final = {
    "CKMB": 18.0,
    "TDGQ": 20.0,
    "DVCTT": 12.0,
    "TTTT": 10.0,
    "MDHL": 18.0,
    "MDSH": 22.0,
    TOTAL: 100.0,
}
ABOVE_MAX: Final = "ABOVE_MAX"
DERIVED: Final = "DERIVED_NOT_MEASURED"
NOT_FETCHED: Final = "NOT_FETCHED"

_SAME_METRIC: Final = {"TDGQ_2_1": "PROCESSED_ON_TIME", "DOSSIER_RECEIVING": "DOSSIER_RECEIVING_SATISFACTION"}
_CODE: Final = re.compile(r"[A-Z][A-Z0-9_]{1,79}")
_LONGEST_MESSAGE: Final = 300
SLACK: Final = 0.005  # scores are printed to the cent
# Counts under each criterion: numerators are summed, then the denominator; beyond QĐ 766's criteria for display only.
_COUNTS: Final[dict[str, Counts]] = {
    ONLINE: {
        "ONLINE_PROVIDED": (("partialCount", "fullCount"), "authorityCount"),
        "ONLINE_USED": (("onlineDossierCount",), "onlineServiceTotal"),
        "ONLINE_DOSSIER": (("channelOnlineSum",), "channelTotalSum"),
    },
    PAYMENT: {
        "PAYMENT_DOSSIER": (("totalDossierOnlinePaymentSuccess",), "totalDossierFinancialObligation"),
        "PAYMENT_FORMALITY_USED": (("totalDossierOnlineFormalityPaymentSuccess",), "totalFeeFormality"),
        "PAYMENT_FORMALITY_PROVIDED": (("totalFeeDossierFormality",), "totalFeeFormality"),
    },
}
_DISPLAYED: Final[dict[str, Counts]] = {
    PROGRESS: {
        "AVERAGE_DAYS": (("avgProcessingDays",), None),
        "DOSSIER_OVERDUE": (("totalOverdue",), "totalReceived"),
        "DOSSIER_COMPLETED": (("totalCompleted",), "totalReceived"),
    },
    ONLINE: {
        "ONLINE_PARTIAL": (("partialCount",), "authorityCount"),
        "ONLINE_FULL": (("fullCount",), "authorityCount"),
        "CHANNEL_DIRECT": (("channelDirectSum",), "channelTotalSum"),
        "CHANNEL_POSTAL": (("channelPostalSum",), "channelTotalSum"),
        "ONLINE_ON_TIME": (("onlineOnTimeSum",), "channelOnlineSum"),
        "ONLINE_OVERDUE": (("onlineOverdueSum",), "channelOnlineSum"),
    },
    PAYMENT: {"FEE_FORMALITY_DISTINCT": (("totalFeeDossierFormalityDistinct",), "totalFeeFormality")},
    SATISFACTION: {"PETITIONS_CLASSIFIED": (("classifiedPetitions",), "totalPetitions")},
}


class RefusedError(Exception):
    """A unit's row that is refused: the field, what stands in it, the reason in Vietnamese."""

    def __init__(self, column: str, value: object, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason


@dataclass(frozen=True)
class Cell:
    """One score row of a unit; `criterion` null is the group's own, the group TOTAL the unit's total."""

    group: str
    criterion: str | None = None
    numerator: float | None = None
    denominator: float | None = None
    ratio: float | None = None
    score: float | None = None
    max: float | None = None
    score_delta: float | None = None
    quality_flag: str | None = None
    quality_message: str | None = None

    def __post_init__(self) -> None:
        too_high = self.score is not None and self.max is not None and self.score > self.max + SLACK
        if too_high and self.quality_flag not in (ABOVE_MAX, DERIVED):
            raise RefusedError(self.criterion or self.group, self.score, "điểm vượt điểm tối đa")


def number(row: Mapping[str, Any], key: str, *, signed: bool = False) -> float | None:
    """The JSON number of a field, null where it is null or absent; RefusedError for anything else."""
    value = row.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise RefusedError(key, value, "không phải số JSON")
    if value < 0 and not signed:
        raise RefusedError(key, value, "số âm")
    return float(value)


def cells(endpoint: str, row: Mapping[str, Any]) -> list[Cell]:
    """The score rows of a unit in a response of one group."""
    group = GROUP_OF[endpoint]
    own = _group_row(group, row)
    found = [own]
    if endpoint == PROGRESS:
        found.append(
            Cell(
                group,
                "PROCESSED_ON_TIME",
                number(row, "totalOnTime"),
                number(row, "totalReceived"),
                own.ratio,
                own.score,
                own.max,
            )
        )
    metrics = [_metric(group, item) for item in _metrics(endpoint, row)]
    if len({cell.criterion for cell in metrics}) < len(metrics):
        raise RefusedError("metrics.code", None, "một tiêu chí có hai dòng")
    found += metrics
    found += _counted(group, row, _COUNTS.get(endpoint, {}), None)
    return found + _counted(group, row, _DISPLAYED.get(endpoint, {}), 0.0)


def total(row: Mapping[str, Any]) -> Cell:
    """The unit's total of service-results."""
    return _group_row(TOTAL, row)


def radar(items: list[Any]) -> list[Cell]:
    """The groups of the place itself in service-results; the axis of two groups together is left out."""
    known = {"CKMB", "TDGQ", "MDHL", "MDSH"}
    return [
        Cell(
            item["code"],
            None,
            None,
            None,
            number(item, "ratio"),
            number(item, "score"),
            number(item, "maxScore"),
        )
        for item in items
        if item.get("code") in known
    ]


def _group_row(group: str, row: Mapping[str, Any]) -> Cell:
    score, highest = (
        next((key for key in keys if key in row), keys[0])
        for keys in (("totalScore", "score"), ("totalMaxScore", "maxScore"))
    )
    printed = number(row, highest)
    return Cell(
        group,
        ratio=number(row, "ratio", signed=True),
        score=number(row, score),
        max=MAXIMA[group] if printed is None else printed,
        score_delta=number(row, "scoreDelta", signed=True),
        quality_flag=_flag(row),
        quality_message=_message(row),
    )


def _metrics(endpoint: str, row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    metrics = row.get("metrics")
    if metrics is None:
        return []
    if not isinstance(metrics, list) or not all(isinstance(item, dict) for item in metrics):
        raise RefusedError("metrics", metrics, "không phải danh sách tiêu chí")
    if endpoint not in METRICS and metrics:
        raise RefusedError("metrics", metrics, "tiêu chí không thuộc phản hồi này")
    return metrics


def _metric(group: str, item: Mapping[str, Any]) -> Cell:
    code = item.get("code")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise RefusedError("metrics.code", code, "mã tiêu chí không hợp lệ")
    return Cell(
        group,
        _SAME_METRIC.get(code, code),
        number(item, "numerator"),
        number(item, "denominator"),
        number(item, "ratio", signed=True),
        number(item, "score"),
        number(item, "maxScore"),
        quality_flag=_flag(item),
        quality_message=_message(item),
    )


def _counted(
    group: str,
    row: Mapping[str, Any],
    counts: Counts,
    highest: float | None,
) -> list[Cell]:
    """Criteria from raw counts, those whose counts the row carries; a null count leaves its side null."""
    return [
        Cell(
            group,
            criterion,
            _sum(row, tops),
            number(row, bottom) if bottom else None,
            max=highest,
        )
        for criterion, (tops, bottom) in counts.items()
        if all(name in row for name in tops)
    ]


def _sum(row: Mapping[str, Any], names: tuple[str, ...]) -> float | None:
    parts = [number(row, name) for name in names]
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _flag(row: Mapping[str, Any]) -> str | None:
    flag = row.get("dataQualityStatus")
    return flag if isinstance(flag, str) and _CODE.fullmatch(flag) else None


def _message(row: Mapping[str, Any]) -> str | None:
    message = row.get("dataQualityMessage")
    text = clean(message)[:_LONGEST_MESSAGE] if isinstance(message, str) else ""
    return None if not text or _personal(text) else text


@cache
def _personal(text: str) -> bool:
    return bool(guards.personal(pl.Series([text]))[0])
