"""The analyst's workbook (sổ tay khám phá): what explore.ipynb shows: widgets in a page, tables without.

Nothing here is ever published: an exporter refuses what lists dossiers.
"""

from .checking import Quality
from .comparing import Comparison
from .model import Choice, Model
from .panel import Explorer
from .scoring import WhatIf

__all__ = ["Choice", "Comparison", "Explorer", "Model", "Quality", "WhatIf", "open_explorer"]


def open_explorer(province: str, period: str, level: str = "district") -> Explorer:
    """The panel of a province and period. UsageError for a name or period that is none, NoDataError without dossiers."""
    model = Model()
    report = model.report(province, period)
    levels = model.levels(report)
    known = level if level in levels else next(iter(levels))
    _ = report.data  # without dossiers there is nothing to look into, and the analyst is told at once
    return Explorer(Choice(report.place.slug, report.period.id, known), model)
