"""Warming up (khởi động sẵn): what every report needs and no data change, loaded before the process is forked for one.

Nothing here starts a thread, opens a store or a database, draws a figure or changes a setting: a fork must find the process
as an import leaves it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Final

from ..vocabulary.errors import HosoError
from ..vocabulary.workbook import Workbook
from . import narrative

_USED: Final = (
    "charts", "country", "disclosure", "magic", "plan", "plan_tasks", "progress", "report", "scores", "tables", "unit",
    "unit_tables",
)  # fmt: skip
"""The modules of this room that the notebooks import; what these import comes with them."""
_YEARS: Final = range(2018, 2032)
_MARKDOWN: Final = (
    "# Một\n\nHai **ba** *bốn* `năm`\n\n- sáu\n\n1. bảy\n\n> tám\n\n| a | b |\n|---|--:|\n| c | d |\n"
)


def up(root: Path | None = None) -> None:
    """Imports what notebooks import and reads what every report reads: the library's own tables, and of the workbook (of
    `root`, else the one at hand) the reference sheets and the notebooks' templates.

    Faults are left for the report that meets them: it can tell its reader.
    """
    for name in _USED:
        import_module(f"{__package__}.{name}")
    with suppress(HosoError, OSError):
        _tables()
        _writers()
        _workbook(Workbook(root) if root else Workbook.find())


def _writers() -> None:
    """What turns Markdown and blocks into a page compiles its patterns at first use."""
    from .markdown import blocks
    from .markup import fragment

    fragment(blocks(_MARKDOWN), {})


def _workbook(workbook: Workbook) -> None:
    from ..statistics import accounts, entered, heads, measures, published, targets, tasks

    for source in _narratives(workbook.notebooks):
        narrative.prepare(source)
    for sheet in (accounts, entered, heads, measures, targets, tasks):
        with suppress(HosoError, OSError):
            sheet.read(workbook.reference / sheet.FILE)
    with suppress(HosoError, OSError):
        published.read(workbook.reference / "published.csv")


def _tables() -> None:
    """The definitions, the scorecards, the calendar, the provinces and their units."""
    from ..statistics.definitions import definitions
    from ..statistics.scorecard.definitions import scorecards
    from ..vocabulary.calendar import is_working_day
    from ..vocabulary.places import provinces, reference_units

    definitions()
    scorecards()
    for year in _YEARS:
        is_working_day(date(year, 1, 1))
    for era in ("63", "34"):
        for province in provinces(era):
            reference_units(province.id)


def _narratives(folder: Path) -> Iterator[str]:
    """The `%%narrative` cells of the notebooks of a folder, as the magic is given them."""
    for file in sorted(folder.glob("*.ipynb")):
        with suppress(OSError, ValueError, KeyError, TypeError):
            for cell in json.loads(file.read_text("utf-8"))["cells"]:
                head, _, body = "".join(cell["source"]).partition("\n")
                if head.strip() == "%%narrative":
                    yield body
