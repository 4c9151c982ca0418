"""What several commands share: options that mean the same everywhere, and the exit code of a failure."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.core import TyperCommand

from ...records import engine as engines
from ...vocabulary.calendar import VIETNAM
from ...vocabulary.errors import UsageError

if TYPE_CHECKING:
    from ..engine import Limits

FAILED: Final = 1

ProvinceOption = Annotated[
    str, typer.Option("--province", help="Province: slug (ha-giang) or code of its era (02).")
]
_PERIODS: Final = "2024-09, 2024-Q3, 2024-6M, 2024-9M, 2024 (+ @calendar), 2023-01-01..2023-11-15"
PeriodOption = Annotated[str, typer.Option("--period", help=f"Period: {_PERIODS}.")]
PeriodsOption = Annotated[
    list[str],
    typer.Option(
        "--period",
        help=f"Period, again for more than one: {_PERIODS}; or last-month, last-quarter, last-6M, last-9M, last-year.",
    ),
]

EngineOption = Annotated[
    str | None,
    typer.Option(
        "--engine",
        metavar="ADDRESS",
        help="A Spark that counts the dossiers: spark://host:7077, sc://host:15002, local[2]; else this process does.",
    ),
]


def choose_engine(address: str | None) -> None:
    """Has everything this command starts count with the engine asked for, else with that of HOSO_ENGINE."""
    engines.choose(address or os.environ.get(engines.VARIABLE) or engines.OWN)


def formats_of(text: str) -> tuple[str, ...]:
    """The formats of a list like html,pdf, each once. UsageError for one that does not exist."""
    from ..export.formats import FORMATS

    asked = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    unknown = [name for name in asked if name not in FORMATS]
    if unknown or not asked:
        raise UsageError(f"không có định dạng {', '.join(unknown) or text}", expected=",".join(FORMATS))
    return asked


def beginning(day: str) -> datetime:
    """The first moment of a day by the office's clock. UsageError for what is no day."""
    try:
        return datetime.combine(date.fromisoformat(day), time(), VIETNAM)
    except ValueError as error:
        raise UsageError(
            f"không hiểu ngày {day!r}", where="--forget-before", expected="2026-01-31"
        ) from error


# ── limits ───────────────────────────────────────────────────────────────────────────────────────

_MEMORY: Final = re.compile(r"([0-9]{1,6})([MG])")
_UNITS: Final = {"M": 2**20, "G": 2**30}
_LONGEST: Final = 7 * 24 * 3600  # seconds; more is a slip of the hand
# Bytes: with the least, a small notebook comes to its end and a report of a large province may not.
_LEAST, _MOST = 500 * 2**20, 2**40
_MOST_JOBS: Final = 256


def jobs_of(jobs: int | None) -> int:
    """How many reports are made at once: as asked, else as the machine and the engine allow."""
    from ..batch import usual_jobs

    if jobs is not None and not 1 <= jobs <= _MOST_JOBS:
        raise UsageError(
            "số tiến trình không dùng được", where=f"--jobs {jobs}", expected=f"từ 1 đến {_MOST_JOBS}"
        )
    address = engines.chosen()
    one_driver = address is not None and not engines.shared(
        address
    )  # it has the whole cluster, the next one waits
    return jobs or (1 if one_driver else usual_jobs())


def limits_of(timeout: float | None, memory: str | None) -> Limits:
    """What one notebook may take: the usual limits, but for those given."""
    from ..engine import Limits

    usual = Limits()
    if timeout is not None and not 1 <= timeout <= _LONGEST:
        raise UsageError(
            "thời hạn không dùng được", where=f"--timeout {timeout:g}", expected=f"từ 1 đến {_LONGEST} giây"
        )
    return Limits(
        usual.seconds if timeout is None else timeout, usual.memory if memory is None else _bytes(memory)
    )


def _bytes(text: str) -> int | None:
    if text == "none":
        return None
    found = _MEMORY.fullmatch(text)
    if found is None:
        raise UsageError("không hiểu mức bộ nhớ", where=f"--memory {text}", expected="3G, 800M hoặc none")
    amount = int(found[1]) * _UNITS[found[2]]
    if not _LEAST <= amount <= _MOST:
        raise UsageError("mức bộ nhớ không dùng được", where=f"--memory {text}", expected="từ 500M đến 1024G")
    return amount


# ── -p NAME VALUE ────────────────────────────────────────────────────────────────────────────────

_PARAMETER: Final = ("-p", "--parameter")
_BETWEEN: Final = (
    "\0"  # no argument of a command can hold it, so that nothing in a name or a value is mistaken for it
)


class WithParameters(TyperCommand):
    """A command with papermill's -p NAME VALUE, an option of two words that typer has no type for."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Makes one word of the two before typer reads them."""
        return super().parse_args(ctx, _joined(args))


def _joined(args: Sequence[str]) -> list[str]:
    words, joined = list(args), list[str]()
    while words:
        word = words.pop(0)
        joined.append(word)
        if word == "--":
            return joined + words
        if word in _PARAMETER and len(words) >= 2:
            joined.append(f"{words.pop(0)}{_BETWEEN}{words.pop(0)}")
    return joined


def pairs_of(parameters: Sequence[str]) -> dict[str, str]:
    """Names and values of all -p. UsageError for a lone word and for a name given twice."""
    found: dict[str, str] = {}
    for text in parameters:
        name, between, value = text.partition(_BETWEEN)
        if not between or name in found:
            raise UsageError(
                "-p cần một tên và một giá trị, mỗi tên một lần", where=name, expected="-p TÊN GIÁ_TRỊ"
            )
        found[name] = value
    return found
