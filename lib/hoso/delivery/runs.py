"""One run (lượt lập báo cáo): a notebook for a place and a period, its name, where it lies, what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

from ..vocabulary import places
from ..vocabulary.errors import UsageError
from ..vocabulary.periods import Period
from ..vocabulary.places import Province, find_province
from ..vocabulary.text import slug
from ..vocabulary.workbook import Workbook
from . import notebooks
from .notebooks import Notebook
from .parameters import UNIT_ID

COUNTRY: Final = places.COUNTRY.slug
Status = Literal["done", "warnings", "failed", "timed_out", "killed", "no_data", "unchanged"]
MADE: Final[tuple[Status, ...]] = ("done", "warnings")
FAILURES: Final[tuple[Status, ...]] = ("failed", "timed_out", "killed")
STATUSES: Final[Mapping[str, str]] = {
    "done": "hoàn thành",
    "warnings": "hoàn thành, có lưu ý",
    "unchanged": "không thay đổi, giữ bản đã phát hành",
    "no_data": "chưa có dữ liệu",
    "failed": "lỗi",
    "timed_out": "quá thời hạn",
    "killed": "bị dừng đột ngột",
}
"""How runs end, in an office's words, in the order a summary has them."""


@dataclass(frozen=True)
class Run:
    """A report asked for. Names come from closed lists, so paths built from them stay inside the output folder."""

    notebook: Notebook
    province: Province
    period: Period
    unit: str = ""  # a unit's id: its own report; blank: that of the whole place
    options: tuple[tuple[str, str], ...] = ()  # further parameters that were asked for

    @classmethod
    def of(
        cls,
        workbook: Workbook,
        notebook: str,
        province: str,
        period: str,
        options: Mapping[str, str] | None = None,
    ) -> Run:
        """Checks names before anything runs. UsageError names the ones that exist."""
        chosen = Period.parse(period).within_one_era()
        place = find_province(province, chosen.era, chosen.end)
        given = tuple(sorted((options or {}).items()))
        return cls(notebooks.read(workbook.notebooks, notebook), place, chosen, options=given)

    def of_unit(self, unit: str) -> Run:
        """The same report of one unit. UsageError for an id that is no name of a file."""
        if not UNIT_ID.fullmatch(unit):
            raise UsageError(
                f"mã đơn vị {unit} không đặt tên tệp được", expected="chữ thường, số và gạch nối"
            )
        return replace(self, unit=unit)

    @property
    def name(self) -> str:
        """The notebook's name, with each option that is not the notebook's own: reminder, reminder-sync-rate,
        reminder-2024-12-25. Two dispatches with two deadlines are two documents."""
        given = dict(self.options)
        others = (
            slug(given[name]) for name, own in self.notebook.parameters.items() if given.get(name, own) != own
        )
        return "-".join([self.notebook.name, *others])

    @property
    def stem(self) -> str:
        """What its documents are called: the report's name, or the unit's id in the folder of that name."""
        return self.unit or self.name

    @property
    def parameters(self) -> dict[str, str]:
        """What papermill gets: only parameters the notebook has, all as words."""
        asked = {
            "province": self.province.slug,
            "period": self.period.id,
            "unit": self.unit,
            **dict(self.options),
        }
        return {name: value for name, value in asked.items() if value and name in self.notebook.parameters}

    @property
    def place(self) -> str:
        """Its documents' folder below the reports: <province>/<period>, a unit's in a folder of the report's name there."""
        whole = f"{self.province.slug}/{self.period.id}"
        return f"{whole}/{self.name}" if self.unit else whole

    def folder(self, reports: Path) -> Path:
        """The folder its documents lie in."""
        return reports / self.place

    def machine_folder(self, reports: Path) -> Path:
        """Where its figures, manifest and executed notebook lie, beside the documents leaders read."""
        return self.folder(reports) / self.stem

    def documents(self, reports: Path, formats: Sequence[str]) -> list[Path]:
        """Its documents in these formats, whether they are there or not."""
        return [self.folder(reports) / f"{self.stem}.{suffix}" for suffix in formats]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.name, self.province.slug, self.period.id, self.unit)))


@dataclass(frozen=True)
class Outcome:
    """What became of a run, and what it cost: wall seconds in all; CPU seconds and peak memory of its kernel."""

    run: Run
    status: Status
    files: tuple[Path, ...] = ()
    messages: tuple[str, ...] = field(default=())
    seconds: float = 0
    cpu_seconds: float = 0
    peak_bytes: int = 0
